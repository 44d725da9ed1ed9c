//! How fast sales are homologated on one core, how long the list takes to filter a hundred thousand of
//! them, and how much memory storing them takes.
//!
//! `cargo bench -p puente-sales --bench sales`

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

use chrono::{NaiveDate, TimeDelta, TimeZone, Utc};
use puente_core::{Currency, SystemClock};
use puente_net::Network;
use puente_sales::accounts::{self, Channel, ChannelState};
use puente_sales::catalogue::{
    Catalogue, DiscountType, DocumentType, Named, PaymentType, Product, Tax,
};
use puente_sales::judge::{self, Measure};
use puente_sales::list::{self, Filter, Sort};
use puente_sales::model::{Buyer, Identity, Line, Order, Payment, Person, Sale, Status};
use puente_sales::{Mappings, Room, Rules, State, homologate};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use rust_decimal::Decimal;
use std::sync::Arc;
use std::time::Instant;

const SALES: u64 = 100_000;
const PIECE: u64 = 50;

type Failed = Box<dyn std::error::Error>;

fn main() -> Result<(), Failed> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap_or_default();
    let (catalogue, rules) = (catalogue(), rules());
    let mappings = Mappings::default();
    let started = Instant::now();
    let mut fits = 0_u64;
    for number in 0..SALES {
        let sale = sale(number);
        fits += u64::from(homologate(&sale, &mappings, &catalogue, &rules, day).is_ok());
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "homologated: {:.0} sales/s on one core, {fits} of {SALES} fit",
        rate(seconds)
    );

    let folder = tempfile::tempdir()?;
    let clock = Arc::new(SystemClock);
    let path = folder.path().join("puente.db");
    let state = Database::open(&path, state_options(), clock.clone())?;
    let ways = Arc::new(|| Ok(Network::default()));
    let room = Room::new(state, Secrets::memory(), clock, folder.path().into(), ways);
    let channel = accounts::keep_channel(&room.state, channel(rules), Utc.timestamp_nanos(0))?;
    let measure = Arc::new(Measure {
        catalogue,
        ..Measure::of(&room, channel)?
    });
    let started = Instant::now();
    for first in (0..SALES).step_by(usize::try_from(PIECE)?) {
        let sales = (first..first + PIECE).map(sale).collect();
        judge::take(&room, &measure, sales, |_| Ok(()))?;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "stored and judged: {:.0} sales/s, {} per commit",
        rate(seconds),
        PIECE
    );
    println!("most memory: {}", peak());

    let ready = Filter {
        states: vec![State::Ready],
        ..Filter::default()
    };
    let amount = Filter {
        least_e4: Some(1_000_000_000),
        from: Utc.timestamp_opt(1_780_000_000, 0).single(),
        ..Filter::default()
    };
    let text = Filter {
        text: "comprador 777".into(),
        ..Filter::default()
    };
    for (name, filter, sort) in [
        ("all, by date", Filter::default(), Sort::Date),
        ("ready, by date", ready.clone(), Sort::Date),
        ("ready, by margin", ready, Sort::Margin),
        ("amount and date", amount, Sort::Amount),
        ("two words", text, Sort::Date),
    ] {
        let mut best = f64::MAX;
        let mut found = 0;
        for _ in 0..5 {
            let started = Instant::now();
            let rows = list::page(&room.state, &filter, sort, true, 0, 100)?;
            let totals = list::totals(&room.state, &filter)?;
            best = best.min(started.elapsed().as_secs_f64());
            found = totals.sales;
            drop(rows);
        }
        println!(
            "list of {SALES}, {name}: {:.0} ms ({found} found)",
            best * 1000.0
        );
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(seconds: f64) -> f64 {
    SALES as f64 / seconds
}

/// The most memory that this process ever held, where the system says it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(
        || "unknown".to_owned(),
        |line| line.replace("VmHWM:", "").trim().to_owned(),
    )
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default();
    catalogue.document_types = vec![DocumentType {
        id: 1,
        code: "1".into(),
        name: "FE".into(),
        active: true,
        automatic_number: true,
        next_number: None,
        decimals: true,
        discount_type: DiscountType::Percentage,
        cost_center: false,
        cost_center_mandatory: false,
        cost_center_default: None,
        electronic: true,
        electronic_type: "ElectronicInvoice".into(),
        prefix: "FE".into(),
    }];
    catalogue.payment_types = vec![PaymentType {
        id: 10,
        name: "Mercado Pago".into(),
        kind: "Cartera".into(),
        active: true,
        due_date: false,
    }];
    catalogue.taxes = vec![Tax {
        id: 20,
        name: "IVA 19%".into(),
        kind: "IVA".into(),
        percentage: Decimal::from(19),
        active: true,
    }];
    catalogue.sellers = vec![Named {
        id: 30,
        code: String::new(),
        name: "Ana".into(),
        active: true,
    }];
    catalogue.products = (0..20_000)
        .map(|number| Product {
            code: format!("SKU-{number:05}"),
            name: format!("Producto {number}"),
            active: true,
            taxed: Some(true),
            taxes: vec![20],
        })
        .collect();
    catalogue.fetched_at = Some(Utc.timestamp_nanos(0));
    catalogue.index();
    catalogue
}

fn rules() -> Rules {
    Rules {
        document_type: Some(1),
        seller: Some(30),
        payment: Some(10),
        tax: Some(20),
        email: "a@b.co".into(),
        phone: "6015550100".into(),
        ..Rules::default()
    }
}

fn channel(rules: Rules) -> Channel {
    Channel {
        id: 0,
        name: "Tienda".into(),
        site: "MCO".into(),
        api_url: String::new(),
        auth_url: String::new(),
        client_id: String::new(),
        redirect_uri: String::new(),
        seller_id: String::new(),
        nickname: String::new(),
        ledger_id: None,
        rules,
        state: ChannelState::Pending,
        checkpoint: None,
        kind: puente_sales::accounts::ChannelKind::Mercadolibre,
        settings: serde_json::json!({}),
        synced_at: None,
        last_error: None,
    }
}

/// One sale in ten has a product that is unknown; each has one to three lines.
fn sale(number: u64) -> Sale {
    let at =
        Utc.timestamp_nanos(0) + TimeDelta::days(20_400) + TimeDelta::seconds(number as i64 * 300);
    let key = (2_000_000_000_000_000 + number).to_string();
    let lines: Vec<Line> = (0..1 + number % 3)
        .map(|line| Line {
            order: key.clone(),
            sku: match number % 10 {
                9 => format!("NUEVO-{number}"),
                _ => format!("SKU-{:05}", (number * 7 + line) % 20_000),
            },
            item: format!("MCO{number}"),
            title: format!("Producto de la venta {number}"),
            quantity: Decimal::from(1 + number % 4),
            unit_price: Decimal::new(1_990_000 + (number % 50_000) as i64 * 100, 2),
            unit_fee: Decimal::new(250_000, 2),
            tax: None,
        })
        .collect();
    let amount = lines
        .iter()
        .map(|line| line.unit_price * line.quantity)
        .sum();
    Sale {
        orders: vec![Order {
            id: key.clone(),
            status: Status::Paid,
        }],
        key,
        sold_at: at,
        updated_at: at,
        status: Status::Paid,
        currency: Currency::Cop,
        lines,
        payments: vec![Payment {
            id: number.to_string(),
            method: "visa".into(),
            approved: true,
            amount,
            refunded: Decimal::ZERO,
            shipping: Decimal::ZERO,
            taxes: Decimal::ZERO,
            overpaid: Decimal::ZERO,
            coupon: Decimal::ZERO,
        }],
        shipment: None,
        buyer: Buyer {
            id: number.to_string(),
            nickname: format!("COMPRADOR {number}"),
            identity: Identity::Given(Box::new(Person {
                company: Some(false),
                id_type: "CC".into(),
                id_number: (10_000_000 + number).to_string(),
                name: "Ana María".into(),
                last_name: "Ruiz Paz".into(),
                address: "Calle 1 # 2-3".into(),
                city: "Medellín".into(),
                state: "CO-ANT".into(),
                state_name: "Antioquia".into(),
                country: "CO".into(),
                ..Person::default()
            })),
        },
        withheld: Decimal::ZERO,
        declared: Some(amount),
        missing: Vec::new(),
        document: None,
    }
}
