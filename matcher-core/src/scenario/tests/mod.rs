//! Tests of changes: each kind by its registry entry, and lists of them at random.

mod files;
mod kinds;
mod random;
mod worked;

use std::path::Path;
use std::sync::OnceLock;

use crate::error::{Error, Finding};
use crate::pipeline::Inputs;

use super::{Kind, Scenario, Town, parse};

/// The demo town.
fn demo() -> &'static Town {
    static TOWN: OnceLock<Town> = OnceLock::new();
    TOWN.get_or_init(|| {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo-town");
        Inputs::read(&dir, None).unwrap().open(None).unwrap().into()
    })
}

/// A scenario of these changes, each the lines of its keys.
fn scenario(changes: &[&str]) -> Result<Scenario, Error> {
    let changes: Vec<String> = changes.iter().map(|keys| format!("[[change]]\n{keys}\n")).collect();
    parse(&format!("id = 's'\n{}", changes.concat()), "s.toml")
}

/// The example of a kind as the lines of a change.
fn example(kind: &Kind) -> String {
    format!("kind = \"{}\"\n{}", kind.code, kind.example)
}

/// What was found.
fn findings<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<Finding> {
    match result.unwrap_err() {
        Error::Input { report } => report.errors,
        other => panic!("{other}"),
    }
}

/// Code and key of what is wrong with changes of the demo town.
fn faults(changes: &[&str]) -> Vec<(&'static str, String)> {
    let found = findings(scenario(changes).and_then(|scenario| demo().after(&scenario)));
    found.into_iter().map(|finding| (finding.code, finding.column.unwrap())).collect()
}

/// The demo town after changes.
fn after(changes: &[&str]) -> Town {
    demo().after(&scenario(changes).unwrap()).unwrap_or_else(|fault| panic!("{changes:?}: {fault}"))
}
