//! Randomised judgement by command: `cargo run --release -p matcher-tests --bin relcheck -- optima --n 100000`.
//!
//! Prints one line with what was tried and found; the first bad trials go to stderr, each with the words that play it back.
//! Exit status: 0 nothing bad, 1 something bad, 2 bad usage.

use std::process::ExitCode;

use matcher_tests::families;
use matcher_tests::relcheck::{Bad, Job, cert, optima, repro};

const USAGE: &str = "usage: relcheck optima|cert|repro [--n TRIES] [--seed FIRST_SEED] [--threads T] [--family NAME]
  optima   tiny problems of every family: the answer against a subset dynamic programme, and before the judge
  cert     certificates and allocations changed at random: the judge must accept no false one
  repro    1, 2 and 4 threads, shuffled rows, edits: the same bytes, and after edits the value of a cold solve";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match parsed(&words) {
        Ok((task, job)) => {
            let (line, bad) = run(task, &job);
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
}

fn parsed(words: &[String]) -> Result<(Task, Job), String> {
    let (word, rest) = words.split_first().ok_or("say what to check")?;
    let task = match word.as_str() {
        "optima" => Task::Optima,
        "cert" => Task::Cert,
        "repro" => Task::Repro,
        _ => return Err(format!("{word} is not known")),
    };
    let mut rest = rest.iter();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut job = Job { tries: 1_000, seed: 1, threads, family: None };
    while let Some(option) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{option} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{option}: {value} is no whole number"));
        match option.as_str() {
            "--n" => job.tries = number()?,
            "--seed" => job.seed = number()?,
            "--threads" => job.threads = number()?.max(1) as usize,
            "--family" => {
                let known = families::names().position(|name| name == value);
                let list = || families::names().collect::<Vec<_>>().join(" ");
                job.family = Some(known.ok_or_else(|| format!("no family {value}; there are: {}", list()))?);
            }
            _ => return Err(format!("{option} is not known")),
        }
    }
    Ok((task, job))
}

fn run(task: Task, job: &Job) -> (String, Vec<Bad>) {
    let Job { tries, seed, .. } = job;
    match task {
        Task::Optima => {
            let found = optima::run(job);
            (format!("optima tries={tries} proved={} bad={} seed={seed}", found.proved, found.bad.len()), found.bad)
        }
        Task::Cert => {
            let cert::Found { tries, refused, harmless, bad } = cert::run(job, &cert::verify);
            (format!("cert tries={tries} refused={refused} harmless={harmless} false={} seed={seed}", bad.len()), bad)
        }
        Task::Repro => {
            let repro::Found { tries, towns, edits, bad } = repro::run(job);
            (format!("repro tries={tries} towns={towns} edits={edits} bad={} seed={seed}", bad.len()), bad)
        }
    }
}
