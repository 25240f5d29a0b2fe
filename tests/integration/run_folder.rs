//! A run folder: what is written is read back, accepted, and refused once anything in it is changed.

#![expect(clippy::format_collect, reason = "small texts, plainly made")]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

use matcher_core::explain::{self, Language};
use matcher_core::pipeline::{self, Case, Inputs, ReplayDifference, Run, RunOptions};
use matcher_core::report;
use matcher_core::solve::{Control, SolveOptions};
use matcher_generate::{Plan, Size, generate};

/// Writes a small town, runs it, and writes its run folder.
fn folder(dir: &Path) -> Run {
    folder_with(dir, None, 5_000)
}

/// The same with so many candidates per household in the problem at first.
fn folder_with(dir: &Path, most: Option<u32>, gap_ppm: u64) -> Run {
    let mut town = generate(&Plan::size(Size::XS), 3);
    if let Some(quota) = town.tables.quotas.first_mut() {
        quota.author = "=HYPERLINK(\"http://example.org\")".into();
        quota.legal_basis = "<script>alert(1)</script>".into();
    }
    town.write(&dir.join("town")).unwrap();
    let inputs = Inputs::read(&dir.join("town"), None).unwrap();
    let opened = inputs.open(None).unwrap();
    let solve = SolveOptions { gap_ppm, step_limit: Some(20_000_000), seed: opened.policy.seed, threads: 1, ..SolveOptions::default() };
    let options = RunOptions { solve, max_candidates: most.and_then(NonZeroU32::new) };
    let run = pipeline::run(&opened.model, &opened.policy, opened.book(), &options, &Control::default()).unwrap();
    report::files(&run, &inputs, &opened.policy, &BTreeMap::new(), Language::French, &dir.join("out")).unwrap();
    run
}

fn change(path: &Path, edit: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let changed = edit(text.clone());
    assert_ne!(text, changed, "{}", path.display());
    std::fs::write(path, changed).unwrap();
}

#[test]
fn a_run_folder_is_accepted_and_explained_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let run = folder(dir.path());
    assert!(run.allocation.objective.is_some() && !run.offers.is_empty() && !run.unassigned.is_empty());
    let verdict = pipeline::replay(&dir.path().join("out")).unwrap();
    assert!(verdict.accepted, "{:?}", verdict.differences);
    let (opened, again) = pipeline::reopen(&dir.path().join("out")).unwrap();
    assert_eq!(serde_json::to_value(&run).unwrap(), serde_json::to_value(&again).unwrap());
    let case = Case::new(&opened.model, &opened.policy, &again).unwrap();
    for offer in &run.offers {
        let reasons = explain::household(&case, &offer.household).unwrap();
        let pair = reasons.offer.unwrap();
        assert_eq!(
            (pair.dwelling.as_str(), pair.suitability, pair.violations.len(), pair.rank),
            (offer.dwelling.as_str(), offer.suitability, 0, Some(1))
        );
    }
    for entry in &run.unassigned {
        let reasons = explain::household(&case, &entry.household).unwrap();
        assert_eq!(reasons.no_offer.as_ref(), Some(&entry.reason));
        assert!(reasons.closest.iter().all(|pair| pair.violations.is_empty()), "an open dwelling is refused by no rule");
    }
    for empty in &run.left_empty {
        assert_eq!(explain::dwelling(&case, &empty.dwelling).unwrap().left_empty.as_ref(), Some(&empty.reason));
    }
    assert!(explain::household(&case, "nobody").unwrap_err().to_string().contains("nobody"));
}

#[test]
fn a_run_of_few_candidates_is_read_back_with_its_proof_for_all_pairs() {
    let dir = tempfile::tempdir().unwrap();
    let run = folder_with(dir.path(), Some(2), 60_000);
    let (all, standing) = (run.totals.pairs, run.totals.pairs_in_problem);
    assert!(standing < all && run.judgement.proof == Some("prices"), "{standing} of {all}, {:?}", run.judgement);
    for language in [Language::French, Language::English] {
        let said = [standing, all].map(|count| language.number(count as i128));
        assert!(said.iter().all(|count| report::summary(&run, language).contains(count) && report::html(&run, language).contains(count)));
    }
    let out = dir.path().join("out");
    let verdict = pipeline::replay(&out).unwrap();
    assert!(verdict.accepted, "{:?}", verdict.differences);
    let (opened, again) = pipeline::reopen(&out).unwrap();
    assert_eq!(serde_json::to_value(&run).unwrap(), serde_json::to_value(&again).unwrap());
    // Lists and reasons speak of every eligible pair.
    let case = Case::new(&opened.model, &opened.policy, &again).unwrap();
    let (mut open, mut outside) = (0, 0);
    for household in &opened.model.households.id {
        let reasons = explain::household(&case, household).unwrap();
        open += reasons.open;
        for pair in reasons.closest {
            let arcs = run.problem.arcs(matcher_core::ids::HouseholdIndex::new(run.problem.households().binary_search(household).unwrap()));
            let stands = arcs.into_iter().any(|arc| run.problem.dwellings()[arc.dwelling.index()].id == pair.dwelling);
            assert!(pair.violations.is_empty() && pair.rank.is_some() && pair.prices.is_some());
            outside += usize::from(!stands);
        }
    }
    let candidates: usize = run.shortlists.iter().map(|list| list.candidates).sum();
    assert_eq!((open, candidates), (all, all));
    assert!(outside > 0);
    // The problem of all pairs has other scores only where it has other pairs: taking the record's word away is noticed.
    change(&out.join("run.json"), |text| text.replacen("\"max_candidates\": 2", "\"max_candidates\": null", 1));
    assert!(!pipeline::replay(&out).unwrap().accepted);
}

#[test]
fn whatever_is_changed_in_a_run_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let out = dir.path().join("out");
    let verdict_after = |file: &str, edit: &dyn Fn(String) -> String| {
        let path = out.join(file);
        let kept = std::fs::read(&path).unwrap();
        change(&path, edit);
        let verdict = pipeline::replay(&out);
        std::fs::write(&path, kept).unwrap();
        verdict
    };
    // An input that says the same in other bytes is told apart from one that changes the problem.
    let verdict = verdict_after("inputs/policy.toml", &|text| format!("{text}\n# later\n")).unwrap();
    assert!(matches!(verdict.differences.as_slice(), [ReplayDifference::InputChanged { file }] if file == "policy.toml"), "{verdict:?}");
    let verdict = verdict_after("inputs/policy.toml", &|text| text.replacen("typology_fit = ", "typology_fit = 1", 1)).unwrap();
    assert!(verdict.differences.iter().any(|d| matches!(d, ReplayDifference::ProblemFromInputs { .. })), "{verdict:?}");
    let verdict =
        verdict_after("problem/arcs.csv", &|text| text.lines().take(text.lines().count() - 1).map(|line| format!("{line}\n")).collect())
            .unwrap();
    assert!(matches!(verdict.differences.as_slice(), [ReplayDifference::ProblemFiles { .. }]), "{verdict:?}");
    let without_last = |text: String| text.lines().take(text.lines().count() - 1).map(|line| format!("{line}\n")).collect();
    let verdict = verdict_after("allocation.csv", &without_last).unwrap();
    assert!(matches!(verdict.differences.as_slice(), [ReplayDifference::Refused { .. }]), "{verdict:?}");
    let twice = |text: String| text.lines().chain(text.lines().nth(1)).map(|line| format!("{line}\n")).collect();
    assert!(verdict_after("allocation.csv", &twice).unwrap_err().to_string().contains("E1702"));
    let bound = pipeline::record(&out).unwrap().bound.unwrap();
    let lower = |text: String| text.replace(&format!("\"bound\": {bound}"), &format!("\"bound\": {}", bound - 1));
    assert!(!verdict_after("certificate.json", &lower).unwrap().accepted);
    assert!(!verdict_after("run.json", &lower).unwrap().accepted);
    assert!(pipeline::replay(&out).unwrap().accepted, "everything was put back");
}

#[test]
fn files_for_people_hold_no_formula_and_no_markup() {
    // FAULTS 36 and 37.
    let dir = tempfile::tempdir().unwrap();
    let run = folder(dir.path());
    let read = |file: &str| std::fs::read_to_string(dir.path().join("out").join(file)).unwrap();
    assert!(read("quotas.csv").contains("'=HYPERLINK"), "a spreadsheet takes it for text");
    assert!(read("allocation.csv").starts_with("household,dwelling\n"));
    assert_eq!(read("allocation.csv").lines().count(), run.offers.len() + 1);
    for language in [Language::French, Language::English] {
        let page = report::html(&run, language);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        for danger in ["<script", "onload=", "javascript:", "http://", "https://", "<link", "<img", "<iframe", "url(", "style=\""] {
            let danger_outside_text = page.replace("http://example.org", "").contains(danger);
            assert!(!danger_outside_text, "{danger}");
        }
        assert!(page.contains("Content-Security-Policy") && page.contains("default-src &#39;none&#39;"));
        assert!(page.contains(&format!("<html lang=\"{}\"", language.code())));
        balanced(&page);
        for id in ["glance", "mix", "quotas", "offers", "shortlists", "left-empty", "usual", "unassigned", "provenance"] {
            assert!(page.contains(&format!("<section id=\"{id}\"")), "{id}");
        }
        let (tables, captions) = (page.matches("<table").count(), page.matches("<caption").count());
        assert!(tables >= 8 && tables == captions, "every table says what it is: {tables} tables, {captions} captions");
        assert_eq!(page.matches("role=\"img\"").count(), page.matches("<desc").count(), "every drawing is told in words");
    }
    assert_ne!(report::summary(&run, Language::French), report::summary(&run, Language::English));
}

/// Every element that is opened is closed, in order.
fn balanced(page: &str) {
    let mut open = Vec::new();
    for part in page.split('<').skip(1) {
        let tag = part.split('>').next().unwrap_or_default();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if tag.starts_with('!') || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed out of order");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
