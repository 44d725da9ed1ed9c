//! The texts that people read: of errors, and of the few words that errors put into them.
//!
//! `texts/errors.{es,en}.toml` has a message and a hint for every code; `texts/words.{es,en}.toml`
//! translates values that are words of ours (`what`, `field`, `reason`, `state`, …) and not data. A
//! value without an entry is shown as it is.

use crate::{Code, Lang};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

#[derive(Deserialize)]
pub(crate) struct Text {
    pub(crate) message: String,
    pub(crate) hint: String,
}

type Texts = HashMap<String, Text>;
/// By the name of the value, then by the value.
type Words = HashMap<String, HashMap<String, String>>;

static ES: LazyLock<Texts> = LazyLock::new(|| parse(include_str!("../texts/errors.es.toml")));
static EN: LazyLock<Texts> = LazyLock::new(|| parse(include_str!("../texts/errors.en.toml")));
static WORDS_ES: LazyLock<Words> = LazyLock::new(|| parse(include_str!("../texts/words.es.toml")));
static WORDS_EN: LazyLock<Words> = LazyLock::new(|| parse(include_str!("../texts/words.en.toml")));

#[allow(
    clippy::expect_used,
    reason = "the files are compiled in, and a test parses them"
)]
fn parse<T: serde::de::DeserializeOwned>(source: &str) -> T {
    toml::from_str(source).expect("the texts are TOML")
}

#[allow(clippy::expect_used, reason = "a test asks for the text of every code")]
pub(crate) fn text(lang: Lang, code: Code) -> &'static Text {
    let texts: &'static Texts = lang.pick(&*ES, &*EN);
    texts.get(code.as_str()).expect("every code has its text")
}

/// Puts values into `{name}` places. A place without a value shows an ellipsis, so that a missing
/// value never hides the sentence.
pub(crate) fn fill(lang: Lang, template: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let Some(close) = after.find('}') else {
            rest = after;
            break;
        };
        let name = &after[1..close];
        out.push_str(
            values
                .get(name)
                .map_or("…", |value| word(lang, name, value)),
        );
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    out
}

fn word<'a>(lang: Lang, name: &str, value: &'a str) -> &'a str {
    let words: &'static Words = lang.pick(&*WORDS_ES, &*WORDS_EN);
    words
        .get(name)
        .and_then(|words| words.get(value))
        .map_or(value, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Reason;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name))
            .collect()
    }

    #[test]
    fn every_code_has_a_message_and_a_hint_in_both_languages_with_the_same_values() {
        let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        for texts in [&*ES, &*EN] {
            let found: BTreeSet<&str> = texts.keys().map(String::as_str).collect();
            assert_eq!(found, names, "the catalogue and the list of codes differ");
        }
        for code in Code::ALL {
            let (es, en) = (text(Lang::Es, *code), text(Lang::En, *code));
            for part in [&es.message, &es.hint, &en.message, &en.hint] {
                assert!(
                    !part.is_empty() && !part.contains(['!', '¡']),
                    "{code}: {part}"
                );
            }
            assert_eq!(
                places(&es.message),
                places(&en.message),
                "{code}: messages differ"
            );
            assert_eq!(places(&es.hint), places(&en.hint), "{code}: hints differ");
        }
    }

    #[test]
    fn every_word_stands_in_both_languages() {
        let keys = |words: &'static Words| -> BTreeSet<(&str, &str)> {
            words
                .iter()
                .flat_map(|(name, of)| of.keys().map(|key| (&**name, &**key)))
                .collect()
        };
        assert_eq!(keys(&WORDS_ES), keys(&WORDS_EN));
        for reason in Reason::ALL {
            assert!(WORDS_ES["reason"].contains_key(reason.as_str()), "{reason}");
        }
    }

    #[test]
    fn a_value_that_is_a_word_of_ours_is_translated_and_data_is_not() {
        let values = BTreeMap::from([
            ("reason".to_owned(), "too_short".to_owned()),
            ("value".to_owned(), "too_short".to_owned()),
        ]);
        let shown = fill(Lang::En, "{value}: {reason}, {lost}", &values);
        assert_eq!(shown, "too_short: it is too short, …");
    }
}
