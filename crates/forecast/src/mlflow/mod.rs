//! MLflow: each training as a run of one experiment, for offices whose analysts have a tracking server.
//!
//! A training writes a row before anything is sent, and never waits for the server. A job sends what waits: it
//! finds the run by its tag before it makes one, so that a lost answer never makes a second one. What was said of a
//! run already is said again as it was: parameters, metrics with the training's own time, and files under the
//! same names.

mod client;
mod error;
mod queue;
mod record;
mod send;

pub use client::{Login, Server, Tracking, check_url};
pub use error::{Error, Result};
pub use queue::{Queue, Sending, State};
pub use record::{Record, Sample};
pub use send::{Sent, send};

/// The experiment that all runs are in.
pub const EXPERIMENT: &str = "TNS_Demanda_Prediccion";
/// The tag that a run is found by.
pub const TAG: &str = "puente.modelo_id";

#[cfg(test)]
mod tests;
