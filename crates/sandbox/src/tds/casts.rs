//! CAST and CONVERT.

use super::refusal::Refusal;
use super::translate::Out;
use super::types::Ty;

/// An expression as another type.
pub(super) fn cast(inner: &Out, to: Ty) -> Result<Out, Refusal> {
    if inner.is_null {
        return Ok(Out::of("NULL", to));
    }
    let sql = match (inner.ty, to) {
        (from, to) if from == to => inner.sql.clone(),
        (from, Ty::Decimal { .. } | Ty::Money(_)) => to_decimal(inner, from, to)?,
        (from, Ty::Int(_)) => match from {
            Ty::Decimal { scale, .. } => {
                format!("({} / {})", inner.sql, 10_i64.pow(u32::from(scale.min(18))))
            }
            Ty::Money(_) => format!("tsql_round({}, 4, 0)", inner.sql),
            Ty::Float(_) | Ty::Text { .. } => format!("CAST({} AS INTEGER)", inner.sql),
            Ty::Int(_) | Ty::Bit | Ty::RowVersion => inner.sql.clone(),
            _ => return Err(refused(from, to)),
        },
        (from, Ty::Float(_)) => match from.scale() {
            Some(scale) => format!("({} / 1e{scale})", inner.sql),
            None => format!("CAST({} AS REAL)", inner.sql),
        },
        (from, Ty::Text { length, .. }) => to_text(inner, from, length),
        (
            Ty::DateTime
            | Ty::SmallDateTime
            | Ty::DateTime2(_)
            | Ty::DateTimeOffset(_)
            | Ty::Date
            | Ty::Text { .. },
            Ty::Date,
        ) => format!("substr({}, 1, 10)", inner.sql),
        // On the clock of whoever wrote it.
        (Ty::DateTimeOffset(_), Ty::DateTime | Ty::DateTime2(_)) => {
            format!("substr({0}, 1, length({0}) - 7)", inner.sql)
        }
        (
            Ty::DateTime | Ty::SmallDateTime | Ty::DateTime2(_) | Ty::Date | Ty::Text { .. },
            Ty::DateTime | Ty::SmallDateTime | Ty::DateTime2(_),
        )
        | (Ty::RowVersion, Ty::Binary { .. })
        | (Ty::Int(_), Ty::Bit | Ty::RowVersion)
        | (Ty::Text { .. }, Ty::Guid)
        | (Ty::Binary { .. }, Ty::Binary { .. }) => inner.sql.clone(),
        (from, to) => return Err(refused(from, to)),
    };
    // A row version stays the number that it is kept as.
    let ty = match (inner.ty, to) {
        (Ty::RowVersion, Ty::Binary { .. }) => Ty::RowVersion,
        (_, to) => to,
    };
    Ok(Out::of(sql, ty))
}

fn to_decimal(inner: &Out, from: Ty, to: Ty) -> Result<String, Refusal> {
    let wanted = to.scale().unwrap_or(0);
    Ok(match (from, from.scale()) {
        (_, Some(scale)) if scale == wanted => inner.sql.clone(),
        (_, Some(scale)) => format!("tsql_round({}, {scale}, {wanted})", inner.sql),
        (Ty::Float(_), None) => format!("tsql_decimal({}, {wanted})", inner.sql),
        (from, None) => return Err(refused(from, to)),
    })
}

fn to_text(inner: &Out, from: Ty, length: u16) -> String {
    let text = match from {
        Ty::Decimal { scale, .. } => format!("tsql_text({}, {scale})", inner.sql),
        // Money is written with two decimals unless a style asks for four.
        Ty::Money(_) => format!("tsql_text(tsql_round({}, 4, 2), 2)", inner.sql),
        // Six digits at most unless a style asks for more.
        Ty::Float(_) => format!("printf('%.6g', {})", inner.sql),
        Ty::Guid => format!("upper({})", inner.sql),
        Ty::Text { .. } => inner.sql.clone(),
        _ => format!("CAST({} AS TEXT)", inner.sql),
    };
    if length == 0 {
        text
    } else {
        format!("substr({text}, 1, {length})")
    }
}

fn refused(from: Ty, to: Ty) -> Refusal {
    let (from, to) = (from.name(), to.name());
    let message = format!("Explicit conversion from data type {from} to {to} is not allowed.");
    Refusal::of(529, 16, message)
}
