//! What the benches share: seeded problems. Benches live in `benches/`, one file per stage.

pub mod scoring;
mod shapes;

pub use shapes::{SHAPES, shaped};

use matcher_core::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
use matcher_core::problem::{Member, Parts, Place, Problem, Quota, Scope};

/// A problem of `dwellings` homes in residences of about 33, wished by `households`, each in four residences; scores come from a few
/// features, so that ties occur as in life. With `quotas` five age groups have priced bands in each residence.
///
/// # Panics
/// Never for sizes that fit memory: the parts are well formed.
#[expect(clippy::expect_used, reason = "the parts are made here and are well formed")]
pub fn town(dwellings: usize, households: usize, quotas: bool, seed: u64) -> Problem {
    Problem::new(town_parts(dwellings, households, quotas, seed)).expect("well-formed parts")
}

/// A stream of numbers below what is asked (splitmix64), the same for one seed everywhere.
fn draws(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |n| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// The parts of [`town`].
pub(crate) fn town_parts(dwellings: usize, households: usize, quotas: bool, seed: u64) -> Parts {
    let mut below = draws(seed);
    let residences = (dwellings / 33).max(4);
    let homes: Vec<(usize, u64, u64)> = (0..dwellings).map(|d| (d * residences / dwellings, 1 + below(5), below(6))).collect();
    let mut parts = Parts {
        households: (0..households).map(|h| format!("h{h}")).collect(),
        residences: (0..residences).map(|r| format!("r{r}")).collect(),
        dwellings: (0..dwellings).map(|d| Place { id: format!("d{d}"), residence: ResidenceIndex::new(homes[d].0), capacity: 1 }).collect(),
        groups: (0..5).map(|g| format!("g{g}")).collect(),
        ..Parts::default()
    };
    for h in 0..households {
        let (need, waiting, group) = (1 + below(5), 5 * below(24), below(5) as usize);
        parts.members.push(Member { household: HouseholdIndex::new(h), group: GroupIndex::new(group), weight: 1 });
        let mut wished: Vec<usize> = (0..4).map(|_| below(residences as u64) as usize).collect();
        wished.sort_unstable();
        wished.dedup();
        let near: Vec<u64> = wished.iter().map(|_| 20 * below(11)).collect();
        for (d, &(residence, typology, floor)) in homes.iter().enumerate() {
            let Some(choice) = wished.iter().position(|&r| r == residence) else { continue };
            let spare = typology as i64 - need as i64;
            if (-1..=2).contains(&spare) {
                let fit = [110, 200, 140, 90][(spare + 1) as usize];
                let score = fit + waiting as i64 + near[choice] as i64 + 8 * (5 - floor.min(5)) as i64;
                parts.arcs.push((HouseholdIndex::new(h), DwellingIndex::new(d), score));
            }
        }
    }
    if quotas {
        for residence in 0..residences {
            let size = homes.iter().filter(|home| home.0 == residence).count() as i64;
            for group in 0..5 {
                parts.quotas.push(Quota {
                    id: format!("q{residence}-{group}"),
                    scope: Some(Scope::Residence(ResidenceIndex::new(residence))),
                    group: Some(GroupIndex::new(group)),
                    min: Some(size * 12 / 100),
                    max: Some((size * 28 + 99) / 100),
                    penalty_below: Some(2_000),
                    penalty_above: None,
                });
            }
        }
    }
    parts
}

/// As many households as dwellings, every pair eligible. Families: `uniform` (1 to a million), `small` (1 to 100), `features` (distance,
/// typology and floor, with ties), `machol_wien` (the product of the positions, taken from a constant).
///
/// # Panics
/// Never for sizes that fit memory: the parts are well formed.
#[expect(clippy::expect_used, reason = "the parts are made here and are well formed")]
pub fn square(n: usize, family: &str, seed: u64) -> Problem {
    let mut below = draws(seed);
    let trait_of: Vec<[u64; 3]> = (0..2 * n).map(|_| [below(200), below(5), below(8)]).collect();
    let mut score = |h: usize, d: usize| {
        let (wish, home) = (trait_of[h], trait_of[n + d / 40 * 40]);
        match family {
            "uniform" => 1 + below(1_000_000),
            "small" => 1 + below(100),
            "features" => 500 - wish[0].abs_diff(home[0]) / 10 * 10 - 40 * wish[1].abs_diff(trait_of[n + d][1]) + 5 * trait_of[n + d][2],
            _ => ((n + 1) * (n + 1) - (h + 1) * (d + 1)) as u64,
        }
    };
    let pairs = (0..n).flat_map(|h| (0..n).map(move |d| (h, d)));
    let arcs = pairs.map(|(h, d)| (HouseholdIndex::new(h), DwellingIndex::new(d), score(h, d) as i64)).collect();
    Problem::new(Parts {
        households: (0..n).map(|h| format!("h{h}")).collect(),
        dwellings: (0..n).map(|d| Place { id: format!("d{d}"), residence: ResidenceIndex::new(0), capacity: 1 }).collect(),
        residences: vec!["r".into()],
        arcs,
        ..Parts::default()
    })
    .expect("well-formed parts")
}
