import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { JobLine } from "@/components/job";
import type { Job, JobSearch, Vpn } from "@/generated/commands";
import { useFormat } from "@/i18n/format";
import { useCommand } from "@/platform/commands";
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

/** Whether the server has still to do something that it was asked for. */
export function isLeft({ state }: Vpn): boolean {
  return state === "adding" || state === "uncertain" || state === "revoking";
}

/** How far the work on the server is; when it ended, what was run there and what it answered. */
export function LastWork({
  vpn,
  work: { running, last },
  onAgain,
}: {
  vpn: Vpn;
  work: Work;
  onAgain: () => void;
}) {
  const { t } = useTranslation();
  if (running) {
    return (
      <div className="card">
        <JobLine job={running} />
      </div>
    );
  }
  if (!isLeft(vpn) && !last) return null;
  return (
    <div className="stack">
      {isLeft(vpn) ? (
        <div className="row" style={{ alignItems: "flex-start" }}>
          <span className="grow">{t(`vpn.left.${vpn.state as "adding"}`)}</span>
          <Button leftSection={<IconRefresh size={15} aria-hidden="true" />} onClick={onAgain}>
            {t("common.retry")}
          </Button>
        </div>
      ) : null}
      {last ? <Ran id={last.id} /> : null}
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
      <summary>{t("vpn.ran")}</summary>
      <Lines label={t("vpn.ran")} lines={log.map(({ at, text }) => `${clock(at)} ${text}`)} />
    </details>
  );
}
