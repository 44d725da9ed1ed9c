//! Keys of WireGuard: 32 bytes, written as 44 characters of base64.

use crate::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boringtun::x25519;
use puente_core::Secret;
use rand::RngExt as _;
use std::fmt;
use std::str::FromStr;

/// Why a private key of zeros is refused.
pub(crate) const ZEROS: &str = "key_of_zeros";

/// Characters of a written key.
pub const WRITTEN: usize = 44;

/// What proves who this PC is. It never leaves this PC, and can't be printed.
#[derive(Clone)]
pub struct PrivateKey(x25519::StaticSecret);

/// Who someone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

/// A secret that both ends share, besides their keys.
#[derive(Clone)]
pub struct PresharedKey(Secret);

impl PrivateKey {
    /// A fresh one, from the operating system's source of chance.
    pub fn generate() -> PrivateKey {
        let bytes: [u8; 32] = rand::rng().random();
        PrivateKey(x25519::StaticSecret::from(bytes))
    }

    /// Reads a written one.
    ///
    /// # Errors
    /// [`Error::Invalid`] of `private_key`, without the text; zeros are none, as in `wg(8)`.
    pub fn parse(written: &str) -> Result<PrivateKey> {
        let bytes = decode(written).ok_or_else(|| Error::invalid("private_key", "not_a_key"))?;
        if bytes == [0; 32] {
            return Err(Error::invalid("private_key", ZEROS));
        }
        Ok(PrivateKey(x25519::StaticSecret::from(bytes)))
    }

    /// As it is written.
    pub fn written(&self) -> Secret {
        Secret::from(STANDARD.encode(self.0.to_bytes()))
    }

    /// Who it makes this PC.
    pub fn public(&self) -> PublicKey {
        PublicKey(x25519::PublicKey::from(&self.0).to_bytes())
    }

    pub(crate) fn secret(&self) -> x25519::StaticSecret {
        self.0.clone()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public())
    }
}

impl PublicKey {
    /// Whether what is agreed on with it is a secret. With a point of low order, such as zeros, it is not
    /// (RFC 7748, 6.1): everyone knows the outcome, and WireGuard agrees on nothing.
    pub fn is_sound(self) -> bool {
        let any = x25519::StaticSecret::from([1; 32]);
        let agreed = any.diffie_hellman(&x25519::PublicKey::from(self.0));
        agreed.was_contributory()
    }

    pub(crate) fn bytes(self) -> [u8; 32] {
        self.0
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(written: &str) -> Result<Self> {
        decode(written)
            .map(PublicKey)
            .ok_or_else(|| Error::invalid("public_key", "not_a_key"))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl PresharedKey {
    /// A fresh one.
    pub fn generate() -> PresharedKey {
        let bytes: [u8; 32] = rand::rng().random();
        PresharedKey(Secret::from(STANDARD.encode(bytes)))
    }

    /// Reads a written one.
    ///
    /// # Errors
    /// [`Error::Invalid`] of `preshared_key`, without the text.
    pub fn parse(written: &str) -> Result<PresharedKey> {
        match decode(written) {
            Some(_) => Ok(PresharedKey(Secret::from(written.trim()))),
            None => Err(Error::invalid("preshared_key", "not_a_key")),
        }
    }

    /// As it is written.
    pub fn written(&self) -> &Secret {
        &self.0
    }

    pub(crate) fn bytes(&self) -> Option<[u8; 32]> {
        decode(self.0.expose())
    }
}

impl fmt::Debug for PresharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresharedKey(***)")
    }
}

fn decode(written: &str) -> Option<[u8; 32]> {
    let written = written.trim();
    if written.len() != WRITTEN {
        return None;
    }
    STANDARD.decode(written).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_public_key_is_that_of_the_tools() {
        // Made with `wg genkey` and `wg pubkey` of wireguard-tools 1.0.20210914.
        let private = PrivateKey::parse("YAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=").unwrap();
        assert_eq!(
            private.written().expose(),
            "YAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="
        );
        let public = private.public().to_string();
        assert_eq!(public.parse::<PublicKey>().unwrap(), private.public());
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_not_repeated() {
        for text in [
            "",
            "canary",
            "canarycanarycanarycanarycanarycanarycanary!==",
        ] {
            let error = PrivateKey::parse(text).unwrap_err();
            assert!(!format!("{error:?} {error}").contains("canary"));
            assert!(PresharedKey::parse(text).is_err());
            assert!(text.parse::<PublicKey>().is_err());
        }
    }

    #[test]
    fn a_key_of_zeros_or_of_low_order_proves_nobody() {
        let zeros = STANDARD.encode([0; 32]);
        let Err(Error::Invalid { reason, .. }) = PrivateKey::parse(&zeros) else {
            panic!("taken");
        };
        assert_eq!(reason, ZEROS);
        // p, p - 1 and p + 1 in little endian: written otherwise, the points 0, -1 and 1.
        let near = |first: u8| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (first, 0x7f);
            bytes
        };
        let mut one = [0; 32];
        one[0] = 1;
        for point in [[0; 32], one, near(0xec), near(0xed), near(0xee)] {
            assert!(!PublicKey(point).is_sound(), "{point:?}");
            let mut high = point;
            high[31] |= 0x80;
            assert!(
                !PublicKey(high).is_sound(),
                "the top bit counts for nothing"
            );
        }
        assert!(PrivateKey::generate().public().is_sound());
    }

    #[test]
    fn a_secret_key_can_not_be_printed() {
        let private = PrivateKey::generate();
        let shared = PresharedKey::generate();
        let shown = format!("{private:?} {shared:?} {:?}", private.written());
        assert!(!shown.contains(private.written().expose()));
        assert!(!shown.contains(shared.written().expose()));
    }

    proptest! {
        #[test]
        fn keys_read_back_as_they_were_written(bytes: [u8; 32]) {
            let written = STANDARD.encode(bytes);
            prop_assert_eq!(written.parse::<PublicKey>().unwrap().to_string(), written.clone());
            let secret = PrivateKey::parse(&written).unwrap().written();
            prop_assert_eq!(secret.expose(), written.as_str());
        }
    }
}
