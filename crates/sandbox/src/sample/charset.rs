//! Charsets of a database, and the bytes of a text in each.

/// Default charset of a sample database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Charset {
    /// None declared; the bytes are those of Windows-1252, as old Windows clients leave them.
    None,
    /// Windows-1252.
    #[default]
    Win1252,
    /// Latin 1: has no euro sign.
    Iso8859_1,
    /// UTF-8.
    Utf8,
}

impl Charset {
    /// All of them.
    pub const ALL: [Charset; 4] = [
        Charset::None,
        Charset::Win1252,
        Charset::Iso8859_1,
        Charset::Utf8,
    ];

    /// As Firebird calls it: `WIN1252`.
    pub fn name(self) -> &'static str {
        match self {
            Charset::None => "NONE",
            Charset::Win1252 => "WIN1252",
            Charset::Iso8859_1 => "ISO8859_1",
            Charset::Utf8 => "UTF8",
        }
    }

    pub(crate) fn has_euro(self) -> bool {
        match self {
            Charset::None | Charset::Win1252 | Charset::Utf8 => true,
            Charset::Iso8859_1 => false,
        }
    }

    /// The bytes that a client with this charset would have stored. Sample texts have no letter
    /// that Latin 1 lacks, but for the euro sign, which [`Self::has_euro`] keeps out.
    pub(crate) fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Charset::Utf8 => text.as_bytes().to_vec(),
            Charset::None | Charset::Win1252 | Charset::Iso8859_1 => {
                encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    #[test]
    fn each_charset_has_its_own_bytes_for_an_enye() {
        assert_eq!(Charset::Win1252.encode("Ñ€"), [0xD1, 0x80]);
        assert_eq!(Charset::Iso8859_1.encode("Ñ"), [0xD1]);
        assert_eq!(Charset::Utf8.encode("Ñ"), [0xC3, 0x91]);
    }
}
