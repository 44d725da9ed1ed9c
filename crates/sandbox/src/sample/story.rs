//! What a sample company did in a year: documents by day, with seasons, returns and mistakes.

use super::dice::Dice;
use super::rows::{Article, Document, Line, Transfer, TransferLine, amount_e4};
use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

/// Percent of an average month that is sold in each month: December is best, January worst.
const MONTHS: [u64; 12] = [62, 78, 96, 92, 105, 98, 88, 95, 102, 110, 124, 150];

/// Kinds of document, in thousandths. NI, PV and ZX have no known meaning.
const KINDS: [(&str, u64); 10] = [
    ("FV", 620),
    ("FC", 140),
    ("DV", 45),
    ("DC", 20),
    ("RE", 55),
    ("RS", 45),
    ("PC", 30),
    ("NI", 20),
    ("PV", 15),
    ("ZX", 10),
];

/// The year in course is written until here; the one before is complete.
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 20);

/// Makes the documents of one company in one year, in the order in which they were typed.
#[derive(Debug)]
pub(crate) struct Story<'a> {
    dice: Dice,
    articles: &'a [Article],
    parties: u64,
    places: u64,
    days: Vec<(NaiveDate, u64)>,
    total_weight: u64,
    target_lines: u64,
    day: usize,
    weight_passed: u64,
    next_document: i32,
    next_line: i32,
}

impl<'a> Story<'a> {
    /// About `lines` lines (and exactly so many, but for the last document).
    pub(crate) fn new(
        (seed, company, year): (u64, u64, i32),
        articles: &'a [Article],
        (parties, places): (usize, usize),
        lines: u64,
    ) -> Self {
        let days = working_days(year, 10 + company * 7);
        Story {
            dice: Dice::new(seed, &[company, 3, u64::from(year.unsigned_abs())]),
            articles,
            parties: parties as u64,
            places: places as u64,
            total_weight: days.iter().map(|(_, weight)| weight).sum(),
            days,
            target_lines: lines,
            day: 0,
            weight_passed: 0,
            next_document: 1,
            next_line: 1,
        }
    }

    /// The last ids that were given, of a document and of a line.
    pub(crate) fn last_ids(&self) -> (i32, i32) {
        (self.next_document - 1, self.next_line - 1)
    }

    /// How many lines there should be at the end of today.
    fn due(&self) -> u64 {
        let today = self.days.get(self.day).map_or(0, |(_, weight)| *weight);
        let passed = u128::from(self.weight_passed + today);
        let due = u128::from(self.target_lines) * passed / u128::from(self.total_weight.max(1));
        u64::try_from(due).unwrap_or(u64::MAX)
    }

    fn written(&self) -> u64 {
        u64::from((self.next_line - 1).unsigned_abs())
    }

    fn document(&mut self, day: NaiveDate) -> Document {
        let kind = self.kind();
        let date = day.and_time(NaiveTime::MIN);
        let typed = date + TimeDelta::seconds(self.dice.between(7 * 3600, 19 * 3600));
        let posted = (!self.dice.percent(3)).then_some(typed);
        let voided = self.dice.percent(2).then(|| typed + TimeDelta::hours(2));
        let party = i32::try_from(1 + self.dice.below(self.parties)).unwrap_or(1);
        let id = self.next_document;
        self.next_document += 1;
        let left = self.target_lines.saturating_sub(self.written()).max(1);
        let count = (1 + self.dice.below(9)).min(left);
        let lines = (0..count).filter_map(|_| self.line(day)).collect();
        Document {
            id,
            kind,
            date: Some(date),
            posted,
            voided,
            party,
            lines,
            has_header: true,
        }
    }

    fn kind(&mut self) -> &'static str {
        let mut roll = self.dice.below(KINDS.iter().map(|(_, share)| share).sum());
        for (kind, share) in KINDS {
            if roll < share {
                return kind;
            }
            roll -= share;
        }
        "FV"
    }

    fn line(&mut self, day: NaiveDate) -> Option<Line> {
        let article = self.article(day)?;
        let place = i32::try_from(1 + self.dice.below(self.places)).unwrap_or(1);
        let quantity_e6 = quantity(&mut self.dice);
        let (id, price_e4) = (self.next_line, article.price_e4);
        self.next_line += 1;
        let total_e4 = amount_e4(quantity_e6, price_e4);
        let cost_e4 = amount_e4(600_000, total_e4);
        Some(Line {
            id,
            article: article.id,
            place: Some(place),
            quantity_e6,
            price_e4,
            total_e4,
            cost_e4,
        })
    }

    /// Favourites sell more, and each article sells more in its own season.
    fn article(&mut self, day: NaiveDate) -> Option<&'a Article> {
        let mut choice = None;
        for _ in 0..3 {
            let article = self
                .articles
                .get(self.dice.favourite(self.articles.len()))?;
            choice = Some(article);
            if self
                .dice
                .percent(MONTHS[(day.month0() as usize + article.season) % 12] * 2 / 3)
            {
                break;
            }
        }
        choice
    }
}

impl Iterator for Story<'_> {
    type Item = Document;

    fn next(&mut self) -> Option<Document> {
        while self.written() >= self.due() {
            self.weight_passed += self.days.get(self.day)?.1;
            self.day += 1;
        }
        let (day, _) = *self.days.get(self.day)?;
        Some(self.document(day))
    }
}

/// Transfers between places, a few every week.
pub(crate) fn transfers(
    (seed, company, year): (u64, u64, i32),
    articles: usize,
    places: usize,
    count: usize,
) -> Vec<Transfer> {
    let mut dice = Dice::new(seed, &[company, 4, u64::from(year.unsigned_abs())]);
    let days = working_days(year, 0);
    let mut next_line = 0;
    (1..=i32::try_from(count).unwrap_or(i32::MAX))
        .map(|id| {
            let index = (usize::try_from(id).unwrap_or(0) - 1) * days.len() / count.max(1);
            let date = days.get(index).map(|(day, _)| day.and_time(NaiveTime::MIN));
            let typed = date.map(|date| date + TimeDelta::seconds(dice.between(28_800, 61_200)));
            let from = dice.between(1, places as i64);
            let to = 1 + (from + dice.between(0, places as i64 - 2)) % places as i64;
            let lines = (0..1 + dice.below(4))
                .map(|_| {
                    next_line += 1;
                    let article = i32::try_from(1 + dice.favourite(articles)).unwrap_or(1);
                    let quantity_e6 = quantity(&mut dice);
                    let cost_e4 = amount_e4(quantity_e6, 80_000_000);
                    TransferLine {
                        id: next_line,
                        article,
                        quantity_e6,
                        cost_e4,
                    }
                })
                .collect();
            Transfer {
                id,
                date,
                posted: typed.filter(|_| id % 25 != 0),
                voided: typed.filter(|_| id % 40 == 0),
                from: i32::try_from(from).ok(),
                to: i32::try_from(to).ok(),
                lines,
            }
        })
        .collect()
}

/// Mostly whole, sometimes not: halves, eighths, thirds.
pub(crate) fn quantity(dice: &mut Dice) -> i64 {
    match dice.below(20) {
        0 => 1_500_000,
        1 => 125_000,
        2 => 2_333_333,
        3 => dice.between(1, 9_999_999),
        _ => (1 + dice.below(12).min(dice.below(12)).cast_signed()) * 1_000_000,
    }
}

fn working_days(year: i32, growth_percent: u64) -> Vec<(NaiveDate, u64)> {
    let Some(first) = NaiveDate::from_ymd_opt(year, 1, 2) else {
        return Vec::new();
    };
    first
        .iter_days()
        .take_while(|day| day.year() == year && LAST_DAY.is_none_or(|last| *day <= last))
        .filter_map(|day| {
            let weekday = match day.weekday() {
                Weekday::Sun => return None,
                Weekday::Sat => 50,
                Weekday::Mon | Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Fri => 100,
            };
            let growth = 365 * 100 + growth_percent * u64::from(day.ordinal0());
            Some((day, MONTHS[day.month0() as usize] * weekday * growth))
        })
        .collect()
}

/// A day and a time.
pub(crate) fn moment(year: i32, month: u32, day: u32, hour: u32) -> Option<NaiveDateTime> {
    NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, 0, 0)
}
