//! A sample ERP: databases shaped like those of Visual TNS on a private server, with the truth
//! about them.

mod catalog;
mod changes;
mod charset;
mod dice;
mod live;
mod load;
mod odd;
mod rows;
mod schema;
mod story;
mod tables;
mod template;
mod truth;

pub use changes::Changes;
pub use charset::Charset;
pub use live::{OpenTransaction, ReaderKind, TransactionCounters, Writer};
pub use truth::{Expected, ExpectedGroup, ExpectedState};

use crate::Error;
use crate::firebird::{Access, Dialect, FirebirdServer};
use puente_core::Secret;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use story::Story;
use tables::Filling;
use template::Purpose;

/// How much the sample holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleSize {
    /// Hundreds of lines in each database: for tests.
    #[default]
    Tiny,
    /// A few thousand.
    Small,
    /// About 200,000 in all six databases.
    Demo,
    /// So many in each database.
    Custom(u64),
}

/// What to create.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    /// How much.
    pub size: SampleSize,
    /// The same seed gives the same rows.
    pub seed: u64,
    /// Dialect of the databases.
    pub dialect: Dialect,
    /// Default charset of the databases.
    pub charset: Charset,
    /// Companies, 1 to 3.
    pub companies: usize,
    /// Fiscal years: each is a database of its own.
    pub years: Vec<i32>,
    /// Whether rows are put in that should not be there.
    pub odd_rows: bool,
}

impl Default for SampleOptions {
    fn default() -> Self {
        SampleOptions {
            size: SampleSize::Tiny,
            seed: 1,
            dialect: Dialect::Three,
            charset: Charset::Win1252,
            companies: 3,
            years: vec![2025, 2026],
            odd_rows: true,
        }
    }
}

struct Business {
    code: &'static str,
    name: &'static str,
    /// As the master table has it, with the check digit.
    tax_id: &'static str,
    /// Share of the rows, of 100.
    share: u64,
}

const BUSINESSES: [Business; 3] = [
    Business {
        code: "01",
        name: "DISTRIBUIDORA MUÑOZ & CÍA S.A.S.",
        tax_id: "900.123.456-8",
        share: 50,
    },
    Business {
        code: "02",
        name: "ORTOPÉDICOS DEL NORTE LTDA.",
        tax_id: "901234567-7",
        share: 33,
    },
    Business {
        code: "03",
        name: "CLÍNICA SAN JOSÉ DE CÚCUTA",
        tax_id: "900765432 - 6",
        share: 17,
    },
];

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
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let folder = folder.canonicalize().map_err(Error::file(folder))?;
        let access = server.access().clone();
        let wanted: Vec<(usize, i32)> = (0..options.companies.clamp(1, BUSINESSES.len()))
            .flat_map(|index| options.years.iter().map(move |year| (index, *year)))
            .collect();
        let companies = in_pairs(&wanted, |(index, year)| {
            create_company(&access, &folder, &options, *index, *year)
        })?;
        let master = folder.join("ADMIN.GDB");
        create_master(&access, &master, &options, &companies)?;
        Ok(SampleErp {
            master,
            companies,
            access,
            options,
        })
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
        BAD_ROWS
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

/// Two at a time: a server works on one core for each connection.
fn in_pairs<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let work = &work;
    let mut results = Vec::with_capacity(items.len());
    for pair in items.chunks(2) {
        let done: Vec<Result<R, Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = pair
                .iter()
                .map(|item| scope.spawn(move || work(item)))
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        for result in done {
            results.push(result?);
        }
    }
    Ok(results)
}

/// How many rows of each table.
struct Amounts {
    lines: u64,
    articles: usize,
    parties: usize,
    transfers: usize,
}

impl Amounts {
    fn of(size: SampleSize, share: u64) -> Self {
        let (lines, articles, parties) = match size {
            SampleSize::Tiny => (6 * share, 24, 12),
            SampleSize::Small => (40 * share, 120, 60),
            SampleSize::Demo => (1_000 * share, 600, 400),
            SampleSize::Custom(lines) => {
                let articles = usize::try_from(lines / 50)
                    .unwrap_or(usize::MAX)
                    .clamp(24, 5_000);
                (lines, articles, articles.div_ceil(2))
            }
        };
        let transfers = usize::try_from(lines / 60)
            .unwrap_or(usize::MAX)
            .clamp(4, 20_000);
        Amounts {
            lines,
            articles,
            parties,
            transfers,
        }
    }
}

fn create_company(
    access: &Access,
    folder: &Path,
    options: &SampleOptions,
    index: usize,
    year: i32,
) -> Result<SampleCompany, Error> {
    let business = &BUSINESSES[index.min(BUSINESSES.len() - 1)];
    let amounts = Amounts::of(options.size, business.share);
    let (seed, company) = (options.seed, index as u64);
    let path = folder.join(format!("EMP{}_{year}.GDB", business.code));
    let mut articles = catalog::articles(seed, company, amounts.articles, options.charset);
    let parties = catalog::parties(seed, company, amounts.parties);
    let tale = (seed, company, year);
    let counts = (parties.len(), catalog::PLACES.len());
    let ordinary = articles.clone();
    let mut documents = Story::new(tale, &ordinary, counts, amounts.lines);
    let mut transfers = story::transfers(tale, ordinary.len(), counts.1, amounts.transfers);

    let mut filling = Filling::begin(access, &path, options.dialect, options.charset)?;
    filling.places(&catalog::PLACES)?;
    filling.parties(&parties)?;
    let last_article = i32::try_from(articles.len()).unwrap_or(i32::MAX);
    if options.odd_rows {
        articles.extend(catalog::odd_articles(last_article));
        let last = transfers.last().map_or(0, |transfer| transfer.id);
        let last_line = transfers
            .iter()
            .flat_map(|t| &t.lines)
            .map(|line| line.id)
            .max()
            .unwrap_or(0);
        transfers.extend(odd::transfers(year, last, last_line));
    }
    filling.articles(&articles)?;
    filling.transfers(&transfers)?;
    filling.documents(documents.by_ref())?;
    if options.odd_rows {
        let (document, line) = documents.last_ids();
        filling.documents(odd::documents(year, document, line, last_article).into_iter())?;
    }
    let expected = filling.finish()?;
    Ok(SampleCompany {
        code: business.code.to_owned(),
        name: business.name.to_owned(),
        nit: business.tax_id.to_owned(),
        year,
        expected,
        path,
        access: access.clone(),
        dialect: options.dialect,
        charset: options.charset,
        places: catalog::PLACES
            .iter()
            .map(|place| (place.id, place.name.to_owned()))
            .collect(),
        articles: articles
            .into_iter()
            .map(|a| (a.id, a.code, a.name))
            .collect(),
    })
}

const BAD_ROWS: usize = 5;

/// The list of companies: the good ones, and such rows as stand in every real one.
fn create_master(
    access: &Access,
    master: &Path,
    options: &SampleOptions,
    companies: &[SampleCompany],
) -> Result<(), Error> {
    let mut rows: Vec<(&str, &str, Option<&str>, i32, String)> = Vec::new();
    for company in companies {
        let path = company.path.display().to_string();
        rows.push((
            &company.code,
            &company.name,
            Some(&company.nit),
            company.year,
            path,
        ));
    }
    let folder = master.parent().unwrap_or(master);
    let missing = |name: &str| folder.join(name).display().to_string();
    let year = options.years.last().copied().unwrap_or(2026);
    rows.push(("99", "PLANTILLA", None, year, missing("VACIA.GDB")));
    rows.push((
        "98",
        "EMPRESA ANULADA",
        Some("ANULA"),
        year,
        missing("ANULADA.GDB"),
    ));
    rows.push((
        "97",
        "PRUEBAS ÑANDÚ",
        Some("SIN NIT"),
        year,
        missing("PRUEBAS.GDB"),
    ));
    rows.push((
        "04",
        "COMERCIAL PEÑA E HIJOS",
        Some("901000111-8"),
        year,
        missing("NO_ESTA.GDB"),
    ));
    if let Some(first) = companies.iter().find(|company| company.year == year) {
        let path = first.path.display().to_string();
        rows.push((
            "05",
            "DISTRIBUIDORA MUÑOZ (COPIA)",
            Some("900123456-8"),
            year,
            path,
        ));
    }
    let mut script = String::new();
    for (id, (code, name, nit, year, path)) in (1..).zip(rows) {
        let nit = nit.map_or_else(|| "null".to_owned(), |nit| format!("'{nit}'"));
        let path = path.replace('\'', "''");
        let _ = writeln!(
            script,
            "insert into EMPRESAS values ({id}, '{code}', '{name}', {nit}, '{year}', '{path}');"
        );
    }
    script.push_str("commit;\n");
    template::create(
        access,
        Purpose::Master,
        options.dialect,
        options.charset,
        master,
    )?;
    let isql = access.isql().dialect(options.dialect);
    isql.run(
        Some(&access.address(master)),
        &options.charset.encode(&script),
    )?;
    Ok(())
}
