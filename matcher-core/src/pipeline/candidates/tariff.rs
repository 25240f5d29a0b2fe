//! What any pair costs at given prices, whether it stands in the problem or not.
//!
//! Households with the same memberships form a class, and so do dwellings of one residence in the same scopes: the rows' prices of a
//! pair are one look-up by the two classes, and what the household carries everywhere.

use std::collections::BTreeMap;

use crate::allocation::Prices;
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex};
use crate::model::Model;
use crate::problem::Problem;
use crate::quotas::Lowered;

/// Entries of the table of classes, at most; beyond, the rows of a pair are joined each time.
const TABLE: usize = 1 << 26;

/// Prices of rows, pairs' points and dwellings by position in the model. Sums beyond 64 bits stop at their limits.
#[derive(Debug, Clone)]
pub(crate) struct Tariff {
    pub(crate) scale: i64,
    /// Per dwelling of the model.
    pub(super) dwellings: Vec<i64>,
    /// Ids of the dwellings, in the same order.
    ids: Vec<String>,
    household_class: Vec<u32>,
    dwelling_class: Vec<u32>,
    /// By household class: groups with weights.
    groups: Vec<Vec<(GroupIndex, i64)>>,
    /// By dwelling class: groups with the prices of the rows that count them there.
    priced: Vec<Vec<(GroupIndex, i64)>>,
    /// By household class and dwelling class; empty where that would be too large.
    table: Vec<i64>,
    /// Per household of the model, what it pays wherever it goes.
    everywhere: Vec<i64>,
    /// What single pairs pay beside that (those decided beforehand).
    single: BTreeMap<(HouseholdIndex, DwellingIndex), i64>,
    /// Points of pairs of households given to one of them where it lives in a residence.
    shares: BTreeMap<(HouseholdIndex, ResidenceIndex), i64>,
}

/// The price of each row of the problem, of a maximum above 0, of a minimum below.
pub(super) fn row_prices(problem: &Problem, prices: &Prices) -> Vec<i64> {
    let price = |id: &str| prices.quotas.get(id).map_or(0, |price| price.max.saturating_sub(price.min));
    problem.quotas().iter().map(|quota| price(&quota.id)).collect()
}

impl Tariff {
    /// At `prices`, whose household prices do not matter.
    ///
    /// # Complexity
    /// O(classes of households x classes of dwellings + n log n).
    pub(crate) fn new(model: &Model, problem: &Problem, lowered: &Lowered, prices: &Prices) -> Self {
        let rows = row_prices(problem, prices);
        let (of_households, of_dwellings) = (problem.household_classes(), problem.dwelling_classes());
        let row_price = |row: QuotaIndex| rows.get(row.index()).copied().unwrap_or(0);
        let price_groups = |shared: &Vec<(GroupIndex, QuotaIndex)>| {
            let mut list: Vec<(GroupIndex, i64)> = Vec::new();
            for &(group, row) in shared {
                match list.last_mut() {
                    Some((last, sum)) if *last == group => *sum = sum.saturating_add(row_price(row)),
                    _ => list.push((group, row_price(row))),
                }
            }
            list.retain(|entry| entry.1 != 0);
            list
        };
        let mut dwelling_class = vec![0; model.dwellings.len()];
        let mut dwellings = vec![0; model.dwellings.len()];
        for (d, (place, &class)) in problem.dwellings().iter().zip(&of_dwellings.of).enumerate() {
            let Some(at) = lowered.dwelling(DwellingIndex::new(d)).map(DwellingIndex::index) else { continue };
            if let (Some(class_at), Some(price)) = (dwelling_class.get_mut(at), dwellings.get_mut(at)) {
                *class_at = class;
                *price = prices.dwellings.get(&place.id).copied().unwrap_or(0);
            }
        }
        let mut tariff = Self {
            scale: prices.scale,
            dwellings,
            ids: model.dwellings.id.clone(),
            household_class: of_households.of,
            dwelling_class,
            priced: of_dwellings.shared.iter().map(price_groups).collect(),
            groups: of_households.shared,
            table: Vec::new(),
            everywhere: vec![0; model.households.len()],
            single: BTreeMap::new(),
            shares: BTreeMap::new(),
        };
        if tariff.groups.len().saturating_mul(tariff.priced.len()) <= TABLE {
            let lines = tariff.groups.iter().flat_map(|groups| tariff.priced.iter().map(|priced| join(groups, priced)));
            tariff.table = lines.collect();
        }
        tariff.add_weights(problem, lowered, &row_price);
        tariff.add_shares(problem, prices);
        tariff
    }

    /// What is listed for single pairs, and for all pairs of a household.
    fn add_weights(&mut self, problem: &Problem, lowered: &Lowered, price: &dyn Fn(QuotaIndex) -> i64) {
        let row_of = |id: &str| problem.quotas().binary_search_by(|quota| quota.id.as_str().cmp(id)).ok().map(QuotaIndex::new);
        for &(household, position, weight) in &lowered.everywhere {
            let row = lowered.rows.get(position.index()).and_then(|(id, _)| row_of(id));
            if let (Some(row), Some(pays)) = (row, self.everywhere.get_mut(household.index())) {
                *pays = pays.saturating_add(weight.saturating_mul(price(row)));
            }
        }
        let pins = lowered.rows.iter().filter(|(_, quota)| quota.is_none()).filter_map(|(id, _)| row_of(id));
        let mut pins: Vec<_> = pins.collect();
        pins.sort_unstable();
        for weight in problem.weights().iter().filter(|weight| pins.binary_search(&weight.quota).is_ok()) {
            let Some(dwelling) = lowered.dwelling(weight.dwelling) else { continue };
            let pays = self.single.entry((weight.household, dwelling)).or_insert(0);
            *pays = pays.saturating_add(weight.weight.saturating_mul(price(weight.quota)));
        }
    }

    fn add_shares(&mut self, problem: &Problem, prices: &Prices) {
        let place = |ids: &[String], id: &str| ids.binary_search_by(|known| known.as_str().cmp(id)).ok();
        for share in &prices.affinities {
            let Some(residence) = place(problem.residences(), &share.residence).map(ResidenceIndex::new) else { continue };
            for (id, points) in [(&share.household_a, share.share_a), (&share.household_b, share.share_b)] {
                if let Some(household) = place(problem.households(), id).map(HouseholdIndex::new) {
                    let given = self.shares.entry((household, residence)).or_insert(0);
                    *given = given.saturating_add(points);
                }
            }
        }
    }

    /// Dwellings with a price, by id.
    pub(super) fn by_id(&self) -> impl Iterator<Item = (String, i64)> + '_ {
        self.ids.iter().zip(&self.dwellings).filter(|entry| *entry.1 != 0).map(|(id, &price)| (id.clone(), price))
    }

    /// What the pairs of one household are worth.
    pub(crate) fn of<'t>(&'t self, model: &'t Model, household: HouseholdIndex) -> Bid<'t> {
        let class = self.household_class.get(household.index()).map_or(0, |class| *class as usize);
        let width = self.priced.len();
        Bid {
            tariff: self,
            model,
            household,
            line: self.table.get(class * width..(class + 1) * width),
            groups: self.groups.get(class).map(Vec::as_slice).unwrap_or_default(),
            everywhere: self.everywhere.get(household.index()).copied().unwrap_or(0),
            is_single: self.single.range((household, DwellingIndex::new(0))..).next().is_some_and(|entry| entry.0.0 == household),
            has_shares: self.shares.range((household, ResidenceIndex::new(0))..).next().is_some_and(|entry| entry.0.0 == household),
        }
    }
}

/// The tariff of one household.
#[derive(Debug)]
pub(crate) struct Bid<'t> {
    tariff: &'t Tariff,
    model: &'t Model,
    household: HouseholdIndex,
    line: Option<&'t [i64]>,
    groups: &'t [(GroupIndex, i64)],
    everywhere: i64,
    is_single: bool,
    has_shares: bool,
}

impl Bid<'_> {
    /// Scaled score and shares of the pair less what the rows take, before the prices of household and dwelling.
    pub(crate) fn worth(&self, dwelling: DwellingIndex, score: i64) -> i64 {
        let tariff = self.tariff;
        let class = tariff.dwelling_class.get(dwelling.index()).map_or(0, |class| *class as usize);
        let rows = match self.line {
            Some(line) => line.get(class).copied().unwrap_or(0),
            None => tariff.priced.get(class).map_or(0, |priced| join(self.groups, priced)),
        };
        let mut worth = tariff.scale.saturating_mul(score).saturating_sub(rows).saturating_sub(self.everywhere);
        if self.is_single {
            worth = worth.saturating_sub(tariff.single.get(&(self.household, dwelling)).copied().unwrap_or(0));
        }
        if self.has_shares {
            let residence = self.model.dwellings.residence.get(dwelling.index()).copied().unwrap_or_default();
            worth = worth.saturating_add(tariff.shares.get(&(self.household, residence)).copied().unwrap_or(0));
        }
        worth
    }

    /// [`worth`](Self::worth) less the dwelling's price.
    pub(super) fn surplus(&self, dwelling: DwellingIndex, score: i64) -> i64 {
        let price = self.tariff.dwellings.get(dwelling.index()).copied().unwrap_or(0);
        self.worth(dwelling, score).saturating_sub(price)
    }
}

/// The sum of weight x price over the groups in both lists; both sorted by group.
fn join(groups: &[(GroupIndex, i64)], priced: &[(GroupIndex, i64)]) -> i64 {
    let (mut sum, mut rest) = (0i64, priced);
    for &(group, weight) in groups {
        while let Some((&(here, price), after)) = rest.split_first() {
            if here > group {
                break;
            }
            if here == group {
                sum = sum.saturating_add(weight.saturating_mul(price));
            }
            rest = after;
        }
    }
    sum
}
