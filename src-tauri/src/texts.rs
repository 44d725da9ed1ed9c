//! The texts that the host says itself, in two languages, by key.

use puente_core::Lang;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::LazyLock;

type Catalogue = HashMap<String, String>;

static ES: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../texts/es.toml")));
static EN: LazyLock<Catalogue> = LazyLock::new(|| parse(include_str!("../texts/en.toml")));

fn parse(source: &str) -> Catalogue {
    toml::from_str(source).unwrap_or_default()
}

/// The text of `key`; `?` where there is none, which a test keeps from happening.
pub fn get(lang: Lang, key: &str) -> &'static str {
    find(lang, key).unwrap_or("?")
}

/// The text of `key`, if there is one.
pub fn find(lang: Lang, key: &str) -> Option<&'static str> {
    let catalogue: &'static Catalogue = lang.pick(&*ES, &*EN);
    catalogue.get(key).map(String::as_str)
}

/// The text of `key` with its `{name}` places filled.
pub fn fill(lang: Lang, key: &str, values: &[(&str, &dyn Display)]) -> String {
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
    fn both_languages_have_the_same_keys_and_every_key_of_the_code() {
        let keys = |c: &'static Catalogue| c.keys().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!(keys(&ES), keys(&EN));
        let sources = [
            include_str!("dialogs.rs"),
            include_str!("notice.rs"),
            include_str!("tray.rs"),
            include_str!("window.rs"),
        ];
        for key in keys(&ES)
            .into_iter()
            .filter(|key| !key.starts_with("kind."))
        {
            assert!(
                sources
                    .iter()
                    .any(|source| source.contains(&format!("\"{key}\""))),
                "{key} is not used"
            );
        }
        assert!(ES.len() > 10, "the catalogue could not be read");
    }
}
