//! The residences that the household asked for, first choice first.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::policy::Policy;

use super::{Criterion, Fact, Marks, Measure};

/// First choice, second choice, ... and a neutral mark for those who would live anywhere.
#[derive(Debug)]
pub(super) struct ChoiceRank;

const CODE: &str = "choice_rank";
const STEP: &str = "step_loss_per_mille";
const ANYWHERE: &str = "anywhere_per_mille";

static CARD: Card = Card {
    name: ["Rang du souhait", "Rank of the wish"],
    about: [
        "Tous les points pour la résidence citée en premier, moins à chaque rang suivant, aucun pour une résidence non citée. Un ménage sans souhait a une note neutre partout.",
        "Full marks for the residence named first, fewer at each further rank, none for a residence that is not named. A household without a wish has a neutral mark everywhere.",
    ],
    sentence: ["Rang du souhait : {rank} sur {wishes}.", "Rank of the wish: {rank} of {wishes}."],
    source: "CCH art. L441-1 (the wish of the applicant)",
    version: "1",
    parameters: &[
        Parameter { name: STEP, default: "200", about: ["Perte par rang", "Loss per rank"] },
        Parameter { name: ANYWHERE, default: "500", about: ["Note sans souhait", "Mark without a wish"] },
    ],
};

impl Criterion for ChoiceRank {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        Box::new(Wishes {
            residence: &model.dwellings.residence,
            choices: &model.households.choices,
            step: parameters.integer(STEP, 0..=1000, report),
            anywhere: parameters.integer(ANYWHERE, 0..=1000, report) as i32,
        })
    }
}

struct Wishes<'m> {
    residence: &'m [ResidenceIndex],
    choices: &'m [Vec<ResidenceIndex>],
    step: i64,
    anywhere: i32,
}

impl Wishes<'_> {
    fn of(&self, household: HouseholdIndex) -> &[ResidenceIndex] {
        self.choices.get(household.index()).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Measure for Wishes<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let choices = self.of(household);
        if choices.is_empty() {
            marks.everywhere(self.anywhere);
        }
        // The model keeps the first naming of each residence: none is marked twice.
        for (rank, &choice) in choices.iter().enumerate() {
            marks.residence(choice, (1000 - self.step * rank as i64).max(0) as i32);
        }
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let choices = self.of(household);
        let residence = self.residence.get(dwelling.index());
        let rank = choices.iter().position(|choice| Some(choice) == residence);
        vec![("rank", rank.map_or_else(|| "–".to_owned(), |rank| (rank + 1).to_string())), ("wishes", choices.len().to_string())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::{policy_with, residence};

    type Stated = &'static [&'static str];

    fn change(choices: &Stated, tables: &mut crate::tables::rows::Tables) {
        tables.residences.extend(["R2", "R3", "R4", "R5", "R6", "R7"].map(residence));
        tables.households[0].choices = choices.iter().map(|&choice| choice.into()).collect();
    }

    #[test]
    fn marks_fall_with_the_rank() {
        // The dwelling lies in R1.
        let table: [(Stated, u16); 6] = [
            (&["R1"], 1000),
            (&["R2", "R1"], 800),
            (&["R2", "R3", "R1"], 600),
            (&["R2", "R3", "R4", "R5", "R6", "R7", "R1"], 0),
            (&["R2"], 0),
            (&[], 500),
        ];
        golden(&ChoiceRank, &policy_with(""), &table, change);
    }

    #[test]
    fn the_policy_sets_the_step() {
        let policy = policy_with("[criteria.choice_rank]\nstep_loss_per_mille = 0\nanywhere_per_mille = 1000");
        let table: [(Stated, u16); 2] = [(&["R2", "R1"], 1000), (&[], 1000)];
        golden(&ChoiceRank, &policy, &table, change);
    }
}
