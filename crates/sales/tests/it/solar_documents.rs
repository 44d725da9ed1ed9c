//! What documents of a local database come to in Solar: payments and taxes of tables of their own, what is
//! given back, and what can't be told until it is mended where it was issued.

use crate::solar::{Local, Shop};
use puente_sales::channels::database::SalesProfile;
use puente_sales::{State, sales};
use puente_sandbox::CounterOptions;
use puente_sandbox::clouds::EffectKind;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::collections::BTreeMap;

/// Article, quantity, net in cents, rate.
type Line = (&'static str, i64, i64, i64);

/// A shop with an empty counter, whose documents are put there by hand.
struct Till {
    shop: Shop,
    sqlite: Connection,
    row: i64,
}

impl Till {
    fn new() -> Till {
        let shop = Shop::new(CounterOptions::of(1, 0));
        let sqlite = shop.counter.database.sqlite().unwrap();
        Till {
            shop,
            sqlite,
            row: 0,
        }
    }

    /// By a profile that differs from the shipped one.
    fn with(change: impl FnOnce(String) -> String) -> Till {
        let mut till = Till::new();
        let text = SalesProfile::builtin_text("solar").unwrap().to_owned();
        let local = Local::of(till.shop.server.port(), "puente");
        till.shop.through(Local {
            profile: Some(change(text)),
            ..local
        });
        till
    }

    fn sql(&self, text: &str) {
        self.sqlite.execute_batch(text).unwrap();
    }

    /// A document of that total in cents.
    fn document(&mut self, kind: &str, number: &str, total: i64, lines: &[Line]) {
        self.row += 1;
        self.sqlite
            .execute(
                "INSERT INTO EB_T_HistorialSincVentas_Solar VALUES \
                 (?1, '2026-11-20 00:00:00', '10:30:00', ?2, ?3, 'DEBITO', ?4, 0, NULL)",
                params![self.row, kind, number, total],
            )
            .unwrap();
        for (at, (article, quantity, net, rate)) in (1_i64..).zip(lines) {
            let row = self.row * 100 + at;
            self.sqlite
                .execute(
                    "INSERT INTO CTA03 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        row,
                        kind,
                        number,
                        at,
                        article,
                        quantity * 10_000,
                        net,
                        rate * 100
                    ],
                )
                .unwrap();
        }
    }

    /// Documents in Solar, by number.
    fn told(&self) -> BTreeMap<String, Value> {
        let documents = self.shop.clouds.journal().into_iter();
        documents
            .filter_map(|effect| match effect.kind {
                EffectKind::SolarDocument { document, .. } => {
                    let number = document["NroComprobante"].as_str().unwrap().to_owned();
                    Some((number, document))
                }
                _ => None,
            })
            .collect()
    }

    /// Why the only document that waits can't be told: field and value.
    fn reason(&self) -> (String, String) {
        let waiting = self.shop.of(State::Pending);
        assert_eq!(waiting.len(), 1, "one waits");
        let row = sales::get(&self.shop.room.state, waiting[0]).unwrap();
        let reason = serde_json::to_value(&row.reasons[0]).unwrap();
        let text = |name: &str| reason[name].as_str().unwrap_or_default().to_owned();
        match text("reason").as_str() {
            "document" => (text("field"), text("value")),
            other => (other.to_owned(), String::new()),
        }
    }

    /// It can't be told for that reason; mended by that script, the next run tells it and marks it.
    fn is_told_once_mended(&self, number: &str, field: &str, mend: &str) {
        let marked = self.shop.counter.told().unwrap().len();
        let done = self.shop.deliver();
        assert_eq!((done.sent, done.refused), (0, 1), "{field}: {done:?}");
        assert_eq!(self.reason().0, field);
        assert_eq!(self.shop.deliver().sent, 0, "it is not told as it is");
        self.sql(mend);
        let done = self.shop.deliver();
        assert_eq!(
            (done.sent, done.refused, done.marked),
            (1, 0, 1),
            "{field}: {done:?}"
        );
        assert!(
            self.told().contains_key(&number[number.len() - 12..]),
            "{field}"
        );
        assert_eq!(self.shop.counter.told().unwrap().len(), marked + 1);
    }
}

const HEADERS: &str = "EB_T_HistorialSincVentas_Solar";
const NUMBER: &str = "B0021500000001";

#[test]
fn a_document_without_lines_is_told_once_it_has_them() {
    let mut till = Till::new();
    till.document("FAC", NUMBER, 12_100, &[]);
    let mend =
        format!("INSERT INTO CTA03 VALUES (1, 'FAC', '{NUMBER}', 1, 'A1', 10000, 10000, 2100)");
    till.is_told_once_mended(NUMBER, "empty", &mend);
}

#[test]
fn a_number_that_is_there_twice_is_told_once_it_is_there_once() {
    let mut till = Till::new();
    till.document("FAC", NUMBER, 12_100, &[("A1", 1, 10_000, 21)]);
    till.document("FAC", NUMBER, 12_100, &[]);
    let mend = format!("DELETE FROM {HEADERS} WHERE ID = 2");
    till.is_told_once_mended(NUMBER, "copies", &mend);
}

/// Credit notes of two kinds have one code in Solar, so that one number of both is one document there.
#[test]
fn two_kinds_of_one_code_and_number_are_told_once_and_the_other_waits_for_its_own_number() {
    let mut till = Till::new();
    till.document("NCR", NUMBER, -12_100, &[("A1", -1, -10_000, 21)]);
    till.document("NCP", NUMBER, -24_200, &[("A2", -2, -20_000, 21)]);
    let done = till.shop.deliver();
    assert_eq!((done.sent, done.refused), (1, 1), "{done:?}");
    assert_eq!(till.reason().0, "copies");
    assert_eq!(till.shop.registered().len(), 1);
    let other = "B0021500000002";
    till.sql(&format!(
        "UPDATE {HEADERS} SET N_COMP = '{other}' WHERE ID = 2;
         UPDATE CTA03 SET N_COMP = '{other}' WHERE T_COMP = 'NCP'"
    ));
    let done = till.shop.deliver();
    assert_eq!((done.sent, done.refused), (1, 0), "{done:?}");
    let told = till.shop.registered();
    assert!(told.len() == 2 && told.values().all(|times| *times == 1));
}

#[test]
fn an_amount_that_is_too_large_is_told_once_it_is_mended_and_its_place_is_named() {
    let mut till = Till::new();
    let huge = 999_999_999_999_999_999;
    till.document("FAC", NUMBER, 12_100, &[("A1", 1, huge, 21)]);
    let mend = "UPDATE CTA03 SET IMP_NETO_P = 10000";
    till.is_told_once_mended(NUMBER, "value", mend);
    // As a total it is its own document's trouble, in the words of no language.
    let mut till = Till::new();
    till.document("FAC", NUMBER, huge, &[("A1", 1, 10_000, 21)]);
    till.document("FAC", "B0021500000002", 12_100, &[("A1", 1, 10_000, 21)]);
    let done = till.shop.deliver();
    assert_eq!((done.sent, done.refused), (1, 1), "{done:?}");
    let (field, place) = till.reason();
    let named = "EB_T_HISTORIALSINCVENTAS_SOLAR.IMPORTE: 9999999999999999.99";
    assert_eq!((field.as_str(), place.as_str()), ("value", named));
}

#[test]
fn a_total_that_its_lines_do_not_come_to_is_told_once_it_is_mended() {
    let mut till = Till::new();
    till.document("FAC", NUMBER, 99_900, &[("A1", 1, 10_000, 21)]);
    let mend = format!("UPDATE {HEADERS} SET IMPORTE = 12100");
    till.is_told_once_mended(NUMBER, "total", &mend);
}

/// An earlier day than the one that was written there by mistake is taken too.
#[test]
fn a_day_that_is_mended_to_an_earlier_one_is_read_anew() {
    let mut till = Till::new();
    till.document("FAC", NUMBER, 99_900, &[("A1", 1, 10_000, 21)]);
    till.sql(&format!(
        "UPDATE {HEADERS} SET FECHA_EMIS = '2027-11-20 00:00:00'"
    ));
    let mend = format!("UPDATE {HEADERS} SET FECHA_EMIS = '2026-11-19 00:00:00', IMPORTE = 12100");
    till.is_told_once_mended(NUMBER, "total", &mend);
    assert_eq!(till.told()["021500000001"]["Fecha"], "19-11-2026");
}

/// What Solar refused is told as it was mended, without anybody selecting it.
#[test]
fn a_document_that_solar_refused_is_told_once_it_is_mended() {
    let mut till = Till::new();
    till.shop
        .clouds
        .solar(|switches| switches.positive_only = true);
    till.document("FAC", NUMBER, -12_100, &[("A1", -1, -10_000, 21)]);
    assert_eq!(till.shop.deliver().refused, 1);
    assert_eq!(till.shop.of(State::Refused).len(), 1);
    assert_eq!(till.shop.deliver().sent, 0);
    till.sql(&format!(
        "UPDATE {HEADERS} SET IMPORTE = 12100; UPDATE CTA03 SET CANTIDAD = 10000, IMP_NETO_P = 10000"
    ));
    let done = till.shop.deliver();
    assert_eq!(
        (done.sent, done.refused, done.marked),
        (1, 0, 1),
        "{done:?}"
    );
}

#[test]
fn what_is_given_back_is_told_with_its_sign_by_the_code_of_its_kind() {
    let mut till = Till::new();
    // A credit note as Tango keeps it, and an invoice of which one article came back.
    till.document("NCR", "A0021500000001", -12_100, &[("A1", -1, -10_000, 21)]);
    till.document(
        "FAC",
        "B0021500000002",
        18_150,
        &[
            ("A1", 2, 20_000, 21),
            ("A2", -1, -5_000, 21),
            ("A3", 0, 0, 21),
        ],
    );
    assert_eq!(till.shop.deliver().sent, 2);
    let told = till.told();
    let note = &told["021500000001"];
    assert_eq!(note["IdComprobante"], "003");
    assert_eq!(note["Detalles"][0]["Cantidad"], "-1");
    assert_eq!(note["Detalles"][0]["ImporteNeto"], "-100.00");
    assert_eq!(note["Detalles"][0]["ImporteImpuestos"], "-21.00");
    assert_eq!(note["Pagos"][0]["Importe"], "-121.00");
    let invoice = &told["021500000002"];
    assert_eq!(invoice["IdComprobante"], "006");
    let lines = invoice["Detalles"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "a line of nothing is left out");
    assert_eq!(lines[1]["ImporteNeto"], "-50.00");
    assert_eq!(invoice["Pagos"][0]["Importe"], "181.50");
}

#[test]
fn credit_notes_that_a_source_keeps_without_a_sign_are_told_with_it() {
    let mut till =
        Till::with(|text| text.replace("kind = \"NCR\"\n", "kind = \"NCR\"\nturned = true\n"));
    till.document("NCR", "B0021500000001", 12_100, &[("A1", 1, 10_000, 21)]);
    till.document("FAC", "B0021500000002", 12_100, &[("A1", 1, 10_000, 21)]);
    assert_eq!(till.shop.deliver().sent, 2);
    let told = till.told();
    assert_eq!(told["021500000001"]["IdComprobante"], "008");
    assert_eq!(told["021500000001"]["Detalles"][0]["Cantidad"], "-1");
    assert_eq!(told["021500000001"]["Pagos"][0]["Importe"], "-121.00");
    assert_eq!(told["021500000002"]["Pagos"][0]["Importe"], "121.00");
}

fn with_payments(text: String) -> String {
    let text = text.replace("payment = \"MEDIO_DE_PAGO\"\n", "");
    let table = "[payments]\ntable = \"PAGOS\"\nkind = \"T_COMP\"\nnumber = \"N_COMP\"\n\
                 amount = \"IMPORTE\"\nmethod = \"MEDIO\"\n\n[[kinds]]";
    text.replacen("[[kinds]]", table, 1)
}

#[test]
fn payments_of_a_table_of_their_own_are_told_as_one_by_the_way_in_which_most_was_paid() {
    let mut till = Till::with(with_payments);
    till.shop
        .counter
        .database
        .create_table(
            "PAGOS",
            "ID int not null primary key, T_COMP varchar(3), N_COMP varchar(14), \
             IMPORTE decimal(18,2), MEDIO varchar(30)",
        )
        .unwrap();
    till.document("FAC", "B0021500000001", 12_100, &[("A1", 1, 10_000, 21)]);
    till.document("FAC", "B0021500000002", 12_100, &[("A1", 1, 10_000, 21)]);
    till.sql(
        "INSERT INTO PAGOS VALUES (1, 'FAC', 'B0021500000001', 4000, 'EFECTIVO'), \
         (2, 'FAC', 'B0021500000001', 8000, 'CREDITO'), (3, 'FAC', 'B0021500000001', 100, 'DEBITO'), \
         (4, 'FAC', 'B0021500000002', 12000, 'EFECTIVO')",
    );
    let done = till.shop.deliver();
    assert_eq!((done.sent, done.refused), (1, 1), "{done:?}");
    let told = till.told();
    let payments = told["021500000001"]["Pagos"].as_array().unwrap();
    assert_eq!(payments.len(), 1, "Solar takes one");
    assert_eq!(payments[0]["MedioPago"], "CREDITO");
    assert_eq!(payments[0]["Importe"], "121.00");
    // A hundredth of the other is missing; without any payment nobody says how it was paid.
    let (field, value) = till.reason();
    assert_eq!(
        (field.as_str(), value.as_str()),
        ("payments_sum", "121 ≠ 120")
    );
    till.sql("DELETE FROM PAGOS WHERE ID = 4");
    assert_eq!(till.shop.deliver().refused, 1);
    assert_eq!(till.reason().0, "payment");
    till.sql("INSERT INTO PAGOS VALUES (4, 'FAC', 'B0021500000002', 12100, 'EFECTIVO')");
    let done = till.shop.deliver();
    assert_eq!(
        (done.sent, done.refused, done.marked),
        (1, 0, 1),
        "{done:?}"
    );
}

/// Lines without a rate, and taxes of a document in a table of their own.
fn with_taxes(by_line: bool) -> impl FnOnce(String) -> String {
    move |text| {
        let text = text.replace("rate = \"PORC_IVA\"\n", "");
        let more = match by_line {
            true => "amount = \"IMPORTE\"\nrate = \"PORCENTAJE\"\norder = \"RENGLON\"\n",
            false => "amount = \"IMPORTE\"\nrate = \"PORCENTAJE\"\n",
        };
        let own = "[taxes]\ntable = \"IVA\"\nkind = \"T_COMP\"\nnumber = \"N_COMP\"\n";
        let taxes = text.find("[taxes]").unwrap();
        let kinds = text.find("# Codes of the tax authority").unwrap();
        format!("{}{own}{more}\n{}", &text[..taxes], &text[kinds..])
    }
}

fn taxes_of(till: &Till, rows: &str) {
    till.shop
        .counter
        .database
        .create_table(
            "IVA",
            "ID int not null primary key, T_COMP varchar(3), N_COMP varchar(14), RENGLON int, \
             PORCENTAJE decimal(9,2), IMPORTE decimal(18,2)",
        )
        .unwrap();
    till.sql(&format!("INSERT INTO IVA VALUES {rows}"));
}

#[test]
fn taxes_of_a_query_of_their_own_are_spread_over_the_lines_to_the_cent() {
    let mut till = Till::with(with_taxes(false));
    // A third of 100 cents has no end.
    let line = |article| (article, 1, 3_333, 0);
    let lines = [line("A1"), line("A2"), line("A3")];
    till.document("FAC", "B0021500000001", 12_099, &lines);
    till.document(
        "NCR",
        "B0021500000002",
        -12_099,
        &lines.map(|(a, q, n, r)| (a, -q, -n, r)),
    );
    till.document(
        "FAC",
        "B0021500000003",
        13_050,
        &[("A1", 1, 5_000, 0), ("A2", 1, 6_000, 0)],
    );
    taxes_of(
        &till,
        "(1, 'FAC', 'B0021500000001', NULL, 2100, 2100), \
         (2, 'NCR', 'B0021500000002', NULL, 2100, -2100), \
         (3, 'FAC', 'B0021500000003', NULL, 2100, 1050), (4, 'FAC', 'B0021500000003', NULL, 1050, 1000)",
    );
    let done = till.shop.deliver();
    assert_eq!((done.sent, done.refused), (2, 1), "{done:?}");
    let told = till.told();
    for (number, sum) in [("021500000001", "7.00"), ("021500000002", "-7.00")] {
        let lines = told[number]["Detalles"].as_array().unwrap();
        assert_eq!(lines.len(), 3);
        assert!(
            lines.iter().all(|line| line["ImporteImpuestos"] == sum),
            "{lines:?}"
        );
        assert!(
            lines.iter().all(|line| line["Alicuota"] == "21"),
            "{lines:?}"
        );
    }
    // Of two rates nobody knows which is whose.
    let (field, value) = till.reason();
    assert_eq!((field.as_str(), value.as_str()), ("value", "IVA.IMPORTE"));
}

#[test]
fn taxes_that_name_their_line_are_that_lines() {
    let mut till = Till::with(with_taxes(true));
    till.document(
        "FAC",
        NUMBER,
        12_680,
        &[("A1", 1, 5_000, 0), ("A2", 1, 6_000, 0)],
    );
    taxes_of(
        &till,
        "(1, 'FAC', 'B0021500000001', 2, 1050, 630), (2, 'FAC', 'B0021500000001', 1, 2100, 1050)",
    );
    assert_eq!(till.shop.deliver().sent, 1);
    let told = till.told();
    let lines = told["021500000001"]["Detalles"].as_array().unwrap();
    assert_eq!(
        (&lines[0]["Alicuota"], &lines[0]["ImporteImpuestos"]),
        (&"21".into(), &"10.50".into())
    );
    assert_eq!(
        (&lines[1]["Alicuota"], &lines[1]["ImporteImpuestos"]),
        (&"10.5".into(), &"6.30".into())
    );
}
