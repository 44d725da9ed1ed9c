//! Reads expressions: what [`super::parse`] leaves to it.

use super::parse::{Read, Reader};
use super::refusal::Refusal;
use super::tree::Expr;
use super::types::Ty;
use super::words::Word;

impl Reader {
    pub(super) fn expression(&mut self) -> Read<Expr> {
        let mut left = self.all_of()?;
        while self.word("OR") {
            left = Expr::Two("OR", Box::new(left), Box::new(self.all_of()?));
        }
        Ok(left)
    }

    fn all_of(&mut self) -> Read<Expr> {
        let mut left = self.negated()?;
        while self.word("AND") {
            left = Expr::Two("AND", Box::new(left), Box::new(self.negated()?));
        }
        Ok(left)
    }

    fn negated(&mut self) -> Read<Expr> {
        if self.word("NOT") {
            return Ok(Expr::Not(Box::new(self.negated()?)));
        }
        self.compared()
    }

    fn compared(&mut self) -> Read<Expr> {
        let left = self.sum()?;
        if self.word("IS") {
            let not = self.word("NOT");
            self.need_word("NULL")?;
            return Ok(Expr::IsNull(Box::new(left), not));
        }
        let not = self.word("NOT");
        if self.word("IN") {
            self.need("(")?;
            let found = if self.is_word("SELECT") {
                Expr::InSelect(Box::new(left), Box::new(self.select()?), not)
            } else {
                Expr::In(Box::new(left), self.list()?, not)
            };
            self.need(")")?;
            return Ok(found);
        }
        for sign in ["=", "<>", "<=", ">=", "<", ">", "!="] {
            if self.sign(sign) {
                let sign = if sign == "!=" { "<>" } else { sign };
                return Ok(Expr::Two(sign, Box::new(left), Box::new(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Read<Expr> {
        let mut left = self.product()?;
        loop {
            let sign = ["+", "-"].into_iter().find(|sign| self.sign(sign));
            let Some(sign) = sign else { return Ok(left) };
            left = Expr::Two(sign, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Read<Expr> {
        let mut left = self.factor()?;
        loop {
            let sign = ["*", "/", "%"].into_iter().find(|sign| self.sign(sign));
            let Some(sign) = sign else { return Ok(left) };
            left = Expr::Two(sign, Box::new(left), Box::new(self.factor()?));
        }
    }

    fn factor(&mut self) -> Read<Expr> {
        if self.sign("-") {
            return Ok(Expr::Minus(Box::new(self.factor()?)));
        }
        if self.sign("(") {
            let inner = self.expression()?;
            self.need(")")?;
            return Ok(inner);
        }
        let Some(word) = self.peek().cloned() else {
            return Err(self.near());
        };
        self.at += 1;
        match word {
            Word::Number(text) => number(&text),
            Word::Text(text) => Ok(Expr::Text(text)),
            Word::Bytes(bytes) => Ok(Expr::Bytes(bytes)),
            Word::Parameter(name) => Ok(Expr::Parameter(name)),
            Word::Global(name) => Ok(Expr::Global(name)),
            Word::Name(name, quoted) => self.named(name, quoted),
            Word::Sign(sign) => Err(Refusal::syntax(sign)),
        }
    }

    fn named(&mut self, name: String, quoted: bool) -> Read<Expr> {
        let upper = name.to_ascii_uppercase();
        if !quoted && upper == "NULL" {
            return Ok(Expr::Null);
        }
        if !quoted && upper == "CASE" {
            return self.case();
        }
        if self.sign(".") {
            return Ok(Expr::Column(Some(name), self.name()?));
        }
        if quoted || !self.sign("(") {
            return Ok(Expr::Column(None, name));
        }
        let call = match &*upper {
            "CAST" => {
                let inner = self.expression()?;
                self.need_word("AS")?;
                Expr::Cast(Box::new(inner), self.ty()?)
            }
            "CONVERT" => {
                let ty = self.ty()?;
                self.need(",")?;
                Expr::Cast(Box::new(self.expression()?), ty)
            }
            "COUNT" | "COUNT_BIG" if self.sign("*") => Expr::CountAll(upper == "COUNT_BIG"),
            "SUM" => Expr::Sum(Box::new(self.expression()?)),
            _ if matches!(self.peek(), Some(Word::Sign(")"))) => Expr::Call(upper, Vec::new()),
            _ => Expr::Call(upper, self.list()?),
        };
        self.need(")")?;
        Ok(call)
    }

    fn case(&mut self) -> Read<Expr> {
        let mut branches = Vec::new();
        while self.word("WHEN") {
            let condition = self.expression()?;
            self.need_word("THEN")?;
            branches.push((condition, self.expression()?));
        }
        let otherwise = self.word("ELSE").then(|| self.expression()).transpose()?;
        self.need_word("END")?;
        Ok(Expr::Case(branches, otherwise.map(Box::new)))
    }

    fn ty(&mut self) -> Read<Ty> {
        let mut text = self.name()?;
        if self.sign("(") {
            text.push('(');
            while !self.sign(")") {
                match self.peek() {
                    Some(Word::Number(part) | Word::Name(part, _)) => text.push_str(part),
                    Some(Word::Sign(",")) => text.push(','),
                    _ => return Err(self.near()),
                }
                self.at += 1;
            }
            text.push(')');
        }
        Ty::parse(&text).ok_or_else(|| {
            Refusal::of(
                243,
                16,
                format!("Type {text} is not a defined system type."),
            )
        })
    }
}

fn number(text: &str) -> Read<Expr> {
    let refused = || Refusal::syntax(text);
    if text.contains('e') {
        return Ok(Expr::Real(text.parse().map_err(|_| refused())?));
    }
    let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
    if behind.is_empty() {
        // Beyond 64 bits it is a decimal without decimals.
        return match whole.parse() {
            Ok(whole) => Ok(Expr::Whole(whole)),
            Err(_) => Ok(Expr::Exact(whole.parse().map_err(|_| refused())?, 0)),
        };
    }
    let digits = format!("{whole}{behind}");
    let scale = u8::try_from(behind.len()).map_err(|_| refused())?;
    Ok(Expr::Exact(digits.parse().map_err(|_| refused())?, scale))
}
