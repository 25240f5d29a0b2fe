//! Codes of findings about scenarios.

use crate::tables::codes::Code;

/// Every code of E19xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1900",
        meaning: ["Le scénario n'est ni du TOML ni du JSON", "The scenario is neither TOML nor JSON"],
        action: ["Corrigez la ligne", "Correct the line"],
    },
    Code {
        code: "E1901",
        meaning: ["La sorte de changement est inconnue", "The kind of change is not known"],
        action: ["Écrivez l'une de celles de docs/scenarios.md", "Write one of those in docs/scenarios.md"],
    },
    Code { code: "E1902", meaning: ["Une clé manque", "A key is missing"], action: ["Ajoutez-la", "Add it"] },
    Code {
        code: "E1903",
        meaning: ["Une valeur n'est pas de la sorte attendue", "A value is not of the kind expected"],
        action: ["Corrigez-la", "Correct it"],
    },
    Code {
        code: "E1904",
        meaning: ["Une clé est inconnue", "A key is not known"],
        action: ["Corrigez-la ou retirez-la", "Correct it or remove it"],
    },
    Code {
        code: "E1905",
        meaning: ["Un identifiant ou un code n'existe pas dans la ville", "An id or a code is not in the town"],
        action: ["Corrigez-le", "Correct it"],
    },
    Code {
        code: "E1906",
        meaning: ["Un nouvel identifiant existe déjà", "A new id is there already"],
        action: ["Donnez-en un autre", "Give another one"],
    },
    Code {
        code: "E1907",
        meaning: ["Le changement contredit la ville, ou ne change rien", "The change contradicts the town, or changes nothing"],
        action: ["Corrigez-le ou retirez-le", "Correct it or remove it"],
    },
    Code {
        code: "E1908",
        meaning: ["Le scénario part d'une autre base", "The scenario starts from another base"],
        action: ["Donnez d'abord le scénario qu'il nomme, ou corrigez base", "Give the scenario that it names first, or correct base"],
    },
    Code {
        code: "E1909",
        meaning: ["Deux clés d'un changement ne vont pas ensemble", "Two keys of a change do not go together"],
        action: ["Gardez l'une des deux", "Keep one of the two"],
    },
    Code {
        code: "E1910",
        meaning: ["Aucun scénario ne reste à reprendre", "No scenario is left to be taken back"],
        action: ["Continuez d'ici, ou rouvrez la ville", "Go on from here, or open the town again"],
    },
    Code {
        code: "E1911",
        meaning: ["Des clés varient : ce sont plusieurs scénarios", "Keys vary: these are several scenarios"],
        action: ["Demandez un balayage, ou retirez vary", "Ask for a sweep, or remove vary"],
    },
    Code {
        code: "E1912",
        meaning: [
            "La grille n'a aucun point, en a trop, ou varie un changement absent",
            "The grid has no point, too many, or varies a change that is not there",
        ],
        action: ["Corrigez values ou change", "Correct values or change"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_is_listed_and_used() {
        assert_eq!(used_in_sources("E19"), CODES.iter().map(|code| code.code.to_owned()).collect());
    }
}
