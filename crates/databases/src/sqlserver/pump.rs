//! Streaming: the driver reads on a thread of its own, so that the server never waits for whoever
//! takes the rows, and no lock is held longer than the reading takes.

use super::decode::{Place, fresh, take_row};
use super::sql::{self, Of, Read};
use super::tunnel::Shared;
use super::wire::{Stopped, Wire};
use super::{SqlServer, batches, marks};
use crate::{Chunk, Error, Flow, Result, Scan};
use std::sync::mpsc;

/// Chunks that wait to be taken. With the usual 4,096 rows this is more than a page of 50,000.
const WAITING: usize = 16;

/// See [`crate::SourceDb::stream`].
pub(super) fn stream(
    database: &mut SqlServer,
    scan: &Scan,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<u64> {
    database.check_marks(marks(&scan.filter))?;
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
            let (full, to_take) = mpsc::sync_channel(WAITING);
            let (taken, empty) = mpsc::channel();
            let mut reader = Reader {
                read,
                place,
                chunk_rows,
                full,
                empty,
                chunk: fresh(place.columns),
                replaced: 0,
            };
            let reading = scope.spawn(move || {
                let read = reader.run(wire);
                (read, reader.replaced)
            });
            (exchange(to_take, &taken, &closer, sink), reading.join())
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

/// Hands over what was read, gives the buffers back, and says how many rows were taken.
fn exchange(
    to_take: mpsc::Receiver<Chunk>,
    taken: &mpsc::Sender<Chunk>,
    closer: &Shared,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<(u64, Flow)> {
    let mut rows = 0;
    for chunk in to_take {
        rows += chunk.rows as u64;
        let told = sink(&chunk);
        if !matches!(told, Ok(Flow::Continue)) {
            // The reader may be waiting for the server, and is not to.
            closer.close();
            return Ok((rows, told?));
        }
        // The reader may have ended, and then needs no more buffers.
        let _ = taken.send(chunk);
    }
    Ok((rows, Flow::Continue))
}

/// The side that reads and decodes.
struct Reader<'a> {
    read: &'a Read,
    place: Place<'a>,
    chunk_rows: usize,
    full: mpsc::SyncSender<Chunk>,
    empty: mpsc::Receiver<Chunk>,
    chunk: Chunk,
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
                &mut self.chunk,
                &mut self.replaced,
            );
            if let Err(error) = taken {
                failed = Some(error);
                return Err(Stopped);
            }
            if self.chunk.rows >= self.chunk_rows {
                self.hand_over()?;
            }
            Ok(())
        })?;
        if let Some(failed) = failed {
            return Err(failed);
        }
        if self.chunk.rows > 0 {
            // The sink may have had enough.
            let _ = self.hand_over();
        }
        Ok(())
    }

    fn hand_over(&mut self) -> std::result::Result<(), Stopped> {
        let mut next = self
            .empty
            .try_recv()
            .unwrap_or_else(|_| fresh(self.place.columns));
        next.clear();
        self.full
            .send(std::mem::replace(&mut self.chunk, next))
            .map_err(|_| Stopped)
    }
}
