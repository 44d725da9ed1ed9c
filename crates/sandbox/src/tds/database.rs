//! Databases of the stand-in: a SQLite file each, with the types that T-SQL gives its columns.

use super::types::{TdsCollation, Ty};
use crate::Error;
use rusqlite::{Connection, params};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How rows that changed can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TdsTracking {
    /// They can't.
    None,
    /// By a column `rowversion` in every table.
    RowVersion,
    /// By change tracking.
    #[default]
    ChangeTracking,
}

/// What a database is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TdsDatabaseOptions {
    /// Collation of every text.
    pub collation: TdsCollation,
    /// How changes can be told.
    pub tracking: TdsTracking,
    /// Whether snapshot isolation is allowed.
    pub snapshots: bool,
}

impl Default for TdsDatabaseOptions {
    fn default() -> Self {
        TdsDatabaseOptions {
            collation: TdsCollation::default(),
            tracking: TdsTracking::default(),
            snapshots: true,
        }
    }
}

/// A database.
#[derive(Debug, Clone)]
pub struct TdsDatabase {
    name: String,
    path: Arc<PathBuf>,
    options: TdsDatabaseOptions,
}

/// The name of the column that holds the version of a row.
const ROW_VERSION: &str = "VERSIONFILA";

/// Tables of the system: name, and columns with their types.
const SYSTEM: [(&str, &str); 8] = [
    ("schemas", "schema_id int, name nvarchar(128)"),
    (
        "objects",
        "object_id int, schema_id int, name nvarchar(128), type char(2), is_ms_shipped bit",
    ),
    (
        "columns",
        "object_id int, column_id int, name nvarchar(128), system_type_id int, max_length smallint, \
         precision tinyint, scale tinyint, is_nullable bit, collation_name nvarchar(128)",
    ),
    (
        "types",
        "system_type_id int, user_type_id int, name nvarchar(128)",
    ),
    (
        "indexes",
        "object_id int, index_id int, type int, is_primary_key bit, is_disabled bit",
    ),
    (
        "index_columns",
        "object_id int, index_id int, column_id int, key_ordinal int",
    ),
    (
        "change_tracking_tables",
        "object_id int, min_valid_version bigint",
    ),
    (
        "databases",
        "database_id int, name nvarchar(128), create_date datetime, \
         snapshot_isolation_state tinyint, is_read_committed_snapshot_on bit, \
         collation_name nvarchar(128), is_read_only bit, compatibility_level int",
    ),
];

/// Types by their number.
const TYPES: [(i64, &str); 24] = [
    (56, "int"),
    (127, "bigint"),
    (52, "smallint"),
    (48, "tinyint"),
    (104, "bit"),
    (106, "decimal"),
    (108, "numeric"),
    (60, "money"),
    (122, "smallmoney"),
    (62, "float"),
    (59, "real"),
    (167, "varchar"),
    (231, "nvarchar"),
    (175, "char"),
    (239, "nchar"),
    (165, "varbinary"),
    (173, "binary"),
    (61, "datetime"),
    (58, "smalldatetime"),
    (42, "datetime2"),
    (43, "datetimeoffset"),
    (40, "date"),
    (36, "uniqueidentifier"),
    (189, "timestamp"),
];

impl TdsDatabase {
    /// Creates the database in a file of that folder.
    pub(super) fn create(
        folder: &Path,
        name: &str,
        options: TdsDatabaseOptions,
    ) -> Result<Self, Error> {
        let database = TdsDatabase {
            name: name.to_owned(),
            path: Arc::new(folder.join(format!("{name}.sqlite"))),
            options,
        };
        database.prepare().map_err(refused)?;
        Ok(database)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is like.
    pub fn options(&self) -> TdsDatabaseOptions {
        self.options
    }

    /// A way in below the stand-in, for whoever plays the ERP. Decimals are whole numbers of their
    /// last decimal there, and moments texts of ISO 8601.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn sqlite(&self) -> Result<Connection, Error> {
        self.open().map_err(refused)
    }

    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(self.path.as_path())?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(64);
        super::functions::add(&connection)?;
        Ok(connection)
    }

    fn prepare(&self) -> rusqlite::Result<()> {
        let mut connection = self.open()?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
             CREATE TABLE tsql_tables (id INTEGER PRIMARY KEY, name, stored, is_system);
             CREATE TABLE tsql_columns (table_id, position, name, declared, is_key);
             CREATE TABLE tsql_counters (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
             CREATE TABLE tsql_changes (table_name, key_value, version);
             CREATE TABLE tsql_open (first INTEGER PRIMARY KEY, statements);
             INSERT INTO tsql_counters VALUES ('row', 2000), ('change', 0);",
        )?;
        let work = connection.transaction()?;
        for (id, (name, columns)) in (1..).zip(SYSTEM) {
            add_table(&work, id, name, columns, true)?;
        }
        work.execute("INSERT INTO \"sys.schemas\" VALUES (1, 'dbo')", [])?;
        for (id, name) in TYPES {
            work.execute(
                "INSERT INTO \"sys.types\" VALUES (?1, ?1, ?2)",
                params![id, name],
            )?;
        }
        work.execute(
            "INSERT INTO \"sys.databases\" VALUES (5, ?1, strftime('%Y-%m-%d %H:%M:%f','now'), ?2, \
             0, ?3, 0, 160)",
            params![
                self.name,
                u8::from(self.options.snapshots),
                self.options.collation.name()
            ],
        )?;
        work.commit()
    }

    /// Creates a table. `columns` as in T-SQL, with `not null` and one `primary key` or several:
    /// `ID int not null primary key, NOMBRE varchar(60)`.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn create_table(&self, name: &str, columns: &str) -> Result<(), Error> {
        let columns = match self.options.tracking {
            TdsTracking::RowVersion => format!("{columns}, {ROW_VERSION} rowversion"),
            TdsTracking::None | TdsTracking::ChangeTracking => columns.to_owned(),
        };
        let work = || {
            let mut connection = self.open()?;
            let work = connection.transaction()?;
            let last: i64 =
                work.query_row("SELECT MAX(id) FROM tsql_tables", [], |row| row.get(0))?;
            let id = last.max(1000) + 1;
            add_table(&work, id, name, &columns, false)?;
            self.describe(&work, id, name, &columns)?;
            work.commit()
        };
        work().map_err(refused)
    }

    /// Begins to note changes. After the first rows are in, which is faster.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn track(&self) -> Result<(), Error> {
        self.add_triggers().map_err(refused)
    }

    fn add_triggers(&self) -> rusqlite::Result<()> {
        let connection = self.open()?;
        for table in super::context::tables(&connection)?.values() {
            let Some(key) = table.key().filter(|_| !table.is_system) else {
                continue;
            };
            let (name, key) = (&table.name, &key.name);
            let others: Vec<String> = table
                .columns
                .iter()
                .filter(|column| column.name != ROW_VERSION)
                .map(|column| format!("\"{}\"", column.name))
                .collect();
            let next = |counter: &str| {
                format!("UPDATE tsql_counters SET value = value + 1 WHERE name = '{counter}';")
            };
            let now = |counter: &str| {
                format!("(SELECT value FROM tsql_counters WHERE name = '{counter}')")
            };
            if self.options.tracking == TdsTracking::RowVersion {
                // No row is without one.
                connection.execute(
                    &format!(
                        "UPDATE \"{name}\" SET {ROW_VERSION} = (SELECT value FROM tsql_counters \
                         WHERE name = 'row') WHERE {ROW_VERSION} IS NULL"
                    ),
                    [],
                )?;
            }
            for (event, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
                let of = if event == "UPDATE" {
                    format!("UPDATE OF {}", others.join(","))
                } else {
                    event.to_owned()
                };
                let body = match self.options.tracking {
                    TdsTracking::ChangeTracking => format!(
                        "{} INSERT INTO tsql_changes VALUES ('{name}', {row}.\"{key}\", {});",
                        next("change"),
                        now("change")
                    ),
                    TdsTracking::RowVersion if event != "DELETE" => format!(
                        "{} UPDATE \"{name}\" SET {ROW_VERSION} = {} WHERE \"{key}\" = NEW.\"{key}\";",
                        next("row"),
                        now("row")
                    ),
                    TdsTracking::RowVersion | TdsTracking::None => continue,
                };
                connection.execute_batch(&format!(
                    "CREATE TRIGGER \"{name}_{event}\" AFTER {of} ON \"{name}\" BEGIN {body} END;"
                ))?;
            }
        }
        Ok(())
    }

    /// What the system tables say of a table.
    fn describe(
        &self,
        work: &Connection,
        id: i64,
        name: &str,
        columns: &str,
    ) -> rusqlite::Result<()> {
        work.execute(
            "INSERT INTO \"sys.objects\" VALUES (?1, 1, ?2, 'U', 0)",
            params![id, name],
        )?;
        work.execute("INSERT INTO \"sys.indexes\" VALUES (?1, 1, 1, 1, 0)", [id])?;
        if self.options.tracking == TdsTracking::ChangeTracking {
            work.execute(
                "INSERT INTO \"sys.change_tracking_tables\" VALUES (?1, 0)",
                [id],
            )?;
        }
        let mut keys = 0;
        for (number, column) in (1..).zip(split(columns)) {
            let (max_length, precision, scale) = column.ty.measures();
            let type_id = TYPES
                .iter()
                .find(|(_, name)| *name == column.ty.name())
                .map(|(id, _)| *id);
            let collation =
                matches!(column.ty, Ty::Text { .. }).then(|| self.options.collation.name());
            work.execute(
                "INSERT INTO \"sys.columns\" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    id,
                    number,
                    column.name,
                    type_id,
                    max_length,
                    precision,
                    scale,
                    column.nullable,
                    collation
                ],
            )?;
            if column.is_key {
                keys += 1;
                work.execute(
                    "INSERT INTO \"sys.index_columns\" VALUES (?1, 1, ?2, ?3)",
                    params![id, number, keys],
                )?;
            }
        }
        Ok(())
    }
}

struct Declared {
    name: String,
    declared: String,
    ty: Ty,
    nullable: bool,
    is_key: bool,
}

/// The columns of a declaration. Those of no known type are left out.
fn split(columns: &str) -> Vec<Declared> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in columns.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match (c, parts.last_mut()) {
            (',', _) if depth == 0 => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            (_, None) => {}
        }
    }
    parts
        .iter()
        .filter_map(|part| {
            let mut words = part.split_whitespace();
            let (name, declared) = (words.next()?, words.next()?);
            let rest: Vec<String> = words.map(str::to_ascii_lowercase).collect();
            let is_key = rest.contains(&"primary".to_owned());
            Some(Declared {
                name: name.to_owned(),
                declared: declared.to_owned(),
                ty: Ty::parse(declared)?,
                nullable: !is_key && !rest.contains(&"not".to_owned()),
                is_key,
            })
        })
        .collect()
}

fn add_table(
    work: &Connection,
    id: i64,
    name: &str,
    columns: &str,
    is_system: bool,
) -> rusqlite::Result<()> {
    let stored = if is_system {
        format!("sys.{name}")
    } else {
        name.to_owned()
    };
    work.execute(
        "INSERT INTO tsql_tables VALUES (?1, ?2, ?3, ?4)",
        params![id, name, stored, is_system],
    )?;
    let columns = split(columns);
    let one_key = columns.iter().filter(|column| column.is_key).count() == 1;
    let mut created = Vec::new();
    for (position, column) in (1..).zip(&columns) {
        work.execute(
            "INSERT INTO tsql_columns VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, position, column.name, column.declared, column.is_key],
        )?;
        // Without a type SQLite keeps each value as it came; a key of whole numbers is the row's.
        let own = one_key && column.is_key && matches!(column.ty, Ty::Int(_));
        let declared = if own { " INTEGER PRIMARY KEY" } else { "" };
        created.push(format!("\"{}\"{declared}", column.name));
    }
    work.execute_batch(&format!(
        "CREATE TABLE \"{stored}\" ({})",
        created.join(",")
    ))
}

pub(super) fn refused(error: rusqlite::Error) -> Error {
    Error::Script {
        reason: error.to_string(),
    }
}
