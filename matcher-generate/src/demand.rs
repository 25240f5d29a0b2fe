//! What a household asks for: places that matter, residences wished and refused, priority, points and waiting time.

use jiff::ToSpan;
use matcher_core::tables::rows::{HouseholdRow, PlaceRow, Text};
use matcher_core::units::{CentiUnits, CentsPerMonth, CentsPerYear};

use crate::draw::Draw;
use crate::homes::{Building, grid_side, near, position, quarter_middle};
use crate::means::Means;
use crate::people::Group;
use crate::plan::Plan;
use crate::stock::Reason;

/// Days since the application: every tenth of the applicants. The mean of those still waiting was 721 days in 2023 (ANCOLS).
const DAYS_WAITING: [i64; 11] = [4, 55, 125, 210, 310, 430, 590, 810, 1_130, 1_750, 3_900];

/// Priority grounds and their points in the town's grid (cotation), which adds up: a grid in the form of article L441-1 of the
/// code de la construction et de l'habitation; the points are the town's own.
pub const GRID: [(&str, i64); 9] = [
    ("dalo", 60),
    ("violence", 50),
    ("renewal", 40),
    ("temporary_housing", 30),
    ("eviction", 30),
    ("unfit_housing", 30),
    ("overcrowded_minor", 20),
    ("key_worker", 15),
    ("long_unemployed", 10),
];

/// Where residences stand that have a home to be let.
#[derive(Debug)]
pub(crate) struct Offer {
    by_quarter: Vec<Vec<usize>>,
    open: Vec<usize>,
    new: Vec<usize>,
    quarters: usize,
}

impl Offer {
    /// Of `buildings`; `vacancies` counts the homes to be let of each.
    pub(crate) fn new(buildings: &[Building], vacancies: &[usize]) -> Self {
        let quarters = buildings.iter().map(|b| b.quarter + 1).max().unwrap_or(1);
        let mut offer = Self { by_quarter: vec![Vec::new(); quarters], open: Vec::new(), new: Vec::new(), quarters };
        for (index, building) in buildings.iter().enumerate().filter(|(index, _)| vacancies[*index] > 0) {
            offer.by_quarter[building.quarter].push(index);
            offer.open.push(index);
            if building.new {
                offer.new.push(index);
            }
        }
        offer
    }
}

/// Everything about an application that is not about persons or money.
#[derive(Debug, Clone)]
pub(crate) struct Demand {
    pub(crate) places: Vec<(&'static str, (i64, i64))>,
    pub(crate) choices: Vec<usize>,
    pub(crate) exclusions: Vec<String>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) rights: Vec<&'static str>,
    pub(crate) points: i64,
    pub(crate) days: i64,
    pub(crate) charter: bool,
    pub(crate) admissible: bool,
}

/// What the household knows when it applies.
#[derive(Debug)]
pub(crate) struct Applicant<'a> {
    pub(crate) group: &'a Group,
    pub(crate) means: &'a Means,
    /// Residence it lives in and why it would leave it: a transfer.
    pub(crate) from: Option<(usize, Reason)>,
    /// First choices of a household it wants to live near.
    pub(crate) near: &'a [usize],
}

impl Demand {
    /// Draws the demand of one applicant.
    pub(crate) fn draw(draw: &mut Draw, applicant: &Applicant<'_>, buildings: &[Building], offer: &Offer) -> Self {
        let quarter = match (applicant.from, applicant.near.first()) {
            (Some((building, _)), _) | (None, Some(&building)) => buildings[building].quarter,
            (None, None) => draw.below(offer.quarters as u64) as usize,
        };
        let home = near(draw, quarter_middle(quarter, offer.quarters), 900);
        let places = places(draw, applicant, home, offer);
        let choices = choices(draw, applicant, home, quarter, &places, buildings, offer);
        let exclusions = exclusions(draw, &choices, buildings, offer);
        let tags = tags(draw, applicant);
        let days = draw.quantile(&DAYS_WAITING);
        let points = points(&tags, applicant.group, days);
        let rights = rights(draw, &tags, applicant.means);
        let attracted = choices.iter().any(|c| buildings[*c].new);
        let charter = draw.chance(if attracted { 700 } else { 450 });
        Self { places, choices, exclusions, tags, rights, points, days, charter, admissible: !draw.chance(25) }
    }
}

fn places(draw: &mut Draw, applicant: &Applicant<'_>, home: (i64, i64), offer: &Offer) -> Vec<(&'static str, (i64, i64))> {
    let elsewhere = |draw: &mut Draw| {
        let quarter = draw.below(offer.quarters as u64) as usize;
        near(draw, quarter_middle(quarter, offer.quarters), 900)
    };
    let mut places = Vec::new();
    if applicant.means.employed && draw.chance(650) {
        places.push(("work", elsewhere(draw)));
    }
    if applicant.group.members.iter().skip(1).any(|m| (3..=17).contains(&m.age)) && draw.chance(800) {
        places.push(("school", near(draw, home, 700)));
    }
    if (applicant.group.needs("step_free") && draw.chance(700)) || (applicant.group.age() >= 75 && draw.chance(500)) {
        places.push(("care", near(draw, home, 1_100)));
    }
    if draw.chance(250) {
        places.push(("family", elsewhere(draw)));
    }
    places
}

/// Residences wished: mostly three or four, near home, work or family; some households would live anywhere.
fn choices(
    draw: &mut Draw,
    applicant: &Applicant<'_>,
    home: (i64, i64),
    quarter: usize,
    places: &[(&'static str, (i64, i64))],
    buildings: &[Building],
    offer: &Offer,
) -> Vec<usize> {
    if applicant.near.is_empty() && draw.chance(110) {
        return Vec::new();
    }
    let wanted = draw.weighted(&[(2, 12), (3, 48), (4, 32), (5, 8)]);
    let mut chosen: Vec<usize> = applicant.near.iter().copied().take(2).collect();
    let drawn_to_new = if applicant.group.needs("step_free") { 600 } else { 300 };
    if draw.chance(drawn_to_new)
        && let Some(&new) = draw.pick(&offer.new)
    {
        chosen.push(new);
    }
    // Candidates: the quarters of home and of the places, a few strides away.
    let mut quarters = vec![quarter];
    let anchors: Vec<(i64, i64)> = std::iter::once(home).chain(places.iter().map(|p| p.1)).collect();
    for &anchor in &anchors {
        let nearest = nearest_quarter(anchor, offer.quarters);
        if !quarters.contains(&nearest) {
            quarters.push(nearest);
        }
    }
    let mut candidates: Vec<(i64, usize)> = Vec::new();
    for &building in quarters.iter().flat_map(|&q| &offer.by_quarter[q]) {
        let place = buildings[building].place;
        let away = anchors.iter().map(|a| (a.0 - place.0).abs() + (a.1 - place.1).abs()).sum::<i64>() / anchors.len() as i64;
        candidates.push((away + draw.between(0, 900), building));
    }
    candidates.sort_unstable();
    let rest = candidates.into_iter().map(|(_, building)| building);
    let far: Vec<usize> = (0..wanted).filter_map(|_| draw.pick(&offer.open).copied()).collect();
    for building in rest.chain(far) {
        if chosen.len() < wanted && !chosen.contains(&building) {
            chosen.push(building);
        }
    }
    let mut seen = Vec::new();
    chosen.retain(|building| {
        let first = !seen.contains(building);
        seen.push(*building);
        first
    });
    chosen
}

fn nearest_quarter(place: (i64, i64), quarters: usize) -> usize {
    let first = quarter_middle(0, quarters);
    let side = grid_side(quarters) as i64;
    let step = |metres: i64, from: i64| ((metres - from + 650).div_euclid(1_300)).clamp(0, side - 1);
    ((step(place.0, first.0) * side + step(place.1, first.1)) as usize).min(quarters - 1)
}

/// Few refuse a residence or a quarter; more of those who would live anywhere else.
fn exclusions(draw: &mut Draw, choices: &[usize], buildings: &[Building], offer: &Offer) -> Vec<String> {
    let mut exclusions = Vec::new();
    if draw.chance(if choices.is_empty() { 400 } else { 70 })
        && let Some(&building) = draw.pick(&offer.open)
        && !choices.contains(&building)
    {
        let quarter = buildings[building].quarter;
        if draw.chance(350) && choices.iter().all(|c| buildings[*c].quarter != quarter) {
            exclusions.push(buildings[building].row.territory.clone());
        } else {
            exclusions.push(buildings[building].row.id.clone());
        }
    }
    exclusions
}

/// Priority grounds; shares are plausible, not estimated.
fn tags(draw: &mut Draw, applicant: &Applicant<'_>) -> Vec<&'static str> {
    let (group, means) = (applicant.group, applicant.means);
    let minors = group.members.iter().any(|m| m.age < 18);
    let newcomer = applicant.from.is_none();
    let too_small = matches!(applicant.from, Some((_, Reason::TooSmall)));
    let chances = [
        ("dalo", if newcomer { 35 } else { 5 }),
        ("violence", if newcomer && !group.couple() && group.age() < 60 { 40 } else { 0 }),
        ("renewal", 20),
        ("temporary_housing", if newcomer { 75 } else { 0 }),
        ("eviction", if newcomer { 40 } else { 8 }),
        ("unfit_housing", if newcomer { 60 } else { 0 }),
        (
            "overcrowded_minor",
            if minors && too_small {
                900
            } else if minors && newcomer {
                110
            } else {
                0
            },
        ),
        ("key_worker", if means.employed { 90 } else { 0 }),
        ("long_unemployed", if !means.employed && (25..62).contains(&group.age()) { 180 } else { 0 }),
    ];
    chances.into_iter().filter(|(_, chance)| draw.chance(*chance)).map(|(tag, _)| tag).collect()
}

/// Points of the grid: the grounds, one per month of waiting up to four years, five for a single parent, two per child.
fn points(tags: &[&str], group: &Group, days: i64) -> i64 {
    let grounds: i64 = GRID.iter().filter(|(tag, _)| tags.contains(tag)).map(|(_, points)| points).sum();
    let single_parent = !group.couple() && group.children() > 0;
    grounds + (days / 30).min(48) + if single_parent { 5 } else { 0 } + 2 * group.children() as i64
}

/// Right holders who may propose the household; shares are plausible, not estimated.
fn rights(draw: &mut Draw, tags: &[&str], means: &Means) -> Vec<&'static str> {
    let ill_housed = ["dalo", "violence", "temporary_housing", "eviction", "unfit_housing"].iter().any(|tag| tags.contains(tag));
    let mut rights = Vec::new();
    if means.employed && draw.chance(420) {
        rights.push("action_logement");
    }
    if draw.chance(320) {
        rights.push("collectivite");
    }
    // Ill-housed households, and civil servants.
    if draw.chance(if ill_housed {
        800
    } else if means.employed {
        60
    } else {
        0
    }) {
        rights.push("prefet");
    }
    rights
}

/// A household before it has rows.
#[derive(Debug)]
pub(crate) struct Household<'a> {
    pub(crate) group: &'a Group,
    pub(crate) means: &'a Means,
    /// `None` for residents who do not apply.
    pub(crate) demand: Option<&'a Demand>,
    /// Id of the dwelling it lives in and whether it has signed the charter there; `None` for newcomers.
    pub(crate) home: Option<(Text, bool)>,
}

/// The row of a household.
pub(crate) fn row(plan: &Plan, id: &str, household: &Household<'_>, buildings: &[Building]) -> HouseholdRow {
    let Household { group, means, demand, home } = household;
    let texts = |codes: &[&str]| codes.iter().map(|&code| code.into()).collect::<Vec<_>>();
    HouseholdRow {
        line: 0,
        id: id.into(),
        applying: demand.is_some(),
        category: group.category(),
        income_eur_year: CentsPerYear(means.income * 100),
        consumption_units: CentiUnits(group.consumption_units()),
        resources_eur_month: CentsPerMonth(means.resources * 100),
        housing_benefit_eur_month: means.benefit.map(|benefit| CentsPerMonth(benefit * 100)),
        points: demand.map_or(0, |d| d.points),
        waiting_since: demand.map(|d| plan.date.saturating_sub(d.days.days())),
        priority_tags: demand.map_or_else(Vec::new, |d| texts(&d.tags)),
        admissible: demand.is_none_or(|d| d.admissible),
        charter_interest: demand.map_or(home.as_ref().is_some_and(|h| h.1), |d| d.charter),
        choices: demand.map_or_else(Vec::new, |d| d.choices.iter().map(|c| buildings[*c].row.id.as_str().into()).collect()),
        exclusions: demand.map_or_else(Vec::new, |d| d.exclusions.iter().map(|code| code.as_str().into()).collect()),
        rights: demand.map_or_else(Vec::new, |d| texts(&d.rights)),
        current_dwelling: home.as_ref().map_or_else(Text::default, |h| h.0.clone()),
    }
}

/// The rows of a household's places.
pub(crate) fn place_rows<'a>(id: &'a str, demand: &'a Demand) -> impl Iterator<Item = PlaceRow> + use<'a> {
    demand.places.iter().map(move |&(kind, place)| {
        let (lat, lon) = position(place);
        PlaceRow { line: 0, household: id.into(), kind: kind.into(), lat, lon }
    })
}
