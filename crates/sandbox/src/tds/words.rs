//! T-SQL in words.

use super::refusal::Refusal;

/// A word of a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// A name or a keyword, as written; whether it was in brackets.
    Name(String, bool),
    /// A number, as written.
    Number(String),
    Text(String),
    Bytes(Vec<u8>),
    /// `@P1`.
    Parameter(String),
    /// `@@TRANCOUNT`, in capitals, without the signs.
    Global(String),
    Sign(&'static str),
}

const SIGNS: [&str; 20] = [
    "<>", "<=", ">=", "!=", "(", ")", ",", ".", ";", "=", "<", ">", "+", "-", "*", "/", "%", "&",
    "|", ":",
];

/// Cuts a text into words.
pub(super) fn cut(text: &str) -> Result<Vec<Word>, Refusal> {
    let chars: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        if c.is_whitespace() {
            at += 1;
        } else if c == '-' && next == Some('-') {
            while chars.get(at).is_some_and(|c| *c != '\n') {
                at += 1;
            }
        } else if c == '/' && next == Some('*') {
            at += 2;
            while at < chars.len() && !(chars[at] == '*' && chars.get(at + 1) == Some(&'/')) {
                at += 1;
            }
            at += 2;
        } else if c == '\'' || (matches!(c, 'N' | 'n') && next == Some('\'')) {
            at += if c == '\'' { 1 } else { 2 };
            words.push(Word::Text(quoted(&chars, &mut at, '\'')?));
        } else if c == '[' {
            at += 1;
            words.push(Word::Name(quoted(&chars, &mut at, ']')?, true));
        } else if c == '"' {
            at += 1;
            words.push(Word::Name(quoted(&chars, &mut at, '"')?, true));
        } else if c == '0' && matches!(next, Some('x' | 'X')) {
            at += 2;
            let digits = run(&chars, &mut at, |c| c.is_ascii_hexdigit());
            words.push(Word::Bytes(bytes_of(&digits)));
        } else if c.is_ascii_digit() {
            words.push(Word::Number(number(&chars, &mut at)));
        } else if c == '@' {
            let signs = run(&chars, &mut at, |c| c == '@').len();
            let name = run(&chars, &mut at, is_name);
            words.push(if signs == 2 {
                Word::Global(name.to_ascii_uppercase())
            } else {
                Word::Parameter(name)
            });
        } else if is_name(c) {
            words.push(Word::Name(run(&chars, &mut at, is_name), false));
        } else {
            words.push(sign(&chars, &mut at)?);
        }
    }
    Ok(words)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#')
}

fn run(chars: &[char], at: &mut usize, fits: impl Fn(char) -> bool) -> String {
    let start = *at;
    while chars.get(*at).is_some_and(|c| fits(*c)) {
        *at += 1;
    }
    chars[start..*at].iter().collect()
}

fn number(chars: &[char], at: &mut usize) -> String {
    let mut text = run(chars, at, |c| c.is_ascii_digit() || c == '.');
    if matches!(chars.get(*at), Some('e' | 'E')) {
        text.push('e');
        *at += 1;
        if matches!(chars.get(*at), Some('+' | '-')) {
            text.push(chars[*at]);
            *at += 1;
        }
        text.push_str(&run(chars, at, |c| c.is_ascii_digit()));
    }
    text
}

fn quoted(chars: &[char], at: &mut usize, end: char) -> Result<String, Refusal> {
    let mut text = String::new();
    loop {
        match chars.get(*at) {
            Some(&c) if c == end && chars.get(*at + 1) == Some(&end) => {
                text.push(end);
                *at += 2;
            }
            Some(&c) if c == end => {
                *at += 1;
                return Ok(text);
            }
            Some(&c) => {
                text.push(c);
                *at += 1;
            }
            None => {
                let message =
                    format!("Unclosed quotation mark after the character string '{text}'.");
                return Err(Refusal::of(105, 15, message));
            }
        }
    }
}

fn sign(chars: &[char], at: &mut usize) -> Result<Word, Refusal> {
    let rest: String = chars[*at..].iter().take(2).collect();
    for sign in SIGNS {
        if rest.starts_with(sign) {
            *at += sign.chars().count();
            return Ok(Word::Sign(sign));
        }
    }
    Err(Refusal::syntax(&rest))
}

fn bytes_of(digits: &str) -> Vec<u8> {
    let padded = if digits.len() % 2 == 1 {
        format!("0{digits}")
    } else {
        digits.to_owned()
    };
    (0..padded.len() / 2)
        .filter_map(|pair| u8::from_str_radix(padded.get(pair * 2..pair * 2 + 2)?, 16).ok())
        .collect()
}
