//! Every eligible pair as the lists and reasons of a run read it, whether it stands in the problem or not.

use std::borrow::Cow;

use rayon::prelude::*;

use crate::allocation::{Certificate, Proof};
use crate::ids::{DwellingIndex, HouseholdIndex, QuotaIndex};
use crate::model::Run;
use crate::problem::Problem;
use crate::quotas::{Desk, Eligible, Lowered};
use crate::scoring::Scratch;

use super::candidates::tariff::Tariff;
use super::links::Links;
use super::prices::PriceList;

/// Households whose pairs are made side by side before somebody looks at them one by one.
const BLOCK: usize = 4_096;
/// Parts of the households that each thread looks at: some are slower than others.
const PARTS_PER_THREAD: usize = 4;

/// A pair of one household.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    /// The dwelling of the problem.
    pub(crate) dwelling: DwellingIndex,
    /// Its suitability.
    pub(crate) score: i64,
    /// Scaled points and shares less the rows' prices; the score where nothing is proved.
    pub(crate) worth: i128,
    /// The worth less what the household could get elsewhere, see [`PriceList::bids`]; the score where nothing is proved.
    pub(crate) bid: i128,
}

/// Where pairs that do not stand in the problem come from.
#[derive(Debug)]
struct Outside<'r, 'm> {
    eligible: Eligible<'r, 'm>,
    tariff: Option<Tariff>,
    /// What households weigh in rows wherever they go: household of the model, row of the problem, weight; sorted.
    everywhere: Vec<(HouseholdIndex, QuotaIndex, i64)>,
}

/// The pairs of a run.
#[derive(Debug)]
pub(crate) struct Pool<'r, 'm> {
    problem: &'r Problem,
    links: &'r Links,
    prices: Option<&'r PriceList>,
    outside: Option<Outside<'r, 'm>>,
}

impl<'r, 'm> Pool<'r, 'm> {
    /// `is_part` says that eligible pairs were left out of the problem; the proof is then one of prices.
    pub(crate) fn new(
        eligible: Eligible<'r, 'm>,
        (problem, lowered, links): (&'r Problem, &'r Lowered, &'r Links),
        prices: Option<&'r PriceList>,
        certificate: Option<&Certificate>,
        is_part: bool,
    ) -> Self {
        let outside = is_part.then(|| {
            let tariff = match certificate.map(|certificate| &certificate.proof) {
                Some(Proof::Prices(prices)) => Some(Tariff::new(eligible.model, problem, lowered, prices)),
                _ => None,
            };
            let row = |id: &str| problem.quotas().binary_search_by(|quota| quota.id.as_str().cmp(id)).ok().map(QuotaIndex::new);
            let rows: Vec<Option<QuotaIndex>> = lowered.rows.iter().map(|(id, _)| row(id)).collect();
            let weighs = |&(household, position, weight): &(HouseholdIndex, QuotaIndex, i64)| {
                Some((household, rows.get(position.index()).copied().flatten()?, weight))
            };
            let mut everywhere: Vec<_> = lowered.everywhere.iter().filter_map(weighs).collect();
            everywhere.sort_unstable();
            Outside { eligible, tariff, everywhere }
        });
        Self { problem, links, prices, outside }
    }

    pub(crate) fn problem(&self) -> &'r Problem {
        self.problem
    }

    pub(crate) fn prices(&self) -> Option<&'r PriceList> {
        self.prices
    }

    /// The pairs of a household of the problem, in no order.
    pub(crate) fn pairs(&self, household: HouseholdIndex, desk: &mut Desk) -> Vec<Pair> {
        let mut pairs = Vec::new();
        self.pairs_into(household, desk, &mut pairs);
        pairs
    }

    /// The same in memory that is kept between households.
    fn pairs_into(&self, household: HouseholdIndex, desk: &mut Desk, pairs: &mut Vec<Pair>) {
        pairs.clear();
        match &self.outside {
            None => pairs.extend(self.problem.arcs(household).map(|arc| {
                let worth = self.prices.map_or(arc.score.into(), |prices| prices.worth(self.problem, household, arc));
                Pair { dwelling: arc.dwelling, score: arc.score, worth, bid: arc.score.into() }
            })),
            Some(Outside { eligible, tariff, .. }) => {
                let Some(in_model) = self.links.model_household(household) else { return };
                let bid = tariff.as_ref().map(|tariff| tariff.of(eligible.model, in_model));
                let found = eligible.pairs(in_model, desk).iter();
                pairs.extend(found.filter_map(|&(at, score)| {
                    let dwelling = self.links.problem_dwelling(at)?;
                    let worth = bid.as_ref().map_or(score, |bid| bid.worth(at, score));
                    Some(Pair { dwelling, score, worth: worth.into(), bid: score.into() })
                }));
            }
        }
        if let Some(prices) = self.prices {
            prices.bids(pairs);
        }
    }

    /// The dwellings of a household's pairs, in no order.
    pub(crate) fn dwellings(&self, household: HouseholdIndex, desk: &mut Desk) -> Vec<DwellingIndex> {
        match &self.outside {
            None => self.problem.arcs(household).map(|arc| arc.dwelling).collect(),
            Some(Outside { eligible, .. }) => {
                let Some(in_model) = self.links.model_household(household) else { return Vec::new() };
                eligible.dwellings(in_model, desk).filter_map(|at| self.links.problem_dwelling(at)).collect()
            }
        }
    }

    /// Whether the dwellings of a household come in the order of the model, which is that of residences.
    pub(crate) const fn is_by_residence(&self) -> bool {
        self.outside.is_some()
    }

    /// The pair of a household and a dwelling of the problem, where no rule refuses it.
    pub(crate) fn pair(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Option<Pair> {
        self.pairs(household, &mut Desk::default()).into_iter().find(|pair| pair.dwelling == dwelling)
    }

    /// The score of an eligible pair.
    pub(crate) fn score(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> i64 {
        if let Some(at) = self.problem.find_arc(household, dwelling) {
            return self.problem.arc(at).score;
        }
        let at = self.links.model_household(household).zip(self.links.model_dwelling(dwelling));
        let mut score = [0];
        if let (Some(Outside { eligible, .. }), Some((household, dwelling))) = (&self.outside, at) {
            eligible.scoring.score(household, Run::one(dwelling), &mut Scratch::default(), &mut score);
        }
        let [score] = score;
        score
    }

    /// The rows that count an eligible pair, each with its weight.
    pub(crate) fn rows(&self, household: HouseholdIndex, dwelling: DwellingIndex) -> Cow<'r, [(QuotaIndex, i64)]> {
        if let Some(at) = self.problem.find_arc(household, dwelling) {
            return Cow::Borrowed(self.problem.cell(self.problem.arc(at).cell));
        }
        let (Some(Outside { everywhere, .. }), Some(in_model)) = (&self.outside, self.links.model_household(household)) else {
            return Cow::Borrowed(&[]);
        };
        let own = everywhere.iter().skip(everywhere.partition_point(|entry| entry.0 < in_model));
        let listed = own.take_while(|entry| entry.0 == in_model).map(|&(_, row, weight)| (row, weight));
        Cow::Owned(self.problem.entries_of(household, dwelling, listed))
    }

    /// What `look` makes of the pairs of each household of the problem, in their order, in parallel.
    pub(crate) fn each<T: Send>(&self, look: impl Fn(HouseholdIndex, &[Pair]) -> T + Sync) -> Vec<T> {
        let one = |(desk, pairs): &mut (Desk, Vec<Pair>), h: usize| {
            let household = HouseholdIndex::new(h);
            self.pairs_into(household, desk, pairs);
            look(household, pairs)
        };
        (0..self.problem.households().len()).into_par_iter().map_init(Default::default, one).collect()
    }

    /// Shows the pairs of every household of the problem, in parts of neighbouring households side by side, each with a state of its own. Where
    /// pairs stand outside the problem, the desk holds them as the model knows them. Gives the states in the order of the households.
    pub(crate) fn in_parts<S: Send>(
        &self,
        new: impl Fn() -> S + Sync,
        look: impl Fn(&mut S, HouseholdIndex, &[Pair], &Desk) + Sync,
    ) -> Vec<S> {
        let households: Vec<HouseholdIndex> = (0..self.problem.households().len()).map(HouseholdIndex::new).collect();
        let parts = (rayon::current_num_threads() * PARTS_PER_THREAD).max(1);
        let part = |part: &[HouseholdIndex]| {
            let (mut state, mut desk, mut pairs) = (new(), Desk::default(), Vec::new());
            for &household in part {
                self.pairs_into(household, &mut desk, &mut pairs);
                look(&mut state, household, &pairs, &desk);
            }
            state
        };
        households.par_chunks(households.len().div_ceil(parts).max(1)).map(part).collect()
    }

    /// Makes a list for each household, many side by side, and shows them in the order given until `look` says false.
    pub(crate) fn in_blocks<T: Send>(
        &self,
        households: &[HouseholdIndex],
        make: impl Fn(&Self, HouseholdIndex, &mut Desk) -> Vec<T> + Sync,
        mut look: impl FnMut(HouseholdIndex, &[T]) -> bool,
    ) {
        for block in households.chunks(BLOCK) {
            let lists: Vec<Vec<T>> = block.par_iter().map_init(Desk::default, |desk, &household| make(self, household, desk)).collect();
            if !block.iter().zip(&lists).all(|(&household, list)| look(household, list)) {
                break;
            }
        }
    }
}
