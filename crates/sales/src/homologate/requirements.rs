//! What an office has to choose before its sales can be invoiced: it follows from what the ledger says.

use crate::catalogue::{Catalogue, Named};
use crate::reason::Reason;
use crate::rules::Rules;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A value that an invoice needs, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleRequirement")]
pub struct Requirement {
    /// Name of the rule: `document_type`.
    pub field: String,
    /// Whether an invoice can't be without it.
    pub required: bool,
    /// Whether it is chosen, and still fits.
    pub met: bool,
    /// Why it isn't; none when it is, or is not required.
    pub reason: Option<Reason>,
}

/// What the rules of a channel account have to say, and what of it is missing or fits no more.
pub fn requirements(catalogue: &Catalogue, rules: &Rules) -> Vec<Requirement> {
    if catalogue.fetched_at.is_none() {
        return vec![Requirement {
            field: "catalogue".to_owned(),
            required: true,
            met: false,
            reason: Some(Reason::NoCatalogue),
        }];
    }
    let document = rules
        .document_type
        .and_then(|id| catalogue.document_type(id));
    let mandatory_center = document.is_some_and(|document| {
        document.cost_center_mandatory && document.cost_center_default.is_none()
    });
    let listed = |list: &[Named], id: i64| list.iter().any(|one| one.id == id && one.active);
    let has_product = |code: &str| {
        let product = catalogue.product(code);
        product.is_some_and(|product| product.active)
    };
    let number = |field: &str, required: bool, value: Option<i64>, fits: &dyn Fn(i64) -> bool| {
        let reason = match value {
            None if required => Some(Reason::NotChosen {
                field: field.to_owned(),
            }),
            Some(id) if !fits(id) => Some(Reason::NotInCatalogue {
                field: field.to_owned(),
                value: id.to_string(),
            }),
            None | Some(_) => None,
        };
        Requirement {
            field: field.to_owned(),
            required,
            met: value.is_some() && reason.is_none(),
            reason,
        }
    };
    let product = |field: &str, code: &str| Requirement {
        field: field.to_owned(),
        required: false,
        met: has_product(code),
        reason: (!code.is_empty() && !has_product(code)).then(|| Reason::NotInCatalogue {
            field: field.to_owned(),
            value: code.to_owned(),
        }),
    };
    let mut all = vec![
        number("document_type", true, rules.document_type, &|id| {
            catalogue.document_type(id).is_some_and(|kind| kind.active)
        }),
        number("seller", true, rules.seller, &|id| {
            listed(&catalogue.sellers, id)
        }),
        number("payment", false, rules.payment, &|id| {
            catalogue.payment_type(id).is_some_and(|kind| kind.active)
        }),
        number("tax", false, rules.tax, &|id| {
            catalogue.tax(id).is_some_and(|tax| tax.active)
        }),
        number("cost_center", mandatory_center, rules.cost_center, &|id| {
            listed(&catalogue.cost_centers, id)
        }),
        number("warehouse", false, rules.warehouse, &|id| {
            listed(&catalogue.warehouses, id)
        }),
        product("generic_product", &rules.generic_product),
        product("shipping_product", &rules.shipping_product),
    ];
    if let Some(document) = document.filter(|document| !document.automatic_number) {
        all[0].met = false;
        all[0].reason = Some(Reason::ManualNumber {
            document: document.name.clone(),
        });
    }
    all
}

pub(super) fn check(catalogue: &Catalogue, rules: &Rules, reasons: &mut Vec<Reason>) {
    let missing = requirements(catalogue, rules);
    reasons.extend(missing.into_iter().filter_map(|one| one.reason));
}
