//! Income quartiles per consumption unit.

use crate::units::{CentiUnits, CentsPerYear};

/// Income per consumption unit in cents per year, rounded down; 0 where the units are not positive.
pub fn income_per_unit(income: CentsPerYear, units: CentiUnits) -> i64 {
    if units.0 <= 0 {
        return 0;
    }
    (i128::from(income.0) * 100).div_euclid(i128::from(units.0)) as i64
}

/// Upper bounds of the first three quarters of `values` (cents per year and unit): of n values in rising order, the
/// ceil(n/4)-th, ceil(n/2)-th and ceil(3n/4)-th (nearest rank, no interpolation); 0 without values.
///
/// ```
/// use matcher_core::model::{quartile, quartile_bounds};
/// let bounds = quartile_bounds(vec![50, 10, 40, 20, 30]);
/// assert_eq!(bounds, [20, 30, 40]);
/// assert_eq!([10, 20, 21, 40, 50].map(|value| quartile(bounds, value)), [1, 1, 2, 3, 4]);
/// ```
pub fn quartile_bounds(mut values: Vec<i64>) -> [i64; 3] {
    values.sort_unstable();
    let n = values.len();
    [n.div_ceil(4), n.div_ceil(2), (3 * n).div_ceil(4)].map(|rank| rank.checked_sub(1).and_then(|at| values.get(at)).copied().unwrap_or(0))
}

/// The quarter of a value, 1 to 4: the first whose bound is not below it, so that equal incomes always stand in the same,
/// the lower quarter.
pub fn quartile(bounds: [i64; 3], value: i64) -> u8 {
    bounds.into_iter().fold(1, |quarter, bound| quarter + u8::from(value > bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_bounds() {
        assert_eq!(quartile_bounds(vec![]), [0, 0, 0]);
        assert_eq!(quartile_bounds(vec![7]), [7, 7, 7]);
        assert_eq!(quartile_bounds(vec![4, 3, 2, 1]), [1, 2, 3]);
        assert_eq!(quartile_bounds((1..=9).collect()), [3, 5, 7]);
    }

    #[test]
    fn equal_incomes_stand_in_the_lower_quarter() {
        let bounds = quartile_bounds(vec![5, 5, 5, 5, 9]);
        assert_eq!(bounds, [5, 5, 5]);
        assert_eq!((quartile(bounds, 5), quartile(bounds, 9)), (1, 4));
    }

    #[test]
    fn income_is_divided_by_units() {
        assert_eq!(income_per_unit(CentsPerYear(3_000_000), CentiUnits(150)), 2_000_000);
        assert_eq!(income_per_unit(CentsPerYear(100), CentiUnits(0)), 0);
        assert_eq!(income_per_unit(CentsPerYear(i64::MAX), CentiUnits(100)), i64::MAX);
    }
}
