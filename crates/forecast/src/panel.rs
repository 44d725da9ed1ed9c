//! Monthly quantities of many articles.

use crate::class::Class;
use puente_core::Month;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// One article's sales in one month, as the warehouse sums them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// Code of the article, as the ERP writes it.
    pub article: String,
    /// Code of the ERP's warehouse, empty for sales without one; `None` for all of them together.
    pub place: Option<String>,
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

/// A warehouse of the ERP.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "ForecastPlace")]
pub struct Place {
    /// Code; empty for what was sold from none.
    pub code: String,
    /// Name.
    pub name: String,
}

/// One article, of one warehouse where each is looked at apart.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Code, trimmed; the first of several that differ in case only.
    pub code: String,
    /// The rest.
    pub about: About,
    /// The number of its warehouse among the panel's, from 1 on; 0 for all of them together.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
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
    /// Articles with a sale, by code and warehouse.
    pub series: Vec<Series>,
    /// The warehouses, by code, where each is looked at apart; else none.
    pub places: Vec<Place>,
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
        let mut gathered = Gathered::default();
        for cell in cells {
            if let Some(at) = gathered.notes.month_of(cell, running) {
                gathered.add(at, cell);
            }
        }
        gathered.panel(about, running)
    }

    /// Gives the warehouses their names, by [`key_of`] their code.
    pub fn name_places(&mut self, names: &HashMap<String, String>) {
        for place in &mut self.places {
            if let Some(name) = names.get(&key_of(&place.code)) {
                name.clone_into(&mut place.name);
            }
        }
    }

    /// The warehouse of a series, where each is looked at apart.
    pub fn place_of(&self, series: &Series) -> Option<&Place> {
        let at = usize::try_from(series.place).ok()?.checked_sub(1)?;
        self.places.get(at)
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
            if let Some(place) = self.place_of(series) {
                digest.update(place.code.as_bytes());
                digest.update([0]);
            }
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

impl Notes {
    /// The month of a cell, counted from year 0, or why it has none that counts.
    fn month_of(&mut self, cell: &Cell, running: i32) -> Option<i32> {
        let (year, month) = (cell.month / 100, cell.month % 100);
        let at = months_since_zero(cell.month);
        if cell.month == 0 {
            self.undated += 1;
        } else if year < FIRST_YEAR || !(1..=12).contains(&month) {
            self.impossible += 1;
        } else if at >= running {
            self.not_over += 1;
        } else {
            return Some(at);
        }
        None
    }
}

/// How a code was written: each way, the first one in order names it.
type Spellings<'a> = HashSet<&'a str>;

fn name_of(spellings: &Spellings<'_>) -> String {
    let trimmed = spellings.iter().map(|spelling| spelling.trim());
    trimmed.min().unwrap_or_default().to_owned()
}

/// Cells by article and warehouse. A code is one whatever its case, and has one name in all warehouses.
#[derive(Default)]
struct Gathered<'a> {
    months: HashMap<(String, Option<String>), Months>,
    articles: HashMap<String, Spellings<'a>>,
    places: BTreeMap<String, Spellings<'a>>,
    notes: Notes,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, at: i32, cell: &'a Cell) {
        let article = key_of(&cell.article);
        let place = cell.place.as_deref().map(key_of);
        if let (Some(key), Some(code)) = (&place, &cell.place) {
            self.places.entry(key.clone()).or_default().insert(code);
        }
        self.articles
            .entry(article.clone())
            .or_default()
            .insert(&cell.article);
        self.months
            .entry((article, place))
            .or_default()
            .add(at, cell);
    }

    fn panel(mut self, about: &HashMap<String, About>, running: i32) -> Panel {
        let all = || self.months.values().flat_map(|months| months.0.keys());
        let first = all().min().copied().unwrap_or(running);
        // An office that stopped extracting: its missing months are unknown, not zero.
        let end = all().max().map_or(running, |last| (last + 1).min(running));
        let numbers: HashMap<&String, u32> = self.places.keys().zip(1..).collect();
        let mut series: Vec<Series> = Vec::with_capacity(self.months.len());
        for ((article, place), months) in self.months {
            let Some(mut found) = months.series(first, end, &mut self.notes) else {
                self.notes.never_sold += 1;
                continue;
            };
            found.code = self.articles.get(&article).map(name_of).unwrap_or_default();
            found.about = about.get(&article).cloned().unwrap_or_default();
            found.place = place.map_or(0, |place| numbers.get(&place).copied().unwrap_or(0));
            series.push(found);
        }
        series.sort_unstable_by(|a, b| (&a.code, a.place).cmp(&(&b.code, b.place)));
        let joined = self.articles.values().map(|codes| codes.len() as u64 - 1);
        self.notes.joined_codes = joined.sum();
        let place = |spellings| Place {
            code: name_of(spellings),
            name: String::new(),
        };
        Panel {
            first,
            len: usize::try_from(end - first).unwrap_or(0),
            series,
            places: self.places.values().map(place).collect(),
            notes: self.notes,
        }
    }
}

/// Quantity × 10^6 and money × 10^4 by month. Sums of 64-bit cells fit 128 bits.
#[derive(Default)]
struct Months(HashMap<i32, (i128, i128)>);

impl Months {
    fn add(&mut self, at: i32, cell: &Cell) {
        let month = self.0.entry(at).or_default();
        month.0 += i128::from(cell.quantity_e6);
        month.1 += i128::from(cell.total_e4);
    }

    fn series(self, first: i32, end: i32, notes: &mut Notes) -> Option<Series> {
        let sold = |month: &&i32| {
            self.0
                .get(*month)
                .is_some_and(|(quantity, _)| *quantity > 0)
        };
        let start = self.0.keys().filter(sold).copied().min()?;
        let mut series = Series {
            start: usize::try_from(start - first).unwrap_or(0),
            ..Series::default()
        };
        for month in start..end {
            let (quantity, money) = self.0.get(&month).copied().unwrap_or_default();
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
            ..Cell::default()
        }
    }

    fn from(place: &str, cell: Cell) -> Cell {
        Cell {
            place: Some(place.to_owned()),
            ..cell
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
    fn each_warehouse_has_articles_of_its_own_and_a_code_has_one_name() {
        let mut panel = gather(&[
            from("02", cell("ab-1", 202_609, 5, 10)),
            from("01", cell("AB-1", 202_610, 2, 4)),
            from(" 02 ", cell("Ab-1", 202_610, 1, 2)),
            from("", cell("ab-1", 202_610, 4, 8)),
            from("03", cell("ab-1", 202_610, -4, -8)),
        ]);
        panel.name_places(&HashMap::from([("02".to_owned(), "NORTE".to_owned())]));
        let rows: Vec<_> = panel
            .series
            .iter()
            .map(|series| {
                let place = panel.place_of(series).unwrap();
                (
                    series.code.as_str(),
                    place.code.as_str(),
                    &series.months[..],
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("AB-1", "", &[4.0][..]),
                ("AB-1", "01", &[2.0]),
                ("AB-1", "02", &[5.0, 1.0])
            ]
        );
        assert_eq!(panel.places[2].name, "NORTE");
        assert_eq!((panel.notes.joined_codes, panel.notes.never_sold), (2, 1));
    }

    #[test]
    fn the_hash_tells_warehouses_apart() {
        let of = |place| gather(&[from(place, cell("A", 202_610, 4, 8))]).hash();
        let together = gather(&[cell("A", 202_610, 4, 8)]).hash();
        assert!(of("01") != of("02") && of("01") != together);
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
