//! A rule of one's own, from outside the crate: nobody under 60 on the ground floor, so that it stays free for those who need it.
//!
//! `cargo run -p matcher-core --example own_rule`

use std::path::Path;

use matcher_core::eligibility::{Card, Eligibility, RULES, Rule, Screen, Verdicts, Violation};
use matcher_core::error::Report;
use matcher_core::ids::HouseholdIndex;
use matcher_core::model::Model;
use matcher_core::pipeline::Inputs;
use matcher_core::policy::Policy;

/// The ground floor is kept for households whose reference person is 60 or older.
struct GroundFloor;

const CODE: &str = "ground_floor_for_older";

static CARD: Card = Card {
    name: ["Rez-de-chaussée réservé aux aînés", "Ground floor for older people"],
    about: [
        "Un rez-de-chaussée n'est proposé qu'à un ménage dont la personne de référence a 60 ans ou plus.",
        "A ground floor is offered only to households whose reference person is 60 or older.",
    ],
    sentence: ["Étage {floor}.", "Floor {floor}."],
    source: "Example; in earnest it would need a legal basis, since it decides by age",
    version: "1",
    parameters: &[],
};

impl Rule for GroundFloor {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Screen + 'm> {
        Box::new(Prepared { age: &model.households.age, floor: &model.dwellings.floor })
    }
}

struct Prepared<'m> {
    age: &'m [i64],
    floor: &'m [i64],
}

impl Screen for Prepared<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        if self.age.get(household.index()).is_none_or(|&age| age < 60) {
            let reason = |floor: &i64| Violation { rule: CODE, values: vec![("floor", floor.to_string())] };
            verdicts.check(self.floor, |&floor| floor > 0, reason);
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let town = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/demo-town");
    let opened = Inputs::read(&town, None)?.open(None)?;
    let (model, policy) = (&opened.model, &opened.policy);

    let count = |rules: &[&dyn Rule]| {
        let mut report = Report::default();
        let eligibility = Eligibility::with_rules(rules, model, policy, &mut report);
        eligibility.screen_all(model).iter().map(Vec::len).sum::<usize>()
    };
    let mut rules = RULES.to_vec();
    let before = count(&rules);
    rules.push(&GroundFloor);
    let after = count(&rules);
    println!("{before} eligible pairs with the registry's rules, {after} with one more");
    assert!(after < before);
    Ok(())
}
