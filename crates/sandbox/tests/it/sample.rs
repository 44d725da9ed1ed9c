use puente_sandbox::{
    Charset, Dialect, ExpectedState, FirebirdServer, SampleErp, SampleOptions, SampleSize,
    ServerOptions,
};
use std::collections::BTreeSet;

pub fn server() -> (tempfile::TempDir, FirebirdServer) {
    let folder = tempfile::tempdir().unwrap();
    let server =
        FirebirdServer::start(&folder.path().join("server"), ServerOptions::default()).unwrap();
    (folder, server)
}

pub fn options() -> SampleOptions {
    SampleOptions {
        companies: 2,
        years: vec![2026],
        ..SampleOptions::default()
    }
}

#[test]
fn a_seed_gives_the_same_sample_in_every_dialect_and_charset() {
    let (folder, server) = server();
    let mut all = Vec::new();
    for dialect in [Dialect::One, Dialect::Three] {
        for charset in Charset::ALL {
            let options = SampleOptions {
                dialect,
                charset,
                ..options()
            };
            let at = folder
                .path()
                .join(format!("{}{}", charset.name(), dialect.number()));
            let erp = SampleErp::create(&server, &at, options).unwrap();
            let company = &erp.companies[0];
            // The bytes of a name, as a client sees them that asks for no conversion.
            let hex = "select cast(NOMBRE as varchar(60) character set octets) from BODEGA \
                       where BODID = 3";
            let bytes: String = charset_bytes(charset, &company.places()[2].1)
                .iter()
                .map(|b| format!("{b:02X}"))
                .collect();
            assert_eq!(
                company.column(hex).unwrap(),
                [bytes],
                "{charset:?} {dialect:?}"
            );
            all.push(
                erp.companies
                    .iter()
                    .map(|c| c.expected.clone())
                    .collect::<Vec<_>>(),
            );
        }
    }
    for one in &all {
        assert_eq!(one, &all[0]);
    }
}

fn charset_bytes(charset: Charset, text: &str) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        // All its letters are in Latin 1, whose codes are those of Unicode.
        Charset::None | Charset::Win1252 | Charset::Iso8859_1 => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect(),
    }
}

#[test]
fn a_sample_has_the_rows_that_trip_extractions() {
    let (folder, server) = server();
    let options = SampleOptions {
        size: SampleSize::Small,
        ..options()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options).unwrap();
    let company = &erp.companies[0];
    let count = |query: &str| {
        company
            .column(query)
            .unwrap()
            .concat()
            .parse::<u64>()
            .unwrap()
    };
    for (what, query) in [
        ("no date", "select count(*) from KARDEX where FECHA is null"),
        (
            "no place",
            "select count(*) from DEKARDEX where BODID is null",
        ),
        (
            "no article",
            "select count(*) from DEKARDEX D where not exists \
             (select 1 from MATERIAL M where M.MATID = D.MATID)",
        ),
        (
            "no header",
            "select count(*) from DEKARDEX D where not exists \
             (select 1 from KARDEX K where K.KARDEXID = D.KARDEXID)",
        ),
        ("negative", "select count(*) from DEKARDEX where CANMAT < 0"),
        (
            "fraction",
            "select count(*) from DEKARDEX where CANMAT <> floor(CANMAT)",
        ),
        ("free", "select count(*) from DEKARDEX where PRECIOVTA = 0"),
        (
            "dear",
            "select count(*) from DEKARDEX where PRECIOVTA > 999000000",
        ),
        (
            "blanks",
            "select count(*) from MATERIAL where CODIGO like '  %   '",
        ),
        (
            "line break",
            "select count(*) from MATERIAL where DESCRIP containing ascii_char(13)",
        ),
        (
            "no name",
            "select count(*) from MATERIAL where DESCRIP is null",
        ),
        (
            "void",
            "select count(*) from KARDEX where FECANULADO is not null",
        ),
        (
            "draft",
            "select count(*) from KARDEX where FECASENTAD is null",
        ),
        (
            "transfer without date",
            "select count(*) from TRASLA where FECHA is null",
        ),
    ] {
        assert!(count(query) > 0, "{what}");
    }
    let kinds: BTreeSet<&str> = company
        .expected
        .groups
        .iter()
        .filter_map(|g| g.document_type.as_deref())
        .collect();
    for kind in ["FV", "FC", "DV", "DC", "RE", "RS", "NI", "PV", "ZX"] {
        assert!(kinds.contains(kind), "{kind} of {kinds:?}");
    }
    let states: BTreeSet<ExpectedState> = company
        .expected
        .groups
        .iter()
        .map(|group| group.state)
        .collect();
    assert_eq!(states.len(), 3);
    let rows: u64 = company.expected.groups.iter().map(|group| group.rows).sum();
    assert_eq!(
        rows, company.expected.lines,
        "the join lost or doubled lines"
    );
}

#[test]
fn the_master_lists_good_companies_and_bad_ones() {
    let (folder, server) = server();
    let erp = SampleErp::create(
        &server,
        &folder.path().join("erp"),
        SampleOptions::default(),
    )
    .unwrap();
    let rows = server
        .isql()
        .column(
            &server.address(&erp.master),
            "select coalesce(NIT, 'null') || '|' || ANOFIS || '|' || ARCHIVO from EMPRESAS",
        )
        .unwrap();
    assert_eq!(rows.len(), 6 + erp.bad_rows_in_master());
    for company in &erp.companies {
        let row = format!(
            "{}|{}|{}",
            company.nit,
            company.year,
            company.path.display()
        );
        assert!(rows.contains(&row), "{row}");
        assert!(company.path.is_file());
    }
    assert!(rows.iter().any(|row| row.starts_with("null|")));
    assert!(rows.iter().any(|row| row.starts_with("ANULA|")));
}

#[test]
fn a_custom_sample_is_as_large_as_asked_and_each_of_its_databases_is_one_of_its_own() {
    let (folder, server) = server();
    let options = SampleOptions {
        size: SampleSize::Custom(5_000),
        companies: 1,
        odd_rows: false,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options).unwrap();
    let born: BTreeSet<String> = erp
        .companies
        .iter()
        .map(|company| {
            company
                .column("select MON$CREATION_DATE from MON$DATABASE")
                .unwrap()
                .concat()
        })
        .collect();
    assert_eq!(
        born.len(),
        2,
        "copies of a template share their creation date: {born:?}"
    );
    for company in &erp.companies {
        assert_eq!(company.expected.lines, 5_000);
        let months: BTreeSet<i32> = company.expected.groups.iter().map(|g| g.month).collect();
        assert!(
            months.len() >= 11 && months.iter().all(|m| m / 100 == company.year),
            "{months:?}"
        );
    }
}
