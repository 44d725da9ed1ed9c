//! The durable queue of long work: schedules, exclusive resources, progress, cancel, retry, resume and the audit trail.
