import { Button } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { LinkButton } from "@/components/link-button";
import { costSourceName, saleEventName, stampName } from "@/components/names";
import { Panel } from "@/components/panel";
import { Trouble } from "@/components/trouble";
import type { SalePage, SaleReasonView, SaleRow } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import { MAPPING_KINDS } from "@/routes";
import { Accept, mayBeAccepted } from "./accept";
import { Attempts } from "./attempts";
import { Decide } from "./decide";
import { Documents } from "./files";
import { Money, SaleStateView } from "./looks";
import { Exact, SendDialog } from "./send-dialog";
import { Tasks } from "./tasks";
import { useTold } from "./told";

export function SalePanel({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const page = useCommand("sales.show", { sale: String(id) });
  const [sending, setSending] = useState(false);
  const { told } = useTold();
  const row = page.data?.row;
  const verb = row && told.has(row.channel_id) ? "sales.tell.button" : "sales.send.button";
  return (
    <>
      <Panel
        wide
        title={row ? t("sales.panel.title", { number: row.key }) : t("sales.list")}
        sub={
          row ? (
            <span className="row">
              <SaleStateView state={row.state} told={told.has(row.channel_id)} /> {row.channel} ·{" "}
              {moment(row.sold_at)}
            </span>
          ) : null
        }
        onClose={onClose}
        foot={
          row?.state === "ready" || row?.state === "refused" ? (
            <Button
              leftSection={<IconSend size={15} aria-hidden="true" />}
              onClick={() => setSending(true)}
            >
              {t(row.state === "refused" ? "sales.send.again" : verb, { count: 1 })}
            </Button>
          ) : null
        }
      >
        {page.error ? <Trouble error={page.error} /> : null}
        {page.data ? <Details page={page.data} /> : page.error ? null : <Bones lines={10} />}
      </Panel>
      {sending && row ? (
        <SendDialog
          what={{ ids: [row.id] }}
          state={row.state === "refused" ? "refused" : "ready"}
          onClose={() => setSending(false)}
          onSent={() => {}}
        />
      ) : null}
    </>
  );
}

function Details({ page }: { page: SalePage }) {
  const { t } = useTranslation();
  const { row, reasons, body, history, sends } = page;
  const { moment } = useFormat();
  const told = useTold().told.has(row.channel_id);
  const ledger = t(told ? "sales.ledger_kind.solar" : "sales.ledger_kind.siigo");
  return (
    <div className="stack" data-gap="big">
      {reasons.map((reason) => (
        <Reason key={reason.text} reason={reason} row={row} />
      ))}
      {reasons.length > 0 && reasons.every(mayBeAccepted) ? (
        <Accept row={row} reasons={reasons} />
      ) : null}
      {row.state === "uncertain" ? <Decide page={page} ledger={ledger} /> : null}
      <Tasks tasks={page.tasks} />
      <Lines page={page} />
      <Invoice page={page} />
      {told ? null : <EarningsView page={page} />}
      {body ? (
        <details>
          <summary>{page.sends.length > 0 ? t("sales.panel.sent") : t("sales.panel.body")}</summary>
          {page.key ? (
            <p className="small">
              {t("sales.panel.key")} <span className="mono">{page.key}</span>
            </p>
          ) : null}
          <Exact value={body} />
        </details>
      ) : null}
      {sends.length > 0 ? (
        <section className="stack">
          <h3>{t("sales.panel.sends")}</h3>
          {sends.map((send) => (
            <details key={send.key}>
              <summary>
                {t(`sales.send_state.${send.state}`)} ·{" "}
                {t("sales.panel.attempts", { count: send.attempts })} ·{" "}
                {moment(send.sent_at ?? send.created_at)}
              </summary>
              <Exact value={{ key: send.key, marker: send.marker, outcome: send.outcome }} />
            </details>
          ))}
        </section>
      ) : null}
      {sends.length > 0 ? <Attempts sale={row.id} /> : null}
      <section className="stack">
        <h3>{t("sales.panel.history")}</h3>
        <dl className="facts">
          {history.map((event, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the history only grows at its end
            <Happened key={at} at={event.at} what={saleEventName(event.kind, ledger)} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function Happened({ at, what }: { at: string; what: string }) {
  const { moment } = useFormat();
  return (
    <>
      <dt className="num-left">{moment(at)}</dt>
      <dd>{what}</dd>
    </>
  );
}

/** What stands in the way, and the way out. */
function Reason({ reason, row }: { reason: SaleReasonView; row: SaleRow }) {
  const { t } = useTranslation();
  const kind = MAPPING_KINDS.find((kind) => reason.mend === `mappings.${kind}`);
  const channel = row.channel_id;
  return (
    <div className="trouble" data-severity="warning">
      <div className="grow stack">
        <div>
          <p className="strong wrap">{reason.text}</p>
          <p className="wrap">{reason.hint}</p>
        </div>
        {kind ? (
          <LinkButton
            variant="default"
            style={{ alignSelf: "flex-start" }}
            to="/facturacion"
            search={{ view: "mappings", channel, kind }}
          >
            {t(`sales.mend.${kind}`)}
          </LinkButton>
        ) : reason.mend === "rules" ? (
          <LinkButton
            variant="default"
            style={{ alignSelf: "flex-start" }}
            to="/facturacion"
            search={{ view: "steps", setup: "rules", channel }}
          >
            {t("sales.mend.rules")}
          </LinkButton>
        ) : reason.mend === "" ? null : (
          <LinkButton
            variant="default"
            style={{ alignSelf: "flex-start" }}
            to="/facturacion"
            search={{ view: "steps" }}
          >
            {t("sales.mend.steps")}
          </LinkButton>
        )}
      </div>
    </div>
  );
}

function Lines({ page: { sale, row } }: { page: SalePage }) {
  const { t } = useTranslation();
  const told = useTold().told.has(row.channel_id);
  const { amount, quantity } = useFormat();
  return (
    <section className="stack">
      <h3>{t("sales.panel.lines")}</h3>
      <p dir="auto">{row.buyer}</p>
      <table className="plain" aria-label={t("sales.panel.lines")}>
        <thead>
          <tr>
            <th>{t("sales.panel.article")}</th>
            <th className="num">{t("sales.panel.quantity")}</th>
            <th className="num">{t("sales.panel.price", { currency: sale.currency })}</th>
          </tr>
        </thead>
        <tbody>
          {sale.lines.map((line) => (
            <tr key={`${line.order} ${line.item} ${line.sku}`}>
              <td className="wrap" dir="auto">
                {line.title} <span className="dim">{line.sku}</span>
              </td>
              <td className="num">{quantity(line.quantity)}</td>
              <td className="num">{amount(line.unit_price)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t(told ? "sales.tell.total" : "sales.panel.paid")}</td>
            <td />
            <td className="num">{amount(row.paid)}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function Invoice({ page }: { page: SalePage }) {
  const { invoice } = page;
  const { t } = useTranslation();
  const { amount, day } = useFormat();
  const told = useTold().told.has(page.row.channel_id);
  if (!invoice) return null;
  return (
    <section className="stack">
      <h3>{t(told ? "sales.tell.document" : "sales.panel.invoice", { number: invoice.number })}</h3>
      <dl className="facts">
        <dt>{t("sales.col.date")}</dt>
        <dd>{day(invoice.date)}</dd>
        <dt>{t("sales.panel.total", { currency: page.row.currency })}</dt>
        <dd className="num-left">{amount(invoice.total)}</dd>
        {told ? null : (
          <>
            <dt>{t("sales.panel.stamp")}</dt>
            <dd>{invoice.stamp ? stampName(invoice.stamp) : t("sales.panel.unstamped")}</dd>
          </>
        )}
        {invoice.cufe ? (
          <>
            <dt>{t("sales.panel.cufe")}</dt>
            <dd className="mono">{invoice.cufe}</dd>
          </>
        ) : null}
        {invoice.errors.length > 0 ? (
          <>
            <dt>{t("sales.panel.errors")}</dt>
            <dd>{invoice.errors.join(" ")}</dd>
          </>
        ) : null}
        {[invoice.pdf, invoice.xml].some((file) => file !== null) ? (
          <>
            <dt>{t("sales.panel.files")}</dt>
            <dd className="row">
              <Documents page={page} />
            </dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}

function EarningsView({ page: { earnings, row } }: { page: SalePage }) {
  const { t } = useTranslation();
  const { amount } = useFormat();
  return (
    <section className="stack">
      <h3>{t("sales.panel.earned", { currency: row.currency })}</h3>
      <table className="plain" aria-label={t("sales.panel.costs")}>
        <thead>
          <tr>
            <th>{t("sales.margin.what")}</th>
            <th>{t("sales.panel.source")}</th>
            <th className="num">{t("sales.panel.amount")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{t("sales.margin.revenue")}</td>
            <td />
            <td className="num">{amount(earnings.revenue)}</td>
          </tr>
          {earnings.costs.map((cost) => (
            <tr key={`${cost.kind} ${cost.source}`}>
              <td>{t(`sales.cost.${cost.kind}`)}</td>
              <td className="dim">
                {costSourceName(cost.source)} · {t(`sales.certainty.${cost.certainty}`)}
              </td>
              <td className="num">{amount(cost.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t("sales.margin.margin")}</td>
            <td>{earnings.estimated ? t("sales.margin.estimated") : null}</td>
            <td className="num">
              <Money value={earnings.margin} amount={amount} />
            </td>
          </tr>
        </tfoot>
      </table>
      {earnings.without_cost.length > 0 ? (
        <p className="dim small">
          {t("sales.panel.without_cost", { codes: earnings.without_cost.join(", ") })}
        </p>
      ) : null}
      {earnings.freight_known ? null : (
        <p className="dim small">{t("sales.panel.freight_unknown")}</p>
      )}
    </section>
  );
}
