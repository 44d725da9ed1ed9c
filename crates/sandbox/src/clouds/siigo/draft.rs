//! What an invoice must be before it is made: every rule of `POST /v1/invoices`.

use super::catalogs::{DocumentType, in_use};
use super::company::Company;
use super::customers::{self, Sent};
use super::lines::{self, Line};
use super::refusal::{Reader, Refusal, Trouble};
use super::total::Halves;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

const FIELDS: [&str; 15] = [
    "document",
    "date",
    "number",
    "customer",
    "cost_center",
    "currency",
    "seller",
    "stamp",
    "mail",
    "observations",
    "items",
    "payments",
    "retentions",
    "global_discounts",
    "additional_fields",
];

/// What the rules depend on besides the company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ground {
    /// Today in Colombia.
    pub(crate) today: NaiveDate,
    pub(crate) halves: Halves,
    /// Whether the message about the total has commas between thousands.
    pub(crate) commas: bool,
}

#[derive(Debug)]
pub(crate) struct Payment {
    pub(crate) id: i64,
    pub(crate) value: Decimal,
    pub(crate) due: Option<NaiveDate>,
}

/// Who an invoice is for.
pub(crate) enum Buyer {
    Known(String, i64),
    New(Box<Sent>),
}

/// An invoice that may be made.
pub(crate) struct Draft {
    pub(crate) document: DocumentType,
    pub(crate) number: Option<i64>,
    pub(crate) date: NaiveDate,
    pub(crate) buyer: Buyer,
    pub(crate) cost_center: Option<i64>,
    pub(crate) currency: Option<Value>,
    pub(crate) seller: i64,
    pub(crate) observations: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) purchase_order: Option<Value>,
    pub(crate) total: Decimal,
    pub(crate) mail: bool,
}

/// Checks an invoice.
pub(crate) fn check(company: &Company, body: &Value, ground: Ground) -> Result<Draft, Refusal> {
    let mut troubles = Vec::new();
    let draft = Reader::new(body, "", &mut troubles)
        .as_mut()
        .and_then(|reader| read(company, reader, ground));
    match draft {
        Some(draft) if troubles.is_empty() => Ok(draft),
        _ => {
            // A number that was used before is a conflict, when nothing else is wrong.
            let conflict = troubles.len() == 1
                && troubles
                    .iter()
                    .any(|trouble| trouble.code == "duplicated_document");
            Err(Refusal {
                status: if conflict { 409 } else { 400 },
                troubles,
                retry_after: None,
            })
        }
    }
}

fn read(company: &Company, reader: &mut Reader<'_>, ground: Ground) -> Option<Draft> {
    reader.only(&FIELDS);
    let document = read_document(company, reader);
    let date = read_date(company, reader, document.as_ref(), ground);
    let buyer = read_customer(company, reader);
    let seller = reader.required_whole("seller");
    if seller.is_some_and(|seller| !in_use(&company.catalogs.sellers, seller)) {
        reader.wrong("invalid_reference", "seller", "This user does not exist");
    }
    let observations = reader.text("observations", 4000).map(str::to_owned);
    let currency = read_currency(reader);
    for field in ["global_discounts", "retentions"] {
        if reader.list(field).is_some_and(|list| !list.is_empty()) {
            reader.wrong(
                if field == "retentions" {
                    "invalid_retentions"
                } else {
                    "document_settings"
                },
                field,
                "How this changes the total is not documented",
            );
        }
    }
    let purchase_order = read_purchase_order(reader);
    let mail = flag(reader, "mail");
    let stamp = flag(reader, "stamp");
    for field in ["items", "payments"] {
        reader.some(field);
    }
    let document = document?;
    let number = read_number(company, reader, &document);
    let cost_center = read_cost_center(company, reader, &document);
    if stamp && !document.is_electronic() {
        reader.wrong(
            "document_settings",
            "stamp",
            "The document type is not electronic",
        );
    }
    let lines = lines::read(company, reader, &document, ground.halves);
    let payments = read_payments(company, reader, date);
    // The total says nothing while a line is wrong.
    reader.is_fine().then_some(())?;
    let (lines, payments) = (lines?, payments?);
    let total: Decimal = lines.iter().map(|line| line.sum.total).sum();
    let total = if document.decimals {
        total
    } else {
        ground.halves.round(total, 0)
    };
    let paid: Decimal = payments.iter().map(|payment| payment.value).sum();
    if paid != total {
        let says = if ground.commas {
            with_commas(total)
        } else {
            total.normalize().to_string()
        };
        reader.wrong(
            "invalid_total_payments",
            "payments",
            format!(
                "The total payments must be equal to the total invoice. The total invoice calculated is {says}"
            ),
        );
    }
    Some(Draft {
        number,
        date: date?,
        buyer: buyer?,
        cost_center,
        currency,
        seller: seller?,
        observations,
        lines,
        payments,
        purchase_order,
        total,
        mail,
        document,
    })
}

fn read_document(company: &Company, reader: &mut Reader<'_>) -> Option<DocumentType> {
    reader.required("document");
    let id = reader.inside("document", |document| {
        document.only(&["id"]);
        document.required_whole("id")
    })?;
    match company.catalogs.documents.get(&id) {
        Some(document) if document.kind != "FV" => {
            reader.wrong(
                "invalid_document",
                "document.id",
                "This is not an invoice's type",
            );
            None
        }
        Some(document) if !document.active => {
            reader.wrong("parameter_inactive", "document.id", "The type is inactive");
            None
        }
        Some(document) => Some(document.clone()),
        None => {
            reader.wrong(
                "invalid_reference",
                "document.id",
                "This type does not exist",
            );
            None
        }
    }
}

fn read_date(
    company: &Company,
    reader: &mut Reader<'_>,
    document: Option<&DocumentType>,
    ground: Ground,
) -> Option<NaiveDate> {
    let text = reader.required_text("date", 10)?;
    let Some(date) = day(text) else {
        reader.wrong("invalid_date", "date", "The date is not yyyy-MM-dd");
        return None;
    };
    if document.is_some_and(DocumentType::is_electronic) && date < ground.today {
        reader.wrong(
            "invalid_date",
            "date",
            "An electronic document can't be dated before today",
        );
    } else if date > ground.today {
        reader.wrong("date_settings", "date", "The date is after today");
    } else if company.closed_until.is_some_and(|closed| date <= closed) {
        reader.wrong(
            "blocked_transactions",
            "date",
            "The accounting period is blocked",
        );
    }
    Some(date)
}

fn day(text: &str) -> Option<NaiveDate> {
    (text.len() == 10)
        .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
        .flatten()
}

fn read_customer(company: &Company, reader: &mut Reader<'_>) -> Option<Buyer> {
    reader.required("customer");
    reader.inside("customer", |customer| {
        let identification = customer.required_text("identification", 20)?.to_owned();
        let branch = customer.whole("branch_office").unwrap_or(0);
        let known = company.customers.get(&(identification.clone(), branch));
        let is_whole = ["person_type", "id_type", "name", "address"]
            .iter()
            .any(|field| customer.get(field).is_some());
        match known {
            Some(known) if !known.active => {
                customer.wrong(
                    "parameter_inactive",
                    "identification",
                    "The customer is inactive",
                );
                None
            }
            Some(_) if is_whole => {
                customers::check(customer)?;
                Some(Buyer::Known(identification, branch))
            }
            Some(_) => {
                customer.only(&["identification", "branch_office"]);
                Some(Buyer::Known(identification, branch))
            }
            None if is_whole => Some(Buyer::New(Box::new(customers::check(customer)?))),
            None => {
                customer.wrong(
                    "invalid_reference",
                    "identification",
                    format!("The customer does not exist: {identification}"),
                );
                None
            }
        }
    })
}

fn read_number(company: &Company, reader: &mut Reader<'_>, document: &DocumentType) -> Option<i64> {
    if document.automatic_number {
        if reader.get("number").is_some() {
            reader.wrong(
                "parameter_not_allowed",
                "number",
                "The document type numbers by itself",
            );
        }
        return None;
    }
    let number = reader.required_whole("number")?;
    if number < 1 {
        reader.wrong("invalid_value", "number", "The number must be positive");
    }
    let is_used = company
        .invoices
        .iter()
        .any(|invoice| invoice.document_id == document.id && invoice.number == number);
    if is_used {
        reader.wrong(
            "duplicated_document",
            "number",
            "The document already exists",
        );
    }
    Some(number)
}

fn read_cost_center(
    company: &Company,
    reader: &mut Reader<'_>,
    document: &DocumentType,
) -> Option<i64> {
    if document.cost_center_mandatory {
        reader.required("cost_center");
    }
    let id = reader.whole("cost_center")?;
    if !document.cost_center {
        reader.wrong(
            "document_settings",
            "cost_center",
            "The document type has no cost centres",
        );
    } else if !in_use(&company.catalogs.cost_centers, id) {
        reader.wrong("invalid_cost_center", "cost_center", "It does not exist");
    }
    Some(id)
}

fn read_currency(reader: &mut Reader<'_>) -> Option<Value> {
    reader.get("currency")?;
    reader.inside("currency", |currency| {
        currency.only(&["code", "exchange_rate"]);
        let code = currency.required_text("code", 3)?;
        if code == "COP" || !["USD", "EUR", "MXN", "CLP", "ARS"].contains(&code) {
            currency.wrong("invalid_currency", "code", "Another currency than COP");
        }
        let rate = currency.required_amount("exchange_rate", 4)?;
        if rate.is_zero() {
            currency.wrong("invalid_value", "exchange_rate", "It must be positive");
        }
        Some(serde_json::json!({"code": code, "exchange_rate": super::refusal::number(rate)}))
    })
}

fn read_purchase_order(reader: &mut Reader<'_>) -> Option<Value> {
    reader.inside("additional_fields", |more| {
        more.only(&["purchase_order"]);
        more.inside("purchase_order", |order| {
            order.only(&["prefix", "number"]);
            let prefix = order.text("prefix", 20);
            let number = order.required_text("number", 20)?;
            Some(serde_json::json!({"prefix": prefix, "number": number}))
        })
    })
}

fn flag(reader: &mut Reader<'_>, field: &str) -> bool {
    reader
        .inside(field, |inside| {
            inside.only(&["send"]);
            inside.boolean("send")
        })
        .unwrap_or(false)
}

fn read_payments(
    company: &Company,
    reader: &mut Reader<'_>,
    date: Option<NaiveDate>,
) -> Option<Vec<Payment>> {
    let mut has_due = false;
    let payments = reader.each("payments", |payment| {
        payment.only(&["id", "value", "due_date"]);
        let id = payment.required_whole("id");
        let value = payment.required_amount("value", 2);
        let due = payment.text("due_date", 10);
        let due_day = due.and_then(day);
        if due.is_some() && due_day.is_none() {
            payment.wrong("invalid_date", "due_date", "The date is not yyyy-MM-dd");
        }
        match company.catalogs.payments.get(&id?) {
            None => payment.wrong("invalid_payment", "id", "This payment type does not exist"),
            Some(kind) if !kind.active => {
                payment.wrong("parameter_inactive", "id", "The payment type is inactive");
            }
            Some(kind) if kind.due_date => {
                has_due = true;
                payment.required("due_date");
                if let (Some(due), Some(date)) = (due_day, date)
                    && due < date
                {
                    payment.wrong("invalid_date", "due_date", "It is due before its date");
                }
            }
            Some(_) if due.is_some() => payment.wrong(
                "parameter_not_allowed",
                "due_date",
                "The payment type has no due date",
            ),
            Some(_) => {}
        }
        Some(Payment {
            id: id?,
            value: value?,
            due: due_day,
        })
    })?;
    if has_due && payments.len() > 1 {
        reader.wrong(
            "invalid_payment",
            "payments",
            "Only one payment when one has a due date",
        );
    }
    Some(payments)
}

/// As English writes it: `1,234,567.89`.
fn with_commas(value: Decimal) -> String {
    let text = value.normalize().to_string();
    let (whole, rest) = match text.split_once('.') {
        Some((whole, rest)) => (whole, format!(".{rest}")),
        None => (text.as_str(), String::new()),
    };
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &rest
}

/// A trouble of a request that has the right form but can't be done.
pub(crate) fn conflict(code: &'static str, message: &str) -> Refusal {
    Refusal::one(409, Trouble::new(code, message))
}

#[cfg(test)]
mod tests {
    use super::with_commas;

    #[test]
    fn thousands_are_grouped() {
        let said = |text: &str| with_commas(text.parse().unwrap());
        assert_eq!(said("1234567.80"), "1,234,567.8");
        assert_eq!(said("999"), "999");
        assert_eq!(said("10000"), "10,000");
    }
}
