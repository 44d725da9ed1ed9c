//! The jobs that train.

use super::mlflow::{self, Ways};
use super::{nit_of, registry};
use crate::jobs::{self, JobRow};
use crate::paths::DataDir;
use crate::{App, Result, settings};
use puente_core::{Error, Month, Progress};
use puente_databases::profile::DocumentMeaning;
use puente_erp::{Room, companies};
use puente_forecast::change::Change;
use puente_forecast::registry::{Meta, Model, Registry};
use puente_forecast::{About, Cell, Error as Failure, Kind, Panel, Plan, article, panel};
use puente_jobs::{Interrupted, JobKind, NewJob, Queued, RetryPolicy, Running};
use puente_warehouse::{Demand, MonthFilter, Stream};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use ts_rs::TS;

/// The kind of job that trains a model for a NIT.
pub const TRAIN: &str = "forecast.train";
/// The kind of job that trains anew where data changed.
pub const RETRAIN: &str = "forecast.retrain";

/// Complete months with sales that a training needs.
pub(super) const LEAST_MONTHS: usize = 3;
/// Months of data from which on a whole year is forecast; with less, half of one.
pub(super) const YEAR_AHEAD: usize = 30;

/// What to train.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ForecastTrain", optional_fields = nullable)]
pub struct Train {
    /// All companies of this NIT.
    pub nit: String,
    /// How to forecast; `puente` when left out.
    #[serde(default)]
    pub model: Option<Kind>,
    /// Months ahead, 1 to 12; as many as the history bears when left out.
    #[serde(default)]
    pub horizon: Option<usize>,
    /// Forecasts each warehouse of the ERP apart; all of them together when left out.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub by_place: bool,
}

/// What a training gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ForecastTrained")]
pub struct TrainReport {
    /// The modelo_id.
    pub model: String,
    /// How it forecasts.
    pub kind: Kind,
    /// Articles.
    pub articles: usize,
    /// Its error in the past, scaled: see `rmsse` of its scores.
    pub rmsse: Option<f64>,
    /// That of the same month of last year.
    pub naive_rmsse: Option<f64>,
    /// How long it took.
    pub seconds: f64,
}

/// Queues a training.
///
/// # Errors
/// That the NIT is none, or no company has it; that the horizon is out of range.
pub fn train(app: &App, request: Train) -> Result<Vec<JobRow>> {
    let nit = nit_of(&request.nit)?;
    if companies_of(&app.room, &nit)?.is_empty() {
        return Err(Error::not_found("company", &request.nit));
    }
    if let Some(horizon) = request.horizon
        && !(1..=12).contains(&horizon)
    {
        return Err(Error::invalid("horizon", "1 - 12"));
    }
    let input = json!(Train { nit, ..request });
    Ok(vec![jobs::ask(app, NewJob::new(TRAIN, input).once())?])
}

/// Trains a model.
pub(crate) struct Training {
    room: Room,
    registry: Registry,
    ways: Ways,
}

/// Queues trainings where data changed.
pub(crate) struct Retraining {
    room: Room,
    registry: Registry,
}

impl Training {
    pub(crate) fn new(room: &Room, dir: &DataDir, ways: &Ways) -> Training {
        Training {
            room: room.clone(),
            registry: registry(&room.state, dir),
            ways: Ways::clone(ways),
        }
    }

    fn train(&self, job: &Running, request: &Train) -> Result<TrainReport> {
        let started = std::time::Instant::now();
        job.progress(Progress::stage("panel"));
        let panel = panel_of(&self.room, &request.nit, request.by_place)?;
        if panel.len < LEAST_MONTHS || panel.series.is_empty() {
            let sold = !panel.series.is_empty();
            let months = if sold { panel.len } else { 0 };
            let nit = request.nit.clone();
            return Err(Failure::NoHistory { nit, months }.into());
        }
        let kind = request.model.unwrap_or_default();
        let plan = plan_of(&self.room, &panel, request);
        let trained = puente_forecast::train(&panel, kind, &plan, job, &job.cancel)?;
        job.progress(Progress::stage("save"));
        job.cancel.check()?;
        let meta = Meta {
            kind,
            horizon: plan.horizon,
            first_month: panel.month(0),
            last_month: panel.month(panel.len - 1),
            articles: panel.series.len(),
            rows: panel
                .series
                .iter()
                .map(|series| series.months.len() as u64)
                .sum(),
            data_hash: panel.hash(),
            code_version: env!("CARGO_PKG_VERSION").to_owned(),
            seconds: started.elapsed().as_secs_f64(),
            origins: trained.origins,
            scores: trained.scores.clone(),
            naive: trained.naive.clone(),
            mean_12: trained.mean_12.clone(),
            weights: trained.weights.clone(),
            places: panel.places.clone(),
            notes: panel.notes,
            articles_hash: String::new(),
            booster_hash: None,
        };
        let booster = trained.booster.clone();
        let articles = article::gather(&panel, trained);
        let now = self.room.clock.now();
        let model = self
            .registry
            .add(&request.nit, meta, &articles, booster.as_ref(), now)?;
        mlflow::announce(&self.room, &self.ways, job, &model.id, &model.nit);
        Ok(TrainReport {
            model: model.id,
            kind,
            articles: articles.len(),
            rmsse: model.meta.scores.rmsse,
            naive_rmsse: model.meta.naive.rmsse,
            seconds: model.meta.seconds,
        })
    }
}

impl JobKind for Training {
    const NAME: &'static str = TRAIN;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = Train;
    type Output = TrainReport;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("forecast:{}", input.nit)]
    }

    fn work(&self, job: &Running, request: Self::Input) -> Result<Self::Output> {
        self.train(job, &request)
    }
}

impl Retraining {
    pub(crate) fn new(room: &Room, dir: &DataDir) -> Retraining {
        Retraining {
            room: room.clone(),
            registry: registry(&room.state, dir),
        }
    }

    /// Whether a model's data changed enough. One whose files are damaged is trained anew.
    fn is_stale(&self, model: &Model) -> Result<bool> {
        let panel = panel_of(&self.room, &model.nit, model.meta.by_place())?;
        if panel.hash() == model.meta.data_hash {
            return Ok(false);
        }
        match self.registry.articles(model) {
            Ok(articles) => Ok(Change::of(&panel, &articles, model.meta.last_month).is_enough()),
            Err(Failure::Damaged { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }
}

impl JobKind for Retraining {
    const NAME: &'static str = RETRAIN;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Queued;

    fn work(&self, job: &Running, _: Self::Input) -> Result<Self::Output> {
        let mut queued = Vec::new();
        for model in self
            .registry
            .list(None)?
            .into_iter()
            .filter(|model| model.active)
        {
            job.cancel.check()?;
            job.progress(Progress::stage("panel").about(model.nit.as_str()));
            if !self.is_stale(&model)? {
                continue;
            }
            let request = Train {
                by_place: model.meta.by_place(),
                nit: model.nit,
                model: Some(model.meta.kind),
                horizon: Some(model.meta.horizon),
            };
            queued.push(job.enqueue(NewJob::new(TRAIN, json!(request)).once())?.0);
        }
        Ok(Queued { jobs: queued })
    }
}

fn companies_of(room: &Room, nit: &str) -> Result<Vec<i64>> {
    let all = companies::list(&room.state)?;
    Ok(all
        .into_iter()
        .filter(|company| company.nit == nit)
        .map(|company| company.id)
        .collect())
}

/// What counts as sales of a NIT: nothing where it has no companies or no documents that sell. Beside it the
/// codes of those documents.
pub(super) fn sales_of(room: &Room, nit: &str) -> Result<(Option<MonthFilter>, Vec<String>)> {
    let companies = companies_of(room, nit)?;
    let counted = [DocumentMeaning::Sale, DocumentMeaning::SaleReturn];
    let doc_types: BTreeSet<String> = crate::movements::meanings(room)?
        .into_iter()
        .filter(|(_, meaning)| counted.contains(meaning))
        .map(|(code, _)| code)
        .collect();
    let doc_types: Vec<String> = doc_types.into_iter().collect();
    if companies.is_empty() || doc_types.is_empty() {
        return Ok((None, doc_types));
    }
    let filter = MonthFilter {
        companies,
        doc_types: doc_types.clone(),
        stream: Some(Stream::Line),
        ..MonthFilter::default()
    };
    Ok((Some(filter), doc_types))
}

/// The monthly sales of all companies of a NIT, returns deducted; of each warehouse apart, or of all together.
pub(crate) fn panel_of(room: &Room, nit: &str, by_place: bool) -> Result<Panel> {
    let today = settings::today(&room.state, room.clock.as_ref());
    let running = Month::of(today).map_err(|error| Error::invalid("clock", error))?;
    let (Some(filter), _) = sales_of(room, nit)? else {
        return Ok(Panel::gather(&[], &HashMap::new(), running));
    };
    let meanings = crate::movements::meanings(room)?;
    let cell = |place: Option<String>, demand: Demand| {
        let meaning = meanings.get(&demand.doc_type);
        let sign = if meaning == Some(&DocumentMeaning::SaleReturn) {
            -1
        } else {
            1
        };
        Cell {
            // ERPs write what came back with either sign; it is deducted all the same.
            quantity_e6: signed(demand.quantity_e6, sign),
            total_e4: signed(demand.total_e4, sign),
            article: demand.article,
            place,
            month: demand.month,
        }
    };
    let cells: Vec<Cell> = if by_place {
        let demand = room.warehouse.demand_by_place(&filter)?.into_iter();
        demand
            .map(|(place, demand)| cell(Some(place), demand))
            .collect()
    } else {
        let demand = room.warehouse.demand(&filter, &[])?.into_iter();
        demand.map(|demand| cell(None, demand)).collect()
    };
    let about = room
        .warehouse
        .articles(&filter.companies)?
        .into_iter()
        .map(|article| {
            let about = About {
                description: article.description,
                unit: article.unit,
                group: article.group_code,
            };
            (panel::key_of(&article.code), about)
        })
        .collect();
    let mut panel = Panel::gather(&cells, &about, running);
    if by_place {
        let places = room.warehouse.places(&filter.companies)?.into_iter();
        let names = places.map(|place| (panel::key_of(&place.code), place.name));
        panel.name_places(&names.collect());
    }
    Ok(panel)
}

fn signed(value: i64, sign: i64) -> i64 {
    if sign < 0 {
        value.saturating_abs().saturating_neg()
    } else {
        value
    }
}

fn plan_of(room: &Room, panel: &Panel, request: &Train) -> Plan {
    let usual = if panel.len >= YEAR_AHEAD { 12 } else { 6 };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(4));
    Plan {
        horizon: request.horizon.unwrap_or(usual),
        threads,
        country: settings::country(&room.state),
        ..Plan::default()
    }
}
