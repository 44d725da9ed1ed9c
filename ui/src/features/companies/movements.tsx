import { Button, MultiSelect } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ColumnsMenu } from "@/components/columns-menu";
import { Empty } from "@/components/empty";
import { type Column, Grid, MOST_ROWS, type Order } from "@/components/grid";
import { useKept } from "@/components/kept";
import { Chips, Filters, Search } from "@/components/list-page";
import { Period, type Span } from "@/components/period";
import { SavedViews, type Shows } from "@/components/saved-views";
import { MOVEMENT_LOOKS, State } from "@/components/state";
import { Trouble } from "@/components/trouble";
import type { Movement, MovementState, MovementsTotals, SortKey } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { type Question, usePages } from "@/platform/pages";
import type { Exported } from "./export";

const STATES: MovementState[] = ["posted", "draft", "voided"];
const HIDDEN = { cost: false, party_tax_id: false, place: true };

export function Movements({
  company,
  span,
  onSpan,
  onSeen,
}: {
  /** `NIT:YEAR` */
  company: string;
  span: Span;
  onSpan: (span: Span) => void;
  /** Tells what the list shows; nothing when it is gone. */
  onSeen: (seen: Exported | null) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 250);
  const [types, setTypes] = useState<string[]>([]);
  const [states, setStates] = useState<MovementState[]>([]);
  const [order, setOrder] = useState<Order>({ by: "day", descending: true });
  const [hidden, setHidden] = useKept<Record<string, boolean>>("movements.columns", HIDDEN);
  const { from, to } = span;
  const question = useMemo(
    () => ({
      companies: [company],
      text: asked,
      from,
      to,
      doc_types: types,
      states,
      sort: order.by as SortKey,
      descending: order.descending,
    }),
    [company, asked, from, to, types, states, order],
  );
  const titles = useColumns(undefined);
  const clear = () => apply({ by: order.by, descending: order.descending });
  const apply = (shows: Shows) => {
    const view = shows as Partial<MovementsShow>;
    setText(view.text ?? "");
    setTypes(view.types ?? []);
    setStates(view.states ?? []);
    setOrder({ by: view.by ?? "day", descending: view.descending ?? false });
    onSpan({ from: view.from ?? null, to: view.to ?? null });
  };
  const shows = { text: asked, types, states, from, to, ...order } satisfies MovementsShow;
  return (
    <>
      <Filters>
        <Search
          width={214}
          label={t("companies.movement.search")}
          value={text}
          onChange={setText}
        />
        <Kinds company={company} value={types} onChange={setTypes} />
        <Period compact span={span} onChange={onSpan} />
        <Chips
          values={STATES}
          chosen={states}
          text={(state) => t(`common.movement_state.${state}`)}
          onToggle={(state) =>
            setStates((old) =>
              old.includes(state) ? old.filter((other) => other !== state) : [...old, state],
            )
          }
        />
        <div className="grow" />
        <SavedViews list="movements" shows={shows} onApply={apply} />
        <ColumnsMenu columns={titles} hidden={hidden} onChange={setHidden} />
      </Filters>
      <List
        question={question}
        order={order}
        onOrder={setOrder}
        hidden={hidden}
        onClear={clear}
        onSeen={onSeen}
      />
    </>
  );
}

/** What a saved view of movements holds. */
interface MovementsShow {
  text: string;
  types: string[];
  states: MovementState[];
  from: string | null;
  to: string | null;
  by: string;
  descending: boolean;
}

/** Apart from the filters, which need not be drawn again while one scrolls. */
function List({
  question,
  order,
  onOrder,
  hidden,
  onClear,
  onSeen,
}: {
  question: Question<"movements.page">;
  order: Order;
  onOrder: (order: Order) => void;
  hidden: Record<string, boolean>;
  onClear: () => void;
  onSeen: (seen: Exported | null) => void;
}) {
  const { t } = useTranslation();
  const pages = usePages("movements.page", question);
  const totals = pages.first?.totals;
  const columns = useColumns(totals);
  const count = totals?.rows ?? 0;
  useEffect(() => {
    onSeen({ what: question, rows: count });
    return () => onSeen(null);
  }, [question, count, onSeen]);
  return (
    <>
      {pages.error ? <Trouble error={pages.error} /> : null}
      <Grid
        label={t("companies.view.movements")}
        columns={columns}
        count={count}
        rowAt={pages.rowAt}
        keyOf={rowKey}
        order={order}
        onOrder={onOrder}
        onSight={pages.onSight}
        loading={pages.isPending}
        foot
        hidden={hidden}
        store="movements"
        empty={
          <Empty
            icon={IconSearch}
            title={t("companies.movement.none")}
            action={
              <Button variant="default" onClick={onClear}>
                {t("common.clear_filters")}
              </Button>
            }
          />
        }
      />
      {count > MOST_ROWS ? <p className="dim small">{t("companies.movement.most")}</p> : null}
    </>
  );
}

const rowKey = ({ stream, line_id }: Movement) => `${stream} ${line_id}`;

function useColumns(totals: MovementsTotals | undefined): Column<Movement>[] {
  const { t } = useTranslation();
  const { day, quantity, money, count, currency } = useFormat();
  const total = totals ? money(totals.total) : "";
  const cost = totals ? money(totals.cost) : "";
  const rows = totals
    ? t("companies.movement.rows", { count: totals.rows, rows: count(totals.rows) })
    : "";
  return useMemo(() => {
    // Looked up once: a cell has no time for it while one scrolls.
    const words: Record<MovementState, string> = {
      posted: t("common.movement_state.posted"),
      draft: t("common.movement_state.draft"),
      voided: t("common.movement_state.voided"),
      gone: t("common.movement_state.gone"),
    };
    return [
      {
        id: "day",
        title: t("companies.movement.day"),
        width: 100,
        sort: "day",
        cell: (row) => (row.day === null ? "" : day(row.day)),
        foot: rows,
      },
      {
        id: "document",
        title: t("companies.movement.document"),
        width: 130,
        cell: (row) => [row.doc_type, [row.prefix, row.number].filter(Boolean).join("-")].join(" "),
      },
      {
        id: "state",
        title: t("companies.movement.state"),
        width: 115,
        cell: (row) => <State {...MOVEMENT_LOOKS[row.state]}>{words[row.state]}</State>,
      },
      {
        id: "code",
        title: t("companies.movement.code"),
        width: 100,
        sort: "article",
        cell: (row) => row.article_code,
      },
      {
        id: "article",
        title: t("companies.movement.article"),
        width: 250,
        grows: true,
        cell: (row) => (
          <span dir="auto" title={row.article}>
            {row.article}
          </span>
        ),
      },
      {
        id: "quantity",
        title: t("companies.movement.quantity"),
        width: 90,
        align: "right",
        sort: "quantity",
        cell: (row) => quantity(row.quantity),
      },
      { id: "unit", title: t("companies.movement.unit"), width: 70, cell: (row) => row.unit },
      {
        id: "price",
        title: t("companies.movement.price", { currency }),
        width: 130,
        align: "right",
        cell: (row) => money(row.price),
      },
      {
        id: "total",
        title: t("companies.movement.total_in", { currency }),
        width: 160,
        align: "right",
        sort: "total",
        cell: (row) => money(row.total),
        foot: total,
      },
      {
        id: "cost",
        title: t("companies.movement.cost", { currency }),
        width: 160,
        align: "right",
        sort: "cost",
        cell: (row) => money(row.cost),
        foot: cost,
      },
      {
        id: "place",
        title: t("companies.movement.place"),
        width: 170,
        cell: (row) => (
          <span dir="auto">
            {row.to_place === "" ? row.place : `${row.place} → ${row.to_place}`}
          </span>
        ),
      },
      {
        id: "party_tax_id",
        title: t("companies.movement.party_tax_id"),
        width: 110,
        align: "right",
        cell: (row) => row.party_tax_id,
      },
      {
        id: "party",
        title: t("companies.movement.party"),
        width: 230,
        grows: true,
        cell: (row) => (
          <span dir="auto" title={row.party}>
            {row.party}
          </span>
        ),
      },
    ] satisfies Column<Movement>[];
  }, [t, day, quantity, money, currency, rows, total, cost]);
}

function Kinds({
  company,
  value,
  onChange,
}: {
  company: string;
  value: string[];
  onChange: (types: string[]) => void;
}) {
  const { t } = useTranslation();
  const summary = useCommand("movements.summary", { companies: [company] });
  const kinds = new Map((summary.data?.types ?? []).map((row) => [row.doc_type, row.meaning]));
  return (
    <MultiSelect
      w={170}
      aria-label={t("companies.movement.kind")}
      placeholder={value.length === 0 ? t("companies.movement.kind") : undefined}
      data={[...kinds].map(([code, meaning]) => ({
        value: code,
        label: `${code} · ${t(`companies.meaning.${meaning}`)}`,
      }))}
      value={value}
      onChange={onChange}
      clearable
      clearButtonProps={{ "aria-label": t("common.clear_filters") }}
    />
  );
}
