//! The judge against the oracle: whole proofs are accepted, and whatever is accepted is true.

use std::collections::{BTreeMap, BTreeSet};

use matcher_core::problem;
use matcher_tests::families::{self, Draw, Files};
use matcher_tests::oracle::{self, Row, number, optimum, table};
use matcher_verify::{Certificate, Problem, Refusal, judge, value};
use serde_json::{Map, Value as Json, json};

/// A family's problem, opened for writing proofs about it.
struct Case<'a> {
    files: &'a Files,
    problem: Problem,
    hash: String,
    quotas: Vec<Row<'a>>,
    /// By quota, household and dwelling.
    weights: BTreeMap<(&'a str, &'a str, &'a str), i64>,
    /// Of each household, dwelling, residence and score of its arcs.
    arcs: BTreeMap<&'a str, Vec<(&'a str, &'a str, i64)>>,
}

impl<'a> Case<'a> {
    fn new(files: &'a Files) -> Self {
        let homes: BTreeMap<&str, &str> = table(files, "dwellings.csv").iter().map(|row| (row["dwelling"], row["residence"])).collect();
        let mut arcs: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for row in table(files, "arcs.csv") {
            let arc = (row["dwelling"], homes[row["dwelling"]], number(&row, "score").unwrap());
            arcs.entry(row["household"]).or_default().push(arc);
        }
        let (problem, quotas) = (Problem::from_files(files).unwrap(), table(files, "quotas.csv"));
        let mut weights = BTreeMap::new();
        for (quota, (household, list)) in quotas.iter().flat_map(|quota| arcs.iter().map(move |arcs| (quota, arcs))) {
            for (dwelling, ..) in list {
                weights.insert((quota["quota"], *household, *dwelling), oracle::weight(files, quota, household, dwelling));
            }
        }
        Self { files, hash: problem.hash(), problem, quotas, weights, arcs }
    }

    fn choices(&self) -> usize {
        self.arcs.values().map(|list| list.len() + 1).product()
    }

    fn judged(&self, pairs: &BTreeMap<String, String>, certificate: &Json) -> Result<(), Refusal> {
        let certificate: Certificate = serde_json::from_value(certificate.clone()).unwrap();
        judge(&self.problem, pairs, &certificate).map(|_| ())
    }

    fn weight(&self, quota: &Row<'_>, household: &str, dwelling: &str) -> i64 {
        self.weights[&(quota["quota"], household, dwelling)]
    }
}

/// Every family for some seeds, small enough to be enumerated in a tree.
fn cases(seeds: std::ops::Range<u64>, choices: usize, mut each: impl FnMut(&str, Case<'_>, Option<oracle::Optimum>, &mut Draw)) {
    for seed in seeds {
        for (name, files) in families::all(seed) {
            let case = Case::new(&files);
            if case.choices() <= choices {
                each(&format!("family {name}, seed {seed}"), case, optimum(&files), &mut Draw::new(seed, &format!("proof of {name}")));
            }
        }
    }
}

#[test]
fn core_and_judge_read_and_hash_alike() {
    let agree = |files: &Files, label: &str| {
        let core = problem::read_files(files).unwrap();
        assert_eq!(core.hash(), Problem::from_files(files).unwrap().hash(), "{label}");
        let written = problem::files(&core).unwrap();
        assert_eq!(core.hash(), Problem::from_files(&written).unwrap().hash(), "{label}, written by core");
    };
    for seed in 0..50 {
        for (name, files) in families::all(seed) {
            agree(&files, &format!("family {name}, seed {seed}"));
        }
    }
    let awkward = Files::from([
        (
            "arcs.csv",
            "\u{feff}score,household,dwelling\r\n7,\"é, \"\"A\"\"\", d 1 \r\n\r\n07,Z,d 1\r\n-3,a,\u{1F3E0}\r\n0,é,d 1\r\n".into(),
        ),
        ("dwellings.csv", "dwelling,residence\n\u{1F3E0},*\nd 1,\"r,1\"\n".into()),
        ("groups.csv", "household,group\nnobody,g\na,G\n".into()),
        ("scopes.csv", "dwelling,scope\nd 1,s\n\u{1F3E0},s\n".into()),
        (
            "quotas.csv",
            "quota,scope,group,min,max,penalty_below,penalty_above\nq2,s,G,-1,,,4\nq1,*,none,,0,,\nq10,,,,,,\nq3,\"r,1\",,0,0,0,0\n".into(),
        ),
        ("weights.csv", "quota,household,dwelling,weight\nq10,a,\u{1F3E0},-2\nq10,Z,d 1,0\n".into()),
        ("affinities.csv", "household_a,household_b,points\nnobody,a,3\nZ,a,0\n".into()),
    ]);
    agree(&awkward, "awkward ids");
}

#[test]
fn the_oracles_allocation_is_worth_what_it_says() {
    cases(0..40, usize::MAX, |label, case, best, _| {
        let Some(best) = best else { return };
        let value = value(&case.problem, &best.allocation).unwrap();
        assert_eq!(value.objective, best.objective, "{label}");
        assert_eq!(value.suitability - value.penalties + value.affinity_points, best.objective, "{label}");
    });
}

/// Random prices that respect every sign and penalty; with `households`, the smallest ones that are valid for all arcs.
fn random_prices(case: &Case<'_>, draw: &mut Draw) -> Json {
    let scale = draw.between(1, 4);
    let dwellings: BTreeMap<&str, i64> =
        table(case.files, "dwellings.csv").iter().map(|row| (row["dwelling"], draw.between(0, 1) * draw.between(0, 60 * scale))).collect();
    let mut quotas: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for quota in &case.quotas {
        let mut price = |bound: &str, penalty: &str| {
            let most = number(quota, penalty).map_or(50, |penalty| penalty.min(50)) * scale;
            if number(quota, bound).is_some() && draw.tenths(7) { draw.between(0, most) } else { 0 }
        };
        quotas.insert(quota["quota"], (price("max", "penalty_above"), price("min", "penalty_below")));
    }
    let mut affinities = Vec::new();
    let mut shares: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for pair in table(case.files, "affinities.csv") {
        let (a, b, points) = (pair["household_a"], pair["household_b"], number(&pair, "points").unwrap() * scale);
        let homes = |household: &str| case.arcs[household].iter().map(|arc| arc.1).collect::<BTreeSet<_>>();
        for residence in homes(a).intersection(&homes(b)) {
            let first = draw.between(0, points);
            let second = points - first;
            *shares.entry((a, residence)).or_default() += first;
            *shares.entry((b, residence)).or_default() += second;
            affinities.push(json!({"household_a": a, "household_b": b, "residence": residence, "share_a": first, "share_b": second}));
        }
    }
    let covers = random_covers(case, draw);
    let mut households = BTreeMap::new();
    for (household, arcs) in &case.arcs {
        let demand = arcs.iter().map(|&(dwelling, residence, score)| {
            let rows = case.quotas.iter().map(|quota| {
                let (max, min) = quotas[quota["quota"]];
                let weight = case.weight(quota, household, dwelling);
                let covered = covers.iter().filter(|cover| cover.quota == quota["quota"] && weight > 0);
                weight * (max - min) + covered.map(|cover| cover.times.get(household).unwrap_or(&0) * cover.price).sum::<i64>()
            });
            scale * score + shares.get(&(household, residence)).unwrap_or(&0) - dwellings[dwelling] - rows.sum::<i64>()
        });
        households.insert(household, demand.max().unwrap_or(0).max(0));
    }
    let quotas: BTreeMap<_, _> = quotas.iter().map(|(id, (max, min))| (id, json!({"max": max, "min": min}))).collect();
    let covers: Vec<_> = covers.iter().map(Cover::written).collect();
    json!({"scale": scale, "households": households, "dwellings": dwellings, "quotas": quotas, "affinities": affinities, "covers": covers})
}

/// A cover that holds.
struct Cover<'a> {
    quota: &'a str,
    /// How many times over each household is taken.
    times: BTreeMap<&'a str, i64>,
    /// The smallest number that is right.
    at_most: i64,
    price: i64,
}

impl Cover<'_> {
    /// Without the fields that may be left out, where they may.
    fn written(&self) -> Json {
        let mut cover = json!({"quota": self.quota, "households": self.times.keys().collect::<Vec<_>>(), "price": self.price});
        if self.times.values().any(|&times| times > 1) {
            cover["times"] = self.times.values().copied().collect();
        }
        if self.at_most != self.times.len() as i64 - 1 {
            cover["at_most"] = self.at_most.into();
        }
        cover
    }
}

fn random_covers<'a>(case: &Case<'a>, draw: &mut Draw) -> Vec<Cover<'a>> {
    let mut covers = Vec::new();
    for quota in &case.quotas {
        let Some(max) = number(quota, "max").filter(|_| quota["penalty_above"].is_empty()) else { continue };
        let weights = |household: &str| case.arcs[household].iter().map(|arc| case.weight(quota, household, arc.0)).collect::<Vec<_>>();
        if case.arcs.keys().any(|household| weights(household).iter().any(|&weight| weight < 0)) {
            continue;
        }
        let most_times = draw.between(1, 3);
        let (mut times, mut lightest) = (BTreeMap::new(), Vec::new());
        for household in case.arcs.keys() {
            let least = weights(household).into_iter().filter(|&weight| weight > 0).min();
            if let Some(least) = least.filter(|_| draw.tenths(7)) {
                times.insert(*household, draw.between(1, most_times));
                lightest.push(least);
            }
        }
        // Every choice of households that fits the maximum; none at all where even nobody is too much.
        let chosen = |list: &mut dyn Iterator<Item = i64>, choice: usize| {
            list.enumerate().filter(|(at, _)| choice >> at & 1 == 1).map(|(_, number)| number).sum::<i64>()
        };
        let fitting = (0..1 << times.len()).filter(|&choice| chosen(&mut lightest.iter().copied(), choice) <= max);
        let at_most = fitting.map(|choice| chosen(&mut times.values().copied(), choice)).max().unwrap_or(-1);
        covers.push(Cover { quota: quota["quota"], times, at_most, price: draw.between(0, 40) });
    }
    covers
}

fn total(case: &Case<'_>, prices: &Json) -> i64 {
    let sum = |prices: &Json, times: &dyn Fn(&str) -> i64| {
        prices.as_object().unwrap().iter().map(|(id, price)| price.as_i64().unwrap() * times(id)).sum::<i64>()
    };
    let capacity: BTreeMap<&str, i64> =
        table(case.files, "dwellings.csv").iter().map(|row| (row["dwelling"], number(row, "capacity").unwrap())).collect();
    let mut total = sum(&prices["households"], &|_| 1) + sum(&prices["dwellings"], &|id| capacity[id]);
    for quota in &case.quotas {
        let price = &prices["quotas"][quota["quota"]];
        total += price["max"].as_i64().unwrap() * number(quota, "max").unwrap_or(0);
        total -= price["min"].as_i64().unwrap() * number(quota, "min").unwrap_or(0);
    }
    for cover in prices["covers"].as_array().unwrap() {
        let all_but_one = cover["households"].as_array().unwrap().len() as i64 - 1;
        total += cover["price"].as_i64().unwrap() * cover["at_most"].as_i64().unwrap_or(all_but_one);
    }
    total
}

#[test]
fn any_valid_prices_bound_the_optimum_and_only_their_own_claim_is_accepted() {
    let (nobody, mut covers) = (BTreeMap::new(), 0);
    cases(0..25, usize::MAX, |label, case, best, draw| {
        for _ in 0..4 {
            let prices = random_prices(&case, draw);
            let bound = total(&case, &prices).div_euclid(prices["scale"].as_i64().unwrap());
            let claim = |prices: &Json, bound: i64| {
                let mut certificate = prices.clone();
                certificate.as_object_mut().unwrap().extend(
                    json!({"kind": "prices", "problem": case.hash, "objective": null, "bound": bound}).as_object().unwrap().clone(),
                );
                case.judged(&nobody, &certificate)
            };
            assert_eq!(claim(&prices, bound), Ok(()), "{label}");
            assert!(best.as_ref().is_none_or(|best| best.objective <= bound), "{label}: bound {bound} is below the optimum");
            for other in [bound - 1, bound + 1] {
                assert!(matches!(claim(&prices, other), Err(Refusal::BoundDiffers { .. })), "{label}");
            }
            // The numbers of the covers are the smallest that are right.
            for at in 0..prices["covers"].as_array().unwrap().len() {
                let mut lower = prices.clone();
                let cover = &mut lower["covers"][at];
                let at_most = cover["at_most"].as_i64().unwrap_or(cover["households"].as_array().unwrap().len() as i64 - 1);
                cover["at_most"] = (at_most - 1).into();
                let refusal = claim(&lower, bound).unwrap_err();
                assert!(matches!(refusal, Refusal::CoverFits { .. } | Refusal::CoverTimes { .. }), "{label}: {refusal}");
                covers += 1;
            }
            // The household prices are the smallest: none can be lowered.
            for (household, price) in prices["households"].as_object().unwrap() {
                let mut lower = prices.clone();
                let price = price.as_i64().unwrap();
                lower["households"][household] = (price - 1).into();
                let refusal = claim(&lower, bound).unwrap_err();
                assert!(matches!(refusal, Refusal::ArcViolated { .. } | Refusal::PriceNegative { .. }), "{label}: {refusal}");
            }
        }
    });
    assert!(covers > 300, "{covers} covers");
}

/// Writes the tree that decides every household, with the exact prices at each leaf.
struct Enumeration<'c, 'a> {
    case: &'c Case<'a>,
    draw: &'c mut Draw,
    /// Rows that may be priced; `None` = a bound is proved, else that these rows conflict.
    rows: Option<BTreeSet<String>>,
    nodes: Vec<Json>,
}

impl<'a> Enumeration<'_, 'a> {
    fn push(&mut self, node: Json) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Decides the households in `rest`; `open` are the dwellings not yet refused to the first of them.
    fn decide(
        &mut self,
        rest: &[&'a str],
        open: &[(&'a str, &'a str, i64)],
        placed: &[(&'a str, (&'a str, &'a str, i64))],
        void: bool,
    ) -> usize {
        if self.rows.is_none() && self.draw.tenths(1) {
            let mut prices = random_prices(self.case, self.draw);
            if self.draw.tenths(5) || !placed.is_empty() {
                prices.as_object_mut().unwrap().remove("households");
            }
            let node = self.push(json!({"node": "fix", "prices": prices}));
            let then = self.decide(rest, open, placed, void);
            self.nodes[node]["then"] = then.into();
            return node;
        }
        let Some((household, after)) = rest.split_first() else { return self.leaf(placed) };
        let Some(&(dwelling, residence, score)) = open.first() else {
            if void {
                // It was said to live in a residence whose dwellings are all refused.
                return self.push(json!({"node": "leaf", "prices": {"scale": 0}}));
            }
            let next = after.first().map_or(&[][..], |next| &self.case.arcs[next]);
            return self.decide(after, next, placed, false);
        };
        let next = after.first().map_or(&[][..], |next| &self.case.arcs[next]);
        let (inside, outside): (Vec<_>, Vec<_>) = open.iter().partition(|arc| arc.1 == residence);
        if !void && inside.len() > 1 && self.rows.is_none() && self.draw.tenths(5) {
            let node = self.push(json!({"node": "split", "decision": {"household": household, "residence": residence}}));
            let yes = self.decide(rest, &inside, placed, true);
            let no = self.decide(rest, &outside, placed, false);
            (self.nodes[node]["yes"], self.nodes[node]["no"]) = (yes.into(), no.into());
            return node;
        }
        let node = self.push(json!({"node": "split", "decision": {"household": household, "dwelling": dwelling}}));
        let chosen = [placed, &[(*household, (dwelling, residence, score))]].concat();
        let yes = self.decide(after, next, &chosen, false);
        let no = self.decide(rest, &open[1..], placed, void);
        (self.nodes[node]["yes"], self.nodes[node]["no"]) = (yes.into(), no.into());
        node
    }

    fn leaf(&mut self, placed: &[(&'a str, (&'a str, &'a str, i64))]) -> usize {
        for row in table(self.case.files, "dwellings.csv") {
            let held = placed.iter().filter(|pair| pair.1.0 == row["dwelling"]).count() as i64;
            if held > number(&row, "capacity").unwrap() {
                return self.push(json!({"node": "ray", "prices": {"scale": 1, "dwellings": {row["dwelling"]: 1}}}));
            }
        }
        let scale = self.draw.between(1, 3);
        let mut quotas = Map::new();
        for quota in &self.case.quotas {
            let id = quota["quota"];
            let count: i64 = placed.iter().map(|(household, arc)| self.case.weight(quota, household, arc.0)).sum();
            let asked = self.rows.as_ref().is_none_or(|rows| rows.contains(id));
            for (side, missed, penalty) in [
                ("max", number(quota, "max").is_some_and(|max| count > max), "penalty_above"),
                ("min", number(quota, "min").is_some_and(|min| count < min), "penalty_below"),
            ] {
                match number(quota, penalty) {
                    None if missed && asked => {
                        return self.push(json!({"node": "ray", "prices": {"scale": scale, "quotas": {id: {side: 1}}}}));
                    }
                    Some(penalty) if missed => {
                        quotas.insert(id.into(), json!({side: scale * penalty}));
                    }
                    _ => {}
                }
            }
        }
        let home = |household: &str| placed.iter().find(|pair| pair.0 == household).map(|pair| pair.1.1);
        let mut affinities = Vec::new();
        for pair in table(self.case.files, "affinities.csv") {
            let (a, b, points) = (pair["household_a"], pair["household_b"], number(&pair, "points").unwrap() * scale);
            if let Some(residence) = home(a).filter(|_| home(a) == home(b)) {
                let first = self.draw.between(0, points);
                affinities
                    .push(json!({"household_a": a, "household_b": b, "residence": residence, "share_a": first, "share_b": points - first}));
            }
        }
        self.push(json!({"node": "leaf", "prices": {"scale": scale, "quotas": quotas, "affinities": affinities}}))
    }

    fn run(mut self) -> Vec<Json> {
        let households: Vec<_> = self.case.arcs.keys().copied().collect();
        let open = households.first().map_or(&[][..], |first| &self.case.arcs[first]);
        self.decide(&households, open, &[], false);
        self.nodes
    }
}

#[test]
fn a_tree_that_decides_everything_proves_the_optimum_and_nothing_below_it() {
    let (mut proved, mut fixed) = (0, 0);
    cases(0..40, 300, |label, case, best, draw| {
        let Some(best) = best else { return };
        let nodes = Enumeration { case: &case, draw, rows: None, nodes: Vec::new() }.run();
        fixed += usize::from(nodes.iter().any(|node| node["node"] == "fix"));
        let claim = |nodes: &[Json], bound: i64, objective: Json, pairs: &BTreeMap<String, String>| {
            case.judged(pairs, &json!({"kind": "tree", "problem": case.hash, "objective": objective, "bound": bound, "nodes": nodes}))
        };
        assert_eq!(claim(&nodes, best.objective, best.objective.into(), &best.allocation), Ok(()), "{label}");
        assert!(claim(&nodes, best.objective - 1, Json::Null, &BTreeMap::new()).is_err(), "{label}");
        proved += 1;
        // Whatever is done to the proof, what is still accepted is true.
        for _ in 0..12 {
            let mut other = nodes.clone();
            spoil(&mut other, draw);
            assert!(claim(&other, best.objective - 1, Json::Null, &BTreeMap::new()).is_err(), "{label}: {}", json!(other));
        }
    });
    assert!(proved > 150 && fixed > 80, "{proved} proved, {fixed} of them with a fix");
}

/// Changes one thing of a tree.
fn spoil(nodes: &mut [Json], draw: &mut Draw) {
    let at = draw.position(nodes.len());
    let count = nodes.len();
    let node = &mut nodes[at];
    match (node["node"].as_str().unwrap(), draw.position(4)) {
        ("split", 0) => {
            let (yes, no) = (node["yes"].clone(), node["no"].clone());
            (node["yes"], node["no"]) = (no, yes);
        }
        ("split", 1) => node["yes"] = draw.position(count).into(),
        ("split", _) => node["no"] = node["yes"].clone(),
        ("leaf", 0) => node["node"] = "ray".into(),
        ("ray", 0) => node["node"] = "leaf".into(),
        ("fix", 0) => node["then"] = draw.position(count).into(),
        _ => {
            let prices = &mut node["prices"];
            match draw.position(5) {
                0 => prices["scale"] = draw.between(-1, 9).into(),
                1 => prices["affinities"] = json!([]),
                2 => prices["dwellings"] = json!({"d0": draw.between(-20, 20), "d1": draw.between(0, 20)}),
                3 => prices["quotas"] = json!({"q0": {"max": draw.between(-5, 90), "min": draw.between(-5, 90)}}),
                _ => prices["households"] = json!({}),
            }
        }
    }
}

/// The files with the named quotas only.
fn with_rows(files: &Files, rows: &BTreeSet<String>) -> Files {
    let mut files = files.clone();
    let text = String::from_utf8(files["quotas.csv"].clone()).unwrap();
    let kept = |line: &&str| line.starts_with("quota,") || line.split(',').next().is_some_and(|id| rows.contains(id));
    files.insert("quotas.csv", text.lines().filter(kept).flat_map(|line| [line, "\n"]).collect::<String>().into_bytes());
    files
}

#[test]
fn conflicts_are_proved_with_an_irreducible_set_and_never_where_there_is_an_allocation() {
    let (mut proved, mut refused) = (0, 0);
    cases(0..120, 200, |label, case, best, draw| {
        let hard = |quota: &&Row<'_>| {
            [("max", "penalty_above"), ("min", "penalty_below")]
                .iter()
                .any(|(bound, penalty)| !quota[*bound].is_empty() && quota[*penalty].is_empty())
        };
        let mut rows: BTreeSet<String> = case.quotas.iter().filter(hard).map(|quota| quota["quota"].to_owned()).collect();
        if rows.is_empty() {
            return;
        }
        let without =
            |rows: &BTreeSet<String>, row: &str| optimum(&with_rows(case.files, &rows.iter().filter(|id| *id != row).cloned().collect()));
        for row in rows.clone() {
            if best.is_none() && without(&rows, &row).is_none() {
                rows.remove(&row);
            }
        }
        let witnesses: Vec<_> = rows
            .iter()
            .map(|row| json!({"without": row, "pairs": without(&rows, row).unwrap().allocation.into_iter().collect::<Vec<_>>()}))
            .collect();
        let mut nodes = Enumeration { case: &case, draw, rows: Some(rows.clone()), nodes: Vec::new() }.run();
        let claim = |nodes: &[Json], witnesses: &[Json]| {
            let certificate = json!({
                "kind": "infeasible", "problem": case.hash, "objective": null, "bound": null, "rows": rows, "nodes": nodes, "witnesses": witnesses,
            });
            case.judged(&BTreeMap::new(), &certificate)
        };
        if best.is_none() {
            assert_eq!(claim(&nodes, &witnesses), Ok(()), "{label}");
            assert!(matches!(claim(&nodes, &witnesses[1..]), Err(Refusal::WitnessMissing { .. })), "{label}");
            proved += 1;
            return;
        }
        // There is an allocation: neither this tree nor one with its leaves turned into rays over the rows is accepted.
        assert!(claim(&nodes, &witnesses).is_err(), "{label}");
        for node in nodes.iter_mut().filter(|node| node["node"] == "leaf") {
            let row = rows.iter().nth(draw.position(rows.len())).unwrap();
            let side = if draw.tenths(5) { "max" } else { "min" };
            *node = json!({"node": "ray", "prices": {"scale": 1, "quotas": {row: {side: 1}}}});
        }
        assert!(claim(&nodes, &witnesses).is_err(), "{label}");
        refused += 1;
    });
    assert!(proved > 40 && refused > 40, "{proved} proved, {refused} refused");
}
