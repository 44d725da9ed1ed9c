//! Compares, in the lab, an extraction through the tunnel that needs no administrator with the same one
//! without a tunnel: part of `npm run bench:vpn`. Needs Linux, root, Firebird, and `puente` built beside.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made has failed"
)]

#[cfg(target_os = "linux")]
fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["office", socket] => linux::office(std::path::Path::new(socket)),
        [] => linux::compare(500_000, 3),
        [rows, runs] => linux::compare(rows.parse().unwrap(), runs.parse().unwrap()),
        _ => panic!("ROWS RUNS"),
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the lab needs Linux");
}

#[cfg(target_os = "linux")]
mod linux {
    use puente_sandbox::vpn::{ADMIN, Lab, OFFICE, SERVER};
    use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Stdio};
    use std::time::Instant;

    struct Pc<'l> {
        lab: &'l Lab,
        puente: &'l Path,
        data: PathBuf,
    }

    impl Pc<'_> {
        fn run(&self, line: &[&str], typed: &str) {
            let mut child = self
                .lab
                .client
                .command_as_nobody(self.puente)
                .args(line)
                .env("PUENTE_DATA_DIR", &self.data)
                .env("PUENTE_PASSPHRASE", "una frase para medir")
                .current_dir("/")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(typed.as_bytes()).unwrap();
            drop(input);
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line:?}: {said}");
        }

        /// A folder of its own, the server of the ERP, and its companies.
        fn begin(&self, server: &FirebirdServer, master: &str, vpn: Option<&str>) {
            std::fs::write(self.data.join("config.toml"), "secrets = \"file\"\n").unwrap();
            if let Some(name) = vpn {
                let key = self.lab.user_key().display().to_string();
                let fingerprint = self.lab.fingerprint().unwrap();
                let line = ["vpn", "create", "--name", name, "--host", SERVER];
                let login = ["--user", ADMIN, "--key", &key, "--password-stdin"];
                let more = ["--fingerprint", &fingerprint, "--allow", "192.168.77.0/24"];
                let line = [&line[..], &login[..], &more[..]].concat();
                self.run(&line, self.lab.password().expose());
            }
            let line = ["servers", "add", "--name", "erp", "--host", OFFICE];
            let rest = ["--user", "SYSDBA", "--master", master, "--password-stdin"];
            let vpn = vpn.map_or(Vec::new(), |name| vec!["--vpn", name]);
            let line = [&line[..], &rest[..], &vpn[..]].concat();
            self.run(&line, server.password().expose());
            self.run(&["companies", "discover"], "");
        }
    }

    pub fn compare(rows: u64, runs: usize) {
        let lab = Lab::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = ServerOptions::default();
        let server = FirebirdServer::start(&folder.path().join("firebird"), options).unwrap();
        let options = SampleOptions {
            size: SampleSize::Custom(rows),
            companies: 1,
            years: vec![2026],
            odd_rows: false,
            ..SampleOptions::default()
        };
        let erp = SampleErp::create(&server, &folder.path().join("erp"), options).unwrap();
        let master = erp.master.display().to_string();
        let mut office = relay(&lab, server.port());
        let beside = std::env::current_exe().unwrap();
        let beside = beside.ancestors().nth(2).unwrap().join("puente");
        let puente = lab.install(&beside).unwrap();
        let pc = |name: &str| Pc {
            lab: &lab,
            puente: &puente,
            data: lab.room_for_nobody(name).unwrap(),
        };
        let (straight, through) = (pc("straight"), pc("through"));
        let route = |verb: &str| {
            let script = format!("ip route {verb} 192.168.77.0/24 via {SERVER}");
            lab.client.run(&script).unwrap();
        };
        route("add");
        straight.begin(&server, &master, None);
        route("del");
        through.begin(&server, &master, Some("oficina"));
        let extract = ["movements", "extract", "--company", "9001234568", "--force"];
        let (mut without, mut with) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            route("add");
            let start = Instant::now();
            straight.run(&extract, "");
            without.push(start.elapsed().as_secs_f64());
            route("del");
            let start = Instant::now();
            through.run(&extract, "");
            with.push(start.elapsed().as_secs_f64());
        }
        let (without, with) = (
            tell("no tunnel", rows, without),
            tell("no administrator", rows, with),
        );
        println!("  ratio            {:>8.2}", without / with);
        drop(office.stdin.take());
        office.wait().unwrap();
    }

    /// The middle one of the times, after it was told.
    fn tell(name: &str, rows: u64, mut times: Vec<f64>) -> f64 {
        times.sort_unstable_by(f64::total_cmp);
        let middle = times[times.len() / 2];
        println!(
            "{name}\n  extraction       {middle:>8.2} s (median of {times:.2?}), {:.0} lines a second",
            rows as f64 / middle
        );
        middle
    }

    /// The office's port 3050, which leads to the private Firebird server of this machine: spaces share
    /// files, and no network.
    fn relay(lab: &Lab, port: u16) -> Child {
        let socket = lab.folder().join("firebird.socket");
        let listener = UnixListener::bind(&socket).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                join(stream, TcpStream::connect(("127.0.0.1", port)).unwrap());
            }
        });
        let own = lab.install(&std::env::current_exe().unwrap()).unwrap();
        let mut child = lab
            .office
            .command(own)
            .arg("office")
            .arg(&socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        child
    }

    pub fn office(socket: &Path) {
        let listener = TcpListener::bind((OFFICE, 3050)).unwrap();
        let socket = socket.to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                join(UnixStream::connect(&socket).unwrap(), stream);
            }
        });
        println!("open");
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }

    /// Both ways, each until its end.
    fn join(unix: UnixStream, tcp: TcpStream) {
        drop(tcp.set_nodelay(true));
        let (mut from_unix, mut to_tcp) = (unix.try_clone().unwrap(), tcp.try_clone().unwrap());
        std::thread::spawn(move || {
            drop(std::io::copy(&mut from_unix, &mut to_tcp));
            drop(to_tcp.shutdown(Shutdown::Write));
        });
        let (mut from_tcp, mut to_unix) = (tcp, unix);
        std::thread::spawn(move || {
            drop(std::io::copy(&mut from_tcp, &mut to_unix));
            drop(to_unix.shutdown(Shutdown::Write));
        });
    }
}
