//! A reader that gives up on a record without an end (a quote that is never closed), before it
//! fills the memory.

use std::cell::Cell;
use std::io::{Error, Read, Result};
use std::rc::Rc;

/// Bytes of one record, and what a reader takes ahead of it.
pub(super) const RECORD: u64 = 1024 * 1024;

/// What the last record has taken so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Budget(Rc<Cell<u64>>);

impl Budget {
    /// A record has ended.
    pub(super) fn renew(&self) {
        self.0.set(0);
    }
}

/// Counts what it reads against the budget.
pub(super) struct Guarded<R> {
    inner: R,
    budget: Budget,
    returns: bool,
}

impl<R: Read> Guarded<R> {
    /// With `returns`, lines end with a carriage return alone, and are read as if with a line feed.
    pub(super) fn new(inner: R, budget: Budget, returns: bool) -> Self {
        Guarded {
            inner,
            budget,
            returns,
        }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let spent = self.budget.0.get();
        if spent > RECORD {
            let reason = format!("a record over {RECORD} bytes: a quote that is not closed?");
            return Err(Error::other(reason));
        }
        let length = self.inner.read(buffer)?;
        self.budget.0.set(spent + length as u64);
        if self.returns {
            let read = buffer.iter_mut().take(length);
            read.filter(|byte| **byte == b'\r')
                .for_each(|byte| *byte = b'\n');
        }
        Ok(length)
    }
}
