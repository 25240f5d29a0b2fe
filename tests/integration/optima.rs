//! Every answer of the solver on tiny problems of every family, against the oracle and before the judge.

use matcher_core::solve::SolveOptions;
use matcher_tests::court::trials;

#[test]
fn tiny_problems_of_every_family_are_proved_optimal() {
    let exact = SolveOptions { gap_ppm: 0, step_limit: Some(4_000_000), ..SolveOptions::default() };
    let counts = trials(0..40, &exact).unwrap();
    for (family, count) in counts {
        println!("{family}: {} of {} proved", count.proved, count.tries);
        assert_eq!(count.proved, count.tries, "{family}");
    }
}
