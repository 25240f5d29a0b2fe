//! Plain assignment against another solver: `pathfinding::kuhn_munkres`.

use std::fmt::Write as _;

use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, solve};
use matcher_tests::court::judge;
use matcher_tests::families::{Draw, Files};
use pathfinding::prelude::{Matrix, kuhn_munkres};
use petgraph::unionfind::UnionFind;

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

#[test]
fn a_sparse_problem_is_worth_the_sum_of_its_components() {
    let mut several = 0;
    for seed in 0..40 {
        let (n, m) = (14, 12);
        let mut draw = Draw::new(seed, "components");
        let mut sets = UnionFind::<usize>::new(n + m);
        let mut arcs: Vec<(usize, usize, i64)> = Vec::new();
        for (h, d) in (0..n).flat_map(|h| (0..m).map(move |d| (h, d))) {
            if draw.tenths(1) {
                arcs.push((h, d, draw.between(-2, 9)));
                sets.union(h, n + d);
            }
        }
        let worth = |keep: &dyn Fn(usize) -> bool| {
            let mut files: Files =
                [("dwellings.csv", "dwelling,residence\n".into()), ("arcs.csv", "household,dwelling,score\n".into())].into();
            for d in 0..m {
                files.get_mut("dwellings.csv").unwrap().extend(format!("d{d},r{}\n", d % 3).bytes());
            }
            for &(h, d, score) in arcs.iter().filter(|arc| keep(arc.0)) {
                files.get_mut("arcs.csv").unwrap().extend(format!("h{h},d{d},{score}\n").bytes());
            }
            let problem = problem::read_files(&files).unwrap();
            let allocation = solve(&problem, &SolveOptions::default(), &Control::default()).unwrap();
            judge(&files, &problem, &allocation).unwrap();
            allocation.objective.unwrap()
        };
        let label = sets.into_labeling();
        let mut components: Vec<usize> = arcs.iter().map(|arc| label[arc.0]).collect();
        components.sort_unstable();
        components.dedup();
        several += usize::from(components.len() > 1);
        let parts: i64 = components.iter().map(|&component| worth(&|h| label[h] == component)).sum();
        assert_eq!(worth(&|_| true), parts, "seed {seed}");
    }
    assert!(several >= 10, "only {several} problems came apart");
}
