//! Reads the part of T-SQL that Puente sends, and little more. What is not of it is refused.

use super::refusal::Refusal;
use super::tree::{Expr, Select, Source, Statement};
use super::words::{Word, cut};

pub(super) type Read<T> = Result<T, Refusal>;

/// The statements of a batch.
pub(super) fn batch(text: &str) -> Read<Vec<Statement>> {
    let mut reader = Reader {
        words: cut(text)?,
        at: 0,
    };
    let mut statements = Vec::new();
    loop {
        while reader.sign(";") {}
        if reader.at >= reader.words.len() {
            return Ok(statements);
        }
        statements.push(reader.statement()?);
    }
}

/// Goes through the words.
pub(super) struct Reader {
    words: Vec<Word>,
    pub(super) at: usize,
}

/// Words that end a list of select items or a source, and so are no alias.
const KEYWORDS: [&str; 27] = [
    "FROM", "WHERE", "GROUP", "ORDER", "JOIN", "LEFT", "INNER", "ON", "AND", "OR", "NOT", "IN",
    "IS", "AS", "THEN", "ELSE", "END", "WHEN", "SELECT", "SET", "BEGIN", "COMMIT", "ROLLBACK",
    "UPDATE", "OUTPUT", "IF", "USE",
];

impl Reader {
    pub(super) fn peek(&self) -> Option<&Word> {
        self.words.get(self.at)
    }

    pub(super) fn near(&self) -> Refusal {
        match self.peek() {
            Some(Word::Name(text, _) | Word::Number(text) | Word::Text(text)) => {
                Refusal::syntax(text)
            }
            Some(Word::Sign(sign)) => Refusal::syntax(sign),
            Some(Word::Parameter(name) | Word::Global(name)) => Refusal::syntax(name),
            Some(Word::Bytes(_)) => Refusal::syntax("0x"),
            None => Refusal::syntax("the end"),
        }
    }

    pub(super) fn sign(&mut self, wanted: &str) -> bool {
        let is = matches!(self.peek(), Some(Word::Sign(sign)) if *sign == wanted);
        self.at += usize::from(is);
        is
    }

    pub(super) fn need(&mut self, wanted: &str) -> Read<()> {
        if self.sign(wanted) {
            Ok(())
        } else {
            Err(self.near())
        }
    }

    pub(super) fn is_word(&self, wanted: &str) -> bool {
        matches!(self.peek(), Some(Word::Name(word, false)) if word.eq_ignore_ascii_case(wanted))
    }

    pub(super) fn word(&mut self, wanted: &str) -> bool {
        let is = self.is_word(wanted);
        self.at += usize::from(is);
        is
    }

    pub(super) fn need_word(&mut self, wanted: &str) -> Read<()> {
        if self.word(wanted) {
            Ok(())
        } else {
            Err(self.near())
        }
    }

    pub(super) fn name(&mut self) -> Read<String> {
        match self.peek() {
            Some(Word::Name(name, _)) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.near()),
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        if self.is_word("SELECT") {
            return Ok(Statement::Select(self.select()?));
        }
        if self.word("UPDATE") {
            return self.update();
        }
        if self.word("SET") {
            return self.set();
        }
        if self.word("USE") {
            return Ok(Statement::Use(self.name()?));
        }
        if self.word("BEGIN") {
            self.transaction_word();
            return Ok(Statement::Begin);
        }
        if self.word("COMMIT") {
            self.transaction_word();
            return Ok(Statement::Commit);
        }
        if self.word("ROLLBACK") {
            self.transaction_word();
            return Ok(Statement::Rollback);
        }
        if self.word("IF") {
            let condition = self.expression()?;
            return Ok(Statement::If(condition, Box::new(self.statement()?)));
        }
        if self.word("DECLARE") || self.word("PRINT") {
            while self.peek().is_some_and(|word| *word != Word::Sign(";")) {
                self.at += 1;
            }
            return Ok(Statement::Nothing);
        }
        match self.peek() {
            Some(Word::Name(word, _)) => Err(Refusal::unknown(word)),
            _ => Err(self.near()),
        }
    }

    fn transaction_word(&mut self) {
        let _ = self.word("TRANSACTION") || self.word("TRAN") || self.word("WORK");
    }

    fn set(&mut self) -> Read<Statement> {
        if self.word("TRANSACTION") {
            self.need_word("ISOLATION")?;
            self.need_word("LEVEL")?;
            let mut level = self.name()?.to_ascii_uppercase();
            if matches!(&*level, "READ" | "REPEATABLE") {
                level = format!("{level} {}", self.name()?.to_ascii_uppercase());
            }
            return Ok(Statement::Isolation(level));
        }
        let name = self.name()?.to_ascii_uppercase();
        let sign = if self.sign("-") { -1 } else { 1 };
        let value = self.peek().cloned();
        self.at += 1;
        if name == "LOCK_TIMEOUT" {
            let Some(Word::Number(number)) = value else {
                return Err(self.near());
            };
            return Ok(Statement::LockTimeout(sign * number.parse().unwrap_or(0)));
        }
        Ok(Statement::Set)
    }

    fn update(&mut self) -> Read<Statement> {
        let (_, table) = self.table_name()?;
        self.need_word("SET")?;
        let mut set = Vec::new();
        loop {
            let column = self.name()?;
            self.need("=")?;
            set.push((column, self.expression()?));
            if !self.sign(",") {
                break;
            }
        }
        let mut output = Vec::new();
        if self.word("OUTPUT") {
            loop {
                if !self.name()?.eq_ignore_ascii_case("inserted") {
                    return Err(Refusal::unknown("deleted"));
                }
                self.need(".")?;
                output.push(self.name()?);
                if !self.sign(",") {
                    break;
                }
            }
        }
        let filter = self.word("WHERE").then(|| self.expression()).transpose()?;
        Ok(Statement::Update {
            table,
            set,
            output,
            filter,
        })
    }

    pub(super) fn select(&mut self) -> Read<Select> {
        self.need_word("SELECT")?;
        let mut select = Select::default();
        if self.word("TOP") {
            let braced = self.sign("(");
            let Some(Word::Number(number)) = self.peek().cloned() else {
                return Err(self.near());
            };
            self.at += 1;
            select.top = Some(number.parse().map_err(|_| Refusal::syntax(&number))?);
            if braced {
                self.need(")")?;
            }
        }
        loop {
            select.items.push(self.item()?);
            if !self.sign(",") {
                break;
            }
        }
        if self.word("FROM") {
            select.from = Some(self.source()?);
            while let Some(left) = self.join() {
                let source = self.source()?;
                self.need_word("ON")?;
                select.joins.push((left, source, self.expression()?));
            }
        }
        select.filter = self.word("WHERE").then(|| self.expression()).transpose()?;
        if self.word("GROUP") {
            self.need_word("BY")?;
            select.group = self.list()?;
        }
        if self.word("ORDER") {
            self.need_word("BY")?;
            loop {
                let by = self.expression()?;
                let down = self.word("DESC");
                let _ = self.word("ASC");
                select.order.push((by, down));
                if !self.sign(",") {
                    break;
                }
            }
        }
        if self.word("OPTION") {
            self.need("(")?;
            while !self.sign(")") {
                self.at += 1;
                if self.peek().is_none() {
                    return Err(self.near());
                }
            }
        }
        Ok(select)
    }

    fn join(&mut self) -> Option<bool> {
        if self.word("LEFT") {
            let _ = self.word("OUTER");
            return self.word("JOIN").then_some(true);
        }
        let _ = self.word("INNER");
        self.word("JOIN").then_some(false)
    }

    pub(super) fn list(&mut self) -> Read<Vec<Expr>> {
        let mut list = vec![self.expression()?];
        while self.sign(",") {
            list.push(self.expression()?);
        }
        Ok(list)
    }

    fn item(&mut self) -> Read<(Expr, Option<String>)> {
        if self.sign("*") {
            return Ok((Expr::Star, None));
        }
        let expression = self.expression()?;
        Ok((expression, self.alias()?))
    }

    fn alias(&mut self) -> Read<Option<String>> {
        if self.word("AS") {
            return Ok(Some(self.name()?));
        }
        match self.peek() {
            Some(Word::Name(name, quoted))
                if *quoted || !KEYWORDS.contains(&&*name.to_ascii_uppercase()) =>
            {
                Ok(Some(self.name()?))
            }
            _ => Ok(None),
        }
    }

    fn table_name(&mut self) -> Read<(Option<String>, String)> {
        let first = self.name()?;
        if self.sign(".") {
            return Ok((Some(first), self.name()?));
        }
        Ok((None, first))
    }

    fn source(&mut self) -> Read<Source> {
        if self.sign("(") {
            let select = Box::new(self.select()?);
            self.need(")")?;
            let alias = self.alias()?.ok_or_else(|| self.near())?;
            return Ok(Source::Derived { select, alias });
        }
        if self.word("CHANGETABLE") {
            self.need("(")?;
            self.need_word("CHANGES")?;
            let (_, table) = self.table_name()?;
            self.need(",")?;
            let since = self.expression()?;
            self.need(")")?;
            let alias = self.alias()?.ok_or_else(|| self.near())?;
            return Ok(Source::Changes {
                table,
                since,
                alias,
            });
        }
        let (schema, name) = self.table_name()?;
        let alias = self.alias()?;
        if self.word("WITH") {
            return Err(Refusal::unknown("WITH (hint)"));
        }
        Ok(Source::Table {
            schema,
            name,
            alias,
        })
    }
}
