//! Moments: from the text that SQLite keeps to the bytes of each type.

use super::types::Ty;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Timelike};

/// Writes a moment; `None` when the text is none, or not of the type.
pub(super) fn write(out: &mut Vec<u8>, ty: Ty, text: &str) -> Option<()> {
    let (text, offset) = split_offset(text);
    let moment = parse(text)?;
    match ty {
        Ty::Date => {
            out.push(3);
            days_since_year_1(out, moment.date())?;
        }
        Ty::DateTime => {
            let days = days_since_1900(moment.date())?;
            let nanos = u64::from(moment.time().num_seconds_from_midnight()) * 1_000_000_000
                + u64::from(moment.time().nanosecond());
            let ticks = (nanos * 300 + 500_000_000) / 1_000_000_000;
            out.push(8);
            out.extend(i32::try_from(days).ok()?.to_le_bytes());
            out.extend(u32::try_from(ticks).ok()?.to_le_bytes());
        }
        Ty::SmallDateTime => {
            let days = days_since_1900(moment.date())?;
            let minutes = moment.time().num_seconds_from_midnight() / 60;
            out.push(4);
            out.extend(u16::try_from(days).ok()?.to_le_bytes());
            out.extend(u16::try_from(minutes).ok()?.to_le_bytes());
        }
        Ty::DateTime2(scale) => {
            // More digits than the type has are rounded, into the next day where need be.
            let moment = moment.round_subsecs(u16::from(scale));
            out.push(time_bytes(scale) + 3);
            time_of_day(out, moment.time(), scale);
            days_since_year_1(out, moment.date())?;
        }
        Ty::DateTimeOffset(scale) => {
            // What is sent is the moment in UTC, and then the zone.
            let utc = moment.checked_sub_signed(TimeDelta::minutes(offset.into()))?;
            out.push(time_bytes(scale) + 5);
            time_of_day(out, utc.time(), scale);
            days_since_year_1(out, utc.date())?;
            out.extend(offset.to_le_bytes());
        }
        Ty::Int(_)
        | Ty::Bit
        | Ty::Decimal { .. }
        | Ty::Money(_)
        | Ty::Float(_)
        | Ty::Text { .. }
        | Ty::Binary { .. }
        | Ty::Guid
        | Ty::RowVersion => return None,
    }
    Some(())
}

/// `2026-11-25`, `2026-11-25 10:15:00`, `2026-11-25T10:15:00.1234567`.
fn parse(text: &str) -> Option<NaiveDateTime> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        bytes.get(from..to)?.iter().try_fold(0, |all, byte| {
            byte.is_ascii_digit()
                .then(|| all * 10 + u32::from(byte - b'0'))
        })
    };
    let year = i32::try_from(number(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    if bytes.len() <= 10 {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let nanos = match text.split_once('.') {
        Some((_, behind)) => format!("{behind:0<9}").get(..9)?.parse().ok()?,
        None => 0,
    };
    let second = if bytes.len() > 16 { number(17, 19)? } else { 0 };
    date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, second, nanos)
}

/// Text and minutes east of Greenwich: `… -05:00`.
fn split_offset(text: &str) -> (&str, i16) {
    let Some((moment, zone)) = text
        .rsplit_once(' ')
        .filter(|(_, zone)| zone.starts_with(['+', '-']) && zone.len() == 6)
    else {
        return (text, 0);
    };
    let minutes = zone[1..]
        .split_once(':')
        .and_then(|(hours, minutes)| {
            Some(hours.parse::<i16>().ok()? * 60 + minutes.parse::<i16>().ok()?)
        })
        .unwrap_or(0);
    (
        moment,
        if zone.starts_with('-') {
            -minutes
        } else {
            minutes
        },
    )
}

fn days_since_1900(date: NaiveDate) -> Option<i64> {
    Some((date - NaiveDate::from_ymd_opt(1900, 1, 1)?).num_days())
}

fn days_since_year_1(out: &mut Vec<u8>, date: NaiveDate) -> Option<()> {
    let days = (date - NaiveDate::from_ymd_opt(1, 1, 1)?).num_days();
    out.extend(&u32::try_from(days).ok()?.to_le_bytes()[..3]);
    Some(())
}

fn time_bytes(scale: u8) -> u8 {
    match scale {
        0..=2 => 3,
        3..=4 => 4,
        _ => 5,
    }
}

fn time_of_day(out: &mut Vec<u8>, time: NaiveTime, scale: u8) {
    let nanos =
        u64::from(time.num_seconds_from_midnight()) * 1_000_000_000 + u64::from(time.nanosecond());
    let units = nanos / 10_u64.pow(9 - u32::from(scale.min(7)));
    out.extend(&units.to_le_bytes()[..usize::from(time_bytes(scale))]);
}
