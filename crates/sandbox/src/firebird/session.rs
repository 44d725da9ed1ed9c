//! An `isql` that stays connected and does what it is told, one statement after another.

use super::isql::Isql;
use crate::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A connection of its own. What it did not commit is rolled back when it is dropped.
#[derive(Debug)]
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// Asks for something that isql knows without the server, so that no transaction begins.
const MARK: &str = "show sql dialect;";
const MARK_ANSWER: &str = "Client SQL dialect";

impl Session {
    pub(super) fn open(isql: &Isql, address: &str) -> Result<Self, Error> {
        let mut command = isql.command(Some(address));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| Error::Script {
                reason: e.to_string(),
            })?;
        let input = child.stdin.take();
        let Some(output) = child.stdout.take().map(BufReader::new) else {
            return Err(Error::Script {
                reason: "isql has no output".to_owned(),
            });
        };
        let mut session = Session {
            child,
            input,
            output,
        };
        // isql opens two transactions when it connects, and keeps the second, for DDL, open: it
        // would hold garbage collection back for as long as the session lasts.
        session.run("set autoddl off;\nset heading off;\ncommit;")?;
        Ok(session)
    }

    /// Runs statements and gives the lines that they printed, when the server has done them.
    ///
    /// # Errors
    /// [`Error::Script`] when the server refuses one. The session is then of no further use.
    pub fn run(&mut self, statements: &str) -> Result<Vec<String>, Error> {
        self.run_bytes(statements.as_bytes())
    }

    /// The same with texts as the bytes they are.
    ///
    /// # Errors
    /// Those of [`Session::run`].
    pub fn run_bytes(&mut self, statements: &[u8]) -> Result<Vec<String>, Error> {
        let written = self.input.as_mut().is_some_and(|input| {
            input
                .write_all(statements)
                .and_then(|()| writeln!(input, "\n{MARK}"))
                .and_then(|()| input.flush())
                .is_ok()
        });
        let printed = if written { self.read_to_mark() } else { None };
        printed.ok_or_else(|| Error::Script {
            reason: self.complaint(),
        })
    }

    /// Lines up to the mark, or `None` when the output ends before it.
    fn read_to_mark(&mut self) -> Option<Vec<String>> {
        let mut lines = Vec::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if self.output.read_until(b'\n', &mut line).ok()? == 0 {
                return None;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if text.starts_with(MARK_ANSWER) {
                return Some(lines);
            }
            if !text.is_empty() {
                lines.push(text.to_owned());
            }
        }
    }

    /// What isql said before it ended: it ends at the first error.
    fn complaint(&mut self) -> String {
        self.input = None;
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = std::io::Read::read_to_string(&mut errors, &mut said);
        }
        let _ = self.child.wait();
        said.trim().replace('\n', " ")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // isql commits what is open when its input ends, and loses it when it is killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
