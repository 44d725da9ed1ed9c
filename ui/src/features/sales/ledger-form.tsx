import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { Panel } from "@/components/panel";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import { useAction } from "@/platform/commands";

const BLANK = { name: "", user: "", access_key: "", partner_id: "", base_url: "", per_minute: "" };

/** Connects a company of SIIGO: the credentials are tried before they are kept. */
export function LedgerForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(BLANK);
  const connect = useAction("sales.ledgers.connect");
  const refresh = useAction("sales.catalogue.refresh");
  const field = (name: keyof typeof BLANK) => ({
    label: t(`sales.field.${name}`),
    description: t(`sales.hint.${name}`),
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setDraft((old) => ({ ...old, [name]: value }));
    },
    autoComplete: "off",
    spellCheck: false,
  });
  const badRate = draft.per_minute !== "" && !/^[1-9]\d{0,2}$/.test(draft.per_minute);
  const ready = draft.name.trim() && draft.user.trim() && draft.access_key && !badRate;
  const save = () =>
    connect.mutate(
      {
        name: draft.name.trim(),
        user: draft.user.trim(),
        access_key: draft.access_key.trim(),
        partner_id: draft.partner_id.trim() || null,
        base_url: draft.base_url.trim() || null,
        per_minute: draft.per_minute ? Number(draft.per_minute) : null,
      },
      {
        onSuccess: ({ id, name }) => {
          done(t("sales.connected", { name }));
          refresh.mutate({ ledger: String(id) });
          onClose();
        },
      },
    );
  return (
    <Panel
      wide
      title={t("sales.step_action.ledger")}
      sub={t("sales.ledger_sub")}
      onClose={onClose}
      foot={
        <>
          <Button disabled={!ready} loading={connect.isPending} onClick={save}>
            {t("sales.test_and_save")}
          </Button>
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
          if (ready) save();
        }}
      >
        <TextInput {...field("name")} required data-autofocus />
        <TextInput {...field("user")} required />
        <PasswordInput
          {...field("access_key")}
          required
          visibilityToggleButtonProps={{ "aria-label": t("sales.show_key"), "aria-hidden": false }}
        />
        <details>
          <summary>{t("sales.advanced")}</summary>
          <div className="stack" data-gap="big" style={{ marginTop: 8 }}>
            <TextInput {...field("partner_id")} />
            <TextInput {...field("base_url")} />
            <TextInput
              {...field("per_minute")}
              inputMode="numeric"
              error={badRate ? t("sales.bad_rate") : null}
            />
          </div>
        </details>
        <Answer of={connect.error}>
          <Trouble error={connect.error} />
        </Answer>
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Panel>
  );
}
