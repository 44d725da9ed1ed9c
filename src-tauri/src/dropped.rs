//! A file that a person drops on the window, on Linux. WebKitGTK lets the page see that something is held
//! over it, and then gives it no file (`dataTransfer.files` stays empty): the page gets the same event
//! from here, with the file in it. Elsewhere the web view does all of it, and nothing here runs.

use crate::desk::aside;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::Read as _;
use std::path::Path;
use tauri::{AppHandle, DragDropEvent};

/// Bytes of a file that the page is given: what it takes is smaller, and of a larger one it says so.
const MOST: u64 = 1024 * 1024;

/// As the page would have got it. `DragEvent` takes no file that a script has put in.
const TELL: &str = r#"((x, y, dropped) => {
  const bytes = Uint8Array.from(atob(dropped.base64), (c) => c.charCodeAt(0));
  const files = [new File([bytes], dropped.name)];
  const event = new Event("drop", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "dataTransfer", { value: { files, types: ["Files"] } });
  (document.elementFromPoint(x, y) ?? document.body).dispatchEvent(event);
})"#;

/// Gives the page the first of the files that were dropped, if it can be read.
pub fn on_drag(app: &AppHandle, event: &DragDropEvent) {
    let DragDropEvent::Drop { paths, position } = event else {
        return;
    };
    let Some(path) = paths.first().cloned() else {
        return;
    };
    let (x, y) = (position.x, position.y);
    aside(app, move |app| give(app, &path, x, y));
}

fn give(app: &AppHandle, path: &Path, x: f64, y: f64) {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            tracing::warn!(%error, "what was dropped can't be read");
            return;
        }
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let dropped = json!({ "name": name, "base64": STANDARD.encode(bytes) });
    let told =
        crate::window::main(app).map(|window| window.eval(format!("{TELL}({x}, {y}, {dropped})")));
    if let Some(Err(error)) = told {
        tracing::warn!(%error, "the page could not be given what was dropped");
    }
}

/// Neither a folder nor a pipe that never ends.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MOST + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
