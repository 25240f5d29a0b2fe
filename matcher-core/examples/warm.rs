//! A solved problem that changes: a household withdraws, a dwelling closes, and both are taken back.
//!
//! `cargo run -p matcher-core --example warm`

use matcher_core::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use matcher_core::problem::{Parts, Place, Problem};
use matcher_core::solve::{Control, Edit, SolveOptions, Warm, solve};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let place = |id: &str| Place { id: id.into(), residence: ResidenceIndex::new(0), capacity: 1 };
    let scores = [[90, 80, 10], [85, 70, 20], [80, 75, 30], [40, 35, 25]];
    let arcs = scores
        .iter()
        .enumerate()
        .flat_map(|(h, row)| row.iter().enumerate().map(move |(d, &score)| (HouseholdIndex::new(h), DwellingIndex::new(d), score)));
    let problem = Problem::new(Parts {
        households: (1..=4).map(|n| format!("h{n}")).collect(),
        dwellings: vec![place("d1"), place("d2"), place("d3")],
        residences: vec!["r1".into()],
        arcs: arcs.collect(),
        ..Parts::default()
    })?;
    let (options, control) = (SolveOptions::default(), Control::default());
    let mut warm = Warm::open(problem, &options, &control)?;
    assert_eq!(warm.outcome().objective, Some(195));

    let withdrawn = warm.edit(&[Edit::WithdrawHousehold { household: "h1".into() }])?;
    let outcome = warm.solve(&control)?;
    println!("without h1: {:?}; h2 is offered {:?}", outcome.objective, warm.offer("h2")?);
    assert_eq!((outcome.objective, warm.offer("h2")?), (Some(185), Some("d1")));

    let closed = warm.edit(&[Edit::SetCapacity { dwelling: "d1".into(), capacity: 0 }])?;
    println!("and with d1 closed: {:?}", warm.solve(&control)?.objective);
    // The same value as from the beginning, and a certificate for the problem as it is now.
    let (edited, answer) = warm.answer(&control)?;
    assert_eq!(answer.objective, solve(&edited, &options, &control)?.objective);
    assert!(answer.certificate.is_some_and(|certificate| certificate.problem == edited.hash()));

    // The latest edits are taken back first.
    warm.undo(closed)?;
    warm.undo(withdrawn)?;
    assert_eq!(warm.solve(&control)?.objective, Some(195));
    Ok(())
}
