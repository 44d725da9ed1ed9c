// ¿Cuánto se vendió por mes? The question is the title; the table stands beside it.
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import type { MonthRow } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { csvOf } from "./save-chart";
import { SaveMenu } from "./save-menu";

interface Props {
  months: MonthRow[];
  height: number;
  /** What the chart is about, for names of files. */
  name: string;
  onMonth?: (month: string) => void;
}

export default function MonthChart({ months, height, name, onMonth }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  // A picture may be drawn from floats; every figure that is read comes from the decimal text.
  const points = months
    .filter(({ month }) => month !== "")
    .map((row) => ({ ...row, sold: Number(row.net_sales), bought: Number(row.purchases) }));
  const best = points.reduce((best, point) => (point.sold > best.sold ? point : best), {
    sold: Number.NEGATIVE_INFINITY,
    month: "",
    net_sales: "0",
  });
  return (
    <div ref={box}>
      <div className="row">
        <h2 className="grow">{t("companies.chart.title")}</h2>
        <SaveMenu
          name={t("companies.chart.file", { name })}
          box={box}
          csv={() => csvOf(months, t)}
        />
      </div>
      <div className="row" data-wrap style={{ columnGap: 12, rowGap: 0, marginBottom: 8 }}>
        <div className="grow dim small" style={{ minWidth: 200 }}>
          {best.month === ""
            ? t("companies.chart.unit", { currency: format.currency })
            : t("companies.chart.best", {
                currency: format.currency,
                month: format.month(best.month),
                value: format.amount(best.net_sales),
              })}
        </div>
        <span className="row" style={{ gap: 12 }}>
          <Key color="var(--mantine-primary-color-filled)">{t("companies.chart.sold")}</Key>
          <Key color="var(--chart-two)">{t("companies.chart.bought")}</Key>
        </span>
      </div>
      <div role="img" aria-label={t("companies.chart.title")} style={{ height }}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
          <BarChart
            data={points}
            margin={{ top: 6, right: 4, bottom: 0, left: 4 }}
            accessibilityLayer={false}
            barGap={1}
            barCategoryGap="18%"
            onClick={(state) => {
              const label = state?.activeLabel;
              if (onMonth && typeof label === "string") onMonth(label);
            }}
            style={onMonth ? { cursor: "pointer" } : undefined}
          >
            <CartesianGrid vertical={false} stroke="var(--line-soft)" />
            <XAxis
              dataKey="month"
              tickFormatter={format.month}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: "var(--line)" }}
              minTickGap={14}
            />
            <YAxis
              tickFormatter={format.short}
              tick={TICK}
              tickLine={false}
              axisLine={false}
              width={64}
              domain={[lowest(points), "auto"]}
              allowDataOverflow
            />
            <Tooltip
              cursor={{ fill: "var(--hover)" }}
              isAnimationActive={false}
              content={({ active, payload }) => {
                const row = payload?.[0]?.payload as MonthRow | undefined;
                return active && row ? <Tip row={row} /> : null;
              }}
            />
            <Bar
              dataKey="sold"
              fill="var(--mantine-primary-color-filled)"
              radius={[2, 2, 0, 0]}
              maxBarSize={32}
              isAnimationActive={false}
            />
            <Bar
              dataKey="bought"
              fill="var(--chart-two)"
              radius={[2, 2, 0, 0]}
              maxBarSize={32}
              isAnimationActive={false}
            />
          </BarChart>
        </ResponsiveContainer>
      </div>
    </div>
  );
}

/** A few returns in a month without sales are no reason to give half of the picture to them. */
function lowest(points: { sold: number; bought: number }[]): number | "auto" {
  const all = points.flatMap(({ sold, bought }) => [sold, bought]);
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  return -least < most / 50 ? 0 : "auto";
}

const TICK = { fill: "var(--text-dim)", fontSize: 11 };

function Key({ color, children }: { color: string; children: string }) {
  return (
    <span className="row small dim" style={{ gap: 5 }}>
      <span
        aria-hidden="true"
        style={{ width: 10, height: 10, borderRadius: 2, background: color }}
      />
      {children}
    </span>
  );
}

function Tip({ row }: { row: MonthRow }) {
  const { t } = useTranslation();
  const { amount, month } = useFormat();
  const lines = [
    [t("companies.month.net_sales"), row.net_sales],
    [t("companies.month.returns"), row.returns],
    [t("companies.month.purchases"), row.purchases],
  ] as const;
  return (
    <div className="tip">
      <div className="strong">{month(row.month)}</div>
      <dl className="facts">
        {lines.map(([label, value]) => (
          <div key={label} style={{ display: "contents" }}>
            <dt>{label}</dt>
            <dd className="num">{amount(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
