//! Streaming: the driver reads on a thread of its own, so that the server never waits for whoever
//! takes the rows, and a cursor is open no longer than the reading takes.

use super::decode::{Place, Taken, take_row};
use super::sql::{self, Decimals, Read, Ways};
use super::wire::{Stopped, Wire};
use super::{Firebird, batches};
use crate::handover::{self, Filler};
use crate::scan::marks;
use crate::{Chunk, Condition, Error, Flow, Kind, LiveKind, LiveTable, Result, Scan, exact};

/// When more of the rows than one in so many have to be read again, the table is read as text.
const WRITTEN_FROM: u64 = 20;
/// Keys of withheld rows that are remembered; with more the condition of the scan is used again.
const KEYS: usize = 100_000;

/// See [`crate::SourceDb::stream`].
pub(super) fn stream(
    database: &mut Firebird,
    scan: &Scan,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<u64> {
    let ways = database.ways()?;
    let table = database.table(&scan.table)?;
    database.check_marks(marks(&scan.filter))?;
    let mut rows = 0;
    for filter in batches(&scan.filter)? {
        let (taken, flow) = stream_batch(database, ways, &table, scan, &filter, sink)?;
        rows += taken;
        if flow == Flow::Stop {
            break;
        }
    }
    Ok(rows)
}

fn stream_batch(
    database: &mut Firebird,
    ways: Ways,
    table: &LiveTable,
    scan: &Scan,
    filter: &[Condition],
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<(u64, Flow)> {
    if database.written.contains(&table.name) {
        let read = sql::read(ways, table, scan, filter, Decimals::Written, None)?;
        let pumped = pump(database, scan, &read, None, sink)?;
        return Ok((pumped.rows, pumped.flow));
    }
    let read = sql::read(ways, table, scan, filter, Decimals::Nearest, None)?;
    let key = key_position(table, scan);
    let first = pump(database, scan, &read, key, sink)?;
    if first.withheld == 0 || first.flow == Flow::Stop {
        return Ok((first.rows, first.flow));
    }
    if first.withheld > (first.rows + first.withheld) / WRITTEN_FROM {
        database.written.insert(table.name.clone());
    }
    let again = read_again(ways, table, scan, filter, key, first.keys)?;
    let mut rows = first.rows;
    for read in again {
        let second = pump(database, scan, &read, None, sink)?;
        rows += second.rows;
        if second.flow == Flow::Stop {
            return Ok((rows, Flow::Stop));
        }
    }
    Ok((rows, Flow::Continue))
}

/// Where the scan has the table's key, if that is one whole-number column.
fn key_position(table: &LiveTable, scan: &Scan) -> Option<usize> {
    let [key] = table.primary_key.as_slice() else {
        return None;
    };
    let position = scan.columns.iter().position(|column| column.name == *key)?;
    (scan.columns[position].kind == Kind::Int).then_some(position)
}

/// The statements that read the withheld rows with their decimals as text: by their keys when those
/// are known (a row that was changed meanwhile is then not lost), else by their size.
fn read_again(
    ways: Ways,
    table: &LiveTable,
    scan: &Scan,
    filter: &[Condition],
    key: Option<usize>,
    keys: Option<Vec<i64>>,
) -> Result<Vec<Read>> {
    if let (Some(position), Some(keys)) = (key, keys) {
        let column = scan.columns[position].name.clone();
        let by_key = Condition::KeyIn { column, keys };
        return batches(&[by_key])?
            .iter()
            .map(|filter| sql::read(ways, table, scan, filter, Decimals::Written, None))
            .collect();
    }
    let large: Vec<String> = scan
        .columns
        .iter()
        .filter_map(|wanted| match table.column(&wanted.name)?.kind {
            LiveKind::Decimal { scale } => {
                let limit = (1_i64 << 50) / exact::power(scale);
                let name = ways.name(&wanted.name);
                Some(format!("{name}>={limit} OR {name}<=-{limit}"))
            }
            LiveKind::Int
            | LiveKind::Wide
            | LiveKind::Float
            | LiveKind::Char
            | LiveKind::Varchar
            | LiveKind::Date
            | LiveKind::Time
            | LiveKind::Timestamp
            | LiveKind::Zoned
            | LiveKind::Bool
            | LiveKind::Blob
            | LiveKind::Other => None,
        })
        .collect();
    let also = format!("({})", large.join(" OR "));
    Ok(vec![sql::read(
        ways,
        table,
        scan,
        filter,
        Decimals::Written,
        Some(&also),
    )?])
}

pub(super) struct Pumped {
    pub rows: u64,
    withheld: u64,
    /// Keys of the withheld rows; `None` when they are not known or too many.
    keys: Option<Vec<i64>>,
    pub flow: Flow,
}

/// Runs one statement: reads and decodes on one thread, hands chunks to the sink on this one.
pub(super) fn pump(
    database: &mut Firebird,
    scan: &Scan,
    read: &Read,
    key: Option<usize>,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<Pumped> {
    let invalid_text = database.options.invalid_text;
    let place = Place {
        table: &scan.table,
        columns: &scan.columns,
        invalid_text,
    };
    let chunk_rows = scan.chunk_rows.max(1);
    let mut outcome = None;
    let mut replaced = 0;
    let done = database.logged(&read.text, |wire| {
        let closer = wire.closer();
        let (exchanged, finished) = std::thread::scope(|scope| {
            let (filler, taker) = handover::ends(place.columns);
            let mut reader = Reader::new(read, place, key, chunk_rows, filler);
            let reading = scope.spawn(move || {
                let read = reader.run(wire, read);
                reader.finish(read)
            });
            (taker.take_all(|| closer.close(), sink), reading.join())
        });
        let finished =
            finished.map_err(|_| Error::Internal("the reader of rows panicked".to_owned()))?;
        replaced = finished.replaced;
        let (rows, flow) = exchanged?;
        if flow == Flow::Continue {
            finished.read?;
        }
        outcome = Some(Pumped {
            rows,
            withheld: finished.withheld,
            keys: finished.keys,
            flow,
        });
        Ok(rows)
    });
    database.replaced += replaced;
    done?;
    outcome.ok_or_else(|| Error::Internal("a stream without an end".to_owned()))
}

/// The side that reads and decodes.
struct Reader<'a> {
    pulls: &'a [super::decode::Pull],
    place: Place<'a>,
    key: Option<usize>,
    chunk_rows: usize,
    filler: Filler<'a>,
    withheld: u64,
    keys: Option<Vec<i64>>,
    replaced: u64,
}

struct Finished {
    read: Result<()>,
    withheld: u64,
    keys: Option<Vec<i64>>,
    replaced: u64,
}

impl<'a> Reader<'a> {
    fn new(
        read: &'a Read,
        place: Place<'a>,
        key: Option<usize>,
        chunk_rows: usize,
        filler: Filler<'a>,
    ) -> Self {
        Reader {
            pulls: &read.pulls,
            place,
            key,
            chunk_rows,
            filler,
            withheld: 0,
            keys: key.map(|_| Vec::new()),
            replaced: 0,
        }
    }

    fn run(&mut self, wire: &mut Wire, read: &Read) -> Result<()> {
        let closer = wire.closer();
        let mut failed = None;
        wire.rows_of(&read.text, &read.values, self.place.table, &mut |row| {
            match take_row(
                row,
                self.pulls,
                self.place,
                &mut self.filler.chunk,
                &mut self.replaced,
            ) {
                Ok(Taken::Whole) => {}
                Ok(Taken::Withheld) => self.withhold(row),
                Err(error) => {
                    failed = Some(error);
                    return Err(Stopped);
                }
            }
            if self.filler.chunk.rows >= self.chunk_rows {
                // Waiting for the sink is not waiting for the server.
                closer.expect(false);
                self.filler.hand_over().map_err(|_| Stopped)?;
                closer.expect(true);
            }
            Ok(())
        })?;
        if let Some(failed) = failed {
            return Err(failed);
        }
        self.filler.finish();
        Ok(())
    }

    fn withhold(&mut self, row: &[rsfbclient::RawValue]) {
        self.withheld += 1;
        let key = match self.key.and_then(|position| row.get(position)) {
            Some(rsfbclient::RawValue::Integer(key)) => Some(*key),
            Some(_) | None => None,
        };
        let room = self.keys.as_ref().is_some_and(|keys| keys.len() < KEYS);
        match (key, &mut self.keys) {
            (Some(key), Some(keys)) if room => keys.push(key),
            (_, keys) => *keys = None,
        }
    }

    /// Dropping the sender ends the loop of whoever takes the chunks.
    fn finish(self, read: Result<()>) -> Finished {
        Finished {
            read,
            withheld: self.withheld,
            keys: self.keys,
            replaced: self.replaced,
        }
    }
}
