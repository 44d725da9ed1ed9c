//! Kinds of demand.

use serde::{Deserialize, Serialize};

/// How an article sells. The cuts are those of Syntetos, Boylan and Croston, "On the categorization of
/// demand patterns" (2005): an average interval of 1.32 months and a squared coefficient of variation of 0.49.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "DemandClass")]
pub enum Class {
    /// Sells nearly every month, in like quantities.
    Smooth,
    /// Sells nearly every month, in quantities that differ much.
    Erratic,
    /// Sells in some months, in like quantities.
    Intermittent,
    /// Sells in some months, in quantities that differ much.
    Lumpy,
    /// First sold less than [`NEW_MONTHS`] months ago.
    New,
    /// Not sold for [`DEAD_MONTHS`] months.
    Dead,
}

/// Months from the first sale in which an article is new.
pub const NEW_MONTHS: usize = 12;
/// Months without a sale after which an article is dead.
pub const DEAD_MONTHS: usize = 12;

const INTERVAL: f64 = 1.32;
const VARIATION: f64 = 0.49;

impl Class {
    /// All of them.
    pub const ALL: [Class; 6] = [
        Class::Smooth,
        Class::Erratic,
        Class::Intermittent,
        Class::Lumpy,
        Class::New,
        Class::Dead,
    ];

    /// The class of monthly quantities, from the first sale on.
    pub fn of(months: &[f64]) -> Class {
        let recent = &months[months.len().saturating_sub(DEAD_MONTHS)..];
        if !recent.iter().any(|quantity| *quantity > 0.0) {
            return Class::Dead;
        }
        if months.len() < NEW_MONTHS {
            return Class::New;
        }
        Class::shape(months)
    }

    /// One of the first four, whatever the article's age.
    pub fn shape(months: &[f64]) -> Class {
        let sold: Vec<f64> = months
            .iter()
            .copied()
            .filter(|quantity| *quantity > 0.0)
            .collect();
        if sold.is_empty() {
            return Class::Lumpy;
        }
        let interval = months.len() as f64 / sold.len() as f64;
        let mean = sold.iter().sum::<f64>() / sold.len() as f64;
        let variance = sold
            .iter()
            .map(|quantity| (quantity - mean).powi(2))
            .sum::<f64>()
            / (sold.len().max(2) - 1) as f64;
        match (interval < INTERVAL, variance / (mean * mean) < VARIATION) {
            (true, true) => Class::Smooth,
            (true, false) => Class::Erratic,
            (false, true) => Class::Intermittent,
            (false, false) => Class::Lumpy,
        }
    }

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Smooth => "smooth",
            Class::Erratic => "erratic",
            Class::Intermittent => "intermittent",
            Class::Lumpy => "lumpy",
            Class::New => "new",
            Class::Dead => "dead",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_pattern() {
        let smooth: Vec<f64> = (0..24).map(|at| 100.0 + f64::from(at % 3)).collect();
        let erratic: Vec<f64> = (0..24)
            .map(|at| if at % 4 == 0 { 200.0 } else { 3.0 })
            .collect();
        let intermittent: Vec<f64> = (0..24)
            .map(|at| if at % 3 == 0 { 5.0 } else { 0.0 })
            .collect();
        let lumpy: Vec<f64> = (0..24)
            .map(|at| {
                if at % 12 == 0 {
                    90.0
                } else if at % 5 == 0 {
                    2.0
                } else {
                    0.0
                }
            })
            .collect();
        let dead: Vec<f64> = (0..24).map(|at| if at < 10 { 9.0 } else { 0.0 }).collect();
        assert_eq!(Class::of(&smooth), Class::Smooth);
        assert_eq!(Class::of(&erratic), Class::Erratic);
        assert_eq!(Class::of(&intermittent), Class::Intermittent);
        assert_eq!(Class::of(&lumpy), Class::Lumpy);
        assert_eq!(Class::of(&dead), Class::Dead);
        assert_eq!(Class::of(&smooth[..6]), Class::New);
        assert_eq!(Class::of(&[]), Class::Dead);
        assert_eq!(Class::of(&[0.0; 30]), Class::Dead);
    }
}
