//! Scans of many rows: a step in Rust inside SQLite's own loop.
//!
//! A row that SQLite hands to one of its functions costs half of one that is handed out and read
//! column by column (0.4 against 0.8 µs for six integers), and unlike `sum()` the step can be exact
//! beyond 64 bits.

use crate::Error;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::{Connection, Params};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

/// The step: takes the integers of one row in.
pub(crate) type Step<A, const N: usize> = fn(&mut A, [i64; N]) -> Result<(), Error>;

/// Folds `columns` (integers, none of them null) of all rows of `SELECT … {rest}`. No other statement
/// of the connection may be in the middle of its rows.
///
/// # Errors
/// Those of `step`, and those of the database.
pub(crate) fn fold<A, const N: usize>(
    db: &Connection,
    columns: [&str; N],
    rest: &str,
    parameters: impl Params,
    start: A,
    step: Step<A, N>,
) -> Result<A, Error>
where
    A: Send + UnwindSafe + RefUnwindSafe + 'static,
{
    let slot = Arc::new(Mutex::new(Some(Ok(start))));
    let count = i32::try_from(N).unwrap_or(-1);
    let folder = Folder {
        slot: Arc::clone(&slot),
        step,
    };
    db.create_aggregate_function("fold_rows", count, FunctionFlags::SQLITE_UTF8, folder)?;
    let select = format!("SELECT fold_rows({}) {rest}", columns.join(", "));
    let ran = db.query_row(&select, parameters, |_| Ok(()));
    let folded = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (ran, folded) {
        (Ok(()), Some(Ok(folded))) => Ok(folded),
        (_, Some(Err(error))) => Err(error),
        (Err(error), _) => Err(error.into()),
        (Ok(()), None) => Err(Error::Damaged("a scan gave nothing".to_owned())),
    }
}

/// What is folded: in the slot before the first row and after the last one, and in SQLite's hands
/// in between.
struct Folder<A, const N: usize> {
    slot: Arc<Mutex<Option<Result<A, Error>>>>,
    step: Step<A, N>,
}

impl<A, const N: usize> Folder<A, N> {
    fn put(&self, folded: Result<A, Error>) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(folded);
    }
}

impl<A, const N: usize> Aggregate<A, i64> for Folder<A, N>
where
    A: Send + UnwindSafe + RefUnwindSafe,
{
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<A> {
        let start = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match start {
            Some(Ok(start)) => Ok(start),
            Some(Err(_)) | None => Err(stopped()),
        }
    }

    fn step(&self, row: &mut Context<'_>, folded: &mut A) -> rusqlite::Result<()> {
        let mut values = [0; N];
        for (at, value) in values.iter_mut().enumerate() {
            *value = row.get_raw(at).as_i64()?;
        }
        (self.step)(folded, values).map_err(|error| {
            self.put(Err(error));
            stopped()
        })
    }

    fn finalize(&self, _: &mut Context<'_>, folded: Option<A>) -> rusqlite::Result<i64> {
        // Also called after a step failed, whose error must stay.
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(folded), None) = (folded, slot.as_ref()) {
            *slot = Some(Ok(folded));
        }
        Ok(0)
    }
}

fn stopped() -> rusqlite::Error {
    rusqlite::Error::UserFunctionError("the scan stopped".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(
            "CREATE TABLE n (a INTEGER, b INTEGER); INSERT INTO n VALUES (1, 10), (2, 20)",
        )
        .unwrap();
        db
    }

    #[test]
    fn every_row_is_folded_into_the_start() {
        let add: Step<i128, 2> = |sum, [a, b]| {
            *sum += i128::from(a * b);
            Ok(())
        };
        let db = numbers();
        assert_eq!(
            fold(&db, ["a", "b"], "FROM n", [], 1000, add).unwrap(),
            1050
        );
        assert_eq!(
            fold(&db, ["a", "b"], "FROM n WHERE a > ?1", [1], 0, add).unwrap(),
            40
        );
        assert_eq!(
            fold(&db, ["a", "b"], "FROM n WHERE a > 9", [], 7, add).unwrap(),
            7
        );
    }

    #[test]
    fn the_error_of_a_step_and_that_of_a_statement_come_through() {
        let refuse: Step<i64, 1> = |_, [a]| {
            if a == 2 {
                Err(Error::KeyTooLarge { key: a })
            } else {
                Ok(())
            }
        };
        let db = numbers();
        let refused = fold(&db, ["a"], "FROM n", [], 0, refuse).unwrap_err();
        assert!(
            matches!(refused, Error::KeyTooLarge { key: 2 }),
            "{refused}"
        );
        let refused = fold(&db, ["a"], "FROM nowhere", [], 0, refuse).unwrap_err();
        assert!(matches!(refused, Error::Store(_)), "{refused}");
        assert!(fold(&db, ["NULL"], "FROM n", [], 0, refuse).is_err());
    }
}
