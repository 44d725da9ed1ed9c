//! How chunks go from the thread that reads to the one that takes them, and the buffers back.

use crate::{Chunk, Flow, Result, ScanColumn};
use std::sync::mpsc;

/// Chunks that wait to be taken. With the usual 4,096 rows this is more than a page of 50,000.
const WAITING: usize = 16;

/// Whoever took the chunks has had enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Enough;

/// The side that reads: the chunk it fills, and the way to whoever takes it. Dropping it ends
/// [`Taker::take_all`].
#[derive(Debug)]
pub(crate) struct Filler<'a> {
    columns: &'a [ScanColumn],
    full: mpsc::SyncSender<Chunk>,
    empty: mpsc::Receiver<Chunk>,
    /// The chunk that is being filled.
    pub chunk: Chunk,
}

/// The side that takes.
#[derive(Debug)]
pub(crate) struct Taker {
    full: mpsc::Receiver<Chunk>,
    empty: mpsc::Sender<Chunk>,
}

/// Both ends of a way for chunks of these columns.
pub(crate) fn ends(columns: &[ScanColumn]) -> (Filler<'_>, Taker) {
    let (full, to_take) = mpsc::sync_channel(WAITING);
    let (taken, empty) = mpsc::channel();
    let filler = Filler {
        columns,
        full,
        empty,
        chunk: fresh(columns),
    };
    let taker = Taker {
        full: to_take,
        empty: taken,
    };
    (filler, taker)
}

fn fresh(columns: &[ScanColumn]) -> Chunk {
    Chunk::of(columns.iter().map(|column| column.kind))
}

impl Filler<'_> {
    /// Sends the chunk off, and goes on with an empty one. Waits while too many are on their way.
    ///
    /// # Errors
    /// [`Enough`] when nobody takes them any more.
    pub(crate) fn hand_over(&mut self) -> std::result::Result<(), Enough> {
        let mut next = self
            .empty
            .try_recv()
            .unwrap_or_else(|_| fresh(self.columns));
        next.clear();
        self.full
            .send(std::mem::replace(&mut self.chunk, next))
            .map_err(|_| Enough)
    }

    /// Sends off what is left of the rows.
    pub(crate) fn finish(&mut self) {
        if self.chunk.rows > 0 {
            // The sink may have had enough.
            let _ = self.hand_over();
        }
    }
}

impl Taker {
    /// Gives every chunk to the sink, until it or they end, and says how many rows were taken. When
    /// the sink ends first, `close` frees a reader that waits for its server.
    pub(crate) fn take_all(
        self,
        close: impl FnOnce(),
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<(u64, Flow)> {
        let mut rows = 0;
        for chunk in self.full {
            rows += chunk.rows as u64;
            let told = sink(&chunk);
            if !matches!(told, Ok(Flow::Continue)) {
                close();
                return Ok((rows, told?));
            }
            // The reader may have ended, and then needs no more buffers.
            let _ = self.empty.send(chunk);
        }
        Ok((rows, Flow::Continue))
    }
}
