// What the one stream of events tells: jobs as they move, and what is stale.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import type { Event, Job, Progress } from "@/generated/commands";
import { invalidate } from "./commands";
import { usePlatform } from "./context";

interface Sample {
  at: number;
  done: number;
}

/** How far a job is, and how fast it goes. */
export interface Pace {
  progress: Progress;
  /** Units a second over the last seconds; none until two reports of one stage are known. */
  rate: number | null;
  /** Seconds that are left at this rate, where the total is known. */
  left: number | null;
}

/** Reports of one stage that the rate is taken from. */
const WINDOW_MS = 15_000;

export class LiveJobs {
  private readonly jobs = new Map<number, Job>();
  private readonly paces = new Map<number, Pace>();
  private readonly samples = new Map<number, { stage: string; list: Sample[] }>();
  private readonly listeners = new Set<() => void>();
  private readonly settled = new Set<(job: Job) => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Tells each job that ends while the window is open. */
  readonly onSettled = (listener: (job: Job) => void): (() => void) => {
    this.settled.add(listener);
    return () => this.settled.delete(listener);
  };

  readonly pace = (id: number): Pace | undefined => this.paces.get(id);
  readonly job = (id: number): Job | undefined => this.jobs.get(id);

  /** Whether a job that was heard of has not ended. */
  isBusy(): boolean {
    return [...this.jobs.values()].some((job) => !isSettled(job));
  }

  /** Of two pictures of a job the newer one. */
  newest(job: Job): Job {
    const live = this.jobs.get(job.id);
    return live && live.revision > job.revision ? live : job;
  }

  changed(job: Job): void {
    const before = this.jobs.get(job.id);
    if (before && before.revision >= job.revision) return;
    this.jobs.set(job.id, job);
    if (job.state !== "running") {
      this.paces.delete(job.id);
      this.samples.delete(job.id);
    }
    this.tell();
    if (isSettled(job)) for (const listener of this.settled) listener(job);
  }

  progressed(id: number, progress: Progress, at: number): void {
    const known = this.samples.get(id);
    const list = known?.stage === stageOf(progress) ? known.list : [];
    list.push({ at, done: progress.done });
    while (list.length > 2 && at - (list[0]?.at ?? at) > WINDOW_MS) list.shift();
    this.samples.set(id, { stage: stageOf(progress), list });
    const first = list[0];
    const seconds = first ? (at - first.at) / 1000 : 0;
    const rate =
      first && seconds > 0.2 ? Math.max(0, (progress.done - first.done) / seconds) : null;
    const missing = progress.total == null ? null : Math.max(0, progress.total - progress.done);
    const left = missing != null && rate != null && rate > 0 ? missing / rate : null;
    this.paces.set(id, { progress, rate, left });
    this.tell();
  }

  clear(): void {
    this.jobs.clear();
    this.paces.clear();
    this.samples.clear();
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

const stageOf = (progress: Progress) => `${progress.stage} ${progress.subject ?? ""}`;

export function isSettled({ state }: Job): boolean {
  return state === "done" || state === "failed" || state === "cancelled" || state === "uncertain";
}

/** Changes of jobs come in bursts when many companies are queued: lists are read again once each. */
const BURST_MS = 150;

export function hear(
  event: Event,
  live: LiveJobs,
  client: QueryClient,
  later: (work: () => void) => void,
): void {
  switch (event.type) {
    case "progress":
      live.progressed(event.job, event.progress, performance.now());
      break;
    case "job_changed":
      live.changed(event.job);
      later(() => invalidate(client, ["jobs"]));
      break;
    case "stale":
      invalidate(client, event.tags);
      break;
    case "missed":
      live.clear();
      void client.invalidateQueries();
      break;
  }
}

const LiveContext = createContext<LiveJobs | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const [live] = useState(() => new LiveJobs());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (work: () => void) => {
      timer ??= setTimeout(() => {
        timer = undefined;
        work();
      }, BURST_MS);
    };
    const stop = platform.listen((event) => hear(event, live, client, later));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [platform, client, live]);
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): LiveJobs {
  const live = useContext(LiveContext);
  if (!live) throw new Error("no stream of events above this component");
  return live;
}

/** How far that job is now, as it moves. */
export function usePace(id: number): Pace | undefined {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.pace(id));
}

/** That job as it stands now. */
export function useNewest(job: Job): Job {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, () => live.newest(job));
}
