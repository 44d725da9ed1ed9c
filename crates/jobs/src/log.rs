//! The `job_log` table: what a job had to say, bounded.

use crate::{Error, JobId};
use chrono::{DateTime, Utc};
use puente_store::time::{from_text, to_text};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Lines kept per job: its newest ones.
pub const MAX_LINES: usize = 1000;
/// Characters kept per line.
pub const MAX_LINE: usize = 2000;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "LogLevel")]
pub enum Level {
    /// For whoever looks for a defect.
    Debug,
    /// The course of things.
    Info,
    /// Something to look at; the job goes on.
    Warn,
    /// Something failed.
    Error,
}

impl Level {
    const ALL: [Level; 4] = [Level::Debug, Level::Info, Level::Warn, Level::Error];

    /// As it stands in the row: `info`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// A line of a job's log, in English, for technicians. Never a secret: whoever writes it redacts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct LogLine {
    /// When.
    pub at: DateTime<Utc>,
    /// How much it matters.
    pub level: Level,
    /// At most [`MAX_LINE`] characters.
    pub text: String,
}

impl LogLine {
    pub(crate) fn new(at: DateTime<Utc>, level: Level, text: &str) -> LogLine {
        let text = match text.char_indices().nth(MAX_LINE - 1) {
            Some((cut, last)) if cut + last.len_utf8() < text.len() => format!("{}…", &text[..cut]),
            Some(_) | None => text.to_owned(),
        };
        LogLine { at, level, text }
    }
}

/// Lines that wait to be written. Holds no more than the table would keep.
#[derive(Debug, Default)]
pub(crate) struct Unwritten(VecDeque<LogLine>);

impl Unwritten {
    pub(crate) fn push(&mut self, line: LogLine) {
        if self.0.len() == MAX_LINES {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }

    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.0).into()
    }

    /// Puts lines back that could not be written, before those that came since.
    pub(crate) fn put_back(&mut self, lines: Vec<LogLine>) {
        for line in lines.into_iter().rev() {
            if self.0.len() < MAX_LINES {
                self.0.push_front(line);
            }
        }
    }
}

/// Adds lines, and drops the oldest ones beyond [`MAX_LINES`].
pub(crate) fn append(tx: &Transaction<'_>, id: JobId, lines: &[LogLine]) -> Result<(), Error> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut insert = tx.prepare_cached(
        "INSERT INTO job_log (job_id, at, level, text)
         SELECT id, ?2, ?3, ?4 FROM job WHERE id = ?1",
    )?;
    for line in lines {
        insert.execute(params![
            id.0,
            to_text(line.at),
            line.level.as_str(),
            line.text
        ])?;
    }
    tx.prepare_cached(
        "DELETE FROM job_log WHERE job_id = ?1 AND id <= (
             SELECT id FROM job_log WHERE job_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute(params![id.0, i64::try_from(MAX_LINES).unwrap_or(i64::MAX)])?;
    Ok(())
}

/// A job's lines, oldest first.
pub(crate) fn lines(connection: &Connection, id: JobId) -> Result<Vec<LogLine>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT at, level, text FROM job_log WHERE job_id = ?1 ORDER BY id")?;
    let mut rows = statement.query([id.0])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let level: String = row.get("level")?;
        lines.push(LogLine {
            at: from_text(&row.get::<_, String>("at")?)?,
            level: Level::ALL
                .into_iter()
                .find(|known| known.as_str() == level)
                .ok_or(Error::Unreadable {
                    column: "level",
                    reason: level,
                })?,
            text: row.get("text")?,
        });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine::new(DateTime::UNIX_EPOCH, Level::Info, text)
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let cut = line(&"ñ".repeat(MAX_LINE + 1)).text;
        assert_eq!(cut.chars().count(), MAX_LINE);
        assert!(cut.ends_with('…'));
        let whole = "ñ".repeat(MAX_LINE);
        assert_eq!(line(&whole).text, whole);
    }

    #[test]
    fn what_waits_to_be_written_is_bounded_and_keeps_its_order() {
        let mut unwritten = Unwritten::default();
        for n in 0..=MAX_LINES {
            unwritten.push(line(&n.to_string()));
        }
        let taken = unwritten.take();
        assert_eq!((taken.len(), taken[0].text.as_str()), (MAX_LINES, "1"));
        unwritten.push(line("since"));
        unwritten.put_back(taken);
        let again = unwritten.take();
        assert_eq!(again.len(), MAX_LINES);
        assert_eq!(
            (again[0].text.as_str(), again[MAX_LINES - 1].text.as_str()),
            ("2", "since")
        );
    }
}
