//! The functions of T-SQL that statements of Puente and greetings of other clients call.

use super::context::{ColumnInfo, TableInfo};
use super::refusal::Refusal;
use super::translate::{Out, Scope, alike};
use super::tree::Expr;
use super::types::Ty;

const NAME: Ty = Ty::Text {
    length: 128,
    national: true,
    fixed: false,
};

/// Translates a call.
pub(super) fn call(scope: &Scope<'_>, name: &str, arguments: &[Expr]) -> Result<Out, Refusal> {
    let mut outs = Vec::with_capacity(arguments.len());
    for argument in arguments {
        outs.push(scope.expr(argument)?);
    }
    let out = match (name, &*outs) {
        ("MIN" | "MAX", [one]) => Out::of(format!("{name}({})", one.sql), one.ty),
        ("COUNT", [one]) => Out::of(format!("COUNT({})", one.sql), Ty::Int(4)),
        ("COUNT_BIG", [one]) => Out::of(format!("COUNT({})", one.sql), Ty::Int(8)),
        ("COALESCE" | "ISNULL", [_, ..]) => {
            let (all, ty) = alike(outs);
            Out::of(format!("COALESCE({})", all.join(",")), ty)
        }
        ("NULLIF", [one, other]) => Out::of(format!("NULLIF({},{})", one.sql, other.sql), one.ty),
        ("ABS", [one]) => Out::of(format!("ABS({})", one.sql), one.ty),
        ("YEAR", [one]) => part(one, 1, 4),
        ("MONTH", [one]) => part(one, 6, 2),
        ("DAY", [one]) => part(one, 9, 2),
        ("ROUND", [one, digits]) => round(one, digits),
        ("LEN", [one]) => Out::of(format!("LENGTH(RTRIM({}))", one.sql), Ty::Int(4)),
        ("RTRIM" | "LTRIM" | "UPPER" | "LOWER", [one]) => {
            Out::of(format!("{name}({})", one.sql), one.ty)
        }
        ("LEFT", [one, count]) => Out::of(format!("substr({},1,{})", one.sql, count.sql), one.ty),
        ("SUBSTRING", [one, from, count]) => Out::of(
            format!("substr({},{},{})", one.sql, from.sql, count.sql),
            one.ty,
        ),
        ("GETDATE" | "CURRENT_TIMESTAMP", []) => now(Ty::DateTime, "localtime"),
        ("SYSDATETIME", []) => now(Ty::DateTime2(7), "localtime"),
        ("GETUTCDATE", []) => now(Ty::DateTime, "utc"),
        ("SYSUTCDATETIME", []) => now(Ty::DateTime2(7), "utc"),
        _ => return about_the_server(scope, name, arguments),
    };
    Ok(out)
}

fn part(one: &Out, from: u8, length: u8) -> Out {
    let sql = format!("CAST(substr({},{from},{length}) AS INTEGER)", one.sql);
    Out::of(sql, Ty::Int(4))
}

fn round(one: &Out, digits: &Out) -> Out {
    match one.ty.scale() {
        // Rounded, and with as many decimals as before.
        Some(scale) => Out::of(
            format!("tsql_rounded({}, {scale}, {})", one.sql, digits.sql),
            one.ty,
        ),
        None => Out::of(format!("ROUND({},{})", one.sql, digits.sql), one.ty),
    }
}

fn now(ty: Ty, zone: &str) -> Out {
    let zone = if zone == "utc" { "" } else { ",'localtime'" };
    Out::of(format!("strftime('%Y-%m-%d %H:%M:%f','now'{zone})"), ty)
}

fn about_the_server(scope: &Scope<'_>, name: &str, arguments: &[Expr]) -> Result<Out, Refusal> {
    let context = scope.context;
    let text = |text: &str| Out::of(format!("'{}'", text.replace('\'', "''")), NAME);
    Ok(match (name, arguments) {
        ("DB_NAME", []) => text(context.database),
        ("DB_ID", []) => Out::of("5", Ty::Int(4)),
        ("SUSER_SNAME" | "SUSER_NAME" | "ORIGINAL_LOGIN" | "CURRENT_USER" | "USER_NAME", []) => {
            text(context.user)
        }
        ("SERVERPROPERTY", [Expr::Text(property)]) => match &*property.to_ascii_uppercase() {
            "PRODUCTVERSION" => text(context.version),
            "EDITION" => text("Developer Edition (64-bit)"),
            "ENGINEEDITION" => Out::of("3", Ty::Int(4)),
            "COLLATION" => text(context.collation.name()),
            _ => Out::of("NULL", NAME),
        },
        ("IS_SRVROLEMEMBER" | "IS_MEMBER", [Expr::Text(role)]) => {
            let is = context.is_administrator
                && matches!(&*role.to_ascii_lowercase(), "sysadmin" | "db_owner");
            Out::of(u8::from(is).to_string(), Ty::Int(4))
        }
        (
            "HAS_PERMS_BY_NAME",
            [
                Expr::Text(object),
                Expr::Text(class),
                Expr::Text(right),
                Expr::Text(column),
                Expr::Text(sub),
            ],
        ) => {
            let bare = object.rsplit('.').next().unwrap_or_default();
            let told = class.eq_ignore_ascii_case("OBJECT") && sub.eq_ignore_ascii_case("COLUMN");
            let has = |table: &TableInfo| {
                let names = |one: &ColumnInfo| one.name.eq_ignore_ascii_case(column);
                table.columns.iter().any(names)
            };
            let may = match &*right.to_ascii_uppercase() {
                "UPDATE" => Some(context.login.may_write),
                _ => None,
            };
            let table = context.table(None, bare.trim_matches(['[', ']']));
            match (table, may) {
                (Ok(table), Some(may)) if told && has(&table) => {
                    Out::of(u8::from(may).to_string(), Ty::Int(4))
                }
                (_, _) => Out::of("NULL", Ty::Int(4)),
            }
        }
        ("OBJECT_ID", [Expr::Text(object), ..]) => {
            let bare = object.rsplit('.').next().unwrap_or_default();
            match context.table(None, bare.trim_matches(['[', ']'])) {
                Ok(table) => Out::of(table.id.to_string(), Ty::Int(4)),
                Err(_) => Out::of("NULL", Ty::Int(4)),
            }
        }
        ("CHANGE_TRACKING_CURRENT_VERSION", []) => match context.tracking {
            true => Out::of(
                "(SELECT value FROM tsql_counters WHERE name = 'change')",
                Ty::Int(8),
            ),
            false => Out::of("NULL", Ty::Int(8)),
        },
        ("CHANGE_TRACKING_MIN_VALID_VERSION", [object]) => {
            let object = scope.expr(object)?.sql;
            Out::of(
                format!(
                    "(SELECT min_valid_version FROM \"sys.change_tracking_tables\" \
                     WHERE object_id = {object})"
                ),
                Ty::Int(8),
            )
        }
        ("MIN_ACTIVE_ROWVERSION", []) => Out::of(
            "COALESCE((SELECT MIN(first) FROM tsql_open),\
             (SELECT value + 1 FROM tsql_counters WHERE name = 'row'))",
            Ty::RowVersion,
        ),
        (name, _) => return Err(Refusal::unknown(name)),
    })
}
