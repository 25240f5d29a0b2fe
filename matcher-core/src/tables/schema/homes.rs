//! Residences, dwellings, and the authorisations that earmarks rest on.

use crate::error::Report;
use crate::tables::cell::{Value, next_value};
use crate::tables::rows::{AuthorisationRow, DwellingRow, ResidenceRow};
use crate::tables::sheet::{Column, Row};

use super::{Field, Kind, Record, Table, Unit, table};

const fn degrees(largest: i64) -> Kind {
    Kind::Number { places: 6, min: -largest, max: largest, unit: Unit::Degrees }
}
/// Degrees north.
pub(super) const LATITUDE: Kind = degrees(90_000_000);
/// Degrees east.
pub(super) const LONGITUDE: Kind = degrees(180_000_000);
/// Up to 100,000 euros a month.
pub(super) const EUROS_PER_MONTH: Kind = Kind::Number { places: 2, min: 0, max: 10_000_000, unit: Unit::EurosPerMonth };
/// An age in full years.
pub(super) const AGE: Kind = Kind::Number { places: 0, min: 0, max: 130, unit: Unit::Years };

table! {
    /// `residences.csv`
    RESIDENCES: ResidenceRow, "residences.csv", true, [
        "Les résidences : un bâtiment ou un groupe géré comme une même communauté.",
        "The residences: a building or group run as one community.",
    ];
    id: true, Kind::Id, ["Identifiant stable de la résidence", "Stable id of the residence"];
    name: false, Kind::Text, ["Nom montré aux personnes", "Name shown to people"];
    territory: true, Kind::Label, ["Quartier ou commune, tel que les périmètres le nomment", "Neighbourhood or commune, as scopes name it"];
    programme: false, Kind::Code, ["Programme, par exemple chers_voisins ou cocoon_ages", "Programme, for example chers_voisins or cocoon_ages"];
    priority_district: true, Kind::Flag, ["Située dans un quartier prioritaire (QPV)", "Lies in a priority district (QPV)"];
    ceiling_zone: true, Kind::Code, [
        "Zone des plafonds de ressources : paris_communes_limitrophes, ile_de_france, autres_regions, ou une zone de ceilings.csv",
        "Zone of the income ceilings: paris_communes_limitrophes, ile_de_france, autres_regions, or a zone of ceilings.csv",
    ];
    lat: false, LATITUDE, ["Latitude ; avec lon ou pas du tout", "Latitude; together with lon or not at all"];
    lon: false, LONGITUDE, ["Longitude ; avec lat ou pas du tout", "Longitude; together with lat or not at all"];
    lift: true, Kind::Flag, ["Un ascenseur dessert la résidence", "The residence has a lift"];
}

table! {
    /// `dwellings.csv`
    DWELLINGS: DwellingRow, "dwellings.csv", true, [
        "Les logements, loués ou à attribuer.",
        "The dwellings, let or to be allocated.",
    ];
    id: true, Kind::Id, ["Identifiant stable du logement", "Stable id of the dwelling"];
    residence: true, Kind::Reference("residences.csv"), ["Sa résidence", "Its residence"];
    staircase: false, Kind::Label, ["Cage d'escalier ; vide s'il n'y en a qu'une", "Staircase; empty where there is only one"];
    floor: true, Kind::Number { places: 0, min: -10, max: 200, unit: Unit::One }, ["Étage, 0 = rez-de-chaussée", "Floor, 0 = ground floor"];
    typology: true, Kind::Typology, ["Typologie ; 6 pour T6 et plus", "Typology; 6 for T6 and above"];
    rooms: true, Kind::Number { places: 0, min: 1, max: 30, unit: Unit::One }, ["Pièces principales", "Main rooms"];
    area_m2: true, Kind::Number { places: 2, min: 100, max: 200_000, unit: Unit::SquareMetres }, ["Surface habitable", "Living area"];
    rent_eur_month: true, EUROS_PER_MONTH, ["Loyer hors charges", "Rent without charges"];
    charges_eur_month: true, EUROS_PER_MONTH, ["Charges ; 0 si aucune", "Charges; 0 if there are none"];
    financing: true, Kind::Choice(&["PLAI", "PLUS", "PLS", "free"]), ["Financement ; décide du plafond de ressources, free = sans plafond", "Financing; decides the income ceiling, free = without one"];
    accessibility: true, Kind::Choice(&["none", "step_free", "adapted"]), [
        "none = avec marches, step_free = accès de plain-pied, adapted = de plain-pied et aménagé",
        "none = with steps, step_free = reached without a step, adapted = step-free and fitted",
    ];
    reservation: false, Kind::Code, ["Réservataire (prefet, action_logement ...) ; vide = non réservé", "Right holder (prefet, action_logement ...); empty = not reserved"];
    earmark: false, Kind::Reference("authorisations.csv"), [
        "Autorisation de l'offrir en priorité à certaines personnes ; jamais sur un logement réservé par le préfet",
        "Authorisation to offer it first to some people; never on a dwelling reserved by the prefect",
    ];
    available_from: false, Kind::Day, ["À attribuer à partir de ce jour ; vide = pas à attribuer", "To be allocated from this day; empty = not to be allocated"];
}

table! {
    /// `authorisations.csv`
    AUTHORISATIONS: AuthorisationRow, "authorisations.csv", false, [
        "Les autorisations d'attribuer en priorité des logements à des personnes d'un âge ou d'un besoin (loi ASV art. 20, loi ELAN art. 109).",
        "The authorisations to offer dwellings first to people of an age or with a need (ASV law art. 20, ELAN law art. 109).",
    ];
    id: true, Kind::Id, ["Identifiant stable de l'autorisation", "Stable id of the authorisation"];
    min_age: false, AGE, ["Âge minimal de la personne de référence ; vide = sans limite", "Lowest age of the reference person; empty = no limit"];
    max_age: false, AGE, ["Âge maximal de la personne de référence ; vide = sans limite", "Highest age of the reference person; empty = no limit"];
    need: false, Kind::Code, ["Besoin qui ouvre le droit quel que soit l'âge ; vide = l'âge décide seul", "Need that admits whatever the age; empty = age alone decides"];
    legal_basis: true, Kind::Text, ["Loi ou acte sur lequel elle repose", "Law or act it rests on"];
    author: true, Kind::Text, ["Qui l'a donnée", "Who gave it"];
    valid_from: true, Kind::Day, ["Premier jour", "First day"];
    valid_to: false, Kind::Day, ["Dernier jour ; vide = sans fin", "Last day; empty = open"];
}
