//! Addresses tried on a loopback server.

mod probe;
mod server;
