//! The ports that connections have at this end of the tunnel.

/// The first of those that are nobody's (RFC 6335, 6).
pub(super) const FIRST: u16 = 49152;

/// The one after `last` that no connection has: they begin anew after the last one, and a connection may
/// outlive thousands of others.
pub(super) fn next(last: u16, taken: impl Fn(u16) -> bool) -> u16 {
    let mut port = last;
    loop {
        port = port.checked_add(1).unwrap_or(FIRST);
        // There are far more of them than connections.
        if !taken(port) {
            return port;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_begin_anew_and_pass_over_a_connection_that_is_still_there() {
        assert_eq!(next(50_000, |_| false), 50_001);
        assert_eq!(next(u16::MAX, |_| false), FIRST);
        let old = |port| port == FIRST || port == u16::MAX;
        assert_eq!(next(u16::MAX - 1, old), FIRST + 1);
    }
}
