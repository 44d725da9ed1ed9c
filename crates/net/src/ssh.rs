//! The one place where SSH sessions are built. A server whose host key nobody confirmed, or whose key
//! is another one than the confirmed, gets no user and no password.

mod key;

use crate::Error;
use puente_core::{Cancel, Secret};
use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::agent::client::{AgentClient, AgentStream};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh::{ChannelMsg, MethodKind, MethodSet};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

/// The most that is kept of what a command says, in bytes.
const MOST_SAID: usize = 4 << 20;
/// Keys of an agent that are tried: servers hang up after six.
const MOST_KEYS: usize = 5;

/// An agent, by whatever way it is spoken to.
type Agent = AgentClient<Box<dyn AgentStream + Send + Unpin>>;

/// How a login is proven.
#[derive(Debug, Clone)]
pub enum SshLogin {
    /// With the keys of this PC's agent.
    Agent,
    /// With a private key in a file.
    Key {
        /// The file: OpenSSH, PEM or PuTTY.
        path: PathBuf,
        /// What opens it, if it is locked.
        passphrase: Option<Secret>,
    },
    /// With a password.
    Password(Secret),
}

/// A server, and how to log in to it.
#[derive(Debug, Clone)]
pub struct SshTarget {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Login.
    pub user: String,
    /// How it is proven.
    pub login: SshLogin,
    /// The host key that a person confirmed, `SHA256:…`; none when nobody has yet.
    pub fingerprint: Option<String>,
    /// How long connecting and logging in may take, each.
    pub limit: Duration,
}

/// What a command left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshOutput {
    /// Its exit code; none when a signal ended it or the connection broke.
    pub code: Option<u32>,
    /// What it wrote to its output.
    pub stdout: String,
    /// What it wrote to its error output.
    pub stderr: String,
}

/// A session with a server. Used from one thread at a time.
pub struct SshSession {
    runtime: Runtime,
    handle: Handle<Witness>,
    host: String,
    limit: Duration,
}

impl SshSession {
    /// Connects and logs in.
    ///
    /// # Errors
    /// [`Error::Unreachable`], [`Error::Timeout`], [`Error::NotSsh`]; [`Error::HostUnknown`] with the
    /// fingerprint, [`Error::HostChanged`]; [`Error::AuthRefused`], [`Error::KeyUnusable`],
    /// [`Error::Cancelled`].
    pub fn open(target: &SshTarget, cancel: &Cancel) -> Result<SshSession, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Failed {
                host: target.host.clone(),
                detail: error.to_string(),
            })?;
        let host = format!("{}:{}", target.host, target.port);
        let opening = open(target, &host);
        let handle = runtime.block_on(until(cancel, opening))?;
        Ok(SshSession {
            runtime,
            handle,
            host,
            limit: target.limit,
        })
    }

    /// Runs a command of the server's shell, with `input` as its input.
    ///
    /// # Errors
    /// [`Error::Timeout`] when it has not ended within `limit`, [`Error::Failed`] when the connection
    /// breaks, [`Error::Cancelled`]. The command may have run then.
    pub fn run(
        &self,
        command: &str,
        input: &Secret,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<SshOutput, Error> {
        let running = async {
            let ran = run(&self.handle, command, input.expose().as_bytes());
            match tokio::time::timeout(limit, ran).await {
                Ok(output) => output.map_err(|error| Error::Failed {
                    host: self.host.clone(),
                    detail: error.to_string(),
                }),
                Err(_) => Err(Error::Timeout {
                    host: self.host.clone(),
                    seconds: limit.as_secs(),
                }),
            }
        };
        self.runtime.block_on(until(cancel, running))
    }
}

impl Drop for SshSession {
    fn drop(&mut self) {
        let goodbye = self
            .handle
            .disconnect(russh::Disconnect::ByApplication, "", "");
        // A server that is gone hears no goodbye.
        drop(self.runtime.block_on(async {
            tokio::time::timeout(self.limit.min(Duration::from_secs(1)), goodbye).await
        }));
    }
}

impl std::fmt::Debug for SshSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SshSession({})", self.host)
    }
}

async fn until<T>(
    cancel: &Cancel,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let stop = Arc::new(Notify::new());
    let ask = Arc::clone(&stop);
    let _guard = cancel.on_cancel(move || ask.notify_one());
    tokio::select! {
        result = work => result,
        () = stop.notified() => Err(Error::Cancelled),
    }
}

/// Sees the server's host key, and lets pass only the confirmed one.
struct Witness {
    known: Option<String>,
    seen: Arc<Mutex<Option<String>>>,
}

impl client::Handler for Witness {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        shown: &PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        let found = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.fingerprint(HashAlg::Sha256),
            PublicKeyOrCertificate::Certificate(certificate) => {
                certificate.public_key().fingerprint(HashAlg::Sha256)
            }
        }
        .to_string();
        let passes = self.known.as_ref() == Some(&found);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(passes)
    }
}

async fn open(target: &SshTarget, host: &str) -> Result<Handle<Witness>, Error> {
    let late = |_| Error::Timeout {
        host: host.to_owned(),
        seconds: target.limit.as_secs(),
    };
    let connecting = TcpStream::connect((target.host.as_str(), target.port));
    let stream = tokio::time::timeout(target.limit, connecting)
        .await
        .map_err(late)?
        .map_err(|error| Error::Unreachable {
            host: host.to_owned(),
            detail: error.to_string(),
        })?;
    let seen = Arc::new(Mutex::new(None));
    let witness = Witness {
        known: target.fingerprint.clone(),
        seen: Arc::clone(&seen),
    };
    let settings = Arc::new(client::Config {
        keepalive_interval: Some(Duration::from_secs(15)),
        nodelay: true,
        ..client::Config::default()
    });
    let greeting = client::connect_stream(settings, stream, witness);
    let greeted = tokio::time::timeout(target.limit, greeting).await;
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut handle = match (greeted, seen, &target.fingerprint) {
        (Ok(Ok(handle)), _, _) => handle,
        (_, Some(found), None) => {
            return Err(Error::HostUnknown {
                host: host.to_owned(),
                fingerprint: found,
            });
        }
        (_, Some(found), Some(known)) if found != *known => {
            return Err(Error::HostChanged {
                host: host.to_owned(),
                known: known.clone(),
                found,
            });
        }
        (Ok(Err(error)), Some(_), _) => {
            return Err(Error::Failed {
                host: host.to_owned(),
                detail: error.to_string(),
            });
        }
        // A server that says nothing at all is none of SSH either: those speak first.
        (Ok(Err(_)) | Err(_), _, _) => {
            return Err(Error::NotSsh {
                host: host.to_owned(),
            });
        }
    };
    match tokio::time::timeout(target.limit, log_in(&mut handle, target)).await {
        Ok(Ok(())) => Ok(handle),
        Ok(Err(error)) => Err(error),
        Err(elapsed) => Err(late(elapsed)),
    }
}

async fn log_in(handle: &mut Handle<Witness>, target: &SshTarget) -> Result<(), Error> {
    let broken = |error: russh::Error| Error::Failed {
        host: target.host.clone(),
        detail: error.to_string(),
    };
    let result = match &target.login {
        SshLogin::Password(password) => return with_password(handle, target, password).await,
        SshLogin::Agent => return with_agent(handle, target).await,
        SshLogin::Key { path, passphrase } => {
            let key = key::load(path, passphrase.as_ref())?;
            let hash = handle.best_supported_rsa_hash().await.map_err(broken)?;
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash.flatten());
            let asked = handle.authenticate_publickey(&target.user, key);
            asked.await.map_err(broken)?
        }
    };
    settle(&result, target)
}

async fn with_password(
    handle: &mut Handle<Witness>,
    target: &SshTarget,
    password: &Secret,
) -> Result<(), Error> {
    let broken = |error: russh::Error| Error::Failed {
        host: target.host.clone(),
        detail: error.to_string(),
    };
    let words = password.expose().as_str();
    let result = handle
        .authenticate_password(&target.user, words)
        .await
        .map_err(broken)?;
    let asks = match &result {
        AuthResult::Success => return Ok(()),
        AuthResult::Failure {
            remaining_methods, ..
        } => remaining_methods.contains(&MethodKind::KeyboardInteractive),
    };
    if !asks {
        return settle(&result, target);
    }
    // Servers that ask questions ask for the password, once; an answer to more would be a guess.
    let mut question = handle
        .authenticate_keyboard_interactive_start(&target.user, None)
        .await
        .map_err(broken)?;
    for _ in 0..3 {
        match question {
            KeyboardInteractiveAuthResponse::Success => return Ok(()),
            KeyboardInteractiveAuthResponse::Failure { .. } => break,
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                let answers = match prompts.len() {
                    0 => Vec::new(),
                    1 => vec![words.to_owned()],
                    _ => break,
                };
                question = handle
                    .authenticate_keyboard_interactive_respond(answers)
                    .await
                    .map_err(broken)?;
            }
        }
    }
    settle(&result, target)
}

/// An agent with the keys that it has.
type Keys = Result<(Agent, Vec<AgentIdentity>), russh::keys::Error>;

async fn asked(mut agent: Agent) -> Keys {
    let keys = agent.request_identities().await?;
    Ok((agent, keys))
}

/// The agent of this PC.
#[cfg(unix)]
async fn agent() -> Keys {
    asked(AgentClient::connect_env().await?.dynamic()).await
}

/// The agent of this PC that has keys: the one of Windows itself, or PuTTY's Pageant.
#[cfg(windows)]
async fn agent() -> Keys {
    let openssh = async {
        let pipe = r"\\.\pipe\openssh-ssh-agent";
        asked(AgentClient::connect_named_pipe(pipe).await?.dynamic()).await
    };
    let found: Keys = openssh.await;
    if found.as_ref().is_ok_and(|(_, keys)| !keys.is_empty()) {
        return found;
    }
    let pageant = async { asked(AgentClient::connect_pageant().await?.dynamic()).await };
    let pageant: Keys = pageant.await;
    // Where there is no Pageant either, the one that every Windows has tells what is missing.
    pageant.or(found)
}

async fn with_agent(handle: &mut Handle<Witness>, target: &SshTarget) -> Result<(), Error> {
    let absent = |error: russh::keys::Error| Error::AgentUnusable {
        reason: "no_agent",
        detail: error.to_string(),
    };
    let (mut agent, keys) = agent().await.map_err(absent)?;
    if keys.is_empty() {
        return Err(Error::AgentUnusable {
            reason: "agent_empty",
            detail: String::new(),
        });
    }
    let hash = handle.best_supported_rsa_hash().await.ok().flatten();
    let mut last = AuthResult::Failure {
        remaining_methods: MethodSet::empty(),
        partial_success: false,
    };
    for identity in keys.into_iter().take(MOST_KEYS) {
        let AgentIdentity::PublicKey { key, .. } = identity else {
            continue;
        };
        let asked =
            handle.authenticate_publickey_with(&target.user, key, hash.flatten(), &mut agent);
        match asked.await {
            Ok(AuthResult::Success) => return Ok(()),
            Ok(refused) => last = refused,
            // A key that the agent won't use for us is passed over.
            Err(error) => tracing::debug!(%error, "a key of the agent was passed over"),
        }
    }
    settle(&last, target)
}

fn settle(result: &AuthResult, target: &SshTarget) -> Result<(), Error> {
    match result {
        AuthResult::Success => Ok(()),
        AuthResult::Failure {
            remaining_methods, ..
        } => {
            let methods: Vec<String> = remaining_methods.iter().map(String::from).collect();
            Err(Error::AuthRefused {
                user: target.user.clone(),
                methods: methods.join(", "),
            })
        }
    }
}

async fn run(
    handle: &Handle<Witness>,
    command: &str,
    input: &[u8],
) -> Result<SshOutput, russh::Error> {
    let mut channel = handle.channel_open_session().await?;
    channel.exec(true, command).await?;
    channel.data(input).await?;
    channel.eof().await?;
    let (mut code, mut stdout, mut stderr) = (None, Vec::new(), Vec::new());
    while let Some(message) = channel.wait().await {
        #[allow(
            clippy::wildcard_enum_match_arm,
            reason = "the enum of another crate, which grows"
        )]
        match message {
            ChannelMsg::Data { data } => keep(&mut stdout, &data),
            ChannelMsg::ExtendedData { data, ext: 1 } => keep(&mut stderr, &data),
            ChannelMsg::ExitStatus { exit_status } => code = Some(exit_status),
            _ => {}
        }
    }
    Ok(SshOutput {
        code,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    })
}

fn keep(said: &mut Vec<u8>, data: &[u8]) {
    let room = MOST_SAID.saturating_sub(said.len()).min(data.len());
    said.extend_from_slice(&data[..room]);
}

/// A word of a command line of the server's shell, whatever stands in it.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/=+:@,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        for (text, word) in [
            ("wg0", "wg0"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's $(id)", r"'it'\''s $(id)'"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn what_is_closed_or_no_ssh_is_told_before_a_password_is_sent() {
        let mut target = SshTarget {
            host: "127.0.0.1".to_owned(),
            port: 1,
            user: "ana".to_owned(),
            login: SshLogin::Password(Secret::from("canary")),
            fingerprint: None,
            limit: Duration::from_secs(5),
        };
        let error = SshSession::open(&target, &Cancel::new()).unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        target.port = listener.local_addr().unwrap().port();
        let web = std::thread::spawn(move || {
            use std::io::{Read as _, Write as _};
            let (mut stream, _) = listener.accept().unwrap();
            stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                .unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut said = Vec::new();
            // It may be reset by then.
            drop(stream.read_to_end(&mut said));
            said
        });
        let error = SshSession::open(&target, &Cancel::new()).unwrap_err();
        assert!(matches!(error, Error::NotSsh { .. }), "{error:?}");
        let said = String::from_utf8_lossy(&web.join().unwrap()).into_owned();
        assert!(!said.contains("canary") && !said.contains("ana"), "{said}");
        // A server of SSH speaks first; one that says nothing is none.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        target.port = silent.local_addr().unwrap().port();
        target.limit = Duration::from_millis(300);
        let error = SshSession::open(&target, &Cancel::new()).unwrap_err();
        assert!(matches!(error, Error::NotSsh { .. }), "{error:?}");
    }
}
