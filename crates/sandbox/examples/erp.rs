//! A sample ERP for programs in other languages: prints one line of JSON on how to reach it, and ends
//! when its input does.
//!
//! `cargo run -p puente-sandbox --example erp -- FOLDER [LINES]`

use puente_sandbox::{Error, FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
use std::io::{Read, Write};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("erp FOLDER [LINES]")?);
    let size = match words.next() {
        Some(lines) => SampleSize::Custom(lines.parse()?),
        None => SampleSize::Small,
    };
    let (server, erp) = start(&folder, size)?;
    let about = serde_json::json!({
        "host": server.host(),
        "port": server.port(),
        "user": server.user(),
        "password": server.password().expose(),
        "master": erp.master,
        "companies": erp.companies.iter().map(|company| &company.name).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout(), "{about}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn start(folder: &std::path::Path, size: SampleSize) -> Result<(FirebirdServer, SampleErp), Error> {
    let server = FirebirdServer::start(&folder.join("firebird"), ServerOptions::default())?;
    let options = SampleOptions {
        size,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.join("erp"), options)?;
    Ok((server, erp))
}
