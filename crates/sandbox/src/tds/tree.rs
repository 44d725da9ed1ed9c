//! Statements as trees.

use super::types::Ty;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Column(Option<String>, String),
    Whole(i64),
    /// A number with a point: digits without it, and how many stand behind.
    Exact(i128, u8),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Null,
    Parameter(String),
    Global(String),
    Star,
    /// COUNT(*) or (with true) COUNT_BIG(*).
    CountAll(bool),
    Sum(Box<Expr>),
    Two(&'static str, Box<Expr>, Box<Expr>),
    Minus(Box<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>, bool),
    In(Box<Expr>, Vec<Expr>, bool),
    InSelect(Box<Expr>, Box<Select>, bool),
    Case(Vec<(Expr, Expr)>, Option<Box<Expr>>),
    Cast(Box<Expr>, Ty),
    Call(String, Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Select {
    pub top: Option<i64>,
    pub items: Vec<(Expr, Option<String>)>,
    pub from: Option<Source>,
    /// Whether it is a left join, what, and on what.
    pub joins: Vec<(bool, Source, Expr)>,
    pub filter: Option<Expr>,
    pub group: Vec<Expr>,
    /// And whether from the greatest on.
    pub order: Vec<(Expr, bool)>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Table {
        schema: Option<String>,
        name: String,
        alias: Option<String>,
    },
    Derived {
        select: Box<Select>,
        alias: String,
    },
    /// CHANGETABLE.
    Changes {
        table: String,
        since: Expr,
        alias: String,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statement {
    Select(Select),
    Update {
        table: String,
        set: Vec<(String, Expr)>,
        /// Columns of `inserted` that are wanted back.
        output: Vec<String>,
        filter: Option<Expr>,
    },
    Use(String),
    Isolation(String),
    LockTimeout(i64),
    /// SET of something that changes nothing here.
    Set,
    Begin,
    Commit,
    Rollback,
    If(Expr, Box<Statement>),
    Nothing,
}
