use super::*;
use crate::eligibility::Eligibility;
use crate::error::{Error, Report};
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::model::Model;
use crate::model::testing::{dwelling, household, model, person, policy, policy_with, residence, tenancy, town};
use crate::policy::Policy;
use crate::problem::{Problem, Scope};
use crate::scoring::Scoring;
use crate::tables::rows::{Role, Tables};

/// A quota with every word set: a stock count of all households everywhere, without bounds.
fn quota(id: &str) -> QuotaRow {
    QuotaRow {
        line: 2,
        id: id.into(),
        version: "1".into(),
        valid_from: "2025-01-01".into(),
        author: "tests".into(),
        legal_basis: "a law".into(),
        scope: "*".into(),
        group: "*".into(),
        measure: "households".into(),
        basis: "stock".into(),
        unit: "count".into(),
        ..QuotaRow::default()
    }
}

fn share(id: &str, denominator: &str) -> QuotaRow {
    QuotaRow { unit: "share".into(), denominator: denominator.into(), ..quota(id) }
}

fn ledger(quota: &str, counted: i64, signed: i64, expected: i64) -> LedgerRow {
    LedgerRow { line: 2, quota: quota.into(), counted, signed, expected }
}

/// The problem of `tables` where every pair is eligible and worth 0.
fn lower(tables: &Tables, policy: &Policy) -> Result<(Model, Problem, Lowered), Error> {
    let model = model(tables);
    let book = Book { quotas: &tables.quotas, ledger: &tables.ledger };
    let (problem, lowered) = problem(&model, policy, book, &Eligibility::default(), &Scoring::default())?;
    Ok((model, problem, lowered))
}

fn with(mut tables: Tables, quotas: Vec<QuotaRow>) -> Tables {
    tables.quotas = quotas;
    tables
}

/// (id, min, max, penalty below, penalty above)
type Row<'a> = (&'a str, Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// The rows of a problem.
fn rows(problem: &Problem) -> Vec<Row<'_>> {
    problem.quotas().iter().map(|q| (q.id.as_str(), q.min, q.max, q.penalty_below, q.penalty_above)).collect()
}

/// Weight of every pair in the row `id`, as (household, dwelling, weight), zeros left out.
fn weights(problem: &Problem, id: &str) -> Vec<(String, String, i64)> {
    let row = problem.quotas().iter().position(|q| q.id == id).unwrap();
    let mut found = Vec::new();
    for (h, name) in problem.households().iter().enumerate() {
        for arc in problem.arcs(HouseholdIndex::new(h)) {
            for (quota, weight) in problem.cell(arc.cell) {
                if quota.index() == row {
                    found.push((name.clone(), problem.dwellings()[arc.dwelling.index()].id.clone(), *weight));
                }
            }
        }
    }
    found
}

fn triples(expected: &[(&str, &str, i64)]) -> Vec<(String, String, i64)> {
    expected.iter().map(|&(h, d, weight)| (h.to_owned(), d.to_owned(), weight)).collect()
}

/// Codes and columns of everything that is wrong.
fn refused(tables: &Tables, policy: &Policy) -> Vec<(&'static str, String)> {
    match lower(tables, policy) {
        Ok(_) => Vec::new(),
        Err(Error::Input { report }) => {
            report.errors.into_iter().map(|finding| (finding.code, finding.column.unwrap_or_default())).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

fn warned(tables: &Tables, policy: &Policy) -> Vec<&'static str> {
    let (_, _, lowered) = lower(tables, policy).unwrap();
    lowered.warnings.into_iter().map(|finding| finding.code).collect()
}

/// Offers by id, with the model's indices.
fn offers(model: &Model, pairs: &[(&str, &str)]) -> Vec<Option<DwellingIndex>> {
    let mut offers = vec![None; model.households.len()];
    for (h, d) in pairs {
        let household = model.households.id.iter().position(|id| id == h).unwrap();
        offers[household] = Some(DwellingIndex::new(model.dwellings.id.iter().position(|id| id == d).unwrap()));
    }
    offers
}

// The town of the tests: D1, D2 (R1) and D4 (R2) are vacant; H3 (30, three persons) lives in D3 (R1) and applies, H4 (80) lives in D5 (R2).

#[test]
fn tenancies_are_subtracted_and_shares_are_taken_of_all_dwellings() {
    let seniors = QuotaRow {
        scope: "residence=R2".into(),
        group: "age=65..".into(),
        min: "75".into(),
        penalty_below: "7".into(),
        ..share("seniors", "dwellings")
    };
    // R2 has two dwellings: 75 % are 1.5, outward 1; H4 of 80 lives there already.
    let (_, problem, lowered) = lower(&with(town(), vec![seniors]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("seniors", Some(0), None, Some(7), None)]);
    assert!(matches!(problem.quotas()[0].scope, Some(Scope::Residence(_))));
    assert_eq!(weights(&problem, "seniors"), triples(&[("H2", "D4", 1)]));
    assert_eq!(lowered.rows, [("seniors".to_owned(), Some(0))]);
}

#[test]
fn legal_minima_round_up() {
    let seniors = QuotaRow { scope: "residence=R2".into(), group: "age=65..".into(), min: "75".into(), ..share("seniors", "dwellings") };
    let (_, problem, _) = lower(&with(town(), vec![seniors]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("seniors", Some(1), None, None, None)]);
}

#[test]
fn a_transfer_frees_its_place() {
    let young = QuotaRow { scope: "residence=R1".into(), group: "age=..40".into(), max: "2".into(), ..quota("young") };
    let (model, problem, lowered) = lower(&with(town(), vec![young]), &policy()).unwrap();
    // H3 lives in R1: one more may come; it counts nothing on moves within R1, and minus one where it leaves R1.
    assert_eq!(rows(&problem), [("young", None, Some(1), None, None)]);
    assert_eq!(weights(&problem, "young"), triples(&[("H1", "D1", 1), ("H1", "D2", 1), ("H3", "D4", -1)]));
    let outcome = &outcomes(&model, &lowered, &offers(&model, &[("H1", "D1"), ("H3", "D4")]))[0];
    assert_eq!((outcome.stock, outcome.leaving, outcome.arriving, outcome.total), (1, 1, 1, 1));
    assert_eq!(outcome.verdict, Verdict::Met);
}

#[test]
fn persons_are_counted_by_their_own_age() {
    let children = QuotaRow {
        scope: "*".into(),
        group: "person_age=..17 & category=3".into(),
        measure: "persons".into(),
        max: "5".into(),
        ..quota("children")
    };
    let (_, problem, _) = lower(&with(town(), vec![children]), &policy()).unwrap();
    // The two children of H3 live in the scope already and stay in it wherever they move.
    assert_eq!(rows(&problem), [("children", None, Some(3), None, None)]);
    assert_eq!(weights(&problem, "children"), []);
}

#[test]
fn a_hard_maximum_that_is_broken_already_must_not_get_worse() {
    let old = QuotaRow { scope: "residence=R2".into(), group: "age=65..".into(), max: "0".into(), ..quota("old") };
    let (model, problem, lowered) = lower(&with(town(), vec![old]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("old", None, Some(0), None, None)]);
    let outcome = &outcomes(&model, &lowered, &[None, None, None])[0];
    assert_eq!((outcome.total, outcome.inherited_excess, outcome.verdict, outcome.penalty), (1, 1, Verdict::Inherited, 0));
}

#[test]
fn a_priced_maximum_that_is_broken_already_keeps_its_price() {
    let old =
        QuotaRow { scope: "residence=R2".into(), group: "age=65..".into(), max: "0".into(), penalty_above: "5".into(), ..quota("old") };
    let (model, problem, lowered) = lower(&with(town(), vec![old]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("old", None, Some(-1), None, Some(5))]);
    let outcome = &outcomes(&model, &lowered, &offers(&model, &[("H2", "D4")]))[0];
    assert_eq!((outcome.total, outcome.penalty, outcome.verdict), (2, 10, Verdict::Missed));
}

#[test]
fn the_ledger_counts_for_a_flow() {
    let poorest = |min: &str, price: &str| QuotaRow {
        basis: "flow".into(),
        group: "income_quartile=1".into(),
        min: min.into(),
        penalty_below: price.into(),
        ..share("poorest", "leases")
    };
    let flow = |min: &str, price: &str, row: LedgerRow| {
        let mut tables = with(town(), vec![poorest(min, price)]);
        tables.ledger = vec![row];
        let (_, problem, _) = lower(&tables, &policy()).unwrap();
        problem.quotas()[0].min
    };
    // 3 dwellings to let. Expected 40: 25 % are 10, 4 are signed.
    assert_eq!(flow("25", "9", ledger("poorest", 4, 20, 40)), Some(6));
    // Hard: the 17 leases after this run can still bring the rest.
    assert_eq!(flow("25", "", ledger("poorest", 4, 20, 40)), Some(6 - 17));
    // Nothing expected is written: signed so far and possible in this run, 23; 25 % are 5.75.
    assert_eq!(flow("25", "9", ledger("poorest", 4, 20, 0)), Some(5 - 4));
    assert_eq!(flow("25", "", ledger("poorest", 4, 20, 0)), Some(6 - 4));
    assert_eq!(flow("0", "", ledger("poorest", 4, 20, 0)), Some(-4));
    assert_eq!(flow("100", "", ledger("poorest", 20, 20, 0)), Some(3));
}

#[test]
fn a_minimum_of_the_year_may_stay_open() {
    let poorest = QuotaRow { basis: "flow".into(), group: "income_quartile=1".into(), min: "25".into(), ..share("poorest", "leases") };
    let mut tables = with(town(), vec![poorest]);
    tables.ledger = vec![ledger("poorest", 4, 20, 40)];
    let (model, _, lowered) = lower(&tables, &policy()).unwrap();
    let outcome = &outcomes(&model, &lowered, &[None, None, None])[0];
    assert_eq!((outcome.ledger, outcome.total, outcome.min, outcome.of), (4, 4, Some(10), Some(40)));
    assert_eq!((outcome.away, outcome.verdict), (6, Verdict::Open));
}

#[test]
fn a_share_of_the_offers_is_exact() {
    let charter = QuotaRow {
        basis: "run".into(),
        group: "size=2..".into(),
        min: "33.3".into(),
        max: "50".into(),
        penalty_below: "5000".into(),
        ..share("families", "offers")
    };
    let (model, problem, lowered) = lower(&with(town(), vec![charter]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("families#max", None, Some(0), None, None), ("families#min", Some(0), None, Some(5), None)]);
    let of = |id: &str, household: &str| weights(&problem, id).into_iter().find(|w| w.0 == household).unwrap().2;
    assert_eq!([of("families#min", "H1"), of("families#min", "H2")], [-333, 667]);
    assert_eq!([of("families#max", "H1"), of("families#max", "H2")], [-1, 1]);
    let outcome = &outcomes(&model, &lowered, &offers(&model, &[("H1", "D1")]))[0];
    // 0 of 1 against 33.3 %: 333 parts short, 5 points each.
    assert_eq!((outcome.total, outcome.of, outcome.min, outcome.max, outcome.penalty), (0, Some(1), Some(1), Some(0), 1_665));
}

#[test]
fn a_target_is_convex() {
    let young = QuotaRow {
        scope: "residence=R1".into(),
        group: "age=..45".into(),
        target: "50".into(),
        target_penalty: "10".into(),
        target_penalty_step: "4".into(),
        ..share("young", "dwellings")
    };
    // R1 has 3 dwellings: the target is 1.5, so 1 and 2 are on it. H3 lives there.
    let (model, problem, lowered) = lower(&with(town(), vec![young]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("young#1", Some(0), Some(1), Some(10), Some(10))]);
    let outcome = &outcomes(&model, &lowered, &offers(&model, &[("H3", "D4")]))[0];
    assert_eq!((outcome.total, outcome.target_low, outcome.target_high, outcome.away, outcome.penalty), (0, Some(1), Some(2), 1, 10));

    let many = QuotaRow { target: "40".into(), target_penalty: "10".into(), target_penalty_step: "4".into(), ..quota("many") };
    let (model, problem, lowered) = lower(&with(town(), vec![many]), &policy()).unwrap();
    // Two live here: 38 away from 40 of all.
    assert_eq!(rows(&problem).len(), MOST_STEPS as usize);
    assert_eq!(rows(&problem)[1], ("many#10", Some(40 - 9 - 2), Some(40 + 9 - 2), Some(4), Some(4)));
    let outcome = &outcomes(&model, &lowered, &[None, None, None])[0];
    let steps: i64 = (1..MOST_STEPS).map(|k| 38 - k).sum();
    assert_eq!(outcome.penalty, 38 * 10 + 4 * steps);
}

#[test]
fn one_row_stands_for_a_quota_of_each_residence() {
    let each = QuotaRow { scope: "residence=* & programme=cocoon_ages".into(), max: "9".into(), ..quota("all") };
    let tables = with(town(), vec![each.clone()]);
    let (_, problem, lowered) = lower(&tables, &policy()).unwrap();
    assert_eq!(rows(&problem), [("all:R2", None, Some(8), None, None)]);
    assert_eq!(lowered.quota_of("all:R2").map(StatedQuota::scope_text).unwrap(), "residence=R2 & programme=cocoon_ages");
    let nowhere = with(town(), vec![QuotaRow { scope: "residence=* & programme=other".into(), ..each.clone() }]);
    assert_eq!(warned(&nowhere, &policy()), ["E1563"]);
    let every = with(town(), vec![QuotaRow { scope: "residence=*".into(), ..each }]);
    let (_, problem, lowered) = lower(&every, &policy_with("quotas_off = ['all:R1']")).unwrap();
    assert_eq!(rows(&problem), [("all:R2", None, Some(8), None, None)]);
    assert_eq!(lowered.quotas.set_aside, [SetAside { id: "all:R1".into(), reason: "switched_off" }]);
}

#[test]
fn the_policy_replaces_and_switches_off() {
    let tables = with(town(), vec![QuotaRow { max: "2".into(), ..quota("a") }, QuotaRow { max: "2".into(), ..quota("b") }]);
    let row = "[[quota]]\nid = 'a'\nversion = '2'\nvalid_from = '2025-01-01'\nauthor = 'x'\nscope = '*'\ngroup = '*'\nmeasure = 'households'\n\
               basis = 'run'\nunit = 'count'\nmax = '1'\n";
    let (_, problem, lowered) = lower(&tables, &policy_with(&format!("quotas_off = ['b']\n{row}"))).unwrap();
    assert_eq!(rows(&problem), [("a", None, Some(1), None, None)]);
    assert_eq!((lowered.quotas.stated[0].text.version.as_str(), lowered.quotas.set_aside.len()), ("2", 1));
    assert_eq!(refused(&tables, &policy_with("quotas_off = ['c']")), [("E1011", "quotas_off".to_owned())]);
}

#[test]
fn validity_is_looked_at() {
    for (from, to, applied) in
        [("2025-06-15", "", true), ("2025-06-16", "", false), ("2025-01-01", "2025-06-15", true), ("2025-01-01", "2025-06-14", false)]
    {
        let row = QuotaRow { valid_from: from.into(), valid_to: to.into(), max: "1".into(), ..quota("q") };
        let tables = with(town(), vec![row]);
        let (_, problem, lowered) = lower(&tables, &policy()).unwrap();
        assert_eq!((problem.quotas().len(), lowered.quotas.set_aside.len()), if applied { (1, 0) } else { (0, 1) }, "{from} {to}");
        assert_eq!(warned(&tables, &policy()), if applied { vec![] } else { vec!["E1562"] });
    }
}

#[test]
fn protected_grounds_need_a_basis() {
    let row = |group: &str, basis: &str, price: &str| QuotaRow {
        group: group.into(),
        legal_basis: basis.into(),
        max: "1".into(),
        penalty_above: price.into(),
        ..quota("q")
    };
    let check = |row: QuotaRow| {
        let tables = with(town(), vec![row]);
        let errors: Vec<_> = refused(&tables, &policy()).into_iter().map(|e| e.0).collect();
        if errors.is_empty() { warned(&tables, &policy()) } else { errors }
    };
    assert_eq!(check(row("age=65..", "", "")), ["E1548"]);
    assert_eq!(check(row("age!=65..", "", "")), ["E1548"]);
    assert_eq!(check(QuotaRow { measure: "persons".into(), ..row("person_age=..17", " ", "") }), ["E1548"]);
    assert_eq!(check(row("age=65.. & category=2", "", "5")), ["E1560"]);
    assert_eq!(check(row("size=5..", "", "")), ["E1549"]);
    assert_eq!(check(row("category=3..", "", "5")), ["E1560"]);
    assert_eq!(check(row("income_quartile=1", "", "")), [""; 0]);
    assert_eq!(check(row("age=65..", "loi ASV art. 20", "")), [""; 0]);
    let mut reserved = with(town(), vec![row("age=65..", "loi ASV art. 20", "")]);
    reserved.dwellings[0].reservation = "prefet".into();
    assert_eq!(warned(&reserved, &policy()), ["E1561"]);
    reserved.quotas[0].scope = "reservation!=prefet".into();
    assert_eq!(warned(&reserved, &policy()), [""; 0]);
}

#[test]
fn every_fault_of_a_row_is_found() {
    let bad = QuotaRow { version: String::new(), valid_from: "2025-02-30".into(), ..quota("q:1") };
    let codes = |row: QuotaRow| refused(&with(town(), vec![row]), &policy());
    let columns = |found: &[(&'static str, &'static str)]| found.iter().map(|(c, p)| (*c, (*p).to_owned())).collect::<Vec<_>>();
    assert_eq!(codes(bad), columns(&[("E1546", "id"), ("E1547", "valid_from"), ("E1546", "version")]));
    let bad = QuotaRow {
        scope: "residence=R9 & colour=red".into(),
        group: "age=old".into(),
        measure: "people".into(),
        basis: "month".into(),
        unit: "share".into(),
        rounding: "up".into(),
        min: "-1".into(),
        max: "101".into(),
        penalty_below: "1.5".into(),
        penalty_above: "-1".into(),
        ..quota("q")
    };
    let mut found = codes(bad);
    found.sort();
    let expected = [
        ("E1541", "scope"),
        ("E1542", "group"),
        ("E1543", "max"),
        ("E1543", "min"),
        ("E1544", "basis"),
        ("E1544", "denominator"),
        ("E1544", "measure"),
        ("E1544", "rounding"),
        ("E1550", "penalty_above"),
        ("E1550", "penalty_below"),
    ];
    assert_eq!(found, columns(&expected));
    assert_eq!(codes(QuotaRow { scope: "residence=R9".into(), max: "1".into(), ..quota("q") }), columns(&[("E1011", "scope")]));
    assert_eq!(codes(quota("q")), columns(&[("E1551", "min")]));
    assert_eq!(codes(QuotaRow { target: "1".into(), ..quota("q") }), columns(&[("E1552", "target_penalty")]));
    assert_eq!(codes(QuotaRow { valid_to: "2024-12-31".into(), max: "1".into(), ..quota("q") }), columns(&[("E1547", "valid_to")]));
}

#[test]
fn a_minimum_above_the_maximum_is_refused() {
    let row = |min: &str, max: &str, rounding: &str| QuotaRow {
        min: min.into(),
        max: max.into(),
        rounding: rounding.into(),
        ..share("q", "dwellings")
    };
    let codes = |row: QuotaRow| refused(&with(town(), vec![row]), &policy());
    assert_eq!(codes(row("50", "40", "")), [("E1067", "min".to_owned())]);
    // Of 5 dwellings: 2.5 to 2.75 households; no whole number lies between.
    assert_eq!(codes(row("50", "55", "")), [("E1067", "min".to_owned())]);
    assert_eq!(codes(row("50", "55", "outward")), []);
    assert_eq!(codes(row("0", "100", "")), []);
    assert_eq!(codes(row("100", "100", "")), []);
}

#[test]
fn what_has_no_meaning_together_is_refused() {
    let with_basis = |basis: &str, row: QuotaRow| QuotaRow { basis: basis.into(), max: "50".into(), ..row };
    let persons = |row: QuotaRow| QuotaRow { measure: "persons".into(), ..row };
    for row in [
        with_basis("stock", share("q", "leases")),
        with_basis("stock", share("q", "offers")),
        with_basis("run", share("q", "leases")),
        with_basis("run", persons(share("q", "dwellings"))),
        with_basis("flow", persons(share("q", "offers"))),
        with_basis("run", QuotaRow { group: "person_age=3..".into(), ..quota("q") }),
        with_basis("stock", QuotaRow { group: "transfer=yes".into(), ..quota("q") }),
    ] {
        let found = refused(&with(town(), vec![row.clone()]), &policy());
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), ["E1545"], "{row:?}");
    }
}

#[test]
fn an_empty_class_with_a_hard_minimum_stays_a_row() {
    let nobody = QuotaRow { basis: "run".into(), group: "tag=unknown".into(), min: "1".into(), ..quota("nobody") };
    let tables = with(town(), vec![nobody]);
    let (_, problem, _) = lower(&tables, &policy()).unwrap();
    assert_eq!(rows(&problem), [("nobody", Some(1), None, None, None)]);
    assert_eq!(weights(&problem, "nobody"), []);
    assert_eq!(warned(&tables, &policy()), ["E1567"]);
}

#[test]
fn a_residence_without_anything_to_decide_is_no_row() {
    let mut tables = with(town(), vec![QuotaRow { scope: "residence=R2".into(), min: "2".into(), ..quota("full") }]);
    tables.dwellings[3].available_from = None;
    let (model, problem, lowered) = lower(&tables, &policy()).unwrap();
    assert_eq!(rows(&problem), []);
    let outcome = &outcomes(&model, &lowered, &[None, None, None])[0];
    assert_eq!((outcome.in_run, outcome.total, outcome.away, outcome.verdict), (false, 1, 1, Verdict::Inherited));
}

#[test]
fn pins_are_hard_rows_of_one_pair() {
    let pin = |h: &str, d: &str| format!("[[pins]]\nhousehold = '{h}'\ndwelling = '{d}'\nreason = 'r'\nauthor = 'a'\n");
    let (_, problem, lowered) = lower(&town(), &policy_with(&pin("H1", "D4"))).unwrap();
    assert_eq!(rows(&problem), [("pin:H1", Some(1), None, None, None)]);
    assert_eq!(weights(&problem, "pin:H1"), triples(&[("H1", "D4", 1)]));
    assert_eq!(lowered.rows, [("pin:H1".to_owned(), None)]);
    for (h, d) in [("H9", "D4"), ("H1", "D9"), ("H1", "D3")] {
        assert_eq!(refused(&town(), &policy_with(&pin(h, d))), [("E1011", "pins".to_owned())], "{h} {d}");
    }
    // A rule that refuses the pair is not lifted.
    let (model, policy) = (model(&town()), policy_with(&pin("H2", "D4")));
    let mut report = Report::default();
    let eligibility = Eligibility::prepare(&model, &policy, &mut report);
    let error = problem_error(&model, &policy, &eligibility);
    assert!(error.contains("E1554") && error.contains("occupancy"), "{error}");
}

fn problem_error(model: &Model, policy: &Policy, eligibility: &Eligibility<'_>) -> String {
    problem(model, policy, Book::default(), eligibility, &Scoring::default()).unwrap_err().to_string()
}

#[test]
fn a_ledger_row_names_its_quota() {
    let mut tables = with(town(), vec![QuotaRow { scope: "residence=*".into(), basis: "flow".into(), max: "1".into(), ..quota("q") }]);
    tables.ledger = vec![ledger("q", 1, 1, 1)];
    assert_eq!(refused(&tables, &policy()), [("E1011", "quota".to_owned())]);
    tables.ledger = vec![ledger("q:R1", 1, 1, 1)];
    let (_, problem, lowered) = lower(&tables, &policy()).unwrap();
    assert_eq!(rows(&problem), [("q:R1", None, Some(0), None, None), ("q:R2", None, Some(1), None, None)]);
    assert_eq!(lowered.warnings.iter().map(|w| w.code).collect::<Vec<_>>(), ["E1564"], "R2 has no ledger row");
}

mod random;

#[test]
fn presets_run_on_a_town_without_a_fault() {
    let model = model(&town());
    for preset in crate::policy::PRESETS {
        let policy = preset.policy().unwrap();
        let mut report = Report::default();
        let eligibility = Eligibility::prepare(&model, &policy, &mut report);
        let scoring = Scoring::prepare(&model, &policy, &mut report);
        assert_eq!(report.errors, [], "{}", preset.name);
        let (problem, lowered) = problem(&model, &policy, Book::default(), &eligibility, &scoring).unwrap();
        assert!(problem.arc_count() > 0 && !problem.quotas().is_empty(), "{}", preset.name);
        assert_eq!(lowered.quotas.set_aside, [], "{}", preset.name);
    }
}

#[test]
fn empty_homes_can_be_priced() {
    let filled = QuotaRow { basis: "run".into(), min: "100".into(), penalty_below: "50".into(), ..share("filled", "dwellings") };
    let (model, problem, lowered) = lower(&with(town(), vec![filled]), &policy()).unwrap();
    assert_eq!(rows(&problem), [("filled", Some(3), None, Some(50), None)]);
    let outcome = &outcomes(&model, &lowered, &offers(&model, &[("H1", "D1")]))[0];
    assert_eq!((outcome.total, outcome.of, outcome.away, outcome.penalty), (1, Some(3), 2, 100));
}
