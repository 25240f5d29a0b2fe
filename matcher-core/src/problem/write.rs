//! Writes a problem directory; what is written reads back as the same problem, byte for byte in its hash.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::ids::HouseholdIndex;

use super::Problem;

/// Writes `problem` into the folder `dir`, which is made if it is not there; files without rows are left out.
///
/// # Errors
/// [`Error::Io`].
pub fn write(problem: &Problem, dir: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
    let mut files = files(problem)?;
    for name in super::read::FILES {
        let path = dir.join(name);
        let done = match files.remove(name) {
            Some(bytes) => std::fs::write(&path, bytes),
            // A file left over from an earlier problem would be part of this one.
            None => match std::fs::remove_file(&path) {
                Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(()),
                done => done,
            },
        };
        done.map_err(|source| Error::Io { path, source })?;
    }
    Ok(())
}

/// The files of the problem directory by name, as [`write()`] writes them: whoever judges the problem reads these.
///
/// # Errors
/// [`Error::Io`] (writing into memory does not fail in practice).
#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables")]
pub fn files(problem: &Problem) -> Result<BTreeMap<&'static str, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    let household = |h: HouseholdIndex| problem.households[h.index()].clone();
    let number = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
    let arcs = (0..problem.households.len()).map(HouseholdIndex::new).flat_map(|h| {
        problem.arcs(h).map(move |arc| vec![household(h), problem.dwellings[arc.dwelling.index()].id.clone(), arc.score.to_string()])
    });
    file(&mut files, "arcs.csv", &["household", "dwelling", "score"], true, arcs)?;
    let dwellings =
        problem.dwellings.iter().map(|d| vec![d.id.clone(), problem.residences[d.residence.index()].clone(), d.capacity.to_string()]);
    file(&mut files, "dwellings.csv", &["dwelling", "residence", "capacity"], true, dwellings)?;
    let members =
        problem.members.iter().map(|m| vec![household(m.household), problem.groups[m.group.index()].clone(), m.weight.to_string()]);
    file(&mut files, "groups.csv", &["household", "group", "weight"], false, members)?;
    let scopes =
        problem.scope_dwellings.iter().map(|(d, s)| vec![problem.dwellings[d.index()].id.clone(), problem.scopes[s.index()].clone()]);
    file(&mut files, "scopes.csv", &["dwelling", "scope"], false, scopes)?;
    let quotas = problem.quotas.iter().map(|q| {
        let mut row = vec![q.id.clone(), problem.scope_name(q).into(), problem.group_name(q).into()];
        row.extend([q.min, q.max, q.penalty_below, q.penalty_above].map(number));
        row
    });
    file(&mut files, "quotas.csv", &["quota", "scope", "group", "min", "max", "penalty_below", "penalty_above"], false, quotas)?;
    let weights = problem.weights.iter().map(|w| {
        vec![
            problem.quotas[w.quota.index()].id.clone(),
            household(w.household),
            problem.dwellings[w.dwelling.index()].id.clone(),
            w.weight.to_string(),
        ]
    });
    file(&mut files, "weights.csv", &["quota", "household", "dwelling", "weight"], false, weights)?;
    let affinities = problem.affinities.iter().map(|p| vec![household(p.a), household(p.b), p.points.to_string()]);
    file(&mut files, "affinities.csv", &["household_a", "household_b", "points"], false, affinities)?;
    let tiers = problem
        .tiers
        .iter()
        .map(|t| vec![t.number.to_string(), problem.tier_group_name(t).to_owned(), problem.name_of(t.scope).to_owned()]);
    file(&mut files, "tiers.csv", &["tier", "group", "scope"], false, tiers)?;
    Ok(files)
}

fn file(
    files: &mut BTreeMap<&'static str, Vec<u8>>,
    name: &'static str,
    header: &[&str],
    always: bool,
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<(), Error> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() && !always {
        return Ok(());
    }
    let io = |source: std::io::Error| Error::Io { path: name.into(), source };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(|e| io(e.into()))?;
    for row in rows {
        writer.write_record(&row).map_err(|e| io(e.into()))?;
    }
    let bytes = writer.into_inner().map_err(|e| io(e.into_error()))?;
    files.insert(name, bytes);
    Ok(())
}
