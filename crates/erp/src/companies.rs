//! Table `company`: one row per taxpayer and fiscal year, whichever server it is on.

use crate::servers::ServerId;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// Row id of a company-year; the warehouse keeps its rows under it.
pub type CompanyId = i64;

/// Whether the server still lists the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "CompanyState")]
pub enum State {
    /// Listed at the last discovery.
    Active,
    /// Not listed any more; what was extracted stays.
    Gone,
}

/// A company in a fiscal year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Company {
    /// Row id.
    pub id: CompanyId,
    /// Its server.
    pub server_id: ServerId,
    /// Name of its server.
    pub server: String,
    /// Digits only, check digit included. Unique with the year over all servers.
    pub nit: String,
    /// 1990 to 2100.
    pub fiscal_year: i32,
    /// Code in the ERP.
    pub code: String,
    /// Legal name, as the ERP writes it.
    pub name: String,
    /// NIT, as the ERP writes it.
    pub nit_written: String,
    /// Whether the written check digit is the computed one.
    pub check_digit_ok: bool,
    /// Database of this company and year, as the ERP writes it.
    pub location: String,
    /// Whether the server still lists it.
    pub state: State,
    /// When it was first seen.
    pub discovered_at: DateTime<Utc>,
    /// When it was last listed.
    pub seen_at: DateTime<Utc>,
}

impl Company {
    /// How logs, progress and errors call it: `NIT:YEAR NAME`.
    pub fn label(&self) -> String {
        format!("{}:{} {}", self.nit, self.fiscal_year, self.name)
    }
}

/// Which companies are meant: `NIT`, `NIT:YEAR`, or all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    /// `(nit, year)`; no year means every year. Empty means all active companies.
    pub of: Vec<(String, Option<i32>)>,
}

impl Selection {
    /// Reads `900.123.456-7` or `9001234567:2026`.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn parse(texts: &[String]) -> Result<Selection> {
        let of = texts
            .iter()
            .map(|text| parse_one(text))
            .collect::<Result<_>>()?;
        Ok(Selection { of })
    }
}

fn parse_one(text: &str) -> Result<(String, Option<i32>)> {
    let (nit, year) = match text.rsplit_once(':') {
        Some((nit, year)) => {
            let year = year
                .trim()
                .parse()
                .map_err(|_| Error::invalid("company", format!("{text}: NIT:YEAR")))?;
            (nit, Some(year))
        }
        None => (text, None),
    };
    let nit = puente_core::TaxId::parse(puente_core::TaxIdKind::Nit, nit)
        .map_err(|error| Error::invalid("company", format!("{text}: {error}")))?;
    Ok((nit.as_str().to_owned(), year))
}

/// All companies, by name and year.
///
/// # Errors
/// Those of the store.
pub fn list(db: &Database) -> Result<Vec<Company>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!(
            "{SELECT} ORDER BY c.name, c.nit, c.fiscal_year DESC"
        ))?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The company with that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &Database, id: CompanyId) -> Result<Company> {
    db.read(|conn| {
        conn.prepare_cached(&format!("{SELECT} WHERE c.id = ?1"))?
            .query_row([id], from_row)
            .optional()?
            .ok_or_else(|| Error::NotFound {
                what: "company",
                name: id.to_string(),
            })
    })
}

/// The companies that are meant: for an empty selection the active ones.
///
/// # Errors
/// [`Error::NotFound`] when an item of the selection fits none.
pub fn select(db: &Database, selection: &Selection) -> Result<Vec<Company>> {
    let all = list(db)?;
    if selection.of.is_empty() {
        return Ok(all
            .into_iter()
            .filter(|company| company.state == State::Active)
            .collect());
    }
    let fits = |company: &Company, (nit, year): &(String, Option<i32>)| {
        company.nit == *nit && year.is_none_or(|year| year == company.fiscal_year)
    };
    if let Some((nit, year)) = selection
        .of
        .iter()
        .find(|item| !all.iter().any(|company| fits(company, item)))
    {
        let name = year.map_or_else(|| nit.clone(), |year| format!("{nit}:{year}"));
        return Err(Error::NotFound {
            what: "company",
            name,
        });
    }
    Ok(all
        .into_iter()
        .filter(|company| selection.of.iter().any(|item| fits(company, item)))
        .collect())
}

/// What a discovery does to the table; see [`crate::discover::plan`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Normalised NIT.
    pub nit: String,
    /// Fiscal year.
    pub fiscal_year: i32,
    /// Code in the ERP.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// NIT as written.
    pub nit_written: String,
    /// Whether its check digit is right.
    pub check_digit_ok: bool,
    /// Database, as written.
    pub location: String,
}

/// Carries a discovery out in one commit: adds, updates, and marks what is not listed any more.
///
/// # Errors
/// Those of the store.
pub fn apply_discovery(
    db: &Database,
    server_id: ServerId,
    found: Vec<Found>,
    gone: Vec<CompanyId>,
    now: DateTime<Utc>,
) -> Result<()> {
    db.write(move |tx| {
        let now = time::to_text(now);
        let mut upsert = tx.prepare_cached(
            "INSERT INTO company (server_id, nit, fiscal_year, code, name, nit_written, \
             check_digit_ok, location, state, discovered_at, seen_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'active', ?9, ?9) \
             ON CONFLICT (nit, fiscal_year) DO UPDATE SET code = excluded.code, \
             name = excluded.name, nit_written = excluded.nit_written, \
             check_digit_ok = excluded.check_digit_ok, location = excluded.location, \
             state = 'active', seen_at = excluded.seen_at WHERE server_id = excluded.server_id",
        )?;
        for f in &found {
            upsert.execute(params![
                server_id,
                f.nit,
                f.fiscal_year,
                f.code,
                f.name,
                f.nit_written,
                f.check_digit_ok,
                f.location,
                now,
            ])?;
        }
        let mut leave = tx.prepare_cached("UPDATE company SET state = 'gone' WHERE id = ?1")?;
        for id in &gone {
            leave.execute([id])?;
        }
        Ok(())
    })
}

const SELECT: &str = "SELECT c.id, c.server_id, s.name, c.nit, c.fiscal_year, c.code, c.name, \
     c.nit_written, c.check_digit_ok, c.location, c.state, c.discovered_at, c.seen_at \
     FROM company c JOIN server s ON s.id = c.server_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Company> {
    let at = |index: usize| -> rusqlite::Result<DateTime<Utc>> {
        let text = row.get_ref(index)?;
        Ok(time::from_text(text.as_str()?).unwrap_or_default())
    };
    Ok(Company {
        id: row.get(0)?,
        server_id: row.get(1)?,
        server: row.get(2)?,
        nit: row.get(3)?,
        fiscal_year: row.get(4)?,
        code: row.get(5)?,
        name: row.get(6)?,
        nit_written: row.get(7)?,
        check_digit_ok: row.get(8)?,
        location: row.get(9)?,
        state: if row.get_ref(10)?.as_str()? == "gone" {
            State::Gone
        } else {
            State::Active
        },
        discovered_at: at(11)?,
        seen_at: at(12)?,
    })
}
