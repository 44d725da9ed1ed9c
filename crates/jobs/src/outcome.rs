//! What an ended run makes of its job. Pure: the same facts give the same settlement.

use crate::{Interrupted, JobId, RetryPolicy};
use chrono::{DateTime, Utc};
use puente_core::{Code, Error};
use serde_json::Value;

/// How the handler came back.
#[derive(Debug, Clone)]
pub(crate) enum Ended {
    Returned(Result<Value, Error>),
    Panicked(String),
}

/// Who asked the run to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nobody.
    No,
    /// The workers are being stopped; the job may go on another time.
    Stop,
    /// A person, or another program: the job is not wanted.
    Cancel,
}

/// What else counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub job: JobId,
    pub asked: Asked,
    /// This attempt's number, from 1.
    pub attempt: u32,
    pub retry: RetryPolicy,
    pub on_interrupt: Interrupted,
    /// When the handler wants to be called again, if it said so.
    pub postponed: Option<DateTime<Utc>>,
    pub now: DateTime<Utc>,
    /// From 0 to 1.
    pub luck: f64,
}

/// What becomes of the job.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settlement {
    Done(Value),
    Failed(Error),
    /// With the error that the run ended in, for the log.
    Cancelled(Option<Error>),
    Uncertain(Error),
    /// Another attempt at that time. `counted`: this one counts against the policy.
    Paused {
        error: Error,
        run_at: DateTime<Utc>,
        counted: bool,
    },
    /// As if it had not been begun, but for its checkpoint.
    Requeued,
}

/// Settles an ended run.
pub(crate) fn settle(ended: Ended, facts: Facts) -> Settlement {
    let error = match ended {
        Ended::Returned(Ok(result)) => return Settlement::Done(result),
        Ended::Panicked(message) => return panicked(&message, facts),
        Ended::Returned(Err(error)) => error,
    };
    let told = (error.code != Code::Cancelled).then(|| error.clone());
    match facts.asked {
        Asked::Cancel => Settlement::Cancelled(told),
        Asked::Stop => interrupted(facts.job, facts.on_interrupt),
        Asked::No if told.is_none() => Settlement::Cancelled(None),
        Asked::No => failed(error, facts),
    }
}

/// What becomes of a job whose run was cut off.
pub(crate) fn interrupted(job: JobId, on_interrupt: Interrupted) -> Settlement {
    let error = Error::new(Code::JobInterrupted).with("job", job);
    match on_interrupt {
        Interrupted::Resume => Settlement::Requeued,
        Interrupted::Fail => Settlement::Failed(error),
        Interrupted::Uncertain => Settlement::Uncertain(error),
    }
}

/// Kills in a row, with no checkpoint between them, after which a job is taken to be what ends the
/// process.
pub(crate) const MAX_INTERRUPTIONS: u32 = 20;

/// What becomes of a job that a dead process left running, after `interruptions` kills (this one
/// included) without a checkpoint.
pub(crate) fn orphaned(
    job: JobId,
    on_interrupt: Interrupted,
    cancel_requested: bool,
    interruptions: u32,
) -> Settlement {
    match on_interrupt {
        Interrupted::Resume | Interrupted::Fail if cancel_requested => Settlement::Cancelled(None),
        Interrupted::Resume if interruptions > MAX_INTERRUPTIONS => {
            interrupted(job, Interrupted::Fail)
        }
        Interrupted::Resume | Interrupted::Fail | Interrupted::Uncertain => {
            interrupted(job, on_interrupt)
        }
    }
}

/// A panic may have come after something was sent, so where that matters it is not a plain failure.
fn panicked(message: &str, facts: Facts) -> Settlement {
    let mut error = Error::new(Code::Internal);
    error.detail = format!("the handler panicked: {message}");
    match facts.on_interrupt {
        Interrupted::Uncertain => Settlement::Uncertain(error),
        Interrupted::Resume | Interrupted::Fail => Settlement::Failed(error),
    }
}

fn failed(error: Error, facts: Facts) -> Settlement {
    if !error.retryable {
        return Settlement::Failed(error);
    }
    if let Some(run_at) = facts.postponed {
        return Settlement::Paused {
            error,
            run_at,
            counted: false,
        };
    }
    if !facts.retry.allows_after(facts.attempt) {
        return Settlement::Failed(error);
    }
    let run_at = facts
        .retry
        .next_attempt(facts.attempt, facts.luck, facts.now);
    Settlement::Paused {
        error,
        run_at,
        counted: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use serde_json::json;
    use std::time::Duration;

    fn facts() -> Facts {
        Facts {
            job: JobId(7),
            asked: Asked::No,
            attempt: 1,
            retry: RetryPolicy {
                max_attempts: 2,
                base: Duration::from_secs(10),
                cap: Duration::from_secs(10),
            },
            on_interrupt: Interrupted::Resume,
            postponed: None,
            now: DateTime::UNIX_EPOCH,
            luck: 1.0,
        }
    }

    fn returned(code: Code) -> Ended {
        Ended::Returned(Err(Error::new(code)))
    }

    #[test]
    fn an_error_that_may_pass_is_tried_again_until_the_attempts_are_used_up() {
        let error = Error::new(Code::DbTimeout);
        let run_at = DateTime::UNIX_EPOCH + TimeDelta::seconds(10);
        assert_eq!(
            settle(returned(Code::DbTimeout), facts()),
            Settlement::Paused {
                error: error.clone(),
                run_at,
                counted: true
            }
        );
        let last = Facts {
            attempt: 2,
            ..facts()
        };
        assert_eq!(
            settle(returned(Code::DbTimeout), last),
            Settlement::Failed(error)
        );
    }

    #[test]
    fn an_error_that_stays_fails_at_once() {
        let failed = settle(returned(Code::DbWrongPassword), facts());
        assert_eq!(
            failed,
            Settlement::Failed(Error::new(Code::DbWrongPassword))
        );
    }

    #[test]
    fn a_postponed_attempt_is_not_counted() {
        let until = DateTime::UNIX_EPOCH + TimeDelta::hours(9);
        let postponed = Facts {
            attempt: 2,
            postponed: Some(until),
            ..facts()
        };
        assert_eq!(
            settle(returned(Code::QuietHours), postponed),
            Settlement::Paused {
                error: Error::new(Code::QuietHours),
                run_at: until,
                counted: false
            }
        );
    }

    #[test]
    fn whatever_error_a_cancelled_run_ends_in_it_was_cancelled() {
        let asked = Facts {
            asked: Asked::Cancel,
            ..facts()
        };
        assert_eq!(
            settle(returned(Code::Cancelled), asked),
            Settlement::Cancelled(None)
        );
        assert_eq!(
            settle(returned(Code::DbConnectionLost), asked),
            Settlement::Cancelled(Some(Error::new(Code::DbConnectionLost))),
            "closing the socket is how a read is cancelled"
        );
    }

    #[test]
    fn a_run_that_was_quicker_than_its_cancel_is_done() {
        let asked = Facts {
            asked: Asked::Cancel,
            ..facts()
        };
        assert_eq!(
            settle(Ended::Returned(Ok(json!(1))), asked),
            Settlement::Done(json!(1))
        );
    }

    #[test]
    fn a_stop_treats_the_job_as_a_kill_would() {
        let stop = |on_interrupt| {
            let facts = Facts {
                asked: Asked::Stop,
                on_interrupt,
                ..facts()
            };
            settle(returned(Code::Cancelled), facts)
        };
        let error = Error::new(Code::JobInterrupted).with("job", 7);
        assert_eq!(stop(Interrupted::Resume), Settlement::Requeued);
        assert_eq!(stop(Interrupted::Fail), Settlement::Failed(error.clone()));
        assert_eq!(stop(Interrupted::Uncertain), Settlement::Uncertain(error));
    }

    #[test]
    fn a_panic_is_a_defect_and_never_hides_that_something_may_have_been_sent() {
        let panic = || Ended::Panicked("boom".to_owned());
        let Settlement::Failed(error) = settle(panic(), facts()) else {
            panic!("a panic is a failure");
        };
        assert_eq!((error.code, error.retryable), (Code::Internal, false));
        assert!(error.detail.ends_with("boom"));
        let sends = Facts {
            on_interrupt: Interrupted::Uncertain,
            ..facts()
        };
        assert!(matches!(settle(panic(), sends), Settlement::Uncertain(_)));
    }

    #[test]
    fn a_job_that_was_to_be_cancelled_when_its_process_died_does_not_come_back() {
        let orphan = |on_interrupt| orphaned(JobId(7), on_interrupt, true, 1);
        assert_eq!(orphan(Interrupted::Resume), Settlement::Cancelled(None));
        assert_eq!(orphan(Interrupted::Fail), Settlement::Cancelled(None));
        assert!(
            matches!(orphan(Interrupted::Uncertain), Settlement::Uncertain(_)),
            "nobody knows what it had sent by then"
        );
    }

    #[test]
    fn a_job_that_kills_its_process_every_time_is_given_up() {
        let orphan = |times| orphaned(JobId(7), Interrupted::Resume, false, times);
        assert_eq!(orphan(MAX_INTERRUPTIONS), Settlement::Requeued);
        assert!(matches!(
            orphan(MAX_INTERRUPTIONS + 1),
            Settlement::Failed(_)
        ));
    }
}
