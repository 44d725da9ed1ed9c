-- Servers that Puente set up as VPN servers, with what undoes each step. Owned by crates/vpn. Passwords
-- are in the keyring (vpn-setup/<id>/...); the server's key never leaves the server.

CREATE TABLE vpn_setup (
    id INTEGER PRIMARY KEY,
    -- JSON of vpn::vpns::Remote.
    remote TEXT NOT NULL,
    -- JSON of a list of vpn::bootstrap::Step. A step is written as begun before it is sent.
    steps TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    -- JSON of puente_core::Error; NULL when the last job went well.
    last_error TEXT
) STRICT;
