import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { State } from "@/components/state";
import type { MlflowRun } from "@/generated/commands";

/** The run of a training in the office's MLflow, or why it has none yet. */
export function MlflowLink({ run }: { run: MlflowRun }) {
  const { t } = useTranslation();
  if (run.state === "waiting") {
    return (
      <State tone="plain" icon={IconClock}>
        {t("forecast.mlflow.waiting")}
      </State>
    );
  }
  if (run.state === "failed" || run.link === null) {
    return (
      <span title={run.error?.message}>
        <State tone="bad" icon={IconAlertTriangle}>
          {t("forecast.mlflow.failed")}
        </State>
      </span>
    );
  }
  return (
    <span className="row" style={{ gap: 2, display: "inline-flex" }}>
      <a href={run.link} target="_blank" rel="noreferrer" title={run.link}>
        {t(run.without_files ? "forecast.mlflow.figures" : "forecast.mlflow.see")}
      </a>
      <CopyButton value={run.link}>
        {({ copied, copy }) => (
          <Tooltip label={t("forecast.mlflow.copy")}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t("forecast.mlflow.copy")}
              onClick={copy}
            >
              {copied ? (
                <IconCheck size={14} aria-hidden="true" />
              ) : (
                <IconCopy size={14} aria-hidden="true" />
              )}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
