//! Hours in which the ERP is left alone.

use crate::servers::QuietHours;
use crate::{Error, Result};
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

/// A parsed window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: NaiveTime,
    to: NaiveTime,
    zone: Tz,
}

impl Window {
    /// Reads a window as it was set.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time that isn't `HH:MM`, equal ends, or a zone that doesn't exist.
    pub fn parse(quiet: &QuietHours) -> Result<Window> {
        let time = |text: &str| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| Error::invalid("quiet_hours", format!("{text:?}: HH:MM")))
        };
        let (from, to) = (time(&quiet.from)?, time(&quiet.to)?);
        if from == to {
            return Err(Error::invalid("quiet_hours", "from = to"));
        }
        let zone = quiet
            .zone
            .parse()
            .map_err(|_| Error::invalid("quiet_hours", format!("{:?}: zone", quiet.zone)))?;
        Ok(Window { from, to, zone })
    }

    /// Whether `now` lies in the window.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        let time = now.with_timezone(&self.zone).time();
        if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }

    /// The moment at which the window that holds `now` ends.
    pub fn ends_after(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let local = now.with_timezone(&self.zone);
        let days = i64::from(local.time() >= self.to);
        let date = local.date_naive() + chrono::TimeDelta::days(days);
        // An hour that a change of clocks leaves out is passed over.
        (0..3)
            .filter_map(|hours| {
                let at = date.and_time(self.to) + chrono::TimeDelta::hours(hours);
                at.and_local_timezone(self.zone).earliest()
            })
            .next()
            .map_or(now, |end| end.with_timezone(&Utc))
    }

    /// Refuses to go on within the window.
    ///
    /// # Errors
    /// [`Error::QuietHours`].
    pub fn check(&self, now: DateTime<Utc>) -> Result<()> {
        if self.holds(now) {
            return Err(Error::QuietHours {
                until: self.to.format("%H:%M").to_string(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str) -> Window {
        let zone = "America/Bogota".to_owned();
        Window::parse(&QuietHours {
            from: from.into(),
            to: to.into(),
            zone,
        })
        .unwrap()
    }

    fn bogota(hour: u32) -> DateTime<Utc> {
        // Bogotá is UTC-5 all year.
        format!("2026-03-01T{hour:02}:30:00-05:00").parse().unwrap()
    }

    #[test]
    fn a_window_within_a_day_and_one_over_midnight() {
        let day = window("08:00", "18:00");
        assert!(day.holds(bogota(9)) && !day.holds(bogota(18)) && !day.holds(bogota(7)));
        let night = window("22:00", "06:00");
        assert!(night.holds(bogota(23)) && night.holds(bogota(5)) && !night.holds(bogota(6)));
    }

    #[test]
    fn the_end_of_a_window_over_midnight_is_tomorrow_before_midnight_and_today_after_it() {
        let night = window("22:00", "06:00");
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(
            night.ends_after(bogota(23)),
            at("2026-03-02T06:00:00-05:00")
        );
        assert_eq!(night.ends_after(bogota(5)), at("2026-03-01T06:00:00-05:00"));
    }

    #[test]
    fn nonsense_is_refused() {
        for (from, to, zone) in [
            ("8", "9:00", "UTC"),
            ("08:00", "08:00", "UTC"),
            ("08:00", "09:00", "Bogota"),
        ] {
            let quiet = QuietHours {
                from: from.into(),
                to: to.into(),
                zone: zone.into(),
            };
            assert!(Window::parse(&quiet).is_err(), "{quiet:?}");
        }
    }
}
