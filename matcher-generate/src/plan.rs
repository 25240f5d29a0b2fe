//! What a town is to be like: numbers of residences, homes and households.

use jiff::civil::date;
use matcher_core::units::Date;

/// Sizes of generated towns by their vacancies and applicants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// 40 vacancies, 120 applicants.
    XS,
    /// 200 vacancies, 600 applicants.
    S,
    /// 2,000 vacancies, 6,000 applicants.
    M,
    /// 20,000 vacancies, 60,000 applicants: a large landlord.
    L,
    /// 100,000 vacancies, 1,000,000 applicants: a nation.
    XL,
}

impl Size {
    /// As the command line writes it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::XS => "XS",
            Self::S => "S",
            Self::M => "M",
            Self::L => "L",
            Self::XL => "XL",
        }
    }

    /// Every size, the smallest first.
    pub const ALL: [Self; 5] = [Self::XS, Self::S, Self::M, Self::L, Self::XL];
}

/// The numbers a town is made from. Time and memory grow with the homes and households it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Id of the policy, and what the town is called in it.
    pub name: String,
    /// Day at which ages, waiting and availability are taken.
    pub date: Date,
    /// Residences that are lived in now.
    pub residences: usize,
    /// Fewest and most homes of such a residence.
    pub homes: (i64, i64),
    /// Homes of them to be let again in this run.
    pub relet: usize,
    /// New residences, all of whose homes are to be let.
    pub new_residences: usize,
    /// Homes of a new residence.
    pub new_homes: usize,
    /// Homes of a new residence fitted for older people, under an authorisation.
    pub adapted: usize,
    /// Typologies of new homes with their weights.
    pub new_typologies: [(u8, u64); 4],
    /// Households that ask for a home, transfers among them.
    pub applicants: usize,
    /// Those of them that live in one of the residences now.
    pub transfers: usize,
    /// Policy and quotas of the demo town instead of the plain ones.
    pub(crate) demo: bool,
}

impl Plan {
    /// The plan of a size.
    ///
    /// ```
    /// use matcher_generate::{Plan, Size};
    /// assert_eq!(Plan::size(Size::S).vacancies(), 200);
    /// ```
    pub fn size(size: Size) -> Self {
        let (residences, relet, new_residences, new_homes, applicants) = match size {
            Size::XS => (4, 20, 1, 20, 120),
            Size::S => (24, 140, 1, 60, 600),
            Size::M => (280, 1_500, 10, 50, 6_000),
            Size::L => (2_800, 15_000, 100, 50, 60_000),
            Size::XL => (14_000, 75_000, 500, 50, 1_000_000),
        };
        Self {
            name: format!("town-{}", size.code()),
            date: date(2025, 10, 1),
            residences,
            homes: (30, 58),
            relet,
            new_residences,
            new_homes,
            adapted: new_homes * 3 / 10,
            new_typologies: [(1, 10), (2, 36), (3, 34), (4, 20)],
            applicants,
            transfers: applicants / 10,
            demo: false,
        }
    }

    /// The demo town: a dozen residences of *Chers Voisins* kind with 60 homes to let again, and a new building of *Cocoon'Âges* kind, 84
    /// homes with two to four rooms, 25 of them for older people (as observed in Guyancourt).
    pub fn demo() -> Self {
        Self {
            name: "demo-town".to_owned(),
            date: date(2025, 10, 1),
            residences: 12,
            homes: (34, 52),
            relet: 60,
            new_residences: 1,
            new_homes: 84,
            adapted: 25,
            new_typologies: [(2, 36), (3, 38), (4, 26), (4, 0)],
            applicants: 1_000,
            transfers: 90,
            demo: true,
        }
    }

    /// Homes to be let in the run.
    pub const fn vacancies(&self) -> usize {
        self.relet + self.new_residences * self.new_homes
    }

    /// Digits of a residence's number in its id.
    pub(crate) fn residence_digits(&self) -> usize {
        digits(self.residences + self.new_residences).max(2)
    }
}

/// Decimal digits of a count.
pub(crate) const fn digits(count: usize) -> usize {
    match count.checked_ilog10() {
        Some(power) => power as usize + 1,
        None => 1,
    }
}
