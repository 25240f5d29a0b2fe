//! From the rows people write to quotas as they hold in this run: filters read, bounds computed, faults reported together.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Place, Report};
use crate::model::Model;
use crate::policy::Policy;
use crate::tables::rows::{LedgerRow, QuotaRow, Tables};
use crate::units::Date;

use super::filter::{Fault, Field, Filter, Home};
use super::number::{Decimal, Fraction, Rounding};
use super::scopes::in_tables;
use super::stated::{Basis, Bounds, Denominator, Measure, Origin, Quotas, SetAside, StatedQuota};
use super::{Book, legal};

/// Reads every quota of the tables and the policy against the model. Faults and warnings go into the report; quotas at fault are left out.
///
/// A quota of the policy replaces the row of the table with the same id; `quotas_off` and the validity at the reference date take
/// quotas out, which is reported.
pub fn read(model: &Model, policy: &Policy, book: Book<'_>, report: &mut Report) -> Quotas {
    let mut rows: BTreeMap<&str, (&QuotaRow, Origin)> = BTreeMap::new();
    for row in book.quotas {
        let origin = Origin { file: "quotas.csv", line: row.line };
        if rows.insert(&row.id, (row, origin)).is_some() {
            report.error("E1009", origin.place("id"), format!("the quota id {} stands twice", row.id), "keep one row");
        }
    }
    for row in &policy.quotas {
        rows.insert(&row.id, (row, Origin { file: "policy.toml", line: 0 }));
    }
    let mut quotas = Quotas::default();
    // What may be switched off, and what the ledger may name: a row that stands for several quotas has one ledger row for each of them.
    let (mut seen, mut counted): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for (id, (row, origin)) in rows {
        seen.insert(id.to_owned());
        counted.insert(id.to_owned());
        let Some(valid) = lint_identity(row, origin, model.date, report) else { continue };
        if policy.quotas_off.iter().any(|off| off == id) {
            quotas.set_aside.push(SetAside { id: id.into(), reason: "switched_off" });
        } else if !valid {
            quotas.set_aside.push(SetAside { id: id.into(), reason: "not_valid" });
            report.warning(
                "E1562",
                origin.place("valid_from"),
                format!("quota {id} does not hold at the reference date and is not applied"),
                "nothing, or correct its validity",
            );
        } else if let Some(form) = Form::read(row, origin, report)
            .filter(|form| known_codes(&form.scope.unknown_places(|field, code| in_model(model, field, code)), id, origin, report))
        {
            if form.scope.each().is_some() {
                counted.remove(id);
            }
            let each = expand(model, row, &form.scope);
            if each.iter().all(|(_, _, dwellings)| dwellings.is_empty()) {
                let cause = format!("quota {id}: no dwelling is in its scope");
                report.warning("E1563", origin.place("scope"), cause, "check the codes of the scope");
            }
            for (id, scope_filter, scope) in each {
                seen.insert(id.clone());
                counted.insert(id.clone());
                if policy.quotas_off.contains(&id) {
                    quotas.set_aside.push(SetAside { id, reason: "switched_off" });
                } else if let Some(quota) = form.state(model, row, id, (scope_filter, scope), book.ledger, origin, report) {
                    legal::check(&quota, model, report);
                    quotas.stated.push(quota);
                }
            }
        }
    }
    for id in policy.quotas_off.iter().filter(|id| !seen.contains(*id)) {
        let place = Place::file("policy.toml").column("quotas_off");
        report.error("E1011", place, format!("the quota {id} is not known"), "correct the id or remove it");
    }
    for row in book.ledger.iter().filter(|row| !counted.contains(&row.quota)) {
        let place = Place::file("ledger.csv").row(row.line).column("quota");
        let action = "correct the id, or add the quota; where a quota stands for one of each, name each of them (quota:code)";
        report.error("E1011", place, format!("the quota {} is not known", row.quota), action);
    }
    quotas.stated.sort_by(|a, b| a.id.cmp(&b.id));
    quotas.set_aside.sort_by(|a, b| a.id.cmp(&b.id));
    quotas
}

/// Checks id, version, author and validity; `Some(true)` where the quota holds at `date`, `None` where that cannot be said.
fn lint_identity(row: &QuotaRow, origin: Origin, date: Date, report: &mut Report) -> Option<bool> {
    let before = report.errors.len();
    for (column, text) in [("id", &row.id), ("version", &row.version), ("valid_from", &row.valid_from), ("author", &row.author)] {
        if text.trim().is_empty() {
            let action = "write it: people must know who decided what, and since when";
            report.error("E1546", origin.place(column), format!("quota {}: {column} is empty", row.id), action);
        }
    }
    if row.id.contains(['#', ':']) {
        report.error(
            "E1546",
            origin.place("id"),
            format!("quota {}: the id has a # or a colon, which name its parts", row.id),
            "use other characters",
        );
    }
    let mut day = |column: &'static str, text: &str| {
        let day = text.trim().parse::<Date>().ok();
        if day.is_none() && !text.trim().is_empty() {
            let cause = format!("quota {}: this is not a day of the calendar", row.id);
            report.error("E1547", origin.place(column), cause, "write YYYY-MM-DD");
        }
        day
    };
    let (from, to) = (day("valid_from", &row.valid_from), day("valid_to", &row.valid_to));
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        let cause = format!("quota {}: the last day is before the first", row.id);
        report.error("E1547", origin.place("valid_to"), cause, "correct one of the two");
    }
    (report.errors.len() == before).then(|| from.is_none_or(|from| from <= date) && to.is_none_or(|to| date <= to))
}

/// One (id, scope, its dwellings) per residence, territory or staircase where the scope says "each", otherwise the scope itself.
fn expand(model: &Model, row: &QuotaRow, scope: &Filter) -> Vec<(String, Filter, Vec<usize>)> {
    let holds = |dwelling| Home::of(model, dwelling).is_some_and(|home| scope.holds_dwelling(&home));
    let held = model.park.iter().enumerate().filter(|(_, dwelling)| holds(dwelling));
    let Some(field) = scope.each() else { return vec![(row.id.clone(), scope.clone(), held.map(|(at, _)| at).collect())] };
    let mut each: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, dwelling) in held {
        let Some(residence) = model.residences.get(dwelling.residence.index()) else { continue };
        let code = match field {
            Field::Territory => residence.territory.clone(),
            Field::Staircase => format!("{}/{}", residence.id, dwelling.staircase),
            _ => residence.id.clone(),
        };
        each.entry(code).or_default().push(at);
    }
    each.into_iter().map(|(code, dwellings)| (format!("{}:{code}", row.id), scope.with_each(&code), dwellings)).collect()
}

/// A quota's row with its words and numbers read, before it meets the model.
#[derive(Debug)]
struct Form {
    scope: Filter,
    group: Filter,
    measure: Measure,
    basis: Basis,
    denominator: Option<Denominator>,
    rounding: Option<Rounding>,
    min: Option<Fraction>,
    target: Option<Fraction>,
    max: Option<Fraction>,
    penalty_below: Option<i64>,
    penalty_above: Option<i64>,
    target_penalty: Option<i64>,
    target_step: Option<i64>,
}

impl Form {
    fn read(row: &QuotaRow, origin: Origin, report: &mut Report) -> Option<Self> {
        let before = report.errors.len();
        let filter = |column: &'static str, read: Result<Filter, Vec<Fault>>, report: &mut Report| match read {
            Ok(filter) => filter,
            Err(faults) => {
                for fault in faults {
                    let cause = format!("quota {}: in \"{}\": {}", row.id, fault.piece, fault.cause);
                    report.error(fault.code, origin.place(column), cause, fault.action);
                }
                Filter::default()
            }
        };
        let scope = filter("scope", Filter::dwellings(&row.scope), report);
        let group = filter("group", Filter::households(&row.group), report);
        let mut words = Words { row, origin, report };
        let measure = words.word("measure", &row.measure, &[("households", Measure::Households), ("persons", Measure::Persons)]);
        let basis = words.word("basis", &row.basis, &[("stock", Basis::Stock), ("flow", Basis::Flow), ("run", Basis::Run)]);
        let share = words.word("unit", &row.unit, &[("count", false), ("share", true)]);
        let denominator = match share {
            Some(true) => {
                let known = [("dwellings", Denominator::Dwellings), ("leases", Denominator::Leases), ("offers", Denominator::Offers)];
                words.word("denominator", &row.denominator, &known)
            }
            _ => None,
        };
        let rounding = match row.rounding.trim() {
            "" => None,
            text => {
                let known = [("legal", Rounding::Legal), ("outward", Rounding::Outward), ("nearest", Rounding::Nearest)];
                words.word("rounding", text, &known)
            }
        };
        let per_cent = share == Some(true);
        let min = words.bound("min", &row.min, per_cent);
        let target = words.bound("target", &row.target, per_cent);
        let max = words.bound("max", &row.max, per_cent);
        let penalty_below = words.points("penalty_below", &row.penalty_below);
        let penalty_above = words.points("penalty_above", &row.penalty_above);
        let target_penalty = words.points("target_penalty", &row.target_penalty);
        let target_step = words.points("target_penalty_step", &row.target_penalty_step);
        if row.min.trim().is_empty() && row.target.trim().is_empty() && row.max.trim().is_empty() {
            words.fault("E1551", "min", "it bounds nothing", "write min, target or max");
        }
        if !row.target.trim().is_empty() && target_penalty.is_none() {
            words.fault("E1552", "target_penalty", "a target has no price", "write the points lost for the first unit away from it");
        }
        if let (Some(min), Some(max)) = (min, max)
            && min.numerator * max.denominator > max.numerator * min.denominator
        {
            words.fault("E1067", "min", "the minimum is above the maximum", "lower the minimum or raise the maximum");
        }
        if let (Some(measure), Some(basis)) = (measure, basis) {
            words.check_combination(measure, basis, denominator, &group);
        }
        let clean = report.errors.len() == before;
        clean.then_some(Self {
            scope,
            group,
            measure: measure?,
            basis: basis?,
            denominator,
            rounding,
            min,
            target,
            max,
            penalty_below,
            penalty_above,
            target_penalty,
            target_step,
        })
    }

    /// True where a bound has no price.
    fn is_hard(&self) -> bool {
        (self.min.is_some() && self.penalty_below.is_none()) || (self.max.is_some() && self.penalty_above.is_none())
    }

    /// The quota with its bounds in numbers; `None` where that cannot be said, which is reported.
    #[expect(clippy::too_many_arguments, reason = "one place where row, model and ledger meet")]
    fn state(
        &self,
        model: &Model,
        row: &QuotaRow,
        id: String,
        (scope_filter, scope): (Filter, Vec<usize>),
        ledger: &[LedgerRow],
        origin: Origin,
        report: &mut Report,
    ) -> Option<StatedQuota> {
        let vacancies = scope.iter().filter(|&&at| model.park.get(at).is_some_and(|d| d.vacancy.is_some())).count() as i64;
        let signed_row = ledger.iter().find(|l| l.quota == id);
        if self.basis == Basis::Flow && signed_row.is_none() {
            let cause = format!("quota {id}: the ledger has no row for it; the period is taken to begin with this run");
            report.warning("E1564", origin.place("basis"), cause, "add what the period has signed to ledger.csv");
        }
        let signed_row = signed_row.filter(|_| self.basis == Basis::Flow);
        let (counted, signed) = signed_row.map_or((0, 0), |l| (l.counted.max(0), l.signed.max(0)));
        let possible = signed + vacancies;
        if signed_row.is_some_and(|l| l.expected > 0 && l.expected < l.signed) {
            let cause = format!("quota {id}: the ledger has signed more leases than it expects");
            report.warning("E1565", Place::file("ledger.csv").column("expected"), cause, "correct the leases expected");
        }
        let expected = signed_row.map(|l| l.expected).filter(|&expected| expected > 0);
        let whole = match (self.denominator, self.basis) {
            (Some(Denominator::Dwellings), Basis::Run) => Some(vacancies),
            (Some(Denominator::Dwellings), _) => Some(scope.len() as i64),
            (Some(Denominator::Leases), _) => Some(expected.unwrap_or(possible)),
            _ => None,
        };
        let bounds = if self.denominator == Some(Denominator::Offers) {
            Bounds::Share { min: self.min, target: self.target, max: self.max }
        } else {
            self.counted(whole, &id, origin, report)?
        };
        Some(StatedQuota {
            id,
            text: row.clone(),
            measure: self.measure,
            basis: self.basis,
            denominator: self.denominator,
            bounds,
            penalty_below: self.penalty_below,
            penalty_above: self.penalty_above,
            target_penalty: self.target_penalty.unwrap_or(0),
            target_step: self.target_step.unwrap_or(0),
            ledger: (counted, signed),
            later: expected.map_or(0, |expected| (expected - possible).max(0)),
            scope,
            scope_filter,
            group: self.group.clone(),
            origin,
        })
    }

    /// Bounds as whole numbers, rounded.
    fn counted(&self, whole: Option<i64>, id: &str, origin: Origin, report: &mut Report) -> Option<Bounds> {
        let of = |bound: Fraction| whole.map_or(bound, |whole| bound.of(whole));
        let rounding = |price: Option<i64>| self.rounding.unwrap_or(if price.is_none() { Rounding::Legal } else { Rounding::Outward });
        let min = self.min.map(|bound| rounding(self.penalty_below).min(of(bound)));
        let max = self.max.map(|bound| rounding(self.penalty_above).max(of(bound)));
        let target = self.target.map(|bound| self.rounding.unwrap_or(Rounding::Outward).target(of(bound)));
        if let (Some(least), Some(most)) = (min, max)
            && least > most
        {
            report.error(
                "E1067",
                origin.place("min"),
                format!("quota {id}: no whole number lies between its minimum and its maximum (at least {least}, at most {most})"),
                "widen the bounds, or choose another rounding",
            );
            return None;
        }
        Some(Bounds::Count { denominator: whole, min, target, max })
    }
}

fn in_model(model: &Model, field: Field, code: &str) -> bool {
    match field {
        Field::Residence => model.residences.iter().any(|residence| residence.id == code),
        Field::Territory => model.residences.iter().any(|residence| residence.territory == code),
        Field::Staircase => model.park.iter().any(|dwelling| {
            let residence = model.residences.get(dwelling.residence.index());
            residence.is_some_and(|residence| format!("{}/{}", residence.id, dwelling.staircase) == code)
        }),
        _ => true,
    }
}

/// Reports residences, territories and staircases that no table names; other codes may be absent from a park.
fn known_codes(unknown: &[String], id: &str, origin: Origin, report: &mut Report) -> bool {
    for code in unknown {
        report.error(
            "E1011",
            origin.place("scope"),
            format!("quota {id}: {code} is not known in the tables"),
            "correct the code, or add it to residences.csv or dwellings.csv",
        );
    }
    unknown.is_empty()
}

/// What is wrong with one row of `quotas.csv` that tables and date show, without a model; the rest comes with [`read`].
pub(crate) fn lint(row: &QuotaRow, tables: &Tables, date: Date, report: &mut Report) {
    let origin = Origin { file: "quotas.csv", line: row.line };
    lint_identity(row, origin, date, report);
    if let Some(form) = Form::read(row, origin, report) {
        known_codes(&form.scope.unknown_places(|field, code| in_tables(tables, field, code)), &row.id, origin, report);
        legal::check_basis((&row.id, &row.legal_basis), &form.group, form.is_hard(), origin, report);
    }
}

/// The words and numbers of one row, with their faults.
struct Words<'a> {
    row: &'a QuotaRow,
    origin: Origin,
    report: &'a mut Report,
}

impl Words<'_> {
    fn fault(&mut self, code: &'static str, column: &'static str, cause: &str, action: &str) {
        self.report.error(code, self.origin.place(column), format!("quota {}: {cause}", self.row.id), action);
    }

    fn word<T: Copy>(&mut self, column: &'static str, text: &str, known: &[(&str, T)]) -> Option<T> {
        let found = known.iter().find(|(word, _)| *word == text.trim()).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            self.fault("E1544", column, &format!("{column} is not one of the words known"), &format!("write {}", words.join(" or ")));
        }
        found
    }

    fn bound(&mut self, column: &'static str, text: &str, per_cent: bool) -> Option<Fraction> {
        if text.trim().is_empty() {
            return None;
        }
        let Some(number) = Decimal::parse(text) else {
            self.fault(
                "E1543",
                column,
                "this is not a number that can be read exactly",
                "write digits with at most one decimal point, without a sign or %",
            );
            return None;
        };
        let bound = if per_cent { number.per_cent() } else { number.count() };
        if per_cent && bound.exceeds_one() {
            self.fault("E1543", column, "the share is above 100 %", "write per cent from 0 to 100");
        }
        Some(bound)
    }

    fn points(&mut self, column: &'static str, text: &str) -> Option<i64> {
        if text.trim().is_empty() {
            return None;
        }
        let points = text.trim().parse::<i64>().ok().filter(|points| *points >= 0);
        if points.is_none() {
            self.fault("E1550", column, "this is not a number of points, 0 or more", "write a whole number, or leave it empty");
        }
        points
    }

    fn check_combination(&mut self, measure: Measure, basis: Basis, denominator: Option<Denominator>, group: &Filter) {
        match (basis, denominator) {
            (Basis::Stock, Some(Denominator::Leases | Denominator::Offers)) => {
                self.fault("E1545", "denominator", "a stock is no share of leases or offers", "write dwellings");
            }
            (Basis::Run, Some(Denominator::Leases)) => {
                self.fault("E1545", "denominator", "one run has offers, a period has leases", "write offers, or basis flow");
            }
            (Basis::Flow, Some(Denominator::Offers)) if measure == Measure::Persons => {
                self.fault("E1545", "denominator", "the ledger has signed leases, not persons", "write basis run, or measure households");
            }
            _ => {}
        }
        if measure == Measure::Persons && matches!(denominator, Some(Denominator::Dwellings | Denominator::Leases)) {
            self.fault("E1545", "denominator", "persons are no share of dwellings or leases", "write unit count, or denominator offers");
        }
        if measure == Measure::Households && group.uses(Field::PersonAge) {
            self.fault("E1545", "group", "person_age counts persons", "write measure persons, or age");
        }
        if basis == Basis::Stock && group.uses(Field::Transfer) {
            self.fault("E1545", "group", "transfer says how a household comes, not how it lives", "write basis flow or run");
        }
    }
}
