//! Asks SQL Browser on which port a named instance listens.

use crate::{Error, Result};
use puente_core::Cancel;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

/// Ask for one instance.
const ONE: u8 = 4;
const ANSWER: u8 = 5;
/// A question may get lost: it is asked again after so long.
const AGAIN: Duration = Duration::from_millis(500);

/// The TCP port of the instance.
pub(super) fn port_of(
    host: &str,
    browser_port: u16,
    instance: &str,
    limit: Duration,
    cancel: &Cancel,
) -> Result<u16> {
    let silent = |detail: String| Error::InstanceNotFound {
        host: host.to_owned(),
        instance: instance.to_owned(),
        detail,
    };
    let addresses: Vec<SocketAddr> = (host, browser_port)
        .to_socket_addrs()
        .map_err(|error| Error::HostUnreachable {
            host: host.to_owned(),
            port: browser_port,
            detail: error.to_string(),
        })?
        .collect();
    let mut question = vec![ONE];
    question.extend(instance.as_bytes());
    question.push(0);
    let end = Instant::now() + limit;
    let mut why = "no answer on UDP".to_owned();
    while Instant::now() < end {
        for address in &addresses {
            cancel.check()?;
            match ask(*address, &question) {
                Ok(Some(port)) => return Ok(port),
                Ok(None) => return Err(silent("its answer has no TCP port".to_owned())),
                Err(error) => {
                    why = error.to_string();
                    cancel.sleep(Duration::from_millis(50))?;
                }
            }
        }
        if addresses.is_empty() {
            break;
        }
    }
    Err(silent(why))
}

fn ask(address: SocketAddr, question: &[u8]) -> std::io::Result<Option<u16>> {
    let any = if address.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(AGAIN))?;
    socket.send(question)?;
    let mut answer = [0; 4096];
    let length = socket.recv(&mut answer)?;
    Ok(port_in(answer.get(..length).unwrap_or_default()))
}

/// `ServerName;X;InstanceName;Y;…;tcp;51433;;` behind three bytes.
fn port_in(answer: &[u8]) -> Option<u16> {
    let [ANSWER, _, _, text @ ..] = answer else {
        return None;
    };
    let text = String::from_utf8_lossy(text).into_owned();
    let words: Vec<&str> = text.split(';').collect();
    words
        .windows(2)
        .find(|pair| pair[0].eq_ignore_ascii_case("tcp"))
        .and_then(|pair| pair[1].parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_port_stands_behind_the_word_tcp() {
        let mut answer = vec![5, 60, 0];
        answer.extend(b"ServerName;OFICINA;InstanceName;VENTAS;IsClustered;No;tcp;51433;np;x;;");
        assert_eq!(port_in(&answer), Some(51_433));
        assert_eq!(port_in(b"\x05\x01\x00ServerName;OFICINA;;"), None);
    }

    proptest! {
        #[test]
        fn an_answer_of_any_bytes_is_read_without_harm(bytes: Vec<u8>) {
            let _ = port_in(&bytes);
        }
    }
}
