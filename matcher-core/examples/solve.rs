//! The solver alone, without housing: five households, three dwellings, one quota, and the certificate.
//!
//! `cargo run -p matcher-core --example solve`

use matcher_core::allocation::Status;
use matcher_core::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
use matcher_core::problem::{Member, Parts, Place, Problem, Quota, Scope};
use matcher_core::solve::{Control, SolveOptions, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
    let scores = [[90, 80, 10], [85, 70, 20], [80, 75, 30], [40, 35, 25], [30, 38, 22]];
    let arcs = scores
        .iter()
        .enumerate()
        .flat_map(|(h, row)| row.iter().enumerate().map(move |(d, &score)| (HouseholdIndex::new(h), DwellingIndex::new(d), score)));
    let problem = Problem::new(Parts {
        households: (1..=5).map(|n| format!("h{n}")).collect(),
        dwellings: vec![place("d1"), place("d2"), place("d3")],
        residences: vec!["r1".into()],
        arcs: arcs.collect(),
        // Households 4 and 5 are older: at least one of them, or 30 points are lost.
        groups: vec!["older".into()],
        members: [3, 4].map(|h| Member { household: HouseholdIndex::new(h), group: GroupIndex::new(0), weight: 1 }).to_vec(),
        quotas: vec![Quota {
            id: "older-in-r1".into(),
            scope: Some(Scope::Residence(ResidenceIndex::new(0))),
            group: Some(GroupIndex::new(0)),
            min: Some(1),
            max: None,
            penalty_below: Some(30),
            penalty_above: None,
        }],
        ..Parts::default()
    })?;
    let allocation = solve(&problem, &SolveOptions { gap_ppm: 0, ..SolveOptions::default() }, &Control::default())?;
    for (household, dwelling) in allocation.pairs() {
        println!("{} is offered {}", problem.households()[household.index()], problem.dwellings()[dwelling.index()].id);
    }
    println!("objective {:?}, bound {:?}", allocation.objective, allocation.bound);
    assert_eq!(allocation.status, Status::Optimal);
    assert_eq!(allocation.objective, Some(190));
    println!("{}", serde_json::to_string_pretty(&allocation.certificate)?);
    Ok(())
}
