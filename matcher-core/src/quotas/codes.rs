//! Codes of findings about quotas and targets.

use crate::tables::codes::Code;

/// Every code of E15xx, in order.
pub const CODES: &[Code] = &[
    Code {
        code: "E1540",
        meaning: ["Une condition n'est pas de la forme champ=valeur", "A condition is not of the form field=value"],
        action: ["Écrivez par exemple age=60..74, ou * seul", "Write for example age=60..74, or * alone"],
    },
    Code {
        code: "E1541",
        meaning: ["Un champ de filtre est inconnu", "A field of a filter is not known"],
        action: ["Écrivez l'un de ceux qui sont nommés", "Write one of those named"],
    },
    Code {
        code: "E1542",
        meaning: ["Une valeur de filtre ne peut pas être lue", "A value of a filter cannot be read"],
        action: ["Corrigez-la", "Correct it"],
    },
    Code {
        code: "E1543",
        meaning: [
            "Une borne n'est pas un nombre exact, ou une part dépasse 100 %",
            "A bound is no exact number, or a share is above 100 %",
        ],
        action: ["Écrivez des chiffres, une part de 0 à 100", "Write digits, a share from 0 to 100"],
    },
    Code {
        code: "E1544",
        meaning: ["Un mot d'une colonne est inconnu", "A word of a column is not known"],
        action: ["Écrivez l'un de ceux qui sont nommés", "Write one of those named"],
    },
    Code {
        code: "E1545",
        meaning: ["Deux colonnes d'un quota ne vont pas ensemble", "Two columns of a quota do not go together"],
        action: ["Corrigez l'une des deux", "Correct one of the two"],
    },
    Code {
        code: "E1546",
        meaning: ["Un texte d'un quota est vide, ou son identifiant a # ou :", "A text of a quota is empty, or its id has a # or a colon"],
        action: ["Écrivez qui a décidé quoi, et depuis quand", "Write who decided what, and since when"],
    },
    Code {
        code: "E1547",
        meaning: [
            "Une date d'un quota n'existe pas, ou la dernière précède la première",
            "A day of a quota does not exist, or the last lies before the first",
        ],
        action: ["Corrigez-la", "Correct it"],
    },
    Code {
        code: "E1548",
        meaning: ["Un quota ferme sur l'âge n'a pas de base légale", "A hard quota on age has no legal basis"],
        action: ["Nommez la loi ou l'autorisation, ou donnez des pénalités", "Name the law or authorisation, or give it penalties"],
    },
    Code {
        code: "E1549",
        meaning: [
            "Un quota ferme sur la situation de famille n'a pas de base légale",
            "A hard quota on the family situation has no legal basis",
        ],
        action: ["Nommez la loi ou l'autorisation, ou donnez des pénalités", "Name the law or authorisation, or give it penalties"],
    },
    Code {
        code: "E1550",
        meaning: ["Une pénalité n'est pas un nombre entier de points, 0 ou plus", "A penalty is no whole number of points, 0 or more"],
        action: ["Écrivez un nombre entier, ou laissez vide", "Write a whole number, or leave it empty"],
    },
    Code {
        code: "E1551",
        meaning: ["Un quota ne borne rien", "A quota bounds nothing"],
        action: ["Écrivez min, target ou max", "Write min, target or max"],
    },
    Code {
        code: "E1552",
        meaning: ["Une valeur visée n'a pas de prix", "A target has no price"],
        action: ["Écrivez les points perdus pour la première unité", "Write the points lost for the first unit"],
    },
    Code {
        code: "E1554",
        meaning: ["Une paire décidée est refusée par une règle", "A pinned pair is refused by a rule"],
        action: ["Corrigez les données ou retirez la paire", "Correct the data or remove the pin"],
    },
    Code {
        code: "E1560",
        meaning: [
            "Un objectif porte sur un critère protégé sans base légale (avertissement)",
            "A target steers by a protected ground without a legal basis (warning)",
        ],
        action: ["Nommez-la : elle sera demandée", "Name it: it will be asked for"],
    },
    Code {
        code: "E1561",
        meaning: [
            "Un quota d'âge autorisé touche des logements réservés par le préfet (avertissement)",
            "An authorised quota on age reaches dwellings reserved by the prefect (warning)",
        ],
        action: ["Ajoutez reservation!=prefet à son périmètre", "Add reservation!=prefet to its scope"],
    },
    Code {
        code: "E1562",
        meaning: [
            "Un quota n'est pas valable à la date de référence (avertissement)",
            "A quota does not hold on the reference date (warning)",
        ],
        action: ["Rien, ou corrigez sa validité", "Nothing, or correct its validity"],
    },
    Code {
        code: "E1563",
        meaning: ["Aucun logement n'est dans le périmètre d'un quota (avertissement)", "No dwelling is in the scope of a quota (warning)"],
        action: ["Vérifiez les codes du périmètre", "Check the codes of the scope"],
    },
    Code {
        code: "E1564",
        meaning: ["Le suivi n'a pas de ligne pour un quota de flux (avertissement)", "The ledger has no row for a flow quota (warning)"],
        action: ["Ajoutez ce que la période a signé", "Add what the period has signed"],
    },
    Code {
        code: "E1565",
        meaning: [
            "Le suivi a plus de baux signés qu'attendus (avertissement)",
            "The ledger has more leases signed than expected (warning)",
        ],
        action: ["Corrigez les baux attendus", "Correct the leases expected"],
    },
    Code {
        code: "E1566",
        meaning: ["Une pénalité se partage en parts et s'arrondit (avertissement)", "A penalty is spread over parts and rounded (warning)"],
        action: ["Écrivez un multiple du nombre de parts", "Write a multiple of the number of parts"],
    },
    Code {
        code: "E1567",
        meaning: ["Aucun demandeur n'est dans le groupe d'un quota (avertissement)", "No applicant is in the group of a quota (warning)"],
        action: ["Vérifiez le groupe", "Check the group"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::codes::used_in_sources;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E15"), CODES.iter().map(|code| code.code.to_owned()).collect());
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
