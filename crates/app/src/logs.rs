//! Logs: JSON lines, one file a day, the oldest ones deleted.

use crate::config::LogConfig;
use crate::paths::DataDir;
use puente_core::Error;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Keeps the log's writer alive; what is buffered is written when it is dropped.
#[derive(Debug)]
pub struct Logs {
    _guard: WorkerGuard,
}

/// Starts the log of this process, at most once: the first call wins, as in a test binary.
/// `PUENTE_LOG` goes before the settings. Levels that can't be read fall back to `info`, said in the log.
///
/// # Errors
/// Those of the data folder.
pub fn start(dir: &DataDir, config: &LogConfig) -> Result<Logs, Error> {
    let folder = dir.logs();
    std::fs::create_dir_all(&folder).map_err(|error| dir.explain(&error))?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("puente")
        .filename_suffix("log")
        .max_log_files(config.days.max(1))
        .build(&folder)
        .map_err(|error| Error::invalid("logs", error))?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let levels = std::env::var("PUENTE_LOG").unwrap_or_else(|_| config.levels.clone());
    let parsed = EnvFilter::try_new(&levels);
    let wrong = parsed.is_err();
    let filter = parsed.unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(writer);
    let first = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .is_ok();
    if first && wrong {
        tracing::warn!(levels, "the log levels can't be read; info applies");
    }
    Ok(Logs { _guard: guard })
}
