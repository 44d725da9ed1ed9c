//! WireGuard: keys, config files, the address plan, peers on the office's server over SSH, and the
//! tunnel of this PC.
//!
//! What decides is pure: [`conf`], [`dump`], [`address`] and [`plan`] know no network. What reaches
//! out is small: [`remote`] speaks SSH, [`forward`] is WireGuard and TCP inside this process, which
//! needs no administrator and no driver.

pub mod address;
pub mod bootstrap;
pub mod conf;
pub mod dump;
mod error;
pub mod forward;
pub mod keys;
pub mod neighbours;
pub mod peers;
pub mod plan;
pub mod qr;
pub mod remote;
pub mod system;
mod text;
pub mod tunnels;
pub mod vpns;

pub use error::{Error, Result};
