//! Scenarios of small towns, each against a run from nothing, and what sweeps and frontiers claim.

use matcher_core::error::Report;
use matcher_core::pipeline::{self, Inputs, RunOptions};
use matcher_core::scenario::{Axis, Session, Town, parse_json};
use matcher_core::solve::{Control, SolveOptions};
use matcher_tests::families::Draw;
use matcher_tests::relcheck::{Job, scenarios};
use matcher_tests::scenarios::random;

fn demo() -> Town {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town");
    Town::from(Inputs::read(&dir, None).unwrap().open(None).unwrap())
}

#[test]
fn scenarios_answer_as_runs_from_nothing() {
    let found = scenarios::run(&Job { tries: 24, seed: 41, threads: 2, family: None });
    assert!(found.bad.is_empty(), "first seed 41: {:?}", found.bad);
    assert!(found.answered > 24 && found.refused > 0, "{found:?}");
}

#[test]
fn a_sweep_answers_as_one_scenario_after_the_other() {
    let session = Session::open(demo(), &SolveOptions::default(), &Control::default()).unwrap();
    let mut draw = Draw::new(7, "sweep");
    let scenarios: Vec<_> = (0..6).map(|at| random(session.town(), session.outcome(), &mut draw, at).unwrap().1).collect();
    for (scenario, swept) in scenarios.iter().zip(session.sweep(&scenarios, &Control::default())) {
        let alone = session.try_out(scenario, &Control::default());
        assert_eq!(swept.as_ref().map_err(ToString::to_string), alone.as_ref().map_err(ToString::to_string));
    }
}

#[test]
fn a_session_gives_a_whole_run_that_the_judge_accepts() {
    let mut session = Session::open(demo(), &SolveOptions::default(), &Control::default()).unwrap();
    let weight = parse_json(r#"{"id": "w", "change": [{"kind": "set_weight", "criterion": "distance", "weight": 30}]}"#, "w.json").unwrap();
    session.apply(&weight, &Control::default()).unwrap();
    let run = session.run().unwrap();
    assert_eq!((run.allocation.objective, run.allocation.bound), (session.outcome().objective, session.outcome().bound));
    assert_eq!(run.judgement.proof, Some("prices"));
}

/// Every point is an allocation below all lines, no point is better than another on both axes, and the policy's own optimum lies
/// below every line too.
#[test]
fn a_frontier_encloses_what_can_be_had() {
    let town = demo();
    let options = SolveOptions { gap_ppm: 2_000, ..SolveOptions::default() };
    let session = Session::open(town.clone(), &options, &Control::default()).unwrap();
    let model = town.model(&mut Report::default()).unwrap();
    let run = pipeline::run(&model, &town.policy, town.book(), &RunOptions::from(options), &Control::default()).unwrap().allocation;
    for axis in [Axis::Distance, Axis::Placed] {
        let frontier = session.frontier(axis, 5, &Control::default()).unwrap();
        assert!(frontier.points.len() >= 2 && frontier.points.len() <= 5, "{frontier:?}");
        let other = |penalties: i64, placed: i64| if axis == Axis::Distance { -penalties } else { placed };
        let placed = run.pairs().count() as i64;
        let own = (run.suitability + run.affinity_points, other(run.penalties, placed));
        let points = frontier.points.iter().map(|point| (point.suitability, other(point.penalties, point.placed)));
        for (x, y) in points.clone().chain([own]) {
            for line in &frontier.lines {
                let worth = i128::from(line.suitability) * i128::from(x) + i128::from(line.other) * i128::from(y);
                assert!(worth <= i128::from(line.bound.unwrap()), "({x}, {y}) lies above {line:?}");
            }
        }
        assert!(points.clone().is_sorted_by(|a, b| a.0 > b.0 && a.1 < b.1), "{frontier:?}");
    }
}
