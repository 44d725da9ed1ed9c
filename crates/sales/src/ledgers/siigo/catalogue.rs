//! What SIIGO expects of a sale: six short lists, and the products page by page.

use super::client::Siigo;
use crate::Result;
use crate::catalogue::{Catalogue, DiscountType, DocumentType, Named, PaymentType, Product, Tax};
use crate::read::Json;
use puente_core::{Cancel, Progress, ProgressSink};
use rust_decimal::Decimal;
use serde_json::Value;

/// Products asked for at a time; SIIGO may give fewer.
const PAGE: i64 = 100;
/// More products than any company has: a list that never ends is cut off there.
const MOST_PAGES: i64 = 5_000;

pub(super) fn fetch(
    siigo: &Siigo,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Catalogue> {
    let list = |path: &str, query: &[(&str, String)]| -> Result<Vec<Value>> {
        cancel.check()?;
        progress.report(Progress::stage("catalogue").about(path.trim_start_matches("/v1/")));
        Ok(items(siigo.read(path, query, cancel)?))
    };
    let of = |name: &'static str| [(name, "FV".to_owned())];
    let mut catalogue = Catalogue {
        document_types: list("/v1/document-types", &of("type"))?
            .iter()
            .map(document_type)
            .collect(),
        payment_types: list("/v1/payment-types", &of("document_type"))?
            .iter()
            .map(payment_type)
            .collect(),
        taxes: list("/v1/taxes", &[])?.iter().map(tax).collect(),
        sellers: pages(siigo, "/v1/users", cancel, progress, seller)?,
        warehouses: list("/v1/warehouses", &[])?.iter().map(named).collect(),
        cost_centers: list("/v1/cost-centers", &[])?.iter().map(named).collect(),
        products: pages(siigo, "/v1/products", cancel, progress, product)?,
        fetched_at: Some(siigo.clock().now()),
        ..Catalogue::default()
    };
    catalogue.index();
    Ok(catalogue)
}

/// A plain list, or the results of a page.
fn items(value: Value) -> Vec<Value> {
    if let Value::Array(items) = value {
        return items;
    }
    value.list("results").to_vec()
}

fn pages<T>(
    siigo: &Siigo,
    path: &str,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
    read: fn(&Value) -> T,
) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for page in 1..=MOST_PAGES {
        cancel.check()?;
        let query = [("page", page.to_string()), ("page_size", PAGE.to_string())];
        let answer = siigo.read(path, &query, cancel)?;
        let found = items(answer.clone());
        all.extend(found.iter().map(read));
        let pagination = answer.field("pagination");
        // The size that was given counts, not the one that was asked for.
        let size = pagination.number("page_size").filter(|size| *size > 0);
        let total = pagination.number("total_results");
        let done = all.len() as u64;
        let expected = total.and_then(|total| u64::try_from(total).ok());
        let subject = path.trim_start_matches("/v1/");
        progress.report(
            Progress::stage("catalogue")
                .of(done, expected)
                .about(subject),
        );
        let last = match (size, total) {
            (Some(size), Some(total)) => page * size >= total,
            _ => answer.is_array(),
        };
        if found.is_empty() || last {
            break;
        }
    }
    Ok(all)
}

fn document_type(value: &Value) -> DocumentType {
    let electronic_type = value.text("electronic_type");
    DocumentType {
        id: value.number("id").unwrap_or_default(),
        code: value.text("code"),
        name: value.text("name"),
        active: value.flag("active").unwrap_or(true),
        automatic_number: value.flag("automatic_number").unwrap_or(true),
        next_number: value.number("consecutive"),
        decimals: value.flag("decimals").unwrap_or(true),
        discount_type: match value.text("discount_type").as_str() {
            "Value" => DiscountType::Value,
            _ => DiscountType::Percentage,
        },
        cost_center: value.flag("cost_center").unwrap_or(false),
        cost_center_mandatory: value.flag("cost_center_mandatory").unwrap_or(false),
        cost_center_default: value.number("cost_center_default").filter(|id| *id > 0),
        electronic: !electronic_type.is_empty() && electronic_type != "NoElectronic",
        electronic_type,
        prefix: value.text("prefix"),
    }
}

fn payment_type(value: &Value) -> PaymentType {
    PaymentType {
        id: value.number("id").unwrap_or_default(),
        name: value.text("name"),
        kind: value.text("type"),
        active: value.flag("active").unwrap_or(true),
        due_date: value.flag("due_date").unwrap_or(false),
    }
}

fn tax(value: &Value) -> Tax {
    Tax {
        id: value.number("id").unwrap_or_default(),
        name: value.text("name"),
        kind: value.text("type"),
        percentage: value.decimal("percentage").unwrap_or(Decimal::ZERO),
        active: value.flag("active").unwrap_or(true),
    }
}

fn named(value: &Value) -> Named {
    Named {
        id: value.number("id").unwrap_or_default(),
        code: value.text("code"),
        name: value.text("name"),
        active: value.flag("active").unwrap_or(true),
    }
}

fn seller(value: &Value) -> Named {
    let name = format!("{} {}", value.text("first_name"), value.text("last_name"));
    Named {
        id: value.number("id").unwrap_or_default(),
        code: value.text("username"),
        name: name.trim().to_owned(),
        active: value.flag("active").unwrap_or(true),
    }
}

fn product(value: &Value) -> Product {
    let taxed = match value.text("tax_classification").as_str() {
        "" => None,
        kind => Some(kind == "Taxed"),
    };
    Product {
        code: value.text("code"),
        name: value.text("name"),
        active: value.flag("active").unwrap_or(true),
        taxed,
        taxes: value
            .list("taxes")
            .iter()
            .filter_map(|tax| tax.number("id"))
            .collect(),
    }
}
