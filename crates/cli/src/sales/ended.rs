//! What the jobs of sales came to, in words.

use super::show::name_of;
use crate::output::Terminal;
use puente_app::jobs::{JobResult, JobRow};
use serde_json::{Map, Value};

/// A line for each job that did something itself; one that only queued others has nothing to tell.
pub fn show(terminal: &Terminal, jobs: &[JobRow]) {
    let own = |job: &&JobRow| {
        !matches!(
            job.result,
            Some(JobResult::Queued(_) | JobResult::Other) | None
        )
    };
    let own: Vec<&JobRow> = jobs.iter().filter(own).collect();
    if own.is_empty() {
        terminal.line(terminal.text("sales.nothing"));
    }
    for job in own {
        let kind = terminal.text(&format!("kind.{}", job.kind));
        let counts = job.result.as_ref().map(|result| counts(terminal, result));
        let counts = counts.unwrap_or_default();
        terminal.line(format!(
            "{} · {counts}",
            format!("{kind} {}", job.subject).trim()
        ));
    }
}

/// What is counted, in the order in which it is told.
const COUNTED: [&str; 26] = [
    "orders",
    "read",
    "new",
    "changed",
    "sales",
    "products",
    "sent",
    "invoiced",
    "there",
    "refused",
    "uncertain",
    "blocked",
    "later",
    "skipped",
    "pending",
    "marked",
    "marked_here",
    "ready",
    "stamped",
    "rejected",
    "files",
    "lines",
    "partial",
    "forbidden",
    "articles",
    "codes",
];

/// `nuevas: 12 · cambiadas: 3`; what is zero is left out.
fn counts(terminal: &Terminal, result: &JobResult) -> String {
    if let JobResult::SaleDecided(decided) = result {
        let key = format!("sales.state.{}", name_of(&decided.state));
        return terminal.text(&key).to_owned();
    }
    let fields = fields(result);
    let parts: Vec<String> = COUNTED
        .iter()
        .filter_map(|name| {
            let value = fields.get(*name)?;
            let word = terminal.text(&format!("sales.ended.{name}"));
            match value {
                Value::Number(number) => {
                    let number = number.as_u64().filter(|number| *number > 0)?;
                    Some(format!("{word}: {}", terminal.count(number)))
                }
                Value::Bool(true) => Some(word.to_owned()),
                Value::Bool(false)
                | Value::Null
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_) => None,
            }
        })
        .collect();
    match parts.is_empty() {
        true => terminal.text("sales.ended.nothing").to_owned(),
        false => parts.join(" · "),
    }
}

/// What a result counts, as it is on the wire.
fn fields(result: &JobResult) -> Map<String, Value> {
    match serde_json::to_value(result) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts;
    use puente_core::Lang;
    use puente_sales::bills::BillsRead;
    use puente_sales::handlers::SalesRead;

    #[test]
    fn what_jobs_of_sales_count_has_a_word_in_both_languages() {
        let results = [
            JobResult::SalesRead(Default::default()),
            JobResult::SalesJudged(Default::default()),
            JobResult::CatalogueFetched(Default::default()),
            JobResult::SalesSent(Default::default()),
            JobResult::SalesDelivered(Default::default()),
            JobResult::SalesFollowed(Default::default()),
            JobResult::BillsRead(Default::default()),
            JobResult::ErpCostsTaken(Default::default()),
        ];
        for result in &results {
            let fields = fields(result);
            assert!(!fields.is_empty(), "{result:?}");
            for name in fields.keys().filter(|name| *name != "of") {
                assert!(COUNTED.contains(&name.as_str()), "{name} ({result:?})");
            }
        }
        for name in COUNTED {
            for lang in [Lang::Es, Lang::En] {
                assert!(
                    texts::find(lang, &format!("sales.ended.{name}")).is_some(),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn only_what_happened_is_told() {
        let terminal = Terminal {
            lang: Lang::Es,
            zone: None,
            json: false,
            quiet: true,
        };
        let told = |result| counts(&terminal, &result);
        let read = SalesRead {
            orders: 1200,
            new: 0,
            changed: 3,
        };
        assert_eq!(
            told(JobResult::SalesRead(read)),
            "leídas: 1.200 · cambiadas: 3"
        );
        let none = SalesRead::default();
        assert_eq!(told(JobResult::SalesRead(none)), "sin novedades");
        let bills = BillsRead {
            forbidden: true,
            ..BillsRead::default()
        };
        let said = "el canal no deja leer sus cobros";
        assert_eq!(told(JobResult::BillsRead(bills)), said);
    }
}
