import { useDebouncedValue } from "@mantine/hooks";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Trouble } from "@/components/trouble";
import type { ForecastArticlePage, ForecastComponent } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { Advice } from "./advice";
import { useFigures } from "./figures";
import { VerdictText } from "./looks";
import { placeText } from "./places";
import { ScoresTable } from "./scores";
import { useTerms } from "./terms";

const FanChart = lazy(() => import("./fan-chart"));
const LinesChart = lazy(() => import("./lines-chart"));

/** One article: what was sold, what is expected, why, how sure, and when to order. */
export function ArticlePage({
  nit,
  code,
  place,
}: {
  nit: string;
  code: string;
  /** Code of the warehouse that it is about; all of them together without. */
  place: string | undefined;
}) {
  const { terms, setTerms, asked } = useTerms();
  const [{ lead_days, service }] = useDebouncedValue(asked, 250, { leading: true });
  const page = useCommand(
    "forecast.article",
    { nit, article: code, ...(place === undefined ? {} : { place }), lead_days, service },
    { keep: true },
  );
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <Head code={code} page={page.data} />
        {page.error ? <Trouble error={page.error} /> : null}
        {page.isPending ? <Bones lines={12} /> : null}
        {page.data ? (
          <>
            <div className="summary-two">
              <section className="card">
                <Suspense fallback={<Bones lines={8} />}>
                  <FanChart page={page.data} height={page.data.forecast.length > 6 ? 382 : 300} />
                </Suspense>
              </section>
              <Months page={page.data} />
            </div>
            <div className="forecast-two">
              <Advice
                stock={page.data.row.stock}
                unit={page.data.row.unit}
                terms={terms}
                onTerms={setTerms}
              />
              <Parts components={page.data.components} unit={page.data.row.unit} />
            </div>
            <ScoresTable own={page.data.scores} naive={page.data.naive} />
          </>
        ) : null}
      </div>
    </div>
  );
}

function Head({ code, page }: { code: string; page: ForecastArticlePage | undefined }) {
  const { t } = useTranslation();
  const { amount, currency } = useFormat();
  const row = page?.row;
  return (
    <div className="page-head">
      <Link
        from="/pronosticos"
        to="/pronosticos"
        search={({ article: _, article_place: __, ...old }) => old}
        className="back"
        aria-label={t("forecast.back")}
        title={t("forecast.back")}
      >
        <IconArrowLeft size={18} aria-hidden="true" />
      </Link>
      <div className="grow">
        <h1 className="wrap" dir="auto">
          {row ? `${row.code} ${row.description}` : code}
        </h1>
        {row ? (
          <>
            <div className="row dim" data-wrap style={{ columnGap: 14, rowGap: 0 }}>
              {row.place ? (
                <span className="strong">
                  {t("forecast.places.title")}: {placeText(row.place, t)}
                </span>
              ) : null}
              <span className="strong">
                {row.guess ? t("forecast.guess") : t(`forecast.class.${row.class}`)}
              </span>
              <span>
                {row.guess ? t("forecast.guess_text") : t(`forecast.class_text.${row.class}`)}
              </span>
              {row.at_stake === null ? null : (
                <span>{t("forecast.at_stake", { amount: amount(row.at_stake), currency })}</span>
              )}
            </div>
            <p>
              <VerdictText verdict={row.verdict} ratio={row.error_ratio} />
            </p>
          </>
        ) : null}
      </div>
    </div>
  );
}

function Months({ page: { forecast, row } }: { page: ForecastArticlePage }) {
  const { t } = useTranslation();
  const { month } = useFormat();
  const { figure } = useFigures();
  const total = forecast.reduce((sum, { expected }) => sum + expected, 0);
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("forecast.months_table.title")}>
        <caption>{t("forecast.months_table.unit", { unit: row.unit })}</caption>
        <thead>
          <tr>
            <th>{t("forecast.months_table.month")}</th>
            <th className="num">{t("forecast.months_table.low")}</th>
            <th className="num">{t("forecast.months_table.expected")}</th>
            <th className="num">{t("forecast.months_table.high")}</th>
          </tr>
        </thead>
        <tbody>
          {forecast.map((one) => (
            <tr key={one.month}>
              <td>{month(one.month)}</td>
              <td className="num dim">{figure(one.low)}</td>
              <td className="num strong">{figure(one.expected)}</td>
              <td className="num dim">{figure(one.high)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t("forecast.months_table.total")}</td>
            <td />
            <td className="num">{figure(total)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Parts({ components, unit }: { components: ForecastComponent[]; unit: string }) {
  const { t } = useTranslation();
  const { month, short } = useFormat();
  const { figure } = useFigures();
  return (
    <section className="card" aria-label={t("forecast.parts.title")}>
      <h2>{t("forecast.parts.title")}</h2>
      <p className="dim small">{t("forecast.parts.text", { unit })}</p>
      {components.length === 0 ? (
        <p className="dim">{t("forecast.parts.none")}</p>
      ) : (
        <Suspense fallback={<Bones lines={6} />}>
          <LinesChart
            label={t("forecast.parts.title")}
            height={190}
            points={components.map(({ month, trend, season, working_days }) => ({
              at: month,
              trend,
              season,
              working_days,
            }))}
            lines={[
              {
                key: "trend",
                name: t("forecast.parts.trend"),
                color: "var(--mantine-primary-color-filled)",
              },
              { key: "season", name: t("forecast.parts.season"), color: "var(--chart-two)" },
              {
                key: "working_days",
                name: t("forecast.parts.working_days"),
                color: "var(--info)",
              },
            ]}
            x={month}
            y={figure}
            short={short}
          />
        </Suspense>
      )}
    </section>
  );
}
