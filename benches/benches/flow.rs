//! Flow cases of growing size: fill maxima per residence, places for a group, nested territories, both sides together.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use matcher_benches::{SHAPES, shaped};
use matcher_core::solve::{Control, SolveOptions, solve};

const SIZES: [(usize, usize); 2] = [(200, 600), (2_000, 6_000)];

fn flow(c: &mut Criterion) {
    let mut group = c.benchmark_group("solve/flow/exact");
    group.sample_size(10);
    let options = SolveOptions { gap_ppm: 0, ..SolveOptions::default() };
    for (dwellings, households) in SIZES {
        for (name, shape) in SHAPES {
            let problem = shaped(dwellings, households, shape, 1);
            let id = BenchmarkId::new(name, format!("{dwellings}x{households}"));
            group.bench_function(id, |b| b.iter(|| solve(black_box(&problem), &options, &Control::default())));
        }
    }
    group.finish();
}

criterion_group!(benches, flow);
criterion_main!(benches);
