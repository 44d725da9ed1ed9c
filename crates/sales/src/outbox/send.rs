//! Sending a sale, once.

mod ahead;

use self::ahead::{AT_FIRST, Ahead, Look, TOGETHER, TOGETHER_TIME};
use super::invoices::{self, Accepted};
use super::settle::{self, Settled};
use super::table::{self, Intent, SendRow, SendState};
use crate::accounts;
use crate::draft::Draft;
use crate::judge::{self, Measure};
use crate::ledger::{Answer, Issued, Ledger, Refusal, Silence};
use crate::ledgers::siigo::calculated_total;
use crate::reason::Reason;
use crate::sales::{self, SaleId};
use crate::state::State;
use crate::{Error, Result, Room, to_json};
use puente_core::Cancel;
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Attempts at something that did not arrive, before the sale waits for the next time.
const ATTEMPTS: u32 = 4;
/// The pause before it is tried again, where the ledger names none.
const PAUSE: Duration = Duration::from_millis(500);

/// What came of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was not ready any more.
    Skipped,
    /// It does not fit any more, for these reasons.
    Blocked,
    /// It is invoiced.
    Invoiced,
    /// The ledger had it before.
    There,
    /// It is refused.
    Refused,
    /// Nobody knows yet; the ledger gave no answer where there is a silence.
    Uncertain(Option<Silence>),
    /// It did not arrive, and is ready again.
    Later(Silence),
}

/// Sends sales of one ledger, in their order. However it ends, [`Sender::finish`] is to be called.
pub struct Sender<'a> {
    room: &'a Room,
    account: accounts::Ledger,
    ledger: &'a dyn Ledger,
    cancel: &'a Cancel,
    /// Those whose turn has not come, in the order in which they leave.
    sales: std::slice::Iter<'a, SaleId>,
    measures: HashMap<accounts::ChannelId, Arc<Measure>>,
    customers: HashSet<String>,
    /// Attempts at the next one: a single one while nothing arrives.
    attempts: u32,
    /// The first of those, where they are intended and not sent yet.
    ahead: VecDeque<Ahead>,
    /// What the ledger has taken and is not on the disk yet.
    answers: Vec<Accepted>,
    /// How many share their commits, by how long the last ones took.
    together: usize,
    began: Instant,
}

impl<'a> Sender<'a> {
    /// Over an open ledger.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn new(
        room: &'a Room,
        ledger_id: accounts::LedgerId,
        ledger: &'a dyn Ledger,
        cancel: &'a Cancel,
        sales: &'a [SaleId],
    ) -> Result<Sender<'a>> {
        Ok(Sender {
            room,
            account: accounts::ledger(&room.state, ledger_id)?,
            ledger,
            cancel,
            sales: sales.iter(),
            measures: HashMap::new(),
            customers: HashSet::new(),
            attempts: ATTEMPTS,
            ahead: VecDeque::new(),
            answers: Vec::new(),
            together: AT_FIRST,
            began: Instant::now(),
        })
    }

    /// Sends the next sale, if it is ready, and settles what came of it as far as that goes now; none when all
    /// have had their turn. Where the ledger allows, some of those after it are intended with it.
    ///
    /// # Errors
    /// [`Error::Login`] when the ledger will take nothing, [`Error::Clock`] when this machine's day can't be
    /// right; a cancel; those of the store. The sale is then
    /// where its rows say.
    pub fn send_next(&mut self) -> Option<(SaleId, Result<Sent>)> {
        let id = *self.sales.next()?;
        let sent = self.send_in_turn(id);
        self.attempts = match sent {
            Ok(Sent::Later(_)) => 1,
            Ok(_) | Err(_) => ATTEMPTS,
        };
        Some((id, sent))
    }

    fn send_in_turn(&mut self, id: SaleId) -> Result<Sent> {
        self.cancel.check()?;
        if self.ahead.is_empty() {
            self.began = Instant::now();
            self.intend_ahead(id)?;
        }
        let sent = match self.ahead.pop_front() {
            None => self.send_as(id, None)?,
            Some(Ahead::Leaves(both)) => self.deliver(&both.0, &both.1, true)?,
            Some(Ahead::Not(id, number)) => self.not_intended(id, number)?,
        };
        if self.ahead.is_empty() {
            self.keep_answers()?;
            self.together = match self.began.elapsed() {
                short if short < TOGETHER_TIME / 2 => (self.together * 2).min(TOGETHER),
                long if long > TOGETHER_TIME => (self.together / 2).max(1),
                _ => self.together,
            };
        }
        Ok(sent)
    }

    fn send_as(&mut self, id: SaleId, total: Option<Decimal>) -> Result<Sent> {
        let room = self.room;
        let row = sales::get(&room.state, id)?;
        if row.state == State::Refused {
            // Whoever asks for it again may have mended it in the ledger.
            let measure = self.measure(row.channel_id)?;
            self.judge(&measure, id)?;
        }
        let look = room.state.read(|conn| self.look(conn, id, total))?;
        let (intent, draft, doubtful) = match look {
            Look::Skipped => return Ok(Sent::Skipped),
            Look::Unfit(measure) => {
                self.judge(&measure, id)?;
                return Ok(Sent::Blocked);
            }
            Look::Ready {
                intent,
                draft,
                doubtful,
            } => (*intent, *draft, doubtful),
        };
        if let Err(refusals) = self.ensure_customer(&draft)? {
            self.block(id, table::reasons(&refusals))?;
            return Ok(Sent::Blocked);
        }
        self.ledger.check_clock()?;
        let before = if doubtful {
            self.made_before(&intent)?
        } else {
            None
        };
        room.point("intent.before");
        let number = intent.marker.clone();
        let intended = table::intend(&room.state, vec![intent], false, room.clock.now())?;
        let Some(send) = intended.into_iter().next().flatten() else {
            return self.not_intended(id, number);
        };
        room.point("intent.after");
        if let Some(issued) = before {
            table::leaves(&room.state, send.id, room.clock.now())?;
            self.accept(&send, issued, "found")?;
            return Ok(Sent::Invoiced);
        }
        self.deliver(&send, &draft, total.is_none())
    }

    fn not_intended(&mut self, id: SaleId, number: String) -> Result<Sent> {
        let row = sales::get(&self.room.state, id)?;
        let measure = self.measure(row.channel_id)?;
        self.judge(&measure, id)?;
        self.same_number(id, number)?;
        Ok(Sent::Blocked)
    }

    fn measure(&mut self, channel: accounts::ChannelId) -> Result<Arc<Measure>> {
        let today = judge::today(self.room.clock.now());
        // A long run passes midnight, and an electronic invoice may not be of the day before.
        if let Some(measure) = self
            .measures
            .get(&channel)
            .filter(|known| known.today == today)
        {
            return Ok(Arc::clone(measure));
        }
        let measure = Arc::new(Measure::of(self.room, channel)?);
        self.measures.insert(channel, Arc::clone(&measure));
        Ok(measure)
    }

    fn judge(&self, measure: &Arc<Measure>, id: SaleId) -> Result<()> {
        let (measure, now) = (Arc::clone(measure), self.room.clock.now());
        self.room.state.write(move |tx| {
            let sale = sales::body_of(tx, id)?;
            judge::one(tx, &measure, id, &sale, now).map(drop)
        })
    }

    /// What the ledger does not take of the customer stands in the way before anything is intended.
    fn block(&self, id: SaleId, reasons: Vec<Reason>) -> Result<()> {
        let now = self.room.clock.now();
        self.room.state.write(move |tx| {
            sales::happen(tx, id, crate::state::Happening::Blocked, now)?;
            tx.execute(
                "UPDATE sale SET reasons = ?2, reason = 'refused' WHERE id = ?1",
                (id, to_json(&reasons)),
            )?;
            sales::tell(
                tx,
                id,
                now,
                "customer_refused",
                &serde_json::json!({ "reasons": reasons }),
            )
        })
    }

    /// Another sale is that document in the ledger: this one can't be it too.
    fn same_number(&self, id: SaleId, marker: String) -> Result<()> {
        let (ledger, now) = (self.account.id, self.room.clock.now());
        self.room.state.write(move |tx| {
            let ready = sales::row_of(tx, id)?.state == State::Ready;
            if !ready || !table::is_elsewhere(tx, ledger, id, &marker)? {
                return Ok(());
            }
            sales::happen(tx, id, crate::state::Happening::Blocked, now)?;
            let reason = Reason::Document {
                field: "copies".to_owned(),
                value: marker,
            };
            tx.execute(
                "UPDATE sale SET reasons = ?2, reason = ?3 WHERE id = ?1",
                (id, to_json(&[&reason]), reason.name()),
            )?;
            Ok::<_, Error>(())
        })
    }

    fn ensure_customer(&mut self, draft: &Draft) -> Result<std::result::Result<(), Vec<Refusal>>> {
        let identification = &draft.customer.identification;
        if self.customers.contains(identification) {
            return Ok(Ok(()));
        }
        self.room.point("customer.before");
        let ensured = self.ledger.ensure_customer(&draft.customer, self.cancel)?;
        self.room.point("customer.after");
        if ensured.is_ok() {
            self.customers.insert(identification.clone());
        }
        Ok(ensured)
    }

    /// An invoice that an earlier sending made after all, though it was taken for refused.
    fn made_before(&self, intent: &Intent) -> Result<Option<Issued>> {
        let since = table::of_sale(&self.room.state, intent.sale)?
            .first()
            .map_or_else(|| self.room.clock.now(), |first| first.created_at);
        let found = settle::search(
            self.ledger,
            &intent.customer,
            &intent.marker,
            since,
            self.cancel,
        )?;
        Ok(found.into_iter().find(|issued| !issued.annulled))
    }

    fn deliver(&mut self, send: &SendRow, draft: &Draft, may_adjust: bool) -> Result<Sent> {
        let state = &self.room.state;
        // What was intended ahead was committed as sent.
        let mut told = send.state == SendState::Sent;
        for attempt in 1..=self.attempts {
            if self.cancel.is_cancelled() {
                let now = self.room.clock.now();
                match told {
                    true => table::never_left(state, vec![send.clone()], now)?,
                    false => table::take_back(state, send, now).map(drop)?,
                }
                return Err(Error::Cancelled);
            }
            if !told {
                table::leaves(state, send.id, self.room.clock.now())?;
            }
            told = false;
            self.room.point("send.before");
            let answer = self.ledger.send(&send.key, &send.body, self.cancel);
            self.room.point("send.after");
            match answer {
                Answer::Accepted(issued) if settle::is_ours(send, &issued) => {
                    self.accept(send, *issued, "answered")?;
                    return Ok(Sent::Invoiced);
                }
                Answer::There(issued) if settle::is_ours(send, &issued) => {
                    // After an attempt without an answer it is that one.
                    let how = if send.doubtful {
                        "same_key"
                    } else {
                        invoices::THERE
                    };
                    self.accept(send, *issued, how)?;
                    return Ok(if send.doubtful {
                        Sent::Invoiced
                    } else {
                        Sent::There
                    });
                }
                Answer::Accepted(issued) | Answer::There(issued) => {
                    return self.in_doubt(send, &format!("another invoice: {}", issued.number));
                }
                Answer::Refused(refusals) => {
                    return self.refused(send, draft, &refusals, may_adjust);
                }
                Answer::Unknown(why) => return self.in_doubt(send, &why.said),
                Answer::NotNow { why, wait } => {
                    let now = self.room.clock.now();
                    table::stayed_here(state, send.id, "not_now", &why.said, now)?;
                    if attempt == self.attempts {
                        table::take_back(state, send, self.room.clock.now())?;
                        return Ok(Sent::Later(why));
                    }
                    let pause = wait.map_or(PAUSE * 2_u32.pow(attempt), Duration::from_secs);
                    // A cancel is seen at the top.
                    let _ = self.cancel.sleep(pause.min(Duration::from_secs(120)));
                }
                Answer::Stop(refusal) => {
                    let now = self.room.clock.now();
                    table::stayed_here(state, send.id, "stop", &refusal.message, now)?;
                    table::take_back(state, send, self.room.clock.now())?;
                    return Err(Error::Login {
                        cloud: self.ledger.name(),
                        said: format!("{}: {}", refusal.code, refusal.message),
                    });
                }
            }
        }
        Ok(Sent::Uncertain(None))
    }

    fn refused(
        &mut self,
        send: &SendRow,
        draft: &Draft,
        refusals: &[Refusal],
        may_adjust: bool,
    ) -> Result<Sent> {
        table::refused(&self.room.state, send, refusals, self.room.clock.now())?;
        self.room.point("refused.after");
        let measure = self.measure(sales::get(&self.room.state, send.sale_id)?.channel_id)?;
        let tolerance = measure.channel.rules.tolerance;
        let total = refusals
            .iter()
            .find(|refusal| refusal.code == "invalid_total_payments")
            .and_then(|refusal| calculated_total(&refusal.message))
            .filter(|total| (*total - draft.total).abs() <= tolerance)
            .filter(|total| (*total - draft.paid).abs() <= tolerance);
        // The ledger rounds otherwise than we do: within the office's own tolerance its total stands.
        if let Some(total) = total.filter(|_| may_adjust && draft.payments.len() == 1) {
            self.judge(&measure, send.sale_id)?;
            return self.send_as(send.sale_id, Some(total));
        }
        Ok(Sent::Refused)
    }

    fn in_doubt(&self, send: &SendRow, said: &str) -> Result<Sent> {
        table::unanswered(&self.room.state, send, said, self.room.clock.now())?;
        self.room.point("unanswered.after");
        match settle::one(self.room, self.ledger, send, self.cancel)? {
            Settled::Invoiced => Ok(Sent::Invoiced),
            Settled::Refused => Ok(Sent::Refused),
            Settled::Still(why) => Ok(Sent::Uncertain(why)),
        }
    }
}

fn adjust(draft: &mut Draft, total: Decimal) {
    draft.total = total;
    if let [payment] = draft.payments.as_mut_slice() {
        payment.value = total;
    }
}
