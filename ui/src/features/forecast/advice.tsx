import { useTranslation } from "react-i18next";
import type { StockAdvice } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useFigures } from "./figures";
import type { Terms } from "./terms";
import { TermsFields } from "./terms-fields";

/** When to order and how much to keep, with every number that it was computed from. */
export function Advice({
  stock,
  unit,
  terms,
  onTerms,
}: {
  stock: StockAdvice;
  unit: string;
  terms: Terms;
  onTerms: (terms: Terms) => void;
}) {
  const { t } = useTranslation();
  const { locale } = useFormat();
  const { figure } = useFigures();
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  // Who works it out with what is shown gets what is shown.
  const factor = new Intl.NumberFormat(locale, { maximumFractionDigits: 5 });
  const whole = (value: number) => figure(Math.ceil(value));
  return (
    <section className="card stack form" aria-label={t("forecast.advice.title")}>
      <h2>{t("forecast.advice.title")}</h2>
      <p>{t("forecast.advice.order", { point: whole(stock.reorder_point), unit })}</p>
      <div className="row" data-wrap style={{ alignItems: "flex-end" }}>
        <TermsFields labelled terms={terms} onChange={onTerms} />
      </div>
      <dl className="facts">
        <dt>{t("forecast.advice.demand")}</dt>
        <dd className="num-left">
          {exact.format(stock.monthly_demand)} × {factor.format(stock.lead_months)}{" "}
          {t("forecast.advice.months")} = {exact.format(stock.monthly_demand * stock.lead_months)}{" "}
          {unit}
        </dd>
        <dt>{t("forecast.advice.safety")}</dt>
        <dd className="num-left">
          {factor.format(stock.z)} × {exact.format(stock.deviation)} × √
          {factor.format(stock.lead_months)} = {exact.format(stock.safety_stock)} {unit}
        </dd>
        <dt>{t("forecast.advice.point")}</dt>
        <dd className="num-left strong">
          {exact.format(stock.monthly_demand * stock.lead_months)} +{" "}
          {exact.format(stock.safety_stock)} = {exact.format(stock.reorder_point)} {unit}
        </dd>
      </dl>
      <p className="dim small">{t("forecast.advice.formula")}</p>
    </section>
  );
}
