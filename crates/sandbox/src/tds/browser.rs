//! SQL Browser: tells on which port a named instance listens.

use crate::Error;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Ask for one instance.
const ONE: u8 = 4;
const ANSWER: u8 = 5;

/// The stand-in of the service.
#[derive(Debug)]
pub(super) struct Browser {
    port: u16,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Browser {
    /// Listens on a free port of this machine.
    pub(super) fn start(instance: String, tcp_port: u16) -> Result<Self, Error> {
        let failed = |error: std::io::Error| Error::Server {
            reason: error.to_string(),
        };
        let socket = UdpSocket::bind(("127.0.0.1", 0)).map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .map_err(failed)?;
        let ended = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut question = [0; 512];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut question) else {
                    continue;
                };
                let asked = question.get(1..length).unwrap_or_default();
                let asked: Vec<u8> = asked.iter().copied().take_while(|b| *b != 0).collect();
                let asked = String::from_utf8_lossy(&asked);
                // As the real one, it is silent about what it does not know.
                if question[0] == ONE && asked.eq_ignore_ascii_case(&instance) {
                    let _ = socket.send_to(&answer(&instance, tcp_port), from);
                }
            }
        });
        Ok(Browser {
            port,
            ended,
            thread: Some(thread),
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(instance: &str, port: u16) -> Vec<u8> {
    let text = format!(
        "ServerName;PUENTE;InstanceName;{instance};IsClustered;No;Version;16.0.4100.1;tcp;{port};;"
    );
    let mut bytes = vec![ANSWER];
    bytes.extend(u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}
