//! The demo profile: a sample office on a private server, in a folder of its own, made anew each time.

use crate::shop::Shop;
use puente_app::paths::DataDir;
use puente_app::{App, AppOptions};
use puente_core::{Code, Error, Lang, Secret};
use puente_erp::servers::{Kind, NewServer, Options};
use puente_sandbox::{FirebirdServer, SampleErp, SampleFiles, SampleOptions, SampleSize};
use puente_store::secrets::Secrets;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stands in a folder that a demo made, so that the next one may clear it, and no other folder.
const MARKER: &str = ".puente-demo";
/// Demos at a time.
const MOST: u32 = 5;
/// The sample's server, as it is registered.
const NAME: &str = "Contabilidad de ejemplo";

/// What the demo stands on; it ends with this.
pub(crate) struct Demo {
    shop: Arc<Shop>,
    _server: Option<FirebirdServer>,
    _lock: File,
}

/// Makes the sample within `home` and opens empty data in which its server is registered. Without
/// Firebird on this machine the sample is made of files.
pub(crate) fn open(home: &Path, lang: Option<Lang>) -> Result<(App, Demo), Error> {
    let (folder, lock) = free(home)?;
    let folder = cleared(&folder)?;
    // Its passwords are those of a server that ends with it: they are kept in memory.
    let shop = Arc::new(Shop::default());
    let app = App::open(AppOptions {
        secrets: Some(Secrets::memory()),
        lang,
        example: Some(shop.clone()),
        ..AppOptions::new(folder.join("puente"))
    })?;
    let (server, new, password) = sample(&folder)?;
    puente_app::servers::add(
        &app,
        puente_app::servers::Add {
            server: new,
            password,
            no_test: false,
        },
    )?;
    let demo = Demo {
        shop,
        _server: server,
        _lock: lock,
    };
    Ok((app, demo))
}

/// Opens the same demo anew, with the passwords that are in memory.
pub(crate) fn reopen(before: App, demo: &Demo, lang: Option<Lang>) -> Result<App, Error> {
    let (folder, secrets) = (before.dir.path().to_owned(), before.room.secrets.clone());
    drop(before);
    App::open(AppOptions {
        secrets: Some(secrets),
        lang,
        example: Some(demo.shop.clone()),
        ..AppOptions::new(folder)
    })
}

fn sample(folder: &Path) -> Result<(Option<FirebirdServer>, NewServer, Option<Secret>), Error> {
    if puente_sandbox::firebird_available().is_err() {
        let files = SampleFiles::create(&folder.join("files"))?;
        let new = server(Kind::Files, "", 0, "", &files.folder);
        return Ok((None, new, None));
    }
    let firebird = FirebirdServer::start(
        &folder.join("firebird"),
        puente_sandbox::ServerOptions::default(),
    )?;
    let options = SampleOptions {
        size: SampleSize::Demo,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&firebird, &folder.join("erp"), options)?;
    let new = server(
        Kind::Firebird,
        firebird.host(),
        firebird.port(),
        firebird.user(),
        &erp.master,
    );
    let password = firebird.password().clone();
    Ok((Some(firebird), new, Some(password)))
}

fn server(kind: Kind, host: &str, port: u16, user: &str, master: &Path) -> NewServer {
    NewServer {
        name: NAME.to_owned(),
        kind,
        host: host.to_owned(),
        port,
        user: user.to_owned(),
        master: master.display().to_string(),
        profile: "tns".to_owned(),
        options: Options::default(),
    }
}

/// A folder that no other program shows a demo of now: clearing it would take that one's data away.
fn free(home: &Path) -> Result<(PathBuf, File), Error> {
    let unusable = |error: std::io::Error| {
        Error::new(Code::DataFolderReadOnly)
            .with("path", home.display())
            .because(&error)
    };
    DataDir::open(home)?;
    for number in 1..=MOST {
        let name = if number == 1 {
            "sample".to_owned()
        } else {
            format!("sample-{number}")
        };
        let lock = File::create(home.join(format!("{name}.lock"))).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => return Ok((home.join(name), lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
    }
    Err(Error::new(Code::JobBusy).with("resource", home.display()))
}

/// An empty folder; one that is not of a demo is refused.
fn cleared(folder: &Path) -> Result<PathBuf, Error> {
    let unusable = |error: std::io::Error| {
        Error::new(Code::DataFolderReadOnly)
            .with("path", folder.display())
            .because(&error)
    };
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !folder.join(MARKER).is_file() {
        return Err(Error::new(Code::AlreadyExists)
            .with("what", "folder")
            .with("name", folder.display()));
    }
    if !is_empty {
        std::fs::remove_dir_all(folder).map_err(unusable)?;
    }
    std::fs::create_dir_all(folder).map_err(unusable)?;
    std::fs::write(folder.join(MARKER), "").map_err(unusable)?;
    folder.canonicalize().map_err(unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_no_demo_made_is_never_cleared() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("accounts.gdb"), "x").unwrap();
        let error = cleared(dir.path()).unwrap_err();
        assert_eq!(error.code, Code::AlreadyExists);
        assert!(dir.path().join("accounts.gdb").exists());
    }

    #[test]
    fn a_second_demo_gets_a_folder_of_its_own_and_a_later_one_the_first_again() {
        let dir = tempfile::tempdir().unwrap();
        let (first, lock) = free(dir.path()).unwrap();
        let (second, _lock) = free(dir.path()).unwrap();
        assert_ne!(first, second);
        drop(lock);
        assert_eq!(free(dir.path()).unwrap().0, first);
    }

    #[test]
    fn the_folder_of_an_earlier_demo_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("demo");
        cleared(&folder).unwrap();
        std::fs::write(folder.join("old"), "x").unwrap();
        cleared(&folder).unwrap();
        assert!(!folder.join("old").exists());
    }
}
