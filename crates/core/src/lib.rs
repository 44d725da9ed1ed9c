//! What every part of Puente speaks: money, tax ids, ids, periods, error codes, secrets, clock,
//! progress and cancel. Nothing here does IO and nothing here knows tokio.

pub mod cancel;
pub mod clock;
pub mod error;
pub mod lang;
pub mod progress;
pub mod secret;

pub use cancel::{Cancel, Cancelled};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{Code, Coded, Error, ErrorView, Severity};
pub use lang::Lang;
pub use progress::{NoProgress, Progress, ProgressSink};
pub use secret::Secret;
