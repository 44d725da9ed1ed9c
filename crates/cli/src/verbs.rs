//! One function for each group of verbs: from arguments to a command, and from its answer to a view.

use crate::args::{
    Backup, Companies, Diagnostics, Filter, Format, Jobs, Movements, Rules, ServerAdd, ServerEdit,
    ServerOptions, Servers, Which,
};
use crate::output::Terminal;
use crate::{show, watch};
use puente_app::companies::{Discover, Named, Search, Selected};
use puente_app::jobs::JobRow;
use puente_app::movements::{Export, Extract, SummaryOf};
use puente_app::table::{self, PageOf};
use puente_app::{App, Nothing};
use puente_core::{Error, Month, Secret, SystemClock};
use puente_databases::Encryption;
use puente_erp::servers::{Kind, NewServer, Options, QuietHours};
use puente_jobs::State;
use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::sync::Arc;

type Result<T> = std::result::Result<T, Error>;

pub fn servers(terminal: &Terminal, app: &App, verb: Servers) -> Result<()> {
    use puente_app::servers as command;
    match verb {
        Servers::Add(new) => {
            let server = command::add(app, to_add(terminal, app, *new)?)?;
            terminal.result(&server, |server| {
                terminal.line(terminal.fill("servers.added", &[("name", &server.name)]));
            });
        }
        Servers::List => {
            let servers = command::list(app, Nothing {})?;
            terminal.result(&servers, |servers| show::servers(terminal, servers));
        }
        Servers::Test { name } => {
            let tested = command::test(app, command::Named { server: name })?;
            terminal.result(&tested, |tested| show::tested(terminal, tested));
        }
        Servers::Edit(changes) => {
            let server = command::edit(app, to_edit(terminal, app, *changes)?)?;
            terminal.result(&server, |server| {
                terminal.line(terminal.fill("servers.changed", &[("name", &server.name)]));
            });
        }
        Servers::Remove { name, yes } => {
            let question = terminal.fill("servers.remove?", &[("name", &name)]);
            confirm(terminal, yes, &question)?;
            let server = command::remove(app, command::Named { server: name })?;
            terminal.result(&server, |server| {
                terminal.line(terminal.fill("servers.removed", &[("name", &server.name)]));
            });
        }
        Servers::Grants { name, login } => {
            let grants = command::grants(
                app,
                command::GrantsFor {
                    server: name,
                    login,
                },
            )?;
            terminal.result(&grants, |grants| show::grants(terminal, grants));
        }
    }
    Ok(())
}

pub fn companies(terminal: &Terminal, app: &App, verb: Companies) -> Result<()> {
    use puente_app::companies as command;
    match verb {
        Companies::Discover { server } => {
            let jobs = command::discover(app, Discover { servers: server })?;
            finish(terminal, app, &jobs, |jobs| {
                show::discovered(terminal, jobs)
            })
        }
        Companies::List { search } => {
            let rows = command::list(app, Search { text: search })?;
            terminal.result(&rows, |rows| show::companies(terminal, rows));
            Ok(())
        }
        Companies::Show { company } => {
            let pages = command::show(app, Named { company })?;
            terminal.result(&pages, |pages| show::company_pages(terminal, pages));
            Ok(())
        }
    }
}

pub fn movements(terminal: &Terminal, app: &App, verb: Movements) -> Result<()> {
    use puente_app::movements as command;
    match verb {
        Movements::Extract {
            which,
            from,
            to,
            force,
            audit,
        } => {
            let request = Extract {
                companies: which.companies,
                from,
                to,
                force,
                audit,
            };
            let jobs = command::extract(app, request)?;
            finish(terminal, app, &jobs, |jobs| show::extracted(terminal, jobs))
        }
        Movements::Status => {
            let rows = command::status(app, Nothing {})?;
            terminal.result(&rows, |rows| show::companies(terminal, rows));
            Ok(())
        }
        Movements::List {
            companies,
            filter,
            offset,
            limit,
        } => {
            let request = PageOf {
                filter: filter.of(companies)?,
                offset,
                limit: Some(limit),
            };
            let page = table::page(app, request)?;
            terminal.result(&page, |page| show::movements(terminal, page));
            Ok(())
        }
        Movements::Summary {
            companies,
            from,
            to,
            top,
        } => {
            let request = SummaryOf {
                companies,
                from: month("from", from)?,
                to: month("to", to)?,
                top,
            };
            let summary = command::summary(app, request)?;
            terminal.result(&summary, |summary| show::summary(terminal, summary));
            Ok(())
        }
        Movements::Proof { which, deep } => proof(terminal, app, which, deep),
        Movements::Export {
            which,
            filter,
            output,
            format,
            overwrite,
        } => {
            let format = format.map(|format| match format {
                Format::Csv => puente_app::movements::Format::Csv,
                Format::Xlsx => puente_app::movements::Format::Xlsx,
            });
            let request = Export {
                filter: filter.of(which.companies)?,
                output,
                format,
                overwrite,
            };
            let exported = command::export(app, request)?;
            terminal.result(&exported, |exported| {
                let (rows, file) = (terminal.count(exported.rows), exported.output.display());
                terminal.line(terminal.fill("exported", &[("rows", &rows), ("file", &file)]));
            });
            Ok(())
        }
    }
}

impl Filter {
    /// With the companies that it is about.
    fn of(self, companies: Vec<String>) -> Result<table::Filter> {
        let states = self.states.into_iter().map(|text| word("state", text));
        Ok(table::Filter {
            companies,
            text: self.search,
            from: self.from,
            to: self.to,
            doc_types: self.types,
            states: states.collect::<Result<_>>()?,
            stream: self.stream.map(|text| word("stream", text)).transpose()?,
            articles: self.articles,
            places: self.places,
            parties: self.parties,
            sort: self.sort.map(|text| word("sort", text)).transpose()?,
            descending: self.descending,
        })
    }
}

/// A word as commands know it.
fn word<T: serde::de::DeserializeOwned>(field: &str, text: String) -> Result<T> {
    let error = Error::invalid(field, &text);
    serde_json::from_value(text.into()).map_err(|_| error)
}

fn proof(terminal: &Terminal, app: &App, which: Which, deep: bool) -> Result<()> {
    let selected = Selected {
        companies: which.companies,
    };
    let taken = if deep {
        let jobs = puente_app::movements::prove(app, selected.clone())?;
        watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)
    } else {
        Ok(())
    };
    let proofs = puente_app::movements::proof(app, selected)?;
    terminal.result(&proofs, |proofs| show::proofs(terminal, proofs));
    taken?;
    let broken = proofs
        .iter()
        .find_map(|of| Some((&of.company, of.proof.as_ref().filter(|proof| !proof.holds)?)));
    match broken {
        None => Ok(()),
        Some((company, proof)) => Err(Error::new(puente_core::Code::ProofMismatch)
            .with("company", company.label())
            .with("differences", &proof.differences)),
    }
}

pub fn rules(terminal: &Terminal, app: &App, verb: Rules) -> Result<()> {
    use puente_app::rules as command;
    let rules = match verb {
        Rules::List { profile } => command::list(app, command::Of { profile })?,
        Rules::Set { profile, rules } => command::set(app, command::Set { profile, rules })?,
        Rules::Reset { profile } => command::reset(app, command::Of { profile })?,
    };
    terminal.result(&rules, |rules| show::rules(terminal, rules));
    Ok(())
}

pub fn jobs(terminal: &Terminal, app: &App, verb: Jobs) -> Result<()> {
    use puente_app::jobs as command;
    match verb {
        Jobs::List {
            limit,
            state,
            kind,
            before,
        } => {
            let states = state
                .iter()
                .map(|text| State::parse(text).ok_or_else(|| Error::invalid("state", text)))
                .collect::<Result<_>>()?;
            let request = command::List {
                limit: Some(limit),
                states,
                kinds: kind,
                before,
                schedule: None,
            };
            let jobs = command::list(app, request)?;
            terminal.result(&jobs, |jobs| show::jobs(terminal, jobs));
        }
        Jobs::Show { id } => {
            let shown = command::show(app, command::One::parse(&id)?)?;
            terminal.result(&shown, |shown| show::job(terminal, shown));
        }
        Jobs::Cancel { id } => {
            let job = command::cancel(app, command::One::parse(&id)?)?;
            terminal.result(&job, |job| show::jobs(terminal, std::slice::from_ref(job)));
        }
        Jobs::Retry { id } => {
            let job = command::retry(app, command::One::parse(&id)?)?;
            terminal.result(&job, |job| show::jobs(terminal, std::slice::from_ref(job)));
        }
        Jobs::RunDue => {
            let ended = watch::run_due(app, terminal)?;
            let rows = command::rows(app, ended.clone());
            terminal.result(&rows, |jobs| show::jobs(terminal, jobs));
            return watch::verdict(terminal, &ended);
        }
    }
    Ok(())
}

pub fn backup(terminal: &Terminal, app: &App, verb: Backup) -> Result<()> {
    use puente_app::backup as command;
    match verb {
        Backup::Create => {
            let jobs = command::create(app, Nothing {})?;
            finish(terminal, app, &jobs, |jobs| show::backed_up(terminal, jobs))
        }
        Backup::List => {
            let rows = command::list(app, Nothing {})?;
            terminal.result(&rows, |rows| show::backups(terminal, rows));
            Ok(())
        }
        Backup::Verify { name } => {
            let verified = command::verify(app, command::Named { name })?;
            terminal.result(&verified, |verified| {
                terminal.line(terminal.fill("backup.sound", &[("name", &verified.name)]));
            });
            Ok(())
        }
        Backup::Restore { name, yes } => restore(terminal, app.dir.path(), &name, yes),
    }
}

/// Works without opening the data: a damaged state is what a restore is for.
pub fn restore(terminal: &Terminal, dir: &Path, name: &str, yes: bool) -> Result<()> {
    confirm(
        terminal,
        yes,
        &terminal.fill("backup.restore?", &[("name", &name)]),
    )?;
    let dir = puente_app::paths::DataDir::open(dir)?;
    let restored = puente_app::backup::restore(&dir, Arc::new(SystemClock), name)?;
    terminal.result(&restored, |restored| {
        terminal.line(terminal.fill("backup.restored", &[("name", &restored.name)]));
        if let Some(replaced) = &restored.replaced {
            terminal.line(terminal.fill("backup.replaced", &[("name", replaced)]));
        }
    });
    Ok(())
}

pub fn doctor(terminal: &Terminal, app: &App) -> Result<()> {
    use puente_app::doctor::{Check, findings};
    let found = findings(app)?;
    let checks: Vec<Check> = found
        .iter()
        .map(|one| Check::of(one, terminal.lang))
        .collect();
    terminal.result(&checks, |checks| show::checks(terminal, checks));
    found
        .into_iter()
        .find_map(|one| one.error)
        .map_or(Ok(()), Err)
}

pub fn diagnostics(terminal: &Terminal, app: &App, verb: Diagnostics) -> Result<()> {
    use puente_app::diagnostics as command;
    let Diagnostics::Export { output } = verb;
    let written = command::export(app, command::To { output })?;
    terminal.result(&written, |written| {
        terminal.line(terminal.fill("diagnostics", &[("file", &written.output.display())]));
    });
    Ok(())
}

/// Runs the jobs that a command queued, shows how they ended, and fails with the first that did not
/// end well.
pub fn finish(
    terminal: &Terminal,
    app: &App,
    jobs: &[JobRow],
    view: impl FnOnce(&Vec<JobRow>),
) -> Result<()> {
    let ended = watch::run(app, terminal, jobs)?;
    terminal.result(&puente_app::jobs::rows(app, ended.clone()), view);
    watch::verdict(terminal, &ended)
}

fn to_add(terminal: &Terminal, app: &App, new: ServerAdd) -> Result<puente_app::servers::Add> {
    let kind: Kind = new.kind.parse()?;
    let password = match kind {
        Kind::Files => None,
        Kind::SqlServer if new.more.integrated => None,
        Kind::Firebird | Kind::SqlServer => Some(password(terminal, new.more.password_stdin)?),
    };
    // The port of a named instance is SQL Browser's to tell.
    let port = match new.more.instance {
        Some(_) => 0,
        None => kind.default_port(),
    };
    Ok(puente_app::servers::Add {
        server: NewServer {
            name: new.name,
            kind,
            host: new.host,
            port: new.port.unwrap_or(port),
            user: new.user,
            master: new.master,
            profile: new.profile,
            options: options(app, Options::default(), new.more)?,
        },
        password,
        no_test: new.no_test,
    })
}

fn to_edit(
    terminal: &Terminal,
    app: &App,
    changes: ServerEdit,
) -> Result<puente_app::servers::Edit> {
    let old = puente_erp::servers::find(&app.room.state, &changes.server)?;
    let password = match changes.more.password_stdin {
        true => Some(password(terminal, true)?),
        false => None,
    };
    Ok(puente_app::servers::Edit {
        server: changes.server,
        name: changes.name,
        host: changes.host,
        port: changes.port,
        user: changes.user,
        master: changes.master,
        profile: changes.profile,
        options: Some(options(app, old.options, changes.more)?),
        password,
        no_test: changes.no_test,
    })
}

/// What was given replaces what was there.
fn options(app: &App, mut options: Options, given: ServerOptions) -> Result<Options> {
    options.charset = given.charset.or(options.charset);
    options.dialect = given.dialect.or(options.dialect);
    options.client_library = given.client_library.or(options.client_library);
    if let Some(limit) = given.rows_per_second {
        options.rows_per_second = (limit > 0).then_some(limit);
    }
    if let Some(text) = given.quiet_hours {
        options.quiet_hours = quiet_hours(&text)?;
    }
    let sql = &mut options.sql_server;
    if let Some(text) = given.encryption {
        let wrong = || {
            Error::invalid(
                "encryption",
                format!("{text}: required | strict | login_only | off"),
            )
        };
        sql.encryption = Encryption::parse(&text).ok_or_else(wrong)?;
    }
    sql.instance = given.instance.or(sql.instance.take());
    sql.authority = given.authority.or(sql.authority.take());
    sql.certificate = given.trust_certificate.or(sql.certificate.take());
    sql.integrated |= given.integrated;
    if let Some(name) = given.vpn {
        options.vpn = match name.as_str() {
            "off" => None,
            _ => Some(puente_app::vpn::show(app, puente_app::vpn::Named { vpn: name })?.id),
        };
    }
    Ok(options)
}

fn quiet_hours(text: &str) -> Result<Option<QuietHours>> {
    if text == "off" {
        return Ok(None);
    }
    let wrong = || Error::invalid("quiet_hours", format!("{text}: HH:MM-HH:MM@ZONE"));
    let (times, zone) = text.split_once('@').ok_or_else(wrong)?;
    let (from, to) = times.split_once('-').ok_or_else(wrong)?;
    Ok(Some(QuietHours {
        from: from.to_owned(),
        to: to.to_owned(),
        zone: zone.to_owned(),
    }))
}

/// The first line of standard input, or an answer that is not shown.
pub fn password(terminal: &Terminal, from_stdin: bool) -> Result<Secret> {
    let missing = |error: &std::io::Error| Error::invalid("password", "").because(error);
    if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| missing(&error))?;
        return Ok(Secret::from(line.trim_end_matches(['\r', '\n'])));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::invalid("password", "--password-stdin"));
    }
    rpassword::prompt_password(terminal.text("password?"))
        .map(Secret::from)
        .map_err(|error| missing(&error))
}

/// Asks, unless already confirmed. Without a terminal to ask on, it is refused.
pub fn confirm(terminal: &Terminal, yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::invalid("yes", "--yes"));
    }
    terminal.note(question);
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let agreed = ["s", "si", "sí", "y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if read.is_ok() && agreed {
        Ok(())
    } else {
        Err(Error::new(puente_core::Code::Cancelled))
    }
}

fn month(field: &str, text: Option<String>) -> Result<Option<Month>> {
    text.map(|text| {
        text.parse()
            .map_err(|error| Error::invalid(field, format!("{text}: {error}")))
    })
    .transpose()
}
