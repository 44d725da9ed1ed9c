//! Source databases behind one trait (Firebird, files), and the profiles of ERPs.
