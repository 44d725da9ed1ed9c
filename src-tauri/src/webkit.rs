//! What WebKitGTK needs to know before it starts.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Makes sure that there is a display, and starts this program anew without WebKit's DMA-BUF renderer
/// where that one is known to show an empty window. An environment can't be changed safely in a
/// process that may have threads, so that the same process is begun again with another one.
///
/// # Errors
/// What to say when there is no display.
pub fn prepare() -> Result<(), String> {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !has("DISPLAY") && !has("WAYLAND_DISPLAY") {
        return Err(
            "No hay pantalla (DISPLAY): use «puente» en la terminal, o «puente serve --bridge».\n\
             There is no display (DISPLAY): use “puente” in the terminal, or “puente serve --bridge”."
                .to_owned(),
        );
    }
    if std::env::var_os(VARIABLE).is_some() || !is_in_the_way() {
        return Ok(());
    }
    let Ok(program) = std::env::current_exe() else {
        return Ok(());
    };
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    // Only a failure comes back. WebKit may do well all the same.
    Err(error.to_string())
}

/// NVIDIA's own driver, and machines without a graphics card: remote desktops and virtual ones.
fn is_in_the_way() -> bool {
    let nvidia = Path::new("/proc/driver/nvidia/version").exists();
    let cards = std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    });
    nvidia || !cards
}
