//! The window: opened, shown, put away, and what it shows.

use crate::desk::{self, Desk, aside};
use crate::{texts, tray};
use puente_session::{Profile, ui};
use std::borrow::Cow;
use tauri::utils::assets::{AssetKey, AssetsIter, CspHash};
use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Assets, Manager, Runtime, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    WindowEvent,
};
use tauri_plugin_window_state::{AppHandleExt, StateFlags};

const MAIN: &str = "main";
/// What the page's own background is, so that nothing flashes before it is drawn.
const LIGHT: Color = Color(0xf8, 0xf9, 0xfa, 0xff);
const DARK: Color = Color(0x1a, 0x1b, 0x1e, 0xff);

/// Size and place from one start to the next. Whether it was hidden is not kept: who starts Puente
/// wants to see it.
const KEPT: StateFlags = StateFlags::SIZE
    .union(StateFlags::POSITION)
    .union(StateFlags::MAXIMIZED);

/// The files that the window shows.
pub struct Files;

impl<R: Runtime> Assets<R> for Files {
    fn get(&self, key: &AssetKey) -> Option<Cow<'_, [u8]>> {
        ui::file(key.as_ref()).map(|file| Cow::Borrowed(file.bytes))
    }

    fn iter(&self) -> Box<AssetsIter<'_>> {
        Box::new(ui::files().map(|(name, bytes)| (Cow::Borrowed(name), Cow::Borrowed(bytes))))
    }

    fn csp_hashes(&self, _: &AssetKey) -> Box<dyn Iterator<Item = CspHash<'_>> + '_> {
        Box::new(std::iter::empty())
    }
}

/// Keeps size and place in the data folder.
pub fn remembered<R: Runtime>(desk: &Desk) -> tauri::plugin::TauriPlugin<R> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(KEPT)
        .with_filename(desk.folder.join(STATE).to_string_lossy())
        .build()
}

const STATE: &str = "window.json";

/// Opens the window; hidden when that was asked for and the desktop has a tray.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let desk = desk::of(app);
    let hidden = desk.wishes.hidden && tray::has_place();
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Puente")
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        .visible(!hidden)
        .data_directory(desk.folder.join("webview"))
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny);
    // Files are dropped on the page, which reads them; on Linux it is given them.
    #[cfg(not(target_os = "linux"))]
    let builder = builder.disable_drag_drop_handler();
    let window = builder.build()?;
    let dark = window
        .theme()
        .is_ok_and(|theme| theme == tauri::Theme::Dark);
    window.set_background_color(Some(if dark { DARK } else { LIGHT }))
}

/// The page never leaves what this program holds.
fn is_ours(url: &Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

/// The window, unless it is gone.
pub fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Whether a person can see it.
pub fn is_seen(app: &AppHandle) -> bool {
    main(app).is_some_and(|window| {
        window.is_visible().unwrap_or(true) && !window.is_minimized().unwrap_or(false)
    })
}

/// Brings it to the front.
pub fn show(app: &AppHandle) {
    let Some(window) = main(app) else { return };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be shown");
    }
}

/// After the data was opened, or could not be: the title says which it is, and a problem is seen.
pub fn follow(app: &AppHandle, failed: bool) {
    let titled = main(app).map_or(Ok(()), |window| window.set_title(&title(app)));
    if let Err(error) = titled {
        tracing::warn!(%error, "the window could not be named");
    }
    if failed {
        show(app);
    }
}

fn title(app: &AppHandle) -> String {
    let desk = desk::of(app);
    let mut parts = vec!["Puente"];
    if desk.session.profile() == Some(Profile::Demo) {
        parts.push(texts::get(desk.lang(), "title.demo"));
    }
    if desk.session.is_safe_mode() {
        parts.push(texts::get(desk.lang(), "title.safe_mode"));
    }
    parts.join(" · ")
}

/// Closing asks first where there is a tray, which may take the system's bus a moment.
pub fn on_event(window: &tauri::Window, event: &WindowEvent) {
    if let WindowEvent::CloseRequested { api, .. } = event {
        api.prevent_close();
        aside(window.app_handle(), hide_or_quit);
    }
    #[cfg(target_os = "linux")]
    if let WindowEvent::DragDrop(event) = event {
        crate::dropped::on_drag(window.app_handle(), event);
    }
}

/// Puts the window away as the person has set it. Never where nothing would bring it back.
pub fn hide_or_quit(app: &AppHandle) {
    if !desk::of(app).stays() || !tray::has_place() {
        return quit(app);
    }
    keep(app);
    let hidden = main(app).map_or(Ok(()), |window| window.hide());
    if let Err(error) = hidden {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Ends Puente: the window goes at once, jobs have five seconds.
pub fn quit(app: &AppHandle) {
    keep(app);
    if let Some(window) = main(app) {
        drop(window.hide());
    }
    aside(app, |app| {
        desk::of(app).session.stop();
        app.exit(0);
    });
}

fn keep(app: &AppHandle) {
    if let Err(error) = app.save_window_state(KEPT) {
        tracing::warn!(%error, "size and place of the window could not be kept");
    }
}
