//! The problem's hash: SHA-256 of its canonical form, so that a certificate belongs to one problem.
//!
//! Canonical form: for each file in the order arcs, dwellings, groups, scopes, quotas, weights, affinities the file's name
//! and 0x1E; then its rows sorted by their fields (bytes, first field first; numbers stand where docs/formats.md says), each
//! field followed by 0x1F, each row by 0x1E. Numbers are decimal without leading zeros, absent numbers are empty.

use sha2::{Digest, Sha256};

use crate::ids::HouseholdIndex;

use super::{Problem, Quota, Scope};

struct Canonical(Sha256, Vec<u8>);

impl Canonical {
    fn file(&mut self, name: &str) {
        self.1.extend_from_slice(name.as_bytes());
        self.1.push(0x1E);
    }

    fn row(&mut self, fields: &[&dyn std::fmt::Display]) {
        use std::io::Write as _;
        for field in fields {
            // Writing to a Vec cannot fail.
            write!(self.1, "{field}\u{1f}").unwrap_or(());
        }
        self.1.push(0x1E);
        if self.1.len() > 1 << 16 {
            self.0.update(&self.1);
            self.1.clear();
        }
    }
}

fn number(value: Option<i64>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

#[expect(clippy::indexing_slicing, reason = "indices of the problem stay within its tables")]
impl Problem {
    /// Name of a quota's scope as `quotas.csv` writes it.
    pub(super) fn scope_name(&self, quota: &Quota) -> &str {
        match quota.scope {
            None => "",
            Some(Scope::Everywhere) => "*",
            Some(Scope::Residence(r)) => &self.residences[r.index()],
            Some(Scope::Named(s)) => &self.scopes[s.index()],
        }
    }

    /// Name of a quota's group as `quotas.csv` writes it.
    pub(super) fn group_name(&self, quota: &Quota) -> &str {
        quota.group.map_or("", |g| &self.groups[g.index()])
    }

    /// SHA-256 of the canonical form, lower-case hex.
    ///
    /// # Complexity
    /// O(bytes of the problem directory).
    pub fn hash(&self) -> String {
        use std::fmt::Write as _;
        let mut out = Canonical(Sha256::new(), Vec::with_capacity(1 << 17));
        out.file("arcs");
        for (h, household) in self.households.iter().enumerate() {
            for arc in self.arcs(HouseholdIndex::new(h)) {
                out.row(&[household, &self.dwellings[arc.dwelling.index()].id, &arc.score]);
            }
        }
        out.file("dwellings");
        for place in &self.dwellings {
            out.row(&[&place.id, &self.residences[place.residence.index()], &place.capacity]);
        }
        out.file("groups");
        for m in &self.members {
            out.row(&[&self.households[m.household.index()], &self.groups[m.group.index()], &m.weight]);
        }
        out.file("scopes");
        for (d, s) in &self.scope_dwellings {
            out.row(&[&self.dwellings[d.index()].id, &self.scopes[s.index()]]);
        }
        out.file("quotas");
        for q in &self.quotas {
            let numbers = [q.min, q.max, q.penalty_below, q.penalty_above].map(number);
            let [min, max, below, above] = &numbers;
            out.row(&[&q.id, &self.scope_name(q), &self.group_name(q), min, max, below, above]);
        }
        out.file("weights");
        for w in &self.weights {
            out.row(&[
                &self.quotas[w.quota.index()].id,
                &self.households[w.household.index()],
                &self.dwellings[w.dwelling.index()].id,
                &w.weight,
            ]);
        }
        out.file("affinities");
        for p in &self.affinities {
            out.row(&[&self.households[p.a.index()], &self.households[p.b.index()], &p.points]);
        }
        let mut digest = out.0;
        digest.update(&out.1);
        digest.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap_or(());
            hex
        })
    }
}
