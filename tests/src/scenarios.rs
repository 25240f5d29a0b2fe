//! Random scenarios for any town: changes that its tables allow, and some that they do not.

use matcher_core::scenario::{Outcome, Scenario, Town, parse_json};
use serde_json::{Value, json};

use crate::families::Draw;

/// A random scenario of one to three changes for `town`, whose answer is `outcome`; its JSON and itself.
///
/// # Errors
/// Where the scenario cannot be read: all of them are well formed.
pub fn random(town: &Town, outcome: &Outcome, draw: &mut Draw, number: usize) -> Result<(String, Scenario), String> {
    let changes: Vec<Value> = (0..draw.between(1, 3)).filter_map(|at| change(town, outcome, draw, &format!("{number}-{at}"))).collect();
    let text = json!({ "id": format!("scenario-{number}"), "change": changes }).to_string();
    let scenario = parse_json(&text, "scenario.json").map_err(|error| format!("{text} is refused: {error}"))?;
    Ok((text, scenario))
}

/// One of a list; nothing of nothing.
fn one<'t, T>(list: &'t [T], draw: &mut Draw) -> Option<&'t T> {
    if list.is_empty() { None } else { list.get(draw.position(list.len())) }
}

fn change(town: &Town, outcome: &Outcome, draw: &mut Draw, name: &str) -> Option<Value> {
    let tables = &town.tables;
    let offers: Vec<(&String, &String)> = outcome.offers.iter().collect();
    let vacant: Vec<_> = tables.dwellings.iter().filter(|row| row.available_from.is_some()).collect();
    // Mostly dwellings to allocate: the others change little.
    let dwelling = if draw.tenths(8) { one(&vacant, draw).copied() } else { one(&tables.dwellings, draw) }?;
    let household = one(&tables.households, draw)?;
    let offered = one(&offers, draw);
    let residence = one(&tables.residences, draw)?;
    let quota = one(&tables.quotas, draw).map(|quota| quota.id.as_str());
    let financing = ["PLAI", "PLUS", "PLS", "free"];
    let criteria = ["typology_fit", "distance", "effort_rate", "waiting_time", "mutual_help", "choice_rank"];
    let rules = ["effort_rate", "residual_income", "occupancy", "income_ceiling", "exclusions", "choices"];
    let reason = json!("essai");
    Some(match draw.position(20) {
        0 => json!({"kind": "close_dwelling", "dwelling": dwelling.id.as_str()}),
        1 => json!({"kind": "remove_dwelling", "dwelling": dwelling.id.as_str()}),
        2 => json!({"kind": "set_dwelling", "dwelling": dwelling.id.as_str(), "rent_eur_month": draw.between(150, 900)}),
        3 => {
            json!({"kind": "set_dwelling", "dwelling": dwelling.id.as_str(), "accessibility": "step_free", "financing": *one(&financing, draw)?})
        }
        4 => {
            json!({"kind": "add_dwelling", "dwelling": format!("N{name}"), "residence": residence.id, "typology": format!("T{}", draw.between(1, 4)),
                    "area_m2": draw.between(20, 90), "rent_eur_month": draw.between(200, 600), "financing": "PLUS"})
        }
        5 => json!({"kind": "convert_dwellings", "dwelling": dwelling.id.as_str(), "into": ["T2", "T1"]}),
        6 => json!({"kind": "add_lift", "residence": residence.id}),
        7 => json!({"kind": "withdraw_household", "household": household.id.as_str()}),
        8 => json!({"kind": "withdraw_household", "household": offered?.0}),
        9 => json!({"kind": "add_cohort", "prefix": format!("C{name}"), "count": draw.between(1, 6), "seed": draw.between(0, 99),
                    "age_min": 20, "age_max": draw.between(25, 80), "income_min_eur_year": 9000, "income_max_eur_year": 30_000}),
        10 | 11 => json!({"kind": "set_weight", "criterion": *one(&criteria, draw)?, "weight": draw.between(0, 40)}),
        12 => json!({"kind": "set_quota", "quota": quota?, "target": draw.between(0, 60)}),
        13 => json!({"kind": "set_quota", "quota": quota?, "max": draw.between(1, 90)}),
        14 => json!({"kind": "remove_quota", "quota": quota?}),
        15 => json!({"kind": "set_rule", "rule": *one(&rules, draw)?, "on": draw.tenths(5)}),
        16 => json!({"kind": "pin", "household": offered?.0, "dwelling": offered?.1, "reason": reason, "author": reason}),
        17 => json!({"kind": "forbid", "household": offered?.0, "dwelling": offered?.1, "reason": reason, "author": reason}),
        18 => json!({"kind": "set_affinities", "on": draw.tenths(5)}),
        _ => json!({"kind": "set_opening", "residence": residence.id, "available_from": "2026-06-01"}),
    })
}
