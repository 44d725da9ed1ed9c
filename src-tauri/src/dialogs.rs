//! Files and folders, chosen by a person in a dialog of the system. The page never reads or writes one
//! by itself.

use crate::{desk, texts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use puente_core::{Code, Error};
use rfd::{AsyncFileDialog, FileHandle};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use tauri::AppHandle;

#[derive(Deserialize)]
struct Open {
    title: String,
    #[serde(default)]
    folder: bool,
}

#[derive(Deserialize)]
struct Save {
    name: String,
    extension: String,
}

#[derive(Deserialize)]
struct Write {
    path: PathBuf,
    base64: String,
}

#[derive(Deserialize)]
struct Show {
    path: PathBuf,
}

/// A file or folder that is there; nothing when the person changed their mind.
pub fn choose_open(app: &AppHandle, request: Value) -> Result<Value, Error> {
    let Open { title, folder } = read(request)?;
    let chosen = ask(app, move |dialog| {
        let dialog = dialog.set_title(title);
        if folder {
            tauri::async_runtime::spawn(dialog.pick_folder())
        } else {
            tauri::async_runtime::spawn(dialog.pick_file())
        }
    })?;
    Ok(json!(chosen))
}

/// Where a file is to be written; nothing when the person changed their mind.
pub fn choose_save(app: &AppHandle, request: Value) -> Result<Value, Error> {
    let Save { name, extension } = read(request)?;
    let title = texts::get(desk::of(app).lang(), "dialog.save");
    let chosen = ask(app, move |dialog| {
        let dialog = dialog
            .set_title(title)
            .set_file_name(name)
            .add_filter(extension.to_uppercase(), &[extension]);
        tauri::async_runtime::spawn(dialog.save_file())
    })?;
    Ok(json!(chosen))
}

/// Writes what the page made, where a person chose to have it.
pub fn write_file(app: &AppHandle, request: Value) -> Result<Value, Error> {
    let Write { path, base64 } = read(request)?;
    if !desk::of(app).was_picked(&path) {
        return Err(Error::invalid("path", path.display()));
    }
    let bytes = STANDARD
        .decode(base64)
        .map_err(|error| Error::invalid("base64", error))?;
    std::fs::write(&path, bytes)
        .map_err(|error| Error::invalid("output", path.display()).because(&error))?;
    Ok(Value::Null)
}

/// Shows a folder of Puente's own, or that of a chosen file, in the system's file manager.
pub fn open_folder(app: &AppHandle, request: Value) -> Result<Value, Error> {
    let Show { path } = read(request)?;
    let desk = desk::of(app);
    let own = path.canonicalize().is_ok_and(|whole| {
        desk.folder
            .canonicalize()
            .is_ok_and(|own| whole.starts_with(own))
    });
    if !own && !desk.was_picked(&path) {
        return Err(Error::invalid("path", path.display()));
    }
    let folder = if path.is_dir() {
        Some(path.as_path())
    } else {
        path.parent()
    };
    show(folder.unwrap_or(&path)).map_err(|error| Error::new(Code::Internal).because(&error))?;
    Ok(Value::Null)
}

fn show(folder: &Path) -> std::io::Result<()> {
    let program = match std::env::consts::OS {
        "windows" => "explorer",
        "macos" => "open",
        _ => "xdg-open",
    };
    let mut child = Command::new(program).arg(folder).spawn()?;
    // Someone has to take note of its end.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Dialogs are begun on the main thread, as every system wants it; this one waits for the answer.
fn ask(
    app: &AppHandle,
    begin: impl FnOnce(AsyncFileDialog) -> tauri::async_runtime::JoinHandle<Option<FileHandle>>
    + Send
    + 'static,
) -> Result<Option<PathBuf>, Error> {
    let (tell, told) = mpsc::channel();
    let defect = |error: tauri::Error| Error::new(Code::Internal).because(&error);
    let window = crate::window::main(app);
    app.run_on_main_thread(move || {
        let dialog = match &window {
            Some(window) => AsyncFileDialog::new().set_parent(window),
            None => AsyncFileDialog::new(),
        };
        drop(tell.send(begin(dialog)));
    })
    .map_err(defect)?;
    let dialog = told
        .recv()
        .map_err(|error| Error::new(Code::Internal).because(&error))?;
    let chosen = tauri::async_runtime::block_on(dialog).map_err(defect)?;
    let path = chosen.map(|file| file.path().to_owned());
    if let Some(path) = &path {
        desk::of(app).pick(path.clone());
    }
    Ok(path)
}

fn read<T: DeserializeOwned>(request: Value) -> Result<T, Error> {
    serde_json::from_value(request).map_err(|error| Error::invalid("request", error))
}
