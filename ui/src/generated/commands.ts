
export type Tag = "servers" | "companies" | "movements" | "proofs" | "rules" | "jobs" | "backups" | "audit" | "schedules" | "settings";
export type Severity = "warning" | "neutral" | "failure";
export type ErrorCode = "CANCELLED" | "INTERNAL" | "INVALID_INPUT" | "NOT_FOUND" | "ALREADY_EXISTS" | "DB_TIMEOUT" | "DB_PORT_CLOSED" | "DB_WRONG_PASSWORD" | "DB_NOT_FOUND" | "SCHEDULE_INVALID" | "STORE_CORRUPT" | "KEYRING_ABSENT";
export type ErrorView = { code: ErrorCode; message: string; hint: string; detail: string; retryable: boolean; severity: Severity };
export type Nothing = Record<string, never>;
export type Lang = "es" | "en";
export type ServerKind = "firebird" | "files";
export type QuietHours = { from: string; to: string; zone: string };
export type ServerOptions = { charset?: string | null; dialect?: number | null; connect_seconds: number; answer_seconds: number; rows_per_second?: number | null; quiet_hours?: QuietHours | null; client_library?: string | null };
export type NewServer = { name: string; kind: ServerKind; host: string; port: number; user: string; master: string; profile: string; options: ServerOptions };
export type Server = NewServer & { id: number; has_password: boolean; checked_at: string | null; last_error: ErrorView | null };
export type ServerAdd = Omit<NewServer, "options"> & { options?: ServerOptions; password?: string | null; no_test?: boolean };
export type ServerEdit = { name?: string | null; host?: string | null; port?: number | null; user?: string | null; master?: string | null; profile?: string | null; options?: ServerOptions | null } & { server: string; password?: string | null; no_test?: boolean };
export type ServerNamed = { server: string };
export type ServerInfo = { engine: string; version: string; file_version: string; dialect: number; charset: string; user: string; is_superuser: boolean; database_read_only: boolean; encrypted: boolean | null; encryption: string | null; page_size: number; driver: string; path: string; created_at: string; counters: { [key in string]: number } };
export type ServerTested = { info: ServerInfo | null; companies: number; warnings: string[] };
export type Grants = { master: string[]; company: string[] };
export type CompanyState = "active" | "gone";
export type Company = { id: number; server_id: number; server: string; nit: string; fiscal_year: number; code: string; name: string; nit_written: string; check_digit_ok: boolean; location: string; state: CompanyState; discovered_at: string; seen_at: string };
export type Held = { movements: number; posted: number; first_month: string | null; last_month: string | null };
export type ExtractMode = "full" | "incremental";
export type RunNotes = { schema: string[]; replaced_texts: number; counters_before: { [key in string]: number }; counters_after: { [key in string]: number }; statements: number };
export type Run = { company_id: number; job_id: string; mode: ExtractMode; started_at: string; finished_at: string; rows_read: number; inserted: number; updated: number; removed: number; notes: RunNotes };
export type CompanyRow = Company & { held: Held | null; last: Run | null; proven: boolean | null };
export type ProofFigures = { rows: number; quantity: string; total: string; cost: string };
export type ProofLine = { table: string; doc_type: string; month: string; state: MovementState | null; source: ProofFigures; warehouse: ProofFigures; equal: boolean };
export type ProofLevel = "totals" | "deep";
export type Proof = { level: ProofLevel; taken_at: string; holds: boolean; differences: string; tables: ProofLine[]; groups: ProofLine[] };
export type CompanyPage = CompanyRow & { history: Run[]; proof: Proof | null };
export type JobState = "queued" | "paused" | "running" | "done" | "failed" | "cancelled" | "uncertain";
export type Progress = { stage: string; done: number; total: number | null; subject?: string; counts?: { [key in string]: number } };
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type SkipReason = { kind: "on_another_server"; server: string } | { kind: "listed_twice"; code: string } | { kind: "bad_nit"; reason: string } | { kind: "bad_year" } | { kind: "no_location" };
export type Skipped = { code: string; name: string; nit: string; year: string; reason: SkipReason };
export type DiscoverReport = { listed: number; added: number; updated: number; unchanged: number; gone: number; check_digit_wrong: string[]; skipped: Skipped[] };
export type ExtractReport = { mode: ExtractMode; rows_read: number; inserted: number; updated: number; removed: number; notes: RunNotes };
export type JobResult = ({ of: "discovered" } & DiscoverReport) | ({ of: "extracted" } & ExtractReport) | ({ of: "proven" } & Proof) | ({ of: "backed_up" } & Backup) | { of: "other" };
export type Job = { id: number; kind: string; subject: string; company_id: number | null; server_id: number | null; schedule: string | null; state: JobState; attempts: number; run_at: string | null; cancel_requested: boolean; progress: Progress | null; result: JobResult | null; error: ErrorView | null; created_at: string; changed_at: string; started_at: string | null; finished_at: string | null; revision: number };
export type JobSearch = { states?: JobState[]; kinds?: string[]; schedule?: string | null; before?: number | null; limit?: number | null };
export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogLine = { at: string; level: LogLevel; text: string };
export type JobPage = Job & { log: LogLine[] };
export type AuditEntry = { id: number; at: string; actor: string; action: string; subject: string; detail: JsonValue };
export type MovementState = "posted" | "draft" | "voided" | "gone";
export type Stream = "line" | "transfer";
export type DocumentMeaning = "sale" | "sale_return" | "purchase" | "purchase_return" | "remission_in" | "remission_out" | "transfer" | "order" | "other";
export type MonthRow = { month: string; movements: number; sales: string; returns: string; net_sales: string; quantity: string; purchases: string };
export type TypeRow = { doc_type: string; meaning: DocumentMeaning; state: MovementState; movements: number; total: string };
export type TopArticle = { code: string; description: string; unit: string; movements: number; quantity: string; total: string };
export type Summary = { companies: Company[]; movements: number; posted: number; months: MonthRow[]; types: TypeRow[]; top: TopArticle[]; warehouse: string };
export type SummaryOf = { companies?: string[]; from?: string | null; to?: string | null; top?: number };
export type MovementsExtract = { companies?: string[]; from?: string | null; to?: string | null; force?: boolean; audit?: boolean };
export type ExportFormat = "csv" | "xlsx";
export type SortKey = "day" | "article" | "quantity" | "total" | "cost" | "line";
export type MovementSearch = { text?: string | null; from?: string | null; to?: string | null; doc_types?: string[]; states?: MovementState[]; stream?: Stream | null };
export type MovementsPage = { company: string; filter: MovementSearch; sort: { key: SortKey; descending: boolean }; offset: number; limit: number };
export type Movement = { stream: Stream; line_id: number; doc_type: string; prefix: string; number: string; day: string | null; state: MovementState; article_code: string; article: string; unit: string; place_code: string; place: string; to_place_code: string; to_place: string; party_tax_id: string; party: string; quantity: string; price: string; total: string; cost: string };
export type MovementSums = { movements: number; quantity: string; total: string; cost: string };
export type MovementRows = { rows: Movement[]; sums: MovementSums };
export type MovementsExport = { companies?: string[]; output: string; format?: ExportFormat | null; overwrite?: boolean; filter?: MovementSearch | null };
export type BackupReason = "regular" | "before_restore" | "before_migration";
export type Backup = { name: string; reason: BackupReason; at: string; bytes: number };
export type Retention = { last: number; days: number; months: number };
export type Schedule = { name: string; kind: string; cron: string; zone: string; enabled: boolean; catch_up: boolean; next_run: string | null; last_run: string | null; last_job: number | null };
export type ScheduleSet = { name: string; kind: string; cron: string; zone: string; enabled: boolean; catch_up: boolean };
export type Theme = "auto" | "light" | "dark";
export type CloseTo = "tray" | "quit";
export type Start = "none" | "office" | "demo";
export type Settings = { lang: Lang; theme: Theme; zone: string; country: string; close: CloseTo; autostart: boolean; start: Start; proxy: string | null; ca_file: string | null; retention: Retention };
export type NetworkTest = { reachable: boolean; tls: string | null; issuer: string | null; chain: string[]; millis: number };
export type Licence = { name: string; version: string; licence: string };
export type About = { version: string; data_folder: string; licences: Licence[] };
export type StepName = "server" | "tested" | "discovered" | "extracted" | "scheduled" | "backed_up";
export type Step = { name: StepName; done: boolean };
export type AttentionKind = "job_failed" | "server_unreachable" | "proof_broken" | "default_password" | "no_backup";
export type Attention = { kind: AttentionKind; subject: string; id: number | null; at: string | null; error: ErrorView | null };
export type LastSync = { nit: string; fiscal_year: number; name: string; finished_at: string | null; movements: number; inserted: number; proven: boolean | null };
export type Counts = { servers: number; companies: number; movements: number; running: number; failed: number; unreachable: number; broken: number };
export type Overview = { steps: Step[]; attention: Attention[]; syncs: LastSync[]; counts: Counts };
export type Event = { type: "progress"; job: number; kind: string; progress: Progress } | { type: "job_changed"; job: Job } | { type: "stale"; tags: Tag[] } | { type: "missed" };

export type Commands = {
  "overview": { request: Nothing; response: Overview };
  "sync.all": { request: Nothing; response: Job[] };
  "servers.list": { request: Nothing; response: Server[] };
  "servers.add": { request: ServerAdd; response: Server };
  "servers.try": { request: ServerAdd; response: ServerTested };
  "servers.test": { request: ServerNamed; response: ServerTested };
  "servers.edit": { request: ServerEdit; response: Server };
  "servers.remove": { request: ServerNamed; response: Server };
  "servers.grants": { request: { server: string; login: string }; response: Grants };
  "companies.list": { request: { text?: string }; response: CompanyRow[] };
  "companies.show": { request: { company: string }; response: CompanyPage[] };
  "companies.discover": { request: { servers?: string[] }; response: Job[] };
  "movements.extract": { request: MovementsExtract; response: Job[] };
  "movements.prove": { request: { companies?: string[] }; response: Job[] };
  "movements.summary": { request: SummaryOf; response: Summary };
  "movements.page": { request: MovementsPage; response: MovementRows };
  "movements.export": { request: MovementsExport; response: { output: string; rows: number } };
  "jobs.list": { request: JobSearch; response: Job[] };
  "jobs.show": { request: { id: number }; response: JobPage };
  "jobs.cancel": { request: { id: number }; response: Job };
  "jobs.retry": { request: { id: number }; response: Job };
  "audit.list": { request: { before?: number | null; limit?: number | null }; response: AuditEntry[] };
  "backup.create": { request: Nothing; response: Job[] };
  "backup.list": { request: Nothing; response: Backup[] };
  "backup.verify": { request: { name: string }; response: { name: string; version: number } };
  "backup.restore": { request: { name: string }; response: { name: string; replaced: string | null } };
  "schedules.list": { request: Nothing; response: Schedule[] };
  "schedules.set": { request: ScheduleSet; response: Schedule };
  "schedules.remove": { request: { name: string }; response: Nothing };
  "schedules.run": { request: { name: string }; response: Job[] };
  "settings.get": { request: Nothing; response: Settings };
  "settings.set": { request: Partial<Settings>; response: Settings };
  "network.test": { request: { url: string }; response: NetworkTest };
  "diagnostics.export": { request: { output: string }; response: { output: string; bytes: number } };
  "about": { request: Nothing; response: About };
};

export type CommandName = keyof Commands;

export const COMMANDS: { readonly [N in keyof Commands]: { readonly reads: readonly Tag[]; readonly changes: readonly Tag[]; readonly startsJob: boolean } } = {
  "overview": { reads: ["servers", "companies", "movements", "proofs", "jobs", "backups", "schedules"], changes: [], startsJob: false },
  "sync.all": { reads: [], changes: ["jobs"], startsJob: true },
  "servers.list": { reads: ["servers"], changes: [], startsJob: false },
  "servers.add": { reads: [], changes: ["servers", "audit"], startsJob: false },
  "servers.try": { reads: [], changes: [], startsJob: false },
  "servers.test": { reads: [], changes: ["servers"], startsJob: false },
  "servers.edit": { reads: [], changes: ["servers", "audit"], startsJob: false },
  "servers.remove": { reads: [], changes: ["servers", "companies", "movements", "proofs", "audit"], startsJob: false },
  "servers.grants": { reads: ["servers"], changes: [], startsJob: false },
  "companies.list": { reads: ["companies", "movements", "proofs"], changes: [], startsJob: false },
  "companies.show": { reads: ["companies", "movements", "proofs"], changes: [], startsJob: false },
  "companies.discover": { reads: [], changes: ["jobs"], startsJob: true },
  "movements.extract": { reads: [], changes: ["jobs"], startsJob: true },
  "movements.prove": { reads: [], changes: ["jobs"], startsJob: true },
  "movements.summary": { reads: ["movements"], changes: [], startsJob: false },
  "movements.page": { reads: ["movements"], changes: [], startsJob: false },
  "movements.export": { reads: [], changes: ["audit"], startsJob: false },
  "jobs.list": { reads: ["jobs"], changes: [], startsJob: false },
  "jobs.show": { reads: ["jobs"], changes: [], startsJob: false },
  "jobs.cancel": { reads: [], changes: ["jobs", "audit"], startsJob: false },
  "jobs.retry": { reads: [], changes: ["jobs", "audit"], startsJob: false },
  "audit.list": { reads: ["audit"], changes: [], startsJob: false },
  "backup.create": { reads: [], changes: ["jobs"], startsJob: true },
  "backup.list": { reads: ["backups"], changes: [], startsJob: false },
  "backup.verify": { reads: [], changes: [], startsJob: false },
  "backup.restore": { reads: [], changes: ["servers", "companies", "movements", "proofs", "rules", "jobs", "backups", "audit", "schedules", "settings"], startsJob: false },
  "schedules.list": { reads: ["schedules"], changes: [], startsJob: false },
  "schedules.set": { reads: [], changes: ["schedules", "audit"], startsJob: false },
  "schedules.remove": { reads: [], changes: ["schedules", "audit"], startsJob: false },
  "schedules.run": { reads: [], changes: ["schedules", "jobs"], startsJob: true },
  "settings.get": { reads: ["settings"], changes: [], startsJob: false },
  "settings.set": { reads: [], changes: ["settings", "audit"], startsJob: false },
  "network.test": { reads: [], changes: [], startsJob: false },
  "diagnostics.export": { reads: [], changes: ["audit"], startsJob: false },
  "about": { reads: [], changes: [], startsJob: false },
};
