import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import type { ForecastModel, ForecastModelRow } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useFigures } from "./figures";
import { KINDS } from "./train";

const LinesChart = lazy(() => import("./lines-chart"));

const METRICS = ["rmsse", "wape", "bias", "coverage"] as const;
type Metric = (typeof METRICS)[number];

const COLORS: Record<ForecastModel, string> = {
  puente: "var(--mantine-primary-color-filled)",
  prophet: "var(--info)",
  xgboost: "var(--chart-two)",
  seasonal_naive: "var(--bad)",
  mean_12: "var(--good)",
};

/** How errors went from training to training, beside those of repeating last year. */
export function OverTime({ rows }: { rows: ForecastModelRow[] }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const { score, share, change } = useFigures();
  const [metric, setMetric] = useState<Metric>("rmsse");
  const kinds = KINDS.filter((kind) => rows.some(({ meta }) => meta.kind === kind));
  const inOrder = [...rows].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  const write = (value: number) =>
    metric === "rmsse" ? score(value) : metric === "bias" ? change(value) : share(value);
  return (
    <section className="card" aria-label={t("forecast.over_time.title")}>
      <div className="row" data-wrap style={{ marginBottom: 6 }}>
        <h2 className="grow">{t("forecast.over_time.title")}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t("forecast.over_time.metric")}
          data={METRICS.map((value) => ({ value, label: t(`forecast.score_short.${value}`) }))}
          value={metric}
          onChange={(value) => setMetric(value as Metric)}
        />
      </div>
      <p className="dim small">{t(`forecast.score_text.${metric}`)}</p>
      <Suspense fallback={<Bones lines={6} />}>
        <LinesChart
          label={t("forecast.over_time.title")}
          height={200}
          points={inOrder.map(({ created_at, meta }) => ({
            at: created_at,
            [meta.kind]: meta.scores[metric],
            naive: metric === "coverage" ? null : meta.naive[metric],
          }))}
          lines={[
            ...kinds.map((kind) => ({
              key: kind,
              name: t(`forecast.kind.${kind}`),
              color: COLORS[kind],
              dots: true,
            })),
            ...(metric === "coverage"
              ? []
              : [
                  {
                    key: "naive",
                    name: t("forecast.scores.naive"),
                    color: "var(--text-dim)",
                    dashed: true,
                    dots: true,
                  },
                ]),
          ]}
          x={moment}
          y={write}
          short={write}
        />
      </Suspense>
    </section>
  );
}
