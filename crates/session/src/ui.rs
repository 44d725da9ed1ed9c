//! The built interface, as it stands in the program.

/// Every file of `ui/dist`, by its path with slashes.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The page that stands in for an interface that was not built.
static UNBUILT: &str = include_str!("../pages/unbuilt.html");

/// A file of the interface.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// What it holds.
    pub bytes: &'static [u8],
    /// Its MIME type.
    pub kind: &'static str,
    /// Whether its name changes with its content, so that it may be kept for ever.
    pub named_by_content: bool,
}

/// Whether the interface was built before the program was.
pub fn is_built() -> bool {
    FILES.iter().any(|(name, _)| *name == "index.html")
}

/// The file of that path, with or without a leading slash. What has no extension is an address within
/// the interface, and so its only page.
pub fn file(path: &str) -> Option<File> {
    let path = path.trim_start_matches('/');
    let is_page = !path.rsplit('/').next().unwrap_or("").contains('.');
    let path = if is_page { "index.html" } else { path };
    let found = FILES.iter().find(|(name, _)| *name == path);
    let bytes = match found {
        Some((_, bytes)) => *bytes,
        None if path == "index.html" => UNBUILT.as_bytes(),
        None => return None,
    };
    Some(File {
        bytes,
        kind: mime(path),
        named_by_content: path.starts_with("assets/"),
    })
}

/// Paths and contents of all files.
pub fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().copied()
}

/// The type of a file, by what builds of the interface hold.
fn mime(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_within_the_interface_are_its_page_and_unknown_files_are_none() {
        for path in ["", "/", "/companies/900123456", "index.html"] {
            let file = file(path).unwrap();
            assert_eq!(file.kind, "text/html; charset=utf-8", "{path}");
            assert!(!file.bytes.is_empty());
        }
        assert!(file("/assets/no-such.js").is_none());
        assert!(file("/../Cargo.toml").is_none());
    }

    #[test]
    fn what_is_named_by_its_content_is_only_what_the_build_names_so() {
        for (name, _) in files().filter(|(name, _)| name.starts_with("assets/")) {
            assert!(file(name).unwrap().named_by_content);
        }
        assert!(!file("/").unwrap().named_by_content);
    }
}
