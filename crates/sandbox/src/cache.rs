//! Where things that are slow to make are kept between runs.

use std::path::PathBuf;

/// `puente` in the user's cache folder, or in the temporary folder when the user has no home.
pub(crate) fn folder() -> PathBuf {
    directories::ProjectDirs::from("", "", "puente").map_or_else(
        || std::env::temp_dir().join("puente-cache"),
        |dirs| dirs.cache_dir().to_owned(),
    )
}
