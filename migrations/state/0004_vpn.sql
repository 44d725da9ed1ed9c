-- VPNs of this PC, made by Puente or imported. Owned by crates/vpn. No key but the public ones stands
-- here: rows hold what the keyring's entries are called by (vpn/<id>/...).

CREATE TABLE vpn (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    -- adding: the intent to add the peer is kept, and was perhaps sent. uncertain: it was sent and
    -- nobody answered. Both are settled by asking the server.
    state TEXT NOT NULL CHECK (state IN ('adding', 'uncertain', 'active', 'revoking', 'revoked')),
    -- This PC's key, or the phone's for which the VPN was made.
    public_key TEXT NOT NULL,
    -- JSON of vpn::vpns::Tunnel.
    tunnel TEXT NOT NULL,
    -- JSON of vpn::vpns::Remote; NULL for an imported file, whose server Puente doesn't manage.
    remote TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    -- JSON of puente_core::Error; NULL when the last contact with the server went well.
    last_error TEXT
) STRICT;
