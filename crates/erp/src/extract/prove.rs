//! The server's totals of a moment against the warehouse's.

use super::Result;
use super::changes::Moment;
use crate::layout::Layout;
use crate::proof::{DOCUMENTS, Figures, GroupKey, Level, Proof, TableProof, pair};
use chrono::{DateTime, NaiveDate, Utc};
use puente_core::period::date_of_epoch_day;
use puente_databases::{Condition, GroupRequest, SourceDb, Totals};
use puente_warehouse::{
    Coverage, Load, LoadId, LoadState, MonthTotal, RangeTotals, State, Stream, Warehouse,
};
use std::collections::BTreeMap;

/// What the warehouse has of a load, from its rows. Of a current load the lines come from the roll-up,
/// which is exact, follows each change and is at hand.
#[derive(Debug)]
pub(super) struct Stored {
    documents: Figures,
    groups: BTreeMap<GroupKey, Figures>,
}

impl Stored {
    pub(super) fn of(warehouse: &Warehouse, load: &Load) -> Result<Self> {
        let documents = warehouse.document_totals(load.id, Stream::Line, i64::MIN, i64::MAX)?;
        let groups = match (load.state, load.coverage) {
            (LoadState::Building, _) | (_, Some(_)) => stored_groups(warehouse, load.id)?,
            (LoadState::Current | LoadState::Retired, None) => received(warehouse, load.id)?,
        };
        Ok(Stored {
            documents: stored_figures(&documents),
            groups,
        })
    }

    fn stream(&self, which: Stream) -> Figures {
        let mut all = Figures::default();
        let groups = self.groups.iter().filter(|(key, _)| key.0 == which);
        groups.for_each(|(_, figures)| all.merge(figures));
        all
    }
}

/// What the server counted and summed, table by table.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub documents: Option<Totals>,
    pub lines: Option<Totals>,
    pub transfers: Option<Totals>,
}

/// Compares. A load over some days only is compared group by group, since a table's totals know no
/// dates.
pub(super) fn prove(
    moment: &mut Moment<'_>,
    measured: &Measured,
    taken_at: DateTime<Utc>,
) -> Result<Proof> {
    let layout = moment.layout;
    if let Some(days) = moment.load.coverage {
        let source = grouped(moment.db, layout, Some(days))?;
        let mut warehouse = moment.stored()?.groups.clone();
        warehouse.retain(|key, _| key.0 == Stream::Line);
        let groups = pair(&source, &warehouse);
        return Ok(Proof {
            level: Level::Deep,
            taken_at,
            tables: Vec::new(),
            groups,
        });
    }
    let mut tables = Vec::new();
    if let Some(totals) = &measured.documents {
        let mut warehouse = moment.stored()?.documents;
        let mut source = Figures {
            rows: totals.rows,
            ..Figures::default()
        };
        match totals.sums.first() {
            Some(total) => source.total_e4 = *total,
            None => warehouse.total_e4 = 0,
        }
        tables.push(TableProof {
            table: DOCUMENTS.to_owned(),
            source,
            warehouse,
        });
    }
    if let Some(totals) = &measured.lines {
        let warehouse = moment.stored()?.stream(Stream::Line);
        let source = line_figures(totals.rows, &totals.sums);
        tables.push(TableProof {
            table: "lines".to_owned(),
            source,
            warehouse,
        });
    }
    if let Some(totals) = &measured.transfers {
        let warehouse = moment.stored()?.stream(Stream::Transfer);
        let source = transfer_figures(totals);
        tables.push(TableProof {
            table: "transfers".to_owned(),
            source,
            warehouse,
        });
    }
    Ok(Proof {
        level: Level::Totals,
        taken_at,
        tables,
        groups: groups(moment)?,
    })
}

/// The deep proof of a current load: the server joins and groups.
pub(super) fn prove_deep(
    db: &mut dyn SourceDb,
    layout: &Layout,
    stored: &[MonthTotal],
    days: Option<Coverage>,
    taken_at: DateTime<Utc>,
) -> Result<Proof> {
    let source = grouped(db, layout, days)?;
    let warehouse = by_group(stored, |total| total.stream == Stream::Line);
    let groups = pair(&source, &warehouse);
    Ok(Proof {
        level: Level::Deep,
        taken_at,
        tables: Vec::new(),
        groups,
    })
}

/// What was received by document type, month and state (the roll-up, kept page by page) against what
/// is stored (a scan of all rows). Only where a load was just filled: later runs touch few rows, and
/// the roll-up follows each of them.
fn groups(moment: &mut Moment<'_>) -> Result<Vec<crate::proof::GroupProof>> {
    if moment.load.state != LoadState::Building {
        return Ok(Vec::new());
    }
    let received = received(moment.warehouse, moment.load.id)?;
    Ok(pair(&received, &moment.stored()?.groups))
}

pub(crate) fn stored_figures(totals: &RangeTotals) -> Figures {
    Figures {
        rows: u64::try_from(totals.lines).unwrap_or(0),
        quantity_e6: totals.quantity_e6,
        total_e4: totals.total_e4,
        cost_e4: totals.cost_e4,
    }
}

/// What is stored by document type, month and state, by a scan of all rows.
pub(crate) fn stored_groups(
    warehouse: &Warehouse,
    load: LoadId,
) -> Result<BTreeMap<GroupKey, Figures>> {
    Ok(by_group(&warehouse.recompute(load)?, |_| true))
}

/// What came by document type, month and state, from the roll-up.
fn received(warehouse: &Warehouse, load: LoadId) -> Result<BTreeMap<GroupKey, Figures>> {
    Ok(by_group(&warehouse.monthly_of(load)?, |_| true))
}

/// What the server summed of lines: quantity, value and, where there is one, cost.
pub(super) fn line_figures(rows: u64, sums: &[i128]) -> Figures {
    let sum = |at: usize| sums.get(at).copied().unwrap_or(0);
    Figures {
        rows,
        quantity_e6: sum(0),
        total_e4: sum(1),
        cost_e4: sum(2),
    }
}

/// What the server summed of transfers: quantity and, where there is one, cost.
pub(super) fn transfer_figures(totals: &Totals) -> Figures {
    let sum = |at: usize| totals.sums.get(at).copied().unwrap_or(0);
    Figures {
        rows: totals.rows,
        quantity_e6: sum(0),
        total_e4: 0,
        cost_e4: sum(1),
    }
}

fn by_group(
    totals: &[MonthTotal],
    wanted: impl Fn(&MonthTotal) -> bool,
) -> BTreeMap<GroupKey, Figures> {
    let mut groups: BTreeMap<GroupKey, Figures> = BTreeMap::new();
    for total in totals
        .iter()
        .filter(|total| total.state != State::Gone && wanted(total))
    {
        let key = (
            total.stream,
            total.doc_type.clone(),
            total.month,
            total.state,
        );
        groups.entry(key).or_default().merge(&Figures {
            rows: u64::try_from(total.lines).unwrap_or(0),
            quantity_e6: i128::from(total.quantity_e6),
            total_e4: i128::from(total.total_e4),
            cost_e4: i128::from(total.cost_e4),
        });
    }
    groups.retain(|_, figures| figures.rows > 0);
    groups
}

/// The server's own grouping. States follow from which dates are there, as for every row.
fn grouped(
    db: &mut dyn SourceDb,
    layout: &Layout,
    days: Option<Coverage>,
) -> Result<BTreeMap<GroupKey, Figures>> {
    let (lines, documents) = (&layout.profile.lines, &layout.profile.documents);
    let presence: Vec<String> = [&documents.voided, &documents.posted]
        .into_iter()
        .flatten()
        .map(|c| c.name.clone())
        .collect();
    let request = GroupRequest {
        lines: lines.table.clone(),
        line_document: lines.document.name.clone(),
        documents: documents.table.clone(),
        document_key: documents.key.name.clone(),
        document_type: Some(documents.type_code.name.clone()),
        date: Some(documents.date.name.clone()),
        presence,
        sums: layout.line_sums(),
        line_filter: Vec::new(),
        document_filter: days
            .map(|days| date_range(&documents.date.name, days))
            .into_iter()
            .collect(),
    };
    let mut groups: BTreeMap<GroupKey, Figures> = BTreeMap::new();
    for group in db.grouped(&request)? {
        let state = state_of(
            &group.present,
            documents.voided.is_some(),
            documents.posted.is_some(),
        );
        let (code, state) = match group.document_type {
            Some(code) => (code.trim().to_owned(), state),
            None => (String::new(), State::Draft),
        };
        let sum = |at: usize| group.sums.get(at).copied().unwrap_or(0);
        groups
            .entry((Stream::Line, code, group.month, state))
            .or_default()
            .merge(&Figures {
                rows: group.rows,
                quantity_e6: sum(0),
                total_e4: sum(1),
                cost_e4: sum(2),
            });
    }
    Ok(groups)
}

fn state_of(present: &[bool], has_voided: bool, has_posted: bool) -> State {
    let voided = has_voided && present.first().copied().unwrap_or(false);
    let posted = !has_posted || present.last().copied().unwrap_or(false);
    match (voided, posted) {
        (true, _) => State::Voided,
        (false, true) => State::Posted,
        (false, false) => State::Draft,
    }
}

pub(super) fn date_range(column: &str, days: Coverage) -> Condition {
    let date = |day| date_of_epoch_day(day).unwrap_or(NaiveDate::MAX);
    Condition::DateRange {
        column: column.to_owned(),
        from: date(days.from_day),
        before: date(days.to_day.saturating_add(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voided_document_is_voided_whether_posted_or_not() {
        assert_eq!(state_of(&[true, true], true, true), State::Voided);
        assert_eq!(state_of(&[true, false], true, true), State::Voided);
        assert_eq!(state_of(&[false, true], true, true), State::Posted);
        assert_eq!(state_of(&[false, false], true, true), State::Draft);
        assert_eq!(state_of(&[false], false, true), State::Draft);
        assert_eq!(state_of(&[], false, false), State::Posted);
    }

    #[test]
    fn days_become_a_range_of_dates() {
        let range = date_range(
            "FECHA",
            Coverage {
                from_day: -1,
                to_day: 0,
            },
        );
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (from, before) = (date("1969-12-31"), date("1970-01-02"));
        assert_eq!(
            range,
            Condition::DateRange {
                column: "FECHA".into(),
                from,
                before
            }
        );
    }
}
