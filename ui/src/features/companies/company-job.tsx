import { useMemo } from "react";
import { Bar, useHowFar } from "@/components/job";
import { kindName } from "@/components/names";
import { JobStateView } from "@/components/state";
import type { Job } from "@/generated/commands";
import { useCommand } from "@/platform/commands";
import { useNewest } from "@/platform/live";
import { UNSETTLED } from "../shell/jobs-menu";

/** The job that works or waits for each company, by the company's number. */
export function useCompanyJobs(): ReadonlyMap<number, Job> {
  const jobs = useCommand("jobs.list", UNSETTLED, { keep: true }).data;
  return useMemo(
    () =>
      new Map(
        (jobs ?? []).flatMap((job) => (job.company_id == null ? [] : [[job.company_id, job]])),
      ),
    [jobs],
  );
}

export function CompanyJob({ job: given }: { job: Job }) {
  const job = useNewest(given);
  const { fraction, text } = useHowFar(job);
  if (job.state !== "running") return <JobStateView state={job.state} />;
  return (
    <span title={text} style={{ display: "block", paddingTop: 13 }}>
      <Bar fraction={fraction} label={`${kindName(job.kind)} ${job.subject}`} />
    </span>
  );
}
