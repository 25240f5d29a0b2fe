//! What the rows over one set charge for its count: a convex function, piecewise linear, with an end where a side is hard.

use crate::problem::Quota;

/// All rows over one set.
#[derive(Debug, Clone, Default)]
pub(super) struct Charge<'a> {
    pub(super) rows: Vec<&'a Quota>,
}

/// What a row charges for the last unit of `count`; `None` where a unit less is not allowed.
pub(super) fn last(row: &Quota, count: i64) -> Option<i64> {
    if row.max.is_some_and(|max| count > max) {
        // Beyond a hard maximum a unit less is a gain, whatever it costs.
        return Some(row.penalty_above.unwrap_or(i64::MAX));
    }
    if row.min.is_some_and(|min| count <= min) { row.penalty_below.map(|price| -price) } else { Some(0) }
}

/// What a row charges for a unit beyond `count`; `None` where it is not allowed.
pub(super) fn next(row: &Quota, count: i64) -> Option<i64> {
    if row.min.is_some_and(|min| count < min) {
        return Some(row.penalty_below.map_or(i64::MIN, |price| -price));
    }
    if row.max.is_some_and(|max| count >= max) { row.penalty_above } else { Some(0) }
}

impl Charge<'_> {
    /// What a unit beyond `count` costs; `None` where it is not allowed.
    pub(super) fn next(&self, count: i64) -> Option<i64> {
        self.rows.iter().try_fold(0i64, |sum, row| Some(sum.saturating_add(next(row, count)?)))
    }

    /// What the last unit of `count` costs; `None` where a unit less is not allowed.
    pub(super) fn last(&self, count: i64) -> Option<i64> {
        self.rows.iter().try_fold(0i64, |sum, row| Some(sum.saturating_add(last(row, count)?)))
    }

    /// Units beyond `count` that each cost the same as the next one.
    pub(super) fn room_up(&self, count: i64) -> i64 {
        self.bounds().filter(|&bound| bound > count).map(|bound| bound.saturating_sub(count)).min().unwrap_or(i64::MAX)
    }

    /// Units up to `count` that each cost the same as the last one.
    pub(super) fn room_down(&self, count: i64) -> i64 {
        self.bounds().filter(|&bound| bound < count).map(|bound| count.saturating_sub(bound)).min().unwrap_or(i64::MAX)
    }

    fn bounds(&self) -> impl Iterator<Item = i64> + '_ {
        self.rows.iter().flat_map(|row| [row.min, row.max]).flatten()
    }

    /// The count nearest to `count` at which the charge is least; `None` where hard sides conflict.
    pub(super) fn nearest(&self, count: i64) -> Option<i64> {
        let least = self.rows.iter().filter(|row| row.penalty_below.is_none()).filter_map(|row| row.min).max().unwrap_or(i64::MIN);
        let most = self.rows.iter().filter(|row| row.penalty_above.is_none()).filter_map(|row| row.max).min().unwrap_or(i64::MAX);
        if least > most {
            return None;
        }
        let mut count = count.clamp(least, most);
        while self.next(count).is_some_and(|cost| cost < 0) {
            count += self.room_up(count);
        }
        while self.last(count).is_some_and(|cost| cost > 0) {
            count -= self.room_down(count);
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(min: Option<i64>, max: Option<i64>, penalty_below: Option<i64>, penalty_above: Option<i64>) -> Quota {
        Quota { id: "q".into(), scope: None, group: None, min, max, penalty_below, penalty_above }
    }

    #[test]
    fn slopes_are_the_differences_of_the_penalty() {
        let rows = [row(Some(1), Some(4), Some(7), Some(2)), row(None, Some(2), None, Some(5)), row(Some(-1), Some(6), None, None)];
        let charge = Charge { rows: rows.iter().collect() };
        let cost = |count: i64| rows.iter().map(|row| row.penalty(count)).sum::<Option<i64>>();
        for count in -1..=6 {
            let here = cost(count).unwrap();
            assert_eq!(charge.next(count), cost(count + 1).map(|next| next - here), "a unit beyond {count}");
            assert_eq!(charge.last(count), cost(count - 1).map(|before| here - before), "the last unit of {count}");
        }
    }

    #[test]
    fn the_nearest_count_of_least_charge() {
        let rows = [row(Some(3), Some(5), Some(7), None), row(None, Some(4), None, Some(9))];
        let charge = Charge { rows: rows.iter().collect() };
        assert_eq!([0, 3, 4, 5, 9].map(|count| charge.nearest(count)), [3, 3, 4, 4, 4].map(Some));
        let rows = [row(Some(3), None, None, None), row(None, Some(2), None, None)];
        assert_eq!(Charge { rows: rows.iter().collect() }.nearest(0), None);
    }
}
