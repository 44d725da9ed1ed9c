//! The thread on which requests of one way out run, and on which its connections stay open between them.

use crate::Error;
use puente_core::Cancel;
use std::sync::mpsc;
use tokio::runtime::{Builder, Runtime};

/// One thread for all requests: whoever asks waits on a thread of its own.
pub(crate) struct Engine(Option<Runtime>);

impl Engine {
    pub(crate) fn start() -> Result<Engine, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("web")
            .enable_all()
            .build()
            .map_err(|error| Error::Failed {
                host: String::new(),
                detail: error.to_string(),
            })?;
        Ok(Engine(Some(runtime)))
    }

    /// Runs `work` and waits for it; none when it was cancelled first, or did not end. What is cancelled is
    /// dropped, and its connection closed.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        cancel: &Cancel,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let runtime = self.0.as_ref()?;
        let (tell, told) = mpsc::channel();
        let done = Done(tell.clone());
        let task = runtime.spawn(async move { drop(done.0.send(Some(work.await))) });
        let stop = task.abort_handle();
        let _guard = cancel.on_cancel(move || {
            stop.abort();
            drop(tell.send(None));
        });
        told.recv().ok().flatten()
    }
}

/// Says that nothing comes, however the work ended.
struct Done<T>(mpsc::Sender<Option<T>>);

impl<T> Drop for Done<T> {
    fn drop(&mut self) {
        drop(self.0.send(None));
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // A resolver of names may be stuck in the system: it is not waited for.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
