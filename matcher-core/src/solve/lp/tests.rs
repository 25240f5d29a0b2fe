//! Every answer is judged by weak duality, from the program's data, the values and the prices alone.

use super::*;

/// A linear congruential generator, so that a failing case can be named by its seed.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

struct Case {
    rows: Vec<(f64, f64)>,
    columns: Vec<Column>,
}

impl Case {
    /// Upper bound on the worth of any point from prices; with zero worths, negative = contradiction.
    fn bound(&self, price: &[f64], worths: bool) -> f64 {
        let mut bound: f64 = self.rows.iter().zip(price).map(|(r, p)| if *p > 0.0 { p * r.1 } else { p * r.0 }).sum();
        for c in &self.columns {
            let reduced = if worths { c.worth } else { 0.0 } - c.entries.iter().map(|&(i, a)| a * price[i]).sum::<f64>();
            bound += if reduced > 0.0 { reduced * c.upper } else { reduced * c.lower };
        }
        bound
    }

    fn judge(&self, program: &mut Program, what: &str) -> Option<f64> {
        let verdict = program.solve(&Allowed { pivots: 100_000, cutoff: None });
        match verdict {
            Verdict::Optimal => {
                let mut activity = vec![0.0; self.rows.len()];
                let mut worth = 0.0;
                for (j, c) in self.columns.iter().enumerate() {
                    let x = program.value(j);
                    assert!(x > c.lower - 1e-5 && x < c.upper + 1e-5, "{what}: column {j} is {x}");
                    worth += c.worth * x;
                    for &(i, a) in &c.entries {
                        activity[i] += a * x;
                    }
                }
                for (i, (r, a)) in self.rows.iter().zip(&activity).enumerate() {
                    assert!(*a > r.0 - 1e-5 && *a < r.1 + 1e-5, "{what}: row {i} is {a}");
                }
                let price = program.prices();
                let bound = self.bound(&price, true);
                assert!((bound - worth).abs() < 1e-4 * (1.0 + worth.abs()), "{what}: worth {worth}, prices prove {bound}");
                assert!((program.bound() - worth).abs() < 1e-4 * (1.0 + worth.abs()), "{what}: {} for {worth}", program.bound());
                Some(worth)
            }
            Verdict::Infeasible => {
                assert!(self.bound(program.ray(), false) < -1e-9, "{what}: the ray proves nothing");
                None
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

fn random_case(next: &mut impl FnMut(u64) -> u64, rows: usize, columns: usize) -> Case {
    let rows: Vec<(f64, f64)> = (0..rows)
        .map(|_| {
            let low = next(9) as f64 - 6.0;
            (low, low + next(8) as f64)
        })
        .collect();
    let columns = (0..columns)
        .map(|_| {
            let mut entries: Vec<(usize, f64)> = Vec::new();
            for i in 0..rows.len() {
                if next(3) == 0 {
                    entries.push((i, [1.0, 1.0, 1.0, -1.0, 2.0, 3.0][next(6) as usize]));
                }
            }
            Column { worth: next(41) as f64 - 20.0, noise: 1e-6 * next(9) as f64, lower: 0.0, upper: 1.0 + next(2) as f64, entries }
        })
        .collect();
    Case { rows, columns }
}

#[test]
fn random_programs_are_solved_or_refuted_with_proof() {
    let (mut solved, mut refuted) = (0, 0);
    for seed in 0..600 {
        let mut next = numbers(seed);
        let (m, n) = (1 + next(12) as usize, 1 + next(30) as usize);
        let case = random_case(&mut next, m, n);
        let mut program = Program::new(&case.rows, &case.columns);
        match case.judge(&mut program, &format!("seed {seed}")) {
            Some(_) => solved += 1,
            None => refuted += 1,
        }
    }
    assert!(solved > 100 && refuted > 100, "{solved} solved, {refuted} refuted");
}

/// Near its own prices a program has next to nothing left to do; near any others it comes to the same value.
#[test]
fn a_start_near_prices_gives_the_value_of_a_cold_start() {
    let (mut cold, mut near) = (0, 0);
    for seed in 0..400 {
        let mut next = numbers(seed + 5000);
        let (m, n) = (2 + next(12) as usize, 4 + next(30) as usize);
        let case = random_case(&mut next, m, n);
        let mut first = Program::new(&case.rows, &case.columns);
        let value = case.judge(&mut first, &format!("seed {seed} cold"));
        let mut other = Program::new(&case.rows, &case.columns);
        other.start_near(&(0..m).map(|_| next(21) as f64 - 10.0).collect::<Vec<_>>());
        let from_other = case.judge(&mut other, &format!("seed {seed} near others"));
        assert_eq!(value.is_some(), from_other.is_some(), "seed {seed}");
        if let (Some(value), Some(from_other)) = (value, from_other) {
            assert!((value - from_other).abs() < 1e-4 * (1.0 + value.abs()), "seed {seed}: {value} {from_other}");
            let mut again = Program::new(&case.rows, &case.columns);
            again.start_near(&first.prices());
            let from_own = case.judge(&mut again, &format!("seed {seed} near its own")).unwrap();
            assert!((value - from_own).abs() < 1e-4 * (1.0 + value.abs()), "seed {seed}: {value} {from_own}");
            cold += first.pivots();
            near += again.pivots();
        }
    }
    assert!(near * 4 < cold, "{near} pivots instead of {cold}");
}

#[test]
fn warm_starts_give_the_value_of_a_cold_start() {
    for seed in 0..300 {
        let mut next = numbers(seed + 1000);
        let (m, n) = (2 + next(10) as usize, 4 + next(25) as usize);
        let mut case = random_case(&mut next, m, n);
        let mut program = Program::new(&case.rows, &case.columns);
        case.judge(&mut program, &format!("seed {seed} first"));
        for round in 0..8 {
            let what = format!("seed {seed} round {round}");
            match next(4) {
                0 => {
                    let j = next(case.columns.len() as u64) as usize;
                    case.columns[j].upper = next(3) as f64;
                    program.set_column(j, 0.0, case.columns[j].upper);
                }
                1 => {
                    let i = next(m as u64) as usize;
                    case.rows[i].1 = case.rows[i].0 + next(9) as f64;
                    program.set_row(i, case.rows[i].0, case.rows[i].1);
                }
                2 => {
                    let more = random_case(&mut next, m, 3).columns;
                    let more: Vec<Column> = more
                        .into_iter()
                        .map(|mut c| {
                            c.entries.retain(|e| e.0 < m);
                            c
                        })
                        .collect();
                    program.add_columns(&more);
                    case.columns.extend(more);
                }
                _ => {
                    let entries: Vec<(usize, f64)> = (0..case.columns.len()).filter(|_| next(3) == 0).map(|j| (j, 1.0)).collect();
                    let upper = 1.0 + next(4) as f64;
                    for &(j, a) in &entries {
                        case.columns[j].entries.push((case.rows.len(), a));
                    }
                    case.rows.push((0.0, upper));
                    program.add_rows(&[Row { lower: 0.0, upper, entries }]);
                }
            }
            let warm = case.judge(&mut program, &what);
            let cold = case.judge(&mut Program::new(&case.rows, &case.columns), &what);
            match (warm, cold) {
                (Some(w), Some(c)) => assert!((w - c).abs() < 1e-4 * (1.0 + c.abs()), "{what}: warm {w}, cold {c}"),
                (None, None) => {}
                other => panic!("{what}: {other:?}"),
            }
        }
    }
}

#[test]
fn going_back_to_a_mark_restores_the_optimum() {
    for seed in 0..200 {
        let mut next = numbers(seed + 5000);
        let (m, n) = (2 + next(10) as usize, 4 + next(25) as usize);
        let case = random_case(&mut next, m, n);
        let mut program = Program::new(&case.rows, &case.columns);
        let Some(worth) = case.judge(&mut program, &format!("seed {seed}")) else { continue };
        let (mark, basis) = (program.mark(), program.basis());
        for trial in 0..4 {
            let j = next(n as u64) as usize;
            program.set_column(j, 0.0, 0.0);
            program.solve(&Allowed { pivots: 1 + next(20), cutoff: None });
            program.set_column(j, 0.0, case.columns[j].upper);
            if trial == 3 {
                program.set_basis(&basis);
            } else {
                program.back_to(&mark);
                assert!((program.bound() - worth).abs() < 1e-4 * (1.0 + worth.abs()), "seed {seed}");
            }
            assert_eq!(case.judge(&mut program, &format!("seed {seed} back")).map(|w| (w - worth).abs() < 1e-4), Some(true));
        }
    }
}

/// The best of all ways to give each household at most one free dwelling.
fn brute(scores: &[Vec<f64>], household: usize, taken: u32) -> f64 {
    if household == scores.len() {
        return 0.0;
    }
    let mut best = brute(scores, household + 1, taken);
    for (d, s) in scores[household].iter().enumerate() {
        if taken & (1 << d) == 0 {
            best = best.max(s + brute(scores, household + 1, taken | (1 << d)));
        }
    }
    best
}

#[test]
fn assignments_match_brute_force() {
    for seed in 0..60 {
        let mut next = numbers(seed + 9000);
        let (h, d) = (1 + next(6) as usize, 1 + next(5) as usize);
        let scores: Vec<Vec<f64>> = (0..h).map(|_| (0..d).map(|_| next(30) as f64 - 5.0).collect()).collect();
        let mut columns = Vec::new();
        for (i, row) in scores.iter().enumerate() {
            for (j, &worth) in row.iter().enumerate() {
                columns.push(Column { worth, noise: 0.0, lower: 0.0, upper: 1.0, entries: vec![(i, 1.0), (h + j, 1.0)] });
            }
        }
        let case = Case { rows: vec![(0.0, 1.0); h + d], columns };
        let worth = case.judge(&mut Program::new(&case.rows, &case.columns), &format!("seed {seed}"));
        assert!((worth.unwrap() - brute(&scores, 0, 0)).abs() < 1e-6, "seed {seed}: {worth:?}");
    }
}

#[test]
fn a_cutoff_stops_early_and_a_limit_says_so() {
    let columns: Vec<Column> =
        (0..9).map(|j| Column { worth: 1.0 + j as f64, noise: 0.0, lower: 0.0, upper: 1.0, entries: vec![(j % 3, 1.0)] }).collect();
    let mut program = Program::new(&[(0.0, 1.0); 3], &columns);
    assert_eq!(program.solve(&Allowed { pivots: 100, cutoff: Some(1000.0) }), Verdict::Cutoff);
    let mut program = Program::new(&[(0.0, 1.5), (0.0, 1.5), (0.0, 1.5)], &columns);
    assert_eq!(program.solve(&Allowed { pivots: 0, cutoff: None }), Verdict::Limit);
    assert_eq!(program.pivots(), 0);
}
