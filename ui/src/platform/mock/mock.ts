// A stand-in with believable data in memory, for tests and for working on the interface alone.
import type {
  About,
  AuditEntry,
  Backup,
  Company,
  CompanyRow,
  ErrorView,
  Event,
  Job,
  JobResult,
  LogLine,
  Matter,
  Movement,
  MovementsPage,
  Overview,
  Proof,
  Run,
  Schedule,
  ScheduleSet,
  Server,
  SettingsView,
  Summary,
  Tag,
} from "@/generated/commands";
import type {
  CommandName,
  FileWish,
  Platform,
  Problem,
  RequestOf,
  ResponseOf,
  Status,
} from "../platform";
import { errorView, refusal } from "./errors";
import { compare, decimal, fits, KINDS, movementAt, scaled } from "./movements";
import { companies, KNOWN, OPTIONS, server } from "./seed";

export interface MockOptions {
  /** How a start looks: nothing chosen yet, an office at work, or one with nothing in it. */
  office?: "new" | "empty" | "working";
  /** How many times faster than life. */
  speed?: number;
  /** Milliseconds until a command answers. */
  delay?: number;
  now?: () => Date;
  servers?: Server[];
  settings?: Partial<SettingsView>;
}

type Bodies = { [N in CommandName]?: (request: RequestOf<N>, signal?: AbortSignal) => unknown };

const TICK_MS = 200;

const PROPOSED: ScheduleSet[] = [
  { name: "sync", work: "sync", cadence: { every: "day", at: "06:00" } },
  { name: "prove", work: "prove", cadence: { every: "week", days: ["sun"], at: "12:00" } },
  { name: "backup", work: "backup", cadence: { every: "day", at: "12:30" } },
];

export class Mock implements Platform {
  readonly kind = "mock";
  readonly can = { window: true, dialogs: true };
  readonly calls: { name: CommandName; request: unknown }[] = [];
  /** Answers of single commands that a test wants to be others. */
  readonly answers: Bodies = {};

  servers: Server[];
  companies: Company[];
  jobs: Job[] = [];
  backups: Backup[] = [];
  schedules: Schedule[] = [];
  audit: AuditEntry[] = [];
  settings: SettingsView;
  private readonly logs = new Map<number, LogLine[]>();
  private readonly extracted = new Map<number, Run>();
  private readonly broken = new Set<number>();
  private readonly listeners = new Set<(event: Event) => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private revision = 0;
  private readonly speed: number;
  private readonly delay: number;
  private readonly now: () => Date;

  constructor(options: MockOptions = {}) {
    const { office = "working" } = options;
    this.speed = options.speed ?? 1;
    this.delay = options.delay ?? 120;
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
      ...options.settings,
    };
    const seeded = office === "working" && !options.servers;
    this.servers = options.servers ?? (seeded ? this.seedServers() : []);
    this.companies = seeded ? companies(this.servers) : [];
    if (seeded) this.seedPast();
  }

  call<N extends CommandName>(name: N, request: RequestOf<N>, signal?: AbortSignal) {
    this.calls.push({ name, request });
    return new Promise<ResponseOf<N>>((resolve, reject) => {
      const answer = async () => {
        const body = (this.answers[name] ?? this.bodies[name]) as
          | ((request: RequestOf<N>, signal?: AbortSignal) => unknown)
          | undefined;
        if (!body) throw refusal(this.settings.lang, "NOT_FOUND", { what: "command", name });
        return structuredClone(await body(structuredClone(request), signal)) as ResponseOf<N>;
      };
      setTimeout(() => answer().then(resolve, reject), this.delay);
    });
  }

  listen(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async saveFile(
    wish: FileWish,
    write: (path: string) => Promise<unknown>,
  ): Promise<string | null> {
    const path = `/home/oficina/Documentos/${wish.name}`;
    await write(path);
    return path;
  }

  async saveBlob(wish: FileWish, _blob: Blob) {
    return `/home/oficina/Documentos/${wish.name}`;
  }

  async chooseFile() {
    return "/home/oficina/certificados/empresa.pem";
  }

  async openFolder() {}

  /** Why nothing is open; what mends it takes it away. */
  problem: Problem | null = null;

  readonly host: Platform["host"] = async (name, _request) => {
    if (name === "status") return this.status() as never;
    this.problem = null;
    if (name === "restart" && this.settings.start === "demo") {
      this.servers = [
        server(1, { name: "ERP de ejemplo", host: "127.0.0.1", checked_at: this.ago(0) }),
      ];
    }
    this.tell({ type: "missed" });
    return null as never;
  };

  private status(): Status {
    return {
      version: "0.1.0",
      lang: this.settings.lang,
      profile: this.problem ? null : this.settings.start === "demo" ? "demo" : "office",
      safe_mode: false,
      problem: this.problem,
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

  private readonly bodies: Bodies = {
    overview: () => this.overview(),
    "sync.all": () => [
      ...this.servers.map((server) => this.discover(server)),
      ...this.active().map((company) => this.extract(company)),
    ],
    "servers.list": () => this.servers,
    "servers.try": (request, signal) => this.tryOut(request, signal),
    "servers.add": async (request, signal) => {
      this.refuseName(request.name, null);
      if (!request.no_test) await this.tryOut(request, signal);
      const { password, no_test, ...fields } = request;
      const id = Math.max(0, ...this.servers.map((server) => server.id)) + 1;
      const added = server(id, {
        ...(fields as Partial<Server>),
        has_password: !!password,
        checked_at: no_test ? null : this.ago(0),
      });
      this.servers = [...this.servers, added];
      this.note("server.add", `server:${id}`, { name: added.name });
      return added;
    },
    "servers.edit": async ({ server: name, password, no_test, ...fields }, signal) => {
      const old = this.server(name);
      this.refuseName((fields.name as string | undefined) ?? old.name, old.id);
      const changed = { ...old, ...fields } as Server;
      if (!no_test) await this.tryOut({ ...changed, password: password ?? "kept" }, signal);
      changed.last_error = null;
      changed.checked_at = this.ago(0);
      this.servers = this.servers.map((server) => (server.id === old.id ? changed : server));
      this.note("server.edit", `server:${old.id}`, { name: changed.name });
      return changed;
    },
    "servers.test": async ({ server: name }, signal) => {
      const found = this.server(name);
      try {
        const tested = await this.tryOut({ ...found, password: "kept" }, signal);
        this.touch(found.id, null);
        return tested;
      } catch (error) {
        this.touch(found.id, (error as { view: ErrorView }).view);
        throw error;
      }
    },
    "servers.remove": ({ server: name }) => {
      const found = this.server(name);
      this.servers = this.servers.filter((server) => server.id !== found.id);
      this.companies = this.companies.filter((company) => company.server_id !== found.id);
      this.note("server.remove", `server:${found.id}`, { name: found.name });
      return found;
    },
    "servers.grants": ({ login }) => ({
      master: [`GRANT SELECT ON EMPRESAS TO ${login};`],
      company: ["KARDEX", "DEKARDEX", "MATERIAL", "TERCEROS", "BODEGA"].map(
        (table) => `GRANT SELECT ON ${table} TO ${login};`,
      ),
    }),
    "companies.list": () => this.companies.map((company) => this.row(company)),
    "companies.show": ({ company: text }) => {
      const [nit, year] = text.split(":");
      const found = this.companies.filter(
        (company) =>
          company.nit === nit && (year === undefined || company.fiscal_year === Number(year)),
      );
      if (found.length === 0) {
        throw refusal(this.settings.lang, "NOT_FOUND", { what: "la empresa", name: text });
      }
      return found.map((company) => {
        const row = this.row(company);
        return { ...row, history: row.last ? [row.last] : [], proof: this.proof(company) };
      });
    },
    "companies.discover": ({ servers }) =>
      this.servers
        .filter((server) => !servers?.length || servers.includes(server.name))
        .map((server) => this.discover(server)),
    "movements.extract": ({ companies: wanted }) =>
      this.chosen(wanted).map((company) => this.extract(company)),
    "movements.prove": ({ companies: wanted }) =>
      this.chosen(wanted).map((company) =>
        this.enqueue("movements.prove", label(company), { company_id: company.id }),
      ),
    "movements.summary": ({ companies: wanted }) => this.summary(this.chosen(wanted)),
    "movements.page": (request) => {
      const [company] = this.chosen(request.companies);
      const offset = request.offset ?? 0;
      if (!company || !this.extracted.has(company.id)) {
        return { offset, rows: [], totals: { rows: 0, quantity: "0", total: "0", cost: "0" } };
      }
      return { offset, ...this.page(company, request, offset, request.limit ?? 100) };
    },
    "movements.export": ({ companies: wanted, output }) => {
      const rows = this.chosen(wanted).reduce((sum, company) => sum + this.rows(company), 0);
      this.note("movements.export", output, { rows });
      return { output, rows };
    },
    "jobs.list": ({ states, kinds, before, limit }) =>
      this.jobs
        .filter((job) => !states?.length || states.includes(job.state))
        .filter((job) => !kinds?.length || kinds.includes(job.kind))
        .filter((job) => before == null || job.id < before)
        .sort((a, b) => b.id - a.id)
        .slice(0, limit ?? 100),
    "jobs.show": ({ id }) => ({ ...this.job(id), log: this.logs.get(id) ?? [] }),
    "jobs.cancel": ({ id }) => {
      const job = this.job(id);
      this.settle(job, "cancelled");
      this.note("job.cancel", `job:${id}`, { kind: job.kind });
      return this.job(id);
    },
    "jobs.retry": ({ id }) => {
      this.change(this.job(id), { state: "queued", error: null, finished_at: null });
      this.note("job.retry", `job:${id}`, { kind: this.job(id).kind });
      this.run();
      return this.job(id);
    },
    "audit.list": ({ before, limit }) =>
      this.audit
        .filter((entry) => before == null || entry.id < before)
        .sort((a, b) => b.id - a.id)
        .slice(0, limit ?? 100),
    "backup.create": () => [this.enqueue("backup.create", "", {})],
    "backup.list": () => [...this.backups].sort((a, b) => (a.at < b.at ? 1 : -1)),
    "backup.verify": ({ name }) => ({ name, version: 4 }),
    "backup.restore": ({ name }) => {
      const replaced = this.backUp("before_restore");
      this.note("backup.restore", name, {});
      return { name, replaced: replaced.name };
    },
    "schedules.list": () => ({
      rows: this.schedules,
      proposed: PROPOSED.filter(({ work }) => !this.schedules.some((row) => row.work === work)),
    }),
    "schedules.set": (schedule) => {
      const { name, work, cadence, zone, catch_up, enabled } = schedule;
      if (cadence.every === "cron" && cadence.cron.trim().split(/\s+/).length !== 5) {
        throw refusal(this.settings.lang, "SCHEDULE_INVALID", { cron: cadence.cron });
      }
      const set: Schedule = {
        name,
        work,
        cadence,
        cron: "0 6 * * *",
        zone: zone ?? this.settings.zone,
        catch_up: catch_up ?? true,
        enabled: enabled ?? true,
        next_run: (enabled ?? true) ? this.ago(-540) : null,
        last_run: null,
        last_job: null,
      };
      this.schedules = [...this.schedules.filter((other) => other.name !== name), set].sort(
        (a, b) => a.name.localeCompare(b.name),
      );
      this.note("schedule.set", `schedule:${name}`, {});
      return set;
    },
    "schedules.remove": ({ name }) => {
      const found = this.schedules.find((schedule) => schedule.name === name);
      this.schedules = this.schedules.filter((schedule) => schedule.name !== name);
      this.note("schedule.remove", `schedule:${name}`, {});
      return found;
    },
    "schedules.run": ({ name }) => {
      const found = this.schedules.find((schedule) => schedule.name === name);
      const kind = found?.work === "backup" ? "backup.create" : "tidy";
      return [this.enqueue(kind, "", { schedule: name })];
    },
    "schedules.preview": ({ cadence }) => ({
      cron: cadence.every === "cron" ? cadence.cron : "0 6 * * *",
      next: [540, 1980, 3420].map((minutes) => this.ago(-minutes)),
    }),
    "settings.get": () => this.settings,
    "settings.set": ({ proxy_password, extra_ca, ...change }) => {
      const given = Object.entries(change).filter(([, value]) => value != null);
      this.settings = { ...this.settings, ...Object.fromEntries(given) };
      if (extra_ca != null) this.settings.extra_ca = extra_ca || null;
      if (proxy_password != null) this.settings.has_proxy_password = proxy_password !== "";
      return this.settings;
    },
    "network.test": ({ url }) => {
      if (!/^https?:\/\//.test(url)) {
        throw refusal(this.settings.lang, "INVALID_INPUT", { field: "url", reason: "https://…" });
      }
      const issuer = "CN=FortiGate CA de la oficina";
      const valid = { valid_from: "2026-01-01T00:00:00Z", valid_to: "2027-03-01T00:00:00Z" };
      const { hostname } = new URL(url);
      return {
        url,
        reachable: true,
        status: 200,
        tls: {
          version: "TLS 1.3",
          trusted: true,
          issuer,
          names: [hostname],
          chain: [
            { subject: `CN=${hostname}`, issuer, ...valid },
            { subject: issuer, issuer, ...valid },
          ],
        },
        milliseconds: 184,
        error: null,
      };
    },
    "diagnostics.export": ({ output }) => ({ output, bytes: 48_211 }),
    about: () => this.about(),
  };

  private about(): About {
    return {
      version: "0.1.0",
      licence: "MIT OR Apache-2.0",
      system: "linux x86_64",
      data_dir: "/home/oficina/.local/share/puente",
      logs: "/home/oficina/.local/share/puente/logs",
      libraries: [
        { name: "rusqlite", version: "0.38.0", licence: "MIT" },
        { name: "rustls", version: "0.23.40", licence: "Apache-2.0 OR ISC OR MIT" },
        { name: "serde", version: "1.0.228", licence: "MIT OR Apache-2.0" },
        { name: "tokio", version: "1.49.0", licence: "MIT" },
      ],
    };
  }

  private seedServers(): Server[] {
    return [
      server(1, { name: "Oficina principal", host: "192.168.1.10", checked_at: this.ago(24) }),
      server(2, {
        name: "Sede norte (VPN)",
        host: "10.8.0.14",
        options: {
          ...OPTIONS,
          quiet_hours: { from: "08:00", to: "18:00", zone: "America/Bogota" },
        },
        checked_at: this.ago(24),
        last_error: errorView(
          this.settings.lang,
          "DB_TIMEOUT",
          { host: "10.8.0.14", port: 3050, seconds: 10 },
          { detail: "connect 10.8.0.14:3050: timed out after 10 s" },
        ),
      }),
      server(3, {
        name: "Archivos de la panadería",
        kind: "files",
        host: "",
        port: 0,
        user: "",
        master: "C:\\Contabilidad\\Exportados",
        has_password: false,
        checked_at: this.ago(1500),
      }),
    ];
  }

  private seedPast(): void {
    for (const company of this.companies) {
      if (company.server_id === 2 && company.nit === "8001972684") continue;
      this.extracted.set(company.id, this.history(company, 24 + company.id, company.id));
    }
    this.broken.add(14);
    const past = (
      kind: string,
      subject: string,
      minutes: number,
      over: Partial<Job> = {},
    ): void => {
      const job = this.enqueue(kind, subject, over, false);
      this.change(
        job,
        {
          state: "done",
          created_at: this.ago(minutes + 1),
          started_at: this.ago(minutes + 1),
          changed_at: this.ago(minutes),
          finished_at: this.ago(minutes),
          attempts: 1,
          ...over,
        },
        false,
      );
      this.say(job.id, "info", `${kind} began`);
      this.say(
        job.id,
        over.error ? "error" : "info",
        over.error?.detail ?? "proof holds, published",
      );
    };
    past("backup.create", "", 340, { schedule: "respaldo" });
    for (const known of this.servers) {
      past("companies.discover", known.name, 30, {
        server_id: known.id,
        ...(known.last_error ? { state: "failed", error: known.last_error } : {}),
      });
    }
    for (const company of this.active().slice(0, 9)) {
      past("movements.extract", label(company), 24 + company.id, {
        company_id: company.id,
        result: this.result(company),
      });
    }
    const lost = this.companies.find((company) => company.nit === "8001972684");
    if (lost) {
      past("movements.extract", label(lost), 22, {
        company_id: lost.id,
        state: "failed",
        error: this.servers[1]?.last_error ?? null,
      });
    }
    this.backups = [340, 1780, 3220, 4660].map((minutes) => ({
      name: `puente-${this.ago(minutes).replace(/[-:]/g, "").slice(0, 15)}Z.db`,
      reason: "regular",
      at: this.ago(minutes),
      bytes: 1_482_752 - minutes,
    }));
    this.schedules = [
      this.schedule("backup", "backup", { every: "day", at: "12:30" }),
      this.schedule("tidy", "tidy", { every: "week", days: ["sun"], at: "03:00" }),
      this.schedule("Antes de abrir", "sync", {
        every: "week",
        days: ["mon", "tue", "wed", "thu", "fri", "sat"],
        at: "06:00",
      }),
    ];
    for (const name of ["Oficina principal", "Sede norte (VPN)", "Archivos de la panadería"]) {
      this.note("server.add", `server:${this.server(name).id}`, { name });
    }
    this.note("schedule.set", "schedule:Antes de abrir", { cron: "0 6 * * 1-6" });
    this.note("movements.export", "/home/oficina/Documentos/movimientos.xlsx", { rows: 48_211 });
  }

  private schedule(name: string, work: Schedule["work"], cadence: Schedule["cadence"]): Schedule {
    return {
      name,
      work,
      cadence,
      cron: "0 6 * * 1-6",
      zone: "America/Bogota",
      enabled: true,
      catch_up: true,
      next_run: this.ago(-420),
      last_run: this.ago(340),
      last_job: this.jobs[0] ?? null,
    };
  }

  private ago(minutes: number): string {
    return new Date(this.now().getTime() - minutes * 60_000).toISOString();
  }

  private active(): Company[] {
    return this.companies.filter((company) => company.state === "active");
  }

  private chosen(wanted: string[] | undefined | null): Company[] {
    if (!wanted?.length) return this.active();
    return this.companies.filter(({ nit, fiscal_year }) =>
      wanted.some((text) => text === nit || text === `${nit}:${fiscal_year}`),
    );
  }

  private server(name: string): Server {
    const found = this.servers.find((server) => server.name === name || String(server.id) === name);
    if (!found) throw refusal(this.settings.lang, "NOT_FOUND", { what: "el servidor", name });
    return found;
  }

  private refuseName(name: string, but: number | null): void {
    const taken = this.servers.some((server) => server.name === name && server.id !== but);
    if (taken) {
      throw refusal(
        this.settings.lang,
        "ALREADY_EXISTS",
        { what: "el servidor", name },
        { severity: "warning" },
      );
    }
  }

  private touch(id: number, error: ErrorView | null): void {
    this.servers = this.servers.map((server) =>
      server.id === id ? { ...server, checked_at: this.ago(0), last_error: error } : server,
    );
  }

  private async tryOut(
    { kind, host, port, user, master, password }: Partial<Server> & { password?: string | null },
    signal?: AbortSignal,
  ) {
    const { lang } = this.settings;
    await this.wait(700, signal);
    if (kind === "files") return { info: null, companies: 1, warnings: [] };
    if (host === "nunca") await this.wait(3_600_000, signal);
    if (host === "cerrado")
      throw refusal(
        lang,
        "DB_PORT_CLOSED",
        { host, port: port ?? 0 },
        { detail: `connect ${host}:${port}: connection refused` },
      );
    if (host === "10.8.0.14")
      throw refusal(lang, "DB_TIMEOUT", { host, port: port ?? 0, seconds: 10 });
    if (password === "mala") throw refusal(lang, "DB_WRONG_PASSWORD", { user: user ?? "" });
    if (!/\.(gdb|fdb)$/i.test(master ?? ""))
      throw refusal(lang, "DB_NOT_FOUND", { path: master ?? "" });
    return {
      info: {
        engine: "Firebird",
        version: "3.0.11",
        file_version: "12.0",
        dialect: 3,
        charset: "WIN1252",
        user: user ?? "",
        is_superuser: user === "SYSDBA",
        database_read_only: false,
        encrypted: true,
        encryption: "Arc4",
        page_size: 8192,
        driver: "pure",
        path: master ?? "",
        created_at: "2019-01-02T08:00:00Z",
        counters: {},
      },
      companies: 14,
      warnings: [
        ...(password === "masterkey" ? ["default_password"] : []),
        ...(user === "SYSDBA" ? ["superuser"] : []),
      ],
    };
  }

  private wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms / this.speed);
      signal?.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(refusal(this.settings.lang, "CANCELLED", {}, { severity: "neutral" }));
      });
    });
  }

  private rows(company: Company): number {
    const known = KNOWN.find(({ nit }) => nit === company.nit);
    return Math.round((known?.rows ?? 1200) * (company.fiscal_year === 2026 ? 1 : 0.8));
  }

  private row(company: Company): CompanyRow {
    const last = this.extracted.get(company.id) ?? null;
    const rows = this.rows(company);
    const { fiscal_year: year } = company;
    return {
      ...company,
      held: last && {
        movements: rows,
        posted: Math.round(rows * 0.95),
        first_month: `${year}-01`,
        last_month: year === 2026 ? "2026-11" : `${year}-12`,
      },
      last,
      proven: last ? !this.broken.has(company.id) : null,
    } as CompanyRow;
  }

  private history(company: Company, minutes: number, job: number): Run {
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
      },
    } as Run;
  }

  private result(company: Company): JobResult {
    const { company_id, job_id, started_at, finished_at, ...report } = this.history(company, 0, 0);
    return { of: "extracted", ...report } as JobResult;
  }

  private proof(company: Company): Proof | null {
    const last = this.extracted.get(company.id);
    if (!last) return null;
    const rows = this.rows(company);
    const line = (table: string, rows: number, total: string, lost = 0) => ({
      table,
      doc_type: "",
      month: "",
      state: null,
      source: { rows, quantity: "0.000000", total, cost: "0.0000" },
      warehouse: { rows: rows - lost, quantity: "0.000000", total, cost: "0.0000" },
      equal: lost === 0,
    });
    const lost = this.broken.has(company.id) ? 2 : 0;
    return {
      level: "totals",
      taken_at: last.finished_at,
      holds: lost === 0,
      differences: lost ? "lines: 2 rows" : "",
      tables: [
        line("documents", Math.round(rows / 4), "1284551000.0000"),
        line("lines", rows, "9284551030.5000", lost),
      ],
      groups: [],
    } as Proof;
  }

  private overview(): Overview {
    const did = (kind: string) =>
      this.jobs.some((job) => job.kind === kind && job.state === "done");
    const done: [Overview["steps"][number]["step"], boolean][] = [
      ["server", this.servers.length > 0],
      ["tested", this.servers.some((server) => server.checked_at && !server.last_error)],
      ["companies", this.companies.length > 0],
      ["extracted", this.extracted.size > 0],
      ["schedule", this.schedules.some(({ work }) => work === "sync")],
      ["backup", this.backups.length > 0 || did("backup.create")],
    ];
    const next = done.find(([, done]) => !done)?.[0];
    const attention = this.matters();
    const of = (tab: Matter["tab"]) => attention.filter((matter) => matter.tab === tab).length;
    const unsettled = (state: Job["state"]) =>
      this.jobs.filter((job) => job.state === state).length;
    const held = this.companies.filter((company) => this.extracted.has(company.id));
    return {
      steps: done.map(([step, done]) => ({ step, done, next: step === next })),
      attention,
      sync:
        held.length === 0
          ? null
          : {
              job_id: 1,
              started_at: this.ago(31),
              finished_at: this.ago(24),
              jobs: 18,
              done: 16,
              failed: 2,
              left: 0,
              companies: held.length,
              changes: held.reduce(
                (sum, company) => sum + (this.extracted.get(company.id)?.inserted ?? 0),
                0,
              ),
            },
      companies: held
        .map((company) => ({
          company_id: company.id,
          nit: company.nit,
          fiscal_year: company.fiscal_year,
          name: company.name,
          finished_at: this.extracted.get(company.id)?.finished_at ?? "",
          movements: this.rows(company),
          changes: this.extracted.get(company.id)?.inserted ?? 0,
          proven: !this.broken.has(company.id),
        }))
        .sort((a, b) => (a.finished_at < b.finished_at ? 1 : -1))
        .slice(0, 12),
      counts: {
        servers: this.servers.length,
        companies: this.active().length,
        movements: held.reduce((sum, company) => sum + this.rows(company), 0),
        running: unsettled("running"),
        waiting: unsettled("queued"),
        attention_companies: of("companies"),
        attention_servers: of("servers"),
        attention_activity: of("activity"),
        attention_settings: of("settings"),
      },
    };
  }

  private matters(): Matter[] {
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
      ...this.companies
        .filter((company) => this.broken.has(company.id))
        .map((company) =>
          matter("proof_broken", "companies", {
            subject: label(company),
            company_id: company.id,
            since: this.extracted.get(company.id)?.finished_at ?? null,
          }),
        ),
      ...this.servers
        .filter((server) => server.last_error)
        .map((server) =>
          matter("server_failed", "servers", {
            subject: server.name,
            server_id: server.id,
            since: server.checked_at,
            error: server.last_error,
          }),
        ),
      ...this.jobs
        .filter((job) => job.state === "failed" && job.kind === "movements.extract")
        .filter(
          ({ id, subject }) => !this.jobs.some((job) => job.subject === subject && job.id > id),
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

  private summary(chosen: Company[]): Summary {
    const held = chosen.filter((company) => this.extracted.has(company.id));
    const months = new Map<
      string,
      { movements: number; sales: bigint; returns: bigint; purchases: bigint; quantity: bigint }
    >();
    for (const company of held) {
      const last = company.fiscal_year === 2026 ? 11 : 12;
      for (let month = 1; month <= last; month += 1) {
        const key = `${company.fiscal_year}-${String(month).padStart(2, "0")}`;
        const cell = months.get(key) ?? {
          movements: 0,
          sales: 0n,
          returns: 0n,
          purchases: 0n,
          quantity: 0n,
        };
        const rows = Math.round(
          (this.rows(company) / last) * (0.8 + 0.04 * month + 0.12 * Math.sin(month + company.id)),
        );
        const sales = BigInt(rows) * 183_450_100n;
        cell.movements += rows;
        cell.sales += sales;
        cell.returns += (sales / 290_000n) * 10_000n;
        cell.purchases += ((sales * 58n) / 1_000_000n) * 10_000n;
        cell.quantity += BigInt(rows) * 7_250_000n;
        months.set(key, cell);
      }
    }
    const rows = held.reduce((sum, company) => sum + this.rows(company), 0);
    return {
      companies: held,
      movements: rows,
      posted: Math.round(rows * 0.95),
      months: [...months]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([month, cell]) => ({
          month,
          movements: cell.movements,
          sales: decimal(cell.sales, 4),
          returns: decimal(cell.returns, 4),
          net_sales: decimal(cell.sales - cell.returns, 4),
          quantity: decimal(cell.quantity, 6),
          purchases: decimal(cell.purchases, 4),
        })),
      types: KINDS.map(({ code, meaning }, at) => ({
        doc_type: code,
        meaning,
        state: "posted",
        movements: Math.round(rows * ([0.66, 0.04, 0.2, 0.01, 0.09][at] ?? 0)),
        total: decimal(BigInt(rows) * BigInt(1000 - at * 180) * 1_000_000n, 4),
      })),
      top: [],
      warehouse: "/home/oficina/.local/share/puente/warehouse.db",
    } as unknown as Summary;
  }

  private page(company: Company, request: MovementsPage, offset: number, limit: number) {
    const rows = this.rows(company);
    const at = (index: number) => movementAt(company.id, company.fiscal_year, rows, index);
    const { text, from, to, doc_types, states, sort, descending } = request;
    const plain = !text && !from && !to && !doc_types?.length && !states?.length;
    const key = sort ?? "day";
    if (plain && (key === "day" || rows > 60_000)) {
      const last = Math.min(rows, offset + limit);
      const page: Movement[] = [];
      for (let index = offset; index < last; index += 1) {
        page.push(at(descending ? rows - 1 - index : index));
      }
      return { rows: page, totals: this.totals(rows, BigInt(rows) * 92_845_510_305n) };
    }
    const found: Movement[] = [];
    for (let index = 0; index < Math.min(rows, 60_000); index += 1) {
      const row = at(index);
      if (fits(row, request)) found.push(row);
    }
    found.sort(compare(key));
    if (descending) found.reverse();
    const total = found.reduce((sum, row) => sum + scaled(row.total, 4), 0n);
    return { rows: found.slice(offset, offset + limit), totals: this.totals(found.length, total) };
  }

  private totals(rows: number, total: bigint) {
    return {
      rows,
      quantity: decimal(BigInt(rows) * 12_500_000n, 6),
      total: decimal(total, 4),
      cost: decimal((total * 71n) / 100n, 4),
    };
  }

  private discover(on: Server): Job {
    return this.enqueue("companies.discover", on.name, { server_id: on.id });
  }

  private extract(company: Company): Job {
    return this.enqueue("movements.extract", label(company), { company_id: company.id });
  }

  private enqueue(kind: string, subject: string, over: Partial<Job>, run = true): Job {
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

  private job(id: number): Job {
    const found = this.jobs.find((job) => job.id === id);
    if (!found) throw refusal(this.settings.lang, "NOT_FOUND", { what: "el trabajo", name: id });
    return found;
  }

  private change(job: Job, over: Partial<Job>, tell = true): void {
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

  private say(id: number, level: LogLine["level"], text: string): void {
    const lines = this.logs.get(id) ?? [];
    lines.push({ at: this.ago(0), level, text });
    this.logs.set(id, lines);
  }

  /** Two jobs run at once. */
  private run(): void {
    this.timer ??= setInterval(() => this.tick(), TICK_MS / Math.min(this.speed, 20));
  }

  private tick(): void {
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

  private advance(job: Job): void {
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
            : "companies",
      done,
      total,
      subject: job.subject,
    };
    const at = this.jobs.findIndex(({ id }) => id === job.id);
    this.jobs[at] = { ...job, progress } as Job;
    this.tell({ type: "progress", job: job.id, kind: job.kind, progress } as Event);
  }

  private settle(job: Job, state: "done" | "cancelled"): void {
    const company = this.companies.find(({ id }) => id === job.company_id);
    const on = this.servers.find(({ id }) => id === job.server_id);
    if (state === "done" && on?.last_error) {
      this.say(job.id, "error", on.last_error.detail);
      this.change(job, { state: "failed", error: on.last_error, finished_at: this.ago(0) });
      return;
    }
    if (state === "done") this.effect(job, company);
    this.say(job.id, "info", state === "done" ? "proof holds, published" : "cancelled");
    this.change(job, {
      state,
      progress: null,
      finished_at: this.ago(0),
      result: state === "done" && company ? this.result(company) : null,
    });
    this.stale("companies", "movements", "proofs", "backups");
  }

  private effect(job: Job, company: Company | undefined): void {
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

  private backUp(reason: Backup["reason"]): Backup {
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

  private note(action: string, subject: string, detail: Record<string, string | number>): void {
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

function label({ nit, fiscal_year, name }: Company): string {
  return `${nit}:${fiscal_year} ${name}`;
}
