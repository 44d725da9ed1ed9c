//! Every model, behind one trait.

use crate::class::Class;
use crate::gbdt::Booster;
use crate::global::Boosters;
use crate::holidays::Country;
use crate::panel::{Panel, Series};
use crate::prophet::{Design, Fit};
use crate::{originals, parallel, stats};
use puente_core::{Cancel, Cancelled};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A model by its name.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ForecastModel")]
pub enum Kind {
    /// Statistics by class, boosters over all articles, and Prophet's model, combined.
    #[default]
    Puente,
    /// Prophet's model for each article.
    Prophet,
    /// A booster with squared loss, on the inputs of the system that Puente replaces.
    Xgboost,
    /// The same month of last year.
    SeasonalNaive,
    /// The mean of the last twelve months.
    #[serde(rename = "mean_12")]
    Mean12,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [
        Kind::Puente,
        Kind::Prophet,
        Kind::Xgboost,
        Kind::SeasonalNaive,
        Kind::Mean12,
    ];

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Puente => "puente",
            Kind::Prophet => "prophet",
            Kind::Xgboost => "xgboost",
            Kind::SeasonalNaive => "seasonal_naive",
            Kind::Mean12 => "mean_12",
        }
    }

    /// The model of that stable name.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    pub(crate) fn forecaster(self) -> Box<dyn Forecaster> {
        match self {
            Kind::Puente => Box::new(Puente),
            Kind::Prophet => Box::new(Prophet),
            Kind::Xgboost => Box::new(Xgboost),
            Kind::SeasonalNaive => Box::new(Plain(stats::seasonal_naive)),
            Kind::Mean12 => Box::new(Plain(stats::mean_12)),
        }
    }
}

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Months ahead, 1 to 12.
    pub horizon: usize,
    /// Threads.
    pub threads: usize,
    /// For the choice of rows.
    pub seed: u64,
    /// Rows that a booster is trained on, at most.
    pub max_rows: usize,
    /// Trees of a booster.
    pub trees: usize,
    /// Whose holidays count, where a model knows any.
    pub country: Option<Country>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            horizon: 6,
            threads: 1,
            seed: 20_261_125,
            max_rows: 120_000,
            trees: 180,
            country: None,
        }
    }
}

/// The forecasts of one series by each member of a model: `[member][month ahead]`. A member without an
/// opinion has no months.
pub type Members = Vec<Vec<f64>>;

/// A model that was fitted to all that happened before a month.
#[derive(Debug, Clone, Default)]
pub struct Fitted {
    /// By series of the panel.
    pub members: Vec<Members>,
    /// The booster, where the model has one.
    pub booster: Option<Booster>,
}

/// A way to forecast.
pub trait Forecaster: Send + Sync {
    /// Forecasts the `plan.horizon` months from month `end` of the panel on, from what was before alone.
    ///
    /// # Errors
    /// [`Cancelled`].
    fn fit(
        &self,
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Fitted, Cancelled>;

    /// How many members its forecasts have.
    fn members(&self) -> usize {
        1
    }

    /// The weights of its members before anything was learned, for regular and for irregular demand.
    fn priors(&self) -> Priors {
        Priors {
            regular: vec![1.0; self.members()],
            irregular: vec![1.0; self.members()],
        }
    }
}

/// Weights of members that the learned ones are drawn to.
#[derive(Debug, Clone, PartialEq)]
pub struct Priors {
    /// For smooth and erratic demand.
    pub regular: Vec<f64>,
    /// For intermittent and lumpy demand.
    pub irregular: Vec<f64>,
}

struct Plain(fn(&[f64], usize) -> Vec<f64>);
struct Prophet;
struct Xgboost;
struct Puente;

impl Forecaster for Plain {
    fn fit(
        &self,
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Fitted, Cancelled> {
        let members = parallel::map(panel.series.len(), plan.threads, cancel, |at| {
            vec![(self.0)(panel.series[at].until(end), plan.horizon)]
        })?;
        Ok(Fitted {
            members,
            booster: None,
        })
    }
}

/// The columns of Prophet's model, by first month and length: many series share them.
pub(crate) struct Designs {
    country: Option<Country>,
    known: Mutex<HashMap<(i32, usize), Arc<Design>>>,
}

impl Designs {
    pub fn new(country: Option<Country>) -> Designs {
        Designs {
            country,
            known: Mutex::default(),
        }
    }

    pub fn fit(&self, panel: &Panel, series: &Series, end: usize) -> Option<Fit> {
        let history = series.until(end);
        let first = panel.first + series.start as i32;
        let key = (first, history.len());
        let known = self
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        let design = known.unwrap_or_else(|| {
            let design = Arc::new(Design::new(first, history.len(), self.country));
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(key).or_insert(design))
        });
        Fit::of(&design, history)
    }
}

impl Forecaster for Prophet {
    fn fit(
        &self,
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Fitted, Cancelled> {
        let designs = Designs::new(plan.country);
        let members = parallel::map(panel.series.len(), plan.threads, cancel, |at| {
            let fit = designs.fit(panel, &panel.series[at], end);
            vec![fit.map_or_else(|| vec![0.0; plan.horizon], |fit| fit.forecast(plan.horizon))]
        })?;
        Ok(Fitted {
            members,
            booster: None,
        })
    }
}

impl Forecaster for Xgboost {
    fn fit(
        &self,
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Fitted, Cancelled> {
        originals::fit(panel, end, plan, cancel)
    }
}

/// The fewest months that Prophet's model is asked with as a member: two years, for its season.
const PROPHET_MONTHS: usize = 25;

impl Forecaster for Puente {
    fn fit(
        &self,
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Fitted, Cancelled> {
        let boosters = Boosters::train(panel, end, plan, cancel)?;
        let designs = Designs::new(None);
        let members = parallel::map(panel.series.len(), plan.threads, cancel, |at| {
            let series = &panel.series[at];
            let history = series.until(end);
            let class = Class::shape(history);
            let statistics = stats::of_class(class, history, plan.horizon);
            let boosted = boosters
                .as_ref()
                .and_then(|boosters| boosters.forecast(panel, series, end, plan.horizon));
            let regular = matches!(class, Class::Smooth | Class::Erratic);
            let prophet = (regular && history.len() >= PROPHET_MONTHS)
                .then(|| designs.fit(panel, series, end))
                .flatten()
                .map(|fit| fit.forecast(plan.horizon));
            vec![
                statistics,
                boosted.unwrap_or_default(),
                prophet.unwrap_or_default(),
            ]
        })?;
        Ok(Fitted {
            members,
            booster: boosters.map(|boosters| boosters.of_quantity),
        })
    }

    fn members(&self) -> usize {
        3
    }

    fn priors(&self) -> Priors {
        Priors {
            regular: vec![2.0, 1.0, 1.0],
            irregular: vec![1.0, 4.0, 1.0],
        }
    }
}
