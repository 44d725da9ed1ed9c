import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Bones } from "@/components/empty";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { SaleRow, SalesFilter } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { useTold } from "./told";

const NAMED = 100;

/**
 * What will be sent, before it is: numbers, totals, and each invoice to the letter. Nothing is sent that was
 * not shown: of what was chosen, only sales in that state.
 */
export function SendDialog({
  what,
  state = "ready",
  onClose,
  onSent,
}: {
  what: SalesFilter;
  /** Refused sales are looked at again before they are sent again. */
  state?: "ready" | "refused";
  onClose: () => void;
  onSent: () => void;
}) {
  const { t } = useTranslation();
  const { amount, count } = useFormat();
  const filter: SalesFilter = { ...what, states: [state] };
  const page = useCommand("sales.list", { filter, limit: NAMED });
  const channels = useCommand("sales.channels.list", {}).data ?? [];
  const send = useAction("sales.send");
  const totals = page.data?.totals;
  const rows = page.data?.rows ?? [];
  const stamps = channels.some(
    ({ id, rules }) => rules.stamp && rows.some((row) => row.channel_id === id),
  );
  const shown = rows.map(({ id }) => id);
  const told = useTold().told;
  const report = rows.length > 0 && rows.every((row) => told.has(row.channel_id));
  const names = new Set(rows.map(({ channel_id }) => channel_id));
  const ledger = [
    ...new Set(channels.filter(({ id }) => names.has(id)).map(({ ledger }) => ledger)),
  ];
  const whole = totals !== undefined && totals.sales === shown.length;
  const start = () =>
    send.mutate(
      state === "refused"
        ? { sales: shown }
        : { filter: whole ? { ...filter, ids: shown } : filter },
      {
        onSuccess: () => {
          done(t(report ? "sales.tell.started" : "sales.send.started"));
          onSent();
          onClose();
        },
      },
    );
  return (
    <Dialog
      size={720}
      onClose={onClose}
      title={t(
        state === "refused"
          ? "sales.send.title_again"
          : report
            ? "sales.tell.title"
            : "sales.send.title",
      )}
    >
      <div className="stack" data-gap="big">
        {page.error ? <Trouble error={page.error} /> : null}
        {totals ? (
          <p>
            {t(report ? "sales.tell.what" : "sales.send.what", {
              count: totals.sales,
              sales: count(totals.sales),
              total: totals.sums
                .map(({ total, currency }) => `${amount(total)} ${currency}`)
                .join(" + "),
              ledger: ledger.join(", "),
            })}
          </p>
        ) : (
          <Bones lines={3} />
        )}
        <p className={stamps ? "strong" : "dim"}>
          {report ? t("sales.tell.note") : stamps ? t("sales.send.stamps") : t("sales.send.drafts")}
        </p>
        <section
          style={{ maxHeight: 340, overflow: "auto" }}
          aria-label={t(report ? "sales.tell.preview" : "sales.send.preview")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
          tabIndex={0}
        >
          {rows.map((row) => (
            <Preview key={row.id} row={row} />
          ))}
        </section>
        {totals && totals.sales > rows.length ? (
          <p className="dim small">
            {state === "refused"
              ? t("sales.send.first", { count: rows.length })
              : t("sales.send.more", { count: totals.sales - rows.length })}
          </p>
        ) : null}
        {send.error ? <Trouble error={send.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("common.cancel")}
          </Button>
          <Button disabled={!totals || totals.sales === 0} loading={send.isPending} onClick={start}>
            {state === "refused"
              ? t("sales.send.again", { count: shown.length })
              : t(report ? "sales.tell.button" : "sales.send.button", {
                  count: totals?.sales ?? 0,
                })}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Preview({ row }: { row: SaleRow }) {
  const { amount } = useFormat();
  const [open, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => setOpen(event.currentTarget.open)}
      style={{ borderBottom: "1px solid var(--line-soft)", padding: "5px 4px" }}
    >
      <summary>
        <span style={{ display: "inline-flex", width: "94%", gap: 12 }}>
          <span className="num-left">{row.key}</span>
          <span className="grow clip" dir="auto">
            {row.buyer}
          </span>
          <span className="num">
            {row.total === null ? "" : `${amount(row.total)} ${row.currency}`}
          </span>
        </span>
      </summary>
      {open ? <Body id={row.id} /> : null}
    </details>
  );
}

/** Exactly what is sent. */
function Body({ id }: { id: number }) {
  const page = useCommand("sales.show", { sale: String(id) });
  if (page.error) return <Trouble error={page.error} />;
  if (!page.data) return <Bones lines={4} />;
  return <Exact value={page.data.body} />;
}

export function Exact({ value }: { value: unknown }) {
  return (
    <pre className="mono small" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
