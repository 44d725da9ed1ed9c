//! Reasons in the words of whoever reads them.

use puente_core::Lang;
use puente_sales::Reason;
use puente_sales::misfits::{Misfit, Problem};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;
use ts_rs::TS;

/// Why a sale can't be invoiced, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SaleReasonView")]
pub struct ReasonView {
    /// By name, with its values.
    #[serde(flatten)]
    pub reason: Reason,
    /// What stands in the way.
    pub text: String,
    /// What to do about it.
    pub hint: String,
    /// Where it is mended: `mappings.product`, `mappings.city`, `rules`, `catalogue`, `channel`, `ledger`, or empty.
    pub mend: String,
}

#[derive(Deserialize)]
struct Text {
    text: String,
    hint: String,
}

#[derive(Deserialize)]
struct Texts {
    reasons: HashMap<String, Text>,
    /// Of refusals, by the ledger's code.
    refusals: HashMap<String, Text>,
    /// Of what doesn't fit the catalogue any more, by what is wrong with it.
    misfits: HashMap<String, Text>,
    /// Names of fields.
    fields: HashMap<String, String>,
}

static ES: LazyLock<Texts> = LazyLock::new(|| parse(include_str!("../../texts/sales.es.toml")));
static EN: LazyLock<Texts> = LazyLock::new(|| parse(include_str!("../../texts/sales.en.toml")));

#[allow(
    clippy::expect_used,
    reason = "the files are compiled in, and a test parses them"
)]
fn parse(source: &str) -> Texts {
    toml::from_str(source).expect("the texts are TOML")
}

impl ReasonView {
    /// Puts a reason into words.
    pub fn of(reason: Reason, lang: Lang) -> ReasonView {
        let texts: &'static Texts = lang.pick(&*ES, &*EN);
        let values = values(&reason, texts);
        let code = values.get("code").cloned().unwrap_or_default();
        let found = if matches!(reason, Reason::Refused { .. }) {
            let known = texts.refusals.get(&code);
            known.or_else(|| texts.refusals.get("other"))
        } else {
            texts.reasons.get(reason.name())
        };
        let (text, hint) = match found {
            Some(found) => (fill(&found.text, &values), fill(&found.hint, &values)),
            None => (reason.name().to_owned(), String::new()),
        };
        ReasonView {
            mend: mend(&reason).to_owned(),
            reason,
            text,
            hint,
        }
    }
}

/// What doesn't fit the catalogue any more, in words.
pub(crate) struct MisfitText {
    pub(crate) label: String,
    pub(crate) text: String,
    pub(crate) hint: String,
}

/// Puts something that doesn't fit any more into words.
pub(crate) fn misfit(misfit: &Misfit, lang: Lang) -> MisfitText {
    let texts: &'static Texts = lang.pick(&*ES, &*EN);
    let label = field(&misfit.field, texts);
    let what = match misfit.name.is_empty() {
        true => misfit.value.clone(),
        false => format!("{} ({})", misfit.name, misfit.value),
    };
    let shown = |value: &str| match value {
        "true" => field("yes", texts),
        "false" => field("no", texts),
        "" => field("nothing", texts),
        other => other.to_owned(),
    };
    let mut values = HashMap::from([
        ("field".to_owned(), label.clone()),
        ("what".to_owned(), what),
    ]);
    if let Some(change) = &misfit.change {
        values.insert("property".to_owned(), field(&change.what, texts));
        values.insert("before".to_owned(), shown(&change.before));
        values.insert("after".to_owned(), shown(&change.after));
    }
    let key = match misfit.problem {
        Problem::Gone => "gone",
        Problem::Inactive => "inactive",
        Problem::Unfit => "unfit",
        Problem::Missing => "missing",
        Problem::Changed => "changed",
    };
    let found = texts.misfits.get(key);
    MisfitText {
        label,
        text: found.map_or_else(|| key.to_owned(), |found| fill(&found.text, &values)),
        hint: found.map_or_else(String::new, |found| fill(&found.hint, &values)),
    }
}

/// The name of a reason, for counts of many.
pub(crate) fn title(name: &str, lang: Lang) -> String {
    let texts: &'static Texts = lang.pick(&*ES, &*EN);
    texts
        .fields
        .get(&format!("reason.{name}"))
        .cloned()
        .unwrap_or_else(|| name.to_owned())
}

/// A sentence for people that is no reason, by its key.
pub(crate) fn phrase(key: &str, lang: Lang) -> String {
    let texts: &'static Texts = lang.pick(&*ES, &*EN);
    texts.fields.get(key).cloned().unwrap_or_default()
}

/// The values of a reason by name, with names of fields in the reader's language.
fn values(reason: &Reason, texts: &Texts) -> HashMap<String, String> {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(reason) else {
        return HashMap::new();
    };
    fields
        .into_iter()
        .map(|(name, value)| {
            let plain = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let shown = match name.as_str() {
                "field" => field(&plain, texts),
                _ => plain,
            };
            (name, shown)
        })
        .collect()
}

/// `customer.phones` is the telephone of the customer.
fn field(name: &str, texts: &Texts) -> String {
    let known = |name: &str| texts.fields.get(name).cloned();
    known(name)
        .or_else(|| known(name.rsplit('.').next().unwrap_or(name)))
        .unwrap_or_else(|| name.to_owned())
}

fn fill(template: &str, values: &HashMap<String, String>) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

fn mend(reason: &Reason) -> &'static str {
    match reason {
        Reason::UnmappedProduct { .. } => "mappings.product",
        Reason::UnmappedTax { .. } => "mappings.tax",
        Reason::UnmappedPayment { .. } => "mappings.payment",
        Reason::UnknownCity { .. } => "mappings.city",
        Reason::UnmappedIdType { .. } => "mappings.id_type",
        Reason::NotInCatalogue { field, .. } => match field.as_str() {
            "product" => "mappings.product",
            "tax" => "mappings.tax",
            "payment" => "mappings.payment",
            _ => "rules",
        },
        Reason::NotChosen { .. }
        | Reason::ManualNumber { .. }
        | Reason::MissingContact { .. }
        | Reason::BadContact { .. }
        | Reason::TotalDiffers { .. } => "rules",
        Reason::NoCatalogue => "catalogue",
        Reason::IdentityForbidden => "channel",
        Reason::Refused { .. } => "ledger",
        Reason::NotPaid { .. }
        | Reason::Refunded
        | Reason::Incomplete { .. }
        | Reason::Empty
        | Reason::Currency { .. }
        | Reason::IdentityProcessing
        | Reason::MissingTaxId
        | Reason::BadTaxId { .. }
        | Reason::TooLong { .. }
        | Reason::TooPrecise { .. }
        | Reason::PaymentsDiffer { .. }
        | Reason::TooManyLines { .. }
        | Reason::Document { .. }
        | Reason::OrderElsewhere { .. } => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_sales::ledgers::siigo::known_codes;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_of_every_reason_and_every_code_of_siigo() {
        for (es, en) in [
            (&ES.reasons, &EN.reasons),
            (&ES.refusals, &EN.refusals),
            (&ES.misfits, &EN.misfits),
        ] {
            let keys = |of: &'static HashMap<String, Text>| of.keys().collect::<BTreeSet<_>>();
            assert_eq!(keys(es), keys(en));
            for (name, text) in es {
                let other = &en[name];
                assert_eq!(places(&text.text), places(&other.text), "{name}");
                assert!(!text.text.is_empty() && !text.hint.is_empty(), "{name}");
            }
        }
        assert_eq!(
            ES.fields.keys().collect::<BTreeSet<_>>(),
            EN.fields.keys().collect::<BTreeSet<_>>()
        );
        for code in known_codes() {
            assert!(ES.refusals.contains_key(*code), "{code}");
        }
    }

    #[test]
    fn what_is_different_is_told_with_both_values_in_words() {
        let rate = Misfit {
            channel_id: 1,
            place: puente_sales::misfits::Place::Rule,
            field: "payment".into(),
            source: String::new(),
            value: "10".into(),
            name: "Mercado Pago".into(),
            problem: Problem::Changed,
            change: Some(puente_sales::misfits::Change {
                what: "due_date".into(),
                before: "false".into(),
                after: "true".into(),
            }),
            sales: 0,
        };
        let words = misfit(&rate, Lang::Es);
        assert_eq!(
            words.text,
            "forma de pago: «Mercado Pago (10)» cambió. fecha de vencimiento: antes «no», ahora «sí»."
        );
        assert!(!words.hint.is_empty() && !misfit(&rate, Lang::En).text.contains('{'));
    }

    #[test]
    fn a_refusal_names_the_field_in_spanish_and_an_unknown_code_is_shown_as_it_is() {
        let refused = |code: &str, field: &str| Reason::Refused {
            code: code.to_owned(),
            field: field.to_owned(),
            message: "said".to_owned(),
        };
        let view = ReasonView::of(refused("parameter_required", "seller"), Lang::Es);
        assert!(view.text.contains("vendedor"), "{}", view.text);
        let view = ReasonView::of(refused("something_new", ""), Lang::Es);
        assert!(
            view.text.contains("something_new") && view.text.contains("said"),
            "{}",
            view.text
        );
    }
}
