//! Reasons on the wire.

use matcher_core::explain::{self, DwellingReasons, HouseholdReasons, Language, PairReasons};
use matcher_core::pipeline::{NoOffer, Points, RuleCount, Shortlist, WhyEmpty};

use crate::wire::v1;

use super::count;

/// The language asked for; French where none is.
pub(crate) fn language(asked: i32) -> Option<Language> {
    match v1::Language::try_from(asked).ok()? {
        v1::Language::Unspecified | v1::Language::French => Some(Language::French),
        v1::Language::English => Some(Language::English),
    }
}

pub(crate) fn points(list: &[Points]) -> Vec<v1::CriterionPoints> {
    let one = |entry: &Points| v1::CriterionPoints {
        criterion: entry.criterion.into(),
        weight: entry.weight,
        met_per_mille: entry.per_mille.into(),
        points: entry.points(),
    };
    list.iter().map(one).collect()
}

pub(crate) fn rule_counts(list: &[RuleCount]) -> Vec<v1::RuleCount> {
    list.iter().map(|entry| v1::RuleCount { rule: entry.rule.into(), refused: count(entry.refused) }).collect()
}

pub(super) fn no_offer(reason: &NoOffer) -> v1::NoOffer {
    use v1::NoOfferCode as Code;
    let closest = |code: Code, dwelling: &str, suitability: i64, short: Option<i64>| v1::NoOffer {
        code: code.into(),
        dwelling_id: dwelling.into(),
        suitability_points: Some(suitability),
        short_points: short,
        ..v1::NoOffer::default()
    };
    match reason {
        NoOffer::NoDwellingOpen { rules } => {
            v1::NoOffer { code: Code::NoDwellingOpen.into(), rules: rule_counts(rules), ..v1::NoOffer::default() }
        }
        NoOffer::OthersFitBetter { dwelling, suitability, short } => closest(Code::OthersFitBetter, dwelling, *suitability, Some(*short)),
        NoOffer::QuotaBinds { dwelling, suitability, short, quota, price } => v1::NoOffer {
            quota_id: quota.clone(),
            price_points: Some(*price),
            ..closest(Code::QuotaBinds, dwelling, *suitability, Some(*short))
        },
        NoOffer::Tie { dwelling, suitability } => closest(Code::Tie, dwelling, *suitability, None),
        NoOffer::WithinGap { dwelling, suitability } => closest(Code::WithinGap, dwelling, *suitability, None),
        NoOffer::NotProved => v1::NoOffer { code: Code::NotProved.into(), ..v1::NoOffer::default() },
        // Not reached while every reason of core stands above; its code is then told as not said.
        _ => v1::NoOffer::default(),
    }
}

pub(super) fn why_empty(reason: &WhyEmpty) -> v1::WhyEmpty {
    use v1::WhyEmptyCode as Code;
    let of = |code: Code| v1::WhyEmpty { code: code.into(), ..v1::WhyEmpty::default() };
    match reason {
        WhyEmpty::NoCandidate { rules } => v1::WhyEmpty { rules: rule_counts(rules), ..of(Code::NoCandidate) },
        WhyEmpty::CandidatesElsewhere => of(Code::CandidatesElsewhere),
        WhyEmpty::QuotaBinds { quota, price } => {
            v1::WhyEmpty { quota_id: quota.clone(), price_points: Some(*price), ..of(Code::QuotaBinds) }
        }
        WhyEmpty::NotWorthIt => of(Code::NotWorthIt),
        WhyEmpty::NotSettled => of(Code::NotSettled),
        _ => v1::WhyEmpty::default(),
    }
}

pub(super) fn shortlist(list: &Shortlist) -> v1::Shortlist {
    v1::Shortlist {
        dwelling_id: list.dwelling.clone(),
        residence_id: list.residence.clone(),
        candidate_count: count(list.candidates),
        wanted: count(list.wanted),
        candidates: list
            .entries
            .iter()
            .map(|entry| v1::Candidate {
                rank: count(entry.rank),
                household_id: entry.household.clone(),
                suitability_points: entry.suitability,
                behind_points: entry.behind,
                offered_dwelling_id: entry.offered.clone().unwrap_or_default(),
            })
            .collect(),
    }
}

fn pair(reasons: &PairReasons, lang: Language) -> v1::PairReasons {
    v1::PairReasons {
        household_id: reasons.household.clone(),
        dwelling_id: reasons.dwelling.clone(),
        residence_id: reasons.residence.clone(),
        offered: reasons.offered,
        violations: reasons
            .violations
            .iter()
            .map(|violation| v1::Violation { rule: violation.rule.into(), sentence: explain::violation(violation, lang) })
            .collect(),
        points: points(&reasons.points),
        suitability_points: reasons.suitability,
        prices: reasons.prices.as_ref().map(|prices| v1::PairPrices {
            dwelling_points: prices.dwelling,
            bid_points: prices.bid,
            short_points: prices.short,
            quotas: prices.quotas.iter().map(|q| v1::QuotaCharge { quota_id: q.quota.clone(), points: q.points }).collect(),
        }),
        rank: reasons.rank.map(count),
        candidate_count: count(reasons.candidates),
    }
}

/// An explanation of a pair.
pub(crate) fn pair_reasons(reasons: &PairReasons, lang: Language) -> v1::ExplainPairResponse {
    v1::ExplainPairResponse { reasons: Some(pair(reasons, lang)), text: reasons.text(lang) }
}

/// An explanation of a household.
pub(crate) fn household_reasons(reasons: &HouseholdReasons, lang: Language) -> v1::ExplainHouseholdResponse {
    v1::ExplainHouseholdResponse {
        household_id: reasons.household.clone(),
        offer: reasons.offer.as_ref().map(|offer| pair(offer, lang)),
        no_offer: reasons.no_offer.as_ref().map(no_offer),
        open_dwellings: count(reasons.open),
        refusals: rule_counts(&reasons.refusals),
        closest: reasons.closest.iter().map(|near| pair(near, lang)).collect(),
        usual_dwelling_id: reasons.usual.clone().unwrap_or_default(),
        text: reasons.text(lang),
    }
}

/// An explanation of a dwelling.
pub(crate) fn dwelling_reasons(reasons: &DwellingReasons, lang: Language) -> v1::ExplainDwellingResponse {
    v1::ExplainDwellingResponse {
        dwelling_id: reasons.dwelling.clone(),
        residence_id: reasons.residence.clone(),
        price_points: reasons.price,
        offer: reasons.offer.as_ref().map(|offer| pair(offer, lang)),
        left_empty: reasons.left_empty.as_ref().map(why_empty),
        shortlist: Some(shortlist(&reasons.shortlist)),
        refusals: rule_counts(&reasons.refusals),
        text: reasons.text(lang),
    }
}
