//! Reading what clouds answer: leniently, because their fields come and go, and exactly, because amounts
//! are money.

use crate::Error;
use chrono::{DateTime, NaiveDate, Utc};
use puente_core::Clock;
use puente_net::Reply;
use rust_decimal::Decimal;
use serde_json::{Number, Value};
use std::time::Duration;

/// Attempts at a place that is not reached.
const UNREACHED: u32 = 3;

/// Reads fields of JSON objects; a field that is missing or of another kind is empty.
pub(crate) trait Json {
    /// The field of that name.
    fn field(&self, name: &str) -> &Value;
    /// A text; a number is written out.
    fn text(&self, name: &str) -> String;
    /// A whole number, written as one or as a text.
    fn number(&self, name: &str) -> Option<i64>;
    /// An exact number, written as one or as a text.
    fn decimal(&self, name: &str) -> Option<Decimal>;
    /// Yes or no.
    fn flag(&self, name: &str) -> Option<bool>;
    /// A list.
    fn list(&self, name: &str) -> &[Value];
}

static NULL: Value = Value::Null;

impl Json for Value {
    fn field(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&NULL)
    }

    fn text(&self, name: &str) -> String {
        plain(self.field(name))
    }

    fn number(&self, name: &str) -> Option<i64> {
        let value = self.field(name);
        value.as_i64().or_else(|| plain(value).parse().ok())
    }

    fn decimal(&self, name: &str) -> Option<Decimal> {
        exact(self.field(name))
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.field(name).as_bool()
    }

    fn list(&self, name: &str) -> &[Value] {
        self.field(name).as_array().map_or(&[], Vec::as_slice)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The number as it was written: its shortest text is the one that the cloud wrote, up to fifteen digits.
pub(crate) fn exact(value: &Value) -> Option<Decimal> {
    let text = plain(value);
    text.parse()
        .ok()
        .or_else(|| Decimal::from_scientific(&text).ok())
}

/// A number that reads back as exactly this one.
///
/// # Errors
/// [`Error::Invalid`] past fifteen digits.
pub(crate) fn number(field: &'static str, amount: Decimal) -> Result<Number, Error> {
    let amount = amount.normalize();
    let written: Option<Number> = serde_json::from_str(&amount.to_string()).ok();
    written
        .filter(|number| exact(&Value::Number(number.clone())) == Some(amount))
        .ok_or_else(|| Error::invalid(field, amount.to_string()))
}

/// A time with its offset, `2026-09-24T10:00:00.000-04:00`.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.with_timezone(&Utc))
}

/// A day, `2026-09-24`, also where a time follows.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// The beginning of an answer, to tell what it was.
pub(crate) fn beginning(reply: &Reply) -> String {
    reply.text().chars().take(120).collect()
}

/// Seconds that an answer's `Retry-After` asks for: a number, or a date (RFC 9110), which is counted from the
/// answer's own `Date` where it has one, so that a clock that is wrong here does not matter.
pub(crate) fn retry_after(reply: &Reply, clock: &dyn Clock) -> Option<u64> {
    let date = reply.header("date").and_then(http_date);
    wait_until(reply.header("retry-after")?, date, clock.now())
}

fn wait_until(text: &str, date: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let until = http_date(text)?;
    let wait = until - date.unwrap_or(now);
    Some(u64::try_from(wait.num_seconds()).unwrap_or(0))
}

/// A date of a header, RFC 9110.
pub(crate) fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text.trim())
        .ok()
        .map(|at| at.with_timezone(&Utc))
}

/// Whether something that failed may be asked again after `attempt` times, of `most`. A place that is not
/// reached at all (no name, no connection) is left sooner: whoever waits behind it need not.
pub(crate) fn worth(attempt: u32, most: u32, trouble: &Error) -> bool {
    let unreached = matches!(trouble, Error::Net(puente_net::Error::Unreachable { .. }));
    let passes = matches!(
        trouble,
        Error::Busy { .. } | Error::Unreadable { .. } | Error::Net(_)
    );
    let most = if unreached { UNREACHED } else { most };
    passes && attempt < most
}

/// How long to wait before asking again: as long as was asked for, or longer each time, spread so that
/// many don't come back together.
pub(crate) fn pause(attempt: u32, trouble: &Error) -> Duration {
    if let Error::Busy {
        wait: Some(seconds),
        ..
    } = trouble
    {
        return Duration::from_secs((*seconds).min(120));
    }
    let base = Duration::from_millis(500) * 2_u32.pow(attempt.min(6));
    let luck: u32 = rand::random_range(0..=100);
    base / 2 + base / 200 * luck
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_wait_is_a_number_or_a_date_counted_from_the_answers_own() {
        let at = |text: &str| http_date(text).unwrap();
        let (date, wrong) = (
            at("Thu, 26 Nov 2026 01:00:00 GMT"),
            at("Mon, 05 Jan 1970 00:00:00 GMT"),
        );
        let until = "Thu, 26 Nov 2026 01:00:30 GMT";
        assert_eq!(wait_until(" 7 ", None, wrong), Some(7));
        assert_eq!(wait_until(until, Some(date), wrong), Some(30));
        assert_eq!(wait_until(until, None, date), Some(30));
        let past = at("Thu, 26 Nov 2026 02:00:00 GMT");
        assert_eq!(wait_until(until, None, past), Some(0));
        assert_eq!(wait_until("soon", None, date), None);
    }

    #[test]
    fn amounts_are_what_was_written_and_are_written_as_they_are() {
        let value: Value =
            serde_json::from_str(r#"{"a":1069.77,"b":"0.10","c":1e2,"d":null}"#).unwrap();
        let d = |text: &str| text.parse::<Decimal>().ok();
        assert_eq!(value.decimal("a"), d("1069.77"));
        assert_eq!(value.decimal("b"), d("0.1"));
        assert_eq!(value.decimal("c"), d("100"));
        assert_eq!(value.decimal("d"), None);
        let written = number("x", "123456789.01".parse().unwrap()).unwrap();
        assert_eq!(json!({ "x": written }).to_string(), r#"{"x":123456789.01}"#);
        assert!(number("x", "12345678901234.123456".parse().unwrap()).is_err());
    }
}
