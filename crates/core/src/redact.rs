//! Addresses without their passwords.

use std::fmt;

/// Shows a text with the user and password of every URL in it left out:
/// `http://ana:clave@host/x` becomes `http://***@host/x`. For proxies and connection texts in logs.
#[derive(Clone, Copy)]
pub struct Redacted<'a>(pub &'a str);

impl fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(scheme) = rest.find("://") {
            let (before, authority) = rest.split_at(scheme + 3);
            f.write_str(before)?;
            let end = authority
                .find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\'') || c.is_whitespace())
                .unwrap_or(authority.len());
            // The last @: a password that was not percent-encoded may hold one itself.
            rest = match authority[..end].rfind('@') {
                Some(at) => {
                    f.write_str("***")?;
                    &authority[at..]
                }
                None => authority,
            };
        }
        f.write_str(rest)
    }
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Redacted;
    use proptest::prelude::*;

    #[test]
    fn only_user_and_password_are_left_out() {
        for (text, shown) in [
            (
                "https://ana:clave@host:80/a?b=c@d",
                "https://***@host:80/a?b=c@d",
            ),
            (
                "http://token@h, socks5://u:p@q@proxy:1",
                "http://***@h, socks5://***@proxy:1",
            ),
            ("https://host/correo@oficina", "https://host/correo@oficina"),
            ("no URL, a@b", "no URL, a@b"),
            ("https://", "https://"),
        ] {
            assert_eq!(Redacted(text).to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn the_password_never_shows(password in "[A-Za-z0-9@:!.]{1,20}") {
            let text = format!("via http://user:canary{password}canary@proxy.local/ now");
            let shown = format!("{:?}", Redacted(&text));
            prop_assert!(!shown.contains("canary"));
        }
    }
}
