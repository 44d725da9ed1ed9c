//! The whole PC in a VPN: who can do it on this PC, what is missing where nobody can, and how it stands.

use super::Named;
use crate::paths::DataDir;
use crate::{App, Nothing, Result};
use puente_core::{Cancel, Code, Coded as _};
use puente_erp::Room;
use puente_store::Database;
use puente_vpn::forward::{State, Status};
use puente_vpn::system::{Ability, Backend, WAY, Way};
use puente_vpn::vpns::{self, VpnId};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ts_rs::TS;

#[cfg(unix)]
type System = puente_vpn::system::Helper;
#[cfg(not(unix))]
type System = puente_vpn::system::Official;

/// Whether the whole PC can be in a VPN, and in which it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnWholePc")]
pub struct WholePc {
    /// What does it on this system.
    pub way: Way,
    /// What stands between this user and it.
    pub ability: Ability,
    /// What an administrator of this PC has to run for it, in order; empty where nothing is missing, or
    /// where no command brings it.
    pub commands: Vec<String>,
    /// The VPNs that the whole PC is in.
    pub tunnels: Vec<SystemTunnel>,
    /// VPNs that it was in, and that ended without anyone having asked for that.
    pub lost: Vec<VpnId>,
}

/// A VPN that the whole PC is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnSystemTunnel")]
pub struct SystemTunnel {
    /// The VPN's number.
    pub vpn: VpnId,
    /// How its tunnel is.
    pub status: Status,
}

/// Whether the whole PC is in a VPN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The VPN's name.
    pub vpn: String,
    /// How its tunnel is; none when the PC is not in it.
    pub status: Option<Status>,
    /// See [`super::VpnRow::held_by`].
    pub held_by: Option<u32>,
}

/// Who puts the whole PC in VPNs, and in which he was seen to have put it. Clones are one and the same.
#[derive(Clone)]
pub(crate) struct Keeper {
    system: System,
    held: Arc<Mutex<BTreeSet<VpnId>>>,
}

impl Keeper {
    #[cfg(unix)]
    pub fn new(room: &Room, _: &DataDir) -> Keeper {
        let path = std::env::var_os("PUENTE_TUNNEL_SOCKET");
        Keeper::of(puente_vpn::system::Helper {
            state: room.state.clone(),
            secrets: room.secrets.clone(),
            socket: path.map_or_else(|| puente_vpn::system::SOCKET.into(), Into::into),
        })
    }

    #[cfg(not(unix))]
    pub fn new(room: &Room, dir: &DataDir) -> Keeper {
        let programs =
            std::env::var_os("ProgramFiles").unwrap_or_else(|| r"C:\Program Files".into());
        let folder = std::path::Path::new(&programs).join("WireGuard");
        let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
        let system = std::path::Path::new(&windows).join("System32");
        Keeper::of(puente_vpn::system::Official {
            state: room.state.clone(),
            clock: Arc::clone(&room.clock),
            secrets: room.secrets.clone(),
            program: folder.join("wireguard.exe"),
            wg: folder.join("wg.exe"),
            powershell: system.join(r"WindowsPowerShell\v1.0\powershell.exe"),
            sc: system.join("sc.exe"),
            folder: dir.path().to_owned(),
        })
    }

    fn of(system: System) -> Keeper {
        Keeper {
            system,
            held: Arc::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeSet<VpnId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `puente.db`.
    pub fn state(&self) -> &Database {
        &self.system.state
    }

    /// Whether what lies behind the VPN is reached as if it were next door.
    pub fn leads(&self, id: VpnId) -> bool {
        let status = self.status(id).ok().flatten();
        status.is_some_and(|status| status.state != State::Ended)
    }

    /// Ends the tunnel. Whether there was one: nobody who can hold one is as good as none.
    ///
    /// # Errors
    /// What the system says.
    pub fn end(&self, id: VpnId) -> Result<bool> {
        match self.down(id) {
            Ok(was) => Ok(was),
            Err(error) if error.code() == Code::VpnHelperMissing => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Backend for Keeper {
    fn up(&self, id: VpnId, cancel: &Cancel) -> puente_vpn::Result<()> {
        self.system.up(id, cancel)?;
        self.held().insert(id);
        Ok(())
    }

    fn down(&self, id: VpnId) -> puente_vpn::Result<bool> {
        let was = self.system.down(id);
        self.held().remove(&id);
        was
    }

    fn status(&self, id: VpnId) -> puente_vpn::Result<Option<Status>> {
        self.system.status(id)
    }
}

/// Whether the whole PC can be in a VPN, and in which it is.
///
/// # Errors
/// Those of the store.
pub fn whole_pc(app: &App, _: Nothing) -> Result<WholePc> {
    let keeper = &app.whole_pc;
    let ability = keeper.system.ability();
    let mut tunnels = Vec::new();
    let mut lost = Vec::new();
    for vpn in vpns::list(&app.room.state)? {
        let asked = match ability {
            Ability::Ready => keeper.status(vpn.id).ok().flatten(),
            Ability::NotAllowed | Ability::Stopped | Ability::Missing => None,
        };
        match asked {
            Some(status) => {
                keeper.held().insert(vpn.id);
                tunnels.push(SystemTunnel {
                    vpn: vpn.id,
                    status,
                });
            }
            None if keeper.held().contains(&vpn.id) => lost.push(vpn.id),
            None => {}
        }
    }
    Ok(WholePc {
        way: WAY,
        ability,
        commands: keeper.system.commands(ability),
        tunnels,
        lost,
    })
}

/// Whether the whole PC is in a VPN, and how its tunnel is.
///
/// # Errors
/// That the VPN doesn't exist, that nobody on this PC can tell, or that he does not tell this user.
pub fn look(app: &App, request: Named) -> Result<Seen> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let held_by = app.tunnels.elsewhere(vpn.id);
    Ok(Seen {
        // A key serves one place at a time.
        status: match held_by {
            Some(_) => None,
            None => app.whole_pc.status(vpn.id)?,
        },
        held_by,
        vpn: vpn.name,
    })
}
