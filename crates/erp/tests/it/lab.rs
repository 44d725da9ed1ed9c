//! A private server with a sample ERP, and Puente's rooms over a temporary folder.

use puente_core::{Cancel, Clock, Code, Lang, NoProgress, Secret, SystemClock};
use puente_databases::{
    ChangesBy, Chunk, Flow, Group, GroupRequest, LiveSchema, Mark, RangeSums, RangesRequest,
    Result, Scan, ServerInfo, SourceDb, Totals, TotalsRequest,
};
use puente_erp::companies::{self, Company};
use puente_erp::extract::{End, Extraction, Limits, Request};
use puente_erp::handlers::{self, DISCOVER, DiscoverInput, EXTRACT, ExtractInput, ExtractReport};
use puente_erp::servers::{self, Kind, NewServer, Options};
use puente_erp::{Room, Statements, discover::Report};
use puente_jobs::{Job, Jobs, NewJob, State as JobState};
use puente_sandbox::{
    Expected, ExpectedState, FaultProxy, Firebird4, FirebirdServer, SampleCompany, SampleErp,
    SampleOptions, ServerOptions,
};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use puente_warehouse::{State, Stream, Warehouse};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Type, month and state to lines, quantity, total and cost.
pub type Groups = BTreeMap<(String, i32, State), (u64, i128, i128, i128)>;

pub struct Lab {
    pub server: FirebirdServer,
    pub erp: SampleErp,
    pub office: Office,
    _files: TempDir,
}

/// Puente's side alone.
pub struct Office {
    pub room: Room,
    pub jobs: Jobs,
    pub folder: PathBuf,
    _temporary: Option<TempDir>,
}

impl Lab {
    pub fn new(options: SampleOptions) -> Lab {
        Lab::on(ServerOptions::default(), options)
    }

    /// One company in one year: what most tests need.
    pub fn one(options: SampleOptions) -> Lab {
        Lab::new(SampleOptions {
            companies: 1,
            years: vec![2026],
            ..options
        })
    }

    pub fn on(server: ServerOptions, options: SampleOptions) -> Lab {
        let files = tempfile::tempdir().unwrap();
        let server = FirebirdServer::start(&files.path().join("server"), server).unwrap();
        Lab::with(server, files, options)
    }

    /// On Firebird 4; `None`, with a word about it, where there is none.
    pub fn on_firebird4(options: SampleOptions) -> Option<Lab> {
        let installation = match Firebird4::find() {
            Ok(installation) => installation,
            Err(error) => {
                eprintln!("NOT TESTED: {error}");
                return None;
            }
        };
        let files = tempfile::tempdir().unwrap();
        let folder = files.path().join("server");
        let server =
            FirebirdServer::start_with(&installation, &folder, ServerOptions::default()).unwrap();
        Some(Lab::with(server, files, options))
    }

    /// One company, its office behind a proxy that can be told to misbehave.
    pub fn behind_proxy(options: SampleOptions, answer_seconds: u64) -> (Lab, FaultProxy) {
        let mut lab = Lab::one(options);
        let proxy = FaultProxy::start(lab.server.port()).unwrap();
        lab.office = Office::new();
        lab.office.register_with(
            NewServer {
                port: proxy.port(),
                options: Options {
                    connect_seconds: 5,
                    answer_seconds,
                    ..Options::default()
                },
                ..new_server("lab", 0, lab.server.user(), &lab.erp.master)
            },
            lab.server.password(),
        );
        lab.office.discover();
        (lab, proxy)
    }

    fn with(server: FirebirdServer, files: TempDir, options: SampleOptions) -> Lab {
        let erp = SampleErp::create(&server, &files.path().join("erp"), options).unwrap();
        let mut lab = Lab {
            server,
            erp,
            office: Office::new(),
            _files: files,
        };
        lab.move_into(Office::new());
        lab
    }

    /// Another office takes over, which knows the server and nothing else.
    pub fn move_into(&mut self, office: Office) {
        self.office = office;
        let password = self.server.password().clone();
        let (port, user) = (self.server.port(), self.server.user());
        self.office
            .register("lab", port, user, &password, &self.erp.master);
    }

    pub fn sample(&self) -> &SampleCompany {
        &self.erp.companies[0]
    }

    /// The company of the sample's database, as discovered.
    pub fn company(&self, sample: &SampleCompany) -> Company {
        companies::list(&self.office.room.state)
            .unwrap()
            .into_iter()
            .find(|company| Path::new(&company.location) == sample.path)
            .expect("the company was discovered")
    }

    pub fn extract(&self, sample: &SampleCompany) -> ExtractReport {
        let id = self.company(sample).id;
        self.office.extract(input(id)).unwrap()
    }

    /// An extraction without the queue; `act` happens once its snapshot has begun.
    pub fn extract_while(&self, sample: &SampleCompany, act: &mut (dyn FnMut() + Send)) {
        let company = self.company(sample);
        let end =
            self.office
                .extract_amid(&company, Request::default(), Marks::Given, &mut |moment| {
                    if moment == Moment::Snapshot {
                        act();
                    }
                });
        assert!(matches!(end, Ok(End::Proven(_))), "{end:?}");
    }

    /// Every company of the sample stands in the warehouse exactly as the server has it now.
    pub fn assert_equal(&self) {
        for sample in &self.erp.companies {
            let asked = sample.ask().unwrap();
            self.assert_holds(sample, &asked);
        }
    }

    pub fn assert_holds(&self, sample: &SampleCompany, expected: &Expected) {
        let company = self.company(sample).id;
        let stored = self.stored(company, Stream::Line);
        assert_eq!(stored, groups(expected, Stream::Line), "{}", sample.name);
        let transfers = self.stored(company, Stream::Transfer);
        assert_eq!(
            transfers,
            groups(expected, Stream::Transfer),
            "{}",
            sample.name
        );
    }

    /// See [`Office::stored`].
    pub fn stored(&self, company: i64, stream: Stream) -> Groups {
        self.office.stored(company, stream)
    }
}

impl Office {
    /// By a scan of all rows, not by the roll-up.
    pub fn stored(&self, company: i64, stream: Stream) -> Groups {
        let warehouse = &self.room.warehouse;
        let load = warehouse
            .current(company)
            .unwrap()
            .expect("something was extracted");
        let mut groups = Groups::new();
        for total in warehouse.recompute(load.id).unwrap() {
            if total.stream == stream && total.state != State::Gone && total.lines > 0 {
                let group = groups
                    .entry((total.doc_type, total.month, total.state))
                    .or_default();
                group.0 += u64::try_from(total.lines).unwrap();
                group.1 += i128::from(total.quantity_e6);
                group.2 += i128::from(total.total_e4);
                group.3 += i128::from(total.cost_e4);
            }
        }
        groups
    }

    pub fn new() -> Office {
        Office::over(Arc::new(SystemClock))
    }

    pub fn over(clock: Arc<dyn Clock>) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        Office {
            _temporary: Some(folder),
            ..Office::inside(&path, clock)
        }
    }

    /// In a folder that may have one already: its state is opened again.
    pub fn inside(folder: &Path, clock: Arc<dyn Clock>) -> Office {
        let (state, warehouse) = (folder.join("puente.db"), folder.join("warehouse.db"));
        let room = Room {
            state: Database::open(&state, state_options(), Arc::clone(&clock)).unwrap(),
            warehouse: Warehouse::open(&warehouse, Arc::clone(&clock)).unwrap(),
            secrets: Secrets::memory(),
            clock: Arc::clone(&clock),
            profiles: folder.join("profiles"),
            route: None,
        };
        let jobs = Jobs::open(room.state.clone(), clock, handlers::all(&room)).unwrap();
        Office {
            room,
            jobs,
            folder: folder.to_owned(),
            _temporary: None,
        }
    }

    pub fn register(
        &self,
        name: &str,
        port: u16,
        user: &str,
        password: &Secret,
        master: &Path,
    ) -> i64 {
        self.register_with(new_server(name, port, user, master), password)
    }

    pub fn register_with(&self, new: NewServer, password: &Secret) -> i64 {
        let id = servers::insert(&self.room.state, new, self.room.clock.now()).unwrap();
        let secret = servers::secret_name(id);
        self.room.secrets.set(&secret, password).unwrap();
        servers::set_secret_name(&self.room.state, id, Some(secret)).unwrap();
        id
    }

    /// Discovers the companies of the first server.
    pub fn discover(&self) -> Report {
        self.discover_on(servers::list(&self.room.state).unwrap()[0].id)
    }

    pub fn discover_on(&self, server: i64) -> Report {
        let input = json!(DiscoverInput { server_id: server });
        let id = self.jobs.enqueue(NewJob::new(DISCOVER, input)).unwrap();
        self.jobs.run_due(1).unwrap();
        serde_json::from_value(done(self.jobs.get(id).unwrap()).unwrap()).unwrap()
    }

    /// An extraction without the queue, whose moments are told. With [`Marks::Withheld`] the server
    /// can't tell changed rows, as Firebird 2.5 can't.
    pub fn extract_amid(
        &self,
        company: &Company,
        request: Request,
        marks: Marks,
        act: &mut (dyn FnMut(Moment) + Send),
    ) -> puente_erp::Result<End> {
        let (room, cancel) = (&self.room, Cancel::new());
        let server = servers::get(&room.state, company.server_id)?;
        let log = Arc::new(Statements::default());
        let inner = room.connect(&server, &company.location, &cancel, log)?;
        let mut source = Amid {
            inner,
            marks,
            act,
            chunks: 0,
        };
        let (layout, _) = room.layout(&server, &source.schema()?)?;
        let mut extraction = Extraction {
            source: &mut source,
            layout: &layout,
            warehouse: &room.warehouse,
            company: company.id,
            label: "lab",
            clock: room.clock.as_ref(),
            cancel: &cancel,
            progress: &NoProgress,
            limits: Limits::default(),
        };
        extraction.run(request)
    }

    /// One attempt.
    pub fn extract(
        &self,
        input: ExtractInput,
    ) -> std::result::Result<ExtractReport, puente_core::Error> {
        let id = self
            .jobs
            .enqueue(NewJob::new(EXTRACT, json!(input)))
            .unwrap();
        self.jobs.run_due(1).unwrap();
        let job = self.jobs.get(id).unwrap();
        done(job).map(|report| serde_json::from_value(report).unwrap())
    }
}

pub fn new_server(name: &str, port: u16, user: &str, master: &Path) -> NewServer {
    NewServer {
        name: name.to_owned(),
        kind: Kind::Firebird,
        host: "127.0.0.1".to_owned(),
        port,
        user: user.to_owned(),
        master: master.display().to_string(),
        profile: "tns".to_owned(),
        options: Options {
            connect_seconds: 5,
            answer_seconds: 30,
            ..Options::default()
        },
    }
}

/// It has this code, and tells a person in both languages what happened and what to do.
pub fn assert_told(error: &puente_core::Error, code: Code) {
    assert_eq!(error.code, code, "{error}");
    let (es, en) = (error.view(Lang::Es), error.view(Lang::En));
    for view in [&es, &en] {
        // A value that the text names and the error lacks shows as an ellipsis.
        let whole = !view.message.contains(['…', '{']) && !view.hint.contains(['…', '{']);
        assert!(whole && !view.hint.is_empty(), "{view:?}");
    }
    assert!(es.message != en.message && es.hint != en.hint, "{es:?}");
}

/// Chance that another run repeats with the seed that is printed: `PUENTE_SEED=...`.
pub fn dice() -> (StdRng, u64) {
    let given = std::env::var("PUENTE_SEED").ok();
    let seed = given.map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("PUENTE_SEED={seed}");
    (StdRng::seed_from_u64(seed), seed)
}

pub fn input(company_id: i64) -> ExtractInput {
    ExtractInput {
        company_id,
        from: None,
        to: None,
        force: false,
        audit: false,
    }
}

/// A point of an extraction at which something can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Between two chunks of a table; how many came before, of all tables.
    Chunk(u64),
    /// Between the beginning of a snapshot and what is read in it.
    Snapshot,
}

/// Whether a source says where it is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marks {
    Given,
    Withheld,
}

/// A source in the middle of whose work something happens.
struct Amid<'a> {
    inner: Box<dyn SourceDb>,
    marks: Marks,
    act: &'a mut (dyn FnMut(Moment) + Send),
    chunks: u64,
}

impl SourceDb for Amid<'_> {
    fn info(&mut self) -> Result<ServerInfo> {
        self.inner.info()
    }

    fn schema(&mut self) -> Result<LiveSchema> {
        self.inner.schema()
    }

    fn changes_by(&mut self) -> Result<ChangesBy> {
        match self.marks {
            Marks::Given => self.inner.changes_by(),
            Marks::Withheld => Ok(ChangesBy::Overlap),
        }
    }

    fn mark(&mut self) -> Result<Option<Mark>> {
        match self.marks {
            Marks::Given => self.inner.mark(),
            Marks::Withheld => Ok(None),
        }
    }

    fn key_bounds(&mut self, table: &str, column: &str) -> Result<Option<(i64, i64)>> {
        self.inner.key_bounds(table, column)
    }

    fn stream(&mut self, scan: &Scan, sink: &mut dyn FnMut(&Chunk) -> Result<Flow>) -> Result<u64> {
        let (act, chunks) = (&mut self.act, &mut self.chunks);
        self.inner.stream(scan, &mut |chunk| {
            act(Moment::Chunk(*chunks));
            *chunks += 1;
            sink(chunk)
        })
    }

    fn totals(&mut self, request: &TotalsRequest) -> Result<Totals> {
        self.inner.totals(request)
    }

    fn ranges(&mut self, request: &RangesRequest) -> Result<Vec<RangeSums>> {
        self.inner.ranges(request)
    }

    fn grouped(&mut self, request: &GroupRequest) -> Result<Vec<Group>> {
        self.inner.grouped(request)
    }

    fn snapshot(
        &mut self,
        limit: Duration,
        work: &mut dyn FnMut(&mut dyn SourceDb) -> Result<()>,
    ) -> Result<()> {
        let act = &mut self.act;
        self.inner.snapshot(limit, &mut |db| {
            act(Moment::Snapshot);
            work(db)
        })
    }

    fn replaced_texts(&self) -> u64 {
        self.inner.replaced_texts()
    }
}

/// A test of this binary, to be run in a process of its own.
pub fn child(test: &str, wrapper: &[&str]) -> std::process::Command {
    let binary = std::env::current_exe().unwrap();
    let mut words = wrapper
        .iter()
        .map(std::ffi::OsStr::new)
        .chain([binary.as_os_str()]);
    let mut command = std::process::Command::new(words.next().unwrap());
    command
        .args(words)
        .args(["--exact", test, "--ignored", "--nocapture"]);
    command
}

fn done(job: Job) -> std::result::Result<serde_json::Value, puente_core::Error> {
    if job.state == JobState::Done {
        return Ok(job.result.unwrap());
    }
    if job.state == JobState::Cancelled {
        return Err(puente_core::Error::new(puente_core::Code::Cancelled));
    }
    Err(job
        .error
        .unwrap_or_else(|| panic!("{:?} without an error", job.state)))
}

pub fn groups(expected: &Expected, stream: Stream) -> Groups {
    let (groups, none) = match stream {
        Stream::Line => (&expected.groups, ""),
        Stream::Transfer => (&expected.transfer_groups, "TRASLA"),
    };
    let mut all = Groups::new();
    for group in groups {
        let code = group
            .document_type
            .as_deref()
            .unwrap_or(none)
            .trim()
            .to_owned();
        let state = match group.state {
            ExpectedState::Posted => State::Posted,
            ExpectedState::Draft => State::Draft,
            ExpectedState::Voided => State::Voided,
        };
        let sum = all.entry((code, group.month, state)).or_default();
        sum.0 += group.rows;
        sum.1 += i128::from(group.quantity_e6);
        sum.2 += i128::from(group.total_e4);
        sum.3 += i128::from(group.cost_e4);
    }
    all
}
