//! How a private server is set up.

use super::Installation;
use puente_core::Secret;
use std::fmt::Write as _;
use std::path::Path;

/// Whether the wire is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WireCrypt {
    /// Clients that can't are refused.
    Required,
    /// With clients that can.
    #[default]
    Enabled,
    /// Never.
    Disabled,
}

/// Which ciphers the server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WireCryptPlugin {
    /// Whatever its version offers.
    #[default]
    Standard,
    /// Only ChaCha, which Firebird 3 and drivers of its age do not have. Firebird 4 only.
    ChaChaOnly,
}

/// How users log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// Secure remote password, with SHA-256 or SHA-1 proofs.
    #[default]
    Srp,
    /// Secure remote password with SHA-256 proofs only.
    Srp256,
    /// Only the way of Firebird 2.5, as servers that came from it are often left. Firebird 3 only.
    LegacyOnly,
}

/// What SYSDBA's password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SysdbaPassword {
    /// A fresh random one.
    #[default]
    Random,
    /// The one that every installation of Firebird once had, and too many still have.
    Masterkey,
}

/// How a private server is set up. The default is encrypted where the client can, SRP, and a random
/// password.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// Encryption of the wire.
    pub wire_crypt: WireCrypt,
    /// Ciphers.
    pub wire_crypt_plugin: WireCryptPlugin,
    /// Ways to log in.
    pub auth: Auth,
    /// Whether the server compresses for clients that ask for it.
    pub compression: bool,
    /// SYSDBA's password.
    pub sysdba: SysdbaPassword,
    /// Pages of cache for each database; 0 is 8,192.
    pub cache_pages: u32,
}

impl ServerOptions {
    /// A password that this way of logging in takes: the old one looks at 8 characters only.
    pub(super) fn new_password(&self) -> Secret {
        match self.sysdba {
            SysdbaPassword::Masterkey => Secret::from("masterkey"),
            SysdbaPassword::Random => random_password(self.auth),
        }
    }

    pub(super) fn user_plugin(&self) -> &'static str {
        match self.auth {
            Auth::Srp | Auth::Srp256 => "Srp",
            Auth::LegacyOnly => "Legacy_UserManager",
        }
    }

    /// The text of `firebird.conf`.
    pub(super) fn configuration(&self, of: &Installation, folder: &Path, port: u16) -> String {
        let wire_crypt = match self.wire_crypt {
            WireCrypt::Required => "Required",
            WireCrypt::Enabled => "Enabled",
            WireCrypt::Disabled => "Disabled",
        };
        let auth = match self.auth {
            Auth::Srp => "Srp256, Srp",
            Auth::Srp256 => "Srp256",
            Auth::LegacyOnly => "Legacy_Auth",
        };
        let pages = if self.cache_pages == 0 {
            8192
        } else {
            self.cache_pages
        };
        let security = super::security::file(of, folder);
        let load = folder.join("load");
        let mut text = format!(
            "RemoteServicePort = {port}\nRemoteBindAddress = 127.0.0.1\nWireCrypt = {wire_crypt}\n\
             AuthServer = {auth}\nAuthClient = {auth}\nUserManager = {manager}\n\
             ServerMode = Super\nDefaultDbCachePages = {pages}\nWireCompression = {compression}\n\
             SecurityDatabase = {security}\nExternalFileAccess = Restrict {load}\n",
            manager = self.user_plugin(),
            compression = self.compression,
            security = security.display(),
            load = load.display(),
        );
        if self.wire_crypt_plugin == WireCryptPlugin::ChaChaOnly {
            let _ = writeln!(text, "WireCryptPlugin = ChaCha64, ChaCha");
        }
        text
    }
}

pub(super) fn random_password(auth: Auth) -> Secret {
    use rand::RngExt as _;
    let length = match auth {
        Auth::Srp | Auth::Srp256 => 20,
        Auth::LegacyOnly => 8,
    };
    rand::rng()
        .sample_iter(rand::distr::Alphanumeric)
        .take(length)
        .map(char::from)
        .collect::<String>()
        .into()
}
