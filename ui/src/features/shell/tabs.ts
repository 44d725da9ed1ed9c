import {
  IconBuilding,
  IconChartDots,
  IconChecklist,
  IconHome,
  IconReceipt,
  IconServer2,
  IconSettings,
  IconShieldLock,
} from "@tabler/icons-react";

// Work first, set-up after. A tab appears when it works.
export const TABS = [
  { name: "home", to: "/", icon: IconHome },
  { name: "companies", to: "/empresas", icon: IconBuilding },
  { name: "sales", to: "/facturacion", icon: IconReceipt },
  { name: "forecast", to: "/pronosticos", icon: IconChartDots },
  { name: "servers", to: "/servidores", icon: IconServer2 },
  { name: "vpn", to: "/vpn", icon: IconShieldLock },
  { name: "activity", to: "/actividad", icon: IconChecklist },
  { name: "settings", to: "/configuracion", icon: IconSettings },
] as const;

export type TabName = (typeof TABS)[number]["name"];
