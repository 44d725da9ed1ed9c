//! A filter of movements as the SQL of one load.

use crate::dimension_table as dimensions;
use crate::key::NO_DAY;
use crate::load_table::LoadRow;
use crate::movement_table::{self, Zone};
use crate::{Error, MovementFilter, State, Stream};
use rusqlite::Connection;
use rusqlite::types::Value;

/// Joins a movement with its document: their keys differ only in the low bits.
const JOIN_DOCUMENT: &str =
    "LEFT JOIN document d ON d.key = (m.key & -8796093022208) + m.doc_id + 4398046511104";

/// What a filter means for one load.
#[derive(Debug)]
pub(crate) struct Selection {
    /// ` AND …` over `m` and, if it must be joined, `d`. Parameters count from ?5.
    conditions: String,
    parameters: Vec<Value>,
    needs_document: bool,
    /// The days asked for, when any were.
    days: Option<(i32, i32)>,
    streams: Vec<(i64, i64)>,
}

impl Selection {
    /// What `filter` means for the load. `None`: nothing of it can fit.
    pub fn of(
        db: &Connection,
        row: &LoadRow,
        filter: &MovementFilter,
    ) -> Result<Option<Selection>, Error> {
        let streams = [Stream::Line, Stream::Transfer]
            .into_iter()
            .filter(|stream| filter.stream.is_none_or(|only| only == *stream))
            .map(|stream| row.slot.stream(stream))
            .collect();
        let mut selection = Selection {
            conditions: String::new(),
            parameters: Vec::new(),
            needs_document: false,
            days: days(filter),
            streams,
        };
        selection.only_states(filter);
        if let Some((from, to)) = selection.days {
            selection.add(&format!("m.day BETWEEN {from} AND {to}"));
        }
        let fits = selection.only_doc_types(db, row, filter)?
            && selection.only_articles(db, row, filter)?
            && selection.only_places(db, row, filter)?
            && selection.only_parties(db, row, filter)?;
        if fits && let Some(text) = &filter.text {
            selection.only_with_text(db, row, &fold(text))?;
        }
        Ok(fits.then_some(selection))
    }

    /// `SELECT columns FROM movement m … WHERE` the key is from ?1 to ?2 and the filter holds.
    pub fn select(&self, columns: &str) -> String {
        format!("SELECT {columns} {}", self.rest())
    }

    /// [`Selection::select`] from its `FROM` on.
    pub fn rest(&self) -> String {
        let join = if self.needs_document {
            JOIN_DOCUMENT
        } else {
            ""
        };
        format!(
            "FROM movement m {join} WHERE m.key BETWEEN ?1 AND ?2{}",
            self.conditions
        )
    }

    /// Binds the range of keys and the values of the conditions.
    pub fn bind(
        &self,
        statement: &mut rusqlite::Statement<'_>,
        range: (i64, i64),
    ) -> Result<(), Error> {
        for (at, value) in (1..).zip(self.values(range)) {
            statement.raw_bind_parameter(at, value)?;
        }
        Ok(())
    }

    /// All parameters in their order; ?3 and ?4 are the caller's.
    pub fn values(&self, (first, last): (i64, i64)) -> Vec<Value> {
        let mut values = vec![Value::Integer(first), Value::Integer(last)];
        if !self.parameters.is_empty() {
            values.extend([Value::Null, Value::Null]);
            values.extend(self.parameters.iter().cloned());
        }
        values
    }

    /// The ranges of keys that may hold a row that fits, ascending.
    pub fn ranges(&self, db: &Connection) -> Result<Vec<(i64, i64)>, Error> {
        if self.days.is_none() {
            return Ok(self.streams.clone());
        }
        Ok(merged(&self.zones(db)?))
    }

    /// [`Selection::ranges`] in parts, the first ones short: what is found in them tells what needs
    /// not be shown of the others.
    pub fn growing_ranges(&self, db: &Connection) -> Result<Vec<(i64, i64)>, Error> {
        let mut most = 4;
        let mut ranges = Vec::new();
        let zones = self.zones(db)?;
        let mut rest = &zones[..];
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(most));
            ranges.extend(merged(now));
            rest = later;
            most *= 2;
        }
        Ok(ranges)
    }

    /// The zones that may hold a row that fits, ascending by key.
    pub fn zones(&self, db: &Connection) -> Result<Vec<Zone>, Error> {
        let days = self.days.unwrap_or((i32::MIN, i32::MAX));
        let mut zones = Vec::new();
        for range in &self.streams {
            zones.extend(movement_table::zones(db, *range, days)?);
        }
        Ok(zones)
    }

    fn add(&mut self, condition: &str) {
        self.conditions.push_str(" AND ");
        self.conditions.push_str(condition);
    }

    fn parameter(&mut self, value: Value) -> String {
        self.parameters.push(value);
        format!("?{}", self.parameters.len() + 4)
    }

    /// `column IN` those values, which travel as one parameter however many they are.
    fn within(&mut self, column: &str, values: &[i64]) -> String {
        let list = self.parameter(Value::Text(json(values)));
        format!("{column} IN (SELECT value FROM json_each({list}))")
    }

    fn only_states(&mut self, filter: &MovementFilter) {
        let states: Vec<i64> = if filter.states.is_empty() {
            vec![State::Posted as i64]
        } else {
            filter.states.iter().map(|state| *state as i64).collect()
        };
        self.add(&format!("m.state IN {}", inline(&states)));
    }

    fn only_doc_types(
        &mut self,
        db: &Connection,
        row: &LoadRow,
        filter: &MovementFilter,
    ) -> Result<bool, Error> {
        if filter.doc_types.is_empty() {
            return Ok(true);
        }
        let ids: Vec<i64> = dimensions::doc_types(db, row.id())?
            .into_iter()
            .filter(|doc_type| filter.doc_types.contains(&doc_type.code))
            .map(|doc_type| i64::from(doc_type.id))
            .collect();
        self.add(&format!("m.doc_type IN {}", inline(&ids)));
        Ok(!ids.is_empty())
    }

    fn only_articles(
        &mut self,
        db: &Connection,
        row: &LoadRow,
        filter: &MovementFilter,
    ) -> Result<bool, Error> {
        if filter.articles.is_empty() {
            return Ok(true);
        }
        let ids: Vec<i64> = dimensions::articles(db, row.id())?
            .into_iter()
            .filter(|article| filter.articles.contains(&article.code))
            .map(|article| article.id)
            .collect();
        let condition = self.within("m.article_id", &ids);
        self.add(&condition);
        Ok(!ids.is_empty())
    }

    fn only_places(
        &mut self,
        db: &Connection,
        row: &LoadRow,
        filter: &MovementFilter,
    ) -> Result<bool, Error> {
        if filter.places.is_empty() && filter.flags.is_empty() {
            return Ok(true);
        }
        let places = dimensions::places(db, row.id())?;
        let mut fits = true;
        if !filter.places.is_empty() {
            let named = places
                .iter()
                .filter(|place| filter.places.contains(&place.code));
            let ids: Vec<i64> = named.map(|place| place.id).collect();
            let ids_in = inline(&ids);
            self.add(&format!(
                "(m.place_id IN {ids_in} OR m.to_place_id IN {ids_in})"
            ));
            fits &= !ids.is_empty();
        }
        if !filter.flags.is_empty() {
            let flagged = places.iter().filter(|place| {
                place
                    .flag
                    .as_ref()
                    .is_some_and(|flag| filter.flags.contains(flag))
            });
            let ids: Vec<i64> = flagged.map(|place| place.id).collect();
            self.add(&format!("m.place_id IN {}", inline(&ids)));
            fits &= !ids.is_empty();
        }
        Ok(fits)
    }

    fn only_parties(
        &mut self,
        db: &Connection,
        row: &LoadRow,
        filter: &MovementFilter,
    ) -> Result<bool, Error> {
        if filter.parties.is_empty() {
            return Ok(true);
        }
        let ids: Vec<i64> = dimensions::parties(db, row.id())?
            .into_iter()
            .filter(|party| filter.parties.contains(&party.tax_id))
            .map(|party| party.id)
            .collect();
        self.needs_document = true;
        let condition = self.within("d.party_id", &ids);
        self.add(&condition);
        Ok(!ids.is_empty())
    }

    /// Articles and parties are looked through here, where letters are compared as people do.
    fn only_with_text(&mut self, db: &Connection, row: &LoadRow, text: &str) -> Result<(), Error> {
        let articles: Vec<i64> = dimensions::articles(db, row.id())?
            .into_iter()
            .filter(|a| fold(&a.code).contains(text) || fold(&a.description).contains(text))
            .map(|article| article.id)
            .collect();
        let parties: Vec<i64> = dimensions::parties(db, row.id())?
            .into_iter()
            .filter(|party| fold(&party.name).contains(text))
            .map(|party| party.id)
            .collect();
        let of_article = self.within("m.article_id", &articles);
        let of_party = self.within("d.party_id", &parties);
        let part = self.parameter(Value::Text(text.to_owned()));
        self.needs_document = true;
        self.add(&format!(
            "({of_article} OR {of_party} OR instr(lower(d.number), {part}) > 0)"
        ));
        Ok(())
    }
}

/// Neighbouring zones as one range of keys.
fn merged(zones: &[Zone]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for zone in zones {
        let (first, last) = zone.keys();
        match ranges.last_mut() {
            Some(range) if range.1 + 1 == first => range.1 = last,
            Some(_) | None => ranges.push((first, last)),
        }
    }
    ranges
}

/// The days asked for; a bound that is left out is wide, but never takes in what has no date.
fn days(filter: &MovementFilter) -> Option<(i32, i32)> {
    if filter.from_day.is_none() && filter.to_day.is_none() {
        return None;
    }
    let from = filter.from_day.unwrap_or(NO_DAY).max(NO_DAY + 1);
    Some((from, filter.to_day.unwrap_or(i32::MAX)))
}

/// Lower case, and without the accents that people leave out.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'á' | 'à' | 'ä' | 'â' | 'ã' => 'a',
            'é' | 'è' | 'ë' | 'ê' => 'e',
            'í' | 'ì' | 'ï' | 'î' => 'i',
            'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
            'ú' | 'ù' | 'ü' | 'û' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

fn inline(values: &[i64]) -> String {
    format!("({})", joined(values))
}

/// A list in JSON, as `json_each` reads it.
fn json(values: &[i64]) -> String {
    format!("[{}]", joined(values))
}

fn joined(values: &[i64]) -> String {
    let mut text = String::with_capacity(values.len() * 8);
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(&value.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn text_is_compared_without_case_and_accents() {
        assert_eq!(
            fold("TORNILLO Ø3.5 PEÑA Cúcuta"),
            "tornillo ø3.5 pena cucuta"
        );
    }
}
