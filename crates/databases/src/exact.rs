//! Exact decimals out of what the driver gives.
//!
//! The driver turns every NUMERIC into the 64-bit float nearest to n / 10^s. While |n| < 2^50 that
//! float times 10^s is less than 1/4 away from n, so that rounding finds n again: at no cost for the
//! server, where a cast to text costs 22 % more for three columns. Beyond, the value is read again
//! as text.

/// Below this the way back from a float is certain: the division and the multiplication each add at
/// most 2^-53 of the value, so together at most 1/4 at 2^51.
const CERTAIN: f64 = (1_i64 << 50) as f64;

/// 10^0 to 10^18, each of which an `i64` and an `f64` hold exactly.
const POWERS: [i64; 19] = {
    let mut powers = [1_i64; 19];
    let mut at = 1;
    while at < 19 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// 10 to `scale`, for 0 to 18; more is as 18.
pub(crate) fn power(scale: u8) -> i64 {
    POWERS[usize::from(scale.min(18))]
}

/// 10 to `scale` as a float, exact for 0 to 18.
#[allow(
    clippy::cast_precision_loss,
    reason = "10^18 = 5^18 * 2^18 and 5^18 < 2^53: exact"
)]
pub(crate) fn power_f64(scale: u8) -> f64 {
    power(scale) as f64
}

/// The n of a NUMERIC with `scale` decimals that came as the float nearest to n / 10^scale; `None`
/// when the float does not tell it for certain.
#[allow(clippy::cast_possible_truncation, reason = "the value is below 2^50")]
pub(crate) fn from_nearest(value: f64, power: f64) -> Option<i64> {
    let scaled = value * power;
    // Less than 1/4 from n, so that cutting finds it as rounding does, in a fraction of the time.
    (scaled.abs() < CERTAIN).then_some((scaled + 0.5_f64.copysign(scaled)) as i64)
}

/// `value` with `from` decimals as one with `to`, rounded half away from zero; `None` when it does
/// not fit.
pub(crate) fn rescale(value: i64, from: u8, to: u8) -> Option<i64> {
    if to >= from {
        return match to - from {
            0 => Some(value),
            more if more <= 18 => value.checked_mul(power(more)),
            _ => (value == 0).then_some(0),
        };
    }
    i64::try_from(rescale_wide(i128::from(value), from, to)?).ok()
}

/// As [`rescale`], for sums.
pub(crate) fn rescale_wide(value: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return value.checked_mul(10_i128.checked_pow(u32::from(to - from))?);
    }
    let Some(divisor) = 10_i128.checked_pow(u32::from(from - to)) else {
        return Some(0);
    };
    let (whole, rest) = (value / divisor, value % divisor);
    // Not 2 * rest, which may not fit.
    let away = rest.unsigned_abs() >= divisor.unsigned_abs().div_ceil(2);
    Some(whole + if away { value.signum() } else { 0 })
}

/// How the server rounds a binary fraction to a number of decimals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rounding {
    /// As its CAST to NUMERIC does: times 10^scale, plus a half and this, cut.
    Cast {
        /// 1e-14 for DOUBLE PRECISION, 1e-5 for FLOAT.
        nudge: f64,
    },
    /// In a database of dialect 1, where CAST keeps a float: the part behind the point alone is
    /// multiplied and rounded. It is what the sums of the `sql` module do there.
    Apart,
}

/// A binary fraction as a decimal, rounded as the server does; `None` when it does not fit.
pub(crate) fn from_float(value: f64, scale: u8, rounding: Rounding) -> Option<i64> {
    match rounding {
        Rounding::Cast { nudge } => cut(value * power_f64(scale), nudge),
        Rounding::Apart => {
            let whole = value.trunc();
            let behind = cut((value - whole) * power_f64(scale), 1e-14)?;
            in_range(whole)?
                .checked_mul(power(scale))?
                .checked_add(behind)
        }
    }
}

fn cut(scaled: f64, nudge: f64) -> Option<i64> {
    in_range(if scaled > 0.0 {
        scaled + (0.5 + nudge)
    } else {
        scaled - (0.5 + nudge)
    })
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
fn in_range(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (value > -LIMIT && value < LIMIT).then_some(value as i64)
}

/// A decimal written as text (`-12.50`, `1.2E+3`), with `scale` decimals, rounded half away from
/// zero; `None` when it is not a number or does not fit.
pub(crate) fn parse(text: &str, scale: u8) -> Option<i128> {
    let text = text.trim();
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && behind.is_empty() {
        return None;
    }
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(behind.bytes()) {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    let value = if negative { -value } else { value };
    let decimals = i32::try_from(behind.len()).ok()?.checked_sub(exponent)?;
    if value == 0 {
        return Some(0);
    }
    let scale = i32::from(scale);
    if decimals > scale {
        let over = u8::try_from(decimals - scale).unwrap_or(u8::MAX);
        rescale_wide(value, over, 0)
    } else {
        rescale_wide(value, 0, u8::try_from(scale - decimals).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_that_a_float_cannot_tell_apart_are_not_guessed() {
        let beyond = 123_456_789_012_345_678_i64;
        assert_eq!(from_nearest(beyond as f64 / 1e4, power_f64(4)), None);
        assert_eq!(parse("12345678901234.5678", 4), Some(i128::from(beyond)));
        assert_eq!(parse("922337203685477.5807", 4), Some(i128::from(i64::MAX)));
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([rescale(15, 1, 0), rescale(-15, 1, 0)], [Some(2), Some(-2)]);
        assert_eq!(
            [rescale(1249, 3, 1), rescale(1250, 3, 1)],
            [Some(12), Some(13)]
        );
        assert_eq!(rescale(i64::MAX, 0, 1), None);
        assert_eq!(rescale(0, 0, 40), Some(0));
        assert_eq!(parse("0.5", 0), Some(1));
        assert_eq!(parse("-0.4999", 0), Some(0));
    }

    #[test]
    fn texts_that_are_no_numbers_are_refused() {
        for text in ["", "-", ".", "1,5", "1.2.3", "0x10", "NaN", "1e", "٣"] {
            assert_eq!(parse(text, 2), None, "{text:?}");
        }
        assert_eq!(parse("1.25E+2", 0), Some(125));
        assert_eq!(parse("5E-7", 6), Some(1));
        assert_eq!(parse("1E200", 0), None);
        assert_eq!(parse("1E-200", 6), Some(0));
    }

    #[test]
    fn floats_out_of_range_are_refused() {
        let cast = Rounding::Cast { nudge: 1e-14 };
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e15, -1e300] {
            assert_eq!(from_float(value, 6, cast), None, "{value}");
            assert_eq!(from_float(value, 6, Rounding::Apart), None, "{value}");
        }
        assert_eq!(from_float(1.5, 6, cast), Some(1_500_000));
        assert_eq!(from_float(-0.285, 2, cast), Some(-29));
    }

    proptest! {
        #[test]
        fn every_numeric_below_two_to_the_fifty_comes_back(
            n in -(1_i64 << 50) + 1..(1_i64 << 50),
            scale in 0_u8..=18,
        ) {
            let sent = n as f64 / power_f64(scale);
            prop_assert_eq!(from_nearest(sent, power_f64(scale)), Some(n));
        }

        #[test]
        fn no_numeric_comes_back_wrong(n: i64, scale in 0_u8..=18) {
            let sent = n as f64 / power_f64(scale);
            let back = from_nearest(sent, power_f64(scale));
            prop_assert!(back.is_none() || back == Some(n), "{n} came back as {back:?}");
        }

        #[test]
        fn text_and_number_agree(n: i64, scale in 0_u8..=9, wanted in 0_u8..=9) {
            let sign = if n < 0 { "-" } else { "" };
            let digits = format!("{:0>width$}", n.unsigned_abs(), width = usize::from(scale) + 1);
            let (whole, behind) = digits.split_at(digits.len() - usize::from(scale));
            let text = format!("{sign}{whole}.{behind}");
            let text = text.trim_end_matches('.');
            let expected = rescale_wide(i128::from(n), scale, wanted);
            prop_assert_eq!(parse(text, wanted), expected);
            prop_assert_eq!(
                rescale(n, scale, wanted),
                expected.and_then(|wide| i64::try_from(wide).ok())
            );
        }

        #[test]
        fn parse_never_panics(text in "\\PC{0,40}", scale: u8) {
            let _ = parse(&text, scale);
        }
    }
}
