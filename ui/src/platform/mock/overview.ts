// How things stand.
import type { Job, Matter, Overview } from "@/generated/commands";
import { type Bodies, label, type Office } from "./office";

export const overviewBodies = (office: Office): Bodies => ({
  overview: () => overview(office),
});

function overview(office: Office): Overview {
  const did = (kind: string) =>
    office.jobs.some((job) => job.kind === kind && job.state === "done");
  const done: [Overview["steps"][number]["step"], boolean][] = [
    ["server", office.servers.length > 0],
    ["tested", office.servers.some((server) => server.checked_at && !server.last_error)],
    ["companies", office.companies.length > 0],
    ["extracted", office.extracted.size > 0],
    ["schedule", office.schedules.some(({ work }) => work === "sync")],
    ["backup", office.backups.length > 0 || did("backup.create")],
  ];
  const next = done.find(([, done]) => !done)?.[0];
  const attention = matters(office);
  const of = (tab: Matter["tab"]) => attention.filter((matter) => matter.tab === tab).length;
  const unsettled = (state: Job["state"]) =>
    office.jobs.filter((job) => job.state === state).length;
  const held = office.companies.filter((company) => office.extracted.has(company.id));
  return {
    steps: done.map(([step, done]) => ({ step, done, next: step === next })),
    attention,
    sync:
      held.length === 0
        ? null
        : {
            job_id: 1,
            started_at: office.ago(31),
            finished_at: office.ago(24),
            jobs: 18,
            done: 16,
            failed: 2,
            left: 0,
            companies: held.length,
            changes: held.reduce(
              (sum, company) => sum + (office.extracted.get(company.id)?.inserted ?? 0),
              0,
            ),
          },
    companies: held
      .map((company) => ({
        company_id: company.id,
        nit: company.nit,
        fiscal_year: company.fiscal_year,
        name: company.name,
        finished_at: office.extracted.get(company.id)?.finished_at ?? "",
        movements: office.rows(company),
        changes: office.extracted.get(company.id)?.inserted ?? 0,
        proven: !office.broken.has(company.id),
      }))
      .sort((a, b) => (a.finished_at < b.finished_at ? 1 : -1))
      .slice(0, 12),
    counts: {
      servers: office.servers.length,
      companies: office.active().length,
      movements: held.reduce((sum, company) => sum + office.rows(company), 0),
      running: unsettled("running"),
      waiting: unsettled("queued"),
      attention_companies: of("companies"),
      attention_servers: of("servers"),
      attention_activity: of("activity"),
      attention_settings: of("settings"),
    },
  };
}

function matters(office: Office): Matter[] {
  const matter = (kind: Matter["kind"], tab: Matter["tab"], over: Partial<Matter>): Matter => ({
    kind,
    tab,
    subject: "",
    company_id: null,
    server_id: null,
    job_id: null,
    since: null,
    error: null,
    ...over,
  });
  return [
    ...office.companies
      .filter((company) => office.broken.has(company.id))
      .map((company) =>
        matter("proof_broken", "companies", {
          subject: label(company),
          company_id: company.id,
          since: office.extracted.get(company.id)?.finished_at ?? null,
        }),
      ),
    ...office.servers
      .filter((server) => server.last_error)
      .map((server) =>
        matter("server_failed", "servers", {
          subject: server.name,
          server_id: server.id,
          since: server.checked_at,
          error: server.last_error,
        }),
      ),
    ...office.jobs
      .filter((job) => job.state === "failed" && job.kind === "movements.extract")
      .filter(
        ({ id, subject }) => !office.jobs.some((job) => job.subject === subject && job.id > id),
      )
      .map((job) =>
        matter("job_failed", "activity", {
          subject: job.subject,
          job_id: job.id,
          since: job.finished_at,
          error: job.error,
        }),
      ),
  ];
}
