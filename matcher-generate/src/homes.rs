//! Residences and dwellings, and where they stand.

use matcher_core::tables::rows::{Accessibility, DwellingRow, Financing, ResidenceRow};
use matcher_core::units::{CentiSquareMetres, CentsPerMonth, MicroDegrees};

use crate::authorisations;
use crate::draw::{Draw, Stream};
use crate::plan::Plan;

/// Residences of a quarter.
const QUARTER: usize = 4;

/// Names are invented; any likeness to a real residence is chance.
const KINDS: [&str; 13] = [
    "Les Tilleuls",
    "Le Clos",
    "La Closerie",
    "Les Terrasses",
    "Le Mail",
    "Les Jardins",
    "La Cour",
    "Le Verger",
    "Les Allées",
    "La Passerelle",
    "Le Pré",
    "Les Balcons",
    "Le Parc",
];
const PLACES: [&str; 12] = [
    "d'Orvanelle",
    "du Brisolet",
    "de Corvance",
    "des Aumelles",
    "de Sarcelin",
    "du Loriguet",
    "de Mornaise",
    "des Fervettes",
    "de Tressaline",
    "du Pontarlot",
    "de Valombrun",
    "des Ourmettes",
];
const QUARTERS: [&str; 6] = ["centre", "rives", "coteaux", "gare", "faubourg", "plateau"];

/// Typologies of the social stock, per mille (RPLS at 1 January 2024: 7.4, 20.2, 37.0, 27.8 and 7.5 % with five rooms or more).
const TYPOLOGIES: [(u8, u64); 6] = [(1, 74), (2, 202), (3, 370), (4, 278), (5, 66), (6, 10)];

/// Living area in square metres by typology, from and to: plausible, not estimated.
const AREAS: [(i64, i64); 6] = [(26, 34), (41, 52), (58, 69), (72, 84), (87, 99), (102, 116)];

/// Financing of a home; most of the stock is PLUS or older loans of its level. Plausible, not estimated.
const STOCK_LOANS: [(Financing, u64); 3] = [(Financing::Plai, 180), (Financing::Plus, 720), (Financing::Pls, 100)];
const NEW_LOANS: [(Financing, u64); 3] = [(Financing::Plai, 310), (Financing::Plus, 490), (Financing::Pls, 200)];

/// Right holders of a home, per mille: the State at most 30 %, local authorities about 20 %, Action Logement.
const RIGHTS: [(&str, u64); 4] = [("prefet", 230), ("collectivite", 170), ("action_logement", 200), ("", 400)];

/// A residence and its dwellings' common facts.
#[derive(Debug)]
pub(crate) struct Building {
    pub(crate) row: ResidenceRow,
    /// Metres north and east of the middle of the town.
    pub(crate) place: (i64, i64),
    pub(crate) quarter: usize,
    pub(crate) new: bool,
    /// Whom it attracts: chance in a thousand that a household of under 45, and one of 60 and more, moves on instead of in.
    pub(crate) turned_away: (u64, u64),
    /// Its homes of one room are offered first to people under 30.
    pub(crate) for_young: bool,
    staircases: usize,
    floors: i64,
    doors: i64,
    homes: usize,
}

/// Degrees of a place in metres north and east of the middle of the (invented) town.
pub(crate) fn position((north, east): (i64, i64)) -> (MicroDegrees, MicroDegrees) {
    // 111,195 m to a degree; the cosine of the latitude 46.51 is 0.6883.
    (MicroDegrees(46_512_000 + north * 1_000_000 / 111_195), MicroDegrees(3_181_000 + east * 1_000_000 / 76_535))
}

/// Quarters on a side of the smallest square grid that holds them all.
pub(crate) fn grid_side(quarters: usize) -> usize {
    let side = quarters.isqrt();
    (side + usize::from(side * side < quarters)).max(1)
}

/// Middle of a quarter: quarters stand on a square grid, 1,300 m apart.
pub(crate) fn quarter_middle(quarter: usize, quarters: usize) -> (i64, i64) {
    let side = grid_side(quarters);
    let offset = |at: usize| (at as i64) * 1_300 - (side as i64 - 1) * 650;
    (offset(quarter / side), offset(quarter % side))
}

/// A place near another one.
pub(crate) fn near(draw: &mut Draw, place: (i64, i64), metres: i64) -> (i64, i64) {
    // The sum of two draws lies more often in the middle.
    let mut off = || draw.between(-metres, metres) / 2 + draw.between(-metres, metres) / 2;
    (place.0 + off(), place.1 + off())
}

/// Code of a quarter, as scopes write it.
pub(crate) fn quarter_code(quarter: usize) -> String {
    let name = QUARTERS[quarter % QUARTERS.len()];
    if quarter < QUARTERS.len() { name.to_owned() } else { format!("{name}-{}", quarter / QUARTERS.len() + 1) }
}

fn name(index: usize) -> String {
    let (kind, place) = (KINDS[index % KINDS.len()], PLACES[index * 5 % PLACES.len()]);
    // 13 and 12 have no common divisor: the pairs come back after their product.
    let round = index / (KINDS.len() * PLACES.len());
    if round == 0 { format!("{kind} {place}") } else { format!("{kind} {place} {}", round + 1) }
}

/// The residences of a plan, existing ones first.
pub(crate) fn buildings(plan: &Plan, seed: u64) -> Vec<Building> {
    let (all, width) = (plan.residences + plan.new_residences, plan.residence_digits());
    let quarters = all.div_ceil(QUARTER);
    let mut buildings = Vec::with_capacity(all);
    for index in 0..all {
        let mut draw = Draw::new(seed, Stream::Residence, index);
        let new = index >= plan.residences;
        let quarter = index % quarters;
        let place = near(&mut draw, quarter_middle(quarter, quarters), 550);
        let homes = if new { plan.new_homes } else { draw.between(plan.homes.0, plan.homes.1) as usize };
        let staircases = homes.div_ceil(32).max(1);
        let doors = if new { 4 } else { draw.between(2, 4) };
        let floors = homes.div_ceil(staircases * doors as usize) as i64;
        let (lat, lon) = position(place);
        let turned_away = draw.weighted(&[((0, 0), 5), ((250, 0), 4), ((0, 350), 3)]);
        let programme = match index {
            _ if new => "cocoon_ages",
            // One in twelve is run by its tenants: who lives there has wished to.
            _ if index % 12 == 8 => "habitat_participatif",
            _ => "chers_voisins",
        };
        let row = ResidenceRow {
            line: 0,
            id: format!("R{:0width$}", index + 1),
            name: name(index),
            territory: quarter_code(quarter),
            programme: programme.to_owned(),
            priority_district: quarters > 1 && quarter % 4 == 1,
            ceiling_zone: "autres_regions".to_owned(),
            lat: Some(lat),
            lon: Some(lon),
            lift: new || floors > 5 || (floors > 3 && draw.chance(600)),
        };
        buildings.push(Building {
            row,
            place,
            quarter,
            new,
            turned_away,
            for_young: !new && index % 8 == 3,
            staircases,
            floors,
            doors,
            homes,
        });
    }
    buildings
}

/// The dwellings of one residence; none is vacant yet.
pub(crate) fn dwellings(building: &Building, first: usize, seed: u64, plan: &Plan) -> Vec<DwellingRow> {
    let mut rows = Vec::with_capacity(building.homes);
    let mut adapted = if building.new { plan.adapted } else { 0 };
    'homes: for floor in 0..building.floors {
        for staircase in 0..building.staircases {
            for door in 1..=building.doors {
                if rows.len() == building.homes {
                    break 'homes;
                }
                let mut draw = Draw::new(seed, Stream::Dwelling, first + rows.len());
                let letter = char::from(b'A' + (staircase % 26) as u8);
                let typology = if building.new { draw.weighted(&plan.new_typologies) } else { draw.weighted(&TYPOLOGIES) };
                let is_adapted = adapted > 0 && typology <= 3;
                adapted -= usize::from(is_adapted);
                let financing = draw.weighted(if building.new { &NEW_LOANS } else { &STOCK_LOANS });
                let (from, to) = AREAS[usize::from(typology) - 1];
                let area = draw.between(from * 100, to * 100);
                let right = draw.weighted(&RIGHTS);
                let earmark = if is_adapted {
                    authorisations::older_people(&building.row.id)
                } else if building.for_young && typology == 1 {
                    authorisations::younger_people(&building.row.id)
                } else {
                    String::new()
                };
                let step_free = building.new || (building.row.lift && draw.chance(700)) || (floor == 0 && draw.chance(450));
                rows.push(DwellingRow {
                    line: 0,
                    id: format!("{}-{letter}-{floor}{door}", building.row.id).into(),
                    residence: building.row.id.as_str().into(),
                    staircase: letter.to_string().into(),
                    floor,
                    typology,
                    rooms: typology,
                    area_m2: CentiSquareMetres(area),
                    rent_eur_month: CentsPerMonth(rent(&mut draw, financing, area, building.new)),
                    charges_eur_month: CentsPerMonth(charges(&mut draw, area, building.row.lift)),
                    financing,
                    accessibility: if is_adapted || (step_free && floor == 0 && draw.chance(200)) {
                        Accessibility::Adapted
                    } else if step_free {
                        Accessibility::StepFree
                    } else {
                        Accessibility::None
                    },
                    // The law keeps the State's homes out of an authorisation (ASV, art. 20).
                    reservation: if !earmark.is_empty() && right == "prefet" { "" } else { right }.into(),
                    earmark: earmark.into(),
                    available_from: None,
                });
            }
        }
    }
    rows
}

/// Rent without charges, cents a month. Euros per square metre by financing: plausible; the mean outside Île-de-France was 6.15 at
/// 1 January 2024 (RPLS).
fn rent(draw: &mut Draw, financing: Financing, area: i64, new: bool) -> i64 {
    let per_metre = match financing {
        Financing::Plai => 550,
        Financing::Plus => 620,
        Financing::Pls => 900,
        Financing::Free => 1_150,
    };
    area * per_metre / 100 * draw.between(940, 1_060) / 1_000 * if new { 105 } else { 100 } / 100
}

/// Charges (heating left out, water, upkeep, lift), cents a month: plausible, not estimated.
fn charges(draw: &mut Draw, area: i64, lift: bool) -> i64 {
    area * (draw.between(120, 190) + if lift { 25 } else { 0 }) / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_quarters_are_all_different() {
        let names: BTreeSet<String> = (0..2_000).map(name).collect();
        assert_eq!(names.len(), 2_000);
        let codes: BTreeSet<String> = (0..500).map(quarter_code).collect();
        assert_eq!(codes.len(), 500);
    }

    #[test]
    fn a_kilometre_is_a_kilometre() {
        let metres = |to| matcher_core::units::distance(position((0, 0)), position(to)).0;
        assert!((995..=1_005).contains(&metres((1_000, 0))) && (995..=1_005).contains(&metres((0, 1_000))));
    }
}
