//! Numbers as files write them, exactly: text to whole numbers of the smallest unit, never through a float.

/// Why a text is no number of the kind that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// No digits where digits must stand, or anything else between them (blanks, currency, thousands separators).
    NotANumber,
    /// `NaN`.
    NotDefined,
    /// `inf`, `Infinity`.
    Infinite,
    /// `1e5`: written with an exponent.
    Exponent,
    /// `12,5` where the decimal comma is not declared.
    DecimalComma,
    /// `12.5` where the decimal comma is declared.
    DecimalPoint,
    /// More decimals than the unit holds, and they are not zeros.
    TooFine,
    /// More than 64 bits in the smallest unit.
    TooLarge,
}

/// Reads a decimal number into whole units of 10^-`places`, exactly or not at all.
///
/// `comma` says that the decimal separator is `,`. Decimals beyond `places` must be zeros. `-0.0` is 0.
///
/// # Errors
/// The first [`NumberFault`].
///
/// ```
/// use matcher_core::tables::number::{fixed, NumberFault};
/// assert_eq!(fixed("512.3", 2, false), Ok(51_230));
/// assert_eq!(fixed("512,30", 2, true), Ok(51_230));
/// assert_eq!(fixed("0.005", 2, false), Err(NumberFault::TooFine));
/// ```
pub fn fixed(text: &str, places: u8, comma: bool) -> Result<i64, NumberFault> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if places == 0 && (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        // The common case: 18 digits fit in any case.
        let value = digits.bytes().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        return Ok(if negative { -value } else { value });
    }
    let (point, other) = if comma { (b',', b'.') } else { (b'.', b',') };
    // Negative while it grows, so that the smallest number fits.
    let mut value = 0i64;
    let mut whole = 0usize;
    let mut decimals: Option<usize> = None;
    let mut too_fine = false;
    let push = |value: &mut i64, digit: u8| {
        *value = value.checked_mul(10).and_then(|v| v.checked_sub(i64::from(digit))).ok_or(NumberFault::TooLarge)?;
        Ok(())
    };
    for byte in digits.bytes() {
        match (byte, &mut decimals) {
            (b'0'..=b'9', None) => {
                whole += 1;
                push(&mut value, byte - b'0')?;
            }
            (b'0'..=b'9', Some(count)) => {
                *count += 1;
                if *count <= usize::from(places) {
                    push(&mut value, byte - b'0')?;
                } else {
                    too_fine |= byte != b'0';
                }
            }
            (byte, None) if byte == point && whole > 0 => decimals = Some(0),
            _ => return Err(why_not(digits, other)),
        }
    }
    if whole == 0 || decimals == Some(0) {
        return Err(why_not(digits, other));
    }
    if too_fine {
        return Err(NumberFault::TooFine);
    }
    for _ in decimals.unwrap_or(0)..usize::from(places) {
        push(&mut value, 0)?;
    }
    if negative { Ok(value) } else { value.checked_neg().ok_or(NumberFault::TooLarge) }
}

/// What a text without number form looks like; only to give a better answer.
fn why_not(digits: &str, other: u8) -> NumberFault {
    let lower = digits.to_ascii_lowercase();
    let lower = lower.trim_start_matches(['+', '-']);
    if lower == "nan" {
        return NumberFault::NotDefined;
    }
    if lower == "inf" || lower == "infinity" {
        return NumberFault::Infinite;
    }
    let bytes = lower.as_bytes();
    if bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.contains(&b'e')
        && bytes.iter().all(|b| b.is_ascii_digit() || b"e+-.,".contains(b))
    {
        return NumberFault::Exponent;
    }
    let mut parts = digits.split(char::from(other));
    if let (Some(whole), Some(decimals), None) = (parts.next(), parts.next(), parts.next())
        && [whole, decimals].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    {
        return if other == b',' { NumberFault::DecimalComma } else { NumberFault::DecimalPoint };
    }
    NumberFault::NotANumber
}

/// Writes `value` units of 10^-`places` with a decimal point, without decimals where they are all zeros.
///
/// ```
/// use matcher_core::tables::number::{fixed, print};
/// assert_eq!(print(51_230, 2), "512.30");
/// assert_eq!(print(-5, 2), "-0.05");
/// assert_eq!(fixed(&print(i64::MIN, 6), 6, false), Ok(i64::MIN));
/// ```
pub fn print(value: i64, places: u8) -> String {
    let scale = 10u64.saturating_pow(u32::from(places));
    let (whole, decimals) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
    let sign = if value < 0 { "-" } else { "" };
    if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals:0width$}", width = usize::from(places)) }
}

/// The same without zeros at the end: `12.5`.
pub fn shortest(value: i64, places: u8) -> String {
    let text = print(value, places);
    if text.contains('.') { text.trim_end_matches('0').to_owned() } else { text }
}

/// `numerator` / `denominator` to the nearest whole number, halves to the even one; `None` for a denominator of 0.
///
/// The one rounding of amounts: half-even has no drift over many sums (ISO 80000-1, annex B, rule A).
///
/// ```
/// use matcher_core::tables::number::divide_half_even;
/// assert_eq!([5, 15, 25, -5, -15].map(|n| divide_half_even(n, 10)), [0, 2, 2, 0, -2].map(Some));
/// ```
pub fn divide_half_even(numerator: i128, denominator: i128) -> Option<i128> {
    let floor = numerator.checked_div_euclid(denominator)?;
    let rest = numerator.checked_rem_euclid(denominator)?.unsigned_abs();
    let size = denominator.unsigned_abs();
    let up = match rest.cmp(&(size - rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => floor % 2 != 0,
    };
    // div_euclid leaves a rest >= 0, so that the next number is one more for a positive denominator and one less for a negative one.
    if up { floor.checked_add(denominator.signum()) } else { Some(floor) }
}
