//! A network that fails when it is told to: a TCP proxy on the loopback.

use crate::Error;
use socket2::SockRef;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Stands between a client and a server on this machine. All faults can be set and lifted while
/// connections are open.
#[derive(Debug)]
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
    acceptor: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What happens to the connections once so many more bytes have gone to the client.
    plan: Option<(u64, Fault)>,
    stalled: bool,
    silent_since: Option<Instant>,
    bytes_per_second: Option<u32>,
    refusing: bool,
    /// Both ends of each open connection.
    open: Vec<(u64, TcpStream, TcpStream)>,
    accepted: u64,
    to_client: u64,
    to_server: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Drop,
    Reset,
    Stall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ToClient,
    ToServer,
}

/// Small, so that faults come close to the byte that was asked for and a slow link flows evenly.
const PIECE: usize = 4096;

impl FaultProxy {
    /// Starts one before the server on that port of this machine.
    ///
    /// # Errors
    /// [`Error::Server`] when no port is free.
    pub fn start(server_port: u16) -> Result<Self, Error> {
        let listener = listen(0)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let shared = Arc::new(Shared {
            target: SocketAddr::from((Ipv4Addr::LOCALHOST, server_port)),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let acceptor = Mutex::new(Some(accept(listener, &shared)));
        Ok(FaultProxy {
            port,
            shared,
            acceptor,
        })
    }

    /// Always the loopback address.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The port to connect to in the server's place.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections in good order once `bytes` more bytes have gone to the client; 0 ends
    /// them at once. Later connections work.
    pub fn drop_after(&self, bytes: u64) {
        self.plan(bytes, Fault::Drop);
    }

    /// Breaks all connections (RST) once `bytes` more bytes have gone to the client; 0 breaks them
    /// at once. Later connections work.
    pub fn reset_after(&self, bytes: u64) {
        self.plan(bytes, Fault::Reset);
    }

    /// Falls silent: connections stay open, new ones are taken, and nothing is passed on, as when a
    /// VPN dies.
    pub fn stall(&self) {
        self.stall_after(0);
    }

    /// Falls silent once `bytes` more bytes have gone to the client.
    pub fn stall_after(&self, bytes: u64) {
        self.plan(bytes, Fault::Stall);
    }

    /// Waits until it has fallen silent, for as long as `patience` says. When it did, if it did.
    pub fn wait_until_silent(&self, patience: Duration) -> Option<Instant> {
        let (state, _) = self
            .shared
            .changed
            .wait_timeout_while(self.shared.lock(), patience, |state| !state.stalled)
            .unwrap_or_else(PoisonError::into_inner);
        state.silent_since
    }

    /// When it last fell silent, unless it was healed since.
    pub fn silent_since(&self) -> Option<Instant> {
        self.shared.lock().silent_since
    }

    /// Passes on so many bytes a second in each direction of each connection.
    pub fn slow(&self, bytes_per_second: u32) {
        self.shared.lock().bytes_per_second = Some(bytes_per_second.max(1));
    }

    /// Closes the port. Connections that are open stay so.
    pub fn refuse(&self) {
        self.shared.lock().refusing = true;
        // The acceptor sees it when it has accepted someone.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(acceptor) = self.acceptor().take() {
            let _ = acceptor.join();
        }
    }

    /// Lifts all faults. What waited goes on.
    ///
    /// # Errors
    /// [`Error::Server`] when the port, closed before, was taken by another process.
    pub fn try_heal(&self) -> Result<(), Error> {
        {
            let mut state = self.shared.lock();
            state.plan = None;
            state.stalled = false;
            state.silent_since = None;
            state.bytes_per_second = None;
            state.refusing = false;
        }
        self.shared.changed.notify_all();
        let mut acceptor = self.acceptor();
        if acceptor.is_none() {
            *acceptor = Some(accept(listen(self.port)?, &self.shared));
        }
        Ok(())
    }

    /// Lifts all faults; what waited goes on. A port that [`FaultProxy::refuse`] closed and that
    /// another process took meanwhile stays closed: [`FaultProxy::try_heal`] says so.
    pub fn heal(&self) {
        let _ = self.try_heal();
    }

    /// Connections accepted so far.
    pub fn accepted(&self) -> u64 {
        self.shared.lock().accepted
    }

    /// Connections open now.
    pub fn open(&self) -> usize {
        self.shared.lock().open.len()
    }

    /// Bytes that went to clients so far.
    pub fn bytes_to_client(&self) -> u64 {
        self.shared.lock().to_client
    }

    /// Bytes that went to the server so far.
    pub fn bytes_to_server(&self) -> u64 {
        self.shared.lock().to_server
    }

    fn plan(&self, bytes: u64, fault: Fault) {
        let mut state = self.shared.lock();
        if bytes == 0 {
            state.strike(fault);
        } else {
            state.plan = Some((bytes, fault));
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    fn acceptor(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.acceptor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.refuse();
        let mut state = self.shared.lock();
        state.stalled = false;
        state.strike(Fault::Drop);
        drop(state);
        self.shared.changed.notify_all();
    }
}

impl State {
    fn strike(&mut self, fault: Fault) {
        self.plan = None;
        if fault == Fault::Stall {
            self.stalled = true;
            self.silent_since = Some(Instant::now());
            return;
        }
        for (_, client, server) in self.open.drain(..) {
            if fault == Fault::Reset {
                // Closed with this set, a socket says RST. The copies of the pumps close when
                // reading ends, which the line after brings about without a word on the wire.
                let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
                let _ = client.shutdown(Shutdown::Read);
            } else {
                let _ = client.shutdown(Shutdown::Both);
            }
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_open(state: &State, id: u64) -> bool {
        state.open.iter().any(|(open, _, _)| *open == id)
    }

    /// Waits until bytes may pass on connection `id`. Says how many of `wanted` may, and what comes
    /// upon all connections after those; `None` when the connection is over.
    fn pass(&self, id: u64, way: Way, wanted: usize) -> Option<(usize, Option<Fault>)> {
        let mut state = self.lock();
        while state.stalled && Shared::is_open(&state, id) {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if !Shared::is_open(&state, id) {
            return None;
        }
        let passed = match (&mut state.plan, way) {
            (Some((left, fault)), Way::ToClient) => {
                let share = u64::try_from(wanted).unwrap_or(u64::MAX).min(*left);
                *left -= share;
                let fault = (*left == 0).then_some(*fault);
                (usize::try_from(share).unwrap_or(wanted), fault)
            }
            (Some(_) | None, _) => (wanted, None),
        };
        match way {
            Way::ToClient => state.to_client += passed.0 as u64,
            Way::ToServer => state.to_server += passed.0 as u64,
        }
        Some(passed)
    }

    /// How long `bytes` take on the slow link, if it is slow; waits that long.
    fn pace(&self, bytes: usize) {
        let state = self.lock();
        let Some(rate) = state.bytes_per_second else {
            return;
        };
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let time = Duration::from_secs(1) * bytes / rate;
        // Healing ends the wait.
        let _ = self
            .changed
            .wait_timeout_while(state, time, |state| state.bytes_per_second.is_some());
    }
}

fn listen(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)
}

fn failed(error: std::io::Error) -> Error {
    Error::Server {
        reason: format!("the proxy: {error}"),
    }
}

fn accept(listener: TcpListener, shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared = shared.clone();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            if shared.lock().refusing {
                return;
            }
            let Ok(client) = client else { continue };
            // The client of a server that is not there finds its connection closed.
            let Ok(server) = TcpStream::connect(shared.target) else {
                continue;
            };
            let _ = connect(client, server, &shared);
        }
    })
}

fn connect(client: TcpStream, server: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (client_out, server_out) = (client.try_clone()?, server.try_clone()?);
    let id = {
        let mut state = shared.lock();
        state.accepted += 1;
        let (id, ends) = (state.accepted, (client.try_clone()?, server.try_clone()?));
        state.open.push((id, ends.0, ends.1));
        id
    };
    let (there, back) = (shared.clone(), shared.clone());
    std::thread::spawn(move || pump(&there, id, Way::ToServer, client, server_out));
    std::thread::spawn(move || pump(&back, id, Way::ToClient, server, client_out));
    Ok(())
}

/// Passes bytes on in one direction until either end is through or a fault comes.
fn pump(shared: &Shared, id: u64, way: Way, mut from: TcpStream, mut to: TcpStream) {
    let mut piece = [0; PIECE];
    'connection: while let Ok(read @ 1..) = from.read(&mut piece) {
        let mut left = &piece[..read];
        while !left.is_empty() {
            let Some((count, fault)) = shared.pass(id, way, left.len()) else {
                break 'connection;
            };
            shared.pace(count);
            if to.write_all(&left[..count]).is_err() {
                break 'connection;
            }
            left = &left[count..];
            if let Some(fault) = fault {
                shared.lock().strike(fault);
                shared.changed.notify_all();
            }
        }
    }
    // The end of one side is news too, which a dead link does not carry.
    if shared.pass(id, way, 0).is_none() {
        return;
    }
    if way == Way::ToServer {
        let _ = to.shutdown(Shutdown::Write);
        return;
    }
    shared.lock().open.retain(|(open, _, _)| *open != id);
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
