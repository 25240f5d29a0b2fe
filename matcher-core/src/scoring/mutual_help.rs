//! Help between neighbours: skills offered and needed, against the residents in place.

use crate::eligibility::{Card, Parameter, Parameters};
use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex, ResidenceIndex};
use crate::model::{Help, Model};
use crate::policy::Policy;

use super::ramp::{PerMille, cut};
use super::{Criterion, Fact, Marks, Measure, narrow16, narrow32};

/// Hours per week that the household could give to residents in place and have from them, skill by skill.
///
/// Voluntary twice over: only what people entered in `help.csv` counts, and only where the policy gives it a weight. What newcomers
/// could do for each other is left to `affinities.csv`.
#[derive(Debug)]
pub(super) struct MutualHelp;

const CODE: &str = "mutual_help";
const FULL: &str = "full_hours_week";

static CARD: Card = Card {
    name: ["Entraide", "Mutual help"],
    about: [
        "Heures par semaine que le ménage pourrait donner aux résidents en place, et recevoir d'eux, compétence par compétence. Volontaire : seul compte ce que les personnes ont déclaré, et seulement si la politique lui donne un poids.",
        "Hours per week that the household could give to the residents in place and have from them, skill by skill. Voluntary: only what people declared counts, and only where the policy gives it a weight.",
    ],
    sentence: [
        "{given_hours_week} h par semaine à donner, {had_hours_week} h à recevoir dans la résidence.",
        "{given_hours_week} h a week to give, {had_hours_week} h to have in the residence.",
    ],
    source: "Chers Voisins (charte du vivre-ensemble, clubs of residents); homeshare practice (CASF art. L118-1)",
    version: "1",
    parameters: &[Parameter {
        name: FULL,
        default: "4",
        about: ["Heures par semaine qui donnent tous les points", "Hours a week that give full marks"],
    }],
};

impl Criterion for MutualHelp {
    fn code(&self) -> &'static str {
        CODE
    }

    fn card(&self) -> &'static Card {
        &CARD
    }

    fn prepare<'m>(&self, model: &'m Model, policy: &'m Policy, report: &mut Report) -> Box<dyn Measure + 'm> {
        let parameters = Parameters::new("criteria", CODE, &CARD, policy.criteria.get(CODE));
        let mut skills: Vec<&str> =
            model.households.help.iter().chain(model.stock.iter().map(|r| &r.help)).flatten().map(|h| h.skill.as_str()).collect();
        skills.sort_unstable();
        skills.dedup();
        let hours = |help: &[Help]| {
            let mut sums = Vec::<Skill>::new();
            for entry in help {
                let Ok(skill) = skills.binary_search(&entry.skill.as_str()) else { continue };
                let at = sums.iter().position(|sum| sum.number == skill).unwrap_or_else(|| {
                    sums.push(Skill { number: skill, offered: 0, needed: 0 });
                    sums.len() - 1
                });
                if let Some(sum) = sums.get_mut(at) {
                    *(if entry.offers { &mut sum.offered } else { &mut sum.needed }) += entry.hours_week;
                }
            }
            sums
        };
        let mut in_place = vec![(0, 0); model.residences.len() * skills.len()];
        let mut own_residence = vec![None; model.households.len()];
        for resident in &model.stock {
            for sum in hours(&resident.help) {
                if let Some(total) = in_place.get_mut(resident.residence.index() * skills.len() + sum.number) {
                    *total = (total.0 + sum.offered, total.1 + sum.needed);
                }
            }
            // Nobody helps himself: who moves within a residence is not counted among its residents.
            if let Some(own) = resident.applying.and_then(|h| own_residence.get_mut(h.index())) {
                *own = Some(resident.residence);
            }
        }
        // By skill and served residence, as loops read them: each skill is one column.
        let served = model.served();
        let columns = (0..skills.len()).map(|skill| {
            let hours = |residence: &ResidenceIndex| in_place.get(residence.index() * skills.len() + skill).copied().unwrap_or_default();
            served.iter().map(hours).map(|(offered, needed)| (narrow16(offered), narrow16(needed))).unzip()
        });
        let full = parameters.integer(FULL, 1..=168, report);
        Box::new(Neighbours {
            columns: columns.collect(),
            served: served.iter().map(|residence| residence.index() as u32).collect(),
            residence: &model.dwellings.residence,
            help: model.households.help.iter().map(|help| hours(help)).collect(),
            own_residence,
            in_place,
            skills: skills.len(),
            full: full as i32,
            share: PerMille::new(full).unwrap_or(PerMille::WHOLE_OF_ONE),
        })
    }
}

/// Hours per week of one skill.
#[derive(Debug, Clone, Copy)]
struct Skill {
    number: usize,
    offered: i64,
    needed: i64,
}

struct Neighbours<'m> {
    residence: &'m [ResidenceIndex],
    /// Of each household that applies.
    help: Vec<Vec<Skill>>,
    /// Where it lives now.
    own_residence: Vec<Option<ResidenceIndex>>,
    /// (offered, needed) hours of the residents, residences x skills.
    in_place: Vec<(i64, i64)>,
    skills: usize,
    /// Per skill: hours offered and hours needed in each residence of [`Model::served`].
    columns: Vec<(Vec<i16>, Vec<i16>)>,
    /// Positions of the residences of [`Model::served`].
    served: Vec<u32>,
    /// Hours that give full marks; fewer give their share.
    full: i32,
    share: PerMille,
}

impl Neighbours<'_> {
    /// Hours given and had per week.
    fn hours(&self, household: HouseholdIndex, residence: ResidenceIndex) -> (i64, i64) {
        let own = self.own_residence.get(household.index()).copied().flatten() == Some(residence);
        let help = self.help.get(household.index()).map(Vec::as_slice).unwrap_or_default();
        help.iter().fold((0, 0), |(given, had), skill| {
            let all = self.in_place.get(residence.index() * self.skills + skill.number).copied().unwrap_or_default();
            let others = if own { (all.0 - skill.offered, all.1 - skill.needed) } else { all };
            (given + skill.offered.min(others.1), had + skill.needed.min(others.0))
        })
    }
}

impl Measure for Neighbours<'_> {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let help = self.help.get(household.index()).map(Vec::as_slice).unwrap_or_default();
        if help.is_empty() {
            return;
        }
        let own = self.own_residence.get(household.index()).copied().flatten();
        for skill in help {
            let Some((offered, needed)) = self.columns.get(skill.number) else { continue };
            let (offers, needs) = (narrow16(skill.offered), narrow16(skill.needed));
            marks.sum((offered.as_slice(), needed.as_slice()), move |(offered, needed)| {
                i32::from(offers.min(needed)) + i32::from(needs.min(offered))
            });
        }
        // Where the household lives now it does not count among those in place: that residence is marked by itself.
        let (full, share) = (self.full, self.share);
        let mark = move |hours: i32| share.of(cut(hours, full));
        if let Some(own) = own {
            let at = own.index() as u32;
            marks.residences(self.served.as_slice(), move |hours, residence| if residence == at { 0 } else { mark(hours) });
            let (given, had) = self.hours(household, own);
            marks.residence(own, mark(narrow32(given + had)));
        } else {
            marks.residences(self.served.as_slice(), move |hours, _| mark(hours));
        }
    }

    fn facts(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Vec<Fact> {
        let Some(&residence) = self.residence.get(dwelling.index()) else { return Vec::new() };
        let (given, had) = self.hours(household, residence);
        vec![("given_hours_week", given.to_string()), ("had_hours_week", had.to_string())]
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::golden;
    use super::*;
    use crate::model::testing::{dwelling, household, person, policy_with, tenancy};
    use crate::tables::rows::{HelpRow, Role, Tables};

    /// (household, skill, offers, hours)
    type Entries = &'static [(&'static str, &'static str, bool, i64)];

    /// `H8` lives in the residence of the vacant dwelling, `H9` elsewhere.
    fn change(entries: &Entries, tables: &mut Tables) {
        tables.residences.push(crate::model::testing::residence("R2"));
        for (id, home, place) in [("H8", "D8", "R1"), ("H9", "D9", "R2")] {
            let mut row = household(id);
            (row.applying, row.waiting_since) = (false, None);
            tables.households.push(row);
            tables.persons.push(person(id, Role::Reference, 70));
            let mut home_row = dwelling(home, place);
            home_row.available_from = None;
            tables.dwellings.push(home_row);
            tables.tenancies.push(tenancy(home, id));
        }
        tables.help = entries
            .iter()
            .map(|&(household, skill, offers, hours_week)| HelpRow {
                line: 2,
                household: household.into(),
                skill: skill.into(),
                offers,
                hours_week,
            })
            .collect();
    }

    #[test]
    fn hours_that_meet_with_residents_in_place() {
        let table: [(Entries, u16); 7] = [
            (&[], 0),
            (&[("H1", "errands", true, 2)], 0),
            (&[("H1", "errands", true, 2), ("H8", "errands", false, 3)], 500),
            (&[("H1", "errands", true, 2), ("H9", "errands", false, 3)], 0),
            (&[("H1", "errands", true, 2), ("H8", "errands", true, 3)], 0),
            (&[("H1", "errands", true, 3), ("H1", "company", false, 9), ("H8", "errands", false, 1), ("H8", "company", true, 2)], 750),
            (&[("H1", "errands", true, 20), ("H8", "errands", false, 20)], 1000),
        ];
        golden(&MutualHelp, &policy_with(""), &table, change);
    }

    #[test]
    fn nobody_helps_himself() {
        golden(&MutualHelp, &policy_with(""), &[((), 0)], |(), tables| {
            let mut home = dwelling("D7", "R1");
            home.available_from = None;
            tables.dwellings.push(home);
            tables.tenancies.push(tenancy("D7", "H1"));
            tables.households[0].current_dwelling = "D7".into();
            tables.help = [true, false]
                .map(|offers| HelpRow { line: 2, household: "H1".into(), skill: "errands".into(), offers, hours_week: 3 })
                .into();
        });
    }
}
