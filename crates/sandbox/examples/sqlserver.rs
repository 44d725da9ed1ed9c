//! A stand-in of SQL Server with a sample ERP, for programs in other languages: prints one line of
//! JSON on how to reach it, and ends when its input does.
//!
//! `cargo run -p puente-sandbox --example sqlserver -- FOLDER [LINES] [plain]`

use puente_core::Secret;
use puente_sandbox::{
    SampleOptions, SampleSize, SampleSqlErp, TdsDatabaseOptions, TdsEncryption, TdsLogin,
    TdsOptions, TdsServer,
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
    if words.next().as_deref() == Some("plain") {
        options.encryption = TdsEncryption::None;
    }
    let server = TdsServer::start(&folder, options)?;
    let sample = SampleOptions {
        size,
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    };
    let erp = SampleSqlErp::create(&server, &sample, TdsDatabaseOptions::default())?;
    let about = serde_json::json!({
        "host": "127.0.0.1",
        "port": server.port(),
        "user": "sa",
        "password": password,
        "authority": server.authority_pem(),
        "master": erp.master,
        "companies": erp.companies.iter().map(|company| company.database.name()).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout(), "{about}")?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
