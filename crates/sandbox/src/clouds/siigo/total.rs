//! SIIGO's rule for totals: the base of a line rounded to two decimals, each tax on that base
//! rounded to two decimals, and the sum of the lines.

use rust_decimal::{Decimal, RoundingStrategy};

/// What happens to an exact half. The documentation does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halves {
    /// Away from zero, as all documented samples come out.
    #[default]
    Up,
    /// To the even neighbour.
    Even,
}

impl Halves {
    /// Rounds to so many decimals.
    pub(crate) fn round(self, value: Decimal, decimals: u32) -> Decimal {
        let strategy = match self {
            Halves::Up => RoundingStrategy::MidpointAwayFromZero,
            Halves::Even => RoundingStrategy::MidpointNearestEven,
        };
        value.round_dp_with_strategy(decimals, strategy)
    }
}

/// The price of a unit.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UnitPrice {
    /// Before taxes.
    Net(Decimal),
    /// With IVA in it.
    WithIva(Decimal),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Discount {
    Percent(Decimal),
    Value(Decimal),
}

/// A line that adds up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sum {
    /// Before taxes, of one unit; as precise as it was computed.
    pub(crate) unit: Decimal,
    pub(crate) discount: Decimal,
    pub(crate) base: Decimal,
    /// One for each tax.
    pub(crate) taxes: Vec<Decimal>,
    pub(crate) total: Decimal,
}

/// Adds a line up. `taxes` are percentages, and whether each is an IVA. `tax_base` stands in for the
/// base of what is given away.
pub(crate) fn line(
    halves: Halves,
    quantity: Decimal,
    price: UnitPrice,
    discount: Option<Discount>,
    taxes: &[(Decimal, bool)],
    tax_base: Option<Decimal>,
) -> Option<Sum> {
    let hundred = Decimal::ONE_HUNDRED;
    let iva: Decimal = taxes
        .iter()
        .filter(|(_, is_iva)| *is_iva)
        .map(|(percentage, _)| *percentage)
        .sum();
    // Divided last, so that a price that divides evenly stays exact.
    let (unit, gross) = match price {
        UnitPrice::Net(net) => (net, quantity.checked_mul(net)?),
        UnitPrice::WithIva(with) => {
            let divisor = hundred.checked_add(iva)?;
            let all = quantity.checked_mul(with)?.checked_mul(hundred)?;
            (
                with.checked_mul(hundred)?.checked_div(divisor)?,
                all.checked_div(divisor)?,
            )
        }
    };
    let off = match discount {
        None => Decimal::ZERO,
        Some(Discount::Percent(percent)) => gross.checked_mul(percent)?.checked_div(hundred)?,
        Some(Discount::Value(value)) => value,
    };
    let base = halves.round(gross.checked_sub(off)?, 2);
    let taxed = tax_base.unwrap_or(base);
    let taxes: Vec<Decimal> = taxes
        .iter()
        .map(|(percentage, _)| {
            Some(halves.round(taxed.checked_mul(*percentage)?.checked_div(hundred)?, 2))
        })
        .collect::<Option<_>>()?;
    let total = taxes
        .iter()
        .try_fold(base, |sum, tax| sum.checked_add(*tax))?;
    Some(Sum {
        unit,
        discount: halves.round(off, 2),
        base,
        taxes,
        total,
    })
}

#[cfg(test)]
mod tests {
    use super::{Discount, Halves, UnitPrice, line};
    use rust_decimal::Decimal;

    fn sum(quantity: &str, price: UnitPrice, discount: Option<Discount>) -> [String; 3] {
        let iva = [(Decimal::new(19, 0), true)];
        let sum = line(
            Halves::Up,
            quantity.parse().unwrap(),
            price,
            discount,
            &iva,
            None,
        )
        .unwrap();
        [sum.base, sum.taxes[0], sum.total].map(|amount| format!("{amount:.2}"))
    }

    fn net(text: &str) -> UnitPrice {
        UnitPrice::Net(text.parse().unwrap())
    }

    #[test]
    fn the_documented_samples_come_out() {
        assert_eq!(
            sum("2", net("1069.77"), None),
            ["2139.54", "406.51", "2546.05"]
        );
        assert_eq!(sum("1", net("1069.77"), None)[2], "1273.03");
        let off = Some(Discount::Value(Decimal::new(50, 0)));
        assert_eq!(sum("10", net("100"), off), ["950.00", "180.50", "1130.50"]);
        let five = Some(Discount::Percent(Decimal::new(5, 0)));
        assert_eq!(sum("10", net("100"), five), ["950.00", "180.50", "1130.50"]);
        let with = UnitPrice::WithIva(Decimal::new(10_000, 0));
        assert_eq!(sum("1", with, None), ["8403.36", "1596.64", "10000.00"]);
    }

    #[test]
    fn an_exact_half_goes_where_it_was_told() {
        let half = Decimal::new(2_125, 3);
        assert_eq!(Halves::Up.round(half, 2), Decimal::new(213, 2));
        assert_eq!(Halves::Even.round(half, 2), Decimal::new(212, 2));
    }
}
