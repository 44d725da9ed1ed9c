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

/** The companies that sales are invoiced in. */
export function Ledgers({ ledgers }: { ledgers: SalesLedger[] }) {
  const { t } = useTranslation();
  return (
    <section className="card stack" data-gap="big" aria-label={t("sales.ledgers")}>
      <div className="row">
        <h2 className="grow">{t("sales.ledgers")}</h2>
        <LinkButton
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden="true" />}
          to="/facturacion"
          search={{ view: "steps", setup: "ledger" }}
        >
          {t("sales.step_action.ledger")}
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
  const { moment, count } = useFormat();
  const named = { ledger: String(ledger.id) };
  const catalogue = useCommand("sales.catalogue.show", named, {
    enabled: ledger.catalogue_at !== null,
  }).data;
  const refresh = useAction("sales.catalogue.refresh");
  const test = useAction("sales.ledgers.test");
  const remove = useAction("sales.ledgers.remove");
  return (
    <div className="stack">
      <div className="row">
        <h3 className="grow">{ledger.name}</h3>
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
        <Remove
          name={ledger.name}
          text={t("sales.remove.ledger")}
          onConfirm={() => remove.mutateAsync(named)}
        />
      </div>
      {ledger.last_error ? <TroubleView view={ledger.last_error} /> : null}
      <dl className="facts">
        <dt>{t("sales.field.user")}</dt>
        <dd>{ledger.user}</dd>
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
      </dl>
    </div>
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
      <div className="row">
        <h2 className="grow">{t("sales.channels")}</h2>
        <LinkButton
          variant="default"
          leftSection={<IconPlus size={15} aria-hidden="true" />}
          to="/facturacion"
          search={{ view: "steps", setup: "channel" }}
        >
          {t("sales.step_action.channel")}
        </LinkButton>
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
  const [to, setTo] = useState<SalesLedger | null>(null);
  const named = { channel: String(channel.id) };
  return (
    <div className="stack">
      <div className="row">
        <h3 className="grow">{channel.name}</h3>
        <LinkButton
          variant="default"
          to="/facturacion"
          search={{ view: "steps", setup: "rules", channel: channel.id }}
        >
          {t("sales.step_action.rules")}
        </LinkButton>
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
        <dt>{t("sales.field.ledger")}</dt>
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
        <dt>{t("sales.step.rules")}</dt>
        <dd>{channel.complete ? t("sales.rules.complete") : t("sales.rules.incomplete")}</dd>
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
