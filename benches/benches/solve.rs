//! The solver on seeded problems of growing size: plain, and with priced quotas per residence.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use matcher_benches::town;
use matcher_core::solve::{Control, SolveOptions, solve};

const SIZES: [(usize, usize); 2] = [(200, 600), (2_000, 6_000)];

fn plain(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/plain");
    group.sample_size(20);
    for (dwellings, households) in SIZES {
        let problem = town(dwellings, households, false, 1);
        let id = BenchmarkId::from_parameter(format!("{dwellings}x{households}"));
        group.bench_function(id, |b| b.iter(|| solve(black_box(&problem), &SolveOptions::default(), &Control::default())));
    }
    group.finish();
}

fn quotas(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/quotas/one_per_cent");
    group.sample_size(10);
    let options = SolveOptions { gap_ppm: 10_000, ..SolveOptions::default() };
    for (dwellings, households) in SIZES {
        let problem = town(dwellings, households, true, 1);
        let id = BenchmarkId::from_parameter(format!("{dwellings}x{households}"));
        group.bench_function(id, |b| b.iter(|| solve(black_box(&problem), &options, &Control::default())));
    }
    group.finish();
}

criterion_group!(benches, plain, quotas);
criterion_main!(benches);
