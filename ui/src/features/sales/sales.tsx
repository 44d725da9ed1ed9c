import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { SALES_VIEWS, type SalesView } from "@/routes";
import { SalesList } from "./list";
import { Mappings } from "./mappings";
import { Margin } from "./margin";
import { Steps } from "./steps";
import { useTold } from "./told";

const SHOWN = { sales: SalesList, steps: Steps, mappings: Mappings, margin: Margin };

export default function Sales() {
  const { view = "sales" } = useSearch({ from: "/facturacion" });
  const Shown = SHOWN[view];
  return <Shown />;
}

/** Nothing is mapped to what a cloud expects, nor earned, of documents that are told as they were issued. */
const OF_INVOICES: ReadonlySet<SalesView> = new Set(["mappings", "margin"]);

/** Leads from one view of the tab to another. */
export function Views() {
  const { t } = useTranslation();
  const { view = "sales" } = useSearch({ from: "/facturacion" });
  const navigate = useNavigate({ from: "/facturacion" });
  const { all } = useTold();
  const views = SALES_VIEWS.filter((name) => !all || name === view || !OF_INVOICES.has(name));
  return (
    <SegmentedControl
      aria-label={t("sales.views")}
      data={views.map((value) => ({ value, label: t(`sales.view.${value}`) }))}
      value={view}
      onChange={(view) => void navigate({ search: { view: view as SalesView } })}
    />
  );
}
