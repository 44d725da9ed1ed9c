use puente_sandbox::{Charset, Dialect, FirebirdServer, SampleErp, SampleOptions, ServerOptions};

fn server() -> (tempfile::TempDir, FirebirdServer) {
    let folder = tempfile::tempdir().unwrap();
    let server =
        FirebirdServer::start(&folder.path().join("server"), ServerOptions::default()).unwrap();
    (folder, server)
}

#[test]
fn a_tiny_sample_holds_what_it_says_in_every_dialect_and_charset() {
    let (folder, server) = server();
    for dialect in [Dialect::One, Dialect::Three] {
        for charset in Charset::ALL {
            let options = SampleOptions {
                dialect,
                charset,
                companies: 1,
                ..SampleOptions::default()
            };
            let at = folder
                .path()
                .join(format!("{}{}", charset.name(), dialect.number()));
            let erp = SampleErp::create(&server, &at, options).unwrap();
            eprintln!("{:#?}", erp.companies[0].expected);
        }
    }
}
