//! `apply`: the source's changes, in one transaction.

use crate::cells::{change_articles, change_months};
use crate::dimension_table as dimensions;
use crate::load_table::{self, LoadRow, Progress};
use crate::pending::settle;
use crate::plan::{Plan, plan};
use crate::warehouse::Warehouse;
use crate::{Applied, Changes, Error, LoadId, LoadState, document_table, movement_table};
use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use serde_json::Value;
use std::sync::Arc;

const CHANGEABLE: &[LoadState] = &[LoadState::Building, LoadState::Current];

impl Warehouse {
    /// Brings the source's changes into a current or building load, in one transaction with the
    /// roll-ups. `mark` is what the load is complete up to from now on. To apply the same changes
    /// again changes nothing.
    ///
    /// What is to be written is found out beforehand, on a snapshot, so that other writers wait only
    /// for what really changed.
    ///
    /// # Errors
    /// [`Error::WrongState`] when the load was replaced meanwhile; [`Error::DocTypeTaken`],
    /// [`Error::KeyTooLarge`], [`Error::Overflow`], [`Error::Uneven`]. Nothing is kept then.
    pub fn apply(&self, load: LoadId, changes: Changes, mark: Value) -> Result<Applied, Error> {
        settle(self.db(), self.gathered(), load)?;
        let (now, mark) = (self.clock().now(), mark.to_string());
        let changes = Arc::new(changes);
        let planned = self.db().read(|db| {
            let row = load_table::get_in(db, load, CHANGEABLE)?;
            plan(db, &row, &changes)
        })?;
        self.db().write(move |tx| {
            let row = load_table::get_in(tx, load, CHANGEABLE)?;
            let planned = if planned.revision == row.revision {
                planned
            } else {
                // Someone else changed the load since. Here nobody else can.
                plan(tx, &row, &changes)?
            };
            if row.rolled != row.last {
                return Err(Error::StillFilled(load));
            }
            write(tx, &row, &planned, &changes, mark, now)
        })
    }
}

fn write(
    tx: &Transaction<'_>,
    row: &LoadRow,
    plan: &Plan,
    changes: &Changes,
    mark: String,
    now: DateTime<Utc>,
) -> Result<Applied, Error> {
    let load = row.id();
    dimensions::add_doc_types(tx, load, &changes.doc_types)?;
    dimensions::upsert_places(tx, load, &plan.places)?;
    dimensions::upsert_articles(tx, load, &plan.articles)?;
    dimensions::upsert_parties(tx, load, &plan.parties)?;
    for (key, document) in &plan.documents {
        document_table::upsert(tx, *key, document)?;
    }
    for (key, movement) in &plan.movements {
        movement_table::upsert(tx, *key, movement)?;
    }
    movement_table::insert_runs(tx, &plan.runs)?;
    movement_table::widen_zones(tx, plan.zones.values().copied())?;
    change_months(tx, load, &plan.months)?;
    change_articles(tx, load, &plan.of_articles)?;
    let progress = Progress {
        documents: plan.new_documents,
        movements: plan.new_movements,
        mark: Some(mark),
        applied_at: Some(now),
        ..Progress::default()
    };
    let last = plan.last.unwrap_or(row.last);
    load_table::advance(tx, row, last, last, &progress)?;
    Ok(plan.applied)
}
