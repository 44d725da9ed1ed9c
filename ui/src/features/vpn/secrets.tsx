import { Button, Modal } from "@mantine/core";
import { IconDownload, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { done } from "@/components/toast";
import { Trouble } from "@/components/trouble";
import type { Vpn } from "@/generated/commands";
import { useAsked } from "@/platform/commands";
import { usePlatform } from "@/platform/context";

/** How long a code stands on screen before it hides itself. */
const SHOWN_SECONDS = 60;

/** The file, saved where the person chooses: it holds the private key, and says so first. */
export function ConfDialog({ vpn, onClose }: { vpn: Vpn; onClose: () => void }) {
  const { t } = useTranslation();
  const platform = usePlatform();
  const conf = useAsked("vpn.conf");
  const [error, setError] = useState<unknown>(null);
  const save = async () => {
    setError(null);
    const file = await conf.run({ vpn: String(vpn.id) });
    if (!file) return;
    conf.forget();
    try {
      const wish = { name: file.file_name, extension: "conf" };
      const path = await platform.saveBlob(wish, new Blob([file.text], { type: "text/plain" }));
      if (path === null) return;
      done(t("vpn.conf.done", { path }));
      onClose();
    } catch (error) {
      setError(error);
    }
  };
  const wrong = error ?? conf.error;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("vpn.conf.title", { name: vpn.name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <div className="stack" data-gap="big">
        <p>{t("vpn.conf.text")}</p>
        <p>{t("vpn.secret.one")}</p>
        {wrong ? <Trouble error={wrong} /> : null}
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            leftSection={<IconDownload size={15} aria-hidden="true" />}
            loading={conf.running}
            onClick={() => void save()}
          >
            {t("vpn.conf.verb")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** The file as a code for a phone. It stands on screen for a minute, and only while the window is looked at. */
export function QrDialog({ vpn, onClose }: { vpn: Vpn; onClose: () => void }) {
  const { t } = useTranslation();
  const qr = useAsked("vpn.qr");
  const left = useCountdown(qr.data !== null, qr.forget);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("vpn.qr.title", { name: vpn.name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
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
    </Modal>
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
