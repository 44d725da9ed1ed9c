//! `puente.db`: what can't be obtained again.

use crate::{Migration, Options};

/// `PNT1`, in the header of `puente.db`.
pub const STATE_APPLICATION_ID: i32 = 0x504e_5431;

/// The schema of `puente.db`, from `/migrations/state`.
pub static STATE_MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "jobs",
        sql: include_str!("../../../migrations/state/0001_jobs.sql"),
    },
    Migration {
        version: 2,
        name: "erp",
        sql: include_str!("../../../migrations/state/0002_erp.sql"),
    },
    Migration {
        version: 3,
        name: "settings",
        sql: include_str!("../../../migrations/state/0003_settings.sql"),
    },
    Migration {
        version: 4,
        name: "vpn",
        sql: include_str!("../../../migrations/state/0004_vpn.sql"),
    },
    Migration {
        version: 5,
        name: "sales",
        sql: include_str!("../../../migrations/state/0005_sales.sql"),
    },
    Migration {
        version: 6,
        name: "sqlserver",
        sql: include_str!("../../../migrations/state/0006_sqlserver.sql"),
    },
    Migration {
        version: 7,
        name: "forecasts",
        sql: include_str!("../../../migrations/state/0007_forecasts.sql"),
    },
    Migration {
        version: 8,
        name: "mlflow",
        sql: include_str!("../../../migrations/state/0008_mlflow.sql"),
    },
    Migration {
        version: 9,
        name: "solar",
        sql: include_str!("../../../migrations/state/0009_solar.sql"),
    },
    Migration {
        version: 10,
        name: "vpn_setup",
        sql: include_str!("../../../migrations/state/0010_vpn_setup.sql"),
    },
    Migration {
        version: 11,
        name: "sales_costs",
        sql: include_str!("../../../migrations/state/0011_sales_costs.sql"),
    },
    Migration {
        version: 12,
        name: "forecast_by_place",
        sql: include_str!("../../../migrations/state/0012_forecast_by_place.sql"),
    },
];

/// How `puente.db` is opened.
pub fn state_options() -> Options {
    Options::new(STATE_APPLICATION_ID, STATE_MIGRATIONS)
}
