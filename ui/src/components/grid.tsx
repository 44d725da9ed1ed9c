// The one list: thousands of rows, of which only those in sight exist. Sorted, chosen and opened by
// mouse and by keyboard; columns keep their widths.
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import {
  type ColumnDef,
  type ColumnSizingState,
  getCoreRowModel,
  useReactTable,
  type VisibilityState,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { useKept } from "./kept";
import "./grid.css";

export interface Column<T> {
  id: string;
  title: string;
  width: number;
  /** Shares what the others leave of the room, until somebody gives it a width; the last one where none does. */
  grows?: true;
  align?: "left" | "right" | "center";
  /** The name that the order is asked by; not sortable without it. */
  sort?: string;
  cell: (row: T) => ReactNode;
  /** What the footer shows below. */
  foot?: ReactNode;
}

export interface Order {
  by: string;
  descending: boolean;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  count: number;
  /** Nothing for a row that is on its way. */
  rowAt: (index: number) => T | undefined;
  keyOf: (row: T) => string;
  order?: Order | undefined;
  onOrder?: ((order: Order) => void) | undefined;
  /** The row whose details are open. */
  open?: string | null;
  onOpen?: (row: T) => void;
  /** Keys of chosen rows; without it, rows can't be chosen. */
  chosen?: ReadonlySet<string>;
  onChoose?: (chosen: ReadonlySet<string>) => void;
  /** All keys, for "choose all". */
  allKeys?: () => string[];
  /** Tells which rows are in sight. */
  onSight?: (first: number, last: number) => void;
  empty?: ReactNode;
  loading?: boolean;
  foot?: boolean;
  /** Under which widths and hidden columns are kept. */
  store?: string;
  hidden?: VisibilityState;
}

const ROW = 32;
/** Browsers draw no element taller than about 33.5 million pixels. */
export const MOST_ROWS = 1_000_000;

export function Grid<T>(props: Props<T>) {
  const { columns, count, rowAt, keyOf, chosen, onChoose, onSight } = props;
  const { t } = useTranslation();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const anchor = useRef(-1);
  const [sizing, setSizing] = useKept<ColumnSizingState>(props.store, {});
  const rows = props.loading ? 12 : Math.min(count, MOST_ROWS);

  const defs = useMemo<ColumnDef<T>[]>(
    () => columns.map(({ id, width }) => ({ id, size: width, minSize: 48, maxSize: 900 })),
    [columns],
  );
  const table = useReactTable<T>({
    data: NONE as T[],
    columns: defs,
    state: { columnSizing: sizing, columnVisibility: props.hidden ?? {} },
    onColumnSizingChange: setSizing,
    columnResizeMode: "onChange",
    getCoreRowModel: getCoreRowModel(),
  });
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const leaves = table.getVisibleLeafColumns();
  const growing = leaves.map(({ id }) => id).filter((id) => byId.get(id)?.grows && !sizing[id]);
  const rest = growing.length > 0 ? growing : leaves.slice(-1).map(({ id }) => id);
  const widths = leaves.map((column) =>
    rest.includes(column.id) ? `minmax(${column.getSize()}px, 1fr)` : `${column.getSize()}px`,
  );
  const tracks = (chosen ? ["40px", ...widths] : widths).join(" ");
  const style = { gridTemplateColumns: tracks } satisfies CSSProperties;
  const names = leaves.map(({ id }) => id).join(" ");
  const shown = useMemo(
    () => names.split(" ").flatMap((name) => byId.get(name) ?? []) as unknown as Column<never>[],
    [names, byId],
  );

  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    paddingStart: 0,
    scrollPaddingStart: ROW,
    scrollPaddingEnd: props.foot ? ROW : 0,
  });
  const items = virtual.getVirtualItems();
  const [first, final] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    if (!props.loading) onSight?.(first, final);
  }, [first, final, onSight, props.loading]);

  const choose = (index: number, range: boolean) => {
    if (!chosen || !onChoose) return;
    const next = new Set(chosen);
    const row = rowAt(index);
    if (!row) return;
    const on = !chosen.has(keyOf(row));
    const from = range && anchor.current >= 0 ? anchor.current : index;
    for (let at = Math.min(from, index); at <= Math.max(from, index); at += 1) {
      const other = rowAt(at);
      if (!other) continue;
      if (on) next.add(keyOf(other));
      else next.delete(keyOf(other));
    }
    anchor.current = index;
    onChoose(next);
  };
  const all = props.allKeys?.() ?? [];
  const allChosen = all.length > 0 && chosen !== undefined && all.every((key) => chosen.has(key));

  const go = (index: number) => {
    const to = Math.max(0, Math.min(rows - 1, index));
    setActive(to);
    virtual.scrollToIndex(to, { align: "auto" });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 320) / ROW) - 2);
    const moves: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows - 1,
    };
    const to = moves[event.key];
    if (to !== undefined && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey && chosen) choose(Math.max(0, Math.min(rows - 1, to)), true);
      go(to);
      return;
    }
    const row = active >= 0 ? rowAt(active) : undefined;
    if (event.key === "Enter" && row) {
      event.preventDefault();
      props.onOpen?.(row);
    } else if (event.key === " " && row && chosen) {
      event.preventDefault();
      choose(active, false);
    } else if (event.key === "a" && event.ctrlKey && onChoose && props.allKeys) {
      event.preventDefault();
      onChoose(new Set(all));
    }
  };
  const onRow = (event: MouseEvent, index: number) => {
    if ((event.target as HTMLElement).closest("a, button, input, label")) return;
    setActive(index);
    const row = rowAt(index);
    if (!row) return;
    if ((event.ctrlKey || event.shiftKey) && chosen) choose(index, event.shiftKey);
    else props.onOpen?.(row);
  };

  const chooseRow = t("common.choose_row");
  const latest = useRef({ onRow, choose });
  latest.current = { onRow, choose };
  const onRowStable = useCallback(
    (event: MouseEvent, index: number) => latest.current.onRow(event, index),
    [],
  );
  const chooseStable = useCallback(
    (index: number, range: boolean) => latest.current.choose(index, range),
    [],
  );

  if (!props.loading && count === 0 && props.empty) {
    return (
      <div className="grid">
        <div className="grid-empty">{props.empty}</div>
      </div>
    );
  }
  const offset = chosen ? 2 : 1;
  return (
    <div
      ref={scroller}
      className="grid"
      role="grid"
      aria-label={props.label}
      // Not known yet.
      aria-rowcount={props.loading ? -1 : count + 1}
      aria-colcount={leaves.length + (chosen ? 1 : 0)}
      aria-multiselectable={chosen ? true : undefined}
      aria-activedescendant={active >= 0 && active < rows ? `${id}-${active}` : undefined}
      aria-busy={props.loading || undefined}
      tabIndex={0}
      onKeyDown={onKey}
      onFocus={(event) => {
        if (event.target === scroller.current && active < 0 && rows > 0) setActive(0);
      }}
    >
      <div className="grid-head" role="rowgroup">
        <div className="grid-row" role="row" aria-rowindex={1} style={style}>
          {chosen ? (
            <div className="grid-title" role="columnheader" aria-colindex={1}>
              {props.allKeys || chosen.size > 0 ? (
                <input
                  type="checkbox"
                  className="grid-check"
                  aria-label={t(props.allKeys ? "common.choose_all" : "common.choose_none")}
                  checked={allChosen}
                  ref={(box) => {
                    if (box) box.indeterminate = !allChosen && chosen.size > 0;
                  }}
                  onChange={() => onChoose?.(allChosen ? new Set() : new Set(all))}
                />
              ) : null}
            </div>
          ) : null}
          {table.getLeafHeaders().map((header, at) => {
            const column = byId.get(header.column.id);
            if (!column) return null;
            return (
              <Title
                key={column.id}
                column={column}
                index={at + offset}
                order={props.order}
                onOrder={props.onOrder}
                onResize={(event, seen) => {
                  // Dragged from where it is seen, which may be wider than what it asks for.
                  flushSync(() => setSizing((old) => ({ ...old, [column.id]: seen })));
                  const now = table.getLeafHeaders().find(({ id }) => id === header.id);
                  now?.getResizeHandler()(event);
                }}
                resizing={header.column.getIsResizing()}
                onReset={() => header.column.resetSize()}
              />
            );
          })}
        </div>
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = props.loading ? undefined : rowAt(index);
          const key = row === undefined ? undefined : keyOf(row);
          return (
            <Row
              key={index}
              id={`${id}-${index}`}
              index={index}
              start={start}
              row={row}
              columns={shown}
              tracks={tracks}
              chosen={chosen ? key !== undefined && chosen.has(key) : undefined}
              label={chooseRow}
              open={key !== undefined && props.open === key}
              active={index === active}
              onRow={onRowStable}
              onChoose={chooseStable}
            />
          );
        })}
      </div>
      {props.foot ? (
        <div className="grid-foot" role="rowgroup">
          <div className="grid-row" role="row" style={style}>
            {chosen ? <div className="grid-cell" role="gridcell" /> : null}
            {leaves.map((leaf) => {
              const column = byId.get(leaf.id);
              return (
                <div key={leaf.id} className="grid-cell" role="gridcell" data-align={column?.align}>
                  {column?.foot}
                </div>
              );
            })}
          </div>
        </div>
      ) : null}
    </div>
  );
}

const NONE: unknown[] = [];

interface RowProps {
  id: string;
  index: number;
  start: number;
  row: unknown;
  columns: Column<never>[];
  tracks: string;
  /** Nothing where rows can't be chosen. */
  chosen: boolean | undefined;
  /** What its box does. */
  label: string;
  open: boolean;
  active: boolean;
  onRow: (event: MouseEvent, index: number) => void;
  onChoose: (index: number, range: boolean) => void;
}

/** A row is drawn anew only when something about it changes: scrolling draws those that come. */
const Row = memo(function Row(props: RowProps) {
  const { index, row, chosen } = props;
  const offset = chosen === undefined ? 1 : 2;
  return (
    <div
      id={props.id}
      className="grid-row"
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-open={props.open || undefined}
      data-active={props.active || undefined}
      style={{ gridTemplateColumns: props.tracks, transform: `translateY(${props.start}px)` }}
      onClick={(event) => props.onRow(event, index)}
    >
      {chosen === undefined ? null : (
        <div className="grid-cell" role="gridcell" aria-colindex={1}>
          <input
            type="checkbox"
            className="grid-check"
            tabIndex={-1}
            aria-label={props.label}
            checked={chosen}
            disabled={row === undefined}
            onChange={() => {}}
            onClick={(event) => props.onChoose(index, event.shiftKey)}
          />
        </div>
      )}
      {row === undefined ? (
        // One cell, not one for each column: a screenful of them is drawn at every step of a dragged bar.
        <div className="grid-cell grid-bones" role="gridcell" aria-colindex={offset} />
      ) : (
        props.columns.map((column, at) => (
          <div
            key={column.id}
            className="grid-cell"
            role="gridcell"
            aria-colindex={at + offset}
            data-align={column.align}
          >
            {column.cell(row as never)}
          </div>
        ))
      )}
    </div>
  );
});

function Title<T>({
  column,
  index,
  order,
  onOrder,
  onResize,
  resizing,
  onReset,
}: {
  column: Column<T>;
  index: number;
  order: Order | undefined;
  onOrder: ((order: Order) => void) | undefined;
  onResize: (event: unknown, seen: number) => void;
  resizing: boolean;
  onReset: () => void;
}) {
  const by = column.sort;
  const sorted = by !== undefined && order?.by === by;
  const resize = (event: { currentTarget: Element }) =>
    onResize(event, Math.round(event.currentTarget.parentElement?.clientWidth ?? column.width));
  const Arrow = order?.descending ? IconArrowDown : IconArrowUp;
  const direction = order?.descending ? "descending" : "ascending";
  return (
    <div
      className="grid-title"
      role="columnheader"
      aria-colindex={index}
      aria-sort={by === undefined ? undefined : sorted ? direction : "none"}
      data-align={column.align}
    >
      {by !== undefined && onOrder ? (
        <button
          type="button"
          className="grid-sort"
          onClick={() => onOrder({ by, descending: sorted ? !order?.descending : false })}
        >
          <span>{column.title}</span>
          {sorted ? <Arrow size={13} aria-hidden="true" /> : null}
        </button>
      ) : (
        <span>{column.title}</span>
      )}
      <span
        className="grid-resize"
        aria-hidden="true"
        data-resizing={resizing || undefined}
        onMouseDown={resize}
        onTouchStart={resize}
        onDoubleClick={onReset}
      />
    </div>
  );
}
