// The state of the stand-in, and its queue of jobs, which run as the clock ticks.
import type {
  AuditEntry,
  Backup,
  Company,
  Event,
  Job,
  JobResult,
  LogLine,
  Run,
  SavedView,
  Schedule,
  Server,
  SettingsView,
  Tag,
  VpnAbility,
} from "@/generated/commands";
import type { CommandName, RequestOf } from "../platform";
import { refusal } from "./errors";
import { companies, KNOWN } from "./seed";

export interface MockOptions {
  /** How a start looks: nothing chosen yet, an office at work, one with a point of sale, or one with nothing in it. */
  office?: "new" | "empty" | "working" | "counter";
  /** How many times faster than life. */
  speed?: number;
  /** Milliseconds until a command answers. */
  delay?: number;
  /** Whether this PC has what puts it into a VPN as a whole. */
  helper?: VpnAbility;
  now?: () => Date;
  servers?: Server[];
  settings?: Partial<SettingsView>;
}

/** What commands do here, by name. */
export type Bodies = {
  [N in CommandName]?: (request: RequestOf<N>, signal?: AbortSignal) => unknown;
};

const TICK_MS = 200;

const STAGES: Record<string, string> = {
  "forecast.train": "backtest",
  "sales.sync_all": "orders",
  "sales.homologate": "homologate",
  "sales.catalogue": "catalogue",
  "sales.send": "send",
  "sales.follow": "status",
  "sales.decide": "settle",
  "vpn.peer": "connect",
  "vpn.setup": "connect",
};

export class Office {
  servers: Server[] = [];
  companies: Company[] = [];
  jobs: Job[] = [];
  backups: Backup[] = [];
  schedules: Schedule[] = [];
  audit: AuditEntry[] = [];
  settings: SettingsView;
  readonly saved = new Map<string, SavedView[]>();
  readonly logs = new Map<number, LogLine[]>();
  readonly extracted = new Map<number, Run>();
  readonly broken = new Set<number>();
  /** What a kind of job does when it is done. */
  readonly effects = new Map<string, (job: Job) => void>();
  protected readonly listeners = new Set<(event: Event) => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private revision = 0;
  private readonly speed: number;
  private readonly now: () => Date;

  constructor(options: MockOptions = {}) {
    const { office = "working" } = options;
    this.speed = options.speed ?? 1;
    this.now = options.now ?? (() => new Date());
    this.settings = {
      lang: "es",
      theme: "system",
      zone: "America/Bogota",
      country: "CO",
      close: "tray",
      autostart: false,
      notifications: true,
      start: office === "new" ? "none" : "office",
      proxy: { mode: "system", url: "", user: "" },
      has_proxy_password: false,
      extra_ca: null,
      backups: { last: 5, days: 14, months: 12 },
      mlflow: { url: "", login: "none", user: "" },
      has_mlflow_secret: false,
      ...options.settings,
    };
  }

  /** Tells the interface something, as the host would. */
  tell(event: Event): void {
    for (const listener of this.listeners) listener(structuredClone(event));
  }

  stale(...tags: Tag[]): void {
    this.tell({ type: "stale", tags });
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.listeners.clear();
  }

  ago(minutes: number): string {
    return new Date(this.now().getTime() - minutes * 60_000).toISOString();
  }

  active(): Company[] {
    return this.companies.filter((company) => company.state === "active");
  }

  chosen(wanted: string[] | undefined | null): Company[] {
    if (!wanted?.length) return this.active();
    return this.companies.filter(({ nit, fiscal_year }) =>
      wanted.some((text) => text === nit || text === `${nit}:${fiscal_year}`),
    );
  }

  server(name: string): Server {
    const found = this.servers.find((server) => server.name === name || String(server.id) === name);
    if (!found) throw refusal(this.settings.lang, "NOT_FOUND", { what: "el servidor", name });
    return found;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms / this.speed);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(refusal(this.settings.lang, "CANCELLED", {}, { severity: "neutral" }));
      });
    });
  }

  rows(company: Company): number {
    const known = KNOWN.find(({ nit }) => nit === company.nit);
    return Math.round((known?.rows ?? 1200) * (company.fiscal_year === 2026 ? 1 : 0.8));
  }

  history(company: Company, minutes: number, job: number): Run {
    const rows = this.rows(company);
    return {
      company_id: company.id,
      job_id: String(job),
      mode: "incremental",
      started_at: this.ago(minutes + 1),
      finished_at: this.ago(minutes),
      rows_read: Math.round(rows / 40),
      inserted: Math.round(rows / 60),
      updated: 12,
      removed: 1,
      notes: {
        schema: [],
        replaced_texts: 0,
        counters_before: {},
        counters_after: {},
        statements: 41,
        changes: "row_version",
        reread: null,
      },
    } as Run;
  }

  result(company: Company): JobResult {
    const { company_id, job_id, started_at, finished_at, ...report } = this.history(company, 0, 0);
    return { of: "extracted", ...report } as JobResult;
  }

  discover(on: Server): Job {
    return this.enqueue("companies.discover", on.name, { server_id: on.id });
  }

  extract(company: Company): Job {
    return this.enqueue("movements.extract", label(company), { company_id: company.id });
  }

  enqueue(kind: string, subject: string, over: Partial<Job>, run = true): Job {
    const waiting = this.jobs.find(
      (job) =>
        job.kind === kind &&
        job.subject === subject &&
        (job.state === "queued" || job.state === "running"),
    );
    if (waiting && run) return waiting;
    const job: Job = {
      id: this.jobs.length + 1,
      kind,
      subject,
      company_id: null,
      server_id: null,
      schedule: null,
      state: "queued",
      attempts: 0,
      run_at: null,
      cancel_requested: false,
      progress: null,
      result: null,
      error: null,
      created_at: this.ago(0),
      changed_at: this.ago(0),
      started_at: null,
      finished_at: null,
      revision: ++this.revision,
      ...over,
    } as Job;
    this.jobs.push(job);
    if (run) {
      this.tell({ type: "job_changed", job });
      this.run();
    }
    return job;
  }

  job(id: number): Job {
    const found = this.jobs.find((job) => job.id === id);
    if (!found) throw refusal(this.settings.lang, "NOT_FOUND", { what: "el trabajo", name: id });
    return found;
  }

  change(job: Job, over: Partial<Job>, tell = true): void {
    const at = this.jobs.findIndex((other) => other.id === job.id);
    const changed = {
      ...(this.jobs[at] ?? job),
      changed_at: this.ago(0),
      revision: ++this.revision,
      ...over,
    };
    this.jobs[at] = changed;
    if (tell) this.tell({ type: "job_changed", job: changed });
  }

  say(id: number, level: LogLine["level"], text: string): void {
    const lines = this.logs.get(id) ?? [];
    lines.push({ at: this.ago(0), level, text });
    this.logs.set(id, lines);
  }

  /** Two jobs run at once. */
  run(): void {
    this.timer ??= setInterval(() => this.tick(), TICK_MS / Math.min(this.speed, 20));
  }

  tick(): void {
    const running = this.jobs.filter((job) => job.state === "running");
    for (const job of running) this.advance(job);
    const free = 2 - this.jobs.filter((job) => job.state === "running").length;
    const waiting = this.jobs.filter((job) => job.state === "queued").slice(0, Math.max(0, free));
    for (const job of waiting) {
      this.say(job.id, "info", `${job.kind} began`);
      this.change(job, { state: "running", started_at: this.ago(0), attempts: job.attempts + 1 });
    }
    if (running.length === 0 && waiting.length === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  advance(job: Job): void {
    const company = this.companies.find(({ id }) => id === job.company_id);
    const total = job.kind === "movements.extract" && company ? this.rows(company) : 40;
    const step = job.kind === "movements.extract" ? 3_900 : 8;
    const done = Math.min(
      total,
      (job.progress?.done ?? 0) + Math.ceil(step * Math.min(this.speed, 200)),
    );
    if (done >= total) {
      this.settle(job, "done");
      return;
    }
    const progress = {
      stage:
        job.kind === "movements.extract"
          ? "lines"
          : job.kind === "backup.create"
            ? "backup"
            : (STAGES[job.kind] ?? "companies"),
      done,
      total,
      subject: job.subject,
    };
    const at = this.jobs.findIndex(({ id }) => id === job.id);
    this.jobs[at] = { ...job, progress } as Job;
    this.tell({ type: "progress", job: job.id, kind: job.kind, progress } as Event);
  }

  settle(job: Job, state: "done" | "cancelled"): void {
    const company = this.companies.find(({ id }) => id === job.company_id);
    const on = this.servers.find(({ id }) => id === job.server_id);
    if (state === "done" && on?.last_error) {
      this.say(job.id, "error", on.last_error.detail);
      this.change(job, { state: "failed", error: on.last_error, finished_at: this.ago(0) });
      return;
    }
    if (state === "done") this.effect(job, company);
    if (state === "done") this.effects.get(job.kind)?.(job);
    this.say(job.id, "info", state === "done" ? "proof holds, published" : "cancelled");
    this.change(job, {
      state,
      progress: null,
      finished_at: this.ago(0),
      result: state === "done" && company ? this.result(company) : null,
    });
    this.stale(
      "companies",
      "movements",
      "proofs",
      "backups",
      "sales",
      "sales_accounts",
      "forecasts",
      "vpns",
    );
  }

  effect(job: Job, company: Company | undefined): void {
    if (job.kind === "movements.extract" && company) {
      this.extracted.set(company.id, this.history(company, 0, job.id));
      this.broken.delete(company.id);
    } else if (job.kind === "companies.discover") {
      const on = this.servers.find(({ id }) => id === job.server_id);
      if (on && !this.companies.some((company) => company.server_id === on.id)) {
        const found = companies([on]).filter((company) => company.server_id === 1);
        const next = Math.max(0, ...this.companies.map(({ id }) => id));
        this.companies = [
          ...this.companies,
          ...found.map((company, at) => ({
            ...company,
            id: next + at + 1,
            server_id: on.id,
            server: on.name,
          })),
        ];
      }
    } else if (job.kind === "backup.create") {
      this.backUp("regular");
    }
  }

  backUp(reason: Backup["reason"]): Backup {
    const at = this.ago(0);
    const backup = {
      name: `puente-${at.replace(/[-:]/g, "").slice(0, 15)}Z${reason === "regular" ? "" : "-before"}.db`,
      reason,
      at,
      bytes: 1_482_752,
    } as Backup;
    this.backups = [...this.backups.filter(({ name }) => name !== backup.name), backup];
    return backup;
  }

  note(action: string, subject: string, detail: Record<string, string | number>): void {
    this.audit.push({
      id: this.audit.length + 1,
      at: this.ago(0),
      actor: "local",
      action,
      subject,
      detail,
    } as AuditEntry);
  }
}

export function label({ nit, fiscal_year, name }: Company): string {
  return `${nit}:${fiscal_year} ${name}`;
}
