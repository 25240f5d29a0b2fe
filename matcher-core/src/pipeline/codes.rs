//! Codes of findings about what a run is given, and about run folders.

use crate::tables::codes::Code;

/// Every code of E17xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1700",
        meaning: [
            "La date de référence manque ou n'est pas un jour du calendrier",
            "The reference date is missing or is no day of the calendar",
        ],
        action: [
            "Écrivez reference_date = \"AAAA-MM-JJ\" dans la politique, ou donnez --date",
            "Write reference_date = \"YYYY-MM-DD\" in the policy, or give --date",
        ],
    },
    Code {
        code: "E1701",
        meaning: ["Un fichier d'un dossier de calcul ne peut pas être lu", "A file of a run folder cannot be read"],
        action: ["Donnez le dossier tel que matcher l'a écrit", "Give the folder as matcher wrote it"],
    },
    Code {
        code: "E1702",
        meaning: [
            "Une paire de allocation.csv n'est pas du problème, ou un ménage y figure deux fois",
            "A pair of allocation.csv is not of the problem, or a household stands there twice",
        ],
        action: ["Donnez le dossier tel que matcher l'a écrit", "Give the folder as matcher wrote it"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_is_listed_and_used() {
        assert_eq!(used_in_sources("E17"), CODES.iter().map(|code| code.code.to_owned()).collect());
    }
}
