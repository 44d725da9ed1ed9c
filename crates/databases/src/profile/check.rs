//! Whether a live database has what a profile reads.

use super::read::{TableView, Wants};
use super::{ColumnRef, Profile};
use crate::{Error, LiveKind, LiveSchema, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A table, or a column of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Item {
    /// Table.
    pub table: String,
    /// Column; `None` when it is about the table.
    pub column: Option<String>,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.table),
            None => f.write_str(&self.table),
        }
    }
}

/// A column that keeps something else than the profile expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfit {
    /// The column.
    pub item: Item,
    /// Its type.
    pub found: String,
}

/// What a live database has and lacks of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Needed and not there: with any, the profile can't be used.
    pub missing: Vec<Item>,
    /// There and of another kind: with any, the profile can't be used.
    pub unfit: Vec<Unfit>,
    /// Read if there, and not there (or of another kind): left out.
    pub left_out: Vec<Item>,
    /// Parts of the profile that are left out as a whole: `parties`, `transfers`.
    pub skipped: Vec<String>,
    /// Columns of the profile's tables that the profile does not know: not read.
    pub new: Vec<Item>,
    /// Names that are a guess of the profile and were found, which confirms them.
    pub confirmed: Vec<Item>,
}

impl Report {
    /// Whether the profile can be used with this database.
    pub fn is_usable(&self) -> bool {
        self.missing.is_empty() && self.unfit.is_empty()
    }

    fn usable(&self, profile: &Profile) -> Result<()> {
        if self.is_usable() {
            return Ok(());
        }
        let unfit = self
            .unfit
            .iter()
            .map(|unfit| format!("{} ({})", unfit.item, unfit.found));
        let missing = self
            .missing
            .iter()
            .map(Item::to_string)
            .chain(unfit)
            .collect();
        Err(Error::Missing {
            missing,
            profile: Some(profile.name.clone()),
        })
    }
}

impl Profile {
    /// Compares the profile with the live master database.
    pub fn check_master(&self, schema: &LiveSchema) -> Report {
        self.check(schema, true)
    }

    /// Compares the profile with the live database of a company.
    pub fn check_company(&self, schema: &LiveSchema) -> Report {
        self.check(schema, false)
    }

    /// The profile without the optional columns and parts that this company's database lacks, and
    /// the report.
    ///
    /// # Errors
    /// [`Error::Missing`] when something is missing that the profile can't do without.
    pub fn fitted_to_company(&self, schema: &LiveSchema) -> Result<(Profile, Report)> {
        let report = self.check_company(schema);
        report.usable(self)?;
        let mut fitted = self.clone();
        fitted.leave_out(&report);
        Ok((fitted, report))
    }

    /// The report on the master database.
    ///
    /// # Errors
    /// [`Error::Missing`] when something is missing that the profile can't do without.
    pub fn fitted_to_master(&self, schema: &LiveSchema) -> Result<Report> {
        let report = self.check_master(schema);
        report.usable(self)?;
        Ok(report)
    }

    fn check(&self, schema: &LiveSchema, master: bool) -> Report {
        let mut report = Report::default();
        let parts = self.parts();
        let parts: Vec<_> = parts
            .iter()
            .filter(|(_, table)| table.master == master)
            .collect();
        // A part of several tables is there only when all of them are.
        let mut skipped = BTreeSet::new();
        for (part, table) in &parts {
            if table.optional && !is_whole(table, schema) {
                skipped.insert(part.split('.').next().unwrap_or(part));
            }
        }
        for (part, table) in &parts {
            let part = part.split('.').next().unwrap_or(part);
            if skipped.contains(part) {
                note_missing(table, schema, &mut report.left_out);
            } else {
                check_table(table, schema, &mut report);
            }
        }
        report.skipped = skipped.into_iter().map(str::to_owned).collect();
        report
    }

    fn leave_out(&mut self, report: &Report) {
        if report.skipped.iter().any(|part| part == "parties") {
            self.parties = None;
        }
        if report.skipped.iter().any(|part| part == "transfers") {
            self.transfers = None;
        }
        let cut = |table: &str, columns: &mut [&mut Option<ColumnRef>]| {
            for column in columns {
                let gone = column.as_ref().is_some_and(|column| {
                    report.left_out.contains(&of_column(table, &column.name))
                });
                if gone {
                    **column = None;
                }
            }
        };
        cut(&self.lines.table, &mut [&mut self.lines.cost]);
        let documents = &mut self.documents;
        cut(
            &documents.table,
            &mut [
                &mut documents.prefix,
                &mut documents.number,
                &mut documents.posted,
                &mut documents.voided,
                &mut documents.party,
                &mut documents.total,
            ],
        );
        cut(&self.articles.table, &mut [&mut self.articles.unit]);
        let Some(transfers) = &mut self.transfers else {
            return;
        };
        let documents = &mut transfers.documents;
        cut(
            &documents.table,
            &mut [
                &mut documents.prefix,
                &mut documents.number,
                &mut documents.posted,
                &mut documents.voided,
                &mut documents.from_place,
                &mut documents.to_place,
            ],
        );
        let lines = &mut transfers.lines;
        cut(
            &lines.table,
            &mut [&mut lines.cost, &mut lines.from_place, &mut lines.to_place],
        );
    }
}

fn of_column(table: &str, column: &str) -> Item {
    Item {
        table: table.to_owned(),
        column: Some(column.to_owned()),
    }
}

fn is_whole(table: &TableView<'_>, schema: &LiveSchema) -> bool {
    let Some(live) = schema.table(table.name) else {
        return false;
    };
    table
        .columns
        .iter()
        .filter(|column| !column.column.optional)
        .all(|column| {
            live.column(&column.column.name)
                .is_some_and(|live| fits(column.wants, live.kind))
        })
}

fn note_missing(table: &TableView<'_>, schema: &LiveSchema, left_out: &mut Vec<Item>) {
    let Some(live) = schema.table(table.name) else {
        left_out.push(Item {
            table: table.name.to_owned(),
            column: None,
        });
        return;
    };
    for column in &table.columns {
        if live.column(&column.column.name).is_none() {
            left_out.push(of_column(table.name, &column.column.name));
        }
    }
}

fn check_table(table: &TableView<'_>, schema: &LiveSchema, report: &mut Report) {
    let Some(live) = schema.table(table.name) else {
        report.missing.push(Item {
            table: table.name.to_owned(),
            column: None,
        });
        return;
    };
    let mut known: BTreeSet<&str> = table.known.iter().map(String::as_str).collect();
    for column in &table.columns {
        let name = &column.column.name;
        let item = of_column(table.name, name);
        known.insert(name);
        match live.column(name) {
            None if column.column.optional => report.left_out.push(item),
            None => report.missing.push(item),
            Some(live) if fits(column.wants, live.kind) => {
                if column.column.assumed {
                    report.confirmed.push(item);
                }
            }
            Some(_) if column.column.optional => report.left_out.push(item),
            Some(live) => report.unfit.push(Unfit {
                item,
                found: live.declared.clone(),
            }),
        }
    }
    let new = live
        .columns
        .iter()
        .filter(|column| !known.contains(column.name.as_str()));
    report
        .new
        .extend(new.map(|column| of_column(table.name, &column.name)));
}

fn fits(wants: Wants, kind: LiveKind) -> bool {
    let number = matches!(
        kind,
        LiveKind::Int | LiveKind::Decimal { .. } | LiveKind::Wide | LiveKind::Float
    );
    let text = matches!(kind, LiveKind::Char | LiveKind::Varchar);
    // Notes of any length are read up to a limit; none is a code that documents are grouped by.
    let long = matches!(kind, LiveKind::Blob);
    match wants {
        // In dialect 1 a NUMERIC(18,0) key is kept as a binary fraction.
        Wants::Key | Wants::Number => number,
        Wants::Text => text || long,
        Wants::TextOrNumber => text || number,
        Wants::Day => matches!(kind, LiveKind::Date | LiveKind::Timestamp | LiveKind::Zoned),
    }
}
