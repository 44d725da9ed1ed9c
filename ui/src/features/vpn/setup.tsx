import { Button, Switch, TextInput } from "@mantine/core";
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleOff,
  IconEye,
  IconHelpCircle,
  IconPlayerPlay,
  IconTool,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { Empty } from "@/components/empty";
import { JobLine } from "@/components/job";
import { Panel } from "@/components/panel";
import { State } from "@/components/state";
import { done, failed } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type {
  JobSearch,
  VpnCreate,
  VpnSetup,
  VpnSetupPlan,
  VpnStep,
  VpnStepState,
} from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useAsked, useCommand } from "@/platform/commands";
import { isSettled } from "@/platform/live";
import { endpointOf } from "./looks";
import { Lines } from "./preview";

const OURS: JobSearch = { kinds: ["vpn.setup"], limit: 100 };

/** What is being done now to set up that host, if anything is. */
function useRunning(host: string) {
  const jobs = useCommand("jobs.list", OURS, { keep: true }).data ?? [];
  return jobs.find((job) => job.subject === host && !isSettled(job));
}

/** A server without WireGuard becomes one of it, by steps that are seen first. */
export function SetUp({ request }: { request: VpnCreate }) {
  const { t } = useTranslation();
  const [network, setNetwork] = useState("");
  const [udp, setUdp] = useState("");
  const [masquerade, setMasquerade] = useState(true);
  const look = useAsked("vpn.setup.preview");
  const run = useAsked("vpn.setup.run");
  const { host, port, user, login, password, sudo_password, fingerprint, interface: wg } = request;
  const wanted = {
    ...{ host, port, user, login, password, sudo_password, fingerprint, interface: wg },
    network: network.trim() || null,
    udp_port: udp.trim() === "" ? null : Number(udp),
    masquerade,
  };
  const setups = useCommand("vpn.setup.list", {}, { keep: true }).data ?? [];
  const begun = setups.find(({ remote }) => remote.host === host);
  const badUdp = udp.trim() !== "" && !(/^\d{1,5}$/.test(udp.trim()) && +udp > 0 && +udp < 65_536);
  const badNetwork =
    network.trim() !== "" && !/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(network.trim());
  const again = (change: () => void) => {
    look.forget();
    run.forget();
    change();
  };
  if (begun && !run.running) return <SetupView setup={begun} />;
  return (
    <section className="stack card form" aria-label={t("vpn.setup.title")}>
      <h3>{t("vpn.setup.title")}</h3>
      <p>{t("vpn.setup.text")}</p>
      <div className="row" style={{ alignItems: "flex-start" }}>
        <TextInput
          className="grow"
          label={t("vpn.setup.network")}
          description={t("vpn.setup.network_hint")}
          value={network}
          onChange={({ currentTarget: { value } }) => again(() => setNetwork(value))}
          error={badNetwork ? t("vpn.setup.bad_network") : undefined}
          spellCheck={false}
          autoComplete="off"
        />
        <TextInput
          w={150}
          label={t("vpn.preview.port")}
          description={t("vpn.setup.udp_hint")}
          value={udp}
          onChange={({ currentTarget: { value } }) => again(() => setUdp(value))}
          error={badUdp ? t("vpn.wrong.port") : undefined}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
      <Switch
        label={t("vpn.setup.masquerade")}
        description={t("vpn.setup.masquerade_hint")}
        checked={masquerade}
        onChange={({ currentTarget: { checked } }) => again(() => setMasquerade(checked))}
      />
      <div className="row">
        <Button
          variant={look.data ? "default" : "filled"}
          disabled={badUdp || badNetwork}
          loading={look.running}
          leftSection={<IconEye size={15} aria-hidden="true" />}
          onClick={() => void look.run(wanted)}
        >
          {t("vpn.setup.look")}
        </Button>
        <Button
          disabled={!look.data}
          loading={run.running}
          leftSection={<IconTool size={15} aria-hidden="true" />}
          onClick={() => void run.run({ ...wanted, seal: look.data?.seal ?? null })}
        >
          {t("vpn.setup.verb")}
        </Button>
      </div>
      {look.data ? <PlanView plan={look.data.plan} /> : null}
      {look.error || run.error ? <Trouble error={run.error ?? look.error} /> : null}
    </section>
  );
}

function PlanView({ plan }: { plan: VpnSetupPlan }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <p className="strong">{plan.release}</p>
      {plan.tested ? null : (
        <p className="row" style={{ alignItems: "flex-start", color: "var(--warn)" }}>
          <IconAlertTriangle size={16} aria-hidden="true" style={{ flex: "none", marginTop: 1 }} />
          {t("vpn.setup.untested")}
        </p>
      )}
      <Steps steps={plan.steps} />
      <p className="dim small">{t("vpn.setup.promise")}</p>
      {plan.networks.length > 0 ? (
        <p className="dim small">
          {t("vpn.setup.networks", { networks: plan.networks.join(", ") })}
        </p>
      ) : null}
    </div>
  );
}

const LOOKS = {
  waiting: { tone: "plain", icon: IconCircleDashed },
  begun: { tone: "warn", icon: IconHelpCircle },
  done: { tone: "good", icon: IconCircleCheck },
  was: { tone: "plain", icon: IconCircleCheck },
  undone: { tone: "plain", icon: IconCircleOff },
} as const satisfies Record<VpnStepState, object>;

/** Each step with its command to the letter, how far it is, and what undoes it. */
function Steps({ steps }: { steps: VpnStep[] }) {
  const { t } = useTranslation();
  return (
    <ol className="plain-list">
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps stay where they are
        <li key={at}>
          <div className="stack" style={{ gap: 4 }}>
            <span className="row">
              <span className="grow">{t(`vpn.setup.step.${step.kind}`)}</span>
              <State {...LOOKS[step.state]}>{t(`vpn.setup.state.${step.state}`)}</State>
            </span>
            <Lines label={t(`vpn.setup.step.${step.kind}`)} lines={step.command.split("\n")} />
            {step.undo ? (
              <details>
                <summary>{t("vpn.setup.undone_by")}</summary>
                <Lines label={t("vpn.setup.undone_by")} lines={step.undo.split("\n")} />
              </details>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** A server that was set up: how far it is, and how to take it back. */
export function SetupView({ setup }: { setup: VpnSetup }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const [asked, setAsked] = useState<"undo" | "remove" | null>(null);
  const retry = useAction("vpn.setup.retry");
  const running = useRunning(setup.remote.host);
  const { host } = setup.remote;
  const named = { setup: setup.id };
  return (
    <section className="stack card" aria-label={t("vpn.setup.of", { host })}>
      <h3 dir="auto">{t("vpn.setup.of", { host })}</h3>
      <p className="dim small">
        {`${setup.remote.user}@${endpointOf(setup.remote)} · ${moment(setup.created_at)}`}
      </p>
      {running ? <JobLine job={running} /> : null}
      {setup.last_error && !running ? <TroubleView view={setup.last_error} /> : null}
      {setup.done ? <p>{t("vpn.setup.ready")}</p> : null}
      <Steps steps={setup.steps} />
      {running ? null : (
        <div className="row" data-wrap>
          {setup.done ? null : (
            <Button
              loading={retry.isPending}
              leftSection={<IconPlayerPlay size={15} aria-hidden="true" />}
              onClick={() => retry.mutate(named, { onError: failed })}
            >
              {t("vpn.setup.go_on")}
            </Button>
          )}
          {setup.undoable ? (
            <Button
              variant="subtle"
              color="red"
              leftSection={<IconArrowBackUp size={15} aria-hidden="true" />}
              onClick={() => setAsked("undo")}
            >
              {t("vpn.setup.undo.button")}
            </Button>
          ) : null}
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={15} aria-hidden="true" />}
            onClick={() => setAsked("remove")}
          >
            {t("vpn.setup.remove.button")}
          </Button>
        </div>
      )}
      {asked ? <Sure what={asked} setup={setup} onClose={() => setAsked(null)} /> : null}
    </section>
  );
}

function Sure({
  what,
  setup,
  onClose,
}: {
  what: "undo" | "remove";
  setup: VpnSetup;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const act = useAction(`vpn.setup.${what}`);
  const { host } = setup.remote;
  return (
    <Confirm
      title={t(`vpn.setup.${what}.title`, { host })}
      verb={t(`vpn.setup.${what}.verb`)}
      typed={host}
      onClose={onClose}
      onConfirm={async () => {
        await act.mutateAsync({ setup: setup.id });
        done(t(`vpn.setup.${what}.done`, { host }));
      }}
    >
      <p>{t(`vpn.setup.${what}.text`)}</p>
    </Confirm>
  );
}

/** All servers that were set up from here. */
export function Setups({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const setups = useCommand("vpn.setup.list", {}, { keep: true });
  return (
    <Panel wide title={t("vpn.setup.list")} onClose={onClose}>
      <div className="stack" data-gap="big">
        {setups.error ? <Trouble error={setups.error} /> : null}
        {setups.data?.length === 0 ? (
          <Empty icon={IconTool} title={t("vpn.setup.none")}>
            {t("vpn.setup.none_text")}
          </Empty>
        ) : null}
        {setups.data?.map((setup) => (
          <SetupView key={setup.id} setup={setup} />
        ))}
      </div>
    </Panel>
  );
}
