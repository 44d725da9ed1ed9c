//! A private server process.

use super::isql::{self, Isql};
use super::watchdog::Watched;
use super::{Access, Installation, ServerOptions, security};
use crate::Error;
use puente_core::Secret;
use std::ffi::OsString;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a server may take until it listens. It takes 0.1 s; a machine under load takes longer.
const START: Duration = Duration::from_secs(30);

/// Another process may take the free port that was found before the server does.
const PORTS_TO_TRY: u32 = 8;

/// A Firebird server of our own in a folder of its own. It stops when this is dropped, and when the
/// process that holds it ends in whatever way.
#[derive(Debug)]
pub struct FirebirdServer {
    options: ServerOptions,
    access: Access,
    process: Watched,
}

impl FirebirdServer {
    /// Starts Firebird 3.0 of this machine in `folder`, which is created; returns when it listens.
    ///
    /// # Errors
    /// [`Error::NotInstalled`], [`Error::Server`] when it doesn't start, [`Error::File`].
    pub fn start(folder: &Path, options: ServerOptions) -> Result<Self, Error> {
        Self::start_with(&Installation::find()?, folder, options)
    }

    /// Starts the server of that installation.
    ///
    /// # Errors
    /// Those of [`FirebirdServer::start`].
    pub fn start_with(
        installation: &Installation,
        folder: &Path,
        options: ServerOptions,
    ) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let folder = folder.canonicalize().map_err(Error::file(folder))?;
        lay_folder(installation, &folder)?;
        let password = options.new_password();
        write_configuration(installation, &folder, &options, 0)?;
        security::lay(installation, &folder, &options, &password)?;
        let mut refusal = String::new();
        for _ in 0..PORTS_TO_TRY {
            let port = free_port()?;
            write_configuration(installation, &folder, &options, port)?;
            match launch(installation, &folder, port, &password) {
                Ok(process) => {
                    let access = Access::new(installation, &folder, port, &password);
                    return Ok(Self {
                        options,
                        access,
                        process,
                    });
                }
                Err(Error::Server { reason }) => refusal = reason,
                Err(other) => return Err(other),
            }
        }
        Err(Error::Server { reason: refusal })
    }

    /// Always the loopback address.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.access.port()
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// As its programs say it: `3.0.11.33637`.
    pub fn version(&self) -> &str {
        self.access.installation().version()
    }

    /// The programs that it was started from.
    pub fn installation(&self) -> &Installation {
        self.access.installation()
    }

    /// How it was set up.
    pub fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// The private folder.
    pub fn folder(&self) -> &Path {
        self.access.folder()
    }

    /// Where its log is.
    pub fn log(&self) -> PathBuf {
        self.access.folder().join("firebird.log")
    }

    /// The administrator: `SYSDBA`.
    pub fn user(&self) -> &'static str {
        "SYSDBA"
    }

    /// The administrator's password.
    pub fn password(&self) -> &Secret {
        self.access.password()
    }

    /// A way in as the administrator, for as long as a server listens there.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Runs scripts over the server as the administrator.
    pub fn isql(&self) -> Isql {
        self.access.isql()
    }

    /// `127.0.0.1/<port>:<database>`, as Firebird's own programs name it.
    pub fn address(&self, database: &Path) -> String {
        self.access.address(database)
    }

    /// Creates a user with no rights yet.
    ///
    /// # Errors
    /// [`Error::Script`], when the name is taken or is not one.
    pub fn add_user(&self, name: &str, password: &Secret) -> Result<(), Error> {
        let script = format!(
            "create user {name} password '{}' using plugin {};\ncommit;\n",
            password.expose().replace('\'', "''"),
            self.options.user_plugin()
        );
        self.isql().run(
            Some(&self.address(&users_database(self.access.folder()))),
            script.as_bytes(),
        )?;
        Ok(())
    }

    /// Seconds of processor time that the server has used since it started. `None` where the system
    /// doesn't say (anything but Linux).
    pub fn cpu_seconds(&self) -> Option<f64> {
        self.process.cpu_seconds()
    }

    /// Ends it in good order (1 s at most). Connections break.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    /// Ends it as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Freezes it: connections stay open and nothing answers, as when a machine hangs.
    pub fn pause(&self) {
        self.process.pause();
    }

    /// Ends [`FirebirdServer::pause`].
    pub fn resume(&self) {
        self.process.resume();
    }

    /// Starts it again on the same port with the same users, after stopping it if need be.
    ///
    /// # Errors
    /// [`Error::Server`] when it doesn't start: another process may have taken the port meanwhile.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.process.stop();
        self.process = launch(
            self.access.installation(),
            self.access.folder(),
            self.access.port(),
            self.access.password(),
        )?;
        Ok(())
    }
}

/// What Firebird wants to find in its folder. All real files: it compares the resolved name of a
/// loaded module with the expected one, and refuses every charset when `intl` is a link.
pub(super) fn lay_folder(installation: &Installation, folder: &Path) -> Result<(), Error> {
    for name in ["lock", "tmp", "load"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(Error::file(&path))?;
    }
    for name in ["plugins", "intl", "tzdata"] {
        let from = installation.home().join(name);
        if from.is_dir() {
            copy_files(&from, &folder.join(name))?;
        }
    }
    copy(
        &installation.home().join("firebird.msg"),
        &folder.join("firebird.msg"),
    )?;
    copy(
        &installation.configuration().join("plugins.conf"),
        &folder.join("plugins.conf"),
    )?;
    copy(
        &installation.configuration().join("fbintl.conf"),
        &folder.join("intl/fbintl.conf"),
    )?;
    let databases = folder.join("databases.conf");
    let text = format!(
        "security.db = {}\n{{\n\tRemoteAccess = false\n\tDefaultDbCachePages = 50\n}}\n",
        security::file(installation, folder).display()
    );
    fs::write(&databases, text).map_err(Error::file(&databases))
}

fn copy_files(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::file(to))?;
    for entry in fs::read_dir(from).map_err(Error::file(from))?.flatten() {
        // An unpacked package leaves links to places where it was not installed.
        if entry.path().is_file() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A second name for the same file where the file system allows it: the modules are 10 MB.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if to.exists() {
        return Ok(());
    }
    let original = from.canonicalize().map_err(Error::file(from))?;
    if fs::hard_link(&original, to).is_err() {
        fs::copy(&original, to).map_err(Error::file(to))?;
    }
    Ok(())
}

fn write_configuration(
    installation: &Installation,
    folder: &Path,
    options: &ServerOptions,
    port: u16,
) -> Result<(), Error> {
    let path = folder.join("firebird.conf");
    fs::write(&path, options.configuration(installation, folder, port)).map_err(Error::file(&path))
}

fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|e| Error::Server {
            reason: format!("no free port: {e}"),
        })
}

/// Starts the process and waits until it is the one that answers on that port.
fn launch(
    installation: &Installation,
    folder: &Path,
    port: u16,
    password: &Secret,
) -> Result<Watched, Error> {
    let log = folder.join("output.log");
    let arguments = [OsString::from("-p"), OsString::from(port.to_string())];
    let process = Watched::start(
        installation.server_words(),
        &arguments,
        |command| isql::environment(command, folder),
        &log,
    )?;
    let end = Instant::now() + START;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while Instant::now() < end && !process.is_gone() {
        if TcpStream::connect(address).is_err() {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        }
        let isql = Isql::embedded(installation, folder).logged_in("SYSDBA", password);
        return match answering_process(&isql, folder, port) {
            Ok(pid) if pid == process.pid().to_string() => Ok(process),
            Ok(_) => Err(Error::Server {
                reason: format!("port {port} was taken"),
            }),
            Err(error) => Err(Error::Server {
                reason: error.to_string(),
            }),
        };
    }
    let said = [log, folder.join("firebird.log")]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect::<String>();
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let tail = lines[lines.len().saturating_sub(6)..].join(" ");
    Err(Error::Server {
        reason: format!("it does not listen on port {port}: {tail}"),
    })
}

/// The process behind the port, as the server itself says: another one may have taken the port
/// between our looking for a free one and our server's start.
fn answering_process(isql: &Isql, folder: &Path, port: u16) -> Result<String, Error> {
    let database = users_database(folder);
    let address = format!("127.0.0.1/{port}:{}", database.display());
    if !database.exists() {
        isql.run(None, format!("create database '{address}';\n").as_bytes())?;
    }
    let query = "select mon$server_pid from mon$attachments \
                 where mon$attachment_id = current_connection";
    Ok(isql.column(&address, query)?.concat())
}

/// Users are created over a connection to any database; this one has no other purpose.
fn users_database(folder: &Path) -> PathBuf {
    folder.join("users.fdb")
}
