//! What it costs to tell Solar of documents that wait in a local SQL Server: from their first byte to their
//! mark in the source, against stand-ins in another process.
//!
//! `npm run bench:solar`, or with another number of documents
//! `cargo bench -p puente-sales --bench solar -- 5000`

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

use puente_core::{Cancel, Secret, SystemClock};
use puente_databases::{ConnectOptions, Encryption, NoStatementLog, RecordDb, connect_records};
use puente_jobs::{Jobs, NewJob};
use puente_net::{Network, ProxyMode};
use puente_sales::accounts;
use puente_sales::channels::database::{Settings, Sources};
use puente_sales::handlers::{self, DELIVER, SYNC};
use puente_sales::ledgers::solar;
use puente_sales::{Room, marks};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

const DOCUMENTS: u64 = 50_000;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let asked = std::env::args().find_map(|word| word.parse().ok());
    let documents: u64 = asked.unwrap_or(DOCUMENTS);
    let folder = tempfile::tempdir()?;
    let mut counter = Counter::start(&folder.path().join("server"), documents)?;
    let (room, ledger, channel) = office(folder.path(), &counter.about)?;
    let clock = Arc::clone(&room.clock);
    let jobs = Jobs::open(room.state.clone(), clock, handlers::all(&room))?;
    let all = Spent::so_far();
    measured("read and homologated", documents, || {
        run(&jobs, SYNC, json!({ "channel_id": channel }))
    })?;
    let result = measured("sent, kept and marked", documents, || {
        run(&jobs, DELIVER, json!({ "ledger_id": ledger }))
    })?;
    all.tell("in all", documents);
    println!("most memory: {}", peak());
    let marked = marks::counts(&room.state, channel)?;
    let really = counter.end()?;
    println!("{result}, marks {marked:?}, the stand-ins say {really}");
    let right = json!({ "told": documents, "in_solar": documents });
    if result["sent"] != documents || marked != (documents, 0) || really != right {
        return Err("not every document was told once and marked".into());
    }
    Ok(())
}

fn run(jobs: &Jobs, kind: &str, input: Value) -> Result<Value, Failed> {
    let id = jobs.enqueue(NewJob::new(kind, input))?;
    jobs.run_due(1)?;
    let job = jobs.get(id)?;
    job.result
        .ok_or_else(|| format!("{kind}: {:?}", job.error).into())
}

fn measured(
    name: &str,
    documents: u64,
    work: impl FnOnce() -> Result<Value, Failed>,
) -> Result<Value, Failed> {
    let spent = Spent::so_far();
    let result = work()?;
    spent.tell(name, documents);
    Ok(result)
}

/// Time by the clock, and what this process had of the processors.
struct Spent {
    at: Instant,
    cpu: f64,
}

impl Spent {
    fn so_far() -> Spent {
        Spent {
            at: Instant::now(),
            cpu: cpu_seconds(),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
    fn tell(&self, name: &str, documents: u64) {
        let (seconds, cpu) = (self.at.elapsed().as_secs_f64(), cpu_seconds() - self.cpu);
        let each = cpu * 1000.0 / documents as f64;
        println!("{name}: {seconds:.1} s, {cpu:.1} s of CPU, {each:.3} ms of CPU each");
    }
}

/// User and system time of this process in seconds, as Linux counts it in hundredths; 0 elsewhere.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program may hold blanks; it ends with the last bracket.
    let after = text.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|word| word.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// The most memory that this process ever held, where the system says it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

/// The stand-ins of SQL Server and Solar, in a process of their own.
struct Counter {
    process: Child,
    says: BufReader<ChildStdout>,
    about: Value,
}

impl Counter {
    fn start(folder: &Path, documents: u64) -> Result<Counter, Failed> {
        let own = std::env::current_exe()?;
        let built = own.ancestors().nth(2).unwrap_or(Path::new("."));
        let mut process = Command::new(built.join("examples").join("counter"))
            .arg(folder)
            .arg(documents.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("build puente-sandbox's example counter first: {error}"))?;
        let mut says = BufReader::new(process.stdout.take().ok_or("no output")?);
        let about = line(&mut says)?;
        Ok(Counter {
            process,
            says,
            about,
        })
    }

    /// Lets it end, and gives what really happened there.
    fn end(&mut self) -> Result<Value, Failed> {
        drop(self.process.stdin.take());
        let really = line(&mut self.says)?;
        self.process.wait()?;
        Ok(really)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn line(says: &mut impl BufRead) -> Result<Value, Failed> {
    let mut line = String::new();
    says.read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

/// Reaches the stand-in of SQL Server.
struct Local(Value);

impl Sources for Local {
    fn open(
        &self,
        _: i64,
        database: &str,
        watched: &[String],
        cancel: &Cancel,
    ) -> Result<Box<dyn RecordDb>, puente_core::Error> {
        let text = |name: &str| self.0[name].as_str().unwrap_or_default();
        let port = self.0["port"]
            .as_u64()
            .and_then(|port| port.try_into().ok());
        let mut options = ConnectOptions::sql_server(
            "localhost",
            port.unwrap_or_default(),
            database,
            text("user"),
            Secret::from(text("password")),
        );
        options.sql_server.encryption = Encryption::Off;
        options.sql_server.watched = watched.to_vec();
        connect_records(&options, cancel, Arc::new(NoStatementLog))
            .map_err(|error| puente_core::error::travel(&error))
    }

    fn profile(&self, _: &str) -> Result<Option<String>, puente_core::Error> {
        Ok(None)
    }
}

/// An office with that point of sale and that Solar.
fn office(folder: &Path, about: &Value) -> Result<(Room, i64, i64), Failed> {
    let cloud = &about["solar"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let authority: PathBuf = folder.join("solar.pem");
    std::fs::write(&authority, text(&cloud["ca_pem"]))?;
    let ways = Arc::new(move || {
        Ok(Network {
            proxy: ProxyMode::None,
            extra_ca: Some(authority.clone()),
            ..Network::default()
        })
    });
    let clock = Arc::new(SystemClock);
    let state = Database::open(&folder.join("puente.db"), state_options(), clock.clone())?;
    let room = Room::new(
        state,
        Secrets::memory(),
        clock,
        folder.join("invoices"),
        ways,
    )
    .with_sources(Arc::new(Local(about.clone())));
    let login = &cloud["login"];
    let company = solar::Settings {
        client: text(&login["client"]),
        ..solar::Settings::default()
    };
    let account = company.account("Solar", &text(&cloud["url"]), &text(&login["user"]));
    let ledger = accounts::insert_ledger(&room.state, account, room.clock.now())?;
    let key = Secret::from(text(&login["password"]).as_str());
    room.secrets.set(&accounts::ledger_secret(ledger), &key)?;
    let settings = Settings {
        server: 1,
        database: text(&about["database"]),
        profile: "solar".into(),
        read_only: false,
    };
    let channel = settings.account("Mostrador", "localhost/LOCAL/solar".into(), ledger);
    let channel = accounts::keep_database(&room.state, channel, room.clock.now())?;
    Ok((room, ledger, channel))
}
