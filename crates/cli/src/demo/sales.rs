//! The eleven steps from sale to invoice on a sample shop, against stand-ins of both clouds on this machine.

use super::{folder, open, say};
use crate::args::Demo;
use crate::output::Terminal;
use crate::sales::show;
use crate::watch;
use puente_app::Nothing;
use puente_app::sales::example::{self, Done};
use puente_app::sales::table::ReasonCount;
use puente_app::sales::{margin, steps};
use puente_core::Error;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Instant;

/// What a demo did, for `--json`.
#[derive(Debug, Serialize)]
struct Told {
    data: PathBuf,
    #[serde(flatten)]
    done: Done,
    reasons: Vec<ReasonCount>,
    left: Vec<ReasonCount>,
    seconds: f64,
}

/// Runs it.
pub fn run(terminal: &Terminal, demo: &Demo) -> Result<(), Error> {
    let started = Instant::now();
    let folder = folder(demo)?;
    say(terminal, terminal.text("demo.sales.title"));
    let app = open(terminal, &folder)?;
    let jobs = watch::run(&app, terminal, &example::run(&app, Nothing {})?)?;
    watch::verdict(terminal, &jobs)?;
    watch::verdict(terminal, &watch::run_due(&app, terminal)?)?;
    let standing = example::standing(&app, Nothing {})?;
    let told = Told {
        data: app.dir.path().to_owned(),
        done: standing.done.unwrap_or_default(),
        reasons: standing.blocked,
        left: standing.not_invoiced,
        seconds: started.elapsed().as_secs_f64(),
    };
    let steps = steps::steps(&app, Nothing {})?;
    let earned = margin::summary(&app, margin::Of::default())?;
    terminal.result(&told, |told| {
        terminal.line("");
        show::steps(terminal, &steps);
        terminal.line("");
        terminal.line(terminal.text("demo.sales.blocked"));
        for reason in &told.reasons {
            terminal.line(format!("   {:>4}  {}", reason.sales, reason.text));
        }
        if !told.left.is_empty() {
            let left: u64 = told.left.iter().map(|reason| reason.sales).sum();
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("left", &left), ("ready", &told.done.ready)];
            terminal.line("");
            terminal.line(terminal.fill("demo.sales.left", &values));
            for reason in &told.left {
                terminal.line(format!("   {:>4}  {}", reason.sales, reason.text));
            }
        }
        terminal.line("");
        show::margin(terminal, &earned);
        terminal.line("");
        let blocked: u64 = told.reasons.iter().map(|reason| reason.sales).sum();
        let done = &told.done;
        let values: [(&str, &dyn std::fmt::Display); 11] = [
            ("orders", &done.orders_read),
            ("ready", &done.ready),
            ("blocked", &blocked),
            ("invoiced", &done.invoiced),
            ("settled", &done.uncertain_settled),
            ("uncertain", &done.uncertain),
            ("stamped", &done.stamped),
            ("journal", &done.journal_invoices),
            ("twice", &done.invoices_made_twice),
            ("margin", &done.margin),
            ("credit", &done.credit_notes),
        ];
        terminal.line(terminal.fill("demo.sales.end", &values));
        terminal.line(terminal.fill("demo.kept", &[("path", &told.data.display())]));
    });
    Ok(())
}
