//! What MercadoLibre billed: the details of a month's bills and credit notes.

use super::client::Client;
use crate::bills::{BillKind, BillLine, Billed};
use crate::read::Json;
use crate::{Error, Result};
use chrono::NaiveDate;
use puente_core::Cancel;
use rust_decimal::Decimal;
use serde_json::Value;

/// The largest page.
const PAGE: usize = 1000;

/// Gives the details of a month, page by page.
pub(super) fn of_month(
    client: &Client,
    month: NaiveDate,
    cancel: &Cancel,
    take: &mut dyn FnMut(Vec<BillLine>) -> Result<()>,
) -> Result<Billed> {
    let key = month.format("%Y-%m-01");
    let path = format!("/billing/integration/periods/key/{key}/group/ML/details");
    let mut billed = Billed::Whole;
    for document in ["BILL", "CREDIT_NOTE"] {
        let mut from = 0;
        loop {
            let mut query = vec![
                ("document_type", document.to_owned()),
                ("limit", PAGE.to_string()),
                ("sort_by", "ID".to_owned()),
            ];
            if from > 0 {
                query.push(("from_id", from.to_string()));
            }
            let got = client.get(&path, &query, &[], cancel)?;
            match got.status {
                200 | 204 => {}
                206 => billed = Billed::Part,
                403 => return Ok(Billed::Not),
                // A month without bills.
                404 => break,
                status => {
                    return Err(Error::Refused {
                        cloud: super::NAME,
                        status,
                        said: got.body.text("message"),
                    });
                }
            }
            let rows = got.body.list("results");
            take(rows.iter().filter_map(line).collect())?;
            let last = rows.iter().filter_map(id).max().unwrap_or_default();
            if rows.len() < PAGE || last <= from {
                break;
            }
            from = last;
        }
    }
    Ok(billed)
}

fn id(row: &Value) -> Option<i64> {
    row.field("charge_info").number("detail_id")
}

/// A line that is about one order. What is about none, or about several at once, is left out.
fn line(row: &Value) -> Option<BillLine> {
    let charge = row.field("charge_info");
    let [sale] = row.list("sales_info") else {
        return None;
    };
    let (id, order) = (charge.text("detail_id"), sale.text("order_id"));
    if id.is_empty() || order.is_empty() {
        return None;
    }
    let said = charge.text("transaction_detail");
    let amount = charge.decimal("detail_amount")?;
    let taken_back = charge.text("detail_type").eq_ignore_ascii_case("BONUS");
    Some(BillLine {
        kind: kind(&said),
        amount: signed(amount, taken_back),
        id,
        order,
        said,
    })
}

/// Charges are above zero whatever their sign was written as, and what takes one back is below.
fn signed(amount: Decimal, taken_back: bool) -> Decimal {
    match taken_back {
        true => -amount.abs(),
        false => amount,
    }
}

/// By the words: prefixes of codes mean different things in different countries.
fn kind(said: &str) -> BillKind {
    let said = said.to_lowercase();
    let sells = [
        "cargo por venta",
        "cargos por venta",
        "comisión por venta",
        "comision por venta",
        "tarifa de venda",
    ];
    match sells.iter().any(|words| said.contains(words)) {
        true => BillKind::SaleFee,
        false => BillKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_of_one_order_and_what_is_taken_back_is_below_zero() {
        let row = |kind: &str, said: &str, orders: &Value| {
            json!({
                "charge_info": { "detail_id": 77, "detail_type": kind,
                                 "transaction_detail": said, "detail_amount": 120.43 },
                "sales_info": orders,
            })
        };
        let one = json!([{ "order_id": 5 }]);
        let charged = line(&row("CHARGE", "Cargo por venta", &one)).unwrap();
        assert_eq!(charged.kind, BillKind::SaleFee);
        assert_eq!(charged.amount, "120.43".parse::<Decimal>().unwrap());
        let back = line(&row("BONUS", "Anulación del cargo por venta", &one)).unwrap();
        assert_eq!(back.amount, "-120.43".parse::<Decimal>().unwrap());
        let freight = line(&row("CHARGE", "Cargo por envío", &one)).unwrap();
        assert_eq!(freight.kind, BillKind::Other);
        for orders in [json!([]), json!([{ "order_id": 5 }, { "order_id": 6 }])] {
            assert_eq!(line(&row("CHARGE", "Cargo por venta", &orders)), None);
        }
    }
}
