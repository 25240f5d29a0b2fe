//! Writes the demo town anew: `cargo run -p matcher-generate --example demo_town -- matcher-core/data/demo-town`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args().nth(1).ok_or("name the folder to write into")?;
    matcher_generate::demo().write(dir.as_ref())?;
    Ok(())
}
