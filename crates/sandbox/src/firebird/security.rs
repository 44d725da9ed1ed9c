//! The security database: laid once per version, kept in the cache, copied for each server.

use super::isql::Isql;
use super::{Installation, ServerOptions};
use crate::Error;
use puente_core::Secret;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a server in `folder` keeps its users.
pub(super) fn file(installation: &Installation, folder: &Path) -> PathBuf {
    folder.join(format!("security{}.fdb", installation.major()))
}

/// Makes the security database of a server that is not running yet, with SYSDBA and that password.
pub(super) fn lay(
    installation: &Installation,
    folder: &Path,
    options: &ServerOptions,
    password: &Secret,
) -> Result<(), Error> {
    let file = file(installation, folder);
    let template = template(installation, folder)?;
    fs::copy(&template, &file).map_err(Error::file(&file))?;
    let script = format!(
        "alter user SYSDBA password '{}' using plugin {};\ncommit;\n",
        password.expose(),
        options.user_plugin()
    );
    Isql::embedded(installation, folder).run(file.to_str(), script.as_bytes())?;
    Ok(())
}

/// Laying a security database takes about a third of a second and copying one takes a millisecond,
/// so the first server of a version leaves its own behind. It holds no password of anyone's.
fn template(installation: &Installation, folder: &Path) -> Result<PathBuf, Error> {
    let cache = crate::cache::of_sandbox(folder);
    let template = cache.join(format!("security-{}.fdb", installation.version()));
    if template.is_file() {
        return Ok(template);
    }
    let work = tempfile::tempdir_in(&cache).map_err(Error::file(&cache))?;
    let options = ServerOptions::default();
    super::server::lay_folder(installation, work.path())?;
    let configuration = work.path().join("firebird.conf");
    fs::write(
        &configuration,
        options.configuration(installation, work.path(), 0),
    )
    .map_err(Error::file(&configuration))?;

    let file = file(installation, work.path());
    let isql = Isql::embedded(installation, work.path());
    let mut script = format!("create database '{}';\n", file.display()).into_bytes();
    if let Some(path) = installation.security_sql() {
        script.extend(fs::read(path).map_err(Error::file(path))?);
    }
    script.extend(b"commit;\n");
    isql.run(None, &script)?;
    isql.run(
        file.to_str(),
        b"create user SYSDBA password 'unset' using plugin Srp;\ncommit;\n",
    )?;
    // Two processes may do this at once; the rename makes either result whole.
    fs::rename(&file, &template).map_err(Error::file(&template))?;
    Ok(template)
}
