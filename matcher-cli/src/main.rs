//! The command line of matcher: one file per subcommand in `commands/`.
//!
//! Exit status: 0 done, 1 the answer is "no" (refused, infeasible, nothing known), 2 bad input or usage.

mod commands;
mod limits;
mod outcome;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use outcome::{Failure, Outcome};

/// Decides which household is offered which dwelling, and proves it.
#[derive(Debug, Parser)]
#[command(name = "matcher", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Template(commands::template::Args),
    Check(commands::check::Args),
    Allocate(commands::allocate::Args),
    Verify(commands::verify::Args),
    Explain(commands::explain::Args),
    Solve(commands::solve::Args),
    Generate(commands::generate::Args),
    Frontier(commands::frontier::Args),
    Rules(commands::rules::Args),
    Scenario(commands::scenario::Args),
    Sweep(commands::sweep::Args),
    #[cfg(feature = "serve")]
    Serve(commands::serve::Args),
    #[cfg(feature = "serve")]
    Token(commands::token::Args),
    #[cfg(feature = "serve")]
    Store(commands::store::Args),
}

impl Command {
    fn run(&self) -> Result<Outcome, Failure> {
        match self {
            Self::Template(args) => commands::template::run(args),
            Self::Check(args) => commands::check::run(args),
            Self::Allocate(args) => commands::allocate::run(args),
            Self::Verify(args) => commands::verify::run(args),
            Self::Explain(args) => commands::explain::run(args),
            Self::Solve(args) => commands::solve::run(args),
            Self::Generate(args) => commands::generate::run(args),
            Self::Frontier(args) => commands::frontier::run(args),
            Self::Rules(args) => commands::rules::run(args),
            Self::Scenario(args) => commands::scenario::run(args),
            Self::Sweep(args) => commands::sweep::run(args),
            #[cfg(feature = "serve")]
            Self::Serve(args) => commands::serve::run(args),
            #[cfg(feature = "serve")]
            Self::Token(args) => commands::token::run(args),
            #[cfg(feature = "serve")]
            Self::Store(args) => commands::store::run(args),
        }
    }

    /// Whether stdout was promised one JSON object.
    const fn json(&self) -> bool {
        match self {
            Self::Check(args) => args.json,
            Self::Allocate(args) => args.json,
            Self::Verify(args) => args.json,
            Self::Explain(args) => args.json,
            Self::Solve(args) => args.json,
            Self::Rules(args) => args.json,
            Self::Frontier(args) => args.asked.json,
            Self::Scenario(args) => args.asked.json,
            Self::Sweep(args) => args.asked.json,
            _ => false,
        }
    }
}

fn main() -> ExitCode {
    // clap itself ends with 2 on bad usage and 0 on help.
    let cli = Cli::parse();
    match cli.command.run() {
        Ok(Outcome::Yes) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Ok(Outcome::Partly) => ExitCode::from(2),
        Err(failure) => {
            if cli.command.json() {
                outcome::print(&failure.json());
            }
            eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}
