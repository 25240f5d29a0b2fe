//! The optimum of tiny problems a second way: over the dwellings, with the set of households that are housed.
//!
//! Written from docs/formats.md alone, by someone who had not read the solver. [`crate::oracle`] decides household after household;
//! here the places are filled one after the other, residence by residence, and what is kept is the subset of households housed so far,
//! the subset housed in the residence at hand (for its pairs), and the count of every quota. The two share no code and must agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::families::Files;

/// Most quotas of a problem that is solved here.
pub const QUOTAS: usize = 8;
/// Most households.
pub const HOUSEHOLDS: usize = 16;

/// A row of quotas.csv, its scope and group resolved into the weights of the arcs.
#[derive(Debug, Clone)]
struct Bounds {
    id: String,
    min: Option<i64>,
    max: Option<i64>,
    below: Option<i64>,
    above: Option<i64>,
}

impl Bounds {
    /// What a count costs; none where it breaks a hard side.
    fn cost(&self, count: i64) -> Option<i64> {
        let missing = self.min.map_or(0, |min| (min - count).max(0));
        let surplus = self.max.map_or(0, |max| (count - max).max(0));
        let price = |units: i64, each: Option<i64>| if units == 0 { Some(0) } else { each.map(|each| each * units) };
        Some(price(missing, self.below)? + price(surplus, self.above)?)
    }
}

/// An arc of a dwelling.
#[derive(Debug, Clone)]
struct Offer {
    household: usize,
    score: i64,
    weights: [i16; QUOTAS],
}

#[derive(Debug, Clone)]
struct Home {
    id: String,
    residence: String,
    places: usize,
    offers: Vec<Offer>,
}

/// A problem directory as numbers.
#[derive(Debug, Clone)]
pub struct Tiny {
    households: Vec<String>,
    /// By residence.
    homes: Vec<Home>,
    quotas: Vec<Bounds>,
    /// Two households and their points.
    pairs: Vec<(usize, usize, i64)>,
}

/// What the places still to be filled depend on: households housed, those of them in the residence at hand, counts.
type State = (u16, u16, [i16; QUOTAS]);

impl Tiny {
    /// Reads plain files (no quotes, no blanks); all quotas, or those that `kept` names.
    ///
    /// # Errors
    /// A file that is no such table, or a problem that is too large to be enumerated.
    pub fn read(files: &Files, kept: Option<&[String]>) -> Result<Self, String> {
        let mut quotas = Vec::new();
        let mut looks = Vec::new();
        for row in rows(files, "quotas.csv")? {
            if kept.is_none_or(|kept| kept.iter().any(|id| id == row["quota"])) {
                let number = |column: &str| whole(&row, column);
                quotas.push(Bounds {
                    id: row["quota"].to_owned(),
                    min: number("min")?,
                    max: number("max")?,
                    below: number("penalty_below")?,
                    above: number("penalty_above")?,
                });
                looks.push((row["scope"].to_owned(), row["group"].to_owned()));
            }
        }
        if quotas.len() > QUOTAS {
            return Err(format!("{} quotas are too many", quotas.len()));
        }
        let mut homes = Vec::new();
        for row in rows(files, "dwellings.csv")? {
            let places = whole(&row, "capacity")?.unwrap_or(1).max(0) as usize;
            homes.push(Home { id: row["dwelling"].to_owned(), residence: row["residence"].to_owned(), places, offers: Vec::new() });
        }
        homes.sort_by(|a, b| (&a.residence, &a.id).cmp(&(&b.residence, &b.id)));
        let mut within = BTreeSet::new();
        for row in rows(files, "scopes.csv")? {
            within.insert((row["dwelling"].to_owned(), row["scope"].to_owned()));
        }
        let mut member: BTreeMap<(String, String), i64> = BTreeMap::new();
        for row in rows(files, "groups.csv")? {
            member.insert((row["household"].to_owned(), row["group"].to_owned()), whole(&row, "weight")?.unwrap_or(1));
        }
        let mut listed: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        for row in rows(files, "weights.csv")? {
            let key = (row["quota"].to_owned(), row["household"].to_owned(), row["dwelling"].to_owned());
            listed.insert(key, whole(&row, "weight")?.unwrap_or(0));
        }
        let mut households: Vec<String> = Vec::new();
        for row in rows(files, "arcs.csv")? {
            let at = households.iter().position(|id| id == row["household"]).unwrap_or_else(|| {
                households.push(row["household"].to_owned());
                households.len() - 1
            });
            let home = homes.iter_mut().find(|home| home.id == row["dwelling"]).ok_or("an arc into no dwelling")?;
            let mut weights = [0; QUOTAS];
            for ((weight, quota), (scope, group)) in weights.iter_mut().zip(&quotas).zip(&looks) {
                let inside = scope == "*" || *scope == home.residence || within.contains(&(home.id.clone(), scope.clone()));
                let counted = member.get(&(row["household"].to_owned(), group.clone())).filter(|_| inside && !group.is_empty());
                let single = listed.get(&(quota.id.clone(), row["household"].to_owned(), home.id.clone()));
                let sum = counted.unwrap_or(&0) + single.unwrap_or(&0);
                *weight = i16::try_from(sum).map_err(|_| "a weight is too large")?;
            }
            let score = whole(&row, "score")?.ok_or("an arc without a score")?;
            home.offers.push(Offer { household: at, score, weights });
        }
        if households.len() > HOUSEHOLDS {
            return Err(format!("{} households are too many", households.len()));
        }
        let at = |id: &str| households.iter().position(|household| household == id);
        let mut pairs = Vec::new();
        for row in rows(files, "affinities.csv")? {
            // A household without an arc lives nowhere.
            if let (Some(a), Some(b)) = (at(row["household_a"]), at(row["household_b"])) {
                pairs.push((a, b, whole(&row, "points")?.unwrap_or(0)));
            }
        }
        Ok(Self { households, homes, quotas, pairs })
    }

    /// Worth of a best allocation; none where the hard sides leave no allocation.
    ///
    /// # Complexity
    /// O(places x households x states), states <= 2^households x counts met.
    ///
    /// # Errors
    /// A count that leaves 16 bits.
    pub fn optimum(&self) -> Result<Option<i64>, String> {
        let mut states: Vec<(State, i64)> = vec![((0, 0, [0; QUOTAS]), 0)];
        for (at, home) in self.homes.iter().enumerate() {
            for _ in 0..home.places.min(self.households.len()) {
                for known in 0..states.len() {
                    let ((housed, here, counts), worth) = states[known];
                    for offer in &home.offers {
                        let bit = 1u16 << offer.household;
                        if housed & bit == 0 {
                            let mut after = counts;
                            for (count, weight) in after.iter_mut().zip(offer.weights) {
                                *count = count.checked_add(weight).ok_or("a count is too large")?;
                            }
                            states.push(((housed | bit, here | bit, after), worth + offer.score));
                        }
                    }
                }
                best_of_each(&mut states);
            }
            let last = self.homes.get(at + 1).is_none_or(|next| next.residence != home.residence);
            if last {
                for ((_, here, _), worth) in &mut states {
                    *worth += self.together(*here);
                    *here = 0;
                }
                best_of_each(&mut states);
            }
        }
        let worth = |&((_, _, counts), worth): &(State, i64)| {
            let costs = self.quotas.iter().zip(counts).map(|(quota, count)| quota.cost(count.into()));
            costs.sum::<Option<i64>>().map(|costs| worth - costs)
        };
        Ok(states.iter().filter_map(worth).max())
    }

    /// Points of the pairs whose two households are in the set.
    fn together(&self, set: u16) -> i64 {
        let inside = |household: usize| set >> household & 1 == 1;
        self.pairs.iter().filter(|pair| inside(pair.0) && inside(pair.1)).map(|pair| pair.2).sum()
    }

    /// Worth of one allocation (household and dwelling), or why it is none.
    ///
    /// # Errors
    /// No arc, a household or a place given twice, a hard side broken.
    pub fn worth<'a>(&self, allocation: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<i64, String> {
        let mut held = vec![0; self.homes.len()];
        let mut living: BTreeMap<&str, u16> = BTreeMap::new();
        let (mut housed, mut counts, mut total) = (0u16, [0i64; QUOTAS], 0);
        for (household, dwelling) in allocation {
            let h = self.households.iter().position(|id| id == household).ok_or("a household without an arc")?;
            let d = self.homes.iter().position(|home| home.id == dwelling).ok_or("no such dwelling")?;
            let home = &self.homes[d];
            let offer = home.offers.iter().find(|offer| offer.household == h).ok_or("a pair that is no arc")?;
            if housed >> h & 1 == 1 {
                return Err("a household is housed twice".into());
            }
            housed |= 1 << h;
            held[d] += 1;
            if held[d] > home.places {
                return Err("a dwelling is over its capacity".into());
            }
            *living.entry(&home.residence).or_default() |= 1 << h;
            total += offer.score;
            counts.iter_mut().zip(offer.weights).for_each(|(count, weight)| *count += i64::from(weight));
        }
        total += living.values().map(|&set| self.together(set)).sum::<i64>();
        for (quota, count) in self.quotas.iter().zip(counts) {
            total -= quota.cost(count).ok_or_else(|| format!("quota {} is broken", quota.id))?;
        }
        Ok(total)
    }
}

/// Keeps the best of the states that leave the same.
fn best_of_each(states: &mut Vec<(State, i64)>) {
    states.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    states.dedup_by_key(|state| state.0);
}

/// Rows of a plain file by column; none where the file is not there.
fn rows<'a>(files: &'a Files, name: &str) -> Result<Vec<BTreeMap<&'a str, &'a str>>, String> {
    let Some(bytes) = files.get(name) else { return Ok(Vec::new()) };
    let text = std::str::from_utf8(bytes).map_err(|e| format!("{name}: {e}"))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    Ok(lines.map(|line| header.iter().copied().zip(line.split(',')).collect()).collect())
}

/// A number, or none where the field is empty or there is no such column.
fn whole(row: &BTreeMap<&str, &str>, column: &str) -> Result<Option<i64>, String> {
    match row.get(column) {
        None | Some(&"") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| format!("{column} is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{families, oracle};

    #[test]
    fn both_ways_give_the_same_optimum() {
        let (mut feasible, mut infeasible) = (0, 0);
        for seed in 0..60 {
            for (name, files) in families::all(seed) {
                let tiny = Tiny::read(&files, None).unwrap();
                let other = oracle::optimum(&files);
                assert_eq!(tiny.optimum().unwrap(), other.as_ref().map(|best| best.objective), "family {name}, seed {seed}");
                if let Some(best) = other {
                    let pairs = best.allocation.iter().map(|(h, d)| (h.as_str(), d.as_str()));
                    assert_eq!(tiny.worth(pairs), Ok(best.objective), "family {name}, seed {seed}");
                    feasible += 1;
                } else {
                    infeasible += 1;
                }
            }
        }
        assert!(feasible > 900 && infeasible > 60, "{feasible} feasible, {infeasible} infeasible");
    }

    #[test]
    fn what_is_no_allocation_has_no_worth() {
        let files = Files::from([
            ("arcs.csv", b"household,dwelling,score\nh1,d1,10\nh1,d2,6\nh2,d1,8\nh3,d2,4\n".to_vec()),
            ("dwellings.csv", b"dwelling,residence\nd1,r1\nd2,r2\n".to_vec()),
            ("groups.csv", b"household,group\nh1,old\nh2,old\n".to_vec()),
            ("quotas.csv", b"quota,scope,group,min,max,penalty_below,penalty_above\nq,r1,old,,0,,\nz,*,old,1,,5,\n".to_vec()),
        ]);
        let tiny = Tiny::read(&files, None).unwrap();
        assert_eq!(tiny.optimum(), Ok(Some(6)));
        assert_eq!(tiny.worth([("h3", "d2")]), Ok(4 - 5));
        assert!(tiny.worth([("h1", "d1")]).unwrap_err().contains("quota q"));
        assert!(tiny.worth([("h1", "d2"), ("h1", "d1")]).is_err());
        assert!(tiny.worth([("h1", "d2"), ("h3", "d2")]).is_err());
        assert!(tiny.worth([("h3", "d1")]).is_err());
        // With row z alone the best is h2 in d1 and h1 in d2.
        assert_eq!(Tiny::read(&files, Some(&["z".to_owned()])).unwrap().optimum(), Ok(Some(14)));
    }
}
