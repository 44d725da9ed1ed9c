//! What a window and a bridge share: the open data with its workers, the stream of events, the demo,
//! and the files of the interface. A host adds its own ways to show and to ask, and nothing else.

mod demo;
mod events;
mod opening;
mod session;
mod shop;
pub mod ui;

pub use puente_app::events::Event;
pub use session::{Options, Problem, Profile, Session, Status};
pub use shop::Shop;
