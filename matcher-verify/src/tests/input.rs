use super::*;
use crate::InputError;

fn unreadable(other: &[(&'static str, &str)]) -> InputError {
    let mut files = files(&EXAMPLE);
    files.extend(super::files(other));
    Problem::from_files(&files).unwrap_err()
}

#[test]
fn the_hash_is_the_one_of_the_written_form() {
    // What docs/formats.md writes out for its example; sha256sum gives the same.
    assert_eq!(problem(&EXAMPLE).hash(), "f10002742338b647018d455e74cdcab266e3f29559cd96bd7f7ce08f3ec889a1");
}

#[test]
fn the_hash_knows_content_not_order_or_writing() {
    let shuffled = changed(
        &EXAMPLE,
        &[
            ("arcs.csv", "\u{feff}score,dwelling,household\r\n5,d2,h2\r\n\"8\",d1,h2\r\n4, d2 ,h3\r\n6,d2,h1\r\n010,d1,h1\r\n"),
            ("dwellings.csv", "residence,capacity,dwelling\nr2,1,d2\nr1,,d1\n"),
            ("groups.csv", "household,group,weight\nh3,young,1\nh2,senior,\nh1,senior,01\n"),
            ("affinities.csv", "household_a,household_b,points\nh1,h3,2\n"),
            ("scopes.csv", "dwelling,scope\n"),
        ],
    );
    assert_eq!(shuffled.hash(), problem(&EXAMPLE).hash());
    for other in [
        ("arcs.csv", "household,dwelling,score\nh1,d1,10\nh1,d2,6\nh2,d1,8\nh2,d2,5\nh3,d2,5\n"),
        ("dwellings.csv", "dwelling,residence,capacity\nd1,r1,2\nd2,r2,1\n"),
        ("groups.csv", "household,group,weight\nh1,senior,2\nh2,senior,1\nh3,young,1\n"),
        ("scopes.csv", "dwelling,scope\nd1,north\n"),
        ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq1,*,senior,,1,,\nq2,r1,young,1,,,3\n"),
        ("weights.csv", "quota,household,dwelling,weight\nq1,h1,d1,1\n"),
        ("affinities.csv", "household_a,household_b,points\nh3,h1,3\n"),
    ] {
        assert_ne!(changed(&EXAMPLE, &[other]).hash(), problem(&EXAMPLE).hash(), "{}", other.0);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_line() {
    let row = |file: &'static str, text: &str, at: u64, what: &str| match unreadable(&[(file, text)]) {
        InputError::Row { file: named, line, fault } => {
            assert_eq!((named, line), (file, at), "{fault}");
            assert!(fault.contains(what), "{fault}");
        }
        other => panic!("{other}"),
    };
    row("arcs.csv", "household,dwelling,score\nh1,d1,10\nh1,d2,1.5\n", 3, "whole number");
    row("arcs.csv", "household,dwelling,score\nh1,d1,+5\n", 2, "whole number");
    row("arcs.csv", "household,dwelling,score\nh1,d1,\n", 2, "missing");
    row("arcs.csv", "household,dwelling,score\n,d1,1\n", 2, "empty");
    row("arcs.csv", "household,dwelling,score\nh1,d9,1\n", 2, "not in dwellings.csv");
    row("arcs.csv", "household,dwelling,score\nh1,d1\n", 2, "cannot be read");
    row("dwellings.csv", "dwelling,residence,capacity\nd1,r1,-1\n", 2, "capacity");
    row("scopes.csv", "dwelling,scope\nd9,s\n", 2, "not in dwellings.csv");
    row("scopes.csv", "dwelling,scope\nd1,r2\n", 2, "name of a residence");
    row("scopes.csv", "dwelling,scope\nd1,*\n", 2, "name of a residence");
    let quotas = |row: &str| format!("quota,scope,group,min,max,penalty_below,penalty_above\n{row}\n");
    row("quotas.csv", &quotas("q,r9,g,1,2,,"), 2, "scope");
    row("quotas.csv", &quotas("q,*,g,3,2,,"), 2, "minimum");
    row("quotas.csv", &quotas("q,*,g,1,2,-1,"), 2, "penalty");
    row("quotas.csv", &quotas("q,*,g,1,2,,-1"), 2, "penalty");
    row("weights.csv", "quota,household,dwelling,weight\nq9,h1,d1,1\n", 2, "quotas.csv");
    row("weights.csv", "quota,household,dwelling,weight\nq1,h3,d1,1\n", 2, "arcs.csv");
    row("affinities.csv", "household_a,household_b,points\nh1,h1,1\n", 2, "itself");
    row("affinities.csv", "household_a,household_b,points\nh1,h2,-1\n", 2, "negative");
    row("affinities.csv", "household_a,household_b,points\nh1,h9,1\n", 2, "not in arcs.csv");
}

#[test]
fn repeated_rows_columns_and_missing_files_are_refused() {
    for (file, text) in [
        ("dwellings.csv", "dwelling,residence\nd1,r1\nd2,r2\nd1,r2\n"),
        ("arcs.csv", "household,dwelling,score\nh1,d1,1\nh2,d1,1\nh1,d1,2\nh3,d2,1\n"),
        ("groups.csv", "household,group\nh1,g\nh2,g\nh1,g\n"),
        ("scopes.csv", "dwelling,scope\nd1,s\nd1,s\n"),
        ("quotas.csv", "quota,scope,group,min,max,penalty_below,penalty_above\nq,*,g,,1,,\nq,r1,g,,1,,\n"),
        ("weights.csv", "quota,household,dwelling,weight\nq1,h1,d1,1\nq1,h1,d1,2\n"),
        ("affinities.csv", "household_a,household_b,points\nh1,h2,1\nh2,h1,1\n"),
    ] {
        assert!(matches!(unreadable(&[(file, text)]), InputError::File { file: named, .. } if named == file), "{file}");
    }
    for text in
        ["household,dwelling\nh1,d1\n", "household,dwelling,score,note\nh1,d1,1,x\n", "household,dwelling,score,score\nh1,d1,1,2\n", ""]
    {
        assert!(matches!(unreadable(&[("arcs.csv", text)]), InputError::Column { file: "arcs.csv", .. }), "{text}");
    }
    let mut alone = files(&EXAMPLE);
    alone.remove("arcs.csv");
    assert!(matches!(Problem::from_files(&alone), Err(InputError::Missing { file: "arcs.csv" })));
}
