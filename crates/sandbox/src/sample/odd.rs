//! Rows that should not be there, and in every real database are.

use super::rows::{Document, Line, Transfer, TransferLine, amount_e4};
use super::story::moment;
use chrono::NaiveDateTime;

/// An article that no table has.
const NO_ARTICLE: i32 = 900_000_001;
/// A place that no table has.
const NO_PLACE: i32 = 999;
/// A party that no table has.
const NO_PARTY: i32 = 900_000_002;
/// A header that no table has.
const NO_HEADER: i32 = 900_000_003;

struct Ids {
    document: i32,
    line: i32,
}

impl Ids {
    fn document(
        &mut self,
        kind: &'static str,
        date: Option<NaiveDateTime>,
        typed: Option<NaiveDateTime>,
        lines: Vec<Line>,
    ) -> Document {
        self.document += 1;
        Document {
            id: self.document,
            kind,
            date,
            posted: typed,
            voided: None,
            party: 1,
            lines,
            has_header: true,
        }
    }

    fn line(&mut self, article: i32, place: Option<i32>, quantity_e6: i64, price_e4: i64) -> Line {
        self.line += 1;
        let total_e4 = amount_e4(quantity_e6, price_e4);
        let cost_e4 = amount_e4(600_000, total_e4);
        Line {
            id: self.line,
            article,
            place,
            quantity_e6,
            price_e4,
            total_e4,
            cost_e4,
        }
    }
}

/// Odd documents of a year, with ids after the ordinary ones. `articles` is how many ordinary
/// articles there are; the odd ones follow.
pub(crate) fn documents(
    year: i32,
    last_document: i32,
    last_line: i32,
    articles: i32,
) -> Vec<Document> {
    let mut ids = Ids {
        document: last_document,
        line: last_line,
    };
    let typed = moment(year, 3, 11, 9);
    let day = moment(year, 3, 11, 0);
    let one = 1_000_000;
    let mut documents = Vec::new();

    let lines = vec![
        ids.line(1, Some(1), one, 50_000_000),
        ids.line(2, Some(2), one, 70_000_000),
    ];
    documents.push(ids.document("FV", None, typed, lines));

    let lines = vec![
        ids.line(1, None, 3 * one, 12_000_000),
        ids.line(1, Some(NO_PLACE), one, 12_000_000),
        ids.line(NO_ARTICLE, Some(1), 2 * one, 33_000_000),
        ids.line(3, Some(1), -3 * one, 45_000_000),
        ids.line(3, Some(1), 0, 45_000_000),
        ids.line(4, Some(1), 5 * one, 0),
        ids.line(4, Some(1), 2 * one, 9_999_999_999_999),
        ids.line(4, Some(1), 1, 1),
    ];
    let mut odd_lines = ids.document("FV", day, typed, lines);
    odd_lines.party = NO_PARTY;
    documents.push(odd_lines);

    let lines = (1..=5)
        .map(|n| ids.line(articles + n, Some(3), one, 123_456_789))
        .collect();
    documents.push(ids.document("FC", day, typed, lines));

    // A year typed with a finger too many, and one from before the company was.
    let lines = vec![ids.line(5, Some(4), one, 90_000_000)];
    documents.push(ids.document("FV", moment(2206, 3, 4, 0), typed, lines));
    let lines = vec![ids.line(5, Some(4), one, 90_000_000)];
    documents.push(ids.document("FC", moment(1899, 12, 30, 0), typed, lines));

    // Posted in another year than that of its date, and a document with no lines.
    let lines = vec![ids.line(6, Some(1), one, 80_000_000)];
    documents.push(ids.document("DV", moment(year - 1, 12, 31, 0), typed, lines));
    documents.push(ids.document("FV", day, typed, Vec::new()));

    let lines = vec![ids.line(1, Some(1), 4 * one, 15_000_000)];
    let mut headless = ids.document("FV", day, typed, lines);
    headless.id = NO_HEADER;
    headless.has_header = false;
    documents.push(headless);
    documents
}

/// Odd transfers, with ids after the ordinary ones.
pub(crate) fn transfers(year: i32, last: i32, last_line: i32) -> Vec<Transfer> {
    let typed = moment(year, 5, 6, 10);
    let line = |n: i32, article| TransferLine {
        id: last_line + n,
        article,
        quantity_e6: 1_500_000,
        cost_e4: 12_000_000,
    };
    let transfer = |n: i32, from, to, date, lines| Transfer {
        id: last + n,
        date,
        posted: typed,
        voided: None,
        from,
        to,
        lines,
    };
    vec![
        transfer(1, Some(1), Some(2), None, vec![line(1, 1)]),
        transfer(2, None, Some(NO_PLACE), typed, vec![line(2, NO_ARTICLE)]),
        transfer(3, Some(4), Some(4), typed, vec![line(3, 2)]),
    ]
}
