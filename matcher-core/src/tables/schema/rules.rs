//! Quotas, what the period has already signed, and income ceilings.

use crate::error::Report;
use crate::tables::cell::{Value, next_value};
use crate::tables::rows::{CeilingRow, LedgerRow, QuotaRow};
use crate::tables::sheet::{Column, Row};

use super::people::EUROS_PER_YEAR;
use super::{Field, Kind, Record, Table, Unit, table};

/// A bound of a quota: a count, or per cent of a share.
const BOUND: Kind = Kind::Number { places: 6, min: 0, max: 1_000_000_000_000_000, unit: Unit::One };
const PENALTY: Kind = Kind::Number { places: 0, min: 0, max: 1_000_000_000, unit: Unit::Points };
const COUNT: Kind = Kind::Number { places: 0, min: 0, max: 1_000_000_000, unit: Unit::One };

table! {
    /// `quotas.csv`
    QUOTAS: QuotaRow, "quotas.csv", false, [
        "Les quotas et les objectifs de peuplement.",
        "The quotas and targets.",
    ];
    id: true, Kind::Id, ["Identifiant stable", "Stable id"];
    version: false, Kind::Text, ["Version du texte", "Version of the text"];
    valid_from: false, Kind::Day, ["Premier jour ; vide = depuis toujours", "First day; empty = always"];
    valid_to: false, Kind::Day, ["Dernier jour ; vide = sans fin", "Last day; empty = open"];
    legal_basis: false, Kind::Text, ["Loi, décret ou convention ; obligatoire pour un quota d'âge ferme", "Law, decree or agreement; needed for a hard quota on age"];
    author: false, Kind::Text, ["Qui l'a décidé", "Who decided it"];
    scope: true, Kind::Text, [
        "Filtre des logements : *, residence=R1, territory=T, staircase=R1/A, financing=PLAI|PLUS & reservation=prefet ...",
        "Filter on dwellings: *, residence=R1, territory=T, staircase=R1/A, financing=PLAI|PLUS & reservation=prefet ...",
    ];
    group: true, Kind::Text, [
        "Filtre des ménages : *, age=60..74, income_quartile=1, tag=dalo ... ; avec measure = persons : person_age=75..",
        "Filter on households: *, age=60..74, income_quartile=1, tag=dalo ...; with measure = persons: person_age=75..",
    ];
    measure: true, Kind::Choice(&["households", "persons"]), ["Ce qui est compté : ménages ou personnes", "What is counted: households or persons"];
    basis: true, Kind::Choice(&["stock", "flow", "run"]), [
        "stock = les baux en cours comptent, flow = le suivi annuel compte, run = seulement ce qui est décidé ici",
        "stock = tenancies count, flow = the ledger counts, run = only what this run decides",
    ];
    unit: true, Kind::Choice(&["count", "share"]), ["count = nombre, share = pour cent du dénominateur", "count, or share in per cent of the denominator"];
    denominator: false, Kind::Choice(&["dwellings", "leases", "offers"]), [
        "Pour share : dwellings = logements du périmètre, leases = baux attendus de la période, offers = offres de ce calcul",
        "For a share: dwellings of the scope, leases expected in the period, or offers of this run",
    ];
    min: false, BOUND, ["Au moins ; vide = aucun", "At least; empty = none"];
    target: false, BOUND, ["Valeur visée ; vide = aucune", "Wished value; empty = none"];
    max: false, BOUND, ["Au plus ; vide = aucun", "At most; empty = none"];
    rounding: false, Kind::Choice(&["legal", "outward", "nearest"]), [
        "legal = minima vers le haut, maxima vers le bas ; outward = l'inverse ; nearest ; vide = legal si ferme, outward sinon",
        "legal = minima up, maxima down; outward = the other way; nearest; empty = legal for hard, outward for priced",
    ];
    penalty_below: false, PENALTY, ["Points perdus par unité sous le minimum ; vide = ferme", "Points lost per unit below the minimum; empty = hard"];
    penalty_above: false, PENALTY, ["Points perdus par unité au-dessus du maximum ; vide = ferme", "Points lost per unit above the maximum; empty = hard"];
    target_penalty: false, PENALTY, ["Points perdus pour la première unité d'écart à la valeur visée", "Points lost for the first unit away from the target"];
    target_penalty_step: false, PENALTY, ["Points ajoutés par unité suivante ; vide = 0", "Points added per further unit; empty = 0"];
}

table! {
    /// `ledger.csv`
    LEDGER: LedgerRow, "ledger.csv", false, [
        "Ce que la période (l'année) a déjà signé, par quota de flux ; une ligne par quota.",
        "What the period (year) has already signed, per flow quota; one row per quota.",
    ];
    quota: true, Kind::Label, ["Le quota, de quotas.csv ou de la politique", "The quota, of quotas.csv or of the policy"];
    counted: true, COUNT, ["Baux (ou personnes) du groupe déjà signés dans le périmètre", "Leases (or persons) of the group already signed in the scope"];
    signed: true, COUNT, ["Tous les baux déjà signés dans le périmètre", "All leases already signed in the scope"];
    expected: true, COUNT, ["Tous les baux attendus dans la période entière ; 0 = inconnu", "All leases expected in the whole period; 0 = not known"];
}

table! {
    /// `ceilings.csv`
    CEILINGS: CeilingRow, "ceilings.csv", false, [
        "Les plafonds de ressources ; ils remplacent les plafonds intégrés.",
        "The income ceilings; they replace the built-in ones.",
    ];
    financing: true, Kind::Choice(&["PLAI", "PLUS", "PLS"]), ["Le financement", "The financing"];
    category: true, Kind::Number { places: 0, min: 1, max: 7, unit: Unit::One }, ["Catégorie du ménage, 1 à 6 ; 7 = ajouté par personne de plus", "Household category, 1 to 6; 7 = added per further person"];
    zone: true, Kind::Code, ["Zone, comme dans residences.csv", "Zone, as in residences.csv"];
    valid_from: true, Kind::Day, ["Premier jour", "First day"];
    valid_to: false, Kind::Day, ["Dernier jour ; vide = jusqu'à la ligne suivante", "Last day; empty = until the next row"];
    ceiling_eur_year: true, EUROS_PER_YEAR, ["Le plafond", "The ceiling"];
}
