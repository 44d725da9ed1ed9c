//! Room kept aside, so that on a full disk there is still some for writing down that it is full:
//! without it a job whose disk filled up could not even be settled, and nobody would be told.

use crate::files;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Written in pieces of so many bytes. Not zeros: some file systems take no room for those.
const PIECE: [u8; 4096] = [0x5A; 4096];

/// A file of no content that is given up for what must be written although the disk is full. Not for
/// any write: whatever is filling the disk would only fill that room too.
#[derive(Debug)]
pub(crate) struct Ballast {
    path: PathBuf,
    bytes: u64,
}

impl Ballast {
    /// Keeps so many bytes aside beside `database`; none when `bytes` is 0. That it can't is no error.
    pub(crate) fn beside(database: &Path, bytes: u64) -> Ballast {
        let ballast = Ballast {
            path: files::beside(database, "-reserve"),
            bytes,
        };
        ballast.lay();
        ballast
    }

    /// Gives the room up. Whether there was any.
    pub(crate) fn give_up(&self) -> bool {
        let given = self.bytes > 0 && fs::remove_file(&self.path).is_ok();
        if given {
            tracing::warn!(path = %self.path.display(), "the disk is full: the room kept aside is given up");
        }
        given
    }

    /// Keeps the room aside, unless it is. That it can't is no error.
    pub(crate) fn lay(&self) {
        if self.bytes == 0 || fs::metadata(&self.path).is_ok_and(|data| data.len() >= self.bytes) {
            return;
        }
        if self.write().is_err() {
            // Half of it helps no one, and takes room from what is.
            drop(fs::remove_file(&self.path));
        }
    }

    fn write(&self) -> std::io::Result<()> {
        let mut file = fs::File::create(&self.path)?;
        let mut left = self.bytes;
        while left > 0 {
            let piece = left.min(PIECE.len() as u64);
            file.write_all(&PIECE[..usize::try_from(piece).unwrap_or(PIECE.len())])?;
            left -= piece;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_kept_given_up_and_kept_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("puente.db");
        let room = || fs::metadata(folder.path().join("puente.db-reserve")).map(|data| data.len());
        let ballast = Ballast::beside(&database, 10_000);
        assert_eq!(room().unwrap(), 10_000);
        assert!(ballast.give_up() && !ballast.give_up());
        assert!(room().is_err());
        ballast.lay();
        assert_eq!(room().unwrap(), 10_000);
    }

    #[test]
    fn none_is_kept_where_none_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        Ballast::beside(&folder.path().join("warehouse.db"), 0).lay();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
