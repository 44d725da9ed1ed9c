//! The list of companies, as a server has it.

use crate::discover::Listed;
use crate::room::{Room, Statements};
use crate::servers::{Kind, Server};
use crate::{Error, Result, files};
use puente_core::{Cancel, Secret};
use puente_databases::{Flow, Kind as Value, Profile, Scan, SourceDb};
use std::sync::Arc;

impl Room {
    /// The rows of a server's list, by code and year, also those without a NIT: who made them may have
    /// forgotten it. Without a password the keyring is asked for it.
    ///
    /// # Errors
    /// Those of the connection; [`Error::MasterTable`].
    pub fn list_companies(
        &self,
        server: &Server,
        password: Option<Secret>,
        cancel: &Cancel,
    ) -> Result<Vec<Listed>> {
        let mut listed = match server.kind {
            Kind::Files => files::companies(self, server)?,
            Kind::Firebird | Kind::SqlServer => {
                let log = Arc::new(Statements::default());
                let mut source = match password {
                    None => self.connect(server, &server.master, cancel, log)?,
                    Some(password) => {
                        self.connect_with(server, &server.master, password, cancel, log)?
                    }
                };
                read(source.as_mut(), &self.profile(&server.profile)?)?
            }
        };
        // The order of rows is the server's whim; that of codes is the same every time.
        listed.sort_by(|a, b| (&a.code, &a.year).cmp(&(&b.code, &b.year)));
        Ok(listed)
    }
}

fn read(source: &mut dyn SourceDb, profile: &Profile) -> Result<Vec<Listed>> {
    let table = &profile.companies;
    profile
        .fitted_to_master(&source.schema()?)
        .map_err(|error| {
            let missing = if let puente_databases::Error::Missing { missing, .. } = &error {
                missing.join(", ")
            } else {
                error.to_string()
            };
            Error::MasterTable {
                table: table.table.clone(),
                missing,
            }
        })?;
    let scan = Scan::of(&*table.table)
        .column(&*table.code.name, Value::Text)
        .column(&*table.name.name, Value::Text)
        .column(&*table.tax_id.name, Value::Text)
        .column(&*table.year.name, Value::Text)
        .column(&*table.file.name, Value::Text);
    let mut listed = Vec::new();
    source.stream(&scan, &mut |chunk| {
        for row in 0..chunk.rows {
            let text = |column: usize| {
                chunk
                    .columns
                    .get(column)
                    .and_then(|c| c.text(row))
                    .unwrap_or("")
                    .to_owned()
            };
            listed.push(Listed {
                code: text(0),
                name: text(1),
                nit: text(2),
                year: text(3),
                location: text(4),
            });
        }
        Ok(Flow::Continue)
    })?;
    Ok(listed)
}
