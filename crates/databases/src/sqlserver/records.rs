//! See [`crate::RecordDb`].

use super::catalog::{text, wide};
use super::pump::pump;
use super::sql::{self, Of, Read};
use super::wire::Wire;
use super::{ATTEMPTS, PAUSE, SqlServer, errors};
use crate::profile::update as update_grant;
use crate::records::parts;
use crate::scan::marks;
use crate::{
    Becomes, Change, Chunk, Engine, Flow, LiveColumn, LiveKind, Match, RecordDb, Result, Scan,
    Value,
};

impl RecordDb for SqlServer {
    fn select(
        &mut self,
        scan: &Scan,
        matches: &[Match],
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<u64> {
        self.check_marks(&scan.table, marks(&scan.filter))?;
        let catalog = self.catalog()?;
        let (live, real) = catalog.table(&scan.table)?;
        let table = Of { live, real };
        let mut rows = 0;
        for part in parts(matches, sql::IN_LIST) {
            let invalid = self.options.invalid_text;
            let mut read = sql::read(table, scan, &scan.filter, invalid)?;
            let joint = if scan.filter.is_empty() {
                " WHERE "
            } else {
                " AND "
            };
            add_matches(table, &part, joint, &mut read)?;
            let (taken, flow) = pump(self, scan, &read, sink)?;
            rows += taken;
            if flow == Flow::Stop {
                break;
            }
        }
        self.check_marks_after(&scan.table, marks(&scan.filter))?;
        Ok(rows)
    }

    fn change(
        &mut self,
        change: &Change,
        before_commit: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<u64>> {
        let catalog = self.catalog()?;
        let (live, real) = catalog.table(&change.table)?;
        let table = Of { live, real };
        let statements = change
            .rows
            .iter()
            .map(|row| update(table, change, row))
            .collect::<Result<Vec<_>>>()?;
        let mut attempt = 1;
        loop {
            let done = self.with_wire(|wire| {
                // Under row versions an update of a row that changed meanwhile fails instead of waiting.
                wire.order("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")?;
                wire.order("BEGIN TRANSACTION")?;
                let done = write(wire, &change.table, &statements, before_commit);
                if done.is_err() && wire.is_healthy() {
                    wire.order("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")?;
                }
                done
            });
            match done {
                Err(error) if errors::is_passing(&error) && attempt < ATTEMPTS => {
                    attempt += 1;
                    self.cancel.sleep(PAUSE)?;
                }
                done => return done,
            }
        }
    }

    fn lacking_grant(&mut self, table: &str, columns: &[&str]) -> Result<Option<String>> {
        let catalog = self.catalog()?;
        let (live, real) = catalog.table(table)?;
        let table = Of { live, real };
        let object = table.name();
        let mut names = Vec::with_capacity(columns.len());
        let mut items = vec!["USER_NAME()".to_owned()];
        for name in columns {
            let (live, name) = table.column(name)?;
            names.push(name);
            // Of a column the bare name: brackets would be taken for a part of it.
            items.push(format!(
                "HAS_PERMS_BY_NAME({},N'OBJECT',N'UPDATE',{},N'COLUMN')",
                literal(&object),
                literal(real.column(&live.name)),
            ));
        }
        let rows = self.all(&format!("SELECT {}", items.join(",")), &live.name)?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        // NULL says that the server can't tell, which is no reason to ask an administrator.
        if (1..=names.len()).all(|at| wide(row, at) != Some(0)) {
            return Ok(None);
        }
        let user = sql::bracketed(&text(row, 0));
        Ok(Some(update_grant(
            Engine::SqlServer,
            &names,
            &object,
            &user,
        )))
    }
}

/// A name as a text of a statement.
fn literal(name: &str) -> String {
    format!("N'{}'", name.replace('\'', "''"))
}

fn write(
    wire: &mut Wire,
    table: &str,
    statements: &[Read],
    before_commit: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<u64>> {
    let counts = statements
        .iter()
        .map(|one| wire.write(&one.text, &one.values, table))
        .collect::<Result<Vec<_>>>()?;
    before_commit()?;
    wire.order("COMMIT TRANSACTION")?;
    Ok(counts)
}

fn update(table: Of<'_>, change: &Change, row: &[Match]) -> Result<Read> {
    let mut read = Read {
        text: String::new(),
        pulls: Vec::new(),
        values: Vec::new(),
    };
    let mut set = Vec::with_capacity(change.set.len());
    for (name, becomes) in &change.set {
        let (column, name) = table.column(name)?;
        set.push(match becomes {
            Becomes::Now => format!("{name}=GETDATE()"),
            Becomes::Value(value) => format!("{name}={}", parameter(column, value, &mut read)),
        });
    }
    read.text = format!("UPDATE {} SET {}", table.name(), set.join(","));
    add_matches(table, row, " WHERE ", &mut read)?;
    Ok(read)
}

/// Adds the matches, each value as a parameter.
fn add_matches(table: Of<'_>, matches: &[Match], first: &str, read: &mut Read) -> Result<()> {
    let mut joint = first;
    for one in matches {
        let (column, name) = table.column(&one.column)?;
        let list: Vec<String> = one
            .values
            .iter()
            .map(|value| parameter(column, value, read))
            .collect();
        let condition = match list.as_slice() {
            [] => "1=0".to_owned(),
            [only] => format!("{name}={only}"),
            all => format!("{name} IN ({})", all.join(",")),
        };
        read.text.push_str(joint);
        read.text.push_str(&condition);
        joint = " AND ";
    }
    Ok(())
}

/// Takes a value up as the next parameter. A national text would make the server convert the whole column
/// instead of looking into its index, so that it is given the column's own kind.
fn parameter(column: &LiveColumn, value: &Value, read: &mut Read) -> String {
    read.values.push(value.clone());
    let name = format!("@P{}", read.values.len());
    let is_plain = matches!(column.kind, LiveKind::Char | LiveKind::Varchar)
        && !column.declared.starts_with('N');
    match value {
        Value::Text(_) if is_plain => format!("CAST({name} AS VARCHAR(255))"),
        Value::Text(_) | Value::Int(_) => name,
    }
}
