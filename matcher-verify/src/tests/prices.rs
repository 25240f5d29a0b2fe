use super::*;

fn refused(patch: Json) -> Refusal {
    judged(&problem(&EXAMPLE), &EXAMPLE_PAIRS, example_prices(patch)).unwrap_err()
}

#[test]
fn valid_prices_are_accepted() {
    let verdict = judged(&problem(&EXAMPLE), &EXAMPLE_PAIRS, example_prices(json!({}))).unwrap();
    assert_eq!((verdict.value.unwrap().objective, verdict.bound, verdict.proof, verdict.leaves), (11, Some(11), "prices", 1));
}

#[test]
fn the_bound_is_rounded_down_to_points() {
    let finer = json!({
        "scale": 4, "households": {"h1": 9}, "dwellings": {"d1": 24, "d2": 16}, "quotas": {"q1": {"max": 8}, "q2": {"min": 12}},
        "affinities": [{"household_a": "h3", "household_b": "h1", "residence": "r2", "share_a": 0, "share_b": 8}],
    });
    // (9 + 24 + 16 + 8 - 12) / 4 = 11.25
    assert!(judged(&problem(&EXAMPLE), &EXAMPLE_PAIRS, example_prices(finer)).is_ok());
    // Below zero too: the prices of an empty dwelling's missed minimum prove floor(-5 / 2) = -3.
    let p = changed(
        &PERSONS,
        &[
            ("arcs.csv", "household,dwelling,score\nh1,d1,-9\n"),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,r2,persons,1,,3,\n"),
        ],
    );
    let proof = json!({"kind": "prices", "objective": -3, "bound": -3, "scale": 2, "quotas": {"q": {"min": 5}}});
    assert!(judged(&p, &[], proof).is_ok());
}

#[test]
fn an_allocation_that_is_not_the_best_is_accepted_with_its_own_worth() {
    let verdict = judged(&problem(&EXAMPLE), &[("h2", "d1")], example_prices(json!({"objective": 5}))).unwrap();
    assert_eq!((verdict.value.unwrap().objective, verdict.bound), (5, Some(11)));
}

#[test]
fn no_allocation_yet_is_accepted_with_a_bound() {
    let verdict = judged(&problem(&EXAMPLE), &[], example_prices(json!({"objective": null}))).unwrap();
    assert_eq!((verdict.value, verdict.bound), (None, Some(11)));
    assert_eq!(refused(json!({"objective": null})), Refusal::ObjectiveMissing);
}

#[test]
fn a_swapped_pair_is_refused() {
    let swapped = judged(&problem(&EXAMPLE), &[("h1", "d2"), ("h2", "d1")], example_prices(json!({})));
    assert_eq!(swapped, Err(Refusal::AboveMaximum { quota: "q1".into(), count: 2, max: 1 }));
    let other = judged(&problem(&EXAMPLE), &[("h2", "d1"), ("h3", "d2")], example_prices(json!({})));
    assert_eq!(other, Err(Refusal::ObjectiveDiffers { claimed: 11, actual: 9 }));
}

#[test]
fn a_claim_off_by_one_is_refused() {
    assert_eq!(refused(json!({"objective": 12})), Refusal::ObjectiveDiffers { claimed: 12, actual: 11 });
    assert_eq!(refused(json!({"objective": 10})), Refusal::ObjectiveDiffers { claimed: 10, actual: 11 });
    assert_eq!(refused(json!({"bound": 12})), Refusal::BoundDiffers { claimed: 12, actual: 11 });
    assert_eq!(refused(json!({"bound": 10})), Refusal::BoundDiffers { claimed: 10, actual: 11 });
    assert_eq!(refused(json!({"bound": null})), Refusal::BoundMissing);
}

#[test]
fn another_problems_certificate_is_refused() {
    let hash = problem(&PERSONS).hash();
    let refusal = refused(json!({"problem": hash}));
    assert_eq!(refusal, Refusal::ProblemDiffers { claimed: hash, actual: problem(&EXAMPLE).hash() });
}

#[test]
fn a_price_lowered_where_it_binds_is_refused() {
    let violated =
        |household: &str, dwelling: &str| Refusal::ArcViolated { household: household.into(), dwelling: dwelling.into(), missing: 1 };
    assert_eq!(refused(json!({"households": {"h1": 1}})), violated("h1", "d2"));
    assert_eq!(refused(json!({"dwellings": {"d1": 5, "d2": 4}})), violated("h1", "d1"));
    assert_eq!(refused(json!({"dwellings": {"d1": 6, "d2": 3}})), violated("h1", "d2"));
    assert_eq!(refused(json!({"quotas": {"q1": {"max": 1}, "q2": {"min": 3}}})), violated("h1", "d2"));
    assert!(matches!(refused(json!({"households": null})), Refusal::ArcViolated { .. }));
}

#[test]
fn prices_are_not_negative() {
    let negative = |what, id: &str| Refusal::PriceNegative { what, id: id.into(), price: -1 };
    assert_eq!(refused(json!({"households": {"h1": 2, "h2": -1}, "dwellings": {"d1": 7, "d2": 5}})), negative("household", "h2"));
    assert_eq!(refused(json!({"dwellings": {"d1": -1}})), negative("dwelling", "d1"));
    assert_eq!(refused(json!({"quotas": {"q1": {"max": -1}}})), negative("quota", "q1"));
    assert_eq!(refused(json!({"quotas": {"q2": {"min": -1}}})), negative("quota", "q2"));
    assert_eq!(refused(json!({"scale": 0})), Refusal::Scale { scale: 0 });
}

#[test]
fn a_quota_price_needs_a_bound_and_stays_below_its_penalty() {
    assert_eq!(refused(json!({"quotas": {"q1": {"min": 1}}})), Refusal::PriceWithoutBound { quota: "q1".into(), side: "minimum" });
    assert_eq!(refused(json!({"quotas": {"q2": {"max": 1}}})), Refusal::PriceWithoutBound { quota: "q2".into(), side: "maximum" });
    let above = Refusal::PriceAbovePenalty { quota: "q2".into(), side: "minimum", price: 4, most: 3 };
    assert_eq!(refused(json!({"quotas": {"q1": {"max": 2}, "q2": {"min": 4}}})), above);
}

#[test]
fn unknown_ids_are_refused() {
    let unknown = |what, id: &str| Refusal::Unknown { what, id: id.into() };
    assert_eq!(refused(json!({"households": {"h9": 1}})), unknown("household", "h9"));
    assert_eq!(refused(json!({"dwellings": {"d9": 1}})), unknown("dwelling", "d9"));
    assert_eq!(refused(json!({"quotas": {"q9": {"max": 1}}})), unknown("quota", "q9"));
    let share = |a: &str, b: &str, r: &str| json!({"affinities": [{"household_a": a, "household_b": b, "residence": r, "share_a": 0, "share_b": 0}]});
    assert_eq!(refused(share("h1", "h9", "r2")), unknown("household", "h9"));
    assert_eq!(refused(share("h1", "h3", "r9")), unknown("residence", "r9"));
    assert_eq!(refused(share("h1", "h2", "r2")), unknown("affinity", "h1, h2"));
}

#[test]
fn shares_cover_the_points_where_both_can_live() {
    let entry = |a: i64, b: i64| json!({"household_a": "h1", "household_b": "h3", "residence": "r2", "share_a": a, "share_b": b});
    let place = || ("h1".to_owned(), "h3".to_owned(), "r2".to_owned());
    let (household_a, household_b, residence) = place();
    let small = |sum| Refusal::ShareTooSmall {
        household_a: household_a.clone(),
        household_b: household_b.clone(),
        residence: residence.clone(),
        sum,
        needed: 2,
    };
    assert_eq!(refused(json!({"affinities": [entry(1, 0)]})), small(1));
    assert_eq!(refused(json!({"affinities": []})), small(0));
    let (household_a, household_b, residence) = place();
    assert_eq!(refused(json!({"affinities": [entry(3, -1)]})), Refusal::ShareNegative { household_a, household_b, residence });
    let (household_a, household_b, residence) = place();
    assert_eq!(refused(json!({"affinities": [entry(2, 0), entry(2, 0)]})), Refusal::ShareTwice { household_a, household_b, residence });
    // The share is part of what the arc must be priced at.
    assert_eq!(
        refused(json!({"affinities": [entry(1, 1)]})),
        Refusal::ArcViolated { household: "h3".into(), dwelling: "d2".into(), missing: 1 }
    );
    // h3 has no arc into r1: shares there are not needed, and not counted where given.
    let elsewhere = json!({"household_a": "h1", "household_b": "h3", "residence": "r1", "share_a": 9, "share_b": 9});
    assert!(judged(&problem(&EXAMPLE), &EXAMPLE_PAIRS, example_prices(json!({"affinities": [entry(2, 0), elsewhere]}))).is_ok());
}

fn covered(problem: &Problem, cover: Json) -> Result<Verdict, Refusal> {
    let mut certificate = json!({
        "kind": "prices", "objective": 105, "bound": 105, "scale": 1, "households": {"h1": 60}, "dwellings": {"d1": 6, "d2": 5},
    });
    certificate["covers"] = Json::Array(vec![cover]);
    judged(problem, &[("h1", "d1"), ("h3", "d2")], certificate)
}

#[test]
fn a_cover_closes_what_halves_leave_open() {
    let p = changed(&PERSONS, &[("groups.csv", "household,group,weight\nh1,persons,2\nh2,persons,2\nh3,persons,0\n")]);
    // 60 + 6 + 5 + 34 x (2 - 1) = 105; h1: 60 + 6 + 34 = 100, h2: 5 + 34 < 40.
    let refusal = covered(&p, json!({"quota": "q", "households": ["h1", "h2"], "price": 34})).unwrap_err();
    assert_eq!(refusal, Refusal::ArcViolated { household: "h2".into(), dwelling: "d2".into(), missing: 1 });
    let certificate = json!({
        "kind": "prices", "objective": 105, "bound": 105, "scale": 1,
        "households": {"h1": 59}, "dwellings": {"d1": 6, "d2": 5}, "covers": [{"quota": "q", "households": ["h1", "h2"], "price": 35}],
    });
    assert!(judged(&p, &[("h1", "d1"), ("h3", "d2")], certificate).is_ok());
    // The same on scale 2, each household taken twice.
    let certificate = json!({
        "kind": "prices", "objective": 105, "bound": 105, "scale": 2, "households": {"h1": 118}, "dwellings": {"d1": 12, "d2": 10},
        "covers": [{"quota": "q", "households": ["h1", "h2"], "times": [2, 2], "at_most": 2, "price": 35}],
    });
    assert!(judged(&p, &[("h1", "d1"), ("h3", "d2")], certificate).is_ok());
}

#[test]
fn a_cover_that_takes_households_more_than_once_is_weighed() {
    let (p, quota) = (problem(&PERSONS), || "q".to_owned());
    let cover =
        |times: Json, at_most: i64| json!({"quota": "q", "households": ["h1", "h2"], "times": times, "at_most": at_most, "price": 35});
    // One of them, taken once or twice, weighs 2 and fits; both weigh 4 and do not.
    assert_eq!(covered(&p, cover(json!([]), 0)), Err(Refusal::CoverFits { quota: quota(), weight: 2, max: 3 }));
    assert_eq!(covered(&p, cover(json!([1, 2]), 1)), Err(Refusal::CoverFits { quota: quota(), weight: 2, max: 3 }));
    assert!(!matches!(covered(&p, cover(json!([1, 2]), 2)), Err(Refusal::CoverFits { .. } | Refusal::CoverTimes { .. })));
    for (times, at_most) in [(json!([1]), 1), (json!([1, 0]), 1), (json!([1, -1]), 1), (json!([1, 1]), -2), (json!([1, 1]), 1 << 16)] {
        assert_eq!(covered(&p, cover(times, at_most)), Err(Refusal::CoverTimes { quota: quota() }));
    }
}

#[test]
fn a_cover_that_does_not_hold_is_refused() {
    let quota = || "q".to_owned();
    let cover = |households: &[&str]| json!({"quota": "q", "households": households, "price": 35});
    let p = problem(&PERSONS);
    assert_eq!(covered(&p, cover(&["h1"])), Err(Refusal::CoverFits { quota: quota(), weight: 2, max: 3 }));
    assert_eq!(covered(&p, cover(&["h1", "h1"])), Err(Refusal::CoverTwice { quota: quota(), household: "h1".into() }));
    assert_eq!(covered(&p, cover(&["h1", "h3"])), Err(Refusal::CoverNotCounted { quota: quota(), household: "h3".into() }));
    assert_eq!(covered(&p, cover(&["h1", "h9"])), Err(Refusal::Unknown { what: "household", id: "h9".into() }));
    let negative = json!({"quota": "q", "households": ["h1", "h2"], "price": -1});
    assert_eq!(covered(&p, negative), Err(Refusal::PriceNegative { what: "cover of quota", id: quota(), price: -1 }));
    let quotas = |row: &str| format!("quota,scope,group,min,max,penalty_below,penalty_above\n{row}\n");
    for row in ["q,*,persons,,3,,9", "q,*,persons,1,,,"] {
        assert_eq!(
            covered(&changed(&PERSONS, &[("quotas.csv", &quotas(row))]), cover(&["h1", "h2"])),
            Err(Refusal::CoverNotHard { quota: quota() })
        );
    }
    // A negative weight makes room for both; where no arc carries it, it does not count.
    let weights = |weight: &str| format!("quota,household,dwelling,weight\nq,h3,d2,{weight}\n");
    let p = changed(&PERSONS, &[("weights.csv", &weights("-1"))]);
    assert_eq!(covered(&p, cover(&["h1", "h2"])), Err(Refusal::CoverNegativeWeight { quota: quota() }));
    let persons = "household,group,weight\nh1,persons,2\nh2,persons,2\nh3,persons,-1\n";
    let p = changed(&PERSONS, &[("groups.csv", persons), ("quotas.csv", &quotas("q,r1,persons,,3,,"))]);
    assert_eq!(covered(&p, cover(&["h1", "h2"])), Err(Refusal::CoverNegativeWeight { quota: quota() }));
    let p = changed(&PERSONS, &[("groups.csv", persons), ("weights.csv", "quota,household,dwelling,weight\nq,h3,d2,1\nq,h3,d1,1\n")]);
    assert!(matches!(covered(&p, cover(&["h1", "h2"])), Err(Refusal::BoundDiffers { actual: 106, .. })));
}

#[test]
fn numbers_beyond_all_sums_are_refused() {
    let groups = format!("household,group,weight\nh1,senior,{}\nh2,senior,1\nh3,young,1\n", i64::MAX);
    let p = changed(&EXAMPLE, &[("groups.csv", &groups)]);
    let certificate = example_prices(json!({"objective": 1, "quotas": {"q1": {"max": i64::MAX}}}));
    assert_eq!(judged(&p, &[("h3", "d2")], certificate), Err(Refusal::TooLarge));
}

#[test]
fn every_claim_that_the_prices_do_not_prove_is_refused() {
    // Lowering any single price of a certificate without slack breaks it; so does any other bound.
    let p = problem(&EXAMPLE);
    for bound in -20..30 {
        let judged = judged(&p, &EXAMPLE_PAIRS, example_prices(json!({"bound": bound})));
        assert_eq!(judged.is_ok(), bound == 11, "bound {bound}");
    }
}

#[test]
fn a_cover_weighs_each_household_at_its_lightest_arc() {
    // h1 counts 2 in d1 and 2 - 1 in d2: with h2 that is 3, which fits.
    let p = changed(
        &PERSONS,
        &[
            ("arcs.csv", "household,dwelling,score\nh1,d1,100\nh1,d2,30\nh2,d2,40\nh3,d1,6\nh3,d2,5\n"),
            ("weights.csv", "quota,household,dwelling,weight\nq,h1,d2,-1\n"),
        ],
    );
    let cover = json!({"quota": "q", "households": ["h1", "h2"], "price": 35});
    assert_eq!(covered(&p, cover), Err(Refusal::CoverFits { quota: "q".into(), weight: 3, max: 3 }));
}

#[test]
fn a_cover_prices_only_arcs_that_its_quota_counts() {
    // (h2, d1) counts 2 - 2 = 0.
    let p = changed(
        &PERSONS,
        &[
            ("arcs.csv", "household,dwelling,score\nh1,d1,100\nh2,d2,40\nh2,d1,90\n"),
            ("weights.csv", "quota,household,dwelling,weight\nq,h2,d1,-2\n"),
        ],
    );
    let certificate = |h2: i64| {
        json!({
            "kind": "prices", "objective": 0, "bound": 100 + h2, "scale": 1, "households": {"h1": 60, "h2": h2},
            "covers": [{"quota": "q", "households": ["h2", "h1"], "price": 40}],
        })
    };
    assert!(judged(&p, &[], certificate(90)).is_ok());
    let violated = Refusal::ArcViolated { household: "h2".into(), dwelling: "d1".into(), missing: 1 };
    assert_eq!(judged(&p, &[], certificate(89)), Err(violated));
}

#[test]
fn every_cover_and_every_share_of_a_household_counts() {
    let p = changed(&PERSONS, &[("groups.csv", "household,group,weight\nh1,persons,2\nh2,persons,2\nh3,persons,2\n")]);
    // h2: 15 + 25 = 40 without d2; h3: 15 >= 6 and 5; h1: 75 + 25.
    let certificate = |h1: i64| {
        json!({
            "kind": "prices", "objective": 100, "bound": h1 + 40, "scale": 1, "households": {"h1": h1},
            "covers": [{"quota": "q", "households": ["h3", "h2"], "price": 15}, {"quota": "q", "households": ["h2", "h1"], "price": 25}],
        })
    };
    assert!(judged(&p, &[("h1", "d1")], certificate(75)).is_ok());
    assert!(matches!(judged(&p, &[("h1", "d1")], certificate(74)), Err(Refusal::ArcViolated { missing: 1, .. })));

    let p = changed(&EXAMPLE, &[("affinities.csv", "household_a,household_b,points\nh3,h1,2\nh2,h1,3\n")]);
    let share = |partner: &str, residence: &str, points: i64| json!({"household_a": "h1", "household_b": partner, "residence": residence, "share_a": points, "share_b": 0});
    let certificate = |h1: i64| {
        example_prices(json!({
            "bound": h1 + 10, "households": {"h1": h1}, "dwellings": {"d1": 7, "d2": 4},
            "affinities": [share("h3", "r2", 2), share("h2", "r2", 3), share("h2", "r1", 3)],
        }))
    };
    // (h1, d2): 6 + 2 + 3 points against h1 + 4 + 2.
    assert!(judged(&p, &EXAMPLE_PAIRS, certificate(5)).is_ok());
    let violated = Refusal::ArcViolated { household: "h1".into(), dwelling: "d2".into(), missing: 1 };
    assert_eq!(judged(&p, &EXAMPLE_PAIRS, certificate(4)), Err(violated));
}

#[test]
fn listed_weights_are_priced_with_their_sign() {
    let p = changed(
        &PERSONS,
        &[
            ("arcs.csv", "household,dwelling,score\nh1,d1,10\nh2,d2,10\n"),
            ("groups.csv", "household,group\n"),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,,,,1,,\n"),
            ("weights.csv", "quota,household,dwelling,weight\nq,h1,d1,2\nq,h2,d2,-2\n"),
        ],
    );
    let certificate = |price: i64, h2: i64| json!({"kind": "prices", "objective": 20, "bound": price + h2, "scale": 1, "households": {"h2": h2}, "quotas": {"q": {"max": price}}});
    let pairs = [("h1", "d1"), ("h2", "d2")];
    assert!(judged(&p, &pairs, certificate(5, 20)).is_ok());
    let violated =
        |household: &str, dwelling: &str, missing| Refusal::ArcViolated { household: household.into(), dwelling: dwelling.into(), missing };
    assert_eq!(judged(&p, &pairs, certificate(5, 19)), Err(violated("h2", "d2", 1)));
    assert_eq!(judged(&p, &pairs, certificate(4, 20)), Err(violated("h1", "d1", 2)));
}
