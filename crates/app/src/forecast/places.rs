//! Which of the ERP's warehouses a forecast is about.

use puente_forecast::{Article, Place, panel};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The ERP's warehouses that are asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ForecastPlaces")]
pub enum Places {
    /// All of them together: one forecast for each article.
    #[default]
    Together,
    /// Each apart: one forecast for each article and warehouse.
    Each,
    /// That one, by its code; the empty one is what was sold from none.
    One(String),
}

impl Places {
    /// Whether a model is asked that forecasts each warehouse apart.
    pub(super) fn are_apart(&self) -> bool {
        *self != Places::Together
    }

    /// Those of an article that is named with its warehouse, or without.
    pub(super) fn of(place: Option<&str>) -> Places {
        place.map_or(Places::Together, |code| Places::One(code.to_owned()))
    }

    pub(super) fn fit(&self, article: &Article) -> bool {
        match self {
            Places::Together | Places::Each => true,
            Places::One(code) => {
                let key = |place: &Place| panel::key_of(&place.code);
                article.place.as_ref().map(key).as_deref() == Some(panel::key_of(code).as_str())
            }
        }
    }
}
