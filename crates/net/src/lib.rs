//! The one place where HTTP clients and SSH sessions are built, and where a browser lands after a page of consent. Proxy, trust and time limits come from what the office
//! chose; certificates are always verified, against the operating system's store and, if the office
//! named one, a file of its own.

mod engine;
mod error;
mod landing;
mod network;
mod probe;
mod ssh;
mod web;
mod witness;

pub use error::{Error, Refusal};
pub use landing::{Landing, NoLanding, NotLanded, Shown};
pub use network::{CaFile, Network, ProxyMode, check_url};
pub use probe::{Certificate, Probe, Tls};
pub use ssh::{SshLogin, SshOutput, SshSession, SshTarget, shell_word};
pub use web::{Ask, Lost, Method, Reply, Web, query_of};
