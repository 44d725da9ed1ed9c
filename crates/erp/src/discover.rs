//! Discovery: which companies a server has. The plan is a pure function of what the server lists and
//! what is known; carrying it out is one commit.

use crate::companies::{Company, CompanyId, Found, State};
use crate::servers::ServerId;
use puente_core::{TaxId, TaxIdKind, ValueError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A row of the ERP's list of companies, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// Code in the ERP.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// NIT as written.
    pub nit: String,
    /// Fiscal year as written.
    pub year: String,
    /// Database as written.
    pub location: String,
}

/// Why a listed company was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "SkipReason")]
pub enum Reason {
    /// The same NIT and year came from another server first.
    OnAnotherServer {
        /// Its name.
        server: String,
    },
    /// The list has the same NIT and year twice; the first one counts.
    ListedTwice {
        /// Code of the one that counts.
        code: String,
    },
    /// The NIT is none.
    BadNit {
        /// Why, as the key of a word in the catalogue of errors.
        reason: String,
    },
    /// The year is none.
    BadYear,
    /// No database is named.
    NoLocation,
}

/// A listed company that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Skipped {
    /// Code in the ERP.
    pub code: String,
    /// Legal name.
    pub name: String,
    /// NIT as written.
    pub nit: String,
    /// Fiscal year as written.
    pub year: String,
    /// Why.
    pub reason: Reason,
}

/// What a discovery found, for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "DiscoverReport")]
pub struct Report {
    /// Rows of the list.
    pub listed: u64,
    /// New here.
    pub added: u64,
    /// Known here, and something about them changed.
    pub updated: u64,
    /// Known here, nothing changed.
    pub unchanged: u64,
    /// Known here and not listed any more.
    pub gone: u64,
    /// NITs whose check digit is not the computed one; taken all the same.
    pub check_digit_wrong: Vec<String>,
    /// Left out, each with its reason.
    pub skipped: Vec<Skipped>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Rows to add or update, in the order of the list.
    pub found: Vec<Found>,
    /// Rows to mark as gone.
    pub gone: Vec<CompanyId>,
    /// What to tell.
    pub report: Report,
}

/// Compares what `server` lists with what is `known` (of all servers).
pub fn plan(server: ServerId, listed: &[Listed], known: &[Company]) -> Plan {
    let by_key: HashMap<(&str, i32), &Company> = known
        .iter()
        .map(|c| ((c.nit.as_str(), c.fiscal_year), c))
        .collect();
    let mut plan = Plan::default();
    let mut taken: BTreeMap<(String, i32), String> = BTreeMap::new();
    for row in listed {
        plan.report.listed += 1;
        let found = match read(row) {
            Ok(found) => found,
            Err(reason) => {
                plan.report.skipped.push(skip(row, reason));
                continue;
            }
        };
        let key = (found.nit.clone(), found.fiscal_year);
        let same = by_key
            .get(&(found.nit.as_str(), found.fiscal_year))
            .copied();
        if let Some(other) = same.filter(|company| company.server_id != server) {
            let server = other.server.clone();
            plan.report
                .skipped
                .push(skip(row, Reason::OnAnotherServer { server }));
            continue;
        }
        if let Some(code) = taken.get(&key) {
            plan.report
                .skipped
                .push(skip(row, Reason::ListedTwice { code: code.clone() }));
            continue;
        }
        taken.insert(key, found.code.clone());
        match same {
            None => plan.report.added += 1,
            Some(company) if is_same(company, &found) => plan.report.unchanged += 1,
            Some(_) => plan.report.updated += 1,
        }
        if !found.check_digit_ok {
            plan.report
                .check_digit_wrong
                .push(found.nit_written.clone());
        }
        plan.found.push(found);
    }
    let seen: HashSet<(&str, i32)> = taken
        .keys()
        .map(|(nit, year)| (nit.as_str(), *year))
        .collect();
    plan.gone = known
        .iter()
        .filter(|c| c.server_id == server && c.state == State::Active)
        .filter(|c| !seen.contains(&(c.nit.as_str(), c.fiscal_year)))
        .map(|c| c.id)
        .collect();
    plan.report.gone = plan.gone.len() as u64;
    plan
}

fn read(row: &Listed) -> Result<Found, Reason> {
    let nit = TaxId::parse(TaxIdKind::Nit, &row.nit).map_err(|error| Reason::BadNit {
        reason: reason_of(&error),
    })?;
    let fiscal_year = row
        .year
        .trim()
        .parse()
        .ok()
        .filter(|year| (1990..=2100).contains(year))
        .ok_or(Reason::BadYear)?;
    if row.location.trim().is_empty() {
        return Err(Reason::NoLocation);
    }
    Ok(Found {
        nit: nit.as_str().to_owned(),
        fiscal_year,
        code: row.code.trim().to_owned(),
        name: row.name.split_whitespace().collect::<Vec<_>>().join(" "),
        nit_written: row.nit.trim().to_owned(),
        check_digit_ok: nit.check_digit_ok(),
        location: row.location.trim().to_owned(),
    })
}

/// Why, as the key of a word in the catalogue of errors.
fn reason_of(error: &ValueError) -> String {
    if let ValueError::TaxId { reason, .. } = error {
        return reason.as_str().to_owned();
    }
    error.to_string()
}

fn is_same(known: &Company, found: &Found) -> bool {
    known.state == State::Active
        && known.code == found.code
        && known.name == found.name
        && known.nit_written == found.nit_written
        && known.location == found.location
}

fn skip(row: &Listed, reason: Reason) -> Skipped {
    Skipped {
        code: row.code.trim().to_owned(),
        name: row.name.trim().to_owned(),
        nit: row.nit.trim().to_owned(),
        year: row.year.trim().to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn listed(code: &str, nit: &str, year: &str) -> Listed {
        Listed {
            code: code.into(),
            name: format!("EMPRESA {code}"),
            nit: nit.into(),
            year: year.into(),
            location: format!("C:\\TNS\\{code}{year}.GDB"),
        }
    }

    fn known(id: i64, server_id: i64, from: &Listed) -> Company {
        let found = read(from).unwrap();
        Company {
            id,
            server_id,
            server: format!("server {server_id}"),
            nit: found.nit,
            fiscal_year: found.fiscal_year,
            code: found.code,
            name: found.name,
            nit_written: found.nit_written,
            check_digit_ok: found.check_digit_ok,
            location: found.location,
            state: State::Active,
            discovered_at: DateTime::default(),
            seen_at: DateTime::default(),
        }
    }

    #[test]
    fn the_nit_is_normalised_and_two_ways_of_writing_it_are_one_company() {
        let rows = [
            listed("01", "900.123.456-8", "2026"),
            listed("02", "900123456-8", "2026"),
        ];
        let plan = plan(1, &rows, &[]);
        assert_eq!(plan.found.len(), 1);
        assert_eq!(plan.found[0].nit, "9001234568");
        assert_eq!(
            plan.report.skipped[0].reason,
            Reason::ListedTwice { code: "01".into() }
        );
    }

    #[test]
    fn a_company_known_on_another_server_is_left_out_and_reported() {
        let row = listed("01", "900123456-8", "2026");
        let plan = plan(2, std::slice::from_ref(&row), &[known(7, 1, &row)]);
        assert!(plan.found.is_empty() && plan.gone.is_empty());
        let reason = Reason::OnAnotherServer {
            server: "server 1".into(),
        };
        assert_eq!(plan.report.skipped[0].reason, reason);
    }

    #[test]
    fn known_ones_are_updated_and_missing_ones_are_marked_gone() {
        let (a, b, c) = (
            listed("01", "900123456-8", "2026"),
            listed("01", "900123456-8", "2025"),
            listed("03", "800000001-1", "2026"),
        );
        let known = [known(1, 1, &a), known(2, 1, &b), known(3, 1, &c)];
        let mut renamed = b.clone();
        renamed.name = "OTRA".into();
        let plan = plan(1, &[a, renamed], &known);
        let report = &plan.report;
        assert_eq!(
            (report.added, report.updated, report.unchanged, report.gone),
            (0, 1, 1, 1)
        );
        assert_eq!(plan.gone, [3]);
    }

    #[test]
    fn garbage_is_reported_row_by_row_and_stops_nothing() {
        let mut nowhere = listed("04", "800000001-1", "2026");
        nowhere.location = "  ".into();
        let rows = [
            listed("01", "ANULA", "2026"),
            listed("02", "900123456-8", "20X6"),
            nowhere,
        ];
        let plan = plan(1, &rows, &[]);
        assert!(plan.found.is_empty());
        assert!(matches!(
            plan.report.skipped[0].reason,
            Reason::BadNit { .. }
        ));
        assert_eq!(plan.report.skipped[1].reason, Reason::BadYear);
        assert_eq!(plan.report.skipped[2].reason, Reason::NoLocation);
    }

    mod properties {
        use super::*;
        use proptest::prelude::*;

        fn any_row() -> impl Strategy<Value = Listed> {
            let nit = prop_oneof![
                "[1-9][0-9]{8}(-[0-9])?",
                "[1-9][0-9]{2}\\.[0-9]{3}\\.[0-9]{3}-[0-9]",
                Just("900123456-8".to_owned()),
                Just("ANULA".to_owned()),
                "\\PC{0,20}",
            ];
            let year = prop_oneof!["20[0-9]{2}", " ?20[0-9]{2} ?", "\\PC{0,6}"];
            let location = prop_oneof!["C:\\\\TNS\\\\[A-Z]{3}\\.GDB", "\\PC{0,10}"];
            ("\\PC{0,4}", "\\PC{0,20}", nit, year, location).prop_map(
                |(code, name, nit, year, location)| Listed {
                    code,
                    name,
                    nit,
                    year,
                    location,
                },
            )
        }

        proptest! {
            #[test]
            fn every_row_of_any_list_is_taken_or_told_and_no_company_twice(
                rows in proptest::collection::vec(any_row(), 0..20),
            ) {
                let plan = plan(1, &rows, &[]);
                prop_assert_eq!(plan.found.len() + plan.report.skipped.len(), rows.len());
                prop_assert_eq!(plan.report.added as usize, plan.found.len());
                let keys: HashSet<_> = plan
                    .found
                    .iter()
                    .map(|found| (found.nit.clone(), found.fiscal_year))
                    .collect();
                prop_assert_eq!(keys.len(), plan.found.len());
                for found in &plan.found {
                    prop_assert!(found.nit.chars().all(|c| c.is_ascii_digit()), "{}", found.nit);
                    prop_assert!((1990..=2100).contains(&found.fiscal_year));
                    prop_assert!(!found.location.is_empty());
                }
                // The same list again, now known: nothing is new and nothing gone.
                let known: Vec<Company> = (1..)
                    .zip(&plan.found)
                    .map(|(id, found)| known(id, 1, &Listed {
                        code: found.code.clone(),
                        name: found.name.clone(),
                        nit: found.nit_written.clone(),
                        year: found.fiscal_year.to_string(),
                        location: found.location.clone(),
                    }))
                    .collect();
                let again = super::plan(1, &rows, &known);
                prop_assert_eq!((again.report.added, again.report.updated, again.report.gone), (0, 0, 0));
            }
        }
    }
}
