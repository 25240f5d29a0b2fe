use super::*;

const PAIRS: [(&str, &str); 2] = [("h1", "d1"), ("h3", "d2")];

/// Worth 105: (h1, d1) and (h3, d2). Fix, then h2 in r2 or not, then h1 in r1 or not.
fn nodes() -> Json {
    json!([
        {"node": "fix", "prices": {"scale": 2, "dwellings": {"d1": 130, "d2": 10}, "quotas": {"q": {"max": 35}}}, "then": 1},
        {"node": "split", "decision": {"household": "h2", "residence": "r2"}, "yes": 2, "no": 3},
        {"node": "split", "decision": {"household": "h1", "dwelling": "d1"}, "yes": 4, "no": 5},
        {"node": "leaf", "prices": {"scale": 1, "households": {"h1": 100}, "dwellings": {"d2": 5}}},
        {"node": "ray", "prices": {"scale": 1, "quotas": {"q": {"max": 1}}}},
        {"node": "leaf", "prices": {"scale": 1, "dwellings": {"d2": 5}}},
    ])
}

fn tree(nodes: &Json) -> Json {
    json!({"kind": "tree", "objective": 105, "bound": 105, "nodes": nodes})
}

fn refused(nodes: &Json) -> Refusal {
    judged(&problem(&PERSONS), &PAIRS, tree(nodes)).unwrap_err()
}

fn inside(node: usize, source: Refusal) -> Refusal {
    Refusal::Node { node, source: Box::new(source) }
}

#[test]
fn a_tree_that_covers_everything_is_accepted() {
    let verdict = judged(&problem(&PERSONS), &PAIRS, tree(&nodes())).unwrap();
    assert_eq!((verdict.bound, verdict.proof, verdict.leaves), (Some(105), "tree", 3));
}

#[test]
fn a_claim_off_by_one_is_refused() {
    let claim = |objective: i64, bound: Json| {
        let mut tree = tree(&nodes());
        (tree["objective"], tree["bound"]) = (objective.into(), bound);
        judged(&problem(&PERSONS), &PAIRS, tree)
    };
    assert_eq!(claim(104, 105.into()), Err(Refusal::ObjectiveDiffers { claimed: 104, actual: 105 }));
    assert_eq!(claim(105, Json::Null), Err(Refusal::BoundMissing));
    assert_eq!(claim(105, 104.into()), Err(inside(3, Refusal::LeafAboveBound { bound: 105, claimed: 104 })));
    // A weaker claim is proved as well.
    assert!(claim(105, 106.into()).is_ok());
}

#[test]
fn a_dropped_leaf_is_refused() {
    let mut dropped = nodes();
    dropped.as_array_mut().unwrap().pop();
    assert_eq!(refused(&dropped), Refusal::ChildMissing { node: 2, child: 5 });
    let mut skipped = nodes();
    skipped[2]["no"] = 4.into();
    assert_eq!(refused(&skipped), Refusal::NodeTwice { node: 4 });
    let mut unreached = nodes();
    unreached[2] = json!({"node": "leaf", "prices": {"scale": 1}});
    assert_eq!(refused(&unreached), Refusal::NodeUnreached { node: 4 });
    let mut circle = nodes();
    circle[2]["no"] = 1.into();
    assert_eq!(refused(&circle), Refusal::ChildBeforeParent { node: 2, child: 1 });
    circle[2]["no"] = 2.into();
    assert_eq!(refused(&circle), Refusal::ChildBeforeParent { node: 2, child: 2 });
    assert_eq!(refused(&json!([])), Refusal::NoNode);
}

#[test]
fn a_decision_names_one_known_place() {
    let decided = |decision: Json| {
        let mut nodes = nodes();
        nodes[1]["decision"] = decision;
        refused(&nodes)
    };
    let unclear = Refusal::DecisionUnclear { household: "h2".into() };
    assert_eq!(decided(json!({"household": "h2", "residence": "r2", "dwelling": "d2"})), unclear);
    assert_eq!(decided(json!({"household": "h2"})), unclear);
    assert_eq!(decided(json!({"household": "h9", "residence": "r2"})), Refusal::Unknown { what: "household", id: "h9".into() });
    assert_eq!(decided(json!({"household": "h2", "residence": "d2"})), Refusal::Unknown { what: "residence", id: "d2".into() });
    assert_eq!(decided(json!({"household": "h2", "dwelling": "r2"})), Refusal::Unknown { what: "dwelling", id: "r2".into() });
    // A decision on another household leaves the leaves without proof.
    assert!(matches!(decided(json!({"household": "h3", "residence": "r2"})), Refusal::Node { .. }));
}

#[test]
fn a_fix_drops_only_what_it_proves() {
    // Without the fix (h3, d1) is still there, which leaf 3 does not price.
    let mut idle = nodes();
    idle[0]["prices"] = json!({"scale": 1, "quotas": {"q": {"max": 50}}});
    assert_eq!(refused(&idle), inside(3, Refusal::ArcViolated { household: "h3".into(), dwelling: "d1".into(), missing: 6 }));
    // T = 245 on scale 2 and the slack of (h3, d1) is 118: worth at most 63 with it. At 62 it would stay.
    let single = |bound: i64| {
        let nodes = json!([
            {"node": "fix", "prices": {"scale": 2, "dwellings": {"d1": 130, "d2": 10}, "quotas": {"q": {"max": 35}}}, "then": 1},
            {"node": "leaf", "prices": {"scale": 1, "households": {"h1": 0, "h2": 0, "h3": 0}, "dwellings": {"d1": 10_000, "d2": 5}}},
        ]);
        judged(&problem(&PERSONS), &[], json!({"kind": "tree", "objective": 0, "bound": bound, "nodes": nodes}))
    };
    // (h2, d2) stays too: its slack is 0.
    let h2 = Refusal::ArcViolated { household: "h2".into(), dwelling: "d2".into(), missing: 35 };
    assert_eq!(single(63), Err(inside(1, h2)));
    assert_eq!(single(122), Err(inside(1, Refusal::LeafAboveBound { bound: 10_005, claimed: 122 })));
}

#[test]
fn the_fix_removes_at_its_exact_worth() {
    // u = 10 for 7 points: T = 10, slack 3, so the pair is worth at most 7 with these prices.
    let p = problem(&[("arcs.csv", "household,dwelling,score\nh,d1,6\nh,d2,7\n"), ("dwellings.csv", "dwelling,residence\nd1,r1\nd2,r2\n")]);
    let claimed = |bound: i64| {
        let nodes = json!([
            {"node": "split", "decision": {"household": "h", "residence": "r1"}, "yes": 1, "no": 2},
            {"node": "leaf", "prices": {"scale": 1}},
            {"node": "fix", "prices": {"scale": 1, "households": {"h": 10}}, "then": 3},
            {"node": "leaf", "prices": {"scale": 1, "households": {}}},
        ]);
        judged(&p, &[], json!({"kind": "tree", "objective": null, "bound": bound, "nodes": nodes}))
    };
    assert!(claimed(7).is_ok());
    let stays = Refusal::ArcViolated { household: "h".into(), dwelling: "d2".into(), missing: 7 };
    assert_eq!(claimed(6), Err(inside(3, stays)));
}

#[test]
fn leaves_use_only_what_their_decisions_allow() {
    // In the branch "no" of h2 its arcs are gone, in "yes" it must be offered: swapped answers prove nothing.
    let mut swapped = nodes();
    (swapped[1]["yes"], swapped[1]["no"]) = (3.into(), 2.into());
    assert!(matches!(refused(&swapped), Refusal::Node { node: 3, .. }));
    // A household price may be negative only where the household must be offered.
    let mut negative = nodes();
    negative[5]["prices"]["households"] = json!({"h1": -1});
    assert_eq!(refused(&negative), inside(5, Refusal::PriceNegative { what: "household", id: "h1".into(), price: -1 }));
    let mut forced = nodes();
    forced[4]["prices"]["households"] = json!({"h1": -2, "h2": -2});
    assert!(judged(&problem(&PERSONS), &PAIRS, tree(&forced)).is_ok());
    forced[4]["prices"]["households"] = json!({"h1": -3, "h2": -2});
    assert_eq!(refused(&forced), inside(4, Refusal::ArcViolated { household: "h1".into(), dwelling: "d1".into(), missing: 1 }));
}

#[test]
fn a_ray_has_a_negative_total() {
    let mut weak = nodes();
    weak[4]["prices"] = json!({"scale": 1});
    assert_eq!(refused(&weak), inside(4, Refusal::RayNotNegative { total: 0 }));
    let soft = changed(&PERSONS, &[("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,*,persons,,3,,1000\n")]);
    let refusal = judged(&soft, &PAIRS, tree(&nodes())).unwrap_err();
    assert_eq!(refusal, inside(4, Refusal::PriceAbovePenalty { quota: "q".into(), side: "maximum", price: 1, most: 0 }));
}

#[test]
fn a_branch_without_arcs_for_a_household_that_must_be_offered_is_void() {
    let nodes = json!([
        {"node": "split", "decision": {"household": "h3", "residence": "r1"}, "yes": 1, "no": 2},
        {"node": "split", "decision": {"household": "h3", "dwelling": "d2"}, "yes": 3, "no": 4},
        {"node": "leaf", "prices": {"scale": 1, "households": {"h1": 59}, "dwellings": {"d1": 6, "d2": 5}, "covers": [{"quota": "q", "households": ["h1", "h2"], "price": 35}]}},
        {"node": "fix", "prices": {"scale": 0}, "then": 5},
        {"node": "leaf", "prices": {"scale": 1, "dwellings": {"d1": 100}}},
        {"node": "leaf", "prices": {"scale": 0}},
    ]);
    // Node 4: h3 lives in d1: 6 - 100 + 100 + 40.
    let verdict = judged(&problem(&PERSONS), &PAIRS, tree(&nodes)).unwrap();
    assert_eq!(verdict.leaves, 3);
    // Prices that nothing hangs on must still be prices of this problem.
    for (field, prices, what) in [
        ("households", json!({"nobody": 1}), "household"),
        ("dwellings", json!({"nobody": 1}), "dwelling"),
        ("quotas", json!({"nobody": {"max": 1}}), "quota"),
        ("covers", json!([{"quota": "q", "households": ["nobody"], "price": 1}]), "household"),
        ("affinities", json!([{"household_a": "h1", "household_b": "h2", "residence": "nobody", "share_a": 0, "share_b": 0}]), "residence"),
    ] {
        let mut strange = nodes.clone();
        strange[5]["prices"] = json!({"scale": 1});
        strange[5]["prices"][field] = prices;
        assert_eq!(refused(&strange), inside(5, Refusal::Unknown { what, id: "nobody".into() }), "{field}");
    }
}

#[test]
fn shares_are_needed_only_where_both_can_still_live() {
    let nodes = |shares: Json| {
        json!([
            {"node": "split", "decision": {"household": "h3", "residence": "r2"}, "yes": 1, "no": 2},
            {"node": "leaf", "prices": {
                "scale": 1, "dwellings": {"d1": 6, "d2": 4}, "quotas": {"q1": {"max": 2}, "q2": {"min": 3}}, "affinities": shares}},
            {"node": "leaf", "prices": {"scale": 1, "dwellings": {"d1": 7, "d2": 3}, "quotas": {"q1": {"max": 2}, "q2": {"min": 3}}}},
        ])
    };
    let shares = json!([{"household_a": "h1", "household_b": "h3", "residence": "r2", "share_a": 2, "share_b": 0}]);
    let claim = |shares: Json| {
        judged(&problem(&EXAMPLE), &EXAMPLE_PAIRS, json!({"kind": "tree", "objective": 11, "bound": 11, "nodes": nodes(shares)}))
    };
    assert!(claim(shares).is_ok());
    assert!(matches!(claim(json!([])), Err(Refusal::Node { node: 1, source }) if matches!(*source, Refusal::ShareTooSmall { .. })));
}

#[test]
fn a_deep_tree_needs_no_deep_stack() {
    let depth = 20_000;
    let mut nodes = Vec::new();
    for at in 0..depth {
        nodes.push(json!({"node": "split", "decision": {"household": "h1", "residence": "r1"}, "yes": 2 * at + 1, "no": 2 * at + 2}));
        nodes.push(json!({"node": "leaf", "prices": {"scale": 1, "quotas": {"q": {"max": 20}}, "dwellings": {"d1": 6, "d2": 5}}}));
    }
    nodes.push(json!({"node": "leaf", "prices": {"scale": 1}}));
    let verdict = judged(&problem(&PERSONS), &PAIRS, json!({"kind": "tree", "objective": 105, "bound": 200, "nodes": nodes})).unwrap();
    assert_eq!(verdict.leaves, depth + 1);
}
