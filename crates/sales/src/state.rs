//! Where a sale stands, and the only ways from one place to another.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a sale stands on its way to an invoice.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SaleState")]
pub enum State {
    /// Something stands in the way; the reasons say what.
    Pending,
    /// Can be invoiced.
    Ready,
    /// Its intent is committed; it is about to go out or is out.
    Sending,
    /// It went out and no answer came.
    Uncertain,
    /// The ledger has it.
    Invoiced,
    /// The tax authority accepted it.
    Stamped,
    /// The ledger refused it: there is no invoice.
    Refused,
    /// Cancelled before it was invoiced, or credited after.
    Voided,
}

/// What may happen to a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Homologation gave a draft.
    Fits,
    /// Homologation gave reasons.
    Blocked,
    /// The channel cancelled it.
    CancelledThere,
    /// The intent to send it was committed.
    Intended,
    /// The intent was taken back before anything left.
    TakenBack,
    /// No answer came.
    Unanswered,
    /// The ledger has it.
    Accepted,
    /// The ledger has refused it for certain.
    Refused,
    /// The tax authority has accepted it.
    Stamped,
    /// A credit note has undone it.
    Credited,
}

impl State {
    /// All of them.
    pub const ALL: [State; 8] = [
        State::Pending,
        State::Ready,
        State::Sending,
        State::Uncertain,
        State::Invoiced,
        State::Stamped,
        State::Refused,
        State::Voided,
    ];

    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Ready => "ready",
            State::Sending => "sending",
            State::Uncertain => "uncertain",
            State::Invoiced => "invoiced",
            State::Stamped => "stamped",
            State::Refused => "refused",
            State::Voided => "voided",
        }
    }

    /// The state of that name.
    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Where it stands after that happened; none where that can't happen.
    pub fn after(self, what: Happening) -> Option<State> {
        use Happening as H;
        use State as S;
        match (self, what) {
            (S::Pending | S::Ready | S::Refused | S::Voided, H::Fits) => Some(S::Ready),
            (S::Pending | S::Ready | S::Voided, H::Blocked) => Some(S::Pending),
            // Why the ledger refused it is worth more than why it would not be sent now.
            (S::Refused, H::Blocked) => Some(S::Refused),
            (S::Pending | S::Ready | S::Refused | S::Voided, H::CancelledThere) => Some(S::Voided),
            (S::Ready, H::Intended) => Some(S::Sending),
            (S::Sending, H::TakenBack) => Some(S::Ready),
            (S::Sending | S::Uncertain, H::Unanswered) => Some(S::Uncertain),
            (S::Sending | S::Uncertain, H::Accepted) => Some(S::Invoiced),
            (S::Sending | S::Uncertain, H::Refused) => Some(S::Refused),
            (S::Invoiced | S::Stamped, H::Stamped) => Some(S::Stamped),
            (S::Invoiced | S::Stamped, H::Credited) => Some(S::Voided),
            _ => None,
        }
    }

    /// Whether an invoice exists or may exist: such a sale is never sent.
    pub fn may_be_invoiced(self) -> bool {
        matches!(
            self,
            State::Sending | State::Uncertain | State::Invoiced | State::Stamped
        )
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

    const HAPPENINGS: [Happening; 10] = [
        Happening::Fits,
        Happening::Blocked,
        Happening::CancelledThere,
        Happening::Intended,
        Happening::TakenBack,
        Happening::Unanswered,
        Happening::Accepted,
        Happening::Refused,
        Happening::Stamped,
        Happening::Credited,
    ];

    #[test]
    fn only_a_ready_sale_is_sent_and_only_an_intent_lets_it() {
        for state in State::ALL {
            for what in HAPPENINGS {
                if state.after(what) == Some(State::Sending) {
                    assert_eq!((state, what), (State::Ready, Happening::Intended));
                }
            }
        }
    }

    #[test]
    fn what_may_be_invoiced_becomes_free_again_by_a_certain_refusal_or_a_credit_note_only() {
        for state in State::ALL
            .into_iter()
            .filter(|state| state.may_be_invoiced())
        {
            for what in HAPPENINGS {
                let Some(next) = state.after(what) else {
                    continue;
                };
                let free = !next.may_be_invoiced();
                let certain = [
                    Happening::Refused,
                    Happening::Credited,
                    Happening::TakenBack,
                ];
                assert!(!free || certain.contains(&what), "{state} {what:?} {next}");
            }
        }
        // What left can't be taken back.
        assert_eq!(State::Uncertain.after(Happening::TakenBack), None);
    }

    #[test]
    fn names_parse_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }
}
