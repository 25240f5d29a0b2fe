//! Days as files write them: `YYYY-MM-DD` and nothing else.

use crate::units::Date;

/// First and last year that a table may name; birth dates and availability lie between them, slips of the pen do not.
pub const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// Reads a day written `YYYY-MM-DD`.
///
/// Whether a day lies in the future is for those who know the reference date.
///
/// # Errors
/// `(code, cause, action)`: not of this form, not in the calendar, or outside [`YEARS`].
///
/// ```
/// use matcher_core::tables::dates::parse;
/// assert_eq!(parse("2024-02-29").map(|day| day.day()), Ok(29));
/// assert_eq!(parse("29/02/2024").map_err(|why| why.0), Err("E1020"));
/// assert_eq!(parse("2023-02-29").map_err(|why| why.0), Err("E1019"));
/// ```
pub fn parse(text: &str) -> Result<Date, (&'static str, &'static str, &'static str)> {
    const ACTION: &str = "write year, month and day as YYYY-MM-DD";
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return Err(("E1020", "not a day of the form YYYY-MM-DD", ACTION));
    };
    let digits = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(("E1020", "not a day of the form YYYY-MM-DD", ACTION));
    }
    let number = |digits: &[u8]| digits.iter().fold(0i16, |value, digit| value * 10 + i16::from(digit - b'0'));
    let year = number(&[y1, y2, y3, y4]);
    if !YEARS.contains(&year) {
        return Err(("E1019", "the year is before 1900 or after 2200", ACTION));
    }
    Date::new(year, number(&[m1, m2]) as i8, number(&[d1, d2]) as i8).map_err(|_| ("E1019", "the calendar has no such day", ACTION))
}
