//! How SIIGO works a total out (its API reference, "invoices": each line's base is rounded to two
//! decimals, its tax on the rounded base likewise, and the total is their sum). Halves go away from zero.

use rust_decimal::{Decimal, RoundingStrategy};

/// What a line comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineTotal {
    /// Before tax.
    pub base: Decimal,
    /// Tax.
    pub tax: Decimal,
}

impl LineTotal {
    /// With tax.
    pub fn total(&self) -> Decimal {
        self.base + self.tax
    }
}

/// Rounds to `decimals`, halves away from zero.
pub fn rounded(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A line of `quantity` at `price`, less `discount` in all, taxed at `rate` parts in a hundred.
/// `with_tax` says that the price has the tax in it. None where the numbers leave 28 digits.
pub fn line(
    quantity: Decimal,
    price: Decimal,
    with_tax: bool,
    discount: Decimal,
    rate: Decimal,
) -> Option<LineTotal> {
    let hundred = Decimal::ONE_HUNDRED;
    let unit = match with_tax {
        true => price.checked_mul(hundred)?.checked_div(hundred + rate)?,
        false => price,
    };
    let base = rounded(quantity.checked_mul(unit)?.checked_sub(discount)?, 2);
    let tax = rounded(base.checked_mul(rate)?.checked_div(hundred)?, 2);
    Some(LineTotal { base, tax })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn lines_come_to_what_the_reference_shows() {
        for (quantity, price, with_tax, discount, rate, base, tax, total) in [
            (
                "2", "1069.77", false, "0", "19", "2139.54", "406.51", "2546.05",
            ),
            (
                "1", "1069.77", false, "0", "19", "1069.77", "203.26", "1273.03",
            ),
            (
                "10", "100", false, "50", "19", "950.00", "180.50", "1130.50",
            ),
            (
                "1", "10000", true, "0", "19", "8403.36", "1596.64", "10000.00",
            ),
            ("3", "5000", true, "0", "0", "15000", "0", "15000"),
        ] {
            let line = line(d(quantity), d(price), with_tax, d(discount), d(rate)).unwrap();
            assert_eq!(
                (line.base, line.tax),
                (d(base), d(tax)),
                "{quantity} × {price}"
            );
            assert_eq!(line.total(), d(total), "{quantity} × {price}");
        }
    }

    #[test]
    fn numbers_beyond_measure_are_no_panic() {
        assert_eq!(
            line(Decimal::MAX, Decimal::MAX, true, d("1"), d("19")),
            None
        );
    }

    proptest! {
        #[test]
        fn a_price_with_its_tax_comes_to_itself_within_a_cent(
            cents in 1_i64..1_000_000_000, quantity in 1_i64..100, rate in 0_i64..40,
        ) {
            let price = Decimal::new(cents, 2);
            let quantity = Decimal::from(quantity);
            let found = line(quantity, price, true, Decimal::ZERO, Decimal::from(rate)).unwrap();
            let off = (found.total() - price * quantity).abs();
            prop_assert!(off <= d("0.01"), "{price} × {quantity} at {rate}: {}", found.total());
        }
    }
}
