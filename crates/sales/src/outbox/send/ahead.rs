//! What leaves together: intents that share a commit, and answers that share another.

use super::{Sender, adjust};
use crate::draft::Draft;
use crate::judge::Measure;
use crate::ledger::Issued;
use crate::outbox;
use crate::outbox::invoices::{self, Accepted};
use crate::outbox::table::{self, Intent, SendRow};
use crate::sales::{self, SaleId, e4};
use crate::state::State;
use crate::{Error, Result};
use rusqlite::Connection;
use rust_decimal::Decimal;
use std::sync::Arc;
use std::time::Duration;

/// The most sales whose intents share a commit, and their answers another. Each commit costs as much of the
/// processor as all the rest of telling of a document.
pub(super) const TOGETHER: usize = 32;
/// How many before it is known how long they take.
pub(super) const AT_FIRST: usize = 4;
/// Sales that share their commits are sent within this time: a kill leaves no more than those in doubt.
pub(super) const TOGETHER_TIME: Duration = Duration::from_millis(100);

/// A sale whose turn comes.
pub(super) enum Ahead {
    /// It was intended.
    Leaves(Box<(SendRow, Draft)>),
    /// It could not be: this is the mark that it would have had.
    Not(SaleId, String),
}

/// What there is to send of a sale.
pub(super) enum Look {
    /// Nothing.
    Skipped,
    /// It doesn't fit any more.
    Unfit(Arc<Measure>),
    /// This.
    Ready {
        intent: Box<Intent>,
        draft: Box<Draft>,
        /// Whether an earlier sending of it was ever in doubt.
        doubtful: bool,
    },
}

impl Sender<'_> {
    /// Keeps what is known and not on the disk yet, and takes back what was intended and did not leave.
    ///
    /// # Errors
    /// Those of the store.
    pub fn finish(mut self) -> Result<()> {
        let kept = self.keep_answers();
        let never: Vec<SendRow> = self
            .ahead
            .drain(..)
            .filter_map(|ahead| match ahead {
                Ahead::Leaves(both) => Some(both.0),
                Ahead::Not(..) => None,
            })
            .collect();
        if !never.is_empty() {
            table::never_left(&self.room.state, never, self.room.clock.now())?;
        }
        kept
    }

    /// Commits the intents of `first` and of as many after it as may leave with it, all at once. They are
    /// committed as sent: what a kill then leaves in doubt is settled by sending it again.
    pub(super) fn intend_ahead(&mut self, first: SaleId) -> Result<()> {
        let room = self.room;
        if self.together == 1 || !self.ledger.leaves_together() {
            return Ok(());
        }
        let next = self.sales.as_slice().iter().copied();
        let ids: Vec<SaleId> = std::iter::once(first)
            .chain(next)
            .take(self.together)
            .collect();
        let ready = room.state.read(|conn| {
            let mut ready = Vec::new();
            for id in &ids {
                match self.look(conn, *id, None)? {
                    Look::Ready {
                        intent,
                        draft,
                        doubtful: false,
                    } => ready.push((*intent, *draft)),
                    // Whatever else there is to do about it is done when its turn comes.
                    Look::Ready { .. } | Look::Skipped | Look::Unfit(_) => break,
                }
            }
            Ok::<_, Error>(ready)
        })?;
        if ready.len() < 2 {
            return Ok(());
        }
        self.ledger.check_clock()?;
        room.point("intent.before");
        let (intents, drafts): (Vec<Intent>, Vec<Draft>) = ready.into_iter().unzip();
        let numbers: Vec<String> = intents.iter().map(|one| one.marker.clone()).collect();
        let intended = table::intend(&room.state, intents, true, room.clock.now())?;
        for (((send, draft), id), number) in intended.into_iter().zip(drafts).zip(ids).zip(numbers)
        {
            self.ahead.push_back(match send {
                Some(send) => Ahead::Leaves(Box::new((send, draft))),
                None => Ahead::Not(id, number),
            });
        }
        room.point("intent.after");
        Ok(())
    }

    /// What there is to send of a sale.
    pub(super) fn look(
        &mut self,
        conn: &Connection,
        id: SaleId,
        total: Option<Decimal>,
    ) -> Result<Look> {
        let (channel, state, digest) = sales::standing(conn, id)?;
        if state != State::Ready {
            return Ok(Look::Skipped);
        }
        let measure = self.measure(channel)?;
        if measure.channel.ledger_id != Some(self.account.id) {
            return Ok(Look::Skipped);
        }
        let sale = sales::body_of(conn, id)?;
        let Ok(mut draft) = measure.draft_of(conn, id, &sale)? else {
            return Ok(Look::Unfit(measure));
        };
        if let Some(total) = total {
            adjust(&mut draft, total);
        }
        let (version, doubtful) = table::next_version(conn, id)?;
        let marker = outbox::marker(&self.account, &measure.channel, &sale.key);
        let marker = self.ledger.marker(&draft, marker);
        let intent = Intent {
            sale: id,
            ledger: self.account.id,
            version,
            key: outbox::key(&self.account, &measure.channel, &sale.key, version),
            customer: draft.customer.identification.clone(),
            total_e4: e4(draft.total),
            body: self.ledger.compose(&draft, &marker)?.to_string(),
            marker,
            digest,
            orders: sale.orders.into_iter().map(|order| order.id).collect(),
        };
        Ok(Look::Ready {
            intent: Box::new(intent),
            draft: Box::new(draft),
            doubtful,
        })
    }

    /// The ledger has it; written down with the others that were intended with it.
    pub(super) fn accept(
        &mut self,
        send: &SendRow,
        issued: Issued,
        how: &'static str,
    ) -> Result<()> {
        self.answers.push(Accepted {
            send: send.clone(),
            issued,
            how,
        });
        match self.ahead.is_empty() {
            true => self.keep_answers(),
            false => Ok(()),
        }
    }

    pub(super) fn keep_answers(&mut self) -> Result<()> {
        let answers = std::mem::take(&mut self.answers);
        if answers.is_empty() {
            return Ok(());
        }
        self.room.point("store.before");
        invoices::accepted(&self.room.state, answers, self.room.clock.now())?;
        self.room.point("store.after");
        Ok(())
    }
}
