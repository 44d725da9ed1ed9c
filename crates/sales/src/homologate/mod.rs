//! From a sale to an invoice: a pure function.

pub mod cities;
pub mod contact;
mod customer;
mod requirements;
mod taxes;
pub mod totals;

pub use customer::usual_id_type;
pub use requirements::{Requirement, requirements};
pub(crate) use taxes::is_sales_tax;

use self::taxes::{is_iva, stated_tax, tax_of};
use crate::catalogue::{Catalogue, DocumentType};
use crate::draft::{Draft, DraftLine, DraftPayment};
use crate::model::{IssuedDocument, Line, LineTax, Order, Sale, Status};
use crate::reason::Reason;
use crate::rules::{MappingKind, Mappings, Rules};
use chrono::{Days, NaiveDate};
use puente_core::Currency;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Lines that SIIGO takes in one invoice.
const MAX_LINES: usize = 500;
/// Decimals that SIIGO takes of a quantity and of a price.
const QUANTITY_DECIMALS: u32 = 2;
const PRICE_DECIMALS: u32 = 6;
/// Longest code of a product, and longest description.
const CODE_LENGTH: usize = 30;
const DESCRIPTION_LENGTH: usize = 200;

/// Works out the invoice of a sale for the day `today`, or everything that stands in its way.
///
/// The total of a draft is what was paid for what it invoices, within [`Rules::tolerance`]: prices, the
/// shipping where it is invoiced, taxes beside the price and surplus, by the buyer or by the channel in the
/// buyer's place (a coupon).
///
/// # Errors
/// All reasons, never none.
pub fn homologate(
    sale: &Sale,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    today: NaiveDate,
) -> Result<Draft, Vec<Reason>> {
    homologate_accepting(sale, mappings, catalogue, rules, today, &[])
}

/// As [`homologate`], where a person has accepted that amounts differ: those reasons, to the cent, don't
/// stand in the way.
///
/// # Errors
/// All other reasons, never none.
pub fn homologate_accepting(
    sale: &Sale,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    today: NaiveDate,
    accepted: &[Reason],
) -> Result<Draft, Vec<Reason>> {
    let mut reasons = Vec::new();
    check_sale(sale, &mut reasons);
    if catalogue.fetched_at.is_none() {
        reasons.push(Reason::NoCatalogue);
        return Err(reasons);
    }
    requirements::check(catalogue, rules, &mut reasons);
    let customer = customer::of(sale, mappings, rules, &mut reasons);
    let mut lines = lines(sale, mappings, catalogue, rules, &mut reasons);
    let shipping = shipping_line(sale, catalogue, rules, &mut reasons);
    let paid = sale.owed(shipping.is_some());
    lines.extend(shipping);
    if lines.len() > MAX_LINES {
        reasons.push(Reason::TooManyLines { limit: MAX_LINES });
    }
    let document = rules
        .document_type
        .and_then(|id| catalogue.document_type(id));
    let (base, tax) = lines
        .iter()
        .fold((Decimal::ZERO, Decimal::ZERO), |sum, line| {
            (sum.0 + line.base, sum.1 + line.tax)
        });
    let total = match document {
        Some(document) if !document.decimals => totals::rounded(base + tax, 0),
        Some(_) | None => base + tax,
    };
    // A line that is missing makes any total differ: its own reason says more.
    if reasons.is_empty() {
        let differ = differences(sale, rules, total, paid);
        reasons.extend(differ.into_iter().filter(|one| !accepted.contains(one)));
    }
    let payments = payments(sale, mappings, catalogue, rules, total, today, &mut reasons);
    match (document, rules.seller, customer) {
        (Some(document), Some(seller), Some(customer)) if reasons.is_empty() => Ok(Draft {
            document_type: document.id,
            date: today,
            seller,
            cost_center: cost_center(document, rules),
            customer,
            lines,
            payments,
            base,
            tax,
            total,
            paid,
            observations: format!("Venta {}", sale.key),
            stamp: rules.stamp && document.electronic,
            mail: rules.mail,
            report: None,
        }),
        _ => Err(reasons),
    }
}

/// How the money of a sale doesn't add up.
fn differences(sale: &Sale, rules: &Rules, total: Decimal, paid: Decimal) -> Vec<Reason> {
    let mut found = Vec::new();
    if (total - paid).abs() > rules.tolerance {
        found.push(Reason::TotalDiffers {
            total: total.normalize(),
            paid: paid.normalize(),
            taxes: sale.sum(|payment| payment.taxes).normalize(),
            overpaid: sale.sum(|payment| payment.overpaid).normalize(),
        });
    }
    if !sale.is_explained(rules.tolerance) {
        found.push(Reason::PaymentsDiffer {
            declared: sale.declared.unwrap_or_default().normalize(),
            found: sale.owed(true).normalize(),
        });
    }
    found
}

fn check_sale(sale: &Sale, reasons: &mut Vec<Reason>) {
    match sale.status {
        Status::Paid => {}
        Status::Refunded => reasons.push(Reason::Refunded),
        Status::Pending | Status::Cancelled => {
            let unpaid = |order: &&Order| order.status == Status::Pending;
            let order = sale.orders.iter().find(unpaid);
            reasons.push(Reason::NotPaid {
                order: order.map_or_else(|| sale.key.clone(), |order| order.id.clone()),
            });
        }
    }
    if !sale.missing.is_empty() {
        let parts = sale.missing.join(", ");
        reasons.push(Reason::Incomplete { parts });
    }
    if sale.lines.is_empty() {
        reasons.push(Reason::Empty);
    }
    if let Some(document) = &sale.document {
        check_document(sale, document, reasons);
    }
    if sale.currency != Currency::Cop {
        let currency = sale.currency.to_string();
        reasons.push(Reason::Currency { currency });
    }
}

/// What a document of a local database has that no invoice can be made of.
fn check_document(sale: &Sale, document: &IssuedDocument, reasons: &mut Vec<Reason>) {
    let mut problem = |field: &str, value: String| {
        let field = field.to_owned();
        reasons.push(Reason::Document { field, value });
    };
    if !document.unreadable.is_empty() {
        problem("value", document.unreadable.join(", "));
    }
    if document.copies > 1 {
        problem("copies", document.number.clone());
    }
    // What is given back is a credit note of an invoice that is there already, which a person knows.
    if sale.lines.iter().any(|line| line.quantity < Decimal::ZERO) {
        problem("returned", sale.key.clone());
    }
}

fn cost_center(document: &DocumentType, rules: &Rules) -> Option<i64> {
    let wanted = document.cost_center || document.cost_center_mandatory;
    let chosen = rules.cost_center.or(document.cost_center_default);
    chosen.filter(|_| wanted)
}

fn lines(
    sale: &Sale,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Vec<DraftLine> {
    let mut lines = Vec::with_capacity(sale.lines.len() + 1);
    for line in &sale.lines {
        let stated = line.tax.as_ref();
        let nothing = |tax: &LineTax| line.quantity.is_zero() && (tax.net + tax.tax).is_zero();
        // Of what was given back the document says more.
        if stated.is_some_and(|tax| nothing(tax) || line.quantity < Decimal::ZERO) {
            continue;
        }
        let sku = sku_of(line);
        let Some(code) = code_of(sku, line, mappings, catalogue, rules, reasons) else {
            continue;
        };
        let rate = stated.and_then(|tax| tax.rate);
        let tax = match rate.filter(|_| mappings.get(MappingKind::Tax, sku).is_none()) {
            Some(rate) => stated_tax(sku, &code, rate, catalogue, rules, reasons),
            None => tax_of(sku, &code, mappings, catalogue, rules, reasons),
        };
        let Some((tax_id, tax_rate)) = tax else {
            continue;
        };
        let piece = Piece {
            code,
            description: &line.title,
            quantity: line.quantity,
            price: line.unit_price,
            tax_id,
            tax_rate,
            is_iva: is_iva(catalogue, tax_id),
            // What a document's line comes to has its tax in it.
            inside: rules.prices_with_tax || stated.is_some(),
        };
        match piece.line(rules) {
            Some(line) => lines.push(line),
            None => reasons.push(Reason::TooPrecise {
                sku: sku.to_owned(),
            }),
        }
    }
    lines
}

/// The seller's code, or the channel's number where the seller gave none.
pub(crate) fn sku_of(line: &Line) -> &str {
    match line.sku.trim() {
        "" => &line.item,
        sku => sku,
    }
}

fn code_of(
    sku: &str,
    line: &Line,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<String> {
    if let Some(code) = mappings.get(MappingKind::Product, sku) {
        return active_product("product", code, catalogue, reasons);
    }
    if rules.sku_is_code
        && let Some(product) = catalogue.product(sku).filter(|product| product.active)
    {
        return Some(product.code.clone());
    }
    if !rules.generic_product.is_empty() {
        return active_product(
            "generic_product",
            &rules.generic_product,
            catalogue,
            reasons,
        );
    }
    reasons.push(Reason::UnmappedProduct {
        sku: sku.to_owned(),
        title: line.title.clone(),
    });
    None
}

fn active_product(
    field: &str,
    code: &str,
    catalogue: &Catalogue,
    reasons: &mut Vec<Reason>,
) -> Option<String> {
    match catalogue.product(code) {
        Some(product) if product.active && is_code(&product.code) => Some(product.code.clone()),
        Some(_) | None => {
            let reason = Reason::NotInCatalogue {
                field: field.to_owned(),
                value: code.to_owned(),
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
            None
        }
    }
}

fn is_code(code: &str) -> bool {
    let fits = |c: char| c != '\'' && !c.is_whitespace();
    (1..=CODE_LENGTH).contains(&code.chars().count()) && code.chars().all(fits)
}

fn refuse<T>(reasons: &mut Vec<Reason>, reason: Reason) -> Option<T> {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
    None
}

/// A line before it is worked out.
struct Piece<'a> {
    code: String,
    description: &'a str,
    quantity: Decimal,
    price: Decimal,
    tax_id: Option<i64>,
    tax_rate: Decimal,
    is_iva: bool,
    /// Whether its price has its tax in it.
    inside: bool,
}

impl Piece<'_> {
    fn line(self, rules: &Rules) -> Option<DraftLine> {
        let too_fine = self.quantity.normalize().scale() > QUANTITY_DECIMALS
            || self.price.normalize().scale() > PRICE_DECIMALS;
        if too_fine || self.quantity <= Decimal::ZERO || self.price <= Decimal::ZERO {
            return None;
        }
        let inside = self.inside && self.tax_id.is_some();
        // SIIGO takes a price with its tax inside for IVA only.
        let with_tax = inside && self.is_iva;
        let price = match inside && !with_tax {
            true => {
                let whole = self.price.checked_mul(Decimal::ONE_HUNDRED)?;
                let net = whole.checked_div(Decimal::ONE_HUNDRED + self.tax_rate)?;
                totals::rounded(net, PRICE_DECIMALS)
            }
            false => self.price,
        };
        let worked = totals::line(self.quantity, price, with_tax, Decimal::ZERO, self.tax_rate)?;
        Some(DraftLine {
            code: self.code,
            description: customer::clean(self.description, DESCRIPTION_LENGTH),
            quantity: self.quantity,
            price,
            with_tax,
            tax_id: self.tax_id,
            tax_rate: self.tax_rate,
            warehouse: rules.warehouse,
            base: worked.base,
            tax: worked.tax,
            total: worked.total(),
            group: String::new(),
        })
    }
}

/// What the buyer paid for shipping, as a line, where the office invoices it.
fn shipping_line(
    sale: &Sale,
    catalogue: &Catalogue,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<DraftLine> {
    let price = sale.shipping_paid();
    if rules.shipping_product.is_empty() || price <= Decimal::ZERO {
        return None;
    }
    let code = active_product(
        "shipping_product",
        &rules.shipping_product,
        catalogue,
        reasons,
    )?;
    let none = Mappings::default();
    let (tax_id, tax_rate) = tax_of(&code, &code, &none, catalogue, rules, reasons)?;
    let piece = Piece {
        code,
        description: "Envío",
        quantity: Decimal::ONE,
        price,
        tax_id,
        tax_rate,
        is_iva: is_iva(catalogue, tax_id),
        inside: rules.prices_with_tax,
    };
    let Some(line) = piece.line(rules) else {
        let sku = rules.shipping_product.clone();
        return refuse(reasons, Reason::TooPrecise { sku });
    };
    // Goods leave a warehouse, shipping doesn't.
    Some(DraftLine {
        warehouse: None,
        ..line
    })
}

/// Payments by their number in the ledger, in sum the total: the largest takes the cents of rounding.
fn payments(
    sale: &Sale,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    total: Decimal,
    today: NaiveDate,
    reasons: &mut Vec<Reason>,
) -> Vec<DraftPayment> {
    let with_shipping = !rules.shipping_product.is_empty();
    let mut sums: BTreeMap<i64, Decimal> = BTreeMap::new();
    for payment in sale.payments.iter().filter(|payment| payment.approved) {
        let mapped = mappings.get(MappingKind::Payment, &payment.method);
        let id = match mapped {
            Some(text) => text.parse().ok(),
            None => rules.payment,
        };
        let Some(id) = id else {
            let method = payment.method.clone();
            refuse::<()>(reasons, Reason::UnmappedPayment { method });
            continue;
        };
        *sums.entry(id).or_default() += payment.owed(with_shipping);
    }
    let mut due = false;
    for id in sums.keys() {
        match catalogue.payment_type(*id).filter(|kind| kind.active) {
            Some(kind) => due |= kind.due_date,
            None => {
                let (field, value) = ("payment".to_owned(), id.to_string());
                refuse::<()>(reasons, Reason::NotInCatalogue { field, value });
            }
        }
    }
    let Some((largest, _)) = sums.iter().max_by_key(|(_, value)| **value) else {
        if reasons.is_empty() {
            reasons.push(Reason::NotPaid {
                order: sale.key.clone(),
            });
        }
        return Vec::new();
    };
    let largest = *largest;
    let others = |sums: &BTreeMap<i64, Decimal>| -> Decimal {
        let rest = sums.iter().filter(|(id, _)| **id != largest);
        rest.map(|(_, value)| totals::rounded(*value, 2)).sum()
    };
    // SIIGO takes one payment only when one of them is due on a day; and where a person accepted a total
    // that the others already exceed, one has to do.
    if due || others(&sums) >= total {
        sums.retain(|id, _| *id == largest);
    }
    let others = others(&sums);
    let due_date = due
        .then(|| today.checked_add_days(Days::new(u64::from(rules.due_days))))
        .flatten();
    sums.into_iter()
        .map(|(id, value)| DraftPayment {
            id,
            value: match id == largest {
                true => total - others,
                false => totals::rounded(value, 2),
            },
            due_date,
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
