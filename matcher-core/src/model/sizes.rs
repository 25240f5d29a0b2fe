//! What follows from who is in a household: its consumption units, its category of the income ceilings.

use crate::tables::rows::Role;
use crate::units::CentiUnits;

/// Consumption units on the modified OECD scale: 1 for the first person, 0.5 for each further one of 14 or more, 0.3 for each child.
///
/// ```
/// use matcher_core::model::consumption_units;
/// assert_eq!(consumption_units([38, 36, 9]).0, 180);
/// ```
pub fn consumption_units(ages: impl IntoIterator<Item = i64>) -> CentiUnits {
    CentiUnits(50 + ages.into_iter().map(|age| if age >= 14 { 50 } else { 30 }).sum::<i64>())
}

/// Category of the income ceilings (arrêté of 29 July 1987) of persons by age and role: by their number, one up for a single parent
/// and for a couple without others whose ages sum to 55 or less. Disability cards are not known here.
///
/// ```
/// use matcher_core::{model::ceiling_category, tables::rows::Role};
/// assert_eq!(ceiling_category(&[(71, Role::Reference)]), 1);
/// assert_eq!(ceiling_category(&[(27, Role::Reference), (26, Role::Partner)]), 3);
/// assert_eq!(ceiling_category(&[(40, Role::Reference), (9, Role::Child)]), 3);
/// ```
pub fn ceiling_category(persons: &[(i64, Role)]) -> u8 {
    let couple = persons.iter().any(|person| person.1 == Role::Partner);
    let young = couple && persons.len() == 2 && persons.iter().map(|person| person.0).sum::<i64>() <= 55;
    let single_parent = !couple && persons.iter().any(|person| person.1 == Role::Child);
    persons.len().saturating_add(usize::from(young || single_parent)).min(u8::MAX.into()) as u8
}
