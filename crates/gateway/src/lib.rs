//! Puente over HTTP. For now the bridge: the interface in a browser of this machine, over the same
//! list of commands as the window.
//!
//! Whoever reaches the bridge can do what its user can. So it listens on the loopback address only,
//! and answers nobody without the token of this run, which stands in the address that it prints. A
//! page of somewhere else can't use it: its origin is refused, and so is a host name that was made to
//! lead here (DNS rebinding).

mod answer;
mod bridge;
mod download;
mod guard;
mod page;
mod routes;
mod stream;

pub use bridge::Bridge;
