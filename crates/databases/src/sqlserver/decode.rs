//! From the driver's values into columns. Runs once for every value of every row.

use crate::exact;
use crate::{Chunk, Column, Error, Kind, Result};
use chrono::NaiveDate;
use puente_core::fixed;
use tiberius::ColumnData;
use tiberius::time::{DateTime, DateTime2, SmallDateTime};

/// Days from 0001-01-01 and from 1900-01-01 to 1970-01-01.
const SINCE_YEAR_1: i64 = 719_162;
const SINCE_1900: i64 = 25_567;
const DAY: i64 = 86_400_000_000;
/// Characters of a large value that are read; the statement asks for one more.
pub(super) const LONG_TEXT: usize = 8191;

/// How a value gets from the row into its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pull {
    /// A whole number: a fraction is refused.
    Whole,
    /// One with so many decimals: more are rounded half away from zero.
    Decimals(u8),
    /// A text; `trim` cuts blanks at its end, `long` refuses more than [`LONG_TEXT`].
    Text { trim: bool, long: bool },
    /// The day of a moment.
    Day,
    /// A moment.
    Moment,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub table: &'a str,
    pub columns: &'a [crate::ScanColumn],
}

/// Puts one row into the chunk.
pub(super) fn take_row<'r>(
    row: impl Iterator<Item = ColumnData<'r>>,
    pulls: &[Pull],
    place: Place<'_>,
    chunk: &mut Chunk,
    replaced: &mut u64,
) -> Result<()> {
    for (at, ((value, pull), column)) in row.zip(pulls).zip(&mut chunk.columns).enumerate() {
        take(&value, *pull, column, replaced).map_err(|bad| explain(bad, place, at))?;
    }
    chunk.rows += 1;
    Ok(())
}

/// Why a value can't be had.
#[derive(Debug)]
enum Bad {
    /// It does not fit: this.
    Overflow(String),
    /// It is longer than is read.
    Long,
    /// The server sent a type that was not asked for.
    Type(String),
}

fn explain(bad: Bad, place: Place<'_>, at: usize) -> Error {
    let column = place
        .columns
        .get(at)
        .map_or_else(String::new, |column| column.name.clone());
    let table = place.table.to_owned();
    match bad {
        Bad::Overflow(value) => Error::NumberOverflow {
            table,
            column,
            value,
        },
        Bad::Long => Error::ValueTooLarge {
            table,
            column,
            limit: format!("{LONG_TEXT} characters"),
        },
        Bad::Type(what) => Error::Internal(format!("{table}.{column} came as {what}")),
    }
}

fn take(
    value: &ColumnData<'_>,
    pull: Pull,
    column: &mut Column,
    replaced: &mut u64,
) -> Result<(), Bad> {
    if is_null(value) {
        column.push_null();
        return Ok(());
    }
    match (column, pull) {
        (Column::Int(values, _) | Column::Decimal(values, _), Pull::Whole | Pull::Decimals(_)) => {
            values.push(scaled(value, pull)?);
            Ok(())
        }
        (Column::Text(texts, _), Pull::Text { trim, long }) => {
            take_text(value, texts, trim, long, replaced)
        }
        (Column::Date(days, _), Pull::Day) => {
            let micros = micros(value).ok_or_else(|| Bad::Type(format!("{value:?}")))?;
            let day = i32::try_from(micros.div_euclid(DAY));
            days.push(day.map_err(|_| Bad::Overflow(micros.to_string()))?);
            Ok(())
        }
        (Column::Timestamp(moments, _), Pull::Moment) => {
            moments.push(micros(value).ok_or_else(|| Bad::Type(format!("{value:?}")))?);
            Ok(())
        }
        (_, _) => Err(Bad::Type(format!("{value:?}"))),
    }
}

fn take_text(
    value: &ColumnData<'_>,
    texts: &mut crate::TextColumn,
    trim: bool,
    long: bool,
    replaced: &mut u64,
) -> Result<(), Bad> {
    let ColumnData::String(Some(text)) = value else {
        let written = written(value).ok_or_else(|| Bad::Type(format!("{value:?}")))?;
        texts.push(&written);
        return Ok(());
    };
    if long && text.len() > LONG_TEXT && text.chars().count() > LONG_TEXT {
        return Err(Bad::Long);
    }
    *replaced += u64::from(!text.is_ascii() && text.contains('\u{FFFD}'));
    texts.push(if trim {
        text.trim_end_matches(' ')
    } else {
        text
    });
    Ok(())
}

fn scaled(value: &ColumnData<'_>, pull: Pull) -> Result<i64, Bad> {
    let overflow = || Bad::Overflow(written(value).unwrap_or_default());
    if let ColumnData::String(Some(text)) = value {
        let scale = if let Pull::Decimals(scale) = pull {
            scale
        } else {
            0
        };
        let parsed = exact::parse(text, scale).and_then(|wide| i64::try_from(wide).ok());
        return parsed.ok_or_else(overflow);
    }
    let (number, from) = number(value).ok_or_else(|| Bad::Type(format!("{value:?}")))?;
    let to = match pull {
        Pull::Decimals(scale) => scale,
        _ => 0,
    };
    if let Ok(narrow) = i64::try_from(number) {
        if pull == Pull::Whole && from > 0 && narrow % exact::power(from) != 0 {
            return Err(overflow());
        }
        return exact::rescale(narrow, from, to).ok_or_else(overflow);
    }
    let rescaled = exact::rescale_wide(number, from, to).ok_or_else(overflow)?;
    let back = exact::rescale_wide(rescaled, to, from);
    if pull == Pull::Whole && back != Some(number) {
        return Err(overflow());
    }
    i64::try_from(rescaled).map_err(|_| overflow())
}

/// A number and how many of its digits stand behind the point; `None` for NULL and other types.
pub(super) fn number(value: &ColumnData<'_>) -> Option<(i128, u8)> {
    Some(match value {
        ColumnData::U8(value) => (i128::from((*value)?), 0),
        ColumnData::I16(value) => (i128::from((*value)?), 0),
        ColumnData::I32(value) => (i128::from((*value)?), 0),
        ColumnData::I64(value) => (i128::from((*value)?), 0),
        ColumnData::Bit(value) => (i128::from((*value)?), 0),
        ColumnData::Numeric(value) => {
            let value = (*value)?;
            (value.value(), value.scale())
        }
        _ => return None,
    })
}

/// A value that is no text, written out.
pub(super) fn written(value: &ColumnData<'_>) -> Option<String> {
    if let Some((number, scale)) = number(value) {
        return Some(fixed::to_text(number, u32::from(scale)));
    }
    match value {
        ColumnData::String(text) => text.as_ref().map(|text| text.clone().into_owned()),
        ColumnData::Guid(guid) => guid.map(|guid| guid.hyphenated().to_string().to_uppercase()),
        ColumnData::F32(number) => number.map(|number| number.to_string()),
        ColumnData::F64(number) => number.map(|number| number.to_string()),
        _ => {
            let moment = chrono::DateTime::from_timestamp_micros(micros(value)?)?;
            Some(
                moment
                    .naive_utc()
                    .format("%Y-%m-%d %H:%M:%S%.f")
                    .to_string(),
            )
        }
    }
}

/// Microseconds since 1970 of a moment, on the clock of whoever wrote it.
fn micros(value: &ColumnData<'_>) -> Option<i64> {
    match value {
        ColumnData::DateTime(moment) => Some(of_datetime((*moment)?)),
        ColumnData::SmallDateTime(moment) => Some(of_small((*moment)?)),
        ColumnData::DateTime2(moment) => Some(of_datetime2((*moment)?)),
        ColumnData::Date(day) => {
            let day = (*day)?;
            Some((i64::from(day.days()) - SINCE_YEAR_1) * DAY)
        }
        ColumnData::String(Some(text)) => {
            let day: NaiveDate = text.get(..10)?.parse().ok()?;
            Some(i64::from(puente_core::period::epoch_day(day)) * DAY)
        }
        _ => None,
    }
}

/// Ticks of 1/300 s. The server shows them rounded to a millisecond, and so are they here.
fn of_datetime(moment: DateTime) -> i64 {
    let ticks = i64::from(moment.seconds_fragments());
    let millis = (ticks * 10 + 1).div_euclid(3);
    (i64::from(moment.days()) - SINCE_1900) * DAY + millis * 1000
}

fn of_small(moment: SmallDateTime) -> i64 {
    (i64::from(moment.days()) - SINCE_1900) * DAY
        + i64::from(moment.seconds_fragments()) * 60_000_000
}

fn of_datetime2(moment: DateTime2) -> i64 {
    let (date, time) = (moment.date(), moment.time());
    let units = i64::try_from(time.increments()).unwrap_or(0);
    // Tenths of a microsecond are cut.
    let micros = match time.scale() {
        scale @ 0..=6 => units * 10_i64.pow(6 - u32::from(scale)),
        scale => units / 10_i64.pow(u32::from(scale.min(9)) - 6),
    };
    (i64::from(date.days()) - SINCE_YEAR_1) * DAY + micros
}

fn is_null(value: &ColumnData<'_>) -> bool {
    match value {
        ColumnData::U8(value) => value.is_none(),
        ColumnData::I16(value) => value.is_none(),
        ColumnData::I32(value) => value.is_none(),
        ColumnData::I64(value) => value.is_none(),
        ColumnData::F32(value) => value.is_none(),
        ColumnData::F64(value) => value.is_none(),
        ColumnData::Bit(value) => value.is_none(),
        ColumnData::String(value) => value.is_none(),
        ColumnData::Guid(value) => value.is_none(),
        ColumnData::Binary(value) => value.is_none(),
        ColumnData::Numeric(value) => value.is_none(),
        ColumnData::Xml(value) => value.is_none(),
        ColumnData::DateTime(value) => value.is_none(),
        ColumnData::SmallDateTime(value) => value.is_none(),
        ColumnData::Time(value) => value.is_none(),
        ColumnData::Date(value) => value.is_none(),
        ColumnData::DateTime2(value) => value.is_none(),
        ColumnData::DateTimeOffset(value) => value.is_none(),
    }
}

/// How a kind is taken, apart from texts.
pub(super) fn pull_of(kind: Kind) -> Pull {
    match kind {
        Kind::Int => Pull::Whole,
        Kind::Decimal { scale } => Pull::Decimals(scale),
        Kind::Text => Pull::Text {
            trim: false,
            long: false,
        },
        Kind::Date => Pull::Day,
        Kind::Timestamp => Pull::Moment,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiberius::numeric::Numeric;
    use tiberius::time::{Date, Time};

    fn decimals(value: i128, from: u8, to: u8) -> Option<i64> {
        let value = ColumnData::Numeric(Some(Numeric::new_with_scale(value, from)));
        scaled(&value, Pull::Decimals(to)).ok()
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(
            decimals(123_456_789_012_345_678, 4, 4),
            Some(123_456_789_012_345_678)
        );
        assert_eq!(decimals(15, 1, 0), Some(2));
        assert_eq!(decimals(-15, 1, 0), Some(-2));
        assert_eq!(decimals(10_i128.pow(37), 20, 4), None);
        assert_eq!(decimals(10_i128.pow(30), 20, 4), Some(10_i64.pow(14)));
        let half = ColumnData::Numeric(Some(Numeric::new_with_scale(15, 1)));
        assert!(scaled(&half, Pull::Whole).is_err());
    }

    #[test]
    fn moments_are_of_their_day_to_the_last_tick() {
        let last = DateTime::new(25_567, 25_919_999);
        assert_eq!(of_datetime(last), DAY - 3_000, "23:59:59.997");
        assert_eq!(of_datetime(DateTime::new(0, 0)), -25_567 * DAY);
        let late = DateTime2::new(Date::new(719_162), Time::new(863_999_999_999, 7));
        assert_eq!(of_datetime2(late), DAY - 1);
    }
}
