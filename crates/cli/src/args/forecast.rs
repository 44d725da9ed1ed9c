//! Verbs of forecasts.

use super::Format;
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Forecast {
    Train {
        #[arg(long)]
        nit: String,
        #[arg(long, value_enum, default_value = "puente")]
        model: ForecastModel,
        #[arg(long, value_name = "1-12")]
        horizon: Option<usize>,
    },
    List,
    Show {
        #[arg(long)]
        nit: String,
        #[arg(long, default_value = "")]
        search: String,
        #[arg(long)]
        article: Option<String>,
        #[arg(long, value_name = "DAYS")]
        lead_days: Option<u32>,
        #[arg(long, value_name = "0.5-0.999")]
        service: Option<f64>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    Predict {
        #[arg(long)]
        nit: String,
        #[arg(long = "article", value_name = "CODE")]
        articles: Vec<String>,
        #[arg(long, value_name = "1-12")]
        horizon: Option<usize>,
    },
    Export {
        #[arg(long)]
        nit: String,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long, value_enum)]
        format: Option<Format>,
        #[arg(long)]
        overwrite: bool,
        #[arg(long)]
        table: bool,
        #[arg(long, value_name = "DAYS", requires = "table")]
        lead_days: Option<u32>,
        #[arg(long, value_name = "0.5-0.999", requires = "table")]
        service: Option<f64>,
    },
    Compare {
        #[arg(long)]
        nit: String,
    },
    Use {
        id: String,
    },
    Remove {
        id: String,
        #[arg(long)]
        yes: bool,
    },
    #[command(subcommand)]
    Mlflow(Mlflow),
}

#[derive(Debug, Subcommand)]
pub enum Mlflow {
    Status,
    Test,
    Send,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForecastModel {
    Puente,
    Prophet,
    Xgboost,
    #[value(name = "seasonal_naive")]
    SeasonalNaive,
    #[value(name = "mean_12")]
    Mean12,
}
