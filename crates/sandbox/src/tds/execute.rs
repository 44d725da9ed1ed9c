//! Carries out the statements of a batch.

use super::faults::TdsFault;
use super::packet::Answer;
use super::parse;
use super::refusal::Refusal;
use super::rpc::Parameters;
use super::session::{End, Session};
use super::tokens::{self, status};
use super::translate::{self, Plan, Scope, quoted};
use super::transport::Transport;
use super::tree::{Expr, Statement};
use super::types::TdsCollation;
use super::values::{self, OutColumn};
use rusqlite::{Row, types::ValueRef};
use std::fmt::Write as _;

/// Between two looks at whether the client still wants the answer, in packets.
const LOOK_EVERY: u64 = 16;

/// How a statement ended.
enum Ended {
    /// So many rows, if it is one that counts them.
    Rows(Option<u64>),
    Refused(Refusal),
    Interrupted,
}

impl Session<'_> {
    /// Runs a batch and writes its answer. Says whether it failed.
    pub(super) fn execute(
        &mut self,
        text: &str,
        parameters: &Parameters,
        token: u8,
        answer: &mut Answer,
    ) -> Result<bool, End> {
        self.state.note(text);
        let statements = match parse::batch(text) {
            Ok(statements) => statements,
            Err(refusal) => {
                tokens::message(answer.bytes(), &refusal);
                tokens::done(answer.bytes(), token, status::ERROR, 0);
                return Ok(true);
            }
        };
        let fault = self.fault(text)?;
        let count = statements.len();
        // Inside a call more follows always: its end.
        let inside = token != tokens::DONE;
        for (number, statement) in (1..).zip(&statements) {
            let more = if number < count || inside {
                status::MORE
            } else {
                0
            };
            let ended = match &fault {
                Some(TdsFault::Deadlock) => {
                    let _ = self.end_transaction(false, answer);
                    Ended::Refused(Refusal::deadlock())
                }
                Some(TdsFault::LockTimeout) => Ended::Refused(Refusal::lock_timeout()),
                _ => self.one(statement, parameters, fault.as_ref(), answer)?,
            };
            if fault == Some(TdsFault::DropAfter) {
                return Err(End::Gone);
            }
            let out = answer.bytes();
            match ended {
                Ended::Rows(Some(rows)) => tokens::done(out, token, status::COUNT | more, rows),
                Ended::Rows(None) => tokens::done(out, token, more, 0),
                Ended::Refused(refusal) => {
                    let after = if inside { status::MORE } else { 0 };
                    tokens::message(out, &refusal);
                    tokens::done(out, token, status::ERROR | after, 0);
                    return Ok(true);
                }
                Ended::Interrupted => {
                    tokens::done(out, tokens::DONE, status::ATTENTION, 0);
                    return Ok(true);
                }
            }
            answer.send_full(&mut self.transport)?;
        }
        if statements.is_empty() {
            let more = if inside { status::MORE } else { 0 };
            tokens::done(answer.bytes(), token, more, 0);
        }
        Ok(false)
    }

    fn one(
        &mut self,
        statement: &Statement,
        parameters: &Parameters,
        fault: Option<&TdsFault>,
        answer: &mut Answer,
    ) -> Result<Ended, End> {
        let done = match statement {
            Statement::Select(select) => {
                let planned = translate::select(&self.context(parameters), select);
                match planned {
                    Ok(plan) => return self.rows(&plan, parameters, fault, answer),
                    Err(refusal) => Err(refusal),
                }
            }
            Statement::Update {
                table,
                set,
                output,
                filter,
            } => {
                let planned = self.plan_update(table, set, output, filter.as_ref(), parameters);
                match planned {
                    Ok(plan) => return self.rows(&plan, parameters, fault, answer),
                    Err(refusal) => Err(refusal),
                }
            }
            Statement::Use(name) => self.use_database(name, answer),
            Statement::Isolation(level) => self.isolate(level),
            Statement::LockTimeout(milliseconds) => {
                let time = u64::try_from(*milliseconds).unwrap_or(600_000);
                let time = std::time::Duration::from_millis(time);
                self.connection.busy_timeout(time).map_err(Refusal::from)
            }
            Statement::Set | Statement::Nothing => Ok(()),
            Statement::Begin => self.begin(answer),
            Statement::Commit => self.end_transaction(true, answer),
            Statement::Rollback => self.end_transaction(false, answer),
            Statement::If(condition, inner) => match self.holds(condition, parameters) {
                Ok(true) => return self.one(inner, parameters, fault, answer),
                Ok(false) => Ok(()),
                Err(refusal) => Err(refusal),
            },
        };
        Ok(done.map_or_else(Ended::Refused, |()| Ended::Rows(None)))
    }

    fn holds(&self, condition: &Expr, parameters: &Parameters) -> Result<bool, Refusal> {
        let context = self.context(parameters);
        let select = super::tree::Select {
            items: vec![(condition.clone(), None)],
            ..super::tree::Select::default()
        };
        let plan = translate::select(&context, &select)?;
        Ok(self.connection.query_row(&plan.sql, [], |row| row.get(0))?)
    }

    fn plan_update(
        &mut self,
        table: &str,
        set: &[(String, Expr)],
        output: &[String],
        filter: Option<&Expr>,
        parameters: &Parameters,
    ) -> Result<Plan, Refusal> {
        let context = self.context(parameters);
        let info = context.table(None, table)?;
        if !self.login.may_write {
            return Err(Refusal::permission(
                "UPDATE",
                &info.name,
                self.database.name(),
            ));
        }
        let scope = Scope::of_table(&context, table)?;
        let column = |name: &str| {
            info.columns
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(name))
                .ok_or_else(|| Refusal::column(name))
        };
        let mut changes = Vec::new();
        for (name, value) in set {
            let column = column(name)?;
            let value = super::casts::cast(&scope.expr(value)?, column.ty)?.sql;
            changes.push(format!("{} = {value}", quoted(&column.name)));
        }
        let mut sql = format!("UPDATE {} SET {}", quoted(&info.stored), changes.join(","));
        if let Some(filter) = filter {
            let _ = write!(sql, " WHERE {}", scope.expr(filter)?.sql);
        }
        let mut columns = Vec::new();
        for name in output {
            let column = column(name)?;
            columns.push(OutColumn {
                name: column.name.clone(),
                ty: column.ty,
            });
        }
        let back: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let back = if back.is_empty() {
            "1".to_owned()
        } else {
            back.join(",")
        };
        let _ = write!(sql, " RETURNING {back}");
        if self.transactions > 0 && self.connection.is_autocommit() {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        Ok(Plan { sql, columns })
    }

    /// Runs a statement and writes its rows; of an UPDATE without OUTPUT only their number.
    fn rows(
        &mut self,
        plan: &Plan,
        parameters: &Parameters,
        fault: Option<&TdsFault>,
        answer: &mut Answer,
    ) -> Result<Ended, End> {
        let collation = self.database.options().collation;
        let (connection, transport) = (&self.connection, &mut self.transport);
        run(
            transport, connection, plan, parameters, collation, fault, answer,
        )
    }

    fn use_database(&mut self, name: &str, answer: &mut Answer) -> Result<(), Refusal> {
        let database = self.state.database(name).ok_or_else(|| {
            let message = format!(
                "Database '{name}' does not exist. Make sure that the name is entered correctly."
            );
            Refusal::of(911, 16, message)
        })?;
        self.connection = database.open()?;
        self.tables = super::context::tables(&self.connection)?;
        tokens::changed_text(answer.bytes(), 1, database.name(), self.database.name());
        self.database = database;
        Ok(())
    }

    fn isolate(&mut self, level: &str) -> Result<(), Refusal> {
        self.snapshot = level == "SNAPSHOT";
        Ok(())
    }

    fn begin(&mut self, answer: &mut Answer) -> Result<(), Refusal> {
        if self.transactions == 0 {
            if self.snapshot {
                if !self.database.options().snapshots {
                    return Err(Refusal::of(
                        3952,
                        16,
                        format!(
                            "Snapshot isolation transaction failed accessing database '{}' because \
                             snapshot isolation is not allowed in this database.",
                            self.database.name()
                        ),
                    ));
                }
                self.connection.execute_batch("BEGIN")?;
                let count = "SELECT COUNT(*) FROM tsql_counters";
                self.connection
                    .query_row(count, [], |row| row.get::<_, i64>(0))?;
            }
            tokens::changed_bytes(answer.bytes(), 8, &[1, 0, 0, 0, 0, 0, 0, 1], &[]);
        }
        self.transactions += 1;
        Ok(())
    }

    fn end_transaction(&mut self, keep: bool, answer: &mut Answer) -> Result<(), Refusal> {
        if self.transactions == 0 {
            let word = if keep { "COMMIT" } else { "ROLLBACK" };
            let message =
                format!("The {word} TRANSACTION request has no corresponding BEGIN TRANSACTION.");
            return Err(Refusal::of(if keep { 3902 } else { 3903 }, 16, message));
        }
        self.transactions = if keep { self.transactions - 1 } else { 0 };
        if self.transactions == 0 {
            if !self.connection.is_autocommit() {
                let word = if keep { "COMMIT" } else { "ROLLBACK" };
                self.connection.execute_batch(word)?;
            }
            let kind = if keep { 9 } else { 10 };
            tokens::changed_bytes(answer.bytes(), kind, &[], &[1, 0, 0, 0, 0, 0, 0, 1]);
        }
        Ok(())
    }
}

fn run(
    transport: &mut Transport,
    connection: &rusqlite::Connection,
    plan: &Plan,
    parameters: &Parameters,
    collation: TdsCollation,
    fault: Option<&TdsFault>,
    answer: &mut Answer,
) -> Result<Ended, End> {
    let mut statement = match connection.prepare_cached(&plan.sql) {
        Ok(statement) => statement,
        Err(error) => return Ok(Ended::Refused(error.into())),
    };
    for (name, (_, value)) in parameters {
        let index = statement.parameter_index(&format!("@{name}"));
        if let Ok(Some(index)) = index
            && let Err(error) = statement.raw_bind_parameter(index, value)
        {
            return Ok(Ended::Refused(error.into()));
        }
    }
    if !plan.columns.is_empty() {
        values::metadata(answer.bytes(), &plan.columns, collation);
    }
    let (mut count, mut looked) = (0, 0);
    let mut rows = statement.raw_query();
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Ended::Rows(Some(count))),
            Err(error) => return Ok(Ended::Refused(error.into())),
        };
        count += 1;
        let begun = answer.bytes().len();
        if !plan.columns.is_empty()
            && let Err(refusal) = write_row(answer.bytes(), &plan.columns, collation, row)
        {
            // No half row before the error.
            answer.bytes().truncate(begun);
            return Ok(Ended::Refused(refusal));
        }
        answer.send_full(transport)?;
        match fault {
            Some(TdsFault::DropAfterRow(last)) if count >= *last => {
                // Half a row may be on its way, as when a cable is pulled.
                return Err(End::Gone);
            }
            Some(TdsFault::SlowRows(time)) => {
                answer.send_now(transport)?;
                if transport.wait(*time)? {
                    return Ok(Ended::Interrupted);
                }
            }
            _ => {}
        }
        if answer.packets() >= looked + LOOK_EVERY {
            looked = answer.packets();
            if transport.is_interrupted()? {
                return Ok(Ended::Interrupted);
            }
        }
    }
}

/// A row: with a map of its NULLs when that is shorter, as the server does, else value by value.
fn write_row(
    out: &mut Vec<u8>,
    columns: &[OutColumn],
    collation: TdsCollation,
    row: &Row<'_>,
) -> Result<(), Refusal> {
    let mut nulls = [0_u8; 128];
    let mut count = 0;
    for at in 0..columns.len().min(1024) {
        if row.get_ref(at)? == ValueRef::Null {
            nulls[at / 8] |= 1 << (at % 8);
            count += 1;
        }
    }
    let mapped = count >= 2;
    out.push(if mapped { 0xD2 } else { 0xD1 });
    if mapped {
        out.extend(&nulls[..columns.len().div_ceil(8)]);
    }
    for (at, column) in columns.iter().enumerate() {
        let value = row.get_ref(at)?;
        if value != ValueRef::Null {
            values::value(out, column.ty, collation, value).map_err(|_| Refusal::overflow())?;
        } else if !mapped {
            values::null(out, column.ty);
        }
    }
    Ok(())
}
