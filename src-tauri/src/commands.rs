//! The only two commands of the page.

use crate::{desk, dialogs, window};
use puente_core::error::ErrorView;
use puente_core::{Code, Error};
use serde_json::Value;
use tauri::AppHandle;

/// Runs a command of the one list.
#[tauri::command]
pub async fn call(app: AppHandle, name: String, request: Value) -> Result<Value, ErrorView> {
    blocking(app, move |app| {
        let answer = desk::of(app).session.call(&name, request);
        if name == "settings.set" {
            desk::read_choices(app);
            crate::tray::refresh(app);
        }
        answer
    })
    .await
}

/// Does what only a host can do.
#[tauri::command]
pub async fn host(app: AppHandle, name: String, request: Value) -> Result<Value, ErrorView> {
    blocking(app, move |app| match name.as_str() {
        "choose_open" => dialogs::choose_open(app, request),
        "choose_save" => dialogs::choose_save(app, request),
        "write_file" => dialogs::write_file(app, request),
        "open_folder" => dialogs::open_folder(app, request),
        "hide" => {
            window::hide_or_quit(app);
            Ok(Value::Null)
        }
        "quit" => {
            window::quit(app);
            Ok(Value::Null)
        }
        other => {
            let answer = desk::of(app).session.host(other, request);
            if other != "status" {
                desk::settled(app, answer.as_ref().err().cloned());
            }
            answer
        }
    })
    .await
}

/// Runs on a thread that may block: everything that a command calls does.
async fn blocking(
    app: AppHandle,
    work: impl FnOnce(&AppHandle) -> Result<Value, Error> + Send + 'static,
) -> Result<Value, ErrorView> {
    let on = app.clone();
    let done = tauri::async_runtime::spawn_blocking(move || work(&on)).await;
    done.unwrap_or_else(|panicked| Err(Error::new(Code::Internal).because(&panicked)))
        .map_err(|error| error.view(desk::of(&app).lang()))
}
