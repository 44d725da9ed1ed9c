//! What every part of Puente speaks: money, tax ids, ids, periods, error codes, secrets, clock,
//! progress and cancel. Nothing here does IO and nothing here knows tokio.

pub mod cancel;
pub mod clock;
pub mod error;
pub mod fixed;
pub mod id;
pub mod lang;
pub mod money;
pub mod period;
pub mod progress;
pub mod redact;
pub mod secret;
pub mod tax_id;
mod texts;
pub mod value;

pub use cancel::{Cancel, Cancelled};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::{Code, Coded, Error, ErrorView, Severity};
pub use lang::Lang;
pub use money::{Currency, Money};
pub use period::{DateRange, FiscalYear, Month};
pub use progress::{NoProgress, Progress, ProgressSink};
pub use redact::Redacted;
pub use secret::Secret;
pub use tax_id::{CheckDigit, TaxId, TaxIdKind};
pub use value::{Reason, ValueError};
