//! How often something is done, in words that people use, and the cron pattern that means the same.

use crate::Result;
use puente_core::Error;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// How often, in the office's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "every", rename_all = "snake_case", deny_unknown_fields)]
pub enum Every {
    /// Every so many minutes: 5, 10, 15, 20 or 30.
    Minutes {
        /// So many.
        minutes: u32,
    },
    /// Every so many hours (1, 2, 3, 4, 6, 8 or 12), at that minute.
    Hours {
        /// So many.
        hours: u32,
        /// Of the hour.
        minute: u32,
    },
    /// Each day.
    Day {
        /// `06:30`.
        at: String,
    },
    /// On days of the week.
    Week {
        /// `mon` to `sun`.
        days: Vec<String>,
        /// `06:30`.
        at: String,
    },
    /// On a day of the month.
    Month {
        /// 1 to 28: the days that every month has.
        day: u32,
        /// `06:30`.
        at: String,
    },
    /// Anything else: minute, hour, day, month, day of the week.
    Cron {
        /// `0 6 * * 1-5`.
        cron: String,
    },
}

impl Every {
    /// The cron pattern that means the same.
    ///
    /// # Errors
    /// That a number, a day or a time doesn't fit.
    pub fn cron(&self) -> Result<String> {
        let wrong = |value: &dyn std::fmt::Display| Error::invalid("cadence", value);
        match self {
            Every::Minutes { minutes } => match minutes {
                5 | 10 | 15 | 20 | 30 => Ok(format!("*/{minutes} * * * *")),
                other => Err(wrong(other)),
            },
            Every::Hours { hours, minute } => match (hours, minute) {
                (1, 0..=59) => Ok(format!("{minute} * * * *")),
                (2 | 3 | 4 | 6 | 8 | 12, 0..=59) => Ok(format!("{minute} */{hours} * * *")),
                (hours, minute) => Err(wrong(&format!("{hours}:{minute}"))),
            },
            Every::Day { at } => {
                let (hour, minute) = time_of(at)?;
                Ok(format!("{minute} {hour} * * *"))
            }
            Every::Week { days, at } => {
                let (hour, minute) = time_of(at)?;
                let mut numbers = days
                    .iter()
                    .map(|day| day_number(day).ok_or_else(|| wrong(day)))
                    .collect::<Result<Vec<usize>>>()?;
                numbers.sort_unstable();
                numbers.dedup();
                if numbers.is_empty() {
                    return Err(wrong(&"empty"));
                }
                let list: Vec<String> = numbers.iter().map(usize::to_string).collect();
                Ok(format!("{minute} {hour} * * {}", list.join(",")))
            }
            Every::Month { day, at } => {
                let (hour, minute) = time_of(at)?;
                match day {
                    1..=28 => Ok(format!("{minute} {hour} {day} * *")),
                    other => Err(wrong(other)),
                }
            }
            Every::Cron { cron } => Ok(cron.trim().to_owned()),
        }
    }

    /// The words for a cron pattern, where there are any.
    pub fn of(cron: &str) -> Every {
        let fields: Vec<&str> = cron.split_whitespace().collect();
        let as_it_is = || Every::Cron {
            cron: cron.to_owned(),
        };
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return as_it_is();
        };
        let number = |text: &str| text.parse::<u32>().ok();
        let step = |text: &str| text.strip_prefix("*/").and_then(number);
        let time = || Some(format!("{:02}:{:02}", number(hour)?, number(minute)?));
        let found = match (*hour, *day, *month, *weekday) {
            ("*", "*", "*", "*") => match (step(minute), number(minute)) {
                (Some(minutes), _) => Some(Every::Minutes { minutes }),
                (None, Some(minute)) => Some(Every::Hours { hours: 1, minute }),
                (None, None) => None,
            },
            (hours, "*", "*", "*") if step(hours).is_some() => number(minute)
                .zip(step(hours))
                .map(|(minute, hours)| Every::Hours { hours, minute }),
            (_, "*", "*", "*") => time().map(|at| Every::Day { at }),
            (_, "*", "*", days) => time()
                .zip(day_names(days))
                .map(|(at, days)| Every::Week { days, at }),
            (_, day, "*", "*") => time()
                .zip(number(day))
                .map(|(at, day)| Every::Month { day, at }),
            (_, _, _, _) => None,
        };
        // Only words that lead back to the same pattern say the truth about it.
        found
            .filter(|every| every.cron().is_ok_and(|again| again == fields.join(" ")))
            .unwrap_or_else(as_it_is)
    }
}

impl std::str::FromStr for Every {
    type Err = Error;

    /// As it is typed: `15m`, `4h`, `4h:30`, `day@06:30`, `mon,thu@18:00`, `28@06:00` (a day of the month),
    /// or a cron pattern.
    fn from_str(text: &str) -> Result<Every> {
        let text = text.trim();
        let wrong = || Error::invalid("cadence", text);
        if text.contains(' ') {
            return Ok(Every::of(text));
        }
        if let Some((what, at)) = text.split_once('@') {
            let at = at.to_owned();
            return Ok(match (what, what.parse()) {
                ("day", _) => Every::Day { at },
                (_, Ok(day)) => Every::Month { day, at },
                (days, Err(_)) => Every::Week {
                    days: days.split(',').map(str::to_owned).collect(),
                    at,
                },
            });
        }
        if let Some(minutes) = text.strip_suffix('m') {
            let minutes = minutes.parse().map_err(|_| wrong())?;
            return Ok(Every::Minutes { minutes });
        }
        let (hours, minute) = text
            .split_once("h:")
            .or(text.strip_suffix('h').map(|h| (h, "0")))
            .ok_or_else(wrong)?;
        Ok(Every::Hours {
            hours: hours.parse().map_err(|_| wrong())?,
            minute: minute.parse().map_err(|_| wrong())?,
        })
    }
}

impl std::fmt::Display for Every {
    /// As it is typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Every::Minutes { minutes } => write!(f, "{minutes}m"),
            Every::Hours { hours, minute: 0 } => write!(f, "{hours}h"),
            Every::Hours { hours, minute } => write!(f, "{hours}h:{minute:02}"),
            Every::Day { at } => write!(f, "day@{at}"),
            Every::Week { days, at } => write!(f, "{}@{at}", days.join(",")),
            Every::Month { day, at } => write!(f, "{day}@{at}"),
            Every::Cron { cron } => f.write_str(cron),
        }
    }
}

fn time_of(text: &str) -> Result<(u32, u32)> {
    let parsed = text
        .split_once(':')
        .and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
    match parsed {
        Some((hour @ 0..=23, minute @ 0..=59)) => Ok((hour, minute)),
        Some(_) | None => Err(Error::invalid("cadence", text)),
    }
}

/// As cron counts them: Monday is 1, Sunday is 7.
fn day_number(day: &str) -> Option<usize> {
    DAYS.iter().position(|known| *known == day).map(|at| at + 1)
}

fn day_names(list: &str) -> Option<Vec<String>> {
    list.split(',')
        .map(|number| {
            let at = number.parse::<usize>().ok()?.checked_sub(1)?;
            DAYS.get(at).map(|day| (*day).to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::Code;
    use puente_jobs::Cadence;
    use serde_json::json;

    fn every(value: serde_json::Value) -> Every {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn words_become_patterns_and_patterns_the_same_words() {
        for (words, cron) in [
            (json!({ "every": "minutes", "minutes": 15 }), "*/15 * * * *"),
            (
                json!({ "every": "hours", "hours": 1, "minute": 5 }),
                "5 * * * *",
            ),
            (
                json!({ "every": "hours", "hours": 4, "minute": 0 }),
                "0 */4 * * *",
            ),
            (json!({ "every": "day", "at": "06:30" }), "30 6 * * *"),
            (
                json!({ "every": "week", "days": ["mon", "sun"], "at": "18:00" }),
                "0 18 * * 1,7",
            ),
            (
                json!({ "every": "month", "day": 28, "at": "00:00" }),
                "0 0 28 * *",
            ),
            (
                json!({ "every": "cron", "cron": "0 6 * * 1-5" }),
                "0 6 * * 1-5",
            ),
        ] {
            let every = every(words);
            assert_eq!(every.cron().unwrap(), cron);
            assert_eq!(Every::of(cron), every, "{cron}");
            Cadence::parse(cron, "America/Bogota").unwrap();
        }
    }

    #[test]
    fn what_is_typed_reads_back_as_it_is_written() {
        for typed in [
            "15m",
            "4h",
            "4h:30",
            "day@06:30",
            "mon,thu@18:00",
            "28@06:00",
            "0 6 * * 1-5",
        ] {
            let every: Every = typed.parse().unwrap();
            every.cron().unwrap();
            assert_eq!(every.to_string(), typed);
        }
        for typed in ["", "m", "xh", "daily"] {
            assert!(typed.parse::<Every>().is_err(), "{typed}");
        }
    }

    #[test]
    fn a_pattern_that_has_no_words_stays_a_pattern() {
        for cron in [
            "*/7 * * * *",
            "0 6 31 * *",
            "0 6 * 1 *",
            "1,2 6 * * *",
            "x",
            "0 6 * * 0",
        ] {
            assert_eq!(
                Every::of(cron),
                Every::Cron {
                    cron: cron.to_owned()
                }
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for words in [
            json!({ "every": "minutes", "minutes": 7 }),
            json!({ "every": "hours", "hours": 5, "minute": 0 }),
            json!({ "every": "day", "at": "24:00" }),
            json!({ "every": "day", "at": "mañana" }),
            json!({ "every": "week", "days": [], "at": "06:00" }),
            json!({ "every": "week", "days": ["lun"], "at": "06:00" }),
            json!({ "every": "month", "day": 31, "at": "06:00" }),
        ] {
            assert_eq!(every(words).cron().unwrap_err().code, Code::InvalidInput);
        }
    }
}
