//! What goes to the terminal: results to standard output, everything else to standard error.

use crate::texts;
use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use puente_app::amounts::{Amount, Quantity};
use puente_core::{Code, Error, ErrorView, Lang, Severity, fixed};
use serde::Serialize;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// How to speak, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    pub lang: Lang,
    /// Of the moments that are shown: the office's; none for this machine's, while no data is open.
    pub zone: Option<Tz>,
    pub json: bool,
    pub quiet: bool,
}

/// Exit codes, as `docs/manual/terminal.md` lists them.
pub mod exit {
    pub const FAILED: u8 = 1;
    pub const REFUSED: u8 = 3;
    pub const TRY_LATER: u8 = 4;
    pub const DIFFERENT: u8 = 5;
    pub const CANCELLED: u8 = 130;
}

/// Whether the result was written as JSON already, as with jobs that ran and failed.
static SHOWN: AtomicBool = AtomicBool::new(false);

impl Terminal {
    /// A text of the catalogue.
    pub fn text(&self, key: &str) -> &'static str {
        texts::get(self.lang, key)
    }

    /// A text of the catalogue with its places filled.
    pub fn fill(&self, key: &str, values: &[(&str, &dyn Display)]) -> String {
        texts::fill(self.lang, key, values)
    }

    /// A line of the result.
    pub fn line(&self, text: impl Display) {
        // Whoever reads may close the pipe (`| head`); that is no failure of ours.
        drop(writeln!(std::io::stdout().lock(), "{text}"));
    }

    /// A line beside the result.
    pub fn note(&self, text: impl Display) {
        drop(writeln!(std::io::stderr().lock(), "{text}"));
    }

    /// The result as JSON when that was asked for; otherwise as `show` writes it.
    pub fn result<T: Serialize>(&self, value: &T, show: impl FnOnce(&T)) {
        if self.json {
            SHOWN.store(true, Ordering::Relaxed);
            match serde_json::to_string_pretty(value) {
                Ok(text) => self.line(text),
                Err(error) => self.note(error),
            }
        } else {
            show(value);
        }
    }

    /// A table; columns whose heading begins with `>` are numbers. An empty one is `empty` instead.
    pub fn table(&self, headings: &[&str], rows: Vec<Vec<String>>, empty: &str) {
        if rows.is_empty() {
            return self.line(empty);
        }
        let width = (!std::io::stdout().is_terminal()).then_some(160);
        self.line(laid_out(headings, rows, width));
    }

    /// Says what went wrong and what to do, and gives the exit code.
    pub fn fail(&self, error: &Error) -> ExitCode {
        let view = error.view(self.lang);
        if self.json {
            #[derive(Serialize)]
            struct Failed<'a> {
                error: &'a ErrorView,
            }
            // One document is all that a program can read on the standard output.
            match serde_json::to_string_pretty(&Failed { error: &view }) {
                Ok(text) if SHOWN.load(Ordering::Relaxed) => self.note(text),
                Ok(text) => self.line(text),
                Err(error) => self.note(error),
            }
        } else {
            self.explain(&view);
        }
        ExitCode::from(code_of(error))
    }

    /// An error as people read it: what, what to do, and the technical part after them.
    pub fn explain(&self, view: &ErrorView) {
        self.note(format!(
            "{}: {}",
            self.text(severity(view.severity)),
            view.message
        ));
        self.note(format!("  → {}", view.hint));
        if !view.detail.is_empty() {
            self.note(format!(
                "  {}: {} [{}]",
                self.text("error.detail"),
                view.detail,
                view.code
            ));
        }
    }

    /// A whole number with its thousands.
    pub fn count(&self, number: impl Into<i128>) -> String {
        grouped(&number.into().to_string(), self.lang)
    }

    /// Money, rounded to whole units.
    pub fn money(&self, amount: Amount) -> String {
        let scaled = amount.0;
        let half = if scaled < 0 { -5_000 } else { 5_000 };
        grouped(&((scaled + half) / 10_000).to_string(), self.lang)
    }

    /// A quantity, with the decimals it has.
    pub fn quantity(&self, quantity: Quantity) -> String {
        let text = fixed::to_text(quantity.0, fixed::QUANTITY_SCALE);
        let trimmed = text.trim_end_matches('0').trim_end_matches('.');
        let (whole, decimals) = trimmed.split_once('.').unwrap_or((trimmed, ""));
        let point = self.lang.pick(',', '.');
        match decimals {
            "" => grouped(whole, self.lang),
            decimals => format!("{}{point}{decimals}", grouped(whole, self.lang)),
        }
    }

    /// A moment in [`Terminal::zone`].
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        let local = match self.zone {
            Some(zone) => at.with_timezone(&zone).naive_local(),
            None => at.with_timezone(&Local).naive_local(),
        };
        local.format("%Y-%m-%d %H:%M").to_string()
    }

    /// Yes or no.
    pub fn yes(&self, yes: bool) -> String {
        self.text(if yes { "yes" } else { "no" }).to_owned()
    }
}

/// The exit code of an error.
pub fn code_of(error: &Error) -> u8 {
    match (error.code, error.code.severity()) {
        (Code::Cancelled, _) => exit::CANCELLED,
        (Code::ProofMismatch, _) => exit::DIFFERENT,
        (_, Severity::Warning) => exit::REFUSED,
        (_, _) if error.retryable => exit::TRY_LATER,
        (_, Severity::Failure | Severity::Neutral) => exit::FAILED,
    }
}

/// A table as wide as the terminal, or as `width` where there is none.
fn laid_out(headings: &[&str], rows: Vec<Vec<String>>, width: Option<u16>) -> Table {
    let wholes: Vec<u16> = (0..headings.len()).map(|at| whole_of(&rows, at)).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if let Some(width) = width {
        table.set_width(width);
    }
    table.set_header(
        headings
            .iter()
            .map(|heading| heading.trim_start_matches('>')),
    );
    for row in rows {
        table.add_row(row);
    }
    for ((column, heading), whole) in table.column_iter_mut().zip(headings).zip(wholes) {
        if heading.starts_with('>') {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if whole > 0 {
            let least = whole.saturating_add(column.padding_width());
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
    }
    table
}

/// Characters of the longest cell of a column of numbers, codes or NIT, which no narrow terminal may cut in two:
/// nobody could copy them. Zero for a column of words, and for codes that would leave it no room.
fn whole_of(rows: &[Vec<String>], at: usize) -> u16 {
    let cells = || rows.iter().filter_map(|row| row.get(at));
    if cells().any(|cell| cell.contains(char::is_whitespace)) {
        return 0;
    }
    let longest = cells().map(|cell| cell.chars().count()).max().unwrap_or(0);
    match u16::try_from(longest) {
        Ok(longest) if longest <= MOST_WHOLE => longest,
        Ok(_) | Err(_) => 0,
    }
}

/// A NIT with its year, an order's number, an amount: nothing of these is longer.
const MOST_WHOLE: u16 = 20;

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "severity.warning",
        Severity::Neutral => "severity.neutral",
        Severity::Failure => "severity.failure",
    }
}

fn grouped(digits: &str, lang: Lang) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(lang.pick('.', ','));
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ES: Terminal = Terminal {
        lang: Lang::Es,
        zone: Some(Tz::America__Santiago),
        json: false,
        quiet: true,
    };

    #[test]
    fn a_moment_is_told_in_the_zone_of_the_office() {
        let at = "2026-11-01T03:30:00Z".parse().unwrap();
        assert_eq!(ES.moment(at), "2026-11-01 00:30");
        let bogota = Terminal {
            zone: Some(Tz::America__Bogota),
            ..ES
        };
        assert_eq!(bogota.moment(at), "2026-10-31 22:30");
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let en = Terminal {
            lang: Lang::En,
            ..ES
        };
        assert_eq!(
            (ES.count(1_234_567), en.count(-1_234)),
            ("1.234.567".into(), "-1,234".into())
        );
        assert_eq!(
            (ES.money(Amount(12_345_678)), ES.money(Amount(-15_000))),
            ("1.235".into(), "-2".into())
        );
        assert_eq!(
            (
                ES.quantity(Quantity(1_500_000)),
                ES.quantity(Quantity(-2_000_000))
            ),
            ("1,5".into(), "-2".into())
        );
    }

    #[test]
    fn a_narrow_terminal_cuts_no_number_in_two() {
        let row = |nit: &str, name: &str, rows: &str| {
            [
                "1",
                nit,
                name,
                "Contabilidad de ejemplo",
                rows,
                "2026-11-26 11:29",
            ]
            .map(String::from)
        };
        let rows = vec![
            row("9007654326", "CLÍNICA SAN JOSÉ DE CÚCUTA", "17.715").to_vec(),
            row(
                "9001234568:2026",
                "DISTRIBUIDORA MUÑOZ & CÍA S.A.S.",
                "1.252.106",
            )
            .to_vec(),
        ];
        let headings = ["N.º", "NIT", "Nombre", "Servidor", ">Movimientos", "Última"];
        let shown = laid_out(&headings, rows, Some(60)).to_string();
        for whole in ["9007654326", "9001234568:2026", "17.715", "1.252.106"] {
            assert!(shown.contains(whole), "{whole}\n{shown}");
        }
        assert!(
            shown.lines().all(|line| line.chars().count() <= 60),
            "{shown}"
        );
    }

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        let code = |code| code_of(&Error::new(code));
        assert_eq!(code(Code::Cancelled), 130);
        assert_eq!(code(Code::ProofMismatch), 5);
        assert_eq!(code(Code::NotFound), 3);
        assert_eq!(code(Code::DbPortClosed), 4);
        assert_eq!(code(Code::DbWrongPassword), 1);
    }
}
