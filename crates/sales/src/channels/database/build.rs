//! From rows to sales. Pure.

use super::profile::{SalesProfile, Taxes};
use super::read::{Header, SCALE};
use crate::Result;
use crate::homologate::totals::rounded;
use crate::model::{
    Buyer, Identity, IssuedDocument, Line, LineTax, Order, Payment, Person, Sale, Status,
};
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeZone, Utc};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// A line, as it was read; amounts are scaled by ten to [`SCALE`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Part {
    pub order: i64,
    pub sku: String,
    pub title: String,
    pub quantity: Option<i64>,
    pub net: Option<i64>,
    pub tax: Option<i64>,
    pub rate: Option<i64>,
    pub group: String,
}

/// A tax of a document, as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TaxPart {
    /// The line that it is of, where the table says it.
    pub order: Option<i64>,
    pub rate: Option<i64>,
    pub amount: i64,
}

type Key = (String, String);

/// Lines, taxes and payments by kind and number of their document.
#[derive(Debug, Default)]
pub(super) struct Parts {
    lines: HashMap<Key, Vec<Part>>,
    taxes: HashMap<Key, Vec<TaxPart>>,
    payments: HashMap<Key, Vec<(i64, String)>>,
}

fn key(kind: &str, number: &str) -> Key {
    (kind.trim().to_owned(), number.trim().to_owned())
}

impl Parts {
    pub(super) fn line(&mut self, kind: &str, number: &str, part: Part) {
        self.lines.entry(key(kind, number)).or_default().push(part);
    }

    pub(super) fn tax(&mut self, kind: &str, number: &str, part: TaxPart) {
        self.taxes.entry(key(kind, number)).or_default().push(part);
    }

    pub(super) fn payment(&mut self, kind: &str, number: &str, amount: i64, method: String) {
        let payments = self.payments.entry(key(kind, number)).or_default();
        payments.push((amount, method));
    }
}

/// The letter of a document: its column, or the first character of its number.
pub(super) fn letter(header: &Header) -> String {
    match &header.letter {
        Some(letter) => letter.trim().to_owned(),
        None => header
            .number
            .trim()
            .chars()
            .next()
            .filter(|c| c.is_alphabetic())
            .map(String::from)
            .unwrap_or_default(),
    }
}

fn decimal(scaled: i64) -> Decimal {
    Decimal::new(scaled, u32::from(SCALE)).normalize()
}

/// The sale of a header and what belongs to it.
///
/// # Errors
/// Those of the profile.
pub(super) fn sale_of(profile: &SalesProfile, header: &Header, parts: &Parts) -> Result<Sale> {
    let letter = letter(header);
    let meaning = profile.meaning(header.kind.trim(), &letter);
    let turned = meaning.is_some_and(|meaning| meaning.turned);
    let own = key(&header.kind, &header.number);
    let mut unreadable = header.unreadable.clone();
    let issued = issued(profile, header, &mut unreadable);
    let stated = parts.taxes.get(&own).map_or(&[][..], Vec::as_slice);
    let (parts_of_lines, rows) = (parts.lines.get(&own), (stated, turned));
    let lines = lines(profile, header, parts_of_lines, rows, &mut unreadable);
    let total = header.total.map(|total| signed(decimal(total), turned));
    // A value that is missing makes any sum differ.
    let differ = taxes_differ(profile, &lines, rows).filter(|_| unreadable.is_empty());
    if let Some(problem) = differ {
        unreadable.push(problem);
    }
    let payments = payments(header, parts.payments.get(&own), total, &lines, turned);
    let key = header.key();
    let at = moment(profile, issued)?;
    let status = match header.pending {
        true => Status::Paid,
        false => Status::Cancelled,
    };
    Ok(Sale {
        orders: vec![Order {
            id: key.clone(),
            status,
        }],
        sold_at: at,
        updated_at: at,
        status,
        currency: profile.currency()?,
        lines,
        payments,
        shipment: None,
        buyer: buyer(header),
        withheld: Decimal::ZERO,
        declared: None,
        missing: Vec::new(),
        document: Some(IssuedDocument {
            code: meaning
                .map(|meaning| meaning.code.clone())
                .unwrap_or_default(),
            kind: header.kind.clone(),
            letter,
            number: header.number.clone(),
            issued,
            total,
            copies: header.copies,
            unreadable,
        }),
        key,
    })
}

fn signed(amount: Decimal, turned: bool) -> Decimal {
    if turned { -amount } else { amount }
}

fn issued(profile: &SalesProfile, header: &Header, unreadable: &mut Vec<String>) -> NaiveDateTime {
    let of = &profile.documents;
    let day = header
        .date
        .and_then(DateTime::from_timestamp_micros)
        .map(|at| at.naive_utc());
    let Some(day) = day else {
        unreadable.push(format!("{}.{}", of.table, of.date));
        return NaiveDateTime::default();
    };
    match (&of.hour, &header.hour) {
        (Some(name), written) => match written.as_deref().and_then(hour) {
            Some(hour) => day.date().and_time(hour),
            None => {
                unreadable.push(format!("{}.{name}", of.table));
                day
            }
        },
        (None, _) => day,
    }
}

/// An hour as programs write it: `12:17:00`, `12:17`, `121700`, `91700`, `1217`, or behind a date.
fn hour(text: &str) -> Option<NaiveTime> {
    let text = text.trim();
    let last = text.split([' ', 'T']).next_back().unwrap_or(text);
    if last.contains(':') {
        return ["%H:%M:%S%.f", "%H:%M"]
            .into_iter()
            .find_map(|form| NaiveTime::parse_from_str(last, form).ok());
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: u32 = text.parse().ok()?;
    match text.len() {
        5 | 6 => NaiveTime::from_hms_opt(digits / 10_000, digits / 100 % 100, digits % 100),
        3 | 4 => NaiveTime::from_hms_opt(digits / 100, digits % 100, 0),
        _ => None,
    }
}

/// Where clocks are turned back the earlier of two is taken; an hour that is left out is taken as UTC.
fn moment(profile: &SalesProfile, issued: NaiveDateTime) -> Result<DateTime<Utc>> {
    let zone = profile.zone()?;
    let local = zone.from_local_datetime(&issued).earliest();
    Ok(local.map_or_else(|| issued.and_utc(), |at| at.with_timezone(&Utc)))
}

fn lines(
    profile: &SalesProfile,
    header: &Header,
    parts: Option<&Vec<Part>>,
    (stated, turned): (&[TaxPart], bool),
    unreadable: &mut Vec<String>,
) -> Vec<Line> {
    let of = &profile.lines;
    let mut parts: Vec<&Part> = parts.into_iter().flatten().collect();
    parts.sort_by_key(|part| part.order);
    let mut shares = match (&of.tax, &of.rate, &profile.taxes) {
        (None, None, Some(table)) => shares(table, &parts, stated, unreadable),
        (_, _, _) => Vec::new(),
    }
    .into_iter();
    let mut lines = Vec::with_capacity(parts.len());
    for part in parts {
        let mut need = |value: Option<i64>, name: &str| {
            if value.is_none() {
                unreadable.push(format!("{}.{name}", of.table));
            }
            signed(decimal(value.unwrap_or_default()), turned)
        };
        let (quantity, net) = (need(part.quantity, &of.quantity), need(part.net, &of.net));
        let rate = part.rate.map(decimal);
        let (tax, rate) = match (&of.tax, rate) {
            (Some(name), rate) => (need(part.tax, name), rate),
            (None, Some(rate)) => (rounded(net * rate / Decimal::ONE_HUNDRED, 2), Some(rate)),
            (None, None) => {
                let share = shares.next().unwrap_or_default();
                (signed(share.tax, turned), share.rate)
            }
        };
        let group = match part.group.trim() {
            "" => of.fixed_group.clone(),
            group => group.to_owned(),
        };
        let whole = net + tax;
        let unit_price = whole.checked_div(quantity).unwrap_or(whole);
        lines.push(Line {
            order: header.key(),
            sku: part.sku.trim().to_owned(),
            item: part.sku.trim().to_owned(),
            title: part.title.trim().to_owned(),
            quantity,
            unit_price: rounded(unit_price, 6).normalize(),
            unit_fee: Decimal::ZERO,
            tax: Some(LineTax {
                net,
                tax,
                rate,
                group,
            }),
        });
    }
    lines
}

/// What the taxes of a document come to, against those of its lines.
fn taxes_differ(
    profile: &SalesProfile,
    lines: &[Line],
    (stated, turned): (&[TaxPart], bool),
) -> Option<String> {
    let of = profile.taxes.as_ref()?;
    if stated.is_empty() {
        return None;
    }
    let taxes = lines.iter().filter_map(|line| line.tax.as_ref());
    let sum: Decimal = taxes.map(|tax| tax.tax).sum();
    let stated: Decimal = stated.iter().map(|part| decimal(part.amount)).sum();
    let stated = signed(stated, turned);
    // Each line's tax is rounded by itself: a cent for each is not a difference.
    let cents = Decimal::new(i64::try_from(lines.len()).unwrap_or(i64::MAX), 2);
    ((sum - stated).abs() > cents).then(|| format!("{}.{}: {sum} ≠ {stated}", of.table, of.amount))
}

/// The tax of a line, where only the document's taxes are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Share {
    tax: Decimal,
    rate: Option<Decimal>,
}

/// Taxes of a table of their own, for each line. By the line that they name; else those of one rate are spread
/// over all lines by what these come to, in whole cents whose sum is exact. Several rates without lines belong
/// to nobody knows which.
fn shares(
    table: &Taxes,
    parts: &[&Part],
    stated: &[TaxPart],
    unreadable: &mut Vec<String>,
) -> Vec<Share> {
    if table.order.is_some() {
        return parts
            .iter()
            .map(|part| {
                let own = stated.iter().filter(|tax| tax.order == Some(part.order));
                let own: Vec<&TaxPart> = own.collect();
                Share {
                    tax: own.iter().map(|tax| decimal(tax.amount)).sum(),
                    rate: match own.as_slice() {
                        [only] => only.rate.map(decimal),
                        _ => None,
                    },
                }
            })
            .collect();
    }
    let Some(first) = stated.first() else {
        return Vec::new();
    };
    if parts.len() > 1 && stated.iter().any(|tax| tax.rate != first.rate) {
        unreadable.push(format!("{}.{}", table.table, table.amount));
        return Vec::new();
    }
    let rate = first.rate.map(decimal);
    let all: Decimal = stated.iter().map(|tax| decimal(tax.amount)).sum();
    let net = |part: &Part| decimal(part.net.unwrap_or_default());
    let whole: Decimal = parts.iter().map(|part| net(part)).sum();
    let (mut so_far, mut given) = (Decimal::ZERO, Decimal::ZERO);
    parts
        .iter()
        .map(|part| {
            so_far += net(part);
            let until = (all * so_far).checked_div(whole);
            let until = until.map_or(all, |until| rounded(until, 2));
            let tax = until - given;
            given = until;
            Share { tax, rate }
        })
        .collect()
}

fn payments(
    header: &Header,
    parts: Option<&Vec<(i64, String)>>,
    total: Option<Decimal>,
    lines: &[Line],
    turned: bool,
) -> Vec<Payment> {
    let of = |amount: Decimal, method: &str| Payment {
        id: String::new(),
        method: method.trim().to_owned(),
        approved: true,
        amount,
        refunded: Decimal::ZERO,
        shipping: Decimal::ZERO,
        taxes: Decimal::ZERO,
        coupon: Decimal::ZERO,
        overpaid: Decimal::ZERO,
    };
    if let Some(parts) = parts {
        return parts
            .iter()
            .map(|(amount, method)| of(signed(decimal(*amount), turned), method))
            .collect();
    }
    if header.payment.trim().is_empty() {
        return Vec::new();
    }
    let sum = || {
        let taxes = lines.iter().filter_map(|line| line.tax.as_ref());
        taxes.map(|tax| tax.net + tax.tax).sum()
    };
    vec![of(total.unwrap_or_else(sum), &header.payment)]
}

fn buyer(header: &Header) -> Buyer {
    let number = header.tax_id.trim();
    let name = header.customer.trim();
    let identity = match number.is_empty() {
        true => Identity::Missing,
        false => Identity::Given(Box::new(Person {
            id_type: header.tax_id_kind.trim().to_owned(),
            id_number: number.to_owned(),
            name: name.to_owned(),
            ..Person::default()
        })),
    };
    Buyer {
        id: number.to_owned(),
        nickname: name.to_owned(),
        identity,
    }
}
