//! Plain assignment: sparse towns of growing size, and dense squares of the families on which methods differ.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use matcher_benches::{square, town};
use matcher_core::solve::{Control, SolveOptions, solve};

fn sparse(c: &mut Criterion) {
    let mut group = c.benchmark_group("plain/sparse");
    group.sample_size(10);
    for (dwellings, households) in [(200, 600), (2_000, 6_000), (20_000, 60_000)] {
        let problem = town(dwellings, households, false, 1);
        let id = BenchmarkId::from_parameter(format!("{dwellings}x{households}"));
        group.bench_function(id, |b| b.iter(|| solve(black_box(&problem), &SolveOptions::default(), &Control::default())));
    }
    group.finish();
}

fn dense(c: &mut Criterion) {
    let mut group = c.benchmark_group("plain/dense");
    group.sample_size(10);
    for n in [500, 1_000] {
        for family in ["uniform", "small", "features", "machol_wien"] {
            let problem = square(n, family, 1);
            let id = BenchmarkId::new(family, n);
            group.bench_function(id, |b| b.iter(|| solve(black_box(&problem), &SolveOptions::default(), &Control::default())));
        }
    }
    group.finish();
}

criterion_group!(benches, sparse, dense);
criterion_main!(benches);
