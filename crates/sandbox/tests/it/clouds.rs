//! The sample clouds, asked by a client that knows nothing but HTTP.

mod books;
mod client;
mod control;
mod entry;
mod faults;
mod invoices;
mod lists;
mod mercadolibre;
mod orders;
mod rules;
mod shop;
mod solar;
