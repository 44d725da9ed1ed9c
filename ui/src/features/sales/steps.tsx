import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { LinkButton } from "@/components/link-button";
import { Trouble } from "@/components/trouble";
import type { SalesStep } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
import type { SalesSearch } from "@/routes";
import { Channels, Ledgers } from "./accounts";
import { ChannelForm } from "./channel-form";
import { ExampleShop } from "./example";
import { SalesJobs, SyncSales } from "./jobs";
import { LedgerForm } from "./ledger-form";
import { StepStateView } from "./looks";
import { Misfits } from "./misfits";
import { RulesForm } from "./rules-form";
import { Views } from "./sales";
import { SolarForm, SourceForm } from "./solar";

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

const TOLD_STEPS = ["ledger", "channel", "orders", "ready", "send", "answers"] as const;
/** Of an office that only tells Solar. */
const WAYS_TO_TELL: Partial<typeof WAYS> = {
  ledger: { view: "steps", setup: "solar" },
  channel: { view: "steps", setup: "source" },
  ready: { view: "sales", state: "pending" },
  answers: { view: "sales", state: "refused" },
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
  const tells =
    (ledgers.data ?? []).length > 0 && (ledgers.data ?? []).every(({ kind }) => kind === "solar");
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
        <ExampleShop />
        <section className="card" aria-label={t(tells ? "sales.tell.steps" : "sales.steps.title")}>
          <h2>{t(tells ? "sales.tell.steps" : "sales.steps.title")}</h2>
          {steps.isPending ? <Bones lines={11} /> : null}
          <ol className="steps">
            {all.map((step) => (
              <Step key={step.step} step={step} next={step === next} tells={tells} />
            ))}
          </ol>
        </section>
        <Misfits />
        <Ledgers ledgers={ledgers.data ?? []} />
        <Channels channels={channels.data ?? []} ledgers={ledgers.data ?? []} />
      </div>
      {search.setup === "ledger" ? <LedgerForm onClose={close} /> : null}
      {search.setup === "channel" ? (
        <ChannelForm ledgers={ledgers.data ?? []} onClose={close} />
      ) : null}
      {search.setup === "solar" ? <SolarForm onClose={close} /> : null}
      {search.setup === "source" ? (
        <SourceForm ledgers={ledgers.data ?? []} onClose={close} />
      ) : null}
      {search.setup === "rules" && channel ? (
        <RulesForm
          key={channel.id}
          channel={channel}
          asking={channels.isFetching}
          onClose={close}
        />
      ) : null}
    </div>
  );
}

function Step({ step, next, tells }: { step: SalesStep; next: boolean; tells: boolean }) {
  const { t } = useTranslation();
  const { count, ago } = useFormat();
  const told = tells ? TOLD_STEPS.find((name) => name === step.step) : undefined;
  const way = (tells ? WAYS_TO_TELL[step.step] : undefined) ?? WAYS[step.step];
  return (
    <li className="step" data-next={next || undefined} style={{ flexWrap: "wrap" }}>
      <span className="num dim" style={{ width: 22 }}>
        {step.number}
      </span>
      <span style={{ flex: "1 1 220px" }}>
        <span className={next ? "strong" : undefined}>
          {t(told ? `sales.tell.step.${told}` : `sales.step.${step.step}`)}
        </span>
        {next ? (
          <span className="dim small wrap">
            {" "}
            {t(told ? `sales.tell.step_text.${told}` : `sales.step_text.${step.step}`)}
          </span>
        ) : null}
      </span>
      <span className="dim small num-left">
        {[
          step.count > 0 ? t("sales.steps.count", { count: step.count, n: count(step.count) }) : "",
          step.open > 0
            ? t(step.step === "send" ? "sales.steps.unsent" : "sales.steps.open", {
                count: step.open,
                n: count(step.open),
              })
            : "",
          step.at ? ago(step.at) : "",
        ]
          .filter(Boolean)
          .join(" · ")}
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
            search={way}
          >
            {t(told ? `sales.tell.step_action.${told}` : `sales.step_action.${step.step}`)}
          </LinkButton>
        )}
      </span>
    </li>
  );
}
