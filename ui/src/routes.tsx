// Addresses of the tabs. They stand in the fragment: the same in the window and in a browser.
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { Shell } from "./features/shell/shell";
import type { DemandClass, JobState, MappingKind, SaleState } from "./generated/commands";

const root = createRootRoute({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./features/home/home")),
});

export interface CompaniesSearch {
  text?: string;
  server?: string;
  year?: number;
  state?: "active" | "gone" | "pending" | "broken";
  /** `NIT:YEAR` of the open details. */
  open?: string;
}

const companies = createRoute({
  getParentRoute: () => root,
  path: "/empresas",
  component: lazyRouteComponent(() => import("./features/companies/companies")),
  validateSearch: (search: Record<string, unknown>): CompaniesSearch => ({
    ...text("text", search),
    ...text("server", search),
    ...number("year", search),
    ...oneOf("state", search, ["active", "gone", "pending", "broken"] as const),
    ...text("open", search),
  }),
});

export interface CompanySearch {
  year?: number;
  view?: "summary" | "movements" | "runs";
  from?: string;
  to?: string;
}

const company = createRoute({
  getParentRoute: () => root,
  path: "/empresas/$nit",
  component: lazyRouteComponent(() => import("./features/companies/company")),
  validateSearch: (search: Record<string, unknown>): CompanySearch => ({
    ...number("year", search),
    ...oneOf("view", search, ["summary", "movements", "runs"] as const),
    ...text("from", search),
    ...text("to", search),
  }),
});

export const SALES_VIEWS = ["sales", "steps", "mappings", "margin"] as const;
export type SalesView = (typeof SALES_VIEWS)[number];

export const SALE_STATES: SaleState[] = [
  "pending",
  "ready",
  "sending",
  "uncertain",
  "invoiced",
  "stamped",
  "refused",
  "voided",
];

export const MAPPING_KINDS: MappingKind[] = ["product", "payment", "tax", "city", "id_type"];

export interface SalesSearch {
  view?: SalesView;
  state?: SaleState;
  /** Name of the reason that blocks them. */
  reason?: string;
  /** Number of the sale whose details are open. */
  open?: number;
  /** What is being set up. */
  setup?: "ledger" | "channel" | "rules" | "solar" | "source";
  /** Number of the channel account that rules or mappings are of. */
  channel?: number;
  kind?: MappingKind;
}

const sales = createRoute({
  getParentRoute: () => root,
  path: "/facturacion",
  component: lazyRouteComponent(() => import("./features/sales/sales")),
  validateSearch: (search: Record<string, unknown>): SalesSearch => ({
    ...oneOf("view", search, SALES_VIEWS),
    ...oneOf("state", search, SALE_STATES),
    ...text("reason", search),
    ...number("open", search),
    ...oneOf("setup", search, ["ledger", "channel", "rules", "solar", "source"] as const),
    ...number("channel", search),
    ...oneOf("kind", search, MAPPING_KINDS),
  }),
});

export const FORECAST_VIEWS = ["articles", "totals", "models"] as const;
export type ForecastView = (typeof FORECAST_VIEWS)[number];

export interface ForecastSearch {
  nit?: string;
  view?: ForecastView;
  class?: DemandClass;
  /** Each warehouse apart. */
  apart?: true;
  /** Code of the only warehouse that is looked at; empty for what was sold from none. */
  place?: string;
  /** Code of the article whose page is open. */
  article?: string;
  /** Code of the warehouse that its page is about. */
  article_place?: string;
}

const CLASSES: DemandClass[] = ["smooth", "erratic", "intermittent", "lumpy", "new", "dead"];

const forecast = createRoute({
  getParentRoute: () => root,
  path: "/pronosticos",
  component: lazyRouteComponent(() => import("./features/forecast/forecast")),
  validateSearch: (search: Record<string, unknown>): ForecastSearch => ({
    ...text("nit", search),
    ...oneOf("view", search, FORECAST_VIEWS),
    ...oneOf("class", search, CLASSES),
    ...(search.apart === true ? { apart: true } : {}),
    ...code("place", search),
    ...text("article", search),
    ...code("article_place", search),
  }),
});

export interface ServersSearch {
  /** Number of the server whose details are open, or `new`. */
  open?: number | "new";
  edit?: boolean;
}

const servers = createRoute({
  getParentRoute: () => root,
  path: "/servidores",
  component: lazyRouteComponent(() => import("./features/servers/servers")),
  validateSearch: (search: Record<string, unknown>): ServersSearch => ({
    ...(search.open === "new" ? { open: "new" as const } : number("open", search)),
    edit: search.edit === true ? true : undefined,
  }),
});

export interface VpnSearch {
  /** Number of the VPN whose details are open, or what is being made. */
  open?: number | "new" | "import" | "setups";
  /** Whether the way into its server is being changed. */
  edit?: boolean;
}

const vpn = createRoute({
  getParentRoute: () => root,
  path: "/vpn",
  component: lazyRouteComponent(() => import("./features/vpn/vpn")),
  validateSearch: (search: Record<string, unknown>): VpnSearch => ({
    ...(search.open === "new" || search.open === "import" || search.open === "setups"
      ? { open: search.open }
      : number("open", search)),
    edit: search.edit === true ? true : undefined,
  }),
});

const JOB_STATES: JobState[] = [
  "running",
  "queued",
  "paused",
  "done",
  "failed",
  "cancelled",
  "uncertain",
];

export interface ActivitySearch {
  view?: "jobs" | "audit";
  state?: JobState;
  /** Number of the job whose details are open. */
  open?: number;
}

const activity = createRoute({
  getParentRoute: () => root,
  path: "/actividad",
  component: lazyRouteComponent(() => import("./features/activity/activity")),
  validateSearch: (search: Record<string, unknown>): ActivitySearch => ({
    ...oneOf("view", search, ["jobs", "audit"] as const),
    ...oneOf("state", search, JOB_STATES),
    ...number("open", search),
  }),
});

export const SECTIONS = [
  "general",
  "schedules",
  "backups",
  "network",
  "forecast",
  "diagnostics",
  "about",
] as const;
export type Section = (typeof SECTIONS)[number];

const settings = createRoute({
  getParentRoute: () => root,
  path: "/configuracion",
  component: lazyRouteComponent(() => import("./features/settings/settings")),
  validateSearch: (search: Record<string, unknown>): { section?: Section } => ({
    ...oneOf("section", search, SECTIONS),
  }),
});

const elsewhere = createRoute({
  getParentRoute: () => root,
  path: "$",
  beforeLoad: () => {
    throw redirect({ to: "/" });
  },
});

const tree = root.addChildren([
  home,
  companies,
  company,
  sales,
  forecast,
  servers,
  vpn,
  activity,
  settings,
  elsewhere,
]);

export function newRouter() {
  return createRouter({
    routeTree: tree,
    history: createHashHistory(),
    defaultPreload: "intent",
    defaultPendingMs: 150,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}

// What a field of the address can't be is left out: the router keeps what is not named here.

function text<K extends string>(name: K, search: Record<string, unknown>): { [P in K]?: string } {
  const value = search[name];
  const text = typeof value === "number" ? String(value) : value;
  return field(name, typeof text === "string" && text !== "" ? text : undefined);
}

/** A code may be empty: what has none. */
function code<K extends string>(name: K, search: Record<string, unknown>): { [P in K]?: string } {
  return search[name] === "" ? field(name, "") : text(name, search);
}

function number<K extends string>(name: K, search: Record<string, unknown>): { [P in K]?: number } {
  const value = Number(search[name] ?? Number.NaN);
  return field(name, Number.isInteger(value) ? value : undefined);
}

function oneOf<K extends string, V extends string>(
  name: K,
  search: Record<string, unknown>,
  values: readonly V[],
): { [P in K]?: V } {
  const value = search[name] as V;
  return field(name, values.includes(value) ? value : undefined);
}

function field<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return { [name]: value } as { [P in K]?: V };
}
