//! `matcher generate`: a plausible town, or a raw problem of the same kind.

use std::path::PathBuf;

use clap::ValueEnum;
use matcher_generate::{Plan, ProblemCounts, ProblemPlan, Size, TownCounts, write_problem, write_town};

use crate::limits::{Millionths, part};
use crate::outcome::{Failure, Outcome, line};

/// Write the tables of a plausible town, or with --problem a raw problem: the same seed gives the same bytes
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  matcher generate town --size S --seed 7 && matcher allocate town --out out
  matcher generate problem --problem --size M --seed 7 --tolerance 0.2 && matcher solve problem --out answer
  matcher generate plain --problem --plain --size L --seed 1          an assignment without quotas")]
pub(crate) struct Args {
    /// Folder to write
    dir: PathBuf,
    /// Dwellings to allocate x households: XS 40 x 120, S 200 x 600, M 2,000 x 6,000, L 20,000 x 60,000, XL 100,000 x 1,000,000
    #[arg(long, value_enum, ignore_case = true)]
    size: TownSize,
    /// Seed
    #[arg(long, value_name = "N")]
    seed: u64,
    /// Write a raw problem (docs/formats.md) instead of tables; its hard quotas can be met
    #[arg(long)]
    problem: bool,
    /// How far the bounds of a quota stand from its target
    #[arg(long, value_name = "PART", default_value = "0.15", value_parser = part, requires = "problem")]
    tolerance: Millionths,
    /// No groups, scopes and quotas
    #[arg(long, requires = "problem")]
    plain: bool,
    /// Pairs of households that earn points in one residence
    #[arg(long, requires = "problem")]
    affinities: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TownSize {
    #[value(name = "XS")]
    ExtraSmall,
    #[value(name = "S")]
    Small,
    #[value(name = "M")]
    Medium,
    #[value(name = "L")]
    Large,
    #[value(name = "XL")]
    ExtraLarge,
}

impl From<TownSize> for Size {
    fn from(size: TownSize) -> Self {
        match size {
            TownSize::ExtraSmall => Self::XS,
            TownSize::Small => Self::S,
            TownSize::Medium => Self::M,
            TownSize::Large => Self::L,
            TownSize::ExtraLarge => Self::XL,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    if args.problem { problem(args) } else { town(args) }
}

fn problem(args: &Args) -> Result<Outcome, Failure> {
    let tolerance = (args.tolerance.0 / 1_000) as u32;
    let plan = ProblemPlan { size: args.size.into(), tolerance, quotas: !args.plain, affinities: args.affinities };
    let ProblemCounts { dwellings, households, arcs, quotas, affinities } = write_problem(&plan, args.seed, &args.dir)?;
    let dir = args.dir.display();
    line(&format!("wrote {dir}: {dwellings} dwellings, {households} households, {arcs} pairs, {quotas} quotas, {affinities} affinities"));
    Ok(Outcome::Yes)
}

fn town(args: &Args) -> Result<Outcome, Failure> {
    let TownCounts { residences, dwellings, households, persons } = write_town(&Plan::size(args.size.into()), args.seed, &args.dir)?;
    let dir = args.dir.display();
    line(&format!("wrote {dir}: {residences} residences, {dwellings} dwellings, {households} households, {persons} persons"));
    Ok(Outcome::Yes)
}
