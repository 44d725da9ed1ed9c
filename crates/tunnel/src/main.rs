//! `puente-tunnel`: the privileged helper. It reads `/etc/puente/tunnel.users` (a user's name or number a
//! line), listens on its socket, and holds the tunnels of those users until they end them or it ends.

#![allow(
    clippy::print_stderr,
    reason = "what a service says goes to the system's journal"
)]

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let mut words = std::env::args_os().skip(1);
    let socket = words.next().unwrap_or_else(|| puente_tunnel::SOCKET.into());
    let users = words
        .next()
        .unwrap_or_else(|| "/etc/puente/tunnel.users".into());
    match linux::serve(socket.as_ref(), users.as_ref()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("puente-tunnel: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    eprintln!("puente-tunnel: only for Linux");
    std::process::ExitCode::FAILURE
}
