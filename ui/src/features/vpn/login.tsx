import { Button, PasswordInput, SegmentedControl, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePlatform } from "@/platform/context";
import type { Draft, Wrongs } from "./draft";

const LOGINS = ["password", "key", "agent"] as const;

export type Change = (change: Partial<Draft>) => void;

/** The fields of a draft: each says what it is, where its value is found, and what is wrong once it was left. */
export function useFields(draft: Draft, set: Change, wrong: Wrongs) {
  const { t } = useTranslation();
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const form = useRef<HTMLFormElement>(null);
  const field = (name: keyof Draft) => {
    const reason = touched.has(name) ? wrong[name] : undefined;
    return {
      label: t(`vpn.field.${name as "name"}`),
      description: t(`vpn.hint.${name as "name"}`),
      value: draft[name] as string,
      onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
        set({ [name]: value }),
      onBlur: () => setTouched((old) => new Set([...old, name])),
      error: reason === undefined ? undefined : t(`vpn.wrong.${reason}`),
      spellCheck: false as const,
      autoComplete: "off" as const,
    };
  };
  /** Everything that is wrong is shown, and the first of it gets the focus. */
  const isRight = () => {
    setTouched(new Set(Object.keys(draft)));
    if (Object.keys(wrong).length === 0) return true;
    requestAnimationFrame(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
    return false;
  };
  return { form, field, isRight };
}

export type Field = ReturnType<typeof useFields>["field"];

/** Where the server is and how it lets one in. */
export function Login({
  draft,
  set,
  field,
  kept = false,
}: {
  draft: Draft;
  set: Change;
  field: Field;
  /** Passwords that are left empty stay as they are in the keyring. */
  kept?: boolean;
}) {
  const { t } = useTranslation();
  const toggle = { "aria-label": t("servers.password.show"), "aria-hidden": false } as const;
  const secret = {
    visibilityToggleButtonProps: toggle,
    autoComplete: "new-password",
    ...(kept ? { description: t("vpn.hint.kept") } : {}),
  } as const;
  return (
    <>
      <div className="row" style={{ alignItems: "flex-start" }}>
        <TextInput {...field("host")} className="grow" required />
        <TextInput {...field("port")} w={120} required inputMode="numeric" />
      </div>
      <TextInput {...field("user")} required />
      <SegmentedControl
        aria-label={t("vpn.field.login")}
        data={LOGINS.map((value) => ({ value, label: t(`vpn.login.${value}`) }))}
        value={draft.login}
        onChange={(login) => set({ login: login as Draft["login"], password: "" })}
      />
      {draft.login === "key" ? (
        <TextInput
          {...field("key_path")}
          required
          rightSection={<ChooseKey onChosen={(key_path) => set({ key_path })} />}
          rightSectionWidth={84}
        />
      ) : null}
      {draft.login === "agent" ? <p className="dim small">{t("vpn.agent_text")}</p> : null}
      {draft.login === "agent" ? null : (
        <PasswordInput
          {...field("password")}
          label={t(draft.login === "key" ? "vpn.field.passphrase" : "vpn.field.password")}
          description={t(draft.login === "key" ? "vpn.hint.passphrase" : "vpn.hint.password")}
          required={draft.login === "password" && !kept}
          {...secret}
        />
      )}
      <PasswordInput {...field("sudo_password")} {...secret} />
    </>
  );
}

function ChooseKey({ onChosen }: { onChosen: (path: string) => void }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  if (!platform.can.dialogs) return null;
  const choose = async () => {
    const path = await platform.chooseFile({ title: t("vpn.field.key_path") });
    if (path !== null) onChosen(path);
  };
  return (
    <Button variant="subtle" size="compact-xs" onClick={() => void choose()}>
      {t("common.choose_file")}
    </Button>
  );
}
