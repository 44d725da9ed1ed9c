//! The ports.

use super::call::{Call, Reply, decode_form};
use super::wire::{Budget, Incoming};
use super::world::{Door, Outcome, World};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, request::Parts};
use axum::response::Response;
use std::sync::Arc;
use tokio::sync::watch;

/// The largest body that is read, in bytes.
const LARGEST: usize = 8 << 20;

#[derive(Clone)]
struct Shared {
    world: Arc<World>,
    door: Door,
    stop: watch::Receiver<bool>,
}

/// Serves one cloud until `stop` says so.
pub(crate) async fn serve(
    incoming: Incoming,
    world: Arc<World>,
    door: Door,
    stop: watch::Receiver<bool>,
) {
    let shared = Shared {
        world,
        door,
        stop: stop.clone(),
    };
    let router = Router::new().fallback(handle).with_state(shared);
    let service = router.into_make_service_with_connect_info::<Budget>();
    let _ = axum::serve(incoming, service)
        .with_graceful_shutdown(stopped(stop))
        .await;
}

pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Reads a request to its end.
pub(crate) async fn read(parts: Parts, body: Body) -> Option<Call> {
    let body = to_bytes(body, LARGEST).await.ok()?;
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    Some(Call {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: decode_form(parts.uri.query().unwrap_or_default()),
        headers,
        body: body.to_vec(),
    })
}

async fn handle(
    State(shared): State<Shared>,
    ConnectInfo(budget): ConnectInfo<Budget>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(call) = read(parts, body).await else {
        return response(Reply::empty(413));
    };
    match shared.world.take(shared.door, &call) {
        Outcome::Answer(reply) => response(reply),
        Outcome::Late(reply, after) => {
            tokio::select! {
                () = tokio::time::sleep(after) => {}
                () = stopped(shared.stop) => {}
            }
            response(reply)
        }
        Outcome::Silence => {
            stopped(shared.stop).await;
            budget.reset();
            response(Reply::empty(500))
        }
        Outcome::Reset => {
            budget.reset();
            response(Reply::empty(500))
        }
        Outcome::ResetThenDone(after) => {
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                shared.world.answer(shared.door, &call);
            });
            budget.reset();
            response(Reply::empty(500))
        }
        Outcome::Cut(reply) => {
            // The head and the first bytes of the body.
            budget.cut_after(HEAD + reply.body.len() / 2);
            response(reply)
        }
    }
}

/// About what the head of an answer takes.
const HEAD: usize = 120;

pub(crate) fn response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Body::from(Bytes::from(reply.body)));
    *response.status_mut() = status;
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}
