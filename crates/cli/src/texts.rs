//! The texts of the terminal, in two languages, by key.

use puente_core::Lang;
use std::collections::HashMap;
use std::sync::LazyLock;

type Catalogue = HashMap<String, String>;

static ES: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../texts/es.toml")));
static EN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../texts/en.toml")));

#[allow(
    clippy::expect_used,
    reason = "the files are compiled in, and a test parses them"
)]
fn parse(source: &str) -> Catalogue {
    toml::from_str(source).expect("the texts of the terminal are TOML")
}

/// The text of `key`; the key itself where there is none, which a test keeps from happening.
pub fn get(lang: Lang, key: &str) -> &'static str {
    find(lang, key).unwrap_or_else(|| {
        tracing::error!(key, "a text is missing");
        "?"
    })
}

/// The text of `key`, if there is one.
pub fn find(lang: Lang, key: &str) -> Option<&'static str> {
    let catalogue: &'static Catalogue = lang.pick(&*ES, &*EN);
    catalogue.get(key).map(String::as_str)
}

/// The text of `key` with its `{name}` places filled.
pub fn fill(lang: Lang, key: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut text = get(lang, key).to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_places() {
        let keys = |c: &'static Catalogue| c.keys().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!(keys(&ES), keys(&EN));
        let places = |text: &str| {
            text.split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
                .collect::<BTreeSet<_>>()
        };
        for (key, text) in ES.iter() {
            assert_eq!(places(text), places(&EN[key]), "{key}");
            assert!(!text.is_empty(), "{key}");
        }
    }

    #[test]
    fn every_verb_and_every_argument_has_its_help() {
        fn walk(command: &clap::Command, path: &str, missing: &mut Vec<String>) {
            if command.get_about().unwrap().to_string() == "?" {
                missing.push(path.to_owned());
            }
            for arg in command.get_arguments() {
                let id = arg.get_id();
                if id != "help" && id != "version" && arg.get_help().unwrap().to_string() == "?" {
                    missing.push(format!("{path} {id}"));
                }
            }
            for verb in command.get_subcommands() {
                walk(verb, &format!("{path} {}", verb.get_name()), missing);
            }
        }
        for lang in [Lang::Es, Lang::En] {
            let mut command = crate::args::command(lang);
            command.build();
            let mut missing = Vec::new();
            walk(&command, "puente", &mut missing);
            assert!(missing.is_empty(), "{missing:#?}");
        }
    }
}
