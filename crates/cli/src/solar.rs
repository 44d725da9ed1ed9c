//! Sales out of local databases, and Solar: the verbs, and the example on stand-ins.

use crate::args::{Demo, Sources};
use crate::demo::{folder, open, say};
use crate::output::Terminal;
use crate::watch;
use puente_app::sales::table::{PageOf, SalesFilter};
use puente_app::sales::{channels, ledgers, local, table};
use puente_app::{App, servers, settings};
use puente_core::{Error, Secret};
use puente_erp::servers::{Kind, NewServer, Options};
use puente_sales::handlers::SalesDelivered;
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, EffectKind, Fault};
use puente_sandbox::{Counter, CounterOptions, TdsLogin, TdsOptions, TdsServer};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

type Result<T> = std::result::Result<T, Error>;

/// What came of telling a ledger, for `--json`.
#[derive(Debug, Serialize)]
struct Delivered {
    ledger: String,
    #[serde(flatten)]
    counts: SalesDelivered,
    /// Documents that were not taken, with every reason.
    not_taken: Vec<NotTaken>,
}

#[derive(Debug, Serialize)]
struct NotTaken {
    id: i64,
    document: String,
    state: String,
    reasons: Vec<String>,
}

/// `sales sync --ledger`.
pub fn deliver(terminal: &Terminal, app: &App, ledger: &str) -> Result<()> {
    let (delivered, ended) = delivered(terminal, app, ledger)?;
    terminal.result(&delivered, |delivered| show(terminal, delivered));
    watch::verdict(terminal, &ended)
}

fn delivered(
    terminal: &Terminal,
    app: &App,
    ledger: &str,
) -> Result<(Delivered, Vec<puente_jobs::Job>)> {
    let request = ledgers::Named {
        ledger: ledger.to_owned(),
    };
    let jobs = local::deliver(app, request)?;
    let ended = watch::run(app, terminal, &jobs)?;
    let counts = match ended.first() {
        Some(job) => counts_of(app, job)?,
        None => SalesDelivered::default(),
    };
    let delivered = Delivered {
        ledger: ledger.to_owned(),
        counts,
        not_taken: not_taken(app, ledger)?,
    };
    Ok((delivered, ended))
}

/// What a delivery came to; of one that failed, how far it came.
fn counts_of(app: &App, job: &puente_jobs::Job) -> Result<SalesDelivered> {
    match &job.result {
        Some(result) => serde_json::from_value(result.clone())
            .map_err(|error| Error::invalid("response", error)),
        None => {
            let kept = app.jobs.kept(job.id)?;
            // Ended from outside it kept only how many it had looked at.
            let read = |kept| serde_json::from_value(kept).ok();
            Ok(kept.and_then(read).unwrap_or_default())
        }
    }
}

/// Documents of a ledger's databases that were not taken.
fn not_taken(app: &App, ledger: &str) -> Result<Vec<NotTaken>> {
    let own: Vec<i64> = channels::list(app, puente_app::Nothing {})?
        .into_iter()
        .filter(|row| {
            let named = row.ledger.as_deref();
            named.is_some_and(|name| name.eq_ignore_ascii_case(ledger))
                || row.ledger_id.is_some_and(|id| id.to_string() == ledger)
        })
        .map(|row| row.id)
        .collect();
    let states = serde_json::from_value(json!(["refused", "pending"]))
        .map_err(|error| Error::invalid("state", error))?;
    let page = table::page(
        app,
        PageOf {
            filter: SalesFilter {
                channels: own,
                states,
                ..SalesFilter::default()
            },
            limit: Some(200),
            ..PageOf::default()
        },
    )?;
    let rows = page.rows.into_iter().map(|row| NotTaken {
        id: row.id,
        document: row.key,
        state: crate::sales::name_of(&row.state),
        reasons: row.reasons.into_iter().map(|reason| reason.text).collect(),
    });
    Ok(rows.collect())
}

fn show(terminal: &Terminal, delivered: &Delivered) {
    terminal.line(counted(terminal, &delivered.counts));
    for one in &delivered.not_taken {
        let reasons = one.reasons.join(" ");
        terminal.line(format!("  ! {} {}: {reasons}", one.id, one.document));
    }
}

fn counted(terminal: &Terminal, counts: &SalesDelivered) -> String {
    let values: [(&str, &dyn std::fmt::Display); 8] = [
        ("read", &counts.read),
        ("sent", &counts.sent),
        ("there", &counts.there),
        ("refused", &counts.refused),
        ("uncertain", &counts.uncertain),
        ("pending", &counts.pending),
        ("marked", &counts.marked),
        ("here", &counts.marked_here),
    ];
    terminal.fill("sales.delivered", &values)
}

/// `sales sources …`.
pub fn sources(terminal: &Terminal, app: &App, verb: Sources) -> Result<()> {
    match verb {
        Sources::Add {
            name,
            server,
            database,
            profile,
            ledger,
            read_only,
        } => {
            let request = local::SourceConnect {
                name,
                server,
                database,
                profile,
                ledger,
                read_only,
            };
            let row = local::connect_source(app, request)?;
            terminal.result(&row, |row| {
                let name = &row.channel.name;
                terminal.line(terminal.fill("sales.source.added", &[("name", name)]));
                lacking(terminal, row.grant.as_deref());
            });
        }
        Sources::Test { name } => {
            let tested = local::test_source(app, channels::Named { channel: name })?;
            terminal.result(&tested, |tested| {
                let values: [(&str, &dyn std::fmt::Display); 3] = [
                    ("pending", &tested.pending),
                    ("marked", &tested.marked),
                    ("here", &tested.marked_here),
                ];
                terminal.line(terminal.fill("sales.source.tested", &values));
                lacking(terminal, tested.grant.as_deref());
            });
        }
        Sources::Profile { name } => {
            let text = puente_sales::channels::database::SalesProfile::builtin_text(&name)
                .ok_or_else(|| Error::not_found("profile", &name))?;
            terminal.result(&text, |text| terminal.line(text));
        }
    }
    Ok(())
}

/// What is to be run where documents can't be marked, on a line of its own.
fn lacking(terminal: &Terminal, grant: Option<&str>) {
    if let Some(grant) = grant {
        terminal.line(terminal.text("sales.source.grant"));
        terminal.line(grant);
    }
}

/// `sales ledgers probe`.
pub fn probe(terminal: &Terminal, app: &App, ledger: String) -> Result<()> {
    let tested = local::test_ledger(app, ledgers::Named { ledger })?;
    terminal.result(&tested, |tested| {
        for certificate in tested.network.tls.iter().flat_map(|tls| &tls.chain) {
            let (subject, issuer) = (&certificate.subject, &certificate.issuer);
            terminal.line(format!(
                "  {subject} ← {issuer} ({})",
                certificate.valid_to.date_naive()
            ));
        }
        if let Some(import) = &tested.network.import {
            terminal.line(terminal.fill("sales.import", &[("name", import)]));
        }
        match &tested.error {
            Some(error) => {
                terminal.line(&error.message);
                terminal.line(&error.hint);
            }
            None => terminal.line(terminal.text("sales.probed")),
        }
    });
    Ok(())
}

/// `sales attempts`.
pub fn attempts(terminal: &Terminal, app: &App, sale: String) -> Result<()> {
    let all = puente_app::sales::attempts::of_sale(app, puente_app::sales::show::Named { sale })?;
    terminal.result(&all, |all| {
        for one in all {
            let at = terminal.moment(one.at);
            terminal.line(format!("{at} v{} {} {}", one.version, one.answer, one.said));
            terminal.line(format!("  sha256 {}", one.sha256));
            terminal.line(format!("  {}", one.body));
        }
    });
    Ok(())
}

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

/// The example: a point of sale, Solar over TLS with a private authority, nothing known before.
pub fn demo(terminal: &Terminal, demo: &Demo) -> Result<()> {
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
    let change =
        serde_json::from_value(change).map_err(|error| Error::invalid("settings", error))?;
    settings::set(app, change)?;
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
