//! One numbering of document types for each load.

use crate::{Error, Result};
use puente_warehouse::DocType;
use std::collections::HashMap;

/// Numbers for the codes of document types, one numbering for each load. Number 0 is the empty
/// code: lines whose document does not exist.
#[derive(Debug, Clone, Default)]
pub struct DocTypes {
    by_code: HashMap<String, u16>,
    fresh: Vec<DocType>,
}

impl DocTypes {
    /// Takes over the numbering of a load that goes on; empty for a new one.
    pub fn of(known: Vec<DocType>) -> Self {
        let mut types = DocTypes::default();
        types
            .by_code
            .extend(known.into_iter().map(|known| (known.code, known.id)));
        if types.by_code.is_empty() {
            types.fresh.push(DocType {
                id: 0,
                code: String::new(),
            });
            types.by_code.insert(String::new(), 0);
        }
        types
    }

    /// The number of a code, kept verbatim but for blanks around it.
    ///
    /// # Errors
    /// [`Error::Invalid`] beyond 65,535 codes: the column can't be that of document types.
    pub fn number(&mut self, code: &str) -> Result<u16> {
        let code = code.trim();
        if let Some(id) = self.by_code.get(code) {
            return Ok(*id);
        }
        let id = u16::try_from(self.by_code.len())
            .map_err(|_| Error::invalid("document type", "> 65535"))?;
        self.by_code.insert(code.to_owned(), id);
        self.fresh.push(DocType {
            id,
            code: code.to_owned(),
        });
        Ok(id)
    }

    /// The codes that are new since the last call, for the next batch.
    pub fn take_fresh(&mut self) -> Vec<DocType> {
        std::mem::take(&mut self.fresh)
    }
}
