//! The service under load: `service [--program FILE] [--only PART] [--size S] [--seconds N]`.
//!
//! Starts `matcher serve` as a process of its own, on a store of its own, and prints one JSON line per part. Where a part is held against
//! the library, both are timed in turns in the same run and medians told, so that a busy machine slows both. Calls of the open-loop parts
//! are sent at their planned instants, whatever became of those before, up to a bound of calls under way; latency counts from the
//! planned instant.
//!
//! | part | what is told |
//! |---|---|
//! | `idle` | memory of the server that has done nothing |
//! | `calls` | small calls a second at most, then percentiles of latency at half of that |
//! | `watchers` | 1,000 streams that watch a run: memory, and how many see the run end |
//! | `upload` | a town uploaded, against its files read and checked by the library |
//! | `allocate` | an allocation waited for, against the same by the library |
//! | `scores` | pairs a second of a stream of scores, against the library on one thread |
//! | `overload` | ten times the calls that can be answered, for some seconds: what became of honest calls, and how soon all is well |

mod load;
mod parts;

use std::path::PathBuf;
use std::process::ExitCode;

use matcher_generate::Size;

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug)]
struct Words {
    program: PathBuf,
    only: Option<String>,
    size: Size,
    seconds: u64,
}

fn main() -> ExitCode {
    match words(std::env::args().skip(1)).and_then(|words| run(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("service: {fault}");
            ExitCode::from(2)
        }
    }
}

fn words(mut args: impl Iterator<Item = String>) -> Result<Words, Fault> {
    let program = std::env::current_exe()?.with_file_name("matcher");
    let mut words = Words { program, only: None, size: Size::M, seconds: 5 };
    while let Some(word) = args.next() {
        let value = args.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--program" => words.program = value.into(),
            "--only" if parts::PARTS.iter().any(|part| part.0 == value) => words.only = Some(value),
            "--size" => words.size = Size::ALL.into_iter().find(|size| size.code() == value).ok_or("--size XS, S, M or L")?,
            "--seconds" => words.seconds = value.parse()?,
            _ => return Err(format!("{word} {value} is not known").into()),
        }
    }
    Ok(words)
}

fn run(words: &Words) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for (name, part) in parts::PARTS {
        if words.only.as_deref().is_none_or(|only| only == *name) {
            let told = runtime.block_on(part(words))?;
            println!("{}", serde_json::json!({ "part": name, "told": told }));
        }
    }
    Ok(())
}
