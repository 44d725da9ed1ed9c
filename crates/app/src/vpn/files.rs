//! The files of VPNs, given out with their secrets: as text, as a picture, as an archive.

use super::Named;
use crate::{App, Result};
use puente_core::{Code, Error};
use puente_vpn::qr;
use puente_vpn::vpns::{self, State, Vpn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// A file with its secrets, for whoever asked for it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnConf")]
pub struct ConfView {
    /// What to call the file.
    pub file_name: String,
    /// Its text.
    pub text: String,
}

/// The file as a picture that a phone reads, with its secrets.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnQr")]
pub struct QrView {
    /// In SVG.
    pub svg: String,
    /// In characters, for a dark terminal.
    pub text: String,
}

/// The file of a VPN, with its secrets.
///
/// # Errors
/// That it doesn't exist; those of the keyring.
pub fn conf(app: &App, request: Named) -> Result<ConfView> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let text = vpn.config(&app.room.secrets)?.render();
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.conf", &subject, json!({ "name": vpn.name }))?;
    // Names of files that every system takes, and interfaces of Linux too: at most 15 characters.
    let plain: String = vpn
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(15)
        .collect();
    let name = if plain.is_empty() { "vpn" } else { &plain };
    Ok(ConfView {
        file_name: format!("{name}.conf"),
        text,
    })
}

/// Where the files of VPNs are to be written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnExport", optional_fields = nullable)]
pub struct Export {
    /// Names or numbers; all that can be used when it is empty.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>")]
    pub vpns: Vec<String>,
    /// An archive with a file for each if it ends in `.zip`, and otherwise the file of the one VPN.
    pub output: PathBuf,
    /// Whether a file that is there may be replaced.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnExported")]
pub struct Exported {
    /// The file. It holds private keys, and only its owner may read it.
    pub output: PathBuf,
    /// The VPNs that are in it.
    pub vpns: Vec<String>,
}

/// Writes the files of VPNs, with their secrets, for whoever is to use them.
///
/// # Errors
/// That one doesn't exist or can't be used yet, that there is more than one for a single file, that the
/// file is there or can't be written; those of the keyring.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let state = &app.room.state;
    let all: Vec<Vpn> = match request.vpns.is_empty() {
        true => vpns::list(state)?
            .into_iter()
            .filter(|vpn| vpn.state == State::Active)
            .collect(),
        false => request
            .vpns
            .iter()
            .map(|name| vpns::find(state, name))
            .collect::<puente_vpn::Result<_>>()?,
    };
    let mut files = Vec::new();
    for vpn in &all {
        files.push(conf(
            app,
            Named {
                vpn: vpn.id.to_string(),
            },
        )?);
    }
    let output = &request.output;
    let is_zip = output
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    let bytes = match (is_zip, &files[..]) {
        (_, []) => return Err(Error::invalid("vpn", "empty")),
        (true, files) => {
            zipped(files).map_err(|error| Error::invalid("output", &error).because(&error))?
        }
        (false, [file]) => file.text.clone().into_bytes(),
        (false, _) => return Err(Error::invalid("output", "one_vpn")),
    };
    write_private(output, &bytes, request.overwrite)?;
    Ok(Exported {
        output: request.output,
        vpns: all.into_iter().map(|vpn| vpn.name).collect(),
    })
}

/// Each file once: names that come to the same are told apart by a number.
fn zipped(files: &[ConfView]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut names = BTreeSet::new();
    for file in files {
        let stem = file.file_name.trim_end_matches(".conf");
        let numbered = (1..).map(|n| match n {
            1 => file.file_name.clone(),
            n => format!("{:.12}-{n}.conf", stem),
        });
        let name = numbered.into_iter().find(|name| !names.contains(name));
        let name = name.unwrap_or_default();
        archive.start_file(&*name, zip::write::SimpleFileOptions::default())?;
        std::io::Write::write_all(&mut archive, file.text.as_bytes())?;
        names.insert(name);
    }
    Ok(archive.finish()?.into_inner())
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// That it is there already, or can't be written.
pub fn write_private(path: &Path, bytes: &[u8], overwrite: bool) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::new(Code::FileUnreadable)
            .with("path", path.display())
            .with("line", 0)
            .with("reason", error.kind())
    };
    let mut options = std::fs::OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(overwrite)
        .create_new(!overwrite);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut written = options.open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        // What was there may have been for everyone to read.
        use std::os::unix::fs::PermissionsExt as _;
        let own = std::fs::Permissions::from_mode(0o600);
        written.set_permissions(own).map_err(failed)?;
    }
    std::io::Write::write_all(&mut written, bytes).map_err(failed)
}

/// The file of a VPN as a picture for a phone, with its secrets.
///
/// # Errors
/// As [`conf`].
pub fn qr(app: &App, request: Named) -> Result<QrView> {
    let file = conf(app, request)?;
    Ok(QrView {
        svg: qr::svg(&file.text)?,
        text: qr::terminal(&file.text)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use crate::vpn::{Import, import};
    use puente_core::Secret;
    use puente_vpn::keys::PrivateKey;

    fn import_one(desk: &Desk, name: &str) -> String {
        let conf = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.10/32\n[Peer]\nPublicKey = {}\n\
             Endpoint = vpn.example.com:51820\nAllowedIPs = 10.8.3.0/24\n",
            PrivateKey::generate().written().expose(),
            PrivateKey::generate().public(),
        );
        let request = Import {
            name: name.to_owned(),
            conf: Secret::from(conf),
        };
        import(&desk.app, request).unwrap();
        let named = Named {
            vpn: name.to_owned(),
        };
        conf_text(desk, named)
    }

    fn conf_text(desk: &Desk, named: Named) -> String {
        conf(&desk.app, named).unwrap().text
    }

    #[test]
    fn all_files_go_into_one_archive_that_only_its_owner_reads() {
        let desk = Desk::new();
        // Both names come to the same in a file's name.
        let texts = [import_one(&desk, "Bodega ñ"), import_one(&desk, "Bodega é")];
        let to = |name: &str, vpns: &[&str]| Export {
            vpns: vpns.iter().map(|&name| name.to_owned()).collect(),
            output: desk.folder.path().join(name),
            overwrite: false,
        };
        let written = export(&desk.app, to("todas.zip", &[])).unwrap();
        assert_eq!(written.vpns.len(), 2);
        let file = std::fs::File::open(&written.output).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let mut archive = zip::ZipArchive::new(file).unwrap();
        for (at, name) in ["Bodega.conf", "Bodega-2.conf"].into_iter().enumerate() {
            let file = archive.by_index(at).unwrap();
            assert_eq!(file.name().unwrap(), name);
            let text = std::io::read_to_string(file).unwrap();
            assert!(texts.contains(&text), "{name}");
        }
        let one = export(&desk.app, to("una.conf", &["bodega ñ"])).unwrap();
        assert_eq!(std::fs::read_to_string(one.output).unwrap(), texts[0]);
        assert!(export(&desk.app, to("una.conf", &["bodega ñ"])).is_err());
        assert!(export(&desk.app, to("dos.conf", &[])).is_err());
    }
}
