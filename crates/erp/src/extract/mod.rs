//! Extraction: bringing a company's movements into the warehouse, and keeping them equal to the
//! source.
//!
//! A *full* run reads every table in pages into a new load, which nobody sees until it is complete
//! and proven. An *incremental* run asks the server which rows changed since the last mark and
//! applies them to the current load. Both end in the same way: a short snapshot in which the last
//! changes and the server's totals belong together, and the proof.

mod audit;
mod changes;
mod full;
mod join;
mod overlap;
mod pages;
mod prove;
mod record;
mod transfers;
mod walk;

pub(crate) use join::within;
pub(crate) use prove::{stored_figures, stored_groups};
pub(crate) use record::keep;
pub use record::{History, Notes, history, latest_runs};

use crate::layout::Layout;
use crate::proof::Proof;
use crate::quiet::Window;
use crate::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Cancel, Clock, Progress, ProgressSink};
use puente_databases::{ChangesBy, Mark, SourceDb};
use puente_warehouse::{Applied, Coverage, Load, Warehouse};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Longest that one snapshot is held on the ERP's server: while it lasts, the server can't clean up.
const SNAPSHOT_LIMIT: Duration = Duration::from_secs(60);

/// Between two comparisons of every row where the server doesn't tell which changed.
const COMPARE_EVERY: TimeDelta = TimeDelta::days(1);

/// Where an extraction reads from and writes to, and what it must respect.
pub struct Extraction<'a> {
    /// The company's database.
    pub source: &'a mut dyn SourceDb,
    /// The profile, fitted to that database, and the rules of the office.
    pub layout: &'a Layout,
    /// Where rows go.
    pub warehouse: &'a Warehouse,
    /// The company-year.
    pub company: i64,
    /// How errors call it.
    pub label: &'a str,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Asked between pages.
    pub cancel: &'a Cancel,
    /// Told after each page.
    pub progress: &'a dyn ProgressSink,
    /// What the ERP's server is spared.
    pub limits: Limits,
}

/// What the ERP's server is spared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Most rows a second; `None` for as fast as it gives them.
    pub rows_per_second: Option<u32>,
    /// Hours in which nothing is read.
    pub quiet: Option<Window>,
}

/// What is asked of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Request {
    /// Only documents of these days; `None` for everything.
    pub coverage: Option<Coverage>,
    /// Read everything again.
    pub force: bool,
    /// Compare every page with the source, also when the totals agree.
    pub audit: bool,
}

/// How a run went about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "ExtractMode")]
pub enum Mode {
    /// A new load.
    Full,
    /// Changes to the current load.
    Incremental,
}

/// Why a run read everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "RereadReason")]
pub enum Why {
    /// Nothing was there.
    First,
    /// It was asked for.
    Asked,
    /// Days are wanted that were not there.
    Days,
    /// Another profile.
    Profile,
    /// Changes are found in another way than before.
    Method,
    /// The database was restored or replaced.
    Restored,
    /// The database no longer knows what changed: its change tracking was cleaned up.
    Forgotten,
    /// So much changed that everything is read quicker.
    Many,
}

impl Why {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Why::First => "first",
            Why::Asked => "asked",
            Why::Days => "days",
            Why::Profile => "profile",
            Why::Method => "method",
            Why::Restored => "restored",
            Why::Forgotten => "forgotten",
            Why::Many => "many",
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it went about it.
    pub mode: Mode,
    /// How changed rows of the database are found; `None` where there is no database.
    pub changes: Option<ChangesBy>,
    /// Why everything was read, when it was.
    pub reread: Option<Why>,
    /// Rows that the server sent, of all tables.
    pub rows_read: u64,
    /// What changed here.
    pub applied: Applied,
    /// The proof, which holds.
    pub proof: Proof,
}

/// A run that ended in a difference: the proof is kept all the same.
#[derive(Debug)]
pub struct Unproven {
    /// What differs.
    pub proof: Proof,
}

/// How a run can end without an error of its own.
#[derive(Debug)]
pub enum End {
    /// Equal to the source, and shown.
    Proven(Outcome),
    /// Different from the source. A first load is not shown; a current one keeps its changes.
    Unproven(Unproven),
}

impl Extraction<'_> {
    /// Runs. What it has committed survives whatever happens: the next call goes on from there.
    ///
    /// # Errors
    /// Those of the source, the warehouse and the limits; [`Error::Cancelled`].
    pub fn run(&mut self, request: Request) -> Result<End> {
        self.may_go_on()?;
        let current = self.warehouse.current(self.company)?;
        match self.base(&request, current)? {
            Base::Changes(from) => self.incremental(&from.0, &from.1, &request),
            Base::Everything(why) => self.full(&request, why),
        }
    }

    /// The load that changes can be applied to, or why there is none.
    fn base(&mut self, request: &Request, current: Option<Load>) -> Result<Base> {
        // Also where everything is read: a profile that asks for what is not there is told at once.
        let now = self.source.mark()?;
        let Some(load) = current else {
            return Ok(Base::Everything(Why::First));
        };
        if request.force {
            return Ok(Base::Everything(Why::Asked));
        }
        if !covers(load.coverage, request.coverage) {
            return Ok(Base::Everything(Why::Days));
        }
        let kept: Option<Kept> = load
            .mark
            .clone()
            .and_then(|mark| serde_json::from_value(mark).ok());
        let Some(kept) = kept.filter(|kept| kept.profile == self.layout.profile.name) else {
            return Ok(Base::Everything(Why::Profile));
        };
        Ok(match (&kept.mark, now) {
            (Some(before), Some(now)) if !before.same_database(&now) => {
                Base::Everything(Why::Restored)
            }
            (Some(_), Some(_)) | (None, None) => Base::Changes(Box::new((load, kept))),
            (None, Some(_)) | (Some(_), None) => Base::Everything(Why::Method),
        })
    }

    fn incremental(&mut self, load: &Load, kept: &Kept, request: &Request) -> Result<End> {
        use puente_databases::Error::{ChangesForgotten, Restored};
        self.tell("changes");
        let mark = kept.mark.as_ref();
        // What the server tells no one is found by comparing everything, once a day.
        let due = mark.is_none() && kept.compared_before(self.clock.now());
        let caught = match self.catch_up(load, Some(kept), request.audit || due) {
            // Reading everything is quicker, or the only way that is right.
            Err(Error::TooManyChanges) => return self.full(request, Why::Many),
            Err(Error::Source(Restored { .. })) => return self.full(request, Why::Restored),
            Err(Error::Source(ChangesForgotten { .. })) => {
                return self.full(request, Why::Forgotten);
            }
            other => other?,
        };
        let changes = self.source.changes_by()?;
        let proof = caught.proof;
        if !proof.holds() {
            return Ok(End::Unproven(Unproven { proof }));
        }
        Ok(End::Proven(Outcome {
            mode: Mode::Incremental,
            changes: Some(changes),
            reread: None,
            rows_read: caught.rows_read,
            applied: caught.applied,
            proof,
        }))
    }

    /// Refuses to go on when cancelled or within quiet hours.
    fn may_go_on(&self) -> Result<()> {
        self.cancel.check()?;
        match &self.limits.quiet {
            Some(window) => window.check(self.clock.now()),
            None => Ok(()),
        }
    }

    fn tell(&self, stage: &str) {
        self.progress
            .report(Progress::stage(stage).about(self.label));
    }
}

/// The deep proof of a current load: the server joins and groups, the warehouse scans.
///
/// # Errors
/// Those of the source and the warehouse.
pub fn deep_proof(
    source: &mut dyn SourceDb,
    layout: &Layout,
    warehouse: &Warehouse,
    load: &Load,
    taken_at: DateTime<Utc>,
) -> Result<Proof> {
    let stored = warehouse.recompute(load.id)?;
    prove::prove_deep(source, layout, &stored, load.coverage, taken_at)
}

/// What a load's mark holds: enough to know whether changes can be counted from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Point in the life of the source; `None` where the server has no such thing.
    pub mark: Option<Mark>,
    /// Name of the profile that the rows were read with.
    pub profile: String,
    /// When every row was read or compared last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_at: Option<DateTime<Utc>>,
}

/// What a run begins from.
enum Base {
    /// Changes since then are applied to this load.
    Changes(Box<(Load, Kept)>),
    /// Everything is read.
    Everything(Why),
}

impl Kept {
    /// Whether the last comparison of everything is longer ago than [`COMPARE_EVERY`].
    fn compared_before(&self, now: DateTime<Utc>) -> bool {
        self.compared_at
            .is_none_or(|at| now.signed_duration_since(at) >= COMPARE_EVERY)
    }

    fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Whether a load over `has` already covers what is `asked`.
fn covers(has: Option<Coverage>, asked: Option<Coverage>) -> bool {
    match (has, asked) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(has), Some(asked)) => has.from_day <= asked.from_day && asked.to_day <= has.to_day,
    }
}

/// The days of a new load: what is asked together with what was there, so that nothing that was
/// visible vanishes.
fn hull(has: Option<Coverage>, asked: Option<Coverage>) -> Option<Coverage> {
    let (has, asked) = (has?, asked?);
    Some(Coverage {
        from_day: has.from_day.min(asked.from_day),
        to_day: has.to_day.max(asked.to_day),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from_day: i32, to_day: i32) -> Option<Coverage> {
        Some(Coverage { from_day, to_day })
    }

    #[test]
    fn a_new_load_never_covers_less_than_the_one_it_replaces() {
        assert!(covers(None, days(1, 2)) && covers(days(1, 9), days(1, 2)));
        assert!(!covers(days(1, 9), None) && !covers(days(1, 9), days(0, 2)));
        assert_eq!(hull(days(1, 9), days(20, 30)), days(1, 30));
        assert_eq!(hull(None, days(1, 2)), None);
    }
}
