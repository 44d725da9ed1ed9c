//! The tray: how things stand, the big button, and the way back to the window.

use crate::desk::{self, aside};
use crate::{notice, texts, window};
use puente_core::Lang;
use puente_jobs::{Filter, State};
use puente_session::Event;
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::time::Duration;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager, Wry};

const ID: &str = "puente";
/// Changes come in bursts when many companies are queued.
const BURST: Duration = Duration::from_millis(400);

/// The items whose texts change.
struct Items {
    state: MenuItem<Wry>,
    open: MenuItem<Wry>,
    sync: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

/// Whether the desktop would show an icon of ours now.
pub fn has_place() -> bool {
    #[cfg(target_os = "linux")]
    return linux::has_place();
    #[cfg(not(target_os = "linux"))]
    true
}

/// Puts the icon up as soon as there is a place for it.
pub fn watch(app: &AppHandle) {
    #[cfg(target_os = "linux")]
    linux::watch(app);
    #[cfg(not(target_os = "linux"))]
    put_up(app);
}

/// Listens for jobs that begin and end.
pub fn teller(app: &AppHandle) -> impl Fn(&Event) + Send + 'static {
    // One that waits is enough: whoever takes it looks at everything.
    let (tell, told) = sync_channel::<()>(1);
    aside(app, move |app| {
        while told.recv().is_ok() {
            std::thread::sleep(BURST);
            refresh(app);
        }
    });
    move |event| {
        if matches!(event, Event::JobChanged { .. } | Event::Missed) {
            let _ = tell.try_send(());
        }
    }
}

/// Says how things stand, in the language that is set now.
pub fn refresh(app: &AppHandle) {
    let Some(items) = app.try_state::<Items>() else {
        return;
    };
    let desk = desk::of(app);
    let lang = desk.lang();
    let set = || {
        items.state.set_text(state(app, lang))?;
        items.open.set_text(texts::get(lang, "tray.open"))?;
        items.sync.set_text(texts::get(lang, "tray.sync"))?;
        items
            .sync
            .set_enabled(desk.session.profile().is_some() && !desk.session.is_safe_mode())?;
        items.quit.set_text(texts::get(lang, "tray.quit"))
    };
    if let Err(error) = set() {
        tracing::warn!(%error, "the tray could not be brought up to date");
    }
}

fn state(app: &AppHandle, lang: Lang) -> String {
    let desk = desk::of(app);
    if desk.session.profile().is_none() {
        return texts::get(lang, "tray.closed").to_owned();
    }
    if desk.session.is_safe_mode() {
        return texts::get(lang, "tray.safe_mode").to_owned();
    }
    let running = Filter {
        states: vec![State::Running],
        ..Filter::default()
    };
    let jobs = desk
        .session
        .app()
        .and_then(|app| Ok(app.jobs.list(&running)?));
    match jobs.map(|jobs| jobs.len()) {
        Ok(0) | Err(_) => texts::get(lang, "tray.idle").to_owned(),
        Ok(1) => texts::get(lang, "tray.one").to_owned(),
        Ok(count) => texts::fill(lang, "tray.many", &[("count", &count)]),
    }
}

/// Puts the icon up, once. The library that does it on Linux panics where a part of it is missing.
fn put_up(app: &AppHandle) {
    if app.tray_by_id(ID).is_some() {
        return;
    }
    let on = app.clone();
    let asked = app.run_on_main_thread(move || {
        let built = catch_unwind(AssertUnwindSafe(|| build(&on)));
        match built {
            Ok(Ok(())) => aside(&on, refresh),
            Ok(Err(error)) => tracing::warn!(%error, "there is no tray icon"),
            Err(_) => tracing::warn!("there is no tray icon: its library is missing"),
        }
    });
    if let Err(error) = asked {
        tracing::warn!(%error, "there is no tray icon");
    }
}

fn build(app: &AppHandle) -> tauri::Result<()> {
    let item = |id: &str, enabled| MenuItem::with_id(app, id, "Puente", enabled, None::<&str>);
    let items = Items {
        state: item("state", false)?,
        open: item("open", true)?,
        sync: item("sync", false)?,
        quit: item("quit", true)?,
    };
    let (above, below) = (
        PredefinedMenuItem::separator(app)?,
        PredefinedMenuItem::separator(app)?,
    );
    let menu = Menu::with_items(
        app,
        &[
            &items.state,
            &above,
            &items.open,
            &items.sync,
            &below,
            &items.quit,
        ],
    )?;
    TrayIconBuilder::with_id(ID)
        .icon(tauri::include_image!("../icons/128.png"))
        .tooltip("Puente")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(on_menu)
        .on_tray_icon_event(|icon, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(icon.app_handle());
            }
        })
        .build(app)?;
    app.manage(items);
    Ok(())
}

fn on_menu(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => window::show(app),
        "sync" => aside(app, sync),
        "quit" => window::quit(app),
        _ => {}
    }
}

fn sync(app: &AppHandle) {
    if let Err(error) = desk::of(app).session.call("sync.all", json!({})) {
        notice::failure(app, &error);
        window::show(app);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    //! On Linux it is the desktop that shows icons, or doesn't: who can do it owns a name on the
    //! session's bus, and may come later than Puente or go before it.

    use super::put_up;
    use crate::desk::{self, aside};
    use crate::window;
    use std::time::{Duration, Instant};
    use tauri::AppHandle;
    use zbus::blocking::fdo::DBusProxy;
    use zbus::blocking::{Connection, Proxy};

    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    /// A panel that starts with the session, or again after a crash, is there within this time.
    const PATIENCE: Duration = Duration::from_secs(15);
    const LOOK: Duration = Duration::from_millis(500);

    pub(super) fn has_place() -> bool {
        Connection::session().is_ok_and(|bus| shows_icons(&bus).unwrap_or(false))
    }

    fn shows_icons(bus: &Connection) -> zbus::Result<bool> {
        if !DBusProxy::new(bus)?.name_has_owner(WATCHER.try_into()?)? {
            return Ok(false);
        }
        Proxy::new(bus, WATCHER, PATH, WATCHER)?.get_property("IsStatusNotifierHostRegistered")
    }

    pub(super) fn watch(app: &AppHandle) {
        aside(app, |app| {
            if let Err(error) = follow(app) {
                tracing::info!(%error, "the session has no bus, and so no tray");
                window::show(app);
            }
        });
    }

    fn follow(app: &AppHandle) -> zbus::Result<()> {
        let bus = Connection::session()?;
        let changes =
            DBusProxy::new(&bus)?.receive_name_owner_changed_with_args(&[(0, WATCHER)])?;
        // One that starts in the tray gives the panel time to come.
        let patience = if desk::of(app).wishes.hidden {
            PATIENCE
        } else {
            Duration::ZERO
        };
        settle(app, &bus, patience);
        for _ in changes {
            settle(app, &bus, PATIENCE);
        }
        Ok(())
    }

    /// Puts the icon up when there is a place for it within `patience`; otherwise nothing would bring
    /// a hidden window back, and it is shown.
    fn settle(app: &AppHandle, bus: &Connection, patience: Duration) {
        let begun = Instant::now();
        loop {
            if shows_icons(bus).unwrap_or(false) {
                return put_up(app);
            }
            if begun.elapsed() >= patience {
                break;
            }
            std::thread::sleep(LOOK);
        }
        if window::main(app).is_some_and(|window| !window.is_visible().unwrap_or(true)) {
            window::show(app);
        }
    }
}
