//! Tiers: answers against every allocation of tiny problems, limits, and certificates that are changed.

use matcher_core::allocation::{Allocation, Proof, Status};
use matcher_core::problem::{self, Problem};
use matcher_core::solve::{Control, SolveOptions, StopSignal, Warm, solve};
use matcher_tests::court::{judge, pairs};
use matcher_tests::families::{self, Draw, Files};
use matcher_tests::relcheck::mutate;
use matcher_tests::tiers;
use matcher_verify::Refusal;
use serde_json::{Value as Json, json};

const EXACT: SolveOptions = SolveOptions { gap_ppm: 0, step_limit: None, seed: 0, threads: 1, memory_limit_mib: None };

/// Tiny problems with tiers, of every family, with their best value and how many allocations have it.
fn each(seeds: std::ops::Range<u64>, mut check: impl FnMut(&str, &Files, &Problem, Option<(Vec<i64>, usize)>, &mut Draw)) {
    for seed in seeds {
        for (name, mut files) in families::all(seed) {
            let mut draw = Draw::new(seed, name);
            tiers::add(&mut files, &mut draw);
            let Ok(best) = tiers::optimum(&files) else { continue };
            let problem = problem::read_files(&files).unwrap();
            check(&format!("family {name}, seed {seed}"), &files, &problem, best, &mut draw);
        }
    }
}

/// Counts of the tiers and the objective.
fn value(allocation: &Allocation) -> Vec<i64> {
    allocation.tiers.iter().map(|tier| tier.reached).chain(allocation.objective).collect()
}

#[test]
fn answers_are_the_lexicographic_optimum_of_all_allocations() {
    let (mut solved, mut infeasible, mut tied) = (0, 0, 0);
    each(0..30, |label, files, problem, best, _| {
        let answer = solve(problem, &EXACT, &Control::default()).unwrap();
        let verdict = judge(files, problem, &answer).unwrap_or_else(|why| panic!("{label}: {why}"));
        let Some((best, times)) = best else {
            assert_eq!(answer.status, Status::Infeasible, "{label}");
            assert!(matches!(answer.certificate.unwrap().proof, Proof::Infeasible { .. }), "{label}");
            infeasible += 1;
            return;
        };
        assert_eq!((answer.status, value(&answer)), (Status::Optimal, best.clone()), "{label}");
        let bounds: Vec<_> = answer.tiers.iter().map(|tier| tier.bound).chain([answer.bound]).collect();
        assert_eq!(bounds, best.iter().copied().map(Some).collect::<Vec<_>>(), "{label}");
        let judged: Vec<_> = verdict.tiers.iter().map(|tier| (tier.count, tier.bound)).collect();
        assert_eq!(judged, best[..best.len() - 1].iter().map(|&count| (count, count)).collect::<Vec<_>>(), "{label}");
        solved += 1;
        tied += usize::from(times > 1);
    });
    assert!(solved > 200 && infeasible > 15 && tied > 60, "{solved} solved, {infeasible} infeasible, {tied} with ties");
}

#[test]
fn what_a_limit_leaves_is_true_and_judged() {
    let cancelled = StopSignal::new();
    cancelled.cancel();
    let (mut stopped, mut better_known) = (0, 0);
    each(30..42, |label, files, problem, best, draw| {
        let limit = if draw.tenths(5) { 0 } else { draw.between(1, 4000).unsigned_abs() };
        let options = SolveOptions { step_limit: Some(limit), ..EXACT };
        for control in [Control::default(), Control { stop: Some(&cancelled), progress: None }] {
            let answer = solve(problem, &options, &control).unwrap();
            if answer.certificate.is_some() {
                judge(files, problem, &answer).unwrap_or_else(|why| panic!("{label}: {why}"));
            }
            let Some(objective) = answer.objective else { continue };
            let (best, _) = best.as_ref().unwrap_or_else(|| panic!("{label}: an allocation of an infeasible problem"));
            assert!(answer.certificate.is_some() && answer.bound.is_some_and(|bound| bound >= objective), "{label}");
            assert!(value(&answer) <= *best, "{label}: {:?} is above {best:?}", value(&answer));
            assert!(answer.tiers[0].bound.is_some_and(|bound| bound >= best[0]), "{label}");
            assert!(answer.tiers.iter().all(|tier| tier.bound.is_some_and(|bound| bound >= tier.reached)), "{label}");
            assert!(answer.status != Status::Optimal || value(&answer) == *best, "{label}");
            stopped += usize::from(matches!(answer.status, Status::StepLimit | Status::Cancelled));
            better_known += usize::from(value(&answer) < *best);
        }
    });
    assert!(stopped > 60 && better_known > 10, "{stopped} stopped, {better_known} below the best");
}

/// The verdict on a certificate in JSON.
fn judged(files: &Files, pairs: &[(&String, &String)], certificate: &Json) -> Result<matcher_verify::Verdict, Option<Refusal>> {
    let own = matcher_verify::Problem::from_files(files).unwrap();
    let certificate: matcher_verify::Certificate = serde_json::from_value(certificate.clone()).map_err(|_| None)?;
    matcher_verify::judge(&own, pairs.iter().copied(), &certificate).map_err(Some)
}

#[test]
fn changed_certificates_are_refused_or_true() {
    let (mut refused, mut true_ones) = (0, 0);
    each(50..58, |label, files, problem, best, draw| {
        let Some((best, _)) = best else { return };
        let answer = solve(problem, &EXACT, &Control::default()).unwrap();
        let offered = pairs(problem, &answer);
        let whole = serde_json::to_value(&answer.certificate).unwrap();
        let ids: Vec<String> = problem.households().iter().cloned().chain(problem.dwellings().iter().map(|d| d.id.clone())).collect();
        for _ in 0..25 {
            let mut changed = whole.clone();
            let kind = mutate::certificate(&mut changed, &ids, draw);
            match judged(files, &offered, &changed) {
                Err(_) => refused += 1,
                // Prices may change and prove the same; a claim may not.
                Ok(verdict) => {
                    let counts: Vec<_> = verdict.tiers.iter().map(|t| t.count).chain(verdict.value.map(|v| v.objective)).collect();
                    assert_eq!(counts, best, "{label}: {kind}");
                    assert!(verdict.tiers[0].bound >= best[0] && verdict.bound >= best.last().copied(), "{label}: {kind}");
                    true_ones += 1;
                }
            }
        }
    });
    assert!(refused > 500 && true_ones > 0, "{refused} refused, {true_ones} true");
}

/// Two dwellings. The priority household h1 is worth less than the others; h2 and h3 count two and one persons.
fn example() -> Files {
    Files::from([
        ("arcs.csv", b"household,dwelling,score\nh1,d1,1\nh2,d1,9\nh2,d2,8\nh3,d2,9\nh4,d1,50\n".to_vec()),
        ("dwellings.csv", b"dwelling,residence\nd1,r1\nd2,r2\n".to_vec()),
        ("groups.csv", b"household,group,weight\nh1,dalo,1\nh2,persons,2\nh3,persons,1\n".to_vec()),
        ("tiers.csv", b"tier,group,scope\n20,persons,r2\n10,dalo,\n".to_vec()),
    ])
}

fn solved(files: &Files) -> (Problem, Allocation) {
    let problem = problem::read_files(files).unwrap();
    let answer = solve(&problem, &EXACT, &Control::default()).unwrap();
    judge(files, &problem, &answer).unwrap();
    (problem, answer)
}

#[test]
fn persons_count_in_a_tier_and_a_hard_quota_goes_before_it() {
    let (_, answer) = solved(&example());
    assert_eq!(value(&answer), [1, 2, 9]);
    // Without tiers h4 and h3 are worth 59.
    let mut files = example();
    files.remove("tiers.csv");
    assert_eq!(value(&solved(&files).1), [59]);
    // h1 may not be placed: the tier reaches 0, which is all that is possible.
    let mut files = example();
    files.insert("quotas.csv", b"quota,scope,group,min,max,penalty_below,penalty_above\nq,*,dalo,,0,,\n".to_vec());
    let (_, answer) = solved(&files);
    assert_eq!((value(&answer), answer.tiers[0].bound), (vec![0, 2, 58], Some(0)));
    // A price does not stop a tier: it is paid.
    let mut files = example();
    files.insert("quotas.csv", b"quota,scope,group,min,max,penalty_below,penalty_above\nq,*,dalo,,0,,100\n".to_vec());
    assert_eq!(value(&solved(&files).1), [1, 2, -91]);
}

#[test]
fn levels_that_are_missing_swapped_or_altered_are_refused() {
    let files = example();
    let (problem, answer) = solved(&files);
    let offered = pairs(&problem, &answer);
    let whole = serde_json::to_value(&answer.certificate).unwrap();
    let refused = |change: &dyn Fn(&mut Json)| {
        let mut changed = whole.clone();
        change(&mut changed);
        judged(&files, &offered, &changed).unwrap_err().unwrap()
    };
    let inside = |refusal: Refusal| if let Refusal::Level { level, source } = refusal { (level, *source) } else { panic!("{refusal}") };
    assert!(judged(&files, &offered, &whole).is_ok());
    assert_eq!(refused(&|c| drop(c["levels"].as_array_mut().unwrap().remove(1))), Refusal::LevelCount { tiers: 2, levels: 2 });
    assert_eq!(refused(&|c| c["levels"] = json!([])), Refusal::LevelsNotNeeded);
    assert!(matches!(inside(refused(&|c| c["levels"].as_array_mut().unwrap().swap(0, 1))), (1, Refusal::ProblemDiffers { .. })));
    // Another value reached is another row of the next level, and so another problem.
    assert!(matches!(inside(refused(&|c| c["levels"][0]["objective"] = 0.into())), (2, Refusal::ProblemDiffers { .. })));
    assert_eq!(inside(refused(&|c| c["levels"][0]["objective"] = 2.into())), (1, Refusal::BoundBelowObjective { bound: 1, objective: 2 }));
    assert_eq!(inside(refused(&|c| c["levels"][0]["objective"] = Json::Null)), (1, Refusal::ObjectiveMissing));
    assert!(matches!(inside(refused(&|c| c["levels"][1]["bound"] = 3.into())), (2, Refusal::BoundDiffers { .. })));
    assert_eq!(refused(&|c| c["objective"] = 10.into()), Refusal::LevelClaim);
    assert!(matches!(refused(&|c| c["problem"] = "".into()), Refusal::ProblemDiffers { .. }));
    // The last level alone, even as the certificate of this problem, and levels inside levels.
    let alone = |c: &mut Json| {
        let mut last = c["levels"][2].take();
        last["problem"] = c["problem"].take();
        *c = last;
    };
    assert_eq!(refused(&alone), Refusal::LevelsMissing { tiers: 2 });
    assert_eq!(inside(refused(&|c| c["levels"][2] = c.clone())), (3, Refusal::LevelKind));
    // A problem without tiers has no levels.
    let mut plain = files.clone();
    plain.remove("tiers.csv");
    let mut claim = whole.clone();
    claim["problem"] = problem::read_files(&plain).unwrap().hash().into();
    assert_eq!(judged(&plain, &offered, &claim), Err(Some(Refusal::LevelsNotNeeded)));
    // The allocation must keep what the tiers were held to.
    let names = ["h4", "d1", "h2", "d2"].map(str::to_owned);
    let other = [(&names[0], &names[1]), (&names[2], &names[3])];
    let mut claim = whole.clone();
    (claim["objective"], claim["levels"][2]["objective"]) = (58.into(), 58.into());
    let refusal = judged(&files, &other, &claim).unwrap_err().unwrap();
    assert_eq!(inside(refusal), (3, Refusal::BelowMinimum { quota: "tier:10".into(), count: 0, min: 1 }));
}

#[test]
fn wrong_tiers_are_named_and_the_judge_refuses_them_too() {
    let faults = [
        ("tier,group\n0,dalo\n", "E1064"),
        ("tier,group\n-1,dalo\n", "E1064"),
        ("tier,group\n1,dalo\n1,persons\n", "E1060"),
        ("tier,group\n1,nobody\n", "E1011"),
        ("tier,group,scope\n1,dalo,r9\n", "E1011"),
        ("tier,group\n1,zero\n", "E1065"),
        ("tier,group\n1,negative\n", "E1065"),
        ("tier,group\n,dalo\n", "E1042"),
        ("tier,group\n1,\n", "E1041"),
    ];
    for (text, code) in faults {
        let mut files = example();
        let groups = "household,group,weight\nh1,dalo,1\nh2,persons,2\nh3,persons,1\nh1,zero,0\nh2,zero,1\nh1,negative,-1\n";
        files.extend([("tiers.csv", text.as_bytes().to_vec()), ("groups.csv", groups.into())]);
        let Err(matcher_core::error::Error::Input { report }) = problem::read_files(&files) else { panic!("{text}") };
        assert_eq!(report.errors.iter().map(|finding| finding.code).collect::<Vec<_>>(), [code], "{text}");
        assert!(matcher_verify::Problem::from_files(&files).is_err(), "{text}");
    }
    // Names that levels add.
    for (file, text) in [
        ("groups.csv", "household,group\nh1,dalo\nh2,persons\nh3,*\n"),
        ("groups.csv", "household,group\nh1,dalo\nh2,persons\nh3,tier:*\n"),
        ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\ntier:10,*,dalo,,5,,\n"),
    ] {
        let mut files = example();
        files.insert(file, text.into());
        let Err(matcher_core::error::Error::Input { report }) = problem::read_files(&files) else { panic!("{text}") };
        assert_eq!(report.errors[0].code, "E1066", "{text}");
        assert!(matcher_verify::Problem::from_files(&files).is_err(), "{text}");
        // They are kept for problems with tiers only.
        files.remove("tiers.csv");
        assert!(problem::read_files(&files).is_ok() && matcher_verify::Problem::from_files(&files).is_ok(), "{text}");
    }
}

#[test]
fn a_problem_with_tiers_does_not_stay_open_to_edits() {
    let problem = problem::read_files(&example()).unwrap();
    let Err(matcher_core::error::Error::Input { report }) = Warm::open(problem, &EXACT, &Control::default()) else { panic!("opened") };
    assert_eq!(report.errors.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E1807"]);
}

#[test]
fn tiers_whose_sums_could_overflow_are_refused_before_solving() {
    let mut files = example();
    files.insert("groups.csv", format!("household,group,weight\nh1,dalo,{}\nh2,persons,1\n", 1i64 << 52).into_bytes());
    assert!(matches!(problem::read_files(&files), Err(matcher_core::error::Error::ScoreOverflow { .. })));
    // Each fits alone; a row of the one priced by the other does not.
    files.insert("groups.csv", format!("household,group,weight\nh1,dalo,{}\nh2,persons,{}\n", 1i64 << 30, 1i64 << 30).into_bytes());
    assert!(matches!(problem::read_files(&files), Err(matcher_core::error::Error::ScoreOverflow { .. })));
    files.insert("tiers.csv", b"tier,group\n1,dalo\n".to_vec());
    assert_eq!(value(&solved(&files).1), [1 << 30, 10]);
}

#[test]
fn a_problem_with_tiers_is_written_and_read_back_and_the_file_is_part_of_its_hash() {
    let files = example();
    let problem = problem::read_files(&files).unwrap();
    let again = problem::read_files(&problem::files(&problem).unwrap()).unwrap();
    assert_eq!((again.hash(), again.tiers()), (problem.hash(), problem.tiers()));
    assert_eq!(problem.hash(), matcher_verify::Problem::from_files(&files).unwrap().hash());
    let other = |text: &str| {
        let mut files = example();
        files.insert("tiers.csv", text.as_bytes().to_vec());
        problem::read_files(&files).unwrap().hash()
    };
    let hashes = [
        problem.hash(),
        other("tier,group,scope\n10,dalo,\n"),
        other("tier,group,scope\n10,persons,r2\n20,dalo,\n"),
        other("tier,group,scope\n10,dalo,r1\n20,persons,r2\n"),
        other("tier,group,scope\n"),
    ];
    let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
    assert_eq!(distinct.len(), hashes.len());
    // No tiers, no file.
    let mut plain = example();
    plain.remove("tiers.csv");
    assert_eq!(hashes[4], problem::read_files(&plain).unwrap().hash());
}
