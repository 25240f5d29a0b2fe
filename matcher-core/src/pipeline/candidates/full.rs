//! The check of a certificate over every eligible pair, from the tables on: it reads the certificate as outsiders do, by ids, prices each
//! pair by groups and dwellings in 128 bits, and shares no state with the search for the prices.

use std::collections::BTreeMap;

use crate::allocation::{Certificate, Prices, Proof};
use crate::error::Error;
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::problem::{Problem, Scope};
use crate::quotas::{Eligible, Lowered};

fn refused(reason: impl Into<String>) -> Error {
    Error::Refused { reason: reason.into() }
}

/// Confirms that every arc of `problem` is an eligible pair with its score, and that the certificate, which the judge has accepted for
/// the problem, holds for all eligible pairs. The total of the prices, and with it the bound, does not depend on the pairs. Gives the
/// number of eligible pairs.
///
/// # Errors
/// [`Error::Refused`].
///
/// # Complexity
/// One pass over all eligible pairs, O(groups of the household) each.
pub(crate) fn check(
    eligible: &Eligible<'_, '_>,
    problem: &Problem,
    lowered: &Lowered,
    certificate: Option<&Certificate>,
) -> Result<usize, Error> {
    let model = eligible.model;
    let links = (0..problem.dwellings().len()).map(|d| lowered.dwelling(DwellingIndex::new(d)).unwrap_or_default());
    let mut in_problem = vec![DwellingIndex::default(); model.dwellings.len()];
    for (d, at) in links.enumerate() {
        if let Some(slot) = in_problem.get_mut(at.index()) {
            *slot = DwellingIndex::new(d);
        }
    }
    let prices = match certificate.map(|certificate| &certificate.proof) {
        Some(Proof::Prices(prices)) => Some(prices),
        _ => None,
    };
    let list = prices.map(|prices| ByGroup::new(model, problem, lowered, prices)).transpose()?;
    // Per household: pairs, arcs of the problem among them with their scores, whether all are covered, and where it may live.
    let with_friends: Vec<bool> = {
        let mut with = vec![false; model.households.len()];
        let friends = problem.affinities().iter().flat_map(|pair| [pair.a, pair.b]);
        friends.for_each(|h| with.get_mut(h.index()).into_iter().for_each(|slot| *slot = true));
        with
    };
    let each = eligible.each(|household, pairs| {
        let mut standing = 0;
        let mut covered = true;
        for &(dwelling, score) in pairs {
            let d = in_problem.get(dwelling.index()).copied().unwrap_or_default();
            standing += usize::from(problem.find_arc(household, d).is_some_and(|at| problem.arc(at).score == score));
            covered &= list.as_ref().is_none_or(|list| list.covers(model, household, dwelling, score));
        }
        let residences = with_friends.get(household.index()).copied().unwrap_or(false).then(|| {
            let mut list: Vec<ResidenceIndex> = pairs.iter().filter_map(|pair| model.dwellings.residence.get(pair.0.index()).copied()).collect();
            list.dedup();
            list
        });
        (pairs.len(), standing == problem.arc_range(household).len(), covered, residences.unwrap_or_default())
    });
    let all = each.iter().map(|one| one.0).sum();
    if each.iter().any(|one| !one.1) {
        return Err(refused("the problem has a pair that the rules refuse, or another score than the criteria give"));
    }
    if all == problem.arc_count() {
        // Nothing is left out: what the judge has accepted is the whole.
        return Ok(all);
    }
    match (certificate.map(|certificate| &certificate.proof), &list) {
        (None, _) => return Ok(all),
        (Some(_), Some(list)) => {
            if let Some(wrong) = each.iter().position(|one| !one.2) {
                let id = model.households.id.get(wrong).map_or("", String::as_str);
                return Err(refused(format!("a pair of household {id} that stands outside the problem is worth more than its prices")));
            }
            for pair in problem.affinities() {
                let of = |h: HouseholdIndex| each.get(h.index()).map(|one| one.3.as_slice()).unwrap_or_default();
                for residence in of(pair.a).iter().filter(|residence| of(pair.b).contains(residence)) {
                    let given = list.given.get(&(pair.a, pair.b, *residence)).copied().unwrap_or(0);
                    if given < list.scale * i128::from(pair.points) {
                        return Err(refused("the points of a pair of households are not given away where both may live"));
                    }
                }
            }
        }
        (Some(_), None) => return Err(refused("the proof speaks of the pairs in the problem alone, and pairs are left out")),
    }
    Ok(all)
}

/// Prices by household, dwelling and group, in the order of the model.
struct ByGroup {
    scale: i128,
    households: Vec<i128>,
    dwellings: Vec<i128>,
    /// Per household: the groups it is in that cost something somewhere, with its weight.
    groups: Vec<Vec<(usize, i128)>>,
    /// Per group that costs something, what a unit of it costs at each dwelling.
    columns: Vec<Vec<i128>>,
    /// Per household: what it pays everywhere.
    everywhere: Vec<i128>,
    /// What single pairs pay.
    single: BTreeMap<(HouseholdIndex, DwellingIndex), i128>,
    shares: BTreeMap<(HouseholdIndex, ResidenceIndex), i128>,
    /// What the certificate gives of each pair's points in a residence.
    given: BTreeMap<(HouseholdIndex, HouseholdIndex, ResidenceIndex), i128>,
}

impl ByGroup {
    fn new(model: &Model, problem: &Problem, lowered: &Lowered, prices: &Prices) -> Result<Self, Error> {
        if !prices.covers.is_empty() {
            return Err(refused("cover cuts speak of the pairs in the problem alone, and pairs are left out"));
        }
        let Some(households) = &prices.households else { return Err(refused("the certificate names no household prices")) };
        let of = |ids: &[String], list: &BTreeMap<String, i64>| -> Vec<i128> {
            ids.iter().map(|id| list.get(id).copied().unwrap_or(0).into()).collect()
        };
        let row = |id: &str| prices.quotas.get(id).map_or(0, |price| i128::from(price.max) - i128::from(price.min));
        let mut columns: BTreeMap<GroupIndex, Vec<i128>> = BTreeMap::new();
        let model_dwelling = |d: usize| lowered.dwelling(DwellingIndex::new(d)).map(DwellingIndex::index);
        for quota in problem.quotas() {
            let (price, Some(group), Some(scope)) = (row(&quota.id), quota.group, quota.scope) else { continue };
            if price == 0 {
                continue;
            }
            let column = columns.entry(group).or_insert_with(|| vec![0; model.dwellings.len()]);
            let mut charge = |at: usize| column.get_mut(at).into_iter().for_each(|sum| *sum += price);
            match scope {
                Scope::Everywhere => (0..model.dwellings.len()).for_each(charge),
                Scope::Residence(r) => {
                    let id = problem.residences().get(r.index());
                    let home = model.residences.binary_search_by(|home| Some(&home.id).cmp(&id));
                    home.ok().and_then(|at| model.residences.get(at)).into_iter().for_each(|home| home.run.range().for_each(&mut charge));
                }
                Scope::Named(scope) => {
                    let lie = problem.scope_dwellings().iter().filter(|lie| lie.1 == scope);
                    lie.filter_map(|lie| model_dwelling(lie.0.index())).for_each(charge);
                }
            }
        }
        let numbers: Vec<GroupIndex> = columns.keys().copied().collect();
        let mut groups = vec![Vec::new(); model.households.len()];
        for member in problem.members() {
            if let (Ok(number), Some(list)) = (numbers.binary_search(&member.group), groups.get_mut(member.household.index())) {
                list.push((number, i128::from(member.weight)));
            }
        }
        let mut everywhere = vec![0; model.households.len()];
        for &(household, position, weight) in &lowered.everywhere {
            let price = lowered.rows.get(position.index()).map_or(0, |(id, _)| row(id));
            if let Some(pays) = everywhere.get_mut(household.index()) {
                *pays += price * i128::from(weight);
            }
        }
        let mut single: BTreeMap<_, i128> = BTreeMap::new();
        // Rows of pairs decided beforehand list that pair alone; all others list what households carry everywhere.
        let pins: Vec<&str> = lowered.rows.iter().filter(|row| row.1.is_none()).map(|row| row.0.as_str()).collect();
        for weight in problem.weights() {
            let quota = problem.quotas().get(weight.quota.index()).map_or("", |quota| quota.id.as_str());
            if pins.is_empty() {
                break;
            }
            if let (true, Some(dwelling)) = (pins.contains(&quota), model_dwelling(weight.dwelling.index())) {
                *single.entry((weight.household, DwellingIndex::new(dwelling))).or_default() += row(quota) * i128::from(weight.weight);
            }
        }
        let mut list = Self {
            scale: prices.scale.into(),
            households: of(&model.households.id, households),
            dwellings: of(&model.dwellings.id, &prices.dwellings),
            groups,
            columns: columns.into_values().collect(),
            everywhere,
            single,
            shares: BTreeMap::new(),
            given: BTreeMap::new(),
        };
        for share in &prices.affinities {
            // Both stand in the order of ids.
            let household = |id: &str| model.households.id.binary_search_by(|known| known.as_str().cmp(id)).ok().map(HouseholdIndex::new);
            let residence = model.residences.binary_search_by(|home| home.id.cmp(&share.residence)).ok().map(ResidenceIndex::new);
            let (Some(a), Some(b), Some(residence)) = (household(&share.household_a), household(&share.household_b), residence) else {
                continue;
            };
            let (points_a, points_b) = (i128::from(share.share_a), i128::from(share.share_b));
            *list.shares.entry((a, residence)).or_default() += points_a;
            *list.shares.entry((b, residence)).or_default() += points_b;
            *list.given.entry((a.min(b), a.max(b), residence)).or_default() += points_a + points_b;
        }
        Ok(list)
    }

    fn covers(&self, model: &Model, household: HouseholdIndex, dwelling: DwellingIndex, score: i64) -> bool {
        let (h, d) = (household.index(), dwelling.index());
        let at = |list: &[i128], position: usize| list.get(position).copied().unwrap_or(0);
        let groups = self.groups.get(h).map(Vec::as_slice).unwrap_or_default();
        let rows: i128 = groups.iter().map(|&(number, weight)| weight * self.columns.get(number).map_or(0, |column| at(column, d))).sum();
        let mut asked = self.scale * i128::from(score);
        if !self.shares.is_empty() {
            let residence = model.dwellings.residence.get(d).copied().unwrap_or_default();
            asked += self.shares.get(&(household, residence)).copied().unwrap_or(0);
        }
        let single = if self.single.is_empty() { 0 } else { self.single.get(&(household, dwelling)).copied().unwrap_or(0) };
        at(&self.households, h) + at(&self.dwellings, d) + rows + at(&self.everywhere, h) + single >= asked
    }
}
