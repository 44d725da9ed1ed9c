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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

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
        fn no_workbook_makes_it_panic(cut in 0_usize..6000, flip in 0_usize..6000, to: u8) {
            let mut book = rust_xlsxwriter::Workbook::new();
            book.add_worksheet().write(0, 0, "fecha").unwrap();
            let mut bytes = book.save_to_buffer().unwrap();
            let length = bytes.len();
            if let Some(byte) = bytes.get_mut(flip % length) {
                *byte = to;
            }
            bytes.truncate(length - cut % length);
            let _ = read(&bytes);
        }
    }
}
