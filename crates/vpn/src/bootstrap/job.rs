//! The jobs that set a server up and undo it. A step is written as begun before it is sent; after a
//! kill or a silence the server is asked whether it is done before it is sent again.

use super::rows::{self, Setup, SetupId};
use super::{LOOK, Look, Plan, Step, StepState, Wanted, plan};
use crate::remote::{Credentials, Ran, Server};
use crate::vpns::Remote;
use crate::{Error, Result};
use puente_core::{Cancel, Clock, Code, Progress};
use puente_jobs::{Interrupted, JobKind, Running};
use puente_store::Database;
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The kind of the job.
pub const SETUP: &str = "vpn.setup";

/// Input of [`SETUP`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupInput {
    /// The setup.
    pub setup_id: SetupId,
    /// Whether it is to be undone.
    pub undo: bool,
}

/// What setting up stands on.
#[derive(Clone)]
pub struct Setups {
    /// `puente.db`.
    pub state: Database,
    /// Passwords.
    pub secrets: Secrets,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Looks at a server, changes nothing, and tells what setting it up would do.
///
/// # Errors
/// Those of SSH, that the user may not act as the administrator, and those of [`plan`].
pub fn preview(
    remote: &Remote,
    credentials: &Credentials,
    wanted: &Wanted,
    cancel: &Cancel,
) -> Result<(Plan, Vec<Ran>)> {
    let mut server = Server::open(remote, credentials, cancel)?;
    let words = ["puente-look".to_owned(), wanted.interface.clone()];
    let said = server.act(LOOK, &words, "puente-look")?;
    let plan = plan(&Look::read(&said)?, &remote.host, wanted)?;
    Ok((plan, server.take_ran()))
}

impl Setups {
    fn work(&self, input: SetupInput, job: &Running) -> Result<()> {
        let mut setup = rows::get(&self.state, input.setup_id)?;
        job.progress(Progress::stage("connect").about(&*setup.remote.host));
        let credentials = rows::credentials(&self.secrets, setup.id)?;
        let mut server = Server::open(&setup.remote, &credentials, &job.cancel)?;
        let result = match input.undo {
            true => self.undo(&mut setup, &mut server, job),
            false => self.make(&mut setup, &mut server, job),
        };
        let subject = format!("vpn-setup:{}", setup.id);
        server.write_down(&self.state, self.clock.now(), &subject, job)?;
        result
    }

    fn make(&self, setup: &mut Setup, server: &mut Server, job: &Running) -> Result<()> {
        for at in 0..setup.steps.len() {
            let step = setup.steps[at].clone();
            if matches!(step.state, StepState::Done | StepState::Was) {
                continue;
            }
            job.cancel.check()?;
            let is_done = is_done(server, &step)?;
            match (is_done, step.state) {
                // It was sent before a kill or a silence, and was done: it stays ours to undo.
                (true, StepState::Begun) => self.mark(setup, at, StepState::Done)?,
                (true, _) => self.mark(setup, at, StepState::Was)?,
                (false, _) => {
                    self.mark(setup, at, StepState::Begun)?;
                    server.act(&step.command, &[], &step.command)?;
                    self.mark(setup, at, StepState::Done)?;
                }
            }
        }
        Ok(())
    }

    fn undo(&self, setup: &mut Setup, server: &mut Server, job: &Running) -> Result<()> {
        for at in setup.undoable() {
            job.cancel.check()?;
            if let Some(undo) = setup.steps[at].undo.clone() {
                server.act(&undo, &[], &undo)?;
            }
            self.mark(setup, at, StepState::Undone)?;
        }
        Ok(())
    }

    fn mark(&self, setup: &mut Setup, at: usize, state: StepState) -> Result<()> {
        if let Some(Step { state: kept, .. }) = setup.steps.get_mut(at) {
            *kept = state;
        }
        rows::update(&self.state, setup, self.clock.now())
    }

    fn settle(&self, id: SetupId, error: Option<puente_core::Error>) -> Result<()> {
        let mut setup = rows::get(&self.state, id)?;
        setup.last_error = error;
        rows::update(&self.state, &setup, self.clock.now())
    }
}

impl JobKind for Setups {
    const NAME: &'static str = SETUP;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = SetupInput;
    type Output = Value;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("vpn-setup:{}", input.setup_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let result = self.work(input, job).map_err(puente_core::Error::from);
        self.settle(input.setup_id, result.as_ref().err().cloned())?;
        result?;
        Ok(json!({ "setup_id": input.setup_id }))
    }
}

/// Whether the server says that the step is done; a silence is no answer.
fn is_done(server: &mut Server, step: &Step) -> Result<bool> {
    match server.act(&step.check, &[], &step.check) {
        Ok(_) => Ok(true),
        Err(Error::Travelled(error)) if error.code == Code::VpnSetupFailed => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses to undo where nothing was done.
///
/// # Errors
/// [`Error::Invalid`].
pub fn refuse_empty(setup: &Setup) -> Result<()> {
    match setup.undoable().is_empty() {
        true => Err(Error::invalid("setup", "nothing_left")),
        false => Ok(()),
    }
}
