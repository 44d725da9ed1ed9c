//! Starting with the system.

use crate::desk::Desk;
use auto_launch::AutoLaunchBuilder;

/// Makes it so. Said again at each start: the program may have been moved or updated meanwhile.
pub fn assert(desk: &Desk, wanted: bool) {
    let done = entry(desk).and_then(|entry| {
        if wanted {
            entry.enable()
        } else if entry.is_enabled()? {
            entry.disable()
        } else {
            Ok(())
        }
    });
    if let Err(error) = done {
        tracing::warn!(%error, wanted, "starting with the system could not be set");
    }
}

fn entry(desk: &Desk) -> auto_launch::Result<auto_launch::AutoLaunch> {
    // An AppImage runs from a place that is gone afterwards; its file is named by this variable.
    let program = match std::env::var_os("APPIMAGE") {
        Some(image) => image.into(),
        None => std::env::current_exe()?,
    };
    let mut arguments = vec!["--hidden".to_owned()];
    if let Some(folder) = &desk.wishes.data_dir {
        arguments.push("--data-dir".to_owned());
        arguments.push(folder.display().to_string());
    }
    AutoLaunchBuilder::new()
        .set_app_name("Puente")
        .set_app_path(&program.to_string_lossy())
        .set_args(&arguments)
        .build()
}
