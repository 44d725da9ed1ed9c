//! Who is let in.

use crate::answer;
use crate::bridge::Ground;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use puente_core::{Code, Error};
use rand::RngExt;
use std::fmt::Write as _;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The token of one run, and the names under which this bridge may be called.
pub(crate) struct Guard {
    token: String,
    hosts: [String; 2],
}

/// Why a request was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Host,
    Origin,
    Token,
}

impl Guard {
    pub(crate) fn new(port: u16) -> Guard {
        Guard {
            token: new_token(),
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
        }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.hosts[0])
    }

    /// A name that was made to lead to this machine is not one of ours, whatever it resolves to.
    fn host(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut named = headers.get_all(header::HOST).iter();
        match (named.next(), named.next()) {
            (Some(host), None) if self.hosts.iter().any(|own| host == own.as_str()) => Ok(()),
            _ => Err(Refusal::Host),
        }
    }

    /// Browsers say whose page asks; programs say nothing.
    fn origin_of(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let ours = |origin: &str| {
            self.hosts
                .iter()
                .any(|own| origin.strip_prefix("http://") == Some(own))
        };
        let origins = headers.get_all(header::ORIGIN).iter();
        if !origins
            .into_iter()
            .all(|origin| origin.to_str().is_ok_and(ours))
        {
            return Err(Refusal::Origin);
        }
        match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => Err(Refusal::Origin),
        }
    }

    /// Takes the same time however much of a wrong token is right.
    fn bearer(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .unwrap_or_default();
        if bool::from(given.ct_eq(self.token.as_bytes())) {
            return Ok(());
        }
        Err(Refusal::Token)
    }
}

/// For every request: it calls us by our name.
pub(crate) async fn by_our_name(
    State(ground): State<Arc<Ground>>,
    request: Request,
    next: Next,
) -> Response {
    match ground.guard.host(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(&ground, refusal),
    }
}

/// For what is not a page: it comes from our page, if it comes from one.
pub(crate) async fn from_our_page(
    State(ground): State<Arc<Ground>>,
    request: Request,
    next: Next,
) -> Response {
    match ground.guard.origin_of(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(&ground, refusal),
    }
}

/// For what reads or changes: it has the token.
pub(crate) async fn with_token(
    State(ground): State<Arc<Ground>>,
    request: Request,
    next: Next,
) -> Response {
    match ground.guard.bearer(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refuse(&ground, refusal),
    }
}

fn refuse(ground: &Ground, refusal: Refusal) -> Response {
    let (status, reason) = match refusal {
        Refusal::Host => (StatusCode::FORBIDDEN, "host"),
        Refusal::Origin => (StatusCode::FORBIDDEN, "origin"),
        Refusal::Token => (StatusCode::UNAUTHORIZED, "token"),
    };
    tracing::warn!(reason, "a request was refused");
    let error = Error::new(Code::BridgeRefused).with("reason", reason);
    answer::failed_as(status, &error, ground.session.lang())
}

/// 256 bits that nobody can guess.
pub(crate) fn new_token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    axum::http::HeaderName::try_from(*name).unwrap(),
                    value.parse().unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn only_our_names_with_our_port_are_ours() {
        let guard = Guard::new(7000);
        for host in ["127.0.0.1:7000", "localhost:7000"] {
            assert_eq!(guard.host(&headers(&[("host", host)])), Ok(()), "{host}");
        }
        let foreign = [
            "evil.example:7000",
            "127.0.0.1:7001",
            "127.0.0.1",
            "127.0.0.1:7000.evil.example",
            "",
        ];
        for host in foreign {
            assert!(guard.host(&headers(&[("host", host)])).is_err(), "{host}");
        }
        assert!(guard.host(&HeaderMap::new()).is_err());
        let mut two = headers(&[("host", "127.0.0.1:7000")]);
        two.append("host", "evil.example".parse().unwrap());
        assert!(guard.host(&two).is_err(), "two names are one too many");
    }

    #[test]
    fn a_page_of_somewhere_else_is_known_by_its_origin_or_by_what_its_browser_says() {
        let guard = Guard::new(7000);
        let ours: [&[(&str, &str)]; 3] = [
            &[],
            &[
                ("origin", "http://localhost:7000"),
                ("sec-fetch-site", "same-origin"),
            ],
            &[("sec-fetch-site", "none")],
        ];
        for pairs in ours {
            assert_eq!(guard.origin_of(&headers(pairs)), Ok(()), "{pairs:?}");
        }
        let foreign: [&[(&str, &str)]; 5] = [
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
            &[("origin", "https://127.0.0.1:7000")],
            &[("origin", "http://127.0.0.1:7001")],
            &[("sec-fetch-site", "cross-site")],
        ];
        for pairs in foreign {
            assert!(guard.origin_of(&headers(pairs)).is_err(), "{pairs:?}");
        }
    }

    #[test]
    fn the_token_is_asked_for_whole() {
        let guard = Guard::new(7000);
        let token = guard.token().to_owned();
        assert_eq!(token.len(), 64);
        let bearer = |text: &str| guard.bearer(&headers(&[("authorization", text)]));
        assert_eq!(bearer(&format!("Bearer {token}")), Ok(()));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            &token,
            &format!("Bearer {}", &token[1..]),
        ] {
            assert!(bearer(wrong).is_err(), "{wrong}");
        }
        assert_ne!(token, Guard::new(7000).token(), "each run has its own");
    }
}
