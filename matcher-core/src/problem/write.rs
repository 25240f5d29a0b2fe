//! Writes a problem directory; what is written reads back as the same problem, byte for byte in its hash.

use std::path::Path;

use crate::error::Error;
use crate::ids::HouseholdIndex;

use super::Problem;

/// Writes `problem` into the folder `dir`, which is made if it is not there; files without rows are left out.
///
/// # Errors
/// [`Error::Io`].
#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables")]
pub fn write(problem: &Problem, dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
    let household = |h: HouseholdIndex| problem.households[h.index()].clone();
    let number = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
    let arcs = (0..problem.households.len()).map(HouseholdIndex::new).flat_map(|h| {
        problem.arcs(h).map(move |arc| vec![household(h), problem.dwellings[arc.dwelling.index()].id.clone(), arc.score.to_string()])
    });
    file(dir, "arcs.csv", &["household", "dwelling", "score"], true, arcs)?;
    let dwellings =
        problem.dwellings.iter().map(|d| vec![d.id.clone(), problem.residences[d.residence.index()].clone(), d.capacity.to_string()]);
    file(dir, "dwellings.csv", &["dwelling", "residence", "capacity"], true, dwellings)?;
    let members =
        problem.members.iter().map(|m| vec![household(m.household), problem.groups[m.group.index()].clone(), m.weight.to_string()]);
    file(dir, "groups.csv", &["household", "group", "weight"], false, members)?;
    let scopes =
        problem.scope_dwellings.iter().map(|(d, s)| vec![problem.dwellings[d.index()].id.clone(), problem.scopes[s.index()].clone()]);
    file(dir, "scopes.csv", &["dwelling", "scope"], false, scopes)?;
    let quotas = problem.quotas.iter().map(|q| {
        let mut row = vec![q.id.clone(), problem.scope_name(q).into(), problem.group_name(q).into()];
        row.extend([q.min, q.max, q.penalty_below, q.penalty_above].map(number));
        row
    });
    file(dir, "quotas.csv", &["quota", "scope", "group", "min", "max", "penalty_below", "penalty_above"], false, quotas)?;
    let weights = problem.weights.iter().map(|w| {
        vec![
            problem.quotas[w.quota.index()].id.clone(),
            household(w.household),
            problem.dwellings[w.dwelling.index()].id.clone(),
            w.weight.to_string(),
        ]
    });
    file(dir, "weights.csv", &["quota", "household", "dwelling", "weight"], false, weights)?;
    let affinities = problem.affinities.iter().map(|p| vec![household(p.a), household(p.b), p.points.to_string()]);
    file(dir, "affinities.csv", &["household_a", "household_b", "points"], false, affinities)
}

fn file(dir: &Path, name: &str, header: &[&str], always: bool, rows: impl Iterator<Item = Vec<String>>) -> Result<(), Error> {
    let path = dir.join(name);
    let mut rows = rows.peekable();
    if rows.peek().is_none() && !always {
        // A file left over from an earlier problem would be part of this one.
        return match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Io { path, source }),
            _ => Ok(()),
        };
    }
    let io = |source: std::io::Error| Error::Io { path: path.clone(), source };
    let mut writer = csv::Writer::from_path(&path).map_err(|e| io(e.into()))?;
    writer.write_record(header).map_err(|e| io(e.into()))?;
    for row in rows {
        writer.write_record(&row).map_err(|e| io(e.into()))?;
    }
    writer.flush().map_err(io)
}
