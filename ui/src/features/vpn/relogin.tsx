import { Button } from "@mantine/core";
import { IconShieldExclamation } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Vpn } from "@/generated/commands";
import { useAction, useAsked } from "@/platform/commands";
import { viewOf } from "@/platform/platform";
import { check, type Draft, FRESH, requestOf } from "./draft";
import { type Change, Login, useFields } from "./login";

/** How the server is logged in to from now on; the server is asked with it before the panel closes. */
export function Relogin({ vpn, onClose }: { vpn: Vpn; onClose: () => void }) {
  const { t } = useTranslation();
  const { remote } = vpn;
  const [draft, setDraft] = useState<Draft>(() => ({
    ...FRESH,
    name: vpn.name,
    host: remote?.host ?? "",
    port: String(remote?.port ?? 22),
    user: remote?.user ?? "",
    login: remote?.login.kind ?? "password",
    key_path: remote?.login.kind === "key" ? remote.login.path : "",
    interface: remote?.interface ?? "wg0",
  }));
  const login = useAsked("vpn.login");
  const ask = useAsked("vpn.ask");
  // A password that is left empty stays as it is, unless there was none.
  const kept = remote?.login.kind === draft.login;
  const { password, ...wrong } = check(draft);
  const set: Change = (change) => {
    login.forget();
    ask.forget();
    setDraft((old) => ({ ...old, ...change }));
  };
  const fields = useFields(draft, set, kept || !password ? wrong : { ...wrong, password });
  const save = async () => {
    if (!fields.isRight()) return;
    const { host, port, user, login: way, password, sudo_password } = requestOf(draft);
    const named = { vpn: String(vpn.id) };
    const request = { ...named, host, port, user, login: way, password, sudo_password };
    if (!(await login.run(request)) || !(await ask.run(named))) return;
    done(t("vpn.relogin.done", { name: vpn.name }));
    onClose();
  };
  const error = login.error ?? ask.error;
  return (
    <Panel
      wide
      title={t("vpn.relogin.title", { name: vpn.name })}
      sub={t("vpn.relogin.sub")}
      onClose={onClose}
      foot={
        <>
          <Button loading={login.running || ask.running} onClick={() => void save()}>
            {t("vpn.relogin.verb")}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        </>
      }
    >
      <form
        ref={fields.form}
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Login draft={draft} set={set} field={fields.field} kept={kept} />
        {error ? <ServerTrouble vpn={vpn} error={error} onTrusted={() => void save()} /> : null}
        <button type="submit" hidden />
      </form>
    </Panel>
  );
}

/** Why the server refused. A key that changed stays refused until a person says that they compared it. */
export function ServerTrouble({
  vpn,
  error,
  onTrusted,
}: {
  vpn: Vpn;
  error: unknown;
  /** The new key is the confirmed one now. */
  onTrusted: () => void;
}) {
  const { t } = useTranslation();
  const login = useAction("vpn.login");
  const [asked, setAsked] = useState(false);
  const view = viewOf(error);
  const [, found] = view.message.match(/SHA256:[A-Za-z0-9+/=]+/g) ?? [];
  if (view.code !== "SSH_HOST_CHANGED" || found === undefined) return <Trouble error={error} />;
  return (
    <>
      <Trouble
        error={error}
        actions={
          <Button
            variant="default"
            leftSection={<IconShieldExclamation size={15} aria-hidden="true" />}
            onClick={() => setAsked(true)}
          >
            {t("vpn.trust.button")}
          </Button>
        }
      />
      {asked ? (
        <Confirm
          title={t("vpn.trust.title", { name: vpn.name })}
          verb={t("vpn.trust.verb")}
          typed={vpn.name}
          onClose={() => setAsked(false)}
          onConfirm={async () => {
            await login.mutateAsync({ vpn: String(vpn.id), fingerprint: found });
            onTrusted();
          }}
        >
          <p>{t("vpn.trust.text")}</p>
          <p className="mono wrap">{found}</p>
        </Confirm>
      ) : null}
    </>
  );
}
