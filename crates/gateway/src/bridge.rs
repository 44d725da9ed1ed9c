//! The bridge's life: listen, serve, end.

use crate::download::Shelf;
use crate::guard::Guard;
use crate::routes;
use puente_core::{Code, Error};
use puente_session::Session;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Requests that are being answered have so long to end.
const GRACE: Duration = Duration::from_secs(4);

/// What every request stands on.
pub(crate) struct Ground {
    pub session: Session,
    pub guard: Guard,
    pub shelf: Shelf,
    /// Becomes true when the bridge ends, so that streams end too.
    pub ending: watch::Receiver<bool>,
}

/// A bridge that serves. It ends with [`Bridge::stop`].
pub struct Bridge {
    session: Session,
    runtime: Runtime,
    serving: JoinHandle<std::io::Result<()>>,
    end: watch::Sender<bool>,
    ground: Arc<Ground>,
}

impl Bridge {
    /// Listens on `port` of the loopback address, any free one for 0, and serves that session.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when the port is taken or not to be had.
    pub fn start(session: Session, port: u16) -> Result<Bridge, Error> {
        let defect = |error: std::io::Error| Error::new(Code::Internal).because(&error);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("bridge")
            .build()
            .map_err(defect)?;
        let (end, ending) = watch::channel(false);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = runtime
            .block_on(TcpListener::bind(address))
            .map_err(|error| Error::invalid("port", port).because(&error))?;
        let port = listener.local_addr().map_err(defect)?.port();
        let ground = Arc::new(Ground {
            session: session.clone(),
            guard: Guard::new(port),
            shelf: Shelf::new()?,
            ending: ending.clone(),
        });
        let service = routes::all(Arc::clone(&ground));
        let serving = runtime.spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(ended(ending))
                .await
        });
        tracing::info!(port, "the bridge serves");
        Ok(Bridge {
            session,
            runtime,
            serving,
            end,
            ground,
        })
    }

    /// The address for the browser, token included: whoever has it can do everything. The token
    /// stands behind the `#`, which browsers send nowhere.
    pub fn url(&self) -> String {
        let guard = &self.ground.guard;
        format!("{}/#token={}", guard.origin(), guard.token())
    }

    /// A page of this user's own that leads to [`Bridge::url`]. For programs that open a browser: what
    /// is named on a command line can be read by everybody on this machine.
    ///
    /// # Errors
    /// That it can't be written.
    pub fn opener(&self) -> Result<std::path::PathBuf, Error> {
        self.ground.shelf.opener(&self.url())
    }

    /// Waits for Ctrl+C, or for the system's wish to end this process.
    pub fn wait(&self) {
        self.runtime.block_on(async {
            let asked = tokio::signal::ctrl_c();
            #[cfg(unix)]
            if let Ok(mut ended) =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
            {
                tokio::select! {
                    _ = asked => {}
                    _ = ended.recv() => {}
                }
                return;
            }
            drop(asked.await);
        });
    }

    /// Ends within five seconds: requests are answered, streams end, jobs stop or are left to the next
    /// start.
    pub fn stop(self) {
        self.end.send_replace(true);
        std::thread::scope(|scope| {
            scope.spawn(|| self.session.stop());
            let served = self
                .runtime
                .block_on(async { tokio::time::timeout(GRACE, self.serving).await });
            if served.is_err() {
                tracing::warn!("requests were cut off");
            }
        });
        self.runtime.shutdown_background();
    }
}

impl std::fmt::Debug for Bridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bridge")
            .field(&self.ground.guard.origin())
            .finish()
    }
}

async fn ended(mut ending: watch::Receiver<bool>) {
    // An error says that the sender is gone, which is an end as well.
    drop(ending.wait_for(|ended| *ended).await);
}
