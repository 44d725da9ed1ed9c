import { Button, Select } from "@mantine/core";
import { IconPlus, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { LinkButton } from "@/components/link-button";
import { done, failed } from "@/components/toast";
import { TroubleView } from "@/components/trouble";
import type { SalesChannel, SalesLedger } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { LastDelivery, ProbeLedger, TestSource } from "./solar";

/** The companies that sales are invoiced in. */
export function Ledgers({ ledgers }: { ledgers: SalesLedger[] }) {
  const { t } = useTranslation();
  const tells = ledgers.length > 0 && ledgers.every(({ kind }) => kind === "solar");
  const title = t(tells ? "sales.tell.ledgers" : "sales.ledgers");
  return (
    <section className="card stack" data-gap="big" aria-label={title}>
      <div className="row" data-wrap>
        <h2 className="grow">{title}</h2>
        <LinkButton
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden="true" />}
          to="/facturacion"
          search={{ view: "steps", setup: "ledger" }}
        >
          {t("sales.step_action.ledger")}
        </LinkButton>
        <LinkButton
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden="true" />}
          to="/facturacion"
          search={{ view: "steps", setup: "solar" }}
        >
          {t("sales.solar.connect")}
        </LinkButton>
      </div>
      {ledgers.length === 0 ? <p className="dim">{t("sales.step_text.ledger")}</p> : null}
      {ledgers.map((ledger) => (
        <Ledger key={ledger.id} ledger={ledger} />
      ))}
    </section>
  );
}

function Ledger({ ledger }: { ledger: SalesLedger }) {
  const { t } = useTranslation();
  const remove = useAction("sales.ledgers.remove");
  const solar = ledger.kind === "solar";
  return (
    <div className="stack">
      <div className="row">
        <h3 className="grow">
          {ledger.name}{" "}
          <span className="dim small">
            {t(solar ? "sales.ledger_kind.solar" : "sales.ledger_kind.siigo")}
          </span>
        </h3>
        {solar ? null : <Catalogue ledger={ledger} />}
        <Remove
          name={ledger.name}
          text={t("sales.remove.ledger")}
          onConfirm={() => remove.mutateAsync({ ledger: String(ledger.id) })}
        />
      </div>
      {ledger.last_error ? <TroubleView view={ledger.last_error} /> : null}
      <dl className="facts">
        <dt>{t("sales.field.user")}</dt>
        <dd>{ledger.user}</dd>
        {solar ? (
          <>
            <dt>{t("sales.field.base_url")}</dt>
            <dd className="mono small">{ledger.base_url}</dd>
            <LastDelivery ledger={ledger} />
          </>
        ) : (
          <Expected ledger={ledger} />
        )}
      </dl>
      {solar ? <ProbeLedger ledger={ledger} /> : null}
    </div>
  );
}

function Catalogue({ ledger }: { ledger: SalesLedger }) {
  const { t } = useTranslation();
  const named = { ledger: String(ledger.id) };
  const refresh = useAction("sales.catalogue.refresh");
  const test = useAction("sales.ledgers.test");
  return (
    <>
      <Button
        variant="default"
        loading={test.isPending}
        onClick={() =>
          test.mutate(named, { onSuccess: () => done(t("sales.answers")), onError: failed })
        }
      >
        {t("sales.test")}
      </Button>
      <Button
        variant="default"
        leftSection={<IconRefresh size={15} aria-hidden="true" />}
        loading={refresh.isPending}
        onClick={() =>
          refresh.mutate(named, {
            onSuccess: () => done(t("sales.catalogue.refreshing")),
            onError: failed,
          })
        }
      >
        {t("sales.catalogue.refresh")}
      </Button>
    </>
  );
}

/** What the ledger expects, as it was last fetched. */
function Expected({ ledger }: { ledger: SalesLedger }) {
  const { t } = useTranslation();
  const { moment, count } = useFormat();
  const catalogue = useCommand(
    "sales.catalogue.show",
    { ledger: String(ledger.id) },
    { enabled: ledger.catalogue_at !== null },
  ).data;
  return (
    <>
      <dt>{t("sales.catalogue.title")}</dt>
      <dd>
        {ledger.catalogue_at
          ? t("sales.catalogue.at", { at: moment(ledger.catalogue_at) })
          : t("sales.catalogue.never")}
      </dd>
      {catalogue ? (
        <>
          <dt>{t("sales.catalogue.has")}</dt>
          <dd>
            {t("sales.catalogue.what", {
              products: count(catalogue.products),
              documents: count(catalogue.document_types.length),
              payments: count(catalogue.payment_types.length),
              taxes: count(catalogue.taxes.length),
            })}
          </dd>
        </>
      ) : null}
    </>
  );
}

/** The accounts that sales come from. */
export function Channels({
  channels,
  ledgers,
}: {
  channels: SalesChannel[];
  ledgers: SalesLedger[];
}) {
  const { t } = useTranslation();
  return (
    <section className="card stack" data-gap="big" aria-label={t("sales.channels")}>
      <div className="row" data-wrap>
        <h2 className="grow" style={{ minWidth: "max-content" }}>
          {t("sales.channels")}
        </h2>
        <LinkButton
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden="true" />}
          to="/facturacion"
          search={{ view: "steps", setup: "channel" }}
        >
          {t("sales.step_action.channel")}
        </LinkButton>
        {ledgers.length > 0 ? (
          <LinkButton
            variant="default"
            leftSection={<IconPlus size={15} aria-hidden="true" />}
            to="/facturacion"
            search={{ view: "steps", setup: "source" }}
          >
            {t("sales.source_form.connect")}
          </LinkButton>
        ) : null}
      </div>
      {channels.length === 0 ? <p className="dim">{t("sales.step_text.channel")}</p> : null}
      {channels.map((channel) => (
        <Channel key={channel.id} channel={channel} ledgers={ledgers} />
      ))}
    </section>
  );
}

function Channel({ channel, ledgers }: { channel: SalesChannel; ledgers: SalesLedger[] }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const set = useAction("sales.channels.set");
  const remove = useAction("sales.channels.remove");
  const sync = useAction("sales.sync");
  const local = channel.kind === "database";
  const [to, setTo] = useState<SalesLedger | null>(null);
  const named = { channel: String(channel.id) };
  return (
    <div className="stack">
      <div className="row" data-wrap>
        <h3 className="grow">{channel.name}</h3>
        {local ? null : (
          <LinkButton
            variant="default"
            to="/facturacion"
            search={{ view: "steps", setup: "rules", channel: channel.id }}
          >
            {t("sales.step_action.rules")}
          </LinkButton>
        )}
        {local ? <TestSource key={channel.synced_at} channel={channel} /> : null}
        <Button
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden="true" />}
          aria-label={t("sales.sync_one", { name: channel.name })}
          disabled={channel.state !== "connected"}
          loading={sync.isPending}
          onClick={() =>
            sync.mutate(
              { channels: [String(channel.id)] },
              { onSuccess: () => done(t("sales.syncing")), onError: failed },
            )
          }
        >
          {t("sales.sync_short")}
        </Button>
        {channel.state === "removed" ? null : (
          <Remove
            name={channel.name}
            text={t("sales.remove.channel")}
            onConfirm={() => remove.mutateAsync(named)}
          />
        )}
      </div>
      {channel.last_error ? <TroubleView view={channel.last_error} /> : null}
      <dl className="facts">
        <dt>{t("sales.col.state")}</dt>
        <dd>{t(`sales.channel_state.${channel.state}`)}</dd>
        {channel.nickname ? (
          <>
            <dt>{t("sales.seller")}</dt>
            <dd>{channel.nickname}</dd>
          </>
        ) : null}
        <dt>{t(local ? "sales.source_form.ledger" : "sales.field.ledger")}</dt>
        <dd>
          {ledgers.length > 1 || (ledgers.length === 1 && channel.ledger_id === null) ? (
            <Select
              w={260}
              aria-label={t("sales.ledger_of", { name: channel.name })}
              data={ledgers.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={channel.ledger_id === null ? null : String(channel.ledger_id)}
              placeholder={t("sales.no_ledger")}
              allowDeselect={false}
              onChange={(value) => setTo(ledgers.find(({ id }) => String(id) === value) ?? null)}
            />
          ) : (
            (channel.ledger ?? t("sales.no_ledger"))
          )}
        </dd>
        <dt>{t("sales.synced")}</dt>
        <dd>{channel.synced_at ? moment(channel.synced_at) : t("companies.never")}</dd>
        {local ? null : (
          <>
            <dt>{t("sales.step.rules")}</dt>
            <dd>{channel.complete ? t("sales.rules.complete") : t("sales.rules.incomplete")}</dd>
          </>
        )}
      </dl>
      {to && to.id !== channel.ledger_id ? (
        <Confirm
          title={t("sales.change_ledger.title", { name: channel.name })}
          verb={t("sales.change_ledger.verb", { ledger: to.name })}
          onConfirm={() => set.mutateAsync({ ...named, ledger: String(to.id) })}
          onClose={() => setTo(null)}
        >
          <p>{t("sales.change_ledger.text", { ledger: to.name })}</p>
        </Confirm>
      ) : null}
    </div>
  );
}

function Remove({
  name,
  text,
  onConfirm,
}: {
  name: string;
  text: string;
  onConfirm: () => Promise<unknown>;
}) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t("sales.remove.button")}
      </Button>
      {asking ? (
        <Confirm
          title={t("sales.remove.title", { name })}
          verb={t("sales.remove.button")}
          onConfirm={onConfirm}
          onClose={() => setAsking(false)}
        >
          <p>{text}</p>
        </Confirm>
      ) : null}
    </>
  );
}
