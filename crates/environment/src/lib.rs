//! What libraries read from the environment and nowhere else.

/// Rows that the Firebird driver asks for at a time. Its own default of 200 means 5,000 round trips for
/// a million rows: 150 s of waiting alone over a VPN with 30 ms, where 5,000 rows at a time wait 6 s.
/// A batch of lines is some 400 kB.
const FIREBIRD_BATCH: (&str, &str) = ("FB_FETCH_BATCH", "5000");

/// Sets what is not set yet. To be called first thing in `main`: where it can't tell that it may, it
/// changes nothing, and the libraries' defaults hold.
pub fn prepare() {
    let (name, value) = FIREBIRD_BATCH;
    if std::env::var_os(name).is_none() && may_set() {
        // SAFETY: there is no other thread that could read the environment meanwhile, or the system
        // allows it at any time.
        unsafe { std::env::set_var(name, value) };
    }
}

/// Windows guards its environment by itself; elsewhere this must be the only thread.
fn may_set() -> bool {
    cfg!(windows) || std::fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_set_while_there_are_other_threads() {
        let asked = std::thread::spawn(may_set).join();
        assert_eq!(asked.ok(), Some(cfg!(windows)));
    }
}
