//! How long a re-solve takes after one edit, by kind of edit: median and 99th percentile over many random edits, each undone.
//!
//! `cargo run --release -p matcher-benches --bin warm -- DIR [EDITS]`, DIR a problem directory. Quota rows are left out where the
//! third argument is `plain`.

use std::time::{Duration, Instant};

use matcher_core::ids::HouseholdIndex;
use matcher_core::problem::{self, Parts, Problem};
use matcher_core::solve::{Control, Edit, SolveOptions, Warm};

type Failure = Box<dyn std::error::Error>;

/// `SplitMix64`.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(z ^ (z >> 31)) * n as u128) >> 64) as usize
    }
}

/// The problem without its rows.
fn plain(problem: &Problem) -> Result<Problem, Failure> {
    let households = (0..problem.households().len()).map(HouseholdIndex::new);
    Ok(Problem::new(Parts {
        households: problem.households().to_vec(),
        dwellings: problem.dwellings().to_vec(),
        residences: problem.residences().to_vec(),
        arcs: households.flat_map(|h| problem.arcs(h).map(move |arc| (h, arc.dwelling, arc.score))).collect(),
        ..Parts::default()
    })?)
}

const KINDS: [&str; 9] = [
    "household withdrawn (placed)",
    "household withdrawn (any)",
    "household added",
    "dwelling removed",
    "dwelling added",
    "dwelling closed",
    "score changed",
    "arc removed (matched)",
    "quota maximum down by 1",
];

/// A random edit of a kind; `None` where the draw does not fit it.
fn edit(kind: usize, problem: &Problem, warm: &Warm, draw: &mut Draw, number: usize) -> Result<Option<Edit>, Failure> {
    let h = HouseholdIndex::new(draw.below(problem.households().len()));
    let household = problem.households()[h.index()].clone();
    let arcs: Vec<_> = problem.arcs(h).collect();
    if arcs.is_empty() {
        return Ok(None);
    }
    let offer = warm.offer(&household)?.map(str::to_owned);
    let dwelling = problem.dwellings()[draw.below(problem.dwellings().len())].clone();
    let name = |d: usize| problem.dwellings()[d].id.clone();
    Ok(match kind {
        0 => offer.map(|_| Edit::WithdrawHousehold { household }),
        1 => Some(Edit::WithdrawHousehold { household }),
        2 => Some(Edit::AddHousehold {
            household: format!("new{number}"),
            arcs: arcs.iter().map(|arc| (name(arc.dwelling.index()), arc.score + draw.below(41) as i64 - 10)).collect(),
            groups: problem
                .members()
                .iter()
                .filter(|member| member.household == h)
                .map(|member| (problem.groups()[member.group.index()].clone(), member.weight))
                .collect(),
        }),
        3 => Some(Edit::RemoveDwelling { dwelling: dwelling.id }),
        4 => {
            let wanted = |h: HouseholdIndex| problem.arcs(h).find(|arc| name(arc.dwelling.index()) == dwelling.id);
            let households = (0..problem.households().len()).map(HouseholdIndex::new);
            let arcs = households.filter_map(|h| Some((problem.households()[h.index()].clone(), wanted(h)?.score))).collect();
            let residence = problem.residences()[dwelling.residence.index()].clone();
            Some(Edit::AddDwelling { dwelling: format!("new{number}"), residence, capacity: 1, scopes: Vec::new(), arcs })
        }
        5 => Some(Edit::SetCapacity { dwelling: dwelling.id, capacity: dwelling.capacity - 1 }),
        6 => {
            let arc = arcs[draw.below(arcs.len())];
            let score = arc.score + draw.below(201) as i64 - 100;
            Some(Edit::SetScore { household, dwelling: name(arc.dwelling.index()), score })
        }
        7 => offer.map(|dwelling| Edit::RemoveArc { household, dwelling }),
        _ => {
            let quotas = problem.quotas();
            if quotas.is_empty() {
                return Ok(None);
            }
            let quota = &quotas[draw.below(quotas.len())];
            quota.max.filter(|&max| max > 0 && quota.min.is_none_or(|min| min < max)).map(|max| Edit::SetQuota {
                quota: quota.id.clone(),
                min: quota.min,
                max: Some(max - 1),
                penalty_below: quota.penalty_below,
                penalty_above: quota.penalty_above,
            })
        }
    })
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let directory = arguments.first().ok_or("give a problem directory")?;
    let edits: usize = arguments.get(1).map_or(Ok(200), |text| text.parse())?;
    let mut problem = problem::read(directory.as_ref())?;
    if arguments.get(2).is_some_and(|text| text == "plain") {
        problem = plain(&problem)?;
    }
    let (households, dwellings, arcs) = (problem.households().len(), problem.dwellings().len(), problem.arc_count());
    println!("{households} households, {dwellings} dwellings, {arcs} arcs, {} rows", problem.quotas().len());
    let start = Instant::now();
    let mut warm = Warm::open(problem.clone(), &SolveOptions::default(), &Control::default())?;
    println!("opened in {:.0?}: {:?}", start.elapsed(), warm.outcome());
    println!("{:<30} {:>7} {:>10} {:>10} {:>10} {:>10}", "edit", "tries", "median", "p99", "undo", "arcs");
    let mut draw = Draw(1);
    for (kind, name) in KINDS.iter().enumerate() {
        let (mut times, mut undos, mut work): (Vec<Duration>, Vec<Duration>, Vec<u64>) = Default::default();
        for number in 0..edits * 4 {
            let Some(edit) = edit(kind, &problem, &warm, &mut draw, number)? else { continue };
            let steps = warm.outcome().steps;
            let start = Instant::now();
            let undo = warm.edit(std::slice::from_ref(&edit))?;
            let outcome = warm.solve(&Control::default())?;
            times.push(start.elapsed());
            work.push(outcome.steps - steps);
            let start = Instant::now();
            warm.undo(undo)?;
            warm.solve(&Control::default())?;
            undos.push(start.elapsed());
            if times.len() == edits {
                break;
            }
        }
        if times.is_empty() {
            continue;
        }
        times.sort_unstable();
        undos.sort_unstable();
        work.sort_unstable();
        let (middle, last) = (times.len() / 2, times.len() * 99 / 100);
        println!(
            "{name:<30} {:>7} {:>10.1?} {:>10.1?} {:>10.1?} {:>10}",
            times.len(),
            times[middle],
            times[last],
            undos[middle],
            work[middle]
        );
    }
    Ok(())
}
