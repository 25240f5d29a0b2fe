//! Runs that keep few candidates against runs that keep all, on random towns: each bound holds for the other's allocation.

use super::super::tests::quota;
use super::super::{Prepared, Run, RunOptions, judge, run};
use super::*;
use crate::allocation::Certificate;
use crate::model::Model;
use crate::model::random_town::{Stream, random_town};
use crate::model::testing::{model, policy_with};
use crate::policy::Policy;
use crate::quotas::Book;
use crate::solve::within;
use crate::tables::rows::{AffinityRow, QuotaRow, Tables};

mod stops;

/// What quotas a town has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotas {
    None,
    Soft,
    Hard,
}

/// A random town where dwellings are few, and a policy that refuses little, so that many compete.
fn town(seed: u64, quotas: Quotas, friends: bool) -> (Tables, Policy) {
    let mut tables = random_town(seed);
    let mut stream = Stream { seed, position: 10_000 };
    tables.dwellings.iter_mut().skip(18).for_each(|row| row.available_from = None);
    tables.quotas = match quotas {
        Quotas::None => Vec::new(),
        Quotas::Soft => {
            let priced = |row: QuotaRow| QuotaRow { penalty_below: "9000".into(), penalty_above: "7000".into(), ..row };
            // Households that move count in the home they leave.
            let stock = QuotaRow { basis: "stock".into(), scope: "residence=*".into(), ..quota("seniors", "age=60..", "1", "2") };
            vec![priced(stock), priced(quota("young", "age=..35", "4", "")), priced(quota("few", "size=1", "", "2"))]
        }
        Quotas::Hard => {
            let home = QuotaRow { scope: "residence=R1".into(), ..quota("home", "age=50..", "1", "") };
            let least = (stream.below(5) + 1).to_string();
            vec![home, quota("seniors", "age=60..", &least, ""), quota("young", "age=..50", "", "3")]
        }
    };
    if friends {
        for _ in 0..6 {
            let (a, b) = (stream.below(30), stream.below(30));
            let text = |number: i64| crate::tables::rows::Text::from(format!("H{number:02}"));
            let (a, b, points) = (text(a.min(b)), text(a.max(b)), 1_000 + stream.below(9_000));
            if a != b && tables.affinities.iter().all(|row| (&row.household_a, &row.household_b) != (&a, &b)) {
                tables.affinities.push(AffinityRow { line: 2, household_a: a, household_b: b, points });
            }
        }
    }
    let off = ["availability", "reservation", "earmark", "occupancy", "effort_rate", "residual_income", "income_ceiling", "step_free_need"];
    let off = off.map(|rule| format!("[rules.{rule}]\nenabled = false\n")).concat();
    let weights = "[weights]\ntypology_fit = 20\npriority_points = 10\nwaiting_time = 5\ndistance = 8\neffort_rate = 7\nfloor_lift = 3\n";
    (tables, policy_with(&format!("affinities = {friends}\n{off}{weights}")))
}

fn options(most: Option<u32>, gap_ppm: u64) -> RunOptions {
    let solve = SolveOptions { gap_ppm, step_limit: Some(40_000_000), seed: 3, threads: 1, ..SolveOptions::default() };
    RunOptions { solve, max_candidates: most.and_then(std::num::NonZeroU32::new) }
}

fn run_with(tables: &Tables, model: &Model, policy: &Policy, options: &RunOptions) -> Run {
    run(model, policy, Book { quotas: &tables.quotas, ledger: &tables.ledger }, options, &Control::default()).unwrap()
}

#[test]
fn few_candidates_are_proved_for_all_pairs() {
    let (mut partial, mut infeasible, mut optimal) = (0, 0, 0);
    for seed in 0..36 {
        let quotas = [Quotas::None, Quotas::Soft, Quotas::Hard][seed as usize % 3];
        let friends = seed % 4 == 3;
        let gap = if seed % 2 == 0 { 0 } else { 20_000 };
        let (tables, policy) = town(seed, quotas, friends);
        let model = model(&tables);
        let all = run_with(&tables, &model, &policy, &options(None, gap));
        for most in [1, 2, 5] {
            let few = run_with(&tables, &model, &policy, &options(Some(most), gap));
            let at = format!("seed {seed}, {quotas:?}, {most} candidates");
            assert_eq!(few.totals.pairs, all.totals.pairs, "{at}");
            assert!(few.totals.pairs_in_problem <= few.totals.pairs && all.totals.pairs_in_problem == all.totals.pairs, "{at}");
            assert_eq!(few.conflict.is_some(), all.conflict.is_some(), "{at}");
            partial += usize::from(few.totals.pairs_in_problem < few.totals.pairs);
            if all.conflict.is_some() {
                infeasible += 1;
                assert_eq!(few.totals.pairs_in_problem, few.totals.pairs, "{at}: a conflict is claimed of all pairs only");
                continue;
            }
            let (few, all) = (&few.allocation, &all.allocation);
            let worth = |allocation: &Allocation| (allocation.objective.unwrap(), allocation.bound.unwrap());
            let ((few_worth, few_bound), (all_worth, all_bound)) = (worth(few), worth(all));
            assert!(few_worth <= all_bound && all_worth <= few_bound, "{at}: {few_worth} of {few_bound}, {all_worth} of {all_bound}");
            assert!(within(few_bound, few_worth, gap) && within(all_bound, all_worth, gap), "{at}: {:?}", few.status);
            if gap == 0 {
                optimal += 1;
                assert_eq!((few_worth, few.status), (all_worth, Status::Optimal), "{at}");
            }
        }
    }
    assert!(partial > 30 && infeasible > 0 && optimal > 30, "{partial} partial, {infeasible} infeasible, {optimal} optimal");
}

/// The check of a certificate over all pairs.
fn check(prepared: &Prepared<'_>, certificate: Option<&Certificate>) -> Result<usize, Error> {
    let Prepared { model, eligibility, scoring, problem, lowered, .. } = prepared;
    let full = full::Full::new(model, problem, lowered, certificate, prepared.all > problem.arc_count())?;
    full.verdict(certificate, &Eligible { model, eligibility, scoring }.each(|household, pairs| full.look(household, pairs)))
}

/// The problem of the best pair of each household alone, and its answer, which knows of no other pair.
fn narrow<'m>(tables: &Tables, model: &'m Model, policy: &'m Policy) -> (Prepared<'m>, Allocation) {
    let book = Book { quotas: &tables.quotas, ledger: &tables.ledger };
    let whole = Prepared::new(model, policy, book).unwrap();
    let eligible = Eligible { model, eligibility: &whole.eligibility, scoring: &whole.scoring };
    let first = keep::first(&eligible, &Draws::new(model, 3), 1, &|| false);
    assert_eq!(first.all(), whole.all);
    let reach: Vec<bool> = first.open.iter().map(|&open| open > 0).collect();
    let draft = Draft::new(model, policy, book, &whole.eligibility, &reach).unwrap();
    let (problem, lowered) = draft.into_problem(keep::pairs(&first.lists)).unwrap();
    let allocation = solve(&problem, &options(None, 0).solve, &Control::default()).unwrap();
    (Prepared { lowered, problem, ..whole }, allocation)
}

#[test]
fn prices_that_know_the_kept_pairs_alone_are_refused() {
    let (mut refused, mut too_low) = (0, 0);
    for seed in 0..24 {
        let (tables, policy) = town(seed, [Quotas::None, Quotas::Soft][seed as usize % 2], false);
        let model = model(&tables);
        let all = run_with(&tables, &model, &policy, &options(None, 0));
        let (prepared, allocation) = narrow(&tables, &model, &policy);
        assert!(judge::judge(&prepared.problem, &allocation).is_ok(), "seed {seed}: of the kept pairs it is a proof");
        let verdict = check(&prepared, allocation.certificate.as_ref());
        let is_bound = allocation.bound >= all.allocation.objective;
        too_low += usize::from(!is_bound);
        refused += usize::from(verdict.is_err());
        assert!(is_bound || verdict.is_err(), "seed {seed}: a bound below what another allocation is worth was accepted");
    }
    assert!(refused > 10 && too_low > 5, "{refused} refused, {too_low} too low");
}

#[test]
fn each_price_that_was_raised_is_needed() {
    let mut tried = 0;
    for seed in 0..12 {
        let (tables, policy) = town(seed, Quotas::Soft, seed % 2 == 0);
        let model = model(&tables);
        let few = run_with(&tables, &model, &policy, &options(Some(1), 50_000));
        let book = Book { quotas: &tables.quotas, ledger: &tables.ledger };
        let prepared = Prepared::with_pairs_of(&model, &policy, book, &few.problem).unwrap();
        assert_eq!(prepared.problem.hash(), few.problem.hash(), "seed {seed}");
        let check = |certificate: &Certificate| check(&prepared, Some(certificate));
        let certificate = few.allocation.certificate.as_ref().unwrap();
        assert_eq!(check(certificate).unwrap(), few.totals.pairs, "seed {seed}");
        if few.totals.pairs_in_problem == few.totals.pairs {
            continue;
        }
        // A household price is the least that is valid for all its pairs: one less and a pair is not covered.
        let Proof::Prices(prices) = &certificate.proof else { panic!("seed {seed}: pairs are left out") };
        for (id, price) in prices.households.iter().flatten() {
            let mut wrong = prices.clone();
            wrong.households.as_mut().unwrap().insert(id.clone(), price - 1);
            assert!(check(&Certificate { proof: Proof::Prices(wrong), ..certificate.clone() }).is_err(), "seed {seed}, {id}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_town_is_answered_alike_on_any_number_of_threads() {
    let (tables, policy) = town(5, Quotas::Soft, true);
    let model = model(&tables);
    let text = |threads| {
        let mut asked = options(Some(2), 10_000);
        asked.solve.threads = threads;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut run = pool.install(|| run_with(&tables, &model, &policy, &asked));
        run.provenance.options.threads = 0;
        serde_json::to_string(&run).unwrap()
    };
    assert_eq!(text(1), text(3));
}
