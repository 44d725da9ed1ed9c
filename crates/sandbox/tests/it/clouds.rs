//! The sample clouds, asked by a client that knows nothing but HTTP.

mod client;
mod siigo;

pub(crate) use client::{Answer, Http};
