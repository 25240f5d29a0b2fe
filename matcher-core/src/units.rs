//! Units as types: what is euros, what is a year, what is a share. Integers inside, decimals only in files and on paper.

use serde::{Deserialize, Serialize};

pub use jiff::civil::Date;

macro_rules! unit_type {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

unit_type! {
    /// Euro cents per month (rent, charges, resources, housing benefit). Files write euros with two decimals.
    CentsPerMonth;
    /// Euro cents per year (reference tax income, ceilings). Files write euros.
    CentsPerYear;
    /// Hundredths of a square metre.
    CentiSquareMetres;
    /// Hundredths of a consumption unit (1.5 units = 150).
    CentiUnits;
    /// Millionths of a degree of latitude or longitude.
    MicroDegrees;
    /// Metres.
    Metres;
    /// Thousandths: shares, effort rates, criteria (0..=1000 for a criterion).
    PerMille;
}

/// Straight-line distance between two points, by the equirectangular formula with the cosine of the first point's latitude
/// from an integer table; exact enough (0.5 %) for distances inside a town and the same on every machine.
///
/// ```
/// use matcher_core::units::{distance, MicroDegrees, Metres};
/// let (lyon, villeurbanne) = ((MicroDegrees(45_764_000), MicroDegrees(4_835_700)), (MicroDegrees(45_771_900), MicroDegrees(4_890_200)));
/// let Metres(metres) = distance(lyon, villeurbanne);
/// assert!((4_250..=4_400).contains(&metres), "{metres}");
/// ```
pub fn distance(from: (MicroDegrees, MicroDegrees), to: (MicroDegrees, MicroDegrees)) -> Metres {
    // A degree of a great circle is 111,195 m (mean radius 6,371,009 m).
    let north = (to.0.0 - from.0.0) * 111_195 / 1_000_000;
    let east = (to.1.0 - from.1.0) * 111_195 / 1_000_000 * cosine_millionths(from.0) / 1_000_000;
    Metres(((north * north + east * east).max(0) as u64).isqrt() as i64)
}

/// The cosine of a latitude in millionths: the table that [`distance`] uses, at every 5 degrees, linear in between.
pub(crate) fn cosine_millionths(latitude: MicroDegrees) -> i64 {
    // cos of 0, 5, 10 ... 90 degrees.
    const COSINE: [i64; 19] = [
        1_000_000, 996_195, 984_808, 965_926, 939_693, 906_308, 866_025, 819_152, 766_044, 707_107, 642_788, 573_576, 500_000, 422_618,
        342_020, 258_819, 173_648, 87_156, 0,
    ];
    let latitude = latitude.0.abs().min(90_000_000);
    let step = (latitude / 5_000_000).min(17);
    let (low, high) = (COSINE.get(step as usize).copied().unwrap_or(0), COSINE.get(step as usize + 1).copied().unwrap_or(0));
    low + (high - low) * (latitude - step * 5_000_000) / 5_000_000
}
