import { Button, Select, Switch, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Server, SqlEncryption } from "@/generated/commands";
import { viewOf } from "@/platform/platform";
import type { Draft } from "./draft";
import type { Field } from "./server-form";

const LEVELS: SqlEncryption[] = ["required", "strict", "login_only", "off"];

/** What only a SQL Server has. Weaker encryption is possible, and said in red. */
export function SqlServer({
  draft,
  set,
  field,
}: {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  field: Field;
}) {
  const { t } = useTranslation();
  const { encryption } = draft;
  const weak = encryption === "login_only" || encryption === "off" ? encryption : null;
  return (
    <>
      <div className="row" style={{ alignItems: "flex-start" }}>
        <TextInput
          {...field("instance")}
          className="grow"
          description={t("servers.hint.instance")}
          spellCheck={false}
        />
        <Select
          className="grow"
          label={t("servers.field.encryption")}
          description={t("servers.hint.encryption")}
          data={LEVELS.map((value) => ({ value, label: t(`servers.encryption.${value}`) }))}
          value={encryption}
          onChange={(value) => set({ encryption: (value ?? "required") as SqlEncryption })}
          allowDeselect={false}
        />
      </div>
      {weak ? (
        <p className="row" role="alert" style={{ alignItems: "flex-start", color: "var(--bad)" }}>
          <IconAlertTriangle size={16} aria-hidden="true" style={{ flex: "none", marginTop: 1 }} />
          {t(`servers.weak.${weak}`)}
        </p>
      ) : null}
      {encryption === "off" ? null : (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <TextInput
            {...field("authority")}
            className="grow"
            description={t("servers.hint.authority")}
            spellCheck={false}
          />
          <TextInput
            {...field("certificate")}
            className="grow"
            description={t("servers.hint.certificate")}
            spellCheck={false}
          />
        </div>
      )}
      <Switch
        label={t("servers.field.integrated")}
        description={t("servers.hint.integrated")}
        checked={draft.integrated}
        onChange={(event) => set({ integrated: event.currentTarget.checked })}
      />
    </>
  );
}

/** How a registered SQL Server is reached: weaker encryption stays in red, and so does nobody overlook it. */
export function SqlServerFacts({ server }: { server: Server }) {
  const { t } = useTranslation();
  const set = server.options.sql_server ?? {};
  const encryption = set.encryption ?? "required";
  const weak = encryption === "login_only" || encryption === "off";
  return (
    <>
      {set.instance ? (
        <>
          <dt>{t("servers.field.instance")}</dt>
          <dd dir="auto">{set.instance}</dd>
        </>
      ) : null}
      <dt>{t("servers.field.encryption")}</dt>
      <dd style={weak ? { color: "var(--bad)" } : undefined}>
        {weak
          ? `${t(`servers.encryption.${encryption}`)}. ${t(`servers.weak.${encryption}`)}`
          : t(`servers.encryption.${encryption}`)}
      </dd>
      {set.certificate ? (
        <>
          <dt>{t("servers.pinned")}</dt>
          <dd className="mono small wrap">{set.certificate}</dd>
        </>
      ) : null}
      {set.authority ? (
        <>
          <dt>{t("servers.field.authority")}</dt>
          <dd className="mono small wrap">{set.authority}</dd>
        </>
      ) : null}
    </>
  );
}

/** Pins the certificate that the server showed, once a person has looked at it. */
export function TrustCertificate({
  error,
  onTrust,
}: {
  error: unknown;
  onTrust: (sha256: string) => void;
}) {
  const { t } = useTranslation();
  const view = viewOf(error);
  const print = /\b[0-9a-f]{64}\b/.exec(view.message)?.[0];
  if (view.code !== "DB_CERTIFICATE_UNTRUSTED" || print === undefined) return null;
  return (
    <div className="row">
      <span className="grow dim small">{t("servers.trust_text")}</span>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={15} aria-hidden="true" />}
        onClick={() => onTrust(print)}
      >
        {t("servers.trust_certificate")}
      </Button>
    </div>
  );
}
