//! From a point of sale to Solar on a sample, against stand-ins of its database and of the cloud.

use super::{folder, open, say};
use crate::args::Demo;
use crate::output::Terminal;
use crate::sales::local::{Delivered, counted, delivered};
use crate::sales::read;
use crate::watch;
use puente_app::sales::{channels, local};
use puente_app::{App, servers, settings};
use puente_core::{Error, Secret};
use puente_erp::servers::{Kind, NewServer, Options};
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, EffectKind, Fault};
use puente_sandbox::{Counter, CounterOptions, TdsLogin, TdsOptions, TdsServer};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Result<T> = std::result::Result<T, Error>;

/// What the example did, for `--json`.
#[derive(Debug, Serialize)]
struct Done {
    data: PathBuf,
    pending_before: u64,
    first: Delivered,
    second: Delivered,
    in_solar: usize,
    in_solar_twice: usize,
    marked_in_source: usize,
    seconds: f64,
}

/// Documents that wait in the sample.
const DOCUMENTS: u32 = 60;
/// Documents of which somebody has told Solar before, and not marked.
const TOLD: usize = 4;

/// A point of sale, Solar over TLS with a private authority, nothing known before.
pub fn run(terminal: &Terminal, demo: &Demo) -> Result<()> {
    let started = Instant::now();
    let folder = folder(demo)?;
    say(terminal, terminal.text("demo.solar.title"));
    let clouds = Clouds::start(CloudOptions::default())?;
    let server = counter_server(&folder)?;
    let counter = Counter::create(
        &server,
        "LOCAL",
        CounterOptions {
            troubles: true,
            told: 10,
            ..CounterOptions::of(20_261_126, DOCUMENTS)
        },
    )?;
    let before = counter.told()?.len();
    let app = open(terminal, &folder)?;
    connect(terminal, &app, &clouds, &server, &folder)?;
    let named = channels::Named {
        channel: "Mostrador".to_owned(),
    };
    let pending_before = local::test_source(&app, named)?.pending;
    say(
        terminal,
        &terminal.fill("demo.solar.pending", &[("pending", &pending_before)]),
    );
    // Some answers are lost on the way, so that settling is seen.
    let tell = "/SolutionsRE_BackEnd/api/monitoring/informarVentas";
    clouds.fault(
        Fault::on(Cloud::Solar, "POST", tell, Does::AcceptThenReset)
            .skip(5)
            .times(3),
    );
    let (first, _) = delivered(terminal, &app, "Solar")?;
    say_all(terminal, &first);
    say(terminal, terminal.text("demo.solar.again"));
    unmark(&counter)?;
    let (second, ended) = delivered(terminal, &app, "Solar")?;
    say_all(terminal, &second);
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for effect in clouds.journal() {
        if let EffectKind::SolarDocument { number, .. } = effect.kind {
            *times.entry(number).or_default() += 1;
        }
    }
    let done = Done {
        data: app.dir.path().to_owned(),
        pending_before,
        first,
        second,
        in_solar: times.len(),
        in_solar_twice: times.values().filter(|times| **times > 1).count(),
        marked_in_source: counter.told()?.len() - before,
        seconds: started.elapsed().as_secs_f64(),
    };
    terminal.result(&done, |done| {
        let values: [(&str, &dyn std::fmt::Display); 3] = [
            ("solar", &done.in_solar),
            ("twice", &done.in_solar_twice),
            ("marked", &done.marked_in_source),
        ];
        terminal.line(terminal.fill("demo.solar.end", &values));
        terminal.line(terminal.fill("demo.kept", &[("path", &done.data.display())]));
    });
    watch::verdict(terminal, &ended)
}

fn say_all(terminal: &Terminal, delivered: &Delivered) {
    say(terminal, &counted(terminal, &delivered.counts));
    for one in &delivered.not_taken {
        say(
            terminal,
            &format!("   ! {}: {}", one.document, one.reasons.join(" ")),
        );
    }
}

/// Somebody takes marks away in the source: those documents are marked again, and told to nobody.
fn unmark(counter: &Counter) -> Result<()> {
    let sqlite = counter.database.sqlite()?;
    for number in counter.documents.iter().take(TOLD) {
        sqlite
            .execute(
                "UPDATE EB_T_HistorialSincVentas_Solar SET ESTADO_SYNC = 0, FECHA_SYNC = NULL \
                 WHERE N_COMP = ?1",
                [number],
            )
            .map_err(|error| Error::invalid("sandbox", error))?;
    }
    Ok(())
}

fn counter_server(folder: &Path) -> Result<TdsServer> {
    let mut login = TdsLogin::reader("puente", Secret::from("Clave-de-ejemplo-1"));
    login.may_write = true;
    Ok(TdsServer::start(
        &folder.join("sqlserver"),
        TdsOptions::with(login),
    )?)
}

fn connect(
    terminal: &Terminal,
    app: &App,
    clouds: &Clouds,
    server: &TdsServer,
    folder: &Path,
) -> Result<()> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text)
            .map(|()| path.clone())
            .map_err(|error| Error::invalid("output", path.display()).because(&error))
    };
    say(terminal, terminal.text("demo.solar.authority"));
    let authority = write("solar-ca.pem", clouds.solar_ca_pem())?;
    let change = json!({ "proxy": { "mode": "none" }, "extra_ca": authority });
    settings::set(app, read("settings", change)?)?;
    let login = clouds.solar_login();
    local::connect_solar(
        app,
        local::SolarConnect {
            name: "Solar".to_owned(),
            user: login.user,
            password: Secret::from(login.password.as_str()),
            client_id: login.client,
            point: None,
            base_url: Some(clouds.solar_url()),
        },
    )?;
    say(terminal, terminal.text("demo.solar.source"));
    let mut options = Options::default();
    options.sql_server.authority = Some(write("sqlserver-ca.pem", server.authority_pem())?);
    servers::add(
        app,
        servers::Add {
            server: NewServer {
                name: "mostrador".to_owned(),
                kind: Kind::SqlServer,
                host: "localhost".to_owned(),
                port: server.port(),
                user: "puente".to_owned(),
                master: "LOCAL".to_owned(),
                profile: "sqlserver".to_owned(),
                options,
            },
            password: Some(Secret::from("Clave-de-ejemplo-1")),
            no_test: false,
        },
    )?;
    local::connect_source(
        app,
        local::SourceConnect {
            name: "Mostrador".to_owned(),
            server: "mostrador".to_owned(),
            database: "LOCAL".to_owned(),
            profile: None,
            ledger: "Solar".to_owned(),
            read_only: false,
        },
    )?;
    Ok(())
}
