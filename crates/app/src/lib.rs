//! The composition root, the use cases, and the one list of commands.
//!
//! A host (terminal, window, LAN) opens an [`App`] and calls commands: plain functions
//! `fn(&App, Request) -> Result<Response, Error>`, listed once in [`commands`].

pub mod about;
pub mod amounts;
mod app;
pub mod audit;
pub mod backup;
pub mod bindings;
pub mod commands;
pub mod companies;
pub mod config;
#[cfg(test)]
mod desk;
pub mod diagnostics;
pub mod doctor;
pub mod events;
mod export;
pub mod forecast;
mod handlers;
pub mod jobs;
mod logs;
pub mod movements;
pub mod network;
pub mod overview;
pub mod paths;
pub mod rules;
pub mod sales;
pub mod saved;
pub mod schedules;
pub mod servers;
pub mod settings;
pub mod sync;
pub mod table;
pub mod vpn;
pub mod vpn_peers;
pub mod vpn_setup;

pub use app::{App, AppOptions, WORKERS};
pub use puente_core::Error;

/// A result of a command.
pub type Result<T> = std::result::Result<T, Error>;

/// A request without fields.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, serde::Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}
