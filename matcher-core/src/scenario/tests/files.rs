//! The scenarios of examples/ and the list in docs/scenarios.md.

use std::path::{Path, PathBuf};

use crate::eligibility::Language;
use crate::error::Report;
use crate::scenario::{catalogue, parse, parse_json};

use super::demo;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_examples_are_accepted_by_the_demo_town() {
    let dir = root().join("examples/scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let scenario = parse(&std::fs::read_to_string(&path).unwrap(), &name).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!((format!("{}.toml", scenario.id), scenario.base.as_str()), (name, demo().policy.id.as_str()));
        assert!(!scenario.author.is_empty() && scenario.title != scenario.id, "{}", scenario.id);
        let town = demo().stack(std::slice::from_ref(&scenario)).unwrap_or_else(|fault| panic!("{fault}"));
        let mut report = Report::default();
        let model = town.model(&mut report).unwrap();
        crate::pipeline::check(&model, &town.policy, town.book()).unwrap_or_else(|fault| panic!("{}: {fault}", scenario.id));
    }
}

#[test]
fn the_points_of_the_grids_are_accepted_by_the_demo_town() {
    let mut points = 0;
    for entry in std::fs::read_dir(root().join("examples/sweeps")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for point in crate::scenario::parse_grid(&text, "grid.toml").unwrap_or_else(|fault| panic!("{fault}")) {
            demo().after(&point).unwrap_or_else(|fault| panic!("{}: {fault}", point.id));
            points += 1;
        }
    }
    assert!(points >= 12, "{points}");
}

#[test]
fn the_document_lists_every_kind_and_its_examples_are_read() {
    let text = std::fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let listed = catalogue(Language::English);
    let begin = "<!-- kinds -->\n\n";
    let there = text.split_once(begin).map(|(_, rest)| rest).unwrap_or_default();
    if std::env::var_os("MATCHER_REGENERATE").is_some() {
        let (before, _) = text.split_once(begin).unwrap();
        std::fs::write(root().join("docs/scenarios.md"), format!("{before}{begin}{listed}")).unwrap();
    } else {
        assert!(there == listed, "docs/scenarios.md is older than CHANGES: run this test with MATCHER_REGENERATE=1");
    }
    let (prose, _) = text.split_once(begin).unwrap();
    let block = |fence: &str| prose.split_once(fence).and_then(|(_, rest)| rest.split_once("```")).map(|(block, _)| block).unwrap();
    let toml = parse(block("```toml\n"), "docs.toml").unwrap();
    let json = parse_json(block("```json\n"), "docs.json").unwrap();
    assert_eq!((toml.id.as_str(), format!("{:?}", toml.changes[0].change)), (json.id.as_str(), format!("{:?}", json.changes[0].change)));
    demo().after(&toml).unwrap();
}
