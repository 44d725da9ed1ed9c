//! One request and its answer, for the clients of clouds.

use crate::engine::Engine;
use crate::witness::Witness;
use crate::{Error, Network};
use puente_core::{Cancel, Secret};
use reqwest::{Client, Response, Url};
use std::sync::Arc;
use std::time::Duration;

/// No answer of a cloud is longer; what is, is cut off and can't be read.
const LONGEST: usize = 64 * 1024 * 1024;

/// How to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes something.
    Post,
    /// Replaces something.
    Put,
    /// Takes something away.
    Delete,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    method: Method,
    url: String,
    query: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
    bearer: Option<Secret>,
    basic: Option<(String, Secret)>,
    body: Option<(&'static str, Secret)>,
    patience: Option<Duration>,
}

impl Ask {
    /// A request to that address.
    pub fn new(method: Method, url: impl Into<String>) -> Ask {
        Ask {
            method,
            url: url.into(),
            query: Vec::new(),
            headers: Vec::new(),
            bearer: None,
            basic: None,
            body: None,
            patience: None,
        }
    }

    /// Adds to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Ask {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a header that is no secret.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Ask {
        self.headers.push((name, value.into()));
        self
    }

    /// Who asks.
    #[must_use]
    pub fn bearer(mut self, token: Secret) -> Ask {
        self.bearer = Some(token);
        self
    }

    /// Who asks, by name and password.
    #[must_use]
    pub fn basic(mut self, user: impl Into<String>, password: Secret) -> Ask {
        self.basic = Some((user.into(), password));
        self
    }

    /// With that text, of that media type.
    #[must_use]
    pub fn text(mut self, kind: &'static str, text: impl Into<String>) -> Ask {
        self.body = Some((kind, Secret::from(text.into())));
        self
    }

    /// With that JSON.
    #[must_use]
    pub fn json(mut self, text: impl Into<String>) -> Ask {
        self.body = Some(("application/json", Secret::from(text.into())));
        self
    }

    /// With those fields of a form.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Ask {
        let mut url = Url::parse("http://form/").ok();
        if let Some(url) = &mut url {
            url.query_pairs_mut().extend_pairs(fields);
        }
        let text = url.and_then(|url| url.query().map(str::to_owned));
        self.body = Some((
            "application/x-www-form-urlencoded",
            Secret::from(text.unwrap_or_default()),
        ));
        self
    }

    /// How long the whole answer may take, where that is not what [`Network::answer`] says.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Ask {
        self.patience = Some(patience);
        self
    }
}

impl Ask {
    /// The whole address, for a browser.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none.
    pub fn address(&self) -> Result<String, Error> {
        let mut url = crate::network::url_of("url", &self.url)?;
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url.to_string())
    }
}

/// The names and values in the query of an address; none when it is no address.
pub fn query_of(address: &str) -> Option<Vec<(String, String)>> {
    let url = Url::parse(address).ok()?;
    let pairs = url.query_pairs();
    Some(
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
    )
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Reply {
    /// The header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text, without a byte order mark.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body)
            .trim_start_matches('\u{feff}')
            .to_owned()
    }
}

/// No answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The request never left: no connection came about.
    #[error(transparent)]
    Unsent(Error),
    /// It may have arrived: the connection broke, or the time was up.
    #[error(transparent)]
    Unanswered(Error),
    /// The wait was cancelled; it may have arrived.
    #[error("cancelled")]
    Cancelled,
}

/// A way out that is kept open. Clones are one and the same.
#[derive(Clone)]
pub struct Web {
    engine: Arc<Engine>,
    client: Client,
    witness: Arc<Witness>,
    network: Network,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").finish_non_exhaustive()
    }
}

impl Network {
    /// A way out for many requests.
    ///
    /// # Errors
    /// As of the certificates that are trusted and of the proxy: [`Error::Invalid`], [`Error::Tls`].
    pub fn web(&self) -> Result<Web, Error> {
        let witness = Arc::new(Witness::new(self.verifier()?));
        Ok(Web {
            engine: Arc::new(Engine::start()?),
            client: self.client_with(&witness)?,
            witness,
            network: self.clone(),
        })
    }
}

impl Web {
    /// Asks, and waits for the answer or the cancel, whichever is first.
    ///
    /// # Errors
    /// [`Lost`], which says whether the request can have arrived.
    pub fn ask(&self, ask: Ask, cancel: &Cancel) -> Result<Reply, Lost> {
        if cancel.is_cancelled() {
            return Err(Lost::Unsent(Error::Failed {
                host: String::new(),
                detail: "cancelled".to_owned(),
            }));
        }
        let web = self.clone();
        self.engine
            .run(cancel, async move { web.exchange(ask).await })
            .unwrap_or(Err(Lost::Cancelled))
    }

    async fn exchange(&self, ask: Ask) -> Result<Reply, Lost> {
        let mut url = crate::network::url_of("url", &ask.url).map_err(Lost::Unsent)?;
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&ask.query);
        }
        let method = match ask.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self
            .client
            .request(method, url.clone())
            .header("accept", "application/json");
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = &ask.bearer {
            request = request.bearer_auth(token.expose());
        }
        if let Some((user, password)) = &ask.basic {
            request = request.basic_auth(user, Some(password.expose()));
        }
        if let Some((kind, body)) = &ask.body {
            request = request
                .header("content-type", *kind)
                .body(body.expose().clone());
        }
        if let Some(patience) = ask.patience {
            request = request.timeout(patience);
        }
        let patience = ask.patience.unwrap_or(self.network.answer);
        let lost = |error: reqwest::Error| self.lost(&url, &error, patience);
        let answer = request.send().await.map_err(lost)?;
        read(answer).await.map_err(lost)
    }

    fn lost(&self, url: &Url, error: &reqwest::Error, patience: Duration) -> Lost {
        let seen = self.witness.seen(url);
        let told = self.network.explain(url, seen.as_ref(), error, patience);
        // Before there is a connection nothing can have been said; a refused certificate ends it too.
        let untrusted = matches!(told, Error::Untrusted { .. } | Error::Proxy { .. });
        if error.is_connect() || error.is_builder() || untrusted {
            Lost::Unsent(told)
        } else {
            Lost::Unanswered(told)
        }
    }
}

async fn read(mut answer: Response) -> Result<Reply, reqwest::Error> {
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        })
        .collect();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await? {
        let room = LONGEST - body.len();
        body.extend_from_slice(part.get(..room).unwrap_or(&part));
        if body.len() == LONGEST {
            break;
        }
    }
    Ok(Reply {
        status,
        body,
        headers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    fn web() -> Web {
        Network {
            proxy: crate::ProxyMode::None,
            ..Network::default()
        }
        .web()
        .unwrap()
    }

    /// Answers one connection with those bytes, and gives what it was asked.
    fn one_answer(bytes: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            let mut part = [0; 4096];
            loop {
                let read = socket.read(&mut part).unwrap();
                seen.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&seen);
                let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: "))
                        .map_or(0, |length| length.parse().unwrap());
                    body.len() >= length
                });
                if read == 0 || whole {
                    break;
                }
            }
            socket.write_all(bytes).unwrap();
            String::from_utf8_lossy(&seen).into_owned()
        });
        (url, served)
    }

    #[test]
    fn a_form_is_in_the_body_and_never_in_the_address() {
        let (url, served) =
            one_answer(b"HTTP/1.1 400 Bad\r\nx-content-missing: a\r\ncontent-length: 2\r\n\r\n{}");
        let ask = Ask::new(Method::Post, format!("{url}/oauth/token"))
            .form(&[("client_secret", "ca ñ&ry"), ("code", "1")]);
        assert!(!format!("{ask:?}").contains("client_secret"), "{ask:?}");
        let reply = web().ask(ask, &Cancel::new()).unwrap();
        assert_eq!((reply.status, reply.text().as_str()), (400, "{}"));
        assert_eq!(reply.header("x-content-missing"), Some("a"));
        let seen = served.join().unwrap();
        assert!(seen.starts_with("POST /oauth/token HTTP/1.1"), "{seen}");
        assert!(
            seen.ends_with("client_secret=ca+%C3%B1%26ry&code=1"),
            "{seen}"
        );
    }

    #[test]
    fn a_name_and_a_password_go_as_one_header_and_are_not_shown() {
        let (url, served) = one_answer(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        let ask = Ask::new(Method::Put, &url)
            .basic("ana", Secret::from("canary-1"))
            .text("text/csv", "a;b");
        assert!(!format!("{ask:?}").contains("canary"), "{ask:?}");
        assert_eq!(web().ask(ask, &Cancel::new()).unwrap().status, 200);
        let seen = served.join().unwrap();
        assert!(
            seen.contains("authorization: Basic YW5hOmNhbmFyeS0x"),
            "{seen}"
        );
        assert!(
            seen.contains("content-type: text/csv") && seen.ends_with("a;b"),
            "{seen}"
        );
    }

    #[test]
    fn a_connection_that_breaks_may_have_carried_it_and_a_closed_port_never_has() {
        let (url, served) = one_answer(b"");
        let lost = web()
            .ask(Ask::new(Method::Post, &url).json("{}"), &Cancel::new())
            .unwrap_err();
        assert!(matches!(lost, Lost::Unanswered(_)), "{lost:?}");
        served.join().unwrap();
        let lost = web()
            .ask(Ask::new(Method::Post, &url).json("{}"), &Cancel::new())
            .unwrap_err();
        assert!(matches!(lost, Lost::Unsent(_)), "{lost:?}");
    }

    #[test]
    fn half_an_answer_is_none() {
        let (url, served) =
            one_answer(b"HTTP/1.1 201 Created\r\ncontent-length: 50\r\n\r\n{\"id\":\"");
        let lost = web()
            .ask(Ask::new(Method::Post, &url).json("{}"), &Cancel::new())
            .unwrap_err();
        assert!(matches!(lost, Lost::Unanswered(_)), "{lost:?}");
        served.join().unwrap();
    }

    #[test]
    fn a_cancel_ends_the_wait_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cancel = Cancel::new();
        let other = cancel.clone();
        let canceller = std::thread::spawn(move || {
            let held = listener.accept();
            other.cancel();
            held
        });
        let lost = web().ask(Ask::new(Method::Get, &url), &cancel).unwrap_err();
        assert_eq!(lost, Lost::Cancelled);
        drop(canceller.join());
    }
}
