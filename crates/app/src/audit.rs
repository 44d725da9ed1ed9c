//! The audit trail: who did what, for good.

use crate::{App, Result};
use puente_jobs::AuditEntry;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which entries, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "AuditSearch", optional_fields = nullable)]
pub struct List {
    /// About this subject: `server:3`.
    pub subject: Option<String>,
    /// Older than this entry: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many, 1000 at most; 100 when left out.
    pub limit: Option<u32>,
}

/// A page of the trail.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: List) -> Result<Vec<AuditEntry>> {
    let limit = request.limit.unwrap_or(100).min(1000);
    Ok(app
        .jobs
        .audit_trail(request.subject.as_deref(), request.before, limit)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use serde_json::json;

    #[test]
    fn what_people_did_is_there_page_by_page() {
        let desk = Desk::new();
        for theme in ["dark", "light", "system"] {
            let change = serde_json::from_value(json!({ "theme": theme })).unwrap();
            crate::settings::set(&desk.app, change).unwrap();
        }
        let page = |before| {
            let request = List {
                limit: Some(2),
                before,
                ..List::default()
            };
            list(&desk.app, request).unwrap()
        };
        let first = page(None);
        assert_eq!(first.len(), 2);
        assert_eq!(first[0].action, "settings.set");
        assert_eq!(page(Some(first[1].id)).len(), 1);
    }
}
