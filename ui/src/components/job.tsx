// How far a job is: rows, rate and time left.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Job } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction } from "@/platform/commands";
import { isSettled, useNewest, usePace } from "@/platform/live";
import { kindName, stageName } from "./names";
import { JobStateView } from "./state";
import { failed } from "./toast";

export function Bar({ fraction, label }: { fraction: number | null; label: string }) {
  const percent = fraction === null ? undefined : Math.round(Math.min(1, fraction) * 100);
  return (
    <div
      className="bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-unknown={percent === undefined || undefined}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}

/** One line on how far it is: `documentos · 12.000 de 48.211 · 19.000 por s · faltan 2 s`. */
export function useHowFar(job: Job): { text: string; fraction: number | null } {
  const { t } = useTranslation();
  const format = useFormat();
  const pace = usePace(job.id);
  const progress = pace?.progress ?? job.progress;
  if (job.state !== "running" || !progress) return { text: "", fraction: null };
  const { done, total } = progress;
  const parts = [stageName(progress.stage)];
  if (done > 0) {
    parts.push(
      total == null
        ? t("common.job.rows", { count: done, rows: format.count(done) })
        : t("common.job.of", { done: format.count(done), total: format.count(total) }),
    );
  }
  if (pace?.rate) parts.push(t("common.job.rate", { rate: format.count(Math.round(pace.rate)) }));
  if (pace?.left != null && pace.left >= 1)
    parts.push(t("common.job.left", { time: format.duration(pace.left) }));
  return { text: parts.join(" · "), fraction: total ? done / total : null };
}

/** A job that waits or runs, with its bar and its way out. */
export function JobLine({ job: given }: { job: Job }) {
  const job = useNewest(given);
  const { t } = useTranslation();
  const { text, fraction } = useHowFar(job);
  const name = job.subject === "" ? kindName(job.kind) : job.subject;
  return (
    <div className="row">
      <div className="grow stack" style={{ gap: 3 }}>
        <div className="row">
          <span className="grow clip" dir="auto" title={name}>
            {name}
          </span>
          {job.state === "running" ? null : <JobStateView state={job.state} />}
        </div>
        {job.state === "running" ? <Bar fraction={fraction} label={name} /> : null}
        <div className="dim small clip num-left">
          {job.cancel_requested ? t("common.job.cancelling") : text || kindName(job.kind)}
        </div>
      </div>
      {isSettled(job) ? null : <CancelJob job={job} />}
    </div>
  );
}

export function CancelJob({ job }: { job: Job }) {
  const { t } = useTranslation();
  const cancel = useAction("jobs.cancel");
  const label = t("common.job.cancel", { name: job.subject || kindName(job.kind) });
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        disabled={job.cancel_requested || cancel.isPending}
        onClick={() => cancel.mutate({ id: job.id }, { onError: failed })}
      >
        <IconPlayerStop size={16} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
