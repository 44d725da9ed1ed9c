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

/// A part of the trail, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "AuditPageOf", optional_fields = nullable)]
pub struct PageOf {
    /// About this subject: `server:3`.
    pub subject: Option<String>,
    /// Entries before the first one that is wanted.
    #[ts(as = "Option<u32>", optional)]
    pub offset: u32,
    /// At most so many, 1000 at most; 100 when left out.
    pub limit: Option<u32>,
}

/// A part of the trail.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AuditRows {
    /// Entries before the first one.
    pub offset: u32,
    /// The entries.
    pub rows: Vec<AuditEntry>,
    /// How many there are in all.
    pub total: i64,
}

/// Any part of the trail, however long it is.
///
/// # Errors
/// Those of the store.
pub fn page(app: &App, request: PageOf) -> Result<AuditRows> {
    let limit = request.limit.unwrap_or(100).min(1000);
    let (rows, total) = app
        .jobs
        .audit_page(request.subject.as_deref(), request.offset, limit)?;
    Ok(AuditRows {
        offset: request.offset,
        rows,
        total,
    })
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
        let part = PageOf {
            offset: 2,
            ..PageOf::default()
        };
        let rest = super::page(&desk.app, part).unwrap();
        assert_eq!((rest.rows.len(), rest.total), (1, 3));
        assert_eq!(rest.rows[0].id, page(Some(first[1].id))[0].id);
    }
}
