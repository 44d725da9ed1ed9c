//! The two languages of the interface.

use serde::{Deserialize, Serialize};

/// A language that Puente speaks. Spanish is canonical; English follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Neutral Latin American Spanish, addressed as *usted*.
    #[default]
    Es,
    /// English.
    En,
}

impl Lang {
    /// Picks `es` or `en`: for texts that stand beside the code that prints them.
    pub fn pick<T>(self, es: T, en: T) -> T {
        match self {
            Lang::Es => es,
            Lang::En => en,
        }
    }
}

impl std::str::FromStr for Lang {
    type Err = UnknownLang;

    /// Reads `es`, `en` and locale names that begin with them (`es_CO.UTF-8`, `en-US`).
    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("es") => Ok(Lang::Es),
            Some("en") => Ok(Lang::En),
            _ => Err(UnknownLang),
        }
    }
}

impl std::fmt::Display for Lang {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.pick("es", "en"))
    }
}

/// The text names no language that Puente has.
#[derive(Debug, thiserror::Error)]
#[error("unknown language: use es or en")]
pub struct UnknownLang;
