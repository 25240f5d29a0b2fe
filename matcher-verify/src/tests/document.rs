//! What docs/formats.md shows is what is judged.

use super::*;

const FORMATS: &str = include_str!("../../../docs/formats.md");

/// The block that follows a line with the file's name.
fn shown(file: &str) -> &'static str {
    shown_in(FORMATS, file)
}

fn shown_in(text: &'static str, file: &str) -> &'static str {
    let (_, after) = text.split_once(&format!("\n`{file}`\n\n```")).unwrap();
    after.split_once('\n').unwrap().1.split_once("```").unwrap().0
}

#[test]
fn the_worked_example_is_accepted_as_it_is_printed() {
    let names = ["arcs.csv", "dwellings.csv", "groups.csv", "quotas.csv", "affinities.csv"];
    let printed: BTreeMap<&str, Vec<u8>> = names.iter().map(|&name| (name, shown(name).into())).collect();
    assert_eq!(printed, files(&EXAMPLE));
    let pairs: Vec<_> = shown("allocation.csv").lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
    assert_eq!(pairs, EXAMPLE_PAIRS);
    let certificate = serde_json::from_str(shown("certificate.json")).unwrap();
    assert_eq!(judged(&problem(&EXAMPLE), &pairs, certificate).unwrap().bound, Some(11));
}

#[test]
fn the_tree_example_is_accepted_as_it_is_printed() {
    let p = changed(&PERSONS, &[("arcs.csv", "household,dwelling,score\nh1,d1,100\nh2,d2,40\n")]);
    let (_, after) = FORMATS.split_once("```json\n[").unwrap();
    let nodes: Json = serde_json::from_str(&format!("[{}", after.split_once("```").unwrap().0)).unwrap();
    let certificate = |bound: i64| json!({"kind": "tree", "objective": 100, "bound": bound, "nodes": nodes});
    assert_eq!(judged(&p, &[("h1", "d1")], certificate(100)).unwrap().leaves, 3);
    assert!(matches!(judged(&p, &[("h1", "d1")], certificate(99)), Err(Refusal::Node { node: 2, .. })));
    let cover = json!({
        "kind": "prices", "objective": 100, "bound": 100, "scale": 1, "households": {"h1": 60},
        "covers": [{"quota": "q", "households": ["h1", "h2"], "price": 40}],
    });
    assert!(judged(&p, &[("h1", "d1")], cover).is_ok());
}

#[test]
fn the_example_of_tiers_is_accepted_as_it_is_printed() {
    let text = FORMATS.split_once("### 3.4 Tiers").unwrap().1;
    let names = ["arcs.csv", "dwellings.csv", "groups.csv", "tiers.csv"];
    let printed: BTreeMap<&str, Vec<u8>> = names.iter().map(|&name| (name, shown_in(text, name).into())).collect();
    let p = Problem::from_files(&printed).unwrap();
    let pairs: Vec<_> = shown_in(text, "allocation.csv").lines().skip(1).map(|line| line.split_once(',').unwrap()).collect();
    let certificate: Json = serde_json::from_str(shown_in(text, "certificate.json")).unwrap();
    let verdict = judged(&p, &pairs, certificate.clone()).unwrap();
    let tiers: Vec<_> = verdict.tiers.iter().map(|tier| (tier.tier, tier.count, tier.bound)).collect();
    assert_eq!((verdict.bound, verdict.proof, verdict.leaves, tiers), (Some(9), "tiers", 3, vec![(10, 1, 1), (20, 2, 2)]));
    // The rows that the text names are those of the levels.
    let rows = |level: &Problem| level.quotas.iter().map(|q| (q.id.clone(), q.scope.clone(), q.min)).collect::<Vec<_>>();
    let row = |id: &str, scope: &str, min: i64| (id.to_owned(), scope.to_owned(), Some(min));
    assert_eq!(rows(&p.level(&[1])), [row("tier:10", "*", 1)]);
    assert_eq!(rows(&p.level(&[1, 2])), [row("tier:10", "*", 1), row("tier:20", "r2", 2)]);
    // A lower claim is true, but then the later levels are about another row.
    let mut lower = certificate;
    lower["levels"][0]["objective"] = 0.into();
    let refusal = judged(&p, &pairs, lower).unwrap_err();
    assert!(matches!(refusal, Refusal::Level { level: 2, source } if matches!(*source, Refusal::ProblemDiffers { .. })));
}
