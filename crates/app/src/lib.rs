//! The composition root, the use cases and the one list of commands.
