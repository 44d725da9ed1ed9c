//! What an office chose and its ledger's catalogue no longer has as it was.
//!
//! A refresh keeps the catalogue of the last time a person looked as `seen`. What rules and mappings point to
//! is compared with it: what is gone, inactive or of no use blocks sales, and what is different (a rate, a
//! day on which a payment is due) is told until a person has seen it.

use crate::accounts::{self, Channel, ChannelId};
use crate::catalogue::{Catalogue, Named};
use crate::homologate::is_sales_tax;
use crate::rules::{MappingKind, Mappings, Rules};
use crate::{Result, Room, catalogues, mappings};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Where something that doesn't fit any more was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MisfitPlace")]
pub enum Place {
    /// In the rules of the channel account.
    Rule,
    /// In a mapping.
    Mapping,
    /// Nowhere: a seller's code is the code of a product, or a product brings its own tax.
    Product,
}

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MisfitProblem")]
pub enum Problem {
    /// The ledger has it no more.
    Gone,
    /// It is there and may not be used.
    Inactive,
    /// It is there, and its settings don't let Puente use it: manual numbers, a tax that is withheld.
    Unfit,
    /// The ledger demands one now, and none is chosen.
    Missing,
    /// It is different from when a person last looked. It blocks nothing.
    Changed,
}

/// How something is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "MisfitChange")]
pub struct Change {
    /// Its property: `name`, `percentage`, `due_date`, `decimals`.
    pub what: String,
    /// When a person last looked; `true` and `false` for yes and no.
    pub before: String,
    /// Now.
    pub after: String,
}

/// Something that was chosen and doesn't fit any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misfit {
    /// The channel account whose choice it is.
    pub channel_id: ChannelId,
    /// Where it was chosen.
    pub place: Place,
    /// Name of the rule, or kind of the mapping: `seller`, `tax`, `product`.
    pub field: String,
    /// What is mapped to it, or the seller's code; empty for a rule.
    pub source: String,
    /// What was chosen: the ledger's number or code of it.
    pub value: String,
    /// What it is or was called; empty where nobody knows.
    pub name: String,
    /// What is wrong with it.
    pub problem: Problem,
    /// How it is different, for [`Problem::Changed`].
    pub change: Option<Change>,
    /// Sales that wait because of it.
    pub sales: u64,
}

/// Everything that doesn't fit any more, in all channel accounts: what most sales wait for comes first.
///
/// # Errors
/// Those of the store.
pub fn all(room: &Room) -> Result<Vec<Misfit>> {
    let mut found = Vec::new();
    for channel in accounts::channels(&room.state)? {
        let Some(ledger) = channel.ledger_id else {
            continue;
        };
        let catalogue = catalogues::of(&room.state, ledger)?;
        if catalogue.fetched_at.is_none() {
            continue;
        }
        let seen = catalogues::seen(&room.state, ledger)?;
        let mappings = mappings::of(&room.state, channel.id)?;
        let waiting = room.state.read(|conn| Waiting::of(conn, channel.id))?;
        found.extend(of(&channel, &mappings, &catalogue, &seen, &waiting));
    }
    found.sort_by(|a, b| {
        b.sales
            .cmp(&a.sales)
            .then_with(|| a.problem.cmp(&b.problem))
    });
    Ok(found)
}

/// What sales wait for, of what the ledger has to do with.
#[derive(Debug, Default)]
pub struct Waiting {
    /// By field and value.
    not_there: BTreeMap<(String, String), u64>,
    /// By seller's code.
    unmapped: BTreeMap<String, u64>,
    manual_number: u64,
    no_center: u64,
}

impl Waiting {
    fn of(conn: &Connection, channel: ChannelId) -> Result<Waiting> {
        let mut waiting = Waiting::default();
        let mut statement = conn.prepare_cached(
            "SELECT json_extract(one.value, '$.reason') AS reason, \
             coalesce(json_extract(one.value, '$.field'), ''), \
             coalesce(json_extract(one.value, '$.value'), json_extract(one.value, '$.sku'), ''), \
             count(DISTINCT sale.id) \
             FROM sale, json_each(sale.reasons) AS one \
             WHERE sale.channel_id = ?1 AND sale.state = 'pending' \
             AND reason IN ('not_in_catalogue', 'unmapped_product', 'manual_number', 'not_chosen') \
             GROUP BY 1, 2, 3",
        )?;
        let mut rows = statement.query([channel])?;
        while let Some(row) = rows.next()? {
            let (reason, field, value): (String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let count = row.get::<_, i64>(3)?.unsigned_abs();
            match reason.as_str() {
                "not_in_catalogue" => {
                    waiting.not_there.insert((field, value), count);
                }
                "unmapped_product" => {
                    waiting.unmapped.insert(value, count);
                }
                "manual_number" => waiting.manual_number += count,
                _ if field == "cost_center" => waiting.no_center += count,
                _ => {}
            }
        }
        Ok(waiting)
    }

    fn on(&self, field: &str, value: &str, problem: Problem) -> u64 {
        match problem {
            Problem::Changed => 0,
            Problem::Missing => self.no_center,
            Problem::Unfit if field == "document_type" => self.manual_number,
            Problem::Gone | Problem::Inactive | Problem::Unfit => {
                let key = (field.to_owned(), value.to_owned());
                self.not_there.get(&key).copied().unwrap_or_default()
            }
        }
    }
}

/// What of a channel account's choices doesn't fit any more. Pure.
pub fn of(
    channel: &Channel,
    mappings: &Mappings,
    catalogue: &Catalogue,
    seen: &Catalogue,
    waiting: &Waiting,
) -> Vec<Misfit> {
    let mut found = Vec::new();
    let mut add = |place, field: &str, source: &str, value: &str| {
        for (problem, name, change) in judged(field, value, catalogue, seen) {
            found.push(Misfit {
                channel_id: channel.id,
                place,
                field: field.to_owned(),
                source: source.to_owned(),
                value: value.to_owned(),
                name,
                problem,
                change,
                sales: waiting.on(field, value, problem),
            });
        }
    };
    for (field, value) in chosen(&channel.rules) {
        add(Place::Rule, field, "", &value);
    }
    for kind in [MappingKind::Product, MappingKind::Payment, MappingKind::Tax] {
        let mut pairs: Vec<(&str, &str)> = mappings.of(kind).collect();
        pairs.sort_unstable();
        for (source, target) in pairs {
            if target != "none" {
                add(Place::Mapping, kind.as_str(), source, target);
            }
        }
    }
    found.extend(unchosen(channel, catalogue, seen, waiting, &found));
    found
}

/// The rules that name something of the catalogue.
fn chosen(rules: &Rules) -> Vec<(&'static str, String)> {
    let numbers = [
        ("document_type", rules.document_type),
        ("seller", rules.seller),
        ("payment", rules.payment),
        ("tax", rules.tax),
        ("cost_center", rules.cost_center),
        ("warehouse", rules.warehouse),
    ];
    let numbers = numbers
        .into_iter()
        .filter_map(|(field, id)| Some((field, id?.to_string())));
    let codes = [
        ("generic_product", &rules.generic_product),
        ("shipping_product", &rules.shipping_product),
    ];
    let codes = codes
        .into_iter()
        .filter(|(_, code)| !code.is_empty())
        .map(|(field, code)| (field, code.clone()));
    numbers.chain(codes).collect()
}

/// What stands nowhere in the rules and fits no more all the same.
fn unchosen(
    channel: &Channel,
    catalogue: &Catalogue,
    seen: &Catalogue,
    waiting: &Waiting,
    known: &[Misfit],
) -> Vec<Misfit> {
    let row = |place, field: &str, source: &str, value: &str, name, problem, sales| Misfit {
        channel_id: channel.id,
        place,
        field: field.to_owned(),
        source: source.to_owned(),
        value: value.to_owned(),
        name,
        problem,
        change: None,
        sales,
    };
    let mut found = Vec::new();
    let document = channel
        .rules
        .document_type
        .and_then(|id| catalogue.document_type(id));
    let demands = document
        .is_some_and(|kind| kind.cost_center_mandatory && kind.cost_center_default.is_none());
    if demands && channel.rules.cost_center.is_none() {
        let (none, count) = (String::new(), waiting.no_center);
        found.push(row(
            Place::Rule,
            "cost_center",
            "",
            "",
            none,
            Problem::Missing,
            count,
        ));
    }
    for (sku, count) in &waiting.unmapped {
        let before = seen.product(sku).filter(|product| product.active);
        let (product, problem) = match (catalogue.product(sku), before) {
            (Some(product), _) if !product.active => (product, Problem::Inactive),
            (None, Some(product)) => (product, Problem::Gone),
            (Some(_), _) | (None, None) => continue,
        };
        let name = product.name.clone();
        found.push(row(
            Place::Product,
            "product",
            sku,
            &product.code,
            name,
            problem,
            *count,
        ));
    }
    for ((field, value), count) in &waiting.not_there {
        let told = known
            .iter()
            .any(|one| one.field == *field && one.value == *value);
        if told {
            continue;
        }
        for (problem, name, _) in judged(field, value, catalogue, seen) {
            if problem != Problem::Changed {
                found.push(row(Place::Product, field, "", value, name, problem, *count));
            }
        }
    }
    found
}

/// What is wrong with one thing: one row, or one for each property that is different.
fn judged(
    field: &str,
    value: &str,
    catalogue: &Catalogue,
    seen: &Catalogue,
) -> Vec<(Problem, String, Option<Change>)> {
    let before = thing(field, value, seen);
    let Some(now) = thing(field, value, catalogue) else {
        let name = before.map_or_else(String::new, |thing| thing.name);
        return vec![(Problem::Gone, name, None)];
    };
    if !now.active {
        return vec![(Problem::Inactive, now.name, None)];
    }
    if !now.fits {
        return vec![(Problem::Unfit, now.name, None)];
    }
    let Some(before) = before else {
        return Vec::new();
    };
    let (then, after) = (before.properties(), now.properties());
    let pairs = then.into_iter().zip(after);
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((what, before), (_, after))| {
            let change = Change {
                what: what.to_owned(),
                before,
                after,
            };
            (Problem::Changed, now.name.clone(), Some(change))
        })
        .collect()
}

/// Something of the catalogue, as far as an invoice depends on it.
struct Thing {
    name: String,
    active: bool,
    fits: bool,
    more: Vec<(&'static str, String)>,
}

impl Thing {
    fn properties(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("name", self.name.clone())];
        all.extend(self.more.iter().cloned());
        all
    }
}

fn thing(field: &str, value: &str, catalogue: &Catalogue) -> Option<Thing> {
    let id = || value.parse::<i64>().ok();
    let named = |list: &[Named]| {
        let id = id()?;
        let one = list.iter().find(|one| one.id == id)?;
        Some(Thing {
            name: one.name.clone(),
            active: one.active,
            fits: true,
            more: Vec::new(),
        })
    };
    match field {
        "document_type" => {
            let kind = catalogue.document_type(id()?)?;
            Some(Thing {
                name: kind.name.clone(),
                active: kind.active,
                fits: kind.automatic_number,
                more: vec![
                    ("prefix", kind.prefix.clone()),
                    ("decimals", kind.decimals.to_string()),
                    ("electronic", kind.electronic.to_string()),
                    ("cost_center", kind.cost_center.to_string()),
                ],
            })
        }
        "payment" => {
            let kind = catalogue.payment_type(id()?)?;
            Some(Thing {
                name: kind.name.clone(),
                active: kind.active,
                fits: true,
                more: vec![("due_date", kind.due_date.to_string())],
            })
        }
        "tax" => {
            let tax = catalogue.tax(id()?)?;
            Some(Thing {
                name: tax.name.clone(),
                active: tax.active,
                fits: is_sales_tax(&tax.kind),
                more: vec![
                    ("type", tax.kind.clone()),
                    ("percentage", tax.percentage.normalize().to_string()),
                ],
            })
        }
        "seller" => named(&catalogue.sellers),
        "cost_center" => named(&catalogue.cost_centers),
        "warehouse" => named(&catalogue.warehouses),
        _ => {
            let product = catalogue.product(value)?;
            let rates = product.taxes.iter().filter_map(|id| catalogue.tax(*id));
            let taxes: Vec<String> = rates.map(|tax| tax.name.clone()).collect();
            Some(Thing {
                name: product.name.clone(),
                active: product.active,
                fits: true,
                more: vec![
                    ("taxes", taxes.join(", ")),
                    (
                        "taxed",
                        product.taxed.map(|yes| yes.to_string()).unwrap_or_default(),
                    ),
                ],
            })
        }
    }
}

#[cfg(test)]
mod tests;
