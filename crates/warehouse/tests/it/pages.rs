//! Pages, sums and exports against the plainest way to get them.

use crate::support::{ALL_STATES, NEW_YEAR, document, export, movement, published, warehouse};
use proptest::prelude::*;
use puente_warehouse::{
    Cursor, Document, Error, Movement, MovementFilter, MovementRow, Sort, SortKey, State, Stream,
    Sums, Warehouse,
};
use std::sync::LazyLock;

const KEYS: [SortKey; 6] = [
    SortKey::Day,
    SortKey::Article,
    SortKey::Quantity,
    SortKey::Total,
    SortKey::Cost,
    SortKey::Line,
];

/// Three companies, 12,000 rows over a year with days out of order, over several zones each.
static WORLD: LazyLock<(tempfile::TempDir, Warehouse)> = LazyLock::new(|| {
    let (dir, warehouse) = warehouse();
    for company in 1..=3 {
        let documents: Vec<Document> = (0..800)
            .map(|id| Document {
                party_id: Some(1 + id % 3),
                number: format!("{company}-{id}"),
                ..document(id)
            })
            .collect();
        let rows: Vec<Movement> = (0..4_000).map(|id| varied(company, id)).collect();
        published(&warehouse, company, &documents, &rows);
    }
    (dir, warehouse)
});

fn varied(company: i64, id: i64) -> Movement {
    let jumble = (id * 7_919 + company * 31) % 1_000;
    let day = i32::try_from(id / 12 + jumble % 9).unwrap();
    Movement {
        line_id: id * 5,
        doc_id: id / 5,
        article_id: jumble % 11,
        place_id: (jumble % 4 > 0).then_some(jumble % 4),
        to_place_id: (jumble % 50 == 0).then_some(3),
        day: (jumble % 17 > 0).then_some(NEW_YEAR + day),
        doc_type: u16::try_from(jumble % 4).unwrap(),
        state: ALL_STATES[usize::try_from((jumble / 90) % 4).unwrap() * usize::from(id % 3 == 0)],
        quantity_e6: jumble % 13 * 250_000,
        total_e4: jumble % 29 * 1_000 - 5_000,
        cost_e4: jumble % 7,
        ..movement(id)
    }
}

fn filters() -> impl Strategy<Value = MovementFilter> {
    let codes = |codes: &'static [&'static str]| {
        proptest::sample::subsequence(codes, 0..=codes.len().min(2))
            .prop_map(|some| some.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let text = prop_oneof![
        3 => Just(None),
        1 => prop_oneof![Just("cúcuta"), Just("ART-4"), Just("nandu"), Just("2-7"), Just("zzz")]
            .prop_map(|text| Some(text.to_owned())),
    ];
    (
        proptest::sample::subsequence(vec![1_i64, 2, 3, 9], 0..=2),
        proptest::option::of(NEW_YEAR..NEW_YEAR + 340),
        proptest::option::of(0..60),
        codes(&["FV", "FC", "DV", "XX"]),
        proptest::sample::subsequence(ALL_STATES.to_vec(), 0..=2),
        proptest::option::of(prop_oneof![Just(Stream::Line), Just(Stream::Transfer)]),
        (
            codes(&["ART-49", "ART-41", "NO"]),
            codes(&["00", "02"]),
            codes(&["implante"]),
        ),
        (codes(&["9001", "9002"]), text),
    )
        .prop_map(
            |(companies, from_day, days, doc_types, states, stream, (a, p, f), (t, text))| {
                MovementFilter {
                    companies,
                    from_day,
                    to_day: days.map(|days| from_day.unwrap_or(NEW_YEAR) + days),
                    doc_types,
                    states,
                    stream,
                    articles: a,
                    places: p,
                    flags: f,
                    parties: t,
                    text,
                }
            },
        )
}

fn fits(filter: &MovementFilter, row: &MovementRow) -> bool {
    let any = |list: &[String], value: &str| list.is_empty() || list.iter().any(|v| v == value);
    let lower = |text: &str| text.to_lowercase().replace('ú', "u").replace('ñ', "n");
    let text = filter.text.as_deref().map(lower);
    (filter.companies.is_empty() || filter.companies.contains(&row.company_id))
        && filter
            .from_day
            .is_none_or(|day| row.day.is_some_and(|own| own >= day))
        && filter
            .to_day
            .is_none_or(|day| row.day.is_some_and(|own| own <= day))
        && any(&filter.doc_types, &row.doc_type)
        && (filter.states.contains(&row.state)
            || filter.states.is_empty() && row.state == State::Posted)
        && filter.stream.is_none_or(|stream| stream == row.stream)
        && any(&filter.articles, &row.article_code)
        && (any(&filter.places, &row.place_code) || any(&filter.places, &row.to_place_code))
        && any(&filter.flags, row.flag.as_deref().unwrap_or(""))
        && any(&filter.parties, &row.party_tax_id)
        && text.is_none_or(|text| {
            [&row.article_code, &row.article, &row.number, &row.party]
                .iter()
                .any(|value| lower(value).contains(&text))
        })
}

/// All rows that fit, found without any of the code under test but the plain export.
fn plainly(filter: &MovementFilter) -> Vec<MovementRow> {
    let all = MovementFilter {
        states: ALL_STATES.to_vec(),
        ..MovementFilter::default()
    };
    static ALL: LazyLock<Vec<MovementRow>> = LazyLock::new(|| {
        export(
            &WORLD.1,
            &MovementFilter {
                states: ALL_STATES.to_vec(),
                ..MovementFilter::default()
            },
        )
    });
    assert_eq!(all.states.len(), 4);
    ALL.iter()
        .filter(|row| fits(filter, row))
        .cloned()
        .collect()
}

fn sorted(mut rows: Vec<MovementRow>, sort: Sort) -> Vec<MovementRow> {
    rows.sort_by(|a, b| {
        let key = match sort.key {
            SortKey::Day => a.day.cmp(&b.day),
            SortKey::Article => a.article_code.cmp(&b.article_code),
            SortKey::Quantity => a.quantity_e6.cmp(&b.quantity_e6),
            SortKey::Total => a.total_e4.cmp(&b.total_e4),
            SortKey::Cost => a.cost_e4.cmp(&b.cost_e4),
            SortKey::Line => a.line_id.cmp(&b.line_id),
        };
        let place = |row: &MovementRow| (row.company_id, row.stream, row.line_id);
        let order = key.then_with(|| place(a).cmp(&place(b)));
        if sort.descending {
            order.reverse()
        } else {
            order
        }
    });
    rows
}

proptest! {
    // A part of what others take: each opens a database. `PROPTEST_CASES` raises all alike.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(4)))]

    #[test]
    fn pages_follow_each_other_through_the_sorted_selection(
        filter in filters(),
        key in proptest::sample::select(KEYS.to_vec()),
        descending: bool,
        limit in 1_usize..700,
    ) {
        let sort = Sort { key, descending };
        let expected = sorted(plainly(&filter), sort);
        let mut after: Option<Cursor> = None;
        let mut rows = Vec::new();
        for _ in 0..4 {
            let page = WORLD.1.movements(&filter, sort, after.as_ref(), limit).unwrap();
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let upto = expected.len().min(rows.len().max(limit.min(expected.len())));
        prop_assert_eq!(&rows[..], &expected[..upto]);
        prop_assert!(after.is_some() || rows.len() == expected.len(), "the end is the end");
    }

    #[test]
    fn sums_and_exports_hold_the_whole_selection(filter in filters()) {
        let expected = plainly(&filter);
        prop_assert_eq!(&export(&WORLD.1, &filter), &expected);
        let sum = |of: fn(&MovementRow) -> i64| expected.iter().map(of).sum::<i64>();
        let sums = Sums {
            lines: i64::try_from(expected.len()).unwrap(),
            quantity_e6: sum(|row| row.quantity_e6),
            total_e4: sum(|row| row.total_e4),
            cost_e4: sum(|row| row.cost_e4),
        };
        prop_assert_eq!(WORLD.1.sums(&filter).unwrap(), sums);
    }
}

#[test]
fn a_cursor_survives_json_and_is_refused_by_another_sort() {
    let sort = |key| Sort {
        key,
        descending: true,
    };
    for key in [SortKey::Article, SortKey::Total] {
        let page = WORLD
            .1
            .movements(&MovementFilter::default(), sort(key), None, 3)
            .unwrap();
        let text = serde_json::to_string(&page.next).unwrap();
        let cursor: Option<Cursor> = serde_json::from_str(&text).unwrap();
        assert_eq!(cursor, page.next);
        let other = if key == SortKey::Article {
            SortKey::Day
        } else {
            SortKey::Article
        };
        let refused = WORLD
            .1
            .movements(&MovementFilter::default(), sort(other), cursor.as_ref(), 3)
            .unwrap_err();
        assert!(matches!(refused, Error::CursorMismatch), "{refused}");
    }
}

#[test]
fn the_view_shows_people_with_an_sql_tool_the_same_rows() {
    let filter = MovementFilter {
        states: ALL_STATES.to_vec(),
        ..MovementFilter::default()
    };
    let rows = export(&WORLD.1, &filter);
    let seen: (i64, i64, i64) = WORLD
        .1
        .database()
        .read(|db| {
            let sql = "SELECT count(*), sum(line_id * company_id), sum(total_e4)
                       FROM movement_view WHERE article_code IS NULL OR article_code = article_code";
            db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .map_err(puente_store::Error::from)
        })
        .unwrap();
    let expected = rows.iter().fold((0, 0, 0), |(n, ids, total), row| {
        (
            n + 1,
            ids + row.line_id * row.company_id,
            total + row.total_e4,
        )
    });
    assert_eq!(seen, expected);
    let first: (String, i64, String) = WORLD
        .1
        .database()
        .read(|db| {
            let sql = "SELECT day, doc_id, number FROM movement_view
                       WHERE company_id = 2 AND line_id = 60";
            db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .map_err(puente_store::Error::from)
        })
        .unwrap();
    let same = rows
        .iter()
        .find(|row| row.company_id == 2 && row.line_id == 60)
        .unwrap();
    let day = puente_core::period::date_of_epoch_day(same.day.unwrap()).unwrap();
    assert_eq!(first, (day.to_string(), same.doc_id, same.number.clone()));
}
