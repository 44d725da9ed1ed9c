//! Rows of cells, whatever kind of file they stand in, and the header that names their columns.

use super::formats::{DateOrder, DecimalMark, Evidence};
use super::mapping::Format;
use super::sheet::Sheet;
use super::text::Text;
use super::{Wanted, WantedKind, unreadable};
use crate::{Flow, Result};
use chrono::NaiveDateTime;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Rows that may stand above the header: titles, the name of the company.
const ABOVE_HEADER: usize = 20;
/// Characters of a cell; what a workbook allows.
pub(super) const CELL: usize = 32_767;
/// Columns that are looked at.
pub(super) const COLUMNS: usize = 1024;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    When(NaiveDateTime),
}

impl Cell {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            Cell::Number(_) | Cell::When(_) => false,
        }
    }

    /// As a person reads it: whole numbers without a point.
    pub(super) fn as_text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(value) => value.to_string(),
            Cell::When(time) => time.format("%Y-%m-%d").to_string(),
        }
    }
}

/// Where the wanted columns stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    positions: Vec<Option<usize>>,
    width: usize,
}

impl Header {
    /// The cell of the wanted column of that number.
    pub(super) fn cell<'a>(&self, cells: &'a [Cell], wanted: usize) -> Option<&'a Cell> {
        cells.get((*self.positions.get(wanted)?)?)
    }

    /// Each header serves one column only, and earlier names go before later ones.
    fn of(cells: &[Cell], columns: &[Wanted<'_>]) -> Header {
        let found: Vec<String> = cells.iter().map(|cell| folded(&cell.as_text())).collect();
        let mut taken = vec![false; found.len()];
        let mut positions = vec![None; columns.len()];
        // What is needed chooses first.
        for required in [true, false] {
            for (at, wanted) in columns
                .iter()
                .enumerate()
                .filter(|(_, w)| w.required == required)
            {
                positions[at] = wanted
                    .names
                    .iter()
                    .map(|name| folded(name))
                    .find_map(|name| {
                        found
                            .iter()
                            .enumerate()
                            .position(|(at, head)| !taken[at] && *head == name)
                    });
                if let Some(position) = positions[at] {
                    taken[position] = true;
                }
            }
        }
        let width = cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        Header { positions, width }
    }

    fn missing<'a>(&self, columns: &'a [Wanted<'_>]) -> Vec<&'a Wanted<'a>> {
        let lacks =
            |(at, wanted): &(usize, &Wanted<'_>)| wanted.required && self.positions[*at].is_none();
        columns
            .iter()
            .enumerate()
            .filter(lacks)
            .map(|(_, wanted)| wanted)
            .collect()
    }
}

/// A name without capitals, accents and signs.
pub(super) fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'á' | 'à' | 'ä' | 'â' => 'a',
            'é' | 'è' | 'ë' | 'ê' => 'e',
            'í' | 'ì' | 'ï' | 'î' => 'i',
            'ó' | 'ò' | 'ö' | 'ô' => 'o',
            'ú' | 'ù' | 'ü' | 'û' => 'u',
            'ñ' => 'n',
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Takes a row: its line, the header, and its cells.
pub(super) type Visit<'a> = dyn FnMut(u64, &Header, &[Cell]) -> Result<Flow> + 'a;

/// The rows of a file, with what was found out about it.
pub(super) struct Rows {
    path: PathBuf,
    file: File,
    header: Header,
    header_line: u64,
    mark: DecimalMark,
    order: DateOrder,
}

enum File {
    Text(Text),
    Sheet(Sheet),
}

impl File {
    fn each(&self, visit: &mut dyn FnMut(u64, &[Cell]) -> Result<Flow>) -> Result<()> {
        match self {
            File::Text(text) => text.each(visit),
            File::Sheet(sheet) => sheet.each(visit),
        }
    }
}

impl Rows {
    /// Looks the whole file through: where the header is, how numbers and dates are written.
    pub(super) fn open(path: &Path, format: &Format, columns: &[Wanted<'_>]) -> Result<Rows> {
        let file = if is_zip(path)? {
            File::Sheet(Sheet::open(path, format)?)
        } else {
            File::Text(Text::open(path, format)?)
        };
        let mut look = Look {
            path,
            columns,
            header: None,
            above: 0,
            first: Vec::new(),
            evidence: Evidence {
                mark: format.decimal,
                order: format.date,
            },
        };
        file.each(&mut |line, cells| look.at(line, cells))?;
        let Some((header_line, header)) = look.header else {
            return Err(look.no_header());
        };
        // What no value tells: a semicolon or a tab between fields means that the comma was needed
        // for decimals; in Colombia the day goes first.
        let usual = match &file {
            File::Text(text) if text.delimiter() == b',' => DecimalMark::Point,
            File::Text(_) | File::Sheet(_) => DecimalMark::Comma,
        };
        let mark = look.evidence.mark.unwrap_or(usual);
        let order = look.evidence.order.unwrap_or(DateOrder::DayFirst);
        Ok(Rows {
            path: path.to_owned(),
            file,
            header,
            header_line,
            mark,
            order,
        })
    }

    pub(super) fn decimal_mark(&self) -> DecimalMark {
        self.mark
    }

    pub(super) fn date_order(&self) -> DateOrder {
        self.order
    }

    /// Every row below the header that holds something.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let (header, header_line, path) = (&self.header, self.header_line, &self.path);
        let is_text = matches!(self.file, File::Text(_));
        self.file.each(&mut |line, cells| {
            if line <= header_line || cells.iter().all(Cell::is_empty) {
                return Ok(Flow::Continue);
            }
            let beyond = cells.iter().skip(header.width).any(|cell| !cell.is_empty());
            if is_text && (beyond || cells.len() < header.width) {
                let (found, wanted) = (cells.len(), header.width);
                let reason = format!("{found} fields, and the header has {wanted}");
                return Err(unreadable(path, line, reason));
            }
            visit(line, header, cells)
        })
    }
}

fn is_zip(path: &Path) -> Result<bool> {
    let mut start = [0; 4];
    let failed = |error: std::io::Error| unreadable(path, 0, error.to_string());
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let length = file.read(&mut start).map_err(failed)?;
    Ok(start[..length].starts_with(b"PK"))
}

/// The first pass.
struct Look<'a> {
    path: &'a Path,
    columns: &'a [Wanted<'a>],
    header: Option<(u64, Header)>,
    above: usize,
    /// The fullest row so far, for saying what was found instead of the header.
    first: Vec<String>,
    evidence: Evidence,
}

impl Look<'_> {
    fn at(&mut self, line: u64, cells: &[Cell]) -> Result<Flow> {
        if cells.iter().all(Cell::is_empty) {
            return Ok(Flow::Continue);
        }
        let Some((_, header)) = &self.header else {
            return Ok(self.maybe_header(line, cells));
        };
        for (at, wanted) in self.columns.iter().enumerate() {
            let Some(Cell::Text(text)) = header.cell(cells, at) else {
                continue;
            };
            let agreed = match wanted.kind {
                WantedKind::Number => self.evidence.number(text),
                WantedKind::Date => self.evidence.date(text),
                WantedKind::Text => Ok(()),
            };
            if agreed.is_err() {
                let shown: String = text.chars().take(40).collect();
                let reason = format!(
                    "{}: {shown:?} is written unlike the lines before",
                    wanted.field
                );
                return Err(unreadable(self.path, line, reason));
            }
        }
        Ok(Flow::Continue)
    }

    fn maybe_header(&mut self, line: u64, cells: &[Cell]) -> Flow {
        let header = Header::of(cells, self.columns);
        if header.missing(self.columns).is_empty() {
            self.header = Some((line, header));
            return Flow::Continue;
        }
        let texts: Vec<String> = cells
            .iter()
            .filter(|cell| !cell.is_empty())
            .map(Cell::as_text)
            .collect();
        if texts.len() > self.first.len() {
            self.first = texts;
        }
        self.above += 1;
        if self.above == ABOVE_HEADER {
            Flow::Stop
        } else {
            Flow::Continue
        }
    }

    fn no_header(&self) -> crate::Error {
        let wanted: Vec<String> = self
            .columns
            .iter()
            .filter(|wanted| wanted.required)
            .map(|wanted| format!("{} ({})", wanted.field, wanted.names.join(" | ")))
            .collect();
        let found: String = self.first.join(", ").chars().take(300).collect();
        let reason = format!("no header with {}; found: {found}", wanted.join(", "));
        unreadable(self.path, 0, reason)
    }
}
