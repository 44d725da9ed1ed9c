// The queue and the audit trail.
import type { Bodies, Office } from "./office";

export const queueBodies = (office: Office): Bodies => ({
  "sync.all": () => [
    ...office.servers.map((server) => office.discover(server)),
    ...office.active().map((company) => office.extract(company)),
  ],
  "jobs.list": ({ states, kinds, before, limit }) =>
    office.jobs
      .filter((job) => !states?.length || states.includes(job.state))
      .filter((job) => !kinds?.length || kinds.includes(job.kind))
      .filter((job) => before == null || job.id < before)
      .sort((a, b) => b.id - a.id)
      .slice(0, limit ?? 100),
  "jobs.page": ({ states, nit, offset, limit }) => {
    const ids = office.companies.filter((company) => company.nit === nit).map(({ id }) => id);
    const found = office.jobs
      .filter((job) => !states?.length || states.includes(job.state))
      .filter(({ company_id: id }) => nit == null || id === null || ids.includes(id));
    return partOf(found, offset, limit);
  },
  "jobs.show": ({ id }) => ({ ...office.job(id), log: office.logs.get(id) ?? [] }),
  "jobs.cancel": ({ id }) => {
    const job = office.job(id);
    office.settle(job, "cancelled");
    office.note("job.cancel", `job:${id}`, { kind: job.kind });
    return office.job(id);
  },
  "jobs.retry": ({ id }) => {
    office.change(office.job(id), { state: "queued", error: null, finished_at: null });
    office.note("job.retry", `job:${id}`, { kind: office.job(id).kind });
    office.run();
    return office.job(id);
  },
  "audit.list": ({ before, limit }) =>
    office.audit
      .filter((entry) => before == null || entry.id < before)
      .sort((a, b) => b.id - a.id)
      .slice(0, limit ?? 100),
  "audit.page": ({ offset, limit }) => partOf(office.audit, offset, limit),
});

/** Newest first. */
function partOf<T extends { id: number }>(all: T[], offset = 0, limit?: number | null) {
  const sorted = [...all].sort((a, b) => b.id - a.id);
  return { offset, rows: sorted.slice(offset, offset + (limit ?? 100)), total: all.length };
}
