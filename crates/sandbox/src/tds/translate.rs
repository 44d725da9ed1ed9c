//! From T-SQL to SQLite, with the type of every expression.

use super::context::Context;
use super::refusal::Refusal;
use super::tree::{Expr, Select, Source};
use super::types::Ty;
use super::values::OutColumn;
use std::fmt::Write as _;

/// A statement for SQLite, and what it gives.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub sql: String,
    pub columns: Vec<OutColumn>,
}

/// An expression for SQLite.
#[derive(Debug, Clone)]
pub(super) struct Out {
    pub sql: String,
    pub ty: Ty,
    /// The plain NULL, which is of every type.
    pub is_null: bool,
}

impl Out {
    pub(super) fn of(sql: impl Into<String>, ty: Ty) -> Out {
        Out {
            sql: sql.into(),
            ty,
            is_null: false,
        }
    }
}

/// A column that can be named.
#[derive(Debug, Clone)]
struct Known {
    alias: String,
    name: String,
    sql: String,
    ty: Ty,
}

/// What can be named in a statement.
pub(super) struct Scope<'a> {
    pub context: &'a Context<'a>,
    known: Vec<Known>,
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Translates a SELECT.
pub(super) fn select(context: &Context<'_>, select: &Select) -> Result<Plan, Refusal> {
    let mut scope = Scope {
        context,
        known: Vec::new(),
    };
    let mut from = String::new();
    if let Some(source) = &select.from {
        let _ = write!(from, " FROM {}", scope.add(source)?);
    }
    for (left, source, on) in &select.joins {
        let word = if *left { "LEFT JOIN" } else { "JOIN" };
        let source = scope.add(source)?;
        let on = scope.expr(on)?.sql;
        let _ = write!(from, " {word} {source} ON {on}");
    }
    let mut columns = Vec::new();
    let mut items = Vec::new();
    for (item, alias) in &select.items {
        if *item == Expr::Star {
            for known in &scope.known {
                items.push(known.sql.clone());
                columns.push(OutColumn {
                    name: known.name.clone(),
                    ty: known.ty,
                });
            }
            continue;
        }
        let out = scope.expr(item)?;
        let name = match (alias, item) {
            (Some(alias), _) => alias.clone(),
            (None, Expr::Column(_, name)) => name.clone(),
            (None, _) => String::new(),
        };
        items.push(out.sql);
        columns.push(OutColumn { name, ty: out.ty });
    }
    let mut sql = format!("SELECT {}{from}", named(&items, &columns).join(","));
    if let Some(filter) = &select.filter {
        let _ = write!(sql, " WHERE {}", scope.expr(filter)?.sql);
    }
    let list = |exprs: &mut dyn Iterator<Item = Result<String, Refusal>>| {
        exprs
            .collect::<Result<Vec<_>, _>>()
            .map(|all| all.join(","))
    };
    if !select.group.is_empty() {
        let group = list(&mut select.group.iter().map(|by| Ok(scope.expr(by)?.sql)))?;
        let _ = write!(sql, " GROUP BY {group}");
    }
    if !select.order.is_empty() {
        let by = |(by, down): &(Expr, bool)| {
            let by = scope.expr(by)?.sql;
            Ok(if *down { format!("{by} DESC") } else { by })
        };
        let _ = write!(sql, " ORDER BY {}", list(&mut select.order.iter().map(by))?);
    }
    if let Some(top) = select.top {
        let _ = write!(sql, " LIMIT {top}");
    }
    Ok(Plan { sql, columns })
}

/// Items with names by which a statement around them finds them.
fn named(items: &[String], columns: &[OutColumn]) -> Vec<String> {
    items
        .iter()
        .zip(columns)
        .map(|(item, column)| {
            if column.name.is_empty() {
                item.clone()
            } else {
                format!("{item} AS {}", quoted(&column.name))
            }
        })
        .collect()
}

impl<'a> Scope<'a> {
    /// Everything that a table has, under its own name.
    pub(super) fn of_table(context: &'a Context<'a>, table: &str) -> Result<Self, Refusal> {
        let mut scope = Scope {
            context,
            known: Vec::new(),
        };
        scope.add(&Source::Table {
            schema: None,
            name: table.to_owned(),
            alias: None,
        })?;
        Ok(scope)
    }

    fn add(&mut self, source: &Source) -> Result<String, Refusal> {
        match source {
            Source::Table {
                schema,
                name,
                alias,
            } => self.add_table(schema.as_deref(), name, alias.as_deref()),
            Source::Derived {
                select: inner,
                alias,
            } => {
                let plan = select(self.context, inner)?;
                for column in &plan.columns {
                    self.know(alias, &column.name, column.ty);
                }
                Ok(format!("({}) AS {}", plan.sql, quoted(alias)))
            }
            Source::Changes {
                table,
                since,
                alias,
            } => {
                let table = self.context.table(None, table)?;
                if !self.context.tracking {
                    return Err(Refusal::not_tracked(&table.name));
                }
                let Some(key) = table.key() else {
                    return Err(Refusal::unknown("CHANGETABLE of a table without a key"));
                };
                let since = self.expr(since)?.sql;
                self.know(alias, &key.name, key.ty);
                self.know(alias, "SYS_CHANGE_VERSION", Ty::Int(8));
                let name = table.name.replace('\'', "''");
                Ok(format!(
                    "(SELECT key_value AS {}, MAX(version) AS SYS_CHANGE_VERSION FROM tsql_changes \
                     WHERE table_name = '{name}' AND version > {since} GROUP BY key_value) AS {}",
                    quoted(&key.name),
                    quoted(alias)
                ))
            }
        }
    }

    fn add_table(
        &mut self,
        schema: Option<&str>,
        name: &str,
        alias: Option<&str>,
    ) -> Result<String, Refusal> {
        let table = self.context.table(schema, name)?;
        self.context.may_read(&table)?;
        let alias = alias.unwrap_or(&table.name).to_owned();
        for column in &table.columns {
            self.know(&alias, &column.name, column.ty);
        }
        Ok(format!("{} AS {}", quoted(&table.stored), quoted(&alias)))
    }

    fn know(&mut self, alias: &str, name: &str, ty: Ty) {
        self.known.push(Known {
            alias: alias.to_owned(),
            name: name.to_owned(),
            sql: format!("{}.{}", quoted(alias), quoted(name)),
            ty,
        });
    }

    fn column(&self, alias: Option<&str>, name: &str) -> Result<Out, Refusal> {
        let mut found = self.known.iter().filter(|known| {
            known.name.eq_ignore_ascii_case(name)
                && alias.is_none_or(|alias| known.alias.eq_ignore_ascii_case(alias))
        });
        let known = found.next().ok_or_else(|| Refusal::column(name))?;
        if found.next().is_some() {
            return Err(Refusal::of(
                209,
                16,
                format!("Ambiguous column name '{name}'."),
            ));
        }
        Ok(Out::of(known.sql.clone(), known.ty))
    }

    pub(super) fn expr(&self, expr: &Expr) -> Result<Out, Refusal> {
        Ok(match expr {
            Expr::Column(alias, name) => self.column(alias.as_deref(), name)?,
            Expr::Whole(number) => {
                let ty = if i32::try_from(*number).is_ok() {
                    Ty::Int(4)
                } else {
                    Ty::Int(8)
                };
                Out::of(number.to_string(), ty)
            }
            Expr::Exact(digits, scale) => Out::of(
                digits.to_string(),
                Ty::Decimal {
                    precision: 18,
                    scale: *scale,
                },
            ),
            Expr::Real(number) => Out::of(format!("{number:e}"), Ty::Float(8)),
            Expr::Text(text) => text_out(text),
            Expr::Bytes(bytes) => bytes_out(bytes),
            Expr::Null => Out {
                sql: "NULL".to_owned(),
                ty: Ty::Int(4),
                is_null: true,
            },
            Expr::Parameter(name) => {
                let ty = self.context.parameter(name)?;
                Out::of(format!("@{name}"), ty)
            }
            Expr::Global(name) => self.context.global(name)?,
            Expr::Star => return Err(Refusal::syntax("*")),
            Expr::CountAll(big) => Out::of("COUNT(*)", Ty::Int(if *big { 8 } else { 4 })),
            Expr::Sum(inner) => sum(&self.expr(inner)?),
            Expr::Two(sign, left, right) => self.two(sign, left, right)?,
            Expr::Minus(inner) => {
                let inner = self.expr(inner)?;
                Out::of(format!("(-{})", inner.sql), inner.ty)
            }
            Expr::Not(inner) => truth(format!("(NOT {})", self.expr(inner)?.sql)),
            Expr::IsNull(inner, not) => {
                let word = if *not { "IS NOT NULL" } else { "IS NULL" };
                truth(format!("({} {word})", self.expr(inner)?.sql))
            }
            Expr::In(inner, list, not) => self.is_in(inner, list, *not)?,
            Expr::InSelect(inner, list, not) => {
                let word = if *not { "NOT IN" } else { "IN" };
                let list = select(self.context, list)?.sql;
                truth(format!("({} {word} ({list}))", self.expr(inner)?.sql))
            }
            Expr::Case(branches, otherwise) => self.case(branches, otherwise.as_deref())?,
            Expr::Cast(inner, ty) => super::casts::cast(&self.expr(inner)?, *ty)?,
            Expr::Call(name, arguments) => super::calls::call(self, name, arguments)?,
        })
    }

    fn is_in(&self, inner: &Expr, list: &[Expr], not: bool) -> Result<Out, Refusal> {
        let word = if not { "NOT IN" } else { "IN" };
        let inner = self.expr(inner)?;
        let mut listed = Vec::with_capacity(list.len());
        for one in list {
            let one = self.expr(one)?;
            listed.push(match (one.ty.scale(), inner.ty.scale()) {
                (Some(from), Some(to)) if from < to => scaled(&one.sql, to - from),
                (_, _) => one.sql,
            });
        }
        Ok(truth(format!(
            "({} {word} ({}))",
            inner.sql,
            listed.join(",")
        )))
    }

    fn two(&self, sign: &str, left: &Expr, right: &Expr) -> Result<Out, Refusal> {
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        if matches!(sign, "AND" | "OR") {
            return Ok(truth(format!("({} {sign} {})", left.sql, right.sql)));
        }
        if matches!(sign, "*" | "/" | "%") {
            return arithmetic(sign, &left, &right);
        }
        let (left, right) = aligned(left, right);
        let sql = format!("({} {sign} {})", left.sql, right.sql);
        Ok(match sign {
            "+" if matches!(left.ty, Ty::Text { .. }) => {
                Out::of(format!("({} || {})", left.sql, right.sql), left.ty)
            }
            "+" | "-" => Out::of(sql, wider(left.ty, right.ty)),
            _ => truth(sql),
        })
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<Out, Refusal> {
        let mut values = Vec::new();
        for (_, value) in branches {
            values.push(self.expr(value)?);
        }
        if let Some(otherwise) = otherwise {
            values.push(self.expr(otherwise)?);
        }
        let (values, ty) = alike(values);
        let mut sql = "CASE".to_owned();
        for ((condition, _), value) in branches.iter().zip(&values) {
            let _ = write!(sql, " WHEN {} THEN {}", self.expr(condition)?.sql, value);
        }
        if let Some(value) = values.get(branches.len()) {
            let _ = write!(sql, " ELSE {value}");
        }
        Ok(Out::of(format!("({sql} END)"), ty))
    }
}

/// Values of which each may come out, brought to one type.
pub(super) fn alike(values: Vec<Out>) -> (Vec<String>, Ty) {
    let mut ty: Option<Ty> = None;
    for value in values.iter().filter(|value| !value.is_null) {
        ty = Some(ty.map_or(value.ty, |ty| wider(ty, value.ty)));
    }
    let ty = ty.unwrap_or(Ty::Int(4));
    let all = values
        .into_iter()
        .map(|value| match (value.ty.scale(), ty.scale()) {
            (Some(from), Some(to)) if from < to && !value.is_null => scaled(&value.sql, to - from),
            (_, _) => value.sql,
        })
        .collect();
    (all, ty)
}

fn text_out(text: &str) -> Out {
    let length = u16::try_from(text.encode_utf16().count()).unwrap_or(4000);
    let ty = Ty::Text {
        length: length.clamp(1, 4000),
        national: true,
        fixed: false,
    };
    Out::of(format!("'{}'", text.replace('\'', "''")), ty)
}

fn bytes_out(bytes: &[u8]) -> Out {
    // Bytes are compared with row versions, which are kept as numbers.
    let number = bytes
        .iter()
        .fold(0_i64, |all, byte| (all << 8) | i64::from(*byte));
    Out::of(number.to_string(), Ty::RowVersion)
}

fn truth(sql: String) -> Out {
    Out::of(sql, Ty::Bit)
}

fn sum(inner: &Out) -> Out {
    let ty = match inner.ty {
        Ty::Int(8) => Ty::Int(8),
        Ty::Int(_) | Ty::Bit => Ty::Int(4),
        Ty::Decimal { scale, .. } => Ty::Decimal {
            precision: 38,
            scale,
        },
        Ty::Float(_) => return Out::of(format!("SUM({})", inner.sql), Ty::Float(8)),
        other => other,
    };
    Out::of(format!("tsql_sum({})", inner.sql), ty)
}

pub(super) fn scaled(sql: &str, by: u8) -> String {
    format!("({sql} * {})", 10_i64.pow(u32::from(by.min(18))))
}

/// Both with the same decimals.
fn aligned(left: Out, right: Out) -> (Out, Out) {
    match (left.ty.scale(), right.ty.scale()) {
        (Some(a), Some(b)) if a < b => (Out::of(scaled(&left.sql, b - a), right.ty), right),
        (Some(a), Some(b)) if a > b => {
            let right = Out::of(scaled(&right.sql, a - b), left.ty);
            (left, right)
        }
        (Some(scale), None) if matches!(right.ty, Ty::Float(_)) => (
            Out::of(format!("({} / 1e{scale})", left.sql), right.ty),
            right,
        ),
        (None, Some(scale)) if matches!(left.ty, Ty::Float(_)) => {
            let right = Out::of(format!("({} / 1e{scale})", right.sql), left.ty);
            (left, right)
        }
        (None, None) if is_moment(left.ty) && !is_moment(right.ty) => {
            let right = Out::of(dashed(&right.sql), left.ty);
            (left, right)
        }
        (_, _) => (left, right),
    }
}

fn is_moment(ty: Ty) -> bool {
    matches!(
        ty,
        Ty::DateTime | Ty::SmallDateTime | Ty::DateTime2(_) | Ty::DateTimeOffset(_) | Ty::Date
    )
}

/// A day as it is kept, from one without signs: `'20260131'`.
fn dashed(sql: &str) -> String {
    let digits = sql.trim_matches('\'');
    if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("'{}-{}-{}'", &digits[..4], &digits[4..6], &digits[6..])
    } else {
        sql.to_owned()
    }
}

fn wider(one: Ty, other: Ty) -> Ty {
    match (one, other) {
        (Ty::Int(a), Ty::Int(b)) => Ty::Int(a.max(b)),
        (Ty::Bit, other) => other,
        (one, Ty::Bit) => one,
        (Ty::Float(_), _) | (_, Ty::Float(_)) => Ty::Float(8),
        (Ty::Decimal { .. }, _) | (_, Ty::Decimal { .. }) => Ty::Decimal {
            precision: 38,
            scale: one.scale().unwrap_or(0).max(other.scale().unwrap_or(0)),
        },
        (one, _) => one,
    }
}

/// Products and quotients: of whole numbers, or of floats. Those of decimals have rules of their own
/// that nothing here needs, where they have no places: a quotient is asked for only when it is whole.
fn arithmetic(sign: &str, left: &Out, right: &Out) -> Result<Out, Refusal> {
    let sql = format!("({} {sign} {})", left.sql, right.sql);
    match (left.ty, right.ty) {
        (Ty::Int(_) | Ty::Bit, Ty::Int(_) | Ty::Bit) => Ok(Out::of(sql, wider(left.ty, right.ty))),
        (Ty::Float(_), _) | (_, Ty::Float(_)) => {
            let (left, right) = aligned(left.clone(), right.clone());
            Ok(Out::of(
                format!("({} {sign} {})", left.sql, right.sql),
                Ty::Float(8),
            ))
        }
        (Ty::Decimal { scale: 0, .. }, Ty::Int(_) | Ty::Decimal { scale: 0, .. })
            if sign != "*" =>
        {
            Ok(Out::of(sql, wider(left.ty, right.ty)))
        }
        (_, _) => Err(Refusal::unknown(format!("{sign} of decimals"))),
    }
}
