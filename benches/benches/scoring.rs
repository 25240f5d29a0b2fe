//! The dense kernel of scoring: twelve criteria over the 12 million pairs of a town of size M, on one core, on every instruction path,
//! beside loops written by hand; and the candidates of every household.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use matcher_benches::scoring::{ByHand, dense, prepared, scoring};
use matcher_core::eligibility::Eligibility;
use matcher_core::error::Report;
use matcher_core::lanes::{self, Bits};
use matcher_generate::{Plan, Size, generate};

#[expect(clippy::expect_used, reason = "without its town there is nothing to measure")]
fn kernel(c: &mut Criterion) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("town-M");
    generate(&Plan::size(Size::M), 1).write(&dir).expect("the folder of the bench can be written");
    let (model, policy) = prepared(&dir).expect("a generated town has no fault");
    let all = 0..model.households.len();

    let mut group = c.benchmark_group("scoring/6000x2000x12");
    group.sample_size(20).throughput(Throughput::Elements((all.len() * model.dwellings.len()) as u64));
    for path in lanes::Path::available() {
        let scoring = scoring(&model, &policy, path).expect("the policy of a generated town");
        group.bench_function(BenchmarkId::new("matcher", path.code()), |b| {
            b.iter(|| dense(&model, &scoring, all.clone(), &mut |_, row| _ = black_box(row)));
        });
        let by_hand = ByHand::new(&model, &policy, path);
        group.bench_function(BenchmarkId::new("by_hand", path.code()), |b| {
            b.iter(|| by_hand.dense(all.clone(), &mut |_, row| _ = black_box(row)));
        });
    }
    group.finish();

    let mut group = c.benchmark_group("eligibility/6000x2000");
    group.sample_size(20).throughput(Throughput::Elements((all.len() * model.dwellings.len()) as u64));
    let eligibility = Eligibility::prepare(&model, &policy, &mut Report::default());
    group.bench_function("candidates", |b| {
        let mut open = Bits::default();
        b.iter(|| {
            for household in model.households.all() {
                eligibility.candidates(&model, household, &mut open);
                black_box(&open);
            }
        });
    });
    group.finish();
}

criterion_group!(benches, kernel);
criterion_main!(benches);
