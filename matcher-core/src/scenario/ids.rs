//! New ids: well formed, and not to be confused with those that are there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::tables::names::{id_fault, skeleton};

use super::change::Faults;

/// True where each of `new` is an id, and none can be confused with one of `there` or with another of `new`; otherwise that is reported.
///
/// O((n + m) log m), n ids that are there, m new ones.
pub(super) fn are_free<'a>(
    new: &'a [impl AsRef<str>],
    there: impl Iterator<Item = &'a str>,
    table: &str,
    column: &str,
    faults: &mut Faults<'_>,
) -> bool {
    let mut wanted: BTreeMap<Cow<'_, str>, &str> = BTreeMap::new();
    for id in new.iter().map(AsRef::as_ref) {
        if let Some((code, cause, action)) = id_fault(id) {
            faults.add(code, column, cause, action);
            return false;
        }
        if wanted.insert(skeleton(id), id).is_some() {
            faults.add("E1906", column, format!("{id} is given to more than one"), "give another id");
            return false;
        }
    }
    for id in there {
        if let Some(new) = wanted.get(&skeleton(id)) {
            let cause =
                if *new == id { format!("{id} is in {table} already") } else { format!("{new} can be confused with {id} in {table}") };
            faults.add("E1906", column, cause, "give another id");
            return false;
        }
    }
    true
}

/// True where `name` is none of `there` in another spelling; otherwise that is reported.
pub(super) fn is_spelt_once<'a>(name: &str, there: impl Iterator<Item = &'a str>, column: &str, faults: &mut Faults<'_>) -> bool {
    let look = skeleton(name);
    for other in there.filter(|other| *other != name) {
        if skeleton(other) == look {
            faults.contradicts(column, format!("{name} can be confused with {other}"), "write one name in one way");
            return false;
        }
    }
    true
}
