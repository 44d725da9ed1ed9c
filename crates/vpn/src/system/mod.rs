//! The tunnel of the whole PC, by whoever may make one there, and the one inside this process: both
//! behind [`Backend`].

#[cfg(unix)]
mod helper;
mod official;

#[cfg(unix)]
pub use helper::Helper;
pub use official::Official;
/// Where the helper of this PC listens.
pub use puente_tunnel::SOCKET;

use crate::Result;
use crate::forward::{State, Status};
use crate::tunnels::Tunnels;
use crate::vpns::VpnId;
use puente_core::Cancel;

/// A way to open the tunnel of a VPN.
pub trait Backend: Send + Sync {
    /// Opens it, and waits until the peer has answered.
    ///
    /// # Errors
    /// [`crate::Error::NoHandshake`] after ten seconds, and the tunnel is gone again; that the VPN can't
    /// be used; what the system says.
    fn up(&self, id: VpnId, cancel: &Cancel) -> Result<()>;

    /// Ends it. Whether there was one.
    ///
    /// # Errors
    /// What the system says.
    fn down(&self, id: VpnId) -> Result<bool>;

    /// How it is; none when there is none.
    ///
    /// # Errors
    /// What the system says.
    fn status(&self, id: VpnId) -> Result<Option<Status>>;
}

/// Inside this process, without an administrator.
impl Backend for Tunnels {
    fn up(&self, id: VpnId, cancel: &Cancel) -> Result<()> {
        self.connect(id, None, 0, cancel).map(|_| ())
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        Ok(self.disconnect(id))
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        Ok(Tunnels::status(self, id))
    }
}

/// How old an agreement may be before the peer counts as gone: WireGuard renews it every two minutes.
const FRESH: u64 = 180;

/// The state that the age of an agreement tells.
fn state(handshake_seconds: Option<u64>) -> State {
    match handshake_seconds {
        None => State::Connecting,
        Some(age) if age <= FRESH => State::Up,
        Some(_) => State::Reconnecting,
    }
}
