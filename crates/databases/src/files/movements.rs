//! From the rows of a file of movements to chunks.

use super::cells::{Cell, Header, Rows, folded};
use super::formats::{DateOrder, DecimalMark, day, decimal};
use super::mapping::{Mapping, States};
use super::{CHUNK_ROWS, WantedKind, unreadable};
use crate::exact::{self, Rounding};
use crate::{Chunk, Column, Error, Flow, Kind, Result};
use chrono::Datelike;
use puente_core::Cancel;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a file may say of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementField {
    /// Key of the line, a whole number; the line of the file where there is none.
    Id,
    /// Document type, verbatim.
    Type,
    /// Prefix of the document's number.
    Prefix,
    /// Number of the document.
    Number,
    /// Date of the document.
    Date,
    /// State of the document: 0 posted, 1 draft, 2 voided.
    State,
    /// Code of the article.
    ArticleCode,
    /// Name of the article.
    ArticleName,
    /// Unit of the article.
    Unit,
    /// Code of the warehouse, or of the one that gives.
    PlaceCode,
    /// Name of that warehouse.
    PlaceName,
    /// Code of the warehouse that takes.
    ToPlaceCode,
    /// Name of that warehouse.
    ToPlaceName,
    /// Tax id of the customer or supplier.
    PartyTaxId,
    /// Name of the customer or supplier.
    PartyName,
    /// Quantity, with 6 decimals.
    Quantity,
    /// Price of one unit, with 4 decimals.
    Price,
    /// Value of the line, with 4 decimals.
    Total,
    /// Cost of the line, with 4 decimals.
    Cost,
}

impl MovementField {
    /// All of them, in the order of the columns of a chunk.
    pub const ALL: &'static [MovementField] = &[
        MovementField::Id,
        MovementField::Type,
        MovementField::Prefix,
        MovementField::Number,
        MovementField::Date,
        MovementField::State,
        MovementField::ArticleCode,
        MovementField::ArticleName,
        MovementField::Unit,
        MovementField::PlaceCode,
        MovementField::PlaceName,
        MovementField::ToPlaceCode,
        MovementField::ToPlaceName,
        MovementField::PartyTaxId,
        MovementField::PartyName,
        MovementField::Quantity,
        MovementField::Price,
        MovementField::Total,
        MovementField::Cost,
    ];

    /// Its name in a mapping.
    pub fn as_str(self) -> &'static str {
        match self {
            MovementField::Id => "id",
            MovementField::Type => "type",
            MovementField::Prefix => "prefix",
            MovementField::Number => "number",
            MovementField::Date => "date",
            MovementField::State => "state",
            MovementField::ArticleCode => "article_code",
            MovementField::ArticleName => "article_name",
            MovementField::Unit => "unit",
            MovementField::PlaceCode => "place_code",
            MovementField::PlaceName => "place_name",
            MovementField::ToPlaceCode => "to_place_code",
            MovementField::ToPlaceName => "to_place_name",
            MovementField::PartyTaxId => "party_tax_id",
            MovementField::PartyName => "party_name",
            MovementField::Quantity => "quantity",
            MovementField::Price => "price",
            MovementField::Total => "total",
            MovementField::Cost => "cost",
        }
    }

    /// Its place among the columns of a chunk.
    pub fn position(self) -> usize {
        MovementField::ALL
            .iter()
            .position(|field| *field == self)
            .unwrap_or(0)
    }

    /// The kind of its column.
    pub fn kind(self) -> Kind {
        match self {
            MovementField::Id | MovementField::State => Kind::Int,
            MovementField::Date => Kind::Date,
            MovementField::Quantity => Kind::Decimal { scale: 6 },
            MovementField::Price | MovementField::Total | MovementField::Cost => {
                Kind::Decimal { scale: 4 }
            }
            MovementField::Type
            | MovementField::Prefix
            | MovementField::Number
            | MovementField::ArticleCode
            | MovementField::ArticleName
            | MovementField::Unit
            | MovementField::PlaceCode
            | MovementField::PlaceName
            | MovementField::ToPlaceCode
            | MovementField::ToPlaceName
            | MovementField::PartyTaxId
            | MovementField::PartyName => Kind::Text,
        }
    }

    pub(super) fn is_required(self) -> bool {
        matches!(
            self,
            MovementField::Date | MovementField::ArticleCode | MovementField::Quantity
        )
    }

    pub(super) fn wanted_kind(self) -> WantedKind {
        match self.kind() {
            Kind::Decimal { .. } => WantedKind::Number,
            Kind::Date | Kind::Timestamp => WantedKind::Date,
            Kind::Int | Kind::Text => WantedKind::Text,
        }
    }
}

pub(super) fn read(
    path: &Path,
    mapping: &Mapping,
    cancel: &Cancel,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<u64> {
    let columns = mapping.movements.headers();
    let rows = Rows::open(path, &mapping.format, &columns)?;
    let taker = Taker {
        path,
        states: &mapping.states,
        mark: rows.decimal_mark(),
        order: rows.date_order(),
    };
    let mut chunk = Chunk::of(MovementField::ALL.iter().map(|field| field.kind()));
    let mut count = 0;
    let mut stopped = false;
    rows.each(&mut |line, header, cells| {
        taker.take(line, header, cells, &mut chunk)?;
        count += 1;
        if chunk.rows < CHUNK_ROWS {
            return Ok(Flow::Continue);
        }
        cancel.check()?;
        let flow = sink(&chunk)?;
        stopped = flow == Flow::Stop;
        chunk.clear();
        Ok(flow)
    })?;
    if chunk.rows > 0 && !stopped {
        sink(&chunk)?;
    }
    Ok(count)
}

struct Taker<'a> {
    path: &'a Path,
    states: &'a States,
    mark: DecimalMark,
    order: DateOrder,
}

impl Taker<'_> {
    fn take(&self, line: u64, header: &Header, cells: &[Cell], chunk: &mut Chunk) -> Result<()> {
        for (at, field) in MovementField::ALL.iter().enumerate() {
            let cell = header.cell(cells, at).filter(|cell| !cell.is_empty());
            let column = &mut chunk.columns[at];
            let Some(cell) = cell else {
                if field.is_required() {
                    return Err(unreadable(
                        self.path,
                        line,
                        format!("{}: empty", field.as_str()),
                    ));
                }
                match (field, column) {
                    (MovementField::Id, Column::Int(values, _)) => {
                        values.push(i64::try_from(line).unwrap_or(i64::MAX));
                    }
                    (MovementField::State, Column::Int(values, _)) => values.push(0),
                    (_, column) => column.push_null(),
                }
                continue;
            };
            match column {
                Column::Text(texts, _) => texts.push(cell.as_text().trim()),
                Column::Date(days, _) => days.push(self.day(line, *field, cell)?),
                Column::Decimal(values, _) => values.push(self.decimal(line, *field, cell)?),
                Column::Int(values, _) if *field == MovementField::State => {
                    values.push(self.state(line, cell)?);
                }
                Column::Int(values, _) => values.push(self.whole(line, *field, cell)?),
                Column::Timestamp(..) => column.push_null(),
            }
        }
        chunk.rows += 1;
        Ok(())
    }

    fn day(&self, line: u64, field: MovementField, cell: &Cell) -> Result<i32> {
        let found = match cell {
            Cell::When(time) => Some(time.date()),
            Cell::Text(text) => day(text, self.order),
            Cell::Number(_) | Cell::Empty => None,
        };
        found
            .map(|date| date.num_days_from_ce() - 719_163)
            .ok_or_else(|| self.bad(line, field, cell))
    }

    fn decimal(&self, line: u64, field: MovementField, cell: &Cell) -> Result<i64> {
        let Kind::Decimal { scale } = field.kind() else {
            return Err(self.bad(line, field, cell));
        };
        let found = match cell {
            Cell::Number(value) => {
                let value = exact::from_float(*value, scale, Rounding::Cast { nudge: 1e-14 });
                return value.ok_or_else(|| self.overflow(field, cell));
            }
            Cell::Text(text) => decimal(text, scale, self.mark),
            Cell::When(_) | Cell::Empty => None,
        };
        let wide = found.ok_or_else(|| self.bad(line, field, cell))?;
        i64::try_from(wide).map_err(|_| self.overflow(field, cell))
    }

    fn whole(&self, line: u64, field: MovementField, cell: &Cell) -> Result<i64> {
        let found = match cell {
            Cell::Number(value) if value.fract() == 0.0 => {
                exact::from_float(*value, 0, Rounding::Cast { nudge: 0.0 })
            }
            Cell::Text(text) => text.trim().parse().ok(),
            Cell::Number(_) | Cell::When(_) | Cell::Empty => None,
        };
        found.ok_or_else(|| self.bad(line, field, cell))
    }

    fn state(&self, line: u64, cell: &Cell) -> Result<i64> {
        let word = folded(&cell.as_text());
        let is_of = |words: &[String]| words.iter().any(|known| folded(known) == word);
        if is_of(&self.states.posted) {
            Ok(0)
        } else if is_of(&self.states.draft) {
            Ok(1)
        } else if is_of(&self.states.voided) {
            Ok(2)
        } else {
            Err(self.bad(line, MovementField::State, cell))
        }
    }

    fn bad(&self, line: u64, field: MovementField, cell: &Cell) -> Error {
        let shown: String = cell.as_text().chars().take(60).collect();
        unreadable(self.path, line, format!("{}: {shown:?}", field.as_str()))
    }

    fn overflow(&self, field: MovementField, cell: &Cell) -> Error {
        Error::NumberOverflow {
            table: self.path.display().to_string(),
            column: field.as_str().to_owned(),
            value: cell.as_text().chars().take(60).collect(),
        }
    }
}
