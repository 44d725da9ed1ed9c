import { Button, SegmentedControl, Select } from "@mantine/core";
import { IconChartBar, IconCoins } from "@tabler/icons-react";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  Bar,
  BarChart,
  CartesianGrid,
  Cell,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { Bones, Empty } from "@/components/empty";
import { Filters } from "@/components/list-page";
import { Period, type Span } from "@/components/period";
import { csvFile } from "@/components/save-chart";
import { SaveMenu } from "@/components/save-menu";
import { Trouble } from "@/components/trouble";
import type { MarginBy, MarginSummary } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { CostsPanel } from "./costs-panel";
import { endOf, startOf } from "./days";
import { ExportMargin } from "./files";
import { Money } from "./looks";
import { Views } from "./sales";

const BY: MarginBy[] = ["month", "product", "channel", "sale"];
const CHARTED = 12;
const MOST = 500;

/** What sales earned, losses first. */
export function Margin() {
  const { t } = useTranslation();
  const { zone } = useFormat();
  const [by, setBy] = useState<MarginBy>("month");
  const [span, setSpan] = useState<Span>({ from: null, to: null });
  const [channel, setChannel] = useState<string | null>(null);
  const [currency, setCurrency] = useState<string | null>(null);
  const [costs, setCosts] = useState(false);
  const channels = useCommand("sales.channels.list", {}).data ?? [];
  const closeCosts = useCallback(() => setCosts(false), []);
  const filter = {
    ...(channel ? { channels: [Number(channel)] } : {}),
    ...(span.from ? { from: startOf(span.from, zone) } : {}),
    ...(span.to ? { to: endOf(span.to, zone) } : {}),
  };
  const margin = useCommand("sales.margin", { by, filter, currency, limit: MOST }, { keep: true });
  const currencies = margin.data?.currencies ?? [];
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <div className="page-head" style={{ flexWrap: "wrap" }}>
          <h1 className="grow" style={{ minWidth: "max-content" }}>
            {t("common.tab.sales")}
          </h1>
          <Views />
          <Button
            variant="default"
            leftSection={<IconCoins size={15} aria-hidden="true" />}
            onClick={() => setCosts(true)}
          >
            {t("sales.costs.button")}
          </Button>
        </div>
        <Filters>
          <SegmentedControl
            aria-label={t("sales.margin.by")}
            data={BY.map((value) => ({ value, label: t(`sales.margin.by_${value}`) }))}
            value={by}
            onChange={(value) => setBy(value as MarginBy)}
          />
          {channels.length > 1 ? (
            <Select
              w={190}
              aria-label={t("sales.filter.channel")}
              placeholder={t("sales.filter.channel")}
              data={channels.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={channel}
              onChange={setChannel}
              clearable
              clearButtonProps={{ "aria-label": t("common.clear_filters") }}
            />
          ) : null}
          <Period compact span={span} onChange={setSpan} />
          {currencies.length > 1 ? (
            <SegmentedControl
              aria-label={t("sales.margin.currency")}
              data={currencies}
              value={margin.data?.currency ?? ""}
              onChange={setCurrency}
            />
          ) : null}
          <div className="grow" />
          <ExportMargin by={by} filter={filter} currency={margin.data?.currency ?? null} />
        </Filters>
        {margin.error ? <Trouble error={margin.error} /> : null}
        {margin.isPending ? <Bones lines={10} /> : null}
        {margin.data && margin.data.rows.length === 0 ? (
          <Empty icon={IconChartBar} title={t("sales.margin.none")}>
            {t("sales.margin.none_text")}
          </Empty>
        ) : null}
        {margin.data && margin.data.rows.length > 0 ? (
          <>
            <div className="halves" style={{ gridTemplateColumns: "minmax(0, 1fr) 340px" }}>
              <Chart summary={margin.data} by={by} />
              <Costs summary={margin.data} />
            </div>
            <Table summary={margin.data} by={by} />
          </>
        ) : null}
      </div>
      {costs ? <CostsPanel onClose={closeCosts} /> : null}
    </div>
  );
}

function Chart({ summary, by }: { summary: MarginSummary; by: MarginBy }) {
  const { t } = useTranslation();
  const { amount, short, month } = useFormat();
  const { currency } = summary;
  const box = useRef<HTMLDivElement>(null);
  // A picture may be drawn from floats; every figure that is read comes from the decimal text.
  const points = summary.rows.slice(0, CHARTED).map((row) => ({
    name: by === "month" ? month(row.key) : row.label,
    value: Number(row.margin),
    text: row.margin,
  }));
  return (
    <section className="card" aria-label={t(`sales.margin.question_${by}`)}>
      <div className="row">
        <h2 className="grow">{t(`sales.margin.question_${by}`)}</h2>
        <SaveMenu
          name={t("sales.margin.file")}
          box={box}
          csv={() =>
            csvFile([
              [t(`sales.margin.by_${by}`), t("sales.margin.margin")],
              ...points.map(({ name, text }) => [name, text.replace(".", ",")]),
            ])
          }
        />
      </div>
      <p className="dim small">{t("companies.chart.unit", { currency })}</p>
      <div
        ref={box}
        role="img"
        aria-label={t(`sales.margin.question_${by}`)}
        style={{ height: 240 }}
      >
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: 0 }}>
            <CartesianGrid vertical={false} stroke="var(--line-soft)" />
            <XAxis
              dataKey="name"
              tickLine={false}
              tick={{ fill: "var(--text-dim)", fontSize: 12 }}
              tickFormatter={(name: string) => (name.length > 16 ? `${name.slice(0, 15)}…` : name)}
            />
            <YAxis
              width={64}
              tickLine={false}
              axisLine={false}
              tick={{ fill: "var(--text-dim)", fontSize: 12 }}
              tickFormatter={short}
            />
            <Tooltip
              cursor={{ fill: "var(--chosen)" }}
              content={({ active, payload }) => {
                const point = payload?.[0]?.payload as (typeof points)[number] | undefined;
                return active && point ? (
                  <div className="tip">
                    <div>{point.name}</div>
                    <div className="num">{amount(point.text)}</div>
                  </div>
                ) : null;
              }}
            />
            <Bar dataKey="value" isAnimationActive={false} maxBarSize={48}>
              {points.map((point) => (
                <Cell
                  key={point.name}
                  fill={point.value < 0 ? "var(--bad)" : "var(--mantine-primary-color-filled)"}
                />
              ))}
            </Bar>
          </BarChart>
        </ResponsiveContainer>
      </div>
    </section>
  );
}

function Costs({ summary: { total, costs, currency } }: { summary: MarginSummary }) {
  const { t } = useTranslation();
  const { amount } = useFormat();
  return (
    <section className="card" style={{ padding: 0 }}>
      <table className="plain" aria-label={t("sales.panel.costs")}>
        <thead>
          <tr>
            <th>{t("sales.margin.what")}</th>
            <th className="num">{currency}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{t("sales.margin.revenue")}</td>
            <td className="num">{amount(total.revenue)}</td>
          </tr>
          {costs.map((cost) => (
            <tr key={cost.kind}>
              <td>{t(`sales.cost.${cost.kind}`)}</td>
              <td className="num">{amount(cost.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t("sales.margin.margin")}</td>
            <td className="num">
              <Money value={total.margin} amount={amount} />
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Table({ summary, by }: { summary: MarginSummary; by: MarginBy }) {
  const { t } = useTranslation();
  const { amount, count, month, quantity } = useFormat();
  const { rows, groups, currency } = summary;
  return (
    <section className="card" style={{ padding: 0, overflow: "auto" }}>
      <table className="plain" aria-label={t("sales.view.margin")}>
        <caption>{t("companies.month.in", { currency })}</caption>
        <thead>
          <tr>
            <th>{t(`sales.margin.by_${by}`)}</th>
            <th className="num">{t("sales.margin.sales")}</th>
            <th className="num">{t("sales.margin.revenue")}</th>
            <th className="num">{t("sales.margin.cost")}</th>
            <th className="num">{t("sales.margin.margin")}</th>
            <th className="num">{t("sales.margin.percent")}</th>
            <th>{t("sales.margin.sure")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td dir="auto">{by === "month" ? month(row.key) : row.label}</td>
              <td className="num">{count(row.sales)}</td>
              <td className="num">{amount(row.revenue)}</td>
              <td className="num">{amount(row.cost)}</td>
              <td className="num">
                <Money value={row.margin} amount={amount} />
              </td>
              <td className="num">{row.percent === null ? "" : quantity(row.percent)}</td>
              <td className="dim">
                {row.estimated ? t("sales.certainty.estimated") : t("sales.certainty.billed")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {groups > rows.length ? (
        <p className="dim small" style={{ padding: "8px 12px" }}>
          {t("sales.margin.more", { shown: count(rows.length), total: count(groups) })}
        </p>
      ) : null}
    </section>
  );
}
