//! Money: an exact decimal with its currency. Never a float.

use crate::fixed::{self, MONEY_SCALE, QUANTITY_SCALE};
use crate::value::{ValueError, shorten};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! currencies {
    ($($name:ident = $code:literal, $decimals:literal;)*) => {
        /// A currency of ISO 4217: those of Latin America and those it trades in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the names are the codes of the standard")]
        pub enum Currency { $($name,)* }

        impl Currency {
            /// All of them.
            pub const ALL: &'static [Currency] = &[$(Currency::$name,)*];

            /// The code of ISO 4217: `COP`.
            pub fn code(self) -> &'static str {
                match self { $(Currency::$name => $code,)* }
            }

            /// Decimals of its smallest unit by ISO 4217 (2 for COP, 0 for CLP). What an office
            /// prints may be fewer.
            pub fn decimals(self) -> u32 {
                match self { $(Currency::$name => $decimals,)* }
            }
        }
    };
}

currencies! {
    Cop = "COP", 2;
    Clp = "CLP", 0;
    Clf = "CLF", 4;
    Ars = "ARS", 2;
    Mxn = "MXN", 2;
    Usd = "USD", 2;
    Eur = "EUR", 2;
    Bob = "BOB", 2;
    Brl = "BRL", 2;
    Crc = "CRC", 2;
    Cup = "CUP", 2;
    Dop = "DOP", 2;
    Gtq = "GTQ", 2;
    Hnl = "HNL", 2;
    Nio = "NIO", 2;
    Pab = "PAB", 2;
    Pen = "PEN", 2;
    Pyg = "PYG", 0;
    Uyu = "UYU", 2;
    Ves = "VES", 2;
    Cad = "CAD", 2;
    Chf = "CHF", 2;
    Cny = "CNY", 2;
    Gbp = "GBP", 2;
    Jpy = "JPY", 0;
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = ValueError;

    /// Reads the code in either case; blanks around it are passed over.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let code = text.trim();
        Currency::ALL
            .iter()
            .copied()
            .find(|currency| currency.code().eq_ignore_ascii_case(code))
            .ok_or_else(|| ValueError::UnknownCurrency {
                text: shorten(text),
            })
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// An amount in a currency. On the wire `{"amount":"1234.50","currency":"COP"}`: the amount is text,
/// since JSON numbers are floats to most readers. As text `1234.50 COP`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The amount; decimals as they were given.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// An amount in a currency.
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Money { amount, currency }
    }

    /// Nothing, in that currency.
    pub fn zero(currency: Currency) -> Self {
        Money::new(Decimal::ZERO, currency)
    }

    /// From an integer scaled by 10^4, as the warehouse keeps money.
    pub fn from_e4(scaled: i64, currency: Currency) -> Self {
        Money::new(fixed::to_decimal(scaled, MONEY_SCALE), currency)
    }

    /// From an integer scaled by 10^6.
    pub fn from_e6(scaled: i64, currency: Currency) -> Self {
        Money::new(fixed::to_decimal(scaled, QUANTITY_SCALE), currency)
    }

    /// The amount scaled by 10^4, exactly.
    ///
    /// # Errors
    /// [`ValueError::TooManyDecimals`] when it would have to be rounded, [`ValueError::TooLarge`]
    /// from about 922 million million on.
    pub fn to_e4(self) -> Result<i64, ValueError> {
        fixed::from_decimal(self.amount, MONEY_SCALE)
    }

    /// The amount scaled by 10^6, exactly.
    ///
    /// # Errors
    /// As [`Money::to_e4`], from about 9 million million on.
    pub fn to_e6(self) -> Result<i64, ValueError> {
        fixed::from_decimal(self.amount, QUANTITY_SCALE)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`ValueError::CurrenciesDiffer`]; [`ValueError::TooLarge`] past 28 digits.
    pub fn plus(self, other: Money) -> Result<Money, ValueError> {
        self.same_currency(other)?;
        self.with(self.amount.checked_add(other.amount))
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Money) -> Result<Money, ValueError> {
        self.same_currency(other)?;
        self.with(self.amount.checked_sub(other.amount))
    }

    /// The amount times a quantity or rate.
    ///
    /// # Errors
    /// [`ValueError::TooLarge`] past 28 digits.
    pub fn times(self, factor: Decimal) -> Result<Money, ValueError> {
        self.with(self.amount.checked_mul(factor))
    }

    /// Rounded to `decimals`, halves away from zero, as invoices are.
    #[must_use]
    pub fn rounded(self, decimals: u32) -> Money {
        let strategy = RoundingStrategy::MidpointAwayFromZero;
        Money {
            amount: self.amount.round_dp_with_strategy(decimals, strategy),
            ..self
        }
    }

    fn same_currency(self, other: Money) -> Result<(), ValueError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(ValueError::CurrenciesDiffer {
            left: self.currency,
            right: other.currency,
        })
    }

    fn with(self, amount: Option<Decimal>) -> Result<Money, ValueError> {
        let too_large = || ValueError::TooLarge {
            text: self.amount.to_string(),
            scale: self.amount.scale(),
        };
        Ok(Money {
            amount: amount.ok_or_else(too_large)?,
            ..self
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl FromStr for Money {
    type Err = ValueError;

    /// Reads `1234.50 COP`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let not_a_number = || ValueError::NotANumber {
            text: shorten(text),
        };
        let (amount, currency) = text.trim().split_once(' ').ok_or_else(not_a_number)?;
        let amount = Decimal::from_str_exact(amount).map_err(|_| not_a_number())?;
        Ok(Money::new(amount, currency.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cop(amount: &str) -> Money {
        Money::new(amount.parse().unwrap(), Currency::Cop)
    }

    #[test]
    fn currencies_are_found_by_their_code_and_no_code_stands_twice() {
        for currency in Currency::ALL {
            assert_eq!(currency.code().to_lowercase().parse(), Ok(*currency));
        }
        assert!(matches!(
            "PESOS".parse::<Currency>(),
            Err(ValueError::UnknownCurrency { .. })
        ));
    }

    #[test]
    fn money_goes_over_the_wire_as_text_with_its_currency() {
        let json = r#"{"amount":"1234.50","currency":"COP"}"#;
        assert_eq!(serde_json::to_string(&cop("1234.50")).unwrap(), json);
        assert_eq!(serde_json::from_str::<Money>(json).unwrap(), cop("1234.50"));
    }

    #[test]
    fn different_currencies_are_never_put_together() {
        let mix = cop("1").plus(Money::zero(Currency::Usd));
        let (left, right) = (Currency::Cop, Currency::Usd);
        assert_eq!(mix, Err(ValueError::CurrenciesDiffer { left, right }));
    }

    #[test]
    fn ten_cents_and_twenty_cents_are_thirty() {
        assert_eq!(cop("0.1").plus(cop("0.2")), Ok(cop("0.3")));
        assert_eq!(cop("0.1").minus(cop("0.3")), Ok(cop("-0.2")));
        assert_eq!(cop("1.005").times(Decimal::from(3)), Ok(cop("3.015")));
        let max = Money::new(Decimal::MAX, Currency::Cop);
        assert!(matches!(max.plus(max), Err(ValueError::TooLarge { .. })));
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(cop("2.345").rounded(2), cop("2.35"));
        assert_eq!(cop("-2.5").rounded(0), cop("-3"));
    }

    #[test]
    fn more_than_four_decimals_or_too_large_an_amount_is_no_e4() {
        assert!(matches!(
            cop("0.00001").to_e4(),
            Err(ValueError::TooManyDecimals { .. })
        ));
        assert!(matches!(
            cop("922337203685477.5808").to_e4(),
            Err(ValueError::TooLarge { .. })
        ));
        assert!(matches!(
            cop("9223372036854.775808").to_e6(),
            Err(ValueError::TooLarge { .. })
        ));
    }

    proptest! {
        #[test]
        fn scaled_integers_round_trip(scaled: i64) {
            prop_assert_eq!(Money::from_e4(scaled, Currency::Cop).to_e4(), Ok(scaled));
            prop_assert_eq!(Money::from_e6(scaled, Currency::Clf).to_e6(), Ok(scaled));
        }

        #[test]
        fn text_round_trips(scaled: i64, place in 0..Currency::ALL.len()) {
            let money = Money::from_e4(scaled, Currency::ALL[place]);
            prop_assert_eq!(money.to_string().parse(), Ok(money));
        }
    }
}
