//! The filters of quotas in words: `residence=R1 & reservation!=prefet` is for tables, people read "R1, except reserved by prefet".

use crate::eligibility::Language;

/// How a field is read out: before its value, French and English; `{}` stands for the value.
const FIELDS: &[(&str, [&str; 2])] = &[
    ("residence", ["résidence {}", "residence {}"]),
    ("territory", ["territoire {}", "territory {}"]),
    ("staircase", ["escalier {}", "staircase {}"]),
    ("financing", ["financement {}", "financing {}"]),
    ("reservation", ["réservé à {}", "reserved to {}"]),
    ("earmark", ["fléché {}", "earmarked {}"]),
    ("programme", ["programme {}", "programme {}"]),
    ("accessibility", ["accessibilité {}", "accessibility {}"]),
    ("typology", ["T{}", "T{}"]),
    ("income_quartile", ["quartile de revenus {}", "income quartile {}"]),
    ("category", ["catégorie {}", "category {}"]),
    ("size", ["taille du ménage {}", "household size {}"]),
    ("tag", ["priorité {}", "priority {}"]),
    ("right", ["droit {}", "right {}"]),
];

/// Switches read out for yes and for no, French and English.
const SWITCHES: &[(&str, [[&str; 2]; 2])] = &[
    (
        "priority_district",
        [["en quartier prioritaire", "in a priority district"], ["hors quartier prioritaire", "outside priority districts"]],
    ),
    (
        "charter",
        [["intéressés par la charte", "interested in the charter"], ["sans intérêt pour la charte", "not interested in the charter"]],
    ),
    ("transfer", [["en mutation", "transfers"], ["hors mutation", "no transfers"]]),
];

/// A filter of a quota (canonical form) in words; `everything` is said for `*`. A clause that has no words stays as it is written.
pub fn filter_words(filter: &str, everything: [&'static str; 2], lang: Language) -> String {
    if filter.trim() == "*" {
        return lang.of(everything).to_owned();
    }
    filter.split('&').map(|clause| clause_words(clause.trim(), lang)).collect::<Vec<_>>().join(", ")
}

fn clause_words(clause: &str, lang: Language) -> String {
    let (field, negated, values) = match clause.split_once("!=") {
        Some((field, values)) => (field, true, values),
        None => match clause.split_once('=') {
            Some((field, values)) => (field, false, values),
            None => return clause.to_owned(),
        },
    };
    let or = lang.of([" ou ", " or "]);
    let text = if field == "age" || field == "person_age" {
        let ages: Vec<_> = values.split('|').map(|range| ages_words(range, lang)).collect();
        let whose = if field == "age" { "" } else { lang.of(["personnes : ", "persons: "]) };
        format!("{whose}{}", ages.join(or))
    } else if let (Some((_, words)), "yes" | "no") = (SWITCHES.iter().find(|switch| switch.0 == field), values) {
        let [yes, no] = words;
        return lang.of(if (values == "yes") == negated { *no } else { *yes }).to_owned();
    } else if let Some((_, words)) = FIELDS.iter().find(|known| known.0 == field) {
        let values: Vec<_> = values.split('|').map(|value| range_words(value, lang)).collect();
        lang.of(*words).replace("{}", &values.join(or))
    } else {
        return clause.to_owned();
    };
    if negated { format!("{} {text}", lang.of(["sauf", "except"])) } else { text }
}

fn range_words(value: &str, lang: Language) -> String {
    match value.split_once("..") {
        Some(("", high)) => format!("{} {high}", lang.of(["jusqu’à", "up to"])),
        Some((low, "")) => format!("{low} {}", lang.of(["et plus", "or more"])),
        Some((low, high)) => format!("{low} {} {high}", lang.of(["à", "to"])),
        None => value.to_owned(),
    }
}

fn ages_words(range: &str, lang: Language) -> String {
    let (low, high) = range.split_once("..").unwrap_or((range, range));
    match (low.parse(), high.parse()) {
        (Ok(low), Ok(high)) => lang.ages(low, Some(high)),
        (Ok(low), Err(_)) => lang.ages(low, None),
        (Err(_), Ok(high)) => lang.ages(0, Some(high)),
        (Err(_), Err(_)) => range.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_out() {
        let all = ["partout", "everywhere"];
        for (filter, french, english) in [
            ("*", "partout", "everywhere"),
            ("residence=R1", "résidence R1", "residence R1"),
            ("residence=R1 & reservation!=prefet", "résidence R1, sauf réservé à prefet", "residence R1, except reserved to prefet"),
            ("financing=PLAI|PLUS", "financement PLAI ou PLUS", "financing PLAI or PLUS"),
            ("priority_district=no", "hors quartier prioritaire", "outside priority districts"),
            ("transfer!=yes", "hors mutation", "no transfers"),
            ("age=65..", "65 ans et plus", "65 and over"),
            ("age=..29|65..", "jusqu’à 29 ans ou 65 ans et plus", "up to 29 or 65 and over"),
            ("age=30..64 & size=3..", "30 à 64 ans, taille du ménage 3 et plus", "30 to 64, household size 3 or more"),
            ("person_age=3..10", "personnes : 3 à 10 ans", "persons: 3 to 10"),
            ("income_quartile=3..4", "quartile de revenus 3 à 4", "income quartile 3 to 4"),
            ("unheard=of", "unheard=of", "unheard=of"),
        ] {
            assert_eq!(filter_words(filter, all, Language::French), french);
            assert_eq!(filter_words(filter, all, Language::English), english);
        }
    }
}
