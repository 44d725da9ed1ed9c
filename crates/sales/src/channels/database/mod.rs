//! Sales out of a local database: documents that a point of sale has issued, and that wait to be told
//! somewhere.
//!
//! Headers are read first (those that wait, or those that changed, or all of them), then lines, taxes and
//! payments of some hundred documents at a time, by number. A document whose values can't be had is kept
//! with what is wrong and hinders no other.

mod build;
mod profile;
mod read;

pub use profile::{Changes, SalesProfile};

use crate::accounts::{self, ChannelKind, ChannelState};
use crate::channel::{Channel, Marked, Piece};
use crate::model::{IssuedDocument, Sale};
use crate::{Error, Result, Room, Rules, sales};
use profile::Written;
use puente_core::Cancel;
use puente_databases::{Change, Match, RecordDb, Value as Cell};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "Base de datos";
/// How far the lines of a document may be from its total, which a point of sale rounds on its own: five cents.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// Opens databases of registered servers. Sales know servers by their number only.
pub trait Sources: Send + Sync {
    /// A connection to a database of that server, whose changes of these tables will be asked.
    ///
    /// # Errors
    /// That the server doesn't exist or is of another kind; those of the keyring and of the connection.
    fn open(
        &self,
        server: i64,
        database: &str,
        watched: &[String],
        cancel: &Cancel,
    ) -> std::result::Result<Box<dyn RecordDb>, puente_core::Error>;

    /// The office's own profile of sales of that name; none where it has none.
    ///
    /// # Errors
    /// That its file can't be read.
    fn profile(&self, name: &str) -> std::result::Result<Option<String>, puente_core::Error>;
}

/// What only a channel of this kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Number of the server.
    pub server: i64,
    /// Name of the database.
    pub database: String,
    /// Name of the profile.
    pub profile: String,
    /// Whether nothing is ever written there: marks live here.
    #[serde(default)]
    pub read_only: bool,
}

impl Settings {
    /// Those of an account.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn of(account: &accounts::Channel) -> Result<Settings> {
        serde_json::from_value(account.settings.clone())
            .map_err(|error| Error::invalid("channel", error.to_string()))
    }

    /// A new account of such a database, for [`accounts::keep_database`]. `place` tells it from every other
    /// database of the office, and `ledger` is told of its documents.
    pub fn account(
        &self,
        name: &str,
        place: String,
        ledger: accounts::LedgerId,
    ) -> accounts::Channel {
        accounts::Channel {
            id: 0,
            name: name.to_owned(),
            kind: ChannelKind::Database,
            settings: json!(self),
            site: String::new(),
            api_url: String::new(),
            auth_url: String::new(),
            client_id: String::new(),
            redirect_uri: String::new(),
            seller_id: place,
            nickname: String::new(),
            ledger_id: Some(ledger),
            rules: Rules {
                tolerance: TOLERANCE,
                ..Rules::default()
            },
            state: ChannelState::Connected,
            checkpoint: None,
            synced_at: None,
            last_error: None,
        }
    }
}

/// The profile of that name: the office's own, else a shipped one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`].
pub fn profile_of(sources: &dyn Sources, name: &str) -> Result<SalesProfile> {
    match sources.profile(name)? {
        Some(own) => SalesProfile::parse(&own),
        None => SalesProfile::builtin_text(name)
            .ok_or_else(|| Error::not_found("profile", name))
            .and_then(SalesProfile::parse),
    }
}

/// What a look into a database of documents found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Documents that wait.
    pub pending: u64,
    /// The statement that lets the login mark documents, and no more, where it may not.
    pub grant: Option<String>,
}

/// A database of documents.
pub struct DatabaseChannel {
    room: Room,
    account: accounts::Channel,
    settings: Settings,
    profile: SalesProfile,
}

impl DatabaseChannel {
    pub(crate) fn new(room: &Room, account: &accounts::Channel) -> Result<DatabaseChannel> {
        let settings = Settings::of(account)?;
        let profile = profile_of(room.sources()?, &settings.profile)?;
        Ok(DatabaseChannel {
            room: room.clone(),
            account: account.clone(),
            settings,
            profile,
        })
    }

    /// Connects, and compares the profile to what is there, before anything runs.
    ///
    /// # Errors
    /// [`puente_core::Code::SchemaMismatch`] with what is missing; those of the connection.
    pub fn open(&self, cancel: &Cancel) -> Result<Box<dyn RecordDb>> {
        let watched = [self.profile.documents.table.clone()];
        let settings = &self.settings;
        let sources = self.room.sources()?;
        let mut db = sources.open(settings.server, &settings.database, &watched, cancel)?;
        let missing = self.profile.missing(&db.schema()?);
        if !missing.is_empty() {
            return Err(Error::Database(puente_databases::Error::Missing {
                missing,
                profile: Some(self.profile.name.clone()),
            }));
        }
        Ok(db)
    }

    /// What there is, with nothing taken and nothing written.
    ///
    /// # Errors
    /// As [`DatabaseChannel::open`].
    pub fn look(&self, cancel: &Cancel) -> Result<Looked> {
        let mut db = self.open(cancel)?;
        let headers = read::headers(db.as_mut(), &self.profile, None, None)?;
        let documents = &self.profile.documents;
        let grant = match self.marks() {
            true => {
                let columns: Vec<&str> = documents.mark.keys().map(String::as_str).collect();
                db.lacking_grant(&documents.table, &columns)?
            }
            false => None,
        };
        Ok(Looked {
            pending: headers.len() as u64,
            grant,
        })
    }

    /// The document of a key, in the source's own words.
    fn names(&self, key: &str) -> Result<(String, String)> {
        let known: Option<IssuedDocument> = self
            .room
            .state
            .read(|conn| sales::body_by_key(conn, self.account.id, key))?
            .and_then(|sale: Sale| sale.document);
        Ok(match known {
            Some(document) => (document.kind, document.number),
            None => match key.split_once(' ') {
                Some((kind, number)) => (kind.to_owned(), number.to_owned()),
                None => (key.to_owned(), String::new()),
            },
        })
    }

    fn matches(&self, key: &str) -> Result<Vec<Match>> {
        let (kind, number) = self.names(key)?;
        let documents = &self.profile.documents;
        Ok(vec![
            Match::is(&documents.kind, Cell::Text(kind)),
            Match::is(&documents.number, Cell::Text(number)),
        ])
    }
}

impl Channel for DatabaseChannel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn changed(
        &self,
        checkpoint: Option<Value>,
        cancel: &Cancel,
        take: &mut dyn FnMut(Piece) -> Result<()>,
    ) -> Result<()> {
        read::changed(self, checkpoint, cancel, take)
    }

    fn sale(&self, key: &str, cancel: &Cancel) -> Result<Option<Sale>> {
        let mut db = self.open(cancel)?;
        read::one(self, db.as_mut(), key)
    }

    fn marks(&self) -> bool {
        !self.settings.read_only && !self.profile.documents.mark.is_empty()
    }

    fn mark(
        &self,
        keys: &[String],
        before_commit: &mut dyn FnMut(),
        cancel: &Cancel,
    ) -> Result<Vec<Marked>> {
        let documents = &self.profile.documents;
        let Some(pending) = &documents.pending else {
            return Ok(Vec::new());
        };
        let mut change = Change {
            table: documents.table.clone(),
            set: documents
                .mark
                .iter()
                .map(|(name, written)| (name.clone(), Written::becomes(written)))
                .collect(),
            rows: Vec::with_capacity(keys.len()),
        };
        for key in keys {
            let mut row = self.matches(key)?;
            row.push(Match::is(&pending.column, Cell::Int(pending.value)));
            change.rows.push(row);
        }
        let mut db = self.open(cancel)?;
        let written = db.change(&change, &mut || {
            before_commit();
            Ok(())
        })?;
        let mut marked = Vec::with_capacity(keys.len());
        for (key, rows) in keys.iter().zip(written) {
            marked.push(match rows {
                0 if read::is_there(self, db.as_mut(), key)? => Marked::Before,
                0 => Marked::Gone,
                1.. => Marked::Now,
            });
        }
        Ok(marked)
    }
}
