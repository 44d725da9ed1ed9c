//! A transaction that begins before others and commits after them: what SQLite, with its one writer,
//! can't have by itself, and what every way of finding changes has to stand.

use super::database::TdsDatabase;
use crate::Error;
use rusqlite::{Connection, params};

/// An open transaction of the ERP. Nobody sees what it wrote before [`TdsLateTransaction::commit`]; the
/// versions of its rows lie before those of whoever wrote meanwhile, as in SQL Server, where a row has
/// its version when it is written and not when that is committed. Dropped, it is rolled back.
#[derive(Debug)]
pub struct TdsLateTransaction {
    database: TdsDatabase,
    statements: String,
    /// Its first row version.
    first: i64,
}

impl TdsDatabase {
    /// Begins one that has carried out these statements (of SQLite, as for [`TdsDatabase::sqlite`]). A
    /// database without row versioning refuses to read the tables that they name, as when the time for
    /// a lock is over.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn begin_late(&self, statements: &str) -> Result<TdsLateTransaction, Error> {
        let begin = || {
            let mut connection = self.open()?;
            let before = row_counter(&connection)?;
            let tried = connection.transaction()?;
            tried.execute_batch(statements)?;
            let taken = row_counter(&tried)? - before;
            tried.rollback()?;
            let work = connection.transaction()?;
            work.execute(
                "INSERT INTO tsql_open VALUES (?1, ?2)",
                params![before + 1, statements],
            )?;
            set_row_counter(&work, before + taken.max(1))?;
            work.commit()?;
            Ok(before + 1)
        };
        Ok(TdsLateTransaction {
            database: self.clone(),
            statements: statements.to_owned(),
            first: begin().map_err(super::database::refused)?,
        })
    }

    /// Takes away what change tracking noted so far, as the server does by itself after the days that
    /// it is told to keep.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn clean_up_changes(&self) -> Result<(), Error> {
        self.sqlite()?
            .execute_batch(
                "BEGIN IMMEDIATE; DELETE FROM tsql_changes;
                 UPDATE \"sys.change_tracking_tables\" SET min_valid_version = \
                 (SELECT value FROM tsql_counters WHERE name = 'change'); COMMIT;",
            )
            .map_err(super::database::refused)
    }

    /// What open transactions have carried out.
    pub(super) fn open_statements(&self, connection: &Connection) -> rusqlite::Result<Vec<String>> {
        let mut open = connection.prepare_cached("SELECT statements FROM tsql_open")?;
        open.query_map([], |row| row.get(0))?.collect()
    }
}

impl TdsLateTransaction {
    /// Commits.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn commit(self) -> Result<(), Error> {
        let commit = || {
            let mut connection = self.database.open()?;
            let work = connection.transaction()?;
            let now = row_counter(&work)?;
            set_row_counter(&work, self.first - 1)?;
            work.execute_batch(&self.statements)?;
            set_row_counter(&work, now)?;
            work.execute("DELETE FROM tsql_open WHERE first = ?1", [self.first])?;
            work.commit()
        };
        commit().map_err(super::database::refused)
    }
}

impl Drop for TdsLateTransaction {
    fn drop(&mut self) {
        if let Ok(connection) = self.database.open() {
            let _ = connection.execute("DELETE FROM tsql_open WHERE first = ?1", [self.first]);
        }
    }
}

fn row_counter(connection: &Connection) -> rusqlite::Result<i64> {
    let text = "SELECT value FROM tsql_counters WHERE name = 'row'";
    connection.query_row(text, [], |row| row.get(0))
}

fn set_row_counter(connection: &Connection, value: i64) -> rusqlite::Result<()> {
    let text = "UPDATE tsql_counters SET value = ?1 WHERE name = 'row'";
    connection.execute(text, [value]).map(|_| ())
}
