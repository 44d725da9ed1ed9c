//! Connections that can be reset or cut in the middle of an answer.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const OPEN: i64 = i64::MAX;
const RESET: i64 = -1;

/// How much more a connection may say.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<AtomicI64>);

impl Budget {
    /// The next word is a reset.
    pub(crate) fn reset(&self) {
        self.0.store(RESET, Ordering::SeqCst);
    }

    /// The connection closes after so many bytes.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.0
            .store(i64::try_from(bytes).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Incoming>> for Budget {
    fn connect_info(stream: IncomingStream<'_, Incoming>) -> Self {
        stream.io().budget.clone()
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// One connection.
pub(crate) struct Wire {
    stream: Stream,
    budget: Budget,
}

impl Wire {
    fn new(stream: Stream) -> Self {
        Wire {
            stream,
            budget: Budget(Arc::new(AtomicI64::new(OPEN))),
        }
    }

    fn reset(&self) -> io::Error {
        let tcp = match &self.stream {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(tls) => tls.get_ref().0,
        };
        // With nothing to linger for, closing sends a reset.
        let _ = socket2::SockRef::from(tcp).set_linger(Some(Duration::ZERO));
        io::ErrorKind::ConnectionReset.into()
    }

    fn inner(&mut self) -> Pin<&mut (dyn ReadWrite + Send + Unpin)> {
        match &mut self.stream {
            Stream::Plain(tcp) => Pin::new(tcp),
            Stream::Tls(tls) => Pin::new(tls.as_mut()),
        }
    }
}

trait ReadWrite: AsyncRead + AsyncWrite {}
impl<T: AsyncRead + AsyncWrite> ReadWrite for T {}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let left = wire.budget.0.load(Ordering::SeqCst);
        if left == OPEN {
            return wire.inner().poll_write(cx, bytes);
        }
        if left < 0 {
            return Poll::Ready(Err(wire.reset()));
        }
        let may = usize::try_from(left).unwrap_or(0).min(bytes.len());
        if may == 0 {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let written = wire
            .inner()
            .poll_write(cx, bytes.get(..may).unwrap_or_default());
        if let Poll::Ready(Ok(count)) = &written {
            let left = left.saturating_sub(i64::try_from(*count).unwrap_or(left));
            wire.budget.0.store(left, Ordering::SeqCst);
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().inner().poll_shutdown(cx)
    }
}

/// How a port speaks.
#[derive(Clone)]
pub(crate) enum Way {
    Plain,
    Tls(TlsAcceptor),
    /// As a server that knows TLS 1.0 and nothing later: no handshake succeeds.
    OldTls,
}

/// A ServerHello of TLS 1.0: the version, a random number, no session, and AES-128 with SHA-1.
async fn hello_of_old(mut tcp: TcpStream) -> io::Result<()> {
    let mut hello = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 47, 0]);
    let mut heard = vec![0; 16_384];
    if tcp.read(&mut heard).await? == 0 {
        return Ok(());
    }
    tcp.write_all(&hello).await?;
    // Until the other side has read it and gone.
    while tcp.read(&mut heard).await? > 0 {}
    Ok(())
}

/// A port.
pub(crate) struct Incoming {
    accepted: tokio::sync::mpsc::Receiver<(Wire, SocketAddr)>,
    address: SocketAddr,
}

impl Incoming {
    /// Takes connections from `listener`; handshakes go on beside each other.
    pub(crate) fn new(listener: TcpListener, way: Way) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (send, accepted) = tokio::sync::mpsc::channel(64);
        tokio::spawn(async move {
            while !send.is_closed() {
                let Ok((tcp, from)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let _ = tcp.set_nodelay(true);
                let (send, way) = (send.clone(), way.clone());
                tokio::spawn(async move {
                    let stream = match way {
                        Way::Plain => Stream::Plain(tcp),
                        Way::Tls(tls) => match tls.accept(tcp).await {
                            Ok(stream) => Stream::Tls(Box::new(stream)),
                            Err(_) => return,
                        },
                        Way::OldTls => {
                            let _ = hello_of_old(tcp).await;
                            return;
                        }
                    };
                    let _ = send.send((Wire::new(stream), from)).await;
                });
            }
        });
        Ok(Incoming { accepted, address })
    }
}

impl Listener for Incoming {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
