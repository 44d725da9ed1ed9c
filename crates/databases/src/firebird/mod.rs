//! Firebird behind [`crate::SourceDb`].

use crate::{ConnectOptions, Error, Result, SourceDb, StatementLog};
use puente_core::Cancel;
use std::sync::Arc;

pub(crate) fn connect(
    options: &ConnectOptions,
    cancel: &Cancel,
    _log: Arc<dyn StatementLog>,
) -> Result<Box<dyn SourceDb>> {
    cancel.check()?;
    Err(Error::Internal(format!(
        "no driver yet for {}",
        options.host
    )))
}
