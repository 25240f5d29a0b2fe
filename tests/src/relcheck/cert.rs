//! Certificates changed at random: whatever the judge still accepts must be true.
//!
//! A false one claims an objective that is not the allocation's worth, a bound below the optimum, another problem's hash, infeasibility
//! of what is possible, a conflicting set that does not conflict or is not irreducible, or names what the problem does not have. A
//! changed certificate whose claims still hold (a slacker price, a longer tree) may pass; it is counted as harmless. Where the judge
//! says what the claim ought to be, the forger claims that and tries again.

use std::collections::BTreeSet;

use matcher_core::problem;
use matcher_core::solve::{Control, SolveOptions, solve};
use matcher_verify::{Certificate, Problem, Refusal};
use serde_json::Value as Json;

use crate::court;
use crate::families::{Draw, Files};
use crate::oracle::table;
use crate::subsets::Tiny;

use super::{Bad, Case, Job, mutate, optima};

/// Changed certificates per problem.
pub const PER_PROBLEM: u64 = 20;

/// What a run found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Changed certificates.
    pub tries: u64,
    /// The judge refused them.
    pub refused: u64,
    /// Accepted, and what they claim is true.
    pub harmless: u64,
    /// A false one was accepted, or a true one refused.
    pub bad: Vec<Bad>,
}

/// Household and dwelling of each pair.
pub type Pairs = Vec<(String, String)>;

/// The judge, or one that is to be found careless.
pub trait Judge: Fn(&Problem, &Pairs, &Certificate) -> Result<(), Refusal> + Sync {}

impl<F: Fn(&Problem, &Pairs, &Certificate) -> Result<(), Refusal> + Sync> Judge for F {}

/// `matcher-verify`.
///
/// # Errors
/// Its refusal.
pub fn verify(problem: &Problem, pairs: &Pairs, certificate: &Certificate) -> Result<(), Refusal> {
    matcher_verify::judge(problem, pairs.iter().map(|(household, dwelling)| (household, dwelling)), certificate).map(|_| ())
}

/// Runs at least `job.tries` changed certificates.
pub fn run(job: &Job, judge: &impl Judge) -> Found {
    let problems = Job { tries: job.tries.div_ceil(PER_PROBLEM), ..job.clone() };
    let ([tries, refused, harmless], bad) = problems.run(|case| trial(case, judge));
    Found { tries, refused, harmless, bad }
}

/// What is true of a problem.
struct Truth<'a> {
    files: &'a Files,
    tiny: Tiny,
    optimum: Option<i64>,
    hash: String,
    households: Vec<String>,
    dwellings: Vec<String>,
    residences: Vec<String>,
    quotas: Vec<String>,
}

fn trial(case: Case, judge: &impl Judge) -> Result<[u64; 3], String> {
    let (name, files) = case.problem();
    let problem = problem::read_files(&files).map_err(|e| e.to_string())?;
    let mut draw = Draw::new(case.seed, &format!("forger of {name}"));
    // Proofs of every kind: of the optimum, of a gap, of what was known when the steps were used.
    let options = match draw.position(3) {
        0 => SolveOptions { gap_ppm: 50_000, ..optima::exact() },
        1 => SolveOptions { step_limit: Some(draw.between(0, 3_000).unsigned_abs()), ..optima::exact() },
        _ => optima::exact(),
    };
    let answer = solve(&problem, &options, &Control::default()).map_err(|e| e.to_string())?;
    let Some(certificate) = &answer.certificate else { return Ok([0; 3]) };
    let honest = serde_json::to_value(certificate).map_err(|e| e.to_string())?;
    let pairs: Pairs = court::pairs(&problem, &answer).into_iter().map(|(h, d)| (h.clone(), d.clone())).collect();
    let own = Problem::from_files(&files).map_err(|e| e.to_string())?;
    let truth = Truth::of(&files, problem.hash())?;
    let submit = |json: &Json, pairs: &Pairs| match serde_json::from_value::<Certificate>(json.clone()) {
        Ok(certificate) => judge(&own, pairs, &certificate).map_err(Some),
        Err(_) => Err(None),
    };
    if let Err(why) = submit(&honest, &pairs) {
        return Err(format!("the true certificate is refused: {why:?}"));
    }
    truth.holds(&honest, &pairs).map_err(|why| format!("the solver's own certificate is false: {why}"))?;
    let ids = truth.ids();
    let mut counts = [0; 3];
    for _ in 0..PER_PROBLEM {
        let (mut json, mut offered) = (honest.clone(), pairs.clone());
        let mut changed = Vec::new();
        // Some begin with the claim they would like to see proved.
        if draw.tenths(3)
            && let Some(bound) = json["bound"].as_i64()
        {
            json["bound"] = (bound - draw.between(1, 3)).into();
        }
        for _ in 0..draw.between(1, 3) {
            if draw.tenths(1) {
                mutate::allocation(&mut offered, &truth.households, &truth.dwellings, &mut draw);
                changed.push("allocation".to_owned());
            } else {
                changed.push(mutate::certificate(&mut json, &ids, &mut draw));
            }
        }
        let mut verdict = submit(&json, &offered);
        for _ in 0..3 {
            match verdict {
                Err(Some(Refusal::BoundDiffers { actual, .. })) => json["bound"] = i64::try_from(actual).ok().into(),
                Err(Some(Refusal::ObjectiveDiffers { actual, .. })) => json["objective"] = actual.into(),
                Err(Some(Refusal::LeafAboveBound { bound, .. })) if draw.tenths(5) => json["bound"] = i64::try_from(bound).ok().into(),
                _ => break,
            }
            verdict = submit(&json, &offered);
        }
        counts[0] += 1;
        if verdict.is_err() {
            counts[1] += 1;
            continue;
        }
        truth.holds(&json, &offered).map_err(|why| {
            let shown: String = json.to_string().chars().take(2_000).collect();
            format!("accepted: {why}; changed {}; {offered:?} {shown}", changed.join(", "))
        })?;
        counts[2] += 1;
    }
    Ok(counts)
}

impl<'a> Truth<'a> {
    fn of(files: &'a Files, hash: String) -> Result<Self, String> {
        let column = |file, column: &str| {
            let rows = table(files, file);
            let ids: BTreeSet<String> = rows.iter().filter_map(|row| row.get(column)).map(|&id| id.to_owned()).collect();
            ids.into_iter()
        };
        let tiny = Tiny::read(files, None)?;
        Ok(Self {
            files,
            optimum: tiny.optimum()?,
            tiny,
            hash,
            households: column("arcs.csv", "household")
                .chain(column("groups.csv", "household"))
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            dwellings: column("dwellings.csv", "dwelling").collect(),
            residences: column("dwellings.csv", "residence").collect(),
            quotas: column("quotas.csv", "quota").collect(),
        })
    }

    fn ids(&self) -> Vec<String> {
        [&self.households, &self.dwellings, &self.residences, &self.quotas].into_iter().flatten().cloned().collect()
    }

    /// Whether everything that is claimed is so.
    fn holds(&self, json: &Json, pairs: &Pairs) -> Result<(), String> {
        if json["problem"].as_str() != Some(&self.hash) {
            return Err("the hash is another problem's".into());
        }
        self.known(json, "")?;
        let (objective, bound) = (json["objective"].as_i64(), json["bound"].as_i64());
        if json["kind"] == "infeasible" {
            if objective.is_some() || bound.is_some() || !pairs.is_empty() {
                return Err("infeasible with a claim".into());
            }
            if let Some(optimum) = self.optimum {
                return Err(format!("infeasible, but {optimum} is possible"));
            }
            return self.conflict(json);
        }
        match objective {
            Some(objective) => {
                let worth = self.tiny.worth(pairs.iter().map(|(h, d)| (h.as_str(), d.as_str())));
                if worth.as_ref() != Ok(&objective) {
                    return Err(format!("objective {objective}, but the worth is {worth:?}"));
                }
            }
            None if !pairs.is_empty() => return Err("an allocation without an objective".into()),
            None => {}
        }
        match (bound, self.optimum) {
            (None, _) => Err("no bound".into()),
            (Some(bound), Some(optimum)) if bound < optimum => Err(format!("bound {bound} below the optimum {optimum}")),
            (Some(bound), _) if objective.is_some_and(|objective| objective > bound) => Err(format!("bound {bound} below the objective")),
            _ => Ok(()),
        }
    }

    /// The rows named conflict, and none of them can be left out.
    fn conflict(&self, json: &Json) -> Result<(), String> {
        let rows: Vec<String> = serde_json::from_value(json["rows"].clone()).map_err(|e| e.to_string())?;
        if rows.iter().collect::<BTreeSet<_>>().len() < rows.len() {
            return Err("a row of the set stands twice".into());
        }
        if Tiny::read(self.files, Some(&rows))?.optimum()?.is_some() {
            return Err(format!("rows {rows:?} do not conflict"));
        }
        for row in &rows {
            let rest: Vec<String> = rows.iter().filter(|other| *other != row).cloned().collect();
            if Tiny::read(self.files, Some(&rest))?.optimum()?.is_none() {
                return Err(format!("rows {rows:?} conflict without {row}"));
            }
        }
        Ok(())
    }

    /// Every id is one of the problem. `field` is the key under which `json` stands.
    fn known(&self, json: &Json, field: &str) -> Result<(), String> {
        let list = match field {
            "households" | "household" | "household_a" | "household_b" => &self.households,
            "dwellings" | "dwelling" => &self.dwellings,
            "quotas" | "quota" | "rows" | "without" => &self.quotas,
            "residence" => &self.residences,
            _ => &Vec::new(),
        };
        let check =
            |id: &String| if list.is_empty() || list.contains(id) { Ok(()) } else { Err(format!("{field} {id} is not of the problem")) };
        match json {
            Json::String(id) => check(id),
            Json::Array(values) => values.iter().try_for_each(|value| self.known(value, field)),
            Json::Object(fields) => fields.iter().try_for_each(|(key, value)| match field {
                "households" | "dwellings" | "quotas" => check(key),
                _ => self.known(value, key),
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families;

    fn job(seeds: u64) -> Job {
        Job { tries: seeds * PER_PROBLEM * families::names().len() as u64, seed: 500, threads: 2, family: None }
    }

    #[test]
    fn no_false_certificate_is_accepted() {
        let found = run(&job(8), &verify);
        assert!(found.bad.is_empty(), "{}", found.bad[0]);
        assert_eq!(found.refused + found.harmless, found.tries);
        assert!(found.tries > 3_500 && found.harmless > 200, "{found:?}");
    }

    /// A judge who overlooks something is found out.
    fn careless(name: &str, judge: impl Judge) {
        let found = run(&job(6), &judge);
        assert!(!found.bad.is_empty(), "a judge who {name} passes");
        assert!(found.bad.iter().all(|bad| bad.what.starts_with("accepted")), "{name}: {}", found.bad[0]);
    }

    #[test]
    fn every_careless_judge_is_found() {
        let with = |certificate: &Certificate, change: &dyn Fn(&mut Certificate)| {
            let mut certificate = certificate.clone();
            change(&mut certificate);
            certificate
        };
        careless("accepts everything", |_: &Problem, _: &Pairs, _: &Certificate| Ok(()));
        careless("does not look at the hash", |problem: &Problem, pairs: &Pairs, certificate: &Certificate| {
            verify(problem, pairs, &with(certificate, &|c| c.problem = problem.hash()))
        });
        careless("does not look at the allocation", |problem: &Problem, _: &Pairs, certificate: &Certificate| {
            verify(problem, &Pairs::new(), &with(certificate, &|c| c.objective = None))
        });
        careless("does not look at the objective", |problem: &Problem, pairs: &Pairs, certificate: &Certificate| {
            match verify(problem, pairs, certificate) {
                Err(Refusal::ObjectiveDiffers { .. }) => Ok(()),
                verdict => verdict,
            }
        });
        careless("gives away a point", |problem: &Problem, pairs: &Pairs, certificate: &Certificate| {
            let more = with(certificate, &|c| c.bound = c.bound.map(|bound| bound.saturating_add(1)));
            verify(problem, pairs, certificate).or_else(|_| verify(problem, pairs, &more))
        });
        careless("believes in any conflict", |problem: &Problem, pairs: &Pairs, certificate: &Certificate| {
            match (&certificate.proof, verify(problem, pairs, certificate)) {
                (
                    matcher_verify::Proof::Infeasible { .. },
                    Err(
                        Refusal::WitnessMissing { .. }
                        | Refusal::WitnessNotNeeded { .. }
                        | Refusal::WitnessWrong { .. }
                        | Refusal::Node { .. },
                    ),
                ) => Ok(()),
                (_, verdict) => verdict,
            }
        });
        careless("skips an arc", |problem: &Problem, pairs: &Pairs, certificate: &Certificate| match verify(problem, pairs, certificate) {
            Err(Refusal::ArcViolated { .. }) => Ok(()),
            verdict => verdict,
        });
    }
}
