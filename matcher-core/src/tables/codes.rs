//! Every code of a finding about tables and raw problems (E10xx), what it means and what to do. Codes are stable: a code
//! keeps its meaning for ever, and a code that is no longer used is not given again.
//!
//! A finding itself says more (its cause and action name numbers and neighbours); this list is for documentation, for filters, and for
//! tools that show a finding in French.

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `E1xxx`.
    pub code: &'static str,
    /// What is wrong, French and English.
    pub meaning: [&'static str; 2],
    /// What to do, French and English.
    pub action: [&'static str; 2],
}

const fn code(code: &'static str, meaning: [&'static str; 2], action: [&'static str; 2]) -> Code {
    Code { code, meaning, action }
}

/// Every code, in order.
pub const CODES: &[Code] = &[
    // Files and headers
    code("E1000", ["Un fichier obligatoire manque", "A file that must be there is missing"], ["Ajoutez-le", "Add it"]),
    code(
        "E1001",
        ["Le fichier n'a pas d'en-tête", "The file has no header"],
        ["Écrivez les noms de colonnes en première ligne", "Write the column names in the first line"],
    ),
    code(
        "E1002",
        ["Une colonne obligatoire manque", "A column that must be there is missing"],
        ["Ajoutez-la à l'en-tête", "Add it to the header"],
    ),
    code(
        "E1003",
        ["Une colonne est inconnue", "A column is not known"],
        [
            "Retirez-la : une donnée qui n'est pas demandée ne doit pas être fournie",
            "Remove it: data that is not asked for must not be given",
        ],
    ),
    code(
        "E1004",
        ["Un guillemet se trouve dans une cellule qui n'en est pas entourée", "A quote stands inside a cell that is not in quotes"],
        ["Mettez la cellule entre guillemets et doublez le guillemet", "Put the cell in quotes and double the quote"],
    ),
    code("E1005", ["Une colonne figure deux fois", "A column stands twice"], ["Gardez-en une", "Keep one"]),
    code(
        "E1006",
        ["Un fichier CSV n'est aucune des tables", "A CSV file is none of the tables"],
        ["Retirez-le ou corrigez son nom", "Remove it or correct its name"],
    ),
    code(
        "E1007",
        ["Une ligne a trop ou trop peu de cellules", "A row has too many or too few cells"],
        ["Écrivez une cellule par colonne", "Write one cell per column"],
    ),
    code("E1008", ["Toutes les cellules d'une ligne sont vides", "Every cell of a row is empty"], ["Retirez la ligne", "Remove the row"]),
    // Ids and references
    code(
        "E1009",
        ["Un identifiant figure deux fois", "An id stands twice"],
        ["Donnez un identifiant propre à chaque ligne", "Give each row its own id"],
    ),
    code(
        "E1010",
        [
            "Deux identifiants ou noms peuvent être confondus (majuscules, espaces, accents composés)",
            "Two ids or names can be confused (capitals, blanks, composed accents)",
        ],
        ["Écrivez l'un comme l'autre, ou distinguez-les clairement", "Write them alike, or make them clearly different"],
    ),
    code(
        "E1011",
        ["Un identifiant n'existe pas dans la table qu'il désigne", "An id is not in the table that it refers to"],
        ["Corrigez-le ou ajoutez sa ligne", "Correct it or add its row"],
    ),
    code("E1012", ["Deux lignes disent la même chose", "Two rows are about the same thing"], ["Gardez-en une", "Keep one"]),
    code("E1017", ["Un ménage est lié à lui-même", "A household is paired with itself"], ["Retirez la ligne", "Remove the row"]),
    code(
        "E1018",
        ["Un ménage n'a aucune personne ou en a plus de 30", "A household has no person or more than 30"],
        ["Corrigez persons.csv", "Correct persons.csv"],
    ),
    // Days
    code(
        "E1019",
        [
            "Ce jour n'existe pas, ou son année est avant 1900 ou après 2200",
            "The day does not exist, or its year is before 1900 or after 2200",
        ],
        ["Corrigez la date", "Correct the date"],
    ),
    code(
        "E1020",
        ["La date n'est pas de la forme AAAA-MM-JJ", "The date is not of the form YYYY-MM-DD"],
        ["Écrivez année, mois, jour", "Write year, month, day"],
    ),
    // Text, encoding, size
    code(
        "E1024",
        [
            "Un guillemet ouvre une cellule et n'est pas fermé, ou du texte suit sa fermeture",
            "A quote opens a cell and is not closed, or text follows its end",
        ],
        ["Fermez-le, ou doublez un guillemet qui fait partie du texte", "Close it, or double a quote that is part of the text"],
    ),
    code(
        "E1025",
        ["Le séparateur du fichier n'est pas déclaré", "The delimiter of the file is not declared"],
        ["Déclarez delimiter dans format.toml", "Declare delimiter in format.toml"],
    ),
    code(
        "E1026",
        ["Le séparateur décimal n'est pas celui qui est déclaré", "The decimal separator is not the one that is declared"],
        ["Déclarez decimal_comma dans format.toml ou changez le nombre", "Declare decimal_comma in format.toml or change the number"],
    ),
    code(
        "E1027",
        ["Le fichier a plus d'octets ou de lignes que permis", "The file has more bytes or rows than allowed"],
        ["Partagez les données ou relevez la limite", "Split the data or raise the limit"],
    ),
    code("E1028", ["Une cellule est trop longue", "A cell is too long"], ["Raccourcissez-la", "Shorten it"]),
    code(
        "E1030",
        ["Le fichier n'est pas du texte dans l'encodage attendu", "The file is not text in the expected encoding"],
        [
            "Enregistrez-le en CSV UTF-8, ou déclarez encoding dans format.toml",
            "Save it as CSV in UTF-8, or declare encoding in format.toml",
        ],
    ),
    code(
        "E1031",
        ["Un octet du fichier n'est pas de l'UTF-8", "A byte of the file is not UTF-8"],
        [
            "Enregistrez le fichier en UTF-8, ou déclarez encoding = \"windows-1252\" dans format.toml",
            "Save the file in UTF-8, or declare encoding = \"windows-1252\" in format.toml",
        ],
    ),
    code("E1032", ["Une cellule contient un caractère de contrôle", "A cell has a control character"], ["Retirez-le", "Remove it"]),
    code(
        "E1033",
        [
            "Un identifiant contient un caractère invisible ou qui change le sens d'écriture",
            "An id has a character that shows nothing or turns the direction of text",
        ],
        ["Retirez-le", "Remove it"],
    ),
    code(
        "E1035",
        ["Un identifiant est trop long, contient | ou commence comme une formule", "An id is too long, has a | or begins like a formula"],
        ["Changez-le", "Change it"],
    ),
    code(
        "E1036",
        [
            "Un code n'est pas fait de minuscules a à z, chiffres, _, - et .",
            "A code is not made of lower-case letters a to z, digits, _, - and .",
        ],
        ["Écrivez le code ainsi", "Write the code so"],
    ),
    code(
        "E1037",
        ["format.toml ne peut pas être lu", "format.toml cannot be read"],
        ["N'y écrivez que delimiter, decimal_comma, encoding", "Write nothing in it but delimiter, decimal_comma, encoding"],
    ),
    // Cells
    code("E1040", ["Ce n'est pas un nombre entier", "Not a whole number"], ["N'écrivez que des chiffres", "Write digits only"]),
    code("E1041", ["Un identifiant est vide", "An id is empty"], ["Écrivez l'identifiant", "Write the id"]),
    code("E1042", ["Une cellule qui doit être remplie est vide", "A cell that must be filled is empty"], ["Remplissez-la", "Fill it"]),
    code(
        "E1043",
        ["Un nombre est hors des bornes de sa colonne", "A number is outside the bounds of its column"],
        ["Corrigez-le", "Correct it"],
    ),
    code(
        "E1044",
        ["Ce n'est pas un nombre", "Not a number"],
        ["Écrivez-le sans espace, monnaie ni séparateur de milliers", "Write it without blanks, currency or thousands separators"],
    ),
    code("E1045", ["Ni yes ni no", "Neither yes nor no"], ["Écrivez yes ou no", "Write yes or no"]),
    code(
        "E1046",
        ["La valeur n'est pas une de celles de la colonne", "The value is not one of those of the column"],
        ["Écrivez l'une d'elles", "Write one of them"],
    ),
    code(
        "E1047",
        [
            "Une liste a une place vide, une entrée double ou trop d'entrées",
            "A list has an empty place, an entry twice or too many entries",
        ],
        ["Une barre | entre deux entrées, chaque entrée une fois", "One | between two entries, each entry once"],
    ),
    code("E1051", ["NaN n'est pas un nombre", "NaN is no number"], ["Écrivez un nombre", "Write a number"]),
    code(
        "E1052",
        ["L'infini n'est pas un nombre avec lequel compter", "Infinity is no number to count with"],
        ["Écrivez un nombre", "Write a number"],
    ),
    code(
        "E1054",
        ["Un nombre a plus de décimales que son unité n'en tient", "A number has more decimals than its unit holds"],
        ["Arrondissez-le vous-même", "Round it yourself"],
    ),
    code(
        "E1055",
        ["Un nombre est écrit avec un exposant", "A number is written with an exponent"],
        ["Écrivez-le en entier", "Write it out"],
    ),
    // Raw problems
    code("E1060", ["Une ligne du problème figure deux fois", "A row of the problem stands twice"], ["Gardez-en une", "Keep one"]),
    code("E1061", ["Des points sont négatifs", "Points are negative"], ["Écrivez 0 ou plus", "Write 0 or more"]),
    code(
        "E1062",
        [
            "Un nom sert à deux sortes de choses (périmètre ou territoire, et résidence)",
            "A name stands for two kinds of things (scope or territory, and residence)",
        ],
        ["Renommez l'une d'elles", "Rename one of them"],
    ),
    code(
        "E1063",
        ["Une pénalité est négative", "A penalty is negative"],
        ["Écrivez 0 ou plus, ou laissez vide pour un quota ferme", "Write 0 or more, or leave it empty for a hard quota"],
    ),
    code(
        "E1064",
        ["Le numéro d'une priorité n'est pas un entier à partir de 1", "The number of a tier is no whole number from 1 on"],
        ["Numérotez les priorités 1, 2, ...", "Number the tiers 1, 2, ..."],
    ),
    code(
        "E1065",
        ["Un ménage compte moins de 1 dans le groupe d'une priorité", "A household counts less than 1 in the group of a tier"],
        ["Utilisez un groupe où chacun compte 1 ou plus", "Use a group in which each counts 1 or more"],
    ),
    code(
        "E1066",
        ["Un nom est réservé aux priorités", "A name is kept for tiers"],
        ["Renommez le groupe ou le quota", "Rename the group or the quota"],
    ),
    code(
        "E1067",
        ["Un minimum est au-dessus de son maximum", "A minimum is above its maximum"],
        ["Abaissez l'un ou relevez l'autre", "Lower the one or raise the other"],
    ),
    // Rows against each other
    code(
        "E1070",
        ["Un ménage n'a pas exactement une personne de référence", "A household has not exactly one reference person"],
        ["Corrigez les rôles dans persons.csv", "Correct the roles in persons.csv"],
    ),
    code(
        "E1071",
        ["Date de naissance et âge sont tous deux donnés, ou aucun", "Birth date and age are both given, or neither"],
        ["Donnez l'un des deux", "Give one of the two"],
    ),
    code(
        "E1072",
        ["Un logement est loué deux fois en même temps", "A dwelling is let twice at the same time"],
        ["Écrivez le dernier jour du premier bail", "Write the last day of the earlier tenancy"],
    ),
    code(
        "E1073",
        ["Un ménage habite deux logements en même temps", "A household lives in two dwellings at the same time"],
        ["Écrivez le dernier jour du premier bail", "Write the last day of the earlier tenancy"],
    ),
    code(
        "E1074",
        ["Un logement est à la fois loué et à attribuer", "A dwelling is let and to be allocated at once"],
        ["Écrivez le dernier jour du bail ou corrigez available_from", "Write the last day of the tenancy or correct available_from"],
    ),
    code(
        "E1075",
        ["Le logement actuel d'un ménage et les baux se contredisent", "The current dwelling of a household and the tenancies disagree"],
        ["Accordez households.csv et tenancies.csv", "Make households.csv and tenancies.csv agree"],
    ),
    code(
        "E1076",
        ["Le dernier jour précède le premier", "The last day lies before the first"],
        ["Corrigez l'un des deux", "Correct one of them"],
    ),
    code(
        "E1077",
        [
            "Un logement réservé par le préfet porte une priorité d'âge ou de besoin (loi ASV, art. 20)",
            "A dwelling reserved by the prefect is earmarked (ASV law, article 20)",
        ],
        ["Retirez la priorité ou corrigez la réservation", "Remove the earmark or correct the reservation"],
    ),
    code(
        "E1078",
        ["Une autorisation ne nomme ni âge ni besoin", "An authorisation names neither an age nor a need"],
        ["Écrivez l'âge ou le besoin", "Write the age or the need"],
    ),
    code(
        "E1079",
        ["L'âge minimal dépasse l'âge maximal", "The lowest age is above the highest"],
        ["Corrigez l'un des deux", "Correct one of them"],
    ),
    code(
        "E1080",
        ["Latitude et longitude ne vont pas ensemble", "Latitude and longitude do not stand together"],
        ["Écrivez les deux ou aucune", "Write both or neither"],
    ),
    code("E1081", ["Un demandeur n'a pas de date de demande", "An applicant has no day of application"], ["Écrivez-la", "Write it"]),
    code(
        "E1082",
        ["Une résidence est à la fois souhaitée et refusée", "A residence is both wished and refused"],
        ["Retirez-la d'un des deux", "Remove it from one of the two"],
    ),
    code(
        "E1083",
        ["Aucun plafond n'est connu pour la zone", "No income ceilings are known for the zone"],
        ["Corrigez la zone ou donnez ses plafonds dans ceilings.csv", "Correct the zone or give its ceilings in ceilings.csv"],
    ),
    code(
        "E1090",
        [
            "Une affinité nomme un ménage qui n'est pas demandeur (avertissement)",
            "An affinity names a household that does not apply (warning)",
        ],
        ["Retirez la ligne, ou corrigez applying", "Remove the row, or correct applying"],
    ),
    code(
        "E1099",
        ["D'autres constats du même fichier ne sont que comptés", "Further findings of the file are only counted"],
        ["Corrigez les premiers, puis vérifiez de nouveau", "Correct the first ones, then check again"],
    ),
];

/// Codes that begin with `prefix` in the sources of this crate, lists of codes left out; for the tests of those lists.
#[cfg(test)]
pub(crate) fn used_in_sources(prefix: &str) -> std::collections::BTreeSet<String> {
    fn sources(dir: &std::path::Path, out: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                sources(&entry, out);
            } else if entry.extension().is_some_and(|e| e == "rs") && !entry.ends_with("codes.rs") {
                out.push_str(&std::fs::read_to_string(&entry).unwrap());
            }
        }
    }
    let mut text = String::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
    let is_code = |literal: &&str| literal.len() == 5 && literal.starts_with(prefix) && literal[1..].bytes().all(|b| b.is_ascii_digit());
    text.split('"').filter(is_code).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        assert_eq!(used_in_sources("E10"), CODES.iter().map(|code| code.code.to_owned()).collect(), "add or remove a line of CODES");
    }

    #[test]
    fn codes_are_in_order_and_each_once() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
