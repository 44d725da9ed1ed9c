//! The facts brought from ERPs: documents, movements and their monthly totals.
