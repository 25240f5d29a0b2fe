//! What docs/formats.md shows is what is judged.

use super::*;

const FORMATS: &str = include_str!("../../../docs/formats.md");

/// The block that follows a line with the file's name.
fn shown(file: &str) -> &'static str {
    let (_, after) = FORMATS.split_once(&format!("\n`{file}`\n\n```")).unwrap();
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
