//! The composition root, the use cases, and the one list of commands.
//!
//! A host (terminal, window, LAN) opens an [`App`] and calls commands: plain functions
//! `fn(&App, Request) -> Result<Response, Error>`, listed once in [`commands`].

mod app;
pub mod backup;
pub mod commands;
pub mod companies;
pub mod config;
pub mod diagnostics;
pub mod doctor;
mod export;
mod handlers;
pub mod jobs;
mod logs;
pub mod maintenance;
pub mod movements;
pub mod paths;
pub mod rules;
pub mod servers;

pub use app::{App, AppOptions};
pub use puente_core::Error;

/// A result of a command.
pub type Result<T> = std::result::Result<T, Error>;

/// A request without fields.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
