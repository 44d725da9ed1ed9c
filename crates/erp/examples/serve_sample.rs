//! A private Firebird server with a sample company, for as long as standard input stays open: what
//! `npm run bench:extract` measures against.
//!
//! `serve_sample FOLDER LINES` prints one line of JSON when everything stands, and takes the server
//! down when its input ends.

use puente_core::Secret;
use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
use serde_json::json;
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::path::Path;

const READER: &str = "LECTOR";

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(folder), Some(lines)) = (words.next(), words.next()) else {
        return Err("serve_sample FOLDER LINES".into());
    };
    serve(Path::new(&folder), lines.parse()?)
}

fn serve(folder: &Path, lines: u64) -> Result<(), Box<dyn Error>> {
    let server = FirebirdServer::start(&folder.join("server"), ServerOptions::default())?;
    let options = SampleOptions {
        size: SampleSize::Custom(lines),
        companies: 1,
        years: vec![2026],
        odd_rows: false,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.join("erp"), options)?;
    let password = Secret::from("lector-1");
    erp.add_reader(&server, READER, &password)?;
    let company = erp.companies.first().ok_or("no company")?;
    let expected = &company.expected;
    let told = json!({
        "host": server.host(),
        "port": server.port(),
        "pid": server.pid(),
        "version": server.version(),
        "user": READER,
        "password": password.expose(),
        "admin": server.user(),
        "admin_password": server.password().expose(),
        "master": erp.master,
        "database": company.path,
        "nit": company.nit,
        "year": company.year,
        "lines": expected.lines,
        "documents": expected.documents,
        "transfer_lines": expected.transfer_lines,
    });
    writeln!(std::io::stdout(), "{told}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
