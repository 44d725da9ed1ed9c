//! Who may log in, and what a client says when it does.

use super::refusal::Refusal;
use puente_core::Secret;

/// A login of the server.
#[derive(Debug, Clone)]
pub struct TdsLogin {
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// Whether it may do anything.
    pub is_administrator: bool,
    /// Whether it may write.
    pub may_write: bool,
    /// Tables that it may not read.
    pub unreadable: Vec<String>,
}

impl TdsLogin {
    /// A login that may read everything and write nothing.
    pub fn reader(user: impl Into<String>, password: Secret) -> Self {
        TdsLogin {
            user: user.into(),
            password,
            is_administrator: false,
            may_write: false,
            unreadable: Vec::new(),
        }
    }
}

/// What LOGIN7 says.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub version: [u8; 4],
    pub packet_size: usize,
    pub user: String,
    pub password: String,
    pub database: String,
    pub integrated: bool,
    pub extended: bool,
}

/// Reads LOGIN7; `None` when it is not well formed.
pub(super) fn read(body: &[u8]) -> Option<Asked> {
    let number = |at: usize| -> Option<u32> {
        Some(u32::from_le_bytes(body.get(at..at + 4)?.try_into().ok()?))
    };
    let raw = |at: usize| -> Option<&[u8]> {
        let short = |at: usize| -> Option<usize> {
            let bytes = body.get(at..at + 2)?.try_into().ok()?;
            Some(usize::from(u16::from_le_bytes(bytes)))
        };
        let (offset, length) = (short(at)?, short(at + 2)?);
        body.get(offset..offset + length * 2)
    };
    let clear: Vec<u8> = raw(44)?
        .iter()
        // Swapped halves, after an exclusive or: hides a password from a glance and no more.
        .map(|byte| (byte ^ 0xA5).rotate_left(4))
        .collect();
    Some(Asked {
        version: body.get(4..8)?.try_into().ok()?,
        packet_size: usize::try_from(number(8)?).ok()?,
        user: utf16(raw(40)?),
        password: utf16(&clear),
        database: utf16(raw(68)?),
        integrated: body.get(25)? & 0x80 != 0,
        extended: body.get(27)? & 0x10 != 0,
    })
}

pub(super) fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// The login, if the client may.
pub(super) fn check<'l>(logins: &'l [TdsLogin], asked: &Asked) -> Result<&'l TdsLogin, Refusal> {
    if asked.integrated {
        return Err(Refusal::of(
            18_452,
            14,
            "Login failed. The login is from an untrusted domain and cannot be used with \
             Integrated authentication.",
        ));
    }
    logins
        .iter()
        .find(|login| {
            login.user.eq_ignore_ascii_case(&asked.user)
                && *login.password.expose() == asked.password
        })
        .ok_or_else(|| {
            Refusal::of(
                18_456,
                14,
                format!("Login failed for user '{}'.", asked.user),
            )
        })
}
