//! Indices that cannot be mixed up, and the public draw that breaks ties.

use sha2::{Digest, Sha256};

macro_rules! index_type {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u32);

        impl $name {
            /// The index at position `position` of its table.
            ///
            /// Tables hold fewer than 2^32 rows: their readers refuse more.
            pub const fn new(position: usize) -> Self {
                Self(position as u32)
            }

            /// Position in its table, from 0.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

index_type! {
    /// A household of a model or a problem.
    HouseholdIndex;
    /// A dwelling to be allocated (a vacancy) of a model or a problem.
    DwellingIndex;
    /// A residence.
    ResidenceIndex;
    /// A row of a problem: a quota, or one step of a convex target.
    QuotaIndex;
    /// A group of households that quotas measure.
    GroupIndex;
    /// A named set of dwellings that quotas look at.
    ScopeIndex;
    /// One distinct list of row weights shared by many arcs.
    CellIndex;
}

/// The public draw of a stable id: the first eight bytes of SHA-256(seed as 8 big-endian bytes, id), big endian.
///
/// Ties are broken by this number, higher first, so that neither row order, nor arrival, nor the spelling of an id
/// gives an advantage, and anyone who knows the published seed can check the draw.
///
/// ```
/// use matcher_core::ids::draw;
/// assert_eq!(draw(1, "h1"), draw(1, "h1"));
/// assert_ne!(draw(1, "h1"), draw(2, "h1"));
/// ```
pub fn draw(seed: u64, id: &str) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(id.as_bytes()).finalize();
    digest.iter().take(8).fold(0, |value, &byte| value << 8 | u64::from(byte))
}
