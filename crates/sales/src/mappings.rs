//! Table `sale_mapping`, and what an office is shown to fill it.

use crate::Result;
use crate::accounts::ChannelId;
use crate::rules::{MappingKind, Mappings};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::params;

/// All mappings of a channel account.
///
/// # Errors
/// Those of the store.
pub fn of(db: &Database, channel: ChannelId) -> Result<Mappings> {
    db.read(|conn| {
        let mut mappings = Mappings::default();
        let mut statement = conn.prepare_cached(
            "SELECT kind, source, target FROM sale_mapping WHERE channel_id = ?1",
        )?;
        let mut rows = statement.query([channel])?;
        while let Some(row) = rows.next()? {
            if let Some(kind) = MappingKind::parse(row.get_ref(0)?.as_str().unwrap_or_default()) {
                let (source, target): (String, String) = (row.get(1)?, row.get(2)?);
                mappings.set(kind, &source, &target);
            }
        }
        Ok(mappings)
    })
}

/// Sets mappings of one kind; a target of `None` takes the mapping away.
///
/// # Errors
/// Those of the store.
pub fn set(
    db: &Database,
    channel: ChannelId,
    kind: MappingKind,
    changes: Vec<(String, Option<String>)>,
    now: DateTime<Utc>,
) -> Result<()> {
    db.write(move |tx| {
        for (source, target) in &changes {
            match target
                .as_deref()
                .map(str::trim)
                .filter(|target| !target.is_empty())
            {
                Some(target) => {
                    tx.prepare_cached(
                        "INSERT INTO sale_mapping (channel_id, kind, source, target, updated_at) \
                         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (channel_id, kind, source) \
                         DO UPDATE SET target = excluded.target, updated_at = excluded.updated_at",
                    )?
                    .execute(params![
                        channel,
                        kind.as_str(),
                        source,
                        target,
                        time::to_text(now)
                    ])?;
                }
                None => {
                    tx.prepare_cached(
                        "DELETE FROM sale_mapping \
                         WHERE channel_id = ?1 AND kind = ?2 AND source = ?3",
                    )?
                    .execute(params![channel, kind.as_str(), source])?;
                }
            }
        }
        Ok(())
    })
}
