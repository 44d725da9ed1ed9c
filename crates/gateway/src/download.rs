//! Files that a command writes and a browser fetches.

use crate::answer;
use crate::bridge::Ground;
use crate::guard::new_token;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use puente_core::{Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::sync::mpsc;

const PIECE: usize = 64 * 1024;

/// Where files wait: in a folder of this user alone, until they are fetched or the bridge ends.
pub(crate) struct Shelf {
    folder: TempDir,
    waiting: Mutex<HashMap<String, PathBuf>>,
}

#[derive(Deserialize)]
struct Wish {
    /// The name that the person will see.
    name: String,
}

#[derive(Serialize)]
struct Place {
    token: String,
    path: PathBuf,
}

impl Shelf {
    pub(crate) fn new() -> Result<Shelf, Error> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("puente-");
        // On Windows the folder for temporary files is private to its user already.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder
            .tempdir()
            .map_err(|error| Error::new(Code::DataFolderReadOnly).because(&error))?;
        Ok(Shelf {
            folder,
            waiting: Mutex::default(),
        })
    }

    /// A place to write to, and the token under which the browser fetches what was written.
    pub(crate) fn place(&self, request: Value) -> Result<Value, Error> {
        let wish: Wish =
            serde_json::from_value(request).map_err(|error| Error::invalid("request", error))?;
        let token = new_token();
        let folder = self.folder.path().join(&token);
        std::fs::create_dir(&folder).map_err(|error| {
            Error::new(Code::DiskFull)
                .with("path", folder.display())
                .because(&error)
        })?;
        let path = folder.join(plain(&wish.name));
        self.lock().insert(token.clone(), path.clone());
        serde_json::to_value(Place { token, path })
            .map_err(|error| Error::invalid("response", error))
    }

    /// A page, for this user only, that leads to `url`.
    pub(crate) fn opener(&self, url: &str) -> Result<PathBuf, Error> {
        let path = self.folder.path().join("puente.html");
        let page = format!(
            "<!doctype html><meta charset=\"utf-8\"><title>Puente</title>\
             <meta http-equiv=\"refresh\" content=\"0;url={url}\"><a href=\"{url}\">Puente</a>"
        );
        std::fs::write(&path, page).map_err(|error| {
            Error::new(Code::DiskFull)
                .with("path", path.display())
                .because(&error)
        })?;
        Ok(path)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, PathBuf>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends a file once; it is gone afterwards.
pub(crate) async fn take(State(ground): State<Arc<Ground>>, Path(token): Path<String>) -> Response {
    let Some(path) = ground.shelf.lock().remove(&token) else {
        return answer::failed(&Error::not_found("download", "…"), ground.session.lang());
    };
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let opened = tokio::task::spawn_blocking({
        let path = path.clone();
        move || File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)))
    });
    let Ok(Ok((length, file))) = opened.await else {
        return answer::failed(&Error::not_found("download", name), ground.session.lang());
    };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition(&name)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, pieces(file, path)).into_response()
}

/// Reads on a thread of its own, as fast as the browser takes.
fn pieces(mut file: File, path: PathBuf) -> Body {
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece).map(|length| {
                piece.truncate(length);
                Bytes::from(piece)
            });
            let ended = match &read {
                Ok(piece) => piece.is_empty(),
                Err(_) => false,
            };
            let failed = read.is_err();
            if ended || sender.blocking_send(read).is_err() || failed {
                break;
            }
        }
        drop(std::fs::remove_file(&path));
    });
    Body::from_stream(unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|piece| (piece, receiver))
    }))
}

/// The name without what a file system or a header takes amiss.
fn plain(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .take(120)
        .collect();
    let kept = kept.trim_matches(['.', ' ']);
    if kept.is_empty() {
        "puente".to_owned()
    } else {
        kept.to_owned()
    }
}

/// In two spellings, as RFC 6266 has it: plain letters for old readers, all of them for the others.
fn disposition(name: &str) -> String {
    let ascii: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_graphic() || letter == ' ' {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let whole = name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    });
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_its_folder() {
        assert_eq!(plain("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(plain("C:\\x.csv"), "C__x.csv");
        assert_eq!(plain(".."), "puente");
        assert_eq!(plain("Año 2026.csv"), "Año 2026.csv");
    }

    #[test]
    fn a_name_is_said_in_plain_letters_and_whole() {
        assert_eq!(
            disposition("Año.csv"),
            "attachment; filename=\"A_o.csv\"; filename*=UTF-8''A%C3%B1o.csv"
        );
    }
}
