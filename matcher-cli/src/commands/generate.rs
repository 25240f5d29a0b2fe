//! `matcher generate`: a plausible town.

use std::path::PathBuf;

use clap::ValueEnum;
use matcher_generate::{Plan, Size, generate};

use crate::outcome::{Failure, Outcome, line};

/// Write the tables of a plausible town: the same seed gives the same bytes
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  matcher generate town --size S --seed 7 && matcher allocate town --out out")]
pub(crate) struct Args {
    /// Folder to write
    dir: PathBuf,
    /// Dwellings to allocate x households: XS 40 x 120, S 200 x 600, M 2,000 x 6,000
    #[arg(long, value_enum, ignore_case = true)]
    size: TownSize,
    /// Seed
    #[arg(long, value_name = "N")]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TownSize {
    #[value(name = "XS")]
    ExtraSmall,
    #[value(name = "S")]
    Small,
    #[value(name = "M")]
    Medium,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let size = match args.size {
        TownSize::ExtraSmall => Size::XS,
        TownSize::Small => Size::S,
        TownSize::Medium => Size::M,
    };
    let plan = Plan::size(size);
    let town = generate(&plan, args.seed);
    town.write(&args.dir)?;
    line(&format!(
        "wrote {}: {} residences, {} dwellings, {} households, {} persons",
        args.dir.display(),
        town.tables.residences.len(),
        town.tables.dwellings.len(),
        town.tables.households.len(),
        town.tables.persons.len()
    ));
    Ok(Outcome::Yes)
}
