//! Empty databases with their tables, made once for each version, dialect and charset, kept in the
//! cache and copied: to create one takes half a second, which tests would pay for each company.

use super::{Charset, schema};
use crate::firebird::{Access, Isql};
use crate::{Dialect, Error};
use rand::RngExt as _;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// What a database is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Master,
    Company,
}

/// Creates an empty database with the tables of that purpose. Its commits do not wait for the disk.
pub(crate) fn create(
    access: &Access,
    purpose: Purpose,
    dialect: Dialect,
    charset: Charset,
    path: &Path,
) -> Result<(), Error> {
    if path.exists() {
        let source = std::io::ErrorKind::AlreadyExists.into();
        return Err(Error::File {
            path: path.to_owned(),
            source,
        });
    }
    let template = template(access, purpose, dialect, charset)?;
    fs::copy(&template, path).map_err(Error::file(path))?;
    own_creation_date(path).map_err(Error::file(path))
}

fn template(
    access: &Access,
    purpose: Purpose,
    dialect: Dialect,
    charset: Charset,
) -> Result<PathBuf, Error> {
    let script = match purpose {
        Purpose::Master => schema::MASTER.to_owned(),
        Purpose::Company => schema::company(dialect) + schema::COMMON,
    };
    let script = charset.encode(&script);
    let cache = crate::cache::of_sandbox(access.folder());
    let template = cache.join(format!(
        "{}-{}-{}-{:016x}.fdb",
        access.installation().version(),
        charset.name(),
        dialect.number(),
        fingerprint(&script),
    ));
    if template.is_file() {
        return Ok(template);
    }
    let work = tempfile::tempdir_in(&cache).map_err(Error::file(&cache))?;
    let file = work.path().join("new.fdb");
    // Without the server, which would keep the file open.
    let isql = Isql::embedded(access.installation(), access.folder()).dialect(dialect);
    let create = format!(
        "create database '{}' page_size 8192 default character set {};\n",
        file.display(),
        charset.name()
    );
    isql.run(None, &[create.as_bytes(), &script].concat())?;
    access.write_async(&file)?;
    // Two processes may do this at once; the rename makes either result whole.
    fs::rename(&file, &template).map_err(Error::file(&template))?;
    Ok(template)
}

/// A database is known again by its creation date, so copies of one file must not share it.
fn own_creation_date(path: &Path) -> std::io::Result<()> {
    // `hdr_creation_date` in the header page of ODS 12 and 13 (src/jrd/ods.h of Firebird): days
    // since 1858-11-17, then ten-thousandths of a second.
    const OFFSET: u64 = 44;
    const FIRST_OF_2025: i32 = 60_676;
    let mut dice = rand::rng();
    let day = FIRST_OF_2025 + dice.random_range(0..365_i32);
    let time = dice.random_range(0..864_000_000_u32);
    let mut file = File::options().write(true).open(path)?;
    file.seek(SeekFrom::Start(OFFSET))?;
    file.write_all(&day.to_ne_bytes())?;
    file.write_all(&time.to_ne_bytes())
}

/// FNV-1a: tells one version of the tables from another.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
