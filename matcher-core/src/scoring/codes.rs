//! Codes of findings about weights and parameters of criteria.

use crate::tables::codes::Code;

/// Every code of E16xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1600",
        meaning: ["Un critère nommé n'existe pas", "A criterion that is named does not exist"],
        action: ["Écrivez l'un de ceux qui sont nommés", "Write one of those named"],
    },
    Code {
        code: "E1601",
        meaning: ["Un poids est négatif", "A weight is negative"],
        action: [
            "Écrivez 0 ou plus ; ce qui n'est pas voulu est une règle ou un quota",
            "Write 0 or more; what is unwanted is a rule or a quota",
        ],
    },
    Code {
        code: "E1602",
        meaning: ["Un poids est trop grand", "A weight is too large"],
        action: ["Divisez tous les poids par un même nombre", "Divide all weights by one number"],
    },
    Code {
        code: "E1603",
        meaning: ["Aucun critère n'a de poids", "No criterion has a weight"],
        action: ["Donnez un poids à un critère au moins", "Give at least one criterion a weight"],
    },
    Code {
        code: "E1604",
        meaning: ["Deux bornes d'un critère sont dans le mauvais ordre", "Two marks of a criterion are in the wrong order"],
        action: ["Écrivez la plus grande en second", "Write the larger one second"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E16"), CODES.iter().map(|code| code.code.to_owned()).collect());
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
