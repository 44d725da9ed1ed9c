// Generated from crates/app/src/commands.rs by its test. To write it anew:
// PUENTE_WRITE_BINDINGS=1 cargo test -p puente-app bindings

/**
 * This program.
 */
export type About = {
/**
 * Its version.
 */
version: string,
/**
 * Under which licences it may be used itself.
 */
licence: string,
/**
 * The operating system and the kind of processor.
 */
system: string,
/**
 * Where it keeps things.
 */
data_dir: string,
/**
 * Where its logs are.
 */
logs: string,
/**
 * The libraries that it is made of.
 */
libraries: Array<Library>, };

/**
 * Money as an exact decimal text: `"1234.5000"`.
 */
export type Amount = string;

/**
 * An entry of the audit trail.
 */
export type AuditEntry = {
/**
 * Its place in the trail.
 */
id: number,
/**
 * When.
 */
at: string,
/**
 * Who: a user, an API key by its name, `schedule:<name>`.
 */
actor: string,
/**
 * What was done: `server.add`.
 */
action: string,
/**
 * To what: `server:3`.
 */
subject: string,
/**
 * Further facts. Never a secret.
 */
detail: Record<string, unknown>, };

/**
 * A part of the trail, newest first.
 */
export type AuditPageOf = {
/**
 * About this subject: `server:3`.
 */
subject?: string | null,
/**
 * Entries before the first one that is wanted.
 */
offset?: number,
/**
 * At most so many, 1000 at most; 100 when left out.
 */
limit?: number | null, };

/**
 * A part of the trail.
 */
export type AuditRows = {
/**
 * Entries before the first one.
 */
offset: number,
/**
 * The entries.
 */
rows: Array<AuditEntry>,
/**
 * How many there are in all.
 */
total: number, };

/**
 * Which entries, newest first.
 */
export type AuditSearch = {
/**
 * About this subject: `server:3`.
 */
subject?: string | null,
/**
 * Older than this entry: the last one of the page before.
 */
before?: number | null,
/**
 * At most so many, 1000 at most; 100 when left out.
 */
limit?: number | null, };

/**
 * A backup.
 */
export type Backup = {
/**
 * Its file's name.
 */
name: string,
/**
 * Why it was made.
 */
reason: BackupReason,
/**
 * When.
 */
at: string,
/**
 * Its size.
 */
bytes: number, };

/**
 * Names a backup by its file's name, as `list` gives it.
 */
export type BackupNamed = {
/**
 * `puente-20261122T013400Z.db`.
 */
name: string, };

/**
 * Why a backup was made.
 */
export type BackupReason = "regular" | "before_restore" | "before_migration";

/**
 * What a restore did.
 */
export type BackupRestored = {
/**
 * The backup that was restored.
 */
name: string,
/**
 * The copy of what was there before; none when it was damaged and had been set aside.
 */
replaced: string | null, };

/**
 * What a look through a backup found.
 */
export type BackupVerified = {
/**
 * Its file's name.
 */
name: string,
/**
 * Format of its schema.
 */
version: number, };

/**
 * How many backups are kept.
 */
export type BackupsKept = {
/**
 * The newest ones, always.
 */
last: number,
/**
 * One a day for so many days.
 */
days: number,
/**
 * One a month for so many months.
 */
months: number, };

/**
 * What closing the window does.
 */
export type CloseBehaviour = "tray" | "quit";

/**
 * Which servers to ask.
 */
export type CompaniesDiscover = {
/**
 * Names; none for all.
 */
servers?: Array<string>, };

/**
 * Several companies.
 */
export type CompaniesSelected = {
/**
 * `NIT` or `NIT:YEAR` each; none for all active ones.
 */
companies?: Array<string>, };

/**
 * A company in a fiscal year.
 */
export type Company = {
/**
 * Row id.
 */
id: number,
/**
 * Its server.
 */
server_id: number,
/**
 * Name of its server.
 */
server: string,
/**
 * Digits only, check digit included. Unique with the year over all servers.
 */
nit: string,
/**
 * 1990 to 2100.
 */
fiscal_year: number,
/**
 * Code in the ERP.
 */
code: string,
/**
 * Legal name, as the ERP writes it.
 */
name: string,
/**
 * NIT, as the ERP writes it.
 */
nit_written: string,
/**
 * Whether the written check digit is the computed one.
 */
check_digit_ok: boolean,
/**
 * Database of this company and year, as the ERP writes it.
 */
location: string,
/**
 * Whether the server still lists it.
 */
state: CompanyState,
/**
 * When it was first seen.
 */
discovered_at: string,
/**
 * When it was last listed.
 */
seen_at: string, };

/**
 * Names a company: `NIT` or `NIT:YEAR`.
 */
export type CompanyNamed = {
/**
 * As typed.
 */
company: string, };

/**
 * Everything about a company.
 */
export type CompanyPage = {
/**
 * Runs, newest first.
 */
history: Array<Run>,
/**
 * The last proof.
 */
proof: Proof | null,
/**
 * What its current load holds.
 */
held: Held | null,
/**
 * The last run.
 */
last: Run | null,
/**
 * Whether the last proof holds.
 */
proven: boolean | null,
/**
 * Row id.
 */
id: number,
/**
 * Its server.
 */
server_id: number,
/**
 * Name of its server.
 */
server: string,
/**
 * Digits only, check digit included. Unique with the year over all servers.
 */
nit: string,
/**
 * 1990 to 2100.
 */
fiscal_year: number,
/**
 * Code in the ERP.
 */
code: string,
/**
 * Legal name, as the ERP writes it.
 */
name: string,
/**
 * NIT, as the ERP writes it.
 */
nit_written: string,
/**
 * Whether the written check digit is the computed one.
 */
check_digit_ok: boolean,
/**
 * Database of this company and year, as the ERP writes it.
 */
location: string,
/**
 * Whether the server still lists it.
 */
state: CompanyState,
/**
 * When it was first seen.
 */
discovered_at: string,
/**
 * When it was last listed.
 */
seen_at: string, };

/**
 * A company with its last proof.
 */
export type CompanyProof = {
/**
 * The company.
 */
company: Company,
/**
 * Its last proof; none before the first run.
 */
proof: Proof | null, };

/**
 * A company with what is known of its movements.
 */
export type CompanyRow = {
/**
 * What its current load holds.
 */
held: Held | null,
/**
 * The last run.
 */
last: Run | null,
/**
 * Whether the last proof holds.
 */
proven: boolean | null,
/**
 * Row id.
 */
id: number,
/**
 * Its server.
 */
server_id: number,
/**
 * Name of its server.
 */
server: string,
/**
 * Digits only, check digit included. Unique with the year over all servers.
 */
nit: string,
/**
 * 1990 to 2100.
 */
fiscal_year: number,
/**
 * Code in the ERP.
 */
code: string,
/**
 * Legal name, as the ERP writes it.
 */
name: string,
/**
 * NIT, as the ERP writes it.
 */
nit_written: string,
/**
 * Whether the written check digit is the computed one.
 */
check_digit_ok: boolean,
/**
 * Database of this company and year, as the ERP writes it.
 */
location: string,
/**
 * Whether the server still lists it.
 */
state: CompanyState,
/**
 * When it was first seen.
 */
discovered_at: string,
/**
 * When it was last listed.
 */
seen_at: string, };

/**
 * Which companies to list.
 */
export type CompanySearch = {
/**
 * A part of name, NIT, year or server, whatever the case; empty for all.
 */
text?: string, };

/**
 * Whether the server still lists the company.
 */
export type CompanyState = "active" | "gone";

/**
 * How an article sells. The cuts are those of Syntetos, Boylan and Croston, "On the categorization of
 * demand patterns" (2005): an average interval of 1.32 months and a squared coefficient of variation of 0.49.
 */
export type DemandClass = "smooth" | "erratic" | "intermittent" | "lumpy" | "new" | "dead";

/**
 * Where to write.
 */
export type DiagnosticsTo = {
/**
 * A file that is replaced if it is there: an archive with the logs if it ends in `.zip`, and
 * otherwise JSON.
 */
output: string, };

/**
 * What was written.
 */
export type DiagnosticsWritten = {
/**
 * The file.
 */
output: string,
/**
 * Its size.
 */
bytes: number, };

/**
 * What a discovery found, for the person who asked.
 */
export type DiscoverReport = {
/**
 * Rows of the list that carry a NIT.
 */
listed: number,
/**
 * New here.
 */
added: number,
/**
 * Known here, and something about them changed.
 */
updated: number,
/**
 * Known here, nothing changed.
 */
unchanged: number,
/**
 * Known here and not listed any more.
 */
gone: number,
/**
 * NITs whose check digit is not the computed one; taken all the same.
 */
check_digit_wrong: Array<string>,
/**
 * Left out, each with its reason.
 */
skipped: Array<Skipped>, };

/**
 * One check, as it is shown.
 */
export type DoctorCheck = {
/**
 * Stable name, as in `Finding::name`.
 */
name: string,
/**
 * What was looked at.
 */
subject: string,
/**
 * What is wrong; nothing when all is well.
 */
error: ErrorView | null, };

/**
 * What a document does.
 */
export type DocumentMeaning = "sale" | "sale_return" | "purchase" | "purchase_return" | "remission_in" | "remission_out" | "transfer" | "order" | "other";

/**
 * Every error that a person or a program can meet, by its stable name.
 */
export type ErrorCode = "CANCELLED" | "INVALID_INPUT" | "NOT_FOUND" | "ALREADY_EXISTS" | "INTERNAL" | "TAX_ID_INVALID" | "PERIOD_INVALID" | "CLOCK_WRONG" | "DATA_FOLDER_READ_ONLY" | "DISK_FULL" | "STORE_NEWER" | "STORE_CORRUPT" | "STORE_FOREIGN" | "STORE_FAILED" | "BACKUP_INVALID" | "BACKUP_MISSING" | "KEYRING_ABSENT" | "KEYRING_LOCKED" | "SECRET_MISSING" | "SECRET_FILE_UNREADABLE" | "SECRET_TOO_LONG" | "DB_HOST_UNREACHABLE" | "DB_PORT_CLOSED" | "DB_TIMEOUT" | "DB_CONNECTION_LOST" | "DB_NOT_A_SERVER" | "DB_WRONG_PASSWORD" | "DB_AUTH_UNSUPPORTED" | "DB_ENCRYPTION_UNSUPPORTED" | "DB_NOT_FOUND" | "DB_NOT_A_DATABASE" | "DB_VERSION_UNSUPPORTED" | "DB_PERMISSION_DENIED" | "DB_LOCK_CONFLICT" | "DB_STATEMENT_FAILED" | "DB_CLIENT_LIBRARY_MISSING" | "DB_INVALID_TEXT" | "DB_NUMBER_OVERFLOW" | "DB_VALUE_TOO_LARGE" | "DB_TLS_REFUSED" | "DB_RESTORED" | "NET_UNREACHABLE" | "NET_TIMEOUT" | "NET_TLS_REFUSED" | "NET_PROXY_REFUSED" | "NET_FAILED" | "PROFILE_INVALID" | "SCHEMA_MISMATCH" | "MASTER_TABLE_MISSING" | "COMPANY_FILE_MISSING" | "COMPANY_DUPLICATE" | "PROOF_MISMATCH" | "FILE_UNREADABLE" | "QUIET_HOURS" | "JOB_BUSY" | "JOB_WRONG_STATE" | "JOB_INTERRUPTED" | "SCHEDULE_INVALID" | "FORECAST_NO_HISTORY" | "FORECAST_MODEL_DAMAGED" | "BRIDGE_REFUSED" | "SANDBOX_UNAVAILABLE" | "SANDBOX_FAILED";

/**
 * An error on the wire: what hosts and the UI get.
 */
export type ErrorView = {
/**
 * Stable name.
 */
code: ErrorCode,
/**
 * What happened, in the reader's language.
 */
message: string,
/**
 * What to do about it, in the reader's language.
 */
hint: string,
/**
 * The chain of causes, for technicians. No secrets.
 */
detail: string,
/**
 * Whether the same attempt may succeed later.
 */
retryable: boolean,
/**
 * How to show it.
 */
severity: Severity, };

/**
 * Something that an interface may have to show.
 */
export type Event = { "type": "progress",
/**
 * The job.
 */
job: number,
/**
 * Its kind.
 */
kind: string,
/**
 * How far it is.
 */
progress: Progress, } | { "type": "job_changed",
/**
 * The job as it stands now.
 */
job: Job, } | { "type": "stale",
/**
 * What changed.
 */
tags: Array<Tag>, } | { "type": "missed" };

/**
 * How often, in the office's zone.
 */
export type Every = { "every": "minutes",
/**
 * So many.
 */
minutes: number, } | { "every": "hours",
/**
 * So many.
 */
hours: number,
/**
 * Of the hour.
 */
minute: number, } | { "every": "day",
/**
 * `06:30`.
 */
at: string, } | { "every": "week",
/**
 * `mon` to `sun`.
 */
days: Array<string>,
/**
 * `06:30`.
 */
at: string, } | { "every": "month",
/**
 * 1 to 28: the days that every month has.
 */
day: number,
/**
 * `06:30`.
 */
at: string, } | { "every": "cron",
/**
 * `0 6 * * 1-5`.
 */
cron: string, };

/**
 * Kinds of files.
 */
export type ExportFormat = "csv" | "xlsx";

/**
 * How a run went about it.
 */
export type ExtractMode = "full" | "incremental";

/**
 * Result of `EXTRACT`.
 */
export type ExtractReport = {
/**
 * How the run went about it.
 */
mode: ExtractMode,
/**
 * Rows that the server sent.
 */
rows_read: number,
/**
 * Movements that were new.
 */
inserted: number,
/**
 * Movements that were different.
 */
updated: number,
/**
 * Movements that were deleted at the source.
 */
removed: number,
/**
 * What else is worth knowing.
 */
notes: RunNotes, };

/**
 * Names an article of a NIT.
 */
export type ForecastArticleNamed = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * Its code, whatever the case.
 */
article: string,
/**
 * Days from order to arrival; 15 when left out.
 */
lead_days?: number | null,
/**
 * Service level, 0.5 to 0.999; 0.95 when left out.
 */
service?: number | null, };

/**
 * All about one article.
 */
export type ForecastArticlePage = {
/**
 * As in the table.
 */
row: ForecastArticleRow,
/**
 * What was sold.
 */
history: Array<ForecastSold>,
/**
 * What is expected.
 */
forecast: Array<ForecastMonth>,
/**
 * What would have been forecast.
 */
replays: Array<ForecastReplay>,
/**
 * Trend and season.
 */
components: Array<ForecastComponent>,
/**
 * Errors of the model in the past.
 */
scores: Scores,
/**
 * Those of the same month of last year.
 */
naive: Scores, };

/**
 * An article in the table. Quantities are estimates in the article's unit.
 */
export type ForecastArticleRow = {
/**
 * Code.
 */
code: string,
/**
 * Description.
 */
description: string,
/**
 * Unit.
 */
unit: string,
/**
 * How it sells.
 */
class: DemandClass,
/**
 * Expected sales of the next three months.
 */
next: number,
/**
 * One time in ten less than this is sold in them.
 */
low: number,
/**
 * One time in ten more than this is sold in them.
 */
high: number,
/**
 * Expected sales of the next three months against the last three, less one.
 */
trend: number | null,
/**
 * The error of the model divided by that of the same month of last year.
 */
error_ratio: number | null,
/**
 * The same in a word.
 */
verdict: Verdict,
/**
 * Whether there is too little history for more than a mean.
 */
guess: boolean,
/**
 * Expected sales of the next three months at the last price.
 */
at_stake: Amount | null,
/**
 * When to order.
 */
stock: StockAdvice, };

/**
 * A page of articles.
 */
export type ForecastArticles = {
/**
 * The model that forecasts.
 */
model: ForecastModelRow,
/**
 * How the model compares with the same month of last year, over all articles.
 */
verdict: Verdict,
/**
 * Articles that fit.
 */
found: number,
/**
 * What is at stake in all of those.
 */
at_stake: Amount,
/**
 * The page.
 */
rows: Array<ForecastArticleRow>, };

/**
 * The parts of a month, after Prophet's model.
 */
export type ForecastComponent = {
/**
 * `2026-11`.
 */
month: string,
/**
 * The trend.
 */
trend: number,
/**
 * The yearly season.
 */
season: number,
/**
 * What the number of working days adds.
 */
working_days: number, };

/**
 * What to write, and where.
 */
export type ForecastExport = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * The file.
 */
path: string,
/**
 * Left out: that of the file's extension.
 */
format?: ExportFormat | null,
/**
 * Replaces the file if there is one.
 */
overwrite?: boolean, };

/**
 * What was written.
 */
export type ForecastExported = {
/**
 * The file.
 */
path: string,
/**
 * Its lines, without the heading.
 */
rows: number, };

/**
 * A model by its name.
 */
export type ForecastModel = "puente" | "prophet" | "xgboost" | "seasonal_naive" | "mean_12";

/**
 * What a model was trained with and how well it did.
 */
export type ForecastModelMeta = {
/**
 * How it forecasts.
 */
kind: ForecastModel,
/**
 * Months ahead that it forecasts.
 */
horizon: number,
/**
 * First month of its data, year × 100 + month.
 */
first_month: number,
/**
 * Last month of its data.
 */
last_month: number,
/**
 * Articles.
 */
articles: number,
/**
 * Months of articles that it learned from.
 */
rows: number,
/**
 * SHA-256 of the data.
 */
data_hash: string,
/**
 * The version of Puente that trained it.
 */
code_version: string,
/**
 * How long training took.
 */
seconds: number,
/**
 * Stretches of the past that were forecast to measure it.
 */
origins: number,
/**
 * Its errors in those.
 */
scores: Scores,
/**
 * Those of the same month of last year.
 */
naive: Scores,
/**
 * Those of the mean of twelve months.
 */
mean_12: Scores,
/**
 * The weight of each of its parts.
 */
weights: Array<number>,
/**
 * What was left out of the data.
 */
notes: PanelNotes,
/**
 * SHA-256 of the file of forecasts.
 */
articles_hash: string,
/**
 * SHA-256 of the file of the booster, where there is one.
 */
booster_hash: string | null, };

/**
 * Names a model.
 */
export type ForecastModelNamed = {
/**
 * Its modelo_id.
 */
id: string, };

/**
 * A trained model.
 */
export type ForecastModelRow = {
/**
 * The modelo_id.
 */
id: string,
/**
 * Whose.
 */
nit: string,
/**
 * When it was trained.
 */
created_at: string,
/**
 * Whether its forecasts are the ones shown.
 */
active: boolean,
/**
 * What it was trained with and how well it did.
 */
meta: ForecastModelMeta, };

/**
 * Of which NIT.
 */
export type ForecastModels = {
/**
 * None for all.
 */
nit?: string | null, };

/**
 * What is expected of a month.
 */
export type ForecastMonth = {
/**
 * `2026-11`.
 */
month: string,
/**
 * Expected quantity.
 */
expected: number,
/**
 * One time in ten less is sold.
 */
low: number,
/**
 * Half of the time less is sold.
 */
median: number,
/**
 * One time in ten more is sold.
 */
high: number, };

/**
 * All companies of one NIT.
 */
export type ForecastOffice = {
/**
 * Digits only, check digit included.
 */
nit: string,
/**
 * The name of the newest company-year.
 */
name: string,
/**
 * Company-years with movements.
 */
companies: number,
/**
 * Posted movements.
 */
movements: number,
/**
 * The model whose forecasts are shown.
 */
active: ForecastModelRow | null, };

/**
 * `predecir_demanda`.
 */
export type ForecastPredict = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * Codes, whatever the case; none for all articles.
 */
articles?: Array<string>,
/**
 * Months ahead, 1 to 12; as many as the model has when left out.
 */
horizon?: number | null, };

/**
 * The forecast of one article.
 */
export type ForecastPredicted = {
/**
 * Code.
 */
article: string,
/**
 * Description.
 */
description: string,
/**
 * Unit.
 */
unit: string,
/**
 * How it sells.
 */
class: DemandClass,
/**
 * Whether there is too little history for more than a mean.
 */
guess: boolean,
/**
 * Expected quantity of all months.
 */
total: number,
/**
 * Month by month.
 */
months: Array<ForecastMonth>, };

/**
 * The forecasts of several articles.
 */
export type ForecastPrediction = {
/**
 * Whose.
 */
nit: string,
/**
 * The modelo_id.
 */
model: string,
/**
 * Last month of the data, `2026-10`.
 */
data_until: string,
/**
 * By article.
 */
articles: Array<ForecastPredicted>, };

/**
 * What would have been forecast at a moment of the past.
 */
export type ForecastReplay = {
/**
 * Month by month.
 */
months: Array<ForecastSold>, };

/**
 * Which articles to list, most money at stake first.
 */
export type ForecastSearch = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * A part of code or description, whatever the case; empty for all.
 */
text?: string,
/**
 * Of this class only.
 */
class?: DemandClass | null,
/**
 * How many to skip.
 */
offset?: number,
/**
 * At most so many, 500 at most; 100 when left out.
 */
limit?: number | null,
/**
 * Days from order to arrival; 15 when left out.
 */
lead_days?: number | null,
/**
 * Service level, 0.5 to 0.999; 0.95 when left out.
 */
service?: number | null, };

/**
 * What was sold in a month.
 */
export type ForecastSold = {
/**
 * `2026-11`.
 */
month: string,
/**
 * Quantity, returns deducted.
 */
quantity: number, };

/**
 * What to train.
 */
export type ForecastTrain = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * How to forecast; `puente` when left out.
 */
model?: ForecastModel | null,
/**
 * Months ahead, 1 to 12; as many as the history bears when left out.
 */
horizon?: number | null, };

/**
 * What a training gave.
 */
export type ForecastTrained = {
/**
 * The modelo_id.
 */
model: string,
/**
 * How it forecasts.
 */
kind: ForecastModel,
/**
 * Articles.
 */
articles: number,
/**
 * Its error in the past, scaled: see `rmsse` of its scores.
 */
rmsse: number | null,
/**
 * That of the same month of last year.
 */
naive_rmsse: number | null,
/**
 * How long it took.
 */
seconds: number, };

/**
 * Statements to be run by whoever administers the server.
 */
export type Grants = {
/**
 * In the master database.
 */
master: Array<string>,
/**
 * In the database of each company and year.
 */
company: Array<string>, };

/**
 * Asks for the GRANTs of a login.
 */
export type GrantsFor = {
/**
 * The server's name or number.
 */
server: string,
/**
 * The login that is to read.
 */
login: string, };

/**
 * What the current load of a company holds.
 */
export type Held = {
/**
 * Movements that are not gone.
 */
movements: number,
/**
 * Of those, the posted ones.
 */
posted: number,
/**
 * First month with a date, `2026-01`.
 */
first_month: string | null,
/**
 * Last month with a date.
 */
last_month: string | null, };

/**
 * A job.
 */
export type Job = {
/**
 * Its number.
 */
id: number,
/**
 * What it does: `sync.all`, `servers.sync`, `companies.discover`, `movements.extract`,
 * `movements.prove`, `movements.prove_all`, `backup.create`, `tidy`, `forecast.train`,
 * `forecast.retrain`.
 */
kind: string,
/**
 * What it does it to: a company or a server as people call it; empty where there is but one.
 */
subject: string,
/**
 * The company, where it is about one.
 */
company_id: number | null,
/**
 * The server, where it is about one.
 */
server_id: number | null,
/**
 * The schedule that asked for it.
 */
schedule: string | null,
/**
 * Where it stands.
 */
state: JobState,
/**
 * Attempts begun.
 */
attempts: number,
/**
 * Not before this time; none: at once.
 */
run_at: string | null,
/**
 * Someone asked the running job to stop.
 */
cancel_requested: boolean,
/**
 * The last one known.
 */
progress: Progress | null,
/**
 * What it gave, once done.
 */
result: JobResult | null,
/**
 * Why it failed, waits for another attempt, or is uncertain.
 */
error: ErrorView | null,
/**
 * When it was asked for.
 */
created_at: string,
/**
 * When it came into its state.
 */
changed_at: string,
/**
 * When its last attempt began.
 */
started_at: string | null,
/**
 * When it was settled.
 */
finished_at: string | null,
/**
 * Of two pictures of a job, the one with more is newer.
 */
revision: number, };

/**
 * Names a job.
 */
export type JobNamed = {
/**
 * Its number.
 */
id: number, };

/**
 * A job with its log.
 */
export type JobPage = {
/**
 * Its lines, oldest first.
 */
log: Array<LogLine>,
/**
 * Its number.
 */
id: number,
/**
 * What it does: `sync.all`, `servers.sync`, `companies.discover`, `movements.extract`,
 * `movements.prove`, `movements.prove_all`, `backup.create`, `tidy`, `forecast.train`,
 * `forecast.retrain`.
 */
kind: string,
/**
 * What it does it to: a company or a server as people call it; empty where there is but one.
 */
subject: string,
/**
 * The company, where it is about one.
 */
company_id: number | null,
/**
 * The server, where it is about one.
 */
server_id: number | null,
/**
 * The schedule that asked for it.
 */
schedule: string | null,
/**
 * Where it stands.
 */
state: JobState,
/**
 * Attempts begun.
 */
attempts: number,
/**
 * Not before this time; none: at once.
 */
run_at: string | null,
/**
 * Someone asked the running job to stop.
 */
cancel_requested: boolean,
/**
 * The last one known.
 */
progress: Progress | null,
/**
 * What it gave, once done.
 */
result: JobResult | null,
/**
 * Why it failed, waits for another attempt, or is uncertain.
 */
error: ErrorView | null,
/**
 * When it was asked for.
 */
created_at: string,
/**
 * When it came into its state.
 */
changed_at: string,
/**
 * When its last attempt began.
 */
started_at: string | null,
/**
 * When it was settled.
 */
finished_at: string | null,
/**
 * Of two pictures of a job, the one with more is newer.
 */
revision: number, };

/**
 * What a job gave.
 */
export type JobResult = { "of": "discovered" } & DiscoverReport | { "of": "extracted" } & ExtractReport | { "of": "proven" } & Proof | { "of": "backed_up" } & Backup | { "of": "synced" } & SyncReport | { "of": "queued" } & Queued | { "of": "tidied" } & Tidied | { "of": "trained" } & ForecastTrained | { "of": "other" };

/**
 * Which jobs to list, newest first.
 */
export type JobSearch = {
/**
 * In one of these states; none for all.
 */
states?: Array<JobState>,
/**
 * Of one of these kinds; none for all.
 */
kinds?: Array<string>,
/**
 * Asked for by this schedule.
 */
schedule?: string | null,
/**
 * Older than this job: the last one of the page before.
 */
before?: number | null,
/**
 * At most so many, 1000 at most; 100 when left out.
 */
limit?: number | null, };

/**
 * Where a job stands.
 */
export type JobState = "queued" | "paused" | "running" | "done" | "failed" | "cancelled" | "uncertain";

/**
 * A part of the queue, newest first.
 */
export type JobsPageOf = {
/**
 * In one of these states; none for all.
 */
states?: Array<JobState>,
/**
 * About the companies of this NIT, or about none in particular.
 */
nit?: string | null,
/**
 * Jobs before the first one that is wanted.
 */
offset?: number,
/**
 * At most so many, 1000 at most; 100 when left out.
 */
limit?: number | null, };

/**
 * A part of the queue.
 */
export type JobsRows = {
/**
 * Jobs before the first one.
 */
offset: number,
/**
 * The jobs.
 */
rows: Array<Job>,
/**
 * How many fit in all.
 */
total: number, };

/**
 * A language that Puente speaks. Spanish is canonical; English follows it.
 */
export type Lang = "es" | "en";

/**
 * The last run of a company.
 */
export type LastRun = {
/**
 * The company-year.
 */
company_id: number,
/**
 * Its name.
 */
name: string,
/**
 * Its NIT.
 */
nit: string,
/**
 * Its year.
 */
fiscal_year: number,
/**
 * When the last run ended.
 */
finished_at: string,
/**
 * Movements that were new, different or deleted.
 */
changes: number,
/**
 * Movements held.
 */
movements: number,
/**
 * Whether the last proof holds.
 */
proven: boolean | null, };

/**
 * A library.
 */
export type Library = {
/**
 * Its name.
 */
name: string,
/**
 * Its version.
 */
version: string,
/**
 * Its licence, as an SPDX expression.
 */
licence: string, };

/**
 * How much a line matters.
 */
export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * A line of a job's log, in English, for technicians. Never a secret: whoever writes it redacts it.
 */
export type LogLine = {
/**
 * When.
 */
at: string,
/**
 * How much it matters.
 */
level: LogLevel,
/**
 * At most `MAX_LINE` characters.
 */
text: string, };

/**
 * Something that needs a person.
 */
export type Matter = {
/**
 * What is the matter.
 */
kind: MatterKind,
/**
 * Where it is put right.
 */
tab: Tab,
/**
 * Of what: a company, a server; empty where there is but one.
 */
subject: string,
/**
 * That company.
 */
company_id: number | null,
/**
 * That server.
 */
server_id: number | null,
/**
 * That job.
 */
job_id: number | null,
/**
 * Since when, where that is known.
 */
since: string | null,
/**
 * What happened and what to do, where there was an error.
 */
error: ErrorView | null, };

/**
 * What is the matter. The gravest come first.
 */
export type MatterKind = "proof_broken" | "job_uncertain" | "server_failed" | "job_failed" | "backup_missing" | "backup_old" | "default_password" | "unencrypted" | "superuser";

/**
 * A month of a year, stored as `year * 100 + month` and written `2026-11`.
 */
export type Month = string;

/**
 * A month of posted documents.
 */
export type MonthRow = {
/**
 * `2026-11`; empty for documents without a date.
 */
month: string,
/**
 * Movements of all kinds.
 */
movements: number,
/**
 * Value of sales, before returns.
 */
sales: Amount,
/**
 * Value of sold goods that came back.
 */
returns: Amount,
/**
 * Sales without returns.
 */
net_sales: Amount,
/**
 * Quantity sold, without what came back.
 */
quantity: Quantity,
/**
 * Value of purchases, without what went back.
 */
purchases: Amount, };

/**
 * A movement with the names of all that it refers to. What the source does not have is empty.
 */
export type Movement = {
/**
 * The company-year.
 */
company_id: number,
/**
 * Line or transfer: the two are numbered apart.
 */
stream: MovementStream,
/**
 * Number of the line at the source.
 */
line_id: number,
/**
 * Number of the document at the source.
 */
doc_id: number,
/**
 * Code of the document.
 */
doc_type: string,
/**
 * Its prefix.
 */
prefix: string,
/**
 * Its number.
 */
number: string,
/**
 * Its day.
 */
day: string | null,
/**
 * What it counts for.
 */
state: MovementState,
/**
 * Code of the article.
 */
article_code: string,
/**
 * Its description.
 */
article: string,
/**
 * In what it is counted.
 */
unit: string,
/**
 * Code of the warehouse.
 */
place_code: string,
/**
 * Its name.
 */
place: string,
/**
 * Code of the warehouse that it went to.
 */
to_place_code: string,
/**
 * Its name.
 */
to_place: string,
/**
 * Tax id of the customer or supplier.
 */
party_tax_id: string,
/**
 * Its name.
 */
party: string,
/**
 * How much of it.
 */
quantity: Quantity,
/**
 * For how much each.
 */
price: Amount,
/**
 * For how much in all.
 */
total: Amount,
/**
 * What it cost.
 */
cost: Amount, };

/**
 * What a document, and so each of its movements, counts for.
 */
export type MovementState = "posted" | "draft" | "voided" | "gone";

/**
 * The two sources of movements. Their keys are independent of each other.
 */
export type MovementStream = "line" | "transfer";

/**
 * What to export.
 */
export type MovementsExport = {
/**
 * Where to.
 */
output: string,
/**
 * As what; by the file's extension when left out.
 */
format?: ExportFormat | null,
/**
 * Replace a file that is there.
 */
overwrite?: boolean,
/**
 * `NIT` or `NIT:YEAR` each.
 */
companies?: Array<string>,
/**
 * A part of the article's code or description, of the document's number, or of the party's name,
 * whatever the case and the accents.
 */
text?: string,
/**
 * First day.
 */
from?: string | null,
/**
 * Last day, included.
 */
to?: string | null,
/**
 * Codes of documents; none for all.
 */
doc_types?: Array<string>,
/**
 * What documents count for; none for all but the deleted ones.
 */
states?: Array<MovementState>,
/**
 * Lines of documents or transfers between warehouses; both when left out.
 */
stream?: MovementStream | null,
/**
 * Codes of articles; none for all.
 */
articles?: Array<string>,
/**
 * Codes of warehouses; none for all.
 */
places?: Array<string>,
/**
 * Tax ids of parties; none for all.
 */
parties?: Array<string>,
/**
 * By what; when left out, a page by day and a file in the order of the source.
 */
sort?: SortKey | null,
/**
 * Largest or newest first.
 */
descending?: boolean, };

/**
 * What was exported.
 */
export type MovementsExported = {
/**
 * Where to.
 */
output: string,
/**
 * Movements.
 */
rows: number, };

/**
 * What to bring.
 */
export type MovementsExtract = {
/**
 * `NIT` or `NIT:YEAR` each; none for all active ones.
 */
companies?: Array<string>,
/**
 * First day; with `to`, only documents of those days.
 */
from?: string | null,
/**
 * Last day, included.
 */
to?: string | null,
/**
 * Read everything again.
 */
force?: boolean,
/**
 * Compare every page with the source.
 */
audit?: boolean, };

/**
 * Which part of which movements.
 */
export type MovementsPage = {
/**
 * Rows before the first one that is wanted.
 */
offset?: number,
/**
 * At most so many, 1000 at most; 100 when left out.
 */
limit?: number | null,
/**
 * `NIT` or `NIT:YEAR` each.
 */
companies?: Array<string>,
/**
 * A part of the article's code or description, of the document's number, or of the party's name,
 * whatever the case and the accents.
 */
text?: string,
/**
 * First day.
 */
from?: string | null,
/**
 * Last day, included.
 */
to?: string | null,
/**
 * Codes of documents; none for all.
 */
doc_types?: Array<string>,
/**
 * What documents count for; none for all but the deleted ones.
 */
states?: Array<MovementState>,
/**
 * Lines of documents or transfers between warehouses; both when left out.
 */
stream?: MovementStream | null,
/**
 * Codes of articles; none for all.
 */
articles?: Array<string>,
/**
 * Codes of warehouses; none for all.
 */
places?: Array<string>,
/**
 * Tax ids of parties; none for all.
 */
parties?: Array<string>,
/**
 * By what; when left out, a page by day and a file in the order of the source.
 */
sort?: SortKey | null,
/**
 * Largest or newest first.
 */
descending?: boolean, };

/**
 * A part of a table.
 */
export type MovementsRows = {
/**
 * Rows before the first one.
 */
offset: number,
/**
 * The rows.
 */
rows: Array<Movement>,
/**
 * How many there are in all, and what they amount to.
 */
totals: MovementsTotals, };

/**
 * What a selection amounts to.
 */
export type MovementsTotals = {
/**
 * Movements.
 */
rows: number,
/**
 * Sum of quantities.
 */
quantity: Quantity,
/**
 * Sum of totals.
 */
total: Amount,
/**
 * Sum of costs.
 */
cost: Amount, };

/**
 * A certificate.
 */
export type NetworkCertificate = {
/**
 * Whose it is.
 */
subject: string,
/**
 * Who issued it.
 */
issuer: string,
/**
 * First moment of its time.
 */
valid_from: string,
/**
 * Last moment of its time.
 */
valid_to: string, };

/**
 * An address to be tried.
 */
export type NetworkTest = {
/**
 * `https://api.siigo.com`.
 */
url: string, };

/**
 * What trying an address found.
 */
export type NetworkTested = {
/**
 * The address, without its query.
 */
url: string,
/**
 * Whether something answered there, and may be trusted.
 */
reachable: boolean,
/**
 * The status that it answered with.
 */
status: number | null,
/**
 * How the connection is encrypted; none before there was one, and for plain HTTP.
 */
tls: NetworkTls | null,
/**
 * How long it took.
 */
milliseconds: number,
/**
 * Why it failed, and what to do.
 */
error: ErrorView | null, };

/**
 * How a connection is encrypted, and who vouches for the other side.
 */
export type NetworkTls = {
/**
 * `TLS 1.3`; empty when the certificate was refused before that was settled.
 */
version: string,
/**
 * Whether this machine trusts the certificate.
 */
trusted: boolean,
/**
 * Who issued the server's certificate: also where that is an antivirus or a proxy of the office.
 */
issuer: string,
/**
 * The hosts that it is for.
 */
names: Array<string>,
/**
 * As the server sent them, its own first.
 */
chain: Array<NetworkCertificate>, };

/**
 * A request without fields.
 */
export type Nothing = Record<string, never>;

/**
 * The picture.
 */
export type Overview = {
/**
 * What an office sets up, in its order.
 */
steps: Array<SetUpStep>,
/**
 * What needs a person, the gravest first, at most fifty.
 */
attention: Array<Matter>,
/**
 * The last synchronisation of everything.
 */
sync: SyncState | null,
/**
 * The companies that were extracted last.
 */
companies: Array<LastRun>,
/**
 * Numbers, for the rail.
 */
counts: OverviewCounts, };

/**
 * Numbers, for the rail.
 */
export type OverviewCounts = {
/**
 * Registered servers.
 */
servers: number,
/**
 * Active companies.
 */
companies: number,
/**
 * Movements held.
 */
movements: number,
/**
 * Jobs that run.
 */
running: number,
/**
 * Jobs that wait.
 */
waiting: number,
/**
 * Matters of each tab.
 */
attention_companies: number,
/**
 * See `Counts::attention_companies`.
 */
attention_servers: number,
/**
 * See `Counts::attention_companies`.
 */
attention_activity: number,
/**
 * See `Counts::attention_companies`.
 */
attention_settings: number, };

/**
 * What was left out of a panel.
 */
export type PanelNotes = {
/**
 * Cells without a date.
 */
undated: number,
/**
 * Cells of the running month or later.
 */
not_over: number,
/**
 * Cells of years that can't be.
 */
impossible: number,
/**
 * Months in which more was returned than sold: they count as zero.
 */
negative_months: number,
/**
 * Codes that differ from another in case or in outer spaces only: they were joined.
 */
joined_codes: number,
/**
 * Articles that were never sold, returns deducted.
 */
never_sold: number, };

/**
 * What a warehouse holds, as far as demand is concerned.
 */
export type PlaceFlag = "es_implante" | "es_instrumental" | "es_equipo_poder";

/**
 * A rule: warehouses whose name fits the pattern hold this.
 */
export type PlaceRule = {
/**
 * As in SQL's LIKE: `%` is any text, `_` any character. Capitals and small letters are alike.
 */
pattern: string,
/**
 * What it means.
 */
flag: PlaceFlag,
/**
 * Whether the pattern is known to catch names that it should not.
 */
fragile?: boolean,
/**
 * Why, for whoever edits the rules.
 */
note?: string, };

/**
 * How far a long piece of work is.
 */
export type Progress = {
/**
 * What is being done now, as the key of a text (`documents`, `lines`, `proof`), never a sentence.
 */
stage: string,
/**
 * Units done, usually rows.
 */
done: number,
/**
 * Units expected in all, when that is known.
 */
total: number | null,
/**
 * What the stage speaks of (a company, a file), shown as it is.
 */
subject?: string,
/**
 * Further counts by name (`inserted`, `updated`), for the details view.
 */
counts?: { [key in string]: number }, };

/**
 * The proof of one run.
 */
export type Proof = {
/**
 * How much the server was asked.
 */
level: ProofLevel,
/**
 * When.
 */
taken_at: string,
/**
 * Whether nothing differs.
 */
holds: boolean,
/**
 * What differs, for technicians, at most the first five.
 */
differences: string,
/**
 * Whole tables.
 */
tables: Array<ProofLine>,
/**
 * By document type, month and state.
 */
groups: Array<ProofLine>, };

/**
 * Counts and sums of some rows.
 */
export type ProofFigures = {
/**
 * Rows.
 */
rows: number,
/**
 * Sum of quantities.
 */
quantity: Quantity,
/**
 * Sum of totals.
 */
total: Amount,
/**
 * Sum of costs.
 */
cost: Amount, };

/**
 * How much the server was asked to do.
 */
export type ProofLevel = "totals" | "deep";

/**
 * One line of a proof: what the source holds, and what is here.
 */
export type ProofLine = {
/**
 * The whole table, `documents`, `lines` or `transfers`; empty where it is about one kind of documents.
 */
table: string,
/**
 * Code of the documents.
 */
doc_type: string,
/**
 * `2026-11`; empty without a date and for whole tables.
 */
month: string,
/**
 * What the documents count for; none for whole tables.
 */
state: MovementState | null,
/**
 * At the source.
 */
source: ProofFigures,
/**
 * In the warehouse.
 */
warehouse: ProofFigures,
/**
 * Whether both are the same.
 */
equal: boolean, };

/**
 * How Puente gets out to the network.
 */
export type Proxy = {
/**
 * Whether, and which one.
 */
mode: ProxyMode,
/**
 * `http://10.0.0.1:3128`, without user and password; for `manual`.
 */
url: string,
/**
 * Who logs in to it; empty when nobody has to.
 */
user: string, };

/**
 * Whether to go through a proxy.
 */
export type ProxyMode = "system" | "none" | "manual";

/**
 * A quantity of goods as an exact decimal text: `"1.500000"`.
 */
export type Quantity = string;

/**
 * The jobs that followed from one.
 */
export type Queued = {
/**
 * Their numbers.
 */
jobs: Array<number>, };

/**
 * A daily window in the office's time zone, which may pass midnight.
 */
export type QuietHours = {
/**
 * First minute, `HH:MM`.
 */
from: string,
/**
 * First minute after it, `HH:MM`.
 */
to: string,
/**
 * IANA zone, `America/Bogota`.
 */
zone: string, };

/**
 * Names a profile.
 */
export type RulesOf = {
/**
 * `tns`.
 */
profile: string, };

/**
 * New rules for a profile.
 */
export type RulesSet = {
/**
 * `tns`.
 */
profile: string,
/**
 * `PATTERN=FLAG` each; the first one that fits decides.
 */
rules: Array<string>, };

/**
 * A run, as it is kept.
 */
export type Run = {
/**
 * The company-year.
 */
company_id: number,
/**
 * The job that ran.
 */
job_id: string,
/**
 * How it went about it.
 */
mode: ExtractMode,
/**
 * When it began.
 */
started_at: string,
/**
 * When it ended.
 */
finished_at: string,
/**
 * Rows that the server sent.
 */
rows_read: number,
/**
 * Movements that were new.
 */
inserted: number,
/**
 * Movements that were different.
 */
updated: number,
/**
 * Movements that were deleted at the source.
 */
removed: number,
/**
 * The rest.
 */
notes: RunNotes, };

/**
 * What else is worth knowing of a run.
 */
export type RunNotes = {
/**
 * Columns and tables that the profile names and the database lacks, or that are new; readable.
 */
schema: Array<string>,
/**
 * Texts whose bytes had to be replaced.
 */
replaced_texts: number,
/**
 * Transaction counters of the server before the run.
 */
counters_before: { [key in string]: number },
/**
 * And after it.
 */
counters_after: { [key in string]: number },
/**
 * Statements that were sent.
 */
statements: number, };

/**
 * A list that has views.
 */
export type SavedList = "companies" | "movements" | "jobs";

/**
 * Names a view.
 */
export type SavedNamed = {
/**
 * Of which list.
 */
list: SavedList,
/**
 * Its name.
 */
name: string, };

/**
 * Asks for the views of a list.
 */
export type SavedOf = {
/**
 * Which one.
 */
list: SavedList, };

/**
 * A view to be kept.
 */
export type SavedSave = {
/**
 * Of which list.
 */
list: SavedList,
/**
 * Its name, 60 characters at most; one that is there already is replaced.
 */
name: string,
/**
 * What the list shows.
 */
shows: Record<string, unknown>, };

/**
 * A view with its name.
 */
export type SavedView = {
/**
 * Unique within its list.
 */
name: string,
/**
 * What the list shows, in the list's own words.
 */
shows: Record<string, unknown>, };

/**
 * A schedule.
 */
export type Schedule = {
/**
 * Its name.
 */
name: string,
/**
 * What it does.
 */
work: ScheduledWork,
/**
 * How often.
 */
cadence: Every,
/**
 * The same as a cron pattern.
 */
cron: string,
/**
 * The zone in which it is read.
 */
zone: string,
/**
 * Whether a run that was missed, because Puente was not open, is made up for.
 */
catch_up: boolean,
/**
 * Whether it runs at all.
 */
enabled: boolean,
/**
 * When it runs next.
 */
next_run: string | null,
/**
 * When it ran last.
 */
last_run: string | null,
/**
 * That job, as far as it is kept.
 */
last_job: Job | null, };

/**
 * Names a schedule.
 */
export type ScheduleNamed = {
/**
 * Its name.
 */
name: string, };

/**
 * A cadence to be looked at.
 */
export type SchedulePreview = {
/**
 * How often.
 */
cadence: Every,
/**
 * IANA name of its zone; that of the settings when left out.
 */
zone?: string | null, };

/**
 * When a cadence would run.
 */
export type ScheduleRuns = {
/**
 * As a cron pattern.
 */
cron: string,
/**
 * The next runs.
 */
next: Array<string>, };

/**
 * A schedule to be put in place; one of that name is replaced.
 */
export type ScheduleSet = {
/**
 * Its name.
 */
name: string,
/**
 * What it does.
 */
work: ScheduledWork,
/**
 * How often.
 */
cadence: Every,
/**
 * IANA name of its zone; that of the settings when left out.
 */
zone?: string | null,
/**
 * Whether a run that was missed is made up for: yes, when left out.
 */
catch_up?: boolean | null,
/**
 * Whether it runs at all: yes, when left out.
 */
enabled?: boolean | null, };

/**
 * What a schedule does.
 */
export type ScheduledWork = "sync" | "prove" | "backup" | "tidy" | "forecast" | "other";

/**
 * All schedules, and those that are worth having.
 */
export type Schedules = {
/**
 * By name.
 */
rows: Array<Schedule>,
/**
 * What no schedule does yet: each can be set as it is.
 */
proposed: Array<ScheduleSet>, };

/**
 * Errors over many series. Those that cannot be told are absent.
 */
export type Scores = {
/**
 * Months that were compared.
 */
months: number,
/**
 * Mean absolute error, in units.
 */
mae: number | null,
/**
 * Root of the mean squared error, in units.
 */
rmse: number | null,
/**
 * Coefficient of determination over all months. Says little where most months are zero.
 */
r2: number | null,
/**
 * Mean over series of the absolute error divided by that of "as last month" in the history.
 */
mase: number | null,
/**
 * Mean over series of the root squared error divided by that of "as last month" in the history.
 */
rmsse: number | null,
/**
 * Sum of absolute errors, divided by what was sold.
 */
wape: number | null,
/**
 * Absolute errors of each series' total over the months ahead, divided by what was sold.
 */
total_error: number | null,
/**
 * Forecast in all, divided by what was sold, less one: above zero is too much.
 */
bias: number | null,
/**
 * The part of the months within the interval of 80 %.
 */
coverage: number | null, };

/**
 * A registered server, as it is shown.
 */
export type Server = {
/**
 * Its number.
 */
id: number,
/**
 * Unique, as people call it.
 */
name: string,
/**
 * What it is.
 */
kind: ServerKind,
/**
 * Host name or address; empty for files.
 */
host: string,
/**
 * TCP port; 0 for files.
 */
port: number,
/**
 * Login; empty for files.
 */
user: string,
/**
 * Whether a password is kept for it.
 */
has_password: boolean,
/**
 * Database that lists the companies; the folder for files.
 */
master: string,
/**
 * Name of the ERP profile.
 */
profile: string,
/**
 * The rest.
 */
options: ServerOptions,
/**
 * When the last contact was.
 */
checked_at: string | null,
/**
 * Why the last contact failed; none when it went well.
 */
last_error: ErrorView | null,
/**
 * What a technician should know, as `Tested::warnings` of the last test.
 */
warnings: Array<string>, };

/**
 * A server to be registered. The password is taken in and never given out.
 */
export type ServerAdd = {
/**
 * Its password; not for files.
 */
password?: string | null,
/**
 * Save it without a test.
 */
no_test?: boolean,
/**
 * See `Server::name`.
 */
name: string,
/**
 * See `Server::kind`.
 */
kind: ServerKind,
/**
 * See `Server::host`.
 */
host: string,
/**
 * See `Server::port`.
 */
port: number,
/**
 * See `Server::user`.
 */
user: string,
/**
 * See `Server::master`.
 */
master: string,
/**
 * See `Server::profile`.
 */
profile: string,
/**
 * See `Server::options`.
 */
options?: ServerOptions, };

/**
 * What is to be changed of a server; what is left out stays.
 */
export type ServerEdit = {
/**
 * Its name or its number.
 */
server: string, name?: string | null, host?: string | null, port?: number | null, user?: string | null, master?: string | null, profile?: string | null, options?: ServerOptions | null,
/**
 * A new password.
 */
password?: string | null,
/**
 * Save it without a test.
 */
no_test?: boolean, };

/**
 * A database and the server that has it open.
 */
export type ServerInfo = {
/**
 * Kind of server: `Firebird`.
 */
engine: string,
/**
 * Version of the server: `3.0.11`.
 */
version: string,
/**
 * Version of the file's structure: `12.0`.
 */
file_version: string,
/**
 * SQL dialect of the database (1 or 3).
 */
dialect: number,
/**
 * Default charset of the database; `NONE` when it has none.
 */
charset: string,
/**
 * Who is logged in, as the server sees it.
 */
user: string,
/**
 * Whether that user may do anything (owner of the server).
 */
is_superuser: boolean,
/**
 * Whether the database is open for reading only, for everyone.
 */
database_read_only: boolean,
/**
 * Whether this connection is encrypted; `None` when the server does not say.
 */
encrypted: boolean | null,
/**
 * Name of that encryption, when the server says.
 */
encryption: string | null,
/**
 * Page size in bytes.
 */
page_size: number,
/**
 * How the connection is made: `pure` or the client library's path.
 */
driver: string,
/**
 * Path of the database as the server sees it.
 */
path: string,
/**
 * When this copy of the database was made (created or restored), as the server writes it.
 */
created_at: string,
/**
 * Counters of the server by name, for comparing before and after: `oldest_interesting`,
 * `oldest_active`, `oldest_snapshot`, `next` for transactions.
 */
counters: { [key in string]: number }, };

/**
 * What a server is.
 */
export type ServerKind = "firebird" | "files";

/**
 * Names a server.
 */
export type ServerNamed = {
/**
 * Its name or its number.
 */
server: string, };

/**
 * What a technician may set beyond the address; every field has a sensible default.
 */
export type ServerOptions = {
/**
 * Charset of texts that the database itself declares as NONE; empty = the profile's.
 */
charset?: string | null,
/**
 * SQL dialect, 1 or 3; empty = ask the database.
 */
dialect?: number | null,
/**
 * Seconds to wait for a connection, 1 to 120.
 */
connect_seconds: number,
/**
 * Seconds without a byte from the server until it counts as dead, 1 to 3600.
 */
answer_seconds: number,
/**
 * Most rows a second to ask of the server; empty = as fast as it gives them.
 */
rows_per_second?: number | null,
/**
 * Hours in which nothing is read.
 */
quiet_hours?: QuietHours | null,
/**
 * Path of the vendor's client library, for servers that the built-in driver can't log in to.
 */
client_library?: string | null, };

/**
 * What a test of a connection found.
 */
export type ServerTested = {
/**
 * What the server says about itself; nothing for files.
 */
info: ServerInfo | null,
/**
 * Companies that the master database lists.
 */
companies: number,
/**
 * What a technician should know, by stable name: `superuser`, `default_password`,
 * `unencrypted`.
 */
warnings: Array<string>, };

/**
 * A server to be tested, which need not be registered.
 */
export type ServerTry = {
/**
 * Its password; not for files.
 */
password?: string | null,
/**
 * Number of the registered server whose kept password is used where none is given.
 */
kept_of?: number | null,
/**
 * See `Server::name`.
 */
name: string,
/**
 * See `Server::kind`.
 */
kind: ServerKind,
/**
 * See `Server::host`.
 */
host: string,
/**
 * See `Server::port`.
 */
port: number,
/**
 * See `Server::user`.
 */
user: string,
/**
 * See `Server::master`.
 */
master: string,
/**
 * See `Server::profile`.
 */
profile: string,
/**
 * See `Server::options`.
 */
options?: ServerOptions, };

/**
 * A step of setting up.
 */
export type SetUpStep = {
/**
 * Which one.
 */
step: SetUpStepName,
/**
 * Whether it is done.
 */
done: boolean,
/**
 * Whether it is the one to do now.
 */
next: boolean, };

/**
 * The steps, in their order.
 */
export type SetUpStepName = "server" | "tested" | "companies" | "extracted" | "schedule" | "backup";

/**
 * What is to be changed; what is left out stays.
 */
export type SettingsChange = { lang?: Lang | null, theme?: Theme | null, zone?: string | null, country?: string | null, close?: CloseBehaviour | null, autostart?: boolean | null, notifications?: boolean | null, start?: StartChoice | null, proxy?: Proxy | null,
/**
 * A new password for the proxy; an empty one forgets it.
 */
proxy_password?: string | null,
/**
 * An empty text goes back to the operating system's certificates alone.
 */
extra_ca?: string | null, backups?: BackupsKept | null, };

/**
 * Settings, as they are shown.
 */
export type SettingsView = {
/**
 * Whether a password for the proxy is kept.
 */
has_proxy_password: boolean,
/**
 * Language of the interface.
 */
lang: Lang,
/**
 * Light or dark.
 */
theme: Theme,
/**
 * IANA name of the office's zone: `America/Bogota`.
 */
zone: string,
/**
 * ISO 3166 code of its country, which says how dates and money are written: `CO`.
 */
country: string,
/**
 * What closing the window does.
 */
close: CloseBehaviour,
/**
 * Whether Puente is to start with the session.
 */
autostart: boolean,
/**
 * Whether the desktop is told when long work ends while the window is hidden.
 */
notifications: boolean,
/**
 * What Puente opens when it starts.
 */
start: StartChoice,
/**
 * How it gets out to the network.
 */
proxy: Proxy,
/**
 * A file with certificates that are trusted besides those of the operating system.
 */
extra_ca: string | null,
/**
 * Backups that are kept.
 */
backups: BackupsKept, };

/**
 * How an error is to be taken.
 */
export type Severity = "warning" | "neutral" | "failure";

/**
 * Why a listed company was left out.
 */
export type SkipReason = { "kind": "on_another_server",
/**
 * Its name.
 */
server: string, } | { "kind": "listed_twice",
/**
 * Code of the one that counts.
 */
code: string, } | { "kind": "bad_nit",
/**
 * Why, as the key of a word in the catalogue of errors.
 */
reason: string, } | { "kind": "bad_year" } | { "kind": "no_location" };

/**
 * A listed company that was left out, and why.
 */
export type Skipped = {
/**
 * Code in the ERP.
 */
code: string,
/**
 * Legal name.
 */
name: string,
/**
 * NIT as written.
 */
nit: string,
/**
 * Fiscal year as written.
 */
year: string,
/**
 * Why.
 */
reason: SkipReason, };

/**
 * What a page of movements is sorted by. Ties are broken by company, stream and line key.
 */
export type SortKey = "day" | "article" | "quantity" | "total" | "cost" | "line";

/**
 * What Puente opens when it starts.
 */
export type StartChoice = "none" | "office" | "demo";

/**
 * The advice for one article, in its unit.
 */
export type StockAdvice = {
/**
 * Order when what there is and what is on its way falls to this.
 */
reorder_point: number,
/**
 * The part of it that is there for surprises.
 */
safety_stock: number,
/**
 * Expected demand a month.
 */
monthly_demand: number,
/**
 * Standard deviation of a month's demand around its forecast.
 */
deviation: number,
/**
 * Months from order to arrival.
 */
lead_months: number,
/**
 * Standard deviations that the service level asks for.
 */
z: number, };

/**
 * What is in the warehouse.
 */
export type Summary = {
/**
 * Companies with movements.
 */
companies: Array<Company>,
/**
 * Movements that are not gone.
 */
movements: number,
/**
 * Of those, posted ones.
 */
posted: number,
/**
 * By month, oldest first.
 */
months: Array<MonthRow>,
/**
 * By kind and state.
 */
types: Array<TypeRow>,
/**
 * Articles that sold most.
 */
top: Array<TopArticle>,
/**
 * Where the data is.
 */
warehouse: string, };

/**
 * What to summarise.
 */
export type SummaryOf = {
/**
 * `NIT` or `NIT:YEAR` each; none for all.
 */
companies?: Array<string>,
/**
 * First month.
 */
from?: Month | null,
/**
 * Last month, included.
 */
to?: Month | null,
/**
 * How many articles to rank.
 */
top?: number, };

/**
 * Result of `SYNC`.
 */
export type SyncReport = {
/**
 * What the list gave.
 */
found: DiscoverReport,
/**
 * The extractions that were queued, or were waiting already: numbers of jobs.
 */
queued: Array<number>, };

/**
 * How a synchronisation of everything goes, or went.
 */
export type SyncState = {
/**
 * Its first job.
 */
job_id: number,
/**
 * When it began.
 */
started_at: string,
/**
 * When the last of its jobs ended; none while one goes on.
 */
finished_at: string | null,
/**
 * Jobs that it is made of, as far as they are known by now.
 */
jobs: number,
/**
 * Of those: ended well.
 */
done: number,
/**
 * Ended badly, or cancelled.
 */
failed: number,
/**
 * Running or waiting.
 */
left: number,
/**
 * Companies that are up to date.
 */
companies: number,
/**
 * Movements that were new, different or deleted.
 */
changes: number, };

/**
 * Where a matter is put right.
 */
export type Tab = "companies" | "servers" | "activity" | "settings";

/**
 * What a command reads or changes, for caches of the interface.
 */
export type Tag = "servers" | "companies" | "movements" | "proofs" | "rules" | "jobs" | "backups" | "schedules" | "settings" | "saved" | "audit" | "forecasts";

/**
 * Light or dark.
 */
export type Theme = "system" | "light" | "dark";

/**
 * What was tidied up.
 */
export type Tidied = {
/**
 * Old jobs that were dropped.
 */
jobs: number,
/**
 * Rows of the warehouse that nobody saw any more.
 */
rows: number,
/**
 * Bytes given back to the disk.
 */
bytes: number, };

/**
 * An article over several companies and months.
 */
export type TopArticle = {
/**
 * Its code.
 */
code: string,
/**
 * Its description.
 */
description: string,
/**
 * In what it is counted.
 */
unit: string,
/**
 * Movements.
 */
movements: number,
/**
 * How much of it.
 */
quantity: Quantity,
/**
 * Its value.
 */
total: Amount, };

/**
 * Movements of one kind of documents, over all months.
 */
export type TypeRow = {
/**
 * The ERP's code.
 */
doc_type: string,
/**
 * What it means.
 */
meaning: DocumentMeaning,
/**
 * What its documents count for.
 */
state: MovementState,
/**
 * Movements.
 */
movements: number,
/**
 * Value.
 */
total: Amount, };

/**
 * How a model compares with "the same as last year".
 */
export type Verdict = "better" | "same" | "worse" | "unknown";

/** Every command with its request and its response. */
export type Commands = {
  "overview": { request: Nothing; response: Overview };
  "about": { request: Nothing; response: About };
  "servers.list": { request: Nothing; response: Array<Server> };
  "servers.add": { request: ServerAdd; response: Server };
  "servers.test": { request: ServerNamed; response: ServerTested };
  "servers.try": { request: ServerTry; response: ServerTested };
  "servers.edit": { request: ServerEdit; response: Server };
  "servers.remove": { request: ServerNamed; response: Server };
  "servers.grants": { request: GrantsFor; response: Grants };
  "companies.list": { request: CompanySearch; response: Array<CompanyRow> };
  "companies.show": { request: CompanyNamed; response: Array<CompanyPage> };
  "companies.discover": { request: CompaniesDiscover; response: Array<Job> };
  "sync.all": { request: Nothing; response: Array<Job> };
  "movements.extract": { request: MovementsExtract; response: Array<Job> };
  "movements.page": { request: MovementsPage; response: MovementsRows };
  "movements.status": { request: Nothing; response: Array<CompanyRow> };
  "movements.summary": { request: SummaryOf; response: Summary };
  "movements.prove": { request: CompaniesSelected; response: Array<Job> };
  "movements.proof": { request: CompaniesSelected; response: Array<CompanyProof> };
  "movements.export": { request: MovementsExport; response: MovementsExported };
  "rules.list": { request: RulesOf; response: Array<PlaceRule> };
  "rules.set": { request: RulesSet; response: Array<PlaceRule> };
  "rules.reset": { request: RulesOf; response: Array<PlaceRule> };
  "jobs.list": { request: JobSearch; response: Array<Job> };
  "jobs.page": { request: JobsPageOf; response: JobsRows };
  "jobs.show": { request: JobNamed; response: JobPage };
  "jobs.cancel": { request: JobNamed; response: Job };
  "jobs.retry": { request: JobNamed; response: Job };
  "schedules.list": { request: Nothing; response: Schedules };
  "schedules.set": { request: ScheduleSet; response: Schedule };
  "schedules.remove": { request: ScheduleNamed; response: Schedule };
  "schedules.run": { request: ScheduleNamed; response: Array<Job> };
  "schedules.preview": { request: SchedulePreview; response: ScheduleRuns };
  "backup.create": { request: Nothing; response: Array<Job> };
  "backup.list": { request: Nothing; response: Array<Backup> };
  "backup.verify": { request: BackupNamed; response: BackupVerified };
  "backup.restore": { request: BackupNamed; response: BackupRestored };
  "settings.get": { request: Nothing; response: SettingsView };
  "settings.set": { request: SettingsChange; response: SettingsView };
  "saved.list": { request: SavedOf; response: Array<SavedView> };
  "saved.save": { request: SavedSave; response: Array<SavedView> };
  "saved.remove": { request: SavedNamed; response: Array<SavedView> };
  "network.test": { request: NetworkTest; response: NetworkTested };
  "audit.list": { request: AuditSearch; response: Array<AuditEntry> };
  "audit.page": { request: AuditPageOf; response: AuditRows };
  "doctor": { request: Nothing; response: Array<DoctorCheck> };
  "forecast.offices": { request: Nothing; response: Array<ForecastOffice> };
  "forecast.train": { request: ForecastTrain; response: Array<Job> };
  "forecast.models": { request: ForecastModels; response: Array<ForecastModelRow> };
  "forecast.activate": { request: ForecastModelNamed; response: ForecastModelRow };
  "forecast.remove": { request: ForecastModelNamed; response: Array<ForecastModelRow> };
  "forecast.articles": { request: ForecastSearch; response: ForecastArticles };
  "forecast.article": { request: ForecastArticleNamed; response: ForecastArticlePage };
  "forecast.predict": { request: ForecastPredict; response: ForecastPrediction };
  "forecast.export": { request: ForecastExport; response: ForecastExported };
  "diagnostics.export": { request: DiagnosticsTo; response: DiagnosticsWritten };
};

export type CommandName = keyof Commands;

/** What a command reads and makes stale, whether its answer comes before the work, and whether the host opens its data anew after it. */
export const COMMANDS: Record<CommandName, { reads: Tag[]; changes: Tag[]; startsJob: boolean; reopens: boolean }> = {
  "overview": { reads: ["servers","companies","movements","proofs","jobs","backups","schedules"], changes: [], startsJob: false, reopens: false },
  "about": { reads: [], changes: [], startsJob: false, reopens: false },
  "servers.list": { reads: ["servers"], changes: [], startsJob: false, reopens: false },
  "servers.add": { reads: [], changes: ["servers","audit"], startsJob: false, reopens: false },
  "servers.test": { reads: [], changes: ["servers"], startsJob: false, reopens: false },
  "servers.try": { reads: [], changes: [], startsJob: false, reopens: false },
  "servers.edit": { reads: [], changes: ["servers","audit"], startsJob: false, reopens: false },
  "servers.remove": { reads: [], changes: ["servers","companies","movements","proofs","audit"], startsJob: false, reopens: false },
  "servers.grants": { reads: ["servers"], changes: [], startsJob: false, reopens: false },
  "companies.list": { reads: ["companies","movements","proofs"], changes: [], startsJob: false, reopens: false },
  "companies.show": { reads: ["companies","movements","proofs"], changes: [], startsJob: false, reopens: false },
  "companies.discover": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "sync.all": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "movements.extract": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "movements.page": { reads: ["movements"], changes: [], startsJob: false, reopens: false },
  "movements.status": { reads: ["companies","movements","proofs"], changes: [], startsJob: false, reopens: false },
  "movements.summary": { reads: ["movements"], changes: [], startsJob: false, reopens: false },
  "movements.prove": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "movements.proof": { reads: ["proofs"], changes: [], startsJob: false, reopens: false },
  "movements.export": { reads: ["movements"], changes: ["audit"], startsJob: false, reopens: false },
  "rules.list": { reads: ["rules"], changes: [], startsJob: false, reopens: false },
  "rules.set": { reads: [], changes: ["rules","audit"], startsJob: false, reopens: false },
  "rules.reset": { reads: [], changes: ["rules","audit"], startsJob: false, reopens: false },
  "jobs.list": { reads: ["jobs"], changes: [], startsJob: false, reopens: false },
  "jobs.page": { reads: ["jobs"], changes: [], startsJob: false, reopens: false },
  "jobs.show": { reads: ["jobs"], changes: [], startsJob: false, reopens: false },
  "jobs.cancel": { reads: [], changes: ["jobs","audit"], startsJob: false, reopens: false },
  "jobs.retry": { reads: [], changes: ["jobs","audit"], startsJob: false, reopens: false },
  "schedules.list": { reads: ["schedules"], changes: [], startsJob: false, reopens: false },
  "schedules.set": { reads: [], changes: ["schedules","audit"], startsJob: false, reopens: false },
  "schedules.remove": { reads: [], changes: ["schedules","audit"], startsJob: false, reopens: false },
  "schedules.run": { reads: [], changes: ["jobs","audit"], startsJob: true, reopens: false },
  "schedules.preview": { reads: ["settings"], changes: [], startsJob: false, reopens: false },
  "backup.create": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "backup.list": { reads: ["backups"], changes: [], startsJob: false, reopens: false },
  "backup.verify": { reads: [], changes: [], startsJob: false, reopens: false },
  "backup.restore": { reads: [], changes: [], startsJob: false, reopens: true },
  "settings.get": { reads: ["settings"], changes: [], startsJob: false, reopens: false },
  "settings.set": { reads: [], changes: ["settings","schedules","audit"], startsJob: false, reopens: false },
  "saved.list": { reads: ["saved"], changes: [], startsJob: false, reopens: false },
  "saved.save": { reads: [], changes: ["saved"], startsJob: false, reopens: false },
  "saved.remove": { reads: [], changes: ["saved"], startsJob: false, reopens: false },
  "network.test": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "audit.list": { reads: ["audit"], changes: [], startsJob: false, reopens: false },
  "audit.page": { reads: ["audit"], changes: [], startsJob: false, reopens: false },
  "doctor": { reads: [], changes: [], startsJob: false, reopens: false },
  "forecast.offices": { reads: ["companies","movements","forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.train": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "forecast.models": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.activate": { reads: [], changes: ["forecasts","audit"], startsJob: false, reopens: false },
  "forecast.remove": { reads: [], changes: ["forecasts","audit"], startsJob: false, reopens: false },
  "forecast.articles": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.article": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.predict": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.export": { reads: ["forecasts"], changes: ["audit"], startsJob: false, reopens: false },
  "diagnostics.export": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
};
