//! Types of T-SQL: how they are declared, kept in SQLite, and sent.
//!
//! SQLite keeps decimals and money as whole numbers of their last decimal, moments as texts of ISO
//! 8601, row versions as whole numbers, and the rest as what it is.

/// A type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ty {
    /// Whole numbers of so many bytes: 1, 2, 4, 8.
    Int(u8),
    Bit,
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// 4 or 8 bytes.
    Money(u8),
    /// 4 or 8 bytes.
    Float(u8),
    /// `length` in characters; 0 stands for (MAX).
    Text {
        length: u16,
        national: bool,
        fixed: bool,
    },
    /// `length` in bytes; 0 stands for (MAX).
    Binary {
        length: u16,
        fixed: bool,
    },
    DateTime,
    SmallDateTime,
    DateTime2(u8),
    DateTimeOffset(u8),
    Date,
    Guid,
    RowVersion,
}

impl Ty {
    /// The type of that declaration: `decimal(18,4)`.
    pub(super) fn parse(text: &str) -> Option<Ty> {
        let text = text.trim().to_ascii_lowercase();
        let (name, arguments) = match text.split_once('(') {
            Some((name, rest)) => (name.trim(), rest.trim_end_matches(')').to_owned()),
            None => (&*text, String::new()),
        };
        let mut numbers = arguments.split(',').map(str::trim);
        let first = numbers.next().unwrap_or_default();
        let number = |default: u8| first.parse::<u8>().unwrap_or(default);
        let length = || match first {
            "max" => 0,
            text => text.parse().unwrap_or(1),
        };
        let text_of = |national, fixed| Ty::Text {
            length: length(),
            national,
            fixed,
        };
        Some(match name {
            "tinyint" => Ty::Int(1),
            "smallint" => Ty::Int(2),
            "int" => Ty::Int(4),
            "bigint" => Ty::Int(8),
            "bit" => Ty::Bit,
            "decimal" | "numeric" => Ty::Decimal {
                precision: number(18),
                scale: numbers.next().and_then(|n| n.parse().ok()).unwrap_or(0),
            },
            "money" => Ty::Money(8),
            "smallmoney" => Ty::Money(4),
            "float" => Ty::Float(8),
            "real" => Ty::Float(4),
            "nvarchar" => text_of(true, false),
            "nchar" => text_of(true, true),
            "varchar" => text_of(false, false),
            "char" => text_of(false, true),
            "varbinary" => Ty::Binary {
                length: length(),
                fixed: false,
            },
            "binary" => Ty::Binary {
                length: length(),
                fixed: true,
            },
            "datetime" => Ty::DateTime,
            "smalldatetime" => Ty::SmallDateTime,
            "datetime2" => Ty::DateTime2(number(7)),
            "datetimeoffset" => Ty::DateTimeOffset(number(7)),
            "date" => Ty::Date,
            "uniqueidentifier" => Ty::Guid,
            "rowversion" | "timestamp" => Ty::RowVersion,
            _ => return None,
        })
    }

    /// Decimals of a number that is kept as a whole number; `None` for what is none.
    pub(super) fn scale(self) -> Option<u8> {
        match self {
            Ty::Int(_) | Ty::Bit => Some(0),
            Ty::Decimal { scale, .. } => Some(scale),
            Ty::Money(_) => Some(4),
            Ty::Float(_)
            | Ty::Text { .. }
            | Ty::Binary { .. }
            | Ty::DateTime
            | Ty::SmallDateTime
            | Ty::DateTime2(_)
            | Ty::DateTimeOffset(_)
            | Ty::Date
            | Ty::Guid
            | Ty::RowVersion => None,
        }
    }

    /// Name in `sys.types`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Ty::Int(1) => "tinyint",
            Ty::Int(2) => "smallint",
            Ty::Int(4) => "int",
            Ty::Int(_) => "bigint",
            Ty::Bit => "bit",
            Ty::Decimal { .. } => "decimal",
            Ty::Money(4) => "smallmoney",
            Ty::Money(_) => "money",
            Ty::Float(4) => "real",
            Ty::Float(_) => "float",
            Ty::Text {
                national, fixed, ..
            } => match (national, fixed) {
                (true, true) => "nchar",
                (true, false) => "nvarchar",
                (false, true) => "char",
                (false, false) => "varchar",
            },
            Ty::Binary { fixed: true, .. } => "binary",
            Ty::Binary { .. } => "varbinary",
            Ty::DateTime => "datetime",
            Ty::SmallDateTime => "smalldatetime",
            Ty::DateTime2(_) => "datetime2",
            Ty::DateTimeOffset(_) => "datetimeoffset",
            Ty::Date => "date",
            Ty::Guid => "uniqueidentifier",
            Ty::RowVersion => "timestamp",
        }
    }

    /// `max_length`, `precision` and `scale` of `sys.columns`.
    pub(super) fn measures(self) -> (i64, i64, i64) {
        match self {
            Ty::Int(1) => (1, 3, 0),
            Ty::Int(2) => (2, 5, 0),
            Ty::Int(4) => (4, 10, 0),
            Ty::Int(_) => (8, 19, 0),
            Ty::Bit => (1, 1, 0),
            Ty::Decimal { precision, scale } => (9, precision.into(), scale.into()),
            Ty::Money(bytes) => (bytes.into(), 19, 4),
            Ty::Float(bytes) => (bytes.into(), 53, 0),
            Ty::Text { length: 0, .. } | Ty::Binary { length: 0, .. } => (-1, 0, 0),
            Ty::Text {
                length, national, ..
            } => (i64::from(length) * if national { 2 } else { 1 }, 0, 0),
            Ty::Binary { length, .. } => (length.into(), 0, 0),
            Ty::DateTime => (8, 23, 3),
            Ty::SmallDateTime => (4, 16, 0),
            Ty::DateTime2(scale) => (8, 27, scale.into()),
            Ty::DateTimeOffset(scale) => (10, 34, scale.into()),
            Ty::Date => (3, 10, 0),
            Ty::Guid => (16, 0, 0),
            Ty::RowVersion => (8, 0, 0),
        }
    }
}

/// How texts that are not national are encoded, with the five bytes that say so: locale 1034 or
/// 1033 by its sort order, and flags for ignoring capitals, kana and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TdsCollation {
    /// `Modern_Spanish_CI_AS`: code page 1252.
    #[default]
    ModernSpanish,
    /// `Polish_CI_AS`: code page 1250.
    Polish,
    /// `Latin1_General_100_CI_AS_SC_UTF8`: UTF-8, as servers from 2019 on may.
    Utf8,
}

impl TdsCollation {
    pub(super) fn bytes(self) -> [u8; 5] {
        let (locale, flags): (u32, u32) = match self {
            TdsCollation::ModernSpanish => (0x0C0A, 0xD0),
            TdsCollation::Polish => (0x0415, 0xD0),
            TdsCollation::Utf8 => (0x0409, 0x0400 | 0xD0 | 0x2000),
        };
        let bytes = (locale | (flags << 16)).to_le_bytes();
        [bytes[0], bytes[1], bytes[2], bytes[3], 0]
    }

    /// Its name in `sys.columns`.
    pub fn name(self) -> &'static str {
        match self {
            TdsCollation::ModernSpanish => "Modern_Spanish_CI_AS",
            TdsCollation::Polish => "Polish_CI_AS",
            TdsCollation::Utf8 => "Latin1_General_100_CI_AS_SC_UTF8",
        }
    }

    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let encoding = match self {
            TdsCollation::ModernSpanish => encoding_rs::WINDOWS_1252,
            TdsCollation::Polish => encoding_rs::WINDOWS_1250,
            TdsCollation::Utf8 => return text.as_bytes().to_vec(),
        };
        encoding.encode(text).0.into_owned()
    }
}
