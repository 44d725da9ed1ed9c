//! Streaming: the driver reads on a thread of its own, so that the server never waits for whoever
//! takes the rows, and no lock is held longer than the reading takes.

use super::decode::{Place, take_row};
use super::sql::{self, Of, Read};
use super::wire::{Stopped, Wire};
use super::{SqlServer, batches};
use crate::handover::{self, Filler};
use crate::scan::marks;
use crate::{Chunk, Error, Flow, Result, Scan};

/// See [`crate::SourceDb::stream`].
pub(super) fn stream(
    database: &mut SqlServer,
    scan: &Scan,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<u64> {
    database.check_marks(&scan.table, marks(&scan.filter))?;
    let catalog = database.catalog()?;
    let (live, real) = catalog.table(&scan.table)?;
    let mut rows = 0;
    for filter in batches(&scan.filter)? {
        let invalid = database.options.invalid_text;
        let read = sql::read(Of { live, real }, scan, &filter, invalid)?;
        let (taken, flow) = pump(database, scan, &read, sink)?;
        rows += taken;
        if flow == Flow::Stop {
            break;
        }
    }
    database.check_marks_after(&scan.table, marks(&scan.filter))?;
    Ok(rows)
}

/// Runs one statement: reads and decodes on one thread, hands chunks to the sink on this one.
pub(super) fn pump(
    database: &mut SqlServer,
    scan: &Scan,
    read: &Read,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<(u64, Flow)> {
    let place = Place {
        table: &scan.table,
        columns: &scan.columns,
    };
    let chunk_rows = scan.chunk_rows.max(1);
    let mut replaced = 0;
    let mut ended = None;
    let done = database.logged(&read.text, |wire| {
        let closer = wire.closer();
        let (exchanged, finished) = std::thread::scope(|scope| {
            let (filler, taker) = handover::ends(place.columns);
            let mut reader = Reader {
                read,
                place,
                chunk_rows,
                filler,
                replaced: 0,
            };
            let reading = scope.spawn(move || {
                let read = reader.run(wire);
                (read, reader.replaced)
            });
            (taker.take_all(|| closer.close(), sink), reading.join())
        });
        let (read, counted) =
            finished.map_err(|_| Error::Internal("the reader of rows panicked".to_owned()))?;
        replaced = counted;
        let (rows, flow) = exchanged?;
        if flow == Flow::Continue {
            read?;
        }
        ended = Some((rows, flow));
        Ok(rows)
    });
    database.replaced += replaced;
    done?;
    ended.ok_or_else(|| Error::Internal("a stream without an end".to_owned()))
}

/// The side that reads and decodes.
struct Reader<'a> {
    read: &'a Read,
    place: Place<'a>,
    chunk_rows: usize,
    filler: Filler<'a>,
    replaced: u64,
}

impl Reader<'_> {
    fn run(&mut self, wire: &mut Wire) -> Result<()> {
        let mut failed = None;
        let (read, place) = (self.read, self.place);
        wire.ask(&read.text, &read.values, place.table, &mut |row| {
            let values = row.into_iter();
            let taken = take_row(
                values,
                &read.pulls,
                place,
                &mut self.filler.chunk,
                &mut self.replaced,
            );
            if let Err(error) = taken {
                failed = Some(error);
                return Err(Stopped);
            }
            if self.filler.chunk.rows >= self.chunk_rows {
                self.filler.hand_over().map_err(|_| Stopped)?;
            }
            Ok(())
        })?;
        if let Some(failed) = failed {
            return Err(failed);
        }
        self.filler.finish();
        Ok(())
    }
}
