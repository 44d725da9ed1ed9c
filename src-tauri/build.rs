//! Checks the configuration, and declares the only two commands that the page may call.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&["call", "host"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
