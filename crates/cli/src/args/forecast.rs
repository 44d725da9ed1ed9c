//! Verbs of forecasts.

use super::Format;
use clap::{Args, Subcommand, ValueEnum};
use puente_app::forecast::Places;
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
        #[arg(long)]
        by_warehouse: bool,
    },
    List,
    Show {
        #[arg(long)]
        nit: String,
        #[arg(long, default_value = "")]
        search: String,
        #[arg(long, conflicts_with = "by_warehouse")]
        article: Option<String>,
        #[command(flatten)]
        warehouses: Warehouses,
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
        #[command(flatten)]
        warehouses: Warehouses,
        #[arg(long, value_name = "1-12")]
        horizon: Option<usize>,
    },
    Totals {
        #[arg(long)]
        nit: String,
        #[arg(long, default_value = "")]
        search: String,
        #[command(flatten)]
        warehouses: Warehouses,
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
        #[arg(long, conflicts_with = "table")]
        totals: bool,
        #[command(flatten)]
        warehouses: Warehouses,
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

/// All warehouses of the ERP together, unless one of these says otherwise.
#[derive(Debug, Args)]
pub struct Warehouses {
    #[arg(long, conflicts_with = "warehouse")]
    by_warehouse: bool,
    #[arg(long, value_name = "CODE")]
    warehouse: Option<String>,
}

impl Warehouses {
    pub fn places(&self) -> Places {
        match &self.warehouse {
            Some(code) => Places::One(code.clone()),
            None if self.by_warehouse => Places::Each,
            None => Places::Together,
        }
    }

    /// The one that was asked for.
    pub fn one(self) -> Option<String> {
        self.warehouse
    }
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
