//! Sales channels: one folder each.

pub mod mercadolibre;
