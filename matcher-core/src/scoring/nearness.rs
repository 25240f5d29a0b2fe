//! Distances from many residences to a few places, as a loop that the compiler vectorises.

use crate::model::Model;
use crate::units::{MicroDegrees, cosine_millionths};

use super::ramp::{PerMille, cut};
use super::{Marks, narrow32};

/// The largest distance without marks that the loop is exact for, metres: the squares of two such sides fit 32 bits.
const MOST_METRES: i64 = 32_767;
/// Differences of coordinates beyond this are as far: 233 km.
const MOST_DEGREES: u32 = 1 << 21;
/// Nearer to a pole than 81 degrees a difference of longitude of 233 km on the equator may be less than [`MOST_METRES`].
const LEAST_COSINE: i64 = 150_000;

/// The served residences of a model in columns, and the marks of a distance.
#[derive(Debug)]
pub(super) struct Nearness {
    lat: Vec<i32>,
    lon: Vec<i32>,
    /// Cosine of the latitude in millionths.
    cosine: Vec<u32>,
    /// 0 where the residence has no coordinates, otherwise all bits.
    known: Vec<i32>,
    zero: i32,
    span: i32,
    slope: PerMille,
}

impl Nearness {
    /// Full marks up to `full` metres, none from `zero` on. `None` where the loop would not be exact: `zero` above
    /// [`MOST_METRES`] or not above `full`, or a residence near a pole.
    pub(super) fn new(model: &Model, full: i64, zero: i64) -> Option<Self> {
        let served = model.served();
        let positions: Vec<_> = served.iter().map(|r| model.residences.get(r.index()).and_then(|home| home.position)).collect();
        let cosine = |position: &Option<(MicroDegrees, MicroDegrees)>| position.map_or(1_000_000, |(lat, _)| cosine_millionths(lat));
        if zero > MOST_METRES || positions.iter().map(cosine).any(|cosine| cosine < LEAST_COSINE) {
            return None;
        }
        Some(Self {
            lat: positions.iter().map(|position| narrow32(position.unwrap_or_default().0.0)).collect(),
            lon: positions.iter().map(|position| narrow32(position.unwrap_or_default().1.0)).collect(),
            cosine: positions.iter().map(|position| cosine(position) as u32).collect(),
            known: positions.iter().map(|position| -i32::from(position.is_some())).collect(),
            zero: zero as i32,
            span: (zero - full) as i32,
            slope: PerMille::new(zero - full)?,
        })
    }

    /// Gives each served residence the mean mark of `places` (at least one); a residence without coordinates has `unknown`.
    pub(super) fn mark(&self, places: &[(MicroDegrees, MicroDegrees)], unknown: i32, marks: &mut Marks<'_>) {
        for &(lat, lon) in places {
            let (lat, lon) = (narrow32(lat.0), narrow32(lon.0));
            let Self { zero, span, slope, .. } = *self;
            marks.sum((self.lat.as_slice(), self.lon.as_slice(), self.cosine.as_slice()), move |(from_lat, from_lon, cosine)| {
                let metres = metres(lat.abs_diff(from_lat), lon.abs_diff(from_lon), cosine);
                slope.of(cut(zero - metres, span))
            });
        }
        let (known, count) = (self.known.as_slice(), places.len());
        match PerMille::new(1000 * count as i64) {
            // sum / count = 1000 sum / (1000 count)
            Some(mean) => marks.residences(known, move |sum, known| (mean.of(sum) & known) | (unknown & !known)),
            None => marks.residences(known, move |sum, known| ((sum / count as i32) & known) | (unknown & !known)),
        }
    }
}

/// Metres for differences of latitude and longitude in millionths of a degree, as [`crate::units::distance`] gives them; more than
/// [`MOST_METRES`] may be less than it gives, but never [`MOST_METRES`] or less.
#[inline]
fn metres(lat: u32, lon: u32, cosine: u32) -> i32 {
    // 10^6 = 2^6 x 15625; after the shift 32 bits suffice.
    let millionth = |product: u64| (product >> 6) as u32 / 15_625;
    let equator = |degrees: u32| millionth(u64::from(degrees.min(MOST_DEGREES)) * 111_195);
    let north = equator(lat).min(MOST_METRES as u32);
    let east = millionth(u64::from(equator(lon)) * u64::from(cosine)).min(MOST_METRES as u32);
    let square = (north * north + east * east) as i32;
    let near = nearest((square as f32).sqrt());
    near - i32::from(near * near > square)
}

/// The integer nearest to a root, by its bits: added to 2^23 a float keeps no fraction. (A cast checks every lane by itself.) The root of
/// an integer as a float is off by less than 0.01, so that this is the root rounded down, or one more; integers decide.
#[inline]
fn nearest(root: f32) -> i32 {
    const WHOLE: f32 = 8_388_608.0;
    (root + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::draw;
    use crate::units::{Metres, distance};

    #[test]
    fn roots_are_rounded_down() {
        let root = |square: i32| {
            let near = nearest((square as f32).sqrt());
            near - i32::from(near * near > square)
        };
        // Every root with its neighbours: where rounding could go wrong.
        for whole in 1..=46_339 {
            let square: i32 = whole * whole;
            assert_eq!([square - 1, square, square + 1].map(root), [whole - 1, whole, whole], "{whole}");
        }
        assert_eq!([0, 2 * 32_767 * 32_767].map(root), [0, 46_339]);
    }

    #[test]
    fn the_loop_measures_what_the_formula_measures() {
        for number in 0..200_000_u64 {
            let seed = draw(11, &number.to_string());
            let spread = [100, 10_000, 300_000, 3_000_000, 360_000_000][(seed % 5) as usize];
            let from = (MicroDegrees(45_764_000 + (seed >> 8) as i64 % 20_000_000), MicroDegrees(4_835_700));
            let shift = |bits: u64| (draw(bits, &number.to_string()) % (2 * spread + 1)) as i64 - spread as i64;
            let to = (MicroDegrees(from.0.0 + shift(1)), MicroDegrees(from.1.0 + shift(2)));
            let Metres(expected) = distance(from, to);
            let cosine = cosine_millionths(from.0) as u32;
            let measured = metres(narrow32(from.0.0).abs_diff(narrow32(to.0.0)), narrow32(from.1.0).abs_diff(narrow32(to.1.0)), cosine);
            if expected <= MOST_METRES {
                assert_eq!(i64::from(measured), expected, "{number}: {from:?} to {to:?}");
            } else {
                assert!(i64::from(measured) >= MOST_METRES, "{number}: {from:?} to {to:?}: {measured} for {expected}");
            }
        }
    }
}
