//! Three criteria from outside the crate, so that the dense kernel has twelve.

use matcher_core::eligibility::{Card, Parameter};
use matcher_core::error::Report;
use matcher_core::ids::{DwellingIndex, HouseholdIndex};
use matcher_core::model::Model;
use matcher_core::policy::Policy;
use matcher_core::scoring::{Criterion, Fact, Marks, Measure};

/// Rent for the area: full marks up to 5 euros per square metre, none from 15 on.
#[derive(Debug)]
pub struct RentPerArea;

/// Days until the dwelling is available: each costs the more, the longer the household has waited.
#[derive(Debug)]
pub struct MoveIn;

/// Floors away from the wished one: the first with children, the third without.
#[derive(Debug)]
pub struct FloorWish;

/// Code of [`RentPerArea`].
pub(super) const RENT_PER_AREA: &str = "rent_per_area";
/// Code of [`MoveIn`].
pub(super) const MOVE_IN: &str = "move_in";
/// Code of [`FloorWish`].
pub(super) const FLOOR_WISH: &str = "floor_wish";

const fn card(name: &'static str) -> Card {
    const NONE: &[Parameter] = &[];
    Card { name: [name, name], about: [name, name], sentence: [name, name], source: "Bench", version: "1", parameters: NONE }
}

static CARDS: [Card; 3] = [card(RENT_PER_AREA), card(MOVE_IN), card(FLOOR_WISH)];

impl Criterion for RentPerArea {
    fn code(&self) -> &'static str {
        RENT_PER_AREA
    }

    fn card(&self) -> &'static Card {
        &CARDS[0]
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Measure + 'm> {
        Box::new(OfDwelling(rent_marks(model)))
    }
}

/// Marks of each dwelling: cents over hundredths of a square metre are euros per square metre.
pub(super) fn rent_marks(model: &Model) -> Vec<i16> {
    let homes = model.dwellings.rent.iter().zip(&model.dwellings.area);
    homes.map(|(rent, area)| (1000 * (15 * area.0 - rent.0) / (10 * area.0.max(1))).clamp(0, 1000) as i16).collect()
}

struct OfDwelling(Vec<i16>);

impl Measure for OfDwelling {
    fn measure(&self, _: HouseholdIndex, marks: &mut Marks<'_>) {
        marks.dwellings(self.0.as_slice(), i32::from);
    }

    fn class(&self, _: HouseholdIndex) -> Option<u32> {
        Some(0)
    }

    fn facts(&self, _: HouseholdIndex, _: DwellingIndex) -> Vec<Fact> {
        Vec::new()
    }
}

impl Criterion for MoveIn {
    fn code(&self) -> &'static str {
        MOVE_IN
    }

    fn card(&self) -> &'static Card {
        &CARDS[1]
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Measure + 'm> {
        let losses = model.households.waiting_days.iter().map(|&days| day_loss(days));
        Box::new(Days { days: days(model), losses: losses.collect() })
    }
}

/// Days from the reference date until each dwelling is available, 0..=1000.
pub(super) fn days(model: &Model) -> Vec<i16> {
    let days = |from: &matcher_core::units::Date| from.duration_since(model.date).as_hours() / 24;
    model.dwellings.available_from.iter().map(|from| days(from).clamp(0, 1000) as i16).collect()
}

/// Marks lost per day, by the days of waiting.
pub(super) fn day_loss(waiting: i64) -> i32 {
    (1 + waiting / 365).clamp(1, 10) as i32
}

struct Days {
    days: Vec<i16>,
    losses: Vec<i32>,
}

impl Measure for Days {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let loss = self.losses.get(household.index()).copied().unwrap_or_default();
        marks.dwellings(self.days.as_slice(), move |days| (1000 - i32::from(days) * loss).max(0));
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.losses.get(household.index()).map(|&loss| loss as u32)
    }

    fn facts(&self, _: HouseholdIndex, _: DwellingIndex) -> Vec<Fact> {
        Vec::new()
    }
}

impl Criterion for FloorWish {
    fn code(&self) -> &'static str {
        FLOOR_WISH
    }

    fn card(&self) -> &'static Card {
        &CARDS[2]
    }

    fn prepare<'m>(&self, model: &'m Model, _: &'m Policy, _: &mut Report) -> Box<dyn Measure + 'm> {
        let wishes = (0..model.households.len()).map(|household| wished_floor(model, household));
        Box::new(Floors { floors: floors(model), wishes: wishes.collect() })
    }
}

/// Floors, at most 1000 up or down.
pub(super) fn floors(model: &Model) -> Vec<i16> {
    model.dwellings.floor.iter().map(|&floor| floor.clamp(-1000, 1000) as i16).collect()
}

/// The floor that a household likes best.
pub(super) fn wished_floor(model: &Model, household: usize) -> i32 {
    let children = model.households.persons.get(household).is_some_and(|persons| persons.iter().any(|person| person.age < 18));
    if children { 1 } else { 3 }
}

/// Marks lost per floor away from the wished one.
pub(super) const FLOOR_LOSS: i32 = 150;

struct Floors {
    floors: Vec<i16>,
    wishes: Vec<i32>,
}

impl Measure for Floors {
    fn measure(&self, household: HouseholdIndex, marks: &mut Marks<'_>) {
        let wish = self.wishes.get(household.index()).copied().unwrap_or_default();
        marks.dwellings(self.floors.as_slice(), move |floor| (1000 - FLOOR_LOSS * (i32::from(floor) - wish).abs()).max(0));
    }

    fn class(&self, household: HouseholdIndex) -> Option<u32> {
        self.wishes.get(household.index()).map(|&wish| wish as u32)
    }

    fn facts(&self, _: HouseholdIndex, _: DwellingIndex) -> Vec<Fact> {
        Vec::new()
    }
}
