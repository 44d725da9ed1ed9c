//! Text files with a record a line: CSV with any of the usual delimiters.

use super::cells::{CELL, COLUMNS, Cell};
use super::guard::{Budget, Guarded};
use super::mapping::Format;
use super::unreadable;
use crate::charset::Charset;
use crate::{Error, Flow, Result};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

const DELIMITERS: [u8; 4] = *b";,\t|";
const BOM: &[u8] = b"\xEF\xBB\xBF";
/// What is looked at to find the delimiter.
const HEAD: usize = 64 * 1024;

/// A text file and how it is written.
pub(super) struct Text {
    path: PathBuf,
    charset: Charset,
    delimiter: u8,
    /// Lines end with a carriage return alone.
    returns: bool,
    skip: u64,
    /// Bytes after the mark at the beginning, when the last of them ends no line.
    open_end: Option<u64>,
}

impl Text {
    pub(super) fn open(path: &Path, format: &Format) -> Result<Text> {
        let failed = |error: std::io::Error| unreadable(path, 0, error.to_string());
        let sniffed = sniff(File::open(path).map_err(failed)?).map_err(failed)?;
        if sniffed.head.starts_with(b"\xFF\xFE") || sniffed.head.starts_with(b"\xFE\xFF") {
            return Err(unreadable(path, 0, "UTF-16; save it as CSV in UTF-8"));
        }
        if sniffed.has_zero {
            return Err(unreadable(path, 0, "not a text file"));
        }
        let skip = if sniffed.head.starts_with(BOM) {
            BOM.len()
        } else {
            0
        };
        let charset = match &format.charset {
            Some(name) => Charset::parse(name)
                .ok_or_else(|| unreadable(path, 0, format!("charset {name:?} is not known")))?,
            None if sniffed.is_utf8 => Charset::Utf8,
            None => Charset::parse("WIN1252").unwrap_or(Charset::Latin1),
        };
        let delimiter = format
            .delimiter
            .and_then(|c| u8::try_from(u32::from(c)).ok())
            .unwrap_or_else(|| delimiter(&sniffed.head[skip..]));
        let returns = sniffed.has_return && !sniffed.has_feed;
        let ends_line = sniffed.last == Some(if returns { b'\r' } else { b'\n' });
        Ok(Text {
            path: path.to_owned(),
            charset,
            delimiter,
            returns,
            skip: skip as u64,
            open_end: (!ends_line).then_some(sniffed.length - skip as u64),
        })
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) fn each(&self, visit: &mut dyn FnMut(u64, &[Cell]) -> Result<Flow>) -> Result<()> {
        let failed = |error: std::io::Error| unreadable(&self.path, 0, error.to_string());
        let mut file = File::open(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(self.skip)).map_err(failed)?;
        let budget = Budget::default();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Guarded::new(file, budget.clone(), self.returns));
        let mut record = csv::ByteRecord::new();
        let mut cells = Vec::new();
        loop {
            budget.renew();
            let line = reader.position().line();
            let more = reader
                .read_byte_record(&mut record)
                .map_err(|error| unreadable(&self.path, line, error.to_string()))?;
            if !more {
                return Ok(());
            }
            let line = self.line(&record, reader.position());
            self.decode(line, &record, &mut cells)?;
            if visit(line, &cells)? == Flow::Stop {
                return Ok(());
            }
        }
    }

    /// The line that a record begins on, from where it ends. (The reader's own answer is where it began
    /// to look for the record, before the blank lines above it.)
    fn line(&self, record: &csv::ByteRecord, end: &csv::Position) -> u64 {
        let feeds = record.as_slice().iter().filter(|byte| **byte == b'\n');
        let own_end = u64::from(self.open_end != Some(end.byte()));
        end.line().saturating_sub(feeds.count() as u64 + own_end)
    }

    fn decode(&self, line: u64, record: &csv::ByteRecord, cells: &mut Vec<Cell>) -> Result<()> {
        let mut at = 0;
        let last = record.len().saturating_sub(1);
        for (index, field) in record.iter().enumerate().take(COLUMNS) {
            // The other half of a line's end.
            let field = match field {
                [text @ .., b'\r'] if index == last => text,
                whole => whole,
            };
            if field.len() > CELL {
                let reason = format!("a field over {CELL} bytes: a quote that is not closed?");
                return Err(unreadable(&self.path, line, reason));
            }
            // The buffers of the row before are used again.
            if cells.len() == at {
                cells.push(Cell::Text(String::new()));
            }
            if let Cell::Text(text) = &mut cells[at] {
                text.clear();
                self.charset
                    .decode(field, text)
                    .map_err(|_| Error::FileUnreadable {
                        path: self.path.display().to_string(),
                        line,
                        reason: format!("bytes that {} doesn't have", self.charset.name()),
                    })?;
            }
            at += 1;
        }
        cells.truncate(at);
        Ok(())
    }
}

struct Sniffed {
    head: Vec<u8>,
    is_utf8: bool,
    has_zero: bool,
    has_feed: bool,
    has_return: bool,
    length: u64,
    last: Option<u8>,
}

/// Reads the whole file once: a single byte decides between charsets.
fn sniff(file: File) -> std::io::Result<Sniffed> {
    let mut reader = BufReader::with_capacity(HEAD, file);
    let mut sniffed = Sniffed {
        head: Vec::new(),
        is_utf8: true,
        has_zero: false,
        has_feed: false,
        has_return: false,
        length: 0,
        last: None,
    };
    let mut buffer = vec![0; HEAD];
    // Bytes of a character that the next piece ends.
    let mut kept = 0;
    loop {
        let length = reader.read(&mut buffer[kept..])?;
        let piece = &buffer[..kept + length];
        if sniffed.head.is_empty() {
            sniffed.head = piece.to_vec();
        }
        if length == 0 {
            sniffed.is_utf8 &= kept == 0;
            return Ok(sniffed);
        }
        sniffed.length += length as u64;
        sniffed.last = piece.last().copied();
        sniffed.has_zero |= piece.contains(&0);
        sniffed.has_feed |= piece.contains(&b'\n');
        sniffed.has_return |= piece.contains(&b'\r');
        let rest = match std::str::from_utf8(piece) {
            Ok(_) => piece.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                sniffed.is_utf8 = false;
                piece.len()
            }
        };
        kept = piece.len() - rest;
        buffer.copy_within(rest..rest + kept, 0);
    }
}

/// The delimiter that the first lines have most often outside quotes.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    let mut lines = 0;
    for &byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += 1;
                if lines == 20 {
                    break;
                }
            }
            _ if quoted => {}
            _ => {
                if let Some(at) = DELIMITERS.iter().position(|d| *d == byte) {
                    counts[at] += 1;
                }
            }
        }
    }
    // In favour of the first of the list when even: a semicolon is never part of a number.
    let most = counts.iter().copied().max().unwrap_or(0);
    let at = counts.iter().position(|count| *count == most).unwrap_or(0);
    DELIMITERS[at]
}
