//! The command line as its users call it: words in, files and exit status out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn matcher(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matcher")).args(words).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Exactly one JSON object on stdout.
fn object(output: &Output) -> Value {
    let text = text(output);
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}, stderr {}", complaint(output)));
    assert!(value.is_object());
    value
}

fn demo() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town").to_str().unwrap().to_owned()
}

/// An own folder under the target folder, empty.
fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn word(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn problem(dir: &Path, quotas: &str) -> PathBuf {
    std::fs::write(dir.join("arcs.csv"), "household,dwelling,score\nh1,d1,9\nh1,d2,8\nh2,d1,7\n").unwrap();
    std::fs::write(dir.join("dwellings.csv"), "dwelling,residence\nd1,r1\nd2,r1\n").unwrap();
    if !quotas.is_empty() {
        std::fs::write(dir.join("groups.csv"), "household,group\nh1,g\nh2,g\n").unwrap();
        std::fs::write(dir.join("quotas.csv"), format!("quota,scope,group,min,max,penalty_below,penalty_above\n{quotas}")).unwrap();
    }
    dir.to_owned()
}

#[test]
fn usage() {
    assert_eq!(matcher(&["--help"]).status.code(), Some(0));
    assert_eq!(matcher(&[]).status.code(), Some(2));
    assert_eq!(matcher(&["allocate"]).status.code(), Some(2));
    assert_eq!(matcher(&["solve", "x", "--gap", "2"]).status.code(), Some(2));
    assert_eq!(matcher(&["solve", "x", "--time-limit", "soon"]).status.code(), Some(2));
    for command in ["template", "check", "allocate", "verify", "explain", "solve", "generate", "rules"] {
        let help = matcher(&[command, "--help"]);
        assert_eq!(help.status.code(), Some(0), "{command}");
        assert!(command == "rules" || text(&help).contains("Example"), "{command} has no example");
    }
}

#[test]
fn the_demo_town_is_allocated_verified_and_explained() {
    let out = folder("demo");
    let run = matcher(&["allocate", &demo(), "--out", word(&out), "--json", "--lang", "en"]);
    assert_eq!(run.status.code(), Some(0), "{}", complaint(&run));
    let summary = object(&run);
    for key in ["status", "objective", "suitability", "penalties", "affinity_points", "bound", "gap", "proof", "assigned", "threads"] {
        assert!(!summary[key].is_null(), "{key} in {summary}");
    }
    for stage in ["load", "solve", "total"] {
        assert!(summary["seconds"][stage].is_f64(), "{stage}");
    }
    let number = |key: &str| summary[key].as_i64().unwrap();
    assert_eq!(number("objective"), number("suitability") - number("penalties") + number("affinity_points"));
    assert!(number("objective") <= number("bound"));
    let files = ["report.html", "allocation.csv", "shortlists.csv", "quotas.csv", "unassigned.csv", "certificate.json", "run.json"];
    for file in files {
        assert!(out.join(file).is_file(), "{file}");
    }
    let page = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("lang=\"en\"") && !page.contains("<script") && !page.contains("http-equiv=\"refresh"));

    assert_eq!(matcher(&["verify", word(&out)]).status.code(), Some(0));
    assert_eq!(matcher(&["verify", word(&out.join("problem")), word(&out)]).status.code(), Some(0));

    let offers = std::fs::read_to_string(out.join("allocation.csv")).unwrap();
    let (household, dwelling) = offers.lines().nth(1).unwrap().split_once(',').unwrap();
    for words in [vec!["--household", household], vec!["--dwelling", dwelling], vec!["--household", household, "--dwelling", dwelling]] {
        let mut all = vec!["explain", word(&out), "--lang", "en"];
        all.extend(&words);
        let said = matcher(&all);
        assert_eq!(said.status.code(), Some(0), "{}", complaint(&said));
        assert!(text(&said).contains(words[1]));
        all.push("--json");
        object(&matcher(&all));
    }
    assert_eq!(matcher(&["explain", word(&out), "--household", "nobody"]).status.code(), Some(2));

    // Two households swapped: refused by both.
    let lines: Vec<&str> = offers.lines().collect();
    let pair = |line: &str| line.split_once(',').map(|(h, d)| (h.to_owned(), d.to_owned())).unwrap();
    let ((h1, d1), (h2, d2)) = (pair(lines[1]), pair(lines[2]));
    let swapped = format!("household,dwelling\n{h1},{d2}\n{h2},{d1}\n{}\n", lines[3..].join("\n"));
    std::fs::write(out.join("allocation.csv"), swapped).unwrap();
    assert_eq!(matcher(&["verify", word(&out)]).status.code(), Some(1));
    assert_eq!(matcher(&["verify", word(&out.join("problem")), word(&out)]).status.code(), Some(1));
    std::fs::write(out.join("allocation.csv"), &offers).unwrap();
    // An input changed after the run: the pairs no longer follow from it.
    let inputs = out.join("inputs/households.csv");
    let households = std::fs::read_to_string(&inputs).unwrap();
    std::fs::write(&inputs, households.replacen("yes", "no", 1)).unwrap();
    assert_eq!(matcher(&["verify", word(&out)]).status.code(), Some(1));
}

#[test]
fn the_same_town_gives_the_same_answer_on_one_and_two_threads() {
    let answers = ["1", "2"].map(|threads| {
        let out = folder(&format!("threads-{threads}"));
        let run = matcher(&["allocate", &demo(), "--out", word(&out), "--threads", threads, "--json"]);
        assert_eq!(run.status.code(), Some(0), "{}", complaint(&run));
        ["allocation.csv", "certificate.json", "shortlists.csv"].map(|file| std::fs::read(out.join(file)).unwrap())
    });
    assert!(answers[0] == answers[1]);
}

#[test]
fn a_policy_that_cannot_hold_is_answered_with_its_conflict() {
    let out = folder("conflict");
    let policy = format!("{}/policy-conflict.toml", demo());
    let run = matcher(&["allocate", &demo(), "--policy", &policy, "--out", word(&out), "--json"]);
    assert_eq!(run.status.code(), Some(1), "{}", complaint(&run));
    let summary = object(&run);
    assert_eq!(summary["status"], "infeasible");
    assert_eq!(summary["proof"], "infeasible");
    assert!(summary["objective"].is_null() && summary["bound"].is_null());
    assert_eq!(matcher(&["verify", word(&out)]).status.code(), Some(0));
}

#[test]
fn bad_tables_are_reported_all_together_without_personal_values() {
    let dir = folder("bad");
    for entry in std::fs::read_dir(demo()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.join(entry.file_name())).unwrap();
    }
    let path = dir.join("persons.csv");
    let persons = std::fs::read_to_string(&path).unwrap();
    // A date that is none, and a household that nobody knows.
    std::fs::write(&path, format!("{persons}H-UNKNOWN,1987-02-31,,child,\n")).unwrap();
    let path = dir.join("residences.csv");
    let residences = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, residences.replacen("id,", "id,nationality,", 1)).unwrap();
    for words in [vec!["check", word(&dir)], vec!["allocate", word(&dir)]] {
        let output = matcher(&words);
        assert_eq!(output.status.code(), Some(2));
        let said = complaint(&output);
        assert!(said.contains("persons.csv row") && said.contains("residences.csv") && said.contains("nationality"), "{said}");
        assert!(!said.contains("1987"), "a personal value is printed: {said}");
    }
    let json = object(&matcher(&["check", word(&dir), "--json"]));
    assert_eq!(json["status"], "bad_input");
    assert!(json["errors"].as_array().unwrap().len() >= 2);
}

#[test]
fn a_raw_problem_is_solved_traced_and_judged() {
    let dir = problem(&folder("raw"), "");
    let (out, trace) = (folder("raw-answer"), folder("raw-trace").join("trace.csv"));
    let run = matcher(&["solve", word(&dir), "--gap", "0", "--out", word(&out), "--trace", word(&trace), "--json"]);
    let summary = object(&run);
    assert_eq!(
        (summary["status"].as_str(), summary["objective"].as_i64(), summary["bound"].as_i64()),
        (Some("optimal"), Some(15), Some(15))
    );
    assert_eq!(std::fs::read_to_string(out.join("allocation.csv")).unwrap(), "household,dwelling\nh1,d2\nh2,d1\n");
    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(trace.starts_with("seconds,bound,objective\n") && trace.trim_end().ends_with(",15,15"), "{trace}");
    assert_eq!(matcher(&["verify", word(&dir), word(&out)]).status.code(), Some(0));
    // Another problem's certificate.
    let other = problem(&folder("raw-other"), "q,r1,g,,1,,5\n");
    assert_eq!(matcher(&["verify", word(&other), word(&out)]).status.code(), Some(1));
    // Impossible: two of the group demanded, one place allowed.
    let impossible = problem(&folder("raw-impossible"), "a,r1,g,2,,,\nb,*,g,,1,,\n");
    let run = matcher(&["solve", word(&impossible), "--json"]);
    assert_eq!((run.status.code(), object(&run)["status"].as_str()), (Some(1), Some("infeasible")));
    assert_eq!(matcher(&["solve", "/nowhere", "--json"]).status.code(), Some(2));
}

#[test]
fn a_template_explains_itself_and_is_not_written_over_anything() {
    let dir = folder("template").join("town");
    assert_eq!(matcher(&["template", word(&dir)]).status.code(), Some(0));
    for file in ["README.md", "households.csv", "dwellings.csv", "policy.toml"] {
        assert!(dir.join(file).is_file(), "{file}");
    }
    assert_eq!(matcher(&["template", word(&dir)]).status.code(), Some(2));
}

#[test]
fn a_generated_town_is_allocated() {
    let dir = folder("generated");
    assert_eq!(matcher(&["generate", word(&dir), "--size", "XS", "--seed", "3"]).status.code(), Some(0));
    assert_eq!(matcher(&["check", word(&dir)]).status.code(), Some(0));
    let run = matcher(&["allocate", word(&dir), "--json", "--step-limit", "20000000"]);
    assert_eq!(run.status.code(), Some(0), "{}", complaint(&run));
    assert!(object(&run)["assigned"].as_i64().unwrap() > 0);
}

#[test]
fn the_registries_are_listed() {
    let listed = object(&matcher(&["rules", "--json"]));
    assert!(listed["rules"].as_array().unwrap().len() >= 12 && listed["criteria"].as_array().unwrap().len() >= 9);
    assert!(text(&matcher(&["rules", "--lang", "en"])).contains("income_ceiling"));
}

#[test]
fn tiers_are_printed_and_judged() {
    let dir = folder("tiers");
    let problem = problem(&dir, "q,*,g,,2,,\n");
    std::fs::write(problem.join("groups.csv"), "household,group\nh1,g\nh2,g\nh2,first\n").unwrap();
    std::fs::write(problem.join("tiers.csv"), "tier,group\n1,first\n2,*\n").unwrap();
    let answer = dir.join("answer");
    let solved = matcher(&["solve", word(&problem), "--gap", "0", "--out", word(&answer)]);
    assert_eq!(solved.status.code(), Some(0), "{}", complaint(&solved));
    assert!(text(&solved).contains("tier 1      1 proved: no more is possible\ntier 2      2 proved"), "{}", text(&solved));
    let summary = object(&matcher(&["solve", word(&problem), "--gap", "0", "--json"]));
    assert_eq!((&summary["proof"], &summary["objective"]), (&"tiers".into(), &15.into()));
    assert_eq!(summary["tiers"], serde_json::json!([{"tier": 1, "reached": 1, "bound": 1}, {"tier": 2, "reached": 2, "bound": 2}]));
    let verified = object(&matcher(&["verify", word(&problem), word(&answer), "--json"]));
    assert_eq!(verified["tiers"][1], serde_json::json!({"tier": 2, "count": 2, "bound": 2}));
    // Another tier is another problem.
    std::fs::write(problem.join("tiers.csv"), "tier,group\n1,*\n2,first\n").unwrap();
    let refused = matcher(&["verify", word(&problem), word(&answer)]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).starts_with("refused: the certificate is of problem"), "{}", text(&refused));
}

#[cfg(feature = "serve")]
#[test]
fn tokens_are_made_listed_and_revoked() {
    let dir = folder("tokens");
    let store = dir.join("matcher.db");
    let token = |words: &[&str]| matcher(&[&["token"], words, &["--store", word(&store)]].concat());
    let made = token(&["create", "--tenant", "a-town", "--role", "planner", "--name", "Ada"]);
    assert_eq!(made.status.code(), Some(0), "{}", complaint(&made));
    let secret = text(&made).trim_end().to_owned();
    assert!(secret.starts_with("mtch_") && !secret.contains(char::is_whitespace), "the token alone, on one line");
    let list = text(&token(&["list"]));
    let id = list.split_whitespace().next().unwrap();
    assert!(list.contains("a-town  planner  holds  Ada") && !list.contains(&secret));
    assert_eq!(token(&["revoke", id]).status.code(), Some(0));
    assert_eq!(token(&["revoke", id]).status.code(), Some(1));
    assert!(text(&token(&["list"])).contains("revoked"));
    for wrong in [["--role", "king", "--tenant", "a"], ["--role", "viewer", "--tenant", "a b"]] {
        assert_eq!(token(&[&["create", "--name", "x"][..], &wrong].concat()).status.code(), Some(2));
    }
}

#[cfg(feature = "serve")]
#[test]
fn a_service_that_is_not_safe_or_not_known_does_not_start() {
    let dir = folder("serve");
    let store = dir.join("matcher.db");
    let open = matcher(&["serve", "--listen", "0.0.0.0:0", "--store", word(&store)]);
    assert_eq!(open.status.code(), Some(2));
    assert!(complaint(&open).contains("TLS"), "{}", complaint(&open));
    let settings = dir.join("serve.toml");
    std::fs::write(&settings, "[limits]\nqueues = 3\n").unwrap();
    let unknown = matcher(&["serve", "--settings", word(&settings), "--store", word(&store)]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(complaint(&unknown).contains("queues"), "{}", complaint(&unknown));
    assert!(!store.exists());
}
