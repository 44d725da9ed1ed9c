import { Button, PasswordInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { Panel } from "@/components/panel";
import { Trouble } from "@/components/trouble";
import type { SalesLedger } from "@/generated/commands";
import { useAction } from "@/platform/commands";
import { Finish } from "./finish";

const SITES = ["MCO", "MLA", "MLC", "MLM", "MPE", "MLU", "MEC", "MLB"] as const;
const BLANK = {
  name: "",
  client_id: "",
  client_secret: "",
  redirect_uri: "",
  api_url: "",
  auth_url: "",
};

/** Connects an account of MercadoLibre: the office's own application, then the person's permission. */
export function ChannelForm({ ledgers, onClose }: { ledgers: SalesLedger[]; onClose: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(BLANK);
  const [site, setSite] = useState<string>("MCO");
  const [ledger, setLedger] = useState<string | null>(null);
  const begin = useAction("sales.channels.begin");
  const to = ledger ?? (ledgers[0] ? String(ledgers[0].id) : null);
  const field = (name: keyof typeof BLANK) => ({
    label: t(`sales.field.${name}`),
    description: t(`sales.hint.channel_${name}`),
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setDraft((old) => ({ ...old, [name]: value }));
    },
    autoComplete: "off",
    spellCheck: false,
  });
  const badUri = draft.redirect_uri !== "" && !/^https?:\/\/\S+$/.test(draft.redirect_uri.trim());
  const ready =
    draft.name.trim() &&
    draft.client_id.trim() &&
    draft.client_secret &&
    draft.redirect_uri &&
    !badUri;
  const start = () =>
    begin.mutate({
      name: draft.name.trim(),
      site,
      client_id: draft.client_id.trim(),
      client_secret: draft.client_secret.trim(),
      redirect_uri: draft.redirect_uri.trim(),
      ledger: to,
      api_url: draft.api_url.trim() || null,
      auth_url: draft.auth_url.trim() || null,
    });
  return (
    <Panel
      wide
      title={t("sales.step_action.channel")}
      sub={t("sales.channel_sub")}
      onClose={onClose}
      foot={
        begin.data ? null : (
          <>
            <Button disabled={!ready} loading={begin.isPending} onClick={start}>
              {t("sales.continue")}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t("common.cancel")}
            </Button>
          </>
        )
      }
    >
      {begin.data ? (
        <Finish begun={begin.data} onClose={onClose} />
      ) : (
        <form
          className="stack form"
          data-gap="big"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) start();
          }}
        >
          <TextInput {...field("name")} required data-autofocus />
          <Select
            label={t("sales.field.site")}
            data={SITES.map((value) => ({ value, label: t(`sales.site.${value}`) }))}
            value={site}
            onChange={(value) => setSite(value ?? "MCO")}
            allowDeselect={false}
          />
          <TextInput
            {...field("redirect_uri")}
            required
            error={badUri ? t("sales.bad_redirect") : null}
          />
          <TextInput {...field("client_id")} required />
          <PasswordInput
            {...field("client_secret")}
            required
            visibilityToggleButtonProps={{
              "aria-label": t("sales.show_key"),
              "aria-hidden": false,
            }}
          />
          <Select
            label={t("sales.field.ledger")}
            description={t("sales.hint.ledger")}
            data={ledgers.map(({ id, name }) => ({ value: String(id), label: name }))}
            value={to}
            onChange={setLedger}
          />
          <details>
            <summary>{t("sales.advanced")}</summary>
            <div className="stack" data-gap="big" style={{ marginTop: 8 }}>
              <TextInput {...field("api_url")} />
              <TextInput {...field("auth_url")} />
            </div>
          </details>
          <Answer of={begin.error}>
            <Trouble error={begin.error} />
          </Answer>
          <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
        </form>
      )}
    </Panel>
  );
}
