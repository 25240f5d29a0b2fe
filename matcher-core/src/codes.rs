//! Every code of a finding, of all modules: what documentation, command line and page show beside a finding.

use crate::tables::codes::Code;
use crate::{eligibility, model, pipeline, policy, quotas, scenario, scoring, solve, tables};

/// The lists of all modules, by code: tables and raw problems E10xx, rules E12xx, model E13xx, policy E14xx, quotas E15xx, criteria E16xx,
/// runs E17xx, edits of an open problem E18xx, scenarios E19xx.
pub const LISTS: &[&[Code]] = &[
    tables::codes::CODES,
    eligibility::codes::CODES,
    model::codes::CODES,
    policy::codes::CODES,
    quotas::codes::CODES,
    scoring::codes::CODES,
    pipeline::codes::CODES,
    solve::codes::CODES,
    scenario::codes::CODES,
];

/// Every code, in order.
pub fn all() -> impl Iterator<Item = &'static Code> {
    LISTS.iter().copied().flatten()
}

/// What the code `code` means, if it is one.
///
/// ```
/// use matcher_core::codes;
/// assert_eq!(codes::find("E1548").map(|code| code.meaning[1]), Some("A hard quota on age has no legal basis"));
/// assert!(codes::find("E1999").is_none());
/// ```
pub fn find(code: &str) -> Option<&'static Code> {
    all().find(|known| known.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_of_the_library_is_in_one_list() {
        let listed: Vec<_> = all().map(|code| code.code.to_owned()).collect();
        assert!(listed.is_sorted_by(|a, b| a < b), "in order, each once");
        assert_eq!(used_in_sources("E1"), listed.into_iter().collect());
    }

    #[test]
    fn every_code_says_in_two_languages_what_it_means_and_what_to_do() {
        for code in all() {
            assert!(code.meaning.iter().chain(&code.action).all(|text| text.len() > 3), "{}", code.code);
        }
    }
}
