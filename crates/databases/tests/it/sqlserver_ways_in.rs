//! Ways in to a SQL Server: logins, encryption, certificates, named instances.

use crate::sqlserver::{Lab, lab, login, open};
use puente_core::{Code, Coded, Secret};
use puente_databases::{ConnectOptions, Encryption, Error, SourceDb, TotalsRequest};
use puente_sandbox::{ServerCertificate, TdsDatabaseOptions, TdsEncryption, TdsOptions};
use std::time::Duration;

fn refused(result: Result<Box<dyn SourceDb>, Error>) -> Error {
    match result {
        Ok(_) => panic!("it was let in"),
        Err(error) => error,
    }
}

#[test]
fn logins_and_rights_are_told_apart() {
    let mut unreadable = login();
    unreadable.unreadable = vec!["D".to_owned()];
    let options = TdsOptions {
        encryption: TdsEncryption::None,
        ..TdsOptions::with(unreadable)
    };
    let lab = lab(options, TdsDatabaseOptions::default());
    lab.database
        .create_table("D", "DID int not null primary key")
        .unwrap();
    let mut wrong = lab.options();
    wrong.password = Secret::new("otra".to_owned());
    assert_eq!(refused(open(&wrong)).code(), Code::DbWrongPassword);
    let mut elsewhere = lab.options();
    elsewhere.database = "NO_ESTA".to_owned();
    assert_eq!(refused(open(&elsewhere)).code(), Code::DbNotFound);
    let mut windows = lab.options();
    windows.sql_server.integrated = true;
    assert_eq!(refused(open(&windows)).code(), Code::DbAuthUnsupported);
    let denied = lab.open().totals(&TotalsRequest::of("D"));
    assert_eq!(denied.unwrap_err().code(), Code::DbPermissionDenied);
    let mut closed = lab.options();
    closed.port = 1;
    assert_eq!(refused(open(&closed)).code(), Code::DbPortClosed);
}

#[test]
fn what_is_not_a_sql_server_is_said_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut client, _) = listener.accept().unwrap();
        let _ = client.read(&mut [0; 64]);
        let _ = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let mut options =
        ConnectOptions::sql_server("127.0.0.1", port, "X", "u", Secret::new("p".to_owned()));
    options.timeouts.connect = Duration::from_secs(5);
    let error = refused(open(&options));
    answering.join().unwrap();
    assert_eq!(error.code(), Code::DbNotAServer, "{error}");
}

fn encrypted(encryption: TdsEncryption, certificate: ServerCertificate) -> Lab {
    lab(
        TdsOptions {
            encryption,
            certificate,
            ..TdsOptions::with(login())
        },
        TdsDatabaseOptions::default(),
    )
}

#[test]
fn a_connection_is_encrypted_as_chosen_and_never_less() {
    for encryption in [
        TdsEncryption::Offered,
        TdsEncryption::Required,
        TdsEncryption::Strict,
    ] {
        let lab = encrypted(encryption, ServerCertificate::Good);
        let authority = Some(lab.authority());
        let mut source = lab
            .with(|set| set.authority.clone_from(&authority))
            .unwrap();
        let info = source.info().unwrap();
        assert_eq!(
            (info.encrypted, info.encryption.as_deref()),
            (Some(true), Some("TLS 1.2"))
        );
        let mut source = lab
            .with(|set| {
                set.authority.clone_from(&authority);
                set.encryption = Encryption::Strict;
            })
            .unwrap();
        let info = source.info().unwrap();
        assert_eq!(
            (info.encrypted, info.encryption.as_deref()),
            (Some(true), Some("TLS 1.3"))
        );
        assert_eq!(lab.server.logins().1, 0, "no login came in the clear");
    }
    for encryption in [TdsEncryption::Offered, TdsEncryption::LoginOnly] {
        let lab = encrypted(encryption, ServerCertificate::Good);
        let authority = Some(lab.authority());
        let mut source = lab
            .with(|set| {
                set.authority.clone_from(&authority);
                set.encryption = Encryption::LoginOnly;
            })
            .unwrap();
        let info = source.info().unwrap();
        assert_eq!(info.encrypted, Some(false));
        assert_eq!(info.encryption.as_deref(), Some("TLS 1.2 (login)"));
        assert_eq!(lab.server.logins(), (1, 0));
    }
    for encryption in [TdsEncryption::None, TdsEncryption::LoginOnly] {
        let lab = encrypted(encryption, ServerCertificate::Good);
        let authority = Some(lab.authority());
        let error = refused(lab.with(|set| set.authority.clone_from(&authority)));
        assert_eq!(error.code(), Code::DbTlsRefused, "{encryption:?}: {error}");
        assert_eq!(lab.server.logins().0, 0, "and no password was sent");
    }
    let lab = encrypted(TdsEncryption::Required, ServerCertificate::Good);
    let error = refused(lab.with(|set| set.encryption = Encryption::Off));
    assert_eq!(error.code(), Code::DbTlsRefused);
}

#[test]
fn a_certificate_is_trusted_by_its_authority_or_by_its_fingerprint_and_otherwise_shown() {
    for (certificate, reason) in [
        (ServerCertificate::Good, "unknown_issuer"),
        (ServerCertificate::SelfSigned, "self_signed"),
    ] {
        let lab = encrypted(TdsEncryption::Offered, certificate);
        let Error::CertificateUntrusted(shown) = refused(lab.with(|_| {})) else {
            panic!("{certificate:?} was not refused for its certificate");
        };
        let (told, sha256, subject, until) =
            (shown.reason, &shown.sha256, &shown.subject, &shown.until);
        assert_eq!((told, sha256.len(), until.len()), (reason, 64, 10));
        assert!(subject.starts_with("CN="), "{subject}");
        assert_eq!(lab.server.logins().0, 0, "and no password was sent");
        let pin = Some(sha256.to_uppercase());
        let mut source = lab.with(|set| set.pin.clone_from(&pin)).unwrap();
        assert_eq!(source.info().unwrap().encrypted, Some(true));
        let other = Some("0".repeat(64));
        let error = refused(lab.with(|set| set.pin.clone_from(&other)));
        let changed =
            matches!(&error, Error::CertificateUntrusted(shown) if shown.reason == "changed");
        assert!(changed, "{error}");
    }
    for (certificate, reason) in [
        (ServerCertificate::Expired, "expired"),
        (ServerCertificate::OtherHost, "wrong_name"),
    ] {
        let lab = encrypted(TdsEncryption::Offered, certificate);
        let authority = Some(lab.authority());
        let error = refused(lab.with(|set| set.authority.clone_from(&authority)));
        if certificate == ServerCertificate::OtherHost {
            let behind = lab.with(|set| {
                set.authority.clone_from(&authority);
                set.certificate_host = Some("otro.example".to_owned());
            });
            assert!(behind.is_ok(), "as behind a VPN");
        }
        let Error::CertificateUntrusted(shown) = &error else {
            panic!("{certificate:?}: {error}");
        };
        assert_eq!(shown.reason, reason);
    }
}

#[test]
fn a_server_that_knows_only_old_tls_is_said_so() {
    let lab = lab(
        TdsOptions {
            old_tls: true,
            ..TdsOptions::with(login())
        },
        TdsDatabaseOptions::default(),
    );
    let error = refused(lab.with(|_| {}));
    assert_eq!(error.code(), Code::DbTlsRefused, "{error}");
    assert_eq!(lab.server.logins().0, 0);
}

#[test]
fn a_named_instance_is_found_through_its_browser() {
    let options = TdsOptions {
        instance: Some("VENTAS".to_owned()),
        encryption: TdsEncryption::None,
        ..TdsOptions::with(login())
    };
    let lab = lab(options, TdsDatabaseOptions::default());
    let mut options = lab.options();
    options.port = 0;
    options.sql_server.browser_port = lab.server.browser_port().unwrap();
    options.sql_server.instance = Some("ventas".to_owned());
    assert_eq!(open(&options).unwrap().info().unwrap().engine, "SQL Server");
    options.sql_server.instance = Some("OTRA".to_owned());
    options.timeouts.connect = Duration::from_secs(1);
    assert_eq!(refused(open(&options)).code(), Code::DbInstanceNotFound);
}
