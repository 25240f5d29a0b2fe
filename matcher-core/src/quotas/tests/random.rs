//! What the rows count and cost, against what [`outcomes`] counts and costs, on towns nobody has chosen.

use super::*;
use crate::ids::draw;

struct Dice {
    seed: u64,
    thrown: u64,
}

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.thrown += 1;
        (draw(self.seed, &self.thrown.to_string()) % n.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, texts: &[&'a str]) -> &'a str {
        texts[self.below(texts.len())]
    }
}

fn random_town(dice: &mut Dice) -> Tables {
    let mut tables = Tables::default();
    let residences = 1 + dice.below(3);
    for r in 0..residences {
        let mut row = residence(&format!("R{r}"));
        row.territory = format!("T{}", r % 2);
        row.priority_district = dice.below(3) == 0;
        tables.residences.push(row);
    }
    let mut let_to = Vec::new();
    for d in 0..3 + dice.below(8) {
        let id = format!("D{d}");
        let mut row = dwelling(&id, &format!("R{}", dice.below(residences)));
        row.typology = 1 + dice.below(4) as u8;
        row.rooms = row.typology;
        row.staircase = dice.one_of(&["A", "B"]).into();
        row.reservation = dice.one_of(&["", "prefet"]).into();
        if dice.below(2) == 0 {
            row.available_from = None;
            let_to.push(id);
        }
        tables.dwellings.push(row);
    }
    for h in 0..2 + dice.below(8) {
        let id = format!("H{h}");
        let mut row = household(&id);
        row.priority_tags = if dice.below(3) == 0 { vec!["dalo".into()] } else { vec![] };
        row.charter_interest = dice.below(2) == 0;
        let size = 1 + dice.below(4);
        row.category = size as u8;
        let home = if dice.below(2) == 0 { let_to.pop() } else { None };
        if let Some(home) = home {
            tables.tenancies.push(tenancy(&home, &id));
            row.applying = dice.below(3) > 0;
            row.current_dwelling = home.as_str().into();
            if !row.applying {
                row.waiting_since = None;
            }
        }
        tables.households.push(row);
        for p in 0..size {
            let role = if p == 0 { Role::Reference } else { Role::Other };
            tables.persons.push(person(&id, role, if p == 0 { 20 + dice.below(70) as i64 } else { dice.below(90) as i64 }));
        }
    }
    tables
}

fn random_quota(dice: &mut Dice, id: &str) -> QuotaRow {
    let (measure, basis) = (dice.one_of(&["households", "persons"]), dice.one_of(&["stock", "flow", "run"]));
    let denominator = match (measure, basis) {
        ("persons", "run") => dice.one_of(&["", "offers"]),
        ("persons", _) => "",
        (_, "stock") => dice.one_of(&["", "dwellings"]),
        (_, "flow") => dice.one_of(&["", "dwellings", "leases", "offers"]),
        _ => dice.one_of(&["", "dwellings", "offers"]),
    };
    let groups: &[&str] = if measure == "persons" {
        &["*", "person_age=..17", "age=40.. & person_age=60..", "tag=dalo"]
    } else {
        &["*", "age=..39", "age=65..|40", "size=2..3", "tag=dalo", "tag!=dalo & charter=yes", "income_quartile=1..2"]
    };
    let scopes = [
        "*",
        "residence=R0",
        "territory=T0",
        "residence=*",
        "staircase=*",
        "priority_district=no",
        "reservation!=prefet & typology=2..",
        "typology=T1|T4",
    ];
    let (low, high) = (dice.below(40), dice.below(61));
    let number = |value: usize| if denominator.is_empty() { (value / 12).to_string() } else { format!("{value}.{}", value % 10) };
    let mut row = QuotaRow {
        scope: dice.one_of(&scopes).into(),
        group: dice.one_of(groups).into(),
        measure: measure.into(),
        basis: basis.into(),
        ..if denominator.is_empty() { quota(id) } else { share(id, denominator) }
    };
    let kind = dice.below(4);
    if kind != 1 {
        row.max = number(low + high);
        row.penalty_above = dice.one_of(&["", "7", "1000"]).into();
    }
    if kind == 2 {
        row.min = number(low);
        row.penalty_below = dice.one_of(&["5", "999"]).into();
    }
    if kind == 1 || kind == 3 {
        row.target = number(low);
        row.target_penalty = dice.one_of(&["0", "3", "1000"]).into();
        row.target_penalty_step = dice.one_of(&["", "0", "2"]).into();
    }
    row.rounding = dice.one_of(&["", "nearest", "outward"]).into();
    row
}

#[test]
fn rows_count_and_cost_what_outcomes_count_and_cost() {
    let (mut rows_seen, mut moves_seen, mut costs_seen) = (0, 0, 0);
    for seed in 0..400 {
        let mut dice = Dice { seed, thrown: 0 };
        let mut tables = random_town(&mut dice);
        tables.quotas = (0..4).map(|q| random_quota(&mut dice, &format!("q{q}"))).collect();
        let flows: Vec<String> =
            tables.quotas.iter().filter(|q| q.basis == "flow" && !q.scope.contains('*')).map(|q| q.id.clone()).collect();
        for id in flows {
            let (counted, more, later) = (dice.below(6) as i64, dice.below(6) as i64, dice.below(9) as i64);
            tables.ledger.push(ledger(&id, counted, counted + more, if later == 0 { 0 } else { counted + more + later + 11 }));
        }
        let (model, problem, lowered) = match lower(&tables, &policy()) {
            Ok(lowered) => lowered,
            // Bounds drawn so that no whole number lies between, and codes of places that this town does not have.
            Err(error) if error.to_string().contains("E1067") || error.to_string().contains("E1011") => continue,
            Err(error) => panic!("seed {seed}: {error}"),
        };
        let mut free: Vec<usize> = (0..problem.dwellings().len()).collect();
        let mut given = vec![None; problem.households().len()];
        for offer in &mut given {
            if !free.is_empty() && dice.below(3) > 0 {
                *offer = Some(DwellingIndex::new(free.swap_remove(dice.below(free.len()))));
            }
        }
        let mut counts = vec![0i64; problem.quotas().len()];
        for (h, offer) in given.iter().enumerate() {
            let Some(d) = offer else { continue };
            let arc = problem.arc(problem.find_arc(HouseholdIndex::new(h), *d).unwrap());
            for (quota, weight) in problem.cell(arc.cell) {
                counts[quota.index()] += weight;
            }
        }
        let outcomes = outcomes(&model, &lowered, &lowered.offers(&given));
        let mut costs = vec![Some(0i64); outcomes.len()];
        for (row, &count) in problem.quotas().iter().zip(&counts) {
            let position = lowered.rows.iter().find(|(id, _)| *id == row.id).unwrap().1.unwrap();
            let (stated, outcome) = (&lowered.quotas.stated[position], &outcomes[position]);
            let before = outcome.stock + outcome.ledger;
            match stated.bounds {
                Bounds::Count { .. } => assert_eq!(outcome.total, before + count, "seed {seed}, row {}", row.id),
                Bounds::Share { min, target, max } => {
                    let share = match row.id.rsplit('#').next().unwrap() {
                        "min" => min,
                        "max" => max,
                        _ => target,
                    };
                    let Fraction { numerator, denominator } = share.unwrap();
                    let parts = |counted: i64, all: i64| denominator * i128::from(counted) - numerator * i128::from(all);
                    let expected = parts(outcome.total, outcome.of.unwrap()) - parts(stated.ledger.0, stated.ledger.1);
                    assert_eq!(expected, i128::from(count), "seed {seed}, row {}", row.id);
                }
            }
            costs[position] = costs[position].zip(row.penalty(count)).map(|(sum, more)| sum + more);
            rows_seen += 1;
            moves_seen += usize::from(outcome.leaving > 0);
        }
        for (outcome, cost) in outcomes.iter().zip(costs) {
            match cost {
                Some(cost) => assert_eq!(outcome.penalty, cost, "seed {seed}: {outcome:?}"),
                None => assert_ne!(outcome.verdict, Verdict::Met, "seed {seed}: a hard row is broken: {outcome:?}"),
            }
            costs_seen += usize::from(outcome.penalty > 0);
        }
    }
    assert!(rows_seen > 2_000 && moves_seen > 100 && costs_seen > 300, "{rows_seen} rows, {moves_seen} moves, {costs_seen} costs");
}
