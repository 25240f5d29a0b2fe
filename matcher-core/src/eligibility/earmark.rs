//! Dwellings that an authorisation keeps for an age or a need.

use crate::error::{Place, Report};
use crate::ids::HouseholdIndex;
use crate::model::{Authorisation, Model};
use crate::policy::Policy;

use super::intern::{BitTable, ClassTable};
use super::{Card, Parameter, Parameters, Rule, Screen, Verdicts, Violation};

/// An earmarked dwelling for the people its authorisation names.
#[derive(Debug)]
pub(super) struct Earmark;

const CODE: &str = "earmark";
const EXCEPT: &str = "except_right_holders";

static CARD: Card = Card {
    name: ["Logement fléché", "Earmarked dwelling"],
    about: [
        "Un logement fléché par une autorisation valable à la date de référence est proposé aux ménages dont la personne de référence a \
         l'âge prévu, ou dont une personne a le besoin prévu. L'autorisation ne vaut pas pour les logements réservés par le préfet.",
        "A dwelling earmarked under an authorisation valid on the reference date is offered to households whose reference person has the \
         age it names, or one of whose persons has the need it names. It does not hold for dwellings reserved by the préfet.",
    ],
    sentence: [
        "L'autorisation {authorisation} ({legal_basis}) destine le logement aux âges {ages} ou au besoin : {need} ; la personne de \
         référence a {age} ans.",
        "Authorisation {authorisation} ({legal_basis}) keeps the dwelling for the ages {ages} or the need: {need}; the reference person \
         is {age}.",
    ],
    source: "ASV law of 28 December 2015 art. 20; ELAN law of 23 November 2018 art. 109 and decree of 4 August 2021; CCH art. L441-2",
    version: "1",
    parameters: &[Parameter {
        name: EXCEPT,
        default: "prefet",
        about: ["Réservataires dont les logements ne peuvent être fléchés", "Right holders whose dwellings cannot be earmarked"],
    }],
};

/// Number of a dwelling that no authorisation keeps.
const OPEN: u32 = 0;

/// True where the authorisation admits a reference person of `age` in a household with these needs (sorted).
///
/// The age admits where the authorisation names one; the need admits whatever the age. One that names neither admits everybody.
fn admits(authorisation: &Authorisation, age: i64, needs: &[String]) -> bool {
    let Authorisation { min_age, max_age, need, .. } = authorisation;
    let names_age = min_age.is_some() || max_age.is_some();
    let fits_age = min_age.is_none_or(|min| age >= min) && max_age.is_none_or(|max| age <= max);
    let has_need = !need.is_empty() && needs.binary_search(need).is_ok();
    has_need || (fits_age && (names_age || need.is_empty()))
}

impl Rule for Earmark {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Screen + 'm> {
        let except = Parameters::of_rule(self, policy).codes(EXCEPT, report);
        let mut authorisations: Vec<&Authorisation> = Vec::new();
        let (dwellings, mut barred) = (&model.dwellings, Vec::new());
        let number = |((earmark, holder), id): ((&'m Option<Authorisation>, &String), &'m String)| {
            let Some(authorisation) = earmark else { return OPEN };
            if except.contains(holder) {
                barred.push(id.as_str());
                return OPEN;
            }
            let at = authorisations.iter().position(|known| *known == authorisation).unwrap_or(authorisations.len());
            if at == authorisations.len() {
                authorisations.push(authorisation);
            }
            at as u32 + 1
        };
        let column = dwellings.earmark.iter().zip(&dwellings.reservation).zip(&dwellings.id).map(number).collect();
        for id in barred {
            let cause = format!("the earmark of {id} does not hold: its right holder's dwellings cannot be earmarked");
            report.warning(
                "E1252",
                Place::file("dwellings.csv").column("earmark"),
                cause,
                "nothing to do if that is meant: it is offered without",
            );
        }
        let mut admitted = BitTable::new(model.households.len(), authorisations.len() + 1);
        for (household, (&age, needs)) in model.households.age.iter().zip(&model.households.needs).enumerate() {
            admitted.insert(household, OPEN as usize);
            for (at, authorisation) in authorisations.iter().enumerate() {
                if admits(authorisation, age, needs) {
                    admitted.insert(household, at + 1);
                }
            }
        }
        Box::new(Earmarks { model, authorisations, column, admitted: admitted.into_classes() })
    }
}

struct Earmarks<'m> {
    model: &'m Model,
    authorisations: Vec<&'m Authorisation>,
    /// Per dwelling: 0, or the position of its authorisation plus 1.
    column: Vec<u32>,
    admitted: ClassTable,
}

impl Screen for Earmarks<'_> {
    fn screen(&self, household: HouseholdIndex, verdicts: &mut Verdicts<'_>) {
        let admitted = self.admitted.set(household.index());
        verdicts.check(
            &self.column,
            |&number| admitted.contains(number),
            |&number| {
                let authorisation = (number as usize).checked_sub(1).and_then(|at| self.authorisations.get(at));
                let text = |field: fn(&Authorisation) -> &str| authorisation.map_or("", |a| field(a)).to_owned();
                let ages = authorisation.map(|a| (a.min_age, a.max_age)).map_or_else(String::new, ages);
                let age = self.model.households.age.get(household.index()).copied().unwrap_or_default();
                let values = vec![
                    ("authorisation", text(|a| &a.id)),
                    ("legal_basis", text(|a| &a.legal_basis)),
                    ("ages", ages),
                    ("need", text(|a| &a.need)),
                    ("age", age.to_string()),
                ];
                Violation { rule: CODE, values }
            },
        );
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        Some(self.admitted.class(household.index()))
    }
}

/// `≥ 65`, `≤ 29`, `60–74`; empty without limits.
fn ages(limits: (Option<i64>, Option<i64>)) -> String {
    match limits {
        (None, None) => String::new(),
        (Some(min), None) => format!("≥ {min}"),
        (None, Some(max)) => format!("≤ {max}"),
        (Some(min), Some(max)) => format!("{min}–{max}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{household, refusal, verdicts};
    use super::*;
    use crate::lanes::Bits;
    use crate::model::testing::{DATE, model, policy, policy_with, small_town};
    use crate::tables::rows::{AuthorisationRow, Tables};

    fn town(min_age: Option<i64>, max_age: Option<i64>, need: &str) -> Tables {
        let mut tables = small_town();
        tables.dwellings[1].earmark = "A1".into();
        tables.authorisations = vec![AuthorisationRow {
            line: 2,
            id: "A1".into(),
            min_age,
            max_age,
            need: need.into(),
            legal_basis: "loi ASV art. 20".into(),
            author: "prefet".into(),
            valid_from: DATE,
            valid_to: None,
        }];
        tables
    }

    #[test]
    fn an_earmarked_dwelling_is_for_its_ages() {
        let tables = town(Some(65), None, "");
        let values = [("authorisation", "A1"), ("legal_basis", "loi ASV art. 20"), ("ages", "≥ 65"), ("need", ""), ("age", "40")];
        assert_eq!(verdicts(&Earmark, &tables, &policy(), "H1"), [None, Some(refusal(CODE, &values))]);
    }

    #[test]
    fn ages_and_needs_admit() {
        let open = |min, max, need: &str, age, has: &str| {
            let mut tables = town(min, max, need);
            tables.persons[0].age = Some(age);
            tables.persons[0].needs = if has.is_empty() { vec![] } else { vec![has.into()] };
            verdicts(&Earmark, &tables, &policy(), "H1")[1].is_none()
        };
        assert_eq!([64, 65, 66].map(|age| open(Some(65), None, "", age, "")), [false, true, true]);
        assert_eq!([29, 30].map(|age| open(None, Some(29), "", age, "")), [true, false]);
        assert_eq!(["", "step_free"].map(|has| open(Some(65), None, "step_free", 40, has)), [false, true]);
        assert!(open(Some(65), None, "step_free", 70, ""));
        assert_eq!(["", "step_free"].map(|has| open(None, None, "step_free", 40, has)), [false, true]);
        assert!(open(None, None, "", 40, ""));
    }

    #[test]
    fn a_dwelling_of_the_prefet_is_not_earmarked() {
        let mut tables = town(Some(65), None, "");
        tables.dwellings[1].reservation = "prefet".into();
        assert_eq!(verdicts(&Earmark, &tables, &policy(), "H1"), [None, None]);
        let (model, mut report) = (model(&tables), Report::default());
        Earmark
            .prepare(&model, &policy(), &mut report)
            .screen(household(&model, "H1"), &mut Verdicts::new(model.dwellings.all(), &mut Bits::full(2)));
        assert_eq!(report.warnings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["E1252"]);
        let nobody = policy_with("[rules.earmark]\nexcept_right_holders = []");
        assert!(verdicts(&Earmark, &tables, &nobody, "H1")[1].is_some());
    }
}
