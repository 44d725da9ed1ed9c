//! Table `vpn_setup`: servers that Puente set up, and how far each step is.

use super::{Step, StepState};
use crate::remote::Credentials;
use crate::vpns::Remote;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_core::Secret;
use puente_store::secrets::Secrets;
use puente_store::{Database, time};
use rusqlite::{OptionalExtension as _, Row, params};

/// Row id of a setup.
pub type SetupId = i64;

/// A server that Puente set up, or is setting up.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// Row id.
    pub id: SetupId,
    /// How the server is logged in to.
    pub remote: Remote,
    /// What is done there, in order.
    pub steps: Vec<Step>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Why the last job failed.
    pub last_error: Option<puente_core::Error>,
}

impl Setup {
    /// Whether every step is done.
    pub fn is_done(&self) -> bool {
        let done = |step: &Step| matches!(step.state, StepState::Done | StepState::Was);
        self.steps.iter().all(done)
    }

    /// The steps that can be undone, by their place, the last one first.
    pub fn undoable(&self) -> Vec<usize> {
        let ours = |step: &Step| matches!(step.state, StepState::Done | StepState::Begun);
        (0..self.steps.len())
            .rev()
            .filter(|at| ours(&self.steps[*at]) && self.steps[*at].undo.is_some())
            .collect()
    }
}

fn login(id: SetupId) -> String {
    format!("vpn-setup/{id}/login")
}

fn sudo(id: SetupId) -> String {
    format!("vpn-setup/{id}/sudo")
}

/// Keeps a plan before anything of it is done, with the passwords in the keyring.
///
/// # Errors
/// Those of the store and of the keyring; nothing is kept then.
pub fn insert(
    db: &Database,
    secrets: &Secrets,
    remote: &Remote,
    steps: &[Step],
    credentials: &Credentials,
    now: DateTime<Utc>,
) -> Result<SetupId> {
    let (remote, steps) = (to_json(remote), to_json(&steps));
    let id = db.write(move |tx| {
        tx.execute(
            "INSERT INTO vpn_setup (remote, steps, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)",
            params![remote, steps, time::to_text(now)],
        )?;
        Ok::<_, Error>(tx.last_insert_rowid())
    })?;
    if let Err(error) = hide(secrets, id, credentials) {
        remove(db, secrets, id)?;
        return Err(error);
    }
    Ok(id)
}

/// Keeps the passwords of a setup; those that are not given stay as they are.
///
/// # Errors
/// Those of the keyring.
pub fn hide(secrets: &Secrets, id: SetupId, credentials: &Credentials) -> Result<()> {
    let all = [
        (login(id), &credentials.login),
        (sudo(id), &credentials.sudo),
    ];
    for (name, secret) in all {
        if let Some(secret) = secret {
            secrets.set(&name, secret)?;
        }
    }
    Ok(())
}

/// The passwords of a setup.
///
/// # Errors
/// Those of the keyring.
pub fn credentials(secrets: &Secrets, id: SetupId) -> Result<Credentials> {
    let find = |name: String| -> Result<Option<Secret>> { Ok(secrets.find(&name)?) };
    Ok(Credentials {
        login: find(login(id))?,
        sudo: find(sudo(id))?,
    })
}

/// Remembers how far the steps are, and why the last job failed.
///
/// # Errors
/// Those of the store.
pub fn update(db: &Database, setup: &Setup, now: DateTime<Utc>) -> Result<()> {
    let setup = setup.clone();
    db.write(move |tx| {
        tx.execute(
            "UPDATE vpn_setup SET steps = ?2, last_error = ?3, updated_at = ?4 WHERE id = ?1",
            params![
                setup.id,
                to_json(&setup.steps),
                setup.last_error.as_ref().map(to_json),
                time::to_text(now)
            ],
        )?;
        Ok(())
    })
}

/// Forgets a setup and its passwords. The server is not told.
///
/// # Errors
/// Those of the store and of the keyring.
pub fn remove(db: &Database, secrets: &Secrets, id: SetupId) -> Result<()> {
    db.write(move |tx| {
        tx.execute("DELETE FROM vpn_setup WHERE id = ?1", [id])?;
        Ok::<_, Error>(())
    })?;
    secrets.delete(&login(id))?;
    Ok(secrets.delete(&sudo(id))?)
}

/// All setups, the newest first.
///
/// # Errors
/// Those of the store.
pub fn list(db: &Database) -> Result<Vec<Setup>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY id DESC"))?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The setup with that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &Database, id: SetupId) -> Result<Setup> {
    db.read(|conn| {
        conn.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], from_row)
            .optional()?
            .ok_or_else(|| Error::NotFound {
                what: "setup",
                name: id.to_string(),
            })
    })
}

const SELECT: &str = "SELECT id, remote, steps, created_at, last_error FROM vpn_setup";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Setup> {
    let json = |at: usize| {
        move |error: serde_json::Error| {
            rusqlite::Error::FromSqlConversionFailure(
                at,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        }
    };
    let created: String = row.get(3)?;
    Ok(Setup {
        id: row.get(0)?,
        remote: serde_json::from_str(row.get_ref(1)?.as_str()?).map_err(json(1))?,
        steps: serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(json(2))?,
        created_at: time::from_text(&created).unwrap_or_default(),
        last_error: row
            .get::<_, Option<String>>(4)?
            .and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// Plain data of this crate always turns into JSON.
fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
