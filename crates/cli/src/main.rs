//! Puente in a terminal.

mod args;
mod demo;
mod office;
mod output;
mod serve;
mod show;
mod texts;
mod verbs;
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
    let lang = global.lang.unwrap_or_default();
    let terminal = Terminal {
        lang,
        json: global.json,
        quiet: global.quiet,
    };
    match run(&terminal, cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => terminal.fail(&error),
    }
}

fn run(terminal: &Terminal, cli: Cli) -> Result<(), Error> {
    let open = || open(cli.global.data_dir.clone(), terminal.lang);
    match cli.verb {
        Verb::Demo(demo) => demo::run(terminal, &demo),
        Verb::Serve(serve) => serve::run(
            terminal,
            cli.global.lang,
            data_dir(cli.global.data_dir.clone())?,
            &serve,
        ),
        Verb::Backup(args::Backup::Restore { name, yes }) => verbs::restore(
            terminal,
            &data_dir(cli.global.data_dir.clone())?,
            &name,
            yes,
        ),
        Verb::Servers(verb) => verbs::servers(terminal, &open()?, verb),
        Verb::Companies(verb) => verbs::companies(terminal, &open()?, verb),
        Verb::Movements(verb) => verbs::movements(terminal, &open()?, verb),
        Verb::Rules(verb) => verbs::rules(terminal, &open()?, verb),
        Verb::Jobs(verb) => verbs::jobs(terminal, &open()?, verb),
        Verb::Overview => office::overview(terminal, &open()?),
        Verb::Sync => office::sync(terminal, &open()?),
        Verb::Schedules(verb) => office::schedules(terminal, &open()?, verb),
        Verb::Settings(verb) => office::settings(terminal, &open()?, verb),
        Verb::Network(verb) => office::network(terminal, &open()?, verb),
        Verb::Audit(verb) => office::audit(terminal, &open()?, verb),
        Verb::About => office::about(terminal, &open()?),
        Verb::Backup(verb) => verbs::backup(terminal, &open()?, verb),
        Verb::Doctor => verbs::doctor(terminal, &open()?),
        Verb::Diagnostics(verb) => verbs::diagnostics(terminal, &open()?, verb),
    }
}

fn data_dir(given: Option<PathBuf>) -> Result<PathBuf, Error> {
    given.map_or_else(DataDir::of_this_user, Ok)
}

fn open(given: Option<PathBuf>, lang: Lang) -> Result<App, Error> {
    let passphrase = std::env::var("PUENTE_PASSPHRASE").ok().map(Secret::from);
    App::open(AppOptions {
        passphrase,
        lang: Some(lang),
        ..AppOptions::new(data_dir(given)?)
    })
}
