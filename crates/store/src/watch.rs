//! Which database file this thread is working on, so that an error made deep inside a closure names
//! its file; and the last error of SQLite, which the closure's own error type may hide.

use crate::Error;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

thread_local! {
    static FILE: RefCell<Option<Arc<Path>>> = const { RefCell::new(None) };
    static LAST: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// While it lives, errors made on this thread are about one file.
pub(crate) struct Watch {
    file_before: Option<Arc<Path>>,
    last_before: Option<Error>,
}

impl Watch {
    pub(crate) fn over(file: &Arc<Path>) -> Watch {
        Watch {
            file_before: FILE.replace(Some(Arc::clone(file))),
            last_before: LAST.replace(None),
        }
    }

    /// What SQLite last complained of since this watch began or was asked to forget. Damage is not
    /// covered up by what comes after it.
    pub(crate) fn last(&self) -> Option<Error> {
        LAST.with_borrow(Clone::clone)
    }

    /// Forgets what is not damage.
    pub(crate) fn forget(&self) {
        LAST.with_borrow_mut(|last| *last = last.take().filter(Error::is_corrupt));
    }

    /// Whether SQLite found the file damaged.
    pub(crate) fn saw_damage(&self) -> bool {
        LAST.with_borrow(|last| last.as_ref().is_some_and(Error::is_corrupt))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        FILE.set(self.file_before.take());
        LAST.set(self.last_before.take());
    }
}

pub(crate) fn file() -> Option<PathBuf> {
    FILE.with_borrow(|file| file.as_ref().map(|file| file.to_path_buf()))
}

pub(crate) fn note(error: &Error) {
    LAST.with_borrow_mut(|last| {
        if !last.as_ref().is_some_and(Error::is_corrupt) {
            *last = Some(error.clone());
        }
    });
}
