//! The source `sqlserver` against the stand-in. No real SQL Server was there.

use puente_core::{Cancel, Secret};
use puente_databases::{
    Column, Condition, ConnectOptions, Encryption, Error, Flow, GroupRequest, InvalidText, Kind,
    LiveKind, NoStatementLog, RangesRequest, Scan, SourceDb, SqlServerOptions, SumColumn, Timeouts,
    TotalsRequest, connect,
};
use puente_sandbox::{
    TdsCollation, TdsDatabase, TdsDatabaseOptions, TdsEncryption, TdsLogin, TdsOptions, TdsServer,
    TdsTracking,
};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const TYPES: &str = "ID int not null primary key, CHICO tinyint, CORTO smallint, LARGO bigint, SI bit, \
    EXACTO decimal(18,4), ANCHO decimal(38,6), PLATA money, POCA smallmoney, REAL8 float, \
    TEXTO varchar(60), NACIONAL nvarchar(60), FIJO char(6), NOTA nvarchar(max), FECHA date, \
    MOMENTO datetime, FINO datetime2(7), ZONA datetimeoffset(3), MINUTO smalldatetime, \
    GUIA uniqueidentifier, VERSION rowversion";

pub struct Lab {
    pub server: TdsServer,
    pub database: TdsDatabase,
    folder: TempDir,
}

pub fn login() -> TdsLogin {
    TdsLogin::reader("lector", Secret::new("Clave-1".to_owned()))
}

pub fn lab(options: TdsOptions, database: TdsDatabaseOptions) -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let server = TdsServer::start(&folder.path().join("server"), options).unwrap();
    let database = server.create("EMP01", database).unwrap();
    Lab {
        server,
        database,
        folder,
    }
}

impl Lab {
    pub fn plain() -> Lab {
        lab(
            TdsOptions {
                encryption: TdsEncryption::None,
                ..TdsOptions::with(login())
            },
            TdsDatabaseOptions::default(),
        )
    }

    pub fn options(&self) -> ConnectOptions {
        let mut options = ConnectOptions::sql_server(
            "localhost",
            self.server.port(),
            "EMP01",
            "lector",
            Secret::new("Clave-1".to_owned()),
        );
        options.timeouts = Timeouts {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(20),
        };
        options.sql_server.encryption = Encryption::Off;
        options
    }

    pub fn open(&self) -> Box<dyn SourceDb> {
        open(&self.options()).unwrap()
    }

    pub fn with(
        &self,
        set: impl FnOnce(&mut SqlServerOptions),
    ) -> Result<Box<dyn SourceDb>, Error> {
        let mut options = self.options();
        options.sql_server.encryption = Encryption::Required;
        set(&mut options.sql_server);
        open(&options)
    }

    /// The authority's certificate, in a file.
    pub fn authority(&self) -> std::path::PathBuf {
        let path = self.folder.path().join("ca.pem");
        std::fs::write(&path, self.server.authority_pem()).unwrap();
        path
    }

    pub fn types(&self) {
        self.database.create_table("TIPOS", TYPES).unwrap();
        let sqlite = self.database.sqlite().unwrap();
        sqlite
            .execute_batch(
                "INSERT INTO TIPOS VALUES (1,255,-2,9007199254740993,1,123456789012345678,\
                 '-12345678901234567890123456',-15000,1,2.675,'PEÑA €','ñandú 😀','AB    ','larga',\
                 '2026-02-28','2026-12-31 23:59:59.997','2026-12-31 23:59:59.9999999',\
                 '2026-11-25 20:15:00.5 -05:00','2026-11-25 20:15:00',\
                 '6f9619ff-8b86-d011-b42d-00c04fc964ff',7);
                 INSERT INTO TIPOS (ID) VALUES (2);
                 INSERT INTO TIPOS (ID,CHICO,CORTO,LARGO,SI,EXACTO,PLATA,POCA,REAL8,TEXTO,NACIONAL,FIJO,\
                 NOTA,FECHA,MOMENTO,FINO,ZONA,MINUTO,GUIA,VERSION) VALUES (3,0,1,2,0,-5,\
                 922337203685477,-1,-0.5,'','','','','1753-01-01','1753-01-01','0001-01-01',\
                 '2026-01-01 00:00:00 +14:00','1900-01-01','00000000-0000-0000-0000-000000000001',8)",
            )
            .unwrap();
    }
}

pub fn open(options: &ConnectOptions) -> Result<Box<dyn SourceDb>, Error> {
    connect(options, &Cancel::new(), Arc::new(NoStatementLog))
}

pub fn read(source: &mut dyn SourceDb, scan: &Scan) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    source
        .stream(scan, &mut |chunk| {
            if columns.is_empty() {
                columns.clone_from(&chunk.columns);
            }
            Ok(Flow::Continue)
        })
        .unwrap();
    columns
}

#[test]
fn every_type_arrives_exactly_with_its_nulls() {
    let lab = Lab::plain();
    lab.types();
    let mut source = lab.open();
    let schema = source.schema().unwrap();
    let table = schema.table("TIPOS").unwrap();
    assert_eq!(table.primary_key, ["ID"]);
    let kind = |name: &str| table.column(name).unwrap().kind;
    assert_eq!(kind("EXACTO"), LiveKind::Decimal { scale: 4 });
    assert_eq!(kind("ANCHO"), LiveKind::Wide);
    assert_eq!(kind("NOTA"), LiveKind::Blob);
    let numbers = ["CHICO", "CORTO", "LARGO", "SI", "VERSION"];
    let decimals = ["EXACTO", "PLATA", "POCA", "REAL8"];
    let mut scan = Scan::of("TIPOS").column("ID", Kind::Int);
    for name in numbers {
        scan = scan.column(name, Kind::Int);
    }
    for name in decimals {
        scan = scan.column(name, Kind::Decimal { scale: 4 });
    }
    let found = read(source.as_mut(), &scan);
    let row = |row: usize| {
        found
            .iter()
            .skip(1)
            .map(|column| column.number(row))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(0),
        [
            255,
            -2,
            9_007_199_254_740_993,
            1,
            7,
            123_456_789_012_345_678,
            -15_000,
            1,
            26_750
        ]
        .map(Some)
    );
    assert!(row(1).iter().all(Option::is_none), "{:?}", row(1));
    assert_eq!(
        row(2),
        [0, 1, 2, 0, 8, -5, 922_337_203_685_477, -1, -5_000].map(Some)
    );

    let texts = [
        "TEXTO", "NACIONAL", "FIJO", "NOTA", "GUIA", "EXACTO", "ANCHO", "FECHA",
    ];
    let mut scan = Scan::of("TIPOS");
    for name in texts {
        scan = scan.column(name, Kind::Text);
    }
    let found = read(source.as_mut(), &scan);
    let row = |row: usize| {
        found
            .iter()
            .map(|column| column.text(row))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(0),
        [
            "PEÑA €",
            "ñandú 😀",
            "AB",
            "larga",
            "6F9619FF-8B86-D011-B42D-00C04FC964FF",
            "12345678901234.5678",
            "-12345678901234567890.123456",
            "2026-02-28 00:00:00"
        ]
        .map(Some)
    );
    assert!(row(1).iter().all(Option::is_none), "{:?}", row(1));

    let moments = ["FECHA", "MOMENTO", "FINO", "ZONA", "MINUTO"];
    let mut scan = Scan::of("TIPOS");
    for name in moments {
        scan = scan.column(name, Kind::Timestamp);
    }
    let found = read(source.as_mut(), &scan);
    let micros = |text: &str| {
        let moment: chrono::NaiveDateTime = text.parse().unwrap();
        Some(moment.and_utc().timestamp_micros())
    };
    let row = |row: usize| {
        found
            .iter()
            .map(|column| column.number(row))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        row(0),
        [
            micros("2026-02-28T00:00:00"),
            micros("2026-12-31T23:59:59.997"),
            micros("2026-12-31T23:59:59.999999"),
            // On the clock of whoever wrote it.
            micros("2026-11-25T20:15:00.5"),
            micros("2026-11-25T20:15:00"),
        ]
    );
    assert_eq!(row(2)[2], micros("0001-01-01T00:00:00"));
    assert_eq!(row(2)[3], micros("2026-01-01T00:00:00"));
}

#[test]
fn texts_come_by_the_code_page_of_their_collation() {
    for (collation, text) in [
        (TdsCollation::ModernSpanish, "AÑO €"),
        (TdsCollation::Polish, "ŁÓDŹ €"),
        (TdsCollation::Utf8, "AÑO Łódź 漢字 😀"),
    ] {
        let options = TdsOptions {
            encryption: TdsEncryption::None,
            ..TdsOptions::with(login())
        };
        let database = TdsDatabaseOptions {
            collation,
            ..TdsDatabaseOptions::default()
        };
        let lab = lab(options, database);
        lab.database
            .create_table(
                "T",
                "ID int not null primary key, A varchar(60), B char(60)",
            )
            .unwrap();
        let sqlite = lab.database.sqlite().unwrap();
        sqlite
            .execute("INSERT INTO T VALUES (1, ?1, ?1)", [text])
            .unwrap();
        for invalid in [InvalidText::Refuse, InvalidText::Replace] {
            let mut options = lab.options();
            options.invalid_text = invalid;
            let mut source = open(&options).unwrap();
            let scan = Scan::of("T")
                .column("A", Kind::Text)
                .column("B", Kind::Text);
            let found = read(source.as_mut(), &scan);
            assert_eq!(found[0].text(0), Some(text), "{collation:?}");
            assert_eq!(found[1].text(0), Some(text), "{collation:?}");
        }
    }
}

pub fn filled(tracking: TdsTracking, snapshots: bool) -> Lab {
    let options = TdsOptions {
        encryption: TdsEncryption::None,
        ..TdsOptions::with(login())
    };
    let database = TdsDatabaseOptions {
        tracking,
        snapshots,
        ..TdsDatabaseOptions::default()
    };
    let lab = lab(options, database);
    let create = |name, columns| lab.database.create_table(name, columns).unwrap();
    create(
        "K",
        "KID int not null primary key, TIPO char(2), FECHA datetime, NULO datetime",
    );
    create(
        "D",
        "DID bigint not null primary key, KID int not null, CANT decimal(18,6), VALOR money",
    );
    let sqlite = lab.database.sqlite().unwrap();
    sqlite
        .execute_batch(
            "INSERT INTO K (KID,TIPO,FECHA,NULO) VALUES (1,'FV','2026-01-15 10:00:00',NULL),\
             (2,'FC','2026-02-15 00:00:00','2026-02-16 00:00:00'),(3,'FV','2026-02-20 00:00:00',NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 9000)
             INSERT INTO D (DID,KID,CANT,VALOR) SELECT i, 1 + i % 4, 1000000 + i, i * 100 FROM n",
        )
        .unwrap();
    lab.database.track().unwrap();
    lab
}

#[test]
fn totals_ranges_and_groups_are_exact() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    let sums = vec![SumColumn::of("CANT", 6), SumColumn::of("VALOR", 4)];
    let totals = source
        .totals(&TotalsRequest {
            sums: sums.clone(),
            bounds: Some("DID".to_owned()),
            ..TotalsRequest::of("D")
        })
        .unwrap();
    let all = 9000 * 9001 / 2;
    assert_eq!(totals.rows, 9000);
    assert_eq!(totals.sums, [9_000_000_000 + all, all * 100]);
    assert_eq!(totals.bounds, Some((1, 9000)));
    assert_eq!(source.key_bounds("D", "DID").unwrap(), Some((1, 9000)));
    let ranges = source
        .ranges(&RangesRequest {
            table: "D".to_owned(),
            key: "DID".to_owned(),
            after: 0,
            through: 9500,
            width: 1000,
            sums: vec![SumColumn::of("VALOR", 4)],
        })
        .unwrap();
    assert_eq!(ranges.len(), 10);
    assert_eq!(ranges[0].rows, 1000);
    assert_eq!(ranges[0].sums, [1000 * 1001 / 2 * 100]);
    assert_eq!((ranges[8].rows, ranges[9].rows), (1000, 0));
    // Wider than 64 bits, from below zero.
    let wide = source
        .ranges(&RangesRequest {
            table: "D".to_owned(),
            key: "DID".to_owned(),
            after: -1,
            through: i64::MAX,
            width: 1 << 62,
            sums: Vec::new(),
        })
        .unwrap();
    let rows: Vec<u64> = wide.iter().map(|range| range.rows).collect();
    assert_eq!(rows, [9000, 0]);
    let groups = source
        .grouped(&GroupRequest {
            lines: "D".to_owned(),
            line_document: "KID".to_owned(),
            documents: "K".to_owned(),
            document_key: "KID".to_owned(),
            document_type: Some("TIPO".to_owned()),
            date: Some("FECHA".to_owned()),
            presence: vec!["NULO".to_owned()],
            sums,
            line_filter: Vec::new(),
            document_filter: Vec::new(),
        })
        .unwrap();
    let mut found: Vec<_> = groups
        .iter()
        .map(|g| (g.document_type.as_deref(), g.month, g.present[0], g.rows))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (None, 0, false, 2250),
            (Some("FC"), 202_602, true, 2250),
            (Some("FV"), 202_601, false, 2250),
            (Some("FV"), 202_602, false, 2250),
        ]
    );
}

#[test]
fn only_asked_rows_come() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    let keys = |source: &mut dyn SourceDb, condition: Condition| {
        let scan = Scan::of("D").column("DID", Kind::Int).only(condition);
        source.stream(&scan, &mut |_| Ok(Flow::Continue)).unwrap()
    };
    let column = || "DID".to_owned();
    let range = Condition::KeyRange {
        column: column(),
        after: 10,
        through: 20,
    };
    assert_eq!(keys(source.as_mut(), range), 10);
    let many = Condition::KeyIn {
        column: column(),
        keys: (1..=2500).collect(),
    };
    assert_eq!(keys(source.as_mut(), many), 2500);
    let ranges = Condition::KeyRanges {
        column: column(),
        ranges: (0..120).map(|n| (n * 10, n * 10 + 2)).collect(),
    };
    assert_eq!(keys(source.as_mut(), ranges), 240);
    let days = Scan::of("K")
        .column("KID", Kind::Int)
        .only(Condition::DateRange {
            column: "FECHA".to_owned(),
            from: "2026-02-15".parse().unwrap(),
            before: "2026-02-20".parse().unwrap(),
        });
    assert_eq!(
        source.stream(&days, &mut |_| Ok(Flow::Continue)).unwrap(),
        1
    );
}

#[test]
fn a_float_as_text_keeps_its_digits_and_the_last_moment_of_a_day_its_day() {
    let lab = Lab::plain();
    lab.database
        .create_table(
            "X",
            "ID int not null primary key, NUMERO float, FIN datetimeoffset(7)",
        )
        .unwrap();
    let sqlite = lab.database.sqlite().unwrap();
    sqlite
        .execute_batch(
            "INSERT INTO X VALUES (1, 20261126000123.0, '2026-11-30 23:59:59.9999999 -05:00'), \
             (2, -1234567.89, '2026-11-30 00:00:00.0000001 +14:00')",
        )
        .unwrap();
    let mut source = lab.open();
    let scan = Scan::of("X")
        .column("NUMERO", Kind::Text)
        .column("FIN", Kind::Date)
        .column("FIN", Kind::Text);
    let found = read(source.as_mut(), &scan);
    let texts = |at: usize| [found[at].text(0).unwrap(), found[at].text(1).unwrap()];
    assert_eq!(texts(0), ["20261126000123", "-1234567.89"]);
    assert_eq!(found[1].number(0), found[1].number(1), "the same day");
    assert_eq!(
        texts(2),
        ["2026-11-30 23:59:59.999999", "2026-11-30 00:00:00"]
    );
}
