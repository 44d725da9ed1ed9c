//! SQLite with one writer and many readers, migrations, backup and quarantine; secrets in the OS keyring.
