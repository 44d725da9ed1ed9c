//! Which backups are kept. A pure function of their times.

use chrono::{DateTime, Datelike, Utc};
use std::collections::BTreeSet;

/// How many backups are kept. The rules add up: a backup goes when none of them keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The newest so many. The newest one is kept even with 0.
    pub last: usize,
    /// The newest of each of the last so many days that have one, in UTC.
    pub daily: usize,
    /// The newest of each of the last so many months that have one, in UTC.
    pub monthly: usize,
}

impl Default for Retention {
    /// The last 5, one a day for 14 days, one a month for 12 months.
    fn default() -> Self {
        Retention {
            last: 5,
            daily: 14,
            monthly: 12,
        }
    }
}

impl Retention {
    /// Of backups made at `times`, in any order, the indices of those that go, in ascending order.
    ///
    /// Days and months are counted by the backups that exist and not by the calendar: a machine that
    /// was off for a year loses nothing by being switched on.
    pub fn surplus(&self, times: &[DateTime<Utc>]) -> Vec<usize> {
        let mut newest_first: Vec<usize> = (0..times.len()).collect();
        newest_first.sort_by_key(|index| (std::cmp::Reverse(times[*index]), *index));
        let mut kept: BTreeSet<usize> = newest_first
            .iter()
            .copied()
            .take(self.last.max(1))
            .collect();
        kept.extend(first_of_each(&newest_first, self.daily, |i| {
            times[i].date_naive()
        }));
        kept.extend(first_of_each(&newest_first, self.monthly, |i| {
            (times[i].year(), times[i].month())
        }));
        (0..times.len())
            .filter(|index| !kept.contains(index))
            .collect()
    }
}

fn first_of_each<P: PartialEq>(
    newest_first: &[usize],
    periods: usize,
    period: impl Fn(usize) -> P,
) -> Vec<usize> {
    let mut firsts: Vec<usize> = newest_first.to_vec();
    firsts.dedup_by(|later, kept| period(*later) == period(*kept));
    firsts.truncate(periods);
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn kept(retention: Retention, times: &[DateTime<Utc>]) -> Vec<DateTime<Utc>> {
        let surplus = retention.surplus(times);
        (0..times.len())
            .filter(|i| !surplus.contains(i))
            .map(|i| times[i])
            .collect()
    }

    #[test]
    fn each_rule_keeps_its_own() {
        let times = [
            at("2026-09-30T10:00:00Z"), // month
            at("2026-10-30T10:00:00Z"),
            at("2026-10-31T10:00:00Z"), // month
            at("2026-11-20T10:00:00Z"),
            at("2026-11-20T18:00:00Z"), // day
            at("2026-11-21T10:00:00Z"),
            at("2026-11-21T11:00:00Z"), // day, last
            at("2026-11-22T01:00:00Z"), // day, last, month
        ];
        let retention = Retention {
            last: 2,
            daily: 3,
            monthly: 3,
        };
        assert_eq!(retention.surplus(&times), [1, 3, 5]);
    }

    #[test]
    fn a_machine_that_was_off_for_a_year_keeps_its_old_backups() {
        let times = [at("2025-01-01T00:00:00Z"), at("2025-01-02T00:00:00Z")];
        assert!(
            Retention {
                last: 1,
                daily: 7,
                monthly: 0
            }
            .surplus(&times)
            .is_empty()
        );
    }

    fn times() -> impl Strategy<Value = Vec<DateTime<Utc>>> {
        // Two years, to the minute, so that days, months and equal times occur.
        let minute = 0i64..2 * 366 * 24 * 60;
        prop::collection::vec(minute, 0..80).prop_map(|minutes| {
            minutes
                .into_iter()
                .map(|m| Utc.timestamp_opt(1_767_225_600 + m * 60, 0).unwrap())
                .collect()
        })
    }

    fn retention() -> impl Strategy<Value = Retention> {
        (0usize..10, 0usize..20, 0usize..20).prop_map(|(last, daily, monthly)| Retention {
            last,
            daily,
            monthly,
        })
    }

    proptest! {
        #[test]
        fn the_newest_is_always_kept(times in times(), retention in retention()) {
            prop_assert_eq!(kept(retention, &times).into_iter().max(), times.iter().copied().max());
        }

        #[test]
        fn no_more_is_kept_than_the_rules_add_up_to(times in times(), retention in retention()) {
            let most = retention.last.max(1) + retention.daily + retention.monthly;
            prop_assert!(kept(retention, &times).len() <= most);
        }

        #[test]
        fn pruning_again_removes_nothing(times in times(), retention in retention()) {
            let once = kept(retention, &times);
            prop_assert_eq!(kept(retention, &once), once);
        }

        #[test]
        fn a_wider_rule_never_removes_more(times in times(), retention in retention()) {
            let wider = Retention { daily: retention.daily + 1, ..retention };
            let narrow = retention.surplus(&times);
            prop_assert!(wider.surplus(&times).iter().all(|index| narrow.contains(index)));
        }

        #[test]
        fn each_of_the_last_days_and_months_keeps_its_newest(
            times in times(),
            retention in retention(),
        ) {
            let kept = kept(retention, &times);
            let days: BTreeSet<_> = times.iter().map(DateTime::date_naive).collect();
            for day in days.into_iter().rev().take(retention.daily) {
                let newest = times.iter().filter(|t| t.date_naive() == day).max();
                prop_assert!(newest.is_some_and(|newest| kept.contains(newest)));
            }
            let month = |t: &DateTime<Utc>| (t.year(), t.month());
            let months: BTreeSet<_> = times.iter().map(month).collect();
            for wanted in months.into_iter().rev().take(retention.monthly) {
                let newest = times.iter().filter(|t| month(t) == wanted).max();
                prop_assert!(newest.is_some_and(|newest| kept.contains(newest)));
            }
        }
    }
}
