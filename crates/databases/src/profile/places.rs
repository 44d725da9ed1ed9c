//! Rules that tell from a warehouse's name what it holds.

use serde::{Deserialize, Serialize};

/// What a warehouse holds, as far as demand is concerned.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
pub enum PlaceFlag {
    /// Implants.
    #[serde(rename = "es_implante")]
    Implant,
    /// Instruments.
    #[serde(rename = "es_instrumental")]
    Instrument,
    /// Power tools.
    #[serde(rename = "es_equipo_poder")]
    PowerTool,
}

impl PlaceFlag {
    /// All of them.
    pub const ALL: &'static [PlaceFlag] = &[
        PlaceFlag::Implant,
        PlaceFlag::Instrument,
        PlaceFlag::PowerTool,
    ];

    /// The stable name: `es_implante`.
    pub fn as_str(self) -> &'static str {
        match self {
            PlaceFlag::Implant => "es_implante",
            PlaceFlag::Instrument => "es_instrumental",
            PlaceFlag::PowerTool => "es_equipo_poder",
        }
    }

    /// The flag of that stable name.
    pub fn parse(name: &str) -> Option<PlaceFlag> {
        PlaceFlag::ALL
            .iter()
            .copied()
            .find(|flag| flag.as_str() == name)
    }
}

/// A rule: warehouses whose name fits the pattern hold this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PlaceRule {
    /// As in SQL's LIKE: `%` is any text, `_` any character. Capitals and small letters are alike.
    pub pattern: String,
    /// What it means.
    pub flag: PlaceFlag,
    /// Whether the pattern is known to catch names that it should not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fragile: bool,
    /// Why, for whoever edits the rules.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl PlaceRule {
    /// Whether the rule fits that name.
    pub fn fits(&self, name: &str) -> bool {
        let fold = |text: &str| text.to_uppercase().chars().collect::<Vec<_>>();
        like(&fold(&self.pattern), &fold(name))
    }
}

/// The flag of a warehouse by its name: that of the first rule that fits.
pub fn place_flag(rules: &[PlaceRule], name: &str) -> Option<PlaceFlag> {
    rules
        .iter()
        .find(|rule| rule.fits(name))
        .map(|rule| rule.flag)
}

/// SQL's LIKE. Remembers only the last `%`, so that it takes at most pattern times text steps.
fn like(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('%') => {
                last = Some((at, from));
                at += 1;
            }
            Some(&wanted) if wanted == '_' || wanted == text[from] => {
                at += 1;
                from += 1;
            }
            Some(_) | None => match &mut last {
                Some((percent, start)) => {
                    *start += 1;
                    at = *percent + 1;
                    from = *start;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == '%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn the_first_rule_that_fits_decides_and_the_shipped_ones_are_as_fragile_as_they_say() {
        let rules = Profile::builtin("tns").unwrap().place_flags;
        let flag = |name| place_flag(&rules, name).unwrap();
        assert_eq!(flag("BODEGA IMPLANTES"), PlaceFlag::Implant);
        assert_eq!(flag("eq. de poder"), PlaceFlag::PowerTool);
        assert_eq!(flag("TALADROS PODER"), PlaceFlag::PowerTool);
        assert_eq!(flag("INSTRUMENTAL AÑO"), PlaceFlag::Instrument);
        assert_eq!(flag("AVERÍAS"), PlaceFlag::Instrument);
        assert_eq!(
            flag("LIMPIEZA"),
            PlaceFlag::Implant,
            "known to be wrong, and marked fragile"
        );
        assert!(
            rules
                .iter()
                .any(|rule| rule.fragile && !rule.note.is_empty())
        );
    }

    #[test]
    fn like_follows_sql() {
        let like = |pattern: &str, text: &str| {
            super::like(
                &pattern.chars().collect::<Vec<_>>(),
                &text.chars().collect::<Vec<_>>(),
            )
        };
        assert!(like("%", "") && like("%", "x") && like("", ""));
        assert!(like("A_C", "AÑC") && !like("A_C", "AC"));
        assert!(like("%B%B", "ABAB") && !like("%B%B", "ABA"));
        assert!(!like("", "x") && !like("_", ""));
        assert!(
            !like(&"%A".repeat(30), &"A".repeat(29)),
            "and it does not take for ever"
        );
    }
}
