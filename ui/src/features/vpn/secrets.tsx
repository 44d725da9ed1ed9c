import { Button } from "@mantine/core";
import { IconDownload, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Vpn } from "@/generated/commands";
import { useAction, useAsked } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

/** How long a code stands on screen before it hides itself. */
const SHOWN_SECONDS = 60;

/** The file of one, or an archive of several, written where the person chooses: it says first what is in it. */
export function ExportDialog({ vpns, onClose }: { vpns: Vpn[]; onClose: () => void }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const write = useAction("vpn.export");
  const [error, setError] = useState<unknown>(null);
  const only = vpns.length === 1 ? vpns[0] : undefined;
  const save = async () => {
    setError(null);
    const wish = only
      ? { name: `${fileName(only.name)}.conf`, extension: "conf" }
      : { name: `${t("vpn.export.file")}.zip`, extension: "zip" };
    try {
      // The dialog has asked already whether a file that is there is to be replaced.
      const where = await platform.saveFile(wish, (output) =>
        write.mutateAsync({ vpns: vpns.map(({ id }) => String(id)), output, overwrite: true }),
      );
      if (where === null) return;
      done(t("vpn.export.done", { where }));
      onClose();
    } catch (error) {
      setError(error);
    }
  };
  return (
    <Dialog
      onClose={onClose}
      title={
        only
          ? t("vpn.export.title_one", { name: only.name })
          : t("vpn.export.title_many", { vpns: vpns.length })
      }
    >
      <div className="stack" data-gap="big">
        <p>{t(only ? "vpn.export.text_one" : "vpn.export.text_many")}</p>
        <p>{t("vpn.secret.one")}</p>
        {error ? <Trouble error={error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            leftSection={<IconDownload size={15} aria-hidden="true" />}
            loading={write.isPending}
            onClick={() => void save()}
          >
            {t("vpn.export.verb")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** What every system takes as the name of a file, and Linux as that of an interface. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "").slice(0, 15) || "vpn";
}

/** The file as a code for a phone. It stands on screen for a minute, and only while the window is looked at. */
export function QrDialog({ vpn, onClose }: { vpn: Vpn; onClose: () => void }) {
  const { t } = useTranslation();
  const qr = useAsked("vpn.qr");
  const left = useCountdown(qr.data !== null, qr.forget);
  return (
    <Dialog onClose={onClose} title={t("vpn.qr.title", { name: vpn.name })}>
      <div className="stack" data-gap="big">
        <p>{t("vpn.qr.text")}</p>
        <p>{t("vpn.secret.one")}</p>
        {qr.data ? (
          <figure className="qr">
            <img
              src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(qr.data.svg)}`}
              alt={t("vpn.qr.alt", { name: vpn.name })}
              width={320}
              height={320}
            />
            <figcaption className="dim small" role="timer">
              {t("vpn.qr.left", { count: left })}
            </figcaption>
          </figure>
        ) : null}
        {qr.error ? <Trouble error={qr.error} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          {qr.data ? (
            <Button
              variant="default"
              leftSection={<IconEyeOff size={15} aria-hidden="true" />}
              onClick={qr.forget}
            >
              {t("vpn.qr.hide")}
            </Button>
          ) : (
            <Button
              leftSection={<IconEye size={15} aria-hidden="true" />}
              loading={qr.running}
              onClick={() => void qr.run({ vpn: String(vpn.id) })}
            >
              {t("vpn.qr.show")}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

/** Seconds that are left; then, or when the window is no longer seen, `onEnd`. */
function useCountdown(on: boolean, onEnd: () => void): number {
  const [left, setLeft] = useState(SHOWN_SECONDS);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (!on) return;
    const until = Date.now() + SHOWN_SECONDS * 1000;
    setLeft(SHOWN_SECONDS);
    const look = () => {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      if (seconds <= 0 || document.hidden) end.current();
      else setLeft(seconds);
    };
    const timer = setInterval(look, 1000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [on]);
  return left;
}
