use super::*;
use crate::{Error, LiveColumn, LiveKind, LiveSchema, LiveTable};
use proptest::prelude::*;

fn refused(text: &str) -> String {
    match Profile::parse(text) {
        Err(Error::ProfileInvalid { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_shipped_profile_is_well_formed_and_survives_being_written_and_read() {
    let profile = Profile::builtin("tns").unwrap();
    let written = toml::to_string(&profile).unwrap();
    assert_eq!(Profile::parse(&written).unwrap(), profile);
    assert_eq!(profile.meaning("FV"), DocumentMeaning::Sale);
    assert_eq!(profile.meaning(" DV "), DocumentMeaning::SaleReturn);
    assert_eq!(profile.meaning("ZZ"), DocumentMeaning::Other);
    assert!(Profile::builtin("nada").is_none());
    for name in Profile::BUILTIN {
        assert_eq!(Profile::builtin(name).unwrap().name, *name);
    }
}

#[test]
fn names_that_could_be_sql_are_refused_wherever_they_stand() {
    let text = Profile::builtin_text("tns").unwrap();
    let bad = [
        "KARDEX\\\"",
        "K; DROP TABLE X",
        "kardex",
        "",
        "K K",
        "Ñ",
        "1K",
        "--",
    ];
    for place in [
        "table = \"KARDEX\"",
        "key = \"KARDEXID\"",
        "number = { name = \"NUMERO\", optional = true }",
        "table = \"EMPRESAS\"",
        "article = \"MATID\"",
    ] {
        assert!(text.contains(place), "{place}");
        let name = place.split('"').nth(1).unwrap();
        for bad in bad {
            let broken = text.replacen(place, &place.replacen(name, bad, 1), 1);
            let reason = refused(&broken);
            assert!(reason.contains("is not a name"), "{place} {bad}: {reason}");
        }
    }
    let long = text.replacen("\"EMPID\"", &format!("\"{}\"", "A".repeat(64)), 1);
    assert!(refused(&long).contains("is not a name"));
}

#[test]
fn what_is_not_known_or_too_much_is_refused() {
    let text = Profile::builtin_text("tns").unwrap();
    for (from, to) in [
        ("version = 1", "version = 2"),
        ("name = \"tns\"", "name = \"../tns\""),
        ("charset = \"WIN1252\"", "charset = \"KLINGON\""),
        ("country = \"CO\"", "country = \"Colombia\""),
        ("FV = \"sale\"", "FV = \"venta\""),
        ("FV = \"sale\"", "\" FV\" = \"sale\""),
        ("flag = \"es_implante\"", "flag = \"es_otra_cosa\""),
        ("pattern = \"%IMP%\"", "pattern = \"\""),
        ("[lines]", "[lines]\nsql = \"select 1\""),
    ] {
        assert!(text.contains(from), "{from}");
        refused(&text.replacen(from, to, 1));
    }
    refused(&format!("{text}\n# {}", "x".repeat(300_000)));
    refused("not toml at all [[[");
}

/// A database that has everything that the profile reads.
fn whole(profile: &Profile) -> LiveSchema {
    let mut schema = LiveSchema::default();
    for (_, view) in profile.parts() {
        let table = schema
            .tables
            .entry(view.name.to_owned())
            .or_insert_with(|| LiveTable {
                name: view.name.to_owned(),
                ..LiveTable::default()
            });
        for column in &view.columns {
            let kind = match column.wants {
                read::Wants::Key => LiveKind::Int,
                read::Wants::Number => LiveKind::Decimal { scale: 4 },
                read::Wants::Text | read::Wants::TextOrNumber => LiveKind::Varchar,
                read::Wants::Day => LiveKind::Timestamp,
            };
            table.columns.push(LiveColumn {
                name: column.column.name.clone(),
                kind,
                declared: format!("{kind:?}"),
                nullable: true,
                charset: None,
            });
        }
    }
    schema
}

proptest! {
    #[test]
    fn whatever_a_database_lacks_the_report_says_so_and_the_fitted_profile_reads_only_what_is_there(
        gone in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
    ) {
        let profile = Profile::builtin("tns").unwrap();
        let mut schema = whole(&profile);
        let names: Vec<String> = schema.tables.keys().cloned().collect();
        for (table, column) in gone {
            let table = schema.tables.get_mut(table.get(&names)).unwrap();
            if !table.columns.is_empty() {
                let at = column.index(table.columns.len());
                table.columns.remove(at);
            }
        }
        match profile.fitted_to_company(&schema) {
            Ok((fitted, report)) => {
                prop_assert!(report.is_usable());
                for (part, view) in fitted.parts().into_iter().filter(|(part, _)| *part != "companies") {
                    for column in view.columns {
                        let live = schema.column(view.name, &column.column.name);
                        prop_assert!(live.is_some(), "{part} still reads {}", column.column.name);
                    }
                }
            }
            Err(Error::Missing { missing, .. }) => prop_assert!(!missing.is_empty()),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = Profile::parse(&text);
    }

    #[test]
    fn no_change_of_the_shipped_text_makes_it_panic_or_lets_sql_through(
        at in any::<prop::sample::Index>(),
        put in "[\"';A-Za-z0-9 =\\[\\]{}\\-]{1,6}",
    ) {
        let text = Profile::builtin_text("tns").unwrap();
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        if let Ok(profile) = Profile::parse(&format!("{}{put}{}", &text[..at], &text[at..])) {
            for (part, view) in profile.parts() {
                let columns = view.columns.iter().map(|column| column.column.name.as_str());
                for name in columns.chain([view.name]) {
                    prop_assert!(read::is_identifier(name), "{part}: {name}");
                }
            }
        }
    }
}
