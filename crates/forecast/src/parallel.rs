//! The same work for many items on a few threads.

use puente_core::{Cancel, Cancelled};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Items that a thread takes at a time.
const CHUNK: usize = 64;

/// What `work` gives for each number below `count`, in order.
///
/// # Errors
/// [`Cancelled`], asked for between chunks of 64 items.
pub(crate) fn map<T: Send>(
    count: usize,
    threads: usize,
    cancel: &Cancel,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, Cancelled> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Vec<T>)>> = Mutex::new(Vec::new());
    let run = || {
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            if start >= count || cancel.is_cancelled() {
                return;
            }
            let part: Vec<T> = (start..count.min(start + CHUNK)).map(&work).collect();
            done.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((start, part));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.max(1).min(count.div_ceil(CHUNK).max(1)) {
            scope.spawn(run);
        }
        run();
    });
    cancel.check()?;
    let mut parts = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    parts.sort_unstable_by_key(|(start, _)| *start);
    Ok(parts.into_iter().flat_map(|(_, part)| part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_cancel_ends_it() {
        let squares = map(1_000, 3, &Cancel::new(), |at| at * at).unwrap();
        assert!(
            squares
                .iter()
                .enumerate()
                .all(|(at, square)| at * at == *square)
        );
        let cancel = Cancel::new();
        cancel.cancel();
        assert!(map(10, 2, &cancel, |at| at).is_err());
        assert!(map(0, 2, &Cancel::new(), |at| at).unwrap().is_empty());
    }
}
