//! Puente in a terminal.

mod args;
mod demo;
mod forecast;
mod office;
mod output;
mod sales;
mod serve;
mod show;
mod texts;
mod verbs;
mod vpn;
mod vpn_setup;
mod watch;

use args::{Cli, Verb};
use output::Terminal;
use puente_app::paths::DataDir;
use puente_app::{App, AppOptions};
use puente_core::{Error, Lang, Secret};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    puente_environment::prepare();
    let cli = args::parse(std::env::args_os().collect());
    let global = &cli.global;
    let mut terminal = Terminal {
        lang: global.lang.unwrap_or_default(),
        zone: None,
        json: global.json,
        quiet: global.quiet,
    };
    match run(&mut terminal, cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => terminal.fail(&error),
    }
}

fn run(terminal: &mut Terminal, cli: Cli) -> Result<(), Error> {
    let folder = cli.global.data_dir;
    // Works on closed data: what is damaged can't be opened.
    if let Verb::Backup(args::Backup::Restore { name, yes }) = &cli.verb {
        return verbs::restore(terminal, &data_dir(folder)?, name, *yes);
    }
    if let Verb::Demo(demo) = cli.verb {
        // An office's own data are never those of an example: it has a folder in theirs.
        let keep = demo.keep.or_else(|| folder.map(|data| data.join("demo")));
        let demo = &args::Demo { keep, ..demo };
        return match demo.of {
            args::DemoOf::Erp => demo::run(terminal, demo),
            args::DemoOf::Sales => demo::sales::run(terminal, demo),
            args::DemoOf::Solar => demo::solar::run(terminal, demo),
        };
    }
    if let Verb::Serve(serve) = &cli.verb {
        return serve::run(terminal, cli.global.lang, data_dir(folder)?, serve);
    }
    let app = open(folder, cli.global.lang)?;
    // What the settings say, unless the line says otherwise.
    terminal.lang = app.lang();
    terminal.zone = Some(app.zone());
    on_open(terminal, &app, cli.verb)
}

fn on_open(terminal: &Terminal, app: &App, verb: Verb) -> Result<(), Error> {
    match verb {
        // These two open data of their own, before this.
        Verb::Demo(_) | Verb::Serve(_) => Ok(()),
        Verb::Servers(verb) => verbs::servers(terminal, app, verb),
        Verb::Companies(verb) => verbs::companies(terminal, app, verb),
        Verb::Movements(verb) => verbs::movements(terminal, app, verb),
        Verb::Rules(verb) => verbs::rules(terminal, app, verb),
        Verb::Jobs(verb) => verbs::jobs(terminal, app, verb),
        Verb::Overview => office::overview(terminal, app),
        Verb::Sync => office::sync(terminal, app),
        Verb::Schedules(verb) => office::schedules(terminal, app, verb),
        Verb::Settings(verb) => office::settings(terminal, app, verb),
        Verb::Network(verb) => office::network(terminal, app, verb),
        Verb::Vpn(verb) => vpn::vpn(terminal, app, verb),
        Verb::Audit(verb) => office::audit(terminal, app, verb),
        Verb::About => office::about(terminal, app),
        Verb::Backup(verb) => verbs::backup(terminal, app, verb),
        Verb::Sales(verb) => sales::run(terminal, app, verb),
        Verb::Forecast(verb) => forecast::forecast(terminal, app, verb),
        Verb::Doctor => verbs::doctor(terminal, app),
        Verb::Diagnostics(verb) => verbs::diagnostics(terminal, app, verb),
    }
}

fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, Error> {
    given.map_or_else(DataDir::of_this_user, Ok)
}

fn open(given: Option<PathBuf>, lang: Option<Lang>) -> Result<App, Error> {
    let passphrase = std::env::var("PUENTE_PASSPHRASE").ok().map(Secret::from);
    App::open(AppOptions {
        passphrase,
        lang,
        ..AppOptions::new(data_dir(given)?)
    })
}
