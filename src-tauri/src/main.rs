//! Puente's window: a host of the one list of commands, with a tray, notices and dialogs of its own.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod autostart;
mod commands;
mod desk;
mod dialogs;
#[cfg(target_os = "linux")]
mod dropped;
mod notice;
mod signals;
mod texts;
mod tray;
mod window;
mod wishes;

#[cfg(target_os = "linux")]
mod webkit;

use desk::Desk;
use std::process::ExitCode;
use tauri::RunEvent;
use wishes::{Asked, Wishes};

fn main() -> ExitCode {
    puente_environment::prepare();
    let wishes = match wishes::parse(std::env::args_os().skip(1)) {
        Asked::Run(wishes) => wishes,
        Asked::Say { text, code } => {
            wishes::say(&text);
            return ExitCode::from(code);
        }
    };
    #[cfg(target_os = "linux")]
    if let Err(text) = webkit::prepare() {
        wishes::say(&text);
        return ExitCode::from(3);
    }
    match run(wishes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            wishes::say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(wishes: Wishes) -> tauri::Result<()> {
    let mut context = tauri::generate_context!();
    context.set_assets(Box::new(window::Files));
    let desk = Desk::new(wishes);
    let app = tauri::Builder::default()
        // First of all: a second start raises the window of the first one and ends here.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::show(app)
        }))
        .plugin(window::remembered(&desk))
        .manage(desk)
        .invoke_handler(tauri::generate_handler![commands::call, commands::host])
        .on_window_event(window::on_event)
        .setup(|app| {
            let app = app.handle();
            window::open(app)?;
            desk::begin(app);
            signals::heed(app);
            Ok(())
        })
        .build(context)?;
    app.run(|app, event| match event {
        // Without a window Puente goes on in the tray, unless it was told to end.
        RunEvent::ExitRequested {
            api, code: None, ..
        } => api.prevent_exit(),
        RunEvent::Exit => desk::of(app).session.stop(),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    Ok(())
}
