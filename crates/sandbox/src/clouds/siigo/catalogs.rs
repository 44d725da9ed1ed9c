//! What a company has set up: document types, payments, taxes, sellers, warehouses...

use crate::clouds::call::{Call, Reply};
use crate::clouds::siigo::refusal::{Refusal, Trouble, number};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct DocumentType {
    pub(crate) id: i64,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) active: bool,
    pub(crate) seller_by_item: bool,
    pub(crate) customer_by_item: bool,
    pub(crate) cost_center: bool,
    pub(crate) cost_center_mandatory: bool,
    pub(crate) automatic_number: bool,
    pub(crate) consecutive: i64,
    pub(crate) discount: &'static str,
    pub(crate) decimals: bool,
    pub(crate) electronic: &'static str,
    pub(crate) prefix: &'static str,
}

impl DocumentType {
    pub(crate) fn is_electronic(&self) -> bool {
        self.electronic != "NoElectronic"
    }

    fn show(&self) -> Value {
        json!({
            "id": self.id, "code": self.code, "name": self.name,
            "description": self.name, "type": self.kind, "active": self.active,
            "seller_by_item": self.seller_by_item, "cost_center": self.cost_center,
            "cost_center_mandatory": self.cost_center_mandatory,
            "automatic_number": self.automatic_number, "consecutive": self.consecutive,
            "discount_type": self.discount, "decimals": self.decimals,
            "advance_payment": false, "reteiva": false, "reteica": false,
            "self_withholding": false, "self_withholding_limit": 0,
            "electronic_type": self.electronic, "prefix": self.prefix,
            "global_discounts": [], "global_charges": [], "cargo_transportation": false,
            "healthcare_company": false, "customer_by_item": self.customer_by_item,
        })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct PaymentType {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) active: bool,
    pub(crate) due_date: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Tax {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) percentage: Decimal,
    pub(crate) active: bool,
}

/// An id, a name and whether it is in use; `code` where there is one.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) active: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Catalogs {
    pub(crate) documents: BTreeMap<i64, DocumentType>,
    pub(crate) payments: BTreeMap<i64, PaymentType>,
    pub(crate) taxes: BTreeMap<i64, Tax>,
    pub(crate) sellers: Vec<Entry>,
    pub(crate) warehouses: Vec<Entry>,
    pub(crate) cost_centers: Vec<Entry>,
    pub(crate) price_lists: Vec<Entry>,
    pub(crate) groups: Vec<Entry>,
}

fn document(id: i64, code: &'static str, name: &'static str) -> DocumentType {
    DocumentType {
        id,
        code,
        name,
        kind: "FV",
        active: true,
        seller_by_item: false,
        customer_by_item: false,
        cost_center: false,
        cost_center_mandatory: false,
        automatic_number: true,
        consecutive: 1,
        discount: "Percentage",
        decimals: true,
        electronic: "ElectronicInvoice",
        prefix: "",
    }
}

fn documents(can_stamp: bool) -> Vec<DocumentType> {
    let mut all = vec![
        DocumentType {
            cost_center: true,
            prefix: "FE",
            consecutive: 1021,
            ..document(24_446, "1", "Factura electrónica de venta")
        },
        DocumentType {
            electronic: "NoElectronic",
            discount: "Value",
            ..document(24_447, "2", "Factura de venta, descuento por valor")
        },
        DocumentType {
            electronic: "NoElectronic",
            automatic_number: false,
            ..document(24_448, "3", "Factura con número manual")
        },
        DocumentType {
            decimals: false,
            ..document(24_449, "4", "Factura electrónica sin decimales")
        },
        DocumentType {
            cost_center: true,
            cost_center_mandatory: true,
            seller_by_item: true,
            ..document(24_450, "5", "Factura con centro de costo")
        },
        DocumentType {
            active: false,
            ..document(24_451, "6", "Factura antigua")
        },
        DocumentType {
            kind: "NC",
            ..document(24_460, "1", "Nota crédito")
        },
        DocumentType {
            kind: "RC",
            electronic: "NoElectronic",
            ..document(24_470, "1", "Recibo de caja")
        },
    ];
    if !can_stamp {
        for one in &mut all {
            one.electronic = "NoElectronic";
        }
    }
    all
}

fn payments() -> Vec<PaymentType> {
    let one = |id, name, due_date, active| PaymentType {
        id,
        name,
        kind: "Cartera",
        active,
        due_date,
    };
    vec![
        one(5_636, "Crédito", true, true),
        one(5_637, "Efectivo", false, true),
        one(5_638, "Mercado Pago", false, true),
        one(5_639, "Transferencia", false, true),
        one(5_640, "Cheque", false, false),
    ]
}

fn taxes() -> Vec<Tax> {
    let one = |id, name, kind, percentage: Decimal, active| Tax {
        id,
        name,
        kind,
        percentage,
        active,
    };
    vec![
        one(13_156, "IVA 19%", "IVA", Decimal::new(19, 0), true),
        one(13_157, "IVA 5%", "IVA", Decimal::new(5, 0), true),
        one(13_158, "IVA 0%", "IVA", Decimal::ZERO, true),
        one(13_159, "IVA 16%", "IVA", Decimal::new(16, 0), false),
        one(
            13_160,
            "Retefuente 2.5%",
            "Retefuente",
            Decimal::new(25, 1),
            true,
        ),
        one(13_161, "ReteIVA 15%", "ReteIVA", Decimal::new(15, 0), true),
        one(
            13_162,
            "ReteICA 9.66",
            "ReteICA",
            Decimal::new(966, 3),
            true,
        ),
        one(
            13_163,
            "Impoconsumo 8%",
            "Impoconsumo",
            Decimal::new(8, 0),
            true,
        ),
        one(
            13_164,
            "Ad Valorem 20%",
            "AdValorem",
            Decimal::new(20, 0),
            true,
        ),
        one(
            13_165,
            "Autorretención 0.4%",
            "Autorretencion",
            Decimal::new(4, 1),
            true,
        ),
    ]
}

impl Catalogs {
    /// Those of a company that may send to the DIAN, or of one that may not.
    pub(crate) fn new(can_stamp: bool) -> Self {
        let entry = |id, code, name, active| Entry {
            id,
            code,
            name,
            active,
        };
        Catalogs {
            documents: documents(can_stamp)
                .into_iter()
                .map(|one| (one.id, one))
                .collect(),
            payments: payments().into_iter().map(|one| (one.id, one)).collect(),
            taxes: taxes().into_iter().map(|one| (one.id, one)).collect(),
            sellers: vec![
                entry(629, "1032456789", "Mariana Peñaloza Núñez", true),
                entry(630, "79345612", "Julián Andrés Cárdenas", true),
                entry(631, "52876123", "Rosa Elvira Guzmán", false),
            ],
            warehouses: vec![
                entry(42, "", "Bodega principal", true),
                entry(43, "", "Bodega Full MercadoLibre", true),
                entry(44, "", "Bodega cerrada", false),
            ],
            cost_centers: vec![
                entry(235, "VIR", "Ventas virtuales", true),
                entry(236, "TIE", "Tienda física", true),
                entry(237, "OLD", "Centro anterior", false),
            ],
            price_lists: vec![
                entry(1, "1", "Precio de venta 1", true),
                entry(2, "2", "Precio mayorista", true),
            ],
            groups: vec![
                entry(1_253, "", "Productos", true),
                entry(1_254, "", "Servicios", true),
                entry(1_255, "", "Materia prima", false),
            ],
        }
    }
}

impl Catalogs {
    /// Puts what has this id out of use.
    pub(crate) fn retire(&mut self, id: i64) {
        if let Some(document) = self.documents.get_mut(&id) {
            document.active = false;
        }
        if let Some(payment) = self.payments.get_mut(&id) {
            payment.active = false;
        }
        if let Some(tax) = self.taxes.get_mut(&id) {
            tax.active = false;
        }
        let lists = [
            &mut self.sellers,
            &mut self.warehouses,
            &mut self.cost_centers,
            &mut self.groups,
        ];
        for entry in lists.into_iter().flatten().filter(|entry| entry.id == id) {
            entry.active = false;
        }
    }
}

/// Whether an entry with this id is there and in use.
pub(crate) fn in_use(entries: &[Entry], id: i64) -> bool {
    entries.iter().any(|one| one.id == id && one.active)
}

/// A parameter that has no default.
fn needed<'a>(call: &'a Call, name: &str) -> Result<&'a str, Refusal> {
    call.query(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| {
            Refusal::one(
                400,
                Trouble::new(
                    "parameter_required",
                    format!("The field {name} is required"),
                )
                .at(name),
            )
        })
}

impl Catalogs {
    /// Answers `GET /v1/<name>` for those that are plain arrays.
    pub(crate) fn show(&self, name: &str, call: &Call) -> Option<Result<Reply, Refusal>> {
        let plain = |entries: &[Entry]| -> Vec<Value> {
            entries
                .iter()
                .map(|one| json!({"id": one.id, "name": one.name, "active": one.active}))
                .collect()
        };
        let list = match name {
            "document-types" => match needed(call, "type") {
                Ok(kind) => self
                    .documents
                    .values()
                    .filter(|one| one.kind == kind)
                    .map(DocumentType::show)
                    .collect(),
                Err(refusal) => return Some(Err(refusal)),
            },
            "payment-types" => match needed(call, "document_type") {
                Ok("FV" | "NC" | "RC") => self
                    .payments
                    .values()
                    .map(|one| {
                        json!({"id": one.id, "name": one.name, "type": one.kind,
                               "active": one.active, "due_date": one.due_date})
                    })
                    .collect(),
                Ok(_) => Vec::new(),
                Err(refusal) => return Some(Err(refusal)),
            },
            "taxes" => self
                .taxes
                .values()
                .map(|one| {
                    json!({"id": one.id, "name": one.name, "type": one.kind,
                           "percentage": number(one.percentage), "active": one.active})
                })
                .collect(),
            "warehouses" => self
                .warehouses
                .iter()
                .map(|one| {
                    json!({"id": one.id, "name": one.name, "active": one.active,
                           "has_movements": true})
                })
                .collect(),
            "cost-centers" => self
                .cost_centers
                .iter()
                .map(|one| {
                    json!({"id": one.id, "code": one.code, "name": one.name,
                           "active": one.active})
                })
                .collect(),
            "price-lists" => self
                .price_lists
                .iter()
                .map(|one| {
                    json!({"id": one.id, "name": one.name, "active": one.active,
                           "position": one.id})
                })
                .collect(),
            "account-groups" => plain(&self.groups),
            "fixed-assets" | "expenses" | "misc-incomes" => Vec::new(),
            _ => return None,
        };
        Some(Ok(Reply::json(200, &Value::Array(list))))
    }

    /// The rows of `GET /v1/users`, which is paged.
    pub(crate) fn users(&self) -> Vec<Value> {
        self.sellers
            .iter()
            .map(|one| {
                let (first, last) = one.name.split_once(' ').unwrap_or((one.name, ""));
                let email = format!("vendedor{}@empresa.example", one.id);
                json!({"id": one.id, "username": email, "first_name": first, "last_name": last,
                       "email": email, "active": one.active, "identification": one.code})
            })
            .collect()
    }
}
