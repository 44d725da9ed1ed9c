//! A point of sale whose documents wait in a stand-in of SQL Server, and Solar, for programs outside:
//! prints one line of JSON on how to reach both, and ends when its input does.
//!
//! `cargo run -p puente-sandbox --example counter -- FOLDER DOCUMENTS`

use puente_core::Secret;
use puente_sandbox::clouds::{CloudOptions, Clouds};
use puente_sandbox::{Counter, CounterOptions, TdsEncryption, TdsLogin, TdsOptions, TdsServer};
use std::io::{Read, Write};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let usage = "counter FOLDER DOCUMENTS";
    let folder = PathBuf::from(words.next().ok_or(usage)?);
    let documents = words.next().ok_or(usage)?.parse()?;
    let password = "Clave-de-muestra-1";
    let mut login = TdsLogin::reader("puente", Secret::from(password));
    login.may_write = true;
    let options = TdsOptions {
        encryption: TdsEncryption::None,
        ..TdsOptions::with(login)
    };
    let server = TdsServer::start(&folder, options)?;
    let counter = Counter::create(&server, "LOCAL", CounterOptions::of(1, documents))?;
    let clouds = Clouds::start(CloudOptions::default())?;
    let about = serde_json::json!({
        "port": server.port(),
        "user": "puente",
        "password": password,
        "database": counter.database.name(),
        "solar": clouds.about()["solar"],
    });
    writeln!(std::io::stdout(), "{about}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    // What really happened, for whoever asked.
    let told = counter.told()?.len();
    let in_solar = clouds.journal().len();
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::json!({ "told": told, "in_solar": in_solar })
    )?;
    Ok(())
}
