import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { VpnPreview } from "@/generated/commands";

/** What would be done on a server, to the letter, before any of it is done. */
export function PreviewView({
  preview,
  fingerprint,
}: {
  preview: VpnPreview;
  fingerprint: string;
}) {
  const { t } = useTranslation();
  return (
    <section className="stack card" aria-label={t("vpn.preview.title")}>
      <h3>{t("vpn.preview.title")}</h3>
      <dl className="facts">
        <dt>{t("vpn.preview.address")}</dt>
        <dd>{preview.address}</dd>
        <dt>{t("vpn.preview.network")}</dt>
        <dd>{preview.network}</dd>
        <dt>{t("vpn.preview.port")}</dt>
        <dd>{preview.port}</dd>
        <dt>{t("vpn.preview.peers")}</dt>
        <dd>{preview.peers}</dd>
        <dt>{t("vpn.field.fingerprint")}</dt>
        <dd className="mono">{fingerprint}</dd>
      </dl>
      <p>{t("vpn.preview.commands")}</p>
      <Lines label={t("vpn.preview.commands")} lines={preview.commands} />
      <p>{t("vpn.preview.block")}</p>
      <Lines label={t("vpn.preview.block")} lines={preview.block.trimEnd().split("\n")} />
      <p className="dim small">{t("vpn.preview.promise")}</p>
      <details>
        <summary>{t("vpn.preview.script")}</summary>
        <Lines label={t("vpn.preview.script")} lines={preview.script.trimEnd().split("\n")} />
      </details>
      <details>
        <summary>{t("vpn.preview.rule")}</summary>
        <div className="stack" style={{ marginTop: 6 }}>
          <p className="dim small">{t("vpn.preview.rule_text")}</p>
          <Copyable text={preview.sudo_rule} />
        </div>
      </details>
      <details>
        <summary>{t("vpn.preview.ran")}</summary>
        <Lines
          label={t("vpn.preview.ran")}
          lines={preview.ran.map(({ command, answer }) => `${command} → ${answer}`)}
        />
      </details>
    </section>
  );
}

export function Lines({ label, lines }: { label: string; lines: string[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
    <section className="log mono" tabIndex={0} aria-label={label}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines stay where they are
        <div key={at}>{line}</div>
      ))}
    </section>
  );
}

/** A line that is to be used elsewhere. */
export function Copyable({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <div className="row">
      <span className="grow mono wrap">{text}</span>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={label}
            leftSection={
              copied ? (
                <IconCheck size={14} aria-hidden="true" />
              ) : (
                <IconCopy size={14} aria-hidden="true" />
              )
            }
            onClick={copy}
          >
            {copied ? t("common.copied") : t("common.copy")}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
