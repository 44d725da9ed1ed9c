//! Models that were trained: a row of `puente.db` and a folder of files each.
//!
//! The files are written into a folder beside their place, flushed, and moved there whole; the row comes last. So
//! a model either is there complete or not at all, and a training that fails leaves the one before as it was. What
//! is read is compared with the SHA-256 that the row keeps.

use crate::article::Article;
use crate::gbdt::Booster;
use crate::metrics::Scores;
use crate::model::Kind;
use crate::panel::{Notes, Place};
use crate::{Error, Result, features, gbdt, originals};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The file of forecasts: one article a line.
const ARTICLES: &str = "articulos.jsonl";
/// The file of the booster, in XGBoost's format.
const BOOSTER: &str = "model.json";

/// What a model was trained with and how well it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "ForecastModelMeta")]
pub struct Meta {
    /// How it forecasts.
    pub kind: Kind,
    /// Months ahead that it forecasts.
    pub horizon: usize,
    /// First month of its data, year × 100 + month.
    pub first_month: i32,
    /// Last month of its data.
    pub last_month: i32,
    /// Articles.
    pub articles: usize,
    /// Months of articles that it learned from.
    pub rows: u64,
    /// SHA-256 of the data.
    pub data_hash: String,
    /// The version of Puente that trained it.
    pub code_version: String,
    /// How long training took.
    pub seconds: f64,
    /// Stretches of the past that were forecast to measure it.
    pub origins: usize,
    /// Its errors in those.
    pub scores: Scores,
    /// Those of the same month of last year.
    pub naive: Scores,
    /// Those of the mean of twelve months.
    pub mean_12: Scores,
    /// The weight of each of its parts.
    pub weights: Vec<f64>,
    /// The warehouses, where each is forecast apart; else none.
    #[serde(default)]
    pub places: Vec<Place>,
    /// What was left out of the data.
    pub notes: Notes,
    /// SHA-256 of the file of forecasts.
    pub articles_hash: String,
    /// SHA-256 of the file of the booster, where there is one.
    pub booster_hash: Option<String>,
}

impl Meta {
    /// Whether each warehouse is forecast apart.
    pub fn by_place(&self) -> bool {
        !self.places.is_empty()
    }
}

/// A model of the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// `empresa_NIT_20261125T170000_1`: the modelo_id.
    pub id: String,
    /// Whose.
    pub nit: String,
    /// The rest.
    pub meta: Meta,
    /// When it was trained.
    pub created_at: DateTime<Utc>,
    /// Whether its forecasts are the ones shown.
    pub active: bool,
}

/// The registry. Clones are one and the same.
#[derive(Debug, Clone)]
pub struct Registry {
    state: Database,
    folder: PathBuf,
}

impl Registry {
    /// The registry over a state, with its files in that folder.
    pub fn new(state: Database, folder: PathBuf) -> Registry {
        Registry { state, folder }
    }

    /// Keeps a model, and makes it the active one of its NIT, of those that look at warehouses as it does. Gives
    /// it its id.
    ///
    /// # Errors
    /// [`Error::Io`], with the registry as it was; those of the store.
    pub fn add(
        &self,
        nit: &str,
        mut meta: Meta,
        articles: &[Article],
        booster: Option<&Booster>,
        now: DateTime<Utc>,
    ) -> Result<Model> {
        let of_nit = self.folder.join(nit);
        fs::create_dir_all(&of_nit).map_err(|source| io(&of_nit, source))?;
        let id = unused(&of_nit, nit, now);
        let building = of_nit.join(format!(".{id}"));
        let written = write_files(&building, &mut meta, articles, booster);
        let place = of_nit.join(&id);
        let moved = written
            .and_then(|()| fs::rename(&building, &place).map_err(|source| io(&place, source)));
        if let Err(error) = moved {
            // What is left of it says nothing; a second failure here changes nothing about the first.
            drop(fs::remove_dir_all(&building));
            return Err(error);
        }
        let model = Model {
            id,
            nit: nit.to_owned(),
            meta,
            created_at: now,
            active: true,
        };
        if let Err(error) = self.insert(&model) {
            drop(fs::remove_dir_all(&place));
            return Err(error);
        }
        Ok(model)
    }

    fn insert(&self, model: &Model) -> Result<()> {
        let (model, meta) = (model.clone(), to_json(&model.meta));
        self.state.write(move |tx| {
            let by_place = model.meta.by_place();
            stand_down(tx, &model.nit, by_place)?;
            tx.execute(
                "INSERT INTO forecast_model (id, nit, meta, created_at, active, by_place)
                 VALUES (?1, ?2, ?3, ?4, 1, ?5)",
                params![
                    model.id,
                    model.nit,
                    meta,
                    time::to_text(model.created_at),
                    by_place
                ],
            )?;
            Ok(())
        })
    }

    /// The models of a NIT, or of all, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list(&self, nit: Option<&str>) -> Result<Vec<Model>> {
        self.state.read(|db| {
            let mut statement = db.prepare_cached(&format!(
                "{SELECT} WHERE ?1 IS NULL OR nit = ?1 ORDER BY created_at DESC, id DESC"
            ))?;
            let rows = statement.query_map([nit], from_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The model of that id.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn get(&self, id: &str) -> Result<Model> {
        let id = id.to_owned();
        self.state.read(|db| find(db, "id = ?1", params![id], &id))
    }

    /// The model whose forecasts of a NIT are shown: of all its warehouses together, or of each apart.
    ///
    /// # Errors
    /// [`Error::NoModel`].
    pub fn active(&self, nit: &str, by_place: bool) -> Result<Model> {
        let nit = nit.to_owned();
        let filter = "nit = ?1 AND by_place = ?2 AND active = 1";
        self.state
            .read(|db| find(db, filter, params![nit, by_place], &nit))
    }

    /// Makes a model the active one of its NIT, of those that look at warehouses as it does. Its files are read first: a damaged one never becomes active.
    ///
    /// # Errors
    /// [`Error::NoModel`], [`Error::Damaged`].
    pub fn activate(&self, id: &str) -> Result<Model> {
        let model = self.get(id)?;
        self.articles(&model)?;
        let (id, nit, by_place) = key_of(&model);
        self.state.write(move |tx| {
            stand_down(tx, &nit, by_place)?;
            tx.execute("UPDATE forecast_model SET active = 1 WHERE id = ?1", [&id])?;
            Ok::<_, Error>(())
        })?;
        Ok(Model {
            active: true,
            ..model
        })
    }

    /// Deletes a model. When it was the active one, the newest of those that are left and look at warehouses as
    /// it did becomes it.
    ///
    /// # Errors
    /// [`Error::NoModel`]; [`Error::Io`] when its files can't be deleted.
    pub fn remove(&self, id: &str) -> Result<()> {
        let model = self.get(id)?;
        let (id, nit, by_place) = key_of(&model);
        self.state.write(move |tx| {
            tx.execute("DELETE FROM forecast_model WHERE id = ?1", [&id])?;
            tx.execute(
                "UPDATE forecast_model SET active = 1 WHERE id = (
                    SELECT id FROM forecast_model WHERE nit = ?1 AND by_place = ?2
                    ORDER BY created_at DESC, id DESC LIMIT 1)
                 AND NOT EXISTS (
                    SELECT 1 FROM forecast_model WHERE nit = ?1 AND by_place = ?2 AND active = 1)",
                params![nit, by_place],
            )?;
            Ok::<_, Error>(())
        })?;
        let place = self.place(&model);
        match fs::remove_dir_all(&place) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(io(&place, source)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The articles of a model, with their forecasts.
    ///
    /// # Errors
    /// [`Error::Damaged`] when the file is missing or not the one that was written.
    pub fn articles(&self, model: &Model) -> Result<Vec<Article>> {
        let path = self.place(model).join(ARTICLES);
        let damaged = || Error::Damaged {
            model: model.id.clone(),
            path: path.clone(),
        };
        if hash_of(&path).ok().as_deref() != Some(model.meta.articles_hash.as_str()) {
            return Err(damaged());
        }
        let file = File::open(&path).map_err(|source| io(&path, source))?;
        BufReader::new(file)
            .lines()
            .map(|line| {
                let line = line.map_err(|source| io(&path, source))?;
                serde_json::from_str(&line).map_err(|_| damaged())
            })
            .collect()
    }

    /// The booster of a model, if it has one.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn booster(&self, model: &Model) -> Result<Option<Booster>> {
        let Some(wanted) = &model.meta.booster_hash else {
            return Ok(None);
        };
        let path = self.booster_file(model);
        let damaged = || Error::Damaged {
            model: model.id.clone(),
            path: path.clone(),
        };
        if hash_of(&path).ok().as_ref() != Some(wanted) {
            return Err(damaged());
        }
        let text = fs::read(&path).map_err(|source| io(&path, source))?;
        let json = serde_json::from_slice(&text).map_err(|_| damaged())?;
        gbdt::from_json(&json).map(Some).map_err(|_| damaged())
    }

    /// The booster of a model as it was written, if it has one.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn booster_text(&self, model: &Model) -> Result<Option<String>> {
        let Some(wanted) = &model.meta.booster_hash else {
            return Ok(None);
        };
        let path = self.booster_file(model);
        if hash_of(&path).ok().as_ref() != Some(wanted) {
            return Err(Error::Damaged {
                model: model.id.clone(),
                path,
            });
        }
        fs::read_to_string(&path)
            .map(Some)
            .map_err(|source| io(&path, source))
    }

    /// Where the booster of a model stands, in XGBoost's format.
    pub fn booster_file(&self, model: &Model) -> PathBuf {
        self.place(model).join(BOOSTER)
    }

    fn place(&self, model: &Model) -> PathBuf {
        self.folder.join(&model.nit).join(&model.id)
    }
}

const SELECT: &str = "SELECT id, nit, meta, created_at, active FROM forecast_model";

fn find(db: &Connection, filter: &str, values: impl Params, name: &str) -> Result<Model> {
    db.prepare_cached(&format!("{SELECT} WHERE {filter}"))?
        .query_row(values, from_row)
        .optional()?
        .ok_or_else(|| Error::NoModel(name.to_owned()))
}

fn key_of(model: &Model) -> (String, String, bool) {
    (model.id.clone(), model.nit.clone(), model.meta.by_place())
}

fn stand_down(tx: &Transaction<'_>, nit: &str, by_place: bool) -> Result<()> {
    tx.execute(
        "UPDATE forecast_model SET active = 0 WHERE nit = ?1 AND by_place = ?2",
        params![nit, by_place],
    )?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Model> {
    let meta: String = row.get(2)?;
    let meta = serde_json::from_str(&meta).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(Model {
        id: row.get(0)?,
        nit: row.get(1)?,
        meta,
        created_at: time::from_text(row.get_ref(3)?.as_str()?).unwrap_or_default(),
        active: row.get(4)?,
    })
}

fn unused(folder: &Path, nit: &str, now: DateTime<Utc>) -> String {
    let base = format!("empresa_{nit}_{}", now.format("%Y%m%dT%H%M%S"));
    let mut id = base.clone();
    let mut next = 2;
    while folder.join(&id).exists() {
        id = format!("{base}_{next}");
        next += 1;
    }
    id
}

fn write_files(
    folder: &Path,
    meta: &mut Meta,
    articles: &[Article],
    booster: Option<&Booster>,
) -> Result<()> {
    fs::create_dir_all(folder).map_err(|source| io(folder, source))?;
    meta.articles_hash = write_file(&folder.join(ARTICLES), |out| {
        for article in articles {
            out.write_all(to_json(article).as_bytes())?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    meta.booster_hash = match booster {
        None => None,
        Some(booster) => {
            let names: &[&str] = if booster.features == features::NAMES.len() {
                &features::NAMES
            } else {
                &originals::NAMES
            };
            let json = gbdt::to_json(booster, names);
            let write = |out: &mut dyn Write| Ok(serde_json::to_writer(out, &json)?);
            Some(write_file(&folder.join(BOOSTER), write)?)
        }
    };
    let meta_json = to_json(meta);
    write_file(&folder.join("meta.json"), |out| {
        out.write_all(meta_json.as_bytes())
    })?;
    Ok(())
}

/// Writes a file that lasts, and gives its SHA-256.
fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<String> {
    let failed = |source| io(path, source);
    let file = File::create(path).map_err(failed)?;
    let mut out = BufWriter::new(file);
    write(&mut out).map_err(failed)?;
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    hash_of(path).map_err(failed)
}

fn hash_of(path: &Path) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            break;
        }
        digest.update(part);
        let read = part.len();
        reader.consume(read);
    }
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn to_json(value: &impl Serialize) -> String {
    // Plain structures of numbers and texts always have a JSON.
    serde_json::to_string(value).unwrap_or_default()
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}
