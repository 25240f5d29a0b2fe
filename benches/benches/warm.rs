//! One edit and its undo, each solved again, by kind of edit: plain and with priced quotas.
//!
//! Sizes that take minutes, and 99th percentiles, by command: `cargo run --release -p matcher-benches --bin warm -- DIR`.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use matcher_benches::town;
use matcher_core::solve::{Control, Edit, SolveOptions, Warm};

/// An edit of the household or dwelling of a position.
type Kind = (&'static str, fn(usize) -> Edit);

const KINDS: [Kind; 3] = [
    ("household_withdrawn", |at| Edit::WithdrawHousehold { household: format!("h{at}") }),
    ("dwelling_removed", |at| Edit::SetCapacity { dwelling: format!("d{}", at % 200), capacity: 0 }),
    ("dwelling_doubled", |at| Edit::SetCapacity { dwelling: format!("d{}", at % 200), capacity: 2 }),
];

fn edits(c: &mut Criterion) {
    for (name, quotas, sizes) in
        [("warm/plain", false, vec![(200, 600), (2_000, 6_000)]), ("warm/quotas/one_per_cent", true, vec![(200, 600)])]
    {
        let mut group = c.benchmark_group(name);
        group.sample_size(20);
        let options = SolveOptions { gap_ppm: 10_000, ..SolveOptions::default() };
        for (dwellings, households) in sizes {
            let Ok(mut warm) = Warm::open(town(dwellings, households, quotas, 1), &options, &Control::default()) else { continue };
            for (kind, edit) in KINDS {
                let mut at = 0;
                group.bench_function(BenchmarkId::new(kind, format!("{dwellings}x{households}")), |b| {
                    b.iter_batched(
                        || {
                            at = (at + 97) % households;
                            edit(at)
                        },
                        |edit| {
                            let undo = warm.edit(&[edit])?;
                            warm.solve(&Control::default())?;
                            warm.undo(undo)?;
                            warm.solve(&Control::default())
                        },
                        BatchSize::SmallInput,
                    );
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, edits);
criterion_main!(benches);
