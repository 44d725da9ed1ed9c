//! What the command line asks for.

use puente_app::paths::DataDir;
use std::ffi::OsString;
use std::path::PathBuf;

const HELP: &str = "\
Puente

  --hidden          empieza en la bandeja · starts in the tray
  --safe-mode       no empieza ningún trabajo · begins no job
  --demo            con datos de ejemplo · on sample data
  --data-dir DIR    carpeta de datos · data folder (PUENTE_DATA_DIR)
  --version         versión · version
  --help";

/// How to start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// In the tray, where there is one.
    pub hidden: bool,
    /// No job is begun.
    pub safe_mode: bool,
    /// The sample's data instead of the office's.
    pub demo: bool,
    /// The data folder, when it is not the usual one.
    pub data_dir: Option<PathBuf>,
}

/// What came of reading the command line.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// Start like this.
    Run(Wishes),
    /// Say this and end.
    Say {
        /// For the terminal.
        text: String,
        /// The exit code.
        code: u8,
    },
}

/// Reads the command line without the program's name.
pub fn parse(line: impl IntoIterator<Item = OsString>) -> Asked {
    let mut wishes = Wishes::default();
    let mut line = line.into_iter();
    while let Some(argument) = line.next() {
        match argument.to_str() {
            Some("--hidden") => wishes.hidden = true,
            Some("--safe-mode") => wishes.safe_mode = true,
            Some("--demo") => wishes.demo = true,
            Some("--data-dir") => match line.next() {
                Some(folder) => wishes.data_dir = Some(folder.into()),
                None => return refused("--data-dir"),
            },
            Some("--version" | "-V") => {
                let text = format!("puente {}", env!("CARGO_PKG_VERSION"));
                return Asked::Say { text, code: 0 };
            }
            Some("--help" | "-h") => {
                let text = HELP.to_owned();
                return Asked::Say { text, code: 0 };
            }
            _ => return refused(&argument.to_string_lossy()),
        }
    }
    Asked::Run(wishes)
}

impl Wishes {
    /// The office's data folder.
    ///
    /// # Errors
    /// That the system names no home folder.
    pub fn data_dir(&self) -> Result<PathBuf, puente_core::Error> {
        let named = self
            .data_dir
            .clone()
            .or_else(|| std::env::var_os("PUENTE_DATA_DIR").map(PathBuf::from));
        named.map_or_else(DataDir::of_this_user, Ok)
    }
}

/// A line on the terminal from which Puente was started, if there is one.
#[allow(
    clippy::print_stderr,
    reason = "the only thing said before there is a window"
)]
pub fn say(text: &str) {
    eprintln!("{text}");
}

fn refused(argument: &str) -> Asked {
    let text = format!("{argument}?\n\n{HELP}");
    Asked::Say { text, code: 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &[&str]) -> Asked {
        parse(line.iter().map(OsString::from))
    }

    #[test]
    fn wishes_are_read_and_what_is_not_one_is_refused_with_the_list() {
        let all = Wishes {
            hidden: true,
            safe_mode: true,
            demo: true,
            data_dir: Some("/d".into()),
        };
        let line = ["--hidden", "--safe-mode", "--demo", "--data-dir", "/d"];
        assert_eq!(asked(&line), Asked::Run(all));
        assert_eq!(asked(&[]), Asked::Run(Wishes::default()));
        for wrong in [&["--hide"][..], &["--data-dir"]] {
            let Asked::Say { text, code } = asked(wrong) else {
                panic!("{wrong:?} was accepted")
            };
            assert_eq!(code, 2);
            assert!(text.contains("--safe-mode"), "{text}");
        }
    }
}
