//! Gradient boosted trees on binned features, read and written in XGBoost's own JSON.
//!
//! Second-order boosting with histograms: features are cut into at most 255 bins, trees grow level by
//! level, a node's larger child gets its histogram by subtraction. The rule of gains and leaf weights is
//! that of Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System" (2016), equations 5 to 7.

mod bins;
mod boost;
mod json;
mod tree;

pub use bins::Rows;
pub(crate) use boost::Dice;
pub use boost::{Loss, Settings, train};
pub use json::{JsonError, from_json, to_json};
pub use tree::{Node, Tree};

/// A trained booster.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster {
    /// What it was trained to minimise.
    pub loss: Loss,
    /// The prediction before the first tree, in the unit of the target.
    pub base_score: f32,
    /// Number of features of a row.
    pub features: usize,
    /// The trees; leaf weights include the learning rate.
    pub trees: Vec<Tree>,
}

impl Booster {
    /// The prediction for one row, in the unit of the target. A missing value is `NaN`.
    pub fn predict(&self, row: &[f32]) -> f32 {
        let margin = self
            .trees
            .iter()
            .fold(self.loss.margin(self.base_score), |sum, tree| {
                sum + tree.value(row)
            });
        self.loss.output(margin)
    }
}
