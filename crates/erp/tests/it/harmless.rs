//! The ERP is never made to wait, and its server can always clean up.

use crate::lab::Lab;
use puente_core::Secret;
use puente_erp::servers::{self, NewServer};
use puente_sandbox::{SampleOptions, SampleSize, ServerOptions, SysdbaPassword, WireCrypt};

#[test]
fn nobody_waits_for_an_open_update_in_either_direction() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let mut open = lab.sample().session().unwrap();
    open.run("update DEKARDEX set CANMAT = CANMAT + 1;")
        .unwrap();
    lab.extract(lab.sample());
    lab.assert_holds(lab.sample(), &lab.sample().expected);
    // The other way round: the extraction has read the rows that are written now.
    open.run("update KARDEX set OBSERV = 'X';").unwrap();
    open.run("commit;").unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn a_login_that_can_only_read_is_enough() {
    let lab = Lab::one(SampleOptions::default());
    let password = Secret::from("solo-leer-7");
    lab.erp
        .add_reader(&lab.server, "LECTOR", &password)
        .unwrap();
    let server = servers::find(&lab.office.room.state, "lab").unwrap();
    let reader = NewServer {
        name: server.name.clone(),
        kind: server.kind,
        host: server.host.clone(),
        port: server.port,
        user: "LECTOR".to_owned(),
        master: server.master.clone(),
        profile: server.profile.clone(),
        options: server.options.clone(),
    };
    servers::update(
        &lab.office.room.state,
        server.id,
        reader,
        lab.office.room.clock.now(),
    )
    .unwrap();
    lab.office
        .room
        .secrets
        .set(&servers::secret_name(server.id), &password)
        .unwrap();
    lab.office.discover();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn headers_and_lines_belong_together_while_the_erp_writes_four_hundred_commits_a_second() {
    let lab = Lab::one(SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    });
    lab.office.discover();
    let writer = lab.sample().writer(400, 9).unwrap();
    while writer.commits() < 50 {
        std::thread::yield_now();
    }
    let before = lab.sample().transactions().unwrap();
    for _ in 0..4 {
        lab.extract(lab.sample());
    }
    let after = lab.sample().transactions().unwrap();
    assert!(
        writer.commits() > 50,
        "the writer must have gone on for this to prove anything"
    );
    writer.stop().unwrap();
    // What is newer than the oldest snapshot can't be cleaned up: it must have moved on with the
    // writer instead of staying behind at the extraction's first transaction.
    assert!(after.oldest_snapshot > before.next, "{before:?} {after:?}");
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn encryption_is_used_where_it_is_required_and_the_old_password_is_no_obstacle() {
    let server = ServerOptions {
        wire_crypt: WireCrypt::Required,
        sysdba: SysdbaPassword::Masterkey,
        ..ServerOptions::default()
    };
    let one = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    };
    let lab = Lab::on(server, one);
    lab.office.discover();
    lab.extract(lab.sample());
    lab.assert_equal();
}
