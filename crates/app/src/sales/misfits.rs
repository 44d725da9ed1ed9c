//! What was chosen and a ledger's catalogue no longer has as it was.

use super::ledgers::Named;
use super::room;
use super::texts;
use crate::{App, Nothing, Result};
use puente_sales::misfits::{self, Change, Misfit, Place, Problem};
use puente_sales::{accounts, catalogues};
use serde::Serialize;
use serde_json::json;
use std::collections::HashMap;
use ts_rs::TS;

/// Something that doesn't fit any more, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SalesMisfit")]
pub struct MisfitView {
    /// Number of the channel account.
    pub channel_id: i64,
    /// Its name.
    pub channel: String,
    /// Name of its ledger.
    pub ledger: String,
    /// Where it was chosen.
    pub place: Place,
    /// Name of the rule, or kind of the mapping: `seller`, `tax`, `product`.
    pub field: String,
    /// That, in words.
    pub label: String,
    /// What is mapped to it, or the seller's code; empty for a rule.
    pub source: String,
    /// What was chosen: the ledger's number or code of it; empty where nothing was.
    pub value: String,
    /// What it is or was called; empty where nobody knows.
    pub name: String,
    /// What is wrong with it.
    pub problem: Problem,
    /// How it is different, where it only is different.
    pub change: Option<Change>,
    /// Sales that wait because of it.
    pub sales: u64,
    /// What is wrong, in a sentence.
    pub text: String,
    /// What to do about it.
    pub hint: String,
    /// Where it is mended: `rules`, `mappings.product`, `mappings.payment`, `mappings.tax`, `catalogue`.
    pub mend: String,
}

/// What rules and mappings point to and the ledger no longer has as it was: what most sales wait for first.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<MisfitView>> {
    let state = &room(app).state;
    let ledgers: HashMap<i64, String> = accounts::ledgers(state)?
        .into_iter()
        .map(|ledger| (ledger.id, ledger.name))
        .collect();
    let channels: HashMap<i64, accounts::Channel> = accounts::channels(state)?
        .into_iter()
        .map(|channel| (channel.id, channel))
        .collect();
    let found = misfits::all(room(app))?;
    Ok(found
        .into_iter()
        .filter_map(|misfit| {
            let channel = channels.get(&misfit.channel_id)?;
            let ledger = ledgers.get(&channel.ledger_id?)?;
            Some(view(app, channel, ledger, misfit))
        })
        .collect())
}

/// A person has looked at what changed in a ledger's catalogue: what only is different is told no more. What
/// blocks sales stays until it is mended.
///
/// # Errors
/// That the ledger doesn't exist.
pub fn seen(app: &App, request: Named) -> Result<Vec<MisfitView>> {
    let state = &room(app).state;
    let ledger = accounts::find_ledger(state, &request.ledger)?;
    let changed = list(app, Nothing {})?
        .iter()
        .filter(|one| one.problem == Problem::Changed && one.ledger == ledger.name)
        .count();
    catalogues::see(state, ledger.id)?;
    let about = format!("ledger:{}", ledger.id);
    app.audit("catalogue.seen", &about, json!({ "changes": changed }))?;
    list(app, Nothing {})
}

fn view(app: &App, channel: &accounts::Channel, ledger: &str, misfit: Misfit) -> MisfitView {
    let mend = match (misfit.place, misfit.field.as_str()) {
        (Place::Rule, _) => "rules".to_owned(),
        (Place::Mapping, field) => format!("mappings.{field}"),
        (Place::Product, "product") => "mappings.product".to_owned(),
        (Place::Product, _) => "catalogue".to_owned(),
    };
    let words = texts::misfit(&misfit, app.lang());
    MisfitView {
        channel_id: misfit.channel_id,
        channel: channel.name.clone(),
        ledger: ledger.to_owned(),
        place: misfit.place,
        field: misfit.field,
        label: words.label,
        source: misfit.source,
        value: misfit.value,
        name: misfit.name,
        problem: misfit.problem,
        change: misfit.change,
        sales: misfit.sales,
        text: words.text,
        hint: words.hint,
        mend,
    }
}
