//! What is told of a training.

use super::client::short;
use crate::article::Article;
use crate::panel::{month_number, months_since_zero};
use crate::registry::Model;
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// Rows of the sample of the data: enough to see what it is like, and no copy of the office's books.
const SAMPLE_ROWS: usize = 1_000;

/// The first rows of the data that a model was trained with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample(pub String);

impl Sample {
    /// Article by article, month by month; with the warehouse where each is forecast apart.
    pub fn of(nit: &str, articles: &[Article]) -> Sample {
        let apart = articles.iter().any(|article| article.place.is_some());
        let place = if apart { "bodega," } else { "" };
        let mut csv = format!("nit_empresa,articulo,{place}mes,cantidad\n");
        let rows = articles.iter().flat_map(|article| {
            let first = months_since_zero(article.first_month);
            let place = article.place.as_ref();
            let place = place.map_or_else(String::new, |place| format!("{},", quoted(&place.code)));
            article
                .history
                .iter()
                .enumerate()
                .map(move |(at, quantity)| {
                    let number = month_number(first + i32::try_from(at).unwrap_or(0));
                    let month = format!("{:04}-{:02}", number / 100, number % 100);
                    format!(
                        "{nit},{},{place}{month},{quantity}\n",
                        quoted(&article.code)
                    )
                })
        });
        csv.extend(rows.take(SAMPLE_ROWS));
        Sample(csv)
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A training, as MLflow is told of it.
#[derive(Debug, Clone)]
pub struct Record {
    /// The modelo_id.
    pub model: String,
    /// Milliseconds since 1970 when it began.
    pub start: i64,
    /// When it was over.
    pub end: i64,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// Parameters.
    pub params: Vec<(String, String)>,
    /// Metrics.
    pub metrics: Vec<(String, f64)>,
    /// Files beside the model: name, media type, text.
    pub files: Vec<(&'static str, &'static str, String)>,
    /// The booster, in XGBoost's own JSON.
    pub booster: Option<String>,
}

impl Record {
    /// Of a model, the sample of its data, and its booster if it has one.
    pub fn of(model: &Model, sample: Sample, booster: Option<String>) -> Record {
        let meta = &model.meta;
        let end = model.created_at.timestamp_millis();
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let files = vec![
            ("training_data_sample.csv", "text/csv", sample.0),
            (
                "meta.json",
                "application/json",
                serde_json::to_string_pretty(meta).unwrap_or_default(),
            ),
        ];
        Record {
            model: model.id.clone(),
            start: end - (meta.seconds.clamp(0.0, 1e9) * 1000.0) as i64,
            end,
            tags: vec![
                tag(super::TAG, &model.id),
                tag("mlflow.user", "puente"),
                tag("mlflow.source.name", "puente"),
                tag("mlflow.source.type", "LOCAL"),
                tag("nit_empresa", &model.nit),
            ],
            params: params(model),
            metrics: metrics(model, booster.is_some()),
            files,
            booster,
        }
    }

    /// What `model/MLmodel` says: JSON is YAML too.
    pub fn mlmodel(&self, run: &str) -> Value {
        let at = chrono::DateTime::from_timestamp_millis(self.end).unwrap_or_default();
        json!({
            "artifact_path": "model",
            "run_id": run,
            "utc_time_created": at.format("%Y-%m-%d %H:%M:%S%.6f").to_string(),
            "flavors": {
                "python_function": {
                    "loader_module": "mlflow.xgboost",
                    "data": "model.json",
                },
                "xgboost": {
                    "data": "model.json",
                    "model_class": "xgboost.sklearn.XGBRegressor",
                    "model_format": "json",
                    "xgb_version": "3.0.0",
                },
            },
        })
    }
}

fn params(model: &Model) -> Vec<(String, String)> {
    let meta = &model.meta;
    let trained = model.created_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let month = |number: i32| format!("{:04}-{:02}", number / 100, number % 100);
    [
        ("modelo_id", model.id.clone()),
        ("nit_empresa", model.nit.clone()),
        ("fecha_entrenamiento", trained),
        ("filas_entrenamiento", meta.rows.to_string()),
        ("prophet_datos_entrenamiento", meta.rows.to_string()),
        ("modelo", meta.kind.as_str().to_owned()),
        ("articulos", meta.articles.to_string()),
        ("bodegas_aparte", meta.places.len().to_string()),
        ("primer_mes", month(meta.first_month)),
        ("ultimo_mes", month(meta.last_month)),
        ("meses_pronosticados", meta.horizon.to_string()),
        ("origenes_de_prueba", meta.origins.to_string()),
        ("datos_sha256", meta.data_hash.clone()),
        ("version_puente", meta.code_version.clone()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), short(&value)))
    .collect()
}

/// The errors of the past. Those that the replaced system calls `xgboost_…` are told under that name where the
/// model has a booster.
fn metrics(model: &Model, has_booster: bool) -> Vec<(String, f64)> {
    let meta = &model.meta;
    let (own, naive, mean) = (&meta.scores, &meta.naive, &meta.mean_12);
    let mut metrics: Vec<(&str, Option<f64>)> = vec![
        ("mae", own.mae),
        ("rmse", own.rmse),
        ("r2", own.r2),
        ("mase", own.mase),
        ("rmsse", own.rmsse),
        ("wape", own.wape),
        ("error_total", own.total_error),
        ("sesgo", own.bias),
        ("cobertura_80", own.coverage),
        ("anio_pasado_mae", naive.mae),
        ("anio_pasado_rmse", naive.rmse),
        ("anio_pasado_rmsse", naive.rmsse),
        ("media_12_rmsse", mean.rmsse),
        ("filas_entrenamiento", Some(meta.rows as f64)),
        ("prophet_datos_entrenamiento", Some(meta.rows as f64)),
        ("segundos", Some(meta.seconds)),
    ];
    if has_booster {
        metrics.extend([
            ("xgboost_mae", own.mae),
            ("xgboost_r2", own.r2),
            ("xgboost_rmse", own.rmse),
        ]);
    }
    metrics
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value.filter(|value| value.is_finite())?)))
        .collect()
}
