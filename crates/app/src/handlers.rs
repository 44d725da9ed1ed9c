//! Every kind of job that this program knows.

use crate::backup;
use crate::config::Config;
use crate::maintenance::Tidy;
use crate::paths::DataDir;
use puente_erp::Room;
use puente_jobs::Handler;
use std::sync::Arc;

pub(crate) fn all(room: &Room, dir: &DataDir, config: &Config) -> Vec<Arc<dyn Handler>> {
    let mut handlers = puente_erp::handlers::all(room);
    handlers.push(Arc::new(backup::BackUp::new(room, dir, config)));
    handlers.push(Arc::new(Tidy::new(room)));
    handlers
}
