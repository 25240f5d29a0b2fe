//! From an edit by ids to steps by positions, or what is wrong with it. Nothing changes here.

use crate::error::{Place as At, Report};
use crate::ids::{GroupIndex, QuotaIndex, ResidenceIndex, ScopeIndex};
use crate::problem::{Quota, Scope};

use super::edits::{Edit, Step};
use super::open::{NewDwelling, NewHousehold, Open};

/// Where the findings of one list of edits go: line `row` of the list, from 1.
pub(super) struct Findings<'a> {
    pub(super) report: &'a mut Report,
    pub(super) row: u64,
}

impl Findings<'_> {
    fn at(&self, column: &'static str) -> At<'static> {
        At::file("edits").row(self.row).column(column)
    }

    fn unknown<T>(&mut self, column: &'static str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            let (cause, action) = ("the id is not in the problem as it is now", "check the id, or add it by an edit before this one");
            self.report.error("E1800", self.at(column), cause, action);
        }
        found
    }

    fn taken(&mut self, column: &'static str, cause: &'static str) {
        self.report.error("E1801", self.at(column), cause, "give each once; change what stands by its own edit");
    }

    fn free_id(&mut self, column: &'static str, id: &str, is_there: bool) -> bool {
        if id.is_empty() || id.chars().any(char::is_control) {
            self.report.error("E1802", self.at(column), "the id is empty or has a control character", "write a plain id");
            return false;
        }
        if is_there {
            self.taken(column, "the id is in the problem already");
        }
        !is_there
    }
}

/// Positions of `ids` by `find`, each once.
fn each<T: Copy + Ord, V: Copy>(
    findings: &mut Findings<'_>,
    column: &'static str,
    ids: &[(String, V)],
    find: impl Fn(&str) -> Option<T>,
) -> Option<Vec<(T, V)>> {
    let mut found = Vec::with_capacity(ids.len());
    for (id, value) in ids {
        found.push((findings.unknown(column, find(id))?, *value));
    }
    let mut seen: Vec<T> = found.iter().map(|f| f.0).collect();
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair.first() == pair.last()) {
        findings.taken(column, "an id stands twice in the list");
        return None;
    }
    Some(found)
}

/// Position of a name in a sorted list.
fn known(list: &[String], name: &str) -> Option<usize> {
    list.binary_search_by(|known| known.as_str().cmp(name)).ok()
}

fn quota(open: &Open, id: &str) -> Option<QuotaIndex> {
    open.quotas.binary_search_by(|known| known.id.as_str().cmp(id)).ok().map(QuotaIndex::new)
}

/// Column and row of a pair, and whether it is an arc.
fn pair(open: &Open, findings: &mut Findings<'_>, household: &str, dwelling: &str) -> Option<(u32, u32, Option<u32>)> {
    let column = findings.unknown("household", open.column(household));
    let row = findings.unknown("dwelling", open.row(dwelling));
    let (column, row) = (column?, row?);
    Some((column, row, open.arcs.graph.find(column, row)))
}

/// Column and row of an arc.
fn arc(open: &Open, findings: &mut Findings<'_>, household: &str, dwelling: &str) -> Option<(u32, u32)> {
    let (column, row, slot) = pair(open, findings, household, dwelling)?;
    if slot.is_none() {
        let at = findings.at("dwelling");
        findings.report.error("E1803", at, "the pair is not an eligible one", "add the arc by an edit before this one");
    }
    slot.map(|_| (column, row))
}

/// The steps of an edit; `None` where it is refused.
pub(super) fn steps(open: &Open, edit: &Edit, findings: &mut Findings<'_>) -> Option<Vec<Step>> {
    match edit {
        Edit::WithdrawHousehold { household } => {
            let column = findings.unknown("household", open.column(household))?;
            let graph = &open.arcs.graph;
            let slots = graph.column_slots(column as usize).iter().filter(|_| open.detaches());
            let away = slots.map(|&slot| Step::RemoveArc { column, row: graph.row[slot as usize] });
            Some(away.chain([Step::Withdraw { column }]).collect())
        }
        Edit::AddHousehold { household, arcs, groups } => {
            findings.free_id("household", household, open.column(household).is_some()).then_some(())?;
            let arcs = each(findings, "arcs", arcs, |id| open.row(id))?;
            let group = |id: &str| known(open.base().groups(), id).map(GroupIndex::new);
            let mut groups = each(findings, "groups", groups, group)?;
            groups.sort_unstable();
            let column = open.arcs.graph.columns() as u32;
            let mut steps =
                vec![Step::PushColumn { household: Box::new(NewHousehold { id: household.clone(), groups }), degree: arcs.len() }];
            steps.extend(arcs.into_iter().map(|(row, score)| Step::AddArc { column, row, score }));
            steps.push(Step::Reinstate { column });
            Some(steps)
        }
        Edit::RemoveDwelling { dwelling } => {
            let row = findings.unknown("dwelling", open.row(dwelling))?;
            if open.is_last_of_a_scope(row) {
                let at = findings.at("dwelling");
                findings.report.error("E1805", at, "it is the last dwelling where a quota looks", "close it: set its capacity to 0");
                return None;
            }
            let graph = &open.arcs.graph;
            let slots = graph.slots(row as usize).filter(|_| open.detaches());
            Some(slots.map(|slot| Step::RemoveArc { column: graph.col[slot], row }).chain([Step::Close { row }]).collect())
        }
        Edit::AddDwelling { dwelling, residence, capacity, scopes, arcs } => {
            findings.free_id("dwelling", dwelling, open.row(dwelling).is_some()).then_some(())?;
            let (residence, new_residence) = self::residence(open, findings, residence)?;
            let scopes: Vec<_> = scopes.iter().map(|scope| (scope.clone(), ())).collect();
            let scopes = each(findings, "scopes", &scopes, |id| known(open.base().scopes(), id).map(ScopeIndex::new))?;
            let arcs = each(findings, "arcs", arcs, |id| open.column(id))?;
            let row = open.arcs.graph.rows() as u32;
            let new = NewDwelling { id: dwelling.clone(), residence, new_residence, scopes: scopes.into_iter().map(|s| s.0).collect() };
            let mut steps = vec![Step::PushRow { dwelling: Box::new(new), degree: arcs.len() }];
            steps.extend(arcs.into_iter().map(|(column, score)| Step::AddArc { column, row, score }));
            steps.push(Step::Reopen { row, capacity: *capacity });
            Some(steps)
        }
        Edit::SetCapacity { dwelling, capacity } => {
            let row = findings.unknown("dwelling", open.row(dwelling))?;
            Some(vec![Step::Capacity { row, capacity: *capacity }])
        }
        Edit::SetScore { household, dwelling, score } => {
            let (column, row) = arc(open, findings, household, dwelling)?;
            Some(vec![Step::Score { column, row, score: *score }])
        }
        Edit::AddArc { household, dwelling, score } => {
            let (column, row, slot) = pair(open, findings, household, dwelling)?;
            if slot.is_some() {
                findings.taken("dwelling", "the pair is an eligible one already");
                return None;
            }
            Some(vec![Step::AddArc { column, row, score: *score }])
        }
        Edit::RemoveArc { household, dwelling } => {
            let (column, row) = arc(open, findings, household, dwelling)?;
            let weight = |(quota, _)| Step::Weight { quota, column, row, weight: None };
            Some(open.weights(column, row).map(weight).chain([Step::RemoveArc { column, row }]).collect())
        }
        Edit::SetWeight { quota: id, household, dwelling, weight } => {
            let quota = findings.unknown("quota", quota(open, id));
            let (column, row) = arc(open, findings, household, dwelling)?;
            Some(vec![Step::Weight { quota: quota?, column, row, weight: Some(*weight).filter(|&weight| weight != 0) }])
        }
        Edit::SetQuota { quota: id, min, max, penalty_below, penalty_above } => {
            let quota = findings.unknown("quota", quota(open, id))?;
            let crossed = min.zip(*max).is_some_and(|(min, max)| min > max);
            if crossed || [penalty_below, penalty_above].into_iter().flatten().any(|&penalty| penalty < 0) {
                let at = findings.at("quota");
                findings.report.error("E1804", at, "the minimum is above the maximum, or a penalty is negative", "correct the numbers");
                return None;
            }
            let old = open.quotas[quota.index()].clone();
            let with = Quota { min: *min, max: *max, penalty_below: *penalty_below, penalty_above: *penalty_above, ..old };
            Some(vec![Step::Quota { quota, with: Box::new(with) }])
        }
    }
}

/// A residence that there is, or the next position and the name of a new one.
fn residence(open: &Open, findings: &mut Findings<'_>, id: &str) -> Option<(ResidenceIndex, Option<String>)> {
    if let Some(at) = open.residences.iter().position(|known| known == id) {
        return Some((ResidenceIndex::new(at), None));
    }
    let is_scope = id == "*" || known(open.base().scopes(), id).is_some();
    findings.free_id("residence", id, is_scope).then(|| (ResidenceIndex::new(open.residences.len()), Some(id.to_owned())))
}

impl Open {
    /// A quota looks at a residence or scope of which this is the only dwelling: no reader of its files would know the name.
    fn is_last_of_a_scope(&self, row: u32) -> bool {
        let (residence, scopes) = self.location(row);
        let looks = |scope: Scope| self.quotas.iter().any(|quota| quota.scope == Some(scope));
        let others = || (0..self.arcs.graph.rows() as u32).filter(|&other| other != row && !self.is_removed[other as usize]);
        let is_last = |lies: &dyn Fn(u32) -> bool| !others().any(lies);
        (looks(Scope::Residence(residence)) && is_last(&|other| self.location(other).0 == residence))
            || scopes.iter().any(|&scope| looks(Scope::Named(scope)) && is_last(&|other| self.location(other).1.contains(&scope)))
    }
}
