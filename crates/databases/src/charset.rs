//! Texts of a database, from the bytes of their charset.

use encoding_rs::Encoding;

/// A charset, by the name that Firebird gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8, which must be well formed.
    Utf8,
    /// Every byte is the character of that number.
    Latin1,
    /// A charset of one byte a character.
    SingleByte(&'static Encoding, &'static str),
    /// ASCII only: a charset that this program has no table for.
    Ascii,
}

/// The bytes are not of the charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotOfCharset;

impl Charset {
    /// The charset of that name; `None` for those without a fixed meaning (`NONE`, `OCTETS`) and for
    /// unknown ones.
    pub(crate) fn parse(name: &str) -> Option<Charset> {
        use Charset::SingleByte;
        let folded: String = name
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        Some(match folded.as_str() {
            "UTF8" | "UNICODEFSS" => Charset::Utf8,
            "ISO88591" | "LATIN1" => Charset::Latin1,
            "WIN1252" | "WINDOWS1252" | "CP1252" => {
                SingleByte(encoding_rs::WINDOWS_1252, "WIN1252")
            }
            "WIN1250" => SingleByte(encoding_rs::WINDOWS_1250, "WIN1250"),
            "WIN1251" => SingleByte(encoding_rs::WINDOWS_1251, "WIN1251"),
            "WIN1253" => SingleByte(encoding_rs::WINDOWS_1253, "WIN1253"),
            "WIN1254" => SingleByte(encoding_rs::WINDOWS_1254, "WIN1254"),
            "WIN1257" => SingleByte(encoding_rs::WINDOWS_1257, "WIN1257"),
            "WIN1258" => SingleByte(encoding_rs::WINDOWS_1258, "WIN1258"),
            "ISO88592" => SingleByte(encoding_rs::ISO_8859_2, "ISO8859_2"),
            "ISO885915" => SingleByte(encoding_rs::ISO_8859_15, "ISO8859_15"),
            "ASCII" => Charset::Ascii,
            _ => return None,
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "UTF8",
            Charset::Latin1 => "ISO8859_1",
            Charset::SingleByte(_, name) => name,
            Charset::Ascii => "ASCII",
        }
    }

    /// Appends the text.
    ///
    /// # Errors
    /// [`NotOfCharset`]; `out` is then as it was.
    pub(crate) fn decode(self, bytes: &[u8], out: &mut String) -> Result<(), NotOfCharset> {
        // Most texts of an ERP are plain ASCII, and checking that takes less than any table.
        if bytes.is_ascii() || self == Charset::Utf8 {
            out.push_str(std::str::from_utf8(bytes).map_err(|_| NotOfCharset)?);
            return Ok(());
        }
        match self {
            Charset::Utf8 | Charset::Ascii => Err(NotOfCharset),
            Charset::Latin1 => {
                out.push_str(&encoding_rs::mem::decode_latin1(bytes));
                Ok(())
            }
            Charset::SingleByte(encoding, _) => {
                let text = encoding
                    .decode_without_bom_handling_and_without_replacement(bytes)
                    .ok_or(NotOfCharset)?;
                // The web's tables turn bytes without a character into C1 controls; a database does
                // not have them.
                if text.chars().any(is_c1) {
                    return Err(NotOfCharset);
                }
                out.push_str(&text);
                Ok(())
            }
        }
    }

    /// The bytes of a text.
    ///
    /// # Errors
    /// [`NotOfCharset`].
    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, NotOfCharset> {
        if text.is_ascii() || self == Charset::Utf8 {
            return Ok(text.as_bytes().to_vec());
        }
        match self {
            Charset::Utf8 | Charset::Ascii => Err(NotOfCharset),
            Charset::Latin1 => text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).map_err(|_| NotOfCharset))
                .collect(),
            Charset::SingleByte(encoding, _) => {
                let (bytes, _, replaced) = encoding.encode(text);
                match replaced || text.chars().any(is_c1) {
                    true => Err(NotOfCharset),
                    false => Ok(bytes.into_owned()),
                }
            }
        }
    }

    /// Appends the text with U+FFFD for what is not of the charset.
    pub(crate) fn decode_lossy(self, bytes: &[u8], out: &mut String) {
        match self {
            Charset::Utf8 => out.push_str(&String::from_utf8_lossy(bytes)),
            Charset::Latin1 => out.push_str(&encoding_rs::mem::decode_latin1(bytes)),
            Charset::SingleByte(encoding, _) => {
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                out.extend(text.chars().map(|c| if is_c1(c) { '\u{FFFD}' } else { c }));
            }
            Charset::Ascii => {
                let replaced = |&b: &u8| {
                    if b.is_ascii() {
                        char::from(b)
                    } else {
                        '\u{FFFD}'
                    }
                };
                out.extend(bytes.iter().map(replaced));
            }
        }
    }
}

fn is_c1(c: char) -> bool {
    ('\u{80}'..='\u{9F}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(name: &str, bytes: &[u8]) -> Option<String> {
        let mut text = String::new();
        Charset::parse(name)
            .unwrap()
            .decode(bytes, &mut text)
            .ok()
            .map(|()| text)
    }

    #[test]
    fn the_same_bytes_are_read_by_each_charset_in_its_way() {
        assert_eq!(
            decode("WIN1252", b"PE\xD1A \x80").as_deref(),
            Some("PEÑA €")
        );
        assert_eq!(
            decode("ISO8859_1", b"PE\xD1A \x80").as_deref(),
            Some("PEÑA \u{80}")
        );
        assert_eq!(
            decode("UTF8", "PEÑA €".as_bytes()).as_deref(),
            Some("PEÑA €")
        );
    }

    #[test]
    fn bytes_without_a_character_are_refused_or_replaced() {
        assert_eq!(decode("WIN1252", b"A\x81B"), None);
        assert_eq!(decode("UTF8", b"A\xD1B"), None);
        assert_eq!(decode("ASCII", b"A\xD1B"), None);
        for (name, bytes) in [
            ("WIN1252", b"A\x81B"),
            ("UTF8", b"A\xD1B"),
            ("ASCII", b"A\xD1B"),
        ] {
            let mut text = String::new();
            Charset::parse(name).unwrap().decode_lossy(bytes, &mut text);
            assert_eq!(text, "A\u{FFFD}B", "{name}");
        }
    }

    #[test]
    fn names_without_a_fixed_meaning_are_no_charset() {
        for name in ["NONE", "OCTETS", "", "EBCDIC"] {
            assert_eq!(Charset::parse(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_what_lossy_gives_and_what_was_encoded(bytes: Vec<u8>) {
            for name in ["WIN1252", "ISO8859_1", "UTF8", "ASCII", "ISO8859_15"] {
                let charset = Charset::parse(name).unwrap();
                let mut lossy = String::new();
                charset.decode_lossy(&bytes, &mut lossy);
                if let Some(text) = decode(name, &bytes) {
                    prop_assert_eq!(&text, &lossy);
                    let back: Vec<u8> = match charset {
                        Charset::Utf8 | Charset::Ascii => text.into_bytes(),
                        Charset::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
                        Charset::SingleByte(encoding, _) => encoding.encode(&text).0.into_owned(),
                    };
                    prop_assert_eq!(back, bytes.clone());
                } else {
                    let replaced = lossy.contains('\u{FFFD}');
                    prop_assert!(replaced, "{name} refused what it can read");
                }
            }
        }
    }
}
