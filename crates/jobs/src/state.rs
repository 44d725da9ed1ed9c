//! The states of a job, and which may follow which.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a job stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "JobState")]
pub enum State {
    /// Waits for a worker, and for its time if it was put off.
    Queued,
    /// Failed in a way that may pass, and waits for its next attempt.
    Paused,
    /// Runs in the process whose lock its row names.
    Running,
    /// Ended well.
    Done,
    /// Ended badly. A person may retry it.
    Failed,
    /// Ended because someone asked. A person may retry it.
    Cancelled,
    /// May or may not have reached an outside authority. Never sent again: settled by asking that
    /// authority.
    Uncertain,
}

impl State {
    /// All states.
    pub const ALL: [State; 7] = [
        State::Queued,
        State::Paused,
        State::Running,
        State::Done,
        State::Failed,
        State::Cancelled,
        State::Uncertain,
    ];

    /// As it stands in the row: `queued`.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Queued => "queued",
            State::Paused => "paused",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Cancelled => "cancelled",
            State::Uncertain => "uncertain",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more happens to the job by itself.
    pub fn is_settled(self) -> bool {
        match self {
            State::Done | State::Failed | State::Cancelled | State::Uncertain => true,
            State::Queued | State::Paused | State::Running => false,
        }
    }

    /// Whether the job waits for a worker.
    pub fn is_waiting(self) -> bool {
        match self {
            State::Queued | State::Paused => true,
            State::Running | State::Done | State::Failed | State::Cancelled | State::Uncertain => {
                false
            }
        }
    }

    /// Whether a job in this state may come to be in `next`.
    pub fn may_become(self, next: State) -> bool {
        match self {
            State::Queued => matches!(next, State::Running | State::Cancelled),
            State::Paused => matches!(next, State::Queued | State::Running | State::Cancelled),
            State::Running => next != State::Running,
            State::Failed | State::Cancelled => next == State::Queued,
            State::Uncertain => matches!(next, State::Done | State::Failed),
            State::Done => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_from_its_name() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!(State::parse("Queued"), None);
    }

    #[test]
    fn only_a_person_leads_out_of_a_settled_state_and_done_is_final() {
        for next in State::ALL {
            assert!(!State::Done.may_become(next), "done became {next}");
            assert!(
                !State::Uncertain.may_become(next) || next.is_settled(),
                "{next} sends again"
            );
        }
        assert!(
            State::Failed.may_become(State::Queued) && State::Cancelled.may_become(State::Queued)
        );
    }

    #[test]
    fn work_starts_only_from_a_waiting_state() {
        for state in State::ALL {
            assert_eq!(
                state.may_become(State::Running),
                state.is_waiting(),
                "{state}"
            );
        }
    }
}
