//! Views of lists that people named: filters and order, to come back to. They stand among the settings,
//! one row for each list, so that every window and browser of the office has them.

use crate::{App, Result};
use puente_core::Error;
use puente_store::Database;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// Views of one list, and the longest name and picture of one, in characters and bytes.
const MOST: usize = 50;
const LONGEST_NAME: usize = 60;
const LARGEST: usize = 4_000;

/// A list that has views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "SavedList")]
pub enum Which {
    /// Discovered companies.
    Companies,
    /// Movements, of whichever company.
    Movements,
    /// The queue.
    Jobs,
    /// Sales.
    Sales,
}

impl Which {
    fn row(self) -> &'static str {
        match self {
            Which::Companies => "saved.companies",
            Which::Movements => "saved.movements",
            Which::Jobs => "saved.jobs",
            Which::Sales => "saved.sales",
        }
    }
}

/// A view with its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "SavedView")]
pub struct View {
    /// Unique within its list.
    pub name: String,
    /// What the list shows, in the list's own words.
    #[ts(type = "Record<string, unknown>")]
    pub shows: Map<String, Value>,
}

/// Asks for the views of a list.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SavedOf")]
pub struct Of {
    /// Which one.
    pub list: Which,
}

/// A view to be kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SavedSave")]
pub struct Save {
    /// Of which list.
    pub list: Which,
    /// Its name, 60 characters at most; one that is there already is replaced.
    pub name: String,
    /// What the list shows.
    #[ts(type = "Record<string, unknown>")]
    pub shows: Map<String, Value>,
}

/// Names a view.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SavedNamed")]
pub struct Named {
    /// Of which list.
    pub list: Which,
    /// Its name.
    pub name: String,
}

/// The views of a list, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: Of) -> Result<Vec<View>> {
    let row = request.list.row();
    Ok(app.room.state.read(|connection| read(connection, row))?)
}

/// Keeps a view, and gives all of its list.
///
/// # Errors
/// That the name is empty or too long, that the list has 50 already; those of the store.
pub fn save(app: &App, request: Save) -> Result<Vec<View>> {
    let name = request.name.trim().to_owned();
    if name.is_empty() {
        return Err(Error::invalid("name", "empty"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("name", format!("> {LONGEST_NAME}")));
    }
    let view = View {
        name,
        shows: request.shows,
    };
    if serde_json::to_string(&view).map_or(0, |text| text.len()) > LARGEST {
        return Err(Error::invalid("shows", format!("> {LARGEST}")));
    }
    let views = change(&app.room.state, request.list, move |views| {
        views.retain(|other| other.name != view.name);
        views.push(view);
        views.sort_by_key(|view| view.name.to_lowercase());
        views.len() <= MOST
    })?;
    views.ok_or_else(|| Error::invalid("views", format!("> {MOST}")))
}

/// Forgets a view, and gives those that are left.
///
/// # Errors
/// That there is none of that name; those of the store.
pub fn remove(app: &App, request: Named) -> Result<Vec<View>> {
    let name = request.name.clone();
    let views = change(&app.room.state, request.list, move |views| {
        let before = views.len();
        views.retain(|view| view.name != name);
        views.len() < before
    })?;
    views.ok_or_else(|| Error::not_found("view", request.name))
}

/// Changes the views of a list in one transaction, unless `work` says that it can't be done.
fn change(
    state: &Database,
    list: Which,
    work: impl FnOnce(&mut Vec<View>) -> bool + Send + 'static,
) -> Result<Option<Vec<View>>> {
    let row = list.row();
    Ok(state.write(move |tx| {
        let mut views = read(tx, row)?;
        if !work(&mut views) {
            return Ok::<_, puente_store::Error>(None);
        }
        // Texts and JSON values always have a text.
        let text = serde_json::to_string(&views).unwrap_or_default();
        tx.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (row, text),
        )?;
        Ok(Some(views))
    })?)
}

/// A row that this version can't read counts as none.
fn read(connection: &Connection, row: &str) -> std::result::Result<Vec<View>, puente_store::Error> {
    let text: Option<String> = connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([row], |row| row.get(0))
        .optional()?;
    Ok(text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_core::Code;
    use serde_json::json;

    fn shows(value: Value) -> Map<String, Value> {
        serde_json::from_value(value).unwrap()
    }

    fn keep(desk: &Desk, name: &str, value: Value) -> Result<Vec<View>> {
        let request = Save {
            list: Which::Movements,
            name: name.to_owned(),
            shows: shows(value),
        };
        save(&desk.app, request)
    }

    #[test]
    fn a_view_is_there_until_it_is_removed_and_only_in_its_list() {
        let desk = Desk::new();
        keep(&desk, "Ventas", json!({ "doc_types": ["FV"] })).unwrap();
        keep(&desk, "anuladas", json!({ "states": ["voided"] })).unwrap();
        let views = keep(&desk, " Ventas ", json!({ "doc_types": ["FV", "DV"] })).unwrap();
        let names: Vec<&str> = views.iter().map(|view| view.name.as_str()).collect();
        assert_eq!(names, ["anuladas", "Ventas"], "replaced, and in order");
        let of = |list| list_of(&desk, list);
        assert_eq!(of(Which::Movements), views);
        assert!(of(Which::Companies).is_empty());
        let named = |name: &str| Named {
            list: Which::Movements,
            name: name.to_owned(),
        };
        assert_eq!(remove(&desk.app, named("anuladas")).unwrap(), views[1..]);
        let gone = remove(&desk.app, named("anuladas")).unwrap_err();
        assert_eq!(gone.code, Code::NotFound);
        let settings = crate::settings::get(&desk.app, crate::Nothing {}).unwrap();
        assert_eq!(
            settings.settings,
            crate::settings::Settings::usual(&desk.app.config),
            "views are no settings"
        );
    }

    fn list_of(desk: &Desk, which: Which) -> Vec<View> {
        list(&desk.app, Of { list: which }).unwrap()
    }

    #[test]
    fn names_and_views_that_do_not_fit_are_refused() {
        let desk = Desk::new();
        let long = "x".repeat(LONGEST_NAME + 1);
        for name in ["", "  ", &long] {
            assert!(keep(&desk, name, json!({})).is_err());
        }
        assert!(keep(&desk, "a", json!({ "text": "x".repeat(LARGEST) })).is_err());
        for number in 0..MOST {
            keep(&desk, &format!("{number}"), json!({})).unwrap();
        }
        assert!(keep(&desk, "one more", json!({})).is_err());
        keep(&desk, "7", json!({ "text": "tornillo" })).unwrap();
        assert_eq!(list_of(&desk, Which::Movements).len(), MOST);
    }
}
