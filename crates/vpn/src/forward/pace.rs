//! How much of a connection may be under way to the office at a time.
//!
//! The TCP stack grows its window until something is lost, and what is lost in the middle of a window
//! it misses for a whole second, its shortest timeout. So the window is held where nothing needs to be
//! lost: a packet that comes back late has waited in a queue, and how long tells how much waits there
//! (the idea of TCP Vegas). A queue of [`MOST_QUEUED`] keeps the way busy and fits the 212,992 bytes
//! that Linux gives the socket of a WireGuard that runs as a program: 92 datagrams.

use std::time::{Duration, Instant};

/// What is always let through, in bytes: others who fill the queues shall not drive us to nothing.
const LEAST: usize = 48 << 10;
/// Below so many bytes in queues there is room for more.
const LEAST_QUEUED: usize = 16 << 10;
/// Above so many there is less.
const MOST_QUEUED: usize = 48 << 10;
/// What is added at a time when the way is known, in bytes.
const STEP: usize = 8 << 10;
/// How long the shortest time is believed: the way may have become another one.
const BELIEVED: Duration = Duration::from_secs(20);

/// Bytes whose confirmation is waited for.
#[derive(Debug)]
struct Probe {
    /// All that was given up to them.
    mark: u64,
    since: Instant,
    /// What was under way with them.
    under_way: usize,
}

/// The window of one connection.
#[derive(Debug)]
pub(super) struct Pace {
    limit: usize,
    most: usize,
    pushed: u64,
    probe: Option<Probe>,
    shortest: Option<(Duration, Instant)>,
    /// Whether it is still looking for the way's width: twice as much each time.
    begins: bool,
}

impl Pace {
    /// A window of at most `most` bytes.
    pub fn new(most: usize) -> Pace {
        Pace {
            limit: LEAST.min(most),
            most,
            pushed: 0,
            probe: None,
            shortest: None,
            begins: true,
        }
    }

    /// How many more bytes may be given to the stack, which holds `held` that are not confirmed.
    pub fn room(&self, held: usize) -> usize {
        self.limit.saturating_sub(held)
    }

    /// Bytes were given to the stack, which holds `held` now.
    pub fn pushed(&mut self, bytes: usize, held: usize, now: Instant) {
        self.pushed += bytes as u64;
        let mark = self.pushed;
        self.probe.get_or_insert(Probe {
            mark,
            since: now,
            under_way: held,
        });
    }

    /// The stack holds `held` bytes that are not confirmed.
    pub fn held(&mut self, held: usize, now: Instant) {
        let confirmed = self.pushed.saturating_sub(held as u64);
        if let Some(probe) = self.probe.take_if(|probe| confirmed >= probe.mark) {
            self.took(now.duration_since(probe.since), probe.under_way, now);
        }
    }

    /// A round trip took so long, with so much under way.
    fn took(&mut self, time: Duration, under_way: usize, now: Instant) {
        let time = time.max(Duration::from_micros(1));
        let shortest = match self.shortest {
            Some((shortest, at)) if shortest <= time && now.duration_since(at) < BELIEVED => {
                shortest
            }
            Some(_) | None => {
                self.shortest = Some((time, now));
                time
            }
        };
        let waited = (time - shortest).as_micros();
        let queued = under_way as u128 * waited / time.as_micros();
        let queued = usize::try_from(queued).unwrap_or(under_way);
        if queued > MOST_QUEUED {
            self.begins = false;
            self.limit -= ((queued - MOST_QUEUED) / 2).min(self.limit / 2);
        } else if queued >= LEAST_QUEUED {
            self.begins = false;
        } else if under_way >= self.limit / 2 {
            // A window that nobody fills tells nothing of what the way would carry.
            self.limit += if self.begins { self.limit / 4 } else { STEP };
        }
        self.limit = self.limit.clamp(LEAST.min(self.most), self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LARGE: usize = 512 << 10;

    /// A way of that many bytes each millisecond, that long without a queue: the window after a while,
    /// and the most that waited in its queue.
    fn settles(rate: usize, empty: Duration, most: usize) -> (usize, usize) {
        let mut pace = Pace::new(most);
        let mut now = Instant::now();
        let mut queued = 0;
        for round in 0..400 {
            let sent = pace.room(0);
            pace.pushed(sent, sent, now);
            let carried = rate * usize::try_from(empty.as_micros()).unwrap() / 1000;
            let wait = sent.saturating_sub(carried);
            if round > 100 {
                queued = queued.max(wait);
            }
            now += empty + Duration::from_micros((wait * 1000 / rate) as u64);
            pace.held(0, now);
        }
        (pace.room(0), queued)
    }

    #[test]
    fn a_short_way_is_kept_busy_without_more_in_its_queue_than_a_server_holds() {
        // 600 Mbit/s and half a millisecond, as between the programs of one machine.
        let (window, queued) = settles(75_000, Duration::from_micros(500), LARGE);
        assert!((60_000..125_000).contains(&window), "{window}");
        assert!(queued < 100_000, "{queued}");
    }

    #[test]
    fn a_long_wide_way_gets_the_whole_window() {
        // 100 Mbit/s and 60 ms: 750,000 bytes are under way.
        let (window, queued) = settles(12_500, Duration::from_millis(60), LARGE);
        assert_eq!((window, queued), (LARGE, 0));
    }

    #[test]
    fn a_narrow_way_is_not_flooded() {
        // 20 Mbit/s and 30 ms, an office's line: 75,000 bytes are under way.
        let (window, queued) = settles(2500, Duration::from_millis(30), LARGE);
        assert!(window > 75_000, "{window}");
        assert!(queued < 100_000, "{queued}");
    }

    proptest! {
        #[test]
        fn something_always_goes_and_never_too_much(
            times in prop::collection::vec(0u64..5_000_000, 0..60), most in 1usize..(1 << 20)
        ) {
            let mut pace = Pace::new(most);
            let mut now = Instant::now();
            for time in times {
                let room = pace.room(0);
                prop_assert!((LEAST.min(most)..=most).contains(&room));
                pace.pushed(room, room, now);
                now += Duration::from_micros(time);
                pace.held(0, now);
            }
        }
    }
}
