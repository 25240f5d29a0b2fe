//! Small towns for the tests of rules, criteria and quotas: rows with plain values, to be changed where a test needs it. Compiled
//! for tests only; what a test gets wrong here fails it.

use crate::error::Report;
use crate::policy::Policy;
use crate::tables::rows::{Accessibility, DwellingRow, Financing, HouseholdRow, PersonRow, ResidenceRow, Role, Tables, TenancyRow, Text};
use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, Date, MicroDegrees};

use super::{Model, build};

/// The reference date of the tests.
pub(crate) const DATE: Date = jiff::civil::date(2025, 6, 15);

/// A residence of territory `T1`, programme `chers_voisins`, with a lift, in zone `autres_regions`.
pub(crate) fn residence(id: &str) -> ResidenceRow {
    ResidenceRow {
        line: 2,
        id: id.into(),
        name: format!("Residence {id}"),
        territory: "T1".into(),
        programme: "chers_voisins".into(),
        priority_district: false,
        ceiling_zone: "autres_regions".into(),
        lat: Some(MicroDegrees(45_764_000)),
        lon: Some(MicroDegrees(4_835_700)),
        lift: true,
    }
}

/// A vacant T2 of 45 m2 on the first floor: PLUS, 350 euros and 50 of charges, with steps, not reserved, available on [`DATE`].
pub(crate) fn dwelling(id: &str, residence: &str) -> DwellingRow {
    DwellingRow {
        line: 2,
        id: id.into(),
        residence: residence.into(),
        staircase: "A".into(),
        floor: 1,
        typology: 2,
        rooms: 2,
        area_m2: CentiSquareMetres(4_500),
        rent_eur_month: CentsPerMonth(35_000),
        charges_eur_month: CentsPerMonth(5_000),
        financing: Financing::Plus,
        accessibility: Accessibility::None,
        reservation: Text::default(),
        earmark: Text::default(),
        available_from: Some(DATE),
    }
}

/// An admissible applicant household of category 1: income 15,000 euros, resources 1,500 a month, no benefit, 1 unit, waiting a year.
pub(crate) fn household(id: &str) -> HouseholdRow {
    HouseholdRow {
        line: 2,
        id: id.into(),
        applying: true,
        category: 1,
        income_eur_year: CentsPerYear(1_500_000),
        consumption_units: CentiUnits(100),
        resources_eur_month: CentsPerMonth(150_000),
        housing_benefit_eur_month: None,
        points: 0,
        waiting_since: Some(jiff::civil::date(2024, 6, 15)),
        priority_tags: vec![],
        admissible: true,
        charter_interest: false,
        choices: vec![],
        exclusions: vec![],
        rights: vec![],
        current_dwelling: Text::default(),
    }
}

/// A person without needs.
pub(crate) fn person(household: &str, role: Role, age: i64) -> PersonRow {
    PersonRow { line: 2, household: household.into(), birth_date: None, age: Some(age), role, needs: vec![] }
}

/// A tenancy without end.
pub(crate) fn tenancy(dwelling: &str, household: &str) -> TenancyRow {
    TenancyRow { line: 2, dwelling: dwelling.into(), household: household.into(), since: Some(jiff::civil::date(2015, 1, 1)), until: None }
}

/// Residence `R1` with the vacant dwellings `D1` and `D2`, and the applicant `H1`, a person alone of 40.
pub(crate) fn small_town() -> Tables {
    Tables {
        residences: vec![residence("R1")],
        dwellings: vec![dwelling("D1", "R1"), dwelling("D2", "R1")],
        households: vec![household("H1")],
        persons: vec![person("H1", Role::Reference, 40)],
        ..Tables::default()
    }
}

/// Two residences, `R1` (territory `T1`) and `R2` (`T2`, `cocoon_ages`, no lift), five dwellings of which `D1`, `D2`, `D4` are
/// vacant; applicants `H1` (40, alone), `H2` (couple of 70 and 68, one needs `step_free`), `H3` (30, two children, a transfer
/// from `D3`); resident `H4` (80) in `D5`.
pub(crate) fn town() -> Tables {
    let mut second = residence("R2");
    (second.territory, second.programme, second.lift) = ("T2".into(), "cocoon_ages".into(), false);
    let mut dwellings: Vec<_> = [("D1", "R1"), ("D2", "R1"), ("D3", "R1"), ("D4", "R2"), ("D5", "R2")].map(|(d, r)| dwelling(d, r)).into();
    dwellings[1].accessibility = Accessibility::StepFree;
    (dwellings[3].rooms, dwellings[3].typology) = (4, 4);
    dwellings[2].available_from = None;
    dwellings[4].available_from = None;
    let mut households: Vec<_> = ["H1", "H2", "H3", "H4"].map(household).into();
    (households[1].category, households[1].consumption_units) = (2, CentiUnits(150));
    (households[2].category, households[2].consumption_units) = (3, CentiUnits(160));
    households[2].current_dwelling = "D3".into();
    (households[3].applying, households[3].waiting_since) = (false, None);
    let mut persons = vec![
        person("H1", Role::Reference, 40),
        person("H2", Role::Reference, 70),
        person("H2", Role::Partner, 68),
        person("H3", Role::Reference, 30),
        person("H3", Role::Child, 4),
        person("H3", Role::Child, 7),
        person("H4", Role::Reference, 80),
    ];
    persons[2].needs = vec!["step_free".into()];
    Tables {
        residences: vec![residence("R1"), second],
        dwellings,
        households,
        persons,
        tenancies: vec![tenancy("D3", "H3"), tenancy("D5", "H4")],
        ..Tables::default()
    }
}

/// The model of `tables` at [`DATE`].
///
/// # Panics
/// With every finding, where the town has any: a test on another town than it means to have says nothing.
pub(crate) fn model(tables: &Tables) -> Model {
    // Compiled for tests alone. Their callers cannot go on without a model; this stops them with every finding.
    build(tables, DATE, &mut Report::default()).unwrap_or_else(|fault| panic!("the town of a test has findings: {fault}"))
}

/// Where `id` stands among `ids`; fails where it does not.
pub(crate) fn position(ids: &[String], id: &str) -> usize {
    let position = ids.iter().position(|known| known == id);
    assert!(position.is_some(), "a test asks about {id}, which is not in its town");
    position.unwrap_or_default()
}

/// A policy that weighs nothing and leaves every rule on with its defaults.
pub(crate) fn policy() -> Policy {
    policy_with("")
}

/// [`policy`] with further lines of TOML.
///
/// # Panics
/// With what is wrong, where these lines make no policy: a test under another policy than it states says nothing.
pub(crate) fn policy_with(toml: &str) -> Policy {
    let weights = if toml.contains("weights") { "" } else { "[weights]" };
    let text = format!("id = 'test'\nversion = '1'\nauthor = 'tests'\n{toml}\n{weights}");
    // Compiled for tests alone, likewise.
    toml::from_str(&text).unwrap_or_else(|fault| panic!("the policy of a test is none: {fault}"))
}
