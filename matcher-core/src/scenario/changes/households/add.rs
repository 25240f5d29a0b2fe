//! `add_household`: one more household applies.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::ids;
use crate::scenario::keys::{Form, Key};
use crate::scenario::town::Town;
use crate::tables::rows::Text;

use super::persons::{Application, Person, fault};

pub(super) const INCOME: Key = Key::column("households.csv", "income_eur_year");
pub(super) const POINTS: Key = Key::column("households.csv", "points");
pub(super) const WAITING: Key = Key::column("households.csv", "waiting_since").called(
    "waiting_since",
    ["Jour de la demande ; par défaut la date de référence", "Day of the application; by default the reference date"],
);
pub(super) const TAGS: Key = Key::column("households.csv", "priority_tags");
pub(super) const CHOICES: Key = Key::column("households.csv", "choices");
pub(super) const EXCLUSIONS: Key = Key::column("households.csv", "exclusions");
pub(super) const RIGHTS: Key = Key::column("households.csv", "rights");

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_household",
    summary: ["Un ménage de plus demande un logement", "One more household applies"],
    keys: &[
        Key::column("households.csv", "id").called("household", ["Un nouvel identifiant", "A new id"]).required(),
        Key {
            name: "persons",
            form: Form::Texts([
                "liste de textes : rôle, âge ou date de naissance, besoins ; `\"reference 34\"`, `\"child 2019-05-04 step_free\"`",
                "list of texts: role, age or birth date, needs; `\"reference 34\"`, `\"child 2019-05-04 step_free\"`",
            ]),
            required: true,
            means: [
                "Les personnes du ménage, dont exactement une de référence (reference, partner, child, other)",
                "The persons of the household, exactly one of them the reference person (reference, partner, child, other)",
            ],
        },
        INCOME.required(),
        Key::column("households.csv", "resources_eur_month").called(
            "resources_eur_month",
            [
                "Ressources mensuelles sans aide au logement ; par défaut un douzième du revenu",
                "Monthly resources without housing benefit; by default a twelfth of the income",
            ],
        ),
        Key::column("households.csv", "housing_benefit_eur_month"),
        Key::column("households.csv", "category").called(
            "category",
            [
                "Catégorie des plafonds de ressources ; par défaut celle des personnes",
                "Category of the income ceilings; by default that of the persons",
            ],
        ),
        Key::column("households.csv", "consumption_units").called(
            "consumption_units",
            ["Unités de consommation ; par défaut celles des personnes", "Consumption units; by default those of the persons"],
        ),
        POINTS,
        WAITING,
        TAGS,
        Key::column("households.csv", "admissible").called("admissible", ["Recevable ; par défaut oui", "Admissible; by default yes"]),
        Key::column("households.csv", "charter_interest"),
        CHOICES,
        EXCLUSIONS,
        RIGHTS,
    ],
    example: "household = \"N1\"\npersons = [\"reference 34\", \"partner 33\", \"child 2021-05-04\"]\nincome_eur_year = 24000\nchoices = [\"R03\", \"R13\"]",
    read: |keys| {
        let household = keys.need("household");
        let of = Application {
            category: keys.get("category"),
            income: keys.need("income_eur_year"),
            units: keys.get("consumption_units"),
            resources: keys.get("resources_eur_month"),
            benefit: keys.need("housing_benefit_eur_month"),
            points: keys.need("points"),
            waiting_since: keys.need("waiting_since"),
            tags: keys.need("priority_tags"),
            admissible: keys.get("admissible"),
            charter: keys.need("charter_interest"),
            choices: keys.need("choices"),
            exclusions: keys.need("exclusions"),
            rights: keys.need("rights"),
        };
        let mut persons = Vec::new();
        for text in keys.texts("persons") {
            match Person::read(&text) {
                Ok(person) => persons.push(person),
                Err(cause) => {
                    keys.is_clean = false;
                    keys.faults.add("E1903", "persons", cause, "write for example reference 34, or child 2019-05-04 step_free");
                }
            }
        }
        if let Some(cause) = fault(&persons).filter(|_| keys.is_clean && keys.has("persons")) {
            keys.is_clean = false;
            keys.faults.add("E1903", "persons", cause, "correct the list");
        }
        Some(Box::new(AddHousehold { household, persons, of }))
    },
};

#[derive(Debug)]
struct AddHousehold {
    household: Text,
    persons: Vec<Person>,
    of: Application,
}

impl Change for AddHousehold {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let there = town.tables.households.iter().map(|row| row.id.as_str());
        ids::are_free(std::slice::from_ref(&self.household), there, "households.csv", "household", faults);
        self.of.check(town, faults);
        self.of.file(town, &self.household, &self.persons, faults);
    }
}
