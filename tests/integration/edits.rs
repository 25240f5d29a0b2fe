//! Sequences of edits on tiny problems of every family: each answer has the value of a cold solve and stands before the judge.

use matcher_core::allocation::Status;
use matcher_core::error::Error;
use matcher_core::ids::HouseholdIndex;
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, Edit, SolveOptions, Warm, solve};
use matcher_tests::court::judge;
use matcher_tests::families::{self, Draw};

/// A random edit of `problem`; names that are not there are refused, and so are arcs that are.
fn edit(draw: &mut Draw, problem: &Problem, number: usize) -> Edit {
    let (households, dwellings, quotas) = (problem.households(), problem.dwellings(), problem.quotas());
    let household = households.get(draw.position(households.len() + 1)).cloned().unwrap_or_else(|| format!("new{}", number / 2));
    let dwelling = dwellings.get(draw.position(dwellings.len() + 1)).map_or_else(|| format!("new{}", number / 2), |d| d.id.clone());
    let score = draw.between(-9, 99);
    let some = |list: &[String], draw: &mut Draw| {
        let kept: Vec<_> = list.iter().filter(|_| draw.tenths(6)).cloned().collect();
        kept.into_iter().map(|id| (id, score + draw.between(-3, 3))).collect::<Vec<_>>()
    };
    let homes: Vec<String> = dwellings.iter().map(|d| d.id.clone()).collect();
    match draw.position(if quotas.is_empty() { 9 } else { 13 }) {
        0 => Edit::WithdrawHousehold { household },
        1 | 2 => Edit::AddHousehold {
            household: format!("new{number}"),
            arcs: some(&homes, draw),
            groups: some(problem.groups(), draw).into_iter().map(|(group, _)| (group, draw.between(1, 2))).collect(),
        },
        3 => Edit::RemoveDwelling { dwelling },
        4 => Edit::AddDwelling {
            dwelling: format!("new{number}"),
            residence: format!("r{}", draw.position(3)),
            capacity: draw.between(0, 2) as u32,
            scopes: some(problem.scopes(), draw).into_iter().map(|scope| scope.0).collect(),
            arcs: some(households, draw),
        },
        5 => Edit::SetCapacity { dwelling, capacity: draw.between(0, 2) as u32 },
        6 => Edit::AddArc { household, dwelling, score },
        7 => Edit::RemoveArc { household, dwelling },
        8 => Edit::SetScore { household, dwelling, score },
        9 | 10 => {
            Edit::SetWeight { quota: quotas[draw.position(quotas.len())].id.clone(), household, dwelling, weight: draw.between(-2, 2) }
        }
        _ => {
            let quota = &quotas[draw.position(quotas.len())];
            let moved = |bound: Option<i64>, draw: &mut Draw| bound.map(|bound| bound + draw.between(-1, 1));
            Edit::SetQuota {
                quota: quota.id.clone(),
                min: moved(quota.min, draw),
                max: moved(quota.max, draw),
                penalty_below: quota.penalty_below.map(|penalty| penalty + draw.between(0, 5)),
                penalty_above: quota.penalty_above.map(|penalty| penalty / 2),
            }
        }
    }
}

/// Pairs name households, and so does nothing else once their arcs and groups are gone: no reader of the files would know them.
fn is_readable(problem: &Problem) -> bool {
    let known = |h: HouseholdIndex| !problem.arc_range(h).is_empty() || problem.members().iter().any(|member| member.household == h);
    problem.affinities().iter().all(|pair| known(pair.a) && known(pair.b))
}

/// A sequence of edits on one problem; gives how many were made.
fn sequence(name: &str, files: &families::Files, seed: u64, length: usize) -> usize {
    let exact = SolveOptions { gap_ppm: 0, step_limit: Some(4_000_000), ..SolveOptions::default() };
    let mut draw = Draw::new(seed, name);
    let mut warm = Warm::open(problem::read_files(files).unwrap(), &exact, &Control::default()).unwrap();
    let mut undos = Vec::new();
    let mut made = 0;
    for number in 0..length {
        let at = format!("family {name} seed {seed} edit {number}");
        if draw.tenths(2)
            && let Some((undo, hash)) = undos.pop()
        {
            warm.undo(undo).unwrap();
            assert_eq!(warm.problem().unwrap().hash(), hash, "{at}");
        } else {
            let before = warm.problem().unwrap();
            match warm.edit(&[edit(&mut draw, &before, number)]) {
                Ok(undo) => undos.push((undo, before.hash())),
                Err(Error::Input { .. }) => {
                    assert_eq!(warm.problem().unwrap().hash(), before.hash(), "{at}");
                    continue;
                }
                Err(error) => panic!("{at}: {error}"),
            }
        }
        made += 1;
        let (problem, answer) = warm.answer(&Control::default()).unwrap();
        if !is_readable(&problem) {
            continue;
        }
        let cold = solve(&problem, &exact, &Control::default()).unwrap();
        assert!(matches!(cold.status, Status::Optimal | Status::Infeasible), "{at}: {:?}", cold.status);
        assert_eq!((answer.status, answer.objective, answer.bound), (cold.status, cold.objective, cold.bound), "{at}");
        judge(&problem::files(&problem).unwrap(), &problem, &answer).unwrap_or_else(|why| panic!("{at}: {why}"));
    }
    made
}

#[test]
fn every_sequence_of_edits_is_as_good_as_a_cold_solve() {
    let mut made = 0;
    for seed in 0..10 {
        for (name, files) in families::all(seed) {
            made += sequence(name, &files, seed, 10);
        }
    }
    assert!(made > 1_000, "{made}");
}
