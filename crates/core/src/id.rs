//! Ids that cannot be mistaken for one another.

/// Declares an id that a database row gives: a newtype over `i64`, transparent on the wire.
///
/// ```
/// puente_core::row_id! {
///     /// A server.
///     pub struct ServerId;
/// }
/// assert_eq!("12".parse::<ServerId>().unwrap(), ServerId::from(12));
/// assert_eq!(ServerId::from(12).get(), 12);
/// ```
#[macro_export]
macro_rules! row_id {
    ($(#[$doc:meta])* $vis:vis struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name(i64);

        impl $name {
            /// The number in the row.
            pub fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                $name(number)
            }
        }

        $crate::id_traits!($name, i64);
    };
}

/// Declares an id that is made before its row is, and is unique over all machines: a newtype over
/// a UUID, transparent on the wire. New ones sort by the time they were made.
///
/// ```
/// puente_core::uuid_id! {
///     /// An instance of the program.
///     pub struct InstanceId;
/// }
/// let id = InstanceId::new(&puente_core::SystemClock);
/// assert_eq!(id.to_string().parse::<InstanceId>().unwrap(), id);
/// ```
#[macro_export]
macro_rules! uuid_id {
    ($(#[$doc:meta])* $vis:vis struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name($crate::id::private::Uuid);

        impl $name {
            /// A new one (version 7) that begins with the present.
            pub fn new(clock: &dyn $crate::Clock) -> Self {
                $name($crate::id::private::uuid_at(clock.now()))
            }

            /// The UUID itself.
            pub fn get(self) -> $crate::id::private::Uuid {
                self.0
            }
        }

        impl From<$crate::id::private::Uuid> for $name {
            fn from(uuid: $crate::id::private::Uuid) -> Self {
                $name(uuid)
            }
        }

        $crate::id_traits!($name, $crate::id::private::Uuid);
    };
}

/// What both kinds of id share.
#[doc(hidden)]
#[macro_export]
macro_rules! id_traits {
    ($name:ident, $inner:ty) => {
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ValueError;

            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::ValueError> {
                text.parse::<$inner>()
                    .map($name)
                    .map_err(|_| $crate::id::private::not_an_id(text))
            }
        }

        impl $crate::id::private::serde::Serialize for $name {
            fn serialize<S: $crate::id::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                $crate::id::private::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::id::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::id::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                <$inner as $crate::id::private::serde::Deserialize>::deserialize(deserializer)
                    .map($name)
            }
        }
    };
}

/// For the macros alone: the crates that use them need not depend on serde or uuid themselves.
#[doc(hidden)]
pub mod private {
    use crate::value::{ValueError, shorten};
    use chrono::{DateTime, Utc};
    pub use serde;
    pub use uuid::Uuid;

    pub fn uuid_at(now: DateTime<Utc>) -> Uuid {
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let context = uuid::NoContext;
        Uuid::new_v7(uuid::Timestamp::from_unix(
            context,
            seconds,
            now.timestamp_subsec_nanos(),
        ))
    }

    pub fn not_an_id(text: &str) -> ValueError {
        ValueError::Id {
            text: shorten(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ManualClock;
    use chrono::{DateTime, TimeDelta};

    row_id! {
        /// A row of tests.
        struct RowId;
    }

    uuid_id! {
        /// A thing of tests.
        struct ThingId;
    }

    #[test]
    fn ids_are_plain_numbers_and_texts_on_the_wire() {
        let id = RowId::from(7);
        assert_eq!(serde_json::to_string(&id).unwrap(), "7");
        assert_eq!(serde_json::from_str::<RowId>("7").unwrap().get(), 7);
        let thing = ThingId::new(&ManualClock::at(DateTime::UNIX_EPOCH));
        let json = serde_json::to_string(&thing).unwrap();
        assert_eq!(json, format!("\"{}\"", thing.get()));
        assert_eq!(serde_json::from_str::<ThingId>(&json).unwrap(), thing);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        assert!("seven".parse::<RowId>().is_err());
        assert!("7".parse::<ThingId>().is_err());
    }

    #[test]
    fn uuid_ids_sort_by_the_time_they_were_made_and_never_repeat() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        let first = ThingId::new(&clock);
        let second = ThingId::new(&clock);
        clock.advance(TimeDelta::milliseconds(1));
        let third = ThingId::new(&clock);
        assert!(first != second && first < third && second < third);
    }
}
