//! Costs that others know: the ERP's warehouse, and the bills of channels.

use super::room;
use crate::jobs::{self, JobRow};
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Error, Progress, TaxId, TaxIdKind};
use puente_erp::companies;
use puente_jobs::{Interrupted, JobKind, NewJob, RetryPolicy, Running};
use puente_sales::accounts::{self, ChannelState};
use puente_sales::bills::{self, BILLS};
use puente_sales::erp_costs::{self, ERP_COSTS, Moved};
use puente_sales::handlers::{ChannelInput, HOMOLOGATE};
use puente_sales::mappings;
use puente_warehouse::{MonthFilter, Stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// Says whose warehouse tells what the goods of a channel account cost.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "CostSourceSet", optional_fields = nullable)]
pub struct SetSource {
    /// The channel account's name or number.
    pub channel: String,
    /// All companies of this NIT; none forgets what was taken.
    #[serde(default)]
    pub nit: Option<String>,
}

/// From where costs of a channel account are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "CostSource")]
pub struct SourceRow {
    /// The channel account.
    pub channel_id: i64,
    /// Its name.
    pub channel: String,
    /// Whose warehouse tells what goods cost; none where nobody has said.
    pub nit: Option<String>,
    /// When costs were last taken from there.
    pub taken_at: Option<DateTime<Utc>>,
    /// When bills of the channel were last read.
    pub billed_at: Option<DateTime<Utc>>,
    /// Orders whose fee is known from a bill.
    pub billed: u64,
}

/// Result of the job that takes costs from the ERP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(rename = "ErpCostsTaken")]
pub struct Taken {
    /// Articles that stand in sales and have a cost.
    pub articles: u64,
    /// Codes that stand in sales.
    pub codes: u64,
}

/// From where costs are known, for each channel account.
///
/// # Errors
/// Those of the store.
pub fn sources(app: &App, _: Nothing) -> Result<Vec<SourceRow>> {
    let state = &room(app).state;
    let known = erp_costs::sources(state)?;
    let mut rows = Vec::new();
    for channel in accounts::channels(state)? {
        let source = known.iter().find(|one| one.channel_id == channel.id);
        let (billed_at, billed) = bills::standing(state, channel.id)?;
        rows.push(SourceRow {
            channel_id: channel.id,
            channel: channel.name,
            nit: source.map(|source| source.nit.clone()),
            taken_at: source.and_then(|source| source.taken_at),
            billed_at,
            billed,
        });
    }
    Ok(rows)
}

/// Says whose warehouse tells what goods cost, and takes the costs from there.
///
/// # Errors
/// That the account or the NIT doesn't exist.
pub fn set_source(app: &App, request: SetSource) -> Result<Vec<JobRow>> {
    let state = &room(app).state;
    let channel = accounts::find_channel(state, &request.channel)?;
    let nit = match request.nit.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(known_nit(app, text)?),
    };
    erp_costs::set_source(state, channel.id, nit.clone())?;
    let detail = json!({ "name": channel.name, "nit": nit });
    app.audit(
        "sales.costs_erp",
        &format!("channel:{}", channel.id),
        detail,
    )?;
    let input = json!(ChannelInput {
        channel_id: channel.id
    });
    let kind = if nit.is_some() { ERP_COSTS } else { HOMOLOGATE };
    Ok(vec![jobs::ask(app, NewJob::new(kind, input).once())?])
}

fn known_nit(app: &App, text: &str) -> Result<String> {
    let nit = TaxId::parse(TaxIdKind::Nit, text)?;
    let nit = nit.as_str().to_owned();
    match companies_of(&app.room.state, &nit)?.is_empty() {
        true => Err(Error::not_found("company", nit)),
        false => Ok(nit),
    }
}

fn companies_of(state: &puente_store::Database, nit: &str) -> Result<Vec<i64>> {
    let all = companies::list(state)?;
    let of = all.into_iter().filter(|company| company.nit == nit);
    Ok(of.map(|company| company.id).collect())
}

/// Reads what channels billed; all connected accounts when none is named.
///
/// # Errors
/// That an account doesn't exist.
pub fn read_bills(app: &App, request: super::channels::Sync) -> Result<Vec<JobRow>> {
    let state = &room(app).state;
    let channels = match request.channels.is_empty() {
        true => accounts::channels(state)?,
        false => request
            .channels
            .iter()
            .map(|name| accounts::find_channel(state, name))
            .collect::<std::result::Result<_, _>>()?,
    };
    let mut rows = Vec::new();
    for channel in channels {
        if channel.state == ChannelState::Connected {
            let input = json!(ChannelInput {
                channel_id: channel.id
            });
            rows.push(jobs::ask(app, NewJob::new(BILLS, input).once())?);
        }
    }
    Ok(rows)
}

/// Takes costs from the ERP's warehouse.
pub(crate) struct TakeCosts {
    pub(crate) room: puente_sales::Room,
    pub(crate) erp: puente_erp::Room,
}

impl JobKind for TakeCosts {
    const NAME: &'static str = ERP_COSTS;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ChannelInput;
    type Output = Taken;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("channel:{}", input.channel_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Result<Self::Output> {
        let state = &self.room.state;
        let channel = accounts::channel(state, input.channel_id)?;
        let sources = erp_costs::sources(state)?;
        let Some(source) = sources.iter().find(|one| one.channel_id == channel.id) else {
            return Ok(Taken::default());
        };
        job.progress(Progress::stage("costs").about(&*channel.name));
        let mappings = mappings::of(state, channel.id)?;
        let codes = erp_costs::codes(&self.room, channel.id, &mappings)?;
        job.cancel.check()?;
        let companies = companies_of(state, &source.nit)?;
        let moved = self.moved(companies, &codes)?;
        let articles = erp_costs::keep(state, channel.id, moved, self.room.clock.now())?;
        let input = json!(ChannelInput {
            channel_id: channel.id
        });
        job.enqueue(NewJob::new(HOMOLOGATE, input).once())?;
        Ok(Taken {
            articles,
            codes: codes.len() as u64,
        })
    }
}

impl TakeCosts {
    /// What the articles of those codes moved and cost in each month.
    fn moved(
        &self,
        companies: Vec<i64>,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeMap<(String, i32), Moved>> {
        let mut found: BTreeMap<(String, i32), Moved> = BTreeMap::new();
        if companies.is_empty() || codes.is_empty() {
            return Ok(found);
        }
        let warehouse = &self.erp.warehouse;
        let articles = warehouse.articles(&companies)?;
        let wanted: Vec<String> = articles
            .into_iter()
            .map(|article| article.code)
            .filter(|code| codes.contains(&code.trim().to_lowercase()))
            .collect();
        if wanted.is_empty() {
            return Ok(found);
        }
        let filter = MonthFilter {
            companies,
            stream: Some(Stream::Line),
            ..MonthFilter::default()
        };
        for cell in warehouse.demand(&filter, &wanted)? {
            // Without a date there is no month, and without a cost it says nothing of costs.
            if cell.month == 0 || cell.cost_e4 == 0 {
                continue;
            }
            let key = (cell.article.trim().to_lowercase(), cell.month);
            let moved = found.entry(key).or_default();
            moved.quantity_e6 += i128::from(cell.quantity_e6.unsigned_abs());
            moved.cost_e4 += i128::from(cell.cost_e4.unsigned_abs());
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_sales::judge::{self, Measure};
    use puente_sales::margin::CostKind;
    use puente_sales::model::Sale;
    use puente_sales::rules::MappingKind;
    use rust_decimal::Decimal;
    use std::sync::Arc;

    const NIT: &str = "900123456";

    fn sale(key: &str, sku: &str) -> Sale {
        crate::desk::sale(key, sku, "2026-03-10T15:00:00Z")
    }

    /// An office with movements, an account without orders, and the code and unit cost of an article that was
    /// sold in March of 2026.
    fn office() -> (Desk, i64, String, Decimal) {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let channel = desk.add_channel();
        let filter = MonthFilter {
            companies: companies_of(&desk.app.room.state, &nit(&desk)).unwrap(),
            from_month: Some(202_603),
            to_month: Some(202_603),
            stream: Some(Stream::Line),
            ..MonthFilter::default()
        };
        let cells = desk.app.room.warehouse.demand(&filter, &[]).unwrap();
        let code = cells
            .iter()
            .find(|cell| cell.cost_e4 != 0 && cell.quantity_e6 != 0)
            .map(|cell| cell.article.clone())
            .unwrap();
        let of = cells
            .iter()
            .filter(|cell| cell.article == code && cell.cost_e4 != 0);
        let (quantity, cost) = of.fold((0, 0), |(quantity, cost), cell| {
            (
                quantity + cell.quantity_e6.unsigned_abs(),
                cost + cell.cost_e4.unsigned_abs(),
            )
        });
        let unit = Decimal::from(cost) * Decimal::ONE_HUNDRED / Decimal::from(quantity);
        (desk, channel, code, unit.round_dp(4))
    }

    fn nit(desk: &Desk) -> String {
        let all = companies::list(&desk.app.room.state).unwrap();
        all.into_iter()
            .map(|company| company.nit)
            .find(|nit| nit.starts_with(NIT))
            .unwrap()
    }

    fn product_cost(desk: &Desk, channel: i64, sale: &Sale) -> Option<Decimal> {
        let measure = Measure::of(room(&desk.app), channel).unwrap();
        let earned = measure.earnings(sale, None, false);
        let cost = earned
            .costs
            .into_iter()
            .find(|line| line.kind == CostKind::Product)?;
        assert_eq!(cost.source, "erp");
        Some(cost.amount)
    }

    #[test]
    fn goods_cost_what_the_erp_says_by_their_own_code_and_by_what_they_are_mapped_to() {
        let (desk, channel, code, unit) = office();
        let own = sale("2000001", &code);
        let mapped = sale("2000002", "ML-ROJO");
        let room = room(&desk.app);
        mappings::set(
            &room.state,
            channel,
            MappingKind::Product,
            vec![("ML-ROJO".to_owned(), Some(code.to_lowercase()))],
            room.clock.now(),
        )
        .unwrap();
        let measure = Arc::new(Measure::of(room, channel).unwrap());
        let both = vec![own.clone(), mapped.clone(), sale("2000003", "NADA-1")];
        judge::take(room, &measure, both, |_| Ok(())).unwrap();
        assert_eq!(product_cost(&desk, channel, &own), None);
        let request = SetSource {
            channel: "Tienda".to_owned(),
            nit: Some(nit(&desk)),
        };
        set_source(&desk.app, request).unwrap();
        desk.run();
        let both = unit * Decimal::TWO;
        assert_eq!(product_cost(&desk, channel, &own), Some(both));
        assert_eq!(product_cost(&desk, channel, &mapped), Some(both));
        assert_eq!(
            product_cost(&desk, channel, &sale("2000003", "NADA-1")),
            None
        );
        let rows = sources(&desk.app, Nothing {}).unwrap();
        assert!(rows[0].nit.is_some() && rows[0].taken_at.is_some());
        let forget = SetSource {
            channel: "Tienda".to_owned(),
            nit: None,
        };
        set_source(&desk.app, forget).unwrap();
        desk.run();
        assert_eq!(product_cost(&desk, channel, &own), None);
    }

    #[test]
    fn a_nit_without_companies_is_no_source_of_costs() {
        let (desk, ..) = office();
        let request = SetSource {
            channel: "Tienda".to_owned(),
            nit: Some("800197268".to_owned()),
        };
        let refused = set_source(&desk.app, request).unwrap_err();
        assert_eq!(refused.code, puente_core::Code::NotFound);
    }
}
