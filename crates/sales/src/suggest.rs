//! What waits to be mapped, and what each most likely is.

use crate::catalogue::Catalogue;
use crate::homologate::{cities, sku_of, usual_id_type};
use crate::model::{Identity, Sale};
use crate::rules::{MappingKind, Mappings, Rules};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use ts_rs::TS;

/// Rules that fit a ledger, for an office that has chosen none yet: its only choices, and its likeliest.
pub fn rules(catalogue: &Catalogue) -> Rules {
    let document = catalogue
        .document_types
        .iter()
        .filter(|kind| kind.active && kind.automatic_number && kind.decimals)
        .max_by_key(|kind| (!kind.cost_center_mandatory, kind.electronic));
    let tax = catalogue
        .taxes
        .iter()
        .filter(|tax| tax.active && tax.kind.eq_ignore_ascii_case("IVA"))
        .max_by_key(|tax| tax.percentage);
    let payment = catalogue
        .payment_types
        .iter()
        .filter(|payment| payment.active && !payment.due_date)
        .max_by_key(|payment| likeness("Mercado Pago", &payment.name));
    let seller = catalogue.sellers.iter().find(|seller| seller.active);
    let center = catalogue.cost_centers.iter().find(|center| center.active);
    let mandatory = document.is_some_and(|document| document.cost_center_mandatory);
    Rules {
        document_type: document.map(|document| document.id),
        seller: seller.map(|seller| seller.id),
        cost_center: center.filter(|_| mandatory).map(|center| center.id),
        payment: payment.map(|payment| payment.id),
        tax: tax.map(|tax| tax.id),
        ..Rules::default()
    }
}

/// Something that can be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MappingRow {
    /// As the channel has it.
    pub source: String,
    /// What it is, for people.
    pub label: String,
    /// Sales that it stands in.
    pub sales: u64,
    /// What it is mapped to; none where it is not.
    pub target: Option<String>,
    /// What it becomes without a mapping, by the office's rules or because it is known; none: the sale waits.
    pub by_rule: Option<String>,
    /// What it most likely is, the likeliest first.
    pub suggestions: Vec<Suggestion>,
}

/// Something that a value may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "MappingSuggestion")]
pub struct Suggestion {
    /// What to map to.
    pub target: String,
    /// What that is, for people.
    pub label: String,
    /// How alike they are, 0 to 100.
    pub likeness: u8,
}

/// Everything of one kind that stands in sales, gathered sale by sale.
#[derive(Debug, Default)]
pub struct Gather(BTreeMap<String, (String, u64)>);

impl Gather {
    /// Adds what stands in a sale.
    pub fn add(&mut self, kind: MappingKind, sale: &Sale) {
        let mut seen = HashSet::new();
        let mut add = |source: String, label: String| {
            if !source.is_empty() && seen.insert(source.clone()) {
                self.0.entry(source).or_insert((label, 0)).1 += 1;
            }
        };
        match kind {
            MappingKind::Product | MappingKind::Tax => {
                for line in &sale.lines {
                    add(sku_of(line).to_owned(), line.title.clone());
                }
            }
            MappingKind::Payment => {
                for payment in sale.payments.iter().filter(|payment| payment.approved) {
                    add(payment.method.clone(), payment.method.clone());
                }
            }
            MappingKind::City | MappingKind::IdType => {
                if let Identity::Given(person) = &sale.buyer.identity {
                    if kind == MappingKind::City {
                        add(
                            cities::key(&person.state, &person.city),
                            format!("{} ({})", person.city, person.state_name),
                        );
                    } else {
                        add(person.id_type.clone(), person.id_type.clone());
                    }
                }
            }
        }
    }

    /// The rows, those in most sales first.
    pub fn rows(
        self,
        kind: MappingKind,
        mappings: &Mappings,
        catalogue: &Catalogue,
        rules: &Rules,
    ) -> Vec<MappingRow> {
        let mut found = self.0;
        for (source, _) in mappings.of(kind) {
            found
                .entry(source.to_owned())
                .or_insert((source.to_owned(), 0));
        }
        let mut rows: Vec<MappingRow> = found
            .into_iter()
            .map(|(source, (label, sales))| MappingRow {
                target: mappings.get(kind, &source).map(str::to_owned),
                by_rule: by_rule(kind, &source, catalogue, rules),
                suggestions: Vec::new(),
                source,
                label,
                sales,
            })
            .collect();
        rows.sort_by(|a, b| b.sales.cmp(&a.sales).then_with(|| a.source.cmp(&b.source)));
        rows
    }
}

fn by_rule(
    kind: MappingKind,
    source: &str,
    catalogue: &Catalogue,
    rules: &Rules,
) -> Option<String> {
    match kind {
        MappingKind::Product => {
            let same = catalogue.product(source).filter(|product| product.active);
            match same.filter(|_| rules.sku_is_code) {
                Some(product) => Some(product.code.clone()),
                None => (!rules.generic_product.is_empty()).then(|| rules.generic_product.clone()),
            }
        }
        MappingKind::Payment => rules.payment.map(|id| id.to_string()),
        MappingKind::Tax => rules.tax.map(|id| id.to_string()),
        MappingKind::City => {
            let (state, city) = source.split_once('/')?;
            cities::find(state, city).map(str::to_owned)
        }
        MappingKind::IdType => usual_id_type(source).map(str::to_owned),
    }
}

/// What a row most likely is, at most five.
pub fn suggest(kind: MappingKind, row: &MappingRow, catalogue: &Catalogue) -> Vec<Suggestion> {
    let mut found: Vec<Suggestion> = match kind {
        MappingKind::Product => catalogue
            .products
            .iter()
            .filter(|product| product.active)
            .filter_map(|product| {
                let by_code = likeness(&row.source, &product.code);
                let by_name = likeness(&row.label, &product.name);
                suggestion(&product.code, &product.name, by_code.max(by_name))
            })
            .collect(),
        MappingKind::Payment => catalogue
            .payment_types
            .iter()
            .filter(|payment| payment.active)
            .filter_map(|payment| {
                let alike = likeness(payment_words(&row.source), &payment.name).max(1);
                suggestion(&payment.id.to_string(), &payment.name, alike)
            })
            .collect(),
        MappingKind::Tax => catalogue
            .taxes
            .iter()
            .filter(|tax| tax.active && tax.kind.eq_ignore_ascii_case("IVA"))
            .filter_map(|tax| suggestion(&tax.id.to_string(), &tax.name, 50))
            .collect(),
        MappingKind::City => {
            let (state, city) = row.source.split_once('/').unwrap_or(("", &row.source));
            cities::like(state, city)
                .into_iter()
                .filter_map(|(code, name)| suggestion(code, name, likeness(city, name).max(40)))
                .collect()
        }
        MappingKind::IdType => ["13", "31", "22", "41", "12", "47", "48"]
            .into_iter()
            .filter_map(|code| suggestion(code, code, 10))
            .collect(),
    };
    found.sort_by(|a, b| {
        b.likeness
            .cmp(&a.likeness)
            .then_with(|| a.target.cmp(&b.target))
    });
    found.truncate(5);
    found
}

/// What a way to pay is called in accounting.
fn payment_words(method: &str) -> &str {
    match method {
        "visa" | "master" | "amex" | "diners" | "codensa" => "tarjeta credito",
        "debvisa" | "debmaster" => "tarjeta debito",
        "pse" => "transferencia pse",
        "efecty" | "baloto" => "efectivo",
        "account_money" => "mercado pago",
        other => other,
    }
}

fn suggestion(target: &str, label: &str, likeness: u8) -> Option<Suggestion> {
    (likeness > 0).then(|| Suggestion {
        target: target.to_owned(),
        label: label.to_owned(),
        likeness,
    })
}

/// How many pairs of letters two texts share, 0 to 100 (Dice's coefficient); 0 below a third.
fn likeness(one: &str, other: &str) -> u8 {
    let (one, other) = (pairs(one), pairs(other));
    if one.is_empty() || other.is_empty() {
        return 0;
    }
    let shared = one.intersection(&other).count();
    let percent = 200 * shared / (one.len() + other.len());
    u8::try_from(percent)
        .ok()
        .filter(|percent| *percent >= 34)
        .unwrap_or(0)
}

fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' => 'u',
            c => c,
        })
        .filter(|c| c.is_alphanumeric())
        .collect();
    letters.windows(2).map(|two| (two[0], two[1])).collect()
}
