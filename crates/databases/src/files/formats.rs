//! How a file writes numbers and dates, and reading them.

use crate::exact;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecimalMark {
    /// `1.234,50`
    Comma,
    /// `1,234.50`
    Point,
}

/// The order of the parts of a date; year first is always understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// `31/12/2026`
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
}

/// What the values seen so far say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    pub mark: Option<DecimalMark>,
    pub order: Option<DateOrder>,
}

/// Two values that can't both be right.
#[derive(Debug)]
pub(super) struct Conflict;

impl Evidence {
    /// Looks at a number.
    pub(super) fn number(&mut self, text: &str) -> Result<(), Conflict> {
        agree(&mut self.mark, mark_of(text))
    }

    /// Looks at a date.
    pub(super) fn date(&mut self, text: &str) -> Result<(), Conflict> {
        agree(&mut self.order, order_of(text))
    }
}

fn agree<T: Copy + PartialEq>(known: &mut Option<T>, found: Option<T>) -> Result<(), Conflict> {
    match (*known, found) {
        (_, None) => Ok(()),
        (None, found) => {
            *known = found;
            Ok(())
        }
        (Some(known), Some(found)) if known == found => Ok(()),
        (Some(_), Some(_)) => Err(Conflict),
    }
}

/// What one number tells: `1.234,5` a comma, `12.50` a point, `1.234` nothing.
fn mark_of(text: &str) -> Option<DecimalMark> {
    let text = bare(text);
    let (comma, point) = (text.rfind(','), text.rfind('.'));
    let single = |mark: char, meaning: DecimalMark, other: DecimalMark| {
        if text.matches(mark).count() > 1 {
            return Some(other);
        }
        let (whole, behind) = text.split_once(mark)?;
        let grouped =
            behind.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        (!grouped).then_some(meaning)
    };
    match (comma, point) {
        (Some(comma), Some(point)) if comma > point => Some(DecimalMark::Comma),
        (Some(_), Some(_)) => Some(DecimalMark::Point),
        (Some(_), None) => single(',', DecimalMark::Comma, DecimalMark::Point),
        (None, Some(_)) => single('.', DecimalMark::Point, DecimalMark::Comma),
        (None, None) => None,
    }
}

fn order_of(text: &str) -> Option<DateOrder> {
    let [first, second, _] = parts(text)?;
    match (first, second) {
        (first, _) if first > 31 => None,
        (first, _) if first > 12 => Some(DateOrder::DayFirst),
        (_, second) if second > 12 => Some(DateOrder::MonthFirst),
        (_, _) => None,
    }
}

/// The day of `31/12/2026`, `2026-12-31`, `31.12.26 10:15`; `None` when it is none.
pub(super) fn day(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let [first, second, third] = parts(text)?;
    let (year, month, day) = if first > 31 {
        (first, second, third)
    } else {
        match order {
            DateOrder::DayFirst => (third, second, first),
            DateOrder::MonthFirst => (third, first, second),
        }
    };
    let year = if year < 100 { year + 2000 } else { year };
    if !(1900..=2200).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn parts(text: &str) -> Option<[u32; 3]> {
    let date = text.trim().split([' ', 'T']).next()?;
    let mut parts = date.split(['/', '-', '.']);
    let mut next = || {
        let part = parts.next()?;
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let found = [next()?, next()?, next()?];
    parts.next().is_none().then_some(found)
}

/// The number of `$ 1.234,50`, `(12)`, `-3`, scaled; `None` when it is none.
pub(super) fn decimal(text: &str, scale: u8, mark: DecimalMark) -> Option<i128> {
    let trimmed = text.trim();
    let (inner, negative) = match trimmed.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (trimmed, false),
    };
    let bare = bare(inner);
    let (point, group) = match mark {
        DecimalMark::Comma => (',', '.'),
        DecimalMark::Point => ('.', ','),
    };
    let (whole, behind) = match bare.split_once(point) {
        Some((whole, behind)) => (whole, Some(behind)),
        None => (bare.as_str(), None),
    };
    if behind.is_some_and(|behind| behind.contains([point, group])) || !grouped_well(whole, group) {
        return None;
    }
    let mut plain: String = whole.chars().filter(|c| *c != group).collect();
    if let Some(behind) = behind {
        plain.push('.');
        plain.push_str(behind);
    }
    let value = exact::parse(&plain, scale)?;
    Some(if negative { -value } else { value })
}

/// A column of numbers as people write them, scaled: with the mark that its values tell, else the `usual` one.
///
/// # Errors
/// The index of the first value that is no number, or that contradicts one above it.
pub fn numbers(
    texts: &[&str],
    scale: u8,
    usual: DecimalMark,
) -> std::result::Result<Vec<i128>, usize> {
    let mut evidence = Evidence::default();
    for (index, text) in texts.iter().enumerate() {
        evidence.number(text).map_err(|Conflict| index)?;
    }
    let mark = evidence.mark.unwrap_or(usual);
    let read = |(index, text): (usize, &&str)| decimal(text, scale, mark).ok_or(index);
    texts.iter().enumerate().map(read).collect()
}

/// `1.234.567` is, `12.34` is not.
fn grouped_well(whole: &str, group: char) -> bool {
    let digits = whole.trim_start_matches(['-', '+']);
    let mut groups = digits.split(group);
    let first = groups.next().unwrap_or("");
    let mut rest = groups.peekable();
    rest.peek().is_none() || (1..=3).contains(&first.len()) && rest.all(|group| group.len() == 3)
}

/// Without what people put around numbers: blanks, also the unbreakable ones, and `$`.
fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '$' && *c != '\u{202F}')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_mark_is_told_by_values_that_can_only_be_one() {
        let tells = |text| mark_of(text);
        assert_eq!(tells("1.234,50"), Some(DecimalMark::Comma));
        assert_eq!(tells("1,234.50"), Some(DecimalMark::Point));
        assert_eq!(tells("12,5"), Some(DecimalMark::Comma));
        assert_eq!(tells("1.234.567"), Some(DecimalMark::Comma));
        assert_eq!(tells("0.125"), Some(DecimalMark::Point));
        assert_eq!(tells("1.234"), None);
        assert_eq!(tells("1234"), None);
    }

    #[test]
    fn numbers_are_read_by_their_mark_and_nothing_is_guessed() {
        let comma = |text| decimal(text, 2, DecimalMark::Comma);
        assert_eq!(comma("$ 1.234,50"), Some(123_450));
        assert_eq!(comma("(1.234,5)"), Some(-123_450));
        assert_eq!(comma("-0,005"), Some(-1));
        assert_eq!(comma("1.23"), None, "a group of two is no group");
        assert_eq!(comma("1,234,5"), None);
        assert_eq!(comma("doce"), None);
        assert_eq!(comma(""), None);
    }

    #[test]
    fn a_column_is_read_by_the_mark_that_one_of_its_values_tells() {
        let column = |texts: &[&str]| numbers(texts, 2, DecimalMark::Comma);
        assert_eq!(column(&["1.234", "500"]), Ok(vec![123_400, 50_000]));
        assert_eq!(column(&["1.234", "12.5"]), Ok(vec![123, 1_250]));
        assert_eq!(column(&["1,234.50", "12.345"]), Ok(vec![123_450, 1_235]));
        assert_eq!(column(&["500", "1,5", "1,234.50"]), Err(2));
        assert_eq!(column(&["500", "doce"]), Err(1));
    }

    #[test]
    fn dates_are_read_by_their_order_with_or_without_a_time() {
        let ymd = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        let first = DateOrder::DayFirst;
        assert_eq!(day("03/04/2026", first), ymd(2026, 4, 3));
        assert_eq!(day("03/04/2026", DateOrder::MonthFirst), ymd(2026, 3, 4));
        assert_eq!(
            day("2026-12-31T10:15:00", DateOrder::MonthFirst),
            ymd(2026, 12, 31)
        );
        assert_eq!(day("31.12.26 10:15", first), ymd(2026, 12, 31));
        for text in [
            "31/02/2026",
            "2026",
            "1/1/1",
            "1/1/20260",
            "a/b/c",
            "",
            "1/2/3/4",
        ] {
            assert_eq!(day(text, first).filter(|_| text != "1/1/1"), None, "{text}");
        }
        assert_eq!(order_of("13/01/2026"), Some(DateOrder::DayFirst));
        assert_eq!(order_of("01/13/2026"), Some(DateOrder::MonthFirst));
        assert_eq!(order_of("2026-01-13"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(n in -9_999_999_999_i64..9_999_999_999, comma: bool) {
            let (point, group, mark) = if comma {
                (',', '.', DecimalMark::Comma)
            } else {
                ('.', ',', DecimalMark::Point)
            };
            let digits = (n.unsigned_abs() / 100).to_string();
            let mut whole = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at) % 3 == 0 {
                    whole.push(group);
                }
                whole.push(digit);
            }
            let sign = if n < 0 { "-" } else { "" };
            let text = format!("{sign}{whole}{point}{:02}", n.unsigned_abs() % 100);
            prop_assert_eq!(decimal(&text, 2, mark), Some(i128::from(n)));
            prop_assert_eq!(mark_of(&text), Some(mark));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,30}") {
            let _ = decimal(&text, 6, DecimalMark::Comma);
            let _ = day(&text, DateOrder::DayFirst);
            let mut evidence = Evidence::default();
            let _ = evidence.number(&text);
            let _ = evidence.date(&text);
        }
    }
}
