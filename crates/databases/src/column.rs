//! Rows on their way: typed columns whose buffers are used again for every chunk.

/// Some rows, by column. The order of the columns is that of [`crate::Scan::columns`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chunk {
    /// How many rows every column has.
    pub rows: usize,
    /// The columns.
    pub columns: Vec<Column>,
}

impl Chunk {
    /// An empty chunk with a column for each kind.
    pub fn of(kinds: impl IntoIterator<Item = crate::Kind>) -> Self {
        Chunk {
            rows: 0,
            columns: kinds.into_iter().map(Column::of).collect(),
        }
    }

    /// Forgets the rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.columns.iter_mut().for_each(Column::clear);
    }
}

/// The values of one column, one for each row; where [`Nulls`] says NULL the value is a zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Whole numbers.
    Int(Vec<i64>, Nulls),
    /// Exact decimals: the value times ten to the scale that was asked for.
    Decimal(Vec<i64>, Nulls),
    /// Texts.
    Text(TextColumn, Nulls),
    /// Days since 1970-01-01.
    Date(Vec<i32>, Nulls),
    /// Microseconds since 1970-01-01 00:00, on the clock of whoever wrote them: there is no zone.
    Timestamp(Vec<i64>, Nulls),
}

impl Column {
    /// An empty column for values of that kind.
    pub fn of(kind: crate::Kind) -> Self {
        match kind {
            crate::Kind::Int => Column::Int(Vec::new(), Nulls::default()),
            crate::Kind::Decimal { .. } => Column::Decimal(Vec::new(), Nulls::default()),
            crate::Kind::Text => Column::Text(TextColumn::default(), Nulls::default()),
            crate::Kind::Date => Column::Date(Vec::new(), Nulls::default()),
            crate::Kind::Timestamp => Column::Timestamp(Vec::new(), Nulls::default()),
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Column::Int(values, _) | Column::Decimal(values, _) | Column::Timestamp(values, _) => {
                values.len()
            }
            Column::Text(values, _) => values.len(),
            Column::Date(values, _) => values.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which rows are NULL.
    pub fn nulls(&self) -> &Nulls {
        match self {
            Column::Int(_, nulls)
            | Column::Decimal(_, nulls)
            | Column::Text(_, nulls)
            | Column::Date(_, nulls)
            | Column::Timestamp(_, nulls) => nulls,
        }
    }

    /// Forgets the values and keeps the buffers.
    pub fn clear(&mut self) {
        match self {
            Column::Int(values, nulls)
            | Column::Decimal(values, nulls)
            | Column::Timestamp(values, nulls) => {
                values.clear();
                nulls.clear();
            }
            Column::Text(values, nulls) => {
                values.clear();
                nulls.clear();
            }
            Column::Date(values, nulls) => {
                values.clear();
                nulls.clear();
            }
        }
    }

    /// Adds a NULL.
    pub fn push_null(&mut self) {
        let row = self.len();
        match self {
            Column::Int(values, nulls)
            | Column::Decimal(values, nulls)
            | Column::Timestamp(values, nulls) => {
                values.push(0);
                nulls.set(row);
            }
            Column::Text(values, nulls) => {
                values.push("");
                nulls.set(row);
            }
            Column::Date(values, nulls) => {
                values.push(0);
                nulls.set(row);
            }
        }
    }

    /// The whole number, scaled decimal or timestamp of `row`; `None` when NULL, out of range, or a
    /// column of another kind. A date is given in days.
    pub fn number(&self, row: usize) -> Option<i64> {
        if self.nulls().is_null(row) {
            return None;
        }
        match self {
            Column::Int(values, _) | Column::Decimal(values, _) | Column::Timestamp(values, _) => {
                values.get(row).copied()
            }
            Column::Date(values, _) => values.get(row).map(|days| i64::from(*days)),
            Column::Text(..) => None,
        }
    }

    /// The days since 1970-01-01 of `row`: of a date as it is, of a timestamp by cutting the time.
    pub fn day(&self, row: usize) -> Option<i32> {
        const DAY: i64 = 86_400_000_000;
        match self {
            Column::Date(values, nulls) if !nulls.is_null(row) => values.get(row).copied(),
            Column::Timestamp(values, nulls) if !nulls.is_null(row) => values
                .get(row)
                .and_then(|micros| i32::try_from(micros.div_euclid(DAY)).ok()),
            Column::Int(..)
            | Column::Decimal(..)
            | Column::Text(..)
            | Column::Date(..)
            | Column::Timestamp(..) => None,
        }
    }

    /// The text of `row`; `None` when NULL, out of range, or not a text column.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Column::Text(values, nulls) if !nulls.is_null(row) && row < values.len() => {
                Some(values.get(row))
            }
            Column::Int(..)
            | Column::Decimal(..)
            | Column::Text(..)
            | Column::Date(..)
            | Column::Timestamp(..) => None,
        }
    }
}

/// Which rows are NULL: a bit for each row, allocated from the first NULL on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nulls {
    bits: Vec<u64>,
}

impl Nulls {
    /// Whether no row is NULL.
    pub fn none(&self) -> bool {
        self.bits.iter().all(|word| *word == 0)
    }

    /// Whether that row is NULL.
    pub fn is_null(&self, row: usize) -> bool {
        self.bits
            .get(row / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Notes that the row is NULL.
    pub fn set(&mut self, row: usize) {
        if self.bits.len() <= row / 64 {
            self.bits.resize(row / 64 + 1, 0);
        }
        self.bits[row / 64] |= 1 << (row % 64);
    }

    /// Forgets what was noted of that row and those after it.
    pub(crate) fn truncate(&mut self, rows: usize) {
        self.bits.truncate(rows.div_ceil(64));
        if !rows.is_multiple_of(64)
            && let Some(last) = self.bits.get_mut(rows / 64)
        {
            *last &= (1 << (rows % 64)) - 1;
        }
    }

    /// No row is NULL any more.
    pub fn clear(&mut self) {
        self.bits.clear();
    }
}

/// Texts, one after another in one buffer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextColumn {
    ends: Vec<usize>,
    text: String,
}

impl TextColumn {
    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of that row; empty for a NULL and out of range.
    pub fn get(&self, row: usize) -> &str {
        let Some(&end) = self.ends.get(row) else {
            return "";
        };
        let start = row
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied();
        self.text.get(start.unwrap_or(0)..end).unwrap_or("")
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Adds the text that `write` appends to the buffer it is given. What stands there already is
    /// not to be touched.
    pub(crate) fn push_with<E>(
        &mut self,
        write: impl FnOnce(&mut String) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let before = self.text.len();
        let written = write(&mut self.text);
        if written.is_err() {
            // What was there before ends on a character.
            self.text.truncate(before);
        } else {
            self.ends.push(self.text.len());
        }
        written
    }

    /// Keeps only the first `rows` texts.
    pub(crate) fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Forgets the texts and keeps the buffers.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn nulls_and_values_keep_their_rows_when_the_buffers_are_used_again() {
        let mut chunk = Chunk::of([Kind::Text, Kind::Timestamp]);
        for round in 0..2 {
            chunk.clear();
            for row in 0..130 {
                if row % 3 == 0 {
                    chunk.columns[0].push_null();
                    chunk.columns[1].push_null();
                } else {
                    let Column::Text(texts, _) = &mut chunk.columns[0] else {
                        unreachable!()
                    };
                    texts.push(&format!("ñ{row}"));
                    let Column::Timestamp(times, _) = &mut chunk.columns[1] else {
                        unreachable!()
                    };
                    times.push(-1 - row);
                }
            }
            for row in 0..130_usize {
                let text = chunk.columns[0].text(row);
                let day = chunk.columns[1].day(row);
                if row % 3 == 0 {
                    assert_eq!((text, day), (None, None), "row {row}, round {round}");
                } else {
                    assert_eq!(text, Some(format!("ñ{row}").as_str()));
                    assert_eq!(
                        day,
                        Some(-1),
                        "a time before 1970 belongs to the day it is in"
                    );
                }
            }
            assert_eq!(chunk.columns[0].text(130), None);
        }
    }
}
