//! Hand-made problems, one for each thing that is accepted or refused.

mod allocation;
mod conflict;
mod document;
mod input;
mod prices;
mod tree;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::{Certificate, Problem, Refusal, Verdict, judge};

/// The worked example of docs/formats.md: a hard maximum, a soft minimum that cannot be met, a pair.
const EXAMPLE: [(&str, &str); 5] = [
    ("arcs.csv", "household,dwelling,score\nh1,d1,10\nh1,d2,6\nh2,d1,8\nh2,d2,5\nh3,d2,4\n"),
    ("dwellings.csv", "dwelling,residence\nd1,r1\nd2,r2\n"),
    ("groups.csv", "household,group\nh1,senior\nh2,senior\nh3,young\n"),
    ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq1,*,senior,,1,,\nq2,r1,young,1,,3,\n"),
    ("affinities.csv", "household_a,household_b,points\nh3,h1,2\n"),
];

/// Two households of two persons, at most three persons: worth 100, and 120 where halves count.
const PERSONS: [(&str, &str); 4] = [
    ("arcs.csv", "household,dwelling,score\nh1,d1,100\nh2,d2,40\nh3,d1,6\nh3,d2,5\n"),
    ("dwellings.csv", "dwelling,residence\nd1,r1\nd2,r2\n"),
    ("groups.csv", "household,group,weight\nh1,persons,2\nh2,persons,2\n"),
    ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,*,persons,,3,,\n"),
];

fn files(list: &[(&'static str, &str)]) -> BTreeMap<&'static str, Vec<u8>> {
    list.iter().map(|&(name, text)| (name, text.as_bytes().to_vec())).collect()
}

/// The files, with some replaced or added.
fn changed(list: &[(&'static str, &str)], other: &[(&'static str, &str)]) -> Problem {
    let mut files = files(list);
    files.extend(self::files(other));
    Problem::from_files(&files).unwrap()
}

fn problem(list: &[(&'static str, &str)]) -> Problem {
    changed(list, &[])
}

/// Judges `pairs` with a certificate in JSON, to which the right hash is added where none is there.
fn judged(problem: &Problem, pairs: &[(&str, &str)], mut certificate: Json) -> Result<Verdict, Refusal> {
    let fields = certificate.as_object_mut().unwrap();
    fields.entry("problem").or_insert_with(|| problem.hash().into());
    let certificate: Certificate = serde_json::from_value(certificate).unwrap();
    let allocation: BTreeMap<String, String> = pairs.iter().map(|&(h, d)| (h.into(), d.into())).collect();
    judge(problem, &allocation, &certificate)
}

/// Valid prices of [`EXAMPLE`], with the fields of `patch` put in their place.
fn example_prices(patch: Json) -> Json {
    let mut certificate = json!({
        "kind": "prices", "objective": 11, "bound": 11, "scale": 1,
        "households": {"h1": 2}, "dwellings": {"d1": 6, "d2": 4},
        "quotas": {"q1": {"max": 2}, "q2": {"min": 3}},
        "affinities": [{"household_a": "h1", "household_b": "h3", "residence": "r2", "share_a": 2, "share_b": 0}],
    });
    if let Json::Object(patch) = patch {
        certificate.as_object_mut().unwrap().extend(patch);
    }
    certificate
}

const EXAMPLE_PAIRS: [(&str, &str); 2] = [("h1", "d1"), ("h3", "d2")];
