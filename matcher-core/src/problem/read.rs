//! Reads a problem directory; its form is docs/formats.md.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use crate::error::{Error, Place as At, Report};
use crate::ids::{DwellingIndex, GroupIndex, HouseholdIndex, QuotaIndex, ResidenceIndex, ScopeIndex};
use crate::tables::lookup::Names;
use crate::tables::sheet::{self, Column, Format, Input, Limits, Options, Row, Sheet};

use super::arcs::ArcList;
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

/// Arcs of a piece of the file; households are positions in its own names.
#[derive(Default)]
struct ArcPart {
    households: Names,
    arcs: ArcList,
    /// The dwelling of the row before.
    last: usize,
}

/// Memberships of a piece of the file, as positions in its own names.
#[derive(Default)]
struct MemberPart {
    households: Names,
    groups: Names,
    members: Vec<Member>,
}

/// Memberships of the whole file: households still by their names, piece by piece.
#[derive(Default)]
struct Memberships {
    groups: Names,
    parts: Vec<(Vec<String>, Vec<Member>)>,
}

fn id<'a>(row: &Row<'a>, column: usize, report: &mut Report) -> Option<&'a str> {
    let text = row.text(column);
    if text.is_empty() {
        report.error("E1041", row.place(column), "the id is empty", "write the id");
    } else if !row.is_bare() && text.chars().any(char::is_control) {
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
/// O(bytes), and what [`Problem::new`] takes.
pub fn read(dir: &Path) -> Result<Problem, Error> {
    let mut open = Vec::new();
    for name in FILES {
        let path = dir.join(name);
        match File::open(&path) {
            Ok(file) => open.push((name, path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !matches!(name, "arcs.csv" | "dwellings.csv") => {}
            Err(source) => return Err(Error::Io { path, source }),
        }
    }
    let files: BTreeMap<&str, Input<'_>> = open.iter().map(|(name, _, file)| (*name, Input::File(file))).collect();
    read_inputs(&files, dir)
}

/// Reads the files of a problem directory, by file name; a file that is not given is empty.
///
/// # Errors
/// As [`read`], without [`Error::Io`].
pub fn read_files(files: &BTreeMap<&str, Vec<u8>>) -> Result<Problem, Error> {
    let files = files.iter().map(|(name, bytes)| (*name, Input::Bytes(bytes))).collect();
    read_inputs(&files, Path::new(""))
}

fn read_inputs(files: &BTreeMap<&str, Input<'_>>, dir: &Path) -> Result<Problem, Error> {
    let mut report = Report::default();
    let mut parts = Parts::default();
    let (mut dwellings, mut residences, mut scopes, mut quotas) = (Names::default(), Names::default(), Names::default(), Names::default());
    let options = Options { format: Format::default(), limits: Limits::PROBLEM };
    let io = |name: &str| {
        let path = dir.join(name);
        move |source| Error::Io { path, source }
    };
    let each = |name: &'static str, columns: &[Column], report: &mut Report, each: &mut dyn FnMut(&Row<'_>, &mut Report)| {
        let Some(input) = files.get(name) else { return Ok(()) };
        let bytes = input.bytes().map_err(io(name))?;
        sheet::read(name, &bytes, options, columns, report, each);
        Ok(())
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
    })?;
    dwellings.index();
    let ((mut households, arcs), _) = match files.get("arcs.csv") {
        None => Default::default(),
        Some(&input) => sheet::gather(
            Sheet { file: "arcs.csv", options, columns: &ARCS },
            input,
            &mut report,
            |part: &mut ArcPart, row, report| {
                let (Some(household), Some(dwelling), Some(score)) = (id(row, 0, report), id(row, 1, report), required(row, 2, report))
                else {
                    return;
                };
                let household = HouseholdIndex::new(part.households.intern(household));
                match dwellings.find_after(part.last, dwelling) {
                    Some(d) => {
                        part.arcs.push(household, DwellingIndex::new(d), score);
                        part.last = d;
                    }
                    None => unknown(row, 1, "dwellings.csv", report),
                }
            },
            |(households, arcs): &mut (Names, ArcList), mut part| {
                let positions = households.intern_all(part.households.into_list());
                for (household, _) in &mut part.arcs.runs {
                    *household = HouseholdIndex::new(positions[household.index()]);
                }
                arcs.append(part.arcs);
            },
        )
        .map_err(io("arcs.csv"))?,
    };
    let (Memberships { mut groups, parts: memberships }, _) = match files.get("groups.csv") {
        None => Default::default(),
        Some(&input) => sheet::gather(
            Sheet { file: "groups.csv", options, columns: &GROUPS },
            input,
            &mut report,
            |part: &mut MemberPart, row, report| {
                let (Some(household), Some(group)) = (id(row, 0, report), id(row, 1, report)) else { return };
                let weight = row.integer(2, report).unwrap_or(1);
                let household = HouseholdIndex::new(part.households.intern(household));
                part.members.push(Member { household, group: GroupIndex::new(part.groups.intern(group)), weight });
            },
            |all: &mut Memberships, mut part| {
                let positions = all.groups.intern_all(part.groups.into_list());
                for member in &mut part.members {
                    member.group = GroupIndex::new(positions[member.group.index()]);
                }
                all.parts.push((part.households.into_list(), part.members));
            },
        )
        .map_err(io("groups.csv"))?,
    };
    for (names, mut members) in memberships {
        let positions = households.intern_all(names);
        for member in &mut members {
            member.household = HouseholdIndex::new(positions[member.household.index()]);
        }
        parts.members.append(&mut members);
    }
    each("scopes.csv", &SCOPES, &mut report, &mut |row, report| {
        let (Some(dwelling), Some(scope)) = (id(row, 0, report), id(row, 1, report)) else { return };
        match dwellings.find(dwelling) {
            Some(d) => parts.scope_dwellings.push((DwellingIndex::new(d), ScopeIndex::new(scopes.intern(scope)))),
            None => unknown(row, 0, "dwellings.csv", report),
        }
    })?;
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
    })?;
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
    })?;
    each("affinities.csv", &AFFINITIES, &mut report, &mut |row, report| {
        let (Some(a), Some(b), Some(points)) = (id(row, 0, report), id(row, 1, report), required(row, 2, report)) else { return };
        match (households.find(a), households.find(b)) {
            (Some(a), Some(b)) => parts.affinities.push(Affinity { a: HouseholdIndex::new(a), b: HouseholdIndex::new(b), points }),
            (None, _) => unknown(row, 0, "arcs.csv or groups.csv", report),
            (_, None) => unknown(row, 1, "arcs.csv or groups.csv", report),
        }
    })?;
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
    })?;
    for name in ["arcs.csv", "dwellings.csv"] {
        if !files.contains_key(name) {
            report.error("E1000", At::file(name), "the file is missing", "add it");
        }
    }
    parts.households = households.into_list();
    parts.residences = residences.into_list();
    parts.groups = groups.into_list();
    parts.scopes = scopes.into_list();
    report.into_result(parts).and_then(|parts| Problem::with_arcs(parts, arcs))
}
