//! What a test makes go wrong, how often, and on which requests.

use super::call::{Call, segments};
use crate::sample::dice::Dice;
use serde::{Deserialize, Serialize};

/// One of the clouds that are played here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// SIIGO Nube.
    Siigo,
    /// MercadoLibre: the API and the page that asks a person for consent.
    MercadoLibre,
    /// Solar, over TLS.
    Solar,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Nothing is done and nothing is ever answered.
    Hang,
    /// Nothing is done and the connection is reset.
    Reset,
    /// Nothing is done; this status with an error body in the cloud's own form.
    Status(u16),
    /// Nothing is done; 200 with the page of a proxy.
    Html,
    /// Nothing is done; 200 without a body.
    Empty,
    /// It is done, and never answered.
    AcceptThenHang,
    /// It is done, and the connection is reset instead of an answer.
    AcceptThenReset,
    /// It is done, and the connection closes in the middle of the answer.
    AcceptThenCut,
    /// It is done, and this status is answered with an error body.
    AcceptThenStatus(u16),
    /// It is done, and 200 with the page of a proxy is answered.
    AcceptThenHtml,
    /// It is done, and answered after so many milliseconds.
    AcceptSlowly {
        /// How long.
        millis: u64,
    },
    /// The connection is reset at once, and after so many milliseconds it is done all the same: it was
    /// under way.
    AcceptLater {
        /// How long.
        millis: u64,
    },
    /// SIIGO: 500, nothing is created, and the idempotency key answers 500 from now on.
    BurnKey,
    /// MercadoLibre: 206 without these fields, which `X-Content-Missing` names.
    Partial(Vec<String>),
    /// MercadoLibre's search: after the answer the first order of the page changes, so that what
    /// comes after moves one place up.
    TouchAfter,
}

impl Does {
    /// Whether the cloud does what it was asked.
    pub(crate) fn accepts(&self) -> bool {
        match self {
            Does::Hang
            | Does::Reset
            | Does::Status(_)
            | Does::Html
            | Does::Empty
            | Does::AcceptLater { .. }
            | Does::BurnKey => false,
            Does::AcceptThenHang
            | Does::AcceptThenReset
            | Does::AcceptThenCut
            | Does::AcceptThenStatus(_)
            | Does::AcceptThenHtml
            | Does::AcceptSlowly { .. }
            | Does::Partial(_)
            | Does::TouchAfter => true,
        }
    }
}

/// A fault and the requests that it meets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    cloud: Cloud,
    method: String,
    path: String,
    does: Does,
    #[serde(default)]
    skip: u32,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default = "always")]
    percent: u8,
}

fn always() -> u8 {
    100
}

impl Fault {
    /// Meets requests of this method (`*` is any) and path. In the path `*` is one part, and `**` at
    /// the end is any rest.
    pub fn on(cloud: Cloud, method: &str, path: &str, does: Does) -> Self {
        Fault {
            cloud,
            method: method.to_owned(),
            path: path.to_owned(),
            does,
            skip: 0,
            times: Some(1),
            percent: 100,
        }
    }

    /// How many requests it meets; one when nothing is said.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// It meets requests until it is healed.
    pub fn for_ever(mut self) -> Self {
        self.times = None;
        self
    }

    /// How many requests it lets pass first.
    pub fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// It meets so many in a hundred, by the seed of the clouds.
    pub fn percent(mut self, percent: u8) -> Self {
        self.percent = percent.min(100);
        self
    }

    fn fits(&self, cloud: Cloud, call: &Call) -> bool {
        self.cloud == cloud
            && (self.method == "*" || self.method.eq_ignore_ascii_case(&call.method))
            && path_fits(&segments(&self.path), &call.segments())
    }
}

fn path_fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (Some((&"**", [])), _) | (None, None) => true,
        (Some((want, rest)), Some((have, left))) => {
            (*want == "*" || want == have) && path_fits(rest, left)
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The faults that wait for their requests.
#[derive(Debug)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    dice: Dice,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Faults {
            waiting: Vec::new(),
            dice: Dice::new(seed, &[0xFA17]),
        }
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn heal(&mut self) {
        self.waiting.clear();
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    /// The first fault that meets this request, counted.
    pub(crate) fn meet(&mut self, cloud: Cloud, call: &Call) -> Option<Does> {
        let dice = &mut self.dice;
        let met = self.waiting.iter_mut().position(|fault| {
            if !fault.fits(cloud, call) {
                return false;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                return false;
            }
            dice.percent(u64::from(fault.percent))
        })?;
        let fault = self.waiting.get_mut(met)?;
        let does = fault.does.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
        }
        self.waiting.retain(|fault| fault.times != Some(0));
        Some(does)
    }
}

#[cfg(test)]
mod tests {
    use super::path_fits;
    use crate::clouds::call::segments;

    #[test]
    fn a_pattern_meets_the_paths_it_means() {
        let fits = |pattern, path| path_fits(&segments(pattern), &segments(path));
        assert!(fits("/v1/invoices", "/v1/invoices"));
        assert!(!fits("/v1/invoices", "/v1/invoices/1"));
        assert!(fits("/v1/invoices/*/pdf", "/v1/invoices/1/pdf"));
        assert!(fits("/v1/**", "/v1/invoices/1/pdf"));
        assert!(fits("**", "/auth"));
        assert!(!fits("/v1/*", "/v1"));
    }
}
