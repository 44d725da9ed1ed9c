//! The port by which other processes give faults, turn the clock and read the journal.

use super::call::{Call, Reply};
use super::fault::Fault;
use super::mercadolibre::{MeliSwitches, OrderChange};
use super::server::{read, response, stopped};
use super::siigo::Switches;
use super::solar::SolarSwitches;
use super::wire::Incoming;
use super::world::World;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::TimeDelta;
use puente_core::Clock as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Clone)]
struct Shared {
    world: Arc<World>,
    token: Arc<str>,
    about: Arc<Value>,
}

/// Serves it until `stop` says so. `about` is what `GET /` answers.
pub(crate) async fn serve(
    incoming: Incoming,
    world: Arc<World>,
    token: Arc<str>,
    about: Arc<Value>,
    stop: watch::Receiver<bool>,
) {
    let shared = Shared {
        world,
        token,
        about,
    };
    let router = Router::new().fallback(handle).with_state(shared);
    let _ = axum::serve(incoming, router)
        .with_graceful_shutdown(stopped(stop))
        .await;
}

async fn handle(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let reply = match read(parts, body).await {
        None => Reply::empty(413),
        Some(call) if call.bearer() != Some(&*shared.token) => Reply::json(
            401,
            &json!({"error": "the token of the control port is needed"}),
        ),
        Some(call) => answer(&shared.world, &shared.about, &call),
    };
    response(reply)
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Reply> {
    serde_json::from_slice(&call.body)
        .map_err(|error| Reply::json(400, &json!({"error": error.to_string()})))
}

fn done<T>(result: Result<T, Reply>, act: impl FnOnce(T) -> Value) -> Reply {
    match result {
        Ok(value) => Reply::json(200, &act(value)),
        Err(reply) => reply,
    }
}

fn answer(world: &World, about: &Value, call: &Call) -> Reply {
    let fine = json!({"ok": true});
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", []) => Reply::json(200, about),
        ("GET", ["journal"]) => {
            let journal = world.journal();
            Reply::json(
                200,
                &json!({"effects": journal.effects(), "broken": journal.broken()}),
            )
        }
        ("GET", ["received"]) => Reply::json(200, &json!(world.journal().received())),
        ("GET", ["faults"]) => Reply::json(200, &json!(world.faults().waiting())),
        ("POST", ["faults"]) => done(body::<Fault>(call), |fault| {
            world.faults().add(fault);
            fine
        }),
        ("DELETE", ["faults"]) => {
            world.faults().heal();
            Reply::json(200, &fine)
        }
        ("POST", ["clock"]) => done(body::<Value>(call), |turn| {
            let seconds = turn["seconds"].as_i64().unwrap_or(0);
            world.clock.turn(TimeDelta::seconds(seconds));
            json!({"now": world.clock.now()})
        }),
        ("GET", ["switches"]) => Reply::json(
            200,
            &json!({"siigo": world.siigo().switches, "mercadolibre": world.meli().switches,
                    "solar": world.solar().switches}),
        ),
        ("PUT", ["switches", "siigo"]) => done(body::<Switches>(call), |switches| {
            world.siigo().switches = switches;
            fine
        }),
        ("PUT", ["switches", "mercadolibre"]) => done(body::<MeliSwitches>(call), |switches| {
            world.meli().switches = switches;
            fine
        }),
        ("PUT", ["switches", "solar"]) => done(body::<SolarSwitches>(call), |switches| {
            world.solar().switches = switches;
            fine
        }),
        ("POST", ["orders", id, "change"]) => done(body::<OrderChange>(call), |change| {
            let id = id.parse().unwrap_or(0);
            let found = world.meli().books.change(id, &change, world.clock.now());
            json!({"ok": found})
        }),
        ("POST", ["tokens", "forget"]) => {
            world.siigo().forget_tokens();
            world.meli().forget_tokens();
            world.solar().forget_tokens();
            Reply::json(200, &fine)
        }
        _ => Reply::json(404, &json!({"error": "this path does not exist"})),
    }
}
