//! The system tables: what tables there are, what the server says about itself.

use super::wire::{Stopped, Wire};
use crate::{Error, LiveColumn, LiveKind, LiveSchema, LiveTable, Mark, Result, ServerInfo};
use rsfbclient::RawValue;
use std::collections::BTreeMap;

const COLUMNS: &str = "SELECT R.RDB$RELATION_NAME, CASE WHEN R.RDB$VIEW_BLR IS NULL THEN 0 ELSE 1 END, \
    C.RDB$FIELD_NAME, F.RDB$FIELD_TYPE, F.RDB$FIELD_SUB_TYPE, F.RDB$FIELD_SCALE, F.RDB$FIELD_PRECISION, \
    F.RDB$FIELD_LENGTH, F.RDB$CHARACTER_LENGTH, COALESCE(C.RDB$NULL_FLAG, F.RDB$NULL_FLAG, 0), \
    S.RDB$CHARACTER_SET_NAME, COALESCE(F.RDB$DIMENSIONS, 0) \
    FROM RDB$RELATIONS R JOIN RDB$RELATION_FIELDS C ON C.RDB$RELATION_NAME = R.RDB$RELATION_NAME \
    JOIN RDB$FIELDS F ON F.RDB$FIELD_NAME = C.RDB$FIELD_SOURCE \
    LEFT JOIN RDB$CHARACTER_SETS S ON S.RDB$CHARACTER_SET_ID = F.RDB$CHARACTER_SET_ID \
    WHERE COALESCE(R.RDB$SYSTEM_FLAG, 0) = 0 ORDER BY R.RDB$RELATION_NAME, C.RDB$FIELD_POSITION";

const INDICES: &str = "SELECT I.RDB$RELATION_NAME, S.RDB$FIELD_NAME, S.RDB$FIELD_POSITION, \
    COALESCE(I.RDB$INDEX_TYPE, 0), CASE WHEN C.RDB$CONSTRAINT_TYPE = 'PRIMARY KEY' THEN 1 ELSE 0 END \
    FROM RDB$INDICES I JOIN RDB$INDEX_SEGMENTS S ON S.RDB$INDEX_NAME = I.RDB$INDEX_NAME \
    LEFT JOIN RDB$RELATION_CONSTRAINTS C ON C.RDB$INDEX_NAME = I.RDB$INDEX_NAME \
    AND C.RDB$CONSTRAINT_TYPE = 'PRIMARY KEY' \
    WHERE COALESCE(I.RDB$SYSTEM_FLAG, 0) = 0 AND COALESCE(I.RDB$INDEX_INACTIVE, 0) = 0 \
    ORDER BY I.RDB$RELATION_NAME, I.RDB$INDEX_NAME, S.RDB$FIELD_POSITION";

const DATABASE: &str = "SELECT RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION'), D.MON$ODS_MAJOR, \
    D.MON$ODS_MINOR, D.MON$SQL_DIALECT, D.MON$PAGE_SIZE, D.MON$READ_ONLY, D.MON$OLDEST_TRANSACTION, \
    D.MON$OLDEST_ACTIVE, D.MON$OLDEST_SNAPSHOT, D.MON$NEXT_TRANSACTION, \
    CAST(D.MON$CREATION_DATE AS VARCHAR(60)), CURRENT_USER, CURRENT_ROLE, D.MON$DATABASE_NAME, \
    (SELECT FIRST 1 RDB$CHARACTER_SET_NAME FROM RDB$DATABASE) FROM MON$DATABASE D";

/// All tables and views of people, with their columns.
pub(super) fn schema(
    run: &mut dyn FnMut(&str) -> Result<Vec<Vec<RawValue>>>,
) -> Result<LiveSchema> {
    let mut schema = LiveSchema::default();
    for row in run(COLUMNS)? {
        let name = text(&row, 0);
        let table = schema
            .tables
            .entry(name.clone())
            .or_insert_with(|| LiveTable {
                name,
                is_view: whole(&row, 1) == 1,
                ..LiveTable::default()
            });
        table.columns.push(column(&row));
    }
    for row in run(INDICES)? {
        let Some(table) = schema.tables.get_mut(&text(&row, 0)) else {
            continue;
        };
        let column = text(&row, 1);
        let is_ascending = whole(&row, 3) == 0;
        if whole(&row, 2) == 0 && is_ascending && !table.indexed.contains(&column) {
            table.indexed.push(column.clone());
        }
        if whole(&row, 4) == 1 {
            table.primary_key.push(column);
        }
    }
    Ok(schema)
}

fn column(row: &[RawValue]) -> LiveColumn {
    let (kind, declared) = if whole(row, 11) > 0 {
        (LiveKind::Other, "ARRAY".to_owned())
    } else {
        kind(row)
    };
    let charset = match kind {
        LiveKind::Char | LiveKind::Varchar | LiveKind::Blob => {
            Some(text(row, 10)).filter(|name| !name.is_empty())
        }
        LiveKind::Int
        | LiveKind::Decimal { .. }
        | LiveKind::Wide
        | LiveKind::Float
        | LiveKind::Date
        | LiveKind::Time
        | LiveKind::Timestamp
        | LiveKind::Zoned
        | LiveKind::Bool
        | LiveKind::Other => None,
    };
    LiveColumn {
        name: text(row, 2),
        kind,
        declared,
        nullable: whole(row, 9) == 0,
        charset,
    }
}

/// The codes of RDB$FIELD_TYPE.
fn kind(row: &[RawValue]) -> (LiveKind, String) {
    let (code, sub_type) = (whole(row, 3), whole(row, 4));
    let scale = u8::try_from(-whole(row, 5)).unwrap_or(0);
    let length = match whole(row, 8) {
        0 => whole(row, 7),
        characters => characters,
    };
    let exact = |name: &str, wide: bool| {
        let precision = whole(row, 6);
        let declared = if sub_type == 0 && scale == 0 {
            name.to_owned()
        } else {
            let kind = if sub_type == 2 { "DECIMAL" } else { "NUMERIC" };
            format!("{kind}({precision},{scale})")
        };
        let kind = match (wide, scale) {
            (true, _) => LiveKind::Wide,
            (false, 0) => LiveKind::Int,
            (false, scale) => LiveKind::Decimal { scale },
        };
        (kind, declared)
    };
    let plain = |kind, name: &str| (kind, name.to_owned());
    match code {
        7 => exact("SMALLINT", false),
        8 => exact("INTEGER", false),
        16 => exact("BIGINT", false),
        26 => exact("INT128", true),
        24 => plain(LiveKind::Wide, "DECFLOAT(16)"),
        25 => plain(LiveKind::Wide, "DECFLOAT(34)"),
        10 => plain(LiveKind::Float, "FLOAT"),
        11 | 27 if scale > 0 => (
            LiveKind::Float,
            format!("NUMERIC({},{scale}) as DOUBLE PRECISION", whole(row, 6)),
        ),
        11 | 27 => plain(LiveKind::Float, "DOUBLE PRECISION"),
        12 => plain(LiveKind::Date, "DATE"),
        13 => plain(LiveKind::Time, "TIME"),
        35 => plain(LiveKind::Timestamp, "TIMESTAMP"),
        28 => plain(LiveKind::Zoned, "TIME WITH TIME ZONE"),
        29 => plain(LiveKind::Zoned, "TIMESTAMP WITH TIME ZONE"),
        23 => plain(LiveKind::Bool, "BOOLEAN"),
        14 => (LiveKind::Char, format!("CHAR({length})")),
        37 => (LiveKind::Varchar, format!("VARCHAR({length})")),
        261 => (LiveKind::Blob, format!("BLOB SUB_TYPE {sub_type}")),
        other => (LiveKind::Other, format!("TYPE {other}")),
    }
}

/// What the server says of itself and of the database.
pub(super) struct Facts {
    pub info: ServerInfo,
    /// First number of the server's version.
    pub major: u32,
}

impl Facts {
    /// Version 3 and later keep the number of the transaction that wrote a row where it can be read.
    pub(super) fn has_record_versions(&self) -> bool {
        self.major >= 3
    }
}

/// Reads them.
pub(super) fn facts(wire: &mut Wire) -> Result<Facts> {
    let row = only_row(wire, DATABASE)?;
    let version = text(&row, 0);
    let major = version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok())
        .unwrap_or(0);
    let created_at = text(&row, 10);
    let (user, role) = (text(&row, 11), text(&row, 12));
    let counters = [
        ("oldest_interesting", 6),
        ("oldest_active", 7),
        ("oldest_snapshot", 8),
        ("next", 9),
    ];
    let info = ServerInfo {
        engine: "Firebird".to_owned(),
        file_version: format!("{}.{}", whole(&row, 1), whole(&row, 2)),
        dialect: u8::try_from(whole(&row, 3)).unwrap_or(3),
        charset: Some(text(&row, 14))
            .filter(|name| !name.is_empty())
            .unwrap_or("NONE".to_owned()),
        is_superuser: user == "SYSDBA" || role == "RDB$ADMIN",
        user,
        database_read_only: whole(&row, 5) == 1,
        encrypted: None,
        encryption: None,
        page_size: u32::try_from(whole(&row, 4)).unwrap_or(0),
        driver: wire.driver.clone(),
        path: text(&row, 13),
        created_at,
        counters: counters
            .iter()
            .map(|(name, at)| ((*name).to_owned(), whole(&row, *at)))
            .collect::<BTreeMap<_, _>>(),
        version,
    };
    let mut facts = Facts { info, major };
    encryption(wire, &mut facts.info, major);
    Ok(facts)
}

/// Servers before 3.0.4 do not know the question.
fn encryption(wire: &mut Wire, info: &mut ServerInfo, major: u32) {
    let ask = |wire: &mut Wire, variable: &str| {
        one(
            wire,
            &format!("SELECT RDB$GET_CONTEXT('SYSTEM', '{variable}') FROM RDB$DATABASE"),
        )
    };
    if major < 3 {
        info.encrypted = Some(false);
        return;
    }
    info.encrypted = match ask(wire, "WIRE_ENCRYPTED").to_ascii_uppercase().as_str() {
        "TRUE" => Some(true),
        "FALSE" => Some(false),
        _ => None,
    };
    if major >= 4 && info.encrypted == Some(true) {
        info.encryption = Some(ask(wire, "WIRE_CRYPT_PLUGIN")).filter(|name| !name.is_empty());
    }
}

/// Where the database is now, and the number of its next transaction. What tells this copy of the
/// database from others comes in the same row: after a reconnection it may be another one.
pub(super) fn mark(wire: &mut Wire, major: u32) -> Result<(Mark, i64)> {
    let guid = if major >= 4 {
        "CAST(MON$GUID AS VARCHAR(60))"
    } else {
        "''"
    };
    let text = format!(
        "SELECT MON$OLDEST_ACTIVE, MON$NEXT_TRANSACTION, CAST(MON$CREATION_DATE AS VARCHAR(60)), {guid} \
         FROM MON$DATABASE"
    );
    let row = only_row(wire, &text)?;
    let identity = format!("{} {}", self::text(&row, 2), self::text(&row, 3));
    Ok((
        Mark::new(whole(&row, 0), identity.trim_end().to_owned()),
        whole(&row, 1),
    ))
}

fn only_row(wire: &mut Wire, text: &str) -> Result<Vec<RawValue>> {
    let mut rows = all(wire, text, "MON$DATABASE")?;
    rows.pop()
        .ok_or_else(|| Error::Internal("MON$DATABASE is empty".to_owned()))
}

/// All rows of a small answer.
pub(super) fn all(wire: &mut Wire, text: &str, table: &str) -> Result<Vec<Vec<RawValue>>> {
    let mut rows = Vec::new();
    wire.rows(text, table, &mut |row| {
        rows.push(row.to_vec());
        Ok::<(), Stopped>(())
    })?;
    Ok(rows)
}

/// The first value of an answer that may fail without harm.
fn one(wire: &mut Wire, statement: &str) -> String {
    let rows = all(wire, statement, "RDB$DATABASE").unwrap_or_default();
    rows.first().map(|row| text(row, 0)).unwrap_or_default()
}

/// A text of the system tables, which are in UTF-8, without trailing blanks.
pub(super) fn text(row: &[RawValue], at: usize) -> String {
    match row.get(at) {
        Some(RawValue::Text(bytes)) => String::from_utf8_lossy(bytes).trim_end().to_owned(),
        Some(
            RawValue::Null
            | RawValue::Integer(_)
            | RawValue::Int128(_)
            | RawValue::Floating(_)
            | RawValue::Boolean(_)
            | RawValue::Timestamp(_),
        )
        | None => String::new(),
    }
}

/// A whole number; 0 for NULL.
pub(super) fn whole(row: &[RawValue], at: usize) -> i64 {
    match row.get(at) {
        Some(RawValue::Integer(value)) => *value,
        // Sums of whole numbers on servers from 4.0 on.
        Some(RawValue::Int128(value)) => i64::try_from(*value).unwrap_or(i64::MAX),
        // In dialect 1 some expressions are binary fractions.
        #[allow(clippy::cast_possible_truncation, reason = "small whole numbers")]
        Some(RawValue::Floating(value)) => *value as i64,
        Some(
            RawValue::Null | RawValue::Text(_) | RawValue::Boolean(_) | RawValue::Timestamp(_),
        )
        | None => 0,
    }
}
