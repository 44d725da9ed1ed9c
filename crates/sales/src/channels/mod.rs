//! Sales channels: one folder each.

pub mod database;
pub mod mercadolibre;
