//! `/v1/products`.

use super::catalogs::in_use;
use super::company::{Company, Product, RESTORED};
use super::paging::{Between, Page, only};
use super::refusal::{Reader, Refusal, Trouble, number};
use crate::clouds::call::{Call, Reply};
use crate::clouds::journal::EffectKind;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

pub(crate) fn answer(
    company: &mut Company,
    call: &Call,
    rest: &[&str],
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("GET", []) => list(company, call),
        ("GET", [id]) => company
            .products
            .values()
            .find(|product| product.id == *id)
            .map(|product| Reply::json(200, &show(company, product)))
            .ok_or_else(|| Refusal::not_found("product")),
        ("POST", []) => {
            let product = read(company, &super::body(call)?, now)?;
            if company.products.contains_key(&product.code) {
                return Err(Refusal::one(
                    400,
                    Trouble::new("already_exists", "The code already exists").at("code"),
                ));
            }
            Ok(Reply::json(201, &put(company, product, effects)))
        }
        ("PUT", [id]) => {
            let mut product = read(company, &super::body(call)?, now)?;
            let Some(old) = company.products.values().find(|old| old.id == *id) else {
                return Err(Refusal::not_found("product"));
            };
            if old.code != product.code {
                return Err(Refusal::one(
                    400,
                    Trouble::new("non_editable", "The code can't be changed").at("code"),
                ));
            }
            product.created = old.created;
            product.id.clone_from(&old.id);
            product.stock = old.stock;
            Ok(Reply::json(200, &put(company, product, effects)))
        }
        _ => Err(Refusal::unknown(format!("{} {}", call.method, call.path))),
    }
}

fn list(company: &Company, call: &Call) -> Result<Reply, Refusal> {
    only(
        call,
        &[
            "page",
            "page_size",
            "code",
            "ids",
            "created_start",
            "created_end",
            "updated_start",
            "updated_end",
        ],
    )?;
    let page = Page::of(call, 1)?;
    let created = Between::of(call, "created")?;
    let updated = Between::of(call, "updated")?;
    let ids: Option<Vec<&str>> = call.query("ids").map(|ids| ids.split(',').collect());
    if ids.as_ref().is_some_and(|ids| ids.len() > 20) {
        return Err(Refusal::one(
            400,
            Trouble::new("values_limit", "Up to 20 ids").at("ids"),
        ));
    }
    let mut rows: Vec<&Product> = company
        .products
        .values()
        .filter(|one| call.query("code").is_none_or(|code| one.code == code))
        .filter(|one| {
            ids.as_ref()
                .is_none_or(|ids| ids.contains(&one.id.as_str()))
        })
        .filter(|one| created.has(one.created) && updated.has(one.updated))
        .collect();
    rows.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.code.cmp(&b.code)));
    Ok(page.show(call, &rows, "_links", |one| show(company, one)))
}

/// Keeps a product and gives what is shown of it.
fn put(company: &mut Company, mut product: Product, effects: &mut Vec<EffectKind>) -> Value {
    let created = !company.products.contains_key(&product.code);
    if created {
        product.id = company.guid();
    }
    let document = show(company, &product);
    effects.push(EffectKind::Product {
        company: company.login.username.clone(),
        created,
        document: document.clone(),
    });
    company.products.insert(product.code.clone(), product);
    document
}

/// Keeps a product of before a restart.
pub(crate) fn restore(company: &mut Company, at: DateTime<Utc>, document: &Value) {
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let code = text("code");
    company.next_id += RESTORED;
    let product = Product {
        id: text("id"),
        name: text("name"),
        group: document["account_group"]["id"].as_i64().unwrap_or(0),
        kind: text("type"),
        classification: text("tax_classification"),
        tax_included: document["tax_included"].as_bool().unwrap_or(false),
        taxes: document["taxes"]
            .as_array()
            .map(|taxes| taxes.iter().filter_map(|tax| tax["id"].as_i64()).collect())
            .unwrap_or_default(),
        price: super::refusal::decimal(&document["prices"][0]["price_list"][0]["value"]),
        stock_control: document["stock_control"].as_bool().unwrap_or(false),
        active: document["active"].as_bool().unwrap_or(true),
        stock: super::refusal::decimal(&document["available_quantity"]).unwrap_or_default(),
        barcode: document["additional_fields"]["barcode"]
            .as_str()
            .map(str::to_owned),
        created: at,
        updated: at,
        code: code.clone(),
    };
    company.products.insert(code, product);
}

fn show(company: &Company, product: &Product) -> Value {
    let taxes: Vec<Value> = product
        .taxes
        .iter()
        .filter_map(|id| company.catalogs.taxes.get(id))
        .map(|tax| {
            json!({"id": tax.id, "name": tax.name, "type": tax.kind,
                   "percentage": number(tax.percentage)})
        })
        .collect();
    let prices: Vec<Value> = product
        .price
        .iter()
        .map(|price| {
            json!({"currency_code": "COP",
                   "price_list": [{"position": 1, "name": "Precio de venta 1",
                                   "value": number(*price)}]})
        })
        .collect();
    let group = company
        .catalogs
        .groups
        .iter()
        .find(|group| group.id == product.group);
    json!({
        "id": product.id, "code": product.code, "name": product.name,
        "account_group": {"id": product.group, "name": group.map(|group| group.name)},
        "type": product.kind, "stock_control": product.stock_control, "active": product.active,
        "tax_classification": product.classification, "tax_included": product.tax_included,
        "taxes": taxes, "prices": prices,
        "unit": {"code": "94", "name": "unidad"}, "unit_label": "unidad",
        "available_quantity": number(product.stock),
        "warehouses": if product.stock_control {
            json!([{"id": 42, "name": "Bodega principal", "quantity": number(product.stock)}])
        } else { json!([]) },
        "additional_fields": {"barcode": product.barcode},
        "metadata": {"created": super::stamp_time(product.created),
                     "last_updated": super::stamp_time(product.updated)},
    })
}

/// `^[^'\s]+$`, up to 30 characters.
pub(crate) fn is_code(text: &str) -> bool {
    (1..=30).contains(&text.chars().count())
        && !text.contains(|letter: char| letter == '\'' || letter.is_whitespace())
}

const FIELDS: [&str; 14] = [
    "code",
    "name",
    "account_group",
    "type",
    "stock_control",
    "active",
    "tax_classification",
    "tax_included",
    "taxes",
    "prices",
    "unit",
    "reference",
    "description",
    "additional_fields",
];

fn read(company: &Company, body: &Value, now: DateTime<Utc>) -> Result<Product, Refusal> {
    let mut troubles = Vec::new();
    let product = Reader::new(body, "", &mut troubles)
        .as_mut()
        .and_then(|reader| check(company, reader, now));
    match product {
        Some(product) if troubles.is_empty() => Ok(product),
        _ => Err(Refusal {
            status: 400,
            troubles,
            retry_after: None,
        }),
    }
}

fn check(company: &Company, reader: &mut Reader<'_>, now: DateTime<Utc>) -> Option<Product> {
    reader.only(&FIELDS);
    let code = reader.required_text("code", 30);
    if code.is_some_and(|code| !is_code(code)) {
        reader.wrong("invalid_code", "code", "The code has a blank or a quote");
    }
    let name = reader.required_text("name", 100);
    let group = reader.required_whole("account_group");
    if group.is_some_and(|group| !in_use(&company.catalogs.groups, group)) {
        reader.wrong(
            "invalid_reference",
            "account_group",
            "This group does not exist",
        );
    }
    let kind = one_of(reader, "type", &["Product", "Service", "Combo"], "Product");
    let classification = one_of(
        reader,
        "tax_classification",
        &["Taxed", "Exempt", "Excluded"],
        "Taxed",
    );
    let taxes = reader.each("taxes", |tax| {
        tax.only(&["id"]);
        let id = tax.required_whole("id")?;
        if !company
            .catalogs
            .taxes
            .get(&id)
            .is_some_and(|tax| tax.active)
        {
            tax.wrong("invalid_reference", "id", "This tax does not exist");
        }
        Some(id)
    });
    let prices = reader.each("prices", |price| {
        price.only(&["currency_code", "price_list"]);
        price.required_text("currency_code", 3);
        price.required("price_list");
        price.each("price_list", |one| {
            one.only(&["position", "value"]);
            if !one
                .required_whole("position")
                .is_some_and(|position| (1..=12).contains(&position))
            {
                one.wrong("invalid_range", "position", "1 to 12");
            }
            one.required_amount("value", 6)
        })
    });
    let barcode = reader.inside("additional_fields", |more| {
        more.only(&["barcode", "brand", "tariff", "model"]);
        more.text("barcode", 100).map(str::to_owned)
    });
    let stock_control = reader.boolean("stock_control").unwrap_or(false);
    let tax_included = reader.boolean("tax_included").unwrap_or(false);
    let active = reader.boolean("active").unwrap_or(true);
    reader.is_fine().then_some(())?;
    Some(Product {
        id: String::new(),
        code: code?.to_owned(),
        name: name?.to_owned(),
        group: group?,
        kind,
        classification,
        tax_included,
        taxes: taxes.unwrap_or_default(),
        price: prices.and_then(|lists| lists.into_iter().flatten().next()),
        stock_control,
        active,
        stock: Decimal::ZERO,
        barcode,
        created: now,
        updated: now,
    })
}

fn one_of(reader: &mut Reader<'_>, field: &str, known: &[&str], default: &str) -> String {
    match reader.text(field, 20) {
        None => default.to_owned(),
        Some(text) => {
            if !known.contains(&text) {
                reader.wrong(
                    "invalid_type",
                    field,
                    format!("One of {}", known.join(", ")),
                );
            }
            text.to_owned()
        }
    }
}
