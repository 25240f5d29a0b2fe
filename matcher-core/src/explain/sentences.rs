//! Reasons in sentences, French and English.

use crate::eligibility::{Language, RULES, Violation, fill};
use crate::pipeline::{NoOffer, RuleCount, WhyEmpty};
use crate::scoring::CRITERIA;

/// Name of a rule; its code where the registry does not know it.
pub fn rule_name(code: &str, lang: Language) -> String {
    RULES.iter().find(|rule| rule.code() == code).map_or_else(|| code.to_owned(), |rule| lang.of(rule.card().name).to_owned())
}

/// Name of a criterion; its code where the registry does not know it.
pub fn criterion_name(code: &str, lang: Language) -> String {
    let known = CRITERIA.iter().find(|criterion| criterion.code() == code);
    known.map_or_else(|| code.to_owned(), |criterion| lang.of(criterion.card().name).to_owned())
}

/// The sentence of one refusal, with the values that decided.
pub fn violation(violation: &Violation, lang: Language) -> String {
    let rule = RULES.iter().find(|rule| rule.code() == violation.rule);
    rule.map_or_else(|| violation.rule.to_owned(), |rule| fill(lang.of(rule.card().sentence), &violation.values, lang))
}

/// The rules that refuse most, at most `length` of them, each with its number.
pub fn rule_counts(rules: &[RuleCount], length: usize, lang: Language) -> String {
    let each = rules.iter().take(length).map(|count| format!("{} ({})", rule_name(count.rule, lang), lang.count(count.refused)));
    each.collect::<Vec<_>>().join(", ")
}

/// The reason in a few words.
pub const fn reason_name(reason: &NoOffer, lang: Language) -> &'static str {
    lang.of(match reason {
        NoOffer::NoDwellingOpen { .. } => ["aucun logement ouvert par les règles", "no dwelling open under the rules"],
        NoOffer::OthersFitBetter { .. } => ["d’autres ménages conviennent mieux", "other households fit better"],
        NoOffer::QuotaBinds { .. } => ["un quota s’y oppose", "a quota stands against it"],
        NoOffer::Tie { .. } => ["à égalité, départagé par le tirage", "a tie, decided by the draw"],
        NoOffer::WithinGap { .. } => ["non tranché dans l’écart prouvé", "not settled within the proved gap"],
        NoOffer::NotProved => ["non retenu, rien n’est prouvé", "not chosen, nothing is proved"],
    })
}

/// What the reason means.
pub const fn reason_about(reason: &NoOffer, lang: Language) -> &'static str {
    lang.of(match reason {
        NoOffer::NoDwellingOpen { .. } => [
            "Chaque logement à attribuer est écarté par au moins une règle. Entre parenthèses, le nombre de logements que chaque règle écarte.",
            "Each dwelling to allocate is refused by at least one rule. In brackets the number of dwellings each rule refuses.",
        ],
        NoOffer::OthersFitBetter { .. } => [
            "Des logements leur sont ouverts, mais ils valent davantage pour d’autres ménages. Le logement où il manque le moins de points est nommé.",
            "Dwellings are open to them, but are worth more to other households. The dwelling where the fewest points are missing is named.",
        ],
        NoOffer::QuotaBinds { .. } => [
            "Là où il manque le moins de points, le prix d’un quota fait la différence : sans lui, ces ménages auraient une proposition ou seraient à égalité.",
            "Where the fewest points are missing, the price of a quota makes the difference: without it these households would have an offer, or tie for one.",
        ],
        NoOffer::Tie { .. } => [
            "Ces ménages valent autant que ceux qui ont la proposition. Entre égaux décide le tirage publié, ou l’ensemble des autres propositions.",
            "These households are worth as much as those with the offer. Between equals the published draw decides, or the other offers as a whole.",
        ],
        NoOffer::WithinGap { .. } => [
            "Le calcul s’est arrêté à l’écart indiqué : une meilleure attribution pourrait leur proposer un logement.",
            "The calculation stopped at the gap shown: a better allocation might offer them a dwelling.",
        ],
        NoOffer::NotProved => [
            "Le calcul a été arrêté avant toute preuve : on ne peut dire que le résultat.",
            "The calculation was stopped before anything was proved: only the outcome can be told.",
        ],
    })
}

/// The reason of one household, with its numbers.
pub fn no_offer(reason: &NoOffer, lang: Language) -> String {
    let french = lang == Language::French;
    match reason {
        NoOffer::NoDwellingOpen { rules } if rules.is_empty() => lang.of(["aucun logement à attribuer", "no dwelling to allocate"]).into(),
        NoOffer::NoDwellingOpen { rules } => format!("{} : {}", reason_name(reason, lang), rule_counts(rules, 3, lang)),
        NoOffer::OthersFitBetter { dwelling, suitability, short } => {
            let (suitability, short) = (lang.number(*suitability), lang.number(*short));
            if french {
                format!("d’autres conviennent mieux : au plus près pour {dwelling} ({suitability} points), il manque {short} points")
            } else {
                format!("others fit better: closest for {dwelling} ({suitability} points), {short} points short")
            }
        }
        NoOffer::QuotaBinds { dwelling, suitability, short, quota, price } => {
            let [suitability, short, price] = [suitability, short, price].map(|value| lang.number(*value));
            if french {
                format!(
                    "le quota {quota} s’y oppose (prix {price}) : au plus près pour {dwelling} ({suitability} points), il manque {short} points"
                )
            } else {
                format!(
                    "quota {quota} stands against it (price {price}): closest for {dwelling} ({suitability} points), {short} points short"
                )
            }
        }
        NoOffer::Tie { dwelling, suitability } => {
            let suitability = lang.number(*suitability);
            if french {
                format!("à égalité pour {dwelling} ({suitability} points)")
            } else {
                format!("a tie for {dwelling} ({suitability} points)")
            }
        }
        NoOffer::WithinGap { dwelling, suitability } => {
            let suitability = lang.number(*suitability);
            if french {
                format!("non tranché dans l’écart prouvé : {dwelling} ({suitability} points) reste possible")
            } else {
                format!("not settled within the proved gap: {dwelling} ({suitability} points) remains possible")
            }
        }
        NoOffer::NotProved => reason_name(reason, lang).into(),
    }
}

/// Why a dwelling is left empty.
pub fn why_empty(reason: &WhyEmpty, lang: Language) -> String {
    match reason {
        WhyEmpty::NoCandidate { rules } if rules.is_empty() => lang.of(["Aucun ménage ne demande.", "No household applies."]).into(),
        WhyEmpty::NoCandidate { rules } => {
            let rules = rule_counts(rules, 4, lang);
            match lang {
                Language::French => format!("Aucun candidat : les règles écartent tous les ménages (le plus souvent {rules})."),
                Language::English => format!("No candidate: the rules refuse every household (most often {rules})."),
            }
        }
        WhyEmpty::CandidatesElsewhere => {
            lang.of(["Tous ses candidats ont une autre proposition.", "All its candidates are offered another dwelling."]).into()
        }
        WhyEmpty::QuotaBinds { quota, price } => {
            let price = lang.number(*price);
            match lang {
                Language::French => format!("Le quota {quota} coûterait plus ({price} points) que le logement rempli n’apporte."),
                Language::English => format!("Quota {quota} would cost more ({price} points) than filling the dwelling brings."),
            }
        }
        WhyEmpty::NotWorthIt => {
            lang.of(["Le remplir n’apporterait aucun point à l’ensemble.", "Filling it would bring no points to the whole."]).into()
        }
        WhyEmpty::NotSettled => {
            lang.of(["Non tranché : le calcul s’est arrêté avant.", "Not settled: the calculation stopped before."]).into()
        }
    }
}
