//! Whether data changed enough since a training to train again.

use crate::article::Article;
use crate::panel::{Panel, Place, key_of, months_since_zero};
use std::collections::HashMap;

/// The part of what was sold that may change before a model is stale. Smaller changes (a corrected invoice, a
/// late return) move a forecast less than its own error.
pub const ENOUGH: f64 = 0.05;

/// What changed since a model was trained.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Change {
    /// Months with data that the model does not know.
    pub new_months: usize,
    /// Units of the known months that are others now, divided by the units that the model learned from: what
    /// was added and what was taken away alike. Above 0; 1 where there was nothing before.
    pub share: f64,
}

impl Change {
    /// What is other in a panel than in the articles that a model was trained with, whose last month that is
    /// (year × 100 + month).
    pub fn of(panel: &Panel, articles: &[Article], last_month: i32) -> Change {
        let known_until = months_since_zero(last_month);
        let key = |code: &str, place: Option<&Place>| {
            (key_of(code), place.map(|place| key_of(&place.code)))
        };
        let mut before: HashMap<_, &Article> = articles
            .iter()
            .map(|article| (key(&article.code, article.place.as_ref()), article))
            .collect();
        let (mut changed, mut sold) = (0.0, 0.0);
        for series in &panel.series {
            let start = panel.first + i32::try_from(series.start).unwrap_or(0);
            let now = (start, series.months.as_slice());
            let old = before.remove(&key(&series.code, panel.place_of(series)));
            let old = old.map_or((start, [].as_slice()), months_of);
            changed += difference(now, old, known_until);
            sold += old.1.iter().sum::<f64>();
        }
        for gone in before.into_values() {
            let units: f64 = gone.history.iter().sum();
            changed += units;
            sold += units;
        }
        let last = panel.first + i32::try_from(panel.len).unwrap_or(0) - 1;
        Change {
            new_months: usize::try_from(last - known_until).unwrap_or(0),
            share: if sold > 0.0 {
                changed / sold
            } else if changed > 0.0 {
                1.0
            } else {
                0.0
            },
        }
    }

    /// Whether a new training is worth its time: a new month, or more than [`ENOUGH`] of what was sold.
    pub fn is_enough(self) -> bool {
        self.new_months > 0 || self.share > ENOUGH
    }
}

fn months_of(article: &Article) -> (i32, &[f64]) {
    (months_since_zero(article.first_month), &article.history)
}

/// The units by which months differ, up to that month.
fn difference(now: (i32, &[f64]), old: (i32, &[f64]), until: i32) -> f64 {
    let at = |(start, months): (i32, &[f64]), month: i32| {
        usize::try_from(month - start)
            .ok()
            .and_then(|place| months.get(place))
            .copied()
            .unwrap_or(0.0)
    };
    (now.0.min(old.0)..=until)
        .map(|month| (at(now, month) - at(old, month)).abs())
        // Histories are kept in thousandths.
        .filter(|units| *units > 0.001)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::Series;

    fn panel(len: usize, series: &[(&str, usize, &[f64])]) -> Panel {
        Panel {
            first: months_since_zero(202_501),
            len,
            series: series
                .iter()
                .map(|(code, start, months)| Series {
                    code: (*code).to_owned(),
                    start: *start,
                    months: months.to_vec(),
                    ..Series::default()
                })
                .collect(),
            ..Panel::default()
        }
    }

    fn article(code: &str, first_month: i32, history: &[f64]) -> Article {
        Article {
            code: code.to_owned(),
            description: String::new(),
            unit: String::new(),
            group: String::new(),
            place: None,
            class: crate::Class::Smooth,
            first_month,
            history: history.to_vec(),
            forecast: crate::Forecast::default(),
            replays: Vec::new(),
            scores: crate::metrics::Scores::default(),
            naive: crate::metrics::Scores::default(),
            verdict: crate::Verdict::Unknown,
            price_e4: 0,
            year_e4: 0,
        }
    }

    #[test]
    fn the_same_data_is_no_change_whatever_the_case_of_codes() {
        let now = panel(3, &[("A", 0, &[10.0, 0.0, 5.0]), ("b", 1, &[2.0, 1.0])]);
        let old = [
            article("a", 202_501, &[10.0, 0.0, 5.0]),
            article("B", 202_502, &[2.0, 1.0]),
        ];
        let change = Change::of(&now, &old, 202_503);
        assert_eq!(change, Change::default());
        assert!(!change.is_enough());
    }

    #[test]
    fn a_new_month_is_enough_and_is_no_change_of_the_old_ones() {
        let now = panel(4, &[("A", 0, &[10.0, 0.0, 5.0, 0.0])]);
        let change = Change::of(&now, &[article("A", 202_501, &[10.0, 0.0, 5.0])], 202_503);
        assert_eq!((change.new_months, change.is_enough()), (1, true));
        assert!(change.share.abs() < 1e-9);
    }

    #[test]
    fn little_of_the_past_may_change_and_much_may_not() {
        let old = [article("A", 202_501, &[50.0, 50.0])];
        let little = panel(2, &[("A", 0, &[50.0, 46.0])]);
        let much = panel(2, &[("A", 0, &[50.0, 44.0])]);
        assert!(!Change::of(&little, &old, 202_502).is_enough());
        assert!(Change::of(&much, &old, 202_502).is_enough());
    }

    #[test]
    fn what_moved_from_one_warehouse_to_another_is_a_change() {
        let of = |code: &str| Place {
            code: code.to_owned(),
            name: String::new(),
        };
        let mut now = panel(1, &[("A", 0, &[30.0]), ("A", 0, &[70.0])]);
        now.places = vec![of("01"), of("02")];
        (now.series[0].place, now.series[1].place) = (1, 2);
        let old = |first: f64, second: f64| {
            [("01", first), ("02", second)].map(|(place, sold)| Article {
                place: Some(of(place)),
                ..article("a", 202_501, &[sold])
            })
        };
        assert_eq!(
            Change::of(&now, &old(30.0, 70.0), 202_501),
            Change::default()
        );
        assert!((Change::of(&now, &old(70.0, 30.0), 202_501).share - 0.8).abs() < 1e-9);
    }

    #[test]
    fn articles_that_came_and_went_count_with_all_they_sold() {
        let old = [
            article("A", 202_501, &[90.0]),
            article("GONE", 202_501, &[10.0]),
        ];
        let now = panel(1, &[("A", 0, &[90.0]), ("CAME", 0, &[20.0])]);
        assert!((Change::of(&now, &old, 202_501).share - 0.3).abs() < 1e-9);
        assert!((Change::of(&now, &[], 202_501).share - 1.0).abs() < 1e-9);
    }
}
