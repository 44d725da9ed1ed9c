//! One client: its login, and its statements one after another.

use super::State;
use super::context::{self, Context, Tables};
use super::database::{TdsDatabase, TdsTracking};
use super::faults::TdsFault;
use super::login::{self, TdsLogin};
use super::packet::{self, Answer, Message};
use super::refusal::Refusal;
use super::rpc::{Call, Parameters};
use super::tokens::{self, DONE, DONE_IN_PROC, DONE_PROC, status};
use super::transport::{self, Transport};
use rusqlite::Connection;
use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What the stand-in says it is.
pub(super) const VERSION: &str = "16.0.4100.1";
/// Bytes of a packet when a client asks for none.
const PACKET: usize = 4096;

/// A session.
pub(super) struct Session<'s> {
    pub state: &'s State,
    pub transport: Transport,
    pub login: TdsLogin,
    pub database: TdsDatabase,
    pub connection: Connection,
    pub tables: Tables,
    pub transactions: u32,
    pub snapshot: bool,
    packet_size: usize,
}

/// Why a session ends.
#[derive(Debug)]
pub(super) enum End {
    /// The client has gone, or is to lose the connection.
    Gone,
    /// The connection broke.
    Broken,
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        End::Broken
    }
}

/// Serves a client until it goes.
pub(super) fn serve(state: &State, socket: TcpStream) -> Result<(), End> {
    socket.set_nodelay(true)?;
    let Some(greeted) = transport::greet(socket, &state.options, &state.identity)? else {
        return Ok(());
    };
    let mut transport = greeted.transport;
    let Some(message) = packet::read(&mut transport)? else {
        return Ok(());
    };
    state.note_login(transport.is_encrypted());
    if greeted.login_only {
        transport = transport.stripped();
    }
    let Some(asked) = login::read(&message.body).filter(|_| message.kind == packet::LOGIN) else {
        return Ok(());
    };
    let admitted = login::check(&state.options.logins, &asked)
        .cloned()
        .and_then(|login| {
            let name = if asked.database.is_empty() {
                "master"
            } else {
                &asked.database
            };
            let found = state.database(name);
            found.map(|database| (login, database)).ok_or_else(|| {
                let message = format!(
                    "Cannot open database \"{name}\" requested by the login. The login failed."
                );
                Refusal::of(4060, 11, message)
            })
        });
    let (login, database) = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => {
            let mut out = Vec::new();
            tokens::message(&mut out, &refusal);
            tokens::done(&mut out, DONE, status::ERROR, 0);
            packet::answer(&mut transport, &out)?;
            return Ok(());
        }
    };
    let size = if asked.packet_size == 0 {
        PACKET
    } else {
        asked.packet_size.clamp(512, 32_767)
    };
    packet::answer(&mut transport, &welcome(&asked, &database, size))?;
    let connection = database.open().map_err(|_| End::Broken)?;
    let tables = context::tables(&connection).map_err(|_| End::Broken)?;
    Session {
        state,
        transport,
        login,
        database,
        connection,
        tables,
        transactions: 0,
        snapshot: false,
        packet_size: size,
    }
    .run()
}

fn welcome(asked: &login::Asked, database: &TdsDatabase, size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let name = database.name();
    tokens::changed_text(&mut out, 1, name, "master");
    let told = Refusal::of(5701, 10, format!("Changed database context to '{name}'."));
    tokens::message(&mut out, &told);
    tokens::changed_bytes(&mut out, 7, &database.options().collation.bytes(), &[]);
    tokens::changed_text(&mut out, 2, "us_english", "");
    // 7.4 at most, and what the client asked for when that is less.
    let number = u32::from_le_bytes(asked.version).min(0x7400_0004);
    tokens::login_ack(&mut out, number.to_le_bytes());
    tokens::changed_text(&mut out, 4, &size.to_string(), "4096");
    if asked.extended {
        // Of what a client offers beyond, nothing is taken.
        out.extend([0xAE, 0xFF]);
    }
    tokens::done(&mut out, DONE, 0, 0);
    out
}

impl Session<'_> {
    fn run(&mut self) -> Result<(), End> {
        while let Some(message) = packet::read(&mut self.transport)? {
            match message.kind {
                packet::BATCH => self.batch(&message)?,
                packet::RPC => self.call(&message)?,
                packet::TRANSACTION => self.manage(&message)?,
                packet::ATTENTION => self.attended()?,
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Nothing was going on any more when the attention came.
    pub(super) fn attended(&mut self) -> Result<(), End> {
        let mut out = Vec::new();
        tokens::done(&mut out, DONE, status::ATTENTION, 0);
        Ok(packet::answer(&mut self.transport, &out)?)
    }

    fn batch(&mut self, message: &Message) -> Result<(), End> {
        let headers = message
            .body
            .get(..4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, |bytes| u32::from_le_bytes(bytes) as usize);
        let text = login::utf16(message.body.get(headers..).unwrap_or_default());
        let mut answer = Answer::new(self.packet_size);
        self.execute(&text, &Parameters::new(), DONE, &mut answer)?;
        Ok(answer.finish(&mut self.transport)?)
    }

    fn call(&mut self, message: &Message) -> Result<(), End> {
        let mut answer = Answer::new(self.packet_size);
        let Some(call) = super::rpc::read(&message.body) else {
            return Err(End::Gone);
        };
        let failed = match call {
            Ok(Call::Execute { text, parameters }) => {
                self.execute(&text, &parameters, DONE_IN_PROC, &mut answer)?
            }
            Ok(Call::PrepareAndExecute { text, parameters }) => {
                let failed = self.execute(&text, &parameters, DONE_IN_PROC, &mut answer)?;
                // RETURNVALUE: the handle, an int.
                let out = answer.bytes();
                out.extend([0xAC, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x26, 4, 4]);
                out.extend(1_i32.to_le_bytes());
                failed
            }
            Ok(Call::Forget) => false,
            Err(refusal) => {
                tokens::message(answer.bytes(), &refusal);
                true
            }
        };
        let out = answer.bytes();
        out.push(0x79);
        out.extend(i32::from(failed).to_le_bytes());
        let ended = if failed { status::ERROR } else { 0 };
        tokens::done(out, DONE_PROC, ended, 0);
        Ok(answer.finish(&mut self.transport)?)
    }

    /// Begin, commit and roll back without words.
    fn manage(&mut self, message: &Message) -> Result<(), End> {
        let headers = message
            .body
            .get(..4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, |bytes| u32::from_le_bytes(bytes) as usize);
        let kind = message.body.get(headers).copied().unwrap_or(0);
        let mut answer = Answer::new(self.packet_size);
        let text = match kind {
            5 => "BEGIN TRANSACTION",
            7 => "COMMIT",
            8 => "ROLLBACK",
            _ => "TM",
        };
        self.execute(text, &Parameters::new(), DONE, &mut answer)?;
        Ok(answer.finish(&mut self.transport)?)
    }

    /// The context that statements are translated in.
    pub(super) fn context<'c>(&'c self, parameters: &'c Parameters) -> Context<'c> {
        let options = self.database.options();
        Context {
            tables: &self.tables,
            database: self.database.name(),
            login: &self.login,
            user: &self.login.user,
            version: VERSION,
            collation: options.collation,
            is_administrator: self.login.is_administrator,
            tracking: options.tracking == TdsTracking::ChangeTracking,
            transactions: self.transactions,
            open: match options.snapshots {
                true => Vec::new(),
                false => {
                    let open = self.database.open_statements(&self.connection);
                    open.unwrap_or_default()
                }
            },
            parameters,
        }
    }

    /// The fault of a statement, with what of it comes before.
    pub(super) fn fault(&mut self, text: &str) -> Result<Option<TdsFault>, End> {
        let fault = self.state.faults.of(text);
        match &fault {
            Some(TdsFault::DropBefore) => Err(End::Gone),
            Some(TdsFault::Slow(time)) => {
                if self.transport.wait(*time)? {
                    self.attended()?;
                    return Err(End::Gone);
                }
                Ok(None)
            }
            _ => Ok(fault),
        }
    }
}

impl Transport {
    /// Waits, and ends early when the client asks for that or goes.
    pub(super) fn wait(&mut self, time: Duration) -> Result<bool, End> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.is_interrupted()? {
                return Ok(true);
            }
            std::thread::sleep(Duration::from_millis(5).min(end - Instant::now().min(end)));
        }
        Ok(false)
    }

    /// Whether the client wants no more of this answer.
    pub(super) fn is_interrupted(&mut self) -> Result<bool, End> {
        let socket = self.socket();
        socket.set_nonblocking(true)?;
        let peeked = socket.peek(&mut [0]);
        socket.set_nonblocking(false)?;
        match peeked {
            Ok(0) => Err(End::Gone),
            Ok(_) => match packet::read(self)? {
                None => Err(End::Gone),
                Some(message) => Ok(message.kind == packet::ATTENTION),
            },
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(_) => Err(End::Broken),
        }
    }
}
