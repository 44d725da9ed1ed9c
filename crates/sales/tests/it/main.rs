//! Sales against strict stand-ins of SIIGO and MercadoLibre, whose journal says what really happened.

mod faults;
mod flow;
mod kill;
mod office;
mod tokens;
