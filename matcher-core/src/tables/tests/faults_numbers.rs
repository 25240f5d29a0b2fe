//! The catalogue of bad input, 51 to 67: numbers, as far as tables and raw problems meet them.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::ids::{HouseholdIndex, draw};
use crate::problem::{Problem, read_files};
use crate::tables::number::{NumberFault, divide_half_even, fixed, print};

use super::town::town;

fn income(text: &str) -> super::town::Town {
    town().change("households.csv", "9876.5", text)
}

#[track_caller]
fn refused(text: &str, code: &str) {
    income(text).finds(&[(code, "households.csv", 2, "income_eur_year")]);
}

fn problem(arcs: &str) -> Result<Problem, Error> {
    let files: BTreeMap<&str, Vec<u8>> = [
        ("arcs.csv", format!("household,dwelling,score\n{arcs}").into_bytes()),
        ("dwellings.csv", b"dwelling,residence\nd,r\ne,r\n".to_vec()),
    ]
    .into();
    read_files(&files)
}

#[test]
fn fault_51_nan() {
    for text in ["NaN", "nan", "-NaN", "NAN"] {
        refused(text, "E1051");
    }
}

#[test]
fn fault_52_infinity() {
    for text in ["inf", "-inf", "Infinity", "+INF", "-infinity"] {
        refused(text, "E1052");
    }
}

#[test]
fn fault_53_negative_zero_is_zero() {
    for text in ["-0.0", "-0", "-0.00", "0.0"] {
        assert_eq!(income(text).tables().households[0].income_eur_year.0, 0, "{text}");
    }
    assert_eq!(town().change("households.csv", ",35,", ",-0,").tables().households[0].points, 0);
}

#[test]
fn fault_54_subnormals_and_too_many_decimals_are_exact_or_refused() {
    refused("5e-324", "E1055");
    let subnormal = format!("0.{}5", "0".repeat(323));
    refused(&subnormal, "E1054");
    refused("1.005", "E1054");
    // Zeros lose nothing.
    assert_eq!(income("1.0500000000").tables().households[0].income_eur_year.0, 105);
    assert_eq!(fixed(&format!("0.{}", "0".repeat(400)), 2, false), Ok(0));
}

#[test]
fn fault_55_1e308() {
    refused("1e308", "E1055");
    refused("1E5", "E1055");
    refused(&format!("1{}", "0".repeat(308)), "E1043");
    refused("9223372036854775808", "E1043");
    refused("100000000.01", "E1043");
    refused("-0.01", "E1043");
}

#[test]
fn fault_55_what_is_no_number_at_all() {
    for text in
        ["1 234", "1\u{a0}234", "12 €", "0x10", "1.2.3", ".", "-", "--1", "+5", "1.", ".5", "１２", "1_000", "douze", "true", "e", "1-2"]
    {
        refused(text, "E1044");
    }
    town().change("households.csv", ",35,", ",3 5,").finds(&[("E1040", "households.csv", 2, "points")]);
    town().change("households.csv", ",35,", ",3.5,").finds(&[("E1054", "households.csv", 2, "points")]);
}

#[test]
fn fault_56_sums_of_scores_above_64_bits() {
    let error = problem(&format!("h,d,{0}\nk,e,{0}\n", 1i64 << 60)).unwrap_err();
    assert!(error.to_string().contains("SCORE_OVERFLOW"), "{error}");
}

#[test]
fn fault_57_smallest_and_largest_score() {
    for arcs in [format!("h,d,{}\nk,d,{}\n", i64::MIN, i64::MAX), format!("h,d,{}\n", i64::MIN)] {
        assert!(matches!(problem(&arcs).unwrap_err(), Error::ScoreOverflow { .. }));
    }
    // One more does not even fit: that is the file's fault.
    assert!(problem("h,d,9223372036854775808\n").unwrap_err().to_string().contains("E1040"));
}

#[test]
fn fault_58_negative_scores_are_legal() {
    let problem = problem("h,d,-7\n").unwrap();
    assert_eq!(problem.arcs(HouseholdIndex::new(0)).next().unwrap().score, -7);
}

#[test]
fn fault_59_and_60_equal_scores_and_zeros_are_read() {
    for score in [0, 5] {
        let problem = problem(&format!("h,d,{score}\nh,e,{score}\nk,d,{score}\nk,e,{score}\n")).unwrap();
        assert_eq!(problem.arc_count(), 4);
    }
}

#[test]
fn fault_63_differences_of_1_in_very_large_scores_are_kept() {
    let problem = problem("h,d,500000000000000\nh,e,500000000000001\n").unwrap();
    let scores: Vec<i64> = problem.arcs(HouseholdIndex::new(0)).map(|arc| arc.score).collect();
    assert_eq!(scores, [500_000_000_000_000, 500_000_000_000_001]);
    // A number that a float of 64 bits cannot hold is read exactly too; the column's own bound refuses it, not a rounding.
    assert_eq!(fixed("9007199254740993", 0, false), Ok(9_007_199_254_740_993));
}

#[test]
fn fault_64_0_1_plus_0_2_and_half_even() {
    let sum = fixed("0.1", 2, false).unwrap() + fixed("0.2", 2, false).unwrap();
    assert_eq!(print(sum, 2), "0.30");
    // numerator, denominator, rounded: halves go to the even neighbour, on both sides of 0 and for both signs of the denominator.
    for (numerator, denominator, rounded) in [
        (1, 2, 0),
        (3, 2, 2),
        (5, 2, 2),
        (7, 2, 4),
        (-1, 2, 0),
        (-3, 2, -2),
        (-5, 2, -2),
        (5, -2, -2),
        (-5, -2, 2),
        (7, -2, -4),
        (1, 3, 0),
        (2, 3, 1),
        (-2, 3, -1),
        (2, -3, -1),
        (10, 4, 2),
        (11, 4, 3),
        (0, 7, 0),
        (i128::MAX, 1, i128::MAX),
    ] {
        assert_eq!(divide_half_even(numerator, denominator), Some(rounded), "{numerator} / {denominator}");
    }
    assert_eq!(divide_half_even(1, 0), None);
    assert_eq!(divide_half_even(i128::MIN, -1), None);
}

#[test]
fn fault_66_any_seed_is_ordinary() {
    for seed in [0, u64::MAX] {
        assert_ne!(draw(seed, "H1"), draw(seed, "H2"));
    }
}

#[test]
fn fault_67_minimum_above_maximum() {
    let with = |min: &str, max: &str| town().change("quotas.csv", ",25,,,", &format!(",{min},,{max},"));
    with("25.1", "25").finds(&[("E1067", "quotas.csv", 2, "min")]);
    // As numbers, not as texts.
    with("10", "9").finds(&[("E1067", "quotas.csv", 2, "min")]);
    assert!(with("9", "10").read().is_ok());
    assert!(with("25", "25.0").read().is_ok());
}

#[test]
fn numbers_print_and_read_back_at_every_size() {
    for seed in 0..20 {
        let mut draws = super::sample::Draws::new(seed);
        for _ in 0..500 {
            let value = (draws.below(u64::MAX) as i64) >> draws.below(64);
            let places = draws.below(19) as u8;
            assert_eq!(fixed(&print(value, places), places, false), Ok(value), "seed {seed}");
            assert_eq!(fixed(&print(value, places).replace('.', ","), places, true), Ok(value), "seed {seed}");
        }
    }
    assert_eq!(fixed("92233720368547758.08", 2, false), Err(NumberFault::TooLarge));
    assert_eq!(fixed("-92233720368547758.08", 2, false), Ok(i64::MIN));
}
