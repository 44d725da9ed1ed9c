//! The verbs of sales out of local databases.

use super::show::name_of;
use super::{Result, read};
use crate::args::Sources;
use crate::output::Terminal;
use crate::watch;
use puente_app::sales::table::{PageOf, SalesFilter};
use puente_app::sales::{attempts, channels, ledgers, local, show, table};
use puente_app::{App, Nothing};
use puente_core::Error;
use puente_sales::handlers::SalesDelivered;
use serde::Serialize;
use serde_json::json;

/// What came of telling a ledger, for `--json`.
#[derive(Debug, Serialize)]
pub struct Delivered {
    pub ledger: String,
    #[serde(flatten)]
    pub counts: SalesDelivered,
    /// Documents that were not taken, with every reason.
    pub not_taken: Vec<NotTaken>,
}

#[derive(Debug, Serialize)]
pub struct NotTaken {
    pub id: i64,
    pub document: String,
    pub state: String,
    pub reasons: Vec<String>,
}

/// `sales sync --ledger`.
pub fn deliver(terminal: &Terminal, app: &App, ledger: &str) -> Result<()> {
    let (delivered, ended) = delivered(terminal, app, ledger)?;
    terminal.result(&delivered, |delivered| show_delivered(terminal, delivered));
    watch::verdict(terminal, &ended)
}

/// Tells a ledger of what waits, and waits for the end.
pub fn delivered(
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
    let own: Vec<i64> = channels::list(app, Nothing {})?
        .into_iter()
        .filter(|row| {
            let named = row.ledger.as_deref();
            named.is_some_and(|name| name.eq_ignore_ascii_case(ledger))
                || row.ledger_id.is_some_and(|id| id.to_string() == ledger)
        })
        .map(|row| row.id)
        .collect();
    let page = table::page(
        app,
        PageOf {
            filter: SalesFilter {
                channels: own,
                states: read("state", json!(["refused", "pending"]))?,
                ..SalesFilter::default()
            },
            limit: Some(200),
            ..PageOf::default()
        },
    )?;
    let rows = page.rows.into_iter().map(|row| NotTaken {
        id: row.id,
        document: row.key,
        state: name_of(&row.state),
        reasons: row.reasons.into_iter().map(|reason| reason.text).collect(),
    });
    Ok(rows.collect())
}

fn show_delivered(terminal: &Terminal, delivered: &Delivered) {
    terminal.line(counted(terminal, &delivered.counts));
    for one in &delivered.not_taken {
        let reasons = one.reasons.join(" ");
        terminal.line(format!("  ! {} {}: {reasons}", one.id, one.document));
    }
}

pub fn counted(terminal: &Terminal, counts: &SalesDelivered) -> String {
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
    let all = attempts::of_sale(app, show::Named { sale })?;
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

/// What is to be run where documents can't be marked, on a line of its own.
fn lacking(terminal: &Terminal, grant: Option<&str>) {
    if let Some(grant) = grant {
        terminal.line(terminal.text("sales.source.grant"));
        terminal.line(grant);
    }
}
