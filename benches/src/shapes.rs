//! Rows that make a problem a flow case, in the shapes that policies give them.

use matcher_core::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex, ScopeIndex};
use matcher_core::problem::{Member, Parts, Problem, Quota, Scope};

/// Bounds and penalties: minimum, maximum, points per unit below and above.
type Bounds = [Option<i64>; 4];

/// Name and shape of each kind of rows.
pub const SHAPES: [(&str, Shape); 4] =
    [("fill", Shape::Fill), ("places", Shape::Places), ("nested", Shape::Nested), ("both_sides", Shape::BothSides)];

/// A kind of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// At most four fifths of the homes of each residence are filled.
    Fill,
    /// An age group has three places in ten at least; another one in ten, at a price beyond.
    Places,
    /// Bands per residence at a price, and hard maxima per territory of five residences.
    Nested,
    /// [`Shape::Places`] and [`Shape::Nested`].
    BothSides,
}

/// The problem of [`town`](crate::town()) without its quotas and with rows of a shape, all of them stars.
///
/// # Panics
/// Never for sizes that fit memory: the parts are well formed.
#[expect(clippy::expect_used, reason = "the parts are made here and are well formed")]
pub fn shaped(dwellings: usize, households: usize, shape: Shape, seed: u64) -> Problem {
    let mut parts = crate::town_parts(dwellings, households, false, seed);
    let everybody = GroupIndex::new(parts.groups.len());
    parts.groups.push("everybody".into());
    parts.members.extend((0..households).map(|h| Member { household: HouseholdIndex::new(h), group: everybody, weight: 1 }));
    let mut size = vec![0; parts.residences.len()];
    for place in &parts.dwellings {
        size[place.residence.index()] += 1;
    }
    if shape == Shape::Fill {
        for (r, size) in size.iter().enumerate() {
            let scope = Scope::Residence(ResidenceIndex::new(r));
            row(&mut parts, format!("fill{r}"), scope, everybody, [None, Some(size * 4 / 5), None, None]);
        }
    }
    if matches!(shape, Shape::Places | Shape::BothSides) {
        let all = dwellings as i64;
        row(&mut parts, "least".into(), Scope::Everywhere, GroupIndex::new(0), [Some(all * 3 / 10), None, None, None]);
        row(&mut parts, "most".into(), Scope::Everywhere, GroupIndex::new(1), [None, Some(all / 10), None, Some(300)]);
    }
    if matches!(shape, Shape::Nested | Shape::BothSides) {
        for (r, size) in size.iter().enumerate() {
            let scope = Scope::Residence(ResidenceIndex::new(r));
            row(&mut parts, format!("band{r}"), scope, everybody, [Some(size * 6 / 10), Some(size * 9 / 10), Some(500), Some(200)]);
        }
        for (t, sizes) in size.chunks(5).enumerate() {
            parts.scopes.push(format!("territory{t}"));
            let inside = parts.dwellings.iter().enumerate().filter(|place| place.1.residence.index() / 5 == t);
            parts.scope_dwellings.extend(inside.map(|place| (DwellingIndex::new(place.0), ScopeIndex::new(t))));
            let most = sizes.iter().sum::<i64>() * 7 / 10;
            row(&mut parts, format!("most{t}"), Scope::Named(ScopeIndex::new(t)), everybody, [None, Some(most), None, None]);
        }
    }
    Problem::new(parts).expect("well-formed parts")
}

fn row(parts: &mut Parts, id: String, scope: Scope, group: GroupIndex, [min, max, penalty_below, penalty_above]: Bounds) {
    parts.quotas.push(Quota { id, scope: Some(scope), group: Some(group), min, max, penalty_below, penalty_above });
}
