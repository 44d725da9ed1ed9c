//! Amounts and quantities on the wire: exact decimal texts, never JSON numbers, which are floats in
//! most of the programs that read them.

use puente_core::fixed::{self, MONEY_SCALE, QUANTITY_SCALE};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ts_rs::TS;

/// Money as an exact decimal text: `"1234.5000"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Amount(
    /// × 10^4.
    pub i128,
);

/// A quantity of goods as an exact decimal text: `"1.500000"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct Quantity(
    /// × 10^6.
    pub i128,
);

macro_rules! decimal_text {
    ($name:ident, $scale:ident) => {
        impl $name {
            /// Adds, and stays at the largest value rather than wrap: 38 digits are beyond any sum of
            /// 64-bit rows.
            pub fn add(&mut self, scaled: impl Into<i128>) {
                self.0 = self.0.saturating_add(scaled.into());
            }
        }

        impl From<i64> for $name {
            fn from(scaled: i64) -> Self {
                $name(scaled.into())
            }
        }

        impl From<i128> for $name {
            fn from(scaled: i128) -> Self {
                $name(scaled)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&fixed::to_text(self.0, $scale))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                fixed::parse(&text, $scale)
                    .map($name::from)
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}

decimal_text!(Amount, MONEY_SCALE);
decimal_text!(Quantity, QUANTITY_SCALE);

/// A stored month (year × 100 + month) as `2026-11`; empty for 0, which stands for no date.
pub(crate) fn month_text(number: i32) -> String {
    puente_core::Month::from_number(number)
        .map_or_else(|_| String::new(), |month| month.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_texts_with_all_their_decimals_and_read_back() {
        let text = serde_json::to_string(&Amount(12_345_000)).unwrap();
        assert_eq!(text, "\"1234.5000\"");
        assert_eq!(
            serde_json::from_str::<Amount>(&text).unwrap(),
            Amount(12_345_000)
        );
        assert_eq!(
            serde_json::to_string(&Quantity(-1)).unwrap(),
            "\"-0.000001\""
        );
        assert!(
            serde_json::from_str::<Amount>("1.5").is_err(),
            "a number may be a float"
        );
    }

    #[test]
    fn a_sum_beyond_64_bits_is_still_exact() {
        let mut sum = Amount::from(i64::MAX);
        sum.add(i64::MAX);
        assert_eq!(
            serde_json::to_string(&sum).unwrap(),
            "\"1844674407370955.1614\""
        );
    }

    #[test]
    fn a_month_without_a_date_is_an_empty_text() {
        assert_eq!(
            (month_text(202_611), month_text(0)),
            ("2026-11".to_owned(), String::new())
        );
    }
}
