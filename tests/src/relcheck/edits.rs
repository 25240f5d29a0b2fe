//! Random edits of a tiny problem.

use matcher_core::ids::HouseholdIndex;
use matcher_core::problem::Problem;
use matcher_core::solve::Edit;

use crate::families::Draw;

/// A random edit of `problem`; names that are not there are refused, and so are arcs that are.
pub fn random(draw: &mut Draw, problem: &Problem, number: usize) -> Edit {
    let (households, dwellings, quotas) = (problem.households(), problem.dwellings(), problem.quotas());
    let household = households.get(draw.position(households.len() + 1)).cloned().unwrap_or_else(|| format!("new{}", number / 2));
    let dwelling = dwellings.get(draw.position(dwellings.len() + 1)).map_or_else(|| format!("new{}", number / 2), |d| d.id.clone());
    let score = draw.between(-9, 99);
    let some = |list: &[String], draw: &mut Draw| {
        let kept: Vec<_> = list.iter().filter(|_| draw.tenths(6)).cloned().collect();
        kept.into_iter().map(|id| (id, score + draw.between(-3, 3))).collect::<Vec<_>>()
    };
    let homes: Vec<String> = dwellings.iter().map(|d| d.id.clone()).collect();
    match draw.position(if quotas.is_empty() { 9 } else { 13 }) {
        0 => Edit::WithdrawHousehold { household },
        1 | 2 => Edit::AddHousehold {
            household: format!("new{number}"),
            arcs: some(&homes, draw),
            groups: some(problem.groups(), draw).into_iter().map(|(group, _)| (group, draw.between(1, 2))).collect(),
        },
        3 => Edit::RemoveDwelling { dwelling },
        4 => Edit::AddDwelling {
            dwelling: format!("new{number}"),
            residence: format!("r{}", draw.position(3)),
            capacity: draw.between(0, 2) as u32,
            scopes: some(problem.scopes(), draw).into_iter().map(|scope| scope.0).collect(),
            arcs: some(households, draw),
        },
        5 => Edit::SetCapacity { dwelling, capacity: draw.between(0, 2) as u32 },
        6 => Edit::AddArc { household, dwelling, score },
        7 => Edit::RemoveArc { household, dwelling },
        8 => Edit::SetScore { household, dwelling, score },
        9 | 10 => {
            Edit::SetWeight { quota: quotas[draw.position(quotas.len())].id.clone(), household, dwelling, weight: draw.between(-2, 2) }
        }
        _ => {
            let quota = &quotas[draw.position(quotas.len())];
            let moved = |bound: Option<i64>, draw: &mut Draw| bound.map(|bound| bound + draw.between(-1, 1));
            Edit::SetQuota {
                quota: quota.id.clone(),
                min: moved(quota.min, draw),
                max: moved(quota.max, draw),
                penalty_below: quota.penalty_below.map(|penalty| penalty + draw.between(0, 5)),
                penalty_above: quota.penalty_above.map(|penalty| penalty / 2),
            }
        }
    }
}

/// Pairs name households, and so does nothing else once their arcs and groups are gone: no reader of the files would know them.
pub fn is_readable(problem: &Problem) -> bool {
    let known = |h: HouseholdIndex| !problem.arc_range(h).is_empty() || problem.members().iter().any(|member| member.household == h);
    problem.affinities().iter().all(|pair| known(pair.a) && known(pair.b))
}
