//! Which tax of the ledger a line has.

use super::refuse;
use crate::catalogue::Catalogue;
use crate::reason::Reason;
use crate::rules::{MappingKind, Mappings, Rules};
use rust_decimal::Decimal;

/// Number and rate of a line's tax; zero and no number for what is exempt.
pub(super) fn tax_of(
    sku: &str,
    code: &str,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<(Option<i64>, Decimal)> {
    let free = Some((None, Decimal::ZERO));
    let (field, id) = match mappings.get(MappingKind::Tax, sku) {
        Some("none") => return free,
        Some(mapped) => ("tax", mapped.parse().ok()),
        None => {
            let product = catalogue.product(code);
            let own = product.and_then(|product| {
                let sales_tax = |id: &&i64| {
                    catalogue
                        .tax(**id)
                        .is_some_and(|tax| is_sales_tax(&tax.kind))
                };
                product.taxes.iter().find(sales_tax).copied()
            });
            match (own, product.and_then(|product| product.taxed)) {
                (Some(id), _) => ("tax", Some(id)),
                (None, Some(false)) => return free,
                (None, Some(true) | None) => ("tax", rules.tax),
            }
        }
    };
    let Some(id) = id else {
        let sku = sku.to_owned();
        return refuse(reasons, Reason::UnmappedTax { sku });
    };
    match catalogue.tax(id) {
        Some(tax) if tax.active && is_sales_tax(&tax.kind) => Some((Some(id), tax.percentage)),
        Some(_) | None => refuse(
            reasons,
            Reason::NotInCatalogue {
                field: field.to_owned(),
                value: id.to_string(),
            },
        ),
    }
}

/// The tax of a line whose document says at which rate it was sold: the product's own where it has that rate,
/// else the ledger's of that rate. An invoice of another rate than the document's would be wrong.
pub(super) fn stated_tax(
    sku: &str,
    code: &str,
    rate: Decimal,
    catalogue: &Catalogue,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<(Option<i64>, Decimal)> {
    if rate.is_zero() {
        return Some((None, Decimal::ZERO));
    }
    let fits = |id: &i64| {
        catalogue.tax(*id).is_some_and(|tax| {
            tax.active && is_sales_tax(&tax.kind) && tax.percentage.normalize() == rate.normalize()
        })
    };
    let own = catalogue.product(code).map_or(&[][..], |own| &own.taxes);
    let all = catalogue.taxes.iter().map(|tax| tax.id);
    let candidates = own.iter().copied().chain(rules.tax).chain(all);
    match candidates.into_iter().find(fits) {
        Some(id) => Some((Some(id), rate)),
        None => {
            let sku = sku.to_owned();
            refuse(reasons, Reason::UnmappedTax { sku })
        }
    }
}

/// Taxes that stand in a line, apart from what the buyer withholds.
pub(crate) fn is_sales_tax(kind: &str) -> bool {
    ["IVA", "Impoconsumo"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(kind))
}

pub(super) fn is_iva(catalogue: &Catalogue, id: Option<i64>) -> bool {
    id.and_then(|id| catalogue.tax(id))
        .is_some_and(|tax| tax.kind.eq_ignore_ascii_case("IVA"))
}
