// ¿Cuánto se venderá? What was sold, what is expected, between which bounds, and what would have been
// expected in the past. The table stands beside it.
import { Switch } from "@mantine/core";
import type { TFunction } from "i18next";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { csvFile } from "@/components/save-chart";
import { SaveMenu } from "@/components/save-menu";
import type { ForecastArticlePage } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { Key, TICK } from "./chart";
import { useFigures } from "./figures";

interface Point {
  month: string;
  sold?: number;
  expected?: number;
  band?: [number, number];
  /** What would have been forecast, oldest first. */
  [replay: `past${number}`]: number;
}

/** Months of the past that a chart shows unless all are asked for. */
const SHOWN = 36;

export function pointsOf(page: ForecastArticlePage, all: boolean): Point[] {
  const points = new Map<string, Point>();
  for (const { month, quantity } of page.history) points.set(month, { month, sold: quantity });
  for (const [at, { months }] of page.replays.entries()) {
    for (const { month, quantity } of months) {
      const point = points.get(month);
      if (point) point[`past${at}`] = quantity;
    }
  }
  const past = [...points.values()];
  const ahead = page.forecast.map(({ month, expected, low, high }): Point => {
    return { month, expected, band: [low, high] };
  });
  return [...(all ? past : past.slice(-SHOWN)), ...ahead];
}

export default function FanChart({ page, height }: { page: ForecastArticlePage; height: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { figure } = useFigures();
  const box = useRef<HTMLDivElement>(null);
  const [past, setPast] = useState(true);
  const [all, setAll] = useState(false);
  const points = pointsOf(page, all);
  const { row, replays, forecast } = page;
  const total = forecast.reduce((sum, { expected }) => sum + expected, 0);
  return (
    <div ref={box}>
      <div className="row" data-wrap>
        <h2 className="grow">{t("forecast.chart.title")}</h2>
        {replays.length > 0 ? (
          <Switch
            size="xs"
            label={t("forecast.chart.past")}
            checked={past}
            onChange={(event) => setPast(event.currentTarget.checked)}
          />
        ) : null}
        {page.history.length > SHOWN ? (
          <Switch
            size="xs"
            label={t("forecast.chart.all")}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        ) : null}
        <SaveMenu
          name={t("forecast.chart.file", { code: page.row.code.replace(/[^\w.-]+/g, "_") })}
          box={box}
          csv={() => csvOf(page, t)}
        />
      </div>
      <div className="row" data-wrap style={{ columnGap: 12, rowGap: 0, marginBottom: 8 }}>
        <div className="grow dim small" style={{ minWidth: 200 }}>
          {t("forecast.chart.total", {
            count: forecast.length,
            total: figure(total),
            unit: row.unit,
          })}
        </div>
        <span className="row" data-wrap style={{ columnGap: 12, rowGap: 0 }}>
          <Key color="var(--text-dim)">{t("forecast.chart.sold")}</Key>
          <Key color="var(--mantine-primary-color-filled)">{t("forecast.chart.expected")}</Key>
          <Key color="var(--mantine-primary-color-filled)" faint>
            {t("forecast.chart.band")}
          </Key>
          {past && replays.length > 0 ? (
            <Key color="var(--chart-two)">{t("forecast.chart.past_key")}</Key>
          ) : null}
        </span>
      </div>
      <div role="img" aria-label={t("forecast.chart.title")} style={{ height }}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
          <ComposedChart
            data={points}
            margin={{ top: 6, right: 8, bottom: 0, left: 4 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--line-soft)" />
            <XAxis
              dataKey="month"
              tickFormatter={format.month}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: "var(--line)" }}
              minTickGap={18}
            />
            <YAxis
              tickFormatter={format.short}
              tick={TICK}
              tickLine={false}
              axisLine={false}
              width={56}
              domain={[0, "auto"]}
            />
            <Tooltip
              cursor={{ stroke: "var(--line)" }}
              isAnimationActive={false}
              content={({ active, payload }) => {
                const point = payload?.[0]?.payload as Point | undefined;
                return active && point ? <Tip point={point} unit={row.unit} /> : null;
              }}
            />
            <Area
              dataKey="band"
              type="monotone"
              stroke="none"
              fill="var(--mantine-primary-color-filled)"
              fillOpacity={0.2}
              isAnimationActive={false}
            />
            {past
              ? replays.map((replay, at) => (
                  <Line
                    key={replay.months[0]?.month ?? at}
                    dataKey={`past${at}`}
                    type="monotone"
                    stroke="var(--chart-two)"
                    strokeWidth={2}
                    strokeDasharray="5 3"
                    dot={false}
                    isAnimationActive={false}
                  />
                ))
              : null}
            <Line
              dataKey="sold"
              stroke="var(--text-dim)"
              strokeWidth={1.5}
              dot={{ r: 2, fill: "var(--text-dim)", strokeWidth: 0 }}
              isAnimationActive={false}
            />
            <Line
              dataKey="expected"
              stroke="var(--mantine-primary-color-filled)"
              strokeWidth={2}
              dot={{ r: 2.5, fill: "var(--mantine-primary-color-filled)", strokeWidth: 0 }}
              isAnimationActive={false}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

function Tip({ point, unit }: { point: Point; unit: string }) {
  const { t } = useTranslation();
  const { month } = useFormat();
  const { figure } = useFigures();
  const past = Object.entries(point).flatMap(([name, value]) =>
    name.startsWith("past") && typeof value === "number" ? [value] : [],
  );
  const lines: [string, string][] = [];
  if (point.sold !== undefined) lines.push([t("forecast.chart.sold"), figure(point.sold)]);
  if (point.expected !== undefined) {
    lines.push([t("forecast.chart.expected"), figure(point.expected)]);
  }
  if (point.band) {
    const [low, high] = point.band;
    lines.push([
      t("forecast.chart.band"),
      t("forecast.range", { low: figure(low), high: figure(high) }),
    ]);
  }
  if (past.length > 0) lines.push([t("forecast.chart.past_key"), past.map(figure).join(" · ")]);
  return (
    <div className="tip">
      <div className="strong">
        {month(point.month)} <span className="dim">{unit}</span>
      </div>
      <dl className="facts">
        {lines.map(([label, value]) => (
          <div key={label} style={{ display: "contents" }}>
            <dt>{label}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** The figures of the chart, month by month. */
function csvOf(page: ForecastArticlePage, t: TFunction): Blob {
  const text = (value: number | undefined) =>
    value === undefined ? "" : String(value).replace(".", ",");
  const head = ["month", "sold", "expected", "low", "high"] as const;
  return csvFile([
    head.map((name) => t(`forecast.months_table.${name}`)),
    ...pointsOf(page, true).map((point) => [
      point.month,
      text(point.sold),
      text(point.expected),
      text(point.band?.[0]),
      text(point.band?.[1]),
    ]),
  ]);
}
