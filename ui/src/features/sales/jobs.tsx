import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import { done, failed } from "@/components/toast";
import type { Job } from "@/generated/commands";
import { useAction, useCommand } from "@/platform/commands";
import { UNSETTLED } from "../shell/jobs-menu";

function useSalesJobs(): Job[] {
  const jobs = useCommand("jobs.list", UNSETTLED, { keep: true }).data ?? [];
  return jobs.filter(({ kind }) => kind.split(".")[0] === "sales");
}

/** What works on sales now. */
export function SalesJobs() {
  const jobs = useSalesJobs();
  if (jobs.length === 0) return null;
  return (
    <div className="card stack">
      {jobs.slice(0, 3).map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
    </div>
  );
}

/** Everything from one button: reads, reviews, settles what is in doubt, follows invoices. */
export function SyncSales({ primary }: { primary?: boolean }) {
  const { t } = useTranslation();
  const sync = useAction("sales.sync");
  const channels = useCommand("sales.channels.list", {}).data;
  const running = useSalesJobs().some(({ kind }) => kind.endsWith(".sync_all"));
  return (
    <Button
      variant={primary ? "filled" : "default"}
      leftSection={<IconRefresh size={15} aria-hidden="true" />}
      disabled={running || channels?.length === 0}
      loading={sync.isPending}
      onClick={() =>
        sync.mutate({}, { onSuccess: () => done(t("sales.syncing")), onError: failed })
      }
    >
      {t("sales.sync")}
    </Button>
  );
}
