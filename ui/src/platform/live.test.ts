import { expect, test, vi } from "vitest";
import type { Job } from "@/generated/commands";
import { COMMANDS } from "@/generated/commands";
import { invalidate, newQueryClient } from "./commands";
import { hear, LiveJobs } from "./live";

const job = (over: Partial<Job>): Job => ({ id: 1, state: "running", revision: 1, ...over }) as Job;
const at = (done: number, stage = "lines") => ({ stage, done, total: 10_000 });

test("the rate and the time left follow from the last reports", () => {
  const live = new LiveJobs();
  live.progressed(1, at(0), 0);
  live.progressed(1, at(2000), 1000);
  live.progressed(1, at(4000), 2000);
  expect(live.pace(1)).toMatchObject({ rate: 2000, left: 3 });
});

test("a new stage begins to count anew", () => {
  const live = new LiveJobs();
  live.progressed(1, at(9000), 0);
  live.progressed(1, at(10_000), 1000);
  live.progressed(1, at(5, "proof"), 1100);
  expect(live.pace(1)).toMatchObject({ rate: null, left: null });
});

test("a stalled job promises no time", () => {
  const live = new LiveJobs();
  live.progressed(1, at(500), 0);
  live.progressed(1, at(500), 4000);
  expect(live.pace(1)).toMatchObject({ rate: 0, left: null });
});

test("an older picture of a job never replaces a newer one", () => {
  const live = new LiveJobs();
  live.changed(job({ state: "done", revision: 7 }));
  live.changed(job({ state: "running", revision: 6 }));
  expect(live.newest(job({ revision: 1 })).state).toBe("done");
});

test("what is stale is asked again, and nothing else", async () => {
  const client = newQueryClient();
  const asked = vi.fn();
  const watch = (key: unknown[]) =>
    client.fetchQuery({ queryKey: key, queryFn: async () => asked(key[0]) ?? null });
  await watch(["servers.list", {}]);
  await watch(["jobs.list", {}]);
  invalidate(client, COMMANDS["servers.remove"].changes);
  expect(client.getQueryState(["servers.list", {}])?.isInvalidated).toBe(true);
  expect(client.getQueryState(["jobs.list", {}])?.isInvalidated).toBe(false);
});

test("a stale event and a missed one reach the caches", () => {
  const client = newQueryClient();
  client.setQueryData(["movements.summary", {}], {});
  client.setQueryData(["host.status"], {});
  hear({ type: "stale", tags: ["movements"] }, new LiveJobs(), client, (work) => work());
  expect(client.getQueryState(["movements.summary", {}])?.isInvalidated).toBe(true);
  expect(client.getQueryState(["host.status"])?.isInvalidated).toBe(false);
  hear({ type: "missed" }, new LiveJobs(), client, (work) => work());
  expect(client.getQueryState(["host.status"])?.isInvalidated).toBe(true);
});
