//! Storing what a channel gave.

use super::{SaleId, e4, hex, tell, was_sent};
use crate::accounts::ChannelId;
use crate::model::{Identity, Sale};
use crate::{Result, to_json};
use chrono::{DateTime, Utc};
use puente_store::time;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use sha2::{Digest, Sha256};

/// What storing a sale did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New(SaleId),
    /// It was there and is different now.
    Changed(SaleId),
    /// It was there as it is.
    Same(SaleId),
}

impl Stored {
    /// The sale.
    pub fn id(self) -> SaleId {
        match self {
            Stored::New(id) | Stored::Changed(id) | Stored::Same(id) => id,
        }
    }
}

/// Stores a sale that a channel gave. What was stored later than `sale.updated_at` stays: answers come
/// out of order.
pub(crate) fn store(
    conn: &Connection,
    channel: ChannelId,
    sale: &Sale,
    now: DateTime<Utc>,
) -> Result<Stored> {
    let text = to_json(sale);
    let digest = digest(&text);
    let known: Option<(SaleId, String, String)> = conn
        .prepare_cached(
            "SELECT id, digest, updated_at FROM sale WHERE channel_id = ?1 AND key = ?2",
        )?
        .query_row(params![channel, sale.key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let updated = time::to_text(sale.updated_at);
    match &known {
        Some((id, known, _)) if *known == digest => return Ok(Stored::Same(*id)),
        // A document out of a database is what stands there now, whatever day is written on it.
        Some((id, _, at)) if *at > updated && sale.document.is_none() => {
            return Ok(Stored::Same(*id));
        }
        Some(_) | None => {}
    }
    let id = conn
        .prepare_cached(
            "INSERT INTO sale (channel_id, key, sold_at, updated_at, status, state, buyer, \
             search, items, currency, paid_e4, digest, changed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
             ON CONFLICT (channel_id, key) DO UPDATE SET sold_at = excluded.sold_at, \
             updated_at = excluded.updated_at, status = excluded.status, buyer = excluded.buyer, \
             search = excluded.search, items = excluded.items, currency = excluded.currency, \
             paid_e4 = excluded.paid_e4, digest = excluded.digest, changed_at = excluded.changed_at \
             RETURNING id",
        )?
        .query_row(
            params![
                channel,
                sale.key,
                time::to_text(sale.sold_at),
                updated,
                sale.status.as_str(),
                sale.buyer_name(),
                search_text(sale),
                i64::try_from(sale.lines.len()).unwrap_or(i64::MAX),
                sale.currency.code(),
                e4(sale.paid()),
                digest,
                time::to_text(now)
            ],
            |row| row.get(0),
        )?;
    let (stored, event) = match known {
        Some(_) => (Stored::Changed(id), "changed"),
        None => (Stored::New(id), "imported"),
    };
    let detail = json!({ "status": sale.status.as_str() });
    tell(conn, id, now, event, &detail)?;
    conn.prepare_cached(
        "INSERT INTO sale_body (sale_id, body) VALUES (?1, ?2) \
         ON CONFLICT (sale_id) DO UPDATE SET body = excluded.body",
    )?
    .execute(params![stored.id(), text])?;
    claim_orders(conn, channel, stored.id(), sale)?;
    Ok(stored)
}

/// Writes down which sale each order is in. One that came into another sale before stays there when that
/// one may be invoiced, and the homologation of this one says so; otherwise it moves, and a sale that is
/// left without orders goes.
fn claim_orders(conn: &Connection, channel: ChannelId, id: SaleId, sale: &Sale) -> Result<()> {
    for order in &sale.orders {
        let held: Option<SaleId> = conn
            .prepare_cached(
                "SELECT sale_id FROM sale_order WHERE channel_id = ?1 AND order_id = ?2",
            )?
            .query_row(params![channel, order.id], |row| row.get(0))
            .optional()?;
        match held {
            Some(other) if other == id => {}
            Some(other) if was_sent(conn, other)? => {}
            Some(other) => {
                conn.prepare_cached(
                    "UPDATE sale_order SET sale_id = ?3 WHERE channel_id = ?1 AND order_id = ?2",
                )?
                .execute(params![channel, order.id, id])?;
                conn.prepare_cached(
                    "DELETE FROM sale WHERE id = ?1 \
                     AND NOT EXISTS (SELECT 1 FROM sale_order WHERE sale_id = ?1) \
                     AND NOT EXISTS (SELECT 1 FROM sale_send WHERE sale_id = ?1)",
                )?
                .execute([other])?;
            }
            None => {
                conn.prepare_cached(
                    "INSERT INTO sale_order (channel_id, order_id, sale_id) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![channel, order.id, id])?;
            }
        }
    }
    Ok(())
}

fn search_text(sale: &Sale) -> String {
    let mut text = format!("{} {} {}", sale.key, sale.buyer_name(), sale.buyer.nickname);
    if let Identity::Given(person) = &sale.buyer.identity {
        text.push(' ');
        text.push_str(&person.id_number);
    }
    for order in sale.orders.iter().filter(|order| order.id != sale.key) {
        text.push(' ');
        text.push_str(&order.id);
    }
    for line in &sale.lines {
        text.push(' ');
        text.push_str(&line.sku);
        text.push(' ');
        text.push_str(&line.title);
    }
    text.to_lowercase()
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}
