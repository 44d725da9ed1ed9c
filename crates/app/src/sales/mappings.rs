//! What values of a channel become in its ledger.

use super::{channels, room, typed};
use crate::jobs::JobRow;
use crate::{App, Result};
use puente_core::Error;
use puente_sales::accounts::{self, Channel};
use puente_sales::judge::Measure;
use puente_sales::list::Filter;
use puente_sales::suggest::{self, Gather, MappingRow};
use puente_sales::{MappingKind, list, mappings, sales};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// Which values to show.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "MappingsOf", optional_fields = nullable)]
pub struct Of {
    /// Name or number of the channel account.
    pub channel: String,
    /// Of what.
    pub kind: MappingKind,
    /// Words that they hold.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub text: String,
    /// Only those that sales wait for.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub missing: bool,
    /// Rows to pass over.
    #[serde(default)]
    #[ts(as = "Option<usize>", optional)]
    pub offset: usize,
    /// At most so many; 100 when left out, 1000 at most.
    pub limit: Option<usize>,
}

/// Values, those in most sales first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MappingsPage {
    /// This page, with suggestions for those that are not mapped.
    pub rows: Vec<MappingRow>,
    /// How many there are.
    pub total: u64,
    /// How many of them sales wait for.
    pub missing: u64,
}

/// One mapping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct MappingChange {
    /// As the channel has it.
    pub source: String,
    /// What it becomes; left out: it is mapped no more.
    pub target: Option<String>,
}

/// Sets many mappings at once.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "MappingsSet")]
pub struct Set {
    /// Name or number of the channel account.
    pub channel: String,
    /// Of what.
    pub kind: MappingKind,
    /// The mappings; others stay.
    pub changes: Vec<MappingChange>,
}

/// Takes the likeliest suggestion for everything that sales wait for.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "MappingsSuggest", optional_fields = nullable)]
pub struct Suggest {
    /// Name or number of the channel account.
    pub channel: String,
    /// Of what.
    pub kind: MappingKind,
    /// Only what is so alike, 1 to 100; 80 when left out.
    pub likeness: Option<u8>,
    /// Whether to set them; otherwise they are shown only.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub apply: bool,
}

/// What was set, and the job that homologates what waited for it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MappingsChanged {
    /// The mappings.
    pub changes: Vec<MappingChange>,
    /// The homologation; none when nothing was set.
    pub job: Option<JobRow>,
}

/// Mappings as CSV: `kind,source,target`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MappingsCsv {
    /// Name or number of the channel account.
    pub channel: String,
    /// The whole file.
    pub csv: String,
}

/// Values of sales and what they are mapped to.
///
/// # Errors
/// That the account doesn't exist.
pub fn list(app: &App, request: Of) -> Result<MappingsPage> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let (measure, mut rows) = gathered(app, &channel, request.kind)?;
    let is_missing = |row: &MappingRow| row.target.is_none() && row.by_rule.is_none();
    let missing = rows.iter().filter(|row| is_missing(row)).count() as u64;
    let text = request.text.to_lowercase();
    rows.retain(|row| {
        let of = format!("{} {}", row.source, row.label).to_lowercase();
        let fits = text.split_whitespace().all(|word| of.contains(word));
        fits && (!request.missing || is_missing(row))
    });
    let total = rows.len() as u64;
    let limit = request.limit.unwrap_or(100).min(1000);
    let mut rows: Vec<MappingRow> = rows.into_iter().skip(request.offset).take(limit).collect();
    for row in rows.iter_mut().filter(|row| is_missing(row)) {
        row.suggestions = suggest::suggest(request.kind, row, &measure.catalogue);
    }
    Ok(MappingsPage {
        rows,
        total,
        missing,
    })
}

/// Everything of one kind that stands in the sales of an account.
fn gathered(app: &App, channel: &Channel, kind: MappingKind) -> Result<(Measure, Vec<MappingRow>)> {
    let room = room(app);
    let measure = Measure::of(room, channel.id)?;
    let filter = Filter {
        channels: vec![channel.id],
        ..Filter::default()
    };
    let mut gather = Gather::default();
    sales::each(&room.state, &list::ids(&room.state, &filter)?, |_, sale| {
        gather.add(kind, &sale);
        Ok(())
    })?;
    let (catalogue, rules) = (&measure.catalogue, &measure.channel.rules);
    let rows = gather.rows(kind, &measure.mappings, catalogue, rules);
    Ok((measure, rows))
}

/// Sets mappings, and homologates what waited for them.
///
/// # Errors
/// That the account doesn't exist, or that a target is none.
pub fn set(app: &App, request: Set) -> Result<MappingsChanged> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    keep(app, &channel, request.kind, &request.changes)?;
    changed(app, &channel, request.changes)
}

fn changed(app: &App, channel: &Channel, changes: Vec<MappingChange>) -> Result<MappingsChanged> {
    let job = match changes.is_empty() {
        true => None,
        false => Some(channels::homologate(app, channel.id)?),
    };
    Ok(MappingsChanged { changes, job })
}

fn keep(app: &App, channel: &Channel, kind: MappingKind, changes: &[MappingChange]) -> Result<()> {
    let room = room(app);
    for change in changes {
        let target = change.target.as_deref().unwrap_or_default().trim();
        let number = || target.parse::<i64>().is_ok();
        let fits = target.is_empty()
            || match kind {
                MappingKind::Product => target.chars().count() <= 30,
                MappingKind::Payment => number(),
                MappingKind::Tax => target == "none" || number(),
                MappingKind::City => puente_sales::homologate::cities::exists(target),
                MappingKind::IdType => target.len() <= 5,
            };
        if change.source.trim().is_empty() || !fits {
            let reason = format!("{} → {target}", change.source);
            return Err(Error::invalid("mapping", reason));
        }
    }
    let pairs = changes
        .iter()
        .map(|change| (change.source.trim().to_owned(), change.target.clone()))
        .collect();
    mappings::set(&room.state, channel.id, kind, pairs, room.clock.now())?;
    let detail = json!({ "kind": kind.as_str(), "count": changes.len() });
    app.audit("mappings.set", &format!("channel:{}", channel.id), detail)
}

/// Takes the likeliest suggestion for what sales wait for.
///
/// # Errors
/// That the account doesn't exist.
pub fn suggest(app: &App, request: Suggest) -> Result<MappingsChanged> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let (measure, rows) = gathered(app, &channel, request.kind)?;
    let least = request.likeness.unwrap_or(80);
    let changes: Vec<MappingChange> = rows
        .iter()
        .filter(|row| row.target.is_none() && row.by_rule.is_none())
        .filter_map(|row| {
            let best = suggest::suggest(request.kind, row, &measure.catalogue)
                .into_iter()
                .find(|best| best.likeness >= least)?;
            Some(MappingChange {
                source: row.source.clone(),
                target: Some(best.target),
            })
        })
        .collect();
    if !request.apply {
        return Ok(MappingsChanged { changes, job: None });
    }
    keep(app, &channel, request.kind, &changes)?;
    changed(app, &channel, changes)
}

/// All mappings of an account, and everything that sales wait for without a target.
///
/// # Errors
/// That the account doesn't exist.
pub fn export(app: &App, request: channels::Named) -> Result<MappingsCsv> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: &dyn std::error::Error| Error::invalid("csv", error);
    writer
        .write_record(["kind", "source", "target", "label", "sales"])
        .map_err(|error| failed(&error))?;
    for kind in MappingKind::ALL {
        for row in gathered(app, &channel, kind)?.1 {
            if row.target.is_none() && row.by_rule.is_some() {
                continue;
            }
            let target = row.target.unwrap_or_default();
            let sales = row.sales.to_string();
            let cells = [kind.as_str(), &row.source, &target, &row.label, &sales];
            writer.write_record(cells).map_err(|error| failed(&error))?;
        }
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error))?;
    Ok(MappingsCsv {
        channel: channel.name,
        csv: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Sets the mappings of a file; a row without a target is passed over.
///
/// # Errors
/// That the account doesn't exist, or a row can't be read: nothing is set then.
pub fn import(app: &App, request: MappingsCsv) -> Result<MappingsChanged> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let mut all: Vec<(MappingKind, MappingChange)> = Vec::new();
    for record in typed::rows(&request.csv)?.rows {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        let kind = MappingKind::parse(cell(0)).ok_or_else(|| Error::invalid("csv", cell(0)))?;
        if !cell(2).is_empty() {
            let change = MappingChange {
                source: cell(1).to_owned(),
                target: Some(cell(2).to_owned()),
            };
            all.push((kind, change));
        }
    }
    let mut changes = Vec::new();
    for kind in MappingKind::ALL {
        let of: Vec<MappingChange> = all
            .iter()
            .filter(|(known, _)| *known == kind)
            .map(|(_, change)| change.clone())
            .collect();
        if !of.is_empty() {
            keep(app, &channel, kind, &of)?;
            changes.extend(of);
        }
    }
    changed(app, &channel, changes)
}
