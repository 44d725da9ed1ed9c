//! What is asked of a model: a page of articles, one article, a prediction.

use super::order::{Sort, error_ratio, next_of, order, trend_of};
use super::places::Places;
use super::{ModelRow, nit_of, registry_of};
use crate::amounts::Amount;
use crate::{App, Result};
use puente_core::Error;
use puente_forecast::prophet::{Design, Fit};
use puente_forecast::registry::Model;
use puente_forecast::stock::{self, Advice, Terms};
use puente_forecast::train::Verdict;
use puente_forecast::{Article, Class, Place, panel};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use ts_rs::TS;

/// Months that the table of articles sums.
pub(super) const NEXT: usize = 3;

/// Which articles to list; most money at stake first when no order is given.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ForecastSearch", optional_fields = nullable)]
pub struct Search {
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
    /// Ordered by this; what is not known comes last.
    #[ts(as = "Option<Sort>", optional)]
    pub sort: Sort,
    /// Least first.
    #[ts(as = "Option<bool>", optional)]
    pub ascending: bool,
    /// How many to skip.
    #[ts(as = "Option<usize>", optional)]
    pub offset: usize,
    /// At most so many, 500 at most; 100 when left out.
    pub limit: Option<usize>,
    /// Days from order to arrival; 15 when left out.
    pub lead_days: Option<u32>,
    /// Service level, 0.5 to 0.999; 0.95 when left out.
    pub service: Option<f64>,
}

/// Names an article of a NIT.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ForecastArticleNamed", optional_fields = nullable)]
pub struct One {
    /// All companies of this NIT.
    pub nit: String,
    /// Its code, whatever the case.
    pub article: String,
    /// The code of a warehouse, for the forecast of that one alone.
    pub place: Option<String>,
    /// Days from order to arrival; 15 when left out.
    pub lead_days: Option<u32>,
    /// Service level, 0.5 to 0.999; 0.95 when left out.
    pub service: Option<f64>,
}

/// `predecir_demanda`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ForecastPredict", optional_fields = nullable)]
pub struct Predict {
    /// All companies of this NIT.
    pub nit: String,
    /// Codes, whatever the case; none for all articles.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub articles: Vec<String>,
    /// Of these warehouses; of all of them together when left out.
    #[ts(as = "Option<Places>", optional)]
    pub places: Places,
    /// Months ahead, 1 to 12; as many as the model has when left out.
    pub horizon: Option<usize>,
}

/// An article in the table. Quantities are estimates in the article's unit.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastArticleRow")]
pub struct ArticleRow {
    /// Code.
    pub code: String,
    /// Description.
    pub description: String,
    /// Unit.
    pub unit: String,
    /// Its warehouse, where each is forecast apart.
    pub place: Option<Place>,
    /// How it sells.
    pub class: Class,
    /// Expected sales of the next three months.
    pub next: f64,
    /// One time in ten less than this is sold in them.
    pub low: f64,
    /// One time in ten more than this is sold in them.
    pub high: f64,
    /// Expected sales of the next three months against the last three, less one.
    pub trend: Option<f64>,
    /// The error of the model divided by that of the same month of last year.
    pub error_ratio: Option<f64>,
    /// The same in a word.
    pub verdict: Verdict,
    /// Whether there is too little history for more than a mean.
    pub guess: bool,
    /// Expected sales of the next three months at the last price.
    pub at_stake: Option<Amount>,
    /// When to order.
    pub stock: Advice,
}

/// A page of articles.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastArticles")]
pub struct ArticleList {
    /// The model that forecasts.
    pub model: ModelRow,
    /// How the model compares with the same month of last year, over all articles.
    pub verdict: Verdict,
    /// Articles that fit.
    pub found: usize,
    /// What is at stake in all of those.
    pub at_stake: Amount,
    /// The page.
    pub rows: Vec<ArticleRow>,
}

/// What was sold in a month.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastSold")]
pub struct SoldMonth {
    /// `2026-11`.
    pub month: String,
    /// Quantity, returns deducted.
    pub quantity: f64,
}

/// What is expected of a month.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastMonth")]
pub struct MonthForecast {
    /// `2026-11`.
    pub month: String,
    /// Expected quantity.
    pub expected: f64,
    /// One time in ten less is sold.
    pub low: f64,
    /// Half of the time less is sold.
    pub median: f64,
    /// One time in ten more is sold.
    pub high: f64,
}

/// What would have been forecast at a moment of the past.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastReplay")]
pub struct ReplayMonths {
    /// Month by month.
    pub months: Vec<SoldMonth>,
}

/// The parts of a month, after Prophet's model.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastComponent")]
pub struct ComponentMonth {
    /// `2026-11`.
    pub month: String,
    /// The trend.
    pub trend: f64,
    /// The yearly season.
    pub season: f64,
    /// What the number of working days adds.
    pub working_days: f64,
}

/// All about one article.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastArticlePage")]
pub struct ArticlePage {
    /// As in the table.
    pub row: ArticleRow,
    /// What was sold.
    pub history: Vec<SoldMonth>,
    /// What is expected.
    pub forecast: Vec<MonthForecast>,
    /// What would have been forecast.
    pub replays: Vec<ReplayMonths>,
    /// Trend and season.
    pub components: Vec<ComponentMonth>,
    /// Errors of the model in the past.
    pub scores: puente_forecast::metrics::Scores,
    /// Those of the same month of last year.
    pub naive: puente_forecast::metrics::Scores,
}

/// The forecast of one article.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastPredicted")]
pub struct Predicted {
    /// Code.
    pub article: String,
    /// Description.
    pub description: String,
    /// Unit.
    pub unit: String,
    /// Its warehouse, where each is forecast apart.
    pub place: Option<Place>,
    /// How it sells.
    pub class: Class,
    /// Whether there is too little history for more than a mean.
    pub guess: bool,
    /// Expected quantity of all months.
    pub total: f64,
    /// Month by month.
    pub months: Vec<MonthForecast>,
}

/// The forecasts of several articles.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastPrediction")]
pub struct Prediction {
    /// Whose.
    pub nit: String,
    /// The modelo_id.
    pub model: String,
    /// Last month of the data, `2026-10`.
    pub data_until: String,
    /// By article.
    pub articles: Vec<Predicted>,
}

/// The articles of the active model of a NIT.
///
/// # Errors
/// That there is no model, or that it is damaged; that the terms are out of range.
pub fn articles(app: &App, request: Search) -> Result<ArticleList> {
    let (model, articles) = open(app, &request.nit, &request.places)?;
    let terms = terms(request.lead_days, request.service)?;
    let mut found = fitting(&articles, &request.text, request.class, &request.places);
    order(&mut found, request.sort, request.ascending, terms);
    let mut at_stake = Amount::default();
    for article in &found {
        at_stake.add(article.at_stake_e4(NEXT).unwrap_or(0));
    }
    let limit = request.limit.unwrap_or(100).min(500);
    let rows = found
        .iter()
        .skip(request.offset)
        .take(limit)
        .map(|article| row(article, terms))
        .collect();
    Ok(ArticleList {
        verdict: Verdict::of(model.meta.scores.rmsse, model.meta.naive.rmsse),
        found: found.len(),
        at_stake,
        rows,
        model: ModelRow::of(model),
    })
}

/// The articles of that class and of those warehouses whose code or description has the text, whatever the case.
pub(super) fn fitting<'a>(
    articles: &'a [Article],
    text: &str,
    class: Option<Class>,
    places: &Places,
) -> Vec<&'a Article> {
    let wanted = text.trim().to_lowercase();
    let fits = |article: &&Article| {
        class.is_none_or(|class| article.class == class)
            && places.fit(article)
            && (wanted.is_empty()
                || article.code.to_lowercase().contains(&wanted)
                || article.description.to_lowercase().contains(&wanted))
    };
    articles.iter().filter(fits).collect()
}

/// The whole table, for a file.
pub(super) fn listed(app: &App, request: Search) -> Result<Vec<ArticleRow>> {
    let (_, articles) = open(app, &request.nit, &request.places)?;
    let terms = terms(request.lead_days, request.service)?;
    let mut found = fitting(&articles, &request.text, request.class, &request.places);
    order(&mut found, request.sort, request.ascending, terms);
    Ok(found
        .into_iter()
        .map(|article| row(article, terms))
        .collect())
}

/// All about an article.
///
/// # Errors
/// That there is no model or no such article; that the terms are out of range.
pub fn article(app: &App, request: One) -> Result<ArticlePage> {
    let places = Places::of(request.place.as_deref());
    let (model, articles) = open(app, &request.nit, &places)?;
    let terms = terms(request.lead_days, request.service)?;
    let article = named(&articles, &places, &request.article)
        .next()
        .ok_or_else(|| Error::not_found("article", &request.article))?;
    let month = |at: usize| text_of(article.first_month, at);
    let sold = |(at, quantity): (usize, &f64)| SoldMonth {
        month: month(at),
        quantity: *quantity,
    };
    let replays = article.replays.iter().map(|replay| ReplayMonths {
        months: replay
            .expected
            .iter()
            .enumerate()
            .map(|(at, quantity)| SoldMonth {
                month: text_of(replay.from, at),
                quantity: *quantity,
            })
            .collect(),
    });
    Ok(ArticlePage {
        row: row(article, terms),
        history: article.history.iter().enumerate().map(sold).collect(),
        forecast: months(article, model.meta.horizon),
        replays: replays.collect(),
        components: components(app, article, model.meta.horizon),
        scores: article.scores.clone(),
        naive: article.naive.clone(),
    })
}

/// The forecasts of articles, from the active model of a NIT.
///
/// # Errors
/// That there is no model or no such article; that the horizon is out of range.
pub fn predict(app: &App, request: Predict) -> Result<Prediction> {
    let (model, articles) = open(app, &request.nit, &request.places)?;
    let horizon = request.horizon.unwrap_or(model.meta.horizon);
    if horizon == 0 || horizon > model.meta.horizon {
        return Err(Error::invalid(
            "horizon",
            format!("1 - {}", model.meta.horizon),
        ));
    }
    let mut chosen: Vec<&Article> = Vec::new();
    if request.articles.is_empty() {
        chosen.extend(
            articles
                .iter()
                .filter(|article| request.places.fit(article)),
        );
    }
    for code in &request.articles {
        let before = chosen.len();
        chosen.extend(named(&articles, &request.places, code));
        if chosen.len() == before {
            return Err(Error::not_found("article", code));
        }
    }
    let predicted = |article: &Article| Predicted {
        article: article.code.clone(),
        description: article.description.clone(),
        unit: article.unit.clone(),
        place: article.place.clone(),
        class: article.class,
        guess: article.is_guess(),
        total: article.forecast.expected.iter().take(horizon).sum(),
        months: months(article, horizon),
    };
    Ok(Prediction {
        data_until: text_of(model.meta.last_month, 0),
        articles: chosen.into_iter().map(predicted).collect(),
        nit: model.nit,
        model: model.id,
    })
}

/// The active model for those warehouses, with its articles.
pub(super) fn open(app: &App, nit: &str, places: &Places) -> Result<(Model, Arc<Vec<Article>>)> {
    let registry = registry_of(app);
    let model = registry.active(&nit_of(nit)?, places.are_apart())?;
    let articles = app.forecasts.articles(&registry, &model)?;
    if let Places::One(code) = places
        && !articles.iter().any(|article| places.fit(article))
    {
        return Err(Error::not_found("place", code));
    }
    Ok((model, articles))
}

/// The articles of that code: one, or one for each warehouse.
fn named<'a>(
    articles: &'a [Article],
    places: &Places,
    code: &str,
) -> impl Iterator<Item = &'a Article> {
    let key = panel::key_of(code);
    articles
        .iter()
        .filter(move |article| panel::key_of(&article.code) == key && places.fit(article))
}

fn terms(lead_days: Option<u32>, service: Option<f64>) -> Result<Terms> {
    let usual = Terms::default();
    let terms = Terms {
        lead_days: lead_days.unwrap_or(usual.lead_days),
        service: service.unwrap_or(usual.service),
    };
    if !(1..=365).contains(&terms.lead_days) {
        return Err(Error::invalid("lead_days", "1 - 365"));
    }
    if !(0.5..=0.999).contains(&terms.service) {
        return Err(Error::invalid("service", "0.5 - 0.999"));
    }
    Ok(terms)
}

fn row(article: &Article, terms: Terms) -> ArticleRow {
    let forecast = &article.forecast;
    let next = next_of(article);
    // Errors of different months partly cancel out: their squares add up.
    let spread = |bound: &[f64]| {
        let pairs = bound.iter().zip(&forecast.expected).take(NEXT);
        pairs
            .map(|(bound, expected)| (bound - expected).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    ArticleRow {
        code: article.code.clone(),
        description: article.description.clone(),
        unit: article.unit.clone(),
        place: article.place.clone(),
        class: article.class,
        next,
        low: (next - spread(&forecast.low)).max(0.0),
        high: next + spread(&forecast.high),
        trend: trend_of(article),
        error_ratio: error_ratio(article),
        verdict: article.verdict,
        guess: article.is_guess(),
        at_stake: article.at_stake_e4(NEXT).map(Amount::from),
        stock: stock::advise(forecast, terms),
    }
}

fn months(article: &Article, horizon: usize) -> Vec<MonthForecast> {
    let forecast = &article.forecast;
    let start = article.history.len();
    (0..horizon.min(forecast.expected.len()))
        .map(|at| MonthForecast {
            month: text_of(article.first_month, start + at),
            expected: forecast.expected[at],
            low: forecast.low[at],
            median: forecast.median[at],
            high: forecast.high[at],
        })
        .collect()
}

/// Trend and season of Prophet's model, whatever model forecasts: it is the one that explains.
fn components(app: &App, article: &Article, horizon: usize) -> Vec<ComponentMonth> {
    let first = panel::months_since_zero(article.first_month);
    let country = crate::settings::country(&app.room.state);
    let design = Arc::new(Design::new(first, article.history.len(), country));
    let Some(fit) = Fit::of(&design, &article.history) else {
        return Vec::new();
    };
    let parts = fit.parts(horizon);
    (0..parts.trend.len())
        .map(|at| ComponentMonth {
            month: text_of(article.first_month, at),
            trend: parts.trend[at],
            season: parts.season[at],
            working_days: parts.working_days[at],
        })
        .collect()
}

/// `2026-11`, so many months after a year × 100 + month.
pub(super) fn text_of(first: i32, after: usize) -> String {
    let number = panel::month_number(panel::months_since_zero(first) + after as i32);
    format!("{:04}-{:02}", number / 100, number % 100)
}
