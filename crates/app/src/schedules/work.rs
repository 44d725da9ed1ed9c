//! What schedules do.

use crate::forecast::RETRAIN;
use crate::sync::{PROVE_ALL, SYNC_ALL, TIDY};
use crate::{Result, backup};
use puente_core::Error;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a schedule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ScheduledWork")]
pub enum Work {
    /// Discovers on every server and extracts every active company.
    Sync,
    /// Takes the deep proof of every company.
    Prove,
    /// Backs up Puente's own data.
    Backup,
    /// Drops old jobs and rows that nobody sees any more.
    Tidy,
    /// Trains anew the models of every NIT whose data changed.
    Forecast,
    /// Reads every sales channel, settles what is in doubt and follows what was sent. Tells Solar of what local
    /// databases have issued, and sends nothing else that is new.
    Sales,
    /// Reads what waits in local databases, tells it to their ledgers, and marks it there.
    Deliver,
    /// Something that this version doesn't know. Can't be set.
    Other,
}

impl Work {
    /// As on the wire: `sync`.
    pub fn as_str(self) -> &'static str {
        match self {
            Work::Sync => "sync",
            Work::Prove => "prove",
            Work::Backup => "backup",
            Work::Tidy => "tidy",
            Work::Forecast => "forecast",
            Work::Sales => "sales",
            Work::Deliver => "deliver",
            Work::Other => "other",
        }
    }

    /// The work of that name.
    ///
    /// # Errors
    /// That there is none.
    pub fn parse(text: &str) -> Result<Work> {
        Work::ALL
            .into_iter()
            .find(|work| work.as_str() == text)
            .ok_or_else(|| Error::invalid("work", text))
    }

    const ALL: [Work; 7] = [
        Work::Sync,
        Work::Prove,
        Work::Backup,
        Work::Tidy,
        Work::Forecast,
        Work::Sales,
        Work::Deliver,
    ];

    pub(super) fn kind(self) -> Result<&'static str> {
        match self {
            Work::Sync => Ok(SYNC_ALL),
            Work::Prove => Ok(PROVE_ALL),
            Work::Backup => Ok(backup::CREATE),
            Work::Tidy => Ok(TIDY),
            Work::Forecast => Ok(RETRAIN),
            Work::Sales => Ok(puente_sales::handlers::SYNC_ALL),
            Work::Deliver => Ok(puente_sales::handlers::DELIVER_ALL),
            Work::Other => Err(Error::invalid("work", "other")),
        }
    }

    pub(super) fn of(kind: &str) -> Work {
        Work::ALL
            .into_iter()
            .find(|work| work.kind().is_ok_and(|known| known == kind))
            .unwrap_or(Work::Other)
    }
}
