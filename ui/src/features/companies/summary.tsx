import { IconChartBar } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Bones, Empty } from "@/components/empty";
import { MovementStateView } from "@/components/state";
import { Trouble } from "@/components/trouble";
import type { CompanyPage, MonthRow, Summary } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";

const MonthChart = lazy(() => import("@/components/month-chart"));

export function CompanySummary({
  page,
  onMonth,
}: {
  page: CompanyPage;
  onMonth: (month: string) => void;
}) {
  const { t } = useTranslation();
  const key = `${page.nit}:${page.fiscal_year}`;
  const summary = useCommand("movements.summary", { companies: [key], top: 10 }, { keep: true });
  if (summary.error) return <Trouble error={summary.error} />;
  if (!summary.data) return <Bones lines={8} />;
  const months = undatedLast(summary.data.months);
  if (months.length === 0) {
    return (
      <div className="card">
        <Empty icon={IconChartBar} title={t("companies.summary.none")}>
          {t("companies.summary.none_text")}
        </Empty>
      </div>
    );
  }
  return (
    <>
      <div className="summary-two">
        <section className="card" aria-label={t("companies.chart.title")}>
          <Suspense fallback={<Bones lines={8} />}>
            <MonthChart months={months} height={330} name={page.name} onMonth={onMonth} />
          </Suspense>
        </section>
        <section className="card" style={{ padding: 0, overflow: "auto" }}>
          <Months months={months} onMonth={onMonth} />
        </section>
      </div>
      <div className="halves">
        <Types summary={summary.data} />
        {summary.data.top.length > 0 ? <Top summary={summary.data} /> : null}
      </div>
    </>
  );
}

const FIELDS = ["net_sales", "returns", "purchases"] as const;

function Months({ months, onMonth }: { months: MonthRow[]; onMonth: (month: string) => void }) {
  const { t } = useTranslation();
  const { amount, count, money, month, currency } = useFormat();
  return (
    <table className="plain" aria-label={t("companies.month.table")}>
      <caption>{t("companies.month.in", { currency })}</caption>
      <thead>
        <tr>
          <th>{t("companies.month.month")}</th>
          <th className="num">{t("companies.month.movements")}</th>
          {FIELDS.map((field) => (
            <th key={field} className="num">
              {t(`companies.month.${field}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {months.map((row) => (
          <tr key={row.month}>
            <td>
              {row.month === "" ? (
                <span className="dim">{t("companies.month.undated")}</span>
              ) : (
                <button type="button" className="link" onClick={() => onMonth(row.month)}>
                  {month(row.month)}
                </button>
              )}
            </td>
            <td className="num">{count(row.movements)}</td>
            {FIELDS.map((field) => (
              <td key={field} className="num" title={money(row[field])}>
                {amount(row[field])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td>{t("companies.month.total")}</td>
          <td className="num">{count(months.reduce((sum, row) => sum + row.movements, 0))}</td>
          {FIELDS.map((field) => {
            const total = sum(months.map((row) => row[field]));
            return (
              <td key={field} className="num" title={money(total)}>
                {amount(total)}
              </td>
            );
          })}
        </tr>
      </tfoot>
    </table>
  );
}

/** Movements without a valid date come first by their month, and are of least interest. */
export function undatedLast(months: MonthRow[]): MonthRow[] {
  const isDated = ({ month }: MonthRow) => month !== "";
  return [...months.filter(isDated), ...months.filter((row) => !isDated(row))];
}

/** Adds decimal texts exactly. */
export function sum(texts: string[], decimals = 4): string {
  const scaled = texts.reduce((sum, text) => {
    const [whole = "0", part = ""] = text.replace("-", "").split(".");
    const size = BigInt(whole + part.padEnd(decimals, "0").slice(0, decimals));
    return text.startsWith("-") ? sum - size : sum + size;
  }, 0n);
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  return `${scaled < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function Types({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const { amount, count, money, currency } = useFormat();
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("companies.types.table")}>
        <thead>
          <tr>
            <th>{t("companies.types.code")}</th>
            <th>{t("companies.types.meaning")}</th>
            <th>{t("companies.movement.state")}</th>
            <th className="num">{t("companies.month.movements")}</th>
            <th className="num">
              {t("companies.movement.total")} ({currency})
            </th>
          </tr>
        </thead>
        <tbody>
          {summary.types.map((row) => (
            <tr key={`${row.doc_type} ${row.state}`}>
              <td className="mono">{row.doc_type}</td>
              <td>{t(`companies.meaning.${row.meaning}`)}</td>
              <td>
                <MovementStateView state={row.state} />
              </td>
              <td className="num">{count(row.movements)}</td>
              <td className="num" title={money(row.total)}>
                {amount(row.total)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Top({ summary }: { summary: Summary }) {
  const { t } = useTranslation();
  const { amount, quantity, money, currency } = useFormat();
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("companies.top.table")}>
        <thead>
          <tr>
            <th>{t("companies.top.article")}</th>
            <th className="num">{t("companies.movement.quantity")}</th>
            <th>{t("companies.movement.unit")}</th>
            <th className="num">
              {t("companies.top.sold")} ({currency})
            </th>
          </tr>
        </thead>
        <tbody>
          {summary.top.map((row) => (
            <tr key={row.code}>
              <td className="clip-cell" dir="auto" title={`${row.code} ${row.description}`}>
                {row.description}
              </td>
              <td className="num">{quantity(row.quantity)}</td>
              <td>{row.unit}</td>
              <td className="num" title={money(row.total)}>
                {amount(row.total)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
