import { Button, Switch, TextInput } from "@mantine/core";
import { IconEye, IconFingerprint, IconPlayerStop, IconPlus, IconTool } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@/components/panel";
import { Trouble } from "@/components/trouble";
import { useAsked } from "@/platform/commands";
import { usePlatform } from "@/platform/context";
import { viewOf } from "@/platform/platform";
import { check, type Draft, FRESH, requestOf } from "./draft";
import { type Change, type Field, Login, useFields } from "./login";
import { PreviewView } from "./preview";
import { SetUp } from "./setup";

const KEPT = "puente.draft.vpn";
/** Makes a VPN on the office's server: looked at first, so that everything is seen before it runs. */
export function CreateForm({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (id: number) => void;
}) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const [draft, setDraft] = useDraft();
  const [preparing, setPreparing] = useState(false);
  const look = useAsked("vpn.preview");
  const create = useAsked("vpn.create");
  const found = useRef<HTMLDivElement>(null);
  const error = create.error ?? look.error;
  const wrong = check(draft);
  const set: Change = (change) => {
    look.forget();
    create.forget();
    // Another host has another key.
    if ("host" in change) setPreparing(false);
    const elsewhere = "host" in change || "port" in change ? { fingerprint: "" } : {};
    setDraft((old) => ({ ...old, ...elsewhere, ...change }));
  };
  const { form, field, isRight } = useFields(draft, set, wrong);
  const ask = (confirmed: Draft) => {
    if (isRight()) void look.run(requestOf(confirmed));
  };
  const make = async () => {
    const request = requestOf(draft);
    if (!(await create.run(request))) return;
    sessionStorage.removeItem(KEPT);
    const { id } = await platform.call("vpn.show", { vpn: request.name });
    onMade(id);
  };
  const trust = (fingerprint: string) => {
    set({ fingerprint });
    ask({ ...draft, fingerprint });
  };
  const seen = look.data !== null;
  useEffect(() => {
    if (seen || error) found.current?.scrollIntoView({ block: "start" });
  }, [seen, error]);
  return (
    <Panel
      wide
      title={t("vpn.create.title")}
      sub={t("vpn.create.sub")}
      onClose={onClose}
      foot={
        <>
          <Button
            variant={seen ? "default" : "filled"}
            leftSection={<IconEye size={15} aria-hidden="true" />}
            loading={look.running}
            onClick={() => ask(draft)}
          >
            {t("vpn.create.look")}
          </Button>
          <Button
            disabled={!seen}
            leftSection={<IconPlus size={15} aria-hidden="true" />}
            loading={create.running}
            onClick={() => void make()}
          >
            {t("vpn.create.verb")}
          </Button>
          {look.running ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={15} aria-hidden="true" />}
              onClick={look.forget}
            >
              {t("servers.form.stop")}
            </Button>
          ) : null}
        </>
      }
    >
      <form
        ref={form}
        className="stack form"
        onSubmit={(event) => {
          event.preventDefault();
          if (seen) void make();
          else ask(draft);
        }}
      >
        <TextInput {...field("name")} required data-autofocus maxLength={200} />
        <Login draft={draft} set={set} field={field} />
        <Advanced draft={draft} set={set} field={field} />
        <div ref={found} className="stack">
          {look.data ? <PreviewView preview={look.data} fingerprint={draft.fingerprint} /> : null}
          {error ? (
            <Refused error={error} onTrust={trust} onSetUp={() => setPreparing(true)} />
          ) : null}
        </div>
        <button type="submit" hidden />
      </form>
      {preparing ? (
        <div style={{ marginTop: 12 }}>
          <SetUp request={requestOf(draft)} />
        </div>
      ) : null}
    </Panel>
  );
}

function Advanced({ draft, set, field }: { draft: Draft; set: Change; field: Field }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary>{t("servers.form.advanced")}</summary>
      <div className="stack form" style={{ marginTop: 8 }}>
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput {...field("interface")} className="grow" required />
          <TextInput {...field("address")} className="grow" />
        </div>
        <TextInput {...field("endpoint")} />
        <TextInput {...field("allowed")} />
        <Switch
          label={t("vpn.field.preshared")}
          description={t("vpn.hint.preshared")}
          checked={draft.preshared}
          onChange={(event) => set({ preshared: event.currentTarget.checked })}
        />
      </div>
    </details>
  );
}

/** Codes of a server that WireGuard can be set up on. */
const BARE = ["VPN_TOOLS_MISSING", "VPN_INTERFACE_MISSING"];

/** Why the look or the making was refused; a host key that nobody has compared is a question. */
function Refused({
  error,
  onTrust,
  onSetUp,
}: {
  error: unknown;
  onTrust: (fingerprint: string) => void;
  onSetUp: () => void;
}) {
  const { t } = useTranslation();
  const view = viewOf(error);
  const print = /SHA256:[A-Za-z0-9+/=]+/.exec(view.message)?.[0];
  if (BARE.includes(view.code)) {
    return (
      <Trouble
        error={error}
        actions={
          <Button leftSection={<IconTool size={15} aria-hidden="true" />} onClick={onSetUp}>
            {t("vpn.setup.button")}
          </Button>
        }
      />
    );
  }
  if (view.code !== "SSH_HOST_UNKNOWN" || print === undefined) return <Trouble error={error} />;
  return (
    <div className="trouble" data-severity="warning" role="alert">
      <IconFingerprint className="trouble-icon" size={18} aria-hidden="true" />
      <div className="grow stack">
        <p className="strong">{t("vpn.fingerprint.title")}</p>
        <p className="mono wrap">{print}</p>
        <p className="wrap">{view.hint}</p>
        <p>{t("vpn.fingerprint.text")}</p>
        <div className="row">
          <Button onClick={() => onTrust(print)}>{t("vpn.fingerprint.same")}</Button>
        </div>
      </div>
    </div>
  );
}

/** Nothing typed is lost when the panel closes; a password is never written down. */
function useDraft() {
  const [draft, setDraft] = useState<Draft>(() => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Draft;
      return { ...FRESH, ...kept, password: "", sudo_password: "" };
    } catch {
      return FRESH;
    }
  });
  useEffect(() => {
    const { password: _, sudo_password: __, ...kept } = draft;
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }, [draft]);
  return [draft, setDraft] as const;
}
