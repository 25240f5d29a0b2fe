//! Who lives together: ages, roles and needs of the persons of one household.
//!
//! Shares of household types among applicants: 45 % persons alone, 24.5 % single parents, 28.4 % couples with or without
//! children (demand of 2020, study of the Fédération des offices publics de l'habitat); by age: plausible, not estimated.

use matcher_core::model::{ceiling_category, consumption_units};
use matcher_core::tables::rows::Role;

use crate::ages::Ages;
use crate::draw::Draw;

/// A person before ids and dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) age: i64,
    pub(crate) role: Role,
    pub(crate) needs: Vec<&'static str>,
}

/// The persons of a household, the reference person first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) members: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Alone,
    Couple,
    SingleParent,
    Family,
    WithOther,
}

/// Types of household by age of the reference person, from an age on; per mille.
const KINDS: [(i64, [(Kind, u64); 5]); 7] = [
    (18, kinds(720, 160, 90, 20)),
    (25, kinds(500, 150, 210, 130)),
    (30, kinds(300, 70, 340, 280)),
    (40, kinds(300, 60, 350, 275)),
    (50, kinds(520, 130, 200, 130)),
    (60, kinds(640, 260, 45, 25)),
    (70, kinds(730, 245, 8, 0)),
];

const fn kinds(alone: u64, couple: u64, single_parent: u64, family: u64) -> [(Kind, u64); 5] {
    let other = 1000 - alone - couple - single_parent - family;
    [(Kind::Alone, alone), (Kind::Couple, couple), (Kind::SingleParent, single_parent), (Kind::Family, family), (Kind::WithOther, other)]
}

/// Children of a single parent and of a couple; plausible, not estimated.
const CHILDREN_ALONE: [(usize, u64); 4] = [(1, 530), (2, 320), (3, 110), (4, 40)];
const CHILDREN_COUPLE: [(usize, u64); 5] = [(1, 330), (2, 380), (3, 190), (4, 75), (5, 25)];

/// Age of the parent at a birth, in fives from 18 on: around the 31 years of INSEE's mean age at childbirth.
const PARENT_AGE: [((i64, i64), u64); 6] = [((18, 19), 2), ((20, 24), 14), ((25, 29), 32), ((30, 34), 33), ((35, 39), 15), ((40, 44), 4)];

/// Persons in a thousand who need a home without steps, by age from an age on: plausible, not estimated (it rises with the share of
/// people living in institutions in DREES, enquête VQS 2014, by five-year age band).
const STEP_FREE: [(i64, u64); 7] = [(0, 6), (20, 12), (50, 35), (60, 80), (70, 190), (80, 430), (90, 650)];

impl Group {
    /// A household whose reference person's age comes from `ages`.
    pub(crate) fn draw(draw: &mut Draw, ages: &Ages) -> Self {
        let age = ages.draw(draw);
        let kind = draw.weighted(from_age(&KINDS, age));
        let mut members = vec![(age, Role::Reference)];
        if matches!(kind, Kind::Couple | Kind::Family) {
            members.push(((age + draw.between(-6, 6)).clamp(18, 99), Role::Partner));
        }
        if matches!(kind, Kind::WithOther) {
            let other = if age < 60 && draw.chance(500) { age + draw.between(22, 34) } else { age + draw.between(-12, 12) };
            members.push((other.clamp(18, 99), Role::Other));
        }
        let children = match kind {
            Kind::SingleParent => draw.weighted(&CHILDREN_ALONE),
            Kind::Family => draw.weighted(&CHILDREN_COUPLE),
            Kind::Alone | Kind::Couple | Kind::WithOther => 0,
        };
        let youngest = members.iter().filter(|m| m.1 != Role::Child).map(|m| m.0).min().unwrap_or(age);
        let mut ages: Vec<i64> = (0..children.min(youngest.saturating_sub(17).max(1) as usize)).map(|_| child(draw, youngest)).collect();
        ages.sort_unstable_by(|a, b| b.cmp(a));
        members.extend(ages.into_iter().map(|age| (age, Role::Child)));
        let members = members.into_iter().map(|(age, role)| Member { age, role, needs: needs(draw, age) });
        Self { members: members.collect() }
    }

    /// Age of the reference person.
    pub(crate) fn age(&self) -> i64 {
        self.members.first().map_or(18, |m| m.age)
    }

    /// Hundredths of consumption units.
    pub(crate) fn consumption_units(&self) -> i64 {
        consumption_units(self.members.iter().map(|m| m.age)).0
    }

    /// True where the reference person has a partner.
    pub(crate) fn couple(&self) -> bool {
        self.members.iter().any(|m| m.role == Role::Partner)
    }

    /// Number of children.
    pub(crate) fn children(&self) -> usize {
        self.members.iter().filter(|m| m.role == Role::Child).count()
    }

    /// Category of the income ceilings.
    pub(crate) fn category(&self) -> u8 {
        ceiling_category(&self.members.iter().map(|m| (m.age, m.role)).collect::<Vec<_>>())
    }

    /// Main rooms by the usual norm: a living room, one bedroom per adult or couple, one per two children.
    pub(crate) fn rooms(&self) -> i64 {
        if self.members.len() == 1 {
            return 1;
        }
        let minors = self.members.iter().filter(|m| m.role == Role::Child && m.age <= 17).count();
        let grown = self.members.iter().filter(|m| m.role == Role::Other || (m.role == Role::Child && m.age > 17)).count();
        (2 + minors.div_ceil(2) + grown) as i64
    }

    /// True where somebody has the need.
    pub(crate) fn needs(&self, need: &str) -> bool {
        self.members.iter().any(|m| m.needs.contains(&need))
    }
}

/// The entry of a table by age that holds at `age`.
pub(crate) fn from_age<T, const N: usize>(table: &[(i64, T); N], age: i64) -> &T {
    const { assert!(N > 0) }
    let at = table.iter().rposition(|entry| entry.0 <= age).unwrap_or(0);
    &table[at].1
}

/// Age of a child whose younger parent is `parent` years old.
fn child(draw: &mut Draw, parent: i64) -> i64 {
    for _ in 0..16 {
        let (low, high) = draw.weighted(&PARENT_AGE);
        let age = parent - draw.between(low, high);
        if (0..18).contains(&age) || ((18..=26).contains(&age) && draw.chance(350)) {
            return age;
        }
    }
    // A young parent has a small child, an older one a grown one.
    if parent < 40 { draw.between(0, (parent - 18).clamp(0, 5)) } else { draw.between(14, 24.min(parent - 18)) }
}

fn needs(draw: &mut Draw, age: i64) -> Vec<&'static str> {
    let mut needs = Vec::new();
    if draw.chance(*from_age(&STEP_FREE, age)) {
        needs.push("step_free");
        // Some need a fitted bathroom and doors beside, some cannot rely on a lift.
        if draw.chance(200) {
            needs.push("adapted");
        } else if age >= 60 && draw.chance(120) {
            needs.push("ground_floor");
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Stream;

    fn group(members: &[(i64, Role)]) -> Group {
        Group { members: members.iter().map(|&(age, role)| Member { age, role, needs: Vec::new() }).collect() }
    }

    #[test]
    fn categories_units_and_rooms_are_those_of_the_texts() {
        use Role::{Child, Partner, Reference};
        let cases = [
            (vec![(40, Reference)], 1, 100, 1),
            (vec![(40, Reference), (38, Partner)], 2, 150, 2),
            (vec![(27, Reference), (28, Partner)], 3, 150, 2),
            (vec![(28, Reference), (28, Partner)], 2, 150, 2),
            (vec![(35, Reference), (6, Child)], 3, 130, 3),
            (vec![(44, Reference), (45, Partner), (19, Child), (14, Child), (13, Child)], 5, 280, 4),
        ];
        for (members, category, units, rooms) in cases {
            let group = group(&members);
            assert_eq!((group.category(), group.consumption_units(), group.rooms()), (category, units, rooms), "{members:?}");
        }
    }

    #[test]
    fn households_are_believable() {
        let ages = Ages::of_applicants();
        let (mut alone, mut parents, mut couples) = (0, 0, 0);
        for index in 0..20_000 {
            let group = Group::draw(&mut Draw::new(11, Stream::Newcomer, index), &ages);
            assert_eq!(group.members.iter().filter(|m| m.role == Role::Reference).count(), 1);
            for member in &group.members {
                match member.role {
                    Role::Child => assert!((0..=26).contains(&member.age) && group.age() - member.age >= 12, "{group:?}"),
                    Role::Reference | Role::Partner | Role::Other => assert!((18..=99).contains(&member.age), "{group:?}"),
                }
            }
            alone += usize::from(group.members.len() == 1);
            parents += usize::from(!group.couple() && group.children() > 0);
            couples += usize::from(group.couple());
        }
        assert!((8_400..=9_600).contains(&alone), "{alone}");
        assert!((4_400..=5_400).contains(&parents), "{parents}");
        assert!((5_200..=6_200).contains(&couples), "{couples}");
    }
}
