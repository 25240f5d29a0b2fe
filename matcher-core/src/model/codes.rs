//! Codes of findings that need the reference date; the others a model can give are those of
//! [`tables::codes`](crate::tables::codes), with the same meaning.

use crate::tables::codes::Code;

/// Every code that only [`build`](super::build) gives, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1301",
        meaning: ["Une personne naît après la date de référence", "A person is born after the reference date"],
        action: ["Corrigez la date de naissance", "Correct the birth date"],
    },
    Code {
        code: "E1302",
        meaning: ["Un âge à la date de référence est impossible", "An age on the reference date is impossible"],
        action: ["Corrigez la date de naissance ou l'âge", "Correct the birth date or the age"],
    },
    Code {
        code: "E1303",
        meaning: [
            "Aucun plafond de ressources n'est connu à la date de référence pour un logement à attribuer",
            "No income ceiling is known on the reference date for a dwelling to allocate",
        ],
        action: [
            "Donnez les plafonds dans ceilings.csv ou choisissez une autre date",
            "Give the ceilings in ceilings.csv or choose another date",
        ],
    },
    Code {
        code: "E1310",
        meaning: [
            "Un ménage n'est ni demandeur ni locataire à la date de référence (avertissement)",
            "A household neither applies nor is a tenant on the reference date (warning)",
        ],
        action: ["Rien, si c'est voulu", "Nothing, if that is meant"],
    },
    Code {
        code: "E1311",
        meaning: [
            "Des catégories manquent aux plafonds d'un financement (avertissement)",
            "Categories are missing from the ceilings of a financing (warning)",
        ],
        action: ["Ajoutez les lignes manquantes", "Add the missing rows"],
    },
    Code {
        code: "E1312",
        meaning: [
            "Un logement sans marche est en étage sans ascenseur (avertissement)",
            "A step-free dwelling is upstairs without a lift (warning)",
        ],
        action: ["Corrigez l'accès, l'étage ou l'ascenseur", "Correct accessibility, floor or lift"],
    },
    Code {
        code: "E1313",
        meaning: [
            "L'autorisation d'un logement fléché n'est pas valable à la date de référence (avertissement)",
            "The authorisation of an earmarked dwelling does not hold on the reference date (warning)",
        ],
        action: ["Corrigez les dates ou retirez le fléchage", "Correct the dates or remove the earmark"],
    },
    Code {
        code: "E1314",
        meaning: [
            "Une demande est datée d'après la date de référence (avertissement)",
            "An application is dated after the reference date (warning)",
        ],
        action: ["Corrigez la date de la demande", "Correct the date of the application"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E13"), CODES.iter().map(|code| code.code.to_owned()).collect());
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
