//! When a failed attempt is made again.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// How often and how soon a kind of job is tried again after an error that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included. 0 counts as 1.
    pub max_attempts: u32,
    /// The wait before the second attempt. Doubles with each further one.
    pub base: Duration,
    /// No wait is longer.
    pub cap: Duration,
}

impl RetryPolicy {
    /// One attempt, whatever the error.
    pub const NEVER: RetryPolicy = RetryPolicy {
        max_attempts: 1,
        base: Duration::ZERO,
        cap: Duration::ZERO,
    };

    /// Five attempts within about five minutes: for networks and servers that come back.
    pub const PATIENT: RetryPolicy = RetryPolicy {
        max_attempts: 5,
        base: Duration::from_secs(10),
        cap: Duration::from_secs(300),
    };

    /// Whether another attempt follows after `attempts` of them.
    pub fn allows_after(&self, attempts: u32) -> bool {
        attempts < self.max_attempts
    }

    /// The wait after attempt number `attempt` (from 1). `luck`, from 0 to 1, spreads the upper half
    /// of it, so that the jobs that one dead server failed together don't come back together.
    pub fn delay(&self, attempt: u32, luck: f64) -> Duration {
        let doubled = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let whole = self.base.saturating_mul(doubled).min(self.cap);
        whole / 2 + (whole / 2).mul_f64(luck.clamp(0.0, 1.0))
    }

    /// `now` plus [`RetryPolicy::delay`].
    pub(crate) fn next_attempt(
        &self,
        attempt: u32,
        luck: f64,
        now: DateTime<Utc>,
    ) -> DateTime<Utc> {
        later(now, self.delay(attempt, luck))
    }
}

/// `now` plus `wait`, or the last time that can be said.
fn later(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| now.checked_add_signed(wait))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Where a wait ends that was begun at `since` for `until`, seen at `now`: a clock that was set back
/// behind the beginning makes it begin anew, so that no wait grows by it.
pub(crate) fn rebase(
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    (now < since).then(|| now.checked_add_signed(until - since).unwrap_or(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLICY: RetryPolicy = RetryPolicy {
        max_attempts: 4,
        base: Duration::from_secs(8),
        cap: Duration::from_secs(60),
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let waits: Vec<u64> = (1..6)
            .map(|attempt| POLICY.delay(attempt, 1.0).as_secs())
            .collect();
        assert_eq!(waits, [8, 16, 32, 60, 60]);
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        assert!(POLICY.allows_after(3) && !POLICY.allows_after(4));
        assert!(!RetryPolicy::NEVER.allows_after(1));
    }

    #[test]
    fn a_clock_set_back_keeps_the_length_of_the_wait() {
        assert_eq!(rebase(at(0), at(30), at(-3600)), Some(at(-3570)));
        assert_eq!(rebase(at(0), at(30), at(10)), None);
    }

    proptest! {
        #[test]
        fn a_wait_stays_between_half_and_the_whole_of_its_step(
            attempt in 0_u32..200,
            luck in -1.0_f64..2.0,
        ) {
            let whole = POLICY.delay(attempt, 1.0);
            let wait = POLICY.delay(attempt, luck);
            prop_assert!(wait >= whole / 2 && wait <= whole && whole <= POLICY.cap);
        }
    }
}
