//! A problem that is open to edits: its arcs as the methods read them, and what is needed to write it out again.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::ids::{CellIndex, DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};
use crate::problem::{Member, PairWeight, Parts, Place, Problem, Quota, Sizes};

use super::arcs::Arcs;

/// A household that the problem did not have.
#[derive(Debug, Clone)]
pub(super) struct NewHousehold {
    pub(super) id: String,
    pub(super) groups: Vec<(GroupIndex, i64)>,
}

/// A dwelling that the problem did not have.
#[derive(Debug, Clone)]
pub(super) struct NewDwelling {
    pub(super) id: String,
    pub(super) residence: ResidenceIndex,
    /// Its name, where the residence is new too.
    pub(super) new_residence: Option<String>,
    pub(super) scopes: Vec<ScopeIndex>,
}

/// The problem as it was opened, and what has changed since. Rows are dwellings and columns households, by position; positions
/// stay the same as long as their owner can come back.
#[derive(Debug, Clone)]
pub(super) struct Open {
    base: Problem,
    pub(super) arcs: Arcs,
    /// Withdrawn, by column.
    pub(super) is_away: Vec<bool>,
    /// Removed, by row.
    pub(super) is_removed: Vec<bool>,
    new_households: Vec<NewHousehold>,
    new_dwellings: Vec<NewDwelling>,
    /// Residences of the problem, then new ones.
    pub(super) residences: Vec<String>,
    /// Positions of new ids, and of ids that came back.
    column_of: BTreeMap<String, u32>,
    row_of: BTreeMap<String, u32>,
    pub(super) quotas: Vec<Quota>,
    /// What rows list for single pairs.
    weights: BTreeMap<(u32, u32, QuotaIndex), i64>,
    pub(super) sizes: Sizes,
    /// The cell of each list of (row, weight).
    cells: BTreeMap<Vec<(QuotaIndex, i64)>, CellIndex>,
}

impl Open {
    /// O(m + n log n).
    pub(super) fn new(base: Problem, seed: u64) -> Self {
        let arcs = Arcs::new(&base, seed);
        let mut row_of = vec![0; base.dwellings().len()];
        for (row, dwelling) in arcs.graph.dwelling.iter().enumerate() {
            row_of[dwelling.index()] = row as u32;
        }
        let position = |w: &PairWeight| (arcs.graph.column[w.household.index()], row_of[w.dwelling.index()], w.quota);
        Self {
            is_away: vec![false; arcs.graph.columns()],
            is_removed: vec![false; arcs.graph.rows()],
            new_households: Vec::new(),
            new_dwellings: Vec::new(),
            residences: base.residences().to_vec(),
            column_of: BTreeMap::new(),
            row_of: base.dwellings().iter().zip(&row_of).map(|(place, &row)| (place.id.clone(), row)).collect(),
            quotas: base.quotas().to_vec(),
            weights: base.weights().iter().map(|w| (position(w), w.weight)).collect(),
            sizes: Sizes::of(&base),
            cells: (0..base.cell_count()).map(CellIndex::new).map(|cell| (base.cell(cell).to_vec(), cell)).collect(),
            arcs,
            base,
        }
    }

    /// Groups and scopes are those of the problem that was opened.
    pub(super) const fn base(&self) -> &Problem {
        &self.base
    }

    /// Column of a household that is there. O(log n).
    pub(super) fn column(&self, id: &str) -> Option<u32> {
        let old = |id: &str| self.base.households().binary_search_by(|known| known.as_str().cmp(id)).ok();
        let column = self.column_of.get(id).copied().or_else(|| old(id).map(|h| self.arcs.graph.column[h]))?;
        (!self.is_away[column as usize]).then_some(column)
    }

    /// Row of a dwelling that is there. O(log n).
    pub(super) fn row(&self, id: &str) -> Option<u32> {
        self.row_of.get(id).copied().filter(|&row| !self.is_removed[row as usize])
    }

    pub(super) fn household_id(&self, column: u32) -> &str {
        let household = self.arcs.graph.household[column as usize].index();
        let known = self.base.households();
        known.get(household).unwrap_or_else(|| &self.new_households[household - known.len()].id)
    }

    pub(super) fn dwelling_id(&self, row: u32) -> &str {
        let dwelling = self.arcs.graph.dwelling[row as usize].index();
        let known = self.base.dwellings();
        known.get(dwelling).map_or_else(|| &self.new_dwellings[dwelling - known.len()].id, |place| &place.id)
    }

    /// A new household, away until it is reinstated; gives the position that its id had.
    pub(super) fn push_column(&mut self, household: NewHousehold, degree: usize) -> Option<u32> {
        let column = self.arcs.push_column(HouseholdIndex::new(self.arcs.graph.columns()), degree);
        self.is_away.push(true);
        for q in 0..self.quotas.len() {
            if let Some(&(_, weight)) = household.groups.iter().find(|group| Some(group.0) == self.quotas[q].group) {
                self.heavier(q, weight);
            }
        }
        let known = self.column_of.insert(household.id.clone(), column);
        self.new_households.push(household);
        known
    }

    /// Takes the last new household, which has no arcs, away; its id has the position `known` again.
    pub(super) fn pop_column(&mut self, known: Option<u32>) {
        self.arcs.pop_column();
        self.is_away.pop();
        if let Some(household) = self.new_households.pop() {
            match known {
                Some(column) => self.column_of.insert(household.id, column),
                None => self.column_of.remove(&household.id),
            };
        }
    }

    /// A new dwelling, removed and without capacity until it is reopened; gives the position that its id had.
    pub(super) fn push_row(&mut self, dwelling: NewDwelling, degree: usize) -> Option<u32> {
        let row = self.arcs.push_row(DwellingIndex::new(self.arcs.graph.rows()), 0, degree);
        self.is_removed.push(true);
        self.residences.extend(dwelling.new_residence.clone());
        let known = self.row_of.insert(dwelling.id.clone(), row);
        self.new_dwellings.push(dwelling);
        known
    }

    /// Takes the last new dwelling, which has no arcs, away; its id has the position `known` again.
    pub(super) fn pop_row(&mut self, known: Option<u32>) {
        self.arcs.pop_row();
        self.is_removed.pop();
        if let Some(dwelling) = self.new_dwellings.pop() {
            self.residences.truncate(self.residences.len() - usize::from(dwelling.new_residence.is_some()));
            match known {
                Some(row) => self.row_of.insert(dwelling.id, row),
                None => self.row_of.remove(&dwelling.id),
            };
        }
    }

    pub(super) fn set_away(&mut self, column: u32, is_away: bool) {
        self.is_away[column as usize] = is_away;
        self.sizes.households += if is_away { -1 } else { 1 };
    }

    /// Sets the capacity of a row; gives the old one.
    pub(super) fn set_capacity(&mut self, row: u32, capacity: u32) -> u32 {
        let old = std::mem::replace(&mut self.arcs.graph.capacity[row as usize], capacity);
        self.sizes.capacity += i128::from(capacity) - i128::from(old);
        old
    }

    /// What all rows list for a pair.
    pub(super) fn weights(&self, column: u32, row: u32) -> impl Iterator<Item = (QuotaIndex, i64)> + '_ {
        let all = (column, row, QuotaIndex::new(0))..(column, row + 1, QuotaIndex::new(0));
        self.weights.range(all).map(|(&(_, _, quota), &weight)| (quota, weight))
    }

    /// Sets what row `quota` lists for a pair; gives the old weight.
    pub(super) fn set_weight(&mut self, quota: QuotaIndex, column: u32, row: u32, weight: Option<i64>) -> Option<i64> {
        let key = (column, row, quota);
        match weight {
            Some(weight) => {
                self.heavier(quota.index(), weight);
                self.weights.insert(key, weight)
            }
            None => self.weights.remove(&key),
        }
    }

    /// An arc may now count so much more in a row.
    fn heavier(&mut self, quota: usize, weight: i64) {
        self.sizes.weights[quota] = self.sizes.weights[quota].saturating_add(i128::from(weight).abs());
    }

    /// Groups of a household, each with how much it counts.
    pub(super) fn groups(&self, column: u32) -> Vec<(GroupIndex, i64)> {
        let household = self.arcs.graph.household[column as usize];
        let known = self.base.households().len();
        if household.index() >= known {
            return self.new_households[household.index() - known].groups.clone();
        }
        let members = self.base.members();
        let from = members.partition_point(|member| member.household < household);
        members[from..].iter().take_while(|member| member.household == household).map(|member| (member.group, member.weight)).collect()
    }

    /// Residence of a dwelling, and the scopes it lies in.
    pub(super) fn location(&self, row: u32) -> (ResidenceIndex, Vec<ScopeIndex>) {
        let dwelling = self.arcs.graph.dwelling[row as usize];
        let known = self.base.dwellings().len();
        if dwelling.index() >= known {
            let new = &self.new_dwellings[dwelling.index() - known];
            return (new.residence, new.scopes.clone());
        }
        let lies = self.base.scope_dwellings();
        let from = lies.partition_point(|lie| lie.0 < dwelling);
        (self.base.residence(dwelling), lies[from..].iter().take_while(|lie| lie.0 == dwelling).map(|lie| lie.1).collect())
    }

    /// The rows that count a pair, as a cell of the base.
    pub(super) fn cell(&mut self, column: u32, row: u32) -> CellIndex {
        let (residence, scopes) = self.location(row);
        let entries = self.base.entries(&self.groups(column), (residence, &scopes), self.weights(column, row));
        if let Some(&cell) = self.cells.get(&entries) {
            return cell;
        }
        let cell = self.base.push_cell(&entries);
        self.cells.insert(entries, cell);
        cell
    }

    /// Position in `problem`, which is the problem as it is now, of the dwelling of a row.
    pub(super) fn position(&self, problem: &Problem, row: u32) -> Option<DwellingIndex> {
        let id = self.dwelling_id(row);
        problem.dwellings().binary_search_by(|known| known.id.as_str().cmp(id)).ok().map(DwellingIndex::new)
    }

    /// Rows count, so that arcs of whoever is away are taken out: looks at all arcs see only those that count.
    pub(super) const fn detaches(&self) -> bool {
        !self.quotas.is_empty()
    }

    /// The edited problem. O(m log m).
    ///
    /// # Errors
    /// [`Error::ScoreOverflow`] where its sums could leave 64 bits; nothing else, for edits are checked one by one.
    pub(super) fn problem(&self) -> Result<Problem, Error> {
        let graph = &self.arcs.graph;
        let columns: Vec<u32> = (0..graph.columns() as u32).filter(|&column| !self.is_away[column as usize]).collect();
        let rows: Vec<u32> = (0..graph.rows() as u32).filter(|&row| !self.is_removed[row as usize]).collect();
        let places = |list: &[u32], length: usize| {
            let mut places = vec![None; length];
            list.iter().enumerate().for_each(|(place, &at)| places[at as usize] = Some(place));
            places
        };
        let (household_of, dwelling_of) = (places(&columns, graph.columns()), places(&rows, graph.rows()));
        let household = |column: u32| household_of[column as usize].map(HouseholdIndex::new);
        let dwelling = |row: u32| dwelling_of[row as usize].map(DwellingIndex::new);
        let mut parts = Parts {
            households: columns.iter().map(|&column| self.household_id(column).to_owned()).collect(),
            residences: self.residences.clone(),
            groups: self.base.groups().to_vec(),
            scopes: self.base.scopes().to_vec(),
            quotas: self.quotas.clone(),
            ..Parts::default()
        };
        for (d, &row) in rows.iter().enumerate().map(|(d, row)| (DwellingIndex::new(d), row)) {
            let (residence, scopes) = self.location(row);
            parts.dwellings.push(Place { id: self.dwelling_id(row).to_owned(), residence, capacity: graph.capacity[row as usize] });
            parts.scope_dwellings.extend(scopes.iter().map(|&scope| (d, scope)));
            let arcs = graph.slots(row as usize).filter_map(|slot| Some((household(graph.col[slot])?, d, graph.score[slot])));
            parts.arcs.extend(arcs);
        }
        for (h, &column) in columns.iter().enumerate() {
            let member = |(group, weight)| Member { household: HouseholdIndex::new(h), group, weight };
            parts.members.extend(self.groups(column).into_iter().map(member));
        }
        let weight = |(&(column, row, quota), &weight): (&(u32, u32, QuotaIndex), &i64)| {
            Some(PairWeight { quota, household: household(column)?, dwelling: dwelling(row)?, weight })
        };
        parts.weights = self.weights.iter().filter_map(weight).collect();
        let known = |h: HouseholdIndex| household(graph.column[h.index()]);
        let pairs = self.base.affinities().iter();
        parts.affinities =
            pairs.filter_map(|pair| Some(crate::problem::Affinity { a: known(pair.a)?, b: known(pair.b)?, ..*pair })).collect();
        Problem::new(parts)
    }
}
