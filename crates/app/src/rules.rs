//! Rules that say what a warehouse of the ERP is, by its name.

use crate::{App, Result};
use puente_databases::profile::PlaceRule;
use puente_erp::rules;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// Names a profile.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "RulesOf")]
pub struct Of {
    /// `tns`.
    pub profile: String,
}

/// New rules for a profile.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "RulesSet")]
pub struct Set {
    /// `tns`.
    pub profile: String,
    /// `PATTERN=FLAG` each; the first one that fits decides.
    pub rules: Vec<String>,
}

/// The rules in force, in order.
///
/// # Errors
/// That the profile doesn't exist; those of the store.
pub fn list(app: &App, request: Of) -> Result<Vec<PlaceRule>> {
    let profile = app.room.profile(&request.profile)?;
    Ok(rules::of(&app.room.state, &profile)?)
}

/// Replaces the rules. They apply from the next extraction on.
///
/// # Errors
/// That a rule can't be read, that the profile doesn't exist; those of the store.
pub fn set(app: &App, request: Set) -> Result<Vec<PlaceRule>> {
    let profile = app.room.profile(&request.profile)?;
    let parsed: Vec<PlaceRule> = request
        .rules
        .iter()
        .map(|rule| rules::parse(rule))
        .collect::<puente_erp::Result<_>>()?;
    rules::set(&app.room.state, &profile.name, parsed)?;
    app.audit(
        "rules.set",
        &profile.name,
        json!({ "rules": request.rules }),
    )?;
    Ok(rules::of(&app.room.state, &profile)?)
}

/// Goes back to the rules that the profile ships.
///
/// # Errors
/// That the profile doesn't exist; those of the store.
pub fn reset(app: &App, request: Of) -> Result<Vec<PlaceRule>> {
    let profile = app.room.profile(&request.profile)?;
    rules::reset(&app.room.state, &profile.name)?;
    app.audit("rules.reset", &profile.name, json!({}))?;
    Ok(profile.place_flags)
}
