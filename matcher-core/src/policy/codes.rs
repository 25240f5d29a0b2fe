//! Codes of findings about a policy file.

use crate::tables::codes::Code;

/// Every code of E14xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1400",
        meaning: ["Le fichier de politique n'est pas du TOML", "The policy file is not TOML"],
        action: ["Corrigez la ligne", "Correct the line"],
    },
    Code {
        code: "E1401",
        meaning: ["Une clé est inconnue", "A key is not known"],
        action: ["Corrigez-la ou retirez-la", "Correct it or remove it"],
    },
    Code { code: "E1402", meaning: ["Une clé manque", "A key is missing"], action: ["Ajoutez-la", "Add it"] },
    Code {
        code: "E1403",
        meaning: ["Une valeur n'est pas de la sorte attendue", "A value is not of the kind expected"],
        action: ["Corrigez-la", "Correct it"],
    },
    Code {
        code: "E1404",
        meaning: ["Un texte obligatoire est vide", "A text that must be there is empty"],
        action: ["Écrivez-le : qui a décidé quoi, et quand", "Write it: who decided what, and when"],
    },
    Code {
        code: "E1405",
        meaning: ["La date de référence n'existe pas", "The reference date is no day of the calendar"],
        action: ["Écrivez AAAA-MM-JJ", "Write YYYY-MM-DD"],
    },
    Code {
        code: "E1406",
        meaning: ["La liste de candidats est trop courte ou trop longue", "The shortlist is too short or too long"],
        action: ["Au moins 3 (CCH R441-3)", "At least 3 (CCH R441-3)"],
    },
    Code {
        code: "E1407",
        meaning: ["Un nombre de la norme de chambres est hors bornes", "A number of the bedroom norm is out of bounds"],
        action: ["Corrigez-le", "Correct it"],
    },
    Code {
        code: "E1408",
        meaning: [
            "Une paire décidée manque de ménage, logement, raison ou auteur",
            "A decided pair lacks household, dwelling, reason or author",
        ],
        action: ["Écrivez les quatre", "Write all four"],
    },
    Code {
        code: "E1409",
        meaning: ["Un ménage ou un logement est attribué d'avance deux fois", "A household or a dwelling is pinned twice"],
        action: ["Gardez une paire", "Keep one pin"],
    },
    Code {
        code: "E1410",
        meaning: ["Une paire est à la fois décidée et interdite", "A pair is both pinned and forbidden"],
        action: ["Gardez l'un des deux", "Keep one of the two"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E14"), CODES.iter().map(|code| code.code.to_owned()).collect());
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
