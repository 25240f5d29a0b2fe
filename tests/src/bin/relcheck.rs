//! Randomised judgement by command: `cargo run --release -p matcher-tests --bin relcheck -- optima --n 100000`.
//!
//! Prints one line with what was tried and found; the first bad trials go to stderr, each with the words that play it back.
//! Exit status: 0 nothing bad, 1 something bad, 2 bad usage.

use std::path::PathBuf;
use std::process::ExitCode;

use matcher_tests::families;
use matcher_tests::relcheck::served::{Found, Trials, canary, kill, stops, tenants};
use matcher_tests::relcheck::{Job, cert, optima, repro, scenarios};

const USAGE: &str = "usage: relcheck optima|cert|repro|scenarios [--n TRIES] [--seed FIRST_SEED] [--threads T] [--family NAME]
       relcheck kill|tenants|canary|stops [--n TRIES] [--seed FIRST_SEED] [--program FILE]      the program `matcher`, beside this one at first
  optima   tiny problems of every family: the answer against a subset dynamic programme, and before the judge
  cert     certificates and allocations changed at random: the judge must accept no false one
  repro    1, 2 and 4 threads, shuffled rows, edits: the same bytes, and after edits the value of a cold solve
  scenarios  random changes of small towns: the outcome against a run from nothing on the tables they leave, undo, threads
  kill     `matcher serve` killed at random instants under load: what it has acknowledged is there and equal
  tenants  every call with every kind of name that is another tenant's, nobody's or malformed: answered alike, and nothing told
  canary   marked personal values in tables and requests: none in errors, findings, the log and the metrics
  stops    runs cancelled, at their deadline, left by their client: milliseconds (p50/p99/max) until they have ended and their place is free";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match parsed(&words) {
        Ok((task, job, program)) => {
            let (line, bad) = run(task, &job, program);
            for bad in bad.iter().take(10) {
                eprintln!("{bad}");
            }
            println!("{line}");
            ExitCode::from(u8::from(!bad.is_empty()))
        }
        Err(why) => {
            eprintln!("{why}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

#[derive(Clone, Copy)]
enum Task {
    Optima,
    Cert,
    Repro,
    Scenarios,
    Kill,
    Tenants,
    Canary,
    Stops,
}

fn parsed(words: &[String]) -> Result<(Task, Job, PathBuf), String> {
    let (word, rest) = words.split_first().ok_or("say what to check")?;
    let task = match word.as_str() {
        "optima" => Task::Optima,
        "cert" => Task::Cert,
        "repro" => Task::Repro,
        "scenarios" => Task::Scenarios,
        "kill" => Task::Kill,
        "tenants" => Task::Tenants,
        "canary" => Task::Canary,
        "stops" => Task::Stops,
        _ => return Err(format!("{word} is not known")),
    };
    let mut rest = rest.iter();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut program = std::env::current_exe().map_err(|e| e.to_string())?.with_file_name("matcher");
    let mut job = Job { tries: 1_000, seed: 1, threads, family: None };
    while let Some(option) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{option} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{option}: {value} is no whole number"));
        match option.as_str() {
            "--n" => job.tries = number()?,
            "--seed" => job.seed = number()?,
            "--program" => program = value.into(),
            "--threads" => job.threads = number()?.max(1) as usize,
            "--family" => {
                let known = families::names().position(|name| name == value);
                let list = || families::names().collect::<Vec<_>>().join(" ");
                job.family = Some(known.ok_or_else(|| format!("no family {value}; there are: {}", list()))?);
            }
            _ => return Err(format!("{option} is not known")),
        }
    }
    Ok((task, job, program))
}

fn run(task: Task, job: &Job, program: PathBuf) -> (String, Vec<String>) {
    let Job { tries, seed, .. } = job;
    let trials = || Trials { program, tries: *tries, seed: *seed };
    let words = |bad: Vec<_>| bad.iter().map(ToString::to_string).collect();
    match task {
        Task::Optima => {
            let found = optima::run(job);
            (format!("optima tries={tries} proved={} bad={} seed={seed}", found.proved, found.bad.len()), words(found.bad))
        }
        Task::Kill => served("kill", "acknowledged", *seed, kill::run(&trials())),
        Task::Tenants => served("tenants", "calls", *seed, tenants::run(&trials())),
        Task::Canary => served("canary", "places", *seed, canary::run(&trials())),
        Task::Stops => {
            let found = stops::run(&trials());
            (format!("stops tries={} {} bad={} seed={seed}", found.tries, found.words(), found.bad.len()), found.bad)
        }
        Task::Cert => {
            let cert::Found { tries, refused, harmless, bad } = cert::run(job, &cert::verify);
            (format!("cert tries={tries} refused={refused} harmless={harmless} false={} seed={seed}", bad.len()), words(bad))
        }
        Task::Scenarios => {
            let scenarios::Found { answered, refused, bad } = scenarios::run(job);
            (format!("scenarios tries={tries} answered={answered} refused={refused} bad={} seed={seed}", bad.len()), words(bad))
        }
        Task::Repro => {
            let repro::Found { tries, towns, edits, bad } = repro::run(job);
            (format!("repro tries={tries} towns={towns} edits={edits} bad={} seed={seed}", bad.len()), words(bad))
        }
    }
}

fn served(task: &str, seen: &str, seed: u64, found: Found) -> (String, Vec<String>) {
    (format!("{task} tries={} {seen}={} bad={} seed={seed}", found.tries, found.seen, found.bad.len()), found.bad)
}
