//! A stop at any moment: it is asked inside looks at all pairs, and what comes out is checked like any other answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::eligibility::Eligibility;
use crate::error::Report;
use crate::quotas::Draft;
use crate::scoring::Scoring;
use crate::solve::StopSignal;

fn book(tables: &Tables) -> Book<'_> {
    Book { quotas: &tables.quotas, ledger: &tables.ledger }
}

/// What a run says is true of all pairs: the best allocation is not above its bound, and everything was counted.
fn holds(stopped: &Run, all: &Run, at: &str) {
    assert_eq!(stopped.totals.pairs, all.totals.pairs, "{at}");
    let best = all.allocation.objective.unwrap();
    assert_eq!(all.allocation.status, Status::Optimal, "{at}");
    if let Some(bound) = stopped.allocation.bound {
        assert!(bound >= best, "{at}: a bound of {bound}, and an allocation of {best}");
        assert!(stopped.judgement.proof.is_some(), "{at}: nobody judged the bound");
    }
    assert!(stopped.allocation.objective <= Some(best), "{at}");
}

#[test]
fn a_look_at_all_pairs_ends_between_two_households() {
    let (tables, policy) = town(1, Quotas::None, false);
    let model = model(&tables);
    let mut report = Report::default();
    let (eligibility, scoring) = (Eligibility::prepare(&model, &policy, &mut report), Scoring::prepare(&model, &policy, &mut report));
    let eligible = Eligible { model: &model, eligibility: &eligibility, scoring: &scoring };
    let looked = AtomicUsize::new(0);
    let all = eligible.each_until(&|| false, |_, pairs| pairs.len()).unwrap();
    let found = eligible.each_until(&|| looked.load(Ordering::Relaxed) >= 5, |_, _| looked.fetch_add(1, Ordering::Relaxed));
    // Each thread may be at one household when the fifth is done.
    let (looked, most) = (looked.into_inner(), 5 + rayon::current_num_threads());
    assert!(found.is_none() && (5..most).contains(&looked) && most < all.len(), "{looked} of {}", all.len());

    // The first look counts on, and keeps one pair of each household, with its score.
    let asked = AtomicUsize::new(0);
    let first = keep::first(&eligible, &Draws::new(&model, 3), 2, &|| asked.fetch_add(1, Ordering::Relaxed) >= 10);
    assert_eq!(first.open.iter().map(|&open| open as usize).collect::<Vec<_>>(), all);
    let long = first.lists.iter().filter(|list| list.len() > 1).count();
    assert!(long <= 10 && all.iter().filter(|&&pairs| pairs > 1).count() > 10, "{long} lists of more than one");
    eligible.each(|household, pairs| {
        let list = &first.lists[household.index()];
        assert!(list.iter().all(|pair| pairs.contains(pair)) && list.is_empty() == pairs.is_empty(), "{household:?}");
    });
}

#[test]
fn looks_run_on_as_many_threads_as_asked_for() {
    let (tables, policy) = town(2, Quotas::Soft, false);
    let model = model(&tables);
    let mut report = Report::default();
    let (eligibility, scoring) = (Eligibility::prepare(&model, &policy, &mut report), Scoring::prepare(&model, &policy, &mut report));
    let eligible = Eligible { model: &model, eligibility: &eligibility, scoring: &scoring };
    for threads in [1, 3] {
        let options = SolveOptions { threads, ..options(None, 0).solve };
        let mut seen = 0;
        let draft = |reach: &[bool]| {
            seen = rayon::current_num_threads();
            Draft::new(&model, &policy, book(&tables), &eligibility, reach)
        };
        allocate(&eligible, draft, 2, &options, &Control::default()).unwrap();
        assert_eq!(seen, threads);
    }
}

#[test]
fn stopped_before_it_begins_a_run_counts_all_pairs_and_claims_no_more_than_holds() {
    for seed in 0..8 {
        let (tables, policy) = town(seed, [Quotas::None, Quotas::Soft][seed as usize % 2], seed % 4 > 1);
        let model = model(&tables);
        let all = run_with(&tables, &model, &policy, &options(None, 0));
        let signal = StopSignal::new();
        signal.cancel();
        let control = Control { stop: Some(&signal), ..Control::default() };
        let stopped = run(&model, &policy, book(&tables), &options(Some(2), 0), &control).unwrap();
        assert!(matches!(stopped.allocation.status, Status::Cancelled | Status::Unknown), "seed {seed}: {:?}", stopped.allocation.status);
        holds(&stopped, &all, &format!("seed {seed}"));
    }
}

#[test]
fn stopped_while_it_solves_a_run_has_a_bound_for_all_pairs() {
    let (mut proved, mut stopped_early) = (0, 0);
    for seed in 0..24 {
        let (tables, policy) = town(seed, [Quotas::None, Quotas::Soft][seed as usize % 2], seed % 4 > 1);
        let model = model(&tables);
        let all = run_with(&tables, &model, &policy, &options(None, 0));
        // With the first state that the solver tells, the third, and so on.
        for told in [1, 3, 8, 20] {
            let (signal, count) = (StopSignal::new(), AtomicUsize::new(0));
            let tell = |_| {
                if count.fetch_add(1, Ordering::Relaxed) + 1 == told {
                    signal.time_over();
                }
            };
            let control = Control { stop: Some(&signal), progress: Some(&tell) };
            let at = format!("seed {seed}, told {told} times");
            let stopped = run(&model, &policy, book(&tables), &options(Some(1), 0), &control).unwrap();
            holds(&stopped, &all, &at);
            if stopped.allocation.status == Status::TimeLimit {
                stopped_early += 1;
                proved += usize::from(stopped.allocation.bound.is_some());
                // Taken away and judged again, it is what it was.
                let prepared = Prepared::with_pairs_of(&model, &policy, book(&tables), &stopped.problem).unwrap();
                assert_eq!(check(&prepared, stopped.allocation.certificate.as_ref()).unwrap(), all.totals.pairs, "{at}");
            }
        }
    }
    assert!(stopped_early > 10 && proved == stopped_early, "{proved} of {stopped_early} with a bound");
}

#[test]
fn stopped_at_any_moment_a_run_is_true_to_all_pairs() {
    let mut stopped_early = 0;
    for seed in 0..6 {
        let (tables, policy) = town(seed, Quotas::Soft, seed % 2 == 1);
        let model = model(&tables);
        let all = run_with(&tables, &model, &policy, &options(None, 0));
        for moment in 0..8 {
            let signal = StopSignal::new();
            let control = Control { stop: Some(&signal), ..Control::default() };
            let stopped = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(std::time::Duration::from_micros(moment * 700));
                    signal.cancel();
                });
                run(&model, &policy, book(&tables), &options(Some(1), 0), &control).unwrap()
            });
            stopped_early += usize::from(stopped.allocation.status == Status::Cancelled);
            holds(&stopped, &all, &format!("seed {seed}, moment {moment}"));
        }
    }
    assert!(stopped_early > 0);
}

#[test]
fn a_stop_before_all_pairs_are_made_ends_their_making() {
    let (tables, policy) = town(1, Quotas::None, false);
    let model = model(&tables);
    let mut report = Report::default();
    let (eligibility, scoring) = (Eligibility::prepare(&model, &policy, &mut report), Scoring::prepare(&model, &policy, &mut report));
    let eligible = Eligible { model: &model, eligibility: &eligibility, scoring: &scoring };
    let asked = AtomicUsize::new(0);
    assert!(eligible.all(&|| asked.fetch_add(1, Ordering::Relaxed) >= 5).is_none());
    // Each thread may ask once more, and what follows asks once.
    let most = 5 + rayon::current_num_threads() + 2;
    assert!(asked.load(Ordering::Relaxed) <= most && most < model.households.len());

    // Between the steps that make a problem as well: whenever it is asked, it answers by name.
    let all = crate::quotas::problem_until(&model, &policy, book(&tables), eligible, &|| false).unwrap().0;
    for moment in [0, 1, model.households.len(), model.households.len() + 1, model.households.len() + 3] {
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= moment;
        let stopped = crate::quotas::problem_until(&model, &policy, book(&tables), eligible, &stop);
        assert!(matches!(stopped, Err(Error::Stopped)), "moment {moment}");
    }
    assert!(all.arc_count() > 0);

    // Who cancels gets no answer; who has no more time gets one from few pairs, with what it proves for all.
    let run_until = |signal: &StopSignal| {
        let control = Control { stop: Some(signal), ..Control::default() };
        run(&model, &policy, book(&tables), &options(None, 0), &control)
    };
    let (cancelled, late) = (StopSignal::new(), StopSignal::new());
    cancelled.cancel();
    late.time_over();
    assert!(matches!(run_until(&cancelled), Err(Error::Stopped)));
    holds(&run_until(&late).unwrap(), &run_with(&tables, &model, &policy, &options(None, 0)), "no time");
}
