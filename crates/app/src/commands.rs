//! The one list of commands. Hosts, bindings and cache invalidation follow from it.

use crate::bindings::{Bindings, Types};
use crate::{App, Error, Nothing, Result};
use crate::{
    about, audit, backup, companies, diagnostics, doctor, forecast, jobs, movements, network,
    overview, rules, sales, saved, schedules, servers, settings, sync, table, vpn, vpn_peers,
    vpn_setup,
};
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

/// What a command reads or changes, for caches of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Registered servers.
    Servers,
    /// Discovered companies.
    Companies,
    /// What was extracted.
    Movements,
    /// Proofs of completeness.
    Proofs,
    /// Rules for warehouses of the ERP.
    Rules,
    /// The queue.
    Jobs,
    /// Backups.
    Backups,
    /// Schedules.
    Schedules,
    /// What the office chose.
    Settings,
    /// Views of lists that people named.
    Saved,
    /// The audit trail.
    Audit,
    /// VPNs of this PC.
    Vpns,
    /// Sales, their invoices, costs and mappings.
    Sales,
    /// Ledgers and channel accounts, and what they expect.
    SalesAccounts,
    /// Models that forecast demand.
    Forecasts,
}

impl Tag {
    /// All of them.
    pub const ALL: &'static [Tag] = &[
        Tag::Servers,
        Tag::Companies,
        Tag::Movements,
        Tag::Proofs,
        Tag::Rules,
        Tag::Jobs,
        Tag::Backups,
        Tag::Schedules,
        Tag::Settings,
        Tag::Saved,
        Tag::Audit,
        Tag::Vpns,
        Tag::Sales,
        Tag::SalesAccounts,
        Tag::Forecasts,
    ];
}

/// A command as hosts see it.
#[derive(Clone, Copy)]
pub struct Command {
    /// `servers.add`.
    pub name: &'static str,
    /// What its answer depends on.
    pub reads: &'static [Tag],
    /// What is stale after it.
    pub changes: &'static [Tag],
    /// Whether the answer comes before the work: it names jobs.
    pub starts_job: bool,
    /// Whether the host is to open the data anew after it, whatever came of it: the one that was open
    /// runs no jobs any more.
    pub reopens: bool,
    /// Its request and response in TypeScript, with everything that they refer to.
    pub types: fn(&mut Bindings) -> Types,
    /// Runs it on JSON.
    pub call: fn(&App, Value) -> Result<Value>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Runs the command of that name on JSON.
///
/// # Errors
/// That there is no such command, that the request doesn't fit, and those of the command.
pub fn call(app: &App, name: &str, request: Value) -> Result<Value> {
    let command = COMMANDS
        .iter()
        .find(|command| command.name == name)
        .ok_or_else(|| Error::not_found("command", name))?;
    (command.call)(app, request)
}

/// What gives the response's type a name from the body alone, so that the list needn't repeat it.
fn types_of<Request: TS + 'static, Response: TS + 'static>(
    _: fn(&App, Request) -> Result<Response>,
    bindings: &mut Bindings,
) -> Types {
    Types {
        request: bindings.add::<Request>(),
        response: bindings.add::<Response>(),
    }
}

macro_rules! commands {
    ($($name:literal $body:path, $request:ty, reads [$($reads:ident)*], changes [$($changes:ident)*] $($mark:ident)?;)*) => {
        /// All of them.
        pub static COMMANDS: &[Command] = &[$(Command {
            name: $name,
            reads: &[$(Tag::$reads),*],
            changes: &[$(Tag::$changes),*],
            starts_job: commands!(@job $($mark)?),
            reopens: commands!(@reopens $($mark)?),
            types: |bindings| types_of::<$request, _>($body, bindings),
            call: |app, request| {
                let request: $request = serde_json::from_value(request)
                    .map_err(|error| Error::invalid("request", error))?;
                let response = $body(app, request)?;
                serde_json::to_value(response).map_err(|error| Error::invalid("response", error))
            },
        },)*];
    };
    (@job job) => { true };
    (@reopens reopens) => { true };
    (@$what:ident $($other:ident)?) => { false };
}

commands! {
    "overview" overview::overview, Nothing, reads [Servers Companies Movements Proofs Jobs Backups Schedules], changes [];
    "about" about::about, Nothing, reads [], changes [];
    "servers.list" servers::list, Nothing, reads [Servers], changes [];
    "servers.add" servers::add, servers::Add, reads [], changes [Servers Audit];
    "servers.test" servers::test, servers::Named, reads [], changes [Servers];
    "servers.try" servers::try_out, servers::Try, reads [], changes [];
    "servers.edit" servers::edit, servers::Edit, reads [], changes [Servers Audit];
    "servers.remove" servers::remove, servers::Named, reads [], changes [Servers Companies Movements Proofs Audit];
    "servers.grants" servers::grants, servers::GrantsFor, reads [Servers], changes [];
    "companies.list" companies::list, companies::Search, reads [Companies Movements Proofs], changes [];
    "companies.show" companies::show, companies::Named, reads [Companies Movements Proofs], changes [];
    "companies.discover" companies::discover, companies::Discover, reads [], changes [Jobs] job;
    "sync.all" sync::all, Nothing, reads [], changes [Jobs] job;
    "movements.extract" movements::extract, movements::Extract, reads [], changes [Jobs] job;
    "movements.page" table::page, table::PageOf, reads [Movements], changes [];
    "movements.status" movements::status, Nothing, reads [Companies Movements Proofs], changes [];
    "movements.summary" movements::summary, movements::SummaryOf, reads [Movements], changes [];
    "movements.prove" movements::prove, companies::Selected, reads [], changes [Jobs] job;
    "movements.proof" movements::proof, companies::Selected, reads [Proofs], changes [];
    "movements.export" movements::export, movements::Export, reads [Movements], changes [Audit];
    "rules.list" rules::list, rules::Of, reads [Rules], changes [];
    "rules.set" rules::set, rules::Set, reads [], changes [Rules Audit];
    "rules.reset" rules::reset, rules::Of, reads [], changes [Rules Audit];
    "jobs.list" jobs::list, jobs::List, reads [Jobs], changes [];
    "jobs.page" jobs::page, jobs::PageOf, reads [Jobs], changes [];
    "jobs.show" jobs::show, jobs::One, reads [Jobs], changes [];
    "jobs.cancel" jobs::cancel, jobs::One, reads [], changes [Jobs Audit];
    "jobs.retry" jobs::retry, jobs::One, reads [], changes [Jobs Audit];
    "schedules.list" schedules::list, Nothing, reads [Schedules], changes [];
    "schedules.set" schedules::set, schedules::Set, reads [], changes [Schedules Audit];
    "schedules.remove" schedules::remove, schedules::Named, reads [], changes [Schedules Audit];
    "schedules.run" schedules::run, schedules::Named, reads [], changes [Jobs Audit] job;
    "schedules.preview" schedules::preview, schedules::Preview, reads [Settings], changes [];
    "backup.create" backup::create, Nothing, reads [], changes [Jobs] job;
    "backup.list" backup::list, Nothing, reads [Backups], changes [];
    "backup.verify" backup::verify, backup::Named, reads [], changes [];
    "backup.restore" backup::restore_open, backup::Named, reads [], changes [] reopens;
    "settings.get" settings::get, Nothing, reads [Settings], changes [];
    "settings.set" settings::set, settings::Change, reads [], changes [Settings Schedules Forecasts Jobs Audit];
    "saved.list" saved::list, saved::Of, reads [Saved], changes [];
    "saved.save" saved::save, saved::Save, reads [], changes [Saved];
    "saved.remove" saved::remove, saved::Named, reads [], changes [Saved];
    "network.test" network::test, network::Address, reads [], changes [Audit];
    "audit.list" audit::list, audit::List, reads [Audit], changes [];
    "audit.page" audit::page, audit::PageOf, reads [Audit], changes [];
    "doctor" doctor::check, Nothing, reads [], changes [];
    "vpn.list" vpn::list, Nothing, reads [Vpns], changes [];
    "vpn.show" vpn::show, vpn::Named, reads [Vpns], changes [];
    "vpn.import" vpn::import, vpn::Import, reads [], changes [Vpns Audit];
    "vpn.conf" vpn::files::conf, vpn::Named, reads [], changes [Audit];
    "vpn.qr" vpn::files::qr, vpn::Named, reads [], changes [Audit];
    "vpn.connect" vpn::connect, vpn::Connect, reads [], changes [Vpns Audit];
    "vpn.whole_pc" vpn::whole_pc::whole_pc, Nothing, reads [Vpns], changes [];
    "vpn.disconnect" vpn::disconnect, vpn::Named, reads [], changes [Vpns Audit];
    "vpn.preview" vpn_peers::preview, vpn_peers::Create, reads [], changes [];
    "vpn.create" vpn_peers::create, vpn_peers::Create, reads [], changes [Vpns Jobs Audit] job;
    "vpn.revoke" vpn_peers::revoke, vpn::Named, reads [], changes [Vpns Jobs Audit] job;
    "vpn.rotate" vpn_peers::rotate, vpn::Named, reads [], changes [Vpns Jobs Audit] job;
    "vpn.export" vpn::files::export, vpn::files::Export, reads [], changes [Audit];
    "vpn.login" vpn_peers::login, vpn_peers::Relogin, reads [], changes [Vpns Audit];
    "vpn.retry" vpn_peers::retry, vpn::Named, reads [], changes [Vpns Jobs Audit] job;
    "vpn.ask" vpn_peers::ask, vpn::Named, reads [], changes [Vpns];
    "vpn.peers" vpn_peers::neighbours, vpn::Named, reads [], changes [];
    "vpn.setup.preview" vpn_setup::preview, vpn_setup::Request, reads [], changes [];
    "vpn.setup.run" vpn_setup::run, vpn_setup::Request, reads [], changes [Vpns Jobs Audit] job;
    "vpn.setup.list" vpn_setup::list, Nothing, reads [Vpns], changes [];
    "vpn.setup.retry" vpn_setup::retry, vpn_setup::Named, reads [], changes [Vpns Jobs] job;
    "vpn.setup.undo" vpn_setup::undo, vpn_setup::Named, reads [], changes [Vpns Jobs Audit] job;
    "vpn.setup.remove" vpn_setup::remove, vpn_setup::Named, reads [], changes [Vpns Audit];
    "vpn.remove" vpn::remove, vpn::Named, reads [], changes [Vpns Audit];
    "sales.steps" sales::steps::steps, Nothing, reads [Sales SalesAccounts], changes [];
    "sales.example" sales::example::run, Nothing, reads [], changes [Sales SalesAccounts Settings Jobs Audit] job;
    "sales.example.standing" sales::example::standing, Nothing, reads [Sales Jobs], changes [];
    "sales.ledgers.list" sales::ledgers::list, Nothing, reads [SalesAccounts], changes [];
    "sales.ledgers.connect" sales::ledgers::connect, sales::ledgers::Connect, reads [], changes [SalesAccounts Audit];
    "sales.ledgers.test" sales::ledgers::test, sales::ledgers::Named, reads [], changes [SalesAccounts];
    "sales.ledgers.remove" sales::ledgers::remove, sales::ledgers::Named, reads [], changes [Sales SalesAccounts Audit];
    "sales.channels.list" sales::channels::list, Nothing, reads [SalesAccounts], changes [];
    "sales.channels.begin" sales::channels::begin, sales::channels::Connect, reads [], changes [SalesAccounts];
    "sales.channels.finish" sales::channels::finish, sales::channels::Finish, reads [], changes [Sales SalesAccounts Audit];
    "sales.channels.listen" sales::listening::listen, sales::channels::Named, reads [], changes [];
    "sales.channels.listening" sales::listening::listening, sales::channels::Named, reads [SalesAccounts], changes [];
    "sales.channels.unlisten" sales::listening::stop, sales::channels::Named, reads [], changes [SalesAccounts];
    "sales.channels.set" sales::channels::set, sales::channels::Set, reads [], changes [Sales SalesAccounts Jobs Audit];
    "sales.channels.remove" sales::channels::remove, sales::channels::Named, reads [], changes [Sales SalesAccounts Audit];
    "sales.catalogue.show" sales::catalogue::show, sales::ledgers::Named, reads [SalesAccounts], changes [];
    "sales.catalogue.products" sales::catalogue::products, sales::catalogue::ProductSearch, reads [SalesAccounts], changes [];
    "sales.catalogue.refresh" sales::channels::refresh, sales::ledgers::Named, reads [], changes [Jobs] job;
    "sales.misfits" sales::misfits::list, Nothing, reads [Sales SalesAccounts], changes [];
    "sales.misfits.seen" sales::misfits::seen, sales::ledgers::Named, reads [], changes [SalesAccounts Audit];
    "sales.mappings.list" sales::mappings::list, sales::mappings::Of, reads [Sales SalesAccounts], changes [];
    "sales.mappings.set" sales::mappings::set, sales::mappings::Set, reads [], changes [Sales Jobs Audit];
    "sales.mappings.suggest" sales::mappings::suggest, sales::mappings::Suggest, reads [], changes [Sales Jobs Audit];
    "sales.mappings.export" sales::mappings::export, sales::channels::Named, reads [Sales], changes [];
    "sales.mappings.import" sales::mappings::import, sales::mappings::MappingsCsv, reads [], changes [Sales Jobs Audit];
    "sales.sync" sales::channels::sync, sales::channels::Sync, reads [], changes [Jobs] job;
    "sales.solar.connect" sales::local::connect_solar, sales::local::SolarConnect, reads [], changes [SalesAccounts Audit];
    "sales.solar.probe" sales::local::probe_solar, sales::local::SolarAddress, reads [], changes [Audit];
    "sales.ledgers.probe" sales::local::test_ledger, sales::ledgers::Named, reads [], changes [SalesAccounts Audit];
    "sales.sources.connect" sales::local::connect_source, sales::local::SourceConnect, reads [], changes [Sales SalesAccounts Audit];
    "sales.sources.test" sales::local::test_source, sales::channels::Named, reads [], changes [];
    "sales.deliver" sales::local::deliver, sales::ledgers::Named, reads [], changes [Jobs Audit] job;
    "sales.attempts" sales::attempts::of_sale, sales::show::Named, reads [Sales], changes [];
    "sales.attempts.export" sales::attempts::export, sales::attempts::Export, reads [Sales], changes [Audit];
    "sales.list" sales::table::page, sales::table::PageOf, reads [Sales], changes [];
    "sales.totals" sales::table::totals, sales::table::SalesFilter, reads [Sales], changes [];
    "sales.show" sales::show::show, sales::show::Named, reads [Sales SalesAccounts], changes [];
    "sales.send" sales::send::send, sales::send::Send, reads [], changes [Sales Jobs Audit] job;
    "sales.follow" sales::send::follow, Nothing, reads [], changes [Jobs] job;
    "sales.decide" sales::send::decide, sales::send::Decide, reads [], changes [Jobs Audit] job;
    "sales.accept" sales::accept::accept, sales::accept::Accept, reads [], changes [Sales Audit];
    "sales.tasks" sales::send::tasks, Nothing, reads [Sales], changes [];
    "sales.tasks.done" sales::send::task_done, sales::send::TaskDone, reads [], changes [Sales Audit];
    "sales.costs.list" sales::costs::list, Nothing, reads [Sales], changes [];
    "sales.costs.set" sales::costs::set, sales::costs::Set, reads [], changes [Sales Jobs Audit];
    "sales.costs.import" sales::costs::import, sales::costs::ProductsCsv, reads [], changes [Sales Jobs Audit];
    "sales.costs.sources" sales::known::sources, Nothing, reads [Sales SalesAccounts], changes [];
    "sales.costs.source" sales::known::set_source, sales::known::SetSource, reads [], changes [Sales Jobs Audit] job;
    "sales.costs.bills" sales::known::read_bills, sales::channels::Sync, reads [], changes [Jobs] job;
    "sales.export" sales::files::export, sales::files::Export, reads [Sales], changes [Audit];
    "sales.document" sales::files::document, sales::files::Save, reads [Sales], changes [Audit];
    "sales.margin.export" sales::files::export_margin, sales::files::MarginExport, reads [Sales], changes [Audit];
    "sales.margin" sales::margin::summary, sales::margin::Of, reads [Sales], changes [];
    "forecast.offices" forecast::offices, Nothing, reads [Companies Movements Forecasts], changes [];
    "forecast.train" forecast::train, forecast::Train, reads [], changes [Jobs] job;
    "forecast.models" forecast::models, forecast::Models, reads [Forecasts], changes [];
    "forecast.activate" forecast::activate, forecast::Named, reads [], changes [Forecasts Audit];
    "forecast.remove" forecast::remove, forecast::Named, reads [], changes [Forecasts Audit];
    "forecast.articles" forecast::articles, forecast::Search, reads [Forecasts], changes [];
    "forecast.totals" forecast::totals, forecast::TotalsOf, reads [Forecasts], changes [];
    "forecast.history" forecast::history, forecast::OfNit, reads [Companies Movements Forecasts], changes [];
    "forecast.article" forecast::article, forecast::One, reads [Forecasts], changes [];
    "forecast.predict" forecast::predict, forecast::Predict, reads [Forecasts], changes [];
    "forecast.export" forecast::export, forecast::Export, reads [Forecasts], changes [Audit];
    "forecast.mlflow.status" forecast::status, Nothing, reads [Forecasts Settings], changes [];
    "forecast.mlflow.test" forecast::try_out, forecast::Try, reads [], changes [Audit];
    "forecast.mlflow.send" forecast::send_again, Nothing, reads [], changes [Forecasts Jobs] job;
    "diagnostics.export" diagnostics::export, diagnostics::To, reads [], changes [Audit];
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_a_command_that_starts_a_job_changes_the_queue() {
        let names: BTreeSet<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert_eq!(names.len(), COMMANDS.len());
        for command in COMMANDS.iter().filter(|command| command.starts_job) {
            assert!(command.changes.contains(&Tag::Jobs), "{command:?}");
        }
    }
}
