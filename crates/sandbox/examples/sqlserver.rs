//! A stand-in of SQL Server with a sample ERP, for programs in other languages: prints one line of
//! JSON on how to reach it, and ends when its input does.
//!
//! `cargo run -p puente-sandbox --example sqlserver -- FOLDER [LINES] [plain] [instance=NAME] [counter=DOCUMENTS]`
//!
//! With `counter` it also has a point of sale, `LOCAL`, in which so many documents wait, besides those that
//! can't be told.

use puente_core::Secret;
use puente_sandbox::{
    Counter, CounterOptions, SampleOptions, SampleSize, SampleSqlErp, TdsDatabaseOptions,
    TdsEncryption, TdsLogin, TdsOptions, TdsServer,
};
use std::io::{Read, Write};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("sqlserver FOLDER [LINES] [plain]")?);
    let size = match words.next() {
        Some(lines) => SampleSize::Custom(lines.parse()?),
        None => SampleSize::Small,
    };
    let password = "Clave-de-muestra-1";
    let login = TdsLogin {
        is_administrator: true,
        may_write: true,
        ..TdsLogin::reader("sa", Secret::new(password.to_owned()))
    };
    let mut options = TdsOptions::with(login);
    let mut counter = None;
    for word in words {
        match word.split_once('=') {
            None if word == "plain" => options.encryption = TdsEncryption::None,
            Some(("instance", name)) => options.instance = Some(name.to_owned()),
            Some(("counter", documents)) => counter = Some(documents.parse()?),
            Some(_) | None => return Err(format!("{word}?").into()),
        }
    }
    let server = TdsServer::start(&folder, options)?;
    let sample = SampleOptions {
        size,
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    };
    let erp = SampleSqlErp::create(&server, &sample, TdsDatabaseOptions::default())?;
    let counter = counter
        .map(|documents| {
            let options = CounterOptions {
                troubles: true,
                ..CounterOptions::of(20_261_126, documents)
            };
            Counter::create(&server, "LOCAL", options)
        })
        .transpose()?;
    let about = serde_json::json!({
        "host": "127.0.0.1",
        "port": server.port(),
        "user": "sa",
        "password": password,
        "authority": server.authority_pem(),
        "browser_port": server.browser_port(),
        "counter": counter.as_ref().map(|counter| counter.database.name()),
        "master": erp.master,
        "companies": erp.companies.iter().map(|company| company.database.name()).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout(), "{about}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
