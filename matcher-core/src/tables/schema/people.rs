//! Households, their persons, places and tenancies, and what ties households to each other.

use crate::error::Report;
use crate::tables::cell::{Value, next_value};
use crate::tables::rows::{AffinityRow, HelpRow, HouseholdRow, PersonRow, PlaceRow, TenancyRow};
use crate::tables::sheet::{Column, Row};

use super::homes::{AGE, EUROS_PER_MONTH, LATITUDE, LONGITUDE};
use super::{Field, Kind, Record, Table, Unit, table};

/// Up to 100 million euros a year.
pub(super) const EUROS_PER_YEAR: Kind = Kind::Number { places: 2, min: 0, max: 10_000_000_000, unit: Unit::EurosPerYear };
const POINTS: i64 = 1_000_000;

table! {
    /// `households.csv`
    HOUSEHOLDS: HouseholdRow, "households.csv", true, [
        "Les ménages : demandeurs, locataires en place, ou les deux (mutation). Sans nom ni nationalité.",
        "The households: applicants, residents, or both (a transfer). Without name or nationality.",
    ];
    id: true, Kind::Id, ["Identifiant stable, sans contenu personnel", "Stable id, without personal content"];
    applying: true, Kind::Flag, ["Demande un logement", "Asks for a dwelling"];
    category: true, Kind::Number { places: 0, min: 1, max: 30, unit: Unit::One }, [
        "Catégorie des plafonds de ressources, 1 à 6 ; au-delà chaque unité est une personne de plus",
        "Category of the income ceilings, 1 to 6; above 6 each number is one more person",
    ];
    income_eur_year: true, EUROS_PER_YEAR, ["Revenu fiscal de référence", "Reference tax income (RFR)"];
    consumption_units: true, Kind::Number { places: 2, min: 100, max: 3_000, unit: Unit::ConsumptionUnits }, [
        "Unités de consommation (échelle OCDE : 1, puis 0,5 ou 0,3 par personne)",
        "Consumption units (OECD scale: 1, then 0.5 or 0.3 per person)",
    ];
    resources_eur_month: true, EUROS_PER_MONTH, ["Ressources mensuelles sans aide au logement", "Monthly resources without housing benefit"];
    housing_benefit_eur_month: false, EUROS_PER_MONTH, ["Aide au logement estimée ; vide = non estimée", "Estimated housing benefit; empty = not estimated"];
    points: false, Kind::Number { places: 0, min: -POINTS, max: POINTS, unit: Unit::Points }, ["Points de la cotation ; vide = 0", "Points of the grid; empty = 0"];
    waiting_since: false, Kind::Day, ["Jour de la demande ; obligatoire pour un demandeur", "Day of the application; needed for an applicant"];
    priority_tags: false, Kind::Codes, ["Motifs de priorité, par exemple dalo", "Grounds of priority, for example dalo"];
    admissible: true, Kind::Flag, ["Recevable, selon les vérifications du bailleur", "Admissible, by the provider's own checks"];
    charter_interest: false, Kind::Flag, ["A signé ou souhaite signer la charte de voisinage ; vide = no", "Has signed or wishes to sign the charter of neighbours; empty = no"];
    choices: false, Kind::References("residences.csv"), ["Résidences souhaitées, la première d'abord ; vide = toutes", "Residences wished, first choice first; empty = anywhere"];
    exclusions: false, Kind::Labels, ["Résidences ou territoires refusés", "Residences or territories refused"];
    rights: false, Kind::Codes, ["Réservataires dont le ménage peut recevoir un logement", "Right holders whose dwellings the household may have"];
    current_dwelling: false, Kind::Reference("dwellings.csv"), [
        "Logement occupé aujourd'hui, s'il est dans dwellings.csv ; obligatoire pour une mutation",
        "Dwelling lived in now, if it is in dwellings.csv; needed for a transfer",
    ];
}

table! {
    /// `persons.csv`
    PERSONS: PersonRow, "persons.csv", true, [
        "Les personnes des ménages ; exactement une personne de référence par ménage. Sans nom, sexe ni diagnostic.",
        "The persons of the households; exactly one reference person in each. Without name, sex or diagnosis.",
    ];
    household: true, Kind::Reference("households.csv"), ["Son ménage", "Its household"];
    birth_date: false, Kind::Day, ["Date de naissance ; elle ou age, pas les deux", "Birth date; this or age, not both"];
    age: false, AGE, ["Âge au jour de référence, sans date de naissance", "Age on the reference date, where no birth date is given"];
    role: true, Kind::Choice(&["reference", "partner", "child", "other"]), [
        "reference = personne de référence, partner = conjoint, child = enfant, other = autre",
        "reference = reference person, partner = spouse or partner, child, other",
    ];
    needs: false, Kind::Codes, ["Besoins, par exemple step_free ou ground_floor ; jamais un diagnostic", "Needs, for example step_free or ground_floor; never a diagnosis"];
}

table! {
    /// `places.csv`
    PLACES: PlaceRow, "places.csv", false, [
        "Les lieux qui comptent pour un ménage.",
        "The places that matter to a household.",
    ];
    household: true, Kind::Reference("households.csv"), ["Le ménage", "The household"];
    kind: true, Kind::Choice(&["care", "school", "work", "family"]), ["care = soins, school = école, work = travail, family = famille", "Which kind of place"];
    lat: true, LATITUDE, ["Latitude", "Latitude"];
    lon: true, LONGITUDE, ["Longitude", "Longitude"];
}

table! {
    /// `tenancies.csv`
    TENANCIES: TenancyRow, "tenancies.csv", false, [
        "Qui habite où aujourd'hui.",
        "Who lives where now.",
    ];
    dwelling: true, Kind::Reference("dwellings.csv"), ["Le logement", "The dwelling"];
    household: true, Kind::Reference("households.csv"), ["Le ménage", "The household"];
    since: false, Kind::Day, ["Premier jour ; vide = depuis longtemps", "First day; empty = long ago"];
    until: false, Kind::Day, ["Dernier jour après congé ; vide = sans fin", "Last day, where notice was given; empty = open"];
}

table! {
    /// `affinities.csv`
    AFFINITIES: AffinityRow, "affinities.csv", false, [
        "Points gagnés quand deux ménages demandeurs habitent la même résidence ; une paire figure une seule fois.",
        "Points earned when two applicant households live in the same residence; a pair stands once.",
    ];
    household_a: true, Kind::Reference("households.csv"), ["Un ménage", "One household"];
    household_b: true, Kind::Reference("households.csv"), ["L'autre ménage", "The other household"];
    points: true, Kind::Number { places: 0, min: 0, max: POINTS, unit: Unit::Points }, ["Points, 0 ou plus", "Points, 0 or more"];
}

table! {
    /// `help.csv`
    HELP: HelpRow, "help.csv", false, [
        "L'aide offerte aux voisins ou attendue d'eux, toujours volontaire.",
        "Help offered to neighbours or needed from them, always voluntary.",
    ];
    household: true, Kind::Reference("households.csv"), ["Le ménage", "The household"];
    skill: true, Kind::Code, ["Aide : errands, childcare, company, computer ...", "Skill: errands, childcare, company, computer ..."];
    offers: true, Kind::Flag, ["yes = offre cette aide, no = en a besoin", "yes = offers it, no = needs it"];
    hours_week: true, Kind::Number { places: 0, min: 1, max: 168, unit: Unit::HoursPerWeek }, ["Heures par semaine", "Hours per week"];
}
