//! What a sales channel has to be able to do: one implementation in each folder of `channels`.

use crate::Result;
use crate::model::Sale;
use puente_core::Cancel;
use serde_json::Value;

/// A seller's account in a sales channel.
pub trait Channel: Send + Sync {
    /// As people call it: `MercadoLibre`.
    fn name(&self) -> &'static str;

    /// Gives every sale that changed since `checkpoint` (none: as far back as the channel keeps them), in
    /// pieces that fit in memory. Each piece comes with the checkpoint to go on from once it is stored:
    /// what was given may be given again, and nothing is left out.
    ///
    /// # Errors
    /// Those of the channel, and those of `take`.
    fn changed(
        &self,
        checkpoint: Option<Value>,
        cancel: &Cancel,
        take: &mut dyn FnMut(Piece) -> Result<()>,
    ) -> Result<()>;

    /// The sale of that key as it is now; none when the channel has none.
    ///
    /// # Errors
    /// Those of the channel.
    fn sale(&self, key: &str, cancel: &Cancel) -> Result<Option<Sale>>;

    /// Whether the source wants to be told what was taken: [`Channel::mark`].
    fn marks(&self) -> bool {
        false
    }

    /// Marks sales in the source as taken, all of them or none, each only while it is still pending there.
    /// `before_commit` runs while nothing is final.
    ///
    /// # Errors
    /// Those of the source; nobody knows then whether it was done.
    fn mark(
        &self,
        _keys: &[String],
        _before_commit: &mut dyn FnMut(),
        _cancel: &Cancel,
    ) -> Result<Vec<Marked>> {
        Ok(Vec::new())
    }
}

/// What marking a sale came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is marked now.
    Now,
    /// It was not pending any more: an earlier attempt, or somebody else.
    Before,
    /// The source has no such sale any more.
    Gone,
}

/// Some of the sales that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The sales.
    pub sales: Vec<Sale>,
    /// Where to go on once they are stored.
    pub checkpoint: Value,
    /// Orders that were read for it.
    pub orders: u64,
    /// Orders that are left in what is being read now, where the channel says it.
    pub left: Option<u64>,
}
