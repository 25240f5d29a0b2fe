//! Reads a problem directory; its form is docs/formats.md.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};
use crate::tables::sheet::{self, Column, Format, Limits, Options, Row};

use super::{Affinity, Member, PairWeight, Parts, Place, Problem, Quota, Scope, Tier};

const ARCS: [Column; 3] = [Column::required("household"), Column::required("dwelling"), Column::required("score")];
const DWELLINGS: [Column; 3] = [Column::required("dwelling"), Column::required("residence"), Column::optional("capacity")];
const GROUPS: [Column; 3] = [Column::required("household"), Column::required("group"), Column::optional("weight")];
const SCOPES: [Column; 2] = [Column::required("dwelling"), Column::required("scope")];
const QUOTAS: [Column; 7] = [
    Column::required("quota"),
    Column::required("scope"),
    Column::required("group"),
    Column::required("min"),
    Column::required("max"),
    Column::required("penalty_below"),
    Column::required("penalty_above"),
];
const WEIGHTS: [Column; 4] =
    [Column::required("quota"), Column::required("household"), Column::required("dwelling"), Column::required("weight")];
const AFFINITIES: [Column; 3] = [Column::required("household_a"), Column::required("household_b"), Column::required("points")];

const TIERS: [Column; 3] = [Column::required("tier"), Column::required("group"), Column::optional("scope")];

/// The files of a problem directory, in the order of the canonical form.
pub(super) const FILES: [&str; 8] =
    ["arcs.csv", "dwellings.csv", "groups.csv", "scopes.csv", "quotas.csv", "weights.csv", "affinities.csv", "tiers.csv"];

/// Ids in order of first sight, with their positions.
#[derive(Default)]
struct Names {
    list: Vec<String>,
    known: BTreeMap<String, usize>,
    /// Position of the last name that was interned: rows of one household mostly follow each other.
    last: usize,
}

impl Names {
    fn find(&self, name: &str) -> Option<usize> {
        self.known.get(name).copied()
    }

    fn intern(&mut self, name: &str) -> usize {
        if self.list.get(self.last).is_some_and(|last| last == name) {
            return self.last;
        }
        self.last = self.find(name).unwrap_or_else(|| {
            self.list.push(name.into());
            self.known.insert(name.into(), self.list.len() - 1);
            self.list.len() - 1
        });
        self.last
    }
}

fn id<'a>(row: &Row<'a>, column: usize, report: &mut Report) -> Option<&'a str> {
    let text = row.text(column);
    if text.is_empty() {
        report.error("E1041", row.place(column), "the id is empty", "write the id");
    } else if text.chars().any(char::is_control) {
        report.error("E1032", row.place(column), "the id has a control character", "remove it");
    } else {
        return Some(text);
    }
    None
}

fn required(row: &Row<'_>, column: usize, report: &mut Report) -> Option<i64> {
    if row.text(column).is_empty() {
        report.error("E1042", row.place(column), "the number is missing", "write a whole number");
    }
    row.integer(column, report)
}

fn unknown(row: &Row<'_>, column: usize, file: &str, report: &mut Report) {
    report.error("E1011", row.place(column), format!("the id is not known in {file}"), format!("add it to {file} or remove the row"));
}

/// The scope of a name, if there is one.
fn scope(name: &str, residences: &Names, scopes: &Names) -> Option<Scope> {
    if name == "*" {
        return Some(Scope::Everywhere);
    }
    let residence = residences.find(name).map(|r| Scope::Residence(ResidenceIndex::new(r)));
    residence.or_else(|| scopes.find(name).map(|s| Scope::Named(ScopeIndex::new(s))))
}

/// Reads the problem directory `dir`.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read, [`Error::Input`] with every finding, [`Error::ScoreOverflow`].
///
/// # Complexity
/// O(bytes log ids).
pub fn read(dir: &Path) -> Result<Problem, Error> {
    let mut files = BTreeMap::new();
    for name in FILES {
        let path = dir.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => {
                files.insert(name, bytes);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !matches!(name, "arcs.csv" | "dwellings.csv") => {}
            Err(source) => return Err(Error::Io { path, source }),
        }
    }
    read_files(&files)
}

/// Reads the files of a problem directory, by file name; a file that is not given is empty.
///
/// # Errors
/// As [`read`], without [`Error::Io`].
pub fn read_files(files: &BTreeMap<&str, Vec<u8>>) -> Result<Problem, Error> {
    let mut report = Report::default();
    let mut parts = Parts::default();
    let (mut households, mut dwellings, mut residences, mut groups, mut scopes, mut quotas) =
        (Names::default(), Names::default(), Names::default(), Names::default(), Names::default(), Names::default());
    let each = |name: &'static str, columns: &[Column], report: &mut Report, each: &mut dyn FnMut(&Row<'_>, &mut Report)| {
        if let Some(bytes) = files.get(name) {
            sheet::read(name, bytes, Options { format: Format::default(), limits: Limits::PROBLEM }, columns, report, each);
        }
    };

    each("dwellings.csv", &DWELLINGS, &mut report, &mut |row, report| {
        let (Some(dwelling), Some(residence)) = (id(row, 0, report), id(row, 1, report)) else { return };
        let capacity = row.integer(2, report).unwrap_or(1);
        let Ok(capacity) = u32::try_from(capacity) else {
            report.error("E1043", row.place(2), "the capacity is negative or too large", "write 0 to 4294967295");
            return;
        };
        if dwellings.find(dwelling).is_some() {
            report.error("E1009", row.place(0), "the dwelling id stands twice", "keep one row");
            return;
        }
        dwellings.intern(dwelling);
        let residence = ResidenceIndex::new(residences.intern(residence));
        parts.dwellings.push(Place { id: dwelling.into(), residence, capacity });
    });
    each("arcs.csv", &ARCS, &mut report, &mut |row, report| {
        let (Some(household), Some(dwelling), Some(score)) = (id(row, 0, report), id(row, 1, report), required(row, 2, report)) else {
            return;
        };
        let household = HouseholdIndex::new(households.intern(household));
        match dwellings.find(dwelling) {
            Some(d) => parts.arcs.push((household, DwellingIndex::new(d), score)),
            None => unknown(row, 1, "dwellings.csv", report),
        }
    });
    each("groups.csv", &GROUPS, &mut report, &mut |row, report| {
        let (Some(household), Some(group)) = (id(row, 0, report), id(row, 1, report)) else { return };
        let weight = row.integer(2, report).unwrap_or(1);
        let household = HouseholdIndex::new(households.intern(household));
        parts.members.push(Member { household, group: GroupIndex::new(groups.intern(group)), weight });
    });
    each("scopes.csv", &SCOPES, &mut report, &mut |row, report| {
        let (Some(dwelling), Some(scope)) = (id(row, 0, report), id(row, 1, report)) else { return };
        match dwellings.find(dwelling) {
            Some(d) => parts.scope_dwellings.push((DwellingIndex::new(d), ScopeIndex::new(scopes.intern(scope)))),
            None => unknown(row, 0, "dwellings.csv", report),
        }
    });
    each("quotas.csv", &QUOTAS, &mut report, &mut |row, report| {
        let Some(quota) = id(row, 0, report) else { return };
        if quotas.find(quota).is_some() {
            report.error("E1009", row.place(0), "the quota id stands twice", "keep one row");
            return;
        }
        quotas.intern(quota);
        let scope = match row.text(1) {
            "" => None,
            name => match scope(name, &residences, &scopes) {
                None => return unknown(row, 1, "dwellings.csv or scopes.csv", report),
                known => known,
            },
        };
        let group = match row.text(2) {
            "" => None,
            // A group without members is legal: its count is 0.
            name => Some(GroupIndex::new(groups.intern(name))),
        };
        let (min, max) = (row.integer(3, report), row.integer(4, report));
        let (penalty_below, penalty_above) = (row.integer(5, report), row.integer(6, report));
        parts.quotas.push(Quota { id: quota.into(), scope, group, min, max, penalty_below, penalty_above });
    });
    each("weights.csv", &WEIGHTS, &mut report, &mut |row, report| {
        let (Some(quota), Some(household), Some(dwelling), Some(weight)) =
            (id(row, 0, report), id(row, 1, report), id(row, 2, report), required(row, 3, report))
        else {
            return;
        };
        match (quotas.find(quota), households.find(household), dwellings.find(dwelling)) {
            (Some(q), Some(h), Some(d)) => {
                parts.weights.push(PairWeight {
                    quota: QuotaIndex::new(q),
                    household: HouseholdIndex::new(h),
                    dwelling: DwellingIndex::new(d),
                    weight,
                });
            }
            (None, _, _) => unknown(row, 0, "quotas.csv", report),
            (_, None, _) => unknown(row, 1, "arcs.csv", report),
            (_, _, None) => unknown(row, 2, "dwellings.csv", report),
        }
    });
    each("affinities.csv", &AFFINITIES, &mut report, &mut |row, report| {
        let (Some(a), Some(b), Some(points)) = (id(row, 0, report), id(row, 1, report), required(row, 2, report)) else { return };
        match (households.find(a), households.find(b)) {
            (Some(a), Some(b)) => parts.affinities.push(Affinity { a: HouseholdIndex::new(a), b: HouseholdIndex::new(b), points }),
            (None, _) => unknown(row, 0, "arcs.csv or groups.csv", report),
            (_, None) => unknown(row, 1, "arcs.csv or groups.csv", report),
        }
    });
    each("tiers.csv", &TIERS, &mut report, &mut |row, report| {
        let (number, group) = (required(row, 0, report), id(row, 1, report));
        let (Some(number), Some(group)) = (number, group) else { return };
        let Some(number) = u32::try_from(number).ok().filter(|&number| number > 0) else {
            report.error("E1064", row.place(0), "the number of a tier is not from 1 to 4294967295", "number the tiers 1, 2, ...");
            return;
        };
        if parts.tiers.iter().any(|tier| tier.number == number) {
            report.error("E1060", row.place(0), "the number of the tier stands twice", "give each tier its own number");
            return;
        }
        let group = match group {
            "*" => None,
            name => match groups.find(name) {
                None => return unknown(row, 1, "groups.csv", report),
                known => known.map(GroupIndex::new),
            },
        };
        let scope = match row.text(2) {
            "" => Scope::Everywhere,
            name => match scope(name, &residences, &scopes) {
                None => return unknown(row, 2, "dwellings.csv or scopes.csv", report),
                Some(known) => known,
            },
        };
        parts.tiers.push(Tier { number, group, scope });
    });
    for name in ["arcs.csv", "dwellings.csv"] {
        if !files.contains_key(name) {
            report.error("E1000", At::file(name), "the file is missing", "add it");
        }
    }
    parts.households = households.list;
    parts.residences = residences.list;
    parts.groups = groups.list;
    parts.scopes = scopes.list;
    report.into_result(parts).and_then(Problem::new)
}
