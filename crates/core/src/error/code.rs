//! The one list of error codes.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How an error is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something that a person can and must put right first: a refused precondition.
    Warning,
    /// Someone asked for it. Not a failure.
    Neutral,
    /// A failure.
    Failure,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $severity:ident, $retry:ident;)*) => {
        /// Every error that a person or a program can meet, by its stable name. The texts stand in
        /// `texts/errors.{es,en}.toml` under that name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All codes, in the order of the list.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable name: `DB_HOST_UNREACHABLE`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// How it is to be taken.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// Whether the same attempt may succeed later with nothing changed by a person.
            pub fn is_retryable(self) -> bool {
                match self { $(Code::$name => codes!(@ $retry),)* }
            }
        }
    };
    (@ retry) => { true };
    (@ permanent) => { false };
}

codes! {
    /// The job or command was cancelled.
    Cancelled = "CANCELLED", Neutral, permanent;
    /// A value that a person or a program gave does not fit. `field`, `reason`.
    InvalidInput = "INVALID_INPUT", Warning, permanent;
    /// What was named does not exist. `what`, `name`.
    NotFound = "NOT_FOUND", Warning, permanent;
    /// What was to be added is there already. `what`, `name`.
    AlreadyExists = "ALREADY_EXISTS", Warning, permanent;
    /// A server gives the sales of an account, and can't be removed before it. `name`, `account`.
    ServerInUse = "SERVER_IN_USE", Warning, permanent;
    /// A defect of Puente itself.
    Internal = "INTERNAL", Failure, permanent;

    /// A tax id is not one. `value`, `reason`.
    TaxIdInvalid = "TAX_ID_INVALID", Warning, permanent;
    /// A date or range is out of what is sensible. `value`, `reason`.
    PeriodInvalid = "PERIOD_INVALID", Warning, permanent;
    /// The machine's clock is wrong. `now`, `reference`.
    ClockWrong = "CLOCK_WRONG", Warning, permanent;

    /// The data folder can't be written. `path`.
    DataFolderReadOnly = "DATA_FOLDER_READ_ONLY", Failure, permanent;
    /// No room left on the disk. `path`.
    DiskFull = "DISK_FULL", Failure, retry;
    /// The file was written by a newer Puente. `path`, `found`, `known`.
    StoreNewer = "STORE_NEWER", Failure, permanent;
    /// A database file of Puente is damaged; it was set aside. `path`, `quarantine`, `backup`.
    StoreCorrupt = "STORE_CORRUPT", Failure, permanent;
    /// The file is a healthy database of another program. `path`.
    StoreForeign = "STORE_FOREIGN", Failure, permanent;
    /// Another error of the local databases.
    StoreFailed = "STORE_FAILED", Failure, permanent;
    /// A backup is not one, or is damaged. `path`.
    BackupInvalid = "BACKUP_INVALID", Failure, permanent;
    /// There is no backup to restore. `path`.
    BackupMissing = "BACKUP_MISSING", Warning, permanent;

    /// No keyring answers on this machine.
    KeyringAbsent = "KEYRING_ABSENT", Failure, permanent;
    /// The keyring is there and locked.
    KeyringLocked = "KEYRING_LOCKED", Failure, retry;
    /// The keyring has no secret under that name. `name`.
    SecretMissing = "SECRET_MISSING", Warning, permanent;
    /// The secrets file does not open with that passphrase, or is damaged. `path`.
    SecretFileUnreadable = "SECRET_FILE_UNREADABLE", Failure, permanent;
    /// The secret is too long for the keyring. `name`, `limit`.
    SecretTooLong = "SECRET_TOO_LONG", Warning, permanent;

    /// The name of the host can't be resolved, or no route leads there. `host`, `port`.
    DbHostUnreachable = "DB_HOST_UNREACHABLE", Failure, retry;
    /// The host answers and the port is closed. `host`, `port`.
    DbPortClosed = "DB_PORT_CLOSED", Failure, retry;
    /// No answer within the time (a dead VPN, a firewall that drops). `host`, `port`, `seconds`.
    DbTimeout = "DB_TIMEOUT", Failure, retry;
    /// The connection broke while in use. `host`, `port`.
    DbConnectionLost = "DB_CONNECTION_LOST", Failure, retry;
    /// Something else than the expected database server answers there. `host`, `port`, `kind`.
    DbNotAServer = "DB_NOT_A_SERVER", Failure, permanent;
    /// User or password are wrong. `user`.
    DbWrongPassword = "DB_WRONG_PASSWORD", Failure, permanent;
    /// The server offers only ways to log in that this driver doesn't have.
    DbAuthUnsupported = "DB_AUTH_UNSUPPORTED", Failure, permanent;
    /// The server demands an encryption that this driver doesn't have.
    DbEncryptionUnsupported = "DB_ENCRYPTION_UNSUPPORTED", Failure, permanent;
    /// The server has no such database file. `path`.
    DbNotFound = "DB_NOT_FOUND", Failure, permanent;
    /// The file is there and is not a database. `path`.
    DbNotADatabase = "DB_NOT_A_DATABASE", Failure, permanent;
    /// The database was made by another version of the server. `path`.
    DbVersionUnsupported = "DB_VERSION_UNSUPPORTED", Failure, permanent;
    /// The login may not read a table. `object`.
    DbPermissionDenied = "DB_PERMISSION_DENIED", Failure, permanent;
    /// Someone holds a lock that this reading met. `object`.
    DbLockConflict = "DB_LOCK_CONFLICT", Failure, retry;
    /// The server refused the statement. `statement`.
    DbStatementFailed = "DB_STATEMENT_FAILED", Failure, permanent;
    /// The client library that the fallback needs is not on this machine. `library`.
    DbClientLibraryMissing = "DB_CLIENT_LIBRARY_MISSING", Failure, permanent;
    /// A text holds bytes that the charset doesn't have. `table`, `column`, `charset`.
    DbInvalidText = "DB_INVALID_TEXT", Failure, permanent;
    /// A number doesn't fit. `table`, `column`, `value`.
    DbNumberOverflow = "DB_NUMBER_OVERFLOW", Failure, permanent;
    /// A value is larger than what is sensible. `table`, `column`, `limit`.
    DbValueTooLarge = "DB_VALUE_TOO_LARGE", Failure, permanent;
    /// The server's certificate or encryption was refused. `host`, `reason`.
    DbTlsRefused = "DB_TLS_REFUSED", Failure, permanent;
    /// Nobody that this machine trusts vouches for the server's certificate. `host`, `reason`,
    /// `subject`, `issuer`, `until`, `sha256`.
    DbCertificateUntrusted = "DB_CERTIFICATE_UNTRUSTED", Failure, permanent;
    /// Nobody tells the port of a named instance. `host`, `instance`.
    DbInstanceNotFound = "DB_INSTANCE_NOT_FOUND", Failure, permanent;
    /// The database was replaced or restored since it was last read. `path`.
    DbRestored = "DB_RESTORED", Warning, permanent;
    /// The database no longer knows what changed since it was last read. `table`.
    DbChangesForgotten = "DB_CHANGES_FORGOTTEN", Warning, retry;
    /// The profile wants changes to be found in a way that the database doesn't offer. `method`,
    /// `lacking`.
    DbChangesUnavailable = "DB_CHANGES_UNAVAILABLE", Failure, permanent;

    /// No way leads to a host: its name, its port, or the network. `host`.
    NetUnreachable = "NET_UNREACHABLE", Failure, retry;
    /// No answer within the time. `host`, `seconds`.
    NetTimeout = "NET_TIMEOUT", Failure, retry;
    /// A certificate is not trusted. `host`, `reason`, `issuer`.
    NetTlsRefused = "NET_TLS_REFUSED", Failure, permanent;
    /// A server speaks no TLS that still protects. `host`.
    NetTlsOld = "NET_TLS_OLD", Failure, permanent;
    /// The proxy refuses, or wants another user or password. `proxy`.
    NetProxyRefused = "NET_PROXY_REFUSED", Failure, permanent;
    /// The host answers with something that is no HTTP, or the connection broke. `host`.
    NetFailed = "NET_FAILED", Failure, retry;

    /// Another computer than the expected kind answers: no SSH. `host`.
    SshNotSsh = "SSH_NOT_SSH", Failure, permanent;
    /// Nobody has confirmed the server's host key yet. `host`, `fingerprint`.
    SshHostUnknown = "SSH_HOST_UNKNOWN", Warning, permanent;
    /// The server shows another host key than the one that was confirmed. `host`, `known`, `found`.
    SshHostChanged = "SSH_HOST_CHANGED", Failure, permanent;
    /// The server lets the user not in. `user`, `methods` that it would still take.
    SshAuthRefused = "SSH_AUTH_REFUSED", Failure, permanent;
    /// A private key file can't be used. `path`, `reason`.
    SshKeyUnusable = "SSH_KEY_UNUSABLE", Warning, permanent;
    /// The SSH agent of this PC is not there, or has no key. `reason`.
    SshAgentUnusable = "SSH_AGENT_UNUSABLE", Warning, permanent;
    /// The user may not act as the administrator. `user`.
    SudoRefused = "SUDO_REFUSED", Failure, permanent;
    /// A command on the server failed. `command`, `reason`.
    RemoteFailed = "REMOTE_FAILED", Failure, permanent;
    /// The server runs something else than Linux. `system`.
    RemoteNotLinux = "REMOTE_NOT_LINUX", Failure, permanent;

    /// A `.conf` or what `wg` says is not well formed. `what`, `line`, `reason`.
    VpnUnreadable = "VPN_UNREADABLE", Warning, permanent;
    /// WireGuard is not on the server. `host`.
    VpnToolsMissing = "VPN_TOOLS_MISSING", Warning, permanent;
    /// The server has no such interface. `interface`, `found`.
    VpnInterfaceMissing = "VPN_INTERFACE_MISSING", Warning, permanent;
    /// Another program owns the interface, and would overwrite what Puente writes. `interface`, `owner`.
    VpnForeignOwner = "VPN_FOREIGN_OWNER", Warning, permanent;
    /// Every address of the network is taken. `network`.
    VpnPoolExhausted = "VPN_POOL_EXHAUSTED", Warning, permanent;
    /// Someone has that address already. `address`.
    VpnAddressTaken = "VPN_ADDRESS_TAKEN", Warning, permanent;
    /// `wg` did not take the change, and the file is as it was. `reason`.
    VpnRefused = "VPN_REFUSED", Failure, permanent;
    /// A step of setting a server up failed. `command`, `reason`.
    VpnSetupFailed = "VPN_SETUP_FAILED", Failure, permanent;
    /// No helper for tunnels of the whole PC answers. `path`.
    VpnHelperMissing = "VPN_HELPER_MISSING", Warning, permanent;
    /// The helper for tunnels of the whole PC does not know this user. `user`.
    VpnHelperNotAllowed = "VPN_HELPER_NOT_ALLOWED", Warning, permanent;
    /// This PC reaches a network of the VPN by another way already. `network`, `by`.
    VpnNetTaken = "VPN_NET_TAKEN", Warning, permanent;
    /// The helper for tunnels of the whole PC refused. `reason`.
    VpnHelperRefused = "VPN_HELPER_REFUSED", Warning, permanent;
    /// Nobody gave the permission of an administrator that Windows asked for.
    VpnPermissionRefused = "VPN_PERMISSION_REFUSED", Warning, permanent;
    /// Others change the server's file all the time. `interface`.
    VpnBusy = "VPN_BUSY", Failure, retry;
    /// Another process has the tunnel of the VPN. `process`.
    VpnHeld = "VPN_HELD", Warning, retry;
    /// No handshake within the time. `endpoint`, `seconds`.
    VpnNoHandshake = "VPN_NO_HANDSHAKE", Failure, retry;
    /// The target does not lie behind the VPN. `target`, `allowed`.
    VpnNotRouted = "VPN_NOT_ROUTED", Warning, permanent;
    /// Another program listens on the local port. `port`.
    VpnPortTaken = "VPN_PORT_TAKEN", Warning, permanent;
    /// The operating system gave no socket or thread. `reason`.
    VpnSystem = "VPN_SYSTEM", Failure, retry;

    /// An ERP profile is not well formed. `profile`, `reason`.
    ProfileInvalid = "PROFILE_INVALID", Warning, permanent;
    /// The live database lacks what the profile needs. `profile`, `missing`.
    SchemaMismatch = "SCHEMA_MISMATCH", Failure, permanent;
    /// The master database has no usable list of companies. `table`, `missing`.
    MasterTableMissing = "MASTER_TABLE_MISSING", Failure, permanent;
    /// The file of a company is not where the list says. `path`, `company`.
    CompanyFileMissing = "COMPANY_FILE_MISSING", Failure, permanent;
    /// The same NIT and year stand on two servers. `nit`, `year`, `server`.
    CompanyDuplicate = "COMPANY_DUPLICATE", Warning, permanent;
    /// The proof of completeness found a difference. `company`, `differences`.
    ProofMismatch = "PROOF_MISMATCH", Failure, retry;
    /// A source file can't be read. `path`, `line`, `reason`.
    FileUnreadable = "FILE_UNREADABLE", Failure, permanent;
    /// Now is one of the hours in which the ERP must be left alone. `until`.
    QuietHours = "QUIET_HOURS", Warning, retry;

    /// A cloud does not take the credentials. `cloud`, `said`.
    CloudLoginRefused = "CLOUD_LOGIN_REFUSED", Failure, permanent;
    /// A cloud refuses what was asked. `cloud`, `status`, `said`.
    CloudRefused = "CLOUD_REFUSED", Failure, permanent;
    /// A cloud wants fewer requests, or is out of order. `cloud`.
    CloudBusy = "CLOUD_BUSY", Failure, retry;
    /// What answered is not the cloud, or half of it. `cloud`.
    CloudUnreadable = "CLOUD_UNREADABLE", Failure, retry;
    /// A channel account has to be authorised again. `account`.
    ChannelLost = "CHANNEL_LOST", Warning, permanent;
    /// The page in the browser brought no authorisation. `said`.
    ChannelNotAuthorised = "CHANNEL_NOT_AUTHORISED", Warning, permanent;
    /// The sale is in a state that doesn't allow this. `sale`, `sale_state`.
    SaleWrongState = "SALE_WRONG_STATE", Warning, permanent;
    /// There is no sample shop here: only the example office has one.
    ExampleOnly = "EXAMPLE_ONLY", Warning, permanent;
    /// The registered address is not one of this machine with a port: no browser lands here. `address`.
    LandingElsewhere = "LANDING_ELSEWHERE", Warning, permanent;
    /// Another program listens at the registered port. `port`.
    LandingTaken = "LANDING_TAKEN", Warning, permanent;

    /// Another job holds what this one needs. `resource`.
    JobBusy = "JOB_BUSY", Warning, retry;
    /// The job is in a state that doesn't allow this. `job`, `state`.
    JobWrongState = "JOB_WRONG_STATE", Warning, permanent;
    /// The process that ran the job ended. `job`.
    JobInterrupted = "JOB_INTERRUPTED", Failure, retry;
    /// A schedule is not well formed. `cron`.
    ScheduleInvalid = "SCHEDULE_INVALID", Warning, permanent;

    /// The companies of a NIT have too few months with sales to forecast from. `nit`, `months`.
    ForecastNoHistory = "FORECAST_NO_HISTORY", Warning, permanent;
    /// The files of a model are not what was written. `model`, `path`.
    ForecastModelDamaged = "FORECAST_MODEL_DAMAGED", Failure, permanent;
    /// The MLflow server lets us not in. `url`, `status`.
    MlflowLogin = "MLFLOW_LOGIN", Failure, permanent;
    /// What answers at that address is no MLflow. `url`, `found`.
    MlflowNotThere = "MLFLOW_NOT_THERE", Failure, permanent;
    /// MLflow refuses what it was told. `status`, `reason`.
    MlflowRefused = "MLFLOW_REFUSED", Failure, permanent;
    /// MLflow failed, and may do better later. `status`, `reason`.
    MlflowFailed = "MLFLOW_FAILED", Warning, retry;

    /// The bridge let a request not in: no token, or a page or name of somewhere else. `reason`.
    BridgeRefused = "BRIDGE_REFUSED", Warning, permanent;

    /// What the sample data needs is not on this machine. `what`.
    SandboxUnavailable = "SANDBOX_UNAVAILABLE", Warning, permanent;
    /// The sample data or its private server failed. `reason`.
    SandboxFailed = "SANDBOX_FAILED", Failure, permanent;
}

impl Code {
    /// The code of that stable name.
    pub fn parse(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// In TypeScript: the union of all names.
impl ts_rs::TS for Code {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &ts_rs::Config) -> String {
        "ErrorCode".to_owned()
    }

    fn inline(_: &ts_rs::Config) -> String {
        let names: Vec<String> = Code::ALL
            .iter()
            .map(|code| format!("\"{}\"", code.as_str()))
            .collect();
        names.join(" | ")
    }

    fn decl(config: &ts_rs::Config) -> String {
        format!("type ErrorCode = {};", Self::inline(config))
    }

    fn decl_concrete(config: &ts_rs::Config) -> String {
        Self::decl(config)
    }

    fn docs() -> Option<String> {
        Some(
            "/**\n * Every error that a person or a program can meet, by its stable name.\n */\n"
                .to_owned(),
        )
    }

    fn output_path() -> Option<std::path::PathBuf> {
        Some("ErrorCode.ts".into())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Code::parse(&name).ok_or_else(|| serde::de::Error::custom(format!("unknown code {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_parse_back() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }
}
