//! Columns and values as they are sent.

use super::types::{TdsCollation, Ty};
use rusqlite::types::ValueRef;

/// A column of an answer.
#[derive(Debug, Clone)]
pub(super) struct OutColumn {
    pub name: String,
    pub ty: Ty,
}

/// A value that does not fit its column: a defect of the sample, told as an error of the server.
#[derive(Debug)]
pub(super) struct Unfit;

const LONGEST: u16 = 0xFFFF;

/// COLMETADATA.
pub(super) fn metadata(out: &mut Vec<u8>, columns: &[OutColumn], collation: TdsCollation) {
    out.push(0x81);
    out.extend(u16::try_from(columns.len()).unwrap_or(0).to_le_bytes());
    for column in columns {
        let user_type: u32 = if column.ty == Ty::RowVersion { 80 } else { 0 };
        out.extend(user_type.to_le_bytes());
        // May be NULL, and whether it may be written is not known.
        out.extend(0x0009_u16.to_le_bytes());
        type_info(out, column.ty, collation);
        short_text(out, &column.name);
    }
}

/// B_VARCHAR.
pub(super) fn short_text(out: &mut Vec<u8>, text: &str) {
    let units: Vec<u16> = text.encode_utf16().take(255).collect();
    out.push(u8::try_from(units.len()).unwrap_or(255));
    out.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
}

pub(super) fn type_info(out: &mut Vec<u8>, ty: Ty, collation: TdsCollation) {
    match ty {
        Ty::Int(bytes) => out.extend([0x26, bytes]),
        Ty::Bit => out.extend([0x68, 1]),
        Ty::Decimal { precision, scale } => out.extend([0x6A, 17, precision, scale]),
        Ty::Money(bytes) => out.extend([0x6E, bytes]),
        Ty::Float(bytes) => out.extend([0x6D, bytes]),
        Ty::Text {
            length,
            national,
            fixed,
        } => {
            out.push(match (national, fixed) {
                (true, true) => 0xEF,
                (true, false) => 0xE7,
                (false, true) => 0xAF,
                (false, false) => 0xA7,
            });
            let bytes = match (length, national) {
                (0, _) => LONGEST,
                (length, true) => length * 2,
                (length, false) => length,
            };
            out.extend(bytes.to_le_bytes());
            out.extend(collation.bytes());
        }
        Ty::Binary { length, fixed } => {
            out.push(if fixed { 0xAD } else { 0xA5 });
            out.extend(if length == 0 { LONGEST } else { length }.to_le_bytes());
        }
        Ty::DateTime => out.extend([0x6F, 8]),
        Ty::SmallDateTime => out.extend([0x6F, 4]),
        Ty::DateTime2(scale) => out.extend([0x2A, scale]),
        Ty::DateTimeOffset(scale) => out.extend([0x2B, scale]),
        Ty::Date => out.push(0x28),
        Ty::Guid => out.extend([0x24, 16]),
        Ty::RowVersion => out.extend([0xAD, 8, 0]),
    }
}

/// NULL in a row that says it value by value.
pub(super) fn null(out: &mut Vec<u8>, ty: Ty) {
    match ty {
        Ty::Text { length: 0, .. } | Ty::Binary { length: 0, .. } => out.extend([0xFF; 8]),
        Ty::Text { .. } | Ty::Binary { .. } | Ty::RowVersion => out.extend([0xFF, 0xFF]),
        _ => out.push(0),
    }
}

/// A value that is not NULL.
pub(super) fn value(
    out: &mut Vec<u8>,
    ty: Ty,
    collation: TdsCollation,
    value: ValueRef<'_>,
) -> Result<(), Unfit> {
    match ty {
        Ty::Int(bytes) => {
            let number = whole(value)?;
            let bytes = usize::from(bytes);
            let all = number.to_le_bytes();
            out.push(u8::try_from(bytes).unwrap_or(8));
            out.extend(&all[..bytes]);
        }
        Ty::Bit => out.extend([1, u8::from(whole(value)? != 0)]),
        Ty::Decimal { .. } => {
            let number = wide(value)?;
            out.push(17);
            out.push(u8::from(number >= 0));
            out.extend(number.unsigned_abs().to_le_bytes());
        }
        Ty::Money(8) => {
            let number = whole(value)?;
            // The upper half first.
            let bytes = number.to_le_bytes();
            out.push(8);
            out.extend(&bytes[4..]);
            out.extend(&bytes[..4]);
        }
        Ty::Money(_) => {
            let number = i32::try_from(whole(value)?).map_err(|_| unfit(value))?;
            out.push(4);
            out.extend(number.to_le_bytes());
        }
        Ty::Float(4) => {
            #[allow(clippy::cast_possible_truncation, reason = "declared as real")]
            let number = real(value)? as f32;
            out.push(4);
            out.extend(number.to_le_bytes());
        }
        Ty::Float(_) => {
            out.push(8);
            out.extend(real(value)?.to_le_bytes());
        }
        Ty::Text {
            length, national, ..
        } => text(out, length, national, collation, value)?,
        Ty::Binary { length, .. } => {
            let bytes = value.as_bytes().map_err(|_| unfit(value))?;
            sized(out, length == 0, bytes);
        }
        Ty::RowVersion => sized(out, false, &whole(value)?.to_be_bytes()),
        Ty::Guid => guid(out, value)?,
        Ty::DateTime | Ty::SmallDateTime | Ty::DateTime2(_) | Ty::DateTimeOffset(_) | Ty::Date => {
            super::moments::write(out, ty, text_of(value)?).ok_or_else(|| unfit(value))?
        }
    }
    Ok(())
}

fn text(
    out: &mut Vec<u8>,
    length: u16,
    national: bool,
    collation: TdsCollation,
    value: ValueRef<'_>,
) -> Result<(), Unfit> {
    let number;
    let text = match value {
        ValueRef::Integer(whole) => {
            number = whole.to_string();
            &number
        }
        other => text_of(other)?,
    };
    if !national {
        if text.is_ascii() {
            sized(out, length == 0, text.as_bytes());
        } else {
            sized(out, length == 0, &collation.encode(text));
        }
    } else if length == 0 {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        sized(out, true, &bytes);
    } else {
        let at = out.len();
        out.extend([0, 0]);
        text.encode_utf16()
            .for_each(|unit| out.extend(unit.to_le_bytes()));
        let bytes = u16::try_from(out.len() - at - 2).map_err(|_| unfit(value))?;
        out[at..at + 2].copy_from_slice(&bytes.to_le_bytes());
    }
    Ok(())
}

/// Bytes with their length before them; of (MAX) in parts with a total.
fn sized(out: &mut Vec<u8>, max: bool, bytes: &[u8]) {
    if max {
        out.extend((bytes.len() as u64).to_le_bytes());
        for part in bytes.chunks(4000) {
            out.extend(u32::try_from(part.len()).unwrap_or(0).to_le_bytes());
            out.extend(part);
        }
        out.extend([0; 4]);
    } else {
        out.extend(u16::try_from(bytes.len()).unwrap_or(0).to_le_bytes());
        out.extend(bytes);
    }
}

fn guid(out: &mut Vec<u8>, value: ValueRef<'_>) -> Result<(), Unfit> {
    let digits: Vec<u8> = text_of(value)?
        .bytes()
        .filter_map(|byte| char::from(byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |all, d| all * 16 + d))
        .collect();
    let [a, b, c, d, e, f, g, h, rest @ ..] = &*bytes else {
        return Err(unfit(value));
    };
    out.push(16);
    // The first three groups are numbers, the smallest byte first.
    out.extend([d, c, b, a, f, e, h, g]);
    out.extend(rest);
    Ok(())
}

fn whole(value: ValueRef<'_>) -> Result<i64, Unfit> {
    match value {
        ValueRef::Integer(number) => Ok(number),
        _ => i64::try_from(wide(value)?).map_err(|_| unfit(value)),
    }
}

/// Sums beyond 64 bits come as text.
fn wide(value: ValueRef<'_>) -> Result<i128, Unfit> {
    match value {
        ValueRef::Integer(number) => Ok(number.into()),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| unfit(value)),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Err(unfit(value)),
    }
}

#[allow(clippy::cast_precision_loss, reason = "a float is what was asked for")]
fn real(value: ValueRef<'_>) -> Result<f64, Unfit> {
    match value {
        ValueRef::Real(number) => Ok(number),
        ValueRef::Integer(number) => Ok(number as f64),
        ValueRef::Null | ValueRef::Text(_) | ValueRef::Blob(_) => Err(unfit(value)),
    }
}

fn text_of(value: ValueRef<'_>) -> Result<&str, Unfit> {
    value.as_str().map_err(|_| unfit(value))
}

fn unfit(_: ValueRef<'_>) -> Unfit {
    Unfit
}
