//! Codes of findings about edits of an open problem.

use crate::tables::codes::Code;

/// Every code of E18xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1800",
        meaning: ["Une modification nomme un identifiant qui n'est pas dans le problème", "An edit names an id that is not in the problem"],
        action: ["Vérifiez l'identifiant, ou ajoutez-le par une modification précédente", "Check the id, or add it by an earlier edit"],
    },
    Code {
        code: "E1801",
        meaning: ["Une modification ajoute ce qui existe déjà", "An edit adds what is there already"],
        action: ["Modifiez l'existant au lieu de l'ajouter", "Change what is there instead of adding it"],
    },
    Code {
        code: "E1802",
        meaning: ["Un nouvel identifiant est vide ou contient un caractère de contrôle", "A new id is empty or has a control character"],
        action: ["Écrivez un identifiant simple", "Write a plain id"],
    },
    Code {
        code: "E1803",
        meaning: ["La paire n'est pas éligible", "The pair is not an eligible one"],
        action: ["Ajoutez d'abord l'arc", "Add the arc first"],
    },
    Code {
        code: "E1804",
        meaning: [
            "Le minimum dépasse le maximum, ou une pénalité est négative",
            "The minimum is above the maximum, or a penalty is negative",
        ],
        action: ["Corrigez les nombres", "Correct the numbers"],
    },
    Code {
        code: "E1805",
        meaning: ["Le logement retiré est le dernier du périmètre d'un quota", "The dwelling removed is the last one where a quota looks"],
        action: ["Fermez-le : capacité 0", "Close it: capacity 0"],
    },
    Code {
        code: "E1806",
        meaning: ["Une annulation ne part pas de l'état actuel", "An undo does not start from the present state"],
        action: ["Annulez la dernière modification d'abord", "Take back the latest edits first"],
    },
    Code {
        code: "E1807",
        meaning: [
            "Un problème avec des priorités ne reste pas ouvert aux modifications",
            "A problem with tiers does not stay open to edits",
        ],
        action: ["Résolvez-le de nouveau en entier", "Solve it afresh"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_is_listed_and_used() {
        assert_eq!(used_in_sources("E18"), CODES.iter().map(|code| code.code.to_owned()).collect());
    }
}
