//! A file as a picture that a phone reads.

use crate::{Error, Result};
use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// The picture in SVG. It holds every secret of the text.
///
/// # Errors
/// [`Error::Invalid`] when the text is longer than such a picture takes (2,331 bytes).
pub fn svg(text: &str) -> Result<String> {
    Ok(code(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(320, 320)
        .build())
}

/// The picture in characters, for a terminal with a dark background.
///
/// # Errors
/// As [`svg()`].
pub fn terminal(text: &str) -> Result<String> {
    Ok(code(text)?
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .build())
}

fn code(text: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| Error::invalid("conf", "too_large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_a_picture_and_a_book_does_not() {
        let text = "[Interface]\n".repeat(30);
        assert!(svg(&text).unwrap().contains("<svg"));
        assert!(terminal(&text).unwrap().lines().count() > 20);
        assert!(svg(&"x".repeat(5000)).is_err());
    }
}
