//! A sample ERP: databases shaped like those of Visual TNS on a private server, with the truth
//! about them.

mod catalog;
mod changes;
mod charset;
mod create;
pub(crate) mod dice;
mod files;
mod live;
mod load;
mod odd;
mod options;
mod plan;
mod rows;
mod schema;
mod sheet;
mod sqlserver;
mod story;
mod tables;
mod template;
mod truth;

pub use changes::Changes;
pub use charset::Charset;
pub use files::{SampleFileCompany, SampleFiles};
pub use live::{OpenTransaction, ReaderKind, TransactionCounters, Writer};
pub use options::{SampleOptions, SampleSize};
pub use sheet::FileFormat;
pub use sqlserver::{SampleSqlCompany, SampleSqlErp};
pub use truth::{Expected, ExpectedGroup, ExpectedState};

use crate::Error;
use crate::firebird::{Access, Dialect, FirebirdServer};
use puente_core::Secret;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One company in one fiscal year: one database.
#[derive(Debug, Clone)]
pub struct SampleCompany {
    /// `CODIGO` in the master table.
    pub code: String,
    /// `NOMBRE` in the master table.
    pub name: String,
    /// `NIT` as the master table has it: `900.123.456-8`.
    pub nit: String,
    /// `ANOFIS`.
    pub year: i32,
    /// `ARCHIVO`: the database file.
    pub path: PathBuf,
    /// What stands in it since it was created.
    pub expected: Expected,
    access: Access,
    dialect: Dialect,
    charset: Charset,
    places: Vec<(i32, String)>,
    articles: Vec<(i32, String, Option<String>)>,
}

/// A sample ERP on a private server.
#[derive(Debug, Clone)]
pub struct SampleErp {
    /// The master database.
    pub master: PathBuf,
    /// The good companies, in the order of the master table. That table also has rows that are not.
    pub companies: Vec<SampleCompany>,
    access: Access,
    options: SampleOptions,
}

impl SampleErp {
    /// Creates the databases in `folder`, which is created and must not hold a sample yet.
    ///
    /// # Errors
    /// [`Error::Script`] when the server refuses something, [`Error::File`].
    pub fn create(
        server: &FirebirdServer,
        folder: &Path,
        options: SampleOptions,
    ) -> Result<Self, Error> {
        create::create(server.access(), folder, options)
    }

    /// A way in to its server as the administrator.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// What it was created with.
    pub fn options(&self) -> &SampleOptions {
        &self.options
    }

    /// How many rows of the master table are companies that can't be read: without NIT, with a word
    /// for one, without a file, or there twice.
    pub fn bad_rows_in_master(&self) -> usize {
        create::BAD_ROWS
    }

    /// Lets a user read every table of the sample, and do nothing else.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn grant_read(&self, user: &str) -> Result<(), Error> {
        let grants = |tables: &[&str]| {
            tables.iter().fold(String::new(), |mut script, table| {
                let _ = writeln!(script, "grant select on {table} to user {user};");
                script
            })
        };
        let isql = self.access.isql().dialect(self.options.dialect);
        isql.run(
            Some(&self.access.address(&self.master)),
            grants(&["EMPRESAS"]).as_bytes(),
        )?;
        for company in &self.companies {
            let script = grants(&schema::TABLES);
            isql.run(Some(&self.access.address(&company.path)), script.as_bytes())?;
        }
        Ok(())
    }

    /// Creates a user who can read the sample and nothing else.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn add_reader(
        &self,
        server: &FirebirdServer,
        user: &str,
        password: &Secret,
    ) -> Result<(), Error> {
        server.add_user(user, password)?;
        self.grant_read(user)
    }
}

impl SampleCompany {
    /// Asks the server what stands in the database now.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn ask(&self) -> Result<Expected, Error> {
        truth::ask(&self.access, &self.path, self.dialect)
    }

    /// Warehouses: id and name.
    pub fn places(&self) -> &[(i32, String)] {
        &self.places
    }

    /// Articles: id, code and name, as a person reads them.
    pub fn articles(&self) -> &[(i32, String, Option<String>)] {
        &self.articles
    }

    /// Runs a script of the caller's in this database as the administrator. Texts in it are
    /// encoded as the database's charset has them.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn run(&self, script: &str) -> Result<(), Error> {
        let isql = self.access.isql().dialect(self.dialect);
        isql.run(
            Some(&self.access.address(&self.path)),
            &self.charset.encode(script),
        )?;
        Ok(())
    }

    /// The rows of a query of one text column.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn column(&self, query: &str) -> Result<Vec<String>, Error> {
        self.access
            .isql()
            .dialect(self.dialect)
            .column(&self.access.address(&self.path), query)
    }
}
