import { Button, CopyButton, Textarea } from "@mantine/core";
import { IconBrowserCheck, IconCheck, IconCopy, IconExternalLink } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Answer } from "@/components/answer";
import { done, failed } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { ChannelBegun } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";

/** Addresses that the browser finds on this machine. */
const HERE = /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/;

/** The person allows it in the browser, and brings the address back. */
export function Finish({ begun, onClose }: { begun: ChannelBegun; onClose: () => void }) {
  const { t } = useTranslation();
  const [redirected, setRedirected] = useState("");
  const finish = useAction("sales.channels.finish");
  return (
    <form
      className="stack form"
      data-gap="big"
      onSubmit={(event) => {
        event.preventDefault();
        finish.mutate(
          { channel: String(begun.channel), redirected: redirected.trim() },
          {
            onSuccess: ({ name }) => {
              done(t("sales.connected", { name }));
              onClose();
            },
          },
        );
      }}
    >
      <p>{t("sales.finish.open")}</p>
      <p className="mono small wrap">{begun.url}</p>
      <div className="row">
        <Button
          component="a"
          href={begun.url}
          target="_blank"
          rel="noreferrer"
          leftSection={<IconExternalLink size={15} aria-hidden="true" />}
        >
          {t("sales.finish.go")}
        </Button>
        <CopyButton value={begun.url}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              onClick={copy}
              leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            >
              {copied ? t("common.copied") : t("common.copy")}
            </Button>
          )}
        </CopyButton>
      </div>
      {HERE.test(begun.redirect_uri) ? <Landing begun={begun} onClose={onClose} /> : null}
      <p>{t("sales.finish.back", { uri: begun.redirect_uri })}</p>
      <Textarea
        label={t("sales.field.redirected")}
        description={t("sales.hint.redirected")}
        rows={3}
        value={redirected}
        onChange={(event) => setRedirected(event.currentTarget.value)}
        spellCheck={false}
        required
      />
      <Answer of={finish.error}>
        <Trouble error={finish.error} />
      </Answer>
      <Button type="submit" disabled={redirected.trim() === ""} loading={finish.isPending}>
        {t("sales.finish.done")}
      </Button>
    </form>
  );
}

/** Waits at the registered address, so that nothing has to be pasted. */
function Landing({ begun, onClose }: { begun: ChannelBegun; onClose: () => void }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const named = { channel: String(begun.channel) };
  const listen = useAction("sales.channels.listen");
  const stop = useAction("sales.channels.unlisten");
  const now = useCommand("sales.channels.listening", named, { keep: true }).data;
  const connected = now?.state === "connected";
  useEffect(() => {
    if (!connected) return;
    done(t("sales.finish.came"));
    onClose();
  }, [connected, t, onClose]);
  if (now?.state === "waiting") {
    return (
      <div className="card stack" role="status">
        <p>
          {t("sales.finish.waiting", {
            uri: begun.redirect_uri,
            until: now.until ? moment(now.until) : "",
          })}
        </p>
        {now.asks ? <p className="dim small">{t("sales.finish.asks")}</p> : null}
        <Button
          variant="default"
          style={{ alignSelf: "flex-start" }}
          loading={stop.isPending}
          onClick={() => stop.mutate(named, { onError: failed })}
        >
          {t("sales.finish.stop")}
        </Button>
      </div>
    );
  }
  return (
    <div className="stack">
      {now?.error ? <TroubleView view={now.error} /> : null}
      {now?.state === "late" ? <p className="dim">{t("sales.finish.late")}</p> : null}
      {listen.error ? <Trouble error={listen.error} /> : null}
      <Button
        variant="default"
        style={{ alignSelf: "flex-start" }}
        leftSection={<IconBrowserCheck size={15} aria-hidden="true" />}
        loading={listen.isPending}
        onClick={() => listen.mutate(named)}
      >
        {t("sales.finish.wait")}
      </Button>
    </div>
  );
}
