//! Calls with parameters: `sp_executesql`, and what drivers use in its place.

use super::login::utf16;
use super::refusal::Refusal;
use super::types::Ty;
use rusqlite::types::Value;
use std::collections::BTreeMap;

pub(super) type Parameters = BTreeMap<String, (Ty, Value)>;

/// A call.
#[derive(Debug)]
pub(super) enum Call {
    /// A statement with its parameters.
    Execute {
        text: String,
        parameters: Parameters,
    },
    /// `sp_prepexec`: a statement to be run, and kept under a handle that the answer gives.
    PrepareAndExecute {
        text: String,
        parameters: Parameters,
    },
    /// `sp_unprepare`, and what else changes nothing.
    Forget,
}

struct Reader<'b> {
    bytes: &'b [u8],
}

/// A parameter as it came.
struct Given {
    name: String,
    ty: Ty,
    value: Value,
}

/// Reads a call. `None` when it is not well formed.
pub(super) fn read(body: &[u8]) -> Option<Result<Call, Refusal>> {
    let headers = usize::try_from(u32::from_le_bytes(body.get(..4)?.try_into().ok()?)).ok()?;
    let mut reader = Reader {
        bytes: body.get(headers..)?,
    };
    let length = usize::from(reader.short()?);
    let name = if length == 0xFFFF {
        reader.short()?.to_string()
    } else {
        utf16(reader.take(length * 2)?).to_ascii_lowercase()
    };
    reader.short()?;
    let mut given = Vec::new();
    while !reader.bytes.is_empty() {
        match reader.parameter()? {
            Ok(parameter) => given.push(parameter),
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    Some(call(&name, given))
}

fn call(name: &str, given: Vec<Given>) -> Result<Call, Refusal> {
    let mut given = given.into_iter();
    let text_of = |one: Option<Given>| match one.map(|given| given.value) {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(Refusal::of(
            214,
            16,
            "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.",
        )),
    };
    match name {
        "10" | "sp_executesql" => {
            let text = text_of(given.next())?;
            given.next();
            let parameters = named(given, "");
            Ok(Call::Execute { text, parameters })
        }
        "13" | "sp_prepexec" => {
            given.next();
            let declared = match given.next().map(|given| given.value) {
                Some(Value::Text(text)) => text,
                _ => String::new(),
            };
            let text = text_of(given.next())?;
            let parameters = named(given, &declared);
            Ok(Call::PrepareAndExecute { text, parameters })
        }
        "15" | "sp_unprepare" | "sp_reset_connection" => Ok(Call::Forget),
        other => Err(Refusal::of(
            2812,
            16,
            format!("Could not find stored procedure '{other}'."),
        )),
    }
}

/// Parameters by their names; those without one by the names that were declared: `@P1 int,@P2 int`.
fn named(given: impl Iterator<Item = Given>, declared: &str) -> Parameters {
    let mut names = declared.split('@').skip(1).map(|one| {
        let end = one.find(char::is_whitespace).unwrap_or(one.len());
        one[..end].to_owned()
    });
    given
        .map(|one| {
            let declared = names.next().unwrap_or_default();
            let name = if one.name.is_empty() {
                declared
            } else {
                one.name
            };
            let name = name.trim_start_matches('@').to_ascii_uppercase();
            (name, (one.ty, one.value))
        })
        .collect()
}

impl<'b> Reader<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn parameter(&mut self) -> Option<Result<Given, Refusal>> {
        let length = usize::from(self.byte()?);
        let name = utf16(self.take(length * 2)?);
        self.byte()?;
        let token = self.byte()?;
        let found = match token {
            0x26 | 0x68 | 0x6D => self.number(token)?,
            0x38 => (Ty::Int(4), Value::Integer(i64_of(self.take(4)?))),
            0x7F => (Ty::Int(8), Value::Integer(i64_of(self.take(8)?))),
            0x6A | 0x6C => self.decimal()?,
            0xE7 | 0xEF => self.text(true)?,
            0xA7 | 0xAF => self.text(false)?,
            other => {
                let message = format!("A parameter of type {other:#x} is not known here.");
                return Some(Err(Refusal::of(8009, 16, message)));
            }
        };
        Some(Ok(Given {
            name,
            ty: found.0,
            value: found.1,
        }))
    }

    fn number(&mut self, token: u8) -> Option<(Ty, Value)> {
        let size = self.byte()?;
        let length = usize::from(self.byte()?);
        let bytes = self.take(length)?;
        let ty = match token {
            0x68 => Ty::Bit,
            0x6D => Ty::Float(size),
            _ => Ty::Int(size),
        };
        let value = match (token, length) {
            (_, 0) => Value::Null,
            (0x6D, 4) => Value::Real(f32::from_le_bytes(bytes.try_into().ok()?).into()),
            (0x6D, _) => Value::Real(f64::from_le_bytes(bytes.try_into().ok()?)),
            (_, _) => Value::Integer(i64_of(bytes)),
        };
        Some((ty, value))
    }

    fn decimal(&mut self) -> Option<(Ty, Value)> {
        self.byte()?;
        let (precision, scale) = (self.byte()?, self.byte()?);
        let length = usize::from(self.byte()?);
        let ty = Ty::Decimal { precision, scale };
        let Some((sign, digits)) = self.take(length)?.split_first() else {
            return Some((ty, Value::Null));
        };
        let mut all = [0; 16];
        all.get_mut(..digits.len())?.copy_from_slice(digits);
        let number = i64::try_from(u128::from_le_bytes(all)).ok()?;
        Some((
            ty,
            Value::Integer(if *sign == 0 { -number } else { number }),
        ))
    }

    fn text(&mut self, national: bool) -> Option<(Ty, Value)> {
        let size = self.short()?;
        self.take(5)?;
        let bytes = if size == 0xFFFF {
            self.parts()?
        } else {
            match self.short()? {
                0xFFFF => None,
                length => Some(self.take(length.into())?.to_vec()),
            }
        };
        let ty = Ty::Text {
            length: 4000,
            national,
            fixed: false,
        };
        let value = bytes.map_or(Value::Null, |bytes| {
            Value::Text(if national {
                utf16(&bytes)
            } else {
                encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned()
            })
        });
        Some((ty, value))
    }

    /// A (MAX) value, in parts. The inner `None` is NULL.
    #[allow(clippy::option_option, reason = "not well formed, or NULL")]
    fn parts(&mut self) -> Option<Option<Vec<u8>>> {
        if self.take(8)? == [0xFF; 8] {
            return Some(None);
        }
        let mut all = Vec::new();
        loop {
            let length = u32::from_le_bytes(self.take(4)?.try_into().ok()?);
            if length == 0 {
                return Some(Some(all));
            }
            all.extend(self.take(usize::try_from(length).ok()?)?);
        }
    }
}

/// Whole numbers of 1 to 8 bytes; of 1 they have no sign.
fn i64_of(bytes: &[u8]) -> i64 {
    let negative = bytes.len() > 1 && bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut all = [if negative { 0xFF } else { 0 }; 8];
    for (to, from) in all.iter_mut().zip(bytes) {
        *to = *from;
    }
    i64::from_le_bytes(all)
}
