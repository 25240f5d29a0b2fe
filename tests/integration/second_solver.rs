//! Plain assignment against another solver: `pathfinding::kuhn_munkres`.

use std::fmt::Write as _;

use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, solve};
use matcher_tests::court::judge;
use matcher_tests::families::{Draw, Files};
use pathfinding::prelude::{Matrix, kuhn_munkres};

/// A dense problem of `n` households and `m` dwellings, and its scores.
fn dense(seed: u64, n: usize, m: usize, top: i64) -> (Files, Matrix<i64>) {
    let mut draw = Draw::new(seed, "dense");
    let scores = Matrix::from_fn(n, m, |_| draw.between(0, top));
    let mut arcs = "household,dwelling,score\n".to_owned();
    for ((h, d), score) in scores.items() {
        writeln!(arcs, "h{h},d{d},{score}").unwrap();
    }
    let mut dwellings = "dwelling,residence\n".to_owned();
    (0..m).for_each(|d| writeln!(dwellings, "d{d},r{}", d % 3).unwrap());
    ([("arcs.csv", arcs.into_bytes()), ("dwellings.csv", dwellings.into_bytes())].into(), scores)
}

#[test]
fn dense_assignments_agree() {
    for seed in 0..30 {
        // Few distinct scores force ties.
        let top = [3, 100, 1_000_000][seed as usize % 3];
        let (n, m) = (5 + seed as usize, 5 + seed as usize + seed as usize % 4);
        let (files, scores) = dense(seed, n, m, top);
        let (optimum, _) = kuhn_munkres(&scores);
        let problem = problem::read_files(&files).unwrap();
        let allocation = solve(&problem, &SolveOptions::default(), &Control::default()).unwrap();
        assert_eq!(allocation.objective, Some(optimum), "seed {seed}");
        assert_eq!(allocation.bound, Some(optimum), "seed {seed}");
        judge(&files, &problem, &allocation).unwrap();
    }
}

#[test]
fn independent_parts_add_up() {
    for seed in 0..10 {
        // Three towns side by side, joined by nothing.
        let (mut arcs, mut dwellings, mut optimum) = ("household,dwelling,score\n".to_owned(), "dwelling,residence\n".to_owned(), 0);
        for town in 0..3 {
            let (files, scores) = dense(seed * 3 + town, 6, 7, 50);
            optimum += kuhn_munkres(&scores).0;
            for (name, out) in [("arcs.csv", &mut arcs), ("dwellings.csv", &mut dwellings)] {
                let text = String::from_utf8(files[name].clone()).unwrap();
                for line in text.lines().skip(1) {
                    let fields: Vec<String> = line
                        .split(',')
                        .map(|field| if field.starts_with(['h', 'd', 'r']) { format!("{field}t{town}") } else { field.to_owned() })
                        .collect();
                    writeln!(out, "{}", fields.join(",")).unwrap();
                }
            }
        }
        let files: Files = [("arcs.csv", arcs.into_bytes()), ("dwellings.csv", dwellings.into_bytes())].into();
        let problem = problem::read_files(&files).unwrap();
        let allocation = solve(&problem, &SolveOptions::default(), &Control::default()).unwrap();
        assert_eq!((allocation.objective, allocation.bound), (Some(optimum), Some(optimum)), "seed {seed}");
        judge(&files, &problem, &allocation).unwrap();
    }
}
