//! The office's server over SSH: who may act there as the administrator, what it says, and changes of
//! its peers.

use crate::keys::PresharedKey;
use crate::plan::{Change, ServerState};
use crate::vpns::{Hidden, Login, Remote, VpnId};
use crate::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Secret};
use puente_jobs::{Level, Running, audit};
use puente_net::{SshLogin, SshOutput, SshSession, SshTarget, shell_word};
use puente_store::Database;
use puente_store::secrets::Secrets;
use serde_json::json;
use std::time::Duration;

/// The script that does everything that needs the administrator.
pub const SCRIPT: &str = include_str!("remote/puente-peer.sh");
/// Where an administrator may install it, for users who get one sudo rule and nothing else.
pub const INSTALLED: &str = "/usr/local/sbin/puente-peer";
/// How long connecting and logging in may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a command may take: it waits for the lock at most twenty seconds.
const COMMAND: Duration = Duration::from_secs(40);

/// How long a step of a setup may take: packages are fetched.
const STEP: Duration = Duration::from_secs(900);

/// Where the programs of a server are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How commands run as the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The login is the administrator.
    Root,
    /// sudo asks for nothing.
    Free,
    /// sudo asks for nothing, for the installed script alone.
    Installed,
    /// sudo wants a password.
    Password,
}

/// A server that is logged in to.
#[derive(Debug)]
pub struct Server {
    session: SshSession,
    way: Way,
    sudo: Option<Secret>,
    interface: String,
    host: String,
    user: String,
    cancel: Cancel,
    ran: Vec<Ran>,
}

/// A command that ran on a server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
#[ts(rename = "VpnRan")]
pub struct Ran {
    /// As it was sent; the script stands as its name.
    pub command: String,
    /// The last line of its answer.
    pub answer: String,
}

/// The secrets of a login.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// The password of the login, or the passphrase of its key.
    pub login: Option<Secret>,
    /// The password that sudo asks for; the login's own when left out.
    pub sudo: Option<Secret>,
}

impl Credentials {
    /// Those of a VPN.
    ///
    /// # Errors
    /// Those of the keyring.
    pub fn of(secrets: &Secrets, id: VpnId) -> Result<Credentials> {
        Ok(Credentials {
            login: secrets.find(&Hidden::Login.name(id))?,
            sudo: secrets.find(&Hidden::Sudo.name(id))?,
        })
    }
}

/// The one line that lets a user change peers, and nothing else, without a password.
pub fn sudo_rule(user: &str) -> String {
    format!("{user} ALL=(root) NOPASSWD: {INSTALLED}")
}

/// As the administrator, without a question: tells which way is open.
const ASK: &str = "id -u; \
    if sudo -n true 2>/dev/null; then echo free; \
    elif sudo -n -l /usr/local/sbin/puente-peer >/dev/null 2>&1; then echo installed; \
    elif command -v sudo >/dev/null; then echo password; fi";

impl Server {
    /// Logs in, and finds out how to act as the administrator.
    ///
    /// # Errors
    /// Those of SSH, among them that nobody has confirmed the host key; that the user may not act as
    /// the administrator.
    pub fn open(remote: &Remote, credentials: &Credentials, cancel: &Cancel) -> Result<Server> {
        let login = match &remote.login {
            Login::Agent => SshLogin::Agent,
            Login::Key { path } => SshLogin::Key {
                path: path.clone(),
                passphrase: credentials.login.clone(),
            },
            Login::Password => SshLogin::Password(credentials.login.clone().ok_or_else(|| {
                puente_core::Error::new(Code::SecretMissing).with("name", &remote.user)
            })?),
        };
        let target = SshTarget {
            host: remote.host.clone(),
            port: remote.port,
            user: remote.user.clone(),
            login,
            fingerprint: (!remote.fingerprint.is_empty()).then(|| remote.fingerprint.clone()),
            limit: CONNECT,
        };
        let session = SshSession::open(&target, cancel)?;
        let mut server = Server {
            session,
            way: Way::Root,
            sudo: match &remote.login {
                Login::Password => credentials.sudo.clone().or(credentials.login.clone()),
                Login::Agent | Login::Key { .. } => credentials.sudo.clone(),
            },
            interface: remote.interface.clone(),
            host: remote.host.clone(),
            user: remote.user.clone(),
            cancel: cancel.clone(),
            ran: Vec::new(),
        };
        server.way = server.find_way()?;
        Ok(server)
    }

    fn find_way(&mut self) -> Result<Way> {
        let output = self.send(ASK, ASK, &Secret::from(""))?;
        let mut lines = output.stdout.lines();
        if lines.next() == Some("0") {
            return Ok(Way::Root);
        }
        let refused = || puente_core::Error::new(Code::SudoRefused).with("user", &self.user);
        match lines.next() {
            Some("free") => Ok(Way::Free),
            Some("installed") => Ok(Way::Installed),
            Some("password") => {
                let password = self.sudo.clone().ok_or_else(refused)?;
                let line = Secret::from(format!("{}\n", password.expose()));
                let command = "sudo -S -k -p '' true";
                let output = self.send(command, command, &line)?;
                match output.code {
                    Some(0) => Ok(Way::Password),
                    Some(_) | None => Err(puente_core::Error::new(Code::SudoRefused)
                        .with("user", &self.user)
                        .into()),
                }
            }
            Some(_) | None => Err(refused().into()),
        }
    }

    /// What the server says about itself.
    ///
    /// # Errors
    /// Those of SSH, and that the answer can't be read.
    pub fn state(&mut self) -> Result<ServerState> {
        let interface = self.interface.clone();
        let output = self.script(&["state".to_owned(), interface], None)?;
        ServerState::read(&output)
    }

    /// Makes a change.
    ///
    /// # Errors
    /// [`Conflict`] when the file changed since it was looked at; that WireGuard refused, and the file
    /// is as it was.
    pub fn change(
        &mut self,
        change: &Change,
        shared: Option<&PresharedKey>,
    ) -> std::result::Result<(), Conflict> {
        let Change::Run(line) = change else {
            return Ok(());
        };
        self.script(line, shared)?;
        Ok(())
    }

    /// Runs a script of the shell as the administrator, with `words` as its name and arguments, and gives
    /// what it said; `shown` is written down.
    ///
    /// # Errors
    /// Those of SSH; that the user may run nothing but the installed script; that it fails, with the last
    /// line of what it complained of.
    pub fn act(&mut self, script: &str, words: &[String], shown: &str) -> Result<String> {
        let words: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
        // Where sudo has no path of its own, the login's knows no programs of administrators.
        let script = format!("export LC_ALL=C PATH={PATH}\n{script}");
        let inline = format!("sh -c {} {}", shell_word(&script), words.join(" "));
        let mut input = String::new();
        let command = match (self.way, &self.sudo) {
            (Way::Root, _) => inline,
            (Way::Free, _) => format!("sudo -n {inline}"),
            (Way::Password, Some(password)) => {
                input = format!("{}\n", password.expose());
                format!("sudo -S -k -p '' {inline}")
            }
            (Way::Installed, _) | (Way::Password, None) => {
                return Err(puente_core::Error::new(Code::SudoRefused)
                    .with("user", &self.user)
                    .into());
            }
        };
        let output = self.send_within(&command, shown, &Secret::from(input), STEP)?;
        match output.code {
            Some(0) => Ok(output.stdout),
            Some(_) | None => {
                // wg-quick tells what it runs, and what it takes back, in lines of their own.
                let complaint = output.stderr.lines().rfind(|line| !line.starts_with("[#]"));
                let line = shown.lines().next().unwrap_or_default();
                let error = puente_core::Error::new(Code::VpnSetupFailed)
                    .with("command", line)
                    .with("reason", complaint.unwrap_or("exit 1"));
                let detail = output.stderr.trim().to_owned();
                Err(puente_core::Error { detail, ..error }.into())
            }
        }
    }

    /// The command that [`Server::change`] will run, as it is shown.
    pub fn shown(&self, line: &[String]) -> String {
        let words: Vec<String> = line.iter().map(|word| shell_word(word)).collect();
        let words = words.join(" ");
        match self.way {
            Way::Root => format!("puente-peer {words}"),
            Way::Free => format!("sudo -n puente-peer {words}"),
            Way::Installed => format!("sudo -n {INSTALLED} {words}"),
            Way::Password => format!("sudo -S -k puente-peer {words}"),
        }
    }

    /// What ran on the server so far.
    pub fn take_ran(&mut self) -> Vec<Ran> {
        std::mem::take(&mut self.ran)
    }

    /// Writes down what ran since the last time: in the job's log, and for good among what Puente did on
    /// someone's server.
    ///
    /// # Errors
    /// Those of the store.
    pub fn write_down(
        &mut self,
        state: &Database,
        now: DateTime<Utc>,
        subject: &str,
        job: &Running,
    ) -> Result<()> {
        let ran = self.take_ran();
        for ran in &ran {
            job.log(Level::Info, &format!("{} → {}", ran.command, ran.answer));
        }
        let detail = json!({ "host": self.host, "user": self.user, "ran": ran });
        let subject = subject.to_owned();
        state
            .write(move |tx| audit::append(tx, now, "local", "vpn.remote", &subject, &detail))
            .map_err(puente_core::Error::from)?;
        Ok(())
    }

    fn script(
        &mut self,
        line: &[String],
        shared: Option<&PresharedKey>,
    ) -> std::result::Result<String, Conflict> {
        let words: Vec<String> = line.iter().map(|word| shell_word(word)).collect();
        let words = words.join(" ");
        let inline = format!("sh -c {} puente-peer {words}", shell_word(SCRIPT));
        let command = match self.way {
            Way::Root => inline,
            Way::Free => format!("sudo -n {inline}"),
            Way::Installed => format!("sudo -n {INSTALLED} {words}"),
            Way::Password => format!("sudo -S -k -p '' {inline}"),
        };
        let mut input = String::new();
        if let (Way::Password, Some(password)) = (&self.way, &self.sudo) {
            input = format!("{}\n", password.expose());
        }
        if let Some(shared) = shared {
            input.push_str(shared.written().expose());
            input.push('\n');
        }
        let shown = self.shown(line);
        let output = self.send(&command, &shown, &Secret::from(input))?;
        let last = output.stdout.lines().last().unwrap_or_default();
        match last.split_once(' ').unwrap_or((last, "")) {
            ("ok", _) => Ok(output.stdout),
            ("fail", why) => Err(self.failure(&shown, why)),
            _ => Err(Conflict::Other(
                puente_core::Error::new(Code::RemoteFailed)
                    .with("command", shown)
                    .with("reason", output.stderr.lines().last().unwrap_or(last))
                    .into(),
            )),
        }
    }

    fn failure(&self, shown: &str, why: &str) -> Conflict {
        let (what, detail) = why.split_once(' ').unwrap_or((why, ""));
        let error = match what {
            "changed" => return Conflict::Changed,
            "busy" => puente_core::Error::new(Code::VpnBusy).with("interface", &self.interface),
            "unsaved" => puente_core::Error::new(Code::VpnForeignOwner)
                .with("interface", &self.interface)
                .with("owner", "wg set"),
            "missing" | "down" => puente_core::Error::new(Code::VpnInterfaceMissing)
                .with("interface", &self.interface)
                .with("found", "-"),
            "refused" => {
                let said = STANDARD.decode(detail).unwrap_or_default();
                let said = String::from_utf8_lossy(&said).trim().to_owned();
                puente_core::Error::new(Code::VpnRefused).with("reason", said)
            }
            _ => puente_core::Error::new(Code::RemoteFailed)
                .with("command", shown)
                .with("reason", why),
        };
        Conflict::Other(error.into())
    }

    fn send(&mut self, command: &str, shown: &str, input: &Secret) -> Result<SshOutput> {
        self.send_within(command, shown, input, COMMAND)
    }

    fn send_within(
        &mut self,
        command: &str,
        shown: &str,
        input: &Secret,
        limit: Duration,
    ) -> Result<SshOutput> {
        let result = self.session.run(command, input, limit, &self.cancel);
        let answer = match &result {
            Ok(output) => match output.stdout.lines().last() {
                Some(line) if line.len() < 200 => line.to_owned(),
                Some(_) | None => format!("exit {:?}", output.code.unwrap_or_default()),
            },
            Err(error) => error.to_string(),
        };
        self.ran.push(Ran {
            command: shown.to_owned(),
            answer,
        });
        Ok(result?)
    }
}

/// Why a change was not made.
#[derive(Debug)]
pub enum Conflict {
    /// The file changed since it was looked at: it is to be looked at again.
    Changed,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Conflict {
    fn from(error: Error) -> Self {
        Conflict::Other(error)
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Changed => puente_core::Error::new(Code::VpnBusy)
                .with("interface", "")
                .into(),
            Conflict::Other(error) => error,
        }
    }
}
