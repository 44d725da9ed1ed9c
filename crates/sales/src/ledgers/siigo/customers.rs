//! Customers: found by their identification, or made.

use super::client::{Siigo, Unmade};
use super::errors::{self, Kind};
use crate::draft::Customer;
use crate::ledger::Refusal;
use crate::read::Json;
use crate::{Error, Result};
use puente_core::Cancel;
use serde_json::{Value, json};

/// Letters of a contact's first and last name.
const CONTACT_NAME: usize = 50;

type Ensured = Result<std::result::Result<(), Vec<Refusal>>>;

pub(super) fn ensure(siigo: &Siigo, customer: &Customer, cancel: &Cancel) -> Ensured {
    if let Some(active) = find(siigo, &customer.identification, cancel)? {
        return Ok(usable(active, customer));
    }
    let body = body(customer).to_string();
    let reply = match siigo.make("/v1/customers", None, &body, cancel) {
        Ok(reply) => reply,
        Err(Unmade::Before(error)) => return Err(error),
        Err(Unmade::Lost(lost)) => {
            // Made or not: the list says.
            return match find(siigo, &customer.identification, cancel)? {
                Some(active) => Ok(usable(active, customer)),
                None => Err(lost.into()),
            };
        }
    };
    match errors::kind(&reply) {
        Kind::Good => Ok(Ok(())),
        Kind::Busy => Err(Error::Busy {
            cloud: super::client::NAME,
            status: reply.status,
            wait: errors::wait(&reply, siigo.clock()),
        }),
        Kind::Stop => Err(Error::Login {
            cloud: super::client::NAME,
            said: errors::said(&reply),
        }),
        Kind::Refused | Kind::Exists | Kind::Unknown => {
            if let Some(active) = find(siigo, &customer.identification, cancel)? {
                return Ok(usable(active, customer));
            }
            if errors::kind(&reply) != Kind::Refused {
                return Err(super::client::unreadable(&errors::said(&reply)));
            }
            Ok(Err(errors::refusals_of(&reply)
                .into_iter()
                .map(|refusal| Refusal {
                    field: format!("customer.{}", refusal.field),
                    ..refusal
                })
                .collect()))
        }
    }
}

fn usable(active: bool, customer: &Customer) -> std::result::Result<(), Vec<Refusal>> {
    if active {
        return Ok(());
    }
    Err(vec![Refusal {
        code: "customer_inactive".to_owned(),
        field: "customer.identification".to_owned(),
        message: customer.identification.clone(),
    }])
}

/// Whether the customer is active; none when there is none.
fn find(siigo: &Siigo, identification: &str, cancel: &Cancel) -> Result<Option<bool>> {
    let query = [("identification", identification.to_owned())];
    let Some(answer) = siigo.find("/v1/customers", &query, cancel)? else {
        return Ok(None);
    };
    // Invoices go to the main office.
    let same = |found: &&Value| {
        let main = found.number("branch_office").unwrap_or(0) == 0;
        main && found.text("identification") == identification
    };
    let mut found = answer.list("results").iter().filter(same).peekable();
    if found.peek().is_none() {
        return Ok(None);
    }
    Ok(Some(found.any(|one| one.flag("active").unwrap_or(true))))
}

/// What a contact is called: a label beside the legal name, which stands whole in `name`.
fn label(name: &str) -> String {
    let cut: String = name.chars().take(CONTACT_NAME).collect();
    cut.trim_end().to_owned()
}

fn body(customer: &Customer) -> Value {
    let mut contact = json!({ "first_name": "", "email": customer.email });
    if let [first, rest @ ..] = customer.name.as_slice() {
        contact["first_name"] = label(first).into();
        // A company's contact has no last name, and an empty one is refused.
        if let Some(last) = rest.first() {
            contact["last_name"] = label(last).into();
        }
    }
    let mut body = json!({
        "type": "Customer",
        "person_type": if customer.company { "Company" } else { "Person" },
        "id_type": customer.id_type,
        "identification": customer.identification,
        "name": customer.name,
        "address": {
            "address": customer.address,
            "city": {
                "country_code": "Co",
                "state_code": customer.state_code,
                "city_code": customer.city_code,
            },
        },
        "phones": [{ "number": customer.phone }],
        "contacts": [contact],
        "fiscal_responsibilities": [{ "code": "R-99-PN" }],
    });
    if let Some(digit) = &customer.check_digit {
        body["check_digit"] = Value::from(digit.as_str());
    }
    body
}
