//! `set_affinities`: pairs of households earn their points, or do not.

use crate::scenario::change::{Change, Faults, Kind};
use crate::scenario::keys::Key;
use crate::scenario::town::Town;
use crate::tables::schema;

pub(in crate::scenario) const KIND: Kind = Kind {
    code: "set_affinities",
    summary: ["Les paires d'affinities.csv gagnent leurs points, ou non", "The pairs of affinities.csv earn their points, or do not"],
    keys: &[Key::new("on", schema::Kind::Flag, ["Elles les gagnent", "They earn them"]).required()],
    example: "on = false",
    read: |keys| Some(Box::new(SetAffinities { on: keys.get("on")? })),
};

#[derive(Debug)]
struct SetAffinities {
    on: bool,
}

impl Change for SetAffinities {
    fn make(&self, town: &mut Town, _: &mut Faults<'_>) {
        town.policy.affinities = self.on;
    }
}
