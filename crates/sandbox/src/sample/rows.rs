//! The rows of a sample, before they are in any database. Quantities are scaled by 10^6 and money
//! by 10^4, as in the warehouse.

use chrono::NaiveDateTime;

#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub id: i32,
    pub code: &'static str,
    pub name: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub id: i32,
    pub code: String,
    pub name: Option<String>,
    pub unit: &'static str,
    pub price_e4: i64,
    /// By how many months the article's year is shifted against the company's.
    pub season: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub id: i32,
    pub tax_id: String,
    pub name: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub id: i32,
    pub kind: &'static str,
    pub date: Option<NaiveDateTime>,
    pub posted: Option<NaiveDateTime>,
    pub voided: Option<NaiveDateTime>,
    pub party: i32,
    pub lines: Vec<Line>,
    /// Whether the header is there at all: in one odd document it isn't.
    pub has_header: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: i32,
    pub article: i32,
    pub place: Option<i32>,
    pub quantity_e6: i64,
    pub price_e4: i64,
    pub total_e4: i64,
    pub cost_e4: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub id: i32,
    pub date: Option<NaiveDateTime>,
    pub posted: Option<NaiveDateTime>,
    pub voided: Option<NaiveDateTime>,
    pub from: Option<i32>,
    pub to: Option<i32>,
    pub lines: Vec<TransferLine>,
}

#[derive(Debug, Clone)]
pub(crate) struct TransferLine {
    pub id: i32,
    pub article: i32,
    pub quantity_e6: i64,
    pub cost_e4: i64,
}

/// `quantity * price`, rounded to 4 decimals half away from zero, as the ERP stores a line's total.
pub(crate) fn amount_e4(quantity_e6: i64, price_e4: i64) -> i64 {
    let exact = i128::from(quantity_e6) * i128::from(price_e4);
    let half = 500_000 * exact.signum();
    i64::try_from((exact + half) / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::amount_e4;

    #[test]
    fn an_amount_is_rounded_half_away_from_zero() {
        assert_eq!(amount_e4(2_333_333, 10_000), 23_333, "2.333333 x 1.0000");
        assert_eq!(amount_e4(500_000, 1), 1, "0.5 x 0.0001");
        assert_eq!(amount_e4(-500_000, 1), -1);
    }
}
