//! When a schedule ticks: cron in the office's time zone.

use crate::Error;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// A tick that is later than this was missed: nothing ran that could have seen it.
pub(crate) const LATE: TimeDelta = TimeDelta::minutes(10);

/// A cron pattern of five fields (minute, hour, day, month, day of the week) in an IANA zone.
#[derive(Debug, Clone)]
pub struct Cadence {
    pattern: Cron,
    zone: Tz,
}

/// What a look at a schedule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// It is not its time yet.
    Wait,
    /// The clock was set back by more than one period: the next tick is this one.
    Moved(DateTime<Utc>),
    /// Its tick is there. `missed` when it is too late for it. Then the next one.
    Tick { missed: bool, next: DateTime<Utc> },
}

impl Cadence {
    /// Reads a pattern and a zone.
    ///
    /// # Errors
    /// [`Error::Cron`] when the pattern is not well formed or never comes (30 February);
    /// [`Error::Zone`] when the zone is unknown.
    pub fn parse(cron: &str, zone: &str) -> Result<Cadence, Error> {
        let wrong = |reason: String| Error::Cron {
            cron: cron.to_owned(),
            reason,
        };
        let zone = zone.parse::<Tz>().map_err(|_| Error::Zone {
            zone: zone.to_owned(),
        })?;
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let pattern = parser
            .parse(cron)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Cadence { pattern, zone })
    }

    /// The first tick after `time`. Where the zone skips an hour, a tick inside it comes right after;
    /// where it repeats one, a tick at a fixed hour comes once.
    ///
    /// # Errors
    /// [`Error::Cron`] when there is none.
    pub fn next_after(&self, time: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        self.pattern
            .find_next_occurrence(&time.with_timezone(&self.zone), false)
            .map(|next| next.with_timezone(&Utc))
            .map_err(|error| Error::Cron {
                cron: self.pattern.as_str().to_owned(),
                reason: error.to_string(),
            })
    }

    /// Looks at a schedule whose `next` tick was worked out at `computed`.
    pub(crate) fn look(
        &self,
        next: DateTime<Utc>,
        computed: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Look, Error> {
        if next <= now {
            return Ok(Look::Tick {
                missed: now - next > LATE,
                next: self.next_after(now)?,
            });
        }
        if now >= computed {
            return Ok(Look::Wait);
        }
        // Set back by less than a period, the stored tick stands: worked out anew it might be the one
        // that has just been run.
        let period = self.next_after(next)? - next;
        if computed - now <= period {
            return Ok(Look::Wait);
        }
        Ok(Look::Moved(self.next_after(now)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use puente_core::{Code, Coded};

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn ticks(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cadence = Cadence::parse(cron, zone).unwrap();
        let mut time = utc(from);
        (0..count)
            .map(|_| {
                time = cadence.next_after(time).unwrap();
                time.format("%m-%dT%H:%MZ").to_string()
            })
            .collect()
    }

    #[test]
    fn an_hour_is_the_hour_of_the_office() {
        assert_eq!(
            ticks("0 6 * * 1-5", "America/Bogota", "2026-11-20T12:00:00Z", 2),
            ["11-23T11:00Z", "11-24T11:00Z"],
            "6:00 in Bogota is 11:00 UTC, and Saturday and Sunday are passed over"
        );
    }

    #[test]
    fn a_tick_in_a_skipped_hour_comes_right_after_and_every_day_has_one() {
        // Santiago goes from 2026-09-05 24:00 to 2026-09-06 01:00.
        assert_eq!(
            ticks("30 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", 2),
            ["09-06T04:00Z", "09-07T03:30Z"],
            "the first one at 01:00, when the skipped hour is over"
        );
    }

    #[test]
    fn a_tick_in_a_repeated_hour_comes_once() {
        // Santiago goes from 2026-04-04 24:00 back to 23:00.
        assert_eq!(
            ticks("30 23 * * *", "America/Santiago", "2026-04-04T12:00:00Z", 2),
            ["04-05T02:30Z", "04-06T03:30Z"]
        );
    }

    #[test]
    fn what_is_not_a_pattern_or_never_comes_is_refused() {
        for cron in [
            "",
            "x",
            "61 * * * *",
            "* * * *",
            "0 0 6 * * 1",
            "0 6 * * 1 2026",
        ] {
            let error = Cadence::parse(cron, "UTC").unwrap_err();
            assert_eq!(error.code(), Code::ScheduleInvalid, "{cron}");
        }
        let never = Cadence::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(
            never
                .next_after(utc("2026-01-01T00:00:00Z"))
                .unwrap_err()
                .code(),
            Code::ScheduleInvalid
        );
        let error = Cadence::parse("0 6 * * *", "America/Macondo").unwrap_err();
        assert_eq!(error.code(), Code::InvalidInput);
    }

    #[test]
    fn a_late_tick_is_told_from_a_missed_one() {
        let cadence = Cadence::parse("0 6 * * *", "UTC").unwrap();
        let (tick, next) = (utc("2026-11-20T06:00:00Z"), utc("2026-11-21T06:00:00Z"));
        let computed = utc("2026-11-19T06:00:00Z");
        let look = |now| cadence.look(tick, computed, utc(now)).unwrap();
        assert_eq!(look("2026-11-20T05:59:59Z"), Look::Wait);
        assert_eq!(
            look("2026-11-20T06:00:00Z"),
            Look::Tick {
                missed: false,
                next
            }
        );
        assert_eq!(
            look("2026-11-20T06:10:00Z"),
            Look::Tick {
                missed: false,
                next
            }
        );
        assert_eq!(
            look("2026-11-20T06:10:01Z"),
            Look::Tick { missed: true, next }
        );
    }

    #[test]
    fn a_clock_set_back_neither_repeats_a_tick_nor_waits_for_years() {
        let cadence = Cadence::parse("0 6 * * *", "UTC").unwrap();
        let (ran, next) = (utc("2031-11-20T06:00:00Z"), utc("2031-11-21T06:00:00Z"));
        assert_eq!(
            cadence
                .look(next, ran, utc("2031-11-20T05:59:00Z"))
                .unwrap(),
            Look::Wait,
            "a minute back: today's has been run"
        );
        assert_eq!(
            cadence
                .look(next, ran, utc("2026-11-20T12:00:00Z"))
                .unwrap(),
            Look::Moved(utc("2026-11-21T06:00:00Z")),
            "five years back: the clock had been wrong"
        );
    }

    proptest! {
        #[test]
        fn ticks_move_forward_in_every_zone(
            zone in proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
            minute in 0_u32..60,
            hour in 0_u32..24,
            from in 1_600_000_000_i64..2_200_000_000,
        ) {
            let cadence = Cadence::parse(&format!("{minute} {hour} * * *"), zone.name()).unwrap();
            let from = DateTime::from_timestamp(from, 0).unwrap();
            let next = cadence.next_after(from).unwrap();
            prop_assert!(next > from, "{zone}: {from} -> {next}");
            prop_assert!(next - from <= TimeDelta::hours(50), "{zone}: {from} -> {next}");
        }
    }
}
