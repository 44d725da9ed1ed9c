//! The items of an invoice.

use super::catalogs::{DocumentType, Tax, in_use};
use super::company::Company;
use super::products::is_code;
use super::refusal::{Reader, number};
use super::total::{self, Discount, Halves, Sum, UnitPrice};
use rust_decimal::Decimal;
use serde_json::{Value, json};

const FIELDS: [&str; 12] = [
    "code",
    "description",
    "quantity",
    "price",
    "taxed_price",
    "discount",
    "taxes",
    "warehouse",
    "seller",
    "customer",
    "tax_base",
    "taxpayer",
];

/// Up to 500 in one invoice.
const MOST: usize = 500;

pub(crate) struct Line {
    pub(crate) code: String,
    pub(crate) description: String,
    pub(crate) quantity: Decimal,
    pub(crate) discount: Option<Discount>,
    pub(crate) taxes: Vec<Tax>,
    pub(crate) warehouse: Option<i64>,
    pub(crate) seller: Option<i64>,
    pub(crate) sum: Sum,
}

/// Reads them all.
pub(crate) fn read(
    company: &Company,
    reader: &mut Reader<'_>,
    document: &DocumentType,
    halves: Halves,
) -> Option<Vec<Line>> {
    let count = reader.list("items")?.len();
    if count > MOST {
        reader.wrong("values_limit", "items", format!("Up to {MOST} items"));
        return None;
    }
    reader.each("items", |item| read_one(company, item, document, halves))
}

fn read_one(
    company: &Company,
    item: &mut Reader<'_>,
    document: &DocumentType,
    halves: Halves,
) -> Option<Line> {
    item.only(&FIELDS);
    let product = read_product(company, item);
    let description = read_description(item);
    let quantity = item.required_amount("quantity", 2);
    if quantity.is_some_and(|quantity| quantity.is_zero()) {
        item.wrong(
            "invalid_amount",
            "quantity",
            "The quantity must be positive",
        );
    }
    let price = read_price(item);
    let taxes = read_taxes(company, item);
    let discount = read_discount(item, document, price);
    let (warehouse, seller) = read_where(
        company,
        item,
        document,
        product.as_ref().map(|(_, stock)| *stock),
    );
    let tax_base = read_gift(item, price);
    let (Some(quantity), Some(price), Some(taxes)) = (quantity, price, taxes) else {
        return None;
    };
    if matches!(price, UnitPrice::WithIva(_)) && taxes.iter().any(|tax| tax.kind != "IVA") {
        item.wrong(
            "parameters_exclusive",
            "taxed_price",
            "What other taxes than IVA do to it is not documented",
        );
    }
    let rates: Vec<(Decimal, bool)> = taxes
        .iter()
        .map(|tax| (tax.percentage, tax.kind == "IVA"))
        .collect();
    let sum = total::line(halves, quantity, price, discount, &rates, tax_base);
    let Some(sum) = sum.filter(|sum| !sum.base.is_sign_negative() || sum.base.is_zero()) else {
        item.wrong(
            "invalid_amount",
            "discount",
            "The line is less than nothing",
        );
        return None;
    };
    let ((code, name), _) = product?;
    Some(Line {
        code,
        description: description.unwrap_or(name),
        quantity,
        discount,
        taxes,
        warehouse,
        seller,
        sum,
    })
}

/// Code and name, and whether its stock is kept.
fn read_product(company: &Company, item: &mut Reader<'_>) -> Option<((String, String), bool)> {
    let code = item.required_text("code", 30)?;
    if !is_code(code) {
        item.wrong("invalid_code", "code", "The code has a blank or a quote");
        return None;
    }
    match company.products.get(code) {
        None => {
            item.wrong(
                "invalid_reference",
                "code",
                format!("The product does not exist: {code}"),
            );
            None
        }
        Some(product) if !product.active => {
            item.wrong(
                "parameter_inactive",
                "code",
                format!("The product is inactive: {code}"),
            );
            None
        }
        Some(product) => Some((
            (product.code.clone(), product.name.clone()),
            product.stock_control,
        )),
    }
}

fn read_description(item: &mut Reader<'_>) -> Option<String> {
    let text = item.text("description", 4000)?;
    if text.contains(|letter: char| letter == '\'' || letter.is_control()) {
        item.wrong(
            "invalid_description",
            "description",
            "The description has a quote or a control character",
        );
    }
    Some(text.to_owned())
}

fn read_price(item: &mut Reader<'_>) -> Option<UnitPrice> {
    match (item.get("price"), item.get("taxed_price")) {
        (Some(_), Some(_)) => {
            item.wrong(
                "parameters_exclusive",
                "taxed_price",
                "Either price or taxed_price",
            );
            None
        }
        (Some(_), None) => item.amount("price", 6).map(UnitPrice::Net),
        (None, Some(_)) => item.amount("taxed_price", 6).map(UnitPrice::WithIva),
        (None, None) => {
            item.required("price");
            None
        }
    }
}

fn read_taxes(company: &Company, item: &mut Reader<'_>) -> Option<Vec<Tax>> {
    if item.get("taxes").is_none() {
        return Some(Vec::new());
    }
    let taxes = item.each("taxes", |tax| {
        tax.only(&["id"]);
        let id = tax.required_whole("id")?;
        match company.catalogs.taxes.get(&id) {
            None => {
                tax.wrong(
                    "invalid_reference",
                    "id",
                    format!("The tax does not exist: {id}"),
                );
                None
            }
            Some(known) if !known.active => {
                tax.wrong("parameter_inactive", "id", "The tax is inactive");
                None
            }
            Some(known) if !["IVA", "Impoconsumo", "AdValorem"].contains(&known.kind) => {
                tax.wrong(
                    "invalid_retentions",
                    "id",
                    "This tax does not belong to an item",
                );
                None
            }
            Some(known) => Some(known.clone()),
        }
    })?;
    if taxes.len() > 3 {
        item.wrong("values_limit", "taxes", "Up to 3 taxes");
    }
    let has = |kind: &str| taxes.iter().filter(|tax| tax.kind == kind).count();
    if taxes.iter().any(|tax| has(tax.kind) > 1) {
        item.wrong("invalid_array", "taxes", "Two taxes of one type");
    }
    if has("IVA") > 0 && has("AdValorem") > 0 {
        item.wrong("parameters_exclusive", "taxes", "Either IVA or AdValorem");
    }
    Some(taxes)
}

fn read_discount(
    item: &mut Reader<'_>,
    document: &DocumentType,
    price: Option<UnitPrice>,
) -> Option<Discount> {
    let value = item.amount("discount", 2)?;
    if value.is_zero() {
        return None;
    }
    if document.discount == "Percentage" {
        if value > Decimal::ONE_HUNDRED {
            item.wrong("invalid_range", "discount", "0 to 100");
            return None;
        }
        return Some(Discount::Percent(value));
    }
    if matches!(price, Some(UnitPrice::WithIva(_))) {
        item.wrong(
            "parameters_exclusive",
            "discount",
            "What a discount by value does to taxed_price is not documented",
        );
    }
    Some(Discount::Value(value))
}

fn read_where(
    company: &Company,
    item: &mut Reader<'_>,
    document: &DocumentType,
    has_stock: Option<bool>,
) -> (Option<i64>, Option<i64>) {
    let warehouse = item.whole("warehouse");
    if let Some(id) = warehouse {
        if has_stock == Some(false) {
            item.wrong(
                "product_settings",
                "warehouse",
                "The product's stock is not kept",
            );
        } else if !in_use(&company.catalogs.warehouses, id) {
            item.wrong("warehouse_settings", "warehouse", "It does not exist");
        }
    }
    let seller = item.whole("seller");
    if let Some(id) = seller {
        if !document.seller_by_item {
            item.wrong(
                "document_settings",
                "seller",
                "Not by item in this document type",
            );
        } else if !in_use(&company.catalogs.sellers, id) {
            item.wrong("invalid_reference", "seller", "This user does not exist");
        }
    }
    if item.get("customer").is_some() && !document.customer_by_item {
        item.wrong(
            "document_settings",
            "customer",
            "Not by item in this document type",
        );
    }
    (warehouse, seller)
}

/// The base of the taxes of something that costs nothing.
fn read_gift(item: &mut Reader<'_>, price: Option<UnitPrice>) -> Option<Decimal> {
    let is_free = match price {
        Some(UnitPrice::Net(price) | UnitPrice::WithIva(price)) => price.is_zero(),
        None => return None,
    };
    if !is_free {
        for field in ["tax_base", "taxpayer"] {
            if item.get(field).is_some() {
                item.wrong("parameter_not_allowed", field, "Only when the price is 0");
            }
        }
        return None;
    }
    let base = item.required_amount("tax_base", 2);
    if base.is_some_and(|base| base.is_zero()) {
        item.wrong("invalid_value", "tax_base", "It must be positive");
    }
    let payer = item.required_text("taxpayer", 10);
    if payer.is_some_and(|payer| !["Customer", "Company"].contains(&payer)) {
        item.wrong("invalid_type", "taxpayer", "Customer or Company");
    }
    base
}

impl Line {
    pub(crate) fn show(&self, id: &str) -> Value {
        let taxes: Vec<Value> = self
            .taxes
            .iter()
            .zip(&self.sum.taxes)
            .map(|(tax, value)| {
                json!({"id": tax.id, "name": tax.name, "type": tax.kind,
                       "percentage": number(tax.percentage), "value": number(*value)})
            })
            .collect();
        let mut line = json!({
            "id": id, "code": self.code, "description": self.description,
            "quantity": number(self.quantity), "price": number(self.sum.unit.round_dp(6)),
            "taxes": taxes, "total": number(self.sum.total),
        });
        match self.discount {
            None => {}
            Some(Discount::Percent(percent)) => {
                line["discount"] =
                    json!({"percentage": number(percent), "value": number(self.sum.discount)});
            }
            Some(Discount::Value(value)) => line["discount"] = json!({"value": number(value)}),
        }
        if let Some(warehouse) = self.warehouse {
            line["warehouse"] = json!({"id": warehouse});
        }
        if let Some(seller) = self.seller {
            line["seller"] = seller.into();
        }
        line
    }
}
