//! What a statement depends on besides its words: the database's tables and who asks.

use super::login::TdsLogin;
use super::refusal::Refusal;
use super::translate::Out;
use super::types::{TdsCollation, Ty};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::collections::BTreeMap;

/// A column of a table.
#[derive(Debug, Clone)]
pub(super) struct ColumnInfo {
    pub name: String,
    pub ty: Ty,
    pub is_key: bool,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct TableInfo {
    pub id: i64,
    pub name: String,
    /// Its name in SQLite.
    pub stored: String,
    pub columns: Vec<ColumnInfo>,
    pub is_system: bool,
}

impl TableInfo {
    /// Its key, when that is one column.
    pub(super) fn key(&self) -> Option<&ColumnInfo> {
        let mut keys = self.columns.iter().filter(|column| column.is_key);
        let key = keys.next()?;
        keys.next().is_none().then_some(key)
    }
}

/// The tables of a database, by their names in capitals.
pub(super) type Tables = BTreeMap<String, TableInfo>;

/// Reads them.
pub(super) fn tables(connection: &Connection) -> rusqlite::Result<Tables> {
    let mut tables = Tables::new();
    let mut statement = connection.prepare(
        "SELECT t.id, t.name, t.stored, t.is_system, c.name, c.declared, c.is_key \
         FROM tsql_tables t JOIN tsql_columns c ON c.table_id = t.id ORDER BY t.id, c.position",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (name, stored): (String, String) = (row.get(1)?, row.get(2)?);
        let is_system: bool = row.get(3)?;
        let key = if is_system {
            stored.clone()
        } else {
            name.clone()
        };
        let table = tables.entry(key.to_uppercase()).or_insert(TableInfo {
            id: row.get(0)?,
            name,
            stored,
            columns: Vec::new(),
            is_system,
        });
        let declared: String = row.get(5)?;
        if let Some(ty) = Ty::parse(&declared) {
            table.columns.push(ColumnInfo {
                name: row.get(4)?,
                ty,
                is_key: row.get(6)?,
            });
        }
    }
    Ok(tables)
}

/// The rest of a session.
pub(super) struct Context<'a> {
    pub tables: &'a Tables,
    pub database: &'a str,
    pub login: &'a TdsLogin,
    pub user: &'a str,
    pub version: &'a str,
    pub collation: TdsCollation,
    pub is_administrator: bool,
    /// Whether the database tracks changes.
    pub tracking: bool,
    pub transactions: u32,
    /// What open transactions have carried out, where readers wait for writers.
    pub open: Vec<String>,
    pub parameters: &'a BTreeMap<String, (Ty, Value)>,
}

impl Context<'_> {
    pub(super) fn table(&self, schema: Option<&str>, name: &str) -> Result<TableInfo, Refusal> {
        let key = match schema.map(str::to_ascii_lowercase).as_deref() {
            Some("sys") => format!("SYS.{}", name.to_uppercase()),
            None | Some("dbo" | "") => name.to_uppercase(),
            Some(other) => return Err(Refusal::object(&format!("{other}.{name}"))),
        };
        let found = self.tables.get(&key).cloned();
        found.ok_or_else(|| Refusal::object(name))
    }

    pub(super) fn may_read(&self, table: &TableInfo) -> Result<(), Refusal> {
        let denied = &self.login.unreadable;
        if !table.is_system
            && denied
                .iter()
                .any(|one| one.eq_ignore_ascii_case(&table.name))
        {
            return Err(Refusal::permission("SELECT", &table.name, self.database));
        }
        let names = |text: &String| {
            let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.any(|word| word.eq_ignore_ascii_case(&table.name))
        };
        if !table.is_system && self.open.iter().any(names) {
            return Err(Refusal::lock_timeout());
        }
        Ok(())
    }

    pub(super) fn parameter(&self, name: &str) -> Result<Ty, Refusal> {
        let found = self.parameters.get(&name.to_ascii_uppercase());
        found.map(|(ty, _)| *ty).ok_or_else(|| {
            let message = format!("Must declare the scalar variable \"@{name}\".");
            Refusal::of(137, 15, message)
        })
    }

    pub(super) fn global(&self, name: &str) -> Result<Out, Refusal> {
        let text = |text: &str, length| {
            let ty = Ty::Text {
                length,
                national: true,
                fixed: false,
            };
            Out::of(format!("'{text}'"), ty)
        };
        Ok(match name {
            "TRANCOUNT" => Out::of(self.transactions.to_string(), Ty::Int(4)),
            "SPID" => Out::of("53", Ty::Int(2)),
            "VERSION" => text(
                &format!(
                    "Microsoft SQL Server 2022 (stand-in of Puente) - {}",
                    self.version
                ),
                300,
            ),
            "SERVERNAME" => text("PUENTE", 128),
            "DBTS" => Out::of(
                "(SELECT value FROM tsql_counters WHERE name = 'row')",
                Ty::RowVersion,
            ),
            _ => return Err(Refusal::unknown(format!("@@{name}"))),
        })
    }
}
