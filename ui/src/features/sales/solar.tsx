import { Button, PasswordInput, Select, Switch, TextInput } from "@mantine/core";
import { IconCertificate, IconCircleCheck, IconPlugConnected } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { LinkButton } from "@/components/link-button";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { NetworkTested, SalesChannel, SalesLedger } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { useDelivered } from "../activity/outcome";
import { Statements } from "../servers/grants";
import { Found } from "../settings/network";

const BLANK = { name: "", user: "", password: "", client_id: "", point: "", base_url: "" };

/** Connects Solar, once its credentials were taken. Who answers for it can be seen before that. */
export function SolarForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(BLANK);
  const connect = useAction("sales.solar.connect");
  const probe = useAction("sales.solar.probe");
  const look = () => {
    connect.reset();
    probe.mutate({ base_url: draft.base_url.trim() || null });
  };
  const field = (name: keyof typeof BLANK) => ({
    label: t(`sales.solar.field.${name}`),
    description: t(`sales.solar.hint.${name}`),
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setDraft((old) => ({ ...old, [name]: value }));
    },
    autoComplete: "off",
    spellCheck: false,
  });
  const badClient = draft.client_id !== "" && !/^\d{6}$/.test(draft.client_id.trim());
  const badPoint = draft.point !== "" && !/^\d{4}$/.test(draft.point.trim());
  const ready =
    draft.name.trim() &&
    draft.user.trim() &&
    draft.password &&
    draft.client_id.trim() &&
    !badClient &&
    !badPoint;
  const save = () =>
    connect.mutate(
      {
        name: draft.name.trim(),
        user: draft.user.trim(),
        password: draft.password,
        client_id: draft.client_id.trim(),
        point: draft.point.trim() || null,
        base_url: draft.base_url.trim() || null,
      },
      {
        onSuccess: ({ name }) => {
          done(t("sales.connected", { name }));
          onClose();
        },
      },
    );
  return (
    <Form
      title={t("sales.solar.connect")}
      sub={t("sales.solar.sub")}
      ready={Boolean(ready)}
      working={connect.isPending}
      onSave={save}
      onClose={onClose}
      also={
        <Button
          variant="default"
          leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
          loading={probe.isPending}
          onClick={look}
        >
          {t("sales.solar.probe")}
        </Button>
      }
    >
      <TextInput {...field("name")} required data-autofocus />
      <TextInput {...field("user")} required />
      <PasswordInput
        {...field("password")}
        required
        visibilityToggleButtonProps={{ "aria-label": t("sales.show_key"), "aria-hidden": false }}
      />
      <TextInput
        {...field("client_id")}
        required
        inputMode="numeric"
        error={badClient ? t("sales.solar.six") : null}
      />
      <TextInput
        {...field("point")}
        inputMode="numeric"
        error={badPoint ? t("sales.solar.four") : null}
      />
      <details>
        <summary>{t("sales.advanced")}</summary>
        <div style={{ marginTop: 8 }}>
          <TextInput {...field("base_url")} />
        </div>
      </details>
      <Answer of={connect.error}>
        <Trouble error={connect.error} />
      </Answer>
      <Answer of={probe.error}>
        <Trouble error={probe.error} />
      </Answer>
      {probe.data && !probe.isPending ? <Way found={probe.data} onImported={look} /> : null}
    </Form>
  );
}

/** Makes a database of this office a place that sales come from. */
export function SourceForm({ ledgers, onClose }: { ledgers: SalesLedger[]; onClose: () => void }) {
  const { t } = useTranslation();
  const servers = (useCommand("servers.list", {}).data ?? []).filter(
    ({ kind }) => kind !== "files",
  );
  const [name, setName] = useState("");
  const [server, setServer] = useState<string | null>(null);
  const [database, setDatabase] = useState("");
  const [ledger, setLedger] = useState<string | null>(null);
  const [readOnly, setReadOnly] = useState(false);
  const connect = useAction("sales.sources.connect");
  const from = server ?? servers[0]?.name ?? null;
  const solar = ledgers.find(({ kind }) => kind === "solar") ?? ledgers[0];
  const to = ledger ?? solar?.name ?? null;
  const save = () => {
    if (from === null || to === null) return;
    connect.mutate(
      {
        name: name.trim(),
        server: from,
        database: database.trim(),
        ledger: to,
        read_only: readOnly,
      },
      {
        onSuccess: ({ name, grant }) => {
          done(t("sales.connected", { name }));
          if (grant === null) onClose();
        },
      },
    );
  };
  return (
    <Form
      title={t("sales.source_form.connect")}
      sub={t("sales.source_form.sub")}
      ready={name.trim() !== "" && database.trim() !== "" && from !== null && to !== null}
      working={connect.isPending}
      onSave={save}
      onClose={onClose}
    >
      {servers.length === 0 ? (
        <div className="trouble" data-severity="warning">
          <div className="grow stack">
            <p className="wrap">{t("sales.source_form.no_server")}</p>
            <LinkButton to="/servidores" search={{ open: "new" }} variant="default">
              {t("sales.source_form.add_server")}
            </LinkButton>
          </div>
        </div>
      ) : null}
      <TextInput
        label={t("sales.field.name")}
        description={t("sales.source_form.name_hint")}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        required
        data-autofocus
      />
      <Select
        label={t("sales.source_form.server")}
        data={servers.map(({ name }) => name)}
        value={from}
        onChange={setServer}
        allowDeselect={false}
      />
      <TextInput
        label={t("sales.source_form.database")}
        description={t("sales.source_form.database_hint")}
        value={database}
        onChange={(event) => setDatabase(event.currentTarget.value)}
        spellCheck={false}
        required
      />
      <Select
        label={t("sales.source_form.ledger")}
        data={ledgers.map(({ name }) => name)}
        value={to}
        onChange={setLedger}
        allowDeselect={false}
      />
      <Switch
        label={t("sales.source_form.read_only")}
        description={t("sales.source_form.read_only_hint")}
        checked={readOnly}
        onChange={(event) => setReadOnly(event.currentTarget.checked)}
      />
      <Lacking grant={connect.data?.grant ?? null} />
      <Answer of={connect.error}>
        <Trouble error={connect.error} />
      </Answer>
    </Form>
  );
}

function Form({
  title,
  sub,
  ready,
  working,
  onSave,
  onClose,
  also,
  children,
}: {
  title: string;
  sub: string;
  ready: boolean;
  working: boolean;
  onSave: () => void;
  onClose: () => void;
  /** What else can be done before it is saved. */
  also?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Panel
      wide
      title={title}
      sub={sub}
      onClose={onClose}
      foot={
        <>
          <Button disabled={!ready} loading={working} onClick={onSave}>
            {t("common.save")}
          </Button>
          {also}
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </>
      }
    >
      <form
        className="stack form"
        data-gap="big"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) onSave();
        }}
      >
        {children}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Panel>
  );
}

/** Tries the way to a ledger and its credentials: whose certificates were shown, and what to import. */
export function ProbeLedger({ ledger }: { ledger: SalesLedger }) {
  const { t } = useTranslation();
  const probe = useAction("sales.ledgers.probe");
  const found = probe.data;
  const look = () => probe.mutate({ ledger: String(ledger.id) });
  return (
    <div className="stack">
      <Button
        variant="default"
        style={{ alignSelf: "flex-start" }}
        leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
        loading={probe.isPending}
        onClick={look}
      >
        {t("sales.solar.probe")}
      </Button>
      {probe.error ? <Trouble error={probe.error} /> : null}
      {found && !probe.isPending ? (
        <>
          <Way found={found.network} onImported={look} />
          {found.error && found.network.reachable ? <TroubleView view={found.error} /> : null}
          {found.error === null ? (
            <div className="good" role="status">
              <IconCircleCheck size={18} aria-hidden="true" />
              <p className="strong">{t("sales.solar.taken")}</p>
            </div>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

/** The way to a cloud, and the missing authority, which is imported on the spot. */
function Way({ found, onImported }: { found: NetworkTested; onImported: () => void }) {
  const { t } = useTranslation();
  return (
    <Answer of={found}>
      <Found found={found} quiet />
      {found.import === null ? null : (
        <div className="trouble" data-severity="warning">
          <div className="grow stack">
            <p className="wrap">{t("sales.solar.import", { who: found.import })}</p>
            <ImportAuthority onImported={onImported} />
          </div>
        </div>
      )}
    </Answer>
  );
}

function ImportAuthority({ onImported }: { onImported: () => void }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const known = useCommand("settings.get", {}).data?.extra_ca;
  const set = useAction("settings.set");
  const [path, setPath] = useState("");
  const choose = async () => {
    const chosen = await platform.chooseFile({ title: t("settings.network.ca") });
    if (chosen !== null) setPath(chosen);
  };
  return (
    <>
      <div className="row" style={{ alignItems: "flex-end" }}>
        <TextInput
          className="grow"
          label={t("settings.network.ca")}
          description={known ? t("sales.solar.import_instead", { path: known }) : null}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          spellCheck={false}
        />
        {platform.can.dialogs ? (
          <Button variant="default" onClick={() => void choose()}>
            {t("common.choose_file")}
          </Button>
        ) : null}
        <Button
          variant="default"
          leftSection={<IconCertificate size={15} aria-hidden="true" />}
          disabled={path.trim() === ""}
          loading={set.isPending}
          onClick={() =>
            set.mutate(
              { extra_ca: path.trim() },
              {
                onSuccess: () => {
                  done(t("sales.solar.imported"));
                  onImported();
                },
              },
            )
          }
        >
          {t("sales.solar.import_it")}
        </Button>
      </div>
      <Answer of={set.error}>
        <Trouble error={set.error} />
      </Answer>
    </>
  );
}

/** What the last telling of a ledger came to. */
export function LastDelivery({ ledger }: { ledger: SalesLedger }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const outcome = useDelivered();
  const jobs = useCommand("jobs.list", DELIVERIES, { keep: true }).data ?? [];
  const last = jobs.find(
    ({ subject, result }) => subject === ledger.name && result?.of === "sales_delivered",
  );
  if (last?.result?.of !== "sales_delivered") return null;
  const { refused, uncertain } = last.result;
  return (
    <>
      <dt>{t("sales.solar.last")}</dt>
      <dd>
        <div className="row" data-wrap style={{ marginBlock: -5 }}>
          <span className="wrap">
            {last.finished_at ? `${moment(last.finished_at)} · ` : ""}
            {outcome(last.result)}
          </span>
          {refused + uncertain > 0 ? (
            <LinkButton
              variant="subtle"
              size="compact-sm"
              to="/facturacion"
              search={{ view: "sales" }}
            >
              {t("sales.solar.why")}
            </LinkButton>
          ) : null}
        </div>
      </dd>
    </>
  );
}

const DELIVERIES = { kinds: ["sales.deliver"], limit: 50 };

/** How many documents wait in a local database, and how many are marked there. */
export function TestSource({ channel }: { channel: SalesChannel }) {
  const { t } = useTranslation();
  const { count } = useFormat();
  const look = useAction("sales.sources.test");
  const found = look.data;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
        loading={look.isPending}
        onClick={() => look.mutate({ channel: String(channel.id) })}
      >
        {t("sales.source_form.look")}
      </Button>
      {look.error ? <Trouble error={look.error} /> : null}
      {found && !look.isPending ? (
        <>
          <p role="status">
            {t("sales.source_form.found", {
              pending: count(found.pending),
              marked: count(found.marked),
              here: count(found.marked_here),
            })}
          </p>
          <Lacking grant={found.grant} />
        </>
      ) : null}
    </>
  );
}

/** What whoever administers the database runs, where documents can't be marked there. */
function Lacking({ grant }: { grant: string | null }) {
  const { t } = useTranslation();
  if (grant === null) return null;
  return (
    <div className="trouble" data-severity="warning" role="alert">
      <div className="grow stack">
        <p className="wrap">{t("sales.source_form.lacking")}</p>
        <Statements text={grant} />
      </div>
    </div>
  );
}
