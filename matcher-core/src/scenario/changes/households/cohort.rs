//! `add_cohort`: many households of a described population apply.
//!
//! Each number of household `i` is drawn by a keyed hash of the seed, its id and what is drawn, so that a cohort of more households begins
//! with the same ones.

use crate::ids::draw;
use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::ids;
use crate::scenario::keys::{Key, Keys};
use crate::scenario::town::Town;
use crate::tables::rows::{Role, Text};
use crate::tables::schema::{self, Unit};
use crate::units::CentsPerYear;

use super::add::{CHOICES, EXCLUSIONS, POINTS, RIGHTS, TAGS, WAITING};
use super::persons::{Application, Person};

const PER_CENT: schema::Kind = schema::Kind::Number { places: 0, min: 0, max: 100, unit: Unit::One };
const ADULT: schema::Kind = schema::Kind::Number { places: 0, min: 18, max: 110, unit: Unit::Years };
const SIZE: schema::Kind = schema::Kind::Number { places: 0, min: 1, max: 12, unit: Unit::One };
const WHOLE: schema::Kind = schema::Kind::Number { places: 0, min: 0, max: 1_000_000_000, unit: Unit::One };
/// Up to 100 million euros, as in the tables.
const EUROS: schema::Kind = schema::Kind::Number { places: 0, min: 0, max: 100_000_000, unit: Unit::EurosPerYear };
/// Oldest child of a cohort.
const CHILD: i64 = 17;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "add_cohort",
    summary: [
        "Des ménages d'une population décrite demandent un logement ; ils sont tirés d'une graine, chaque nombre également probable entre ses bornes",
        "Households of a described population apply; they are drawn from a seed, each number equally likely between its bounds",
    ],
    keys: &[
        Key::column("households.csv", "id")
            .called(
                "prefix",
                ["Début de leurs identifiants : prefix-0001, prefix-0002 ...", "Beginning of their ids: prefix-0001, prefix-0002 ..."],
            )
            .required(),
        Key::new(
            "count",
            schema::Kind::Number { places: 0, min: 1, max: 100_000, unit: Unit::One },
            ["Combien de ménages", "How many households"],
        )
        .required(),
        Key::new("seed", WHOLE, ["Graine des tirages ; par défaut 0", "Seed of the draws; by default 0"]),
        Key::new("age_min", ADULT, ["Âge de la personne de référence, au moins", "Age of the reference person, at least"]).required(),
        Key::new("age_max", ADULT, ["... au plus", "... at most"]).required(),
        Key::new("size_min", SIZE, ["Personnes du ménage, au moins ; par défaut 1", "Persons of the household, at least; by default 1"]),
        Key::new("size_max", SIZE, ["... au plus ; par défaut size_min", "... at most; by default size_min"]),
        Key::new(
            "couple_percent",
            PER_CENT,
            [
                "Sur cent ménages de plusieurs, combien ont un conjoint ; les autres personnes sont des enfants de 17 ans au plus ; par défaut 50",
                "Of a hundred households of several, how many have a partner; the other persons are children of 17 at most; by default 50",
            ],
        ),
        Key::new("income_min_eur_year", EUROS, ["Revenu fiscal de référence, au moins", "Reference tax income, at least"]).required(),
        Key::new("income_max_eur_year", EUROS, ["... au plus", "... at most"]).required(),
        Key::new(
            "need",
            schema::Kind::Code,
            ["Un besoin de la personne de référence, par exemple step_free", "A need of the reference person, for example step_free"],
        ),
        Key::new(
            "need_percent",
            PER_CENT,
            [
                "Sur cent ménages, combien l'ont ; par défaut 100 si need est donné",
                "Of a hundred households, how many have it; by default 100 where need is given",
            ],
        ),
        Key::new(
            "charter_percent",
            PER_CENT,
            [
                "Sur cent ménages, combien s'intéressent à la charte ; par défaut 0",
                "Of a hundred households, how many are interested in the charter; by default 0",
            ],
        ),
        POINTS,
        WAITING,
        TAGS,
        CHOICES,
        EXCLUSIONS,
        RIGHTS,
    ],
    example: "prefix = \"young\"\ncount = 40\nseed = 7\nage_min = 20\nage_max = 29\nincome_min_eur_year = 14000\nincome_max_eur_year = 26000\nchoices = [\"R13\", \"R04\"]",
    read: |keys| {
        let size_min = keys.get("size_min").unwrap_or(1);
        let (prefix, count): (Text, i64) = (keys.need("prefix"), keys.need("count"));
        let need: Option<Text> = keys.get("need");
        if keys.has("need_percent") && !keys.has("need") {
            keys.clash("need_percent", "it says how many have a need, and there is no need", "add need or remove need_percent");
        }
        let cohort = Cohort {
            // Four digits and more: the ids of a longer cohort begin with those of a shorter one.
            ids: (1..=count).map(|number| format!("{prefix}-{number:04}").into()).collect(),
            seed: keys.need::<i64>("seed") as u64,
            age: (keys.need("age_min"), keys.need("age_max")),
            size: (size_min, keys.get("size_max").unwrap_or(size_min)),
            couples: keys.get("couple_percent").unwrap_or(50),
            income: (keys.need("income_min_eur_year"), keys.need("income_max_eur_year")),
            needy: keys.get("need_percent").unwrap_or(100),
            need,
            charter: keys.need("charter_percent"),
            of: Application {
                points: keys.need("points"),
                waiting_since: keys.need("waiting_since"),
                tags: keys.need("priority_tags"),
                choices: keys.need("choices"),
                exclusions: keys.need("exclusions"),
                rights: keys.need("rights"),
                ..Application::default()
            },
        };
        in_order(keys, "age_max", cohort.age);
        in_order(keys, "size_max", cohort.size);
        in_order(keys, "income_max_eur_year", cohort.income);
        Some(Box::new(cohort))
    },
};

fn in_order(keys: &mut Keys<'_>, name: &'static str, (least, most): (i64, i64)) {
    if keys.is_clean && least > most {
        keys.clash(name, "the most is below the least", "correct one of the two");
    }
}

#[derive(Debug)]
struct Cohort {
    ids: Vec<Text>,
    seed: u64,
    age: (i64, i64),
    size: (i64, i64),
    couples: i64,
    /// Whole euros a year: nobody's income is known to the cent.
    income: (i64, i64),
    need: Option<Text>,
    needy: i64,
    charter: i64,
    of: Application,
}

impl Change for Cohort {
    fn make(&self, town: &mut Town, faults: &mut Faults<'_>) {
        let there = town.tables.households.iter().map(|row| row.id.as_str());
        if !ids::are_free(&self.ids, there, "households.csv", "prefix", faults) {
            return;
        }
        self.of.check(town, faults);
        for id in &self.ids {
            let lot = Lot { seed: self.seed, id };
            let of = Application {
                income: CentsPerYear(lot.between("income", self.income) * 100),
                charter: lot.chance("charter", self.charter),
                ..self.of.clone()
            };
            of.file(town, id, &self.persons(lot), faults);
        }
    }
}

impl Cohort {
    fn persons(&self, lot: Lot<'_>) -> Vec<Person> {
        let person = |role, age| Person { role, born: None, age: Some(age), needs: Vec::new() };
        let age = lot.between("age", self.age);
        let mut reference = person(Role::Reference, age);
        reference.needs.extend(self.need.clone().filter(|_| lot.chance("need", self.needy)));
        let mut persons = vec![reference];
        let others = lot.between("size", self.size) - 1;
        for number in 0..others {
            let what = format!("person {number}");
            if number == 0 && lot.chance("couple", self.couples) {
                persons.push(person(Role::Partner, lot.between(&what, ((age - 5).max(18), age + 5))));
            } else {
                persons.push(person(Role::Child, lot.between(&what, (0, CHILD.min(age - 18)))));
            }
        }
        persons
    }
}

/// The draws of one household.
#[derive(Debug, Clone, Copy)]
struct Lot<'a> {
    seed: u64,
    id: &'a str,
}

impl Lot<'_> {
    /// A number from the least to the most.
    fn between(&self, what: &str, (least, most): (i64, i64)) -> i64 {
        let span = u128::from(most.abs_diff(least)) + 1;
        // The high part of a product: each number equally often but for one in 2^64 / span.
        least + ((u128::from(draw(self.seed, &format!("{}/{what}", self.id))) * span) >> 64) as i64
    }

    /// True so many times in a hundred.
    fn chance(&self, what: &str, per_cent: i64) -> bool {
        self.between(what, (1, 100)) <= per_cent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_lie_between_their_bounds_and_reach_them() {
        let drawn: std::collections::BTreeSet<i64> = (0..500).map(|seed| Lot { seed, id: "y-0001" }.between("age", (20, 29))).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), (20..30).collect::<Vec<_>>());
        let often = (0..1_000).filter(|&seed| Lot { seed, id: "y-0001" }.chance("need", 30)).count();
        assert!((250..350).contains(&often), "{often}");
        assert!((0..200).all(|seed| !Lot { seed, id: "y" }.chance("need", 0) && Lot { seed, id: "y" }.chance("need", 100)));
    }
}
