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
 * The attempts of sales, into a file.
 */
export type AttemptsExport = {
/**
 * Of which sales.
 */
filter?: SalesFilter,
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
overwrite?: boolean, };

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
 * Result of `BILLS`.
 */
export type BillsRead = {
/**
 * Lines that were read.
 */
lines: number,
/**
 * Months that are not whole yet.
 */
partial: number,
/**
 * Whether the channel does not let bills be read.
 */
forbidden: boolean, };

/**
 * A seller, a warehouse or a cost centre.
 */
export type CatalogueEntry = {
/**
 * The ledger's number of it.
 */
id: number,
/**
 * Its code; empty where it has none.
 */
code: string,
/**
 * What it is called.
 */
name: string,
/**
 * Whether it may be used.
 */
active: boolean, };

/**
 * Result of `CATALOGUE`.
 */
export type CatalogueFetched = {
/**
 * Products in it.
 */
products: number, };

/**
 * How sure an amount is.
 */
export type Certainty = "estimated" | "billed" | "stated";

/**
 * How changed rows of a database are found.
 */
export type ChangesBy = "tracking" | "row_version" | "mixed" | "overlap";

/**
 * An authorisation that a person finishes in the browser.
 */
export type ChannelBegun = {
/**
 * The account.
 */
channel: number,
/**
 * The page to open.
 */
url: string,
/**
 * Where the browser ends up: that address, as a whole, is what `Finish` wants.
 */
redirect_uri: string, };

/**
 * Begins to connect an account: the office's own application in the channel.
 */
export type ChannelConnect = {
/**
 * As people call it; one that is there is authorised again.
 */
name: string,
/**
 * `MCO`, `MLA`, `MLC`, `MLM`...
 */
site: string,
/**
 * Number of the application.
 */
client_id: string,
/**
 * Its secret; the one that is kept when left out.
 */
client_secret?: string | null,
/**
 * As it is registered with the application, to the letter.
 */
redirect_uri: string,
/**
 * Where its invoices go: name or number of a ledger.
 */
ledger?: string | null,
/**
 * `https://api.mercadolibre.com` when left out.
 */
api_url?: string | null,
/**
 * That of the site when left out.
 */
auth_url?: string | null, };

/**
 * Ends an authorisation.
 */
export type ChannelFinish = {
/**
 * Its name or its number.
 */
channel: string,
/**
 * The whole address that the browser was sent back to.
 */
redirected: string, };

/**
 * Names a channel account.
 */
export type ChannelNamed = {
/**
 * Its name or its number.
 */
channel: string, };

/**
 * Changes where an account's invoices go, and how.
 */
export type ChannelSet = {
/**
 * Its name or its number.
 */
channel: string,
/**
 * Name or number of a ledger; the one that stands when left out.
 */
ledger?: string | null,
/**
 * All rules; those that stand when left out.
 */
rules?: SaleRules | null, };

/**
 * Where a channel account stands.
 */
export type ChannelState = "pending" | "connected" | "lost" | "removed";

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
 * What an amount is for.
 */
export type CostKind = "sale_fee" | "freight" | "withheld" | "sales_tax" | "product" | "own";

/**
 * One amount that a sale cost.
 */
export type CostLine = {
/**
 * What for.
 */
kind: CostKind,
/**
 * How much.
 */
amount: string,
/**
 * Where it comes from: `order`, `shipment`, `payment`, `bill`, `invoice`, `draft`, `csv`, `erp`, or the name of a rule.
 */
source: string,
/**
 * How sure it is.
 */
certainty: Certainty, };

/**
 * A cost of the office's own.
 */
export type CostRule = {
/**
 * What it is called, unique.
 */
name: string,
/**
 * Only of this channel account.
 */
channel_id?: number | null,
/**
 * By what it grows.
 */
kind: CostRuleKind,
/**
 * How much, zero or more.
 */
amount: string, };

/**
 * By what a cost grows.
 */
export type CostRuleKind = "per_sale" | "per_unit" | "percent";

/**
 * From where costs of a channel account are known.
 */
export type CostSource = {
/**
 * The channel account.
 */
channel_id: number,
/**
 * Its name.
 */
channel: string,
/**
 * Whose warehouse tells what goods cost; none where nobody has said.
 */
nit: string | null,
/**
 * When costs were last taken from there.
 */
taken_at: string | null,
/**
 * When bills of the channel were last read.
 */
billed_at: string | null,
/**
 * Orders whose fee is known from a bill.
 */
billed: number, };

/**
 * Says whose warehouse tells what the goods of a channel account cost.
 */
export type CostSourceSet = {
/**
 * The channel account's name or number.
 */
channel: string,
/**
 * All companies of this NIT; none forgets what was taken.
 */
nit?: string | null, };

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
 * How a type of document takes discounts.
 */
export type DiscountType = "percentage" | "value";

/**
 * What a discovery found, for the person who asked.
 */
export type DiscoverReport = {
/**
 * Rows of the list.
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
 * A type of document, with the rules that follow from it.
 */
export type DocumentType = {
/**
 * The ledger's number of it.
 */
id: number,
/**
 * Its code.
 */
code: string,
/**
 * What it is called.
 */
name: string,
/**
 * Whether it may be used.
 */
active: boolean,
/**
 * Whether the ledger numbers it: otherwise each invoice has to bring its number.
 */
automatic_number: boolean,
/**
 * The next number, where the ledger says it.
 */
next_number: number | null,
/**
 * Whether totals keep their cents.
 */
decimals: boolean,
/**
 * How discounts are given.
 */
discount_type: DiscountType,
/**
 * Whether a cost centre may be given.
 */
cost_center: boolean,
/**
 * Whether a cost centre has to be given.
 */
cost_center_mandatory: boolean,
/**
 * The cost centre that stands where none is given.
 */
cost_center_default: number | null,
/**
 * Whether it goes to the tax authority.
 */
electronic: boolean,
/**
 * As the ledger names it: `ElectronicInvoice`.
 */
electronic_type: string,
/**
 * Before its number.
 */
prefix: string, };

/**
 * What a sale earned.
 */
export type Earnings = {
/**
 * Prices times quantities.
 */
revenue: string,
/**
 * What it cost.
 */
costs: Array<CostLine>,
/**
 * What is left.
 */
margin: string,
/**
 * Whether any amount is estimated.
 */
estimated: boolean,
/**
 * Whether what the seller pays for the shipping is known: the channel has not said, or the seller
 * delivers and no rule says what that costs.
 */
freight_known: boolean,
/**
 * Seller's codes whose cost nobody said: the margin is without it.
 */
without_cost: Array<string>, };

/**
 * Result of the job that takes costs from the ERP.
 */
export type ErpCostsTaken = {
/**
 * Articles that stand in sales and have a cost.
 */
articles: number,
/**
 * Codes that stand in sales.
 */
codes: number, };

/**
 * Every error that a person or a program can meet, by its stable name.
 */
export type ErrorCode = "CANCELLED" | "INVALID_INPUT" | "NOT_FOUND" | "ALREADY_EXISTS" | "SERVER_IN_USE" | "INTERNAL" | "TAX_ID_INVALID" | "PERIOD_INVALID" | "CLOCK_WRONG" | "DATA_FOLDER_READ_ONLY" | "DISK_FULL" | "STORE_NEWER" | "STORE_CORRUPT" | "STORE_FOREIGN" | "STORE_FAILED" | "BACKUP_INVALID" | "BACKUP_MISSING" | "KEYRING_ABSENT" | "KEYRING_LOCKED" | "SECRET_MISSING" | "SECRET_FILE_UNREADABLE" | "SECRET_TOO_LONG" | "DB_HOST_UNREACHABLE" | "DB_PORT_CLOSED" | "DB_TIMEOUT" | "DB_CONNECTION_LOST" | "DB_NOT_A_SERVER" | "DB_WRONG_PASSWORD" | "DB_AUTH_UNSUPPORTED" | "DB_ENCRYPTION_UNSUPPORTED" | "DB_NOT_FOUND" | "DB_NOT_A_DATABASE" | "DB_VERSION_UNSUPPORTED" | "DB_PERMISSION_DENIED" | "DB_LOCK_CONFLICT" | "DB_STATEMENT_FAILED" | "DB_CLIENT_LIBRARY_MISSING" | "DB_INVALID_TEXT" | "DB_NUMBER_OVERFLOW" | "DB_VALUE_TOO_LARGE" | "DB_TLS_REFUSED" | "DB_CERTIFICATE_UNTRUSTED" | "DB_INSTANCE_NOT_FOUND" | "DB_RESTORED" | "DB_CHANGES_FORGOTTEN" | "DB_CHANGES_UNAVAILABLE" | "NET_UNREACHABLE" | "NET_TIMEOUT" | "NET_TLS_REFUSED" | "NET_TLS_OLD" | "NET_PROXY_REFUSED" | "NET_FAILED" | "SSH_NOT_SSH" | "SSH_HOST_UNKNOWN" | "SSH_HOST_CHANGED" | "SSH_AUTH_REFUSED" | "SSH_KEY_UNUSABLE" | "SSH_AGENT_UNUSABLE" | "SUDO_REFUSED" | "REMOTE_FAILED" | "REMOTE_NOT_LINUX" | "VPN_UNREADABLE" | "VPN_TOOLS_MISSING" | "VPN_INTERFACE_MISSING" | "VPN_FOREIGN_OWNER" | "VPN_POOL_EXHAUSTED" | "VPN_ADDRESS_TAKEN" | "VPN_REFUSED" | "VPN_SETUP_FAILED" | "VPN_HELPER_MISSING" | "VPN_HELPER_NOT_ALLOWED" | "VPN_NET_TAKEN" | "VPN_HELPER_REFUSED" | "VPN_PERMISSION_REFUSED" | "VPN_BUSY" | "VPN_HELD" | "VPN_NO_HANDSHAKE" | "VPN_NOT_ROUTED" | "VPN_PORT_TAKEN" | "VPN_SYSTEM" | "PROFILE_INVALID" | "SCHEMA_MISMATCH" | "MASTER_TABLE_MISSING" | "COMPANY_FILE_MISSING" | "COMPANY_DUPLICATE" | "PROOF_MISMATCH" | "FILE_UNREADABLE" | "QUIET_HOURS" | "CLOUD_LOGIN_REFUSED" | "CLOUD_REFUSED" | "CLOUD_BUSY" | "CLOUD_UNREADABLE" | "CHANNEL_LOST" | "CHANNEL_NOT_AUTHORISED" | "SALE_WRONG_STATE" | "EXAMPLE_ONLY" | "LANDING_ELSEWHERE" | "LANDING_TAKEN" | "JOB_BUSY" | "JOB_WRONG_STATE" | "JOB_INTERRUPTED" | "SCHEDULE_INVALID" | "FORECAST_NO_HISTORY" | "FORECAST_MODEL_DAMAGED" | "MLFLOW_LOGIN" | "MLFLOW_NOT_THERE" | "MLFLOW_REFUSED" | "MLFLOW_FAILED" | "BRIDGE_REFUSED" | "SANDBOX_UNAVAILABLE" | "SANDBOX_FAILED";

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
 * What following a ledger found.
 */
export type Followed = {
/**
 * Sales that were in doubt and are invoiced.
 */
invoiced: number,
/**
 * Sales that were in doubt and are refused.
 */
refused: number,
/**
 * Sales that are still in doubt: a person decides.
 */
uncertain: number,
/**
 * Sales whose sending had not left and that are ready again.
 */
ready: number,
/**
 * Invoices that the tax authority has accepted.
 */
stamped: number,
/**
 * Invoices that it has rejected.
 */
rejected: number,
/**
 * Files that were kept.
 */
files: number, };

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
 * The code of a warehouse, for the forecast of that one alone.
 */
place?: string | null,
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
 * Its warehouse, where each is forecast apart.
 */
place: ForecastPlace | null,
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
 * Between these lies a sum eight times in ten: one time in ten it is less, one time in ten more.
 */
export type ForecastBounds = {
/**
 * The lower one.
 */
low: Amount,
/**
 * The upper one.
 */
high: Amount, };

/**
 * How many articles are of a class.
 */
export type ForecastClassCount = {
/**
 * The class.
 */
class: DemandClass,
/**
 * Its articles.
 */
articles: number, };

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
 * The table of articles, in its order and as it is narrowed, with stock advice. Left out: all articles, month
 * by month.
 */
table?: ForecastSearch | null,
/**
 * The totals, month by month, with their sum.
 */
totals?: ForecastTotalsOf | null,
/**
 * Of these warehouses, where all articles are written; a table says its own. Left out: all of them together.
 */
places?: ForecastPlaces,
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
 * The history that there is to learn from.
 */
export type ForecastHistory = {
/**
 * Complete months, from the first with sales to the last.
 */
months: number,
/**
 * The first of them, `2025-01`.
 */
first: string | null,
/**
 * The last of them.
 */
last: string | null,
/**
 * The fewest that a training needs.
 */
least: number,
/**
 * So many for a forecast of a whole year; with less, half of one.
 */
year_ahead: number,
/**
 * Codes of documents that count as sales or their returns here.
 */
documents: Array<string>,
/**
 * Complete months that the active model does not know.
 */
unseen: number, };

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
 * The warehouses, where each is forecast apart; else none.
 */
places: Array<ForecastPlace>,
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
meta: ForecastModelMeta,
/**
 * What MLflow knows of it, where the office has one; only in the table of models.
 */
mlflow: MlflowRun | null, };

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
 * Of which NIT.
 */
export type ForecastOfNit = {
/**
 * All companies of this NIT.
 */
nit: string,
/**
 * Against the model that forecasts each warehouse apart.
 */
by_place?: boolean, };

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
 * The model whose forecasts of all warehouses together are shown.
 */
active: ForecastModelRow | null,
/**
 * The model whose forecasts of each warehouse apart are shown.
 */
by_place: ForecastModelRow | null, };

/**
 * A warehouse of the ERP.
 */
export type ForecastPlace = {
/**
 * Code; empty for what was sold from none.
 */
code: string,
/**
 * Name.
 */
name: string, };

/**
 * The ERP's warehouses that are asked about.
 */
export type ForecastPlaces = "together" | "each" | { "one": string };

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
 * Of these warehouses; of all of them together when left out.
 */
places?: ForecastPlaces,
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
 * Its warehouse, where each is forecast apart.
 */
place: ForecastPlace | null,
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
 * Which articles to list; most money at stake first when no order is given.
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
 * Of these warehouses; of all of them together when left out.
 */
places?: ForecastPlaces,
/**
 * Ordered by this; what is not known comes last.
 */
sort?: ForecastSort,
/**
 * Least first.
 */
ascending?: boolean,
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
 * What articles are ordered by.
 */
export type ForecastSort = "stake" | "code" | "next" | "trend" | "error" | "reorder";

/**
 * All months to come, added up.
 */
export type ForecastTotalAhead = {
/**
 * How many months.
 */
months: number,
/**
 * What is expected.
 */
expected: Amount,
/**
 * As in a month.
 */
bounds: ForecastBounds | null,
/**
 * How often such bounds held in the past, each from the other forecasts of the past.
 */
coverage: TotalsCoverage, };

/**
 * A month of all articles, each at its last price: quantities of different units can't be added.
 */
export type ForecastTotalMonth = {
/**
 * `2026-11`.
 */
month: string,
/**
 * What was sold; absent in months to come.
 */
sold: Amount | null,
/**
 * What is expected; absent in the past.
 */
expected: Amount | null,
/**
 * Eight times in ten it lies between these; absent in the past, and where nothing was forecast of it that is
 * known by now.
 */
bounds: ForecastBounds | null, };

/**
 * Articles added up.
 */
export type ForecastTotals = {
/**
 * Articles that fit.
 */
articles: number,
/**
 * Of them, those without a price: they are in no month.
 */
unpriced: number,
/**
 * Of them, those with too little history for more than a mean.
 */
guesses: number,
/**
 * Of them, those whose model is better than the same month of last year.
 */
better: number,
/**
 * Of them, those whose model is about as good.
 */
same: number,
/**
 * Of them, those whose model is worse.
 */
worse: number,
/**
 * Of them, by class.
 */
classes: Array<ForecastClassCount>,
/**
 * Month by month.
 */
months: Array<ForecastTotalMonth>,
/**
 * The months to come, together.
 */
ahead: ForecastTotalAhead, };

/**
 * Which articles to add up.
 */
export type ForecastTotalsOf = {
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
 * Of these warehouses; of all of them together when left out.
 */
places?: ForecastPlaces, };

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
horizon?: number | null,
/**
 * Forecasts each warehouse of the ERP apart; all of them together when left out.
 */
by_place?: boolean, };

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
company: Array<string>,
/**
 * In the databases of sales that are, or may be, connected.
 */
sales: Array<string>, };

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
 * A document of an invoice.
 */
export type InvoiceDocument = "pdf" | "xml";

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
 * `movements.prove`, `movements.prove_all`, `backup.create`, `tidy`, `vpn.peer`, `forecast.train`,
 * `forecast.retrain`, `forecast.mlflow`, `sales.sync` and what else sales do.
 */
kind: string,
/**
 * What it does it to: a company, a server or a VPN as people call it; empty where there is but one.
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
 * `movements.prove`, `movements.prove_all`, `backup.create`, `tidy`, `vpn.peer`, `forecast.train`,
 * `forecast.retrain`, `forecast.mlflow`, `sales.sync` and what else sales do.
 */
kind: string,
/**
 * What it does it to: a company, a server or a VPN as people call it; empty where there is but one.
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
export type JobResult = { "of": "discovered" } & DiscoverReport | { "of": "extracted" } & ExtractReport | { "of": "proven" } & Proof | { "of": "backed_up" } & Backup | { "of": "synced" } & SyncReport | { "of": "queued" } & Queued | { "of": "tidied" } & Tidied | { "of": "sales_read" } & SalesRead | { "of": "sales_judged" } & SalesJudged | { "of": "catalogue_fetched" } & CatalogueFetched | { "of": "sales_sent" } & SalesSent | { "of": "sales_delivered" } & SalesDelivered | { "of": "sales_followed" } & Followed | { "of": "sale_decided" } & SaleDecided | { "of": "bills_read" } & BillsRead | { "of": "erp_costs_taken" } & ErpCostsTaken | { "of": "trained" } & ForecastTrained | { "of": "other" };

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
 * A company in SIIGO to be connected, or new credentials for one that is. The access key is taken in and
 * never given out.
 */
export type LedgerConnect = {
/**
 * As people call it; one that is there gets the new credentials.
 */
name: string,
/**
 * The API's user.
 */
user: string,
/**
 * Its access key.
 */
access_key: string,
/**
 * `Partner-Id`; `Puente` when left out.
 */
partner_id?: string | null,
/**
 * `https://api.siigo.com` when left out.
 */
base_url?: string | null,
/**
 * Requests a minute: 100 when left out; a test company has 10.
 */
per_minute?: number | null, };

/**
 * Names a ledger.
 */
export type LedgerNamed = {
/**
 * Its name or its number.
 */
ledger: string, };

/**
 * What trying a connection to a ledger found.
 */
export type LedgerTested = {
/**
 * The way there: the certificates that were shown, and whether they are trusted.
 */
network: NetworkTested,
/**
 * Why the credentials were not taken; none when they were.
 */
error: ErrorView | null, };

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
 * Waiting for a browser.
 */
export type Listening = {
/**
 * The account.
 */
channel: number,
/**
 * How it stands.
 */
state: ListeningState,
/**
 * Where the browser comes.
 */
redirect_uri: string,
/**
 * Whether the browser will ask first whether to go on, because nobody vouches for this machine.
 */
asks: boolean,
/**
 * Until when it may come; none when nobody waits.
 */
until: string | null,
/**
 * Why the account is not connected.
 */
error: ErrorView | null, };

/**
 * How waiting for a browser stands.
 */
export type ListeningState = "idle" | "waiting" | "connected" | "failed" | "late" | "cancelled";

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
 * One mapping.
 */
export type MappingChange = {
/**
 * As the channel has it.
 */
source: string,
/**
 * What it becomes; left out: it is mapped no more.
 */
target?: string | null, };

/**
 * What is mapped.
 */
export type MappingKind = "product" | "payment" | "tax" | "city" | "id_type";

/**
 * Something that can be mapped.
 */
export type MappingRow = {
/**
 * As the channel has it.
 */
source: string,
/**
 * What it is, for people.
 */
label: string,
/**
 * Sales that it stands in.
 */
sales: number,
/**
 * What it is mapped to; none where it is not.
 */
target: string | null,
/**
 * What it becomes without a mapping, by the office's rules or because it is known; none: the sale waits.
 */
by_rule: string | null,
/**
 * What it most likely is, the likeliest first.
 */
suggestions: Array<MappingSuggestion>, };

/**
 * Something that a value may be.
 */
export type MappingSuggestion = {
/**
 * What to map to.
 */
target: string,
/**
 * What that is, for people.
 */
label: string,
/**
 * How alike they are, 0 to 100.
 */
likeness: number, };

/**
 * What was set, and the job that homologates what waited for it.
 */
export type MappingsChanged = {
/**
 * The mappings.
 */
changes: Array<MappingChange>,
/**
 * The homologation; none when nothing was set.
 */
job: Job | null, };

/**
 * Mappings as CSV: `kind,source,target`.
 */
export type MappingsCsv = {
/**
 * Name or number of the channel account.
 */
channel: string,
/**
 * The whole file.
 */
csv: string, };

/**
 * Which values to show.
 */
export type MappingsOf = {
/**
 * Name or number of the channel account.
 */
channel: string,
/**
 * Of what.
 */
kind: MappingKind,
/**
 * Words that they hold.
 */
text?: string,
/**
 * Only those that sales wait for.
 */
missing?: boolean,
/**
 * Rows to pass over.
 */
offset?: number,
/**
 * At most so many; 100 when left out, 1000 at most.
 */
limit?: number | null, };

/**
 * Values, those in most sales first.
 */
export type MappingsPage = {
/**
 * This page, with suggestions for those that are not mapped.
 */
rows: Array<MappingRow>,
/**
 * How many there are.
 */
total: number,
/**
 * How many of them sales wait for.
 */
missing: number, };

/**
 * Sets many mappings at once.
 */
export type MappingsSet = {
/**
 * Name or number of the channel account.
 */
channel: string,
/**
 * Of what.
 */
kind: MappingKind,
/**
 * The mappings; others stay.
 */
changes: Array<MappingChange>, };

/**
 * Takes the likeliest suggestion for everything that sales wait for.
 */
export type MappingsSuggest = {
/**
 * Name or number of the channel account.
 */
channel: string,
/**
 * Of what.
 */
kind: MappingKind,
/**
 * Only what is so alike, 1 to 100; 80 when left out.
 */
likeness?: number | null,
/**
 * Whether to set them; otherwise they are shown only.
 */
apply?: boolean, };

/**
 * By what earnings are gathered.
 */
export type MarginBy = "sale" | "product" | "channel" | "month";

/**
 * What a kind of cost comes to.
 */
export type MarginCost = {
/**
 * Which.
 */
kind: CostKind,
/**
 * How much.
 */
amount: string, };

/**
 * What sales earned, into a file.
 */
export type MarginExport = {
/**
 * By what; by month when left out.
 */
by?: MarginBy,
/**
 * Of which sales.
 */
filter?: SalesFilter,
/**
 * In which currency; that of the most sales when left out. Rows of amounts are of all currencies.
 */
currency?: string | null,
/**
 * A row for each amount of each sale instead, with its source and how sure it is.
 */
amounts?: boolean,
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
overwrite?: boolean, };

/**
 * Which earnings.
 */
export type MarginOf = {
/**
 * By what.
 */
by?: MarginBy,
/**
 * Of which sales; those that are cancelled or not paid are left out.
 */
filter?: SalesFilter,
/**
 * In which currency, for amounts of two are never added; that of the most sales when left out.
 */
currency?: string | null,
/**
 * At most so many rows, the smallest margins first; 100 when left out, 10000 at most.
 */
limit?: number | null, };

/**
 * What a group of sales earned.
 */
export type MarginRow = {
/**
 * The sale, the code, the account, or the month.
 */
key: string,
/**
 * What it is called.
 */
label: string,
/**
 * Sales in it.
 */
sales: number,
/**
 * Units in it.
 */
units: string,
/**
 * Prices times quantities.
 */
revenue: string,
/**
 * What it cost.
 */
cost: string,
/**
 * What is left.
 */
margin: string,
/**
 * Of a hundred of revenue, with one decimal; none without revenue.
 */
percent: string | null,
/**
 * Whether any amount in it is estimated.
 */
estimated: boolean, };

/**
 * What sales earned.
 */
export type MarginSummary = {
/**
 * The groups; months in their order, others with the smallest margin first.
 */
rows: Array<MarginRow>,
/**
 * All of them together.
 */
total: MarginRow,
/**
 * What was lost where, by kind of cost.
 */
costs: Array<MarginCost>,
/**
 * How many groups there are.
 */
groups: number,
/**
 * The currency of all amounts; empty without sales.
 */
currency: string,
/**
 * Every currency in which the filter lets sales through, that of the most sales first.
 */
currencies: Array<string>, };

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
 * How something is different.
 */
export type MisfitChange = {
/**
 * Its property: `name`, `percentage`, `due_date`, `decimals`.
 */
what: string,
/**
 * When a person last looked; `true` and `false` for yes and no.
 */
before: string,
/**
 * Now.
 */
after: string, };

/**
 * Where something that doesn't fit any more was chosen.
 */
export type MisfitPlace = "rule" | "mapping" | "product";

/**
 * What is wrong with it.
 */
export type MisfitProblem = "gone" | "inactive" | "unfit" | "missing" | "changed";

/**
 * How one logs in to a tracking server.
 */
export type MlflowLogin = "none" | "basic" | "token";

/**
 * What MLflow knows of a training.
 */
export type MlflowRun = {
/**
 * The modelo_id.
 */
model: string,
/**
 * Whose.
 */
nit: string,
/**
 * Where it stands.
 */
state: MlflowState,
/**
 * The page of its run.
 */
link: string | null,
/**
 * Attempts so far.
 */
attempts: number,
/**
 * Whether the server keeps no files behind itself, so that none were sent.
 */
without_files: boolean,
/**
 * Why the last attempt failed, and what to do.
 */
error: ErrorView | null,
/**
 * When it was last changed.
 */
changed_at: string, };

/**
 * The office's MLflow tracking server.
 */
export type MlflowSettings = {
/**
 * `http://192.168.1.20:5000`; empty where there is none.
 */
url: string,
/**
 * How to log in.
 */
login: MlflowLogin,
/**
 * Who logs in, for `basic`.
 */
user: string, };

/**
 * Where the telling of a training stands.
 */
export type MlflowState = "waiting" | "sent" | "failed";

/**
 * How the telling stands.
 */
export type MlflowStatus = {
/**
 * Whether the settings name a server.
 */
configured: boolean,
/**
 * Its experiment.
 */
experiment: string,
/**
 * Trainings that it is to be told of.
 */
waiting: number,
/**
 * Trainings that it knows.
 */
sent: number,
/**
 * Trainings that it refused.
 */
failed: number,
/**
 * The newest of them.
 */
runs: Array<MlflowRun>, };

/**
 * What trying a server found.
 */
export type MlflowTried = {
/**
 * Its address.
 */
url: string,
/**
 * Whether the experiment is there already; it is made with the first training.
 */
has_experiment: boolean,
/**
 * How long it took.
 */
milliseconds: number, };

/**
 * A server to be tried.
 */
export type MlflowTry = {
/**
 * As the settings would have it; left out, as they have it.
 */
mlflow?: MlflowSettings | null,
/**
 * Password or token; left out, the one that is kept.
 */
secret?: string | null, };

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
 * Whose certificate has to be imported for the other side to be trusted; none where nothing has.
 */
import: string | null,
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
 * A way to be paid.
 */
export type PaymentType = {
/**
 * The ledger's number of it.
 */
id: number,
/**
 * What it is called.
 */
name: string,
/**
 * As the ledger names it: `Cartera`.
 */
kind: string,
/**
 * Whether it may be used.
 */
active: boolean,
/**
 * Whether a day has to be given on which it is due.
 */
due_date: boolean, };

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
 * A product.
 */
export type Product = {
/**
 * Its code, which invoices name it by.
 */
code: string,
/**
 * What it is called.
 */
name: string,
/**
 * Whether it may be used.
 */
active: boolean,
/**
 * Whether it is subject to a tax at all; none where the ledger doesn't say.
 */
taxed: boolean | null,
/**
 * Numbers of its taxes.
 */
taxes: Array<number>, };

/**
 * What a unit costs.
 */
export type ProductCost = {
/**
 * The seller's code, in lower case.
 */
sku: string,
/**
 * Of one.
 */
cost: string,
/**
 * `csv` or `erp`.
 */
source: string, };

/**
 * Costs of units as CSV: `sku,cost`.
 */
export type ProductCostsCsv = {
/**
 * The whole file; amounts with a point or a comma before their decimals, without thousands.
 */
csv: string, };

/**
 * Looks for products.
 */
export type ProductSearch = {
/**
 * Name or number of the ledger.
 */
ledger: string,
/**
 * Words that its code or name holds.
 */
text?: string,
/**
 * At most so many; 50 when left out, 500 at most.
 */
limit?: number | null, };

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
 * Result of a job that has others do the work.
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
 * Why a run read everything.
 */
export type RereadReason = "first" | "asked" | "days" | "profile" | "method" | "restored" | "forgotten" | "many";

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
statements: number,
/**
 * How changed rows of the database are found; `None` where there is no database.
 */
changes: ChangesBy | null,
/**
 * Why everything was read, when it was.
 */
reread: RereadReason | null, };

/**
 * A sale: one order, or the orders of one cart that are paid and shipped together.
 */
export type Sale = {
/**
 * The channel's number of the pack, or of the order that is in none.
 */
key: string,
/**
 * Its orders, those that were cancelled included.
 */
orders: Array<SaleOrder>,
/**
 * When it was made.
 */
sold_at: string,
/**
 * When the channel last changed it.
 */
updated_at: string,
/**
 * What the channel says of it.
 */
status: SaleStatus,
/**
 * Currency of all its amounts.
 */
currency: string,
/**
 * What was sold, without orders that were cancelled.
 */
lines: Array<SaleLine>,
/**
 * What was paid.
 */
payments: Array<SalePayment>,
/**
 * How it goes to the buyer; none when it doesn't.
 */
shipment: SaleShipment | null,
/**
 * Who bought.
 */
buyer: SaleBuyer,
/**
 * Taxes that the channel kept back from the seller.
 */
withheld: string,
/**
 * What the channel says was paid in all; none where it doesn't. Its payments have to explain it.
 */
declared?: string,
/**
 * Parts that the channel left out of its answer, by its names.
 */
missing?: Array<string>,
/**
 * The document that the source has issued for it already; none where nothing is issued there.
 */
document?: SaleDocument | null, };

/**
 * Accepts how the amounts of a sale differ, as they are now.
 */
export type SaleAccept = {
/**
 * Its number, or the channel's number of it.
 */
sale: string,
/**
 * Why it is right: 1 to 500 letters, kept in its history and in the audit trail.
 */
note: string, };

/**
 * An attempt.
 */
export type SaleAttempt = {
/**
 * When it left.
 */
at: string,
/**
 * Which sending of the sale: grows after a refusal only.
 */
version: number,
/**
 * SHA-256 of what was sent, in hexadecimal.
 */
sha256: string,
/**
 * What was sent; empty where the sending was taken back and nothing of the same words followed.
 */
body: string,
/**
 * `accepted`, `there`, `refused`, `not_now`, `stop`, `unknown`; empty while nothing is known.
 */
answer: string,
/**
 * What came back, or what was seen in its place.
 */
said: string,
/**
 * When that was known.
 */
ended_at: string | null, };

/**
 * Who bought.
 */
export type SaleBuyer = {
/**
 * The channel's number of them.
 */
id: string,
/**
 * What they are called in the channel.
 */
nickname: string,
/**
 * Whom the invoice is for.
 */
identity: SaleIdentity, };

/**
 * Whom an invoice is for, in the words of Colombia's tax authority.
 */
export type SaleCustomer = {
/**
 * Whether it is a company.
 */
company: boolean,
/**
 * Code of the kind of document: 13, 31.
 */
id_type: string,
/**
 * Number of the document, without check digit.
 */
identification: string,
/**
 * Check digit, of a NIT.
 */
check_digit: string | null,
/**
 * First and last names, or the name of the company alone.
 */
name: Array<string>,
/**
 * Street.
 */
address: string,
/**
 * Department, two digits of DANE.
 */
state_code: string,
/**
 * City, five digits of DANE.
 */
city_code: string,
/**
 * Up to ten digits.
 */
phone: string,
/**
 * E-mail.
 */
email: string, };

/**
 * What a person decides of a sale in doubt.
 */
export type SaleDecide = {
/**
 * Its number, or the channel's number of it.
 */
sale: string,
/**
 * What is to become of it.
 */
decision: SaleDecision, };

/**
 * Result of `DECIDE`.
 */
export type SaleDecided = {
/**
 * Where the sale stands since.
 */
state: SaleState, };

/**
 * What is to become of an uncertain sale.
 */
export type SaleDecision = { "decision": "again" } | { "decision": "linked",
/**
 * `FV-2-22`.
 */
invoice: string, } | { "decision": "dropped" };

/**
 * A document as a point of sale has issued it.
 */
export type SaleDocument = {
/**
 * The tax authority's code of its kind: `006`; empty where the profile knows none.
 */
code: string,
/**
 * Its kind in the source's words: `FAC`.
 */
kind: string,
/**
 * Its letter; empty where it has none.
 */
letter: string,
/**
 * Its number, as the source has it: `B0021500030562`.
 */
number: string,
/**
 * When it was issued, on the clock of whoever issued it.
 */
issued: string,
/**
 * What its header says that it comes to; none where it says nothing.
 */
total: string | null,
/**
 * How many headers of that kind and number the source has: more than one is a fault of it.
 */
copies: number,
/**
 * Values that can't be had, by their place: `lines.IMP_NETO`.
 */
unreadable?: Array<string>, };

/**
 * An invoice to be.
 */
export type SaleDraft = {
/**
 * Type of document.
 */
document_type: number,
/**
 * Its date, of Colombia.
 */
date: string,
/**
 * Who sells.
 */
seller: number,
/**
 * Cost centre, where one is given.
 */
cost_center: number | null,
/**
 * Whom it is for.
 */
customer: SaleCustomer,
/**
 * What was sold.
 */
lines: Array<SaleDraftLine>,
/**
 * How it is paid: the sum is the total.
 */
payments: Array<SaleDraftPayment>,
/**
 * Before taxes.
 */
base: string,
/**
 * Taxes.
 */
tax: string,
/**
 * With taxes, as the ledger will work it out.
 */
total: string,
/**
 * What was paid for what is invoiced here, by the buyer or by the channel in the buyer's place.
 */
paid: string,
/**
 * What is written on it; the mark by which it can be found again is added when it is sent.
 */
observations: string,
/**
 * Whether it goes to the tax authority at once.
 */
stamp: boolean,
/**
 * Whether the ledger mails it.
 */
mail: boolean,
/**
 * What is reported of a document that was issued elsewhere; none where the ledger issues it.
 */
report?: SaleReport | null, };

/**
 * A line of an invoice to be.
 */
export type SaleDraftLine = {
/**
 * Code of the product.
 */
code: string,
/**
 * What is written.
 */
description: string,
/**
 * How many, two decimals at most.
 */
quantity: string,
/**
 * Of one, six decimals at most.
 */
price: string,
/**
 * Whether the price has its tax in it.
 */
with_tax: boolean,
/**
 * Number of its tax.
 */
tax_id: number | null,
/**
 * Parts in a hundred of its tax.
 */
tax_rate: string,
/**
 * The warehouse that it leaves.
 */
warehouse: number | null,
/**
 * Before tax.
 */
base: string,
/**
 * Tax.
 */
tax: string,
/**
 * With tax.
 */
total: string,
/**
 * Group of goods, where the ledger wants it.
 */
group?: string, };

/**
 * A payment of an invoice to be.
 */
export type SaleDraftPayment = {
/**
 * Number of the payment.
 */
id: number,
/**
 * How much.
 */
value: string,
/**
 * When it is due, where it has to say so.
 */
due_date: string | null, };

/**
 * Something that happened to a sale.
 */
export type SaleEvent = {
/**
 * When.
 */
at: string,
/**
 * What, as the key of a text: `imported`, `changed`, `intended`, `sent`, `unanswered`, `accepted`.
 */
kind: string,
/**
 * Particulars.
 */
detail: Record<string, unknown>, };

/**
 * What is known of whom the invoice is for.
 */
export type SaleIdentity = { "known": "given" } & SalePerson | { "known": "forbidden" } | { "known": "processing" } | { "known": "missing" };

/**
 * An invoice of a sale.
 */
export type SaleInvoice = {
/**
 * As it is printed.
 */
number: string,
/**
 * Its date.
 */
date: string,
/**
 * Its total.
 */
total: string,
/**
 * What the tax authority says, by the ledger's word.
 */
stamp: string,
/**
 * Its code.
 */
cufe: string,
/**
 * Why it was rejected.
 */
errors: Array<string>,
/**
 * Where anyone can see it; empty where nobody can.
 */
public_url: string,
/**
 * Where the printed form is kept; none while it isn't.
 */
pdf: string | null,
/**
 * Where the signed document is kept; none while it isn't.
 */
xml: string | null, };

/**
 * A line of a sale.
 */
export type SaleLine = {
/**
 * The order that it is of.
 */
order: string,
/**
 * The seller's code of what was sold; empty where the seller gave none.
 */
sku: string,
/**
 * The channel's number of what was sold.
 */
item: string,
/**
 * What it is called.
 */
title: string,
/**
 * How many.
 */
quantity: string,
/**
 * Price of one, with what the seller discounted taken off and taxes as the channel has them.
 */
unit_price: string,
/**
 * What the channel keeps of one.
 */
unit_fee: string,
/**
 * What the document that was issued says of its tax; none where nothing was issued.
 */
tax?: SaleLineTax | null, };

/**
 * What a document of the source says of the tax of a line.
 */
export type SaleLineTax = {
/**
 * The whole line before tax.
 */
net: string,
/**
 * Its tax.
 */
tax: string,
/**
 * Parts in a hundred; none where the source doesn't say.
 */
rate: string | null,
/**
 * Group of goods, by the source's name; empty where it has none.
 */
group: string, };

/**
 * Names a sale.
 */
export type SaleNamed = {
/**
 * Its number, or the channel's number of it.
 */
sale: string, };

/**
 * An order of a sale.
 */
export type SaleOrder = {
/**
 * The channel's number of it.
 */
id: string,
/**
 * What the channel says of it.
 */
status: SaleStatus, };

/**
 * A sale.
 */
export type SalePage = {
/**
 * As in the list.
 */
row: SaleRow,
/**
 * As the channel gave it.
 */
sale: Sale,
/**
 * What would be invoiced now; none where something stands in the way, or it is invoiced.
 */
draft: SaleDraft | null,
/**
 * What stands in the way now.
 */
reasons: Array<SaleReasonView>,
/**
 * Exactly what would be sent, or what was sent last.
 */
body: Record<string, unknown> | null,
/**
 * The idempotency key that it would be sent or was sent under.
 */
key: string | null,
/**
 * Every sending.
 */
sends: Array<SaleSend>,
/**
 * The invoice.
 */
invoice: SaleInvoice | null,
/**
 * What it earned.
 */
earnings: Earnings,
/**
 * Tasks about it.
 */
tasks: Array<SaleTask>,
/**
 * What happened to it, oldest first.
 */
history: Array<SaleEvent>, };

/**
 * A payment of a sale.
 */
export type SalePayment = {
/**
 * The channel's number of it.
 */
id: string,
/**
 * How it was paid, by the channel's name: `visa`, `pse`, `account_money`.
 */
method: string,
/**
 * Whether it stands.
 */
approved: boolean,
/**
 * For the goods.
 */
amount: string,
/**
 * What of it went back.
 */
refunded: string,
/**
 * For the shipping, which the buyer paid.
 */
shipping: string,
/**
 * Taxes that the buyer paid beside the price.
 */
taxes?: string,
/**
 * Paid beyond price, shipping and taxes.
 */
overpaid?: string,
/**
 * What of the price the channel paid in the buyer's place: the seller gets it all the same.
 */
coupon?: string, };

/**
 * A person or a company, as the channel writes it.
 */
export type SalePerson = {
/**
 * Whether it is a company; none where the channel doesn't say.
 */
company: boolean | null,
/**
 * Kind of document, by the channel's name: `CC`, `NIT`.
 */
id_type: string,
/**
 * Its number, as it was written.
 */
id_number: string,
/**
 * First names, or the name of the company.
 */
name: string,
/**
 * Last names.
 */
last_name: string,
/**
 * Street and number.
 */
address: string,
/**
 * Name of the city.
 */
city: string,
/**
 * The channel's code of the state: `CO-ANT`.
 */
state: string,
/**
 * Name of the state.
 */
state_name: string,
/**
 * Country, `CO`.
 */
country: string,
/**
 * Empty where the channel gives none.
 */
email: string,
/**
 * Empty where the channel gives none.
 */
phone: string, };

/**
 * How many sales a reason blocks.
 */
export type SaleReasonCount = {
/**
 * Its name.
 */
reason: string,
/**
 * What it is called.
 */
text: string,
/**
 * How many.
 */
sales: number, };

/**
 * Why a sale can't be invoiced, as it is shown.
 */
export type SaleReasonView = {
/**
 * What stands in the way.
 */
text: string,
/**
 * What to do about it.
 */
hint: string,
/**
 * Where it is mended: `mappings.product`, `mappings.city`, `rules`, `catalogue`, `channel`, `ledger`, or empty.
 */
mend: string, } & ({ "reason": "no_catalogue" } | { "reason": "not_chosen",
/**
 * Name of the rule: `document_type`, `seller`, `payment`, `cost_center`.
 */
field: string, } | { "reason": "not_in_catalogue",
/**
 * Name of the rule or mapping.
 */
field: string,
/**
 * What was chosen.
 */
value: string, } | { "reason": "manual_number",
/**
 * Its name.
 */
document: string, } | { "reason": "not_paid",
/**
 * The order.
 */
order: string, } | { "reason": "refunded" } | { "reason": "incomplete",
/**
 * By the channel's names.
 */
parts: string, } | { "reason": "empty" } | { "reason": "currency",
/**
 * Its currency.
 */
currency: string, } | { "reason": "unmapped_product",
/**
 * The seller's code, or the channel's number where there is none.
 */
sku: string,
/**
 * What it is called.
 */
title: string, } | { "reason": "unmapped_tax",
/**
 * The seller's code.
 */
sku: string, } | { "reason": "unmapped_payment",
/**
 * As the channel names it.
 */
method: string, } | { "reason": "identity_forbidden" } | { "reason": "identity_processing" } | { "reason": "missing_tax_id" } | { "reason": "unmapped_id_type",
/**
 * As the channel names it.
 */
id_type: string, } | { "reason": "bad_tax_id",
/**
 * Its kind.
 */
id_type: string,
/**
 * As it was written.
 */
number: string, } | { "reason": "unknown_city",
/**
 * The key under which it can be mapped.
 */
key: string,
/**
 * As the channel writes it.
 */
city: string,
/**
 * Name of the state.
 */
state: string, } | { "reason": "missing_contact",
/**
 * `email`, `phone`, `address`.
 */
field: string, } | { "reason": "bad_contact",
/**
 * `email`, `phone`.
 */
field: string,
/**
 * As it was written.
 */
value: string, } | { "reason": "too_long",
/**
 * `name`, `address`, `email`.
 */
field: string,
/**
 * How many letters it takes.
 */
limit: number, } | { "reason": "too_precise",
/**
 * The seller's code.
 */
sku: string, } | { "reason": "too_many_lines",
/**
 * How many it takes.
 */
limit: number, } | { "reason": "total_differs",
/**
 * What the invoice would be.
 */
total: string,
/**
 * What was paid for what would be invoiced, taxes beside the price and surplus included.
 */
paid: string,
/**
 * Taxes that the buyer paid beside the price.
 */
taxes?: string,
/**
 * Paid beyond price, shipping and taxes.
 */
overpaid?: string, } | { "reason": "payments_differ",
/**
 * What it says was paid.
 */
declared: string,
/**
 * What the payments come to, with everything in them.
 */
found: string, } | { "reason": "document",
/**
 * What: `kind`, `number`, `copies`, `value`, `none`.
 */
field: string,
/**
 * As the source has it.
 */
value: string, } | { "reason": "order_elsewhere",
/**
 * The order.
 */
order: string,
/**
 * The sale.
 */
sale: string, } | { "reason": "refused",
/**
 * The ledger's code: `invalid_total_payments`.
 */
code: string,
/**
 * The field to mend, by the ledger's name; empty where it named none.
 */
field: string,
/**
 * What the ledger said.
 */
message: string, });

/**
 * A document that was issued elsewhere, in the words of the tax authority.
 */
export type SaleReport = {
/**
 * Code of its kind: `006`.
 */
code: string,
/**
 * Point of sale, four digits.
 */
point: string,
/**
 * Number, twelve digits.
 */
number: string,
/**
 * Hour at which it was issued: `12:17:00`.
 */
hour: string,
/**
 * How it was paid: one way for the whole document.
 */
method: string, };

/**
 * A value that invoices need, as it is shown.
 */
export type SaleRequirementView = {
/**
 * Name of the rule.
 */
field: string,
/**
 * Whether an invoice can't be without it.
 */
required: boolean,
/**
 * Whether it is chosen, and still fits.
 */
met: boolean,
/**
 * Why it isn't.
 */
reason: SaleReasonView | null, };

/**
 * A sale in a list.
 */
export type SaleRow = {
/**
 * Its number here.
 */
id: number,
/**
 * The channel account.
 */
channel_id: number,
/**
 * Its name.
 */
channel: string,
/**
 * The channel's number: of the pack, or of the order that is in none.
 */
key: string,
/**
 * When it was sold.
 */
sold_at: string,
/**
 * What the channel says: `paid`, `pending`, `cancelled`, `refunded`.
 */
status: string,
/**
 * Where it stands.
 */
state: SaleState,
/**
 * Who bought.
 */
buyer: string,
/**
 * Lines.
 */
items: number,
/**
 * Its currency.
 */
currency: string,
/**
 * What was paid for the goods.
 */
paid: string,
/**
 * What the invoice comes to or would come to; none while it can't be told.
 */
total: string | null,
/**
 * What stands in the way.
 */
reasons: Array<SaleReasonView>,
/**
 * What it earned; none while it is not worked out.
 */
margin: string | null,
/**
 * Whether that is an estimate.
 */
estimated: boolean,
/**
 * Number of the invoice; empty before.
 */
invoice: string,
/**
 * What the tax authority says, by the ledger's word: ``, `Draft`, `Accepted`, `Rejected`.
 */
stamp: string,
/**
 * When it came into its state.
 */
changed_at: string, };

/**
 * How sales of a channel account become invoices. Numbers are those of the ledger's catalogue.
 */
export type SaleRules = {
/**
 * Type of document.
 */
document_type?: number | null,
/**
 * Who sells.
 */
seller?: number | null,
/**
 * Cost centre.
 */
cost_center?: number | null,
/**
 * The warehouse that goods leave.
 */
warehouse?: number | null,
/**
 * The payment of ways to pay that are not mapped.
 */
payment?: number | null,
/**
 * The tax of products that the ledger says nothing of.
 */
tax?: number | null,
/**
 * Whether prices of the channel have their tax in them.
 */
prices_with_tax?: boolean,
/**
 * Whether a seller's code that is the code of a product needs no mapping.
 */
sku_is_code?: boolean,
/**
 * The product that stands for every one that is not mapped; empty: such a sale waits.
 */
generic_product?: string,
/**
 * The product that shipping paid by the buyer is invoiced as; empty: it is not invoiced.
 */
shipping_product?: string,
/**
 * Whether buyers without a document are invoiced as final consumers (222222222222).
 */
final_consumer?: boolean,
/**
 * Where the channel gives no e-mail.
 */
email?: string,
/**
 * Where the channel gives no telephone, up to ten digits.
 */
phone?: string,
/**
 * Where the channel gives no street.
 */
address?: string,
/**
 * Where the channel gives no city: five digits of DANE.
 */
city?: string,
/**
 * How far the invoice may be from what was paid: 1.00 at first.
 */
tolerance?: string,
/**
 * Days until a payment that needs a day is due.
 */
due_days?: number,
/**
 * Whether it goes to the tax authority at once: legal, and not to be taken back.
 */
stamp?: boolean,
/**
 * Whether the ledger mails it to the buyer.
 */
mail?: boolean, };

/**
 * A sending of a sale.
 */
export type SaleSend = {
/**
 * Grows after a refusal.
 */
version: number,
/**
 * Its key.
 */
key: string,
/**
 * The mark in its observations.
 */
marker: string,
/**
 * Where it stands.
 */
state: SendState,
/**
 * How often it left.
 */
attempts: number,
/**
 * When it was intended.
 */
created_at: string,
/**
 * When it last left.
 */
sent_at: string | null,
/**
 * What came of it: the invoice, the refusals, or what is known for whoever decides.
 */
outcome: Record<string, unknown> | null, };

/**
 * How a sale goes to its buyer.
 */
export type SaleShipment = {
/**
 * The channel's number of it.
 */
id: string,
/**
 * What the channel says of it: `delivered`.
 */
status: string,
/**
 * Who takes it there: `fulfillment`, `self_service`.
 */
logistic: string,
/**
 * What the seller pays for it; none while the channel has not said.
 */
seller_cost: string | null, };

/**
 * Where a sale stands on its way to an invoice.
 */
export type SaleState = "pending" | "ready" | "sending" | "uncertain" | "invoiced" | "stamped" | "refused" | "voided";

/**
 * What the channel says of the whole sale.
 */
export type SaleStatus = "paid" | "pending" | "cancelled" | "refunded";

/**
 * A task: so far a credit note for a sale that was cancelled after it was invoiced.
 */
export type SaleTask = {
/**
 * Its number.
 */
id: number,
/**
 * The sale.
 */
sale_id: number,
/**
 * The channel's number of the sale.
 */
sale: string,
/**
 * Number of the invoice.
 */
invoice: string,
/**
 * `credit_note`.
 */
kind: string,
/**
 * When it came up.
 */
made_at: string,
/**
 * When somebody had done it.
 */
done_at: string | null,
/**
 * What they wrote: the number of the credit note.
 */
note: string, };

/**
 * A task that a person has done.
 */
export type SaleTaskDone = {
/**
 * Its number.
 */
task: number,
/**
 * Number of the credit note.
 */
note: string, };

/**
 * All of it but the products, which may be tens of thousands.
 */
export type SalesCatalogue = {
/**
 * When it was fetched; none when it never was.
 */
fetched_at: string | null,
/**
 * Types of document.
 */
document_types: Array<DocumentType>,
/**
 * Ways to be paid.
 */
payment_types: Array<PaymentType>,
/**
 * Taxes.
 */
taxes: Array<Tax>,
/**
 * Who sells.
 */
sellers: Array<CatalogueEntry>,
/**
 * What goods leave.
 */
warehouses: Array<CatalogueEntry>,
/**
 * Cost centres.
 */
cost_centers: Array<CatalogueEntry>,
/**
 * How many products there are.
 */
products: number, };

/**
 * A connected account.
 */
export type SalesChannel = {
/**
 * Its number.
 */
id: number,
/**
 * As people call it.
 */
name: string,
/**
 * `mercadolibre`.
 */
kind: string,
/**
 * `MCO`.
 */
site: string,
/**
 * What the seller is called there; empty before someone authorised.
 */
nickname: string,
/**
 * Number of the application.
 */
client_id: string,
/**
 * As it is registered.
 */
redirect_uri: string,
/**
 * Where its invoices go.
 */
ledger_id: number | null,
/**
 * Name of that ledger.
 */
ledger: string | null,
/**
 * How.
 */
rules: SaleRules,
/**
 * Rules that the ledger's catalogue suggests: to begin with. None before it is fetched.
 */
proposal: SaleRules | null,
/**
 * Where it stands.
 */
state: ChannelState,
/**
 * When its orders were last read to the end.
 */
synced_at: string | null,
/**
 * Why the last reading failed; none when it went well.
 */
last_error: ErrorView | null,
/**
 * What the ledger demands of the rules, and whether they say it.
 */
requirements: Array<SaleRequirementView>,
/**
 * Whether nothing that is demanded is missing.
 */
complete: boolean, };

/**
 * All costs that the office knows.
 */
export type SalesCosts = {
/**
 * By rule.
 */
rules: Array<CostRule>,
/**
 * Of units, by the seller's code.
 */
products: Array<ProductCost>, };

/**
 * What was taken in.
 */
export type SalesCostsChanged = {
/**
 * Costs of units.
 */
products: number,
/**
 * The jobs that work the margins out anew.
 */
jobs: Array<Job>, };

/**
 * Replaces all rules.
 */
export type SalesCostsSet = {
/**
 * The rules.
 */
rules: Array<CostRule>, };

/**
 * Result of `DELIVER`.
 */
export type SalesDelivered = {
/**
 * Documents that were read.
 */
read: number,
/**
 * Sent, and taken.
 */
sent: number,
/**
 * The ledger had them before.
 */
there: number,
/**
 * Refused, by the ledger or before it was asked.
 */
refused: number,
/**
 * In doubt.
 */
uncertain: number,
/**
 * Wait still: they did not arrive, and are sent the next time.
 */
pending: number,
/**
 * Marked in their source.
 */
marked: number,
/**
 * Marked here, because the source can't be written.
 */
marked_here: number, };

/**
 * Copies a kept document of an invoice to where a person wants it.
 */
export type SalesDocument = {
/**
 * The sale's number, or the channel's number of it.
 */
sale: string,
/**
 * Which document.
 */
document: InvoiceDocument,
/**
 * Where to.
 */
output: string,
/**
 * Replace a file that is there.
 */
overwrite?: boolean, };

/**
 * How the example stands.
 */
export type SalesExample = {
/**
 * Whether there is a sample shop here: only in the example office.
 */
available: boolean,
/**
 * The job that goes the steps now, or went them last.
 */
job: Job | null,
/**
 * What it came to, when it went well.
 */
done: SalesExampleDone | null,
/**
 * What blocked sales then, in words, the most first.
 */
blocked: Array<SaleReasonCount>,
/**
 * Why sales that were ready are not invoiced, in words, the most first.
 */
not_invoiced?: Array<SaleReasonCount>, };

/**
 * Result of `EXAMPLE`.
 */
export type SalesExampleDone = {
/**
 * Orders that were read.
 */
orders_read: number,
/**
 * Sales that there are.
 */
sales: number,
/**
 * Sales that were ready before anything was sent.
 */
ready: number,
/**
 * Sales that were blocked then, by name of the first reason.
 */
blocked: { [key in string]: number },
/**
 * Of those that were ready, the ones that are not invoiced: by name of the first reason, or `refused` and
 * the ledger's code (`refused customer_inactive`), or by where they stand.
 */
not_invoiced?: { [key in string]: number },
/**
 * Sales that are invoiced.
 */
invoiced: number,
/**
 * Invoices whose answer was lost, and that are known now.
 */
uncertain_settled: number,
/**
 * Sales that are in doubt.
 */
uncertain: number,
/**
 * Sales that the ledger refused.
 */
refused: number,
/**
 * Invoices that the tax authority accepted.
 */
stamped: number,
/**
 * Credit notes that wait for a person.
 */
credit_notes: number,
/**
 * Invoices that the stand-in of the ledger really holds.
 */
journal_invoices: number,
/**
 * How many of them are for a sale that had one.
 */
invoices_made_twice: number,
/**
 * What is left of all that was paid.
 */
margin: string,
/**
 * In a hundred of it; none without revenue.
 */
margin_percent: string | null,
/**
 * How long it took, in milliseconds.
 */
took_ms: number, };

/**
 * The list of sales, as it is seen, into a file.
 */
export type SalesExport = {
/**
 * Which sales.
 */
filter?: SalesFilter,
/**
 * By what.
 */
sort?: SalesSort,
/**
 * The smallest or oldest first; the newest and largest when left out.
 */
ascending?: boolean,
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
overwrite?: boolean, };

/**
 * What was written.
 */
export type SalesExported = {
/**
 * Where to.
 */
output: string,
/**
 * Rows, without the heading; of a document, bytes.
 */
rows: number, };

/**
 * Which sales: what is left out lets all through.
 */
export type SalesFilter = {
/**
 * Numbers of channel accounts.
 */
channels?: Array<number>,
/**
 * States.
 */
states?: Array<SaleState>,
/**
 * Names of reasons: only sales that are first of all blocked by one of them.
 */
reasons?: Array<string>,
/**
 * Sold at this time or after it.
 */
from?: string | null,
/**
 * Sold before this time.
 */
to?: string | null,
/**
 * Paid at least so much.
 */
least?: Amount | null,
/**
 * Paid at most so much.
 */
most?: Amount | null,
/**
 * Words that its numbers, buyer, codes or titles hold.
 */
text?: string,
/**
 * Numbers of sales: only these.
 */
ids?: Array<number>,
/**
 * Only sales that have a task that is not done.
 */
with_task?: boolean, };

/**
 * Result of `HOMOLOGATE`.
 */
export type SalesJudged = {
/**
 * Sales that were looked at.
 */
sales: number, };

/**
 * A connected company.
 */
export type SalesLedger = {
/**
 * Its number.
 */
id: number,
/**
 * As people call it.
 */
name: string,
/**
 * `siigo`.
 */
kind: string,
/**
 * The API's user.
 */
user: string,
/**
 * `Partner-Id`.
 */
partner_id: string,
/**
 * Where the API is.
 */
base_url: string,
/**
 * Requests a minute.
 */
per_minute: number,
/**
 * When the last contact was.
 */
checked_at: string | null,
/**
 * Why it failed; none when it went well.
 */
last_error: ErrorView | null,
/**
 * When what it expects was last fetched; none when it never was.
 */
catalogue_at: string | null, };

/**
 * Something that doesn't fit any more, as it is shown.
 */
export type SalesMisfit = {
/**
 * Number of the channel account.
 */
channel_id: number,
/**
 * Its name.
 */
channel: string,
/**
 * Name of its ledger.
 */
ledger: string,
/**
 * Where it was chosen.
 */
place: MisfitPlace,
/**
 * Name of the rule, or kind of the mapping: `seller`, `tax`, `product`.
 */
field: string,
/**
 * That, in words.
 */
label: string,
/**
 * What is mapped to it, or the seller's code; empty for a rule.
 */
source: string,
/**
 * What was chosen: the ledger's number or code of it; empty where nothing was.
 */
value: string,
/**
 * What it is or was called; empty where nobody knows.
 */
name: string,
/**
 * What is wrong with it.
 */
problem: MisfitProblem,
/**
 * How it is different, where it only is different.
 */
change: MisfitChange | null,
/**
 * Sales that wait because of it.
 */
sales: number,
/**
 * What is wrong, in a sentence.
 */
text: string,
/**
 * What to do about it.
 */
hint: string,
/**
 * Where it is mended: `rules`, `mappings.product`, `mappings.payment`, `mappings.tax`, `catalogue`.
 */
mend: string, };

/**
 * A page of sales with what the whole filter comes to.
 */
export type SalesPage = {
/**
 * The rows.
 */
rows: Array<SaleRow>,
/**
 * Of everything that the filter lets through.
 */
totals: SalesTotals, };

/**
 * A page of sales.
 */
export type SalesPageOf = {
/**
 * Which.
 */
filter?: SalesFilter,
/**
 * By what.
 */
sort?: SalesSort,
/**
 * The smallest or oldest first; the newest and largest when left out.
 */
ascending?: boolean,
/**
 * Rows to pass over.
 */
offset?: number,
/**
 * At most so many; 100 when left out, 1000 at most.
 */
limit?: number | null, };

/**
 * Result of `SYNC`.
 */
export type SalesRead = {
/**
 * Orders that were read.
 */
orders: number,
/**
 * Sales that are new.
 */
new: number,
/**
 * Sales that are different.
 */
changed: number, };

/**
 * Which sales to send.
 */
export type SalesSend = {
/**
 * Numbers of sales.
 */
sales?: Array<number>,
/**
 * Or all ready ones that this lets through.
 */
filter?: SalesFilter | null, };

/**
 * Result of `SEND`.
 */
export type SalesSent = {
/**
 * Invoiced.
 */
invoiced: number,
/**
 * The ledger had them before.
 */
there: number,
/**
 * Refused.
 */
refused: number,
/**
 * In doubt.
 */
uncertain: number,
/**
 * Did not fit any more.
 */
blocked: number,
/**
 * Did not arrive, and are ready again.
 */
later: number,
/**
 * Were not ready.
 */
skipped: number, };

/**
 * By what the list is sorted.
 */
export type SalesSort = "date" | "amount" | "margin" | "number" | "buyer" | "state";

/**
 * A step, as it stands.
 */
export type SalesStep = {
/**
 * From 1 on.
 */
number: number,
/**
 * Which.
 */
step: SalesStepName,
/**
 * How far it is.
 */
state: SalesStepState,
/**
 * How many there are of what it is about: accounts, sales, invoices.
 */
count: number,
/**
 * How many of them want a look.
 */
open: number,
/**
 * When it last happened; none where that is not known.
 */
at: string | null, };

/**
 * A step.
 */
export type SalesStepName = "ledger" | "channel" | "catalogue" | "rules" | "orders" | "mappings" | "ready" | "send" | "answers" | "status" | "margin";

/**
 * How far a step is.
 */
export type SalesStepState = "later" | "todo" | "attention" | "done";

/**
 * What sales in one currency come to.
 */
export type SalesSum = {
/**
 * Which, as ISO 4217 says.
 */
currency: string,
/**
 * How many sales.
 */
sales: number,
/**
 * Paid in all.
 */
paid: string,
/**
 * Invoiced or to be invoiced in all.
 */
total: string,
/**
 * Earned in all, of those that are worked out.
 */
margin: string, };

/**
 * Which accounts to read.
 */
export type SalesSync = {
/**
 * Names or numbers of channel accounts; all when there are none.
 */
channels?: Array<string>, };

/**
 * What the filter lets through, counted and summed.
 */
export type SalesTotals = {
/**
 * How many.
 */
sales: number,
/**
 * What they come to in each currency, that of the most sales first.
 */
sums: Array<SalesSum>,
/**
 * How many in each state, by name.
 */
states: { [key in string]: number },
/**
 * How many are first of all blocked by each reason, the most first.
 */
reasons: Array<SaleReasonCount>, };

/**
 * A list that has views.
 */
export type SavedList = "companies" | "movements" | "jobs" | "sales";

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
export type ScheduledWork = "sync" | "prove" | "backup" | "tidy" | "forecast" | "sales" | "deliver" | "other";

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
 * Where a sending stands.
 */
export type SendState = "intent" | "sent" | "uncertain" | "accepted" | "refused";

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
 * Kind of server: `Firebird`, `SQL Server`.
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
 * SQL dialect of the database (1 or 3); 0 where there is none.
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
export type ServerKind = "firebird" | "sqlserver" | "files";

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
client_library?: string | null,
/**
 * Number of the VPN through which the server is reached; empty = on this PC's own network.
 */
vpn?: number | null,
/**
 * What only a SQL Server has.
 */
sql_server?: SqlServerOptions, };

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
 * `unencrypted`, `login_only_encrypted`, `no_snapshots`, `no_companies`.
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
extra_ca?: string | null, backups?: BackupsKept | null, mlflow?: MlflowSettings | null,
/**
 * A new password or token for MLflow; an empty one forgets it.
 */
mlflow_secret?: string | null, };

/**
 * Settings, as they are shown.
 */
export type SettingsView = {
/**
 * Whether a password for the proxy is kept.
 */
has_proxy_password: boolean,
/**
 * Whether a password or token for MLflow is kept.
 */
has_mlflow_secret: boolean,
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
backups: BackupsKept,
/**
 * Where each training is told of.
 */
mlflow: MlflowSettings, };

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
 * Where Solar would be.
 */
export type SolarAddress = {
/**
 * Where the API is; Solar's own address when left out.
 */
base_url?: string | null, };

/**
 * A company in Solar to be connected, or new credentials for one that is. The password is taken in and never
 * given out.
 */
export type SolarConnect = {
/**
 * As people call it; one that is there gets the new credentials.
 */
name: string,
/**
 * `usuario`.
 */
user: string,
/**
 * `clave`.
 */
password: string,
/**
 * `IdCliente`: six digits.
 */
client_id: string,
/**
 * `PtoVenta`: four digits; `0001` when left out.
 */
point?: string | null,
/**
 * Where the API is; Solar's own address when left out.
 */
base_url?: string | null, };

/**
 * What a page of movements is sorted by. Ties are broken by company, stream and line key.
 */
export type SortKey = "day" | "article" | "quantity" | "total" | "cost" | "line";

/**
 * A database of documents to be connected.
 */
export type SourceConnect = {
/**
 * As people call it.
 */
name: string,
/**
 * Name or number of a server.
 */
server: string,
/**
 * Name of the database.
 */
database: string,
/**
 * Name of a profile of sales; `solar` when left out.
 */
profile?: string | null,
/**
 * Where its documents go: name or number of a ledger.
 */
ledger: string,
/**
 * Whether nothing is ever written there.
 */
read_only?: boolean, };

/**
 * A database of documents that is connected.
 */
export type SourceConnected = {
/**
 * As `SourceTested::grant`.
 */
grant: string | null,
/**
 * Its number.
 */
id: number,
/**
 * As people call it.
 */
name: string,
/**
 * `mercadolibre`.
 */
kind: string,
/**
 * `MCO`.
 */
site: string,
/**
 * What the seller is called there; empty before someone authorised.
 */
nickname: string,
/**
 * Number of the application.
 */
client_id: string,
/**
 * As it is registered.
 */
redirect_uri: string,
/**
 * Where its invoices go.
 */
ledger_id: number | null,
/**
 * Name of that ledger.
 */
ledger: string | null,
/**
 * How.
 */
rules: SaleRules,
/**
 * Rules that the ledger's catalogue suggests: to begin with. None before it is fetched.
 */
proposal: SaleRules | null,
/**
 * Where it stands.
 */
state: ChannelState,
/**
 * When its orders were last read to the end.
 */
synced_at: string | null,
/**
 * Why the last reading failed; none when it went well.
 */
last_error: ErrorView | null,
/**
 * What the ledger demands of the rules, and whether they say it.
 */
requirements: Array<SaleRequirementView>,
/**
 * Whether nothing that is demanded is missing.
 */
complete: boolean, };

/**
 * What a database of documents has.
 */
export type SourceTested = {
/**
 * Documents that wait there.
 */
pending: number,
/**
 * Documents that were marked there.
 */
marked: number,
/**
 * Documents whose mark is only here.
 */
marked_here: number,
/**
 * The statement to be run by whoever administers the database, so that documents can be marked there;
 * none where they can, or where nothing is to be written.
 */
grant: string | null, };

/**
 * How a connection to SQL Server is encrypted. Never less than what is chosen.
 */
export type SqlEncryption = "required" | "strict" | "login_only" | "off";

/**
 * What only a SQL Server has.
 */
export type SqlServerOptions = {
/**
 * How the connection is encrypted; never less than this.
 */
encryption?: SqlEncryption,
/**
 * A named instance; with port 0 SQL Browser is asked for its port.
 */
instance?: string | null,
/**
 * UDP port of SQL Browser; empty = 1434.
 */
browser_port?: number | null,
/**
 * File (PEM) of an authority that is trusted besides those of the system.
 */
authority?: string | null,
/**
 * SHA-256 of the one certificate that is trusted, in hexadecimal.
 */
certificate?: string | null,
/**
 * Log in as the Windows user that Puente runs as.
 */
integrated?: boolean, };

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
export type Tag = "servers" | "companies" | "movements" | "proofs" | "rules" | "jobs" | "backups" | "schedules" | "settings" | "saved" | "audit" | "vpns" | "sales" | "sales_accounts" | "forecasts";

/**
 * A tax.
 */
export type Tax = {
/**
 * The ledger's number of it.
 */
id: number,
/**
 * What it is called.
 */
name: string,
/**
 * As the ledger names it: `IVA`.
 */
kind: string,
/**
 * Parts in a hundred.
 */
percentage: string,
/**
 * Whether it may be used.
 */
active: boolean, };

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
 * How often what was sold lay between the bounds that the other forecasts of the past give.
 */
export type TotalsCoverage = {
/**
 * Months between their bounds.
 */
months_inside: number,
/**
 * Months that were compared.
 */
months: number,
/**
 * Sums of all months ahead between their bounds.
 */
sums_inside: number,
/**
 * Sums that were compared.
 */
sums: number, };

/**
 * How far a tunnel is.
 */
export type TunnelState = "connecting" | "up" | "reconnecting" | "ended";

/**
 * What is known of a tunnel.
 */
export type TunnelStatus = {
/**
 * How far it is.
 */
state: TunnelState,
/**
 * Seconds since its keys were agreed on.
 */
handshake_seconds: number | null,
/**
 * Bytes sent.
 */
sent: number,
/**
 * Bytes received.
 */
received: number,
/**
 * Address and port of the peer, as it last spoke.
 */
endpoint: string | null,
/**
 * Connections that go through it.
 */
connections: number,
/**
 * What last stood in its way.
 */
trouble: string | null, };

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

/**
 * A VPN, as it is shown. No secret is among it.
 */
export type Vpn = {
/**
 * Its number.
 */
id: number,
/**
 * Unique, as people call it.
 */
name: string,
/**
 * How far it is.
 */
state: VpnState,
/**
 * This PC's public key.
 */
public_key: string,
/**
 * What its file says.
 */
tunnel: VpnTunnel,
/**
 * How its server is managed; none for an imported one.
 */
remote: VpnRemote | null,
/**
 * When it was made.
 */
created_at: string,
/**
 * Why the last contact with the server failed.
 */
last_error: ErrorView | null,
/**
 * How its tunnel is, while this program holds it open.
 */
status: TunnelStatus | null,
/**
 * The ports of this PC that lead through it.
 */
doors: Array<VpnDoor>,
/**
 * The number of another process of Puente on this PC that holds its tunnel open. What this program does
 * goes through that one; only there can it be ended.
 */
held_by: number | null, };

/**
 * What stands between this user and a tunnel of the whole PC.
 */
export type VpnAbility = "ready" | "not_allowed" | "stopped" | "missing";

/**
 * A file with its secrets, for whoever asked for it.
 */
export type VpnConf = {
/**
 * What to call the file.
 */
file_name: string,
/**
 * Its text.
 */
text: string, };

/**
 * A tunnel to be opened.
 */
export type VpnConnect = {
/**
 * The VPN's name or number.
 */
vpn: string,
/**
 * What a port of this PC is to lead to: `192.168.1.10:3050`; none opens the tunnel alone.
 */
target?: string | null,
/**
 * That port; none takes a free one.
 */
port?: number | null,
/**
 * Where the tunnel is to be; inside this program when left out.
 */
mode?: VpnMode | null, };

/**
 * A tunnel that is open.
 */
export type VpnConnected = {
/**
 * The VPN's name.
 */
vpn: string,
/**
 * Where programs of this PC connect to, if a target was named.
 */
local: string | null,
/**
 * How the tunnel is.
 */
status: TunnelStatus, };

/**
 * A VPN to be made on a server. Passwords are taken in and never given out.
 */
export type VpnCreate = {
/**
 * As people are to call it.
 */
name: string,
/**
 * Host name or address of the server.
 */
host: string,
/**
 * TCP port of SSH; 22 when left out.
 */
port?: number | null,
/**
 * Login.
 */
user: string,
/**
 * How it is proven.
 */
login: VpnLogin,
/**
 * The password of the login, or the passphrase of its key.
 */
password?: string | null,
/**
 * The password that sudo asks for; the login's own when left out.
 */
sudo_password?: string | null,
/**
 * The host key that a person compared, `SHA256:…`; without one the answer is the server's.
 */
fingerprint?: string | null,
/**
 * The server's WireGuard interface; `wg0` when left out.
 */
interface?: string | null,
/**
 * The address of the new peer; the next free one when left out.
 */
address?: string | null,
/**
 * The server from outside, `vpn.example.com` or with a port, where that is not the host of SSH.
 */
endpoint?: string | null,
/**
 * Networks behind the server.
 */
allowed?: Array<string> | null,
/**
 * Whether both share a secret besides their keys; they do when left out.
 */
preshared?: boolean | null, };

/**
 * A port of this PC that leads through a VPN.
 */
export type VpnDoor = {
/**
 * Where programs connect to: `127.0.0.1:40123`.
 */
local: string,
/**
 * Where it leads: `192.168.1.10:3050`.
 */
target: string, };

/**
 * Where the files of VPNs are to be written.
 */
export type VpnExport = {
/**
 * Names or numbers; all that can be used when it is empty.
 */
vpns?: Array<string> | null,
/**
 * An archive with a file for each if it ends in `.zip`, and otherwise the file of the one VPN.
 */
output: string,
/**
 * Whether a file that is there may be replaced.
 */
overwrite?: boolean | null, };

/**
 * What was written.
 */
export type VpnExported = {
/**
 * The file. It holds private keys, and only its owner may read it.
 */
output: string,
/**
 * The VPNs that are in it.
 */
vpns: Array<string>, };

/**
 * A `.conf` that someone else made. Its keys are taken in and go to the keyring.
 */
export type VpnImport = {
/**
 * As people are to call it.
 */
name: string,
/**
 * The text of the file.
 */
conf: string, };

/**
 * What an import found.
 */
export type VpnImported = {
/**
 * The VPN.
 */
vpn: Vpn,
/**
 * Commands that the file wanted to run. Puente never runs them.
 */
hooks: Array<string>,
/**
 * Settings that are of no use here.
 */
ignored: Array<string>, };

/**
 * How a login is proven.
 */
export type VpnLogin = { "kind": "agent" } | { "kind": "key",
/**
 * The file.
 */
path: string, } | { "kind": "password" };

/**
 * Where the tunnel of a VPN is to be.
 */
export type VpnMode = "inside" | "system";

/**
 * Names a VPN.
 */
export type VpnNamed = {
/**
 * Its name or its number.
 */
vpn: string, };

/**
 * A peer of a server, as it is shown. Nothing of it can be changed unless it is a VPN of this PC.
 */
export type VpnPeer = {
/**
 * Who it is.
 */
public_key: string,
/**
 * The name that a Puente gave it; none for a peer of someone else.
 */
name: string | null,
/**
 * What it may send and gets.
 */
allowed: Array<string>,
/**
 * Whether WireGuard has it now; without, it only stands in the server's file.
 */
live: boolean,
/**
 * Whether the server's file has it; without, it is gone after a restart of the server.
 */
kept: boolean,
/**
 * Seconds since it last proved who it is.
 */
handshake_seconds: number | null,
/**
 * Bytes that came from it.
 */
received: number,
/**
 * Bytes that went to it.
 */
sent: number,
/**
 * From where it last spoke.
 */
endpoint: string | null, };

/**
 * What a look at a server found, and what would be done.
 */
export type VpnPreview = {
/**
 * The address that the new peer would get.
 */
address: string,
/**
 * The server's network.
 */
network: string,
/**
 * The server's public key.
 */
server_key: string,
/**
 * Its UDP port.
 */
port: number,
/**
 * Peers that it has.
 */
peers: number,
/**
 * The commands that would run as the administrator, in order.
 */
commands: Array<string>,
/**
 * The text of the script `puente-peer` that they run.
 */
script: string,
/**
 * What would be added to the server's file; a secret is not shown.
 */
block: string,
/**
 * The line for sudo that lets this user do this and nothing else, for an administrator to set up.
 */
sudo_rule: string,
/**
 * What was run to find this out.
 */
ran: Array<VpnRan>, };

/**
 * The file as a picture that a phone reads, with its secrets.
 */
export type VpnQr = {
/**
 * In SVG.
 */
svg: string,
/**
 * In characters, for a dark terminal.
 */
text: string, };

/**
 * A command that ran on a server.
 */
export type VpnRan = {
/**
 * As it was sent; the script stands as its name.
 */
command: string,
/**
 * The last line of its answer.
 */
answer: string, };

/**
 * How the server of a VPN is logged in to from now on: after it was installed anew, moved, or when the
 * first login was mistyped.
 */
export type VpnRelogin = {
/**
 * The VPN's name or number.
 */
vpn: string,
/**
 * Host name or address of the server; as before when left out, like all that follows.
 */
host?: string | null,
/**
 * TCP port of SSH.
 */
port?: number | null,
/**
 * Login.
 */
user?: string | null,
/**
 * How it is proven.
 */
login?: VpnLogin | null,
/**
 * The password of the login, or the passphrase of its key.
 */
password?: string | null,
/**
 * The password that sudo asks for.
 */
sudo_password?: string | null,
/**
 * The host key that a person compared, `SHA256:…`.
 */
fingerprint?: string | null, };

/**
 * How Puente logs in to the server, to change its peers.
 */
export type VpnRemote = {
/**
 * Host name or address.
 */
host: string,
/**
 * TCP port of SSH.
 */
port: number,
/**
 * Login.
 */
user: string,
/**
 * How the login is proven.
 */
login: VpnLogin,
/**
 * The host key that a person confirmed, `SHA256:…`.
 */
fingerprint: string,
/**
 * The server's WireGuard interface: `wg0`.
 */
interface: string, };

/**
 * What a server says of a VPN.
 */
export type VpnServerView = {
/**
 * Whether it knows the peer.
 */
known: boolean,
/**
 * Seconds since the peer last proved who it is.
 */
handshake_seconds: number | null,
/**
 * Bytes that came from the peer.
 */
received: number,
/**
 * Bytes that went to it.
 */
sent: number,
/**
 * From where it last spoke.
 */
endpoint: string | null, };

/**
 * A server that was set up, with what undoes it.
 */
export type VpnSetup = {
/**
 * Its number.
 */
id: number,
/**
 * How the server is logged in to.
 */
remote: VpnRemote,
/**
 * The steps, how far each is and what undoes it.
 */
steps: Array<VpnStep>,
/**
 * Whether all of them are done.
 */
done: boolean,
/**
 * Whether something is left to be undone.
 */
undoable: boolean,
/**
 * When it was begun.
 */
created_at: string,
/**
 * Why the last job failed.
 */
last_error: ErrorView | null, };

/**
 * Names a setup, with passwords where they changed or were not kept.
 */
export type VpnSetupNamed = {
/**
 * Its number.
 */
setup: number,
/**
 * The password of the login, or the passphrase of its key; the kept one when left out.
 */
password?: string | null,
/**
 * The password that sudo asks for; the kept one when left out.
 */
sudo_password?: string | null, };

/**
 * What is to be done on a server.
 */
export type VpnSetupPlan = {
/**
 * `Debian GNU/Linux 12 (bookworm)`.
 */
release: string,
/**
 * Whether this family of systems is tried in Puente's own tests.
 */
tested: boolean,
/**
 * In order.
 */
steps: Array<VpnStep>,
/**
 * Networks of the server that people may want to reach through it.
 */
networks: string[], };

/**
 * What setting a server up would do.
 */
export type VpnSetupPreview = {
/**
 * The steps, and what is known of the server.
 */
plan: VpnSetupPlan,
/**
 * To be given back to have these very steps run.
 */
seal: string,
/**
 * What was run to find this out.
 */
ran: Array<VpnRan>, };

/**
 * A server that is to become one of WireGuard. Passwords are taken in and never given out.
 */
export type VpnSetupRequest = {
/**
 * Host name or address of the server.
 */
host: string,
/**
 * TCP port of SSH; 22 when left out.
 */
port?: number | null,
/**
 * Login.
 */
user: string,
/**
 * How it is proven.
 */
login: VpnLogin,
/**
 * The password of the login, or the passphrase of its key.
 */
password?: string | null,
/**
 * The password that sudo asks for; the login's own when left out.
 */
sudo_password?: string | null,
/**
 * The host key that a person compared, `SHA256:…`; without one the answer is the server's.
 */
fingerprint?: string | null,
/**
 * The new interface; `wg0` when left out.
 */
interface?: string | null,
/**
 * The server's address in the VPN with the length of its network; `10.8.3.1/24` when left out.
 */
network?: string | null,
/**
 * UDP port of WireGuard; 51820 when left out.
 */
udp_port?: number | null,
/**
 * Whether hosts behind the server see the server as the sender, so that they need no route back;
 * they do when left out.
 */
masquerade?: boolean | null,
/**
 * The seal of the plan that a person has seen; needed to have it run.
 */
seal?: string | null, };

/**
 * A server of a client's file, without its secrets.
 */
export type VpnSite = {
/**
 * Its public key; empty until the server has told it.
 */
server_key: string,
/**
 * Whether both share a secret besides their keys.
 */
preshared: boolean,
/**
 * Host name or address, from outside.
 */
host: string,
/**
 * Its UDP port; 0 until the server has told it.
 */
port: number,
/**
 * What lies behind it.
 */
allowed: string[],
/**
 * Seconds between packets that keep the way open.
 */
keepalive: number | null, };

/**
 * How far a VPN is.
 */
export type VpnState = "adding" | "uncertain" | "active" | "revoking" | "revoked";

/**
 * One step.
 */
export type VpnStep = {
/**
 * What it is for.
 */
kind: VpnStepKind,
/**
 * What runs as the administrator, as it is shown.
 */
command: string,
/**
 * What succeeds when the step is done already.
 */
check: string,
/**
 * What undoes it; none where nothing is left to be undone.
 */
undo: string | null,
/**
 * How far it is.
 */
state: VpnStepState, };

/**
 * What a step is for.
 */
export type VpnStepKind = "install" | "configure" | "forward" | "firewall" | "start";

/**
 * How far a step is.
 */
export type VpnStepState = "waiting" | "begun" | "done" | "was" | "undone";

/**
 * A VPN that the whole PC is in.
 */
export type VpnSystemTunnel = {
/**
 * The VPN's number.
 */
vpn: number,
/**
 * How its tunnel is.
 */
status: TunnelStatus, };

/**
 * What a client's file says, without its secrets.
 */
export type VpnTunnel = {
/**
 * This PC's addresses in the tunnel.
 */
addresses: string[],
/**
 * Name servers behind the tunnel.
 */
dns: Array<string>,
/**
 * Largest packet, 576 to 9000 bytes; none lets the mode choose.
 */
mtu: number | null,
/**
 * Further servers, as of an office with two sites.
 */
others?: Array<VpnSite>,
/**
 * Its public key; empty until the server has told it.
 */
server_key: string,
/**
 * Whether both share a secret besides their keys.
 */
preshared: boolean,
/**
 * Host name or address, from outside.
 */
host: string,
/**
 * Its UDP port; 0 until the server has told it.
 */
port: number,
/**
 * What lies behind it.
 */
allowed: string[],
/**
 * Seconds between packets that keep the way open.
 */
keepalive: number | null, };

/**
 * What puts the whole PC in a VPN on this system.
 */
export type VpnWay = "helper" | "official" | "application";

/**
 * Whether the whole PC can be in a VPN, and in which it is.
 */
export type VpnWholePc = {
/**
 * What does it on this system.
 */
way: VpnWay,
/**
 * What stands between this user and it.
 */
ability: VpnAbility,
/**
 * What an administrator of this PC has to run for it, in order; empty where nothing is missing, or
 * where no command brings it.
 */
commands: Array<string>,
/**
 * The VPNs that the whole PC is in.
 */
tunnels: Array<VpnSystemTunnel>,
/**
 * VPNs that it was in, and that ended without anyone having asked for that.
 */
lost: Array<number>, };

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
  "vpn.list": { request: Nothing; response: Array<Vpn> };
  "vpn.show": { request: VpnNamed; response: Vpn };
  "vpn.import": { request: VpnImport; response: VpnImported };
  "vpn.conf": { request: VpnNamed; response: VpnConf };
  "vpn.qr": { request: VpnNamed; response: VpnQr };
  "vpn.connect": { request: VpnConnect; response: VpnConnected };
  "vpn.whole_pc": { request: Nothing; response: VpnWholePc };
  "vpn.disconnect": { request: VpnNamed; response: Vpn };
  "vpn.preview": { request: VpnCreate; response: VpnPreview };
  "vpn.create": { request: VpnCreate; response: Array<Job> };
  "vpn.revoke": { request: VpnNamed; response: Array<Job> };
  "vpn.rotate": { request: VpnNamed; response: Array<Job> };
  "vpn.export": { request: VpnExport; response: VpnExported };
  "vpn.login": { request: VpnRelogin; response: Vpn };
  "vpn.retry": { request: VpnNamed; response: Array<Job> };
  "vpn.ask": { request: VpnNamed; response: VpnServerView };
  "vpn.peers": { request: VpnNamed; response: Array<VpnPeer> };
  "vpn.setup.preview": { request: VpnSetupRequest; response: VpnSetupPreview };
  "vpn.setup.run": { request: VpnSetupRequest; response: Array<Job> };
  "vpn.setup.list": { request: Nothing; response: Array<VpnSetup> };
  "vpn.setup.retry": { request: VpnSetupNamed; response: Array<Job> };
  "vpn.setup.undo": { request: VpnSetupNamed; response: Array<Job> };
  "vpn.setup.remove": { request: VpnSetupNamed; response: VpnSetup };
  "vpn.remove": { request: VpnNamed; response: Vpn };
  "sales.steps": { request: Nothing; response: Array<SalesStep> };
  "sales.example": { request: Nothing; response: Array<Job> };
  "sales.example.standing": { request: Nothing; response: SalesExample };
  "sales.ledgers.list": { request: Nothing; response: Array<SalesLedger> };
  "sales.ledgers.connect": { request: LedgerConnect; response: SalesLedger };
  "sales.ledgers.test": { request: LedgerNamed; response: SalesLedger };
  "sales.ledgers.remove": { request: LedgerNamed; response: SalesLedger };
  "sales.channels.list": { request: Nothing; response: Array<SalesChannel> };
  "sales.channels.begin": { request: ChannelConnect; response: ChannelBegun };
  "sales.channels.finish": { request: ChannelFinish; response: SalesChannel };
  "sales.channels.listen": { request: ChannelNamed; response: Listening };
  "sales.channels.listening": { request: ChannelNamed; response: Listening };
  "sales.channels.unlisten": { request: ChannelNamed; response: Listening };
  "sales.channels.set": { request: ChannelSet; response: SalesChannel };
  "sales.channels.remove": { request: ChannelNamed; response: SalesChannel };
  "sales.catalogue.show": { request: LedgerNamed; response: SalesCatalogue };
  "sales.catalogue.products": { request: ProductSearch; response: Array<Product> };
  "sales.catalogue.refresh": { request: LedgerNamed; response: Array<Job> };
  "sales.misfits": { request: Nothing; response: Array<SalesMisfit> };
  "sales.misfits.seen": { request: LedgerNamed; response: Array<SalesMisfit> };
  "sales.mappings.list": { request: MappingsOf; response: MappingsPage };
  "sales.mappings.set": { request: MappingsSet; response: MappingsChanged };
  "sales.mappings.suggest": { request: MappingsSuggest; response: MappingsChanged };
  "sales.mappings.export": { request: ChannelNamed; response: MappingsCsv };
  "sales.mappings.import": { request: MappingsCsv; response: MappingsChanged };
  "sales.sync": { request: SalesSync; response: Array<Job> };
  "sales.solar.connect": { request: SolarConnect; response: SalesLedger };
  "sales.solar.probe": { request: SolarAddress; response: NetworkTested };
  "sales.ledgers.probe": { request: LedgerNamed; response: LedgerTested };
  "sales.sources.connect": { request: SourceConnect; response: SourceConnected };
  "sales.sources.test": { request: ChannelNamed; response: SourceTested };
  "sales.deliver": { request: LedgerNamed; response: Array<Job> };
  "sales.attempts": { request: SaleNamed; response: Array<SaleAttempt> };
  "sales.attempts.export": { request: AttemptsExport; response: SalesExported };
  "sales.list": { request: SalesPageOf; response: SalesPage };
  "sales.totals": { request: SalesFilter; response: SalesTotals };
  "sales.show": { request: SaleNamed; response: SalePage };
  "sales.send": { request: SalesSend; response: Array<Job> };
  "sales.follow": { request: Nothing; response: Array<Job> };
  "sales.decide": { request: SaleDecide; response: Array<Job> };
  "sales.accept": { request: SaleAccept; response: SalePage };
  "sales.tasks": { request: Nothing; response: Array<SaleTask> };
  "sales.tasks.done": { request: SaleTaskDone; response: Array<SaleTask> };
  "sales.costs.list": { request: Nothing; response: SalesCosts };
  "sales.costs.set": { request: SalesCostsSet; response: SalesCostsChanged };
  "sales.costs.import": { request: ProductCostsCsv; response: SalesCostsChanged };
  "sales.costs.sources": { request: Nothing; response: Array<CostSource> };
  "sales.costs.source": { request: CostSourceSet; response: Array<Job> };
  "sales.costs.bills": { request: SalesSync; response: Array<Job> };
  "sales.export": { request: SalesExport; response: SalesExported };
  "sales.document": { request: SalesDocument; response: SalesExported };
  "sales.margin.export": { request: MarginExport; response: SalesExported };
  "sales.margin": { request: MarginOf; response: MarginSummary };
  "forecast.offices": { request: Nothing; response: Array<ForecastOffice> };
  "forecast.train": { request: ForecastTrain; response: Array<Job> };
  "forecast.models": { request: ForecastModels; response: Array<ForecastModelRow> };
  "forecast.activate": { request: ForecastModelNamed; response: ForecastModelRow };
  "forecast.remove": { request: ForecastModelNamed; response: Array<ForecastModelRow> };
  "forecast.articles": { request: ForecastSearch; response: ForecastArticles };
  "forecast.totals": { request: ForecastTotalsOf; response: ForecastTotals };
  "forecast.history": { request: ForecastOfNit; response: ForecastHistory };
  "forecast.article": { request: ForecastArticleNamed; response: ForecastArticlePage };
  "forecast.predict": { request: ForecastPredict; response: ForecastPrediction };
  "forecast.export": { request: ForecastExport; response: ForecastExported };
  "forecast.mlflow.status": { request: Nothing; response: MlflowStatus };
  "forecast.mlflow.test": { request: MlflowTry; response: MlflowTried };
  "forecast.mlflow.send": { request: Nothing; response: Array<Job> };
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
  "settings.set": { reads: [], changes: ["settings","schedules","forecasts","jobs","audit"], startsJob: false, reopens: false },
  "saved.list": { reads: ["saved"], changes: [], startsJob: false, reopens: false },
  "saved.save": { reads: [], changes: ["saved"], startsJob: false, reopens: false },
  "saved.remove": { reads: [], changes: ["saved"], startsJob: false, reopens: false },
  "network.test": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "audit.list": { reads: ["audit"], changes: [], startsJob: false, reopens: false },
  "audit.page": { reads: ["audit"], changes: [], startsJob: false, reopens: false },
  "doctor": { reads: [], changes: [], startsJob: false, reopens: false },
  "vpn.list": { reads: ["vpns"], changes: [], startsJob: false, reopens: false },
  "vpn.show": { reads: ["vpns"], changes: [], startsJob: false, reopens: false },
  "vpn.import": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "vpn.conf": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "vpn.qr": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "vpn.connect": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "vpn.whole_pc": { reads: ["vpns"], changes: [], startsJob: false, reopens: false },
  "vpn.disconnect": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "vpn.preview": { reads: [], changes: [], startsJob: false, reopens: false },
  "vpn.create": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.revoke": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.rotate": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.export": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "vpn.login": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "vpn.retry": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.ask": { reads: [], changes: ["vpns"], startsJob: false, reopens: false },
  "vpn.peers": { reads: [], changes: [], startsJob: false, reopens: false },
  "vpn.setup.preview": { reads: [], changes: [], startsJob: false, reopens: false },
  "vpn.setup.run": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.setup.list": { reads: ["vpns"], changes: [], startsJob: false, reopens: false },
  "vpn.setup.retry": { reads: [], changes: ["vpns","jobs"], startsJob: true, reopens: false },
  "vpn.setup.undo": { reads: [], changes: ["vpns","jobs","audit"], startsJob: true, reopens: false },
  "vpn.setup.remove": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "vpn.remove": { reads: [], changes: ["vpns","audit"], startsJob: false, reopens: false },
  "sales.steps": { reads: ["sales","sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.example": { reads: [], changes: ["sales","sales_accounts","settings","jobs","audit"], startsJob: true, reopens: false },
  "sales.example.standing": { reads: ["sales","jobs"], changes: [], startsJob: false, reopens: false },
  "sales.ledgers.list": { reads: ["sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.ledgers.connect": { reads: [], changes: ["sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.ledgers.test": { reads: [], changes: ["sales_accounts"], startsJob: false, reopens: false },
  "sales.ledgers.remove": { reads: [], changes: ["sales","sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.channels.list": { reads: ["sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.channels.begin": { reads: [], changes: ["sales_accounts"], startsJob: false, reopens: false },
  "sales.channels.finish": { reads: [], changes: ["sales","sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.channels.listen": { reads: [], changes: [], startsJob: false, reopens: false },
  "sales.channels.listening": { reads: ["sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.channels.unlisten": { reads: [], changes: ["sales_accounts"], startsJob: false, reopens: false },
  "sales.channels.set": { reads: [], changes: ["sales","sales_accounts","jobs","audit"], startsJob: false, reopens: false },
  "sales.channels.remove": { reads: [], changes: ["sales","sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.catalogue.show": { reads: ["sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.catalogue.products": { reads: ["sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.catalogue.refresh": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "sales.misfits": { reads: ["sales","sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.misfits.seen": { reads: [], changes: ["sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.mappings.list": { reads: ["sales","sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.mappings.set": { reads: [], changes: ["sales","jobs","audit"], startsJob: false, reopens: false },
  "sales.mappings.suggest": { reads: [], changes: ["sales","jobs","audit"], startsJob: false, reopens: false },
  "sales.mappings.export": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.mappings.import": { reads: [], changes: ["sales","jobs","audit"], startsJob: false, reopens: false },
  "sales.sync": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "sales.solar.connect": { reads: [], changes: ["sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.solar.probe": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "sales.ledgers.probe": { reads: [], changes: ["sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.sources.connect": { reads: [], changes: ["sales","sales_accounts","audit"], startsJob: false, reopens: false },
  "sales.sources.test": { reads: [], changes: [], startsJob: false, reopens: false },
  "sales.deliver": { reads: [], changes: ["jobs","audit"], startsJob: true, reopens: false },
  "sales.attempts": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.attempts.export": { reads: ["sales"], changes: ["audit"], startsJob: false, reopens: false },
  "sales.list": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.totals": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.show": { reads: ["sales","sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.send": { reads: [], changes: ["sales","jobs","audit"], startsJob: true, reopens: false },
  "sales.follow": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "sales.decide": { reads: [], changes: ["jobs","audit"], startsJob: true, reopens: false },
  "sales.accept": { reads: [], changes: ["sales","audit"], startsJob: false, reopens: false },
  "sales.tasks": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.tasks.done": { reads: [], changes: ["sales","audit"], startsJob: false, reopens: false },
  "sales.costs.list": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "sales.costs.set": { reads: [], changes: ["sales","jobs","audit"], startsJob: false, reopens: false },
  "sales.costs.import": { reads: [], changes: ["sales","jobs","audit"], startsJob: false, reopens: false },
  "sales.costs.sources": { reads: ["sales","sales_accounts"], changes: [], startsJob: false, reopens: false },
  "sales.costs.source": { reads: [], changes: ["sales","jobs","audit"], startsJob: true, reopens: false },
  "sales.costs.bills": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "sales.export": { reads: ["sales"], changes: ["audit"], startsJob: false, reopens: false },
  "sales.document": { reads: ["sales"], changes: ["audit"], startsJob: false, reopens: false },
  "sales.margin.export": { reads: ["sales"], changes: ["audit"], startsJob: false, reopens: false },
  "sales.margin": { reads: ["sales"], changes: [], startsJob: false, reopens: false },
  "forecast.offices": { reads: ["companies","movements","forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.train": { reads: [], changes: ["jobs"], startsJob: true, reopens: false },
  "forecast.models": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.activate": { reads: [], changes: ["forecasts","audit"], startsJob: false, reopens: false },
  "forecast.remove": { reads: [], changes: ["forecasts","audit"], startsJob: false, reopens: false },
  "forecast.articles": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.totals": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.history": { reads: ["companies","movements","forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.article": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.predict": { reads: ["forecasts"], changes: [], startsJob: false, reopens: false },
  "forecast.export": { reads: ["forecasts"], changes: ["audit"], startsJob: false, reopens: false },
  "forecast.mlflow.status": { reads: ["forecasts","settings"], changes: [], startsJob: false, reopens: false },
  "forecast.mlflow.test": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
  "forecast.mlflow.send": { reads: [], changes: ["forecasts","jobs"], startsJob: true, reopens: false },
  "diagnostics.export": { reads: [], changes: ["audit"], startsJob: false, reopens: false },
};
