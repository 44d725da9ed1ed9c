//! Monthly quantities of many articles.

use crate::class::Class;
use puente_core::Month;
use std::collections::HashMap;

/// One article's sales in one month, as the warehouse sums them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Code of the article, as the ERP writes it.
    pub article: String,
    /// Year × 100 + month; 0 for documents without a date.
    pub month: i32,
    /// Quantity × 10^6; returns are negative.
    pub quantity_e6: i64,
    /// Money × 10^4; returns are negative.
    pub total_e4: i64,
}

/// What is known of an article beside its sales.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Description.
    pub description: String,
    /// Unit of its quantities.
    pub unit: String,
    /// Code of its group: the article's type.
    pub group: String,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Code, trimmed; the first of several that differ in case only.
    pub code: String,
    /// The rest.
    pub about: About,
    /// The number of its warehouse among the panel's, 0 for all of them together.
    pub place: u32,
    /// The month of its first sale, counted from the panel's first.
    pub start: usize,
    /// Quantities in the article's unit, from the first sale to the panel's last month. Never negative.
    pub months: Vec<f64>,
    /// Mean price of each of those months, 0 where nothing was sold.
    pub prices: Vec<f32>,
    /// What was sold in the last twelve months, money × 10^4.
    pub year_e4: i64,
    /// The last price at which it was sold, money × 10^4.
    pub price_e4: i64,
}

impl Series {
    /// The months that end before month `end` of the panel.
    pub fn until(&self, end: usize) -> &[f64] {
        &self.months[..end.saturating_sub(self.start).min(self.months.len())]
    }

    /// The months from `from` until before `to` of the panel.
    pub fn between(&self, from: usize, to: usize) -> &[f64] {
        let last = self.months.len();
        let at = |month: usize| month.saturating_sub(self.start).min(last);
        &self.months[at(from)..at(to)]
    }

    /// How it sells.
    pub fn class(&self) -> Class {
        Class::of(&self.months)
    }
}

/// What was left out of a panel.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, ts_rs::TS,
)]
#[ts(rename = "PanelNotes")]
pub struct Notes {
    /// Cells without a date.
    pub undated: u64,
    /// Cells of the running month or later.
    pub not_over: u64,
    /// Cells of years that can't be.
    pub impossible: u64,
    /// Months in which more was returned than sold: they count as zero.
    pub negative_months: u64,
    /// Codes that differ from another in case or in outer spaces only: they were joined.
    pub joined_codes: u64,
    /// Articles that were never sold, returns deducted.
    pub never_sold: u64,
}

/// Articles over the same months.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// Months since year 0 of the first month.
    pub first: i32,
    /// How many months.
    pub len: usize,
    /// Articles with a sale, by code.
    pub series: Vec<Series>,
    /// What was left out.
    pub notes: Notes,
}

/// The earliest year that counts: what is older was typed wrong.
const FIRST_YEAR: i32 = 1990;

impl Panel {
    /// Gathers cells. `running` is the month in course: it and what comes after are left out. Months without
    /// a sale are zeros, from an article's first sale to the last month before `running` (or to the panel's
    /// last sale, when the data ends before).
    pub fn gather(cells: &[Cell], about: &HashMap<String, About>, running: Month) -> Panel {
        let running = months_since_zero(running.number());
        let mut notes = Notes::default();
        let mut articles: HashMap<String, Gathered> = HashMap::new();
        let mut spelled: HashMap<String, std::collections::HashSet<&str>> = HashMap::new();
        for cell in cells {
            if cell.month == 0 {
                notes.undated += 1;
                continue;
            }
            let (year, month) = (cell.month / 100, cell.month % 100);
            if year < FIRST_YEAR || !(1..=12).contains(&month) {
                notes.impossible += 1;
                continue;
            }
            let at = months_since_zero(cell.month);
            if at >= running {
                notes.not_over += 1;
                continue;
            }
            let key = key_of(&cell.article);
            spelled
                .entry(key.clone())
                .or_default()
                .insert(cell.article.as_str());
            let found = articles
                .entry(key)
                .or_insert_with(|| Gathered::named(&cell.article));
            found.add(at, cell);
        }
        notes.joined_codes = spelled.values().map(|codes| codes.len() as u64 - 1).sum();
        Panel::of_articles(articles, about, running, notes)
    }

    fn of_articles(
        articles: HashMap<String, Gathered>,
        about: &HashMap<String, About>,
        running: i32,
        mut notes: Notes,
    ) -> Panel {
        let cells = |article: &Gathered| article.months.keys().copied().collect::<Vec<_>>();
        let first = articles.values().flat_map(cells).min().unwrap_or(running);
        let last = articles
            .values()
            .flat_map(cells)
            .max()
            .unwrap_or(running - 1);
        // An office that stopped extracting: its missing months are unknown, not zero.
        let end = (last + 1).min(running);
        let len = usize::try_from(end - first).unwrap_or(0);
        let mut series: Vec<Series> = Vec::with_capacity(articles.len());
        for (key, article) in articles {
            match article.series(first, end, &mut notes) {
                Some(mut found) => {
                    found.about = about.get(&key).cloned().unwrap_or_default();
                    series.push(found);
                }
                None => notes.never_sold += 1,
            }
        }
        series.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        Panel {
            first,
            len,
            series,
            notes,
        }
    }

    /// The month at that place, year × 100 + month.
    pub fn month(&self, at: usize) -> i32 {
        month_number(self.first + at as i32)
    }

    /// The month of the year at that place, 0 to 11.
    pub fn month_of_year(&self, at: usize) -> usize {
        (self.first + at as i32).rem_euclid(12) as usize
    }

    /// SHA-256 of all that forecasts depend on, in hexadecimal.
    pub fn hash(&self) -> String {
        use sha2::{Digest, Sha256};
        let mut digest = Sha256::new();
        digest.update(self.first.to_le_bytes());
        digest.update((self.len as u64).to_le_bytes());
        for series in &self.series {
            digest.update(series.code.as_bytes());
            digest.update([0]);
            digest.update(series.about.group.as_bytes());
            digest.update((series.start as u64).to_le_bytes());
            for (quantity, price) in series.months.iter().zip(&series.prices) {
                digest.update(quantity.to_le_bytes());
                digest.update(price.to_le_bytes());
            }
        }
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// What joins codes that differ in case or outer spaces only.
pub fn key_of(code: &str) -> String {
    code.trim().to_uppercase()
}

/// Months since year 0 of a year × 100 + month.
pub fn months_since_zero(number: i32) -> i32 {
    number / 100 * 12 + number % 100 - 1
}

/// The reverse of [`months_since_zero`].
pub fn month_number(months: i32) -> i32 {
    months.div_euclid(12) * 100 + months.rem_euclid(12) + 1
}

struct Gathered {
    code: String,
    /// Quantity × 10^6 and money × 10^4. Sums of 64-bit cells fit 128 bits.
    months: HashMap<i32, (i128, i128)>,
}

impl Gathered {
    fn named(code: &str) -> Gathered {
        Gathered {
            code: code.trim().to_owned(),
            months: HashMap::new(),
        }
    }

    fn add(&mut self, at: i32, cell: &Cell) {
        // The same name whatever the order in which the cells come.
        if cell.article.trim() < self.code.as_str() {
            cell.article.trim().clone_into(&mut self.code);
        }
        let month = self.months.entry(at).or_default();
        month.0 += i128::from(cell.quantity_e6);
        month.1 += i128::from(cell.total_e4);
    }

    fn series(self, first: i32, end: i32, notes: &mut Notes) -> Option<Series> {
        let sold = |month: &&i32| {
            self.months
                .get(*month)
                .is_some_and(|(quantity, _)| *quantity > 0)
        };
        let start = self.months.keys().filter(sold).copied().min()?;
        let mut series = Series {
            code: self.code,
            start: usize::try_from(start - first).unwrap_or(0),
            ..Series::default()
        };
        for month in start..end {
            let (quantity, money) = self.months.get(&month).copied().unwrap_or_default();
            if quantity < 0 {
                notes.negative_months += 1;
            }
            let quantity = quantity.max(0);
            series.months.push(quantity as f64 / 1e6);
            let price_e4 = if quantity > 0 && money > 0 {
                money * 1_000_000 / quantity
            } else {
                0
            };
            series.prices.push((price_e4 as f64 / 1e4) as f32);
            if price_e4 > 0 {
                series.price_e4 = i64::try_from(price_e4).unwrap_or(i64::MAX);
            }
            if month >= end - 12 {
                let sum = i128::from(series.year_e4) + money;
                series.year_e4 = i64::try_from(sum).unwrap_or(i64::MAX);
            }
        }
        Some(series)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(article: &str, month: i32, quantity: i64, money: i64) -> Cell {
        Cell {
            article: article.to_owned(),
            month,
            quantity_e6: quantity * 1_000_000,
            total_e4: money * 10_000,
        }
    }

    fn gather(cells: &[Cell]) -> Panel {
        Panel::gather(cells, &HashMap::new(), Month::from_number(202_611).unwrap())
    }

    #[test]
    fn months_without_a_sale_are_zeros_from_the_first_sale_on() {
        let panel = gather(&[
            cell("A", 202_601, 5, 50),
            cell("A", 202_604, 2, 30),
            cell("B", 202_610, 1, 9),
        ]);
        let a = &panel.series[0];
        assert_eq!((panel.len, panel.month(0), a.start), (10, 202_601, 0));
        assert_eq!(a.months[..4], [5.0, 0.0, 0.0, 2.0]);
        assert_eq!(a.months.len(), 10);
        assert_eq!((a.price_e4, a.year_e4), (150_000, 800_000));
        assert_eq!(
            (panel.series[1].start, panel.series[1].months.len()),
            (9, 1)
        );
    }

    #[test]
    fn the_running_month_the_future_and_the_impossible_are_left_out() {
        let panel = gather(&[
            cell("A", 202_610, 5, 1),
            cell("A", 202_611, 9, 1),
            cell("A", 220_603, 9, 1),
            cell("A", 0, 9, 1),
            cell("A", 1_801, 9, 1),
        ]);
        assert_eq!(panel.series[0].months, vec![5.0]);
        assert_eq!(
            (
                panel.notes.not_over,
                panel.notes.undated,
                panel.notes.impossible
            ),
            (2, 1, 1)
        );
    }

    #[test]
    fn returns_are_netted_and_a_month_never_is_below_zero() {
        let panel = gather(&[
            cell("A", 202_608, 5, 10),
            cell("A", 202_608, -2, -4),
            cell("A", 202_609, -3, -6),
            cell("A", 202_610, 1, 2),
            cell("R", 202_609, -1, -1),
        ]);
        assert_eq!(panel.series[0].months, vec![3.0, 0.0, 1.0]);
        assert_eq!(
            (panel.notes.negative_months, panel.notes.never_sold),
            (1, 1)
        );
    }

    #[test]
    fn codes_that_differ_in_case_are_one_article() {
        let panel = gather(&[cell("ab-1", 202_609, 5, 1), cell(" AB-1 ", 202_609, 2, 1)]);
        assert_eq!(panel.series.len(), 1);
        assert!((panel.series[0].months[0] - 7.0).abs() < 1e-9);
        assert_eq!(
            (panel.series[0].code.as_str(), panel.notes.joined_codes),
            ("AB-1", 1)
        );
    }

    #[test]
    fn nothing_at_all_is_an_empty_panel() {
        let panel = gather(&[]);
        assert!(panel.series.is_empty() && panel.len == 0);
        assert_eq!(panel.hash().len(), 64);
    }

    #[test]
    fn sums_beyond_64_bits_and_a_price_of_zero_do_no_harm() {
        let huge = Cell {
            quantity_e6: i64::MAX,
            total_e4: i64::MAX,
            ..cell("A", 202_609, 0, 0)
        };
        let panel = gather(&[huge.clone(), huge, cell("B", 202_609, 4, 0)]);
        assert!(panel.series[0].months[0] > 1.8e13);
        assert_eq!(panel.series[1].price_e4, 0);
    }
}
