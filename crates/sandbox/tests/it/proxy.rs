use crate::sample::{options, server};
use puente_sandbox::{FaultProxy, SampleErp};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// A server that tells each client the numbers from 0 on, a byte each, for ever.
fn counter() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let numbers: Vec<u8> = (0..=255).cycle().take(256 * 64).collect();
                let mut client = client;
                while client.write_all(&numbers).is_ok() {}
            });
        }
    });
    port
}

fn client(proxy: &FaultProxy) -> TcpStream {
    let client = TcpStream::connect((proxy.host(), proxy.port())).unwrap();
    client
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    client
}

/// Reads `count` bytes and says whether they are those that come after `from` earlier ones.
fn read(client: &mut TcpStream, from: usize, count: usize) -> bool {
    let mut bytes = vec![0; count];
    client.read_exact(&mut bytes).unwrap();
    bytes
        .iter()
        .zip(from..)
        .all(|(byte, place)| usize::from(*byte) == place % 256)
}

#[test]
fn a_connection_is_dropped_after_exactly_so_many_bytes_and_the_next_one_works() {
    let proxy = FaultProxy::start(counter()).unwrap();
    proxy.drop_after(10_000);
    let mut bytes = Vec::new();
    client(&proxy).read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len(), 10_000);
    assert!(read(&mut client(&proxy), 0, 50_000));
    assert_eq!(proxy.accepted(), 2);
}

#[test]
fn a_connection_is_reset() {
    let proxy = FaultProxy::start(counter()).unwrap();
    let mut client = client(&proxy);
    assert!(read(&mut client, 0, 1_000));
    proxy.reset_after(100_000);
    let mut bytes = Vec::new();
    let error = client.read_to_end(&mut bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(proxy.open(), 0);
}

#[test]
fn a_stalled_connection_stays_open_and_goes_on_where_it_was() {
    let proxy = FaultProxy::start(counter()).unwrap();
    let mut client = client(&proxy);
    proxy.stall_after(5_000);
    assert!(read(&mut client, 0, 5_000));
    client
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let silence = client.read(&mut [0]).unwrap_err();
    assert!(
        matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{silence}"
    );
    let mut late = TcpStream::connect((proxy.host(), proxy.port())).unwrap();
    late.set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    assert!(
        late.read(&mut [0]).is_err(),
        "a new connection is taken and hears nothing either"
    );
    proxy.heal();
    client
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    assert!(read(&mut client, 5_000, 50_000));
}

#[test]
fn a_port_that_refuses_is_closed_until_it_is_healed() {
    let proxy = FaultProxy::start(counter()).unwrap();
    let mut open = client(&proxy);
    assert!(read(&mut open, 0, 1_000));
    proxy.refuse();
    let refused = TcpStream::connect((proxy.host(), proxy.port())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert!(read(&mut open, 1_000, 1_000), "what was open stays open");
    proxy.try_heal().unwrap();
    assert!(read(&mut client(&proxy), 0, 1_000));
}

#[test]
fn a_slow_link_is_as_slow_as_asked() {
    let proxy = FaultProxy::start(counter()).unwrap();
    proxy.slow(100_000);
    let begin = Instant::now();
    assert!(read(&mut client(&proxy), 0, 40_000));
    let elapsed = begin.elapsed();
    assert!(
        elapsed >= Duration::from_millis(360),
        "40,000 bytes took {elapsed:?}"
    );
}

#[test]
fn firebird_works_through_the_proxy_and_loses_its_connection_there() {
    let (folder, server) = server();
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options()).unwrap();
    let proxy = FaultProxy::start(server.port()).unwrap();
    let company = &erp.companies[0];
    let address = format!(
        "{}/{}:{}",
        proxy.host(),
        proxy.port(),
        company.path.display()
    );
    let lines = server
        .isql()
        .column(&address, "select DEKARDEXID from DEKARDEX")
        .unwrap();
    assert_eq!(lines.len() as u64, company.expected.lines);
    proxy.drop_after(2_000);
    assert!(
        server
            .isql()
            .column(&address, "select DEKARDEXID from DEKARDEX")
            .is_err()
    );
    assert!(proxy.bytes_to_client() > 2_000 && proxy.bytes_to_server() > 0);
}
