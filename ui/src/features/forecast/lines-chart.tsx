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
import { Key, TICK } from "./chart";

export interface Drawn {
  key: string;
  name: string;
  color: string;
  dashed?: boolean;
  dots?: boolean;
}

/** Lines over time, with their key and the figures below the pointer, and between which bounds they lie. */
export default function LinesChart({
  label,
  points,
  lines,
  band,
  height,
  x,
  y,
  short,
}: {
  label: string;
  points: ({ at: string } & Record<string, number | string | null | [number, number]>)[];
  lines: Drawn[];
  /** What lies between two figures of a point. */
  band?: Pick<Drawn, "key" | "name" | "color">;
  height: number;
  x: (at: string) => string;
  /** A figure, as the pointer shows it. */
  y: (value: number) => string;
  /** A figure, as the axis shows it. */
  short: (value: number) => string;
}) {
  return (
    <>
      <span className="row" data-wrap style={{ columnGap: 12, rowGap: 0, marginBottom: 6 }}>
        {lines.map(({ key, name, color }) => (
          <Key key={key} color={color}>
            {name}
          </Key>
        ))}
        {band ? (
          <Key color={band.color} faint>
            {band.name}
          </Key>
        ) : null}
      </span>
      <div role="img" aria-label={label} style={{ height }}>
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 480, height }}>
          <ComposedChart
            data={points}
            margin={{ top: 6, right: 8, bottom: 0, left: 4 }}
            accessibilityLayer={false}
          >
            <CartesianGrid vertical={false} stroke="var(--line-soft)" />
            <XAxis
              dataKey="at"
              tickFormatter={x}
              tick={TICK}
              tickLine={false}
              axisLine={{ stroke: "var(--line)" }}
              minTickGap={18}
            />
            <YAxis tickFormatter={short} tick={TICK} tickLine={false} axisLine={false} width={56} />
            <Tooltip
              cursor={{ stroke: "var(--line)" }}
              isAnimationActive={false}
              content={({ active, payload }) => {
                const point = payload?.[0]?.payload as (typeof points)[number] | undefined;
                if (!active || !point) return null;
                return (
                  <div className="tip">
                    <div className="strong">{x(point.at)}</div>
                    <dl className="facts">
                      {lines.map(({ key, name }) => {
                        const value = point[key];
                        return typeof value === "number" ? (
                          <div key={key} style={{ display: "contents" }}>
                            <dt>{name}</dt>
                            <dd className="num">{y(value)}</dd>
                          </div>
                        ) : null;
                      })}
                      {band ? <Between name={band.name} of={point[band.key]} y={y} /> : null}
                    </dl>
                  </div>
                );
              }}
            />
            {band ? (
              <Area
                dataKey={band.key}
                stroke="none"
                fill={band.color}
                fillOpacity={0.2}
                isAnimationActive={false}
              />
            ) : null}
            {lines.map(({ key, color, dashed, dots }) => (
              <Line
                key={key}
                dataKey={key}
                stroke={color}
                strokeWidth={2}
                {...(dashed ? { strokeDasharray: "5 3" } : {})}
                dot={dots ? { r: 3, fill: color, strokeWidth: 0 } : false}
                connectNulls
                isAnimationActive={false}
              />
            ))}
          </ComposedChart>
        </ResponsiveContainer>
      </div>
    </>
  );
}

function Between({
  name,
  of,
  y,
}: {
  name: string;
  of: number | string | null | [number, number] | undefined;
  y: (value: number) => string;
}) {
  const { t } = useTranslation();
  if (!Array.isArray(of)) return null;
  const [low, high] = of;
  return (
    <div style={{ display: "contents" }}>
      <dt>{name}</dt>
      <dd className="num">{t("forecast.range", { low: y(low), high: y(high) })}</dd>
    </div>
  );
}
