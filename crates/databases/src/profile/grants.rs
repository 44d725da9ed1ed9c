//! Statements for whoever administers a server: what a login needs, and no more.

use super::read::check_identifier;
use crate::{Engine, Result};

/// A login that is to be given rights, and the words of its server.
#[derive(Debug, Clone)]
pub struct Grantee {
    engine: Engine,
    user: String,
}

impl Grantee {
    /// A login of such a server. `profile` is what an error names.
    ///
    /// # Errors
    /// [`crate::Error::ProfileInvalid`] when `user` is not a plain name.
    pub fn new(engine: Engine, user: &str, profile: &str) -> Result<Grantee> {
        check_identifier(profile, "user", &user.to_ascii_uppercase())?;
        let user = match engine {
            Engine::Firebird => user.to_owned(),
            Engine::SqlServer => format!("[{user}]"),
        };
        Ok(Grantee { engine, user })
    }

    /// Lets it read a table.
    ///
    /// # Errors
    /// As [`Grantee::new`], of the table.
    pub fn select(&self, profile: &str, table: &str) -> Result<String> {
        let object = self.object(profile, table)?;
        Ok(match self.engine {
            Engine::Firebird => format!("GRANT SELECT ON {object} TO USER {};", self.user),
            Engine::SqlServer => format!("GRANT SELECT ON OBJECT::{object} TO {};", self.user),
        })
    }

    /// Lets it ask what changed in a table; nothing where the server has no such right.
    ///
    /// # Errors
    /// As [`Grantee::select`].
    pub fn changes(&self, profile: &str, table: &str) -> Result<Option<String>> {
        let object = self.object(profile, table)?;
        Ok(match self.engine {
            Engine::Firebird => None,
            Engine::SqlServer => Some(format!(
                "GRANT VIEW CHANGE TRACKING ON OBJECT::{object} TO {};",
                self.user
            )),
        })
    }

    /// Lets it write these columns of a table.
    ///
    /// # Errors
    /// As [`Grantee::select`], also of a column.
    pub fn update<'a>(
        &self,
        profile: &str,
        table: &str,
        columns: impl Iterator<Item = &'a str>,
    ) -> Result<String> {
        let mut names = Vec::new();
        for column in columns {
            check_identifier(profile, table, column)?;
            names.push(match self.engine {
                Engine::Firebird => column.to_owned(),
                Engine::SqlServer => format!("[{column}]"),
            });
        }
        let object = self.object(profile, table)?;
        Ok(update(self.engine, &names, &object, &self.user))
    }

    fn object(&self, profile: &str, table: &str) -> Result<String> {
        check_identifier(profile, "table", table)?;
        Ok(match self.engine {
            Engine::Firebird => table.to_owned(),
            Engine::SqlServer => format!("[dbo].[{table}]"),
        })
    }
}

/// Lets `user` write columns; every name as the server wants it written.
pub(crate) fn update(engine: Engine, columns: &[String], object: &str, user: &str) -> String {
    let columns = columns.join(", ");
    match engine {
        Engine::Firebird => format!("GRANT UPDATE ({columns}) ON {object} TO USER {user};"),
        Engine::SqlServer => format!("GRANT UPDATE ({columns}) ON OBJECT::{object} TO {user};"),
    }
}
