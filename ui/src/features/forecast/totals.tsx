import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Trouble } from "@/components/trouble";
import type {
  ForecastOffice,
  ForecastTotalAhead,
  ForecastTotalMonth,
  ForecastTotals,
} from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { HistoryText } from "./missing";
import { usePlaces } from "./places";

const LinesChart = lazy(() => import("./lines-chart"));
const SHOWN = 36;

/** All articles together: how much a month is worth, of which classes, and for how many a model is of use. */
export function Totals({ office }: { office: ForecastOffice }) {
  const { nit } = office;
  const places = usePlaces();
  const totals = useCommand("forecast.totals", { nit, places }, { keep: true });
  const history = useCommand("forecast.history", { nit }, { keep: true }).data;
  const { t } = useTranslation();
  if (totals.error) return <Trouble error={totals.error} />;
  if (!totals.data) return <Bones lines={10} />;
  const { months, unpriced, ahead } = totals.data;
  return (
    <>
      <div className="summary-two">
        <section className="card">
          <h2>{t("forecast.totals.title")}</h2>
          <p className="dim small">
            {t("forecast.totals.text")}{" "}
            {unpriced > 0 ? t("forecast.totals.unpriced", { count: unpriced }) : null}
          </p>
          <Ahead ahead={ahead} />
          <Suspense fallback={<Bones lines={8} />}>
            <Chart months={months} />
          </Suspense>
        </section>
        <Months months={months} ahead={ahead} />
      </div>
      <div className="forecast-two">
        <Classes totals={totals.data} />
        <Verdicts totals={totals.data} />
      </div>
      {history ? (
        <p className="dim">
          <HistoryText history={history} />
        </p>
      ) : null}
    </>
  );
}

function Chart({ months }: { months: ForecastTotalMonth[] }) {
  const { t } = useTranslation();
  const { month, short, amount } = useFormat();
  // A picture may be drawn from floats; every figure of money that is read comes from the decimal text.
  const number = (text: string | null) => (text === null ? null : Number(text));
  return (
    <LinesChart
      label={t("forecast.totals.title")}
      height={340}
      points={months.slice(-SHOWN - 12).map(({ month, sold, expected, bounds }) => ({
        at: month,
        sold: number(sold),
        expected: number(expected),
        band: bounds ? [Number(bounds.low), Number(bounds.high)] : null,
      }))}
      lines={[
        { key: "sold", name: t("forecast.chart.sold"), color: "var(--text-dim)", dots: true },
        {
          key: "expected",
          name: t("forecast.chart.expected"),
          color: "var(--mantine-primary-color-filled)",
          dots: true,
        },
      ]}
      band={{
        key: "band",
        name: t("forecast.chart.band"),
        color: "var(--mantine-primary-color-filled)",
      }}
      x={month}
      y={(value) => amount(value.toFixed(2))}
      short={short}
    />
  );
}

/** What all months to come are worth, between which bounds, and how far bounds like these held. */
function Ahead({ ahead }: { ahead: ForecastTotalAhead }) {
  const { t } = useTranslation();
  const { amount, currency } = useFormat();
  const { months, expected, bounds, coverage } = ahead;
  const worth = { count: months, amount: amount(expected), currency };
  if (!bounds) {
    return (
      <p>
        {t("forecast.totals.ahead", worth)} {t("forecast.totals.unmeasured")}
      </p>
    );
  }
  return (
    <>
      <p>
        {t("forecast.totals.ahead", worth)}{" "}
        {t("forecast.totals.between", { low: amount(bounds.low), high: amount(bounds.high) })}
      </p>
      {coverage.months > 0 ? (
        <p className="dim small">{t("forecast.totals.coverage", { ...coverage })}</p>
      ) : null}
    </>
  );
}

function Months({
  months,
  ahead: sum,
}: {
  months: ForecastTotalMonth[];
  ahead: ForecastTotalAhead;
}) {
  const { t } = useTranslation();
  const { amount, month, currency } = useFormat();
  const ahead = months.filter(({ expected }) => expected !== null);
  const lastYear = new Map(months.map((one) => [one.month, one.sold]));
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("forecast.totals.table")}>
        <caption>{t("companies.month.in", { currency })}</caption>
        <thead>
          <tr>
            <th>{t("forecast.months_table.month")}</th>
            <th className="num">{t("forecast.months_table.low")}</th>
            <th className="num">{t("forecast.months_table.expected")}</th>
            <th className="num">{t("forecast.months_table.high")}</th>
            <th className="num">{t("forecast.totals.last_year")}</th>
          </tr>
        </thead>
        <tbody>
          {ahead.map((one) => (
            <tr key={one.month}>
              <td>{month(one.month)}</td>
              <td className="num dim">{one.bounds ? amount(one.bounds.low) : "–"}</td>
              <td className="num strong">{amount(one.expected ?? "")}</td>
              <td className="num dim">{one.bounds ? amount(one.bounds.high) : "–"}</td>
              <td className="num dim">{amount(lastYear.get(yearBefore(one.month)) ?? "–")}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t("forecast.months_table.total")}</td>
            <td className="num">{sum.bounds ? amount(sum.bounds.low) : "–"}</td>
            <td className="num">{amount(sum.expected)}</td>
            <td className="num">{sum.bounds ? amount(sum.bounds.high) : "–"}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

/** `2025-11` of `2026-11`. */
function yearBefore(month: string): string {
  return `${Number(month.slice(0, 4)) - 1}${month.slice(4)}`;
}

function Classes({ totals }: { totals: ForecastTotals }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const navigate = useNavigate({ from: "/pronosticos" });
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("forecast.totals.classes")}>
        <thead>
          <tr>
            <th>{t("forecast.col.class")}</th>
            <th className="num">{t("forecast.totals.articles")}</th>
            <th>{t("forecast.scores.means")}</th>
          </tr>
        </thead>
        <tbody>
          {totals.classes.map(({ class: of, articles }) => (
            <tr key={of}>
              <td>
                <button
                  type="button"
                  className="link"
                  onClick={() =>
                    void navigate({
                      search: (old) => ({ ...old, view: "articles" as const, class: of }),
                    })
                  }
                >
                  {t(`forecast.class.${of}`)}
                </button>
              </td>
              <td className="num">{count(articles)}</td>
              <td className="dim" style={{ whiteSpace: "normal" }}>
                {t(`forecast.class_text.${of}`)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Verdicts({ totals }: { totals: ForecastTotals }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const { articles, better, same, worse, guesses } = totals;
  const rows = [
    ["better", better],
    ["same", same],
    ["worse", worse],
    ["unknown", articles - better - same - worse],
  ] as const;
  return (
    <section className="card" aria-label={t("forecast.totals.verdicts")}>
      <h2>{t("forecast.totals.verdicts")}</h2>
      <dl className="facts" style={{ marginTop: 8 }}>
        {rows.map(([name, number]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{t(`forecast.totals.verdict.${name}`)}</dt>
            <dd className="num-left">{count(number)}</dd>
          </div>
        ))}
      </dl>
      {guesses > 0 ? (
        <p className="dim small" style={{ marginTop: 8 }}>
          {t("forecast.totals.guesses", { count: guesses })}
        </p>
      ) : null}
    </section>
  );
}
