//! Finds the programs of Firebird on this machine, whatever its architecture.

use crate::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs and files of one Firebird, installed or unpacked.
#[derive(Debug, Clone)]
pub struct Installation {
    major: u8,
    version: String,
    /// `plugins`, `intl`, `firebird.msg` stand here.
    home: PathBuf,
    /// `plugins.conf` and `fbintl.conf` stand here.
    configuration: PathBuf,
    security_sql: Option<PathBuf>,
    server: Vec<OsString>,
    isql: Vec<OsString>,
    gfix: Vec<OsString>,
    gbak: Vec<OsString>,
    client_library: Option<PathBuf>,
    /// What programs that were unpacked run under; empty for installed ones.
    loader: Vec<OsString>,
}

/// Firebird 3.0 as Debian's packages install it. The reason says what to install otherwise.
///
/// # Errors
/// [`Error::NotInstalled`].
pub fn firebird_available() -> Result<Installation, Error> {
    Installation::find()
}

impl Installation {
    /// Firebird 3.0 of this machine.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] when a part is missing, with what and where it was looked for.
    pub fn find() -> Result<Self, Error> {
        Self::under(Path::new("/"), 3)
    }

    /// 3 or 4.
    pub fn major(&self) -> u8 {
        self.major
    }

    /// As the programs say it: `3.0.11.33637`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A program of this machine that can load [`Installation::client_library`]: that of an unpacked
    /// Firebird needs the C library that was unpacked with it.
    pub fn under_its_libraries(&self, program: &Path) -> Command {
        let words = self.loader.iter().cloned();
        let words: Vec<OsString> = words.chain([program.as_os_str().to_owned()]).collect();
        let mut command = command(&words);
        // Where the library looks for its plug-ins.
        command.env("FIREBIRD", &self.home);
        command
    }

    /// Its `libfbclient`, for drivers that load it at run time.
    pub fn client_library(&self) -> Option<&Path> {
        self.client_library.as_deref()
    }

    fn under(root: &Path, major: u8) -> Result<Self, Error> {
        let release = format!("{major}.0");
        let libraries = library_folders(root);
        let home = libraries
            .iter()
            .map(|folder| folder.join("firebird").join(&release))
            .find(|folder| folder.join("plugins").is_dir())
            .ok_or_else(|| {
                let reason = format!("no firebird/{release}/plugins under {}", root.display());
                missing(major, Part::Server, reason)
            })?;
        let loader = foreign_loader(root, &libraries);
        // Debian keeps some programs where the shell finds them, and others among the libraries.
        let own = root.join("usr/lib/firebird").join(&release).join("bin");
        let program = |name: &str, part: Part| {
            let places = [
                own.join(name),
                root.join("usr/sbin").join(name),
                root.join("usr/bin").join(name),
            ];
            let found = places.iter().find(|path| path.is_file()).ok_or_else(|| {
                missing(major, part, format!("no {name} under {}", root.display()))
            })?;
            let words = loader
                .iter()
                .cloned()
                .chain([found.clone().into_os_string()]);
            Ok::<Vec<OsString>, Error>(words.collect())
        };
        let security_sql = root
            .join("usr/share/firebird")
            .join(&release)
            .join("security.sql");
        let mut found = Installation {
            major,
            version: String::new(),
            configuration: root.join("etc/firebird").join(&release),
            security_sql: Some(security_sql).filter(|path| path.is_file()),
            server: program("firebird", Part::Server)?,
            isql: program("isql-fb", Part::Tools)?,
            gfix: program("gfix", Part::Tools)?,
            gbak: program("gbak", Part::Tools)?,
            client_library: libraries
                .iter()
                .map(|folder| folder.join("libfbclient.so.2"))
                .find(|path| path.is_file()),
            home,
            loader: loader.clone(),
        };
        found.version = found
            .ask_version()
            .ok_or_else(|| missing(major, Part::Tools, "isql-fb does not run".to_owned()))?;
        Ok(found)
    }

    /// `ISQL Version: LI-V3.0.11.33637 Firebird 3.0` -> `3.0.11.33637`.
    fn ask_version(&self) -> Option<String> {
        let mut isql = self.isql();
        // Where its texts are: what was unpacked looks for them where it would be installed.
        isql.env("FIREBIRD_MSG", &self.home);
        let output = isql.arg("-z").stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let word = text.split_whitespace().find(|word| word.contains("-V"))?;
        Some(word.split_once("-V")?.1.to_owned())
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn configuration(&self) -> &Path {
        &self.configuration
    }

    /// The script that lays the security database, where this version has one.
    pub(crate) fn security_sql(&self) -> Option<&Path> {
        self.security_sql.as_deref()
    }

    pub(crate) fn server_words(&self) -> &[OsString] {
        &self.server
    }

    pub(crate) fn isql(&self) -> Command {
        command(&self.isql)
    }

    pub(crate) fn gfix(&self) -> Command {
        command(&self.gfix)
    }

    pub(crate) fn gbak(&self) -> Command {
        command(&self.gbak)
    }
}

/// Firebird 4 from Debian packages unpacked into a folder (`scripts/firebird4.sh`), run with the
/// C library that was unpacked beside it.
#[derive(Debug)]
pub struct Firebird4;

impl Firebird4 {
    /// The environment variable that names the folder.
    pub const VARIABLE: &str = "PUENTE_FIREBIRD4";

    /// Looks in the folder that [`Self::VARIABLE`] names, otherwise in `puente/firebird4` of the
    /// user's cache.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] when neither holds one.
    pub fn find() -> Result<Installation, Error> {
        let folder = match std::env::var_os(Self::VARIABLE) {
            Some(folder) => PathBuf::from(folder),
            None => crate::cache::folder().join("firebird4"),
        };
        Installation::under(&folder, 4)
    }
}

/// Debian's packages of one Firebird.
#[derive(Debug, Clone, Copy)]
enum Part {
    Server,
    Tools,
}

fn missing(major: u8, part: Part, reason: String) -> Error {
    let what = match part {
        Part::Server => format!("firebird{major}.0-server"),
        Part::Tools => format!("firebird{major}.0-utils"),
    };
    Error::NotInstalled { what, reason }
}

fn command(words: &[OsString]) -> Command {
    let mut words = words.iter();
    let mut command = Command::new(words.next().map_or_else(OsString::new, Clone::clone));
    command.args(words);
    command
}

/// `/usr/lib/<architecture>` of every architecture, then `/usr/lib` itself.
fn library_folders(root: &Path) -> Vec<PathBuf> {
    let base = root.join("usr/lib");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&base)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders.push(base);
    folders
}

/// Programs that were unpacked, not installed, need the C library of their own release: they run
/// under the dynamic loader that was unpacked with them.
fn foreign_loader(root: &Path, libraries: &[PathBuf]) -> Vec<OsString> {
    if root == Path::new("/") {
        return Vec::new();
    }
    let found = libraries.iter().find_map(|folder| {
        let loader = std::fs::read_dir(folder)
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| {
                path.file_name()
                    .and_then(|name| name.to_str())
                    .is_some_and(|name| name.starts_with("ld-linux") || name.starts_with("ld64"))
            })?;
        Some((loader, folder.clone()))
    });
    match found {
        Some((loader, folder)) => {
            vec![
                loader.into(),
                OsString::from("--library-path"),
                folder.into(),
            ]
        }
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Installation;
    use crate::Error;

    #[test]
    fn a_machine_without_firebird_says_which_package_it_lacks() {
        let empty = tempfile::tempdir().unwrap();
        let server = Installation::under(empty.path(), 3).unwrap_err();
        assert!(
            matches!(&server, Error::NotInstalled { what, .. } if what == "firebird3.0-server")
        );
        let shown = puente_core::Error::from(server)
            .view(puente_core::Lang::En)
            .message;
        assert!(shown.contains("firebird3.0-server"), "{shown}");

        std::fs::create_dir_all(empty.path().join("usr/lib/any-linux/firebird/3.0/plugins"))
            .unwrap();
        std::fs::create_dir_all(empty.path().join("usr/sbin")).unwrap();
        std::fs::write(empty.path().join("usr/sbin/firebird"), "").unwrap();
        let tools = Installation::under(empty.path(), 3).unwrap_err();
        assert!(matches!(&tools, Error::NotInstalled { what, .. } if what == "firebird3.0-utils"));
    }
}
