//! Puente in a terminal.

fn main() {}
