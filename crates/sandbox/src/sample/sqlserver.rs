//! The same story on the stand-in of SQL Server: the same companies, movements and odd rows, in the
//! types that an ERP declares there.

use super::create::BAD_ROWS;
use super::dice::Dice;
use super::plan::{BUSINESSES, Plan};
use super::rows::{Document, Transfer};
use super::{Expected, ExpectedGroup, ExpectedState, SampleOptions};
use crate::Error;
use crate::tds::{TdsDatabase, TdsDatabaseOptions, TdsServer};
use chrono::NaiveDateTime;
use rusqlite::{Connection, Transaction, params};

/// Tables of a company with their columns, and what is indexed besides the keys.
const TABLES: [(&str, &str, Option<&str>); 7] = [
    (
        "BODEGA",
        "BODID int not null primary key, CODIGO varchar(10), NOMBRE nvarchar(60)",
        None,
    ),
    (
        "MATERIAL",
        "MATID int not null primary key, CODIGO varchar(30), DESCRIP varchar(120), \
         UNIDAD varchar(10), PESO float, OBSERV nvarchar(max)",
        None,
    ),
    (
        "TERCEROS",
        "TERID int not null primary key, NIT varchar(20), NOMBRE nvarchar(120), EMAIL varchar(120)",
        None,
    ),
    (
        "KARDEX",
        "KARDEXID int not null primary key, CODCOMP char(2) not null, CODPREFIJO varchar(5), \
         NUMERO varchar(15), FECHA datetime, FECASENTAD datetime2(3), FECANULADO smalldatetime, \
         CLIENTE int, TOTAL money, GUIA uniqueidentifier, USUARIO varchar(20)",
        Some("FECHA"),
    ),
    (
        "DEKARDEX",
        "DEKARDEXID bigint not null primary key, KARDEXID int not null, MATID int not null, \
         BODID int, CANMAT decimal(18,6), PRECIOVTA decimal(18,4), PARCVTA money, \
         PARCOSTO decimal(19,4), PORCIVA decimal(9,4), DESCUENTO float, TIPUND char(1), \
         FECREG datetime",
        Some("KARDEXID"),
    ),
    (
        "TRASLA",
        "TRASLAID int not null primary key, CODPREFIJO varchar(5), NUMERO varchar(15), \
         FECHA datetime, FECASENTAD datetime2(3), FECANULADO datetime, BODORIGEN int, \
         BODDESTINO int",
        None,
    ),
    (
        "DETRASLA",
        "DETRASLAID int not null primary key, TRASLAID int not null, MATID int not null, \
         CANMAT decimal(18,6), PARCOSTO decimal(18,4)",
        Some("TRASLAID"),
    ),
];

/// A sample ERP on a stand-in of SQL Server.
#[derive(Debug)]
pub struct SampleSqlErp {
    /// Name of the database that lists the companies.
    pub master: String,
    /// The good companies, in the order of the list.
    pub companies: Vec<SampleSqlCompany>,
}

/// One company in one fiscal year: one database.
#[derive(Debug, Clone)]
pub struct SampleSqlCompany {
    /// Code in the list.
    pub code: String,
    /// Name in the list.
    pub name: String,
    /// Tax id in the list.
    pub nit: String,
    /// Fiscal year.
    pub year: i32,
    /// Its database.
    pub database: TdsDatabase,
    /// What stands in it since it was created.
    pub expected: Expected,
}

impl SampleSqlErp {
    /// Creates the databases on a server.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn create(
        server: &TdsServer,
        options: &SampleOptions,
        database: TdsDatabaseOptions,
    ) -> Result<Self, Error> {
        let mut companies = Vec::new();
        for index in 0..options.companies.clamp(1, BUSINESSES.len()) {
            for year in &options.years {
                let plan = Plan::new(options, index, *year);
                companies.push(create_company(server, options, database, plan)?);
            }
        }
        let master = "ADMIN";
        create_master(&server.create(master, database)?, options, &companies)?;
        Ok(SampleSqlErp {
            master: master.to_owned(),
            companies,
        })
    }

    /// How many rows of the list are companies that can't be read.
    pub fn bad_rows_in_master(&self) -> usize {
        BAD_ROWS
    }
}

fn create_company(
    server: &TdsServer,
    options: &SampleOptions,
    database: TdsDatabaseOptions,
    mut plan: Plan,
) -> Result<SampleSqlCompany, Error> {
    if options.odd_rows {
        plan.add_odd_articles();
        plan.add_odd_transfers();
    }
    let name = format!("EMP{}_{}", plan.business.code, plan.year);
    let database = server.create(&name, database)?;
    for (table, columns, _) in TABLES {
        database.create_table(table, columns)?;
    }
    let mut connection = database.sqlite()?;
    let fill =
        |work: &Transaction<'_>| {
            for place in plan.places {
                work.prepare_cached("INSERT INTO BODEGA (BODID,CODIGO,NOMBRE) VALUES (?1,?2,?3)")?
                    .execute(params![place.id, place.code, place.name])?;
            }
            for article in &plan.articles {
                work.prepare_cached(
                "INSERT INTO MATERIAL (MATID,CODIGO,DESCRIP,UNIDAD,PESO) VALUES (?1,?2,?3,?4,0.5)",
            )?
            .execute(params![article.id, article.code, article.name, article.unit])?;
            }
            for party in &plan.parties {
                work.prepare_cached("INSERT INTO TERCEROS (TERID,NIT,NOMBRE) VALUES (?1,?2,?3)")?
                    .execute(params![party.id, party.tax_id, party.name])?;
            }
            for transfer in &plan.transfers {
                insert_transfer(work, transfer)?;
            }
            let mut story = plan.story();
            for document in story.by_ref() {
                insert_document(work, &document)?;
            }
            if options.odd_rows {
                for document in plan.odd_documents(story.last_ids()) {
                    insert_document(work, &document)?;
                }
            }
            for (table, _, indexed) in TABLES {
                if let Some(column) = indexed {
                    work.execute_batch(&format!("CREATE INDEX I_{table} ON {table} ({column})"))?;
                }
            }
            Ok(())
        };
    in_transaction(&mut connection, fill)?;
    database.track()?;
    let expected = ask(&connection)?;
    Ok(SampleSqlCompany {
        code: plan.business.code.to_owned(),
        name: plan.business.name.to_owned(),
        nit: plan.business.tax_id.to_owned(),
        year: plan.year,
        database,
        expected,
    })
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> Result<T, Error> {
    let done = || {
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    };
    done().map_err(refused)
}

fn refused(error: rusqlite::Error) -> Error {
    Error::Script {
        reason: error.to_string(),
    }
}

fn moment(moment: Option<NaiveDateTime>) -> Option<String> {
    moment.map(|moment| moment.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn insert_document(work: &Connection, document: &Document) -> rusqlite::Result<()> {
    let mut total = 0;
    for line in &document.lines {
        total += line.total_e4;
        work.prepare_cached(
            "INSERT INTO DEKARDEX (DEKARDEXID,KARDEXID,MATID,BODID,CANMAT,PRECIOVTA,PARCVTA,PARCOSTO,\
             PORCIVA,DESCUENTO,TIPUND,FECREG) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,190000,0.0,'D',?9)",
        )?
        .execute(params![
            line.id,
            document.id,
            line.article,
            line.place,
            line.quantity_e6,
            line.price_e4,
            line.total_e4,
            line.cost_e4,
            moment(document.date)
        ])?;
    }
    if document.has_header {
        work.prepare_cached(
            "INSERT INTO KARDEX (KARDEXID,CODCOMP,CODPREFIJO,NUMERO,FECHA,FECASENTAD,FECANULADO,\
             CLIENTE,TOTAL,USUARIO) VALUES (?1,?2,'FE',CAST(?1 AS TEXT),?3,?4,?5,?6,?7,'ADMIN')",
        )?
        .execute(params![
            document.id,
            document.kind,
            moment(document.date),
            moment(document.posted),
            moment(document.voided),
            document.party,
            total
        ])?;
    }
    Ok(())
}

fn insert_transfer(work: &Connection, transfer: &Transfer) -> rusqlite::Result<()> {
    work.prepare_cached(
        "INSERT INTO TRASLA (TRASLAID,CODPREFIJO,NUMERO,FECHA,FECASENTAD,FECANULADO,BODORIGEN,\
         BODDESTINO) VALUES (?1,'TR',CAST(?1 AS TEXT),?2,?3,?4,?5,?6)",
    )?
    .execute(params![
        transfer.id,
        moment(transfer.date),
        moment(transfer.posted),
        moment(transfer.voided),
        transfer.from,
        transfer.to
    ])?;
    for line in &transfer.lines {
        work.prepare_cached(
            "INSERT INTO DETRASLA (DETRASLAID,TRASLAID,MATID,CANMAT,PARCOSTO) \
             VALUES (?1,?2,?3,?4,?5)",
        )?
        .execute(params![
            line.id,
            transfer.id,
            line.article,
            line.quantity_e6,
            line.cost_e4
        ])?;
    }
    Ok(())
}

/// The list of companies: the good ones, and such rows as stand in every real one.
fn create_master(
    database: &TdsDatabase,
    options: &SampleOptions,
    companies: &[SampleSqlCompany],
) -> Result<(), Error> {
    database.create_table(
        "EMPRESAS",
        "EMPID int not null primary key, CODIGO varchar(10), NOMBRE nvarchar(120), NIT varchar(20), \
         ANOFIS smallint, ARCHIVO nvarchar(128)",
    )?;
    let mut rows: Vec<(&str, &str, Option<&str>, i32, &str)> = Vec::new();
    for company in companies {
        let nit = Some(&*company.nit);
        rows.push((
            &company.code,
            &company.name,
            nit,
            company.year,
            company.database.name(),
        ));
    }
    let year = options.years.last().copied().unwrap_or(2026);
    rows.push(("99", "PLANTILLA", None, year, "VACIA"));
    rows.push(("98", "EMPRESA ANULADA", Some("ANULA"), year, "ANULADA"));
    rows.push(("97", "PRUEBAS ÑANDÚ", Some("SIN NIT"), year, "PRUEBAS"));
    rows.push((
        "04",
        "COMERCIAL PEÑA E HIJOS",
        Some("901000111-8"),
        year,
        "NO_ESTA",
    ));
    if let Some(first) = companies.iter().find(|company| company.year == year) {
        let copied = first.database.name();
        rows.push((
            "05",
            "DISTRIBUIDORA MUÑOZ (COPIA)",
            Some("900123456-8"),
            year,
            copied,
        ));
    }
    in_transaction(&mut database.sqlite()?, |work| {
        for (id, (code, name, nit, year, file)) in (1..).zip(rows) {
            work.execute(
                "INSERT INTO EMPRESAS (EMPID,CODIGO,NOMBRE,NIT,ANOFIS,ARCHIVO) \
                 VALUES (?1,?2,?3,?4,?5,?6)",
                params![id, code, name, nit, year, file],
            )?;
        }
        Ok(())
    })?;
    database.track()
}

impl SampleSqlCompany {
    /// Asks what stands in the database now, by queries that share nothing with how Puente extracts.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn ask(&self) -> Result<Expected, Error> {
        ask(&self.database.sqlite()?)
    }

    /// Does `acts` things as an ERP's clerks do, each in a transaction: new documents, corrections,
    /// voids, other dates, deletions, transfers.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn write_more(&self, acts: u64, seed: u64) -> Result<(), Error> {
        let mut connection = self.database.sqlite()?;
        let mut dice = Dice::new(seed, &[acts, u64::from(self.year.unsigned_abs())]);
        for act in 0..acts {
            let (pick, quantity) = (dice.below(1 << 30), dice.between(1, 9_999_999));
            in_transaction(&mut connection, |work| one_act(work, act, pick, quantity))?;
        }
        Ok(())
    }
}

fn one_act(work: &Connection, act: u64, pick: u64, quantity_e6: i64) -> rusqlite::Result<()> {
    let some = |table: &str, key: &str| -> rusqlite::Result<i64> {
        let query = format!(
            "SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET ?1 % (SELECT COUNT(*) FROM {table})"
        );
        work.query_row(&query, [pick.cast_signed()], |row| row.get(0))
    };
    let last = |table: &str, key: &str| -> rusqlite::Result<i64> {
        work.query_row(&format!("SELECT MAX({key}) FROM {table}"), [], |row| {
            row.get(0)
        })
    };
    match act % 6 {
        0 | 3 => {
            let document =
                last("KARDEX", "KARDEXID")?.max(last("DEKARDEX", "KARDEXID")?.min(800_000_000)) + 1;
            work.execute(
                "INSERT INTO KARDEX (KARDEXID,CODCOMP,CODPREFIJO,NUMERO,FECHA,FECASENTAD,CLIENTE,TOTAL) \
                 SELECT ?1,'FV','FE','N'||?1,FECHA,FECASENTAD,CLIENTE,0 FROM KARDEX WHERE KARDEXID = ?2",
                params![document, some("KARDEX", "KARDEXID")?],
            )?;
            let line = last("DEKARDEX", "DEKARDEXID")? + 1;
            work.execute(
                "INSERT INTO DEKARDEX (DEKARDEXID,KARDEXID,MATID,BODID,CANMAT,PRECIOVTA,PARCVTA,PARCOSTO) \
                 VALUES (?1,?2,1,1,?3,10000,?3,?3 / 2)",
                params![line, document, quantity_e6],
            )?;
        }
        1 => {
            work.execute(
                "UPDATE DEKARDEX SET CANMAT = ?1, PARCVTA = ?1 * 3 WHERE DEKARDEXID = ?2",
                params![quantity_e6, some("DEKARDEX", "DEKARDEXID")?],
            )?;
        }
        2 => {
            work.execute(
                "UPDATE KARDEX SET FECANULADO = FECHA WHERE KARDEXID = ?1",
                [some("KARDEX", "KARDEXID")?],
            )?;
        }
        4 => {
            work.execute(
                "DELETE FROM DEKARDEX WHERE DEKARDEXID = ?1",
                [some("DEKARDEX", "DEKARDEXID")?],
            )?;
        }
        _ => {
            work.execute(
                "UPDATE KARDEX SET FECHA = '2026-02-03 00:00:00' WHERE KARDEXID = ?1",
                [some("KARDEX", "KARDEXID")?],
            )?;
            work.execute(
                "UPDATE DETRASLA SET CANMAT = ?1 WHERE DETRASLAID = ?2",
                params![quantity_e6, some("DETRASLA", "DETRASLAID")?],
            )?;
        }
    }
    Ok(())
}

fn ask(connection: &Connection) -> Result<Expected, Error> {
    let counted = |table: &str| {
        let query = format!("SELECT COUNT(*) FROM {table}");
        let count = connection.query_row(&query, [], |row| row.get::<_, i64>(0));
        count.map(i64::unsigned_abs).map_err(refused)
    };
    Ok(Expected {
        lines: counted("DEKARDEX")?,
        documents: counted("KARDEX")?,
        transfer_lines: counted("DETRASLA")?,
        transfers: counted("TRASLA")?,
        articles: counted("MATERIAL")?,
        places: counted("BODEGA")?,
        parties: counted("TERCEROS")?,
        groups: groups(connection, "DEKARDEX", "KARDEX", "K.CODCOMP", "D.PARCVTA")
            .map_err(refused)?,
        transfer_groups: groups(connection, "DETRASLA", "TRASLA", "NULL", "0").map_err(refused)?,
    })
}

fn groups(
    connection: &Connection,
    lines: &str,
    documents: &str,
    kind: &str,
    total: &str,
) -> rusqlite::Result<Vec<ExpectedGroup>> {
    let query = format!(
        "SELECT {kind}, COALESCE(substr(K.FECHA,1,4)*100+substr(K.FECHA,6,2),0), \
         K.FECANULADO IS NOT NULL, K.FECASENTAD IS NULL, COUNT(*), SUM(D.CANMAT), SUM({total}), \
         SUM(D.PARCOSTO) FROM {lines} D LEFT JOIN {documents} K ON K.{documents}ID = D.{documents}ID \
         GROUP BY 1, 2, 3, 4"
    );
    let mut statement = connection.prepare(&query)?;
    let rows = statement.query_map([], |row| {
        let (voided, draft): (bool, bool) = (row.get(2)?, row.get(3)?);
        let sum = |at| row.get::<_, Option<i64>>(at).map(Option::unwrap_or_default);
        Ok(ExpectedGroup {
            document_type: row.get(0)?,
            month: row.get(1)?,
            state: match (voided, draft) {
                (true, _) => ExpectedState::Voided,
                (false, true) => ExpectedState::Draft,
                (false, false) => ExpectedState::Posted,
            },
            rows: row.get::<_, i64>(4)?.unsigned_abs(),
            quantity_e6: sum(5)?,
            total_e4: sum(6)?,
            cost_e4: sum(7)?,
        })
    })?;
    let mut groups = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    groups.sort();
    Ok(groups)
}
