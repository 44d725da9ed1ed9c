import { Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconReceipt, IconSearch, IconSend } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ColumnsMenu } from "@/components/columns-menu";
import { Empty } from "@/components/empty";
import { type Column, Grid, type Order } from "@/components/grid";
import { useKept } from "@/components/kept";
import { LinkButton } from "@/components/link-button";
import { Chips, ListPage, Search } from "@/components/list-page";
import { Period, type Span } from "@/components/period";
import { SavedViews, type Shows } from "@/components/saved-views";
import type { SaleRow, SalesFilter, SalesSort, SalesTotals } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { usePages } from "@/platform/pages";
import { SALE_STATES, type SalesSearch } from "@/routes";
import { SeeExample } from "../welcome/see-example";
import { CreditNotes } from "./credit-notes";
import { endOf, startOf } from "./days";
import { GoExample, useExample } from "./example";
import { ExportSales } from "./files";
import { SalesJobs, SyncSales } from "./jobs";
import { Money, SaleStateView } from "./looks";
import { SalePanel } from "./sale-panel";
import { Views } from "./sales";
import { SendDialog } from "./send-dialog";
import { useTold } from "./told";
import { useUnit, withCurrency, withUnit } from "./unit";

const NOTHING = { text: "", channel: null as string | null, least: "", most: "" };
const ALWAYS: Span = { from: null, to: null };
const SHOWN = {};
const keyOf = ({ id }: SaleRow) => String(id);

/** What a saved view of sales holds. */
interface SalesShow {
  text: string;
  channel: string | null;
  least: string;
  most: string;
  from: string | null;
  to: string | null;
  by: string;
  descending: boolean;
  state: SalesSearch["state"];
  reason: string | undefined;
}

export function SalesList() {
  const { t } = useTranslation();
  const { zone, typed } = useFormat();
  const search = useSearch({ from: "/facturacion" });
  const navigate = useNavigate({ from: "/facturacion" });
  const [narrow, setNarrow] = useState(NOTHING);
  const [span, setSpan] = useState<Span>(ALWAYS);
  const [order, setOrder] = useState<Order>({ by: "date", descending: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [sending, setSending] = useState<"ready" | "refused" | null>(null);
  const [asked] = useDebouncedValue(narrow, 250);
  const [hidden, setHidden] = useKept<Record<string, boolean>>("list.sales.columns", SHOWN);
  const { state, reason } = search;
  const [least, most] = [typed(asked.least), typed(asked.most)];
  const filter = useMemo<SalesFilter>(
    () => ({
      ...(state ? { states: [state] } : {}),
      ...(reason ? { reasons: [reason] } : {}),
      ...(asked.channel ? { channels: [Number(asked.channel)] } : {}),
      ...(span.from ? { from: startOf(span.from, zone) } : {}),
      ...(span.to ? { to: endOf(span.to, zone) } : {}),
      ...(least ? { least } : {}),
      ...(most ? { most } : {}),
      ...(asked.text.trim() ? { text: asked.text.trim() } : {}),
    }),
    [state, reason, asked, least, most, span, zone],
  );
  const question = useMemo(
    () => ({ filter, sort: order.by as SalesSort, ascending: !order.descending }),
    [filter, order],
  );
  const pages = usePages("sales.list", question);
  const ids = useMemo(() => [...chosen].map(Number), [chosen]);
  const picked = useCommand("sales.totals", { ids }, { enabled: ids.length > 0, keep: true });
  const totals = ids.length > 0 ? picked.data : pages.first?.totals;
  const unit = useUnit(pages.first?.totals);
  const columns = useColumns(unit);
  const set = (change: Partial<SalesSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const close = useCallback(
    () => void navigate({ search: ({ open: _, ...old }) => old, replace: true }),
    [navigate],
  );
  const shows = { ...asked, ...span, ...order, state, reason } satisfies SalesShow;
  const apply = (shows: Shows) => {
    const view = shows as Partial<SalesShow>;
    const { text = "", channel = null, least = "", most = "" } = view;
    setNarrow({ text, channel, least, most });
    setSpan({ from: view.from ?? null, to: view.to ?? null });
    setOrder({ by: view.by ?? "date", descending: view.descending ?? false });
    set({ state: view.state, reason: view.reason });
  };
  const clear = () => apply({ by: order.by, descending: order.descending });
  const ready = totals?.states.ready ?? 0;
  const refused = totals?.states.refused ?? 0;
  const tells = useTold().all;
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <ListPage
        title={t("common.tab.sales")}
        actions={
          <>
            <Views />
            <CreditNotes />
            <SyncSales />
            {refused > 0 && ready === 0 ? (
              <Button
                leftSection={<IconSend size={15} aria-hidden="true" />}
                onClick={() => setSending("refused")}
              >
                {t("sales.send.again", { count: refused })}
              </Button>
            ) : (
              <Button
                leftSection={<IconSend size={15} aria-hidden="true" />}
                disabled={ready === 0}
                onClick={() => setSending("ready")}
              >
                {ready === 0
                  ? t(tells ? "sales.tell.nothing" : "sales.send.nothing")
                  : t(tells ? "sales.tell.button" : "sales.send.button", { count: ready })}
              </Button>
            )}
          </>
        }
        filters={
          <Narrowing
            narrow={narrow}
            onNarrow={setNarrow}
            span={span}
            onSpan={setSpan}
            search={search}
            set={set}
            unit={unit}
            tools={
              <>
                <SavedViews list="sales" shows={shows} onApply={apply} />
                <ExportSales {...question} rows={pages.first?.totals.sales ?? 0} />
                <ColumnsMenu columns={columns} hidden={hidden} onChange={setHidden} />
              </>
            }
          />
        }
        error={pages.error}
        foot={
          <Footer
            totals={totals}
            picked={ids.length > 0}
            reason={reason}
            onReason={(reason) => set({ reason })}
            clear={() => setChosen(new Set())}
          />
        }
        panel={search.open ? <SalePanel id={search.open} onClose={close} /> : null}
      >
        <SalesJobs />
        <Grid
          label={t("sales.list")}
          columns={columns}
          count={pages.first?.totals.sales ?? 0}
          rowAt={pages.rowAt}
          keyOf={keyOf}
          order={order}
          onOrder={setOrder}
          onSight={pages.onSight}
          open={search.open ? String(search.open) : null}
          onOpen={({ id }) => set({ open: id })}
          chosen={chosen}
          onChoose={setChosen}
          loading={pages.isPending}
          store="sales"
          hidden={hidden}
          empty={<None filtered={filtered} clear={clear} />}
        />
      </ListPage>
      {sending ? (
        <SendDialog
          what={ids.length > 0 ? { ids } : filter}
          state={sending}
          onClose={() => setSending(null)}
          onSent={() => setChosen(new Set())}
        />
      ) : null}
    </>
  );
}

function Narrowing({
  narrow,
  onNarrow,
  span,
  onSpan,
  search,
  set,
  unit,
  tools,
}: {
  narrow: typeof NOTHING;
  onNarrow: (narrow: typeof NOTHING) => void;
  span: Span;
  onSpan: (span: Span) => void;
  search: SalesSearch;
  set: (change: Partial<SalesSearch>) => void;
  /** The currency of all amounts, if it is one. */
  unit: string | null;
  tools: ReactNode;
}) {
  const { t } = useTranslation();
  const { typed } = useFormat();
  const channels = useCommand("sales.channels.list", {}).data ?? [];
  const { all } = useTold();
  const limit = (name: "least" | "most") => (
    <TextInput
      w={112}
      aria-label={t(`sales.filter.${name}`)}
      placeholder={withUnit(t(`sales.filter.${name}`), unit)}
      inputMode="decimal"
      value={narrow[name]}
      error={narrow[name] !== "" && !typed(narrow[name]) ? t("sales.filter.amount") : null}
      onChange={(event) => onNarrow({ ...narrow, [name]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <Search
        width={220}
        label={t("sales.filter.text")}
        value={narrow.text}
        onChange={(text) => onNarrow({ ...narrow, text })}
      />
      {channels.length > 1 ? (
        <Select
          w={190}
          aria-label={t("sales.filter.channel")}
          placeholder={t("sales.filter.channel")}
          data={channels.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={narrow.channel}
          onChange={(channel) => onNarrow({ ...narrow, channel })}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear_filters") }}
        />
      ) : null}
      <Period compact span={span} onChange={onSpan} />
      {limit("least")}
      {limit("most")}
      <Chips
        values={all ? SALE_STATES.filter((state) => state !== "stamped") : SALE_STATES}
        chosen={search.state ? [search.state] : []}
        text={(state) =>
          t(all && state === "invoiced" ? "sales.tell.invoiced" : `sales.state.${state}`)
        }
        onToggle={(state) =>
          set({ state: search.state === state ? undefined : state, reason: undefined })
        }
      />
      <div className="grow" />
      {tools}
    </>
  );
}

function Footer({
  totals,
  picked,
  reason,
  onReason,
  clear,
}: {
  totals: SalesTotals | undefined;
  picked: boolean;
  reason: string | undefined;
  onReason: (reason: string | undefined) => void;
  clear: () => void;
}) {
  const { t } = useTranslation();
  const { amount, count } = useFormat();
  const { all } = useTold();
  if (!totals) return null;
  const sums = totals.sums.map(({ currency, paid, margin }) =>
    t(all ? "sales.tell.sum" : "sales.sum", {
      paid: amount(paid),
      margin: amount(margin),
      currency,
    }),
  );
  const words = {
    count: totals.sales,
    sales: count(totals.sales),
    sums: sums.map((sum) => ` · ${sum}`).join(""),
  };
  return (
    <div className="row" data-wrap style={{ minHeight: 30 }}>
      <span className="num-left" role="status">
        {picked ? t("sales.picked", words) : t("sales.shown", words)}
      </span>
      {picked ? (
        <Button variant="subtle" onClick={clear}>
          {t("companies.clear")}
        </Button>
      ) : null}
      <div className="grow" />
      {totals.reasons.length > 0 ? <span className="dim small">{t("sales.blocked")}</span> : null}
      {totals.reasons.slice(0, 4).map((one) => (
        <button
          key={one.reason}
          type="button"
          className="chip"
          aria-pressed={reason === one.reason}
          onClick={() => onReason(reason === one.reason ? undefined : one.reason)}
        >
          {one.text} · {count(one.sales)}
        </button>
      ))}
    </div>
  );
}

function useColumns(unit: string | null): Column<SaleRow>[] {
  const { t } = useTranslation();
  const { moment, amount } = useFormat();
  const { told, all } = useTold();
  return useMemo(() => {
    const columns: Column<SaleRow>[] = [
      {
        id: "date",
        title: t("sales.col.date"),
        width: 132,
        sort: "date",
        cell: (row) => moment(row.sold_at),
      },
      {
        id: "number",
        title: t("sales.col.number"),
        // Room for the sixteen digits of an order; numbers of documents are longer still.
        width: all ? 190 : 168,
        sort: "number",
        cell: (row) => row.key,
      },
      {
        id: "state",
        title: t("sales.col.state"),
        width: 112,
        sort: "state",
        cell: (row) => <SaleStateView state={row.state} told={told.has(row.channel_id)} />,
      },
      {
        id: "buyer",
        title: t("sales.col.buyer"),
        width: 172,
        grows: true,
        sort: "buyer",
        cell: (row) => (
          <span dir="auto" title={row.buyer}>
            {row.buyer}
          </span>
        ),
      },
      {
        id: "reason",
        title: t("sales.col.reason"),
        width: all ? 300 : 206,
        grows: true,
        cell: (row) => {
          const text = row.reasons.map((reason) => reason.text).join(" ");
          return (
            <span dir="auto" title={text}>
              {text}
            </span>
          );
        },
      },
      {
        id: "paid",
        title: withUnit(t(all ? "sales.tell.total" : "sales.col.paid"), unit),
        width: 122,
        align: "right",
        sort: "amount",
        cell: (row) => withCurrency(amount(row.paid), row, unit),
      },
      {
        id: "margin",
        title: withUnit(t("sales.col.margin"), unit),
        width: 122,
        align: "right",
        sort: "margin",
        cell: (row) => (row.margin === null ? "" : <Money value={row.margin} amount={amount} />),
      },
      {
        id: "invoice",
        title: t(all ? "sales.tell.column" : "sales.col.invoice"),
        width: all ? 180 : 104,
        cell: (row) => row.invoice,
      },
      { id: "channel", title: t("sales.col.channel"), width: 180, cell: (row) => row.channel },
    ];
    return all ? columns.filter(({ id }) => id !== "margin") : columns;
  }, [t, moment, amount, unit, told, all]);
}

function None({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const { t } = useTranslation();
  const channels = useCommand("sales.channels.list", {}).data ?? [];
  const example = useExample()?.available ?? false;
  if (filtered) {
    return (
      <Empty
        icon={IconSearch}
        title={t("sales.none_fit")}
        action={
          <Button variant="default" onClick={clear}>
            {t("common.clear_filters")}
          </Button>
        }
      />
    );
  }
  return (
    <Empty
      icon={IconReceipt}
      title={t("sales.none")}
      action={
        <>
          {example ? (
            <GoExample />
          ) : channels.some(({ state }) => state === "connected") ? (
            <SyncSales primary />
          ) : (
            <LinkButton to="/facturacion" search={{ view: "steps" }}>
              {t("sales.begin")}
            </LinkButton>
          )}
          <SeeExample />
        </>
      }
    >
      {t("sales.none_text")}
    </Empty>
  );
}
