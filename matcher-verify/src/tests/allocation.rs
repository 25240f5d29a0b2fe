use super::*;
use crate::{Value, value};

fn worth(problem: &Problem, pairs: &[(&str, &str)]) -> Result<Value, Refusal> {
    value(problem, pairs.iter().map(|(h, d)| (h, d)))
}

#[test]
fn the_worth_is_suitability_less_penalties_plus_points() {
    let value = worth(&problem(&EXAMPLE), &EXAMPLE_PAIRS).unwrap();
    assert_eq!(value, Value { objective: 11, suitability: 14, penalties: 3, affinity_points: 0 });
    let one_home = changed(
        &EXAMPLE,
        &[
            ("dwellings.csv", "dwelling,residence\nd1,r2\nd2,r2\n"),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\n"),
        ],
    );
    let value = worth(&one_home, &EXAMPLE_PAIRS).unwrap();
    assert_eq!(value, Value { objective: 16, suitability: 14, penalties: 0, affinity_points: 2 });
}

#[test]
fn nobody_offered_is_an_allocation() {
    assert_eq!(worth(&problem(&EXAMPLE), &[]).unwrap().objective, -3);
}

#[test]
fn what_cannot_be_offered_is_refused() {
    let p = problem(&EXAMPLE);
    let twice = worth(&p, &[("h3", "d2"), ("h1", "d1"), ("h1", "d2")]);
    assert_eq!(twice, Err(Refusal::HouseholdTwice { household: "h1".into() }));
    let no_arc = Err(Refusal::NotAnArc { household: "h3".into(), dwelling: "d1".into() });
    assert_eq!(worth(&p, &[("h3", "d1")]), no_arc);
    assert!(matches!(worth(&p, &[("h9", "d1")]), Err(Refusal::NotAnArc { .. })));
    assert!(matches!(worth(&p, &[("h1", "d9")]), Err(Refusal::NotAnArc { .. })));
    let full = Err(Refusal::CapacityExceeded { dwelling: "d2".into(), capacity: 1, held: 2 });
    assert_eq!(worth(&p, &[("h1", "d2"), ("h3", "d2")]), full);
    let roomy = changed(&EXAMPLE, &[("dwellings.csv", "dwelling,residence,capacity\nd1,r1,1\nd2,r2,2\n")]);
    assert_eq!(worth(&roomy, &[("h1", "d2"), ("h3", "d2")]).unwrap().objective, 6 + 4 + 2 - 3);
}

#[test]
fn hard_bounds_are_kept() {
    let p = problem(&EXAMPLE);
    let above = Err(Refusal::AboveMaximum { quota: "q1".into(), count: 2, max: 1 });
    assert_eq!(worth(&p, &[("h1", "d1"), ("h2", "d2")]), above);
    let p = changed(&EXAMPLE, &[("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,r2,senior,1,2,,5\n")]);
    let below = Err(Refusal::BelowMinimum { quota: "q".into(), count: 0, min: 1 });
    assert_eq!(worth(&p, &EXAMPLE_PAIRS), below);
    assert_eq!(worth(&p, &[("h2", "d2")]).unwrap().objective, 5);
}

#[test]
fn quotas_count_persons_listed_pairs_and_named_scopes() {
    let p = changed(
        &EXAMPLE,
        &[
            ("groups.csv", "household,group,weight\nh1,g,3\nh2,g,-2\n"),
            ("scopes.csv", "dwelling,scope\nd2,south\n"),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\na,south,g,,1,,10\nb,*,g,2,,100,\nc,,,-1,,1000,\n"),
            ("weights.csv", "quota,household,dwelling,weight\na,h1,d2,1\nb,h1,d2,-4\nc,h1,d2,-3\nc,h3,d2,-1\n"),
            ("affinities.csv", "household_a,household_b,points\n"),
        ],
    );
    // h1 in d2: a = 3 + 1, three above 1; b = 3 - 4 - 2 (h2), five below 2; c = -3, two below -1.
    assert_eq!(
        worth(&p, &[("h1", "d2"), ("h2", "d1")]).unwrap(),
        Value { objective: 14 - 2530, suitability: 14, penalties: 2530, affinity_points: 0 }
    );
    // a = -2, b = 3 - 2, one below 2; c = 0.
    assert_eq!(worth(&p, &[("h1", "d1"), ("h2", "d2")]).unwrap().penalties, 100);
}

#[test]
fn sums_that_leave_64_bits_are_refused() {
    let most = i64::MAX.to_string();
    let arcs = format!("household,dwelling,score\nh1,d1,{most}\nh2,d2,1\n");
    let p = changed(&PERSONS, &[("arcs.csv", &arcs)]);
    assert_eq!(worth(&p, &[("h1", "d1")]).unwrap().objective, i64::MAX);
    let p = changed(&PERSONS, &[("arcs.csv", &arcs), ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\n")]);
    assert_eq!(worth(&p, &[("h1", "d1"), ("h2", "d2")]), Err(Refusal::TooLarge));
    let quotas = format!("quota,scope,group,min,max,penalty_below,penalty_above\nq,*,persons,,{},,{most}\n", i64::MIN);
    let groups = format!("household,group,weight\nh1,persons,{most}\n");
    let p = changed(&PERSONS, &[("quotas.csv", &quotas), ("groups.csv", &groups)]);
    assert_eq!(worth(&p, &[("h1", "d1")]), Err(Refusal::TooLarge));
}
