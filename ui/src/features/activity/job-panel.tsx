import { Button } from "@mantine/core";
import { IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Bones } from "@/components/empty";
import { Bar, useHowFar } from "@/components/job";
import { kindName } from "@/components/names";
import { Panel } from "@/components/panel";
import { JobStateView } from "@/components/state";
import { failed } from "@/components/toast";
import { Trouble, TroubleView } from "@/components/trouble";
import type { Job, JobPage, LogLine } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { isSettled, useNewest, usePace } from "@/platform/live";
import { ProofTable } from "../companies/runs";
import { useOutcome } from "./outcome";

export function JobPanel({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation();
  const shown = useCommand("jobs.show", { id }, { keep: true });
  const pace = usePace(id);
  const stage = pace?.progress.stage;
  const { refetch } = shown;
  // A running job writes lines as it passes from one stage to the next.
  useEffect(() => {
    if (stage !== undefined) void refetch();
  }, [stage, refetch]);
  if (!shown.data) {
    return (
      <Panel title={t("activity.job", { id })} onClose={onClose}>
        {shown.error ? <Trouble error={shown.error} /> : <Bones />}
      </Panel>
    );
  }
  return <Known page={shown.data} onClose={onClose} />;
}

function Known({ page, onClose }: { page: JobPage; onClose: () => void }) {
  const { t } = useTranslation();
  const job: Job = useNewest(page);
  const cancel = useAction("jobs.cancel");
  const retry = useAction("jobs.retry");
  const { text, fraction } = useHowFar(job);
  const outcome = useOutcome(job);
  const again = job.state === "failed" || job.state === "cancelled";
  return (
    <Panel
      title={kindName(job.kind)}
      sub={<span dir="auto">{job.subject}</span>}
      onClose={onClose}
      foot={
        again || !isSettled(job) ? (
          <>
            {again ? (
              <Button
                leftSection={<IconRefresh size={15} aria-hidden="true" />}
                loading={retry.isPending}
                onClick={() => retry.mutate({ id: job.id }, { onError: failed })}
              >
                {t("common.retry")}
              </Button>
            ) : null}
            {isSettled(job) ? null : (
              <Button
                variant="default"
                leftSection={<IconPlayerStop size={15} aria-hidden="true" />}
                disabled={job.cancel_requested}
                loading={cancel.isPending}
                onClick={() => cancel.mutate({ id: job.id }, { onError: failed })}
              >
                {job.cancel_requested ? t("common.job.cancelling") : t("activity.cancel")}
              </Button>
            )}
          </>
        ) : null
      }
    >
      <div className="stack" data-gap="big">
        <JobStateView state={job.state} />
        {job.state === "running" ? (
          <div className="stack" style={{ gap: 4 }}>
            <Bar fraction={fraction} label={t("activity.col.far")} />
            <span className="small dim num-left">{text}</span>
          </div>
        ) : null}
        {job.error ? <TroubleView view={job.error} /> : null}
        {outcome === "" ? null : <p>{outcome}</p>}
        {job.result?.of === "proven" ? (
          <div style={{ overflow: "auto" }}>
            <ProofTable lines={job.result.tables} />
          </div>
        ) : null}
        <Times job={job} />
        <Log lines={page.log} />
      </div>
    </Panel>
  );
}

function Times({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { moment, duration } = useFormat();
  const took =
    job.started_at && job.finished_at
      ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000
      : null;
  return (
    <dl className="facts">
      <dt>{t("activity.col.id")}</dt>
      <dd>{job.id}</dd>
      <dt>{t("activity.created")}</dt>
      <dd>{moment(job.created_at)}</dd>
      {job.run_at && !isSettled(job) ? (
        <>
          <dt>{t("activity.not_before")}</dt>
          <dd>{moment(job.run_at)}</dd>
        </>
      ) : null}
      {job.started_at ? (
        <>
          <dt>{t("activity.started")}</dt>
          <dd>{moment(job.started_at)}</dd>
        </>
      ) : null}
      {took === null ? null : (
        <>
          <dt>{t("activity.took")}</dt>
          <dd>{duration(took)}</dd>
        </>
      )}
      {job.attempts > 1 ? (
        <>
          <dt>{t("activity.attempts")}</dt>
          <dd>{job.attempts}</dd>
        </>
      ) : null}
      {job.schedule ? (
        <>
          <dt>{t("activity.schedule")}</dt>
          <dd>{job.schedule}</dd>
        </>
      ) : null}
    </dl>
  );
}

function Log({ lines }: { lines: LogLine[] }) {
  const { t } = useTranslation();
  const { clock } = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const count = lines.length;
  useEffect(() => {
    if (count > 0) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count]);
  if (count === 0) return null;
  return (
    <section aria-label={t("activity.log")}>
      <h3 style={{ marginBottom: 6 }}>{t("activity.log")}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <div ref={box} className="log mono" tabIndex={0} role="log" aria-label={t("activity.log")}>
        {lines.map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added at the end
          <div key={at} data-level={line.level}>
            {clock(line.at)} {line.text}
          </div>
        ))}
      </div>
    </section>
  );
}
