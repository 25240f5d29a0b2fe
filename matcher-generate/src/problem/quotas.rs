//! Quotas around a profile per residence, over sectors, over step-free homes and over everything; and the first-come allocation
//! that shows that the hard ones can be met.

use crate::draw::{Draw, Stream};

use super::homes::City;
use super::seekers::{AGES, INCOMES, Seeker};

/// Groups: the age bands, the income quarters, households with a priority, households that need a home without steps.
pub(super) const GROUPS: usize = AGES.len() + INCOMES.len() + 2;
const FIRST_INCOME: usize = AGES.len();
const PRIORITY: usize = AGES.len() + INCOMES.len();
const STEP_FREE: usize = PRIORITY + 1;

/// Name of a group.
pub(super) fn group_name(group: usize) -> &'static str {
    match group {
        PRIORITY => "priority",
        STEP_FREE => "step-free",
        _ => AGES.iter().map(|band| band.1).chain(INCOMES).nth(group).unwrap_or_default(),
    }
}

/// The groups a household is in.
pub(super) fn groups(seeker: &Seeker) -> impl Iterator<Item = usize> {
    let (priority, step_free) = (seeker.priority.then_some(PRIORITY), seeker.step_free.then_some(STEP_FREE));
    [seeker.band, FIRST_INCOME + seeker.quarter].into_iter().chain(priority).chain(step_free)
}

/// What a landlord aims at, in per mille of the dwellings of a residence: more older people than ask, incomes mixed.
const AGE_PROFILE: [i64; 5] = [240, 270, 190, 180, 120];
const INCOME_PROFILE: [i64; 4] = [280, 260, 240, 220];

/// Where a row looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Everywhere,
    Site(usize),
    Sector(usize),
    /// The dwellings without steps.
    StepFree,
}

/// A row of quotas.csv.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) look: Look,
    pub(super) group: usize,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) below: Option<i64>,
    pub(super) above: Option<i64>,
    /// What the first-come allocation counts.
    count: i64,
}

/// The quotas of a city while its households are drawn.
#[derive(Debug)]
pub(super) struct Book {
    rows: Vec<Row>,
    /// Per residence and group, then per sector and group, the rows there.
    of_site: Vec<[Option<usize>; GROUPS]>,
    of_sector: Vec<[Option<usize>; GROUPS]>,
    everywhere: [Option<usize>; GROUPS],
    step_free: Option<usize>,
    taken: Vec<bool>,
    free: usize,
}

impl Book {
    pub(super) fn new(city: &City, tolerance: u32, seed: u64) -> Self {
        let none = [None; GROUPS];
        let mut book = Self {
            rows: Vec::new(),
            of_site: vec![none; city.sites.len()],
            of_sector: vec![none; city.sectors],
            everywhere: none,
            step_free: None,
            taken: vec![false; city.homes.len()],
            free: city.homes.len(),
        };
        for (at, site) in city.sites.iter().enumerate() {
            let mut draw = Draw::new(seed, Stream::Target, at);
            let size = site.homes.len() as i64;
            let targets = profile(&mut draw, AGE_PROFILE).into_iter().chain(profile(&mut draw, INCOME_PROFILE));
            for (group, share) in targets.enumerate() {
                let row = around(&mut draw, Look::Site(at), group, size, share, tolerance);
                book.of_site[at][group] = Some(book.add(row));
            }
            let wide = band(Look::Site(at), PRIORITY, size, (200, 450));
            book.of_site[at][PRIORITY] = Some(book.add(Row { below: Some(1_500), ..wide }));
        }
        for sector in 0..city.sectors {
            let size = city.sites.iter().filter(|site| site.sector == sector).map(|site| site.homes.len() as i64).sum();
            let poorest = Row { min: None, ..band(Look::Sector(sector), FIRST_INCOME, size, (0, 330)) };
            book.of_sector[sector][FIRST_INCOME] = Some(book.add(poorest));
            // At least this many priorities: hard.
            book.of_sector[sector][PRIORITY] = Some(book.add(band(Look::Sector(sector), PRIORITY, size, (230, 400))));
        }
        let size = city.homes.len() as i64;
        for (group, shares, below) in [
            (0, (200, 290), Some(2_000)),
            (4, (80, 190), Some(2_000)),
            (FIRST_INCOME, (240, 340), Some(1_000)),
            (PRIORITY, (250, 350), None),
        ] {
            let row = Row { below, ..band(Look::Everywhere, group, size, shares) };
            book.everywhere[group] = Some(book.add(row));
        }
        let adapted = city.homes.iter().filter(|home| home.step_free).count() as i64;
        let row = Row { max: None, below: Some(800), ..band(Look::StepFree, STEP_FREE, adapted, (450, 1_000)) };
        book.step_free = Some(book.add(row));
        book
    }

    fn add(&mut self, row: Row) -> usize {
        self.rows.push(row);
        self.rows.len() - 1
    }

    /// Offers the household the best of its dwellings that is free and that no maximum forbids.
    pub(super) fn offer(&mut self, city: &City, seeker: &Seeker, arcs: &[(usize, i64)]) {
        if self.free == 0 {
            return;
        }
        let best = arcs.iter().filter(|arc| !self.taken[arc.0] && self.counted(city, seeker, arc.0).all(|row| self.rows[row].room()));
        // Of equals the first.
        let Some(&(home, _)) = best.max_by_key(|arc| (arc.1, std::cmp::Reverse(arc.0))) else { return };
        let counted: Vec<usize> = self.counted(city, seeker, home).collect();
        for row in counted {
            self.rows[row].count += 1;
        }
        self.taken[home] = true;
        self.free -= 1;
    }

    /// The rows that count the pair.
    fn counted<'a>(&'a self, city: &'a City, seeker: &'a Seeker, home: usize) -> impl Iterator<Item = usize> + 'a {
        let home = &city.homes[home];
        let (site, sector) = (&self.of_site[home.site], &self.of_sector[city.sites[home.site].sector]);
        let adapted = self.step_free.filter(|_| home.step_free && seeker.step_free);
        groups(seeker).flat_map(move |group| [site[group], sector[group], self.everywhere[group]].into_iter().flatten()).chain(adapted)
    }

    /// The rows; a hard minimum asks for no more than the first-come allocation reaches.
    pub(super) fn rows(self) -> Vec<Row> {
        let kept = |mut row: Row| {
            if row.below.is_none() {
                row.min = row.min.map(|min| min.min(row.count)).filter(|&min| min > 0);
            }
            row
        };
        self.rows.into_iter().map(kept).collect()
    }
}

impl Row {
    /// One more may be counted.
    fn room(&self) -> bool {
        self.max.is_none_or(|max| self.count < max)
    }
}

/// A residence's own profile: every share of the landlord's profile moved by up to 45 %, then again a whole of 1,000.
fn profile<const N: usize>(draw: &mut Draw, shares: [i64; N]) -> [i64; N] {
    let moved = shares.map(|share| share * draw.between(550, 1_450) / 1_000);
    let sum: i64 = moved.iter().sum();
    moved.map(|share| share * 1_000 / sum.max(1))
}

/// A row from and to a part of `size` in per mille, outward, both sides hard.
fn band(look: Look, group: usize, size: i64, (low, high): (i64, i64)) -> Row {
    let (min, max) = (size * low / 1_000, (size * high + 999) / 1_000);
    Row { look, group, min: Some(min), max: Some(max), below: None, above: None, count: 0 }
}

/// A row around a target share: most have a priced minimum and a hard maximum, some are priced or hard on both sides.
fn around(draw: &mut Draw, look: Look, group: usize, size: i64, share: i64, tolerance: u32) -> Row {
    let tolerance = i64::from(tolerance);
    let (min, max) = (size * share * (1_000 - tolerance) / 1_000_000, (size * share * (1_000 + tolerance) + 999_999) / 1_000_000);
    let (below, above) = match draw.below(20) {
        0..3 => (Some(1_200), Some(600)),
        3..5 => (None, None),
        _ => (Some(2_000), None),
    };
    Row { look, group, min: Some(min).filter(|&min| min > 0), max: Some(max), below, above, count: 0 }
}
