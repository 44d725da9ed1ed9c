//! Answers as the interface reads them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use puente_core::error::Severity;
use puente_core::{Code, Error, Lang};
use serde::Serialize;

/// An answer that a command gave.
pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let headers = [
                (
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                ),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (status, headers, body).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An error, in the reader's language.
pub(crate) fn failed(error: &Error, lang: Lang) -> Response {
    failed_as(status_of(error.code), error, lang)
}

/// An error with a status of its own.
pub(crate) fn failed_as(status: StatusCode, error: &Error, lang: Lang) -> Response {
    json(status, &error.view(lang))
}

/// Programs look at the status, people at the text; the interface reads the code.
fn status_of(code: Code) -> StatusCode {
    let missing = [Code::NotFound, Code::BackupMissing];
    let in_the_way = [Code::AlreadyExists, Code::JobBusy, Code::JobWrongState];
    if missing.contains(&code) {
        StatusCode::NOT_FOUND
    } else if in_the_way.contains(&code) {
        StatusCode::CONFLICT
    } else if code == Code::Internal {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        match code.severity() {
            Severity::Warning => StatusCode::BAD_REQUEST,
            Severity::Neutral => StatusCode::CONFLICT,
            Severity::Failure => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}
