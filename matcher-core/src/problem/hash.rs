//! The problem's hash: SHA-256 of its canonical form, so that a certificate belongs to one problem.
//!
//! Canonical form: for each file in the order arcs, dwellings, groups, scopes, quotas, weights, affinities the file's name
//! and 0x1E (tiers come last, and only where there are any); then its rows sorted by their fields (bytes, first field first;
//! numbers stand where docs/formats.md says), each
//! field followed by 0x1F, each row by 0x1E. Numbers are decimal without leading zeros, absent numbers are empty.

use sha2::{Digest, Sha256};

use crate::ids::HouseholdIndex;

use super::{Problem, Quota, Scope, Tier};

struct Canonical(Sha256, Vec<u8>);

/// A field of a row.
#[derive(Clone, Copy)]
enum Field<'a> {
    Text(&'a str),
    Number(i64),
    Absent,
}

impl Canonical {
    fn file(&mut self, name: &str) {
        self.1.extend_from_slice(name.as_bytes());
        self.1.push(0x1E);
    }

    /// By hand, not by `write!`: nations have tens of millions of rows.
    fn row(&mut self, fields: &[Field<'_>]) {
        for field in fields {
            match *field {
                Field::Text(text) => self.1.extend_from_slice(text.as_bytes()),
                Field::Number(number) => decimal(number, &mut self.1),
                Field::Absent => {}
            }
            self.1.push(0x1F);
        }
        self.1.push(0x1E);
        if self.1.len() > 1 << 16 {
            self.0.update(&self.1);
            self.1.clear();
        }
    }
}

fn decimal(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let (start, mut rest) = (out.len(), number.unsigned_abs());
    loop {
        out.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    // The digits came from the right.
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

fn number(value: Option<i64>) -> Field<'static> {
    value.map_or(Field::Absent, Field::Number)
}

#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables")]
impl Problem {
    /// Name of a scope as `quotas.csv` and `tiers.csv` write it.
    pub(super) fn name_of(&self, scope: Scope) -> &str {
        match scope {
            Scope::Everywhere => "*",
            Scope::Residence(r) => &self.residences[r.index()],
            Scope::Named(s) => &self.scopes[s.index()],
        }
    }

    /// Name of a quota's scope as `quotas.csv` writes it.
    pub(super) fn scope_name(&self, quota: &Quota) -> &str {
        quota.scope.map_or("", |scope| self.name_of(scope))
    }

    /// Name of a tier's group as `tiers.csv` writes it.
    pub(super) fn tier_group_name(&self, tier: &Tier) -> &str {
        tier.group.map_or("*", |g| &self.groups[g.index()])
    }

    /// Name of a quota's group as `quotas.csv` writes it.
    pub(super) fn group_name(&self, quota: &Quota) -> &str {
        quota.group.map_or("", |g| &self.groups[g.index()])
    }

    /// SHA-256 of the canonical form, lower-case hex. Made when it is first asked for, and kept.
    ///
    /// # Complexity
    /// O(bytes of the problem directory) the first time.
    pub fn hash(&self) -> String {
        self.fingerprint.get_or_init(|| self.digest(|| false).unwrap_or_default()).clone()
    }

    /// [`Self::hash`], or `None` as soon as `stop` says so, which is asked once per household.
    pub(crate) fn hash_unless(&self, stop: impl Fn() -> bool) -> Option<String> {
        if let Some(known) = self.fingerprint.get() {
            return Some(known.clone());
        }
        let made = self.digest(stop)?;
        Some(self.fingerprint.get_or_init(|| made).clone())
    }

    fn digest(&self, stop: impl Fn() -> bool) -> Option<String> {
        use Field::{Number, Text};
        use std::fmt::Write as _;
        let mut out = Canonical(Sha256::new(), Vec::with_capacity(1 << 17));
        out.file("arcs");
        for (h, household) in self.households.iter().enumerate() {
            if stop() {
                return None;
            }
            for arc in self.arcs(HouseholdIndex::new(h)) {
                out.row(&[Text(household), Text(&self.dwellings[arc.dwelling.index()].id), Number(arc.score)]);
            }
        }
        out.file("dwellings");
        for place in &self.dwellings {
            out.row(&[Text(&place.id), Text(&self.residences[place.residence.index()]), Number(place.capacity.into())]);
        }
        out.file("groups");
        for m in &self.members {
            out.row(&[Text(&self.households[m.household.index()]), Text(&self.groups[m.group.index()]), Number(m.weight)]);
        }
        out.file("scopes");
        for (d, s) in &self.scope_dwellings {
            out.row(&[Text(&self.dwellings[d.index()].id), Text(&self.scopes[s.index()])]);
        }
        out.file("quotas");
        for q in &self.quotas {
            let [min, max, below, above] = [q.min, q.max, q.penalty_below, q.penalty_above].map(number);
            out.row(&[Text(&q.id), Text(self.scope_name(q)), Text(self.group_name(q)), min, max, below, above]);
        }
        out.file("weights");
        for w in &self.weights {
            let (household, dwelling) = (&self.households[w.household.index()], &self.dwellings[w.dwelling.index()].id);
            out.row(&[Text(&self.quotas[w.quota.index()].id), Text(household), Text(dwelling), Number(w.weight)]);
        }
        out.file("affinities");
        for p in &self.affinities {
            out.row(&[Text(&self.households[p.a.index()]), Text(&self.households[p.b.index()]), Number(p.points)]);
        }
        if !self.tiers.is_empty() {
            out.file("tiers");
            for tier in &self.tiers {
                out.row(&[Number(tier.number.into()), Text(self.tier_group_name(tier)), Text(self.name_of(tier.scope))]);
            }
        }
        let mut digest = out.0;
        digest.update(&out.1);
        let hex = digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap_or(());
            hex
        });
        Some(hex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in [0, 7, -7, 10, 99, -100, 1_234_567_890, i64::MAX, i64::MIN] {
            let mut out = b"x".to_vec();
            decimal(number, &mut out);
            assert_eq!(out, format!("x{number}").into_bytes());
        }
    }
}
