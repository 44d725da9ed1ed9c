import { Button, PasswordInput, SegmentedControl, Select, Switch, TextInput } from "@mantine/core";
import { IconPlayerStop, IconPlugConnected } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Server } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useAsked, useCommand } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { viewOf } from "@/platform/platform";
import { check, type Draft, draftOf, FRESH, isIntegrated, ofKind, requestOf } from "./draft";
import { SqlServer, TrustCertificate } from "./sql-server";
import { TestedView } from "./tested";

const KEPT = "puente.draft.server";

interface Props {
  /** None for a new one. */
  server?: Server;
  onClose: () => void;
  onSaved: (id: number) => void;
}

/** Few fields first, each saying where its value is found; a test before anything is saved. */
export function ServerForm({ server, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const { zone } = useFormat();
  const [draft, setDraft] = useDraft(server);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [replacing, setReplacing] = useState(!server?.has_password);
  const trial = useAsked("servers.try");
  const add = useAction("servers.add");
  const edit = useAction("servers.edit");
  const saving = add.isPending || edit.isPending;
  const wrong = check(draft, !server);
  const files = draft.kind === "files";
  const sql = draft.kind === "sqlserver";
  const body = useRef<HTMLFormElement>(null);

  const set = (change: Partial<Draft>) => {
    trial.forget();
    add.reset();
    edit.reset();
    setDraft((old) => ({ ...old, ...change }));
  };
  const field = (name: keyof Draft) => {
    const reason = touched.has(name) ? wrong[name] : undefined;
    return {
      label: t(`servers.field.${name as "name"}`),
      value: draft[name] as string,
      onChange: (event: { currentTarget: { value: string } }) =>
        set({ [name]: event.currentTarget.value }),
      onBlur: () => setTouched((old) => new Set([...old, name])),
      error: reason === undefined ? undefined : t(`servers.wrong.${reason}`),
    };
  };
  /** Everything that is wrong is shown, and the first of it gets the focus. */
  const isRight = () => {
    setTouched(new Set(Object.keys(draft)));
    if (Object.keys(wrong).length === 0) return true;
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
    return false;
  };
  const test = () => {
    if (isRight()) void trial.run({ ...requestOf(draft, zone), kept_of: server?.id ?? null });
  };
  const saved = (id: number, name: string, isNew: boolean) => {
    forgetDraft();
    done(isNew ? t("servers.added", { name }) : t("servers.changed", { name }));
    onSaved(id);
  };
  /** What passed its test is tested once more, so that the list knows when it was. */
  const save = (no_test: boolean) => {
    if (!isRight()) return;
    const request = { ...requestOf(draft, zone), no_test };
    if (!server) {
      add.mutate(request, { onSuccess: ({ id, name }) => saved(id, name, true) });
      return;
    }
    const { kind: _, ...fields } = request;
    edit.mutate(
      { ...fields, server: String(server.id) },
      { onSuccess: ({ id, name }) => saved(id, name, false) },
    );
  };
  const passed = trial.data !== null;
  const error = trial.error ?? add.error ?? edit.error;
  return (
    <Panel
      wide
      title={server ? t("servers.form.edit", { name: server.name }) : t("servers.form.add")}
      onClose={onClose}
      foot={
        <>
          <Button
            variant={passed ? "default" : "filled"}
            leftSection={<IconPlugConnected size={15} aria-hidden="true" />}
            loading={trial.running}
            onClick={test}
          >
            {t("servers.test")}
          </Button>
          <Button disabled={!passed} loading={saving && passed} onClick={() => save(false)}>
            {t("servers.form.save")}
          </Button>
          {trial.running ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={15} aria-hidden="true" />}
              onClick={trial.forget}
            >
              {t("servers.form.stop")}
            </Button>
          ) : null}
          <div className="grow" />
          <Button variant="subtle" color="gray" disabled={saving} onClick={() => save(true)}>
            {t("servers.form.save_untested")}
          </Button>
        </>
      }
    >
      <form
        ref={body}
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          if (passed) save(false);
          else test();
        }}
      >
        {server ? null : (
          <SegmentedControl
            aria-label={t("servers.col.kind")}
            data={[
              { value: "firebird", label: t("servers.kind.firebird") },
              { value: "sqlserver", label: t("servers.kind.sqlserver") },
              { value: "files", label: t("servers.kind.files") },
            ]}
            value={draft.kind}
            onChange={(kind) => set(ofKind(draft, kind as Draft["kind"]))}
          />
        )}
        <TextInput
          {...field("name")}
          description={t("servers.hint.name")}
          required
          data-autofocus
          maxLength={200}
        />
        {files ? null : (
          <>
            <div className="row" style={{ alignItems: "flex-start" }}>
              <TextInput
                {...field("host")}
                className="grow"
                description={t("servers.hint.host")}
                required
                spellCheck={false}
              />
              <TextInput
                {...field("port")}
                w={sql ? 200 : 110}
                description={sql ? t("servers.hint.port_sql") : t("servers.hint.port")}
                required={!sql}
                inputMode="numeric"
              />
            </div>
            <ThroughVpn draft={draft} set={set} />
            {sql ? <SqlServer draft={draft} set={set} field={field} /> : null}
            {isIntegrated(draft) ? null : (
              <>
                <TextInput
                  {...field("user")}
                  description={t("servers.hint.user")}
                  required
                  spellCheck={false}
                  autoComplete="off"
                />
                {replacing ? (
                  <PasswordInput
                    {...field("password")}
                    description={t("servers.hint.password")}
                    required={!server}
                    autoComplete="new-password"
                    visibilityToggleButtonProps={{ "aria-label": t("servers.password.show") }}
                  />
                ) : (
                  <div className="row">
                    <span className="grow">
                      {t("servers.field.password")}: {t("servers.password.kept")}
                    </span>
                    <Button variant="default" onClick={() => setReplacing(true)}>
                      {t("servers.password.replace")}
                    </Button>
                  </div>
                )}
              </>
            )}
          </>
        )}
        <TextInput
          {...field("master")}
          label={files ? t("servers.field.folder") : t("servers.field.master")}
          description={t(MASTER_HINT[draft.kind])}
          required
          spellCheck={false}
          rightSection={files ? <ChooseFolder onChosen={(master) => set({ master })} /> : undefined}
          rightSectionWidth={files ? 84 : undefined}
        />
        {files ? null : <Advanced draft={draft} set={set} field={field} />}
        <Answer of={trial.data}>{trial.data ? <TestedView tested={trial.data} /> : null}</Answer>
        <Answer of={error}>
          {viewOf(error).code === "CANCELLED" ? null : <Trouble error={error} />}
          <TrustCertificate error={error} onTrust={(certificate) => set({ certificate })} />
        </Answer>
        <button type="submit" hidden />
      </form>
    </Panel>
  );
}

const MASTER_HINT = {
  firebird: "servers.hint.master",
  sqlserver: "servers.hint.master_sql",
  files: "servers.hint.folder",
} as const;

export type Field = (name: keyof Draft) => {
  label: string;
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
  onBlur: () => void;
  error: string | undefined;
};

/** By which network the server is reached. There is no choice where there is no VPN. */
function ThroughVpn({ draft, set }: { draft: Draft; set: (change: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const vpns = useCommand("vpn.list", {}).data ?? [];
  const usable = vpns.filter(({ id, state }) => state === "active" || id === draft.vpn);
  if (usable.length === 0) return null;
  return (
    <Select
      label={t("servers.field.vpn")}
      description={t("servers.hint.vpn")}
      placeholder={t("servers.vpn_none")}
      data={usable.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={draft.vpn === null ? null : String(draft.vpn)}
      onChange={(id) => set({ vpn: id === null ? null : Number(id) })}
      clearable
      clearButtonProps={{ "aria-label": t("servers.vpn_none") }}
    />
  );
}

function Advanced({
  draft,
  set,
  field,
}: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  field: Field;
}) {
  const { t } = useTranslation();
  const sql = draft.kind === "sqlserver";
  return (
    <details>
      <summary>{t("servers.form.advanced")}</summary>
      <div className="stack" style={{ marginTop: 8 }}>
        <TextInput
          {...field("profile")}
          description={sql ? t("servers.hint.profile_sql") : t("servers.hint.profile")}
          spellCheck={false}
        />
        {sql ? null : (
          <div className="row" style={{ alignItems: "flex-start" }}>
            <TextInput
              {...field("charset")}
              className="grow"
              description={t("servers.hint.charset")}
              placeholder="WIN1252"
              spellCheck={false}
            />
            <Select
              w={200}
              label={t("servers.field.dialect")}
              description={t("servers.hint.dialect")}
              placeholder={t("servers.dialect_auto")}
              data={["1", "3"]}
              value={draft.dialect === "" ? null : draft.dialect}
              onChange={(dialect) => set({ dialect: dialect ?? "" })}
              clearable
              clearButtonProps={{ "aria-label": t("servers.dialect_auto") }}
            />
          </div>
        )}
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput
            {...field("connect_seconds")}
            className="grow"
            description={t("servers.hint.connect_seconds")}
            inputMode="numeric"
          />
          <TextInput
            {...field("answer_seconds")}
            className="grow"
            description={t("servers.hint.answer_seconds")}
            inputMode="numeric"
          />
        </div>
        <TextInput
          {...field("rows_per_second")}
          description={t("servers.hint.rows_per_second")}
          inputMode="numeric"
        />
        <Switch
          label={t("servers.field.quiet")}
          description={t("servers.hint.quiet")}
          checked={draft.quiet}
          onChange={(event) => set({ quiet: event.currentTarget.checked })}
        />
        {draft.quiet ? (
          <div className="row" style={{ alignItems: "flex-start" }}>
            <TextInput {...field("quiet_from")} w={120} placeholder="08:00" />
            <TextInput {...field("quiet_to")} w={120} placeholder="18:00" />
          </div>
        ) : null}
        {sql ? null : (
          <TextInput
            {...field("client_library")}
            description={t("servers.hint.client_library")}
            spellCheck={false}
          />
        )}
      </div>
    </details>
  );
}

function ChooseFolder({ onChosen }: { onChosen: (path: string) => void }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  if (!platform.can.dialogs) return null;
  const choose = async () => {
    const path = await platform.chooseFile({ title: t("servers.field.folder"), folder: true });
    if (path !== null) onChosen(path);
  };
  return (
    <Button variant="subtle" size="compact-xs" onClick={() => void choose()}>
      {t("common.choose_file")}
    </Button>
  );
}

/** Nothing typed is lost when the panel closes; a password is never written down. */
function useDraft(server: Server | undefined) {
  const [draft, setDraft] = useState<Draft>(() => {
    if (server) return draftOf(server);
    try {
      return {
        ...FRESH,
        ...(JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Draft),
        password: "",
      };
    } catch {
      return FRESH;
    }
  });
  useEffect(() => {
    if (server) return;
    const { password: _, ...kept } = draft;
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }, [draft, server]);
  return [draft, setDraft] as const;
}

function forgetDraft(): void {
  sessionStorage.removeItem(KEPT);
}
