//! From sale to invoice: ledgers, channels, what each expects, and the sales themselves.

pub mod accept;
pub mod attempts;
pub mod catalogue;
pub mod channels;
pub mod costs;
pub mod example;
pub mod files;
pub mod known;
pub mod ledgers;
pub mod listening;
pub mod local;
pub mod mappings;
pub mod margin;
pub mod misfits;
pub mod send;
pub mod show;
pub mod steps;
pub mod table;
mod texts;
mod typed;

use crate::App;
use puente_sales::Room;
use puente_sales::sales::from_e4;
use rust_decimal::Decimal;

pub use texts::ReasonView;

/// What the sales crate stands on, over the same data.
pub(crate) fn room(app: &App) -> &Room {
    &app.sales
}

/// An exact amount as a text with two decimals at least.
pub(crate) fn amount(e4: i64) -> String {
    plain(from_e4(e4))
}

pub(crate) fn wide(e4: i128) -> String {
    let hundredths = Decimal::from_i128_with_scale(e4.clamp(-MOST, MOST), 4);
    plain(hundredths.normalize())
}

/// 28 digits.
const MOST: i128 = 9_999_999_999_999_999_999_999_999_999;

pub(crate) fn plain(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}
