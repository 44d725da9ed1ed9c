//! A private server with a sample ERP, and Puente's rooms over a temporary folder.

use puente_core::{Cancel, Clock, NoProgress, Secret, SystemClock};
use puente_databases::{
    Chunk, Flow, Group, GroupRequest, LiveSchema, Mark, RangeSums, RangesRequest, Result, Scan,
    ServerInfo, SourceDb, Totals, TotalsRequest,
};
use puente_erp::companies::{self, Company};
use puente_erp::extract::{End, Extraction, Limits, Request};
use puente_erp::handlers::{self, DISCOVER, DiscoverInput, EXTRACT, ExtractInput, ExtractReport};
use puente_erp::servers::{self, Kind, NewServer, Options};
use puente_erp::{Room, Statements, discover::Report};
use puente_jobs::{Job, Jobs, NewJob, State as JobState};
use puente_sandbox::{
    Expected, ExpectedState, FirebirdServer, SampleCompany, SampleErp, SampleOptions, ServerOptions,
};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use puente_warehouse::{State, Stream, Warehouse};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
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
    pub folder: TempDir,
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
        let erp = SampleErp::create(&server, &files.path().join("erp"), options).unwrap();
        let lab = Lab {
            server,
            erp,
            office: Office::new(),
            _files: files,
        };
        let password = lab.server.password().clone();
        lab.office.register(
            "lab",
            lab.server.port(),
            lab.server.user(),
            &password,
            &lab.erp.master,
        );
        lab
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
        let (room, cancel) = (&self.office.room, Cancel::new());
        let company = self.company(sample);
        let server = servers::get(&room.state, company.server_id).unwrap();
        let log = Arc::new(Statements::default());
        let inner = room
            .connect(&server, &company.location, &cancel, log)
            .unwrap();
        let mut source = Meanwhile { inner, act };
        let (layout, _) = room.layout(&server, &source.schema().unwrap()).unwrap();
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
        let end = extraction.run(Request::default()).unwrap();
        assert!(matches!(end, End::Proven(_)), "{end:?}");
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

    /// By a scan of all rows, not by the roll-up.
    pub fn stored(&self, company: i64, stream: Stream) -> Groups {
        let warehouse = &self.office.room.warehouse;
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
}

impl Office {
    pub fn new() -> Office {
        Office::over(Arc::new(SystemClock))
    }

    pub fn over(clock: Arc<dyn Clock>) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("puente.db");
        let room = Room {
            state: Database::open(&state, state_options(), Arc::clone(&clock)).unwrap(),
            warehouse: Warehouse::open(&folder.path().join("warehouse.db"), Arc::clone(&clock))
                .unwrap(),
            secrets: Secrets::memory(),
            clock: Arc::clone(&clock),
            profiles: folder.path().join("profiles"),
        };
        let jobs = Jobs::open(room.state.clone(), clock, handlers::all(&room)).unwrap();
        Office { room, jobs, folder }
    }

    pub fn register(
        &self,
        name: &str,
        port: u16,
        user: &str,
        password: &Secret,
        master: &Path,
    ) -> i64 {
        let new = NewServer {
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
        };
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

pub fn input(company_id: i64) -> ExtractInput {
    ExtractInput {
        company_id,
        from: None,
        to: None,
        force: false,
        audit: false,
    }
}

/// A source in which something happens between the beginning of a snapshot and what is read in it.
struct Meanwhile<'a> {
    inner: Box<dyn SourceDb>,
    act: &'a mut (dyn FnMut() + Send),
}

impl SourceDb for Meanwhile<'_> {
    fn info(&mut self) -> Result<ServerInfo> {
        self.inner.info()
    }

    fn schema(&mut self) -> Result<LiveSchema> {
        self.inner.schema()
    }

    fn mark(&mut self) -> Result<Option<Mark>> {
        self.inner.mark()
    }

    fn key_bounds(&mut self, table: &str, column: &str) -> Result<Option<(i64, i64)>> {
        self.inner.key_bounds(table, column)
    }

    fn stream(&mut self, scan: &Scan, sink: &mut dyn FnMut(&Chunk) -> Result<Flow>) -> Result<u64> {
        self.inner.stream(scan, sink)
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
            act();
            work(db)
        })
    }

    fn replaced_texts(&self) -> u64 {
        self.inner.replaced_texts()
    }
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
