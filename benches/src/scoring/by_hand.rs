//! The limit: the twelve criteria in loops that know them all, written by hand for generated towns with the criteria's defaults.
//!
//! It holds no registry, no trait object and no buffer between criteria: points of a dwelling stay in a register from the first criterion
//! to the last. Like ours it works out once per residence what hangs on the residence, and divides by multiplications.

use std::ops::Range;

use matcher_core::eligibility::rooms_needed;
use matcher_core::ids::HouseholdIndex;
use matcher_core::lanes::{Loop, Path};
use matcher_core::model::Model;
use matcher_core::policy::Policy;
use matcher_core::tables::rows::Accessibility;

use super::extra::{FLOOR_LOSS, day_loss, days, floors, rent_marks, wished_floor};

/// The twelve criteria of one policy over one model.
#[derive(Debug)]
pub struct ByHand {
    path: Path,
    weights: Weights,
    homes: Homes,
    places: Places,
    households: Vec<Household>,
}

#[derive(Debug, Clone, Copy)]
struct Weights {
    typology: i32,
    step_free: i32,
    effort: i32,
    floor: i32,
    distance: i32,
    choice: i32,
    points: i32,
    waiting: i32,
    help: i32,
    rent: i32,
    days: i32,
    wish: i32,
}

/// Columns over the dwellings.
#[derive(Debug)]
struct Homes {
    rooms: Vec<i16>,
    area: Vec<i32>,
    level: Vec<u8>,
    cost: Vec<i32>,
    climb: Vec<i16>,
    lift: Vec<bool>,
    rent: Vec<i16>,
    days: Vec<i16>,
    floor: Vec<i16>,
}

/// Columns over the residences with a dwelling to let.
#[derive(Debug)]
struct Places {
    start: Vec<usize>,
    lat: Vec<i32>,
    lon: Vec<i32>,
    cosine: Vec<u32>,
    /// Per skill: hours offered and needed by those who live there.
    help: Vec<(Vec<i32>, Vec<i32>)>,
}

/// `1000 part / whole` by one multiplication.
#[derive(Debug, Clone, Copy)]
struct Share(u32, u32, u32);

impl Share {
    fn new(whole: i64) -> Self {
        let shift = 22 + whole.max(1).ilog2();
        Self((1000_u64 << shift).div_ceil(whole.max(1) as u64) as u32, 32_u32.saturating_sub(shift), shift.saturating_sub(32))
    }

    #[expect(clippy::inline_always, reason = "part of a loop that is compiled for the path that runs it")]
    #[inline(always)]
    fn of(self, part: i32) -> i32 {
        ((u64::from((part as u32) << self.1) * u64::from(self.0)) >> 32) as i32 >> self.2
    }
}

/// What the loops need to know of a household.
#[derive(Debug, Clone)]
struct Household {
    rooms: i32,
    least: i32,
    span: i32,
    area: Share,
    access: [i32; 3],
    means: i32,
    resources: i32,
    left: Share,
    stairs: i32,
    lift: i32,
    day_loss: i32,
    wish: i32,
    /// Marks everywhere, weighted.
    everywhere: i32,
    places: Vec<(i32, i32)>,
    choices: Vec<(usize, i32)>,
    /// Skill, hours offered and needed; and the residence that is marked apart, with its mark.
    help: Vec<(usize, i32, i32)>,
    own: Option<(usize, i32)>,
}

impl ByHand {
    /// Everything that does not hang on a pair.
    pub fn new(model: &Model, policy: &Policy, path: Path) -> Self {
        let weight = |code: &str| policy.weights.get(code).copied().unwrap_or_default() as i32;
        let weights = Weights {
            typology: weight("typology_fit"),
            step_free: weight("step_free_fit"),
            effort: weight("effort_rate"),
            floor: weight("floor_lift"),
            distance: weight("distance"),
            choice: weight("choice_rank"),
            points: weight("priority_points"),
            waiting: weight("waiting_time"),
            help: weight("mutual_help"),
            rent: weight("rent_per_area"),
            days: weight("move_in"),
            wish: weight("floor_wish"),
        };
        let served = model.served();
        let mut skills: Vec<&str> = model.households.help.iter().flatten().map(|help| help.skill.as_str()).collect();
        skills.sort_unstable();
        skills.dedup();
        let in_place = |skill: &str, offers: bool| -> Vec<i32> {
            let mut hours = vec![0; served.len()];
            for resident in &model.stock {
                let Ok(at) = served.binary_search(&resident.residence) else { continue };
                hours[at] += own_hours(&resident.help, skill, offers);
            }
            hours
        };
        let d = &model.dwellings;
        let homes = Homes {
            rooms: d.rooms.iter().map(|&rooms| rooms as i16).collect(),
            area: d.area.iter().map(|area| area.0 as i32).collect(),
            level: d.accessibility.iter().map(|&a| u8::from(a != Accessibility::None) + u8::from(a == Accessibility::Adapted)).collect(),
            cost: d.rent.iter().zip(&d.charges).map(|(rent, charges)| (rent.0 + charges.0) as i32).collect(),
            climb: d.floor.iter().map(|floor| floor.unsigned_abs().min(1000) as i16).collect(),
            lift: d.lift.clone(),
            rent: rent_marks(model),
            days: days(model),
            floor: floors(model),
        };
        let position = |at: &matcher_core::ids::ResidenceIndex| model.residences[at.index()].position.unwrap_or_default();
        let places = Places {
            start: served.iter().map(|at| model.residences[at.index()].run.range().start).chain([d.len()]).collect(),
            lat: served.iter().map(|at| position(at).0.0 as i32).collect(),
            lon: served.iter().map(|at| position(at).1.0 as i32).collect(),
            cosine: served.iter().map(|at| cosine(position(at).0.0)).collect(),
            help: skills.iter().map(|skill| (in_place(skill, true), in_place(skill, false))).collect(),
        };
        let household = |h: usize| Household::new(model, policy, &weights, &skills, &places, h);
        Self { path, weights, homes, households: (0..model.households.len()).map(household).collect(), places }
    }

    /// Scores every pair of the `households`, a household's row at a time; `take` sees each row.
    pub fn dense(&self, households: Range<usize>, take: &mut dyn FnMut(HouseholdIndex, &[i64])) {
        let (residences, dwellings) = (self.places.lat.len(), self.homes.rooms.len());
        let (mut points, mut sums) = (vec![0; residences], vec![0; residences]);
        let (mut spread, mut narrow, mut row) = (vec![0; dwellings + 16], vec![0; dwellings], vec![0; dwellings]);
        for h in households {
            let household = &self.households[h];
            self.path.run(OfResidences { household, places: &self.places, weights: &self.weights, points: &mut points, sums: &mut sums });
            self.path.run(Spread { starts: &self.places.start, points: &points, out: &mut spread });
            self.path.run(OfDwellings { household, homes: &self.homes, weights: &self.weights, spread: &spread, out: &mut narrow });
            self.path.run(Widen { from: &narrow, to: &mut row });
            take(HouseholdIndex::new(h), &row);
        }
    }
}

fn own_hours(help: &[matcher_core::model::Help], skill: &str, offers: bool) -> i32 {
    help.iter().filter(|entry| entry.skill == skill && entry.offers == offers).map(|entry| entry.hours_week as i32).sum()
}

/// Millionths, as `units::distance` has them.
fn cosine(latitude: i64) -> u32 {
    let metres = |lon: i64| {
        use matcher_core::units::{MicroDegrees, distance};
        distance((MicroDegrees(latitude), MicroDegrees(0)), (MicroDegrees(latitude), MicroDegrees(lon))).0
    };
    // A million metres on the equator shrink to as many as the cosine has millionths.
    let million = 8_993_211;
    debug_assert_eq!(million * 111_195 / 1_000_000, 1_000_000);
    metres(million) as u32
}

impl Household {
    fn new(model: &Model, policy: &Policy, weights: &Weights, skills: &[&str], places: &Places, h: usize) -> Self {
        let households = &model.households;
        let (persons, needs) = (&households.persons[h], &households.needs[h]);
        let has = |need: &str| needs.iter().any(|known| known == need);
        let size = persons.len() as i64;
        let wished = 3000 + 1400 * (size - 1).max(0);
        let least = [900, 900, 1600, 2500, 3400, 4300, 5200, 6100, 7000][(size as usize).min(8)];
        let frail = ["step_free", "adapted", "low_floor"].iter().any(|need| has(need)) || persons.iter().any(|person| person.age >= 65);
        let (stairs, lift) = match (has("ground_floor"), frail) {
            (true, _) => (300, 300),
            (_, true) => (300, 30),
            _ => (0, 0),
        };
        let resources = households.resources[h].0;
        let benefit = households.housing_benefit[h].unwrap_or_default().0;
        let counted = households.places[h].iter().filter(|place| ["care", "school", "work", "family"].contains(&place.kind.as_str()));
        let near: Vec<(i32, i32)> = counted.map(|place| (place.position.0.0 as i32, place.position.1.0 as i32)).collect();
        let at = |residence: &matcher_core::ids::ResidenceIndex| model.served().binary_search(residence).ok();
        let choices = households.choices[h].iter().enumerate();
        let choices: Vec<(usize, i32)> = choices.filter_map(|(rank, r)| Some((at(r)?, (1000 - 200 * rank as i32).max(0)))).collect();
        let help = skills
            .iter()
            .enumerate()
            .map(|(skill, code)| (skill, own_hours(&households.help[h], code, true), own_hours(&households.help[h], code, false)));
        let help: Vec<(usize, i32, i32)> = help.filter(|(_, offers, needs)| offers + needs > 0).collect();
        let resident = model.stock.iter().find(|resident| resident.applying.is_some_and(|applying| applying.index() == h));
        let own = resident.and_then(|resident| at(&resident.residence)).map(|at| {
            let hours = help.iter().map(|&(skill, offers, needs)| {
                let (offered, needed) = (places.help[skill].0[at] - offers, places.help[skill].1[at] - needs);
                offers.min(needed) + needs.min(offered)
            });
            (at, 250 * hours.sum::<i32>().clamp(0, 4))
        });
        let constant = weights.points * (10 * households.points[h]).clamp(0, 1000) as i32
            + weights.waiting * (1000 * households.waiting_days[h].min(1826) / 1826) as i32
            + if near.is_empty() { 500 * weights.distance } else { 0 }
            + if households.choices[h].is_empty() { 500 * weights.choice } else { 0 };
        Self {
            rooms: rooms_needed(&policy.bedroom_norm, persons) as i32,
            least: least as i32,
            span: (wished - least) as i32,
            area: Share::new(wished - least),
            access: if has("adapted") {
                [0, 400, 1000]
            } else if has("step_free") {
                [0, 1000, 800]
            } else {
                [1000, 800, 0]
            },
            means: (resources.max(0) + benefit) as i32 + i32::from(resources <= 0),
            resources: resources.max(1) as i32,
            left: Share::new(resources),
            stairs,
            lift,
            day_loss: day_loss(households.waiting_days[h]),
            wish: wished_floor(model, h),
            everywhere: constant,
            places: near,
            choices,
            help,
            own,
        }
    }
}

/// Points of each residence: nearness, rank of the wish, help.
struct OfResidences<'a> {
    household: &'a Household,
    places: &'a Places,
    weights: &'a Weights,
    points: &'a mut [i32],
    sums: &'a mut [i32],
}

impl Loop for OfResidences<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let Self { household, places, weights, points, sums } = self;
        points.fill(household.everywhere);
        if !household.places.is_empty() {
            sums.fill(0);
            let (slope, mean, weight) = (Share::new(4500), Share::new(1000 * household.places.len() as i64), weights.distance);
            for &(lat, lon) in &household.places {
                let columns = places.lat.iter().zip(&places.lon).zip(&places.cosine);
                for (sum, ((&from_lat, &from_lon), &cosine)) in sums.iter_mut().zip(columns) {
                    *sum += slope.of((5000 - metres(lat.abs_diff(from_lat), lon.abs_diff(from_lon), cosine)).clamp(0, 4500));
                }
            }
            for (points, &sum) in points.iter_mut().zip(sums.iter()) {
                *points += weight * mean.of(sum);
            }
        }
        if !household.help.is_empty() {
            sums.fill(0);
            for &(skill, offers, needs) in &household.help {
                let (offered, needed) = &places.help[skill];
                for (sum, (&offered, &needed)) in sums.iter_mut().zip(offered.iter().zip(needed)) {
                    *sum += offers.min(needed) + needs.min(offered);
                }
            }
            if let Some((at, mark)) = household.own {
                sums[at] = mark / 250;
            }
            let weight = 250 * weights.help;
            for (points, &hours) in points.iter_mut().zip(sums.iter()) {
                *points += weight * hours.min(4);
            }
        }
        for &(at, mark) in &household.choices {
            points[at] += weights.choice * mark;
        }
    }
}

#[expect(clippy::inline_always, reason = "part of a loop that is compiled for the path that runs it")]
#[inline(always)]
fn metres(lat: u32, lon: u32, cosine: u32) -> i32 {
    let millionth = |product: u64| (product >> 6) as u32 / 15_625;
    let equator = |degrees: u32| millionth(u64::from(degrees.min(1 << 21)) * 111_195);
    let north = equator(lat).min(32_767);
    let east = millionth(u64::from(equator(lon)) * u64::from(cosine)).min(32_767);
    let square = (north * north + east * east) as i32;
    // The nearest integer, by the bits of the float; then rounded down by integers.
    let near = ((square as f32).sqrt() + 8_388_608.0).to_bits().wrapping_sub(0x4B00_0000) as i32;
    near - i32::from(near * near > square)
}

/// Points of residences to their dwellings.
struct Spread<'a> {
    starts: &'a [usize],
    points: &'a [i32],
    out: &'a mut [i32],
}

impl Loop for Spread<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        for (&points, bounds) in self.points.iter().zip(self.starts.windows(2)) {
            if let Some(sixteen) = self.out.get_mut(bounds[0]..).and_then(|rest| rest.first_chunk_mut::<16>()) {
                *sixteen = [points; 16];
            }
            if bounds[1] - bounds[0] > 16 {
                self.out[bounds[0]..bounds[1]].fill(points);
            }
        }
    }
}

/// All criteria of a dwelling, and the points of its residence.
struct OfDwellings<'a> {
    household: &'a Household,
    homes: &'a Homes,
    weights: &'a Weights,
    spread: &'a [i32],
    out: &'a mut [i32],
}

/// Points of 32 bits to 64: a loop of its own, since the other one would be compiled for half as many lanes with wide entries in it.
struct Widen<'a> {
    from: &'a [i32],
    to: &'a mut [i64],
}

impl Loop for Widen<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        self.to.iter_mut().zip(self.from).for_each(|(to, &from)| *to = from.into());
    }
}

impl Loop for OfDwellings<'_> {
    type Output = ();

    #[expect(clippy::inline_always, reason = "a loop is compiled for the path that runs it")]
    #[inline(always)]
    fn run(self) {
        let (h, homes, out, n) = (self.household, self.homes, self.out, self.homes.rooms.len());
        let w = *self.weights;
        let Household { rooms: needed, least, span, area, access, means, resources, left, stairs, lift, day_loss, wish, .. } = *h;
        let (out, spread) = (&mut out[..n], &self.spread[..n]);
        let (rooms, areas, levels, costs) = (&homes.rooms[..n], &homes.area[..n], &homes.level[..n], &homes.cost[..n]);
        let (climbs, lifts, rents, days, floors) =
            (&homes.climb[..n], &homes.lift[..n], &homes.rent[..n], &homes.days[..n], &homes.floor[..n]);
        let (more_step_free, more_adapted) = (access[1] - access[0], access[2] - access[0]);
        for i in 0..n {
            let spare = i32::from(rooms[i]) - needed;
            let of_rooms = (1000 - 300 * spare).min(1000 + 500 * spare).max(0);
            let of_area = area.of((areas[i] - least).max(0).min(span));
            let typology = ((of_rooms * 700 + of_area * 300) as u32 / 1000) as i32;
            let step_free = access[0] + more_step_free * i32::from(levels[i] == 1) + more_adapted * i32::from(levels[i] == 2);
            let rest = left.of((means - costs[i]).max(0).min(resources));
            let effort = 5 * (rest - 600).clamp(0, 200);
            let floor = (1000 - i32::from(climbs[i]) * if lifts[i] { lift } else { stairs }).max(0);
            let soon = (1000 - i32::from(days[i]) * day_loss).max(0);
            let wished = (1000 - FLOOR_LOSS * (i32::from(floors[i]) - wish).abs()).max(0);
            let points = w.typology * typology
                + w.step_free * step_free
                + w.effort * effort
                + w.floor * floor
                + w.rent * i32::from(rents[i])
                + w.days * soon
                + w.wish * wished
                + spread[i];
            out[i] = points;
        }
    }
}
