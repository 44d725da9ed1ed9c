import { Button, CopyButton, TextInput } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/trouble";
import type { Server } from "@/generated/commands";
import { useAction } from "@/platform/commands";

/** Where statements are run. */
const PARTS = ["master", "company", "sales"] as const;

/** Nobody needs what these may; nobody is who the Windows user is. */
const ALL_POWERFUL = new Set(["SYSDBA", "sa", ""]);

/** What a login needs that only reads: for whoever administers the database. */
export function Grants({ server }: { server: Server }) {
  const { t } = useTranslation();
  const grants = useAction("servers.grants");
  const [login, setLogin] = useState(ALL_POWERFUL.has(server.user) ? "PUENTE" : server.user);
  const text = PARTS.filter((part) => grants.data?.[part].length)
    .flatMap((part) => [`-- ${t(`servers.grants.${part}`)}`, ...(grants.data?.[part] ?? [])])
    .join("\n");
  return (
    <details>
      <summary>{t("servers.grants.title")}</summary>
      <form
        className="stack"
        style={{ marginTop: 8 }}
        onSubmit={(event) => {
          event.preventDefault();
          grants.mutate({ server: String(server.id), login });
        }}
      >
        <p className="dim small">{t("servers.grants.text")}</p>
        <div className="row" style={{ alignItems: "flex-end" }}>
          <TextInput
            label={t("servers.grants.login")}
            value={login}
            onChange={(event) => setLogin(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={grants.isPending}>
            {t("servers.grants.show")}
          </Button>
        </div>
        {grants.error ? <Trouble error={grants.error} /> : null}
        {grants.data ? <Statements text={text} /> : null}
      </form>
    </details>
  );
}

/** Statements that somebody else is to run. */
export function Statements({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <>
      <pre className="log mono">{text}</pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            style={{ alignSelf: "flex-start" }}
            leftSection={<IconCopy size={15} aria-hidden="true" />}
            onClick={copy}
          >
            {copied ? t("common.copied") : t("common.copy")}
          </Button>
        )}
      </CopyButton>
    </>
  );
}
