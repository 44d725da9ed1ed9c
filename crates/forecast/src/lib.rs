//! What each article will sell.
//!
//! A [`Panel`] holds monthly quantities of many articles. A [`model::Kind`] says how to forecast them, and
//! [`train()`] does: it first forecasts from several moments of the past and compares with what was sold then,
//! chooses the weights of the model's parts, corrects its bias and measures its intervals from that, and only
//! then forecasts the months to come. Quantities are floating point numbers here, money never is.

pub mod article;
pub mod change;
pub mod class;
mod combine;
mod error;
pub mod features;
pub mod gbdt;
mod global;
pub mod holidays;
mod interval;
pub mod metrics;
pub mod mlflow;
pub mod model;
pub mod originals;
pub mod panel;
mod parallel;
pub mod prophet;
pub mod registry;
pub mod smoothing;
pub mod stats;
pub mod stock;
pub mod totals;
pub mod train;

pub use article::Article;
pub use class::Class;
pub use error::{Error, Result};
pub use model::{Kind, Plan};
pub use panel::{About, Cell, Panel, Place, Series};
pub use train::{Forecast, Trained, Verdict, train};
