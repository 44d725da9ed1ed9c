//! Where things that are slow to make are kept between runs.

use std::path::{Path, PathBuf};

/// `puente` in the user's cache folder, or in the temporary folder when the user has no home.
pub(crate) fn folder() -> PathBuf {
    directories::ProjectDirs::from("", "", "puente").map_or_else(
        || std::env::temp_dir().join("puente-cache"),
        |dirs| dirs.cache_dir().to_owned(),
    )
}

/// The part of it for this crate, created; `instead` when this user can't have one.
pub(crate) fn of_sandbox(instead: &Path) -> PathBuf {
    let folder = folder().join("sandbox");
    let is_ours =
        std::fs::create_dir_all(&folder).is_ok() && tempfile::tempfile_in(&folder).is_ok();
    if is_ours { folder } else { instead.to_owned() }
}
