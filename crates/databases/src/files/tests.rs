use super::*;
use crate::Column;

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

const COMPANIES: &[u8] =
    "Código;Nombre;NIT;Año;Archivo\n01;PEÑA & CÍA;900.123.456-8;2026;mov.csv\n".as_bytes();

fn read(movements: &[u8]) -> Result<Vec<String>> {
    let folder = folder_with(&[("empresas.csv", COMPANIES), ("mov.csv", movements)]);
    read_in(folder.path())
}

/// One line for each movement: its values in the order of the fields, NULL as `-`.
fn read_in(folder: &Path) -> Result<Vec<String>> {
    let source = FileSource::open(folder, Mapping::builtin())?;
    let company = source.companies()?.remove(0);
    let mut lines = Vec::new();
    source.movements(&company, &Cancel::new(), &mut |chunk| {
        for row in 0..chunk.rows {
            let value = |column: &Column| match column.text(row) {
                Some(text) => text.to_owned(),
                None => column
                    .number(row)
                    .map_or("-".to_owned(), |number| number.to_string()),
            };
            lines.push(
                chunk
                    .columns
                    .iter()
                    .map(value)
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        Ok(Flow::Continue)
    })?;
    Ok(lines)
}

fn reason(result: Result<Vec<String>>) -> (u64, String) {
    match result {
        Err(Error::FileUnreadable { line, reason, .. }) => (line, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_movements_come_from_every_way_of_writing_them() {
    let spanish = "Fecha;Tipo;Número;Referencia;Descripción;Bodega;Cantidad;Precio;Total\n\
                   31/12/2026;FV;A-1;T1;TORNILLO Ñ;IMPLANTES;1,5;1.234,50;1.851,75\n";
    let english = "date,type,number,sku,description,place,quantity,price,total\n\
                   2026-12-31,FV,A-1,T1,TORNILLO Ñ,IMPLANTES,1.5,\"1,234.50\",1851.75\n";
    let expected =
        ["2 FV - A-1 20818 0 T1 TORNILLO Ñ - - IMPLANTES - - - - 1500000 12345000 18517500 -"];
    assert_eq!(read(spanish.as_bytes()).unwrap(), expected);
    assert_eq!(read(english.as_bytes()).unwrap(), expected);
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), spanish.as_bytes()].concat();
    assert_eq!(read(&with_mark).unwrap(), expected);
    let (windows, _, lost) = encoding_rs::WINDOWS_1252.encode(spanish);
    assert!(!lost);
    assert_eq!(read(&windows).unwrap(), expected);
    let titled = format!("MOVIMIENTOS DE 2026\n\n{}", spanish.replace(';', "\t"));
    assert_eq!(
        read(titled.as_bytes()).unwrap(),
        [expected[0].replacen('2', "4", 1)]
    );
}

#[test]
fn no_row_is_lost_however_lines_end() {
    let text = "fecha;referencia;cantidad\n2026-01-02;A;1\n2026-01-03;\"B\";\"2\"\n";
    let line = |at: u64, name: &str, quantity: i64, day: i32| {
        format!("{at} - - - {day} 0 {name} - - - - - - - - {quantity} - - -")
    };
    for ending in ["\n", "\r\n", "\r"] {
        let lines = read(text.replace('\n', ending).as_bytes()).unwrap();
        let wanted = [
            line(2, "A", 1_000_000, 20_455),
            line(3, "B", 2_000_000, 20_456),
        ];
        assert_eq!(lines, wanted, "{ending:?}");
    }
}

#[test]
fn a_workbook_gives_what_a_text_file_gives() {
    let folder = folder_with(&[("empresas.csv", COMPANIES)]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (at, head) in ["Fecha", "Tipo", "Referencia", "Cantidad", "Precio", "Total"]
        .iter()
        .enumerate()
    {
        sheet.write(0, u16::try_from(at).unwrap(), *head).unwrap();
    }
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 12, 31).unwrap();
    sheet.write_with_format(1, 0, &day, &date).unwrap();
    sheet.write(1, 1, "FV").unwrap();
    sheet.write(1, 2, 1234).unwrap();
    sheet.write(1, 3, 1.5).unwrap();
    sheet.write(1, 4, "1.234,50").unwrap();
    sheet.write(1, 5, 0.285).unwrap();
    book.save(folder.path().join("mov.csv")).unwrap();
    let line = "2 FV - - 20818 0 1234 - - - - - - - - 1500000 12345000 2850 -";
    assert_eq!(
        read_in(folder.path()).unwrap(),
        [line],
        "the ending of the name does not matter"
    );
}

#[test]
fn what_can_not_be_read_is_refused_with_its_line() {
    let head = "fecha;referencia;cantidad\n";
    let of = |text: &str| reason(read(format!("{head}{text}").as_bytes()));
    assert_eq!(
        of("01/02/2026;A;1\n31/02/2026;A;1\n"),
        (3, "date: \"31/02/2026\"".to_owned())
    );
    assert_eq!(
        of("01/02/2026;A;doce\n"),
        (2, "quantity: \"doce\"".to_owned())
    );
    assert_eq!(
        of("01/02/2026;;12\n"),
        (2, "article_code: empty".to_owned())
    );
    assert_eq!(of("01/02/2026;A\n").0, 2);
    assert_eq!(of("01/02/2026;A;1;2\n").0, 2);
    let (line, mixed) = of("01/02/2026;A;1,5\n01/02/2026;A;1.25\n");
    assert!(line == 3 && mixed.contains("unlike"), "{mixed}");
    let (line, mixed) = of("13/02/2026;A;1\n02/13/2026;A;1\n");
    assert!(line == 3 && mixed.contains("unlike"), "{mixed}");
    let (line, found) = reason(read(b"a;b;c\n1;2;3\n"));
    assert!(
        line == 0 && found.contains("a, b, c") && found.contains("fecha"),
        "{found}"
    );
}

#[test]
fn lines_are_numbered_as_an_editor_shows_them_whatever_stands_between_them() {
    let text = "\n\nfecha;referencia;cantidad\n\n01/02/2026;\"A\n\nB\";1\n\n\n31/02/2026;A;1";
    for ending in ["\n", "\r\n", "\r"] {
        for end in ["", "\n", "\n\n"] {
            let text = format!("{text}{end}").replace('\n', ending);
            let found = reason(read(text.as_bytes()));
            assert_eq!(found, (10, "date: \"31/02/2026\"".to_owned()), "{text:?}");
        }
    }
    let ids = read(text.replace("31/02", "03/02").as_bytes()).unwrap();
    assert!(
        ids[0].starts_with("5 ") && ids[1].starts_with("10 "),
        "{ids:?}"
    );
    let folder = folder_with(&[("empresas.csv", COMPANIES)]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, head) in [(0, "Fecha"), (1, "Referencia"), (2, "Cantidad")] {
        sheet.write(2, at, head).unwrap();
        sheet
            .write(9, at, if at == 0 { "31/02/2026" } else { "1" })
            .unwrap();
    }
    book.save(folder.path().join("mov.csv")).unwrap();
    let found = reason(read_in(folder.path()));
    assert_eq!(found, (10, "date: \"31/02/2026\"".to_owned()));
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let mut text = b"fecha;referencia;cantidad\n01/02/2026;\"A".to_vec();
    text.resize(40 * 1024 * 1024, b'x');
    let (line, reason) = reason(read(&text));
    assert!(
        line == 2 && reason.contains("quote"),
        "line {line}: {reason}"
    );
}

#[test]
fn a_file_that_is_no_table_is_refused() {
    for bytes in [
        &b"\x00\x01\x02binary"[..],
        b"\xFF\xFEf\x00e\x00",
        b"PK\x03\x04 no zip at all",
        b"",
    ] {
        assert_eq!(reason(read(bytes)).0, 0);
    }
}

#[test]
fn a_workbook_that_claims_more_texts_than_it_holds_is_refused() {
    let folder = folder_with(&[("empresas.csv", COMPANIES)]);
    let file = std::fs::File::create(folder.path().join("mov.csv")).unwrap();
    let mut zip = zip::ZipWriter::new(file);
    zip.start_file(
        "xl/SharedStrings.xml",
        zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    std::io::Write::write_all(&mut zip, b"<sst uniqueCount=\"99999999999\"><si/></sst>").unwrap();
    zip.finish().unwrap();
    let (_, reason) = reason(read_in(folder.path()));
    assert!(reason.contains("claims"), "{reason}");
}

#[test]
fn a_list_of_companies_can_not_name_a_file_outside_its_folder() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.csv");
    std::fs::write(&secret, "fecha;referencia;cantidad\n").unwrap();
    let folder = outside.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    for name in [
        "../secret.csv",
        &secret.display().to_string(),
        "",
        "nada.csv",
        ".",
    ] {
        let list = format!("nombre;nit;año;archivo\nA;1;2026;{name}\n");
        std::fs::write(folder.join("empresas.csv"), list).unwrap();
        let source = FileSource::open(&folder, Mapping::builtin()).unwrap();
        let company = source.companies().unwrap().remove(0);
        let (line, _) = reason(source.movements_file(&company).map(|_| Vec::new()));
        assert_eq!(line, 2, "{name}");
    }
}

#[test]
fn the_shipped_mapping_is_well_formed_and_a_bad_one_is_refused() {
    let text = Mapping::builtin_text();
    assert_eq!(Mapping::parse(text).unwrap(), Mapping::builtin());
    assert!(Mapping::builtin().movements.fields.len() == MovementField::ALL.len());
    for (from, to) in [
        ("version = 1", "version = 2"),
        ("file = \"empresas\"", "file = \"../empresas\""),
        ("quantity = [", "cantidades = ["),
        ("[format]", "[format]\ndelimiter = \"x\""),
        ("[format]", "[format]\ncharset = \"KLINGON\""),
        ("draft = [", "draft = [\"\", "),
    ] {
        assert!(text.contains(from), "{from}");
        let broken = text.replacen(from, to, 1);
        let refused = Mapping::parse(&broken).unwrap_err();
        assert!(
            matches!(refused, Error::ProfileInvalid { .. }),
            "{to}: {refused}"
        );
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// A movement as a person might have it: hundredths, and texts that try the format.
    #[derive(Debug, Clone)]
    struct Row {
        day: i32,
        kind: String,
        reference: String,
        name: String,
        quantity: i64,
        price: i64,
    }

    fn row() -> impl Strategy<Value = Row> {
        (
            7_305_i32..47_847,
            "[A-Z]{2}",
            "[A-Z][A-Z0-9-]{0,8}[A-Z]",
            "[A-ZÑÁÉÜ€][A-Za-zñáéü€;,\"'=+&/ ]{0,20}[a-zñ€\"]",
            -99_999_999_i64..99_999_999,
            0_i64..9_999_999_999,
        )
            .prop_map(|(day, kind, reference, name, quantity, price)| Row {
                day,
                kind,
                reference,
                name: name.split_whitespace().collect::<Vec<_>>().join(" "),
                quantity,
                price,
            })
    }

    /// At least one whose day tells the order of day and month.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        proptest::collection::vec(row(), 1..12).prop_map(|mut rows| {
            rows[0].day = 20_818;
            rows
        })
    }

    /// As the reader gives it.
    fn expected(rows: &[Row]) -> Vec<String> {
        (2..)
            .zip(rows)
            .map(|(line, row)| {
                let (quantity, price) = (row.quantity * 10_000, row.price * 100);
                format!(
                    "{line} {} - - {} 0 {} {} - - - - - - - {quantity} {price} - -",
                    row.kind, row.day, row.reference, row.name
                )
            })
            .collect()
    }

    fn date(day: i32) -> chrono::NaiveDate {
        chrono::NaiveDate::from_num_days_from_ce_opt(day + 719_163).unwrap()
    }

    /// Hundredths with a mark, in groups of three where there is one for that.
    fn hundredths(value: i64, mark: char, group: Option<char>) -> String {
        let digits = (value.unsigned_abs() / 100).to_string();
        let mut whole = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                whole.extend(group);
            }
            whole.push(digit);
        }
        let sign = if value < 0 { "-" } else { "" };
        format!("{sign}{whole}{mark}{:02}", value.unsigned_abs() % 100)
    }

    #[allow(clippy::cast_precision_loss, reason = "ten digits fit a float")]
    fn workbook(book: &mut rust_xlsxwriter::Workbook, rows: &[Row], as_text: bool) {
        let sheet = book.add_worksheet();
        let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
        for (at, head) in (0..).zip(HEADS) {
            sheet.write(0, at, head).unwrap();
        }
        for (line, row) in (1..).zip(rows) {
            let day = date(row.day);
            sheet.write_with_format(line, 0, &day, &format).unwrap();
            sheet.write(line, 1, &row.kind).unwrap();
            sheet.write(line, 2, &row.reference).unwrap();
            sheet.write(line, 3, &row.name).unwrap();
            for (at, value) in [(4, row.quantity), (5, row.price)] {
                if as_text {
                    sheet
                        .write(line, at, hundredths(value, ',', Some('.')))
                        .unwrap();
                } else {
                    sheet.write(line, at, value as f64 / 100.0).unwrap();
                }
            }
        }
    }

    const HEADS: [&str; 6] = [
        "fecha",
        "tipo",
        "referencia",
        "descripción",
        "cantidad",
        "precio",
    ];

    proptest! {
        // A part of what others take: each writes files. `PROPTEST_CASES` raises all alike.
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

        #[test]
        fn no_bytes_make_it_panic_and_no_row_is_lost(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            rows in 0_usize..5,
        ) {
            let mut text = b"fecha;referencia;cantidad\n".to_vec();
            text.extend(b"2026-01-02;A;1\n".repeat(rows));
            if let Ok(lines) = read(&text) {
                prop_assert_eq!(lines.len(), rows);
            }
            text.extend(&bytes);
            match read(&text) {
                Ok(lines) => prop_assert!(lines.len() >= rows),
                Err(error) => prop_assert!(matches!(error, Error::FileUnreadable { .. } | Error::NumberOverflow { .. }), "{}", error),
            }
        }

        #[test]
        fn what_was_written_in_any_dialect_of_csv_is_what_is_read(
            rows in rows(),
            separator in proptest::sample::select(vec![b';', b',', b'\t']),
            comma: bool,
            grouped: bool,
            iso: bool,
            windows: bool,
            bom: bool,
            crlf: bool,
        ) {
            let (mark, group) = if comma { (',', '.') } else { ('.', ',') };
            let group = grouped.then_some(group);
            let mut writer = csv::WriterBuilder::new()
                .delimiter(separator)
                .quote_style(csv::QuoteStyle::Necessary)
                .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
                .from_writer(Vec::new());
            writer.write_record(HEADS).unwrap();
            for row in &rows {
                let day = date(row.day).format(if iso { "%Y-%m-%d" } else { "%d/%m/%Y" }).to_string();
                let quantity = hundredths(row.quantity, mark, group);
                let price = hundredths(row.price, mark, group);
                writer.write_record([&day, &row.kind, &row.reference, &row.name, &quantity, &price]).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let bytes = match (windows, bom) {
                (true, _) => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
                (false, true) => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
                (false, false) => text.into_bytes(),
            };
            prop_assert_eq!(read(&bytes).unwrap(), expected(&rows));
        }

        #[test]
        fn what_was_written_in_a_workbook_is_what_is_read(rows in rows(), as_text: bool) {
            let mut book = rust_xlsxwriter::Workbook::new();
            workbook(&mut book, &rows, as_text);
            let bytes = book.save_to_buffer().unwrap();
            prop_assert_eq!(read(&bytes).unwrap(), expected(&rows));
        }

        #[test]
        fn no_damage_to_a_workbook_makes_it_panic(
            rows in rows(),
            flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in proptest::option::of(any::<prop::sample::Index>()),
        ) {
            let mut book = rust_xlsxwriter::Workbook::new();
            workbook(&mut book, &rows, false);
            let mut bytes = book.save_to_buffer().unwrap();
            for (at, to) in flips {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = read(&bytes);
        }
    }
}
