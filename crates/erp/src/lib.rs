//! Servers of ERPs, discovery of companies, extraction of movements, and the proof that nothing is missing.
