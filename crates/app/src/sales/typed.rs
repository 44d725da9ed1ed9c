//! Small CSV files that people write, mostly in a spreadsheet.

use crate::Result;
use csv::StringRecord;
use puente_core::Error;
use puente_databases::files::{DecimalMark, numbers};
use rust_decimal::Decimal;

/// Decimals that an amount keeps.
const SCALE: u8 = 4;

/// The rows below the header.
pub(super) struct Typed {
    /// In the file's order; they may be shorter than the header.
    pub rows: Vec<StringRecord>,
    usual: DecimalMark,
}

/// Reads a file with commas or, as spreadsheets of the region write, semicolons.
///
/// # Errors
/// That it is no CSV.
pub(super) fn rows(csv: &str) -> Result<Typed> {
    let text = csv.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    // Where the comma is needed for decimals, a semicolon stands between fields.
    let (delimiter, usual) = if first.contains(';') {
        (b';', DecimalMark::Comma)
    } else {
        (b',', DecimalMark::Point)
    };
    let rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes())
        .records()
        .collect::<csv::Result<_>>()
        .map_err(|error| Error::invalid("csv", error))?;
    Ok(Typed { rows, usual })
}

impl Typed {
    /// A name and an amount of each row, from these columns.
    ///
    /// # Errors
    /// The first row whose amount can't be read, or that writes decimals in another way than a row above it.
    pub fn amounts(&self, name: usize, amount: usize) -> Result<Vec<(String, Decimal)>> {
        let cell = |row: usize, at: usize| self.rows[row].get(at).unwrap_or_default().trim();
        let texts: Vec<&str> = (0..self.rows.len()).map(|row| cell(row, amount)).collect();
        let unread = |row| Error::invalid("csv", format!("{}: {}", cell(row, name), texts[row]));
        let found = numbers(&texts, SCALE, self.usual).map_err(unread)?;
        let named = |(row, scaled): (usize, i128)| {
            let amount = Decimal::try_from_i128_with_scale(scaled, u32::from(SCALE))
                .map_err(|_| unread(row))?;
            Ok((cell(row, name).to_owned(), amount.normalize()))
        };
        found.into_iter().enumerate().map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(csv: &str) -> Result<Vec<String>> {
        let found = rows(csv)?.amounts(0, 1)?;
        Ok(found
            .into_iter()
            .map(|(name, amount)| format!("{name} {amount}"))
            .collect())
    }

    #[test]
    fn thousands_are_no_decimals_in_a_file_of_the_region() {
        let office = amounts("\u{feff}sku;cost\r\nA;1.234\r\nB;$ 25.900,50\r\n");
        assert_eq!(office.unwrap(), ["A 1234", "B 25900.5"]);
        let program = amounts("sku,cost\nA,1234.5\nB,\"1,234\"\n");
        assert_eq!(program.unwrap(), ["A 1234.5", "B 1234"]);
    }

    #[test]
    fn a_value_that_contradicts_another_is_refused_and_named() {
        for csv in ["sku;cost\nA;1,5\nB;1,234.50\n", "sku;cost\nA;5\nB;\n"] {
            let refused = amounts(csv).unwrap_err();
            assert!(refused.to_string().contains("B: "), "{refused}");
        }
    }
}
