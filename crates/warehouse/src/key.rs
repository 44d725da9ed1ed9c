//! The packed keys by which rows are found.

use crate::{Error, Stream};

const ID_BITS: u32 = 43;
const BIAS: i64 = 1 << (ID_BITS - 1);
const ID_MASK: i64 = (1 << ID_BITS) - 1;
/// Low bits of a key that a zone leaves out.
const ZONE_BITS: u32 = 12;

/// Stands in the database for a day that is not known, so that it sorts first and compares.
pub(crate) const NO_DAY: i32 = i32::MIN;

/// Where the rows of one load are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot(pub i64);

impl Slot {
    /// The largest slot: beyond it keys would be negative.
    pub const LAST: i64 = (1 << (63 - ID_BITS - 1)) - 1;

    /// Packs a key of the source.
    ///
    /// # Errors
    /// [`Error::KeyTooLarge`] outside of ±2^42.
    pub fn key(self, stream: Stream, id: i64) -> Result<i64, Error> {
        if (-BIAS..BIAS).contains(&id) {
            Ok(self.base(stream) + id + BIAS)
        } else {
            Err(Error::KeyTooLarge { key: id })
        }
    }

    /// First and last packed key of `after < id <= through`; the first is above the last when there
    /// is none.
    pub fn range(self, stream: Stream, after: i64, through: i64) -> (i64, i64) {
        let first = after.saturating_add(1).clamp(-BIAS, BIAS);
        let last = through.clamp(-BIAS - 1, BIAS - 1);
        let base = self.base(stream) + BIAS;
        (base + first, base + last)
    }

    /// First and last packed key of a stream.
    pub fn stream(self, stream: Stream) -> (i64, i64) {
        self.range(stream, i64::MIN, i64::MAX)
    }

    /// First and last packed key of both streams.
    pub fn all(self) -> (i64, i64) {
        (self.stream(Stream::Line).0, self.stream(Stream::Transfer).1)
    }

    /// What `last_line` or `last_transfer` holds before anything was put.
    pub fn before(self, stream: Stream) -> i64 {
        self.base(stream) - 1
    }

    fn base(self, stream: Stream) -> i64 {
        (self.0 << (ID_BITS + 1)) | ((stream as i64) << ID_BITS)
    }
}

/// The source's key of a packed one.
pub(crate) fn id_of(key: i64) -> i64 {
    (key & ID_MASK) - BIAS
}

/// The stream of a packed key.
pub(crate) fn stream_of(key: i64) -> Stream {
    if (key >> ID_BITS) & 1 == 0 {
        Stream::Line
    } else {
        Stream::Transfer
    }
}

/// The zone that a packed key lies in.
pub(crate) fn zone_of(key: i64) -> i64 {
    key >> ZONE_BITS
}

/// First and last packed key of a zone.
pub(crate) fn keys_of_zone(zone: i64) -> (i64, i64) {
    (
        zone << ZONE_BITS,
        (zone << ZONE_BITS) | ((1 << ZONE_BITS) - 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_keys_keep_order_and_unpack(
            a in -BIAS..BIAS, b in -BIAS..BIAS, slot in 1..=Slot::LAST, transfer: bool
        ) {
            let stream = if transfer { Stream::Transfer } else { Stream::Line };
            let (x, y) = (Slot(slot).key(stream, a).unwrap(), Slot(slot).key(stream, b).unwrap());
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!((id_of(x), stream_of(x)), (a, stream));
            let (first, last) = Slot(slot).stream(stream);
            prop_assert!(first <= x && x <= last && first > Slot(slot).before(stream));
        }

        #[test]
        fn a_range_holds_exactly_the_keys_after_and_through(
            after: i64, through: i64, id in -BIAS..BIAS
        ) {
            let key = Slot(7).key(Stream::Line, id).unwrap();
            let (first, last) = Slot(7).range(Stream::Line, after, through);
            prop_assert_eq!(first <= key && key <= last, after < id && id <= through);
        }
    }

    #[test]
    fn neighbouring_loads_and_streams_do_not_overlap() {
        assert_eq!(Slot(1).all().1 + 1, Slot(2).all().0);
        assert_eq!(
            Slot(1).stream(Stream::Line).1 + 1,
            Slot(1).stream(Stream::Transfer).0
        );
        assert_eq!(Slot(Slot::LAST).all().1, i64::MAX);
    }

    #[test]
    fn a_key_beyond_the_range_is_refused() {
        assert!(Slot(1).key(Stream::Line, BIAS).is_err());
        assert!(Slot(1).key(Stream::Line, -BIAS - 1).is_err());
    }
}
