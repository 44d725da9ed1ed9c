//! A stand-in of MLflow's tracking server: the calls that are made of it, with its own errors, behind a login or
//! none, with faults and a record of the runs that there are.
//!
//! It is strict: what MLflow 3.17 refuses is refused here, and a call that it does not have is its 404. What it was
//! compared with stands in `docs/performance.md`.

mod calls;

use crate::Error;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Who is let in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MlflowLogin {
    /// Anyone.
    #[default]
    None,
    /// A user with a password.
    Basic(String, String),
    /// Whoever has this token.
    Token(String),
}

/// How a server is.
#[derive(Debug, Clone, Default)]
pub struct MlflowOptions {
    /// Its port; 0 for a free one.
    pub port: u16,
    /// Who is let in.
    pub login: MlflowLogin,
    /// Whether files are kept on a disk of its own and not behind the server.
    pub own_disk: bool,
}

/// What happens to requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MlflowDoes {
    /// Nothing is done; this status with MLflow's error.
    Status(u16),
    /// Nothing is done; this status with a page.
    Html(u16),
    /// Nothing is done, and nothing is answered.
    Hang,
    /// It is done, and never answered.
    DoThenHang,
    /// It is done, and answered after that time.
    Slowly(Duration),
}

/// A run, as the server knows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MlflowRun {
    /// Its id.
    pub id: String,
    /// Its experiment's name.
    pub experiment: String,
    /// `RUNNING` or `FINISHED`.
    pub status: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its parameters.
    pub params: BTreeMap<String, String>,
    /// Its metrics: the last of each.
    pub metrics: BTreeMap<String, f64>,
    /// How often a metric was told, over all.
    pub told: usize,
    /// Its files.
    pub files: BTreeMap<String, Vec<u8>>,
}

#[derive(Debug, Default)]
struct Books {
    experiments: Vec<String>,
    runs: Vec<MlflowRun>,
    /// Part of the path, what it does, how many times more.
    faults: Vec<(String, MlflowDoes, u32)>,
    asked: Vec<String>,
}

#[derive(Debug)]
struct World {
    options: MlflowOptions,
    books: Mutex<Books>,
}

/// The server, until it is dropped.
#[derive(Debug)]
pub struct MlflowServer {
    world: Arc<World>,
    port: u16,
    stop: watch::Sender<bool>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl MlflowServer {
    /// Starts it on the loopback address.
    ///
    /// # Errors
    /// [`Error::Clouds`] when the port is taken.
    pub fn start(options: MlflowOptions) -> Result<MlflowServer, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("mlflow")
            .enable_all()
            .build()
            .map_err(failed)?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(("127.0.0.1", options.port)))
            .map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let world = Arc::new(World {
            options,
            books: Mutex::default(),
        });
        let (stop, mut stopped) = watch::channel(false);
        let routes = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&world))
            .layer(axum::extract::DefaultBodyLimit::disable());
        runtime.spawn(async move {
            let over = async move {
                // An end of the channel is an end of the server too.
                drop(stopped.changed().await);
            };
            drop(
                axum::serve(listener, routes)
                    .with_graceful_shutdown(over)
                    .await,
            );
        });
        Ok(MlflowServer {
            world,
            port,
            stop,
            runtime: Some(runtime),
        })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// So many of the next requests whose path ends so meet a fault.
    pub fn fault(&self, path: &str, does: MlflowDoes, times: u32) {
        self.world
            .books()
            .faults
            .push((path.to_owned(), does, times));
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.world.books().faults.clear();
    }

    /// The runs, oldest first.
    pub fn runs(&self) -> Vec<MlflowRun> {
        self.world.books().runs.clone()
    }

    /// The names of the experiments.
    pub fn experiments(&self) -> Vec<String> {
        self.world.books().experiments.clone()
    }

    /// Methods and paths of what was asked.
    pub fn asked(&self) -> Vec<String> {
        self.world.books().asked.clone()
    }
}

impl Drop for MlflowServer {
    fn drop(&mut self) {
        // Without a listener the server has ended by itself.
        let _ = self.stop.send(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::Clouds {
        reason: error.to_string(),
    }
}

impl World {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lets_in(&self, headers: &HeaderMap) -> bool {
        let said = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        match &self.options.login {
            MlflowLogin::None => true,
            MlflowLogin::Token(token) => said == Some(format!("Bearer {token}").as_str()),
            MlflowLogin::Basic(user, password) => {
                let pair = format!("{user}:{password}");
                let pair = base64::engine::general_purpose::STANDARD.encode(pair);
                said == Some(format!("Basic {pair}").as_str())
            }
        }
    }
}

async fn answer(
    State(world): State<Arc<World>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = {
        let mut books = world.books();
        books.asked.push(format!("{method} {}", uri.path()));
        meet(&mut books, uri.path())
    };
    match fault {
        Some(MlflowDoes::Status(status)) => {
            return refused(status, "INTERNAL_ERROR", "a fault of the test");
        }
        Some(MlflowDoes::Html(status)) => return page(status),
        Some(MlflowDoes::Hang) => return std::future::pending().await,
        Some(MlflowDoes::DoThenHang | MlflowDoes::Slowly(_)) | None => {}
    }
    let done = if world.lets_in(&headers) {
        act(&world, &method, &uri, &headers, &body)
    } else {
        // What its plugin of logins answers is a text.
        (StatusCode::UNAUTHORIZED, "You are not authenticated.").into_response()
    };
    match fault {
        Some(MlflowDoes::DoThenHang) => std::future::pending().await,
        Some(MlflowDoes::Slowly(time)) => {
            tokio::time::sleep(time).await;
            done
        }
        Some(MlflowDoes::Status(_) | MlflowDoes::Html(_) | MlflowDoes::Hang) | None => done,
    }
}

fn meet(books: &mut Books, path: &str) -> Option<MlflowDoes> {
    let (_, does, times) = books
        .faults
        .iter_mut()
        .find(|(end, _, times)| path.ends_with(end.as_str()) && *times > 0)?;
    *times -= 1;
    Some(does.clone())
}

fn page(status: u16) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
        .body(Body::from("<!doctype html><title>Proxy</title>"))
        .unwrap_or_default()
}

fn refused(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = json!({ "error_code": code, "message": message });
    (status, axum::Json(body)).into_response()
}

fn good(body: Value) -> Response {
    axum::Json(body).into_response()
}

fn act(world: &World, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
    let path = uri.path();
    if let Some(place) = path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
        if method != Method::PUT {
            return refused(405, "BAD_REQUEST", "only PUT is known here");
        }
        return put(world, place, body);
    }
    let Some(call) = path.strip_prefix("/api/2.0/mlflow/") else {
        return page(404);
    };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let asked: Value = if method == Method::POST {
        match serde_json::from_slice(body) {
            Ok(asked) if is_json => asked,
            Ok(_) | Err(_) => return refused(400, "INVALID_PARAMETER_VALUE", "no JSON"),
        }
    } else {
        Value::Null
    };
    match calls::answer(world, method.as_str(), call, uri.query(), &asked) {
        None => page(404),
        Some(Ok(body)) => good(body),
        Some(Err((status, code, message))) => refused(status, code, &message),
    }
}

fn put(world: &World, place: &str, body: &Bytes) -> Response {
    let mut parts = place.splitn(4, '/');
    let (Some(experiment), Some(id), Some("artifacts"), Some(file)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return refused(400, "INVALID_PARAMETER_VALUE", "Invalid path");
    };
    if file.is_empty() || file.split('/').any(|part| part == ".." || part.is_empty()) {
        return refused(400, "INVALID_PARAMETER_VALUE", "Invalid path");
    }
    let mut books = world.books();
    let known = calls::experiment_of(&books, experiment).map(str::to_owned);
    let run = books.runs.iter_mut().find(|run| run.id == id);
    match (known, run) {
        (Ok(name), Some(run)) if run.experiment == name => {
            run.files.insert(file.to_owned(), body.to_vec());
            StatusCode::OK.into_response()
        }
        (Ok(_) | Err(_), _) => refused(404, "RESOURCE_DOES_NOT_EXIST", "No run"),
    }
}
