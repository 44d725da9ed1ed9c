//! From an order to its sale: its pack, its shipment, and whom the invoice is for.

use super::client::Client;
use super::read::{self, Read};
use crate::Result;
use crate::model::{Identity, Sale, Shipment, Status};
use crate::read::Json;
use puente_core::Cancel;

/// The sale of that key: a pack, or an order in none.
pub(super) fn sale(client: &Client, key: &str, cancel: &Cancel) -> Result<Option<Sale>> {
    let pack = client.get(&format!("/packs/{key}"), &[], &[], cancel)?;
    if pack.is_there() && !pack.body.list("orders").is_empty() {
        return of_pack(client, key, &[], cancel);
    }
    match order(client, key, cancel)? {
        Some(order) => of_orders(client, &[order], cancel),
        None => Ok(None),
    }
}

/// The order of that number.
fn order(client: &Client, id: &str, cancel: &Cancel) -> Result<Option<Read>> {
    let got = client.get(&format!("/orders/{id}"), &[], &[], cancel)?;
    Ok(match got.is_there() {
        // Part of an order is enough when what matters is in it; what doesn't is named by the order itself.
        true => read::order(&got.body),
        false => None,
    })
}

/// The sale of a pack. `known` are orders of it that were read already.
pub(super) fn of_pack(
    client: &Client,
    pack: &str,
    known: &[Read],
    cancel: &Cancel,
) -> Result<Option<Sale>> {
    let got = client.get(&format!("/packs/{pack}"), &[], &[], cancel)?;
    let mut ids: Vec<String> = got
        .body
        .list("orders")
        .iter()
        .map(|order| order.text("id"))
        .filter(|id| !id.is_empty())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if !got.is_there() || ids.is_empty() {
        return of_orders(client, known, cancel);
    }
    let mut orders = Vec::with_capacity(ids.len());
    for id in ids {
        let read = match known.iter().find(|order| order.id == id) {
            Some(order) => Some(order.clone()),
            None => order(client, &id, cancel)?,
        };
        orders.extend(read);
    }
    // Whatever an order itself says of its pack.
    for order in &mut orders {
        order.pack = Some(pack.to_owned());
    }
    of_orders(client, &orders, cancel)
}

/// The sale of orders that are all there are.
pub(super) fn of_orders(client: &Client, orders: &[Read], cancel: &Cancel) -> Result<Option<Sale>> {
    let cancelled = orders.iter().all(|order| order.status == Status::Cancelled);
    if cancelled {
        return Ok(read::sale(orders, Identity::Missing, None));
    }
    let identity = identity(client, orders, cancel)?;
    let shipment = shipment(client, orders, cancel)?;
    Ok(read::sale(orders, identity, shipment))
}

fn identity(client: &Client, orders: &[Read], cancel: &Cancel) -> Result<Identity> {
    let Some(id) = orders.iter().find_map(|order| order.billing.as_deref()) else {
        return Ok(Identity::Missing);
    };
    let path = format!("/orders/billing-info/{}/{id}", client.account.site);
    let got = client.get(&path, &[], &[("x-version", "2")], cancel)?;
    Ok(match got.status {
        403 => Identity::Forbidden,
        200 | 206 => read::identity(&got.body),
        _ => Identity::Missing,
    })
}

fn shipment(client: &Client, orders: &[Read], cancel: &Cancel) -> Result<Option<Shipment>> {
    let Some(id) = orders.iter().find_map(|order| order.shipping.as_deref()) else {
        return Ok(None);
    };
    let format = [("x-format-new", "true")];
    let got = client.get(&format!("/shipments/{id}"), &[], &format, cancel)?;
    if !got.is_there() {
        return Ok(None);
    }
    let costs = client.get(&format!("/shipments/{id}/costs"), &[], &format, cancel)?;
    let costs = costs.is_there().then_some(&costs.body);
    let seller = &client.account.seller_id;
    Ok(Some(read::shipment(id, &got.body, costs, seller)))
}
