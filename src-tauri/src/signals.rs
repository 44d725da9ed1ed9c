//! The system's wish to end: a session that closes, `kill`, or Ctrl+C in the terminal that it was started
//! in.

use crate::window;
use std::time::Duration;
use tauri::AppHandle;

/// Jobs have five seconds, and the loop of the window a moment more.
const LONGEST: Duration = Duration::from_secs(7);

/// Ends Puente as "Salir" does: size and place are kept, and jobs go on at the next start.
pub fn heed(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Err(error) = asked().await {
            tracing::warn!(%error, "the system's wish to end can't be heard");
            return;
        }
        tracing::info!("the system asked to end");
        window::quit(&app);
        // A desktop that is going down may not answer the window any more.
        std::thread::spawn(|| {
            std::thread::sleep(LONGEST);
            std::process::exit(1);
        });
    });
}

#[cfg(unix)]
async fn asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn asked() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
