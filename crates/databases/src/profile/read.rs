//! Reading a profile, and refusing what must not go near a statement.

use super::{ColumnRef, Profile};
use crate::{Error, Result};

const MAX_BYTES: usize = 256 * 1024;
const MAX_NAME: usize = 63;
const MAX_TEXT: usize = 400;
const MAX_ITEMS: usize = 1000;

pub(super) fn parse(text: &str) -> Result<Profile> {
    if text.len() > MAX_BYTES {
        return Err(invalid("?", format!("larger than {MAX_BYTES} bytes")));
    }
    let profile: Profile = toml::from_str(text).map_err(|error| invalid("?", error.to_string()))?;
    check(&profile)?;
    Ok(profile)
}

/// Names of tables, columns and users: nothing but capitals, digits, `_` and `$`.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= MAX_NAME
        && bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'$')
}

pub(super) fn check_identifier(profile: &str, place: &str, name: &str) -> Result<()> {
    if is_identifier(name) {
        return Ok(());
    }
    let shown: String = name.chars().take(40).collect();
    Err(invalid(
        profile,
        format!("{place}: {shown:?} is not a name (A-Z, 0-9, _ and $)"),
    ))
}

fn invalid(profile: &str, reason: String) -> Error {
    let profile: String = profile.chars().take(MAX_NAME).collect();
    Error::ProfileInvalid { profile, reason }
}

fn check(profile: &Profile) -> Result<()> {
    let fail = |reason: String| Err(invalid(&profile.name, reason));
    if profile.version != 1 {
        return fail(format!(
            "version {} is not known; this program knows 1",
            profile.version
        ));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if profile.name.is_empty() || profile.name.len() > MAX_NAME || !profile.name.chars().all(plain)
    {
        return fail("name: small letters, digits, - and _".to_owned());
    }
    if profile.title.is_empty() || profile.title.len() > MAX_TEXT {
        return fail(format!("title: 1 to {MAX_TEXT} bytes"));
    }
    if crate::charset::Charset::parse(&profile.charset).is_none() {
        return fail(format!(
            "charset: {:?} is not known",
            short(&profile.charset)
        ));
    }
    for (place, name) in profile.names() {
        check_identifier(&profile.name, place, name)?;
    }
    check_limits(profile)
}

fn check_limits(profile: &Profile) -> Result<()> {
    let fail = |reason: String| Err(invalid(&profile.name, reason));
    if profile.document_types.len() > MAX_ITEMS || profile.place_flags.len() > MAX_ITEMS {
        return fail(format!(
            "more than {MAX_ITEMS} document types or place rules"
        ));
    }
    if profile.tax_id.placeholders.len() > MAX_ITEMS {
        return fail(format!("more than {MAX_ITEMS} placeholders of tax ids"));
    }
    let country = &profile.tax_id.country;
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase()) {
        return fail("tax_id.country: two capitals".to_owned());
    }
    let transfer = profile
        .transfers
        .iter()
        .map(|transfers| &transfers.type_code);
    for code in profile.document_types.keys().chain(transfer) {
        if code.is_empty() || code.len() > 20 || code.trim() != code {
            return fail(format!("document_types: {:?} is not a code", short(code)));
        }
    }
    for rule in &profile.place_flags {
        if rule.pattern.is_empty() || rule.pattern.len() > 100 || rule.note.len() > MAX_TEXT {
            return fail(format!(
                "place_flags: {:?} is too long or empty",
                short(&rule.pattern)
            ));
        }
    }
    Ok(())
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

impl Profile {
    /// Every table and column that could come into a statement, with its place in the file.
    fn names(&self) -> Vec<(&'static str, &str)> {
        let mut names = Vec::new();
        for (part, table) in self.parts() {
            names.push((part, table.name));
            names.extend(
                table
                    .columns
                    .iter()
                    .map(|column| (part, column.column.name.as_str())),
            );
            names.extend(table.known.iter().map(|name| (part, name.as_str())));
        }
        names
    }
}

/// A table as a profile sees it.
pub(super) struct TableView<'a> {
    pub name: &'a str,
    pub columns: Vec<ColumnView<'a>>,
    pub known: &'a [String],
    /// Whether the part is left out when the table is missing.
    pub optional: bool,
    /// Whether the table is in the master database.
    pub master: bool,
}

/// A column as a profile sees it.
pub(super) struct ColumnView<'a> {
    pub column: &'a ColumnRef,
    pub wants: Wants,
}

/// What a column must keep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Key,
    Text,
    TextOrNumber,
    Number,
    Day,
}

fn view<'a>(column: &'a ColumnRef, wants: Wants) -> ColumnView<'a> {
    ColumnView { column, wants }
}

fn maybe<'a>(column: &'a Option<ColumnRef>, wants: Wants) -> Option<ColumnView<'a>> {
    column.as_ref().map(|column| view(column, wants))
}

impl Profile {
    /// All tables, by their place in the file.
    pub(super) fn parts(&self) -> Vec<(&'static str, TableView<'_>)> {
        let mut parts = vec![
            ("companies", self.companies_view()),
            ("lines", self.lines_view()),
            ("documents", self.documents_view()),
        ];
        parts.extend(self.named_views());
        parts.extend(self.transfer_views());
        parts
    }

    fn lines_view(&self) -> TableView<'_> {
        use Wants::{Key, Number};
        let lines = &self.lines;
        let mut columns = vec![
            view(&lines.key, Key),
            view(&lines.document, Key),
            view(&lines.article, Key),
            view(&lines.place, Key),
            view(&lines.quantity, Number),
            view(&lines.price, Number),
            view(&lines.total, Number),
        ];
        columns.extend(maybe(&lines.cost, Number));
        company(&lines.table, columns, &lines.known, false)
    }

    fn documents_view(&self) -> TableView<'_> {
        use Wants::{Day, Key, Number, Text};
        let documents = &self.documents;
        let mut columns = vec![
            view(&documents.key, Key),
            view(&documents.type_code, Text),
            view(&documents.date, Day),
        ];
        columns.extend(maybe(&documents.prefix, Text));
        columns.extend(maybe(&documents.number, Text));
        columns.extend(maybe(&documents.posted, Day));
        columns.extend(maybe(&documents.voided, Day));
        columns.extend(maybe(&documents.party, Key));
        columns.extend(maybe(&documents.total, Number));
        company(&documents.table, columns, &documents.known, false)
    }

    /// Articles, warehouses and parties: a key and texts.
    fn named_views(&self) -> Vec<(&'static str, TableView<'_>)> {
        let named = |key, one, other| {
            vec![
                view(key, Wants::Key),
                view(one, Wants::Text),
                view(other, Wants::Text),
            ]
        };
        let (articles, places) = (&self.articles, &self.places);
        let mut of_articles = named(&articles.key, &articles.code, &articles.name);
        of_articles.extend(maybe(&articles.unit, Wants::Text));
        let of_places = named(&places.key, &places.code, &places.name);
        let mut views = vec![
            (
                "articles",
                company(&articles.table, of_articles, &articles.known, false),
            ),
            (
                "places",
                company(&places.table, of_places, &places.known, false),
            ),
        ];
        if let Some(parties) = &self.parties {
            let columns = named(&parties.key, &parties.tax_id, &parties.name);
            views.push((
                "parties",
                company(&parties.table, columns, &parties.known, true),
            ));
        }
        views
    }

    fn companies_view(&self) -> TableView<'_> {
        use Wants::{Text, TextOrNumber};
        let companies = &self.companies;
        TableView {
            name: &companies.table,
            columns: vec![
                view(&companies.code, TextOrNumber),
                view(&companies.name, Text),
                view(&companies.tax_id, TextOrNumber),
                view(&companies.year, TextOrNumber),
                view(&companies.file, Text),
            ],
            known: &companies.known,
            optional: false,
            master: true,
        }
    }

    fn transfer_views(&self) -> Vec<(&'static str, TableView<'_>)> {
        use Wants::{Day, Key, Number, Text};
        let Some(transfers) = &self.transfers else {
            return Vec::new();
        };
        let (documents, lines) = (&transfers.documents, &transfers.lines);
        let mut of_documents = vec![view(&documents.key, Key), view(&documents.date, Day)];
        of_documents.extend(maybe(&documents.prefix, Text));
        of_documents.extend(maybe(&documents.number, Text));
        of_documents.extend(maybe(&documents.posted, Day));
        of_documents.extend(maybe(&documents.voided, Day));
        of_documents.extend(maybe(&documents.from_place, Key));
        of_documents.extend(maybe(&documents.to_place, Key));
        let mut of_lines = vec![
            view(&lines.key, Key),
            view(&lines.document, Key),
            view(&lines.article, Key),
            view(&lines.quantity, Number),
        ];
        of_lines.extend(maybe(&lines.cost, Number));
        of_lines.extend(maybe(&lines.from_place, Key));
        of_lines.extend(maybe(&lines.to_place, Key));
        vec![
            (
                "transfers.documents",
                company(&documents.table, of_documents, &documents.known, true),
            ),
            (
                "transfers.lines",
                company(&lines.table, of_lines, &lines.known, true),
            ),
        ]
    }
}

fn company<'a>(
    name: &'a str,
    columns: Vec<ColumnView<'a>>,
    known: &'a [String],
    optional: bool,
) -> TableView<'a> {
    TableView {
        name,
        columns,
        known,
        optional,
        master: false,
    }
}
