//! `matcher-verify PROBLEM_DIR OUT_DIR`: exit 0 accepted, 1 refused, 2 bad usage or input.

use std::path::Path;
use std::process::ExitCode;

use matcher_verify::Error;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [problem, out] = arguments.as_slice() else {
        eprintln!("usage: matcher-verify PROBLEM_DIR OUT_DIR (which holds allocation.csv and certificate.json)");
        return ExitCode::from(2);
    };
    match matcher_verify::judge_dirs(Path::new(problem), Path::new(out)) {
        Ok(verdict) => {
            let number = |number: Option<i64>| number.map_or("none".into(), |number| number.to_string());
            let (objective, bound) = (number(verdict.value.map(|value| value.objective)), number(verdict.bound));
            println!("accepted: objective {objective}, bound {bound}, proof {} with {} leaves", verdict.proof, verdict.leaves);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if matches!(error, Error::Refused(_)) { 1 } else { 2 })
        }
    }
}
