use crate::sample::server;
use puente_sandbox::{FileFormat, SampleErp, SampleFiles, SampleOptions};

const FORMATS: [FileFormat; 3] = [FileFormat::Windows, FileFormat::Utf8, FileFormat::Workbook];

#[test]
fn the_files_hold_what_the_databases_of_the_same_seed_hold() {
    let (folder, server) = server();
    let options = SampleOptions {
        odd_rows: false,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options.clone()).unwrap();
    for (index, format) in FORMATS.into_iter().enumerate() {
        let at = folder.path().join(index.to_string());
        let files = SampleFiles::create_as(&at, format, &options).unwrap();
        assert_eq!(files.companies.len(), erp.companies.len());
        for (file, company) in files.companies.iter().zip(&erp.companies) {
            // Rust added up what it wrote; the server added up what it was given.
            let (transfers, lines): (Vec<_>, Vec<_>) = file
                .groups
                .iter()
                .cloned()
                .partition(|group| group.document_type.as_deref() == Some("TR"));
            assert_eq!(lines, company.expected.groups);
            let transfers: Vec<_> = transfers
                .into_iter()
                .map(|group| puente_sandbox::ExpectedGroup {
                    document_type: None,
                    ..group
                })
                .collect();
            assert_eq!(transfers, company.expected.transfer_groups);
            assert_eq!(file.rows, company.expected.movements());
            assert!(file.path.is_file() && file.path.starts_with(&files.folder));
        }
    }
}

#[test]
fn a_windows_file_has_windows_letters_semicolons_and_decimal_commas() {
    let folder = tempfile::tempdir().unwrap();
    let files = SampleFiles::create(folder.path()).unwrap();
    let bytes = std::fs::read(&files.companies[0].path).unwrap();
    assert!(
        std::str::from_utf8(&bytes).is_err(),
        "an ñ in Windows-1252 is no UTF-8"
    );
    let text = encoding(&bytes);
    assert!(
        text.starts_with("Línea;Tipo;Prefijo;Número;Fecha;Estado;Referencia;"),
        "{text:.100}"
    );
    assert!(text.contains("INSTRUMENTAL AÑO 2020") && text.contains("45 €"));
    assert!(text.contains(";2,333333;"), "a fraction of a unit");
    assert!(
        text.contains("\"ART;\"\"COMILLAS\"\"\""),
        "a code with a semicolon and quotes"
    );
    assert!(text.contains("NOMBRE EN DOS\r\nRENGLONES"));
}

#[test]
fn the_list_of_companies_has_good_rows_and_bad_ones_in_every_format() {
    for format in FORMATS {
        let folder = tempfile::tempdir().unwrap();
        let files =
            SampleFiles::create_as(folder.path(), format, &SampleOptions::default()).unwrap();
        assert!(files.companies_file.is_file());
        if format == FileFormat::Workbook {
            let start = std::fs::read(&files.companies[0].path).unwrap();
            assert!(start.starts_with(b"PK"), "a workbook is a zip file");
            continue;
        }
        let list = std::fs::read(&files.companies_file).unwrap();
        let list = if format == FileFormat::Windows {
            encoding(&list)
        } else {
            String::from_utf8(list).unwrap()
        };
        assert_eq!(list.lines().count(), 1 + files.companies.len() + 2);
        assert!(list.contains("PLANTILLA") && list.contains("no_esta.csv"));
    }
}

/// Windows-1252 as far as the sample goes: Latin 1 and the euro sign.
fn encoding(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| {
            if *byte == 0x80 {
                '€'
            } else {
                char::from(*byte)
            }
        })
        .collect()
}
