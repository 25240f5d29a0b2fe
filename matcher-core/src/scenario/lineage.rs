//! What a scenario starts from: the town, or what another scenario leaves of it.

use crate::error::{Error, Place, Report};

use super::read::Scenario;

/// The scenarios that lead to the one at `at`, itself the last: its base, the base of that, and so on back to the town with the
/// policy `policy`. A base stands before what starts from it in `scenarios`.
///
/// # Errors
/// [`Error::Input`] (E1908) where a base is neither the policy nor a scenario before.
///
/// ```
/// use matcher_core::scenario::{lineage, parse};
/// let scenarios = [parse("id = 'a'", "a.toml")?, parse("id = 'b'\nbase = 'a'", "b.toml")?];
/// let ids: Vec<&str> = lineage("demo-town", &scenarios, 1)?.iter().map(|scenario| scenario.id.as_str()).collect();
/// assert_eq!(ids, ["a", "b"]);
/// # Ok::<(), matcher_core::error::Error>(())
/// ```
pub fn lineage<'s>(policy: &str, scenarios: &'s [Scenario], at: usize) -> Result<Vec<&'s Scenario>, Error> {
    let mut line = Vec::new();
    let mut next = scenarios.get(..=at).and_then(<[Scenario]>::split_last);
    while let Some((scenario, earlier)) = next {
        line.push(scenario);
        if scenario.base.is_empty() || scenario.base == policy {
            break;
        }
        next = earlier
            .iter()
            .rposition(|other| other.id == scenario.base)
            .and_then(|at| earlier.get(..=at))
            .and_then(<[Scenario]>::split_last);
        if next.is_none() {
            let mut report = Report::default();
            let cause = format!("{} is neither the policy nor a scenario before this one", scenario.base);
            let action = "give first the scenario that it names, or correct base";
            report.error("E1908", Place::file(&scenario.file).column("base"), cause, action);
            report.into_result(())?;
        }
    }
    line.reverse();
    Ok(line)
}
