//! The check of a certificate over every eligible pair, from the tables on: it reads the certificate as outsiders do, by ids, prices each
//! pair by groups and dwellings in 128 bits, and shares no state with the search for the prices.

use std::collections::BTreeMap;

use crate::allocation::{Certificate, Prices, Proof};
use crate::error::Error;
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, ResidenceIndex};
use crate::model::Model;
use crate::problem::{Arc, Problem, Scope};
use crate::quotas::Lowered;

fn refused(reason: impl Into<String>) -> Error {
    Error::Refused { reason: reason.into() }
}

/// Confirms that every arc of a problem is an eligible pair with its score, and that the certificate, which the judge has accepted for
/// the problem, holds for all eligible pairs. The total of the prices, and with it the bound, does not depend on the pairs.
///
/// [`look`](Self::look) is shown the pairs of every household, [`verdict`](Self::verdict) what it found.
#[derive(Debug)]
pub(crate) struct Full<'a> {
    model: &'a Model,
    problem: &'a Problem,
    /// The dwelling of the model, per dwelling of the problem.
    in_model: Vec<DwellingIndex>,
    /// `None` where there are no prices to hold against anything.
    prices: Option<ByGroup<'a>>,
    /// Per household: it earns points with another one.
    has_friends: Vec<bool>,
}

/// What the pairs of one household have shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pairs: usize,
    /// Its arcs are eligible pairs with their scores.
    stands: bool,
    /// The household price that its pairs ask for beside the other prices.
    asked: i128,
    /// Where it may live, if it has friends.
    residences: Vec<ResidenceIndex>,
}

impl<'a> Full<'a> {
    /// # Errors
    /// [`Error::Refused`] where a set of prices is of a kind that cannot hold for pairs outside the problem.
    pub(crate) fn new(
        model: &'a Model,
        problem: &'a Problem,
        lowered: &Lowered,
        certificate: Option<&'a Certificate>,
        is_part: bool,
    ) -> Result<Self, Error> {
        let in_model = (0..problem.dwellings().len()).map(|d| lowered.dwelling(DwellingIndex::new(d)).unwrap_or_default());
        let prices = match certificate.map(|certificate| &certificate.proof).filter(|_| is_part) {
            Some(Proof::Prices(prices)) => Some(ByGroup::new(model, problem, lowered, prices)?),
            Some(_) => return Err(refused("the proof speaks of the pairs in the problem alone, and pairs are left out")),
            None => None,
        };
        let mut has_friends = vec![false; model.households.len()];
        for household in problem.affinities().iter().flat_map(|pair| [pair.a, pair.b]) {
            if let Some(has) = has_friends.get_mut(household.index()) {
                *has = true;
            }
        }
        Ok(Self { model, problem, in_model: in_model.collect(), prices, has_friends })
    }

    /// Looks at all pairs of a household, by dwelling of the model, with their scores. O(groups of the household) each.
    pub(crate) fn look(&self, household: HouseholdIndex, pairs: &[(DwellingIndex, i64)]) -> Seen {
        let stands = |arc: Arc| {
            let dwelling = self.in_model.get(arc.dwelling.index());
            let at = dwelling.and_then(|dwelling| pairs.binary_search_by_key(dwelling, |pair| pair.0).ok());
            at.and_then(|at| pairs.get(at)).is_some_and(|pair| pair.1 == arc.score)
        };
        let asked = self.prices.as_ref().map_or(0, |prices| {
            let line = prices.of(household);
            pairs.iter().map(|&(dwelling, score)| line.asked(self.model, dwelling, score)).max().unwrap_or(0)
        });
        let mut seen = Seen { pairs: pairs.len(), stands: self.problem.arcs(household).all(stands), asked, residences: Vec::new() };
        if self.has_friends.get(household.index()).copied().unwrap_or(false) {
            let residence = |pair: &(DwellingIndex, i64)| self.model.dwellings.residence.get(pair.0.index()).copied();
            seen.residences = pairs.iter().filter_map(residence).collect();
            seen.residences.dedup();
        }
        seen
    }

    /// The verdict on what each household of the model has shown, in their order, with the household prices of `certificate`: all else in
    /// it is what was looked with. Gives the number of eligible pairs.
    ///
    /// # Errors
    /// [`Error::Refused`].
    pub(crate) fn verdict(&self, certificate: Option<&Certificate>, each: &[Seen]) -> Result<usize, Error> {
        let all = each.iter().map(|one| one.pairs).sum();
        if each.len() != self.model.households.len() || each.iter().any(|one| !one.stands) {
            return Err(refused("the problem has a pair that the rules refuse, or another score than the criteria give"));
        }
        if all == self.problem.arc_count() {
            // Nothing is left out: what the judge has accepted is the whole.
            return Ok(all);
        }
        let (list, prices) = match (&self.prices, certificate.map(|certificate| &certificate.proof)) {
            (Some(list), Some(Proof::Prices(prices))) => (list, prices),
            (None, None) => return Ok(all),
            _ => return Err(refused("the proof speaks of the pairs in the problem alone, and pairs are left out")),
        };
        if !list.is_beside(prices) {
            return Err(refused("the certificate has other prices than the pairs were held against"));
        }
        let Some(households) = &prices.households else { return Err(refused("the certificate names no household prices")) };
        let pays = |id: &String| i128::from(households.get(id).copied().unwrap_or(0));
        if let Some(wrong) = self.model.households.id.iter().zip(each).position(|(id, one)| one.asked > pays(id)) {
            let id = self.model.households.id.get(wrong).map_or("", String::as_str);
            return Err(refused(format!("a pair of household {id} that stands outside the problem is worth more than its prices")));
        }
        for pair in self.problem.affinities() {
            let of = |h: HouseholdIndex| each.get(h.index()).map(|one| one.residences.as_slice()).unwrap_or_default();
            for residence in of(pair.a).iter().filter(|residence| of(pair.b).contains(residence)) {
                let given = list.given.get(&(pair.a, pair.b, *residence)).copied().unwrap_or(0);
                if given < list.scale * i128::from(pair.points) {
                    return Err(refused("the points of a pair of households are not given away where both may live"));
                }
            }
        }
        Ok(all)
    }
}

/// Prices by household, dwelling and group, in the order of the model.
#[derive(Debug)]
struct ByGroup<'a> {
    source: &'a Prices,
    scale: i128,
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

impl<'a> ByGroup<'a> {
    fn new(model: &Model, problem: &Problem, lowered: &Lowered, prices: &'a Prices) -> Result<Self, Error> {
        if !prices.covers.is_empty() {
            return Err(refused("cover cuts speak of the pairs in the problem alone, and pairs are left out"));
        }
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
            source: prices,
            scale: prices.scale.into(),
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
            if points_a < 0 || points_b < 0 {
                return Err(refused("a share of the points of a pair of households is negative"));
            }
            *list.shares.entry((a, residence)).or_default() += points_a;
            *list.shares.entry((b, residence)).or_default() += points_b;
            *list.given.entry((a.min(b), a.max(b), residence)).or_default() += points_a + points_b;
        }
        Ok(list)
    }

    /// True where `prices` differ in nothing but what households pay.
    fn is_beside(&self, prices: &Prices) -> bool {
        let own = self.source;
        let same_rows = own.scale == prices.scale && own.quotas == prices.quotas && own.covers == prices.covers;
        same_rows && own.dwellings == prices.dwellings && own.affinities == prices.affinities
    }

    /// The prices of one household.
    fn of(&self, household: HouseholdIndex) -> Line<'_> {
        let at = |list: &[i128]| list.get(household.index()).copied().unwrap_or(0);
        Line {
            list: self,
            household,
            own: at(&self.everywhere),
            groups: self.groups.get(household.index()).map(Vec::as_slice).unwrap_or_default(),
            is_single: self.single.keys().any(|pair| pair.0 == household),
            has_shares: self.shares.range((household, ResidenceIndex::new(0))..).next().is_some_and(|entry| entry.0.0 == household),
        }
    }
}

/// The prices that the pairs of one household pay.
struct Line<'a> {
    list: &'a ByGroup<'a>,
    household: HouseholdIndex,
    /// What it pays wherever it goes.
    own: i128,
    groups: &'a [(usize, i128)],
    is_single: bool,
    has_shares: bool,
}

impl Line<'_> {
    /// Scaled score and shares of the pair less what it pays beside the household's price.
    fn asked(&self, model: &Model, dwelling: DwellingIndex, score: i64) -> i128 {
        let (list, d) = (self.list, dwelling.index());
        let at = |list: &[i128]| list.get(d).copied().unwrap_or(0);
        let rows = self.groups.iter().map(|&(number, weight)| weight * list.columns.get(number).map_or(0, |column| at(column)));
        let mut paid = self.own + at(&list.dwellings) + rows.sum::<i128>();
        if self.is_single {
            paid += list.single.get(&(self.household, dwelling)).copied().unwrap_or(0);
        }
        let mut asked = list.scale * i128::from(score);
        if self.has_shares {
            let residence = model.dwellings.residence.get(d).copied().unwrap_or_default();
            asked += list.shares.get(&(self.household, residence)).copied().unwrap_or(0);
        }
        asked - paid
    }
}
