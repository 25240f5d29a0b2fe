//! Random small problems and what becomes of them, against every allocation there is; and moves home, counted from nothing.

use super::*;
use crate::ids::{GroupIndex, HouseholdIndex, ResidenceIndex};
use crate::problem::{Affinity, Member, Parts, Place, Quota, Scope, files};
use crate::solve::random::Random;

/// Households and dwellings in two residences, rows on two groups and pairs; of the sides of rows `hard` in ten are hard.
fn parts(draws: &mut Random, households: usize, dwellings: usize, hard: usize) -> Parts {
    let mut parts = Parts {
        households: (0..households).map(|h| format!("h{h}")).collect(),
        residences: vec!["r0".into(), "r1".into()],
        groups: vec!["g0".into(), "g1".into()],
        ..Parts::default()
    };
    for d in 0..dwellings {
        let residence = ResidenceIndex::new(if d < 2 { d } else { draws.below(2) });
        parts.dwellings.push(Place { id: format!("d{d}"), residence, capacity: [1, 1, 1, 2][draws.below(4)] });
    }
    for h in 0..households {
        for d in 0..dwellings {
            if d == h % dwellings || draws.below(4) > 0 {
                parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), 20 + draws.below(20) as i64));
            }
        }
        for g in 0..2 {
            if h == 0 || draws.below(2) == 0 {
                let weight = 1 + draws.below(2) as i64;
                parts.members.push(Member { household: HouseholdIndex::new(h), group: GroupIndex::new(g), weight });
            }
        }
    }
    for q in 0..draws.below(4) {
        let mut price = || (draws.below(10) >= hard).then(|| draws.below(15) as i64);
        let (penalty_below, penalty_above) = (price(), price());
        let min = (draws.below(2) == 0).then(|| draws.below(3) as i64);
        parts.quotas.push(Quota {
            id: format!("q{q}"),
            scope: Some([Scope::Everywhere, Scope::Residence(ResidenceIndex::new(draws.below(2)))][draws.below(2)]),
            group: Some(GroupIndex::new(draws.below(2))),
            min,
            max: (draws.below(2) == 0).then(|| min.unwrap_or(0) + draws.below(4) as i64),
            penalty_below,
            penalty_above,
        });
    }
    for b in 1..households {
        if draws.below(4) == 0 {
            parts.affinities.push(Affinity { a: HouseholdIndex::new(b - 1), b: HouseholdIndex::new(b), points: draws.below(12) as i64 });
        }
    }
    parts
}

/// The same after some changes: other scores, a dwelling more, a household more, a place less.
fn changed(draws: &mut Random, before: &Parts) -> Parts {
    let mut parts = before.clone();
    for arc in &mut parts.arcs {
        if draws.below(3) == 0 {
            arc.2 += draws.below(7) as i64 - 3;
        }
    }
    if draws.below(2) == 0 {
        let d = DwellingIndex::new(parts.dwellings.len());
        parts.dwellings.push(Place { id: "e".into(), residence: ResidenceIndex::new(draws.below(2)), capacity: 1 });
        parts.arcs.extend((0..parts.households.len()).map(|h| (HouseholdIndex::new(h), d, 25 + draws.below(20) as i64)));
    }
    if draws.below(3) == 0 {
        let h = HouseholdIndex::new(parts.households.len());
        parts.households.push("a".into());
        parts.arcs.extend((0..parts.dwellings.len()).map(|d| (h, DwellingIndex::new(d), 20 + draws.below(25) as i64)));
    }
    if draws.below(4) == 0 {
        let d = draws.below(parts.dwellings.len());
        parts.dwellings[d].capacity -= 1;
    }
    parts
}

/// A tiny problem and the same after some changes.
fn near(seed: u64) -> (Problem, Problem) {
    let mut draws = Random::new(seed);
    let (households, dwellings, hard) = (3 + draws.below(3), 3 + draws.below(2), draws.below(6));
    let before = parts(&mut draws, households, dwellings, hard);
    let after = changed(&mut draws, &before);
    (Problem::new(before).unwrap(), Problem::new(after).unwrap())
}

fn stays(offers: &[Option<DwellingIndex>], home: &[Option<DwellingIndex>]) -> usize {
    offers.iter().zip(home).filter(|(offer, home)| home.is_some() && offer == home).count()
}

fn placed(offers: &[Option<DwellingIndex>]) -> usize {
    offers.iter().flatten().count()
}

/// True where every pair is an arc, no dwelling takes more than it can, and no hard row is broken.
fn holds(problem: &Problem, offers: &[Option<DwellingIndex>]) -> bool {
    let load = |d: usize| offers.iter().flatten().filter(|offer| offer.index() == d).count();
    worth_of(problem, offers).is_some() && problem.dwellings().iter().enumerate().all(|(d, place)| load(d) <= place.capacity as usize)
}

/// Every allocation with its worth.
fn every(problem: &Problem) -> Vec<(i64, Vec<Option<DwellingIndex>>)> {
    fn go(problem: &Problem, offers: &mut Vec<Option<DwellingIndex>>, all: &mut Vec<(i64, Vec<Option<DwellingIndex>>)>) {
        if offers.len() == problem.households().len() {
            all.extend(worth_of(problem, offers).map(|worth| (worth, offers.clone())));
            return;
        }
        let choices: Vec<_> = problem.arcs(HouseholdIndex::new(offers.len())).map(|arc| Some(arc.dwelling)).chain([None]).collect();
        for choice in choices {
            let load = offers.iter().filter(|offer| choice.is_some() && **offer == choice).count();
            if choice.is_none_or(|d| load < problem.dwellings()[d.index()].capacity as usize) {
                offers.push(choice);
                go(problem, offers, all);
                offers.pop();
            }
        }
    }
    let mut all = Vec::new();
    go(problem, &mut Vec::new(), &mut all);
    all
}

/// Households that could go home by themselves, by position, with what the allocation would be worth then.
fn alone(problem: &Problem, offers: &[Option<DwellingIndex>], home: &[Option<DwellingIndex>]) -> Vec<(usize, i64)> {
    let away = (0..home.len()).filter(|&h| home[h].is_some() && offers[h] != home[h]);
    let back = |h: usize| {
        let mut offers = offers.to_vec();
        offers[h] = home[h];
        holds(problem, &offers).then(|| (h, worth_of(problem, &offers).unwrap()))
    };
    away.filter_map(back).collect()
}

/// The judge on the files of the problem, as an outsider would have them.
fn judged(problem: &Problem, stand: &Stand, what: &str) {
    let answer = stand.allocation(problem);
    let own = matcher_verify::Problem::from_files(&files(problem).unwrap()).unwrap();
    let json = serde_json::to_string(answer.certificate.as_ref().unwrap_or_else(|| panic!("{what}: no certificate"))).unwrap();
    let certificate: matcher_verify::Certificate = serde_json::from_str(&json).unwrap();
    let pairs = answer.pairs().map(|(h, d)| (&problem.households()[h.index()], &problem.dwellings()[d.index()].id));
    matcher_verify::judge(&own, pairs, &certificate).unwrap_or_else(|refusal| panic!("{what}: {refusal}"));
}

fn options(seed: u64, gap_ppm: u64) -> SolveOptions {
    SolveOptions { gap_ppm, seed, threads: 1, ..SolveOptions::default() }
}

#[test]
fn moves_that_gain_less_than_the_gap_are_not_made_and_the_optimum_moves_fewest() {
    const GAPS: [u64; 3] = [0, 30_000, 200_000];
    // Within the gap: carried prices, and solves from nothing.
    let (mut solved, mut stayed, mut loose, mut infeasible) = (0, [0; 3], [0; 2], 0);
    for seed in 0..400 {
        let (earlier, problem) = near(seed);
        let first = Stand::first(&earlier, &options(seed, 0), &Control::default()).unwrap();
        let home = first.carry(&earlier, &problem);
        let all = every(&problem);
        let best = all.iter().map(|one| one.0).max();
        // Whoever has no arc home cannot stay.
        let most = all.iter().filter(|one| Some(one.0) == best).map(|one| stays(&one.1, &home)).max();
        for (at, gap) in GAPS.into_iter().enumerate() {
            let what = format!("seed {seed} gap {gap}");
            let next = first.next(&earlier, (&problem, &home), &options(seed, gap), &Control::default()).unwrap();
            judged(&problem, &next, &what);
            let Some(best) = best else {
                assert_eq!(next.status, Status::Infeasible, "{what}");
                infeasible += 1;
                continue;
            };
            let (worth, bound) = (next.objective().unwrap(), next.bound.unwrap());
            assert!(holds(&problem, &next.offers), "{what}");
            assert_eq!(worth_of(&problem, &next.offers), Some(worth), "{what}");
            assert!(worth <= best && best <= bound, "{what}: {worth} {best} {bound}");
            // Staying counts where the gap is measured, up to one point.
            assert!(within(best, worth, gap) || gap > 0 && within(best - 1, worth, gap), "{what}: {worth} of {best}");
            let stay = stays(&next.offers, &home);
            if gap == 0 {
                assert_eq!((next.status, worth, Some(stay)), (Status::Optimal, best, most), "{what}");
            }
            let is_loose = bound > worth && within(bound, worth, gap);
            let is_proved = within(bound, worth, gap) || within(bound - 1, worth, gap);
            assert!(next.status == Status::Optimal && worth == best || next.status == Status::GapLimit && is_proved, "{what}");
            for (h, back) in alone(&problem, &next.offers, &home) {
                let could = back >= worth || is_loose && within(bound, back, gap);
                assert!(!could, "{what}: household {h} could be at home for {back}, {worth} now, bound {bound}");
            }
            (solved, stayed[at]) = (solved + 1, stayed[at] + stay);
            loose[usize::from(next.cold.is_some())] += usize::from(is_loose);
        }
    }
    println!("{solved} solved, {stayed:?} stay, {loose:?} within the gap, {infeasible} infeasible");
    assert!(solved > 900 && loose.iter().all(|&n| n > 20), "{solved} solved, {loose:?} within the gap");
    assert!(stayed.is_sorted_by(|a, b| a < b), "{stayed:?}");
}

#[test]
fn where_nothing_has_changed_nobody_moves() {
    let (mut solved, mut loose, mut better) = (0, 0, 0);
    for seed in 0..600 {
        let mut draws = Random::new(seed);
        let (households, dwellings, hard) = (4 + draws.below(5), 4 + draws.below(3), draws.below(6));
        let problem = Problem::new(parts(&mut draws, households, dwellings, hard)).unwrap();
        let options = options(seed, [0, 1_000, 30_000, 200_000][seed as usize % 4]);
        let first = Stand::first(&problem, &options, &Control::default()).unwrap();
        if first.status == Status::Infeasible {
            continue;
        }
        let next = first.next(&problem, (&problem, &first.offers), &options, &Control::default()).unwrap();
        let moved = (0..households).filter(|&h| first.offers[h].is_some() && first.offers[h] != next.offers[h]).count();
        // Unless it is worth it: the first answer was within the gap, and this one is proved to be the best, or places more households.
        let is_best = next.status == Status::Optimal && next.objective() > first.objective();
        if is_best || placed(&next.offers) > placed(&first.offers) {
            better += 1;
            continue;
        }
        assert_eq!(moved, 0, "seed {seed}: {:?}, bound {:?} and {:?}", first.objective(), first.bound, next.bound);
        (solved, loose) = (solved + 1, loose + usize::from(first.status == Status::GapLimit));
    }
    println!("{solved} solved, {loose} within the gap, {better} better");
    assert!(solved > 400 && loose > 50, "{solved} {loose}");
}

#[test]
fn where_ties_take_too_long_the_problem_is_solved_as_it_is_and_nothing_is_lost_by_going_home() {
    let (mut fewer, mut proved, mut other) = (0, 0, 0);
    for seed in 0..400 {
        let (earlier, problem) = near(seed);
        let options = options(seed, [0, 30_000][seed as usize % 2]);
        let home = Stand::first(&earlier, &options, &Control::default()).unwrap().carry(&earlier, &problem);
        let as_it_is = Stand::first(&problem, &options, &Control::default()).unwrap();
        let Some(worth) = as_it_is.objective() else { continue };
        let factor = problem.households().len() as i64 + 1;
        let lean = problem.leaning(&home, factor).unwrap();
        // Not one step: the leaning problem is given up at once, unless it needs none.
        let stand = Stand::afresh((&problem, &lean, factor), &home, 0, &options, &Control::default()).unwrap();
        let what = format!("seed {seed}");
        judged(&problem, &stand, &what);
        assert!(holds(&problem, &stand.offers), "{what}");
        let none = SolveOptions { step_limit: Some(0), ..options };
        if !matches!(drive::solve(&lean, &none, &Control::default()).unwrap().status, Status::StepLimit | Status::Unknown) {
            other += 1;
            continue;
        }
        assert!(placed(&stand.offers) >= placed(&as_it_is.offers) && stand.bound == as_it_is.bound, "{what}");
        if as_it_is.status == Status::Optimal {
            assert_eq!((stand.status, stand.objective()), (Status::Optimal, Some(worth)), "{what}");
            proved += 1;
        }
        let more = stays(&stand.offers, &home).checked_sub(stays(&as_it_is.offers, &home));
        fewer += usize::from(more.unwrap_or_else(|| panic!("{what}: more move")) > 0);
    }
    println!("{proved} proved, {fewer} with fewer moves, {other} without a step");
    assert!(proved > 150 && fewer > 4, "{proved} {fewer}");
}

/// A random allocation within capacities, hard rows or not.
fn drawn(draws: &mut Random, problem: &Problem) -> Vec<Option<DwellingIndex>> {
    let mut offers = vec![None; problem.households().len()];
    for h in 0..offers.len() {
        let open = problem.arcs(HouseholdIndex::new(h)).map(|arc| arc.dwelling).filter(|&d| {
            let load = offers.iter().filter(|offer| **offer == Some(d)).count();
            load < problem.dwellings()[d.index()].capacity as usize
        });
        let open: Vec<_> = open.collect();
        if !open.is_empty() && draws.below(6) > 0 {
            offers[h] = Some(open[draws.below(open.len())]);
        }
    }
    offers
}

#[test]
fn who_goes_home_costs_what_is_counted_from_nothing() {
    let (mut trials, mut gone, mut at_home, mut possible) = (0, 0, 0, 0);
    for seed in 0..900 {
        let mut draws = Random::new(seed);
        let (households, dwellings, hard) = (3 + draws.below(4), 3 + draws.below(2), draws.below(6));
        let problem = Problem::new(parts(&mut draws, households, dwellings, hard)).unwrap();
        let (now, home) = (drawn(&mut draws, &problem), drawn(&mut draws, &problem));
        let graph = Graph::new(&problem, seed, &|| false);
        let rows = Rows::new(&problem);
        let mut search = Search::new(&problem, &graph, &rows, seed);
        search.best = None;
        search.load(&slots(&now, &problem, &graph));
        let Some(before) = search.best.as_ref().map(|best| best.objective) else { continue };
        let floor = before - draws.below(80) as i64;
        let sent = search.go_home(&slots(&home, &problem, &graph), &|worth| worth >= floor, &|| false);
        let best = search.best.as_ref().unwrap();
        let after = offers(&graph, &best.slot);
        assert_eq!((Some(best.objective), search.worth, search.broken), (worth_of(&problem, &after), best.objective, 0), "seed {seed}");
        assert!(best.objective >= floor, "seed {seed}: {} below {floor}", best.objective);
        assert!(holds(&problem, &after), "seed {seed}");
        assert!(placed(&after) >= placed(&now), "seed {seed}");
        assert_eq!(stays(&after, &home), stays(&now, &home) + sent, "seed {seed}");
        for h in (0..households).filter(|&h| home[h].is_some() && now[h] == home[h]) {
            assert_eq!(after[h], home[h], "seed {seed}: household {h} has left");
        }
        let back = alone(&problem, &after, &home);
        assert!(back.iter().all(|one| one.1 < floor), "seed {seed}: {back:?} for {floor}");
        let others = every(&problem).into_iter().filter(|one| one.0 >= floor && placed(&one.1) >= placed(&now));
        let most = others.map(|one| stays(&one.1, &home)).max().unwrap();
        assert!(stays(&after, &home) <= most, "seed {seed}");
        (trials, gone, at_home, possible) = (trials + 1, gone + sent, at_home + stays(&after, &home), possible + most);
    }
    println!("{trials} trials, {gone} sent home, {at_home} of {possible} at home");
    assert!(trials > 500 && gone > 300 && at_home * 10 > possible * 8, "{trials} {gone} {at_home} {possible}");
}

/// As many households as dwellings, one each, with these scores by household.
fn square(scores: &[&[i64]]) -> Problem {
    let place = |d: usize| Place { id: format!("d{d}"), residence: ResidenceIndex::new(0), capacity: 1 };
    let arcs = scores
        .iter()
        .enumerate()
        .flat_map(|(h, scores)| scores.iter().enumerate().map(move |(d, &score)| (HouseholdIndex::new(h), DwellingIndex::new(d), score)));
    Problem::new(Parts {
        households: (0..scores.len()).map(|h| format!("h{h}")).collect(),
        dwellings: (0..scores[0].len()).map(place).collect(),
        residences: vec!["r".into()],
        arcs: arcs.collect(),
        ..Parts::default()
    })
    .unwrap()
}

/// Where the households are once those have gone home who may, down to `floor`.
fn gone_home(problem: &Problem, [now, home]: [&[Option<usize>]; 2], floor: i64) -> Vec<Option<usize>> {
    let offer = |places: &[Option<usize>]| places.iter().map(|d| d.map(DwellingIndex::new)).collect::<Vec<_>>();
    let (graph, rows) = (Graph::new(problem, 0, &|| false), Rows::new(problem));
    let mut search = Search::new(problem, &graph, &rows, 0);
    search.best = None;
    search.load(&slots(&offer(now), problem, &graph));
    search.go_home(&slots(&offer(home), problem, &graph), &|worth| worth >= floor, &|| false);
    offers(&graph, &search.best.unwrap().slot).into_iter().map(|offer| offer.map(DwellingIndex::index)).collect()
}

#[test]
fn a_ring_goes_home_together_or_not_at_all() {
    let problem = square(&[&[9, 10, 0, 0], &[0, 9, 10, 0], &[10, 0, 9, 0], &[0, 0, 0, 5]]);
    let (now, home) = ([Some(1), Some(2), Some(0), Some(3)], [Some(0), Some(1), Some(2), Some(3)]);
    assert_eq!(gone_home(&problem, [&now, &home], 32), home);
    assert_eq!(gone_home(&problem, [&now, &home], 33), now);
}

#[test]
fn the_cheapest_knot_goes_first() {
    // h0 and h1 have changed places for two points, h2 has moved for nine.
    let problem = square(&[&[9, 10, 0, 0], &[10, 9, 0, 0], &[0, 0, 1, 10]]);
    let (now, home) = ([Some(1), Some(0), Some(3)], [Some(0), Some(1), Some(2)]);
    let after = [30, 29, 28, 21, 20, 19].map(|floor| gone_home(&problem, [&now, &home], floor));
    let (none, two) = (now.to_vec(), vec![Some(0), Some(1), Some(3)]);
    assert_eq!(after, [none.clone(), none, two.clone(), two.clone(), two, home.to_vec()]);
}

#[test]
fn nobody_loses_an_offer_for_another_ones_home() {
    // h0 has left d0 to h1, who had none.
    let problem = square(&[&[9, 10], &[5, 0]]);
    let (now, home) = ([Some(1), Some(0)], [Some(0), None]);
    assert_eq!(gone_home(&problem, [&now, &home], 0), now);
    // Where h0 has no offer at all, it is one for one.
    assert_eq!(gone_home(&problem, [&[None, Some(0)], &home], 0), [Some(0), None]);
}
