import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import { failed } from "@/components/toast";
import type { Job, JobSearch, Vpn } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useAction, useCommand } from "@/platform/commands";
import { isSettled } from "@/platform/live";
import { Lines } from "./preview";

const OURS: JobSearch = { kinds: ["vpn.peer"], limit: 100 };

export interface Work {
  /** What is being done on the server now. */
  running: Job | null;
  /** What was done last. */
  last: Job | null;
}

/** What is done, and was done, on the server for a VPN. */
export function useWork({ name, remote }: Vpn): Work {
  const jobs = useCommand("jobs.list", OURS, { keep: true, enabled: remote !== null }).data ?? [];
  const own = jobs.filter(({ subject }) => subject === name);
  return {
    running: own.find((job) => !isSettled(job)) ?? null,
    last: own.find(isSettled) ?? null,
  };
}

/** How far the work on the server is; when it ended, what was run there and what it answered. */
export function LastWork({ work: { running, last } }: { work: Work }) {
  const { t } = useTranslation();
  const retry = useAction("jobs.retry");
  if (running) {
    return (
      <div className="card">
        <JobLine job={running} />
      </div>
    );
  }
  if (!last) return null;
  const again = last.state === "failed" || last.state === "cancelled";
  return (
    <div className="stack">
      {again ? (
        <div className="row">
          <span className="grow">{t(`vpn.work.${last.state as "failed"}`)}</span>
          <Button
            leftSection={<IconRefresh size={15} aria-hidden="true" />}
            loading={retry.isPending}
            onClick={() => retry.mutate({ id: last.id }, { onError: failed })}
          >
            {t("common.retry")}
          </Button>
        </div>
      ) : null}
      <Ran id={last.id} />
    </div>
  );
}

function Ran({ id }: { id: number }) {
  const { t } = useTranslation();
  const { clock } = useFormat();
  const log = useCommand("jobs.show", { id }).data?.log ?? [];
  if (log.length === 0) return null;
  return (
    <details>
      <summary>{t("vpn.work.log")}</summary>
      <Lines label={t("vpn.work.log")} lines={log.map(({ at, text }) => `${clock(at)} ${text}`)} />
    </details>
  );
}
