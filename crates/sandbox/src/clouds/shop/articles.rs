//! What the shop sells, and the company of SIIGO that knows it.

use super::people;
use crate::clouds::mercadolibre::model::Books;
use crate::clouds::siigo::{Company, Product, SiigoLogin, guid};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Something for sale.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) sku: String,
    pub(crate) title: String,
    /// In pesos, with IVA.
    pub(crate) price: i64,
    pub(crate) iva: Iva,
    pub(crate) is_active: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Iva {
    General,
    Low,
    Exempt,
    Excluded,
}

const KINDS: [(&str, &str, i64, Iva); 15] = [
    ("CAM", "Camiseta algodón peruano", 39_900, Iva::General),
    (
        "ZAP",
        "Zapatos deportivos para correr",
        159_900,
        Iva::General,
    ),
    (
        "MOR",
        "Morral antirrobo con puerto USB",
        89_900,
        Iva::General,
    ),
    (
        "AUD",
        "Audífonos Bluetooth con estuche",
        74_900,
        Iva::General,
    ),
    ("LAM", "Lámpara LED de escritorio", 52_350, Iva::General),
    ("OLL", "Olla a presión 6 litros", 134_990, Iva::General),
    ("TER", "Termo de acero inoxidable 1 L", 45_500, Iva::General),
    ("SIL", "Silla ergonómica de oficina", 489_000, Iva::General),
    ("CAR", "Cargador rápido 65 W", 67_777, Iva::General),
    ("FUN", "Funda para celular", 19_900, Iva::General),
    ("CAF", "Café de origen Huila 500 g", 32_000, Iva::Low),
    ("PAN", "Panela orgánica 1 kg", 9_800, Iva::Low),
    ("ARR", "Arroz integral 5 kg", 24_300, Iva::Excluded),
    ("LIB", "Libro: Cuentos de la sabana", 48_000, Iva::Exempt),
    ("CUA", "Cuaderno argollado 100 hojas", 8_900, Iva::General),
];

const VARIANTS: [&str; 5] = ["negro", "azul", "rojo", "talla M", "edición especial"];

/// All articles; the last one is out of use in SIIGO.
pub(crate) fn all() -> Vec<Article> {
    let mut all: Vec<Article> = Vec::new();
    for (step, variant) in (0_i64..).zip(VARIANTS) {
        for (prefix, name, price, iva) in KINDS {
            all.push(Article {
                sku: format!("{prefix}-{:03}", step + 1),
                title: format!("{name}, {variant}"),
                price: price + step * 1_150,
                iva,
                is_active: true,
            });
        }
    }
    all.push(Article {
        sku: "DESC-001".into(),
        title: "Ventilador de torre (descontinuado)".into(),
        price: 210_000,
        iva: Iva::General,
        is_active: false,
    });
    all
}

fn product(login: &SiigoLogin, place: u64, article: &Article, at: DateTime<Utc>) -> Product {
    let (classification, taxes) = match article.iva {
        Iva::General => ("Taxed", vec![13_156]),
        Iva::Low => ("Taxed", vec![13_157]),
        Iva::Exempt => ("Exempt", vec![13_158]),
        Iva::Excluded => ("Excluded", vec![]),
    };
    Product {
        id: guid(&login.username, place),
        code: article.sku.clone(),
        name: article.title.clone(),
        group: 1_253,
        kind: "Product".into(),
        classification: classification.into(),
        tax_included: true,
        taxes,
        price: Some(Decimal::from(article.price)),
        stock_control: true,
        active: article.is_active,
        stock: Decimal::from(40 + place % 160),
        barcode: Some(format!("770{:010}", place)),
        created: at - TimeDelta::days(400) + TimeDelta::minutes(i64::try_from(place).unwrap_or(0)),
        updated: at - TimeDelta::days(100),
    }
}

/// A company with the products, some of the buyers as customers, and two services.
pub(crate) fn company(
    login: SiigoLogin,
    can_stamp: bool,
    books: &Books,
    at: DateTime<Utc>,
) -> Company {
    let mut products = BTreeMap::new();
    let mut place = 0;
    let mut add = |product: Product| {
        products.insert(product.code.clone(), product);
    };
    for article in all() {
        place += 1;
        add(product(&login, place, &article, at));
    }
    for (code, name, iva) in [
        ("ENVIO", "Servicio de envío", Iva::General),
        ("GENERICO", "Producto genérico", Iva::General),
    ] {
        place += 1;
        let article = Article {
            sku: code.into(),
            title: name.into(),
            price: 0,
            iva,
            is_active: true,
        };
        add(Product {
            kind: "Service".into(),
            group: 1_254,
            stock_control: false,
            price: None,
            ..product(&login, place, &article, at)
        });
    }
    let mut company = Company::new(login, can_stamp, products, place);
    people::customers(&mut company, books, at);
    company
}

impl Company {
    fn new(
        login: SiigoLogin,
        can_stamp: bool,
        products: BTreeMap<String, Product>,
        used: u64,
    ) -> Self {
        Company {
            login,
            catalogs: crate::clouds::siigo::Catalogs::new(can_stamp),
            products,
            customers: BTreeMap::new(),
            invoices: Vec::new(),
            by_id: HashMap::new(),
            keys: HashMap::new(),
            credit_notes: Vec::new(),
            closed_until: None,
            heard: VecDeque::new(),
            outcomes: VecDeque::new(),
            errors: 0,
            next_id: used,
        }
    }
}
