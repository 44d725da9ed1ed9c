//! Times as the databases keep them: UTC, RFC 3339, milliseconds, `Z`. Texts of this form sort as the
//! times do, so SQL compares them as they are.

use crate::Error;
use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

const FORM: &str = "%Y-%m-%dT%H:%M:%S%.3fZ";
const LENGTH: usize = "2026-11-22T01:34:00.000Z".len();

/// `2026-11-22T01:34:00.000Z`. What is finer than a millisecond is cut off; years outside 0000 to
/// 9999 become the nearest time that the form can say, so that the order of texts holds.
pub fn to_text(time: DateTime<Utc>) -> String {
    let text = time.to_rfc3339_opts(SecondsFormat::Millis, true);
    if text.len() == LENGTH {
        return text;
    }
    let edge = if time < DateTime::UNIX_EPOCH {
        "0000-01-01T00:00:00.000Z"
    } else {
        "9999-12-31T23:59:59.999Z"
    };
    edge.to_owned()
}

/// Reads the form that [`to_text`] writes, and no other.
///
/// # Errors
/// [`Error::Time`] with the text.
pub fn from_text(text: &str) -> Result<DateTime<Utc>, Error> {
    let wrong = || Error::Time {
        text: text.chars().take(64).collect(),
    };
    if text.len() != LENGTH {
        return Err(wrong());
    }
    let time = NaiveDateTime::parse_from_str(text, FORM)
        .map_err(|_| wrong())?
        .and_utc();
    if to_text(time) == text {
        Ok(time)
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use proptest::prelude::*;

    /// From year 0 to year 9999, in milliseconds.
    const SAYABLE: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

    fn millis(millis: i64) -> DateTime<Utc> {
        Utc.timestamp_millis_opt(millis).unwrap()
    }

    #[test]
    fn the_form_is_utc_with_milliseconds_and_z() {
        assert_eq!(
            to_text(millis(1_795_311_240_000)),
            "2026-11-22T01:34:00.000Z"
        );
    }

    #[test]
    fn years_that_the_form_cannot_say_keep_their_order() {
        assert_eq!(
            to_text(DateTime::<Utc>::MIN_UTC),
            "0000-01-01T00:00:00.000Z"
        );
        assert_eq!(
            to_text(DateTime::<Utc>::MAX_UTC),
            "9999-12-31T23:59:59.999Z"
        );
    }

    #[test]
    fn other_forms_of_the_same_time_are_refused_because_they_sort_elsewhere() {
        for text in [
            "2026-11-22T01:34:00Z",
            "2026-11-22T01:34:00.000+00:00",
            "2026-11-21T20:34:00.000-05:00",
            "2026-11-22 01:34:00.000Z",
            "2026-11-22t01:34:00.000z",
            "2026-02-30T01:34:00.000Z",
            " 026-11-22T01:34:00.000Z",
            "",
        ] {
            assert!(
                matches!(from_text(text), Err(Error::Time { .. })),
                "{text} was taken"
            );
        }
    }

    proptest! {
        #[test]
        fn every_millisecond_survives_its_text(at in SAYABLE) {
            prop_assert_eq!(from_text(&to_text(millis(at))).unwrap(), millis(at));
        }

        #[test]
        fn texts_sort_as_their_times(a in SAYABLE, b in SAYABLE) {
            prop_assert_eq!(to_text(millis(a)).cmp(&to_text(millis(b))), a.cmp(&b));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,40}") {
            if let Ok(time) = from_text(&text) {
                prop_assert_eq!(to_text(time), text);
            }
        }
    }
}
