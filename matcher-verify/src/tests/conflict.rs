use super::*;

/// An old household at least, and none in r1, where the only one of them could live; the third row is in nobody's way.
const CONFLICT: [(&str, &str); 4] = [
    ("arcs.csv", "household,dwelling,score\nh1,d1,7\nh2,d1,3\nh2,d2,4\n"),
    ("dwellings.csv", "dwelling,residence\nd1,r1\nd2,r2\n"),
    ("groups.csv", "household,group\nh1,old\nh2,young\n"),
    (
        "quotas.csv",
        "quota,scope,group,min,max,penalty_below,penalty_above\na,*,old,1,,,\nb,r1,old,0,0,,\nc,*,young,,1,,\nsoft,*,old,2,,5,\n",
    ),
];

fn conflict(patch: Json) -> Json {
    let mut certificate = json!({
        "kind": "infeasible", "objective": null, "bound": null, "rows": ["a", "b"],
        "nodes": [{"node": "ray", "prices": {"scale": 1, "quotas": {"a": {"min": 1}, "b": {"max": 1}}}}],
        "witnesses": [{"without": "a", "pairs": [["h2", "d2"]]}, {"without": "b", "pairs": [["h1", "d1"]]}],
    });
    if let Json::Object(patch) = patch {
        certificate.as_object_mut().unwrap().extend(patch);
    }
    certificate
}

fn refused(patch: Json) -> Refusal {
    judged(&problem(&CONFLICT), &[], conflict(patch)).unwrap_err()
}

#[test]
fn rows_that_conflict_are_accepted() {
    let verdict = judged(&problem(&CONFLICT), &[], conflict(json!({}))).unwrap();
    assert_eq!((verdict.value, verdict.bound, verdict.proof, verdict.leaves), (None, None, "infeasible", 1));
}

#[test]
fn a_conflict_that_needs_decisions_is_accepted() {
    // Two households of two persons, exactly three persons: halves would do.
    let p = changed(
        &CONFLICT,
        &[
            ("groups.csv", "household,group,weight\nh1,g,2\nh2,g,2\n"),
            ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,*,g,3,3,,\n"),
        ],
    );
    let ray = |side: &str| json!({"node": "ray", "prices": {"scale": 1, "quotas": {"q": {side: 1}}}});
    let nodes = |last: Json| {
        json!([
            {"node": "split", "decision": {"household": "h1", "residence": "r1"}, "yes": 1, "no": 2},
            {"node": "split", "decision": {"household": "h2", "residence": "r2"}, "yes": 3, "no": 4},
            ray("min"),
            ray("max"),
            last,
        ])
    };
    let certificate = |last: Json| conflict(json!({"rows": ["q"], "nodes": nodes(last), "witnesses": [{"without": "q", "pairs": []}]}));
    // Neither (h1, d1): 2 - 3 < 0. Both: 3 - 4 < 0. (h1, d1) without (h2, d2): d1 is taken, 2 (d1) - 3 < 0.
    let taken = json!({"node": "ray", "prices": {"scale": 1, "quotas": {"q": {"min": 1}}, "dwellings": {"d1": 2}}});
    assert!(judged(&p, &[], certificate(taken)).is_ok());
    let weak = Refusal::Node { node: 4, source: Box::new(Refusal::RayNotNegative { total: 1 }) };
    assert_eq!(judged(&p, &[], certificate(ray("min"))), Err(weak));
}

#[test]
fn an_infeasible_problem_claims_nothing_else() {
    assert_eq!(refused(json!({"objective": 1})), Refusal::InfeasibleWithClaim);
    assert_eq!(refused(json!({"bound": 1})), Refusal::InfeasibleWithClaim);
    assert_eq!(judged(&problem(&CONFLICT), &[("h2", "d2")], conflict(json!({}))), Err(Refusal::InfeasibleWithClaim));
    assert!(matches!(refused(json!({"problem": "0"})), Refusal::ProblemDiffers { .. }));
}

#[test]
fn only_rays_over_the_set_prove_it() {
    let node = |node: Json| refused(json!({"nodes": [node]}));
    let inside = |source| Refusal::Node { node: 0, source: Box::new(source) };
    let prices = json!({"scale": 1, "quotas": {"a": {"min": 1}, "b": {"max": 1}}});
    assert_eq!(node(json!({"node": "leaf", "prices": prices})), inside(Refusal::NotARay));
    let fixed = json!([{"node": "fix", "prices": prices, "then": 1}, {"node": "ray", "prices": prices}]);
    assert_eq!(refused(json!({"nodes": fixed})), inside(Refusal::NotARay));
    let outside = json!({"node": "ray", "prices": {"scale": 1, "quotas": {"a": {"min": 1}, "b": {"max": 1}, "c": {"max": 1}}}});
    assert_eq!(node(outside), inside(Refusal::RowOutsideSet { quota: "c".into() }));
    let cover = json!({"node": "ray", "prices": {"scale": 1, "covers": [{"quota": "c", "households": ["h2"], "price": 1}]}});
    assert_eq!(node(cover), inside(Refusal::RowOutsideSet { quota: "c".into() }));
    let weak = json!({"node": "ray", "prices": {"scale": 1, "quotas": {"a": {"min": 1}}}});
    assert_eq!(node(weak), inside(Refusal::RayNotNegative { total: 0 }));
    assert_eq!(refused(json!({"nodes": []})), Refusal::NoNode);
}

#[test]
fn the_set_has_hard_rows_once_each() {
    assert_eq!(refused(json!({"rows": ["a", "b", "b"]})), Refusal::RowTwice { quota: "b".into() });
    assert_eq!(refused(json!({"rows": ["a", "b", "soft"]})), Refusal::RowNotHard { quota: "soft".into() });
    assert_eq!(refused(json!({"rows": ["a", "b", "z"]})), Refusal::Unknown { what: "quota", id: "z".into() });
}

#[test]
fn a_set_that_is_not_irreducible_is_refused() {
    // Row c is not needed for the conflict: no allocation without c meets a and b.
    assert_eq!(refused(json!({"rows": ["a", "b", "c"]})), Refusal::WitnessMissing { quota: "c".into() });
    let pretended = json!([
        {"without": "a", "pairs": []}, {"without": "b", "pairs": [["h1", "d1"]]}, {"without": "c", "pairs": [["h1", "d1"]]},
    ]);
    let wrong = Refusal::AboveMaximum { quota: "b".into(), count: 1, max: 0 };
    assert_eq!(
        refused(json!({"rows": ["a", "b", "c"], "witnesses": pretended})),
        Refusal::WitnessWrong { without: "c".into(), source: Box::new(wrong) }
    );
}

#[test]
fn witnesses_are_allocations_that_meet_the_other_rows() {
    let witness = |pairs: Json| refused(json!({"witnesses": [{"without": "a", "pairs": []}, {"without": "b", "pairs": pairs}]}));
    let wrong = |source| Refusal::WitnessWrong { without: "b".into(), source: Box::new(source) };
    assert_eq!(witness(json!([["h2", "d2"]])), wrong(Refusal::BelowMinimum { quota: "a".into(), count: 0, min: 1 }));
    assert_eq!(witness(json!([["h1", "d2"]])), wrong(Refusal::NotAnArc { household: "h1".into(), dwelling: "d2".into() }));
    assert_eq!(
        witness(json!([["h1", "d1"], ["h2", "d1"]])),
        wrong(Refusal::CapacityExceeded { dwelling: "d1".into(), capacity: 1, held: 2 })
    );
    assert_eq!(witness(json!([["h1", "d1"], ["h2", "d2"], ["h2", "d2"]])), wrong(Refusal::HouseholdTwice { household: "h2".into() }));
    // A row outside the set may be broken: the example's third row, at its maximum 0, by h2.
    let quotas = "quota,scope,group,min,max,penalty_below,penalty_above\na,*,old,1,,,\nb,r1,old,0,0,,\nc,*,young,,0,,\n";
    assert!(judged(&changed(&CONFLICT, &[("quotas.csv", quotas)]), &[], conflict(json!({}))).is_ok());
    let missing = refused(json!({"witnesses": [{"without": "a", "pairs": []}]}));
    assert_eq!(missing, Refusal::WitnessMissing { quota: "b".into() });
    let surplus = json!([{"without": "a", "pairs": []}, {"without": "c", "pairs": []}]);
    assert_eq!(refused(json!({"witnesses": surplus})), Refusal::WitnessNotNeeded { quota: "c".into() });
    let twice = json!([{"without": "a", "pairs": []}, {"without": "a", "pairs": []}]);
    assert_eq!(refused(json!({"witnesses": twice})), Refusal::WitnessNotNeeded { quota: "a".into() });
}
