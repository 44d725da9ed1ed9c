//! See [`crate::RecordDb`].

use super::pump::pump;
use super::sql::{self, Decimals, Read, Ways};
use super::{Firebird, batches};
use crate::charset::Charset;
use crate::profile::update as update_grant;
use crate::records::parts;
use crate::scan::marks;
use crate::{
    Becomes, Change, Chunk, Engine, Error, Flow, LiveColumn, LiveTable, Match, RecordDb, Result,
    Scan, Value,
};
use rsfbclient::SqlType;
use std::time::Duration;

/// Values of one list: each is a parameter with its own description.
const LIST: usize = 200;
/// Attempts of a change that meets somebody's lock.
const ATTEMPTS: u32 = 3;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(200);

impl RecordDb for Firebird {
    fn select(
        &mut self,
        scan: &Scan,
        matches: &[Match],
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<u64> {
        let ways = self.ways()?;
        let table = self.table(&scan.table)?;
        self.check_marks(marks(&scan.filter))?;
        let mut rows = 0;
        for filter in batches(&scan.filter)? {
            for part in parts(matches, LIST) {
                // As texts: documents are few, and their amounts exact.
                let mut read = sql::read(ways, &table, scan, &filter, Decimals::Written, None)?;
                let joint = if filter.is_empty() {
                    " WHERE "
                } else {
                    " AND "
                };
                add_matches(ways, &table, &part, joint, &mut read)?;
                let pumped = pump(self, scan, &read, None, sink)?;
                rows += pumped.rows;
                if pumped.flow == Flow::Stop {
                    return Ok(rows);
                }
            }
        }
        Ok(rows)
    }

    fn change(
        &mut self,
        change: &Change,
        before_commit: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<u64>> {
        let ways = self.ways()?;
        let table = self.table(&change.table)?;
        let statements = change
            .rows
            .iter()
            .map(|row| update(ways, &table, change, row))
            .collect::<Result<Vec<_>>>()?;
        let mut attempt = 1;
        loop {
            match self.write_all(&table.name, &statements, before_commit) {
                Err(Error::LockConflict { .. }) if attempt < ATTEMPTS => {
                    attempt += 1;
                    self.cancel.sleep(PAUSE)?;
                }
                done => return done,
            }
        }
    }

    fn lacking_grant(&mut self, table: &str, columns: &[&str]) -> Result<Option<String>> {
        let (info, table) = (self.facts()?.info.clone(), self.table(table)?);
        let (ways, mut names) = (self.ways()?, Vec::with_capacity(columns.len()));
        for name in columns {
            names.push(sql::column_of(&table, name)?.name.as_str());
        }
        let set: Vec<String> = names
            .iter()
            .map(|name| format!("{}=NULL", ways.name(name)))
            .collect();
        // Rights are not listed for groups and roles, so that the server is asked by a change of no row.
        let nothing = Read {
            text: format!(
                "UPDATE {} SET {} WHERE 1=0",
                ways.name(&table.name),
                set.join(",")
            ),
            pulls: Vec::new(),
            values: Vec::new(),
        };
        let mut may = false;
        let asked = self.write_all(&table.name, &[nothing], &mut || {
            may = true;
            Err(Error::Internal("only the right was asked".to_owned()))
        });
        match asked {
            _ if may => Ok(None),
            Err(Error::PermissionDenied { .. }) => {
                // As whoever runs it reads names: in the dialect of the database.
                let of = Ways {
                    statement_dialect: info.dialect,
                    ..ways
                };
                let names: Vec<String> = names.iter().map(|name| of.name(name)).collect();
                let (object, user) = (of.name(&table.name), of.name(&info.user));
                Ok(Some(update_grant(Engine::Firebird, &names, &object, &user)))
            }
            asked => asked.map(|_| None),
        }
    }
}

impl Firebird {
    fn write_all(
        &mut self,
        table: &str,
        statements: &[Read],
        before_commit: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<u64>> {
        self.with_wire(super::Wire::begin_write)?;
        let mut counts = Vec::with_capacity(statements.len());
        let mut written = Ok(());
        for one in statements {
            let mut count = 0;
            written = self
                .logged(&one.text, |wire| {
                    count = wire.write(&one.text, &one.values, table)?;
                    Ok(count)
                })
                .map(drop);
            if written.is_err() {
                break;
            }
            counts.push(count);
        }
        let done = written.and_then(|()| before_commit());
        let Some(wire) = &mut self.wire else {
            return Err(Error::Internal("no attachment".to_owned()));
        };
        match done {
            Ok(()) => {
                wire.end_write(true)?;
                Ok(counts)
            }
            Err(error) => {
                if wire.is_healthy() {
                    // What it says counts less than what came before it.
                    let _ = wire.end_write(false);
                }
                Err(error)
            }
        }
    }
}

fn update(ways: Ways, table: &LiveTable, change: &Change, row: &[Match]) -> Result<Read> {
    let mut read = Read {
        text: String::new(),
        pulls: Vec::new(),
        values: Vec::new(),
    };
    let mut set = Vec::with_capacity(change.set.len());
    for (name, becomes) in &change.set {
        let column = sql::column_of(table, name)?;
        let written = match becomes {
            // In every version and dialect the moment at which the statement runs.
            Becomes::Now => "CAST('NOW' AS TIMESTAMP)".to_owned(),
            Becomes::Value(value) => match parameter(ways, column, value) {
                Some(value) => {
                    read.values.push(value);
                    "?".to_owned()
                }
                None => {
                    return Err(Error::InvalidText {
                        table: table.name.clone(),
                        column: column.name.clone(),
                        charset: charset_of(ways, column).name().to_owned(),
                    });
                }
            },
        };
        set.push(format!("{}={written}", ways.name(&column.name)));
    }
    read.text = format!("UPDATE {} SET {}", ways.name(&table.name), set.join(","));
    add_matches(ways, table, row, " WHERE ", &mut read)?;
    Ok(read)
}

/// Adds the matches, each value as a parameter. A value that the column can't hold is in none of its rows.
fn add_matches(
    ways: Ways,
    table: &LiveTable,
    matches: &[Match],
    first: &str,
    read: &mut Read,
) -> Result<()> {
    let mut joint = first;
    for one in matches {
        let column = sql::column_of(table, &one.column)?;
        let name = ways.name(&column.name);
        let values = one.values.iter();
        let values: Vec<SqlType> = values
            .filter_map(|value| parameter(ways, column, value))
            .collect();
        let condition = match values.len() {
            0 => "1=0".to_owned(),
            1 => format!("{name}=?"),
            count => format!("{name} IN ({})", vec!["?"; count].join(",")),
        };
        read.values.extend(values);
        read.text.push_str(joint);
        read.text.push_str(&condition);
        joint = " AND ";
    }
    Ok(())
}

fn charset_of(ways: Ways, column: &LiveColumn) -> Charset {
    match column.charset.as_deref() {
        None | Some("NONE" | "OCTETS") => ways.charset,
        Some(name) => Charset::parse(name).unwrap_or(Charset::Ascii),
    }
}

/// A value as a parameter; none where the column's charset doesn't have it. The connection has no charset of
/// its own: the server takes the bytes as the column's.
fn parameter(ways: Ways, column: &LiveColumn, value: &Value) -> Option<SqlType> {
    Some(match value {
        Value::Int(number) => SqlType::Integer(*number),
        Value::Text(text) => {
            let bytes = charset_of(ways, column).encode(text).ok()?;
            SqlType::Text(bytes.into_iter().map(char::from).collect())
        }
    })
}
