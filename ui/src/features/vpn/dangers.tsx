import { Button } from "@mantine/core";
import { IconKey, IconTrash, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "@/components/confirm";
import { done } from "@/components/toast";
import type { Server, Vpn } from "@/generated/commands";
import { useAction } from "@/platform/commands";

type Danger = "rotate" | "revoke" | "remove";

/** What can't be taken back, each with what it does before it does it. */
export function Dangers({
  vpn,
  servers,
  busy,
  onGone,
}: {
  vpn: Vpn;
  servers: Server[];
  /** The server is being told something already. */
  busy: boolean;
  onGone: () => void;
}) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Danger | null>(null);
  const managed = vpn.remote !== null;
  return (
    <section className="row" data-wrap aria-label={t("vpn.danger.title")}>
      {managed && vpn.state === "active" ? (
        <Button
          variant="default"
          disabled={busy}
          leftSection={<IconKey size={15} aria-hidden="true" />}
          onClick={() => setAsked("rotate")}
        >
          {t("vpn.rotate.button")}
        </Button>
      ) : null}
      {managed && vpn.state !== "revoked" ? (
        <Button
          variant="subtle"
          color="red"
          disabled={busy}
          leftSection={<IconUserOff size={15} aria-hidden="true" />}
          onClick={() => setAsked("revoke")}
        >
          {t("vpn.revoke.button")}
        </Button>
      ) : null}
      <Button
        variant="subtle"
        color="red"
        disabled={busy}
        leftSection={<IconTrash size={15} aria-hidden="true" />}
        onClick={() => setAsked("remove")}
      >
        {t("vpn.remove.button")}
      </Button>
      {asked ? (
        <Sure
          what={asked}
          vpn={vpn}
          servers={servers}
          onClose={() => setAsked(null)}
          onGone={onGone}
        />
      ) : null}
    </section>
  );
}

function Sure({
  what,
  vpn,
  servers,
  onClose,
  onGone,
}: {
  what: Danger;
  vpn: Vpn;
  servers: Server[];
  onClose: () => void;
  onGone: () => void;
}) {
  const { t } = useTranslation();
  const act = useAction(`vpn.${what}`);
  const { name } = vpn;
  const users = servers.map((server) => server.name).join(", ");
  // A peer of which the server still knows goes on working for whoever has its file.
  const left = what === "remove" && vpn.remote !== null && vpn.state !== "revoked";
  return (
    <Confirm
      title={t(`vpn.${what}.title`, { name })}
      verb={t(`vpn.${what}.verb`)}
      {...(what === "rotate" ? {} : { typed: name })}
      onClose={onClose}
      onConfirm={async () => {
        await act.mutateAsync({ vpn: String(vpn.id) });
        done(t(`vpn.${what}.done`, { name }));
        if (what === "remove") onGone();
      }}
    >
      <p>{t(`vpn.${what}.text`)}</p>
      {left ? <p>{t("vpn.remove.left")}</p> : null}
      {users !== "" ? <p>{t(`vpn.${what}.users`, { users })}</p> : null}
    </Confirm>
  );
}
