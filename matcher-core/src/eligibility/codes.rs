//! Codes of findings about the rules and parameters of a policy.

use crate::tables::codes::Code;

/// Every code that preparing rules and criteria gives, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1200",
        meaning: ["La politique nomme une règle inconnue", "The policy names a rule that is not known"],
        action: ["Corrigez le code ; le constat donne la liste", "Correct the code; the finding lists those known"],
    },
    Code {
        code: "E1201",
        meaning: ["Un paramètre est inconnu", "A parameter is not known"],
        action: ["Corrigez le nom ou retirez-le", "Correct the name or remove it"],
    },
    Code {
        code: "E1202",
        meaning: ["Un paramètre n'est pas du bon type", "A parameter has the wrong type"],
        action: ["Écrivez la valeur demandée", "Write the value asked for"],
    },
    Code {
        code: "E1203",
        meaning: ["Un paramètre est hors de ses bornes", "A parameter is out of its range"],
        action: ["Corrigez la valeur", "Correct the value"],
    },
    Code {
        code: "E1204",
        meaning: ["La validité d'une règle n'est pas un jour", "The validity of a rule is not a day"],
        action: ["Écrivez AAAA-MM-JJ", "Write YYYY-MM-DD"],
    },
    Code {
        code: "E1205",
        meaning: ["La validité d'une règle finit avant de commencer", "The validity of a rule ends before it begins"],
        action: ["Corrigez valid_from ou valid_to", "Correct valid_from or valid_to"],
    },
    Code {
        code: "E1206",
        meaning: [
            "Un couple décidé d'avance nomme un ménage qui n'est pas demandeur ou un logement qui n'est pas à attribuer",
            "A pair decided beforehand names a household that does not apply or a dwelling that is not to be allocated",
        ],
        action: ["Corrigez l'identifiant ou retirez le couple", "Correct the id or remove the pair"],
    },
    Code {
        code: "E1251",
        meaning: [
            "Une règle n'est pas valable à la date de référence (avertissement)",
            "A rule does not hold on the reference date (warning)",
        ],
        action: ["Rien, si c'est voulu", "Nothing, if that is meant"],
    },
    Code {
        code: "E1252",
        meaning: [
            "Un logement fléché est réservé par un réservataire dont les logements ne peuvent l'être (avertissement)",
            "An earmarked dwelling is reserved by a right holder whose dwellings cannot be earmarked (warning)",
        ],
        action: ["Retirez le fléchage ou corrigez la réservation", "Remove the earmark or correct the reservation"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E12"), CODES.iter().map(|code| code.code.to_owned()).collect());
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
