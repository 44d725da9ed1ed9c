//! Real servers, real databases, real sockets.

mod firebird;
mod sample;
