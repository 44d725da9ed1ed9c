//! How answers look in a terminal.

use crate::output::Terminal;
use puente_app::backup::BackupRow;
use puente_app::companies::{CompanyPage, CompanyRow};
use puente_app::doctor::Check;
use puente_app::jobs::{JobResult, JobRow, Shown};
use puente_app::movements::{ProofLine, ProofOf, ProofView, Summary};
use puente_app::servers::{Grants, ServerRow, Tested};
use puente_app::table::MovementsRows;
use puente_core::Code;
use puente_databases::profile::PlaceRule;
use puente_erp::discover::Reason;
use puente_erp::extract::{Mode, Notes};
use puente_erp::proof::Level;
use puente_erp::servers::NO_COMPANIES;

pub fn servers(terminal: &Terminal, servers: &[ServerRow]) {
    let rows = servers.iter().map(|server| {
        let address = match server.port {
            0 => server.master.clone(),
            port => format!("{}:{port} {}", server.host, server.master),
        };
        let contact = match (&server.last_error, server.checked_at) {
            (Some(error), _) => error.message.clone(),
            (None, Some(at)) => terminal.fill("servers.well", &[("at", &terminal.moment(at))]),
            (None, None) => terminal.text("servers.never").to_owned(),
        };
        vec![
            server.name.clone(),
            server.kind.as_str().to_owned(),
            address,
            contact,
        ]
    });
    let headings = ["col.name", "col.kind", "col.address", "col.contact"].map(|k| terminal.text(k));
    terminal.table(&headings, rows.collect(), terminal.text("servers.none"));
}

pub fn tested(terminal: &Terminal, tested: &Tested) {
    if let Some(info) = &tested.info {
        let encryption = info.encryption.as_deref().unwrap_or("-");
        terminal.line(terminal.fill(
            "servers.answers",
            &[
                ("engine", &info.engine),
                ("version", &info.version),
                ("dialect", &info.dialect),
                ("charset", &info.charset),
                ("user", &info.user),
                ("encryption", &encryption),
            ],
        ));
    }
    if !tested.warnings.iter().any(|name| name == NO_COMPANIES) {
        let companies = terminal.count(tested.companies);
        terminal.line(terminal.fill("servers.lists", &[("companies", &companies)]));
    }
    for warning in &tested.warnings {
        terminal.line(terminal.text(&format!("warning.{warning}")));
    }
}

pub fn grants(terminal: &Terminal, grants: &Grants) {
    let parts = [
        ("grants.master", &grants.master),
        ("grants.company", &grants.company),
        ("grants.sales", &grants.sales),
    ];
    for (heading, grants) in parts.into_iter().filter(|(_, grants)| !grants.is_empty()) {
        terminal.line(format!("-- {}", terminal.text(heading)));
        grants.iter().for_each(|grant| terminal.line(grant));
    }
}

pub fn discovered(terminal: &Terminal, jobs: &[JobRow]) {
    let reports = jobs.iter().filter_map(|job| match &job.result {
        Some(JobResult::Discovered(report)) => Some(report),
        Some(_) | None => None,
    });
    for report in reports {
        terminal.line(terminal.fill(
            "discovered",
            &[
                ("listed", &report.listed),
                ("added", &report.added),
                ("updated", &report.updated),
                ("unchanged", &report.unchanged),
                ("gone", &report.gone),
            ],
        ));
        for nit in &report.check_digit_wrong {
            terminal.line(format!("  {}", terminal.fill("nit.digit", &[("nit", nit)])));
        }
        for skipped in &report.skipped {
            let reason = match &skipped.reason {
                Reason::OnAnotherServer { server } => {
                    terminal.fill("skipped.other_server", &[("server", server)])
                }
                Reason::ListedTwice { code } => terminal.fill("skipped.twice", &[("code", code)]),
                Reason::BadNit { reason } => {
                    puente_core::Error::new(Code::TaxIdInvalid)
                        .with("value", &skipped.nit)
                        .with("reason", reason)
                        .view(terminal.lang)
                        .message
                }
                Reason::BadYear => terminal.text("skipped.year").to_owned(),
                Reason::NoLocation => terminal.text("skipped.location").to_owned(),
            };
            let (name, nit, year) = (&skipped.name, &skipped.nit, &skipped.year);
            terminal.line(format!("  {name} ({nit}, {year}): {reason}"));
        }
    }
}

pub fn companies(terminal: &Terminal, rows: &[CompanyRow]) {
    let table = rows.iter().map(|row| {
        let held = row.held.as_ref();
        vec![
            row.company.nit.clone(),
            row.company.fiscal_year.to_string(),
            row.company.name.clone(),
            row.company.server.clone(),
            held.map(|held| terminal.count(held.movements))
                .unwrap_or_default(),
            row.last
                .as_ref()
                .map(|last| terminal.moment(last.finished_at))
                .unwrap_or_default(),
            row.proven
                .map(|holds| terminal.yes(holds))
                .unwrap_or_default(),
        ]
    });
    let headings = [
        "col.nit",
        "col.year",
        "col.name",
        "col.server",
        "col.movements",
        "col.extracted",
        "col.proven",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, table.collect(), terminal.text("companies.none"));
}

pub fn company_pages(terminal: &Terminal, pages: &[CompanyPage]) {
    for page in pages {
        let company = &page.row.company;
        terminal.line(company.label());
        terminal.line(format!(
            "  {}: {}",
            terminal.text("col.server"),
            company.server
        ));
        terminal.line(format!(
            "  {}: {}",
            terminal.text("col.file"),
            company.location
        ));
        for run in &page.history {
            let mode = mode(terminal, run.mode, &run.notes);
            let line = terminal.fill(
                "run",
                &[
                    ("at", &terminal.moment(run.finished_at)),
                    ("mode", &mode),
                    ("read", &terminal.count(run.rows_read)),
                    ("inserted", &terminal.count(run.inserted)),
                    ("updated", &terminal.count(run.updated)),
                    ("removed", &terminal.count(run.removed)),
                ],
            );
            terminal.line(format!("  {line}"));
        }
        if let Some(proof) = &page.proof {
            terminal.line(format!("  {}", proof_line(terminal, proof)));
        }
    }
}

pub fn extracted(terminal: &Terminal, jobs: &[JobRow]) {
    for job in jobs {
        let Some(JobResult::Extracted(report)) = &job.result else {
            continue;
        };
        terminal.line(terminal.fill(
            "extracted",
            &[
                ("company", &job.subject),
                ("mode", &mode(terminal, report.mode, &report.notes)),
                ("read", &terminal.count(report.rows_read)),
                ("inserted", &terminal.count(report.inserted)),
                ("updated", &terminal.count(report.updated)),
                ("removed", &terminal.count(report.removed)),
            ],
        ));
    }
}

pub fn summary(terminal: &Terminal, summary: &Summary) {
    terminal.line(terminal.fill(
        "summary.head",
        &[
            ("companies", &summary.companies.len()),
            ("movements", &terminal.count(summary.movements)),
            ("posted", &terminal.count(summary.posted)),
        ],
    ));
    chart(terminal, summary);
    let rows = summary.top.iter().map(|article| {
        vec![
            article.code.clone(),
            article.description.clone(),
            terminal.quantity(article.quantity),
            terminal.money(article.total),
        ]
    });
    let headings =
        ["col.code", "col.article", "col.quantity", "col.sales"].map(|key| terminal.text(key));
    if !summary.top.is_empty() {
        terminal.line("");
        terminal.line(terminal.text("summary.top"));
        terminal.table(&headings, rows.collect(), "");
    }
    let path = summary.warehouse.display();
    terminal.line(terminal.fill("summary.where", &[("path", &path)]));
}

/// How much was sold by month: a bar each, and its number.
fn chart(terminal: &Terminal, summary: &Summary) {
    const WIDTH: i128 = 40;
    let sales = summary.months.iter().map(|month| month.net_sales.0);
    let most = sales.max().unwrap_or(0).max(1);
    if summary.months.is_empty() {
        return terminal.line(terminal.text("summary.none"));
    }
    terminal.line("");
    terminal.line(terminal.text("summary.chart"));
    for month in &summary.months {
        let sold = month.net_sales.0;
        // Eighths of a character, so that small differences show.
        let eighths = usize::try_from((sold.max(0) * WIDTH * 8) / most).unwrap_or(0);
        let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
        let bar = format!("{}{part}", "█".repeat(eighths / 8));
        let name = month_name(terminal, &month.month);
        let money = terminal.money(month.net_sales);
        terminal.line(format!("{name:>9} {bar:<40} {money:>18}"));
    }
}

pub fn proofs(terminal: &Terminal, proofs: &[ProofOf]) {
    for one in proofs {
        terminal.line(one.company.label());
        let Some(proof) = &one.proof else {
            terminal.line(format!("  {}", terminal.text("proof.none")));
            continue;
        };
        terminal.line(format!("  {}", proof_line(terminal, proof)));
        let tables = proof.tables.iter().map(|table| {
            let name = terminal.text(&format!("stage.{}", table.table)).to_owned();
            figures(terminal, name, String::new(), table)
        });
        let groups = proof.groups.iter().map(|group| {
            let state = serde_json::to_value(group.state).ok();
            let state = state
                .as_ref()
                .and_then(|state| state.as_str())
                .unwrap_or("");
            let kind = format!(
                "{} {}",
                group.doc_type,
                terminal.text(&format!("state.{state}"))
            );
            let month = month_name(terminal, &group.month).to_owned();
            figures(terminal, kind, month, group)
        });
        let headings = [
            "col.what",
            "col.month",
            "col.rows_source",
            "col.rows_here",
            "col.total_source",
            "col.total_here",
            "col.equal",
        ]
        .map(|key| terminal.text(key));
        terminal.table(&headings, tables.chain(groups).collect(), "");
    }
}

fn month_name<'a>(terminal: &Terminal, month: &'a str) -> &'a str {
    if month.is_empty() {
        terminal.text("summary.undated")
    } else {
        month
    }
}

fn figures(terminal: &Terminal, what: String, month: String, line: &ProofLine) -> Vec<String> {
    let (source, here) = (&line.source, &line.warehouse);
    vec![
        what,
        month,
        terminal.count(source.rows),
        terminal.count(here.rows),
        terminal.money(source.total),
        terminal.money(here.total),
        terminal.yes(line.equal),
    ]
}

fn proof_line(terminal: &Terminal, proof: &ProofView) -> String {
    let level = terminal.text(match proof.level {
        Level::Totals => "proof.totals",
        Level::Deep => "proof.deep",
    });
    let verdict = terminal.text(if proof.holds {
        "proof.holds"
    } else {
        "proof.broken"
    });
    let at = terminal.moment(proof.taken_at);
    terminal.fill(
        "proof.line",
        &[("level", &level), ("at", &at), ("verdict", &verdict)],
    )
}

pub fn rules(terminal: &Terminal, rules: &[PlaceRule]) {
    let rows = rules.iter().enumerate().map(|(at, rule)| {
        let note = match (rule.fragile, rule.note.is_empty()) {
            (true, _) => format!("{} {}", terminal.text("rules.fragile"), rule.note),
            (false, _) => rule.note.clone(),
        };
        vec![
            (at + 1).to_string(),
            rule.pattern.clone(),
            rule.flag.as_str().to_owned(),
            note,
        ]
    });
    let headings =
        ["col.order", "col.pattern", "col.flag", "col.note"].map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("rules.none"));
}

pub fn jobs(terminal: &Terminal, jobs: &[JobRow]) {
    let rows = jobs.iter().map(|job| {
        let error = job.error.as_ref().map(|error| error.message.clone());
        vec![
            job.id.to_string(),
            terminal.text(&format!("kind.{}", job.kind)).to_owned(),
            terminal
                .text(&format!("job.{}", job.state.as_str()))
                .to_owned(),
            terminal.moment(job.changed_at),
            error.unwrap_or_default(),
        ]
    });
    let headings = ["col.id", "col.job", "col.state", "col.since", "col.error"];
    terminal.table(
        &headings.map(|key| terminal.text(key)),
        rows.collect(),
        terminal.text("jobs.none"),
    );
}

pub fn job(terminal: &Terminal, shown: &Shown) {
    jobs(terminal, std::slice::from_ref(&shown.job));
    if let Some(error) = &shown.job.error {
        terminal.explain(error);
    }
    for line in &shown.log {
        let level = line.level.as_str();
        terminal.line(format!(
            "{} {level:5} {}",
            terminal.moment(line.at),
            line.text
        ));
    }
}

pub fn backed_up(terminal: &Terminal, jobs: &[JobRow]) {
    for job in jobs {
        if let Some(JobResult::BackedUp(backup)) = &job.result {
            terminal.line(terminal.fill("backup.made", &[("name", &backup.name)]));
        }
    }
}

pub fn backups(terminal: &Terminal, rows: &[BackupRow]) {
    let table = rows.iter().map(|row| {
        vec![
            row.name.clone(),
            terminal.moment(row.at),
            terminal
                .text(&format!("backup.{}", row.reason.as_str()))
                .to_owned(),
            terminal.count(row.bytes),
        ]
    });
    let headings =
        ["col.name", "col.made", "col.reason", "col.bytes"].map(|key| terminal.text(key));
    terminal.table(&headings, table.collect(), terminal.text("backup.none"));
}

pub fn checks(terminal: &Terminal, checks: &[Check]) {
    for check in checks {
        let mark = if check.error.is_none() { "✓" } else { "✗" };
        let name = terminal.text(&format!("check.{}", check.name));
        terminal.line(format!("{mark} {name}: {}", check.subject));
        if let Some(error) = &check.error {
            terminal.line(format!("    {} → {}", error.message, error.hint));
        }
    }
}

/// `solo cambios, por seguimiento de cambios`; `completa: es la primera`.
fn mode(terminal: &Terminal, mode: Mode, notes: &Notes) -> String {
    match (mode, notes.reread, notes.changes) {
        (Mode::Full, Some(why), _) => {
            let why = terminal.text(&format!("reread.{}", why.as_str()));
            format!("{}: {why}", terminal.text("mode.full"))
        }
        (Mode::Full, None, _) => terminal.text("mode.full").into(),
        (Mode::Incremental, _, Some(by)) => {
            let by = terminal.text(&format!("changes.{}", by.as_str()));
            format!("{}, {by}", terminal.text("mode.incremental"))
        }
        (Mode::Incremental, _, None) => terminal.text("mode.incremental").into(),
    }
}

pub fn movements(terminal: &Terminal, page: &MovementsRows) {
    let rows = page.rows.iter().map(|row| {
        vec![
            row.day.map(|day| day.to_string()).unwrap_or_default(),
            format!("{} {}{}", row.doc_type, row.prefix, row.number),
            row.article_code.clone(),
            row.article.clone(),
            row.place.clone(),
            row.party.clone(),
            terminal.quantity(row.quantity),
            terminal.money(row.total),
        ]
    });
    let headings = [
        "col.day",
        "col.document",
        "col.code",
        "col.article",
        "col.place",
        "col.party",
        "col.quantity",
        "col.total",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("summary.none"));
    let totals = &page.totals;
    let first = page.offset + 1;
    let last = page.offset + page.rows.len();
    terminal.line(terminal.fill(
        "movements.totals",
        &[
            ("first", &first),
            ("last", &last),
            ("rows", &terminal.count(totals.rows)),
            ("quantity", &terminal.quantity(totals.quantity)),
            ("total", &terminal.money(totals.total)),
        ],
    ));
}
