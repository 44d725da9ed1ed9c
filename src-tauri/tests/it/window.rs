//! What a person sees and does.

use crate::desktop::{Desktop, missing, until};
use crate::drag::drop_file;
use crate::driver::Window;
use crate::panel::Panel;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// A desktop, unless this machine lacks what one is made of.
fn desktop() -> Option<Desktop> {
    match missing() {
        None => Some(Desktop::start()),
        Some(program) => {
            eprintln!("not tested: {program} is not on this machine");
            None
        }
    }
}

fn is_visible(window: &Window) -> bool {
    // A page that nobody sees is told so.
    window.script("arguments[0](document.visibilityState)") == Ok(json!("visible"))
}

#[test]
fn it_starts_answers_goes_to_the_tray_and_a_second_start_brings_it_back() {
    let Some(mut desktop) = desktop() else { return };
    let panel = Panel::start(&desktop.bus);
    let window = Window::open(&mut desktop, &[]);
    until("the page is drawn", || {
        window.text().contains("Puente").then_some(())
    });
    desktop.picture("window-first");

    let servers = window.invoke("call", "servers.list", &json!({})).unwrap();
    assert_eq!(servers, json!([]));
    let error = window
        .invoke("call", "jobs.show", &json!({ "id": 7 }))
        .unwrap_err();
    assert_eq!(error["code"], "NOT_FOUND");
    assert!(error["message"].as_str().unwrap().contains('7'), "{error}");
    let status = window.invoke("host", "status", &json!({})).unwrap();
    assert_eq!(status["profile"], "office");

    let icon = panel.icon();
    until("the menu says how things stand", || {
        let texts: Vec<String> = icon.items().into_iter().map(|(_, text)| text).collect();
        let wanted = [
            "Sin trabajos en curso",
            "Abrir Puente",
            "Sincronizar ahora",
            "Salir",
        ];
        (texts == wanted).then_some(())
    });

    window.invoke("host", "hide", &json!({})).unwrap();
    until("the window is put away", || {
        (!is_visible(&window)).then_some(())
    });
    desktop.picture("window-hidden");
    let second = desktop.start_again(&[]);
    assert!(
        second.success(),
        "the second start ends by itself: {second}"
    );
    until("the second start brings it back", || {
        is_visible(&window).then_some(())
    });
    desktop.picture("window-back");

    window.invoke("host", "hide", &json!({})).unwrap();
    until("the window is put away", || {
        (!is_visible(&window)).then_some(())
    });
    icon.choose("Abrir Puente");
    until("the tray brings it back", || {
        is_visible(&window).then_some(())
    });
    assert!(
        desktop.data().join("window.json").exists(),
        "size and place are kept"
    );
}

#[test]
fn the_sample_is_one_click_away_and_its_movements_come_by_themselves() {
    let Some(mut desktop) = desktop() else { return };
    let window = Window::open(&mut desktop, &[]);
    until("it asks what to show", || {
        window
            .press_in("main", "Explorar con datos de ejemplo")
            .then_some(())
    });
    until("it says that this is a sample", || {
        window
            .text()
            .contains("Está viendo datos de ejemplo")
            .then_some(())
    });
    until("the sample's companies are up to date", || {
        window
            .text()
            .contains("Última sincronización")
            .then_some(())
    });
    desktop.picture("window-sample");
    let rows = window
        .invoke("call", "companies.list", &json!({ "text": "" }))
        .unwrap();
    assert!(rows.to_string().contains("PEÑA"), "{rows}");
    assert_eq!(
        window.invoke("host", "status", &json!({})).unwrap()["profile"],
        "demo"
    );
    // Its data is in a folder of its own, and the office's is as it was.
    assert!(desktop.data().join("sample/puente/warehouse.db").exists());
    window
        .invoke("call", "settings.set", &json!({ "start": "office" }))
        .unwrap();
    window.invoke("host", "restart", &json!({})).unwrap();
    assert_eq!(
        window.invoke("call", "servers.list", &json!({})),
        Ok(json!([]))
    );
}

#[test]
fn a_page_can_do_nothing_but_call_ask_and_listen() {
    let Some(mut desktop) = desktop() else { return };
    let window = Window::open(&mut desktop, &[]);
    until("the page is drawn", || {
        window.text().contains("Puente").then_some(())
    });
    for forbidden in [
        "plugin:window|set_title",
        "plugin:webview|create_webview",
        "plugin:path|resolve_directory",
    ] {
        let script = format!(
            "const done = arguments[0];
             window.__TAURI_INTERNALS__.invoke({forbidden:?}, {{}})
               .then(() => done('done'), (error) => done(String(error)));"
        );
        let answer = window.script(&script).unwrap();
        assert!(
            answer.as_str().unwrap().contains("not allowed"),
            "{forbidden}: {answer}"
        );
    }
    assert_eq!(
        window
            .script("arguments[0](typeof window.__TAURI__)")
            .unwrap(),
        json!("undefined")
    );
    // A file that nobody chose is neither written nor shown.
    let target = desktop.home.path().join("stolen");
    let write = json!({ "path": target, "base64": "eA==" });
    assert_eq!(
        window.invoke("host", "write_file", &write).unwrap_err()["code"],
        "INVALID_INPUT"
    );
    assert!(!target.exists());
    let show = json!({ "path": "/etc" });
    assert_eq!(
        window.invoke("host", "open_folder", &show).unwrap_err()["code"],
        "INVALID_INPUT"
    );
    // The policy stands: a script that does not come from us is not run, and nothing is fetched.
    let refused = window
        .script(
            "const done = arguments[0];
             const script = document.createElement('script');
             script.textContent = 'window.stolen = 1';
             document.head.append(script);
             fetch('http://127.0.0.1:9/').then(() => done('fetched'), () => done(String(window.stolen)));",
        )
        .unwrap();
    assert_eq!(refused, json!("undefined"));
}

#[test]
fn without_a_tray_closing_ends_puente_and_nothing_is_hidden() {
    let Some(mut desktop) = desktop() else { return };
    let window = Window::open(&mut desktop, &["--hidden"]);
    until("it shows itself, for nothing else would", || {
        is_visible(&window).then_some(())
    });
    let hide = "window.__TAURI_INTERNALS__.invoke('host', { name: 'hide', request: {} });";
    drop(window.script(hide));
    until("it ends", || {
        // A bus without it says that its name is free.
        let gone = window.script("arguments[0](1)").is_err();
        gone.then_some(())
    });
}

#[test]
fn in_safe_mode_no_job_begins_and_the_tray_says_so() {
    let Some(mut desktop) = desktop() else { return };
    let panel = Panel::start(&desktop.bus);
    let window = Window::open(&mut desktop, &["--safe-mode"]);
    let jobs = window.invoke("call", "backup.create", &json!({})).unwrap();
    let id = jobs[0]["id"].clone();
    let icon = panel.icon();
    until("the menu says so", || {
        let (_, state) = icon.items().into_iter().next()?;
        state.starts_with("Modo seguro").then_some(())
    });
    let job = window
        .invoke("call", "jobs.show", &json!({ "id": id }))
        .unwrap();
    assert_eq!(job["state"], "queued");
}

#[test]
fn a_damaged_state_is_said_and_the_last_backup_brings_it_back() {
    let Some(mut desktop) = desktop() else { return };
    back_up_and_damage(&desktop.data());
    let window = Window::open(&mut desktop, &[]);
    until("the page says what happened", || {
        window
            .text()
            .contains("Puente no puede abrir sus datos")
            .then_some(())
    });
    desktop.picture("window-problem");
    let error = window
        .invoke("call", "servers.list", &json!({}))
        .unwrap_err();
    assert_eq!(error["code"], "STORE_CORRUPT");
    assert!(window.press_in("main", "Restaurar"));
    until("it asks", || {
        window.press_in("[role=dialog]", "Restaurar").then_some(())
    });
    until("the interface is back", || {
        let text = window.text();
        (!text.contains("no puede abrir") && text.contains("Puente")).then_some(())
    });
    desktop.picture("window-mended");
    let status = window.invoke("host", "status", &json!({})).unwrap();
    assert_eq!(status["problem"], Value::Null);
    assert_eq!(
        window.invoke("call", "servers.list", &json!({})),
        Ok(json!([]))
    );
}

#[test]
fn a_job_that_fails_while_nobody_looks_is_told_by_the_system() {
    let Some(mut desktop) = desktop() else { return };
    let panel = Panel::start(&desktop.bus);
    let window = Window::open(&mut desktop, &[]);
    let server = json!({
        "name": "Caja", "kind": "files", "host": "", "port": 0, "user": "",
        "master": desktop.home.path().join("nowhere"), "profile": "tns", "options": {},
        "no_test": true
    });
    window.invoke("call", "servers.add", &server).unwrap();
    panel.icon();
    window.invoke("host", "hide", &json!({})).unwrap();
    until("the window is put away", || {
        (!is_visible(&window)).then_some(())
    });
    window
        .invoke("call", "companies.discover", &json!({ "servers": [] }))
        .unwrap();
    let (title, text) = panel.notice();
    assert_eq!(title, "Con error: descubrir empresas, Caja");
    assert!(!text.is_empty());
}

/// Two throw-away keys: what the file holds leads nowhere.
const CONF: &str = "[Interface]
PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
Address = 10.9.0.4/32

[Peer]
PublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=
Endpoint = 127.0.0.1:9
AllowedIPs = 192.168.7.0/24
";

#[test]
fn a_file_that_is_dropped_on_the_window_is_read_by_the_page() {
    let Some(mut desktop) = desktop() else { return };
    let window = Window::open(&mut desktop, &[]);
    until("the page is drawn", || {
        window.text().contains("Puente").then_some(())
    });
    window
        .invoke("call", "settings.set", &json!({ "start": "office" }))
        .unwrap();
    window.invoke("host", "restart", &json!({})).unwrap();
    let go = "location.hash = '#/vpn?open=import'; arguments[0](true)";
    window.script(go).unwrap();
    let place = until("the frame for files is there", || {
        let script = "
            const frame = document.querySelector('section.drop')?.getBoundingClientRect();
            arguments[0](frame ? [frame.x + frame.width / 3, frame.y + frame.height / 2].map(Math.round) : null)";
        let place = window.script(script).unwrap();
        place.is_array().then_some(place)
    });
    let file = desktop.home.path().join("bodega.conf");
    std::fs::write(&file, CONF).unwrap();
    let at = |n: usize| i16::try_from(place[n].as_i64().unwrap()).unwrap();
    drop_file(&desktop.display, &file, (at(0), at(1)));
    until("its name stands in the frame", || {
        window.text().contains("bodega.conf (").then_some(())
    });
    desktop.picture("window-dropped");
    let read = window.script(
        "const button = [...document.querySelectorAll('aside button')]
           .find((button) => button.textContent.trim() === 'Importar');
         const name = document.querySelector('aside input:not([type=file])').value;
         arguments[0]([name, button.disabled])",
    );
    assert_eq!(
        read,
        Ok(json!(["bodega", false])),
        "it waits to be imported"
    );
}

#[test]
fn told_to_end_by_the_system_it_keeps_the_window_and_the_job_goes_on_at_the_next_start() {
    let Some(desktop) = desktop() else { return };
    // A server that takes the call and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let id = queue_for(&desktop.data(), silent.local_addr().unwrap().port());
    for signal in ["-TERM", "-INT"] {
        let mut puente = desktop
            .command(env!("CARGO_BIN_EXE_puente-desktop"))
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .spawn()
            .unwrap();
        let (_called, _) = silent.accept().unwrap();
        let begun = Instant::now();
        let told = desktop
            .command("kill")
            .args([signal, &puente.id().to_string()])
            .status();
        assert!(told.unwrap().success());
        let ended = until("it ends", || puente.try_wait().unwrap());
        assert!(ended.success(), "{signal}: {ended}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{signal}");
        assert!(desktop.data().join("window.json").exists(), "{signal}");
        std::fs::remove_file(desktop.data().join("window.json")).unwrap();
        let session = closed(&desktop.data());
        let job = session.call("jobs.show", json!({ "id": id })).unwrap();
        assert_eq!(job["state"], "queued", "{job}");
        assert_eq!(job["cancel_requested"], false);
        session.stop();
    }
}

const PASSPHRASE: &str = "una frase de prueba";

/// The data of a window that is not running. No job begins.
fn closed(data: &Path) -> puente_session::Session {
    let session = puente_session::Session::new(puente_session::Options {
        safe_mode: true,
        passphrase: Some(PASSPHRASE.to_owned().into()),
        ..puente_session::Options::new(data.to_owned())
    });
    session.open().unwrap();
    session
}

/// An office with a server at that port, and a job that waits for it.
fn queue_for(data: &Path, port: u16) -> Value {
    std::fs::create_dir_all(data).unwrap();
    std::fs::write(data.join("config.toml"), "secrets = \"file\"\n").unwrap();
    let session = closed(data);
    let server = json!({
        "name": "Callado", "kind": "firebird", "host": "127.0.0.1", "port": port, "user": "LECTOR",
        "master": "/datos/ADMIN.FDB", "profile": "tns", "password": "clave", "no_test": true,
        "options": { "connect_seconds": 120, "answer_seconds": 3600 },
    });
    session.call("servers.add", server).unwrap();
    let jobs = session.call("companies.discover", json!({})).unwrap();
    session.stop();
    jobs[0]["id"].clone()
}

fn back_up_and_damage(data: &Path) {
    let session = puente_session::Session::new(puente_session::Options {
        secrets: Some(puente_store::Secrets::memory()),
        ..puente_session::Options::new(data.to_owned())
    });
    session.open().unwrap();
    let jobs = session.call("backup.create", json!({})).unwrap();
    let id = puente_jobs::JobId(jobs[0]["id"].as_i64().unwrap());
    session.app().unwrap().jobs.wait(id).unwrap();
    session.stop();
    drop(session);
    // SQLite takes its log away with the last of its users, which may be a thread that is ending.
    until("the data is closed", || {
        (!data.join("puente.db-wal").exists()).then_some(())
    });
    let mut bytes = std::fs::read(data.join("puente.db")).unwrap();
    bytes.iter_mut().skip(100).for_each(|byte| *byte = 0xAA);
    std::fs::write(data.join("puente.db"), bytes).unwrap();
}
