//! Which process has the tunnel of a VPN. Its key serves one place at a time: a server answers where it was
//! spoken to last, so two tunnels with one key cut each other off. The first process of a data folder holds
//! a lock, and lets the others in by a port of this PC whose word stands in a file that only this user reads.

use crate::keys::PresharedKey;
use crate::vpns::VpnId;
use crate::{Error, Result};
use puente_core::{Cancel, Code};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Bytes of a question or an answer.
const LONGEST: u64 = 16 << 10;
/// How long a process of this PC may take to say a line.
const LINE: Duration = Duration::from_secs(5);
/// How long a holder may take to answer: longer than a server may.
const ANSWER: Duration = Duration::from_secs(20);
/// How long a listener of this PC may take to be reached: the system answers for a busy one, and some
/// systems ask a closed port again and again.
const NEAR: Duration = Duration::from_millis(500);
/// Questions that are answered at once.
const MOST: usize = 64;

/// What a holder does for another process: a port of this PC that leads to an address behind the VPN.
pub(super) type Reach = dyn Fn(SocketAddr) -> Result<SocketAddr> + Send + Sync;

/// Who has the tunnel.
pub(super) enum Claim {
    Ours(Hold),
    Theirs(Holder),
}

/// The tunnel is this process's until this is dropped.
#[derive(Debug)]
pub struct Hold {
    gate: PathBuf,
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    // The last that goes: until then nobody else has a gate.
    _lock: File,
}

/// Another process, which has the tunnel.
#[derive(Debug)]
pub(super) struct Holder {
    gate: PathBuf,
}

/// How a holder is spoken to.
#[derive(Serialize, Deserialize)]
struct Gate {
    process: u32,
    address: SocketAddr,
    word: String,
}

#[derive(Serialize, Deserialize)]
struct Question {
    word: String,
    /// None asks only whether it still has the tunnel.
    target: Option<SocketAddr>,
}

#[derive(Serialize, Deserialize)]
enum Answer {
    Here,
    Reached(SocketAddr),
    Refused(puente_core::Error),
}

/// The process that has the tunnel, if one has. It is asked, and the lock is not tried: whoever opens the
/// tunnel in that moment must not find it taken by somebody who only looks.
pub(super) fn who(folder: &Path, id: VpnId) -> Option<u32> {
    let holder = Holder {
        gate: folder.join(format!("{id}.gate")),
    };
    let gate = holder.gate()?;
    let stream = TcpStream::connect_timeout(&gate.address, NEAR).ok()?;
    let word = gate.word.clone();
    say(&stream, &Question { word, target: None }).ok()?;
    stream.set_read_timeout(Some(LINE)).ok()?;
    match line_of(&stream) {
        Ok(line) => serde_json::from_slice::<Answer>(&line).is_ok(),
        // It is stopped or very busy, and has the tunnel for all that.
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
    .then_some(gate.process)
}

/// Takes the tunnel, unless another process has it. `folder` is made if it is not there.
///
/// # Errors
/// [`Error::System`].
pub(super) fn claim(folder: &Path, id: VpnId, reach: Arc<Reach>) -> Result<Claim> {
    std::fs::create_dir_all(folder).map_err(Error::system("folder"))?;
    let gate = folder.join(format!("{id}.gate"));
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(format!("{id}.lock")))
        .map_err(Error::system("lock"))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Claim::Theirs(Holder { gate })),
        // Where a file system knows no locks, nobody can be asked.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
        Err(TryLockError::Error(error)) => return Err(Error::system("lock")(error)),
    }
    Hold::begin(lock, gate, reach).map(Claim::Ours)
}

impl Hold {
    fn begin(lock: File, gate: PathBuf, reach: Arc<Reach>) -> Result<Hold> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::system("gate"))?;
        let address = listener.local_addr().map_err(Error::system("gate"))?;
        let word: Arc<str> = PresharedKey::generate().written().expose().as_str().into();
        let told = Gate {
            process: std::process::id(),
            address,
            word: word.to_string(),
        };
        let told =
            serde_json::to_vec(&told).map_err(|error| Error::system("gate")(error.into()))?;
        let hold = Hold {
            gate,
            address,
            ended: Arc::default(),
            _lock: lock,
        };
        let ended = Arc::clone(&hold.ended);
        std::thread::Builder::new()
            .name("vpn-gate".to_owned())
            .spawn(move || listen(&listener, &word, &ended, &reach))
            .map_err(Error::system("thread"))?;
        write_private(&hold.gate, &told).map_err(Error::system("gate"))?;
        Ok(hold)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        // Wakes the thread that listens.
        drop(TcpStream::connect_timeout(&self.address, LINE));
        if let Err(error) = std::fs::remove_file(&self.gate) {
            tracing::debug!(%error, "a gate's file stays");
        }
    }
}

fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

fn listen(listener: &TcpListener, word: &Arc<str>, ended: &AtomicBool, reach: &Arc<Reach>) {
    for stream in listener.incoming() {
        if ended.load(Ordering::Acquire) {
            return;
        }
        // Every question that is being answered has the word.
        let (Ok(stream), true) = (stream, Arc::strong_count(word) < MOST) else {
            continue;
        };
        let (word, reach) = (Arc::clone(word), Arc::clone(reach));
        let answering = std::thread::Builder::new()
            .name("vpn-answer".to_owned())
            .spawn(move || answer(&stream, &word, reach.as_ref()));
        if let Err(error) = answering {
            tracing::warn!(%error, "another process is not answered");
        }
    }
}

/// Whoever doesn't know the word is told nothing.
fn answer(stream: &TcpStream, word: &str, reach: &Reach) {
    let Some(question) = hear::<Question>(stream, LINE).filter(|asked| asked.word == word) else {
        return;
    };
    let answer = match question.target.map(reach) {
        None => Answer::Here,
        Some(Ok(address)) => Answer::Reached(address),
        Some(Err(error)) => Answer::Refused(error.into()),
    };
    if let Err(error) = say(stream, &answer) {
        tracing::debug!(%error, "another process did not wait for its answer");
    }
}

fn say(mut stream: &TcpStream, what: &impl Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// A line of the other side, if it is one that it may say.
fn hear<T: serde::de::DeserializeOwned>(stream: &TcpStream, limit: Duration) -> Option<T> {
    stream.set_read_timeout(Some(limit)).ok()?;
    serde_json::from_slice(&line_of(stream).ok()?).ok()
}

fn line_of(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(stream.take(LONGEST)).read_until(b'\n', &mut line)?;
    Ok(line)
}

impl Holder {
    fn gate(&self) -> Option<Gate> {
        serde_json::from_slice(&std::fs::read(&self.gate).ok()?).ok()
    }

    /// A port of this PC that leads to `target` through the holder's tunnel; none when the holder is just
    /// coming or going.
    ///
    /// # Errors
    /// Those that the holder met, and [`Error::Cancelled`].
    pub fn reach(&self, target: SocketAddr, cancel: &Cancel) -> Result<Option<SocketAddr>> {
        let answer = self.gate().and_then(|gate| ask(&gate, target, cancel));
        cancel.check()?;
        match answer {
            Some(Answer::Reached(address)) => Ok(Some(address)),
            Some(Answer::Refused(error)) => Err(Error::Travelled(error)),
            Some(Answer::Here) | None => Ok(None),
        }
    }

    /// That it has the tunnel, and this process can't have it too.
    pub fn refusal(&self) -> Error {
        refusal(self.gate().map(|gate| gate.process))
    }
}

/// That a process has the tunnel, as far as it is known which.
pub(super) fn refusal(process: Option<u32>) -> Error {
    let process = process.map_or_else(|| "?".to_owned(), |process| process.to_string());
    Error::Travelled(puente_core::Error::new(Code::VpnHeld).with("process", process))
}

fn ask(gate: &Gate, target: SocketAddr, cancel: &Cancel) -> Option<Answer> {
    let stream = TcpStream::connect_timeout(&gate.address, LINE).ok()?;
    let hand = stream.try_clone().ok()?;
    let _guard = cancel.on_cancel(move || drop(hand.shutdown(Shutdown::Both)));
    let word = gate.word.clone();
    let question = Question {
        word,
        target: Some(target),
    };
    say(&stream, &question).ok()?;
    hear(&stream, ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> SocketAddr {
        "192.168.77.10:3050".parse().unwrap()
    }

    fn ours(folder: &Path) -> Hold {
        let reach: Arc<Reach> = Arc::new(|target| match target.port() {
            3050 => Ok("127.0.0.1:4050".parse().unwrap()),
            _ => Err(Error::NotRouted {
                target: target.to_string(),
                allowed: "192.168.77.0/24".to_owned(),
            }),
        });
        match claim(folder, 7, reach).unwrap() {
            Claim::Ours(hold) => hold,
            Claim::Theirs(holder) => panic!("{holder:?}"),
        }
    }

    fn theirs(folder: &Path) -> Holder {
        match claim(folder, 7, Arc::new(|_| panic!("nobody asks"))).unwrap() {
            Claim::Theirs(holder) => holder,
            Claim::Ours(hold) => panic!("{hold:?}"),
        }
    }

    #[test]
    fn the_first_has_the_tunnel_and_the_second_goes_through_it_until_it_is_let_go() {
        let folder = tempfile::tempdir().unwrap();
        let first = ours(folder.path());
        let second = theirs(folder.path());
        let reached = second.reach(target(), &Cancel::new()).unwrap();
        assert_eq!(reached.unwrap().to_string(), "127.0.0.1:4050");
        let mut elsewhere = target();
        elsewhere.set_port(1);
        let refused = second.reach(elsewhere, &Cancel::new()).unwrap_err();
        let refused = puente_core::Error::from(refused);
        assert_eq!(refused.code, Code::VpnNotRouted);
        let held = puente_core::Error::from(second.refusal());
        assert_eq!(held.values["process"], std::process::id().to_string());

        assert_eq!(who(folder.path(), 7), Some(std::process::id()));
        assert_eq!(who(folder.path(), 8), None);
        let other = claim(folder.path(), 8, Arc::new(|_| panic!("nobody asks")));
        assert!(matches!(other, Ok(Claim::Ours(_))), "another VPN");
        drop(first);
        assert_eq!(second.reach(target(), &Cancel::new()).unwrap(), None);
        assert_eq!(who(folder.path(), 7), None);
        drop(ours(folder.path()));
    }

    #[test]
    fn whoever_does_not_know_the_word_is_told_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let hold = ours(folder.path());
        let question = Question {
            word: "guessed".to_owned(),
            target: Some(target()),
        };
        for said in [serde_json::to_vec(&question).unwrap(), b"{".repeat(40_000)] {
            let mut stream = TcpStream::connect(hold.address).unwrap();
            // It may hang up before all of it was said.
            drop(
                stream
                    .write_all(&said)
                    .and_then(|()| stream.write_all(b"\n")),
            );
            let mut heard = Vec::new();
            drop(stream.read_to_end(&mut heard));
            assert_eq!(heard, b"");
        }
        let second = theirs(folder.path());
        assert!(second.reach(target(), &Cancel::new()).unwrap().is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&hold.gate).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_holder_that_was_killed_left_behind_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let hold = ours(folder.path());
        let left = std::fs::read(&hold.gate).unwrap();
        let gate = hold.gate.clone();
        drop(hold);
        std::fs::write(&gate, &left).unwrap();
        assert_eq!(who(folder.path(), 7), None, "nobody listens there");
        // Another program has its port by now, and does not know the word.
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut told: Gate = serde_json::from_slice(&left).unwrap();
        told.address = stranger.local_addr().unwrap();
        std::fs::write(&gate, serde_json::to_vec(&told).unwrap()).unwrap();
        let says = std::thread::spawn(move || {
            let (mut stream, _) = stranger.accept().unwrap();
            stream.write_all(b"220 mail.example.com\r\n").unwrap();
        });
        assert_eq!(who(folder.path(), 7), None);
        says.join().unwrap();
        drop(ours(folder.path()));
    }

    #[test]
    fn whoever_stops_waiting_for_a_holder_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let cancel = Cancel::new();
        let asked = cancel.clone();
        let reach: Arc<Reach> = Arc::new(move |_| {
            asked.cancel();
            assert!(held.lock().unwrap().recv().is_err(), "it is let go");
            Err(Error::Cancelled)
        });
        let Claim::Ours(_hold) = claim(folder.path(), 7, reach).unwrap() else {
            panic!("nobody else is there");
        };
        let answer = theirs(folder.path()).reach(target(), &cancel);
        assert!(matches!(answer, Err(Error::Cancelled)), "{answer:?}");
        drop(release);
    }
}
