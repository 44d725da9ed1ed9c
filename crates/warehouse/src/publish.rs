//! The life of a load: begun, published, retired.

use crate::load_table;
use crate::pending::settle;
use crate::warehouse::Warehouse;
use crate::{Coverage, Error, Load, LoadId, LoadState};
use serde_json::Value;

impl Warehouse {
    /// Begins a generation of `company`. One that was begun before and not published is retired.
    ///
    /// # Errors
    /// Those of the database.
    pub fn begin(&self, company: i64, coverage: Option<Coverage>) -> Result<LoadId, Error> {
        let now = self.clock().now();
        self.db().write(move |tx| {
            load_table::retire_of(tx, company, LoadState::Building)?;
            load_table::insert(tx, company, coverage, now)
        })
    }

    /// The load of `company` that was begun and not published.
    ///
    /// # Errors
    /// Those of the database.
    pub fn resumable(&self, company: i64) -> Result<Option<Load>, Error> {
        self.of_company(company, LoadState::Building)
    }

    /// The load of `company` that everybody sees.
    ///
    /// # Errors
    /// Those of the database.
    pub fn current(&self, company: i64) -> Result<Option<Load>, Error> {
        self.of_company(company, LoadState::Current)
    }

    /// A load by its name.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn load(&self, load: LoadId) -> Result<Load, Error> {
        Ok(self.db().read(|db| load_table::get(db, load))?.load)
    }

    /// All loads whose rows are there, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn loads(&self) -> Result<Vec<Load>, Error> {
        let rows = self.db().read(load_table::all)?;
        Ok(rows.into_iter().map(|row| row.load).collect())
    }

    /// Does beforehand what [`Warehouse::publish`] and the close of the file would otherwise be waited
    /// for: writes what the roll-up by article lacks, and copies the log into the file.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn prepare(&self, load: LoadId) -> Result<(), Error> {
        settle(self.db(), self.gathered(), load)?;
        self.db().checkpoint();
        Ok(())
    }

    /// Makes a building load the current one of its company and retires the one before. Readers see
    /// the one or the other, whole.
    ///
    /// # Errors
    /// [`Error::NoLoad`] and [`Error::WrongState`].
    pub fn publish(&self, load: LoadId, mark: Value) -> Result<Load, Error> {
        settle(self.db(), self.gathered(), load)?;
        let now = self.clock().now();
        self.db().write(move |tx| {
            let row = load_table::get_in(tx, load, &[LoadState::Building])?;
            if row.rolled != row.last {
                return Err(Error::StillFilled(load));
            }
            load_table::publish(tx, &row, &mark, now)?;
            Ok(load_table::get(tx, load)?.load)
        })
    }

    /// Retires a load that is not wanted any more.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn discard(&self, load: LoadId) -> Result<(), Error> {
        self.gathered().take(load);
        self.db().write(move |tx| {
            load_table::get(tx, load)?;
            load_table::retire(tx, load)
        })
    }

    /// Retires all loads of a company.
    ///
    /// # Errors
    /// Those of the database.
    pub fn forget(&self, company: i64) -> Result<(), Error> {
        self.db().write(move |tx| {
            load_table::retire_of(tx, company, LoadState::Building)?;
            load_table::retire_of(tx, company, LoadState::Current)
        })
    }

    fn of_company(&self, company: i64, state: LoadState) -> Result<Option<Load>, Error> {
        let row = self
            .db()
            .read(|db| load_table::of_company(db, company, state))?;
        Ok(row.map(|row| row.load))
    }
}
