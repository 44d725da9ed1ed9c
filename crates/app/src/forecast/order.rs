//! In which order articles stand.

use super::ask::NEXT;
use puente_forecast::Article;
use puente_forecast::stock::{self, Terms};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What articles are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ForecastSort")]
pub enum Sort {
    /// Expected sales of the next three months at the last price.
    #[default]
    Stake,
    /// Code.
    Code,
    /// Expected sales of the next three months.
    Next,
    /// Those against the last three.
    Trend,
    /// The error against that of the same month of last year.
    Error,
    /// When to order.
    Reorder,
}

pub(super) fn order(found: &mut [&Article], by: Sort, ascending: bool, terms: Terms) {
    match by {
        Sort::Stake => sort(found, ascending, |article| article.at_stake_e4(NEXT)),
        Sort::Code => {
            found.sort_by(|a, b| a.code.cmp(&b.code));
            if !ascending {
                found.reverse();
            }
        }
        Sort::Next => sort(found, ascending, |article| Some(Real(next_of(article)))),
        Sort::Trend => sort(found, ascending, |article| trend_of(article).map(Real)),
        Sort::Error => sort(found, ascending, |article| error_ratio(article).map(Real)),
        Sort::Reorder => sort(found, ascending, |article| {
            Some(Real(stock::advise(&article.forecast, terms).reorder_point))
        }),
    }
}

/// By a key that may be unknown: those come last either way, and equal ones by their code.
fn sort<K: Ord>(found: &mut [&Article], ascending: bool, key: impl Fn(&Article) -> Option<K>) {
    found.sort_by_cached_key(|article| {
        let known = key(article);
        let last = known.is_none();
        let (up, down) = if ascending {
            (known, None)
        } else {
            (None, known.map(std::cmp::Reverse))
        };
        (last, up, down, article.code.clone())
    });
}

/// A number that has an order.
struct Real(f64);

impl Ord for Real {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Real {}

pub(super) fn next_of(article: &Article) -> f64 {
    article.forecast.expected.iter().take(NEXT).sum()
}

pub(super) fn trend_of(article: &Article) -> Option<f64> {
    let last: f64 = article.history.iter().rev().take(NEXT).sum();
    (last > 0.0).then(|| next_of(article) / last - 1.0)
}

pub(super) fn error_ratio(article: &Article) -> Option<f64> {
    article
        .scores
        .rmse
        .zip(article.naive.rmse)
        .filter(|(_, naive)| *naive > 0.0)
        .map(|(own, naive)| own / naive)
}
