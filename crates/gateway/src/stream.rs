//! The stream of events, as a browser reads it.

use crate::bridge::Ground;
use axum::extract::State;
use axum::response::sse::{Event as Line, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use puente_session::Event;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

/// Events that wait for one browser before they are dropped, and it is told so.
const WAITING: usize = 1024;

/// Every event from now on. The first line comes at once, so that the reader knows that it listens.
pub(crate) async fn events(
    State(ground): State<Arc<Ground>>,
) -> Sse<impl Stream<Item = Result<Line, Infallible>>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let mut teller = Teller {
        sender,
        missed: false,
    };
    ground.session.listen(move |event| teller.tell(event));
    let reading = Reading {
        receiver,
        ending: ground.ending.clone(),
        greeted: false,
    };
    Sse::new(unfold(reading, Reading::next)).keep_alive(KeepAlive::default())
}

struct Teller {
    sender: mpsc::Sender<Line>,
    missed: bool,
}

impl Teller {
    fn tell(&mut self, event: &Event) -> bool {
        if self.missed {
            match self.offer(&Event::Missed) {
                Ok(()) => self.missed = false,
                Err(TrySendError::Full(_)) => return true,
                Err(TrySendError::Closed(_)) => return false,
            }
        }
        match self.offer(event) {
            Ok(()) => true,
            Err(TrySendError::Full(_)) => {
                self.missed = true;
                true
            }
            Err(TrySendError::Closed(_)) => false,
        }
    }

    fn offer(&self, event: &Event) -> Result<(), TrySendError<Line>> {
        match Line::default().json_data(event) {
            Ok(line) => self.sender.try_send(line),
            Err(error) => {
                tracing::error!(%error, "an event could not be written");
                Ok(())
            }
        }
    }
}

struct Reading {
    receiver: mpsc::Receiver<Line>,
    ending: watch::Receiver<bool>,
    greeted: bool,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Line, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(Line::default().comment("puente")), self));
        }
        let line = tokio::select! {
            _ = self.ending.wait_for(|ended| *ended) => None,
            line = self.receiver.recv() => line,
        };
        Some((Ok(line?), self))
    }
}
