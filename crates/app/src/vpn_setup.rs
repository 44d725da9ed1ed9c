//! Servers without WireGuard: looked at, set up by steps that a person has seen, and undone.

use crate::jobs::JobRow;
use crate::servers::password;
use crate::{App, Nothing, Result, jobs};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Error, ErrorView, Secret};
use puente_jobs::NewJob;
use puente_vpn::bootstrap::job::{self, SETUP, SetupInput};
use puente_vpn::bootstrap::rows::{self, Setup, SetupId};
use puente_vpn::bootstrap::{self, PORT, Plan, Step, Wanted};
use puente_vpn::remote::{Credentials, Ran};
use puente_vpn::vpns::{Login, Remote};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// A server that is to become one of WireGuard. Passwords are taken in and never given out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnSetupRequest", optional_fields = nullable)]
pub struct Request {
    /// Host name or address of the server.
    pub host: String,
    /// TCP port of SSH; 22 when left out.
    pub port: Option<u16>,
    /// Login.
    pub user: String,
    /// How it is proven.
    pub login: Login,
    /// The password of the login, or the passphrase of its key.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub password: Option<Secret>,
    /// The password that sudo asks for; the login's own when left out.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub sudo_password: Option<Secret>,
    /// The host key that a person compared, `SHA256:…`; without one the answer is the server's.
    pub fingerprint: Option<String>,
    /// The new interface; `wg0` when left out.
    pub interface: Option<String>,
    /// The server's address in the VPN with the length of its network; `10.8.3.1/24` when left out.
    pub network: Option<String>,
    /// UDP port of WireGuard; 51820 when left out.
    pub udp_port: Option<u16>,
    /// Whether hosts behind the server see the server as the sender, so that they need no route back;
    /// they do when left out.
    pub masquerade: Option<bool>,
    /// The seal of the plan that a person has seen; needed to have it run.
    pub seal: Option<String>,
}

/// What setting a server up would do.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnSetupPreview")]
pub struct Preview {
    /// The steps, and what is known of the server.
    pub plan: Plan,
    /// To be given back to have these very steps run.
    pub seal: String,
    /// What was run to find this out.
    pub ran: Vec<Ran>,
}

/// A server that was set up, with what undoes it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnSetup")]
pub struct SetupRow {
    /// Its number.
    pub id: SetupId,
    /// How the server is logged in to.
    pub remote: Remote,
    /// The steps, how far each is and what undoes it.
    pub steps: Vec<Step>,
    /// Whether all of them are done.
    pub done: bool,
    /// Whether something is left to be undone.
    pub undoable: bool,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// Why the last job failed.
    pub last_error: Option<ErrorView>,
}

/// Names a setup, with passwords where they changed or were not kept.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnSetupNamed", optional_fields = nullable)]
pub struct Named {
    /// Its number.
    pub setup: SetupId,
    /// The password of the login, or the passphrase of its key; the kept one when left out.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub password: Option<Secret>,
    /// The password that sudo asks for; the kept one when left out.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub sudo_password: Option<Secret>,
}

impl Request {
    fn remote(&self) -> Result<Remote> {
        for (field, value) in [("host", &self.host), ("user", &self.user)] {
            if value.trim().is_empty() || value.trim().contains(char::is_whitespace) {
                return Err(Error::invalid(field, "empty"));
            }
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default().trim().to_owned();
        let interface = match text(&self.interface) {
            interface if interface.is_empty() => "wg0".to_owned(),
            interface => interface,
        };
        Ok(Remote {
            host: self.host.trim().to_owned(),
            port: self.port.unwrap_or(22),
            user: self.user.trim().to_owned(),
            login: self.login.clone(),
            fingerprint: text(&self.fingerprint),
            interface,
        })
    }

    fn wanted(&self, remote: &Remote) -> Result<Wanted> {
        let network = match self.network.as_deref().map(str::trim) {
            None | Some("") => bootstrap::proposed(),
            Some(net) => net
                .parse()
                .map_err(|_| Error::invalid("network", "not_an_address"))?,
        };
        Ok(Wanted {
            interface: remote.interface.clone(),
            network,
            port: self.udp_port.unwrap_or(PORT),
            masquerade: self.masquerade.unwrap_or(true),
        })
    }

    fn credentials(&self) -> Credentials {
        Credentials {
            login: self.password.clone(),
            sudo: self.sudo_password.clone(),
        }
    }

    fn look(&self) -> Result<(Remote, Preview)> {
        let remote = self.remote()?;
        let wanted = self.wanted(&remote)?;
        let (plan, ran) = job::preview(&remote, &self.credentials(), &wanted, &Cancel::new())?;
        let seal = plan.seal();
        Ok((remote, Preview { plan, seal, ran }))
    }
}

/// Looks at a server and tells, step by step, what setting it up would do. Nothing is changed or kept.
///
/// # Errors
/// That nobody has confirmed the host key, with its fingerprint; those of SSH; that the server is no
/// Linux, has such an interface already, or that the port or the network is in use there.
pub fn preview(_: &App, request: Request) -> Result<Preview> {
    Ok(request.look()?.1)
}

/// Sets a server up in a job, by the steps that a person has seen.
///
/// # Errors
/// As [`preview`], and that the steps would be other ones by now.
pub fn run(app: &App, request: Request) -> Result<Vec<JobRow>> {
    let (remote, found) = request.look()?;
    if request.seal.as_deref() != Some(found.seal.as_str()) {
        return Err(Error::invalid("seal", "steps_changed"));
    }
    let room = &app.room;
    let id = rows::insert(
        &room.state,
        &room.secrets,
        &remote,
        &found.plan.steps,
        &request.credentials(),
        room.clock.now(),
    )?;
    let detail = json!({ "host": remote.host });
    app.audit("vpn.setup", &format!("vpn-setup:{id}"), detail)?;
    Ok(vec![ask_for(app, id, false)?])
}

/// The servers that were set up, the newest first.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<SetupRow>> {
    let all = rows::list(&app.room.state)?;
    Ok(all.into_iter().map(|setup| row(app, setup)).collect())
}

/// Goes on with a setup that stopped in the middle. What is done already is not done again.
///
/// # Errors
/// That it doesn't exist, or is done.
pub fn retry(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let setup = find(app, &request)?;
    if setup.is_done() {
        return Err(Error::invalid("setup", "nothing_left"));
    }
    Ok(vec![ask_for(app, setup.id, false)?])
}

/// Undoes what a setup did, the last step first. Nothing that was there before is touched.
///
/// # Errors
/// That it doesn't exist, or that nothing is left to be undone.
pub fn undo(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let setup = find(app, &request)?;
    job::refuse_empty(&setup)?;
    let detail = json!({ "host": setup.remote.host });
    app.audit("vpn.undo", &format!("vpn-setup:{}", setup.id), detail)?;
    Ok(vec![ask_for(app, setup.id, true)?])
}

/// Forgets a setup, and with it how to undo it. The server stays as it is.
///
/// # Errors
/// That it doesn't exist; those of the keyring.
pub fn remove(app: &App, request: Named) -> Result<SetupRow> {
    let setup = find(app, &request)?;
    rows::remove(&app.room.state, &app.room.secrets, setup.id)?;
    let detail = json!({ "host": setup.remote.host });
    app.audit(
        "vpn.setup.remove",
        &format!("vpn-setup:{}", setup.id),
        detail,
    )?;
    Ok(row(app, setup))
}

fn find(app: &App, request: &Named) -> Result<Setup> {
    let setup = rows::get(&app.room.state, request.setup)?;
    let given = Credentials {
        login: request.password.clone(),
        sudo: request.sudo_password.clone(),
    };
    rows::hide(&app.room.secrets, setup.id, &given)?;
    Ok(setup)
}

fn row(app: &App, setup: Setup) -> SetupRow {
    SetupRow {
        id: setup.id,
        done: setup.is_done(),
        undoable: !setup.undoable().is_empty(),
        remote: setup.remote,
        steps: setup.steps,
        created_at: setup.created_at,
        last_error: setup.last_error.map(|error| error.view(app.lang())),
    }
}

fn ask_for(app: &App, setup_id: SetupId, undo: bool) -> Result<JobRow> {
    let input = json!(SetupInput { setup_id, undo });
    jobs::ask(app, NewJob::new(SETUP, input).once())
}
