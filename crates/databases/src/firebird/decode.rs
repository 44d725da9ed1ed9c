//! From the driver's values into columns. Runs once for every value of every row.

use crate::charset::Charset;
use crate::column::TextColumn;
use crate::exact::{self, Rounding};
use crate::{Chunk, Column, Error, InvalidText, Kind, LiveKind, Nulls, Result};
use chrono::{Datelike, NaiveDateTime};
use rsfbclient::RawValue;

/// Days from 0001-01-01 to 1970-01-01, counting the first as 1.
const EPOCH: i32 = 719_163;

/// How a value gets from the row into its column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pull {
    /// A whole number, to be multiplied.
    Int { scale: u8 },
    /// A NUMERIC with `from` decimals that comes as the nearest float.
    Nearest { power: f64, from: u8, to: Wanted },
    /// A binary fraction.
    Float { to: Wanted, rounding: Rounding },
    /// A number written out.
    Written { to: Wanted },
    /// A text.
    Text { charset: Charset, trim: bool },
    /// A text cut one character over the limit.
    LongText { charset: Charset },
    /// A text that the server turned into UTF-8, cut one character over the limit.
    Converted,
    /// A whole number, to be written out.
    IntAsText,
    /// A timestamp, of which the day is wanted.
    Date,
    /// A timestamp.
    Timestamp,
}

/// What number is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A whole one: a fraction is refused.
    Whole,
    /// One with so many decimals: more are rounded.
    Decimals(u8),
}

impl Wanted {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Decimal { scale } => Wanted::Decimals(scale),
            Kind::Int | Kind::Text | Kind::Date | Kind::Timestamp => Wanted::Whole,
        }
    }

    fn scale(self) -> u8 {
        match self {
            Wanted::Whole => 0,
            Wanted::Decimals(scale) => scale,
        }
    }
}

/// How numbers of that kind are taken; `None` when it is not a kind of number.
pub(super) fn numeric_pull(kind: LiveKind, to: Wanted, rounding: Rounding) -> Option<Pull> {
    match kind {
        LiveKind::Int | LiveKind::Bool => Some(Pull::Int { scale: to.scale() }),
        LiveKind::Decimal { scale: from } => Some(Pull::Nearest {
            power: exact::power_f64(from),
            from,
            to,
        }),
        LiveKind::Float => Some(Pull::Float { to, rounding }),
        LiveKind::Wide | LiveKind::Char | LiveKind::Varchar => Some(Pull::Written { to }),
        LiveKind::Date
        | LiveKind::Time
        | LiveKind::Timestamp
        | LiveKind::Zoned
        | LiveKind::Blob
        | LiveKind::Other => None,
    }
}

/// What is needed to say where a value stands and what to do with a bad one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub table: &'a str,
    pub columns: &'a [crate::ScanColumn],
    pub invalid_text: InvalidText,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is in the chunk.
    Whole,
    /// One of its decimals is beyond what a float tells: it is not in the chunk.
    Withheld,
}

/// Puts one row into the chunk, and counts the texts in which something was replaced.
pub(super) fn take_row(
    row: &[RawValue],
    pulls: &[Pull],
    place: Place<'_>,
    chunk: &mut Chunk,
    replaced: &mut u64,
) -> Result<Taken> {
    for (at, ((value, pull), column)) in row.iter().zip(pulls).zip(&mut chunk.columns).enumerate() {
        match take(value, *pull, place.invalid_text, column, replaced) {
            Ok(()) => {}
            Err(Bad::Uncertain) => {
                chunk
                    .columns
                    .iter_mut()
                    .for_each(|column| column.truncate(chunk.rows));
                return Ok(Taken::Withheld);
            }
            Err(bad) => return Err(explain(&bad, place, at)),
        }
    }
    chunk.rows += 1;
    Ok(Taken::Whole)
}

enum Bad {
    Uncertain,
    Overflow(String),
    Text(Charset),
    TooLong(String),
    Kind(String),
}

fn explain(bad: &Bad, place: Place<'_>, at: usize) -> Error {
    let table = place.table.to_owned();
    let column = place
        .columns
        .get(at)
        .map(|column| column.name.clone())
        .unwrap_or_default();
    match bad {
        Bad::Overflow(value) => Error::NumberOverflow {
            table,
            column,
            value: value.clone(),
        },
        Bad::Text(charset) => Error::InvalidText {
            table,
            column,
            charset: charset.name().to_owned(),
        },
        Bad::TooLong(limit) => Error::ValueTooLarge {
            table,
            column,
            limit: limit.clone(),
        },
        Bad::Kind(found) => Error::Internal(format!("{table}.{column} came as {found}")),
        Bad::Uncertain => Error::Internal(format!("{table}.{column} was to be read again")),
    }
}

fn take(
    value: &RawValue,
    pull: Pull,
    invalid_text: InvalidText,
    column: &mut Column,
    replaced: &mut u64,
) -> Result<(), Bad> {
    if let RawValue::Null = value {
        column.push_null();
        return Ok(());
    }
    match column {
        Column::Int(values, _) | Column::Decimal(values, _) => values.push(number(value, pull)?),
        Column::Text(texts, _) => take_text(value, pull, invalid_text, texts, replaced)?,
        Column::Date(days, _) => days.push(day(timestamp(value)?)),
        Column::Timestamp(times, _) => {
            times.push(timestamp(value)?.and_utc().timestamp_micros());
        }
    }
    Ok(())
}

fn number(value: &RawValue, pull: Pull) -> Result<i64, Bad> {
    match (pull, value) {
        (Pull::Nearest { power, from, to }, RawValue::Floating(float)) => {
            let kept = exact::from_nearest(*float, power).ok_or(Bad::Uncertain)?;
            let fits = to != Wanted::Whole || kept % exact::power(from) == 0;
            fits.then(|| exact::rescale(kept, from, to.scale()))
                .flatten()
                .ok_or_else(|| Bad::Overflow(float.to_string()))
        }
        (Pull::Int { scale }, RawValue::Integer(whole)) => {
            exact::rescale(*whole, 0, scale).ok_or_else(|| Bad::Overflow(whole.to_string()))
        }
        (Pull::Float { to, rounding }, RawValue::Floating(float)) => {
            let fits = to != Wanted::Whole || float.fract() == 0.0;
            fits.then(|| exact::from_float(*float, to.scale(), rounding))
                .flatten()
                .ok_or_else(|| Bad::Overflow(float.to_string()))
        }
        (Pull::Int { scale }, RawValue::Boolean(yes)) => Ok(i64::from(*yes) * exact::power(scale)),
        (Pull::Written { to }, RawValue::Text(bytes)) => {
            let text = String::from_utf8_lossy(bytes);
            written(&text, to).ok_or_else(|| Bad::Overflow(text.trim().chars().take(60).collect()))
        }
        _ => Err(Bad::Kind(format!("{value:?}"))),
    }
}

fn written(text: &str, to: Wanted) -> Option<i64> {
    let wide = match to {
        Wanted::Decimals(scale) => exact::parse(text, scale)?,
        Wanted::Whole => {
            let fine = exact::parse(text, 9)?;
            let power = i128::from(exact::power(9));
            (fine % power == 0).then_some(fine / power)?
        }
    };
    i64::try_from(wide).ok()
}

fn take_text(
    value: &RawValue,
    pull: Pull,
    invalid_text: InvalidText,
    texts: &mut TextColumn,
    replaced: &mut u64,
) -> Result<(), Bad> {
    let (bytes, charset) = match (pull, value) {
        (
            Pull::Text {
                charset,
                trim: false,
            },
            RawValue::Text(bytes),
        ) => (&bytes[..], charset),
        (
            Pull::Text {
                charset,
                trim: true,
            },
            RawValue::Text(bytes),
        ) => (bytes.trim_ascii_end(), charset),
        (Pull::LongText { charset }, RawValue::Text(bytes)) => {
            if bytes.len() > super::sql::LONG_TEXT {
                return Err(Bad::TooLong(format!("{} B", super::sql::LONG_TEXT)));
            }
            (&bytes[..], charset)
        }
        (Pull::Converted, RawValue::Text(bytes)) => {
            // Bytes that begin a character.
            let characters = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80);
            if characters.count() > super::sql::CONVERTED {
                return Err(Bad::TooLong(super::sql::CONVERTED.to_string()));
            }
            (&bytes[..], Charset::Utf8)
        }
        (Pull::IntAsText, RawValue::Integer(whole)) => {
            texts.push(&whole.to_string());
            return Ok(());
        }
        _ => return Err(Bad::Kind(format!("{value:?}"))),
    };
    texts.push_with(|out| match charset.decode(bytes, out) {
        Ok(()) => Ok(()),
        Err(_) if invalid_text == InvalidText::Replace => {
            *replaced += 1;
            charset.decode_lossy(bytes, out);
            Ok(())
        }
        Err(_) => Err(Bad::Text(charset)),
    })
}

fn timestamp(value: &RawValue) -> Result<NaiveDateTime, Bad> {
    match value {
        RawValue::Timestamp(time) => Ok(*time),
        RawValue::Null
        | RawValue::Integer(_)
        | RawValue::Int128(_)
        | RawValue::Floating(_)
        | RawValue::Boolean(_)
        | RawValue::Text(_) => Err(Bad::Kind(format!("{value:?}"))),
    }
}

fn day(time: NaiveDateTime) -> i32 {
    time.date().num_days_from_ce() - EPOCH
}

impl Column {
    /// Keeps only the first `rows` values.
    fn truncate(&mut self, rows: usize) {
        fn cut<T>(values: &mut Vec<T>, nulls: &mut Nulls, rows: usize) {
            values.truncate(rows);
            nulls.truncate(rows);
        }
        match self {
            Column::Int(values, nulls)
            | Column::Decimal(values, nulls)
            | Column::Timestamp(values, nulls) => cut(values, nulls, rows),
            Column::Date(values, nulls) => cut(values, nulls, rows),
            Column::Text(values, nulls) => {
                values.truncate(rows);
                nulls.truncate(rows);
            }
        }
    }
}
