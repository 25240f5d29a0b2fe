//! Which dwellings a household may be offered, and for how many points: a few features in steps, so that ties occur as in life.

use super::homes::{City, Home, Site, distance};
use super::seekers::Seeker;

/// Points of a dwelling with one room too few, as many as needed, one or two more.
const FIT: [i64; 4] = [100, 190, 140, 80];

/// Appends the dwellings of the residences it asks for, with their points, by position; what was in `arcs` goes.
pub(super) fn arcs(city: &City, seeker: &Seeker, arcs: &mut Vec<(usize, i64)>) {
    arcs.clear();
    for &at in &seeker.sites {
        let site = &city.sites[at];
        let kilometres = distance(site.place, seeker.place) / 10;
        let served: i64 = site.services.iter().zip(seeker.wishes).map(|(has, wish)| has * wish).sum();
        let common = own(seeker) + (220 - 20 * kilometres).max(0) + 5 * served;
        let homes = site.homes.clone().map(|number| (number, &city.homes[number]));
        arcs.extend(homes.filter_map(|(number, home)| Some((number, common + pair(seeker, site, home)?))));
    }
    arcs.sort_unstable();
}

/// Points whatever the dwelling: how long and how urgently it is looking.
fn own(seeker: &Seeker) -> i64 {
    5 * seeker.waiting + 140 * i64::from(seeker.priority) + 20 * seeker.crowded
}

/// Points that this dwelling adds; none where it cannot be offered.
fn pair(seeker: &Seeker, site: &Site, home: &Home) -> Option<i64> {
    let spare = home.typology - seeker.rooms;
    let fit = FIT.get(usize::try_from(spare + 1).ok()?)?;
    // One room too few is for small households only.
    if spare < 0 && seeker.persons > 2 {
        return None;
    }
    if seeker.step_free && !home.step_free {
        return None;
    }
    let effort = home.rent * 100 / seeker.resources.max(1);
    if effort > if seeker.priority { 40 } else { 34 } {
        return None;
    }
    let affordable = (150 - 8 * (effort - 14).max(0)).max(0);
    let stairs = if site.lift { 0 } else { home.floor };
    let floor = match seeker.age {
        60.. => 40 - 10 * stairs.min(4),
        _ => 24 - 4 * stairs.min(3),
    };
    // A dwelling without steps is scarce: it earns where it is needed and costs where it is not.
    let access = match (seeker.step_free, home.step_free) {
        (true, _) => 120,
        (false, true) => -50,
        (false, false) => 0,
    };
    Some(fit + affordable + floor + access)
}
