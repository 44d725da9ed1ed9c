//! From a sale whose document was issued at a point of sale to what Solar is told of it. Pure.

use super::Settings;
use crate::draft::{Customer, Draft, DraftLine, DraftPayment, Report};
use crate::homologate::totals::rounded;
use crate::model::{IssuedDocument, Line, Sale, Status};
use crate::reason::Reason;
use crate::rules::{MappingKind, Mappings, Rules};
use rust_decimal::Decimal;

/// Codes of the tax authority that Solar takes: invoices and credit notes of letters A and B.
const CODES: [&str; 4] = ["001", "003", "006", "008"];
/// Solar takes the last characters of a number.
const NUMBER_LENGTH: usize = 12;

/// What Solar is told of a sale.
///
/// # Errors
/// Every reason why it can't be told.
pub fn draft(
    sale: &Sale,
    mappings: &Mappings,
    rules: &Rules,
    settings: &Settings,
) -> Result<Draft, Vec<Reason>> {
    let Some(document) = &sale.document else {
        return Err(vec![problem("none", &sale.key)]);
    };
    let mut reasons = Vec::new();
    if sale.status == Status::Cancelled {
        reasons.push(Reason::NotPaid {
            order: sale.key.clone(),
        });
    }
    let number = check(document, &mut reasons);
    let lines = lines(sale, &mut reasons);
    if lines.is_empty() && reasons.is_empty() {
        reasons.push(Reason::Empty);
    }
    let sum = |of: fn(&DraftLine) -> Decimal| lines.iter().map(of).sum::<Decimal>();
    let (base, tax) = (sum(|line| line.base), sum(|line| line.tax));
    let total = base + tax;
    let paid: Decimal = sale.payments.iter().map(|payment| payment.amount).sum();
    let paid = (!sale.payments.is_empty()).then_some(paid);
    for (field, stated) in [("total", document.total), ("payments_sum", paid)] {
        // A line that is missing makes any total differ: its own reason says more.
        let Some(stated) = stated.filter(|_| reasons.is_empty()) else {
            continue;
        };
        if (total - stated).abs() > rules.tolerance {
            reasons.push(problem(field, &format!("{total} ≠ {stated}")));
        }
    }
    let method = method(sale, mappings);
    if method.is_empty() {
        reasons.push(problem("payment", ""));
    }
    if !reasons.is_empty() {
        return Err(reasons);
    }
    Ok(Draft {
        document_type: document.code.parse().unwrap_or_default(),
        date: document.issued.date(),
        seller: 0,
        cost_center: None,
        customer: nobody(),
        lines,
        payments: vec![DraftPayment {
            id: 0,
            value: total,
            due_date: None,
        }],
        base,
        tax,
        total,
        paid: document.total.unwrap_or(total),
        observations: String::new(),
        stamp: false,
        mail: false,
        report: Some(Report {
            code: document.code.clone(),
            point: settings.point.clone(),
            number,
            hour: document.issued.format("%H:%M:%S").to_string(),
            method,
        }),
    })
}

fn problem(field: &str, value: &str) -> Reason {
    Reason::Document {
        field: field.to_owned(),
        value: value.to_owned(),
    }
}

/// The number that Solar takes.
fn check(document: &IssuedDocument, reasons: &mut Vec<Reason>) -> String {
    if !document.unreadable.is_empty() {
        reasons.push(problem("value", &document.unreadable.join(", ")));
    }
    if document.copies > 1 {
        reasons.push(problem("copies", &document.number));
    }
    if !CODES.contains(&document.code.as_str()) {
        let kind = format!("{} {}", document.kind, document.letter);
        reasons.push(problem("kind", kind.trim()));
    }
    let written = document.number.trim();
    let skip = written.chars().count().saturating_sub(NUMBER_LENGTH);
    let number: String = written.chars().skip(skip).collect();
    if number.len() != NUMBER_LENGTH || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        reasons.push(problem("number", written));
    }
    number
}

fn lines(sale: &Sale, reasons: &mut Vec<Reason>) -> Vec<DraftLine> {
    let mut lines = Vec::with_capacity(sale.lines.len());
    for line in &sale.lines {
        match of(line) {
            Some(line) if line.quantity.is_zero() && line.total.is_zero() => {}
            Some(line) if line.description.is_empty() => reasons.push(problem("item", &line.code)),
            Some(line) => lines.push(line),
            None => reasons.push(problem("value", &line.sku)),
        }
    }
    lines
}

fn of(line: &Line) -> Option<DraftLine> {
    let tax = line.tax.as_ref()?;
    let (base, amount) = (rounded(tax.net, 2), rounded(tax.tax, 2));
    let named = [&line.sku, &line.title].into_iter().map(|text| text.trim());
    Some(DraftLine {
        code: line.sku.clone(),
        description: named
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned(),
        quantity: line.quantity,
        price: line.unit_price,
        with_tax: true,
        // Solar knows taxes by their rate alone.
        tax_id: tax.rate.map(|_| 0),
        tax_rate: tax.rate.unwrap_or_default(),
        warehouse: None,
        base,
        tax: amount,
        total: base + amount,
        group: tax.group.clone(),
    })
}

/// The way in which most was paid: Solar takes one.
fn method(sale: &Sale, mappings: &Mappings) -> String {
    let largest = sale
        .payments
        .iter()
        .max_by_key(|payment| payment.amount.abs());
    let named = largest.map_or("", |payment| payment.method.trim());
    mappings
        .get(MappingKind::Payment, named)
        .unwrap_or(named)
        .to_owned()
}

fn nobody() -> Customer {
    Customer {
        company: false,
        id_type: String::new(),
        identification: String::new(),
        check_digit: None,
        name: Vec::new(),
        address: String::new(),
        state_code: String::new(),
        city_code: String::new(),
        phone: String::new(),
        email: String::new(),
    }
}
