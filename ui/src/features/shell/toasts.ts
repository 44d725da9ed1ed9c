import i18next from "i18next";
import { useEffect, useRef } from "react";
import { kindName } from "@/components/names";
import { done, failed } from "@/components/toast";
import type { Job } from "@/generated/commands";
import { useLive } from "@/platform/live";
import { CommandError } from "@/platform/platform";

/** Jobs of one round are told together when the last one ended: one sentence, not forty. */
const TOGETHER_MS = 1200;

/** Says how jobs ended that a person asked for. */
export function useJobToasts(): void {
  const live = useLive();
  const waiting = useRef<Job[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      if (live.isBusy()) return;
      const jobs = waiting.current;
      waiting.current = [];
      const bad = jobs.filter((job) => job.state === "failed");
      const [only] = jobs;
      if (jobs.length === 1 && only) {
        if (only.error) failed(new CommandError(only.error));
        else done(i18next.t("common.job.ended", { name: nameOf(only) }));
        return;
      }
      const good = jobs.length - bad.length;
      if (good > 0) done(i18next.t("common.job.ended_many", { count: good }));
      if (bad[0]?.error) failed(new CommandError(bad[0].error));
    };
    const stop = live.onSettled((job) => {
      if (job.state === "cancelled" || job.schedule !== null) return;
      waiting.current.push(job);
      clearTimeout(timer);
      timer = setTimeout(tell, TOGETHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [live]);
}

/** A company's number alone doesn't say whether it was extracted or forecast. */
const nameOf = ({ kind, subject }: Job) => [kindName(kind), subject].filter(Boolean).join(" · ");
