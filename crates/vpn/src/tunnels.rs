//! The tunnels that this process holds open, each shared by everyone who needs it, and let go when
//! nobody does.

mod hold;

pub use hold::Hold;

use crate::forward::{Door, Forwarder, HANDSHAKE, Status};
use crate::vpns::{self, State, Vpn, VpnId};
use crate::{Error, Result};
use hold::{Claim, Holder, Reach};
use puente_core::{Cancel, Clock};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::collections::BTreeMap;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a tunnel without connections is kept for the next one.
pub const IDLE: Duration = Duration::from_secs(60);
/// Between two looks at who is idle.
const LOOK: Duration = Duration::from_secs(5);
/// How often, and after what pause, a process that is coming or going is asked again.
const AGAIN: (u32, Duration) = (50, Duration::from_millis(100));

/// The tunnels of this process. Clones are one and the same.
#[derive(Clone)]
pub struct Tunnels(Arc<Inner>);

struct Inner {
    state: Database,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    /// Where processes say which tunnels are theirs.
    folder: PathBuf,
    open: Mutex<Open>,
    changed: Condvar,
    watchers: Arc<Watchers>,
}

/// Who is told when a tunnel changes. Threads of tunnels hold this, and never the tunnels themselves:
/// a thread can't wait for its own end.
#[derive(Default)]
struct Watchers(Mutex<Vec<Box<dyn Fn() + Send + Sync>>>);

impl Watchers {
    fn lock(&self) -> MutexGuard<'_, Vec<Box<dyn Fn() + Send + Sync>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.lock().iter().for_each(|watcher| watcher());
    }
}

#[derive(Default)]
struct Open {
    tunnels: BTreeMap<VpnId, Entry>,
    swept: bool,
}

struct Entry {
    tunnel: Arc<Forwarder>,
    doors: BTreeMap<(SocketAddr, u16), Door>,
    /// A person asked for it: it stays until a person ends it.
    pinned: bool,
    quiet_since: Option<Instant>,
    // After the tunnel: only then may another process have it.
    _hold: Hold,
}

/// Where the tunnel is.
enum Place {
    Here(Arc<Forwarder>),
    Elsewhere(Holder),
}

impl Tunnels {
    /// None is open yet.
    pub fn new(state: Database, secrets: Secrets, clock: Arc<dyn Clock>) -> Tunnels {
        let folder = state.path().with_file_name("vpn");
        Tunnels(Arc::new(Inner {
            folder,
            state,
            secrets,
            clock,
            open: Mutex::default(),
            changed: Condvar::new(),
            watchers: Arc::default(),
        }))
    }

    /// Has `told` called when a tunnel began, ended, or stands otherwise than before.
    pub fn watch(&self, told: impl Fn() + Send + Sync + 'static) {
        self.0.watchers.lock().push(Box::new(told));
    }

    /// A port of this PC that leads to `host:port` behind the VPN. The tunnel is opened if need be,
    /// waited for, and let go when it is idle; where another process of this data folder has it, it is
    /// that one's.
    ///
    /// # Errors
    /// [`Error::NoHandshake`], [`Error::NotRouted`], those of the keyring.
    pub fn reach(&self, id: VpnId, host: &str, port: u16, cancel: &Cancel) -> Result<SocketAddr> {
        let target = resolve(host, port)?;
        let (tries, pause) = AGAIN;
        for _ in 0..tries {
            match self.tunnel(id, false)? {
                Place::Here(tunnel) => {
                    let address = self.door(id, &tunnel, target, 0)?;
                    tunnel.wait_for(target, HANDSHAKE, cancel)?;
                    return Ok(address);
                }
                Place::Elsewhere(holder) => {
                    if let Some(address) = holder.reach(target, cancel)? {
                        return Ok(address);
                    }
                }
            }
            cancel.sleep(pause)?;
        }
        Err(hold::refusal(None))
    }

    /// The number of another process of this data folder that has the tunnel open, if one has.
    pub fn elsewhere(&self, id: VpnId) -> Option<u32> {
        let is_here = self.lock().tunnels.contains_key(&id);
        // Asking takes a moment: not with the lock. This process may have it for another one, too: the whole PC.
        let holder = (!is_here).then(|| hold::who(&self.0.folder, id)).flatten();
        holder.filter(|process| *process != std::process::id())
    }

    /// Refuses while another process of this data folder has the tunnel open.
    ///
    /// # Errors
    /// That one has it.
    pub fn refuse_elsewhere(&self, id: VpnId) -> Result<()> {
        match self.elsewhere(id) {
            Some(process) => Err(hold::refusal(Some(process))),
            None => Ok(()),
        }
    }

    /// Keeps every other process of this data folder from opening the tunnel, as long as it lives: the
    /// tunnel is about to be elsewhere.
    ///
    /// # Errors
    /// That another process has it, or this one.
    pub fn alone(&self, id: VpnId) -> Result<Hold> {
        match self.claim(id)? {
            Claim::Ours(hold) => Ok(hold),
            Claim::Theirs(holder) => Err(holder.refusal()),
        }
    }

    /// Opens the tunnel and keeps it open until [`Tunnels::disconnect`], with a port for `target` if
    /// one is given.
    ///
    /// # Errors
    /// As [`Tunnels::reach`], [`Error::PortTaken`], and that another process has it; nothing is left open
    /// then.
    pub fn connect(
        &self,
        id: VpnId,
        target: Option<(&str, u16)>,
        local_port: u16,
        cancel: &Cancel,
    ) -> Result<Option<SocketAddr>> {
        let was_open = self.status(id).is_some();
        let tunnel = match self.tunnel(id, true)? {
            Place::Here(tunnel) => tunnel,
            Place::Elsewhere(holder) => return Err(holder.refusal()),
        };
        let result = match target {
            Some((host, port)) => resolve(host, port).and_then(|target| {
                tunnel.wait_for(target, HANDSHAKE, cancel)?;
                self.door(id, &tunnel, target, local_port).map(Some)
            }),
            None => tunnel.wait(HANDSHAKE, cancel).map(|()| None),
        };
        if result.is_err() && !was_open {
            self.disconnect(id);
        }
        result
    }

    /// Ends the tunnel and what goes through it. Whether there was one.
    pub fn disconnect(&self, id: VpnId) -> bool {
        let entry = self.lock().tunnels.remove(&id);
        entry.is_some()
    }

    /// Ends all tunnels.
    pub fn stop(&self) {
        let tunnels = std::mem::take(&mut self.lock().tunnels);
        self.0.changed.notify_all();
        drop(tunnels);
    }

    /// How the tunnel is, when there is one.
    pub fn status(&self, id: VpnId) -> Option<Status> {
        let tunnel = Arc::clone(&self.lock().tunnels.get(&id)?.tunnel);
        Some(tunnel.status())
    }

    /// The ports of this PC that lead through the tunnel, and where to.
    pub fn doors(&self, id: VpnId) -> Vec<(SocketAddr, SocketAddr)> {
        self.lock()
            .tunnels
            .get(&id)
            .map(|entry| {
                let doors = entry.doors.values();
                doors.map(|door| (door.address, door.target)).collect()
            })
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, id: VpnId) -> Result<Claim> {
        let all = Arc::downgrade(&self.0);
        let reach: Arc<Reach> = Arc::new(move |target: SocketAddr| {
            let all = Tunnels(all.upgrade().ok_or(Error::Cancelled)?);
            let host = target.ip().to_string();
            all.reach(id, &host, target.port(), &Cancel::new())
        });
        hold::claim(&self.0.folder, id, reach)
    }

    /// Takes out the tunnel of a key that another process has changed since.
    fn outdated(&self, vpn: &Vpn) -> Option<Entry> {
        let mut open = self.lock();
        let entry = open.tunnels.get(&vpn.id)?;
        let is_outdated = entry.tunnel.public_key().to_string() != vpn.public_key;
        is_outdated.then(|| open.tunnels.remove(&vpn.id)).flatten()
    }

    fn tunnel(&self, id: VpnId, pinned: bool) -> Result<Place> {
        let vpn = vpns::get(&self.0.state, id)?;
        refuse_unusable(&vpn)?;
        // Ending waits for a thread: not with the lock.
        drop(self.outdated(&vpn));
        let mut open = self.lock();
        if let Some(entry) = open.tunnels.get_mut(&id) {
            entry.pinned |= pinned;
            entry.quiet_since = None;
            return Ok(Place::Here(Arc::clone(&entry.tunnel)));
        }
        let hold = match self.claim(id)? {
            Claim::Ours(hold) => hold,
            Claim::Theirs(holder) => return Ok(Place::Elsewhere(holder)),
        };
        let config = vpn.config(&self.0.secrets)?;
        let watchers = Arc::clone(&self.0.watchers);
        let changed = Arc::new(move || watchers.tell());
        let clock = Arc::clone(&self.0.clock);
        let tunnel = Arc::new(Forwarder::watched(config, clock, changed)?);
        let entry = Entry {
            tunnel: Arc::clone(&tunnel),
            doors: BTreeMap::new(),
            pinned,
            quiet_since: None,
            _hold: hold,
        };
        open.tunnels.insert(id, entry);
        if !open.swept {
            open.swept = true;
            let all = self.clone();
            let spawned = std::thread::Builder::new()
                .name("vpn-idle".to_owned())
                .spawn(move || all.sweep());
            if let Err(error) = spawned {
                open.swept = false;
                tracing::warn!(%error, "idle tunnels stay open");
            }
        }
        Ok(Place::Here(tunnel))
    }

    fn door(
        &self,
        id: VpnId,
        tunnel: &Forwarder,
        target: SocketAddr,
        local_port: u16,
    ) -> Result<SocketAddr> {
        let mut open = self.lock();
        let entry = open.tunnels.get_mut(&id).ok_or(Error::Cancelled)?;
        if let Some(door) = entry.doors.get(&(target, local_port)) {
            return Ok(door.address);
        }
        let door = tunnel.open(target, local_port)?;
        let address = door.address;
        entry.doors.insert((target, local_port), door);
        Ok(address)
    }

    /// Lets go of what nobody uses, until nothing is open.
    fn sweep(&self) {
        let mut open = self.lock();
        loop {
            open = self
                .0
                .changed
                .wait_timeout(open, LOOK)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            let now = Instant::now();
            let mut idle = Vec::new();
            for (id, entry) in &mut open.tunnels {
                if entry.pinned || entry.tunnel.status().connections > 0 {
                    entry.quiet_since = None;
                } else if now.duration_since(*entry.quiet_since.get_or_insert(now)) >= IDLE {
                    idle.push(*id);
                }
            }
            let ended: Vec<Entry> = idle
                .iter()
                .filter_map(|id| open.tunnels.remove(id))
                .collect();
            if open.tunnels.is_empty() {
                open.swept = false;
                return;
            }
            if !ended.is_empty() {
                // Ending waits for a thread: not with the lock.
                drop(open);
                tracing::info!(?idle, "idle tunnels were let go");
                drop(ended);
                open = self.lock();
            }
        }
    }
}

impl std::fmt::Debug for Tunnels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.lock().tunnels.keys()).finish()
    }
}

pub(crate) fn refuse_unusable(vpn: &Vpn) -> Result<()> {
    match vpn.state {
        State::Active => Ok(()),
        State::Adding | State::Uncertain => Err(Error::invalid("vpn", "not_added_yet")),
        State::Revoking | State::Revoked => Err(Error::invalid("vpn", "revoked_vpn")),
    }
}

pub(crate) fn resolve(host: &str, port: u16) -> Result<SocketAddr> {
    let unreachable = |detail: String| {
        Error::Travelled(puente_core::Error {
            detail,
            ..puente_core::Error::new(puente_core::Code::DbHostUnreachable)
                .with("host", host)
                .with("port", port)
        })
    };
    (host, port)
        .to_socket_addrs()
        .map_err(|error| unreachable(error.to_string()))?
        .next()
        .ok_or_else(|| unreachable("the name has no address".to_owned()))
}
