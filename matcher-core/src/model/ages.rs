//! Ages at the reference date.

use crate::units::Date;

/// Above this, an age is taken for a slip of the pen (the oldest person known reached 122).
pub(super) const OLDEST: i64 = 125;

/// Age in full years on `date` of a person born on `birth`; negative where `birth` lies after `date`.
///
/// A year is full on the birthday itself. Whoever is born on 29 February has the birthday on 1 March in years without a
/// 29 February: on the 28th the year is not yet full.
///
/// ```
/// use matcher_core::model::full_years;
/// use matcher_core::units::Date;
/// let on = |text: &str| text.parse::<Date>().unwrap();
/// assert_eq!(full_years(on("2007-06-15"), on("2025-06-14")), 17);
/// assert_eq!(full_years(on("2007-06-15"), on("2025-06-15")), 18);
/// assert_eq!(full_years(on("2008-02-29"), on("2026-02-28")), 17);
/// assert_eq!(full_years(on("2008-02-29"), on("2026-03-01")), 18);
/// ```
pub fn full_years(birth: Date, date: Date) -> i64 {
    let birthday_to_come = (date.month(), date.day()) < (birth.month(), birth.day());
    i64::from(date.year()) - i64::from(birth.year()) - i64::from(birthday_to_come)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn golden_ages() {
        let cases = [
            ("2007-06-15", "2025-06-14", 17),
            ("2007-06-15", "2025-06-15", 18),
            ("2007-06-15", "2025-06-16", 18),
            ("2006-12-31", "2025-01-01", 18),
            ("2007-01-01", "2024-12-31", 17),
            ("2008-02-29", "2025-02-28", 16),
            ("2008-02-29", "2025-03-01", 17),
            ("2008-02-29", "2026-02-28", 17),
            ("2008-02-29", "2026-03-01", 18),
            ("2004-02-29", "2024-02-28", 19),
            ("2004-02-29", "2024-02-29", 20),
            ("2025-06-15", "2025-06-15", 0),
            ("2025-06-16", "2025-06-15", -1),
            ("2026-01-01", "2025-06-15", -1),
        ];
        for (birth, date, age) in cases {
            assert_eq!(full_years(birth.parse().unwrap(), date.parse().unwrap()), age, "{birth} on {date}");
        }
    }
}
