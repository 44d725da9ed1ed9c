//! What movements add up to: by month, by kind of document, by article.

use super::meanings;
use crate::amounts::{Amount, Quantity, month_text};
use crate::companies::Selected;
use crate::{App, Result};
use puente_core::Month;
use puente_databases::profile::DocumentMeaning;
use puente_erp::companies::Company;
use puente_warehouse::{ArticleTotal, MonthFilter, MonthTotal, Rank, State, Stream};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use ts_rs::TS;

/// What to summarise.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct SummaryOf {
    /// `NIT` or `NIT:YEAR` each; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub companies: Vec<String>,
    /// First month.
    pub from: Option<Month>,
    /// Last month, included.
    pub to: Option<Month>,
    /// How many articles to rank.
    #[ts(as = "Option<usize>", optional)]
    pub top: usize,
}

/// A month of posted documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct MonthRow {
    /// `2026-11`; empty for documents without a date.
    pub month: String,
    /// Movements of all kinds.
    pub movements: i64,
    /// Value of sales, before returns.
    pub sales: Amount,
    /// Value of sold goods that came back.
    pub returns: Amount,
    /// Sales without returns.
    pub net_sales: Amount,
    /// Quantity sold, without what came back.
    pub quantity: Quantity,
    /// Value of purchases, without what went back.
    pub purchases: Amount,
}

/// Movements of one kind of documents, over all months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TypeRow {
    /// The ERP's code.
    pub doc_type: String,
    /// What it means.
    pub meaning: DocumentMeaning,
    /// What its documents count for.
    pub state: State,
    /// Movements.
    pub movements: i64,
    /// Value.
    pub total: Amount,
}

/// An article over several companies and months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TopArticle {
    /// Its code.
    pub code: String,
    /// Its description.
    pub description: String,
    /// In what it is counted.
    pub unit: String,
    /// Movements.
    pub movements: i64,
    /// How much of it.
    pub quantity: Quantity,
    /// Its value.
    pub total: Amount,
}

/// What is in the warehouse.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Summary {
    /// Companies with movements.
    pub companies: Vec<Company>,
    /// Movements that are not gone.
    pub movements: i64,
    /// Of those, posted ones.
    pub posted: i64,
    /// By month, oldest first.
    pub months: Vec<MonthRow>,
    /// By kind and state.
    pub types: Vec<TypeRow>,
    /// Articles that sold most.
    pub top: Vec<TopArticle>,
    /// Where the data is.
    pub warehouse: PathBuf,
}

/// Months, kinds and best sellers.
///
/// # Errors
/// That a company doesn't exist; those of the store.
pub fn summary(app: &App, request: SummaryOf) -> Result<Summary> {
    let chosen = Selected {
        companies: request.companies.clone(),
    }
    .find(app)?;
    let ids: Vec<i64> = chosen.iter().map(|company| company.id).collect();
    let counts = app.room.warehouse.counts()?;
    let held: Vec<_> = counts
        .iter()
        .filter(|count| ids.contains(&count.company_id))
        .collect();
    let companies = chosen
        .into_iter()
        .filter(|c| held.iter().any(|count| count.company_id == c.id))
        .collect();
    let meanings = meanings(&app.room)?;
    let months = MonthFilter {
        companies: ids,
        from_month: request.from.map(Month::number),
        to_month: request.to.map(Month::number),
        states: vec![State::Posted, State::Draft, State::Voided],
        ..MonthFilter::default()
    };
    let totals = app.room.warehouse.monthly(&months)?;
    let of = |code: &str| {
        meanings
            .get(code)
            .copied()
            .unwrap_or(DocumentMeaning::Other)
    };
    let sales: Vec<String> = totals
        .iter()
        .map(|total| total.doc_type.clone())
        .filter(|code| of(code) == DocumentMeaning::Sale)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let top = if sales.is_empty() || months.companies.is_empty() {
        Vec::new()
    } else {
        let filter = MonthFilter {
            doc_types: sales,
            stream: Some(Stream::Line),
            states: Vec::new(),
            ..months
        };
        app.room
            .warehouse
            .top_articles(&filter, Rank::Total, request.top)?
            .into_iter()
            .map(TopArticle::of)
            .collect()
    };
    let (months, types) = months_and_types(&totals, of);
    Ok(Summary {
        companies,
        movements: held.iter().map(|count| count.movements).sum(),
        posted: held.iter().map(|count| count.posted).sum(),
        months,
        types,
        top,
        warehouse: app.dir.warehouse(),
    })
}

/// By month, posted documents only; by kind and state, all of them.
fn months_and_types(
    totals: &[MonthTotal],
    of: impl Fn(&str) -> DocumentMeaning,
) -> (Vec<MonthRow>, Vec<TypeRow>) {
    // By its text, which is the same for all years that no office has: one row without a month.
    let mut by_month: BTreeMap<String, MonthRow> = BTreeMap::new();
    let mut by_type: BTreeMap<(String, u8), TypeRow> = BTreeMap::new();
    for total in totals {
        let meaning = of(&total.doc_type);
        let row = by_type
            .entry((total.doc_type.clone(), total.state as u8))
            .or_insert_with(|| TypeRow {
                doc_type: total.doc_type.clone(),
                meaning,
                state: total.state,
                movements: 0,
                total: Amount::default(),
            });
        row.movements = row.movements.saturating_add(total.lines);
        row.total.add(total.total_e4);
        if total.state == State::Posted {
            let month = month_text(total.month);
            by_month
                .entry(month.clone())
                .or_insert_with(|| MonthRow {
                    month,
                    ..MonthRow::default()
                })
                .add(total, meaning);
        }
    }
    (
        by_month.into_values().collect(),
        by_type.into_values().collect(),
    )
}

impl MonthRow {
    fn add(&mut self, total: &puente_warehouse::MonthTotal, meaning: DocumentMeaning) {
        let (value, quantity) = (i128::from(total.total_e4), i128::from(total.quantity_e6));
        self.movements = self.movements.saturating_add(total.lines);
        match meaning {
            DocumentMeaning::Sale => {
                self.sales.add(value);
                self.net_sales.add(value);
                self.quantity.add(quantity);
            }
            DocumentMeaning::SaleReturn => {
                self.returns.add(value);
                self.net_sales.add(-value);
                self.quantity.add(-quantity);
            }
            DocumentMeaning::Purchase => self.purchases.add(value),
            DocumentMeaning::PurchaseReturn => self.purchases.add(-value),
            DocumentMeaning::RemissionIn
            | DocumentMeaning::RemissionOut
            | DocumentMeaning::Transfer
            | DocumentMeaning::Order
            | DocumentMeaning::Other => {}
        }
    }
}

impl TopArticle {
    fn of(article: ArticleTotal) -> TopArticle {
        TopArticle {
            code: article.code,
            description: article.description,
            unit: article.unit,
            movements: article.lines,
            quantity: article.quantity_e6.into(),
            total: article.total_e4.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Nothing;
    use crate::desk::Desk;
    use puente_erp::companies;
    use puente_warehouse::{Batch, DocType, Movement, MovementBatch};
    use serde_json::json;

    #[test]
    fn movements_of_every_year_that_no_office_has_stand_in_one_row() {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let warehouse = &desk.app.room.warehouse;
        let company = companies::list(&desk.app.room.state).unwrap()[0].id;
        let load = warehouse.begin(company, None).unwrap();
        let mut movements = MovementBatch::with_capacity(Stream::Line, 3);
        // Without a date, in 1899 and in 2206.
        for (line_id, day) in [(1, None), (2, Some(-25_600)), (3, Some(86_400))] {
            movements.push(&Movement {
                line_id,
                doc_id: line_id,
                article_id: 1,
                place_id: None,
                to_place_id: None,
                day,
                doc_type: 0,
                state: State::Posted,
                quantity_e6: 1_000_000,
                price_e4: 10_000,
                total_e4: 10_000,
                cost_e4: 0,
            });
        }
        let batch = Batch {
            movements,
            doc_types: vec![DocType {
                id: 0,
                code: "FV".to_owned(),
            }],
            ..Batch::default()
        };
        warehouse.put(load, batch, json!({})).unwrap();
        warehouse.publish(load, json!({})).unwrap();
        let months = summary(&desk.app, SummaryOf::default()).unwrap().months;
        let without: Vec<_> = months.iter().filter(|row| row.month.is_empty()).collect();
        assert_eq!(without.len(), 1, "{months:?}");
        assert_eq!(without[0].movements, 3);
    }
}
