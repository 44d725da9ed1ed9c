//! The sample clouds for other programs: prints one line of JSON on how to reach them, and ends when
//! its input does.
//!
//! `cargo run -p puente-sandbox --example serve_clouds -- [PURCHASES] [JOURNAL]`

use puente_sandbox::clouds::{CloudOptions, Clouds, ShopOptions};
use std::io::{Read, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let mut shop = ShopOptions::default();
    if let Some(purchases) = words.next() {
        shop.purchases = purchases.parse()?;
    }
    let clouds = Clouds::start(CloudOptions {
        shop,
        journal: words.next().map(Into::into),
        ..CloudOptions::default()
    })?;
    writeln!(std::io::stdout(), "{}", clouds.about())?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    clouds.stop();
    Ok(())
}
