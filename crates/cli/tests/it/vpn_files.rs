//! The files of VPNs as they go in and come out: a text, a code for a phone, an archive.

use crate::desk::{PASSPHRASE, said};
use serde_json::Value;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const PRIVATE: &str = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";
const PUBLIC: &str = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
const SHARED: &str = "TghDAQjI2ZTV+dz4p/ttLqrvA1cCICm9UPNYnBi43Q4=";

/// A technician's PC with nothing on it.
struct Pc {
    folder: TempDir,
}

impl Pc {
    fn new() -> Pc {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        // The machine that tests run on may have no keyring; the file of secrets is the other way.
        let config = folder.path().join("data/config.toml");
        std::fs::write(config, "secrets = \"file\"\n").unwrap();
        Pc { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn puente(&self, line: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_puente"))
            .args(line)
            .env("PUENTE_DATA_DIR", self.at("data"))
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    fn json(&self, line: &[&str]) -> Value {
        let output = self.puente(&[line, &["--json"]].concat());
        assert!(output.status.success(), "{line:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The error that a line ends in.
    fn refused(&self, line: &[&str]) -> Value {
        let output = self.puente(&[line, &["--json"]].concat());
        assert!(!output.status.success(), "{line:?}: {}", said(&output));
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{line:?}: {}", said(&output)));
        let error = answer["error"].clone();
        for part in ["message", "hint"] {
            assert!(
                error[part].as_str().is_some_and(|text| text.len() > 20),
                "{line:?}: {answer}"
            );
        }
        error
    }

    fn import(&self, name: &str, bytes: impl AsRef<[u8]>) -> Vec<String> {
        let path = self.at(&format!("{name}.conf"));
        std::fs::write(&path, bytes).unwrap();
        ["vpn", "import", &path.display().to_string()]
            .map(str::to_owned)
            .to_vec()
    }

    fn imported(&self, name: &str) {
        let line = self.import(name, conf());
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        assert_eq!(self.json(&line)["vpn"]["name"], name);
    }

    /// What Puente gives out for a VPN.
    fn text(&self, name: &str) -> String {
        self.json(&["vpn", "conf", name])["text"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

fn conf() -> String {
    format!(
        "[Interface]\nPrivateKey = {PRIVATE}\nAddress = 10.8.3.20/32\nDNS = 10.8.3.1\nMTU = 1380\n\
         PostUp = touch ran\n\n[Peer]\nPublicKey = {PUBLIC}\nPresharedKey = {SHARED}\n\
         Endpoint = vpn.example.com:51820\nAllowedIPs = 10.8.3.0/24, 192.168.77.0/24\n\
         PersistentKeepalive = 25\n"
    )
}

/// What a phone reads in a picture.
fn scanned(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let shade = |x: usize, y: usize| if is_dark(x, y) { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
    let grids = picture.detect_grids();
    assert_eq!(grids.len(), 1, "one code");
    grids[0].decode().unwrap().1
}

/// As [`scanned`], of the characters that a terminal shows: two dots each, one above the other, and what
/// is written is light on a dark ground.
fn scanned_text(text: &str) -> String {
    const DOT: usize = 4;
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let (width, height) = (rows[0].len(), rows.len() * 2);
    scanned(width * DOT, height * DOT, |x, y| {
        let (x, y) = (x / DOT, y / DOT);
        let written = match rows[y / 2].get(x) {
            Some('█') => true,
            Some('▀') => y % 2 == 0,
            Some('▄') => y % 2 == 1,
            _ => false,
        };
        !written
    })
}

/// As [`scanned`], of the picture for the window: squares in one path, `M x y h w v h H x V y`, on a light
/// ground.
fn scanned_svg(svg: &str) -> String {
    let number = |name: &str| -> usize {
        let (_, rest) = svg.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let (width, height) = (number("width"), number("height"));
    let (_, path) = svg.split_once(" d=\"").unwrap();
    let mut dark = vec![false; width * height];
    let is_end = |c: char| c.is_ascii_alphabetic() || c.is_whitespace() || c == '"' || c == ',';
    for square in path.split('"').next().unwrap().split('M').skip(1) {
        let [left, top, wide, high]: [usize; 4] = square
            .split(is_end)
            .filter(|part| !part.is_empty())
            .take(4)
            .map(|part| part.parse().unwrap())
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        for y in top..top + high {
            dark[y * width + left..y * width + left + wide].fill(true);
        }
    }
    scanned(width, height, |x, y| dark[y * width + x])
}

#[test]
fn the_code_for_a_phone_holds_the_whole_file_in_the_terminal_and_in_the_window() {
    let pc = Pc::new();
    pc.imported("oficina");
    let file = pc.text("oficina");
    assert!(file.contains(PRIVATE) && file.contains(SHARED) && file.contains("DNS = 10.8.3.1"));
    let picture = pc.json(&["vpn", "qr", "oficina"]);
    assert_eq!(scanned_text(picture["text"].as_str().unwrap()), file);
    assert_eq!(scanned_svg(picture["svg"].as_str().unwrap()), file);
    let shown = pc.puente(&["vpn", "qr", "OFICINA"]);
    assert_eq!(
        scanned_text(&String::from_utf8(shown.stdout).unwrap()),
        file
    );
    assert_eq!(pc.refused(&["vpn", "qr", "otra"])["code"], "NOT_FOUND");
}

#[test]
fn what_is_given_out_is_taken_in_again_and_is_its_owners_alone() {
    let pc = Pc::new();
    pc.imported("oficina");
    let file = pc.text("oficina");
    assert!(!file.contains("PostUp"), "{file}");

    let out = pc.at("salida.conf").display().to_string();
    let line = ["vpn", "conf", "oficina", "--output", &out];
    let written = pc.puente(&line);
    assert!(written.status.success(), "{}", said(&written));
    assert!(!said(&written).contains(PRIVATE), "it is in the file alone");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), file);
    assert_private(Path::new(&out));
    let again = pc.json(&["vpn", "import", &out, "--name", "copia"]);
    assert_eq!(again["hooks"], serde_json::json!([]));
    assert_eq!(pc.text("copia"), file);

    // What is there is not replaced unasked, and stays nobody else's when it is.
    std::fs::write(&out, "mine").unwrap();
    open_to_all(Path::new(&out));
    pc.refused(&line);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "mine");
    let replaced = pc.puente(&[&line[..], &["--overwrite"]].concat());
    assert!(replaced.status.success(), "{}", said(&replaced));
    assert_eq!(std::fs::read_to_string(&out).unwrap(), file);
    assert_private(Path::new(&out));
    let nowhere = ["vpn", "conf", "oficina", "--output", "no/hay/tal.conf"];
    pc.refused(&nowhere);

    let trail = pc.json(&["audit", "list"]);
    let given = trail.as_array().unwrap().iter();
    let given = given.filter(|entry| entry["action"] == "vpn.conf").count();
    assert!(given >= 4, "whoever takes a key out is on record: {trail}");
    assert!(!trail.to_string().contains(PRIVATE));
}

#[test]
fn several_are_exported_as_one_archive_with_a_file_for_each() {
    let pc = Pc::new();
    let output = |name: &str| pc.at(name).display().to_string();
    let all = ["vpn", "export", "--output", &output("todas.zip")].map(str::to_owned);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert_eq!(pc.refused(&all)["code"], "INVALID_INPUT", "there is none");

    pc.imported("oficina");
    let one = output("una.conf");
    pc.json(&["vpn", "export", "--output", &one]);
    assert_eq!(std::fs::read_to_string(&one).unwrap(), pc.text("oficina"));

    // Names that come to the same name of a file are told apart.
    for name in ["Bodega Ñuñoa", "Bodega uoa"] {
        let line = pc.import("otra", conf());
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        pc.json(&[&line[..], &["--name", name]].concat());
    }
    let exported = pc.json(&all);
    assert_eq!(exported["vpns"].as_array().unwrap().len(), 3, "{exported}");
    let zip = pc.at("todas.zip");
    assert_private(&zip);
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&zip).unwrap()).unwrap();
    let mut names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["Bodegauoa-2.conf", "Bodegauoa.conf", "oficina.conf"]
    );
    for name in &names {
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, pc.text("oficina"), "{name}");
    }
    let two = ["vpn", "export", "oficina", "Bodega uoa", "--output", &one];
    let refused = pc.refused(&[&two[..], &["--overwrite"]].concat());
    assert_eq!(refused["code"], "INVALID_INPUT", "two in one .conf");
    assert_eq!(pc.refused(&all)["code"], "FILE_UNREADABLE", "it is there");
    let wrong = ["vpn", "export", "nadie", "--output", &one, "--overwrite"];
    assert_eq!(pc.refused(&wrong)["code"], "NOT_FOUND");
    assert_eq!(std::fs::read_to_string(&one).unwrap(), pc.text("oficina"));
}

#[test]
fn files_that_are_no_vpn_are_refused_with_the_line_and_nothing_is_kept() {
    let pc = Pc::new();
    let with = |from: &str, to: &str| conf().replace(from, to).into_bytes();
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("vacio", Vec::new()),
        ("prosa", b"Estimado cliente:\nadjunto la VPN.\n".to_vec()),
        ("binario", (0..=255).cycle().take(4096).collect()),
        (
            "utf16",
            conf().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("enorme", vec![b'#'; 300 * 1024]),
        ("sin-llave", with(&format!("PrivateKey = {PRIVATE}\n"), "")),
        ("llave-corta", with(PRIVATE, "yAnz5TF+lXXJte14")),
        ("sin-peer", conf().split("[Peer]").next().unwrap().into()),
        (
            "sin-extremo",
            with("Endpoint = vpn.example.com:51820\n", ""),
        ),
        ("puerto", with(":51820", ":518200")),
        ("direccion", with("10.8.3.20/32", "10.8.3.320/32")),
        ("prefijo", with("10.8.3.0/24", "10.8.3.0/64")),
        ("mtu", with("1380", "1")),
        ("seccion", with("[Peer]", "[Pier]")),
    ];
    for (name, bytes) in bad {
        let line = pc.import(name, bytes);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let error = pc.refused(&line);
        let code = error["code"].as_str().unwrap();
        let expected = ["VPN_UNREADABLE", "INVALID_INPUT", "FILE_UNREADABLE"];
        assert!(expected.contains(&code), "{name}: {error}");
        assert!(!error.to_string().contains("yAnz5TF"), "{name}: {error}");
    }
    pc.refused(&["vpn", "import", "no-hay.conf"]);
    pc.refused(&["vpn", "import", "data"]);
    assert_eq!(pc.json(&["vpn", "list"]), serde_json::json!([]));

    pc.imported("oficina");
    let line = pc.import("oficina", conf());
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    assert_eq!(pc.refused(&line)["code"], "ALREADY_EXISTS");
    assert!(!pc.at("ran").exists(), "a stranger's command ran");
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", path.display());
}

#[cfg(unix)]
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}
