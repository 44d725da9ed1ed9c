//! What SQLite lacks: exact sums of any size, and decimals.

use puente_core::fixed;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, Result};

/// Adds them to a connection.
pub(super) fn add(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("tsql_round", 3, flags, |context| {
        let (from, to) = (context.get::<u32>(1)?, context.get::<u32>(2)?);
        of_whole(context, |value| Some(rescaled(value, from, to)))
    })?;
    connection.create_scalar_function("tsql_rounded", 3, flags, |context| {
        let (scale, digits) = (context.get::<u32>(1)?, context.get::<u32>(2)?);
        of_whole(context, |value| {
            if digits >= scale {
                return Some(value);
            }
            rescaled(value, scale, digits).checked_mul(10_i128.checked_pow(scale - digits)?)
        })
    })?;
    connection.create_scalar_function("tsql_decimal", 2, flags, |context| {
        let Some(value) = context.get::<Option<f64>>(0)? else {
            return Ok(None);
        };
        let scaled = (value * 10_f64.powi(context.get::<i32>(1)?)).round();
        if scaled.abs() >= 9.2e18 {
            return Err(overflow());
        }
        #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
        Ok(Some(scaled as i64))
    })?;
    connection.create_scalar_function("tsql_text", 2, flags, |context| {
        let value = context.get::<Option<i64>>(0)?;
        let scale = context.get::<u32>(1)?;
        Ok(value.map(|value| fixed::to_text(value, scale)))
    })?;
    connection.create_aggregate_function("tsql_sum", 1, flags, Sum)
}

fn of_whole(
    context: &Context<'_>,
    work: impl Fn(i128) -> Option<i128>,
) -> Result<ToSqlOutput<'static>> {
    match whole(context)? {
        None => Ok(ToSqlOutput::Owned(Value::Null)),
        Some(value) => Ok(output(work(value).ok_or_else(overflow)?)),
    }
}

fn whole(context: &Context<'_>) -> Result<Option<i128>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(value) => Ok(Some(value.into())),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or_else(overflow),
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(overflow()),
    }
}

fn output(value: i128) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(
        i64::try_from(value).map_or_else(|_| Value::Text(value.to_string()), Value::Integer),
    )
}

/// Half away from zero.
fn rescaled(value: i128, from: u32, to: u32) -> i128 {
    if to >= from {
        return value * 10_i128.pow(to - from);
    }
    let divisor = 10_i128.pow(from - to);
    let (whole, rest) = (value / divisor, value % divisor);
    whole
        + if rest.abs() * 2 >= divisor {
            value.signum()
        } else {
            0
        }
}

fn overflow() -> Error {
    Error::UserFunctionError("Arithmetic overflow error converting to numeric.".into())
}

struct Sum;

impl Aggregate<Option<i128>, ToSqlOutput<'static>> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Option<i128>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<i128>) -> Result<()> {
        if let Some(value) = whole(context)? {
            *sum = Some(sum.unwrap_or(0) + value);
        }
        Ok(())
    }

    fn finalize(
        &self,
        _: &mut Context<'_>,
        sum: Option<Option<i128>>,
    ) -> Result<ToSqlOutput<'static>> {
        Ok(sum
            .flatten()
            .map_or(ToSqlOutput::Owned(Value::Null), output))
    }
}
