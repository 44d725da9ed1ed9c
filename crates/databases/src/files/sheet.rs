//! Workbooks (XLSX), read cell by cell. A workbook is a zip file, and a zip file of a few kilobytes
//! can hold terabytes: everything in it is unpacked once into nothing, and counted, before it is
//! believed.

use super::cells::{CELL, COLUMNS, Cell};
use super::mapping::Format;
use super::unreadable;
use crate::{Flow, Result};
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of a workbook, unpacked. A sheet of 1,048,576 rows (all that fit) and 20 columns has about
/// 900 MB.
const UNPACKED: u64 = 1024 * 1024 * 1024;
/// Bytes of the texts that all cells share, which are kept in memory.
const SHARED_TEXTS: u64 = 128 * 1024 * 1024;
/// Bytes of the shortest text among them, `<si/>`.
const EMPTY_TEXT: u64 = 5;
const PARTS: usize = 10_000;

/// A sheet of a workbook.
pub(super) struct Sheet {
    path: PathBuf,
    name: String,
}

impl Sheet {
    pub(super) fn open(path: &Path, format: &Format) -> Result<Sheet> {
        let failed = |error: std::io::Error| unreadable(path, 0, error.to_string());
        check_size(
            path,
            File::open(path).map_err(failed)?,
            UNPACKED,
            SHARED_TEXTS,
        )?;
        let workbook = open(path)?;
        let names = workbook.sheet_names();
        let name = match &format.sheet {
            Some(wanted) => names.iter().find(|name| *name == wanted),
            None => names.first(),
        };
        let Some(name) = name else {
            let reason = format!("no such sheet; there are: {}", names.join(", "));
            return Err(unreadable(path, 0, reason));
        };
        Ok(Sheet {
            path: path.to_owned(),
            name: name.clone(),
        })
    }

    pub(super) fn each(&self, visit: &mut dyn FnMut(u64, &[Cell]) -> Result<Flow>) -> Result<()> {
        let mut workbook = open(&self.path)?;
        let broken = |line: u64, error: XlsxError| unreadable(&self.path, line, error.to_string());
        let mut reader = workbook
            .worksheet_cells_reader(&self.name)
            .map_err(|error| broken(0, error))?;
        let mut cells: Vec<Cell> = Vec::new();
        let mut line = 0;
        while let Some(cell) = reader.next_cell().map_err(|error| broken(line, error))? {
            let (row, column) = cell.get_position();
            let row = u64::from(row) + 1;
            if row < line {
                return Err(unreadable(&self.path, row, "rows are not in their order"));
            }
            if row > line {
                if line > 0 && visit(line, &cells)? == Flow::Stop {
                    return Ok(());
                }
                cells.clear();
                line = row;
            }
            let column = usize::try_from(column).unwrap_or(usize::MAX);
            if column >= COLUMNS {
                continue;
            }
            if cells.len() <= column {
                cells.resize(column + 1, Cell::Empty);
            }
            cells[column] = self.cell(line, cell.get_value())?;
        }
        if line > 0 {
            visit(line, &cells)?;
        }
        Ok(())
    }

    fn cell(&self, line: u64, value: &DataRef<'_>) -> Result<Cell> {
        let text = |text: &str| {
            if text.len() > 4 * CELL {
                return Err(unreadable(
                    &self.path,
                    line,
                    format!("a cell over {CELL} characters"),
                ));
            }
            Ok(Cell::Text(text.to_owned()))
        };
        #[allow(
            clippy::cast_precision_loss,
            reason = "a workbook keeps numbers as floats"
        )]
        Ok(match value {
            DataRef::Empty => Cell::Empty,
            DataRef::Int(value) => Cell::Number(*value as f64),
            DataRef::Float(value) => Cell::Number(*value),
            DataRef::Bool(value) => Cell::Text(value.to_string()),
            DataRef::String(value) | DataRef::DateTimeIso(value) | DataRef::DurationIso(value) => {
                text(value)?
            }
            DataRef::SharedString(value) => text(value)?,
            DataRef::DateTime(value) => {
                let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
                chrono::NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
                    .and_then(|day| day.and_hms_opt(hour.into(), minute.into(), second.into()))
                    .map_or(Cell::Number(value.as_f64()), Cell::When)
            }
            DataRef::Error(error) => {
                return Err(unreadable(
                    &self.path,
                    line,
                    format!("a formula failed: {error}"),
                ));
            }
        })
    }
}

fn open(path: &Path) -> Result<Xlsx<BufReader<File>>> {
    calamine::open_workbook(path).map_err(|error: XlsxError| unreadable(path, 0, error.to_string()))
}

/// Unpacks every part into nothing, with a limit, and looks at what the reader would believe.
fn check_size(path: &Path, file: File, unpacked: u64, shared_texts: u64) -> Result<()> {
    let broken = |error: zip::result::ZipError| unreadable(path, 0, error.to_string());
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(broken)?;
    if archive.len() > PARTS {
        return Err(unreadable(path, 0, format!("more than {PARTS} parts")));
    }
    let mut left = unpacked;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let shared = part
            .name()
            .map_err(broken)?
            .to_ascii_lowercase()
            .ends_with("sharedstrings.xml");
        let limit = if shared { left.min(shared_texts) } else { left };
        let mut count = Counter::default();
        std::io::copy(&mut part.take(limit + 1), &mut count)
            .map_err(|error| unreadable(path, 0, error.to_string()))?;
        if count.bytes > limit {
            return Err(unreadable(
                path,
                0,
                format!("larger than {limit} bytes when unpacked"),
            ));
        }
        if shared && count.claimed > count.bytes / EMPTY_TEXT {
            return Err(unreadable(path, 0, "it claims more texts than it holds"));
        }
        left -= count.bytes;
    }
    Ok(())
}

/// Counts bytes, and finds the largest number of shared texts that is claimed anywhere: the reader
/// makes room for so many before it has seen one.
#[derive(Default)]
struct Counter {
    bytes: u64,
    claimed: u64,
    tail: Vec<u8>,
}

impl Counter {
    const CLAIM: &'static [u8] = b"uniqueCount";
    /// A claim with its digits, which may be cut by the end of a piece.
    const LONGEST: usize = 64;

    fn look(&mut self, piece: &[u8]) {
        self.tail.extend_from_slice(piece);
        for at in memchr::memmem::find_iter(&self.tail, Self::CLAIM) {
            let after = self.tail[at + Self::CLAIM.len()..]
                .iter()
                .take(Self::LONGEST);
            let digits: String = after
                .skip_while(|b| !b.is_ascii_digit())
                .take_while(|b| b.is_ascii_digit())
                .map(|b| char::from(*b))
                .collect();
            if !digits.is_empty() {
                // A number that does not fit is larger than anything.
                self.claimed = self.claimed.max(digits.parse().unwrap_or(u64::MAX));
            }
        }
        let keep = self.tail.len().saturating_sub(2 * Self::LONGEST);
        self.tail.drain(..keep);
    }
}

impl Write for Counter {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.look(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bomb(name: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.xlsx");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&vec![b' '; 3_000_000]).unwrap();
        zip.finish().unwrap();
        assert!(
            std::fs::metadata(&path).unwrap().len() < 30_000,
            "it is small"
        );
        (folder, path)
    }

    #[test]
    fn a_small_zip_that_unpacks_to_more_than_the_limit_is_refused() {
        for (name, unpacked, shared) in [
            ("xl/worksheets/sheet1.xml", 2_999_999, 10_000_000),
            ("xl/SharedStrings.xml", 10_000_000, 2_999_999),
        ] {
            let (_folder, path) = bomb(name);
            let open = || File::open(&path).unwrap();
            let refused = check_size(&path, open(), unpacked, shared).unwrap_err();
            assert!(refused.to_string().contains("unpacked"), "{refused}");
            assert!(check_size(&path, open(), 3_000_000, 3_000_000).is_ok());
        }
    }
}
