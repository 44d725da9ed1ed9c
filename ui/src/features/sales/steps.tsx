import { Button } from "@mantine/core";
import { IconPlus, IconRefresh } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { LinkButton } from "@/components/link-button";
import { done, failed } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { SalesChannel, SalesLedger, SalesStep } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import type { SalesSearch } from "@/routes";
import { ChannelForm } from "./channel-form";
import { SalesJobs, SyncSales } from "./jobs";
import { LedgerForm } from "./ledger-form";
import { StepStateView } from "./looks";
import { RulesForm } from "./rules-form";
import { Views } from "./sales";

/** Where each step leads. */
const WAYS: Record<SalesStep["step"], SalesSearch> = {
  ledger: { view: "steps", setup: "ledger" },
  channel: { view: "steps", setup: "channel" },
  catalogue: { view: "steps" },
  rules: { view: "steps", setup: "rules" },
  orders: { view: "sales" },
  mappings: { view: "mappings" },
  ready: { view: "sales", state: "ready" },
  send: { view: "sales", state: "ready" },
  answers: { view: "sales", state: "uncertain" },
  status: { view: "sales", state: "invoiced" },
  margin: { view: "margin" },
};

export function Steps() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/facturacion" });
  const navigate = useNavigate({ from: "/facturacion" });
  const steps = useCommand("sales.steps", {}, { keep: true });
  const ledgers = useCommand("sales.ledgers.list", {}, { keep: true });
  const channels = useCommand("sales.channels.list", {}, { keep: true });
  const close = useCallback(
    () => void navigate({ search: { view: "steps" }, replace: true }),
    [navigate],
  );
  const channel =
    (channels.data ?? []).find(({ id }) => id === search.channel) ?? channels.data?.[0];
  const all = steps.data ?? [];
  const next =
    all.find(({ state }) => state === "todo") ?? all.find(({ state }) => state === "attention");
  return (
    <div className="page">
      <div className="page-body" data-scroll>
        <div className="page-head" style={{ flexWrap: "wrap" }}>
          <h1 className="grow" style={{ minWidth: "max-content" }}>
            {t("common.tab.sales")}
          </h1>
          <Views />
          <SyncSales />
        </div>
        {steps.error ? <Trouble error={steps.error} /> : null}
        <SalesJobs />
        <section className="card" aria-label={t("sales.steps.title")}>
          <h2>{t("sales.steps.title")}</h2>
          {steps.isPending ? <Bones lines={11} /> : null}
          <ol className="steps">
            {all.map((step) => (
              <Step key={step.number} step={step} next={step === next} />
            ))}
          </ol>
        </section>
        <Ledgers ledgers={ledgers.data ?? []} />
        <Channels channels={channels.data ?? []} />
      </div>
      {search.setup === "ledger" ? <LedgerForm onClose={close} /> : null}
      {search.setup === "channel" ? (
        <ChannelForm ledgers={ledgers.data ?? []} onClose={close} />
      ) : null}
      {search.setup === "rules" && channel ? (
        <RulesForm key={channel.id} channel={channel} onClose={close} />
      ) : null}
    </div>
  );
}

function Step({ step, next }: { step: SalesStep; next: boolean }) {
  const { t } = useTranslation();
  const { count, ago } = useFormat();
  return (
    <li className="step" data-next={next || undefined} style={{ flexWrap: "wrap" }}>
      <span className="num dim" style={{ width: 22 }}>
        {step.number}
      </span>
      <span style={{ flex: "1 1 220px" }}>
        <span className={next ? "strong" : undefined}>{t(`sales.step.${step.step}`)}</span>
        {next ? <span className="dim small wrap"> {t(`sales.step_text.${step.step}`)}</span> : null}
      </span>
      <span className="dim small num-left">
        {step.count > 0 ? t("sales.steps.count", { count: step.count, n: count(step.count) }) : ""}
        {step.open > 0
          ? ` · ${t("sales.steps.open", { count: step.open, n: count(step.open) })}`
          : ""}
        {step.at ? ` · ${ago(step.at)}` : ""}
      </span>
      <span style={{ width: 150 }}>
        <StepStateView state={step.state} />
      </span>
      <span style={{ minWidth: 200, marginInlineStart: "auto", textAlign: "right" }}>
        {step.state === "later" ? null : next && step.step === "orders" ? (
          <SyncSales primary />
        ) : step.step === "catalogue" ? null : (
          <LinkButton
            variant={next ? "filled" : "subtle"}
            size="compact-sm"
            to="/facturacion"
            search={WAYS[step.step]}
          >
            {t(`sales.step_action.${step.step}`)}
          </LinkButton>
        )}
      </span>
    </li>
  );
}

function Ledgers({ ledgers }: { ledgers: SalesLedger[] }) {
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

function Channels({ channels }: { channels: SalesChannel[] }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
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
        <div key={channel.id} className="stack">
          <div className="row">
            <h3 className="grow">{channel.name}</h3>
            <LinkButton
              variant="default"
              to="/facturacion"
              search={{ view: "steps", setup: "rules", channel: channel.id }}
            >
              {t("sales.step_action.rules")}
            </LinkButton>
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
            <dd>{channel.ledger ?? t("sales.no_ledger")}</dd>
            <dt>{t("sales.synced")}</dt>
            <dd>{channel.synced_at ? moment(channel.synced_at) : t("companies.never")}</dd>
            <dt>{t("sales.step.rules")}</dt>
            <dd>{channel.complete ? t("sales.rules.complete") : t("sales.rules.incomplete")}</dd>
          </dl>
        </div>
      ))}
    </section>
  );
}
