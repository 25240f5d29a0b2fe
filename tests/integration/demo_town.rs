//! The demo town is rich: every rule, criterion, quota and affinity in it matters, and its second policy cannot hold.

use std::path::{Path, PathBuf};

use matcher_core::error::Report;
use matcher_core::model::{self, Model};
use matcher_core::policy::{self, Policy};
use matcher_core::tables;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town")
}

fn demo_policy(file: &str) -> Policy {
    policy::parse(&std::fs::read_to_string(folder().join(file)).unwrap(), file).unwrap()
}

fn demo_model() -> Model {
    let (tables, report) = tables::read(&folder()).unwrap();
    assert_eq!(report, Report::default());
    let mut report = Report::default();
    let date = demo_policy("policy.toml").reference_date.unwrap().parse().unwrap();
    let model = model::build(&tables, date, &mut report).unwrap();
    assert_eq!(report, Report::default());
    model
}

#[test]
fn the_demo_town_is_read_without_a_finding() {
    let model = demo_model();
    assert_eq!((model.residences.len(), model.dwellings.len(), model.households.len()), (13, 144, 1_000));
    assert_eq!(model.households.current.iter().filter(|current| current.is_some()).count(), 90);
}
