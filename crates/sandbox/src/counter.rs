//! A point of sale whose documents wait in a local SQL Server: the tables of `profiles/solar.toml` on the
//! stand-in, filled from a seed, with the troubles that real ones have.

use crate::{Error, TdsDatabase, TdsServer};
use chrono::{Duration, NaiveDate};
use rusqlite::params;

/// What the point of sale has sold.
#[derive(Debug, Clone, Copy)]
pub struct CounterOptions {
    /// From it follows everything.
    pub seed: u64,
    /// Documents that wait and can be told.
    pub documents: u32,
    /// Documents that were told before.
    pub told: u32,
    /// Whether there are also documents that can't be told, one of each kind of trouble, and a receipt.
    pub troubles: bool,
    /// The day after the last one on which something was sold.
    pub until: NaiveDate,
}

impl CounterOptions {
    /// So many documents, without troubles.
    pub fn of(seed: u64, documents: u32) -> Self {
        CounterOptions {
            seed,
            documents,
            told: 0,
            troubles: false,
            until: NaiveDate::from_ymd_opt(2026, 11, 25).unwrap_or_default(),
        }
    }
}

/// A trouble, and the number of the document that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// `no_lines`, `payment`, `copies`, `kind`, `number`, `overflow`, `taxes`.
    pub name: &'static str,
    /// `N_COMP`.
    pub number: String,
}

/// A point of sale.
#[derive(Debug, Clone)]
pub struct Counter {
    /// Its database.
    pub database: TdsDatabase,
    /// Numbers (`N_COMP`) of the documents that wait and can be told.
    pub documents: Vec<String>,
    /// What can't be told.
    pub troubles: Vec<Trouble>,
}

/// A line: article, quantity × 10^4, net in cents, rate × 100.
type Line = (String, i64, i64, i64);

impl Counter {
    /// Makes its database on a server.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn create(
        server: &TdsServer,
        name: &str,
        options: CounterOptions,
    ) -> Result<Counter, Error> {
        let database = server.create(name, crate::TdsDatabaseOptions::default())?;
        database.create_table(
            "EB_T_HistorialSincVentas_Solar",
            "ID int not null primary key, FECHA_EMIS datetime, HORA_EMIS varchar(8), \
             T_COMP varchar(3) not null, N_COMP varchar(14) not null, MEDIO_DE_PAGO varchar(30), \
             IMPORTE decimal(18,2), ESTADO_SYNC int not null, FECHA_SYNC datetime",
        )?;
        database.create_table(
            "CTA03",
            "ID_CTA03 int not null primary key, T_COMP varchar(3), N_COMP varchar(14), \
             N_RENGL_V int, COD_ARTICU varchar(15), CANTIDAD decimal(18,4), \
             IMP_NETO_P decimal(18,2), PORC_IVA decimal(9,2)",
        )?;
        database.create_table(
            "CTA04",
            "ID_CTA04 int not null primary key, T_COMP varchar(3), N_COMP varchar(14), \
             PORCENTAJE decimal(9,2), IMPORTE decimal(18,2)",
        )?;
        let mut counter = Counter {
            database,
            documents: Vec::new(),
            troubles: Vec::new(),
        };
        counter.fill(options).map_err(|error| Error::Script {
            reason: error.to_string(),
        })?;
        Ok(counter)
    }

    fn fill(&mut self, options: CounterOptions) -> rusqlite::Result<()> {
        let mut sqlite = self
            .database
            .sqlite()
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        let work = sqlite.transaction()?;
        work.execute_batch(
            "CREATE INDEX CTA03_N ON CTA03 (N_COMP); CREATE INDEX CTA04_N ON CTA04 (N_COMP);
             CREATE INDEX HIST_N ON EB_T_HistorialSincVentas_Solar (N_COMP);",
        )?;
        let mut till = Till {
            dice: options.seed ^ 0x9E37_79B9_7F4A_7C15,
            row: 0,
            until: options.until,
        };
        for at in 0..options.documents + options.told {
            let waits = at < options.documents;
            let (kind, number) = till.number(at);
            let lines = till.lines(kind.starts_with("NC"));
            till.document(
                &work,
                kind,
                &number,
                &lines,
                u8::from(!waits).into(),
                |_| {},
            )?;
            if waits {
                self.documents.push(number);
            }
        }
        if options.troubles {
            let from = options.documents + options.told;
            self.troubles = till.troubles(&work, from)?;
        }
        work.commit()
    }

    /// Numbers of the documents that are marked as told, in their order.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn told(&self) -> Result<Vec<String>, Error> {
        let read = |connection: rusqlite::Connection| -> rusqlite::Result<Vec<String>> {
            connection
                .prepare(
                    "SELECT N_COMP FROM EB_T_HistorialSincVentas_Solar \
                     WHERE ESTADO_SYNC = 1 AND FECHA_SYNC IS NOT NULL ORDER BY N_COMP",
                )?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        read(self.database.sqlite()?).map_err(|error| Error::Script {
            reason: error.to_string(),
        })
    }
}

/// What a document is in its header.
struct Head {
    kind: String,
    number: String,
    total: i64,
}

struct Till {
    dice: u64,
    row: i64,
    until: NaiveDate,
}

impl Till {
    fn throw(&mut self, below: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % below.max(1)
    }

    /// One in eight is a credit note, one in four for a company.
    fn number(&mut self, at: u32) -> (&'static str, String) {
        let kind = if self.throw(8) == 0 { "NCR" } else { "FAC" };
        let letter = if self.throw(4) == 0 { 'A' } else { 'B' };
        (kind, format!("{letter}00215{:08}", at + 1))
    }

    fn lines(&mut self, back: bool) -> Vec<Line> {
        let sign = if back { -1 } else { 1 };
        (0..1 + self.throw(3))
            .map(|_| {
                let article = format!("XT4SDC{:05}", self.throw(100_000));
                let quantity = i64::try_from(1 + self.throw(4)).unwrap_or(1);
                let price = i64::try_from(50_000 + self.throw(9_000_000)).unwrap_or(1);
                let rate = [2100, 2100, 1050, 0][usize::try_from(self.throw(4)).unwrap_or(0)];
                (
                    article,
                    sign * quantity * 10_000,
                    sign * quantity * price,
                    rate,
                )
            })
            .collect()
    }

    fn document(
        &mut self,
        work: &rusqlite::Connection,
        kind: &str,
        number: &str,
        lines: &[Line],
        state: i64,
        change: impl FnOnce(&mut Head),
    ) -> rusqlite::Result<()> {
        self.row += 1;
        let tax = |(_, _, net, rate): &Line| {
            let exact = i128::from(*net) * i128::from(*rate);
            let half = if exact < 0 { -5000 } else { 5000 };
            i64::try_from((exact + half) / 10_000).unwrap_or(0)
        };
        let whole = |line: &Line| line.2.saturating_add(tax(line));
        let mut head = Head {
            kind: kind.to_owned(),
            number: number.to_owned(),
            total: lines.iter().map(whole).sum(),
        };
        change(&mut head);
        let day = self.until - Duration::days(1 + i64::try_from(self.throw(60)).unwrap_or(0));
        let hour = format!("{:02}:{:02}:00", 9 + self.throw(11), self.throw(60));
        let ways = ["DEBITO", "EFECTIVO", "CREDITO", "MERCADO PAGO"];
        let way = ways[usize::try_from(self.throw(4)).unwrap_or(0)];
        let told = (state == 1).then(|| format!("{day} 23:00:00"));
        work.prepare_cached(
            "INSERT INTO EB_T_HistorialSincVentas_Solar VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            self.row,
            format!("{day} 00:00:00"),
            hour,
            head.kind,
            head.number,
            way,
            head.total,
            state,
            told
        ])?;
        for (at, line) in (1_i64..).zip(lines) {
            let id = self.row * 10 + at;
            work.prepare_cached("INSERT INTO CTA03 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
                .execute(params![
                    id,
                    head.kind,
                    head.number,
                    at,
                    line.0,
                    line.1,
                    line.2,
                    line.3
                ])?;
            work.prepare_cached("INSERT INTO CTA04 VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![id, head.kind, head.number, line.3, tax(line)])?;
        }
        Ok(())
    }

    fn troubles(
        &mut self,
        work: &rusqlite::Connection,
        from: u32,
    ) -> rusqlite::Result<Vec<Trouble>> {
        let mut all = Vec::new();
        let names = [
            "no_lines", "payment", "copies", "kind", "number", "overflow", "taxes",
        ];
        for (name, at) in names.into_iter().zip(from..) {
            let mut number = format!("B00215{:08}", at + 1);
            let mut kind = "FAC";
            let mut lines = self.lines(false);
            match name {
                "no_lines" => lines.clear(),
                "kind" => kind = "REM",
                "number" => number = "B00215-SIN-N".to_owned(),
                "overflow" => lines[0].2 = 999_999_999_999_999_999,
                _ => {}
            }
            self.document(work, kind, &number, &lines, 0, |head| match name {
                "payment" => head.total += 100_000,
                "overflow" => head.total = 0,
                _ => {}
            })?;
            match name {
                "copies" => self.document(work, kind, &number, &[], 0, |_| {})?,
                "taxes" => {
                    work.execute(
                        "INSERT INTO CTA04 VALUES (?1, ?2, ?3, 2100, 50000)",
                        params![self.row * 10, kind, number],
                    )?;
                }
                _ => {}
            }
            all.push(Trouble { name, number });
        }
        // Receipts are no sales, and nobody is told of them.
        let lines = self.lines(false);
        self.document(work, "REC", "X0000000000001", &lines, 0, |_| {})?;
        Ok(all)
    }
}
