//! Table `place_rule`: what a warehouse of the ERP means, by its name. The office edits a copy of
//! what the profile ships.

use crate::{Error, Result};
use puente_databases::Profile;
use puente_databases::profile::{PlaceFlag, PlaceRule};
use puente_store::Database;
use rusqlite::params;

/// The rules in force, in order: the office's, or else the profile's.
///
/// # Errors
/// Those of the store.
pub fn of(db: &Database, profile: &Profile) -> Result<Vec<PlaceRule>> {
    let own = own(db, &profile.name)?;
    Ok(if own.is_empty() {
        profile.place_flags.clone()
    } else {
        own
    })
}

/// Replaces the office's rules for a profile. They apply from the next extraction on.
///
/// # Errors
/// [`Error::Invalid`] for an empty pattern, a pattern that stands twice, or no rule at all.
pub fn set(db: &Database, profile: &str, rules: Vec<PlaceRule>) -> Result<()> {
    if rules.is_empty() {
        return Err(Error::invalid("rules", "empty"));
    }
    for (at, rule) in rules.iter().enumerate() {
        if rule.pattern.trim().is_empty() {
            return Err(Error::invalid("rules", "pattern: empty"));
        }
        if rules[..at]
            .iter()
            .any(|other| other.pattern == rule.pattern)
        {
            return Err(Error::invalid("rules", format!("{}: 2x", rule.pattern)));
        }
    }
    let profile = profile.to_owned();
    db.write(move |tx| {
        tx.execute("DELETE FROM place_rule WHERE profile = ?1", [&profile])?;
        let mut insert = tx.prepare_cached(
            "INSERT INTO place_rule (profile, position, pattern, flag) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (position, rule) in (0_i64..).zip(&rules) {
            insert.execute(params![profile, position, rule.pattern, rule.flag.as_str()])?;
        }
        Ok(())
    })
}

/// Goes back to what the profile ships.
///
/// # Errors
/// Those of the store.
pub fn reset(db: &Database, profile: &str) -> Result<()> {
    let profile = profile.to_owned();
    db.write(move |tx| {
        tx.execute("DELETE FROM place_rule WHERE profile = ?1", [&profile])?;
        Ok(())
    })
}

/// Reads `PATTERN=FLAG`.
///
/// # Errors
/// [`Error::Invalid`].
pub fn parse(text: &str) -> Result<PlaceRule> {
    let wrong = || Error::invalid("rules", format!("{text}: PATTERN=FLAG"));
    let (pattern, flag) = text.rsplit_once('=').ok_or_else(wrong)?;
    let flag = PlaceFlag::parse(flag.trim()).ok_or_else(|| {
        let flags: Vec<&str> = PlaceFlag::ALL.iter().map(|flag| flag.as_str()).collect();
        Error::invalid("rules", format!("{}: {}", flag.trim(), flags.join(" | ")))
    })?;
    Ok(PlaceRule {
        pattern: pattern.trim().to_owned(),
        flag,
        fragile: false,
        note: String::new(),
    })
}

fn own(db: &Database, profile: &str) -> Result<Vec<PlaceRule>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT pattern, flag FROM place_rule WHERE profile = ?1 ORDER BY position",
        )?;
        let rows = statement.query_map([profile], |row| {
            let flag: String = row.get(1)?;
            Ok(PlaceFlag::parse(&flag).map(|flag| PlaceRule {
                pattern: row.get(0).unwrap_or_default(),
                flag,
                fragile: false,
                note: String::new(),
            }))
        })?;
        Ok(rows
            .collect::<rusqlite::Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_from_the_last_equals_sign() {
        let rule = parse("%A=B% = es_implante").unwrap();
        assert_eq!(
            (rule.pattern.as_str(), rule.flag),
            ("%A=B%", PlaceFlag::Implant)
        );
        assert!(parse("%A%").is_err() && parse("%A%=implante").is_err());
    }
}
