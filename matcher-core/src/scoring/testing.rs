//! Golden tables: what a criterion gives to one pair, as one thing about it changes. Compiled for tests only.

use crate::error::Report;
use crate::ids::{DwellingIndex, HouseholdIndex};
use crate::lanes::Path;
use crate::model::testing::{model, position, small_town};
use crate::model::{Model, Run};
use crate::policy::Policy;
use crate::tables::rows::Tables;

use super::marks::Grounds;
use super::{Criterion, Measure, Scratch};

/// For each row (case, per mille): changes the small town by the case, and compares what household `H1` gets for dwelling `D1`.
/// The sentence of the card must find all its values.
pub(super) fn golden<T: std::fmt::Debug>(criterion: &dyn Criterion, policy: &Policy, table: &[(T, u16)], change: impl Fn(&T, &mut Tables)) {
    for (case, expected) in table {
        let mut tables = small_town();
        change(case, &mut tables);
        let model = model(&tables);
        let mut report = Report::default();
        let measure = criterion.prepare(&model, policy, &mut report);
        assert_eq!(report.errors, [], "{case:?}");
        let household = HouseholdIndex::new(position(&model.households.id, "H1"));
        let dwelling = DwellingIndex::new(position(&model.dwellings.id, "D1"));
        let mark = mark_of(&model, &*measure, household, dwelling);
        assert_eq!(mark, i64::from(*expected), "{} of {case:?}", criterion.code());
        let facts = measure.facts(household, dwelling);
        for sentence in criterion.card().sentence {
            for part in sentence.split('{').skip(1) {
                let name = part.split_once('}').map(|(name, _)| name);
                assert!(name.is_some(), "{} has a sentence that does not close a brace: {sentence}", criterion.code());
                assert!(facts.iter().any(|fact| Some(fact.0) == name), "{} has no fact {name:?}", criterion.code());
            }
        }
    }
}

/// The mark of one pair, the same on every path of this machine.
fn mark_of(model: &Model, measure: &dyn Measure, household: HouseholdIndex, dwelling: DwellingIndex) -> i64 {
    let (grounds, run, mut scratch) = (Grounds::new(model), Run::one(dwelling), Scratch::default());
    let marks = Path::available().map(|path| {
        let mut mark = [0];
        scratch.begin(&grounds, run);
        measure.measure(household, &mut scratch.marks(path, &grounds, run, 1));
        scratch.total(path, &grounds, run, false, &mut mark);
        mark[0]
    });
    let mut marks: Vec<i64> = marks.collect();
    marks.dedup();
    assert_eq!(marks.len(), 1, "the paths of this machine differ: {marks:?}");
    marks[0]
}
