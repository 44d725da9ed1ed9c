//! What this program is, where it keeps things, and whose work it stands on.

use crate::{App, Nothing, Result};
use puente_core::Error;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use ts_rs::TS;

/// Every library that is shipped, written by a test from the lock files.
const LICENCES: &str = include_str!("../licences.json");

/// This program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct About {
    /// Its version.
    pub version: &'static str,
    /// Under which licences it may be used itself.
    pub licence: &'static str,
    /// The operating system and the kind of processor.
    pub system: String,
    /// Where it keeps things.
    pub data_dir: PathBuf,
    /// Where its logs are.
    pub logs: PathBuf,
    /// The libraries that it is made of.
    pub libraries: Vec<Library>,
}

/// A library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Library {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
}

/// What there is to know.
///
/// # Errors
/// [`puente_core::Code::Internal`] for a list of licences that can't be read, which a test keeps from
/// happening.
pub fn about(app: &App, _: Nothing) -> Result<About> {
    Ok(About {
        version: env!("CARGO_PKG_VERSION"),
        licence: env!("CARGO_PKG_LICENSE"),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        data_dir: app.dir.path().to_owned(),
        logs: app.dir.logs(),
        libraries: serde_json::from_str(LICENCES)
            .map_err(|error| Error::new(puente_core::Code::Internal).because(&error))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::{BTreeSet, HashMap};
    use std::path::Path;

    /// `npm test` compares; a person who changed a lock file writes.
    #[test]
    fn the_licences_are_those_of_the_lock_files() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut libraries = of_cargo(&root);
        libraries.extend(of_npm(&root));
        let lines: Vec<String> = libraries
            .iter()
            .map(|library| serde_json::to_string(library).unwrap())
            .collect();
        let wanted = format!("[\n{}\n]\n", lines.join(",\n"));
        let path = root.join("crates/app/licences.json");
        if std::env::var("PUENTE_WRITE_BINDINGS").as_deref() == Ok("1") {
            std::fs::write(&path, &wanted).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found.replace("\r\n", "\n") == wanted,
            "crates/app/licences.json is stale: PUENTE_WRITE_BINDINGS=1 cargo test -p puente-app about"
        );
        assert!(libraries.iter().all(|library| !library.licence.is_empty()));
    }

    /// What the crates of this workspace depend on when they are built for use, on any system.
    fn of_cargo(root: &Path) -> BTreeSet<Library> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let said = std::process::Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked"])
            .current_dir(root)
            .output()
            .unwrap();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        let metadata: Value = serde_json::from_slice(&said.stdout).unwrap();
        let nodes: HashMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
            .map(|node| (node["id"].as_str().unwrap(), node))
            .collect();
        let mut to_visit: Vec<&str> = list(&metadata["workspace_members"])
            .map(|member| member.as_str().unwrap())
            .collect();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        while let Some(id) = to_visit.pop() {
            if !seen.insert(id) {
                continue;
            }
            let used = list(&nodes[id]["deps"])
                .filter(|dep| list(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null()))
                .map(|dep| dep["pkg"].as_str().unwrap());
            to_visit.extend(used);
        }
        list(&metadata["packages"])
            .filter(|package| seen.contains(package["id"].as_str().unwrap()))
            .filter(|package| !package["source"].is_null())
            .map(library)
            .collect()
    }

    /// What the interface is made of.
    fn of_npm(root: &Path) -> BTreeSet<Library> {
        let text = std::fs::read_to_string(root.join("package-lock.json")).unwrap();
        let lock: Value = serde_json::from_str(&text).unwrap();
        lock["packages"]
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(path, package)| {
                let name = path.rsplit_once("node_modules/")?.1;
                let left_out = ["dev", "link", "optional", "devOptional"]
                    .iter()
                    .any(|mark| package[mark].as_bool() == Some(true));
                (!left_out).then(|| Library {
                    name: name.to_owned(),
                    version: text_of(&package["version"]),
                    licence: text_of(&package["license"]),
                })
            })
            .collect()
    }

    fn library(package: &Value) -> Library {
        Library {
            name: text_of(&package["name"]),
            version: text_of(&package["version"]),
            // An older way to write a choice.
            licence: text_of(&package["license"])
                .replace(" / ", " OR ")
                .replace('/', " OR "),
        }
    }

    fn list(value: &Value) -> impl Iterator<Item = &Value> {
        value.as_array().into_iter().flatten()
    }

    fn text_of(value: &Value) -> String {
        value.as_str().unwrap_or_default().to_owned()
    }
}
