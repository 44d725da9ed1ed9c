//! Table `setting`: one row for each choice that is not as it comes.

use super::{Settings, usual_zone};
use crate::Result;
use crate::config::Config;
use chrono::NaiveDate;
use chrono_tz::Tz;
use puente_core::{Clock, Error, Lang};
use puente_forecast::holidays::Country;
use puente_store::Database;
use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The settings as they stand. A row that this version can't read is passed over.
///
/// # Errors
/// Those of the store.
pub(crate) fn read(state: &Database, config: &Config) -> Result<Settings> {
    let rows: Vec<(String, String)> = state.read(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT name, value FROM setting
             WHERE name NOT LIKE 'once.%' AND name NOT LIKE 'saved.%'",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()
            .map_err(puente_store::Error::from)
    })?;
    let mut settings = Settings::usual(config);
    for (name, text) in rows {
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        match with(&settings, &name, value) {
            Ok(changed) => settings = changed,
            Err(error) => tracing::warn!(name, %error, "a setting can't be read"),
        }
    }
    Ok(settings)
}

fn with(settings: &Settings, name: &str, value: Value) -> serde_json::Result<Settings> {
    let mut all = serde_json::to_value(settings)?;
    if let Some(all) = all.as_object_mut() {
        all.insert(name.to_owned(), value);
    }
    serde_json::from_value(all)
}

pub(super) fn write(state: &Database, settings: &Settings, names: Vec<&'static str>) -> Result<()> {
    let all = serde_json::to_value(settings).map_err(|error| Error::invalid("settings", error))?;
    state.write(move |tx| {
        let mut put = tx.prepare_cached(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?;
        for name in names {
            put.execute((name, all[name].to_string()))?;
        }
        Ok::<_, puente_store::Error>(())
    })?;
    Ok(())
}

/// The language that was chosen, if one was.
pub(crate) fn lang(state: &Database) -> Option<Lang> {
    chosen(state, "lang")
}

/// The office's time zone: the one that was chosen, else this machine's.
pub(crate) fn zone(state: &Database) -> Tz {
    let name = chosen(state, "zone").unwrap_or_else(usual_zone);
    name.parse().unwrap_or(Tz::America__Bogota)
}

/// The day in the office's time zone.
pub(crate) fn today(state: &Database, clock: &dyn Clock) -> NaiveDate {
    clock.now().with_timezone(&zone(state)).date_naive()
}

/// Whose holidays count: those of the office's country, where they are known.
pub(crate) fn country(state: &Database) -> Option<Country> {
    let code: Option<String> = chosen(state, "country");
    match code.as_deref().unwrap_or("CO") {
        "CO" => Some(Country::Colombia),
        "CL" => Some(Country::Chile),
        "AR" => Some(Country::Argentina),
        "MX" => Some(Country::Mexico),
        _ => None,
    }
}

/// One setting, where it was chosen and can be read.
fn chosen<T: DeserializeOwned>(state: &Database, name: &str) -> Option<T> {
    let text: Option<String> = state
        .read(|connection| {
            connection
                .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
                .map_err(puente_store::Error::from)
        })
        .ok()?;
    serde_json::from_str(&text?).ok()
}

/// A mark that something has been done once for this office. Marks are no settings.
pub(crate) fn once(state: &Database, mark: &'static str) -> Result<bool> {
    let is_new = state.write(move |tx| {
        tx.execute(
            "INSERT OR IGNORE INTO setting (name, value) VALUES (?1, 'true')",
            [mark],
        )
        .map_err(puente_store::Error::from)
    })?;
    Ok(is_new == 1)
}
