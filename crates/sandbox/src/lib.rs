//! Sample ERP data on real servers, for tests and the demo.
