//! The way out to the network, and the clients that take it.

use crate::Error;
use crate::witness::Witness;
use puente_core::Secret;
use reqwest::{Client, Proxy, Url, redirect};
use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ts_rs::TS;

/// Redirects that are followed.
const REDIRECTS: usize = 5;

/// Whether to go through a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ProxyMode {
    /// As the operating system is set up.
    #[default]
    System,
    /// None.
    None,
    /// The one that is named.
    Manual,
}

/// How to get out to the network.
#[derive(Debug, Clone)]
pub struct Network {
    /// Whether to go through a proxy.
    pub proxy: ProxyMode,
    /// Which one, for [`ProxyMode::Manual`]: `http://10.0.0.1:3128`.
    pub proxy_url: String,
    /// Who logs in to it; empty when nobody has to.
    pub proxy_user: String,
    /// With which password.
    pub proxy_password: Option<Secret>,
    /// A file of certificates that are trusted besides those of the operating system.
    pub extra_ca: Option<PathBuf>,
    /// How long a connection may take.
    pub connect: Duration,
    /// How long a whole answer may take.
    pub answer: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Network {
            proxy: ProxyMode::default(),
            proxy_url: String::new(),
            proxy_user: String::new(),
            proxy_password: None,
            extra_ca: None,
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
        }
    }
}

impl Network {
    /// Refuses what can't work, without going out.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field.
    pub fn check(&self) -> Result<(), Error> {
        self.manual_proxy().map(drop)
    }

    /// A client that goes this way. It verifies certificates, follows few redirects and none from
    /// HTTPS to plain HTTP.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Tls`].
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that builds clients"
    )]
    pub(crate) fn client_with(&self, witness: &Arc<Witness>) -> Result<Client, Error> {
        let tls = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Tls(error.to_string()))?
            .dangerous()
            // The witness only looks on: it passes every question to the platform's verifier.
            .with_custom_certificate_verifier(Arc::<Witness>::clone(witness))
            .with_no_client_auth();
        let builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("Puente/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect)
            .timeout(self.answer)
            .redirect(redirects());
        let builder = match (self.proxy, self.manual_proxy()?) {
            (ProxyMode::System, _) => builder,
            (ProxyMode::None, _) | (ProxyMode::Manual, None) => builder.no_proxy(),
            (ProxyMode::Manual, Some(url)) => builder.proxy(self.proxy_at(url)?),
        };
        builder
            .build()
            .map_err(|error| Error::Tls(crate::probe::plain(&error)))
    }

    pub(crate) fn verifier(&self) -> Result<Verifier, Error> {
        let extra = match &self.extra_ca {
            Some(path) => CaFile::read(path)?.0,
            None => Vec::new(),
        };
        Verifier::new_with_extra_roots(extra, provider())
            .map_err(|error| Error::Tls(error.to_string()))
    }

    /// The address of the proxy that was named.
    pub(crate) fn manual_proxy(&self) -> Result<Option<Url>, Error> {
        if self.proxy != ProxyMode::Manual {
            return Ok(None);
        }
        let url = url_of("proxy", &self.proxy_url)?;
        Ok(Some(url))
    }

    fn proxy_at(&self, url: Url) -> Result<Proxy, Error> {
        let proxy = Proxy::all(url).map_err(|_| Error::invalid("proxy", "not_a_url"))?;
        Ok(match &self.proxy_password {
            Some(password) if !self.proxy_user.is_empty() => {
                proxy.basic_auth(&self.proxy_user, password.expose())
            }
            Some(_) | None => proxy,
        })
    }
}

/// An `http` or `https` address without user and password.
pub(crate) fn url_of(field: &'static str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text.trim()).map_err(|_| Error::invalid(field, "not_a_url"))?;
    if !["http", "https"].contains(&url.scheme()) || url.host_str().is_none() {
        return Err(Error::invalid(field, "not_a_url"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid(field, "with_password"));
    }
    Ok(url)
}

/// Refuses what is no `http` or `https` address, and one that carries a user or a password.
///
/// # Errors
/// [`Error::Invalid`] of `url`.
pub fn check_url(text: &str) -> Result<(), Error> {
    url_of("url", text).map(drop)
}

fn redirects() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let before = attempt.previous().last().map(|url| url.scheme().to_owned());
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if before.as_deref() == Some("https") && attempt.url().scheme() != "https" {
            attempt.error("a redirect from https to http is not followed")
        } else {
            attempt.follow()
        }
    })
}

pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Certificates in a file, in PEM format.
#[derive(Debug)]
pub struct CaFile(pub(crate) Vec<CertificateDer<'static>>);

impl CaFile {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Invalid`] of `extra_ca` when it can't be read, or holds no certificate or a broken one.
    pub fn read(path: &Path) -> Result<CaFile, Error> {
        let wrong = |reason: String| Error::invalid("extra_ca", reason);
        let bytes =
            std::fs::read(path).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
        let mut found = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(&bytes) {
            let certificate = certificate.map_err(|_| wrong("not_valid".to_owned()))?;
            x509_parser::parse_x509_certificate(&certificate)
                .map_err(|_| wrong("not_valid".to_owned()))?;
            found.push(certificate);
        }
        if found.is_empty() {
            return Err(wrong("no_certificate".to_owned()));
        }
        Ok(CaFile(found))
    }

    /// How many it holds.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_in_it_is_refused_and_not_repeated() {
        let error = url_of("proxy", "http://ana:canary@10.0.0.1:3128").unwrap_err();
        assert_eq!(error, Error::invalid("proxy", "with_password"));
        assert!(!format!("{error:?} {error}").contains("canary"));
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for text in [
            "",
            "10.0.0.1",
            "ftp://host",
            "file:///etc/passwd",
            "http://",
        ] {
            assert!(url_of("url", text).is_err(), "{text:?}");
        }
        assert!(url_of("url", " https://example.com/x ").is_ok());
    }

    #[test]
    fn a_file_without_certificates_is_refused_with_its_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        for (content, reason) in [
            ("", "no_certificate"),
            ("hello", "no_certificate"),
            (
                "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
                "not_valid",
            ),
        ] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(
                CaFile::read(&path).unwrap_err(),
                Error::invalid("extra_ca", reason)
            );
        }
    }
}
