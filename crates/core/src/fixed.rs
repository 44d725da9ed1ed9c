//! Exact decimals as scaled integers: `n / 10^scale` as the `i64` n.
//!
//! Money is kept at [`MONEY_SCALE`] and quantities at [`QUANTITY_SCALE`], so that sums in SQL are
//! exact. Nothing here rounds: what does not fit is an error.

use crate::value::{ValueError, shorten};
use rust_decimal::Decimal;

/// Decimals of amounts of money in the warehouse (`_e4`).
pub const MONEY_SCALE: u32 = 4;
/// Decimals of quantities in the warehouse (`_e6`).
pub const QUANTITY_SCALE: u32 = 6;
/// The largest scale of an `i64`: 10^18 is the last power of ten that fits.
pub const MAX_SCALE: u32 = 18;

/// Reads a plain decimal text (`-1234.5`, no exponent, no thousands) into an integer scaled by
/// `10^scale`. Blanks around it are passed over.
///
/// # Errors
/// [`ValueError::NotANumber`]; [`ValueError::TooManyDecimals`] when decimals beyond `scale` are not
/// zeros; [`ValueError::TooLarge`] when it leaves `i64`.
pub fn parse(text: &str, scale: u32) -> Result<i64, ValueError> {
    match scan(text.trim().as_bytes(), scale) {
        Ok(scaled) => Ok(scaled),
        Err(Fault::NotANumber) => Err(ValueError::NotANumber {
            text: shorten(text),
        }),
        Err(Fault::TooManyDecimals) => Err(ValueError::TooManyDecimals {
            text: shorten(text),
            scale,
        }),
        Err(Fault::TooLarge) => Err(ValueError::TooLarge {
            text: shorten(text),
            scale,
        }),
    }
}

/// Writes all `scale` decimals: `to_text(15_000, 4)` is `1.5000`. [`parse`] reads back what fits.
pub fn to_text(scaled: impl Into<i128>, scale: u32) -> String {
    let (scaled, scale): (i128, usize) = (scaled.into(), scale as usize);
    let digits = format!("{:0width$}", scaled.unsigned_abs(), width = scale + 1);
    let (whole, decimals) = digits.split_at(digits.len() - scale);
    let sign = if scaled < 0 { "-" } else { "" };
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{decimals}")
    }
}

/// The number as a `Decimal`. `scale` is at most [`MAX_SCALE`].
pub fn to_decimal(scaled: i64, scale: u32) -> Decimal {
    Decimal::new(scaled, scale)
}

/// The number scaled by `10^scale`, exactly.
///
/// # Errors
/// [`ValueError::TooManyDecimals`] when it would have to be rounded, [`ValueError::TooLarge`] when
/// it leaves `i64`.
pub fn from_decimal(number: Decimal, scale: u32) -> Result<i64, ValueError> {
    let exact = number.normalize();
    if exact.scale() > scale {
        return Err(ValueError::TooManyDecimals {
            text: number.to_string(),
            scale,
        });
    }
    // An i128 holds 96 bits of mantissa times 10^18 nearly always; where not, i64 is long left.
    10_i128
        .checked_pow(scale - exact.scale())
        .and_then(|power| exact.mantissa().checked_mul(power))
        .and_then(|scaled| i64::try_from(scaled).ok())
        .ok_or_else(|| ValueError::TooLarge {
            text: number.to_string(),
            scale,
        })
}

/// Moves a scaled integer from one scale to another, exactly.
///
/// # Errors
/// [`ValueError::TooManyDecimals`] when digits would be lost, [`ValueError::TooLarge`] when it
/// leaves `i64`.
pub fn rescale(scaled: i64, from: u32, to: u32) -> Result<i64, ValueError> {
    let too_large = || ValueError::TooLarge {
        text: to_text(scaled, from),
        scale: to,
    };
    if to >= from {
        let power = 10_i64.checked_pow(to - from);
        return match power {
            Some(power) => scaled.checked_mul(power).ok_or_else(too_large),
            None if scaled == 0 => Ok(0),
            None => Err(too_large()),
        };
    }
    let lost = || ValueError::TooManyDecimals {
        text: to_text(scaled, from),
        scale: to,
    };
    match 10_i64.checked_pow(from - to) {
        Some(power) if scaled % power == 0 => Ok(scaled / power),
        None if scaled == 0 => Ok(0),
        Some(_) | None => Err(lost()),
    }
}

/// The integer n that a server turned into the float `n / 10^scale`, when that is certain.
///
/// Holds for |n| < 2^50 and `scale` <= [`MAX_SCALE`]: the division and the multiplication back are
/// each off by at most half a unit of the last of 53 bits, so the product is within 1/4 of n, and
/// two such n never share a float. `None` for larger numbers, for floats that no such division
/// gives (0.1 + 0.2), and for those that are not finite: the caller then asks for the text.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "within 2^50, checked; whole numbers up to 2^53 and powers of ten up to 10^22 are exact"
)]
#[allow(
    clippy::float_cmp,
    reason = "the very same float is what proves the recovery"
)]
pub fn recover(value: f64, scale: u32) -> Option<i64> {
    const LIMIT: f64 = (1_i64 << 50) as f64;
    if scale > MAX_SCALE {
        return None;
    }
    let power = 10_i64.pow(scale) as f64;
    let rounded = (value * power).round();
    (rounded.abs() < LIMIT && rounded / power == value).then_some(rounded as i64)
}

enum Fault {
    NotANumber,
    TooManyDecimals,
    TooLarge,
}

fn scan(text: &[u8], scale: u32) -> Result<i64, Fault> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !digits.iter().any(u8::is_ascii_digit) {
        return Err(Fault::NotANumber);
    }
    let mut number = Accumulated {
        negative,
        ..Accumulated::default()
    };
    let mut decimals = None::<u32>;
    for byte in digits {
        match (byte, decimals) {
            (b'.', None) => decimals = Some(0),
            (b'0'..=b'9', None) => number.push(byte - b'0'),
            (b'0'..=b'9', Some(read)) if read < scale => {
                number.push(byte - b'0');
                decimals = Some(read + 1);
            }
            (b'0', Some(_)) => {}
            (b'1'..=b'9', Some(_)) => number.cut = true,
            _ => return Err(Fault::NotANumber),
        }
    }
    for _ in decimals.unwrap_or(0)..scale {
        number.push(0);
    }
    match number {
        Accumulated { left: true, .. } => Err(Fault::TooLarge),
        Accumulated { cut: true, .. } => Err(Fault::TooManyDecimals),
        Accumulated { value, .. } => Ok(value),
    }
}

#[derive(Default)]
struct Accumulated {
    value: i64,
    negative: bool,
    left: bool,
    cut: bool,
}

impl Accumulated {
    /// Grows away from zero in the number's own sign, so that `i64::MIN` is reached too.
    fn push(&mut self, digit: u8) {
        let digit = i64::from(digit);
        let step = if self.negative { -digit } else { digit };
        match self
            .value
            .checked_mul(10)
            .and_then(|value| value.checked_add(step))
        {
            Some(value) => self.value = value,
            None => self.left = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_read_exactly_or_refused_with_the_reason() {
        assert_eq!(parse("1.5", 4), Ok(15_000));
        assert_eq!(parse(" -0.0001 ", 4), Ok(-1));
        assert_eq!(parse("+.5", 1), Ok(5));
        assert_eq!(parse("7.", 0), Ok(7));
        assert_eq!(parse("12345678901234.5678", 4), Ok(123_456_789_012_345_678));
        assert_eq!(
            parse("1.50000", 1),
            Ok(15),
            "zeros beyond the scale lose nothing"
        );
        assert_eq!(parse("-9223372036854775808", 0), Ok(i64::MIN));
        assert!(matches!(
            parse("1.55", 1),
            Err(ValueError::TooManyDecimals { scale: 1, .. })
        ));
        assert!(matches!(
            parse("9223372036854775808", 0),
            Err(ValueError::TooLarge { .. })
        ));
        assert!(matches!(
            parse("922337203685477.5808", 4),
            Err(ValueError::TooLarge { .. })
        ));
        for text in ["", ".", "-", "1,5", "1e5", "1.2.3", "--1", "NaN", "１"] {
            assert!(
                matches!(parse(text, 4), Err(ValueError::NotANumber { .. })),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_float_that_no_scaled_integer_gives_is_not_recovered() {
        for value in [0.1 + 0.2, f64::NAN, f64::INFINITY, 1e300, 5e-324] {
            assert_eq!(recover(value, 2), None, "{value}");
        }
        assert_eq!(
            recover((1_i64 << 50) as f64, 0),
            None,
            "at the limit it is not certain"
        );
        assert_eq!(recover(-0.0, 4), Some(0));
        assert_eq!(recover(0.5, MAX_SCALE + 1), None);
    }

    #[test]
    fn a_decimal_that_would_be_rounded_or_leave_i64_is_refused() {
        let tenth_of_a_cent: Decimal = "0.00001".parse().unwrap();
        assert!(matches!(
            from_decimal(tenth_of_a_cent, MONEY_SCALE),
            Err(ValueError::TooManyDecimals { .. })
        ));
        assert!(matches!(
            from_decimal(Decimal::MAX, MAX_SCALE),
            Err(ValueError::TooLarge {
                scale: MAX_SCALE,
                ..
            })
        ));
    }

    proptest! {
        #[test]
        fn text_round_trips(scaled: i64, scale in 0..=MAX_SCALE) {
            prop_assert_eq!(parse(&to_text(scaled, scale), scale), Ok(scaled));
        }

        #[test]
        fn parse_never_panics_and_agrees_with_decimal(text in "[-+]?[0-9]{0,10}(\\.[0-9]{0,8})?") {
            let ours = parse(&text, 8);
            match text.parse::<Decimal>() {
                Ok(number) => prop_assert_eq!(to_decimal(ours?, 8), number),
                Err(_) => prop_assert!(ours.is_err()),
            }
        }

        #[test]
        fn decimal_round_trips(scaled: i64, scale in 0..=MAX_SCALE) {
            prop_assert_eq!(from_decimal(to_decimal(scaled, scale), scale), Ok(scaled));
        }

        #[test]
        fn rescaling_up_and_down_again_changes_nothing(n in -1_000_000_000_i64..1_000_000_000,
                from in 0_u32..6, more in 0_u32..9) {
            let up = rescale(n, from, from + more)?;
            prop_assert_eq!(to_decimal(up, from + more), to_decimal(n, from));
            prop_assert_eq!(rescale(up, from + more, from), Ok(n));
        }

        #[test]
        #[allow(clippy::cast_precision_loss)]
        fn what_the_server_divided_is_recovered(n in -(1_i64 << 50) + 1..1_i64 << 50,
                scale in 0..=MAX_SCALE) {
            prop_assert_eq!(recover(n as f64 / 10_i64.pow(scale) as f64, scale), Some(n));
        }
    }
}
