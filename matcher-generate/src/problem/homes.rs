//! The city: residences in quarters, and their dwellings.

use crate::draw::{Draw, Stream};
use crate::plan::Size;

/// What a residence may have nearby; households wish for some of it.
pub(super) const SERVICES: usize = 4;

/// A residence.
#[derive(Debug)]
pub(super) struct Site {
    /// Hundreds of metres east and north.
    pub(super) place: (i64, i64),
    pub(super) lift: bool,
    /// 0 to 3 of each service.
    pub(super) services: [i64; SERVICES],
    /// Its dwellings, by position.
    pub(super) homes: std::ops::Range<usize>,
    /// The sector (a free scope of neighbouring residences) it belongs to.
    pub(super) sector: usize,
}

/// A dwelling.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) site: usize,
    pub(super) typology: i64,
    pub(super) floor: i64,
    pub(super) step_free: bool,
    /// Euros a month.
    pub(super) rent: i64,
}

/// Everything that is let.
#[derive(Debug)]
pub(super) struct City {
    pub(super) sites: Vec<Site>,
    pub(super) homes: Vec<Home>,
    /// Per quarter its centre and the residences near it, the nearest first.
    pub(super) quarters: Vec<((i64, i64), Vec<usize>)>,
    pub(super) sectors: usize,
}

/// Dwellings and residences of a size.
const fn numbers(size: Size) -> (usize, usize) {
    match size {
        Size::XS => (40, 4),
        Size::S => (200, 10),
        Size::M => (2_000, 60),
        Size::L => (20_000, 500),
        Size::XL => (100_000, 2_500),
    }
}

/// Rooms, how often, and area in square metres.
const TYPOLOGIES: [((i64, i64), u64); 5] = [((1, 29), 20), ((2, 45), 31), ((3, 63), 28), ((4, 79), 16), ((5, 96), 5)];

/// Residences that people of a quarter look at.
const NEAR: usize = 20;

impl City {
    pub(super) fn new(size: Size, seed: u64) -> Self {
        let (homes, sites) = numbers(size);
        let mut draw = Draw::new(seed, Stream::Site, 0);
        // The city grows with its residences: 3.6 square kilometres each.
        let side = (360 * sites as u64).isqrt() as i64;
        let centres: Vec<(i64, i64)> = (0..(sites / 12).max(3)).map(|_| (draw.between(0, side), draw.between(0, side))).collect();
        let mut made: Vec<Site> = sizes(homes, sites, &mut draw).into_iter().map(|homes| site(&mut draw, &centres, side, homes)).collect();
        let sectors = number_sectors(&mut made, &centres);
        let quarters = centres.into_iter().map(|centre| (centre, nearest(&made, centre))).collect();
        let homes = made.iter().enumerate().flat_map(|(at, site)| site.homes.clone().map(move |home| (at, site, home)));
        let homes = homes.map(|(at, site, number)| home(&mut Draw::new(seed, Stream::Home, number), at, site)).collect();
        Self { sites: made, homes, quarters, sectors }
    }
}

/// Ranges of dwellings of uneven residences, at least 4 each.
fn sizes(homes: usize, sites: usize, draw: &mut Draw) -> Vec<std::ops::Range<usize>> {
    let mean = homes / sites;
    let mut sizes: Vec<usize> = (0..sites).map(|_| (mean * draw.between(550, 1_450) as usize / 1_000).max(4)).collect();
    let mut sum: usize = sizes.iter().sum();
    let mut at = 0;
    while sum != homes {
        let size = &mut sizes[at % sites];
        if sum < homes {
            (*size, sum) = (*size + 1, sum + 1);
        } else if *size > 4 {
            (*size, sum) = (*size - 1, sum - 1);
        }
        at += 1;
    }
    let mut start = 0;
    let range = |size| {
        start += size;
        start - size..start
    };
    sizes.into_iter().map(range).collect()
}

fn site(draw: &mut Draw, centres: &[(i64, i64)], side: i64, homes: std::ops::Range<usize>) -> Site {
    let centre = draw.pick(centres).copied().unwrap_or((side / 2, side / 2));
    let around = |draw: &mut Draw| draw.between(-12, 12) + draw.between(-12, 12);
    let place = (centre.0 + around(draw), centre.1 + around(draw));
    let services = std::array::from_fn(|_| draw.between(0, 3));
    Site { place, lift: draw.chance(600), services, homes, sector: 0 }
}

/// About six residences of one quarter make a sector.
fn number_sectors(sites: &mut [Site], centres: &[(i64, i64)]) -> usize {
    let quarter = |site: &Site| (0..centres.len()).min_by_key(|&c| distance(site.place, centres[c])).unwrap_or(0);
    let mut order: Vec<(usize, usize)> = sites.iter().enumerate().map(|(at, site)| (quarter(site), at)).collect();
    order.sort_unstable();
    for (rank, (_, at)) in order.into_iter().enumerate() {
        sites[at].sector = rank / 6;
    }
    sites.len().div_ceil(6)
}

fn nearest(sites: &[Site], centre: (i64, i64)) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.sort_by_key(|&at| (distance(sites[at].place, centre), at));
    order.truncate(NEAR);
    order
}

fn home(draw: &mut Draw, at: usize, site: &Site) -> Home {
    let (typology, area) = draw.weighted(&TYPOLOGIES);
    let area = area + draw.between(-4, 4);
    // A residence has a rent of its own per square metre, in cents; older ones without lift are cheaper.
    let base = 560 + 40 * i64::from(site.lift) + (site.place.0 * 7 + site.place.1 * 13).rem_euclid(160);
    let floor = draw.between(0, if site.lift { 7 } else { 3 });
    let step_free = (floor == 0 || site.lift) && draw.chance(450);
    Home { site: at, typology, floor, step_free, rent: area * base / 500 * 5 }
}

/// Hundreds of metres as the crow flies, rounded down.
pub(super) fn distance(a: (i64, i64), b: (i64, i64)) -> i64 {
    let (x, y) = (a.0.abs_diff(b.0), a.1.abs_diff(b.1));
    (x * x + y * y).isqrt() as i64
}
