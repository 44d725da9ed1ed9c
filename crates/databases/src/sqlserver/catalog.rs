//! The system's tables: what tables there are, how their changes can be told, what the server says
//! about itself.

use super::decode;
use super::wire::Wire;
use crate::{
    ChangeMethod, ChangesBy, Error, LiveColumn, LiveKind, LiveSchema, LiveTable, Result, ServerInfo,
};
use std::collections::{BTreeMap, HashMap};
use tiberius::{ColumnData, Row};

const COLUMNS: &str = "SELECT s.[name],o.[name],o.[type],c.[name],t.[name],c.[max_length],\
    c.[precision],c.[scale],c.[is_nullable],c.[collation_name],o.[object_id] FROM [sys].[objects] o \
    JOIN [sys].[schemas] s ON s.[schema_id]=o.[schema_id] \
    JOIN [sys].[columns] c ON c.[object_id]=o.[object_id] \
    LEFT JOIN [sys].[types] t ON t.[user_type_id]=c.[system_type_id] \
    WHERE o.[type] IN ('U','V') AND o.[is_ms_shipped]=0 ORDER BY o.[object_id],c.[column_id]";

const INDICES: &str = "SELECT i.[object_id],c.[name],k.[key_ordinal],i.[is_primary_key] \
    FROM [sys].[indexes] i \
    JOIN [sys].[index_columns] k ON k.[object_id]=i.[object_id] AND k.[index_id]=i.[index_id] \
    JOIN [sys].[columns] c ON c.[object_id]=k.[object_id] AND c.[column_id]=k.[column_id] \
    WHERE i.[is_disabled]=0 AND k.[key_ordinal]>0 \
    ORDER BY i.[object_id],i.[index_id],k.[key_ordinal]";

const TRACKED: &str = "SELECT t.[object_id] FROM [sys].[change_tracking_tables] t";

const DATABASE: &str = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(60)),\
    d.[compatibility_level],d.[snapshot_isolation_state],d.[is_read_committed_snapshot_on],\
    d.[is_read_only],d.[collation_name],d.[create_date],IS_SRVROLEMEMBER('sysadmin'),SUSER_SNAME() \
    FROM [sys].[databases] d WHERE d.[name]=DB_NAME()";

/// What the server says about itself and the database.
#[derive(Debug)]
pub(super) struct Facts {
    pub info: ServerInfo,
    /// Whether one instant can be read without a lock.
    pub snapshots: bool,
}

/// A table with its names as the database has them; in capitals it is known above.
#[derive(Debug, Clone, Default)]
pub(super) struct RealTable {
    pub schema: String,
    pub name: String,
    /// Number of the object.
    pub id: i64,
    /// From capitals.
    columns: HashMap<String, String>,
    /// Whether change tracking is on for it.
    pub tracked: bool,
    /// Its column of row versions.
    pub row_version: Option<String>,
}

impl RealTable {
    /// The column's own name.
    pub(super) fn column<'a>(&'a self, name: &'a str) -> &'a str {
        self.columns.get(name).map_or(name, String::as_str)
    }
}

/// All tables, as they are known above and as they are.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub live: LiveSchema,
    real: BTreeMap<String, RealTable>,
}

impl Catalog {
    pub(super) fn table(&self, name: &str) -> Result<(&LiveTable, &RealTable)> {
        match (self.live.table(name), self.real.get(name)) {
            (Some(live), Some(real)) => Ok((live, real)),
            (_, _) => Err(Error::Missing {
                missing: vec![name.to_owned()],
                profile: None,
            }),
        }
    }

    /// Of two ways that a table has, the one that is wanted.
    pub(super) fn prefer(&mut self, wanted: ChangeMethod) {
        for table in self.real.values_mut() {
            if wanted == ChangeMethod::RowVersion && table.row_version.is_some() {
                table.tracked = false;
            }
        }
    }

    /// How changes are found: of every table of those names that is there, or (without names) of every
    /// table. Else the tables that lack what is wanted.
    pub(super) fn changes_by(
        &self,
        wanted: ChangeMethod,
        watched: &[String],
    ) -> std::result::Result<ChangesBy, Vec<String>> {
        let tables: Vec<(&String, &RealTable)> = self
            .real
            .iter()
            .filter(|(name, _)| watched.is_empty() || watched.contains(name))
            .collect();
        let lacking = |has: fn(&RealTable) -> bool| -> Vec<String> {
            let without = tables.iter().filter(|(_, table)| !has(table));
            without.map(|(name, _)| (*name).clone()).collect()
        };
        let untracked = lacking(|table| table.tracked);
        let unversioned = lacking(|table| table.row_version.is_some());
        match wanted {
            ChangeMethod::Tracking if untracked.is_empty() => Ok(ChangesBy::Tracking),
            ChangeMethod::Tracking => Err(untracked),
            ChangeMethod::RowVersion if unversioned.is_empty() => Ok(ChangesBy::RowVersion),
            ChangeMethod::RowVersion => Err(unversioned),
            ChangeMethod::Auto if tables.is_empty() => Ok(ChangesBy::Overlap),
            ChangeMethod::Auto if untracked.is_empty() => Ok(ChangesBy::Tracking),
            ChangeMethod::Auto if unversioned.is_empty() => Ok(ChangesBy::RowVersion),
            ChangeMethod::Auto
                if lacking(|table| table.tracked || table.row_version.is_some()).is_empty() =>
            {
                Ok(ChangesBy::Mixed)
            }
            ChangeMethod::Auto | ChangeMethod::Overlap => Ok(ChangesBy::Overlap),
        }
    }
}

/// Reads what the server says.
pub(super) fn facts(wire: &mut Wire, database: &str) -> Result<Facts> {
    let mut found = None;
    wire.rows(DATABASE, "sys.databases", &mut |row| {
        found = Some(row);
        Ok(())
    })?;
    let row = found.ok_or_else(|| Error::PermissionDenied {
        object: "sys.databases".to_owned(),
        detail: "the database is not listed".to_owned(),
    })?;
    let protection = &wire.protection;
    let encryption = protection
        .version
        .map(|version| match protection.login_only {
            true => format!("{version} (login)"),
            false => version.to_owned(),
        });
    Ok(Facts {
        snapshots: whole(&row, 2) == 1,
        info: ServerInfo {
            engine: "SQL Server".to_owned(),
            version: text(&row, 0),
            file_version: whole(&row, 1).to_string(),
            dialect: 0,
            charset: text(&row, 5),
            user: text(&row, 8),
            is_superuser: whole(&row, 7) == 1,
            database_read_only: whole(&row, 4) == 1,
            encrypted: Some(protection.version.is_some() && !protection.login_only),
            encryption,
            page_size: 8192,
            driver: "tiberius".to_owned(),
            path: database.to_owned(),
            created_at: text(&row, 6),
            counters: BTreeMap::from([
                ("snapshot_isolation".to_owned(), whole(&row, 2)),
                ("read_committed_snapshot".to_owned(), whole(&row, 3)),
            ]),
        },
    })
}

/// Reads all tables and views of people.
pub(super) fn read(run: &mut dyn FnMut(&str) -> Result<Vec<Row>>) -> Result<Catalog> {
    let mut catalog = Catalog::default();
    // By number of the object.
    let mut names: HashMap<i64, String> = HashMap::new();
    for row in run(COLUMNS)? {
        let (schema, name) = (text(&row, 0), text(&row, 1));
        let id = whole(&row, 10);
        let known = names.entry(id).or_insert_with(|| {
            let bare = name.to_uppercase();
            let first = schema.eq_ignore_ascii_case("dbo");
            if first {
                // Of several tables of that name the default schema's is meant.
                catalog.real.remove(&bare);
                catalog.live.tables.remove(&bare);
            }
            if !first && catalog.real.contains_key(&bare) {
                format!("{}.{bare}", schema.to_uppercase())
            } else {
                bare
            }
        });
        let live = catalog
            .live
            .tables
            .entry(known.clone())
            .or_insert_with(|| LiveTable {
                name: known.clone(),
                is_view: text(&row, 2).trim() == "V",
                ..LiveTable::default()
            });
        let real = catalog
            .real
            .entry(known.clone())
            .or_insert_with(|| RealTable {
                schema,
                name,
                id,
                ..RealTable::default()
            });
        let column = column(&row);
        if column.declared == "ROWVERSION" {
            real.row_version = Some(text(&row, 3));
        }
        real.columns.insert(column.name.clone(), text(&row, 3));
        live.columns.push(column);
    }
    for row in run(INDICES)? {
        let Some(table) = names
            .get(&whole(&row, 0))
            .and_then(|name| catalog.live.tables.get_mut(name))
        else {
            continue;
        };
        let column = text(&row, 1).to_uppercase();
        if whole(&row, 2) == 1 && !table.indexed.contains(&column) {
            table.indexed.push(column.clone());
        }
        if whole(&row, 3) == 1 {
            table.primary_key.push(column);
        }
    }
    let tracked = match run(TRACKED) {
        // A server without that view tracks nothing.
        Err(Error::Missing { .. }) => Vec::new(),
        tracked => tracked?,
    };
    for row in tracked {
        let table = names
            .get(&whole(&row, 0))
            .and_then(|name| catalog.real.get_mut(name));
        if let Some(table) = table {
            table.tracked = true;
        }
    }
    Ok(catalog)
}

fn column(row: &Row) -> LiveColumn {
    let (kind, declared) = kind(row);
    let is_text = matches!(kind, LiveKind::Char | LiveKind::Varchar | LiveKind::Blob);
    LiveColumn {
        name: text(row, 3).to_uppercase(),
        kind,
        declared,
        nullable: whole(row, 8) == 1,
        charset: Some(text(row, 9)).filter(|name| is_text && !name.is_empty()),
    }
}

fn kind(row: &Row) -> (LiveKind, String) {
    let name = text(row, 4).to_ascii_lowercase();
    let (bytes, precision) = (whole(row, 5), whole(row, 6));
    let scale = u8::try_from(whole(row, 7)).unwrap_or(0);
    let upper = name.to_uppercase();
    let sized = |kind: LiveKind, unit: i64| {
        if bytes < 0 {
            (LiveKind::Blob, format!("{upper}(MAX)"))
        } else {
            (kind, format!("{upper}({})", bytes / unit))
        }
    };
    match &*name {
        "tinyint" | "smallint" | "int" | "bigint" => (LiveKind::Int, upper),
        "bit" => (LiveKind::Bool, upper),
        "decimal" | "numeric" => {
            let kind = if precision > 18 {
                LiveKind::Wide
            } else {
                LiveKind::Decimal { scale }
            };
            (kind, format!("{upper}({precision},{scale})"))
        }
        "money" | "smallmoney" => (LiveKind::Decimal { scale: 4 }, upper),
        "float" | "real" => (LiveKind::Float, upper),
        "char" => sized(LiveKind::Char, 1),
        "nchar" => sized(LiveKind::Char, 2),
        "varchar" => sized(LiveKind::Varchar, 1),
        "nvarchar" => sized(LiveKind::Varchar, 2),
        "text" | "ntext" | "xml" => (LiveKind::Blob, upper),
        "date" => (LiveKind::Date, upper),
        "time" => (LiveKind::Time, upper),
        "datetime" | "smalldatetime" => (LiveKind::Timestamp, upper),
        "datetime2" => (LiveKind::Timestamp, format!("{upper}({scale})")),
        "datetimeoffset" => (LiveKind::Zoned, format!("{upper}({scale})")),
        "timestamp" => (LiveKind::Other, "ROWVERSION".to_owned()),
        _ => (LiveKind::Other, upper),
    }
}

/// A whole number of a small answer; 0 for NULL.
pub(super) fn whole(row: &Row, at: usize) -> i64 {
    wide(row, at)
        .and_then(|wide| i64::try_from(wide).ok())
        .unwrap_or(0)
}

/// A number of a small answer without its decimals' point; `None` for NULL.
pub(super) fn wide(row: &Row, at: usize) -> Option<i128> {
    decode::number(row.get_column_data(at).ok()?).map(|(value, _)| value)
}

/// A text of a small answer; empty for NULL.
pub(super) fn text(row: &Row, at: usize) -> String {
    match row.get_column_data(at) {
        Ok(ColumnData::String(Some(text))) => text.clone().into_owned(),
        Ok(other) => decode::written(other).unwrap_or_default(),
        Err(_) => String::new(),
    }
}
