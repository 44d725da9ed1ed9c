//! A server that speaks TDS 7.4 (and 8.0 on request) over SQLite: what Puente and two foreign clients
//! are tried against where no SQL Server can be. It knows the statements that Puente sends and
//! refuses others in SQL Server's numbers and words.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a type or word that needs nothing of its own is like all others"
)]

mod browser;
mod calls;
mod casts;
mod context;
mod database;
mod execute;
mod expressions;
mod faults;
mod functions;
mod late;
mod login;
mod moments;
mod packet;
mod parse;
mod refusal;
mod rpc;
mod session;
mod tokens;
mod translate;
mod transport;
mod tree;
mod types;
mod values;
mod words;

pub use database::{TdsDatabase, TdsDatabaseOptions, TdsTracking};
pub use faults::TdsFault;
pub use late::TdsLateTransaction;
pub use login::TdsLogin;
pub use types::TdsCollation;

use crate::Error;
use crate::certificates::{self, Identity, ServerCertificate};
use browser::Browser;
use faults::Faults;
use std::collections::BTreeMap;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What a server makes of encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TdsEncryption {
    /// It has none.
    None,
    /// Of the login only, whatever a client asks for.
    LoginOnly,
    /// As a client asks for.
    #[default]
    Offered,
    /// Of everything.
    Required,
    /// Of everything, and also from the first byte on (TDS 8).
    Strict,
}

/// What a server is like.
#[derive(Debug, Clone)]
pub struct TdsOptions {
    /// What it makes of encryption.
    pub encryption: TdsEncryption,
    /// What it shows of itself.
    pub certificate: ServerCertificate,
    /// Whether it knows only TLS 1.0, so that no handshake succeeds.
    pub old_tls: bool,
    /// Who may log in.
    pub logins: Vec<TdsLogin>,
    /// The name of the instance, which its browser answers for.
    pub instance: Option<String>,
}

impl TdsOptions {
    /// A server with one login.
    pub fn with(login: TdsLogin) -> Self {
        TdsOptions {
            encryption: TdsEncryption::default(),
            certificate: ServerCertificate::default(),
            old_tls: false,
            logins: vec![login],
            instance: None,
        }
    }
}

/// What all sessions share.
#[derive(Debug)]
struct State {
    options: TdsOptions,
    identity: Identity,
    databases: Mutex<BTreeMap<String, TdsDatabase>>,
    faults: Faults,
    clients: Mutex<Vec<TcpStream>>,
    statements: Mutex<Vec<String>>,
    clear_logins: AtomicU64,
    logins: AtomicU64,
    ended: AtomicBool,
}

impl State {
    fn database(&self, name: &str) -> Option<TdsDatabase> {
        lock(&self.databases).get(&name.to_uppercase()).cloned()
    }

    fn note(&self, text: &str) {
        lock(&self.statements).push(text.to_owned());
    }

    fn note_login(&self, encrypted: bool) {
        self.logins.fetch_add(1, Ordering::Relaxed);
        self.clear_logins
            .fetch_add(u64::from(!encrypted), Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server on a port of this machine, until it is dropped.
#[derive(Debug)]
pub struct TdsServer {
    state: Arc<State>,
    folder: PathBuf,
    port: u16,
    thread: Option<JoinHandle<()>>,
    browser: Option<Browser>,
}

impl TdsServer {
    /// Starts it. Its databases are files in `folder`, which is created.
    ///
    /// # Errors
    /// [`Error::Server`], [`Error::File`].
    pub fn start(folder: &Path, options: TdsOptions) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let failed = |error: std::io::Error| Error::Server {
            reason: error.to_string(),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let browser = options
            .instance
            .clone()
            .map(|instance| Browser::start(instance, port))
            .transpose()?;
        let state = Arc::new(State {
            identity: certificates::make(options.certificate)?,
            options,
            databases: Mutex::default(),
            faults: Faults::default(),
            clients: Mutex::default(),
            statements: Mutex::default(),
            clear_logins: AtomicU64::new(0),
            logins: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let server = TdsServer {
            state: Arc::clone(&state),
            folder: folder.to_owned(),
            port,
            thread: Some(std::thread::spawn(move || listen(&listener, &state))),
            browser,
        };
        server.create("master", TdsDatabaseOptions::default())?;
        Ok(server)
    }

    /// Its TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The UDP port of its browser, when it has an instance's name.
    pub fn browser_port(&self) -> Option<u16> {
        self.browser.as_ref().map(Browser::port)
    }

    /// The certificate of the authority that issued its own.
    pub fn authority_pem(&self) -> &str {
        &self.state.identity.authority_pem
    }

    /// Creates a database.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn create(&self, name: &str, options: TdsDatabaseOptions) -> Result<TdsDatabase, Error> {
        let database = TdsDatabase::create(&self.folder, name, options)?;
        lock(&self.state.databases).insert(name.to_uppercase(), database.clone());
        Ok(database)
    }

    /// Forgets a database: whoever asks for it is told that there is none.
    pub fn forget(&self, name: &str) {
        lock(&self.state.databases).remove(&name.to_uppercase());
    }

    /// Lets something go wrong with the next `times` statements that contain this text.
    pub fn fault(&self, contains: &str, times: u32, fault: TdsFault) {
        self.state.faults.add(contains, times, fault);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.state.faults.clear();
    }

    /// The statements that came so far, in their order.
    pub fn statements(&self) -> Vec<String> {
        lock(&self.state.statements).clone()
    }

    /// Logins that came so far, and those of them that came in the clear.
    pub fn logins(&self) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (load(&self.state.logins), load(&self.state.clear_logins))
    }

    /// Breaks every connection.
    pub fn break_connections(&self) {
        for client in lock(&self.state.clients).drain(..) {
            let _ = client.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for TdsServer {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        // Wakes whoever waits for the next client.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        self.break_connections();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming() {
        if state.ended.load(Ordering::Relaxed) {
            return;
        }
        let Ok(client) = client else { continue };
        if let Ok(own) = client.try_clone() {
            let mut clients = lock(&state.clients);
            clients.retain(|client| client.peer_addr().is_ok());
            clients.push(own);
        }
        let state = Arc::clone(state);
        std::thread::spawn(move || {
            // A kept clone holds the socket open, so that it has to be shut.
            let shut = client.try_clone();
            // How a client fares is the client's to say.
            let _ = session::serve(&state, client);
            if let Ok(client) = shut {
                let _ = client.shutdown(Shutdown::Both);
            }
        });
    }
}
