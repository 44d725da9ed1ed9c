import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SALES_VIEWS, type SalesView } from "@/routes";
import { SalesList } from "./list";
import { Mappings } from "./mappings";
import { Margin } from "./margin";
import { Steps } from "./steps";

const SHOWN = { sales: SalesList, steps: Steps, mappings: Mappings, margin: Margin };

export default function Sales() {
  const { view = "sales" } = useSearch({ from: "/facturacion" });
  const Shown = SHOWN[view];
  return <Shown />;
}

/** Leads from one view of the tab to another. */
export function Views() {
  const { t } = useTranslation();
  const { view = "sales" } = useSearch({ from: "/facturacion" });
  const navigate = useNavigate({ from: "/facturacion" });
  return (
    <SegmentedControl
      aria-label={t("sales.views")}
      data={SALES_VIEWS.map((value) => ({ value, label: t(`sales.view.${value}`) }))}
      value={view}
      onChange={(view) => void navigate({ search: { view: view as SalesView } })}
    />
  );
}
