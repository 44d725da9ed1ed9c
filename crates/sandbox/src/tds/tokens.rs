//! The small tokens of an answer.

use super::refusal::Refusal;
use super::values::short_text;

pub(super) const DONE: u8 = 0xFD;
pub(super) const DONE_PROC: u8 = 0xFE;
pub(super) const DONE_IN_PROC: u8 = 0xFF;

/// Bits of how something ended.
pub(super) mod status {
    pub const MORE: u16 = 1;
    pub const ERROR: u16 = 2;
    pub const COUNT: u16 = 0x10;
    pub const ATTENTION: u16 = 0x20;
}

/// The end of a statement, or of all of them.
pub(super) fn done(out: &mut Vec<u8>, token: u8, status: u16, rows: u64) {
    out.push(token);
    out.extend(status.to_le_bytes());
    out.extend([0xC1, 0]);
    out.extend(rows.to_le_bytes());
}

/// An error, or (with a class up to 10) a message.
pub(super) fn message(out: &mut Vec<u8>, refusal: &Refusal) {
    let mut body = refusal.number.to_le_bytes().to_vec();
    body.extend([1, refusal.class]);
    let units: Vec<u16> = refusal.message.encode_utf16().take(2000).collect();
    body.extend(u16::try_from(units.len()).unwrap_or(0).to_le_bytes());
    body.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    short_text(&mut body, "PUENTE");
    short_text(&mut body, "");
    body.extend(1_i32.to_le_bytes());
    out.push(if refusal.class > 10 { 0xAA } else { 0xAB });
    out.extend(u16::try_from(body.len()).unwrap_or(0).to_le_bytes());
    out.extend(body);
}

/// ENVCHANGE of texts.
pub(super) fn changed_text(out: &mut Vec<u8>, kind: u8, new: &str, old: &str) {
    let mut body = vec![kind];
    short_text(&mut body, new);
    short_text(&mut body, old);
    env_change(out, &body);
}

/// ENVCHANGE of bytes.
pub(super) fn changed_bytes(out: &mut Vec<u8>, kind: u8, new: &[u8], old: &[u8]) {
    let mut body = vec![kind];
    for bytes in [new, old] {
        body.push(u8::try_from(bytes.len()).unwrap_or(0));
        body.extend(bytes);
    }
    env_change(out, &body);
}

fn env_change(out: &mut Vec<u8>, body: &[u8]) {
    out.push(0xE3);
    out.extend(u16::try_from(body.len()).unwrap_or(0).to_le_bytes());
    out.extend(body);
}

/// LOGINACK.
pub(super) fn login_ack(out: &mut Vec<u8>, version: [u8; 4]) {
    let mut body = vec![1];
    body.extend(version.iter().rev());
    short_text(&mut body, "Microsoft SQL Server");
    body.extend([16, 0, 0x10, 0x04]);
    out.push(0xAD);
    out.extend(u16::try_from(body.len()).unwrap_or(0).to_le_bytes());
    out.extend(body);
}
