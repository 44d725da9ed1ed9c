//! Forecasts: train, choose a model, look at articles, predict, export.

mod ask;
mod export;
mod mlflow;
mod order;
mod places;
mod totals;
mod training;

pub use ask::{
    ArticleList, ArticlePage, ArticleRow, ComponentMonth, MonthForecast, One, Predict, Predicted,
    Prediction, ReplayMonths, Search, SoldMonth, article, articles, predict,
};
pub use export::{Export, Exported, export};
pub use order::Sort;
pub use places::Places;
pub use totals::{
    Bounds, ClassCount, History, OfNit, TotalAhead, TotalMonth, Totals, TotalsOf, history, totals,
};
pub use training::{RETRAIN, TRAIN, Train, TrainReport, train};
pub(crate) use training::{Retraining, Training};

pub use mlflow::{RunView, Status, TELL, Tried, Try, send_again, status, try_out};
pub(crate) use mlflow::{Telling, settings_changed, ways};

use crate::paths::DataDir;
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_erp::companies;
use puente_forecast::Article;
use puente_forecast::registry::{Meta, Model, Registry};
use puente_store::Database;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use ts_rs::TS;

/// The articles of the model that was looked at last: a screen asks for them page by page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Open(Arc<Mutex<Option<Looked>>>);

/// A model's id, and its articles.
type Looked = (String, Arc<Vec<Article>>);

impl Open {
    fn articles(&self, registry: &Registry, model: &Model) -> Result<Arc<Vec<Article>>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((id, articles)) = &*open
            && *id == model.id
        {
            return Ok(Arc::clone(articles));
        }
        let articles = Arc::new(registry.articles(model)?);
        *open = Some((model.id.clone(), Arc::clone(&articles)));
        Ok(articles)
    }
}

pub(crate) fn registry(state: &Database, dir: &DataDir) -> Registry {
    Registry::new(state.clone(), dir.models())
}

fn registry_of(app: &App) -> Registry {
    registry(&app.room.state, &app.dir)
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastModelRow")]
pub struct ModelRow {
    /// The modelo_id.
    pub id: String,
    /// Whose.
    pub nit: String,
    /// When it was trained.
    pub created_at: DateTime<Utc>,
    /// Whether its forecasts are the ones shown.
    pub active: bool,
    /// What it was trained with and how well it did.
    pub meta: Meta,
    /// What MLflow knows of it, where the office has one; only in the table of models.
    pub mlflow: Option<RunView>,
}

impl ModelRow {
    fn of(model: Model) -> ModelRow {
        ModelRow {
            id: model.id,
            nit: model.nit,
            created_at: model.created_at,
            active: model.active,
            meta: model.meta,
            mlflow: None,
        }
    }
}

/// All companies of one NIT.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "ForecastOffice")]
pub struct Office {
    /// Digits only, check digit included.
    pub nit: String,
    /// The name of the newest company-year.
    pub name: String,
    /// Company-years with movements.
    pub companies: usize,
    /// Posted movements.
    pub movements: i64,
    /// The model whose forecasts of all warehouses together are shown.
    pub active: Option<ModelRow>,
    /// The model whose forecasts of each warehouse apart are shown.
    pub by_place: Option<ModelRow>,
}

/// Of which NIT.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ForecastModels", optional_fields = nullable)]
pub struct Models {
    /// None for all.
    pub nit: Option<String>,
}

/// Names a model.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ForecastModelNamed")]
pub struct Named {
    /// Its modelo_id.
    pub id: String,
}

/// The NITs with movements.
///
/// # Errors
/// Those of the store.
pub fn offices(app: &App, _: Nothing) -> Result<Vec<Office>> {
    let held = app.room.warehouse.counts()?;
    let mut newest: BTreeMap<String, (i32, Office)> = BTreeMap::new();
    for company in companies::list(&app.room.state)? {
        let Some(count) = held.iter().find(|count| count.company_id == company.id) else {
            continue;
        };
        let (year, office) = newest.entry(company.nit.clone()).or_insert_with(|| {
            let office = Office {
                nit: company.nit.clone(),
                name: company.name.clone(),
                companies: 0,
                movements: 0,
                active: None,
                by_place: None,
            };
            (company.fiscal_year, office)
        });
        if company.fiscal_year > *year {
            (*year, office.name) = (company.fiscal_year, company.name);
        }
        office.companies += 1;
        office.movements = office.movements.saturating_add(count.posted);
    }
    let models = registry_of(app).list(None)?;
    let mut offices: Vec<Office> = newest.into_values().map(|(_, office)| office).collect();
    for office in &mut offices {
        let active = |apart: bool| {
            let mut of_nit = models.iter().filter(|model| model.nit == office.nit);
            let found = of_nit.find(|model| model.active && model.meta.by_place() == apart);
            found.cloned().map(ModelRow::of)
        };
        (office.active, office.by_place) = (active(false), active(true));
    }
    offices.sort_unstable_by(|a, b| {
        b.movements
            .cmp(&a.movements)
            .then_with(|| a.nit.cmp(&b.nit))
    });
    Ok(offices)
}

/// The models of a NIT, or of all, newest first.
///
/// # Errors
/// That the NIT is none; those of the store.
pub fn models(app: &App, request: Models) -> Result<Vec<ModelRow>> {
    let nit = request.nit.as_deref().map(nit_of).transpose()?;
    let models = registry_of(app).list(nit.as_deref())?;
    let mut rows: Vec<ModelRow> = models.into_iter().map(ModelRow::of).collect();
    mlflow::add_runs(app, &mut rows)?;
    Ok(rows)
}

/// Shows the forecasts of this model from now on.
///
/// # Errors
/// That it doesn't exist or is damaged; those of the store.
pub fn activate(app: &App, request: Named) -> Result<ModelRow> {
    let model = registry_of(app).activate(&request.id)?;
    app.audit(
        "forecast.activate",
        &format!("nit:{}", model.nit),
        json!({ "model": model.id }),
    )?;
    Ok(ModelRow::of(model))
}

/// Deletes a model and its files.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn remove(app: &App, request: Named) -> Result<Vec<ModelRow>> {
    let registry = registry_of(app);
    let model = registry.get(&request.id)?;
    registry.remove(&request.id)?;
    mlflow::forget(app, &request.id)?;
    app.audit(
        "forecast.remove",
        &format!("nit:{}", model.nit),
        json!({ "model": model.id }),
    )?;
    models(
        app,
        Models {
            nit: Some(model.nit),
        },
    )
}

/// A NIT as it was typed, as companies carry it.
fn nit_of(text: &str) -> Result<String> {
    let nit = puente_core::TaxId::parse(puente_core::TaxIdKind::Nit, text)?;
    Ok(nit.as_str().to_owned())
}

#[cfg(test)]
mod tests;
