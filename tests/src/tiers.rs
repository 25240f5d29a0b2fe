//! Tiers of tiny problems: drawn at random, and the lexicographic optimum by looking at every allocation, from docs/formats.md alone.

use std::collections::BTreeMap;

use crate::families::{Draw, Files};
use crate::oracle::{number, table};
use crate::subsets::Tiny;

/// Most allocations of a problem that is enumerated.
pub const ALLOCATIONS: usize = 700;

/// Adds a random `tiers.csv` of one to three tiers, numbered with gaps and in any order.
pub fn add(files: &mut Files, draw: &mut Draw) {
    let (members, lies, homes) = (table(files, "groups.csv"), table(files, "scopes.csv"), table(files, "dwellings.csv"));
    let counts = |group: &str| members.iter().filter(|row| row["group"] == group).all(|row| number(row, "weight").unwrap_or(1) > 0);
    let mut groups = vec!["*"];
    groups.extend(members.iter().map(|row| row["group"]).filter(|group| counts(group)));
    let mut scopes = vec!["", "*"];
    scopes.extend(homes.iter().map(|row| row["residence"]).chain(lies.iter().map(|row| row["scope"])));
    let mut rows = Vec::new();
    let mut tier = 0;
    for _ in 0..draw.between(1, 3) {
        tier += draw.between(1, 5);
        rows.push(format!("{tier},{},{}\n", groups[draw.position(groups.len())], scopes[draw.position(scopes.len())]));
    }
    if draw.tenths(5) {
        rows.reverse();
    }
    let text = format!("tier,group,scope\n{}", rows.concat());
    files.insert("tiers.csv", text.into_bytes());
}

/// Counts of the tiers, first one first, then the worth.
pub type Value = Vec<i64>;

/// The tiers' weight on every arc, by household and dwelling; tiers in the order of their numbers.
fn weights<'a>(files: &'a Files, arcs: &[(&'a str, &'a str)]) -> Vec<BTreeMap<(&'a str, &'a str), i64>> {
    let mut tiers = table(files, "tiers.csv");
    tiers.sort_by_key(|row| number(row, "tier"));
    let (members, lies, homes) = (table(files, "groups.csv"), table(files, "scopes.csv"), table(files, "dwellings.csv"));
    let weight = |group: &str, household: &str| {
        let member = members.iter().find(|row| row["household"] == household && row["group"] == group);
        if group == "*" { 1 } else { member.map_or(0, |row| number(row, "weight").unwrap_or(1)) }
    };
    let inside = |scope: &str, dwelling: &str| {
        matches!(scope, "" | "*")
            || homes.iter().any(|row| row["dwelling"] == dwelling && row["residence"] == scope)
            || lies.iter().any(|row| row["dwelling"] == dwelling && row["scope"] == scope)
    };
    let counted = |row: &crate::oracle::Row<'_>| {
        let scope = row.get("scope").copied().unwrap_or_default();
        let on = |arc: &(&'a str, &'a str)| if inside(scope, arc.1) { weight(row["group"], arc.0) } else { 0 };
        arcs.iter().map(|arc| (*arc, on(arc))).collect()
    };
    tiers.iter().map(counted).collect()
}

/// The lexicographically largest value of an allocation, and how many allocations have it; `Ok(None)` where none is possible.
///
/// # Errors
/// A problem that is too large to be enumerated, or no such problem.
///
/// # Complexity
/// O(product of the households' choices).
pub fn optimum(files: &Files) -> Result<Option<(Value, usize)>, String> {
    let rows = table(files, "arcs.csv");
    let arcs: Vec<(&str, &str)> = rows.iter().map(|row| (row["household"], row["dwelling"])).collect();
    let mut choices: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for &(household, dwelling) in &arcs {
        choices.entry(household).or_default().push(dwelling);
    }
    if choices.values().map(|list| list.len() + 1).product::<usize>() > ALLOCATIONS {
        return Err("too many allocations".into());
    }
    let (tiny, weights) = (Tiny::read(files, None)?, weights(files, &arcs));
    let mut chosen: Vec<Vec<(&str, &str)>> = vec![Vec::new()];
    for (household, dwellings) in choices {
        let more: Vec<_> =
            chosen.iter().flat_map(|pairs| dwellings.iter().map(|d| [pairs.as_slice(), &[(household, *d)]].concat())).collect();
        chosen.extend(more);
    }
    let mut best: Option<(Value, usize)> = None;
    for pairs in chosen {
        // Over a capacity or beyond a hard side.
        let Ok(worth) = tiny.worth(pairs.iter().copied()) else { continue };
        let counts = weights.iter().map(|tier| pairs.iter().filter_map(|pair| tier.get(pair)).sum());
        let value: Value = counts.chain([worth]).collect();
        best = match best {
            Some((known, times)) if known == value => Some((known, times + 1)),
            Some((known, times)) if known > value => Some((known, times)),
            _ => Some((value, 1)),
        };
    }
    Ok(best)
}
