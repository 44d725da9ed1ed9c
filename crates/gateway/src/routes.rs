//! What is where.

use crate::bridge::Ground;
use crate::{answer, download, guard, page, stream};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use puente_core::{Code, Error};
use serde_json::Value;
use std::sync::Arc;

/// No request of the interface is larger than a list of some thousand names.
const MOST_BYTES: usize = 1 << 20;

pub(crate) fn all(ground: Arc<Ground>) -> Router {
    let with_token = Router::new()
        .route("/call/{name}", post(call))
        .route("/host/{name}", post(host))
        .route("/events", get(stream::events))
        .layer(from_fn_with_state(Arc::clone(&ground), guard::with_token));
    // A download is named by a token of its own, so that a browser can follow it as a link.
    let api = with_token
        .route("/download/{token}", get(download::take))
        .route("/{*rest}", any(nothing))
        .layer(from_fn_with_state(
            Arc::clone(&ground),
            guard::from_our_page,
        ));
    Router::new()
        .nest("/api", api)
        .fallback(get(page::file))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(Arc::clone(&ground), guard::by_our_name))
        .layer(from_fn(page::under_the_policy))
        .with_state(ground)
}

async fn call(
    State(ground): State<Arc<Ground>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answered(ground, &headers, body, move |ground, request| {
        ground.session.call(&name, request)
    })
    .await
}

/// What belongs to the host: a browser has only files to offer.
async fn host(
    State(ground): State<Arc<Ground>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answered(ground, &headers, body, move |ground, request| {
        match name.as_str() {
            "download.new" => ground.shelf.place(request),
            name => ground.session.host(name, request),
        }
    })
    .await
}

async fn nothing(State(ground): State<Arc<Ground>>) -> Response {
    let error = Error::not_found("command", "/api");
    answer::failed(&error, ground.session.lang())
}

/// Reads the request, and does the work on a thread that may block.
async fn answered(
    ground: Arc<Ground>,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    work: impl FnOnce(&Ground, Value) -> Result<Value, Error> + Send + 'static,
) -> Response {
    let request = match read(headers, body) {
        Ok(request) => request,
        Err((status, error)) => return answer::failed_as(status, &error, ground.session.lang()),
    };
    let lang = ground.session.lang();
    let done = tokio::task::spawn_blocking(move || work(&ground, request)).await;
    match done {
        Ok(Ok(value)) => answer::json(StatusCode::OK, &value),
        Ok(Err(error)) => answer::failed(&error, lang),
        Err(panicked) => answer::failed(&Error::new(Code::Internal).because(&panicked), lang),
    }
}

/// A form or an image of another page can't send this type without asking first, and is told no.
fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Value, (StatusCode, Error)> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next());
    if kind.map(str::trim) != Some("application/json") {
        let error = Error::invalid("content-type", kind.unwrap_or("—"));
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let body = body.map_err(|rejected| {
        let error = Error::invalid("request", rejected.body_text());
        (rejected.into_response().status(), error)
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| (StatusCode::BAD_REQUEST, Error::invalid("request", error)))
}
