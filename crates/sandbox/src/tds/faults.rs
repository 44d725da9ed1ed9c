//! What can go wrong on purpose.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What is to happen to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TdsFault {
    /// The connection breaks after so many rows.
    DropAfterRow(u64),
    /// The connection breaks before the statement is carried out.
    DropBefore,
    /// The connection breaks after the statement was carried out, and before its answer.
    DropAfter,
    /// Error 1205: the session was chosen as the victim of a deadlock; its transaction is undone.
    Deadlock,
    /// Error 1222: a lock was not had in time.
    LockTimeout,
    /// The answer comes after so long.
    Slow(Duration),
    /// Each row comes after so long.
    SlowRows(Duration),
}

#[derive(Debug)]
struct Rule {
    contains: String,
    times: u32,
    fault: TdsFault,
}

/// The faults of a server.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Arc<Mutex<Vec<Rule>>>);

impl Faults {
    pub(super) fn add(&self, contains: &str, times: u32, fault: TdsFault) {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.push(Rule {
            contains: contains.to_owned(),
            times,
            fault,
        });
    }

    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What happens to this statement, and once less to the next.
    pub(super) fn of(&self, text: &str) -> Option<TdsFault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = rules
            .iter()
            .position(|rule| rule.times > 0 && text.contains(&rule.contains))?;
        let rule = rules.get_mut(at)?;
        rule.times -= 1;
        let fault = rule.fault.clone();
        rules.retain(|rule| rule.times > 0);
        Some(fault)
    }
}
