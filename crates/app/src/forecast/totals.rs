//! All articles together, and whether there is enough to forecast from.

use super::ask::{fitting, open, text_of};
use super::places::Places;
use super::training::{LEAST_MONTHS, YEAR_AHEAD, sales_of};
use super::{nit_of, registry_of};
use crate::amounts::Amount;
use crate::{App, Result, settings};
use puente_core::{Error, Month};
use puente_forecast::totals::{Coverage, Range, Spread, Sum};
use puente_forecast::train::Verdict;
use puente_forecast::{Article, Class, panel};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which articles to add up.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ForecastTotalsOf", optional_fields = nullable)]
pub struct TotalsOf {
    /// All companies of this NIT.
    pub nit: String,
    /// A part of code or description, whatever the case; empty for all.
    #[ts(as = "Option<String>", optional)]
    pub text: String,
    /// Of this class only.
    pub class: Option<Class>,
    /// Of these warehouses; of all of them together when left out.
    #[ts(as = "Option<Places>", optional)]
    pub places: Places,
}

/// A month of all articles, each at its last price: quantities of different units can't be added.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastTotalMonth")]
pub struct TotalMonth {
    /// `2026-11`.
    pub month: String,
    /// What was sold; absent in months to come.
    pub sold: Option<Amount>,
    /// What is expected; absent in the past.
    pub expected: Option<Amount>,
    /// Eight times in ten it lies between these; absent in the past, and where nothing was forecast of it that is
    /// known by now.
    pub bounds: Option<Bounds>,
}

/// Between these lies a sum eight times in ten: one time in ten it is less, one time in ten more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ForecastBounds")]
pub struct Bounds {
    /// The lower one.
    pub low: Amount,
    /// The upper one.
    pub high: Amount,
}

/// All months to come, added up.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastTotalAhead")]
pub struct TotalAhead {
    /// How many months.
    pub months: usize,
    /// What is expected.
    pub expected: Amount,
    /// As in a month.
    pub bounds: Option<Bounds>,
    /// How often such bounds held in the past, each from the other forecasts of the past.
    pub coverage: Coverage,
}

/// How many articles are of a class.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastClassCount")]
pub struct ClassCount {
    /// The class.
    pub class: Class,
    /// Its articles.
    pub articles: usize,
}

/// Articles added up.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastTotals")]
pub struct Totals {
    /// Articles that fit.
    pub articles: usize,
    /// Of them, those without a price: they are in no month.
    pub unpriced: usize,
    /// Of them, those with too little history for more than a mean.
    pub guesses: usize,
    /// Of them, those whose model is better than the same month of last year.
    pub better: usize,
    /// Of them, those whose model is about as good.
    pub same: usize,
    /// Of them, those whose model is worse.
    pub worse: usize,
    /// Of them, by class.
    pub classes: Vec<ClassCount>,
    /// Month by month.
    pub months: Vec<TotalMonth>,
    /// The months to come, together.
    pub ahead: TotalAhead,
}

/// Of which NIT.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ForecastOfNit")]
pub struct OfNit {
    /// All companies of this NIT.
    pub nit: String,
    /// Against the model that forecasts each warehouse apart.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub by_place: bool,
}

/// The history that there is to learn from.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastHistory")]
pub struct History {
    /// Complete months, from the first with sales to the last.
    pub months: usize,
    /// The first of them, `2025-01`.
    pub first: Option<String>,
    /// The last of them.
    pub last: Option<String>,
    /// The fewest that a training needs.
    pub least: usize,
    /// So many for a forecast of a whole year; with less, half of one.
    pub year_ahead: usize,
    /// Codes of documents that count as sales or their returns here.
    pub documents: Vec<String>,
    /// Complete months that the active model does not know.
    pub unseen: usize,
}

/// Adds up the articles of the active model of a NIT.
///
/// # Errors
/// That there is no model, or that it is damaged.
pub fn totals(app: &App, request: TotalsOf) -> Result<Totals> {
    let (model, articles) = open(app, &request.nit, &request.places)?;
    let found = fitting(&articles, &request.text, request.class, &request.places);
    let first = panel::months_since_zero(model.meta.first_month);
    let last = panel::months_since_zero(model.meta.last_month);
    let known = usize::try_from(last - first + 1).unwrap_or(0);
    let mut sums = vec![0_i128; known + model.meta.horizon];
    for article in &found {
        let start = panel::months_since_zero(article.first_month) - first;
        let months = article.history.iter().chain(&article.forecast.expected);
        for (at, quantity) in months.enumerate() {
            let place = usize::try_from(start).unwrap_or(0) + at;
            if let Some(sum) = sums.get_mut(place) {
                *sum = sum.saturating_add(worth(article, *quantity));
            }
        }
    }
    let (bounds, ahead) = ahead_of(&found, &sums[known..]);
    let months = sums.into_iter().enumerate().map(|(at, sum)| TotalMonth {
        month: text_of(model.meta.first_month, at),
        sold: (at < known).then(|| Amount::from(sum)),
        expected: (at >= known).then(|| Amount::from(sum)),
        bounds: at.checked_sub(known).and_then(|at| bounds.get(at)).copied(),
    });
    let count = |fits: &dyn Fn(&Article) -> bool| found.iter().filter(|one| fits(one)).count();
    let judged = |wanted: Verdict| count(&|article| article.verdict == wanted);
    Ok(Totals {
        articles: found.len(),
        unpriced: count(&|article| article.price_e4 <= 0),
        guesses: count(&Article::is_guess),
        better: judged(Verdict::Better),
        same: judged(Verdict::Same),
        worse: judged(Verdict::Worse),
        classes: Class::ALL
            .into_iter()
            .map(|class| ClassCount {
                class,
                articles: count(&|article| article.class == class),
            })
            .collect(),
        months: months.collect(),
        ahead,
    })
}

/// The bounds of each month to come, and all of them together.
fn ahead_of(found: &[&Article], expected: &[i128]) -> (Vec<Bounds>, TotalAhead) {
    let priced = found.iter().filter(|article| article.price_e4 > 0);
    let sum = Sum::of(priced.map(|article| (*article, article.price_e4 as f64)));
    let spread = Spread::of(&sum.pasts);
    let months = spread.map(|spread| spread.months(&sum.expected));
    let ahead = TotalAhead {
        months: expected.len(),
        expected: Amount::from(
            expected
                .iter()
                .fold(0_i128, |sum, one| sum.saturating_add(*one)),
        ),
        bounds: spread.map(|spread| bounds_of(spread.sum(&sum.expected))),
        coverage: Coverage::of(&sum.pasts),
    };
    let months = months.unwrap_or_default().into_iter().map(bounds_of);
    (months.collect(), ahead)
}

/// Bounds are estimates: floats until they are written.
fn bounds_of(range: Range) -> Bounds {
    let amount = |value: f64| Amount::from(value.round().clamp(0.0, 1e37) as i128);
    Bounds {
        low: amount(range.low),
        high: amount(range.high),
    }
}

/// Money × 10^4 of a quantity at the last price, from its millionths.
fn worth(article: &Article, quantity: f64) -> i128 {
    let quantity_e6 = (quantity * 1e6).round().clamp(0.0, 9e18) as i128;
    quantity_e6 * i128::from(article.price_e4.max(0)) / 1_000_000
}

/// What there is to learn from.
///
/// # Errors
/// That the NIT is none; those of the warehouse.
pub fn history(app: &App, request: OfNit) -> Result<History> {
    let nit = nit_of(&request.nit)?;
    let (filter, documents) = sales_of(&app.room, &nit)?;
    let today = settings::today(&app.room.state, app.room.clock.as_ref());
    let running = Month::of(today).map_err(|error| Error::invalid("clock", error))?;
    let mut sold: BTreeMap<i32, i128> = BTreeMap::new();
    if let Some(filter) = filter {
        for total in app.room.warehouse.monthly(&filter)? {
            *sold.entry(total.month).or_default() += i128::from(total.quantity_e6);
        }
    }
    sold.retain(|month, quantity| {
        Month::from_number(*month).is_ok() && *month < running.number() && *quantity > 0
    });
    let ends = sold.keys().next().zip(sold.keys().next_back());
    let months = ends.map_or(0, |(first, last)| {
        let months = panel::months_since_zero(*last) - panel::months_since_zero(*first) + 1;
        usize::try_from(months).unwrap_or(0)
    });
    let known = registry_of(app)
        .active(&nit, request.by_place)
        .map_or(0, |model| model.meta.last_month);
    let text = |number: &i32| text_of(*number, 0);
    Ok(History {
        months,
        first: ends.map(|(first, _)| text(first)),
        last: ends.map(|(_, last)| text(last)),
        least: LEAST_MONTHS,
        year_ahead: YEAR_AHEAD,
        documents,
        unseen: if known == 0 {
            0
        } else {
            sold.range(known + 1..).count()
        },
    })
}
