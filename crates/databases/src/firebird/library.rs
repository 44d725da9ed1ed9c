//! Where Firebird's own client library is, for servers that the built-in client can't speak to.

use std::path::{Path, PathBuf};

/// What to try, best first: the given path alone, or the usual names and places.
pub(super) fn candidates(given: Option<&Path>) -> Vec<PathBuf> {
    match given {
        Some(path) => vec![path.to_owned()],
        None => usual(),
    }
}

#[cfg(windows)]
fn usual() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["fbclient.dll", "gds32.dll"]
        .iter()
        .map(PathBuf::from)
        .collect();
    let folders = ["ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"];
    for folder in folders.iter().filter_map(std::env::var_os) {
        for version in [
            "Firebird_5_0",
            "Firebird_4_0",
            "Firebird_3_0",
            "Firebird_2_5\\bin",
        ] {
            found.push(
                Path::new(&folder)
                    .join("Firebird")
                    .join(version)
                    .join("fbclient.dll"),
            );
        }
    }
    found
}

#[cfg(target_os = "macos")]
fn usual() -> Vec<PathBuf> {
    [
        "libfbclient.dylib",
        "/Library/Frameworks/Firebird.framework/Libraries/libfbclient.dylib",
        "/Library/Frameworks/Firebird.framework/Versions/A/Libraries/libfbclient.dylib",
    ]
    .iter()
    .map(PathBuf::from)
    .collect()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn usual() -> Vec<PathBuf> {
    [
        "libfbclient.so.2",
        "libfbclient.so",
        "/opt/firebird/lib/libfbclient.so",
    ]
    .iter()
    .map(PathBuf::from)
    .collect()
}
