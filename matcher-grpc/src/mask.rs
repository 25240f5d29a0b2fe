//! Field masks (`read_mask`, AIP-157): which fields of a run, an offer or another resource a caller wants to be told.
//!
//! A path names fields from the resource on, `result.totals.filled`; `*` stands for everything, and for all entries of a list
//! (`candidates.*.household_id`, AIP-161). Paths are held against the descriptors, so that a new field is known at once. The same mask
//! narrows messages, and on the JSON side also what is written of them, where fields that are not set are written as their defaults.

use std::collections::BTreeMap;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};
use prost_types::FieldMask;
use serde_json::Value as Json;
use tonic::{Response, Status};

use crate::status;
use crate::wire::v1;

/// Paths of one mask at most.
const MOST_PATHS: usize = 100;
/// Everything there is.
const ALL: &str = "*";

/// A message that can be asked for in part.
pub(crate) trait Resource: Message + Default {
    /// Its name in the protos.
    const NAME: &'static str;
}

macro_rules! resources {
    ($($name:ident),+) => {
        $(impl Resource for v1::$name {
            const NAME: &'static str = concat!("matcher.v1.", stringify!($name));
        })+

        /// The names of all of them.
        #[cfg(test)]
        const NAMES: &[&str] = &[$(v1::$name::NAME),+];
    };
}

resources!(Dataset, Run, Offer, Shortlist, UnassignedHousehold, EmptyDwelling, QuotaResult, ResidenceMix, Decision);

/// What of a resource is told.
#[derive(Debug, Clone)]
pub(crate) struct Mask {
    of: MessageDescriptor,
    named: Fields,
}

/// Fields of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fields {
    All,
    Some(BTreeMap<u32, Named>),
}

/// A field that is told, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    json: String,
    inner: Fields,
}

impl Mask {
    /// Reads a mask for resources of kind `M`; absent or without paths it names everything.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` with the place of the path that names no field. The path itself is not repeated.
    pub(crate) fn new<M: Resource>(contract: &DescriptorPool, asked: Option<&FieldMask>) -> Result<Self, Status> {
        let of = contract.get_message_by_name(M::NAME).ok_or_else(|| status::internal("a message without its descriptor"))?;
        let paths = asked.map(|mask| mask.paths.as_slice()).unwrap_or_default();
        if paths.len() > MOST_PATHS {
            return Err(status::bad_field("read_mask", &format!("at most {MOST_PATHS} paths")));
        }
        let mut named = if paths.is_empty() { Fields::All } else { Fields::Some(BTreeMap::new()) };
        for (at, path) in paths.iter().enumerate() {
            named.add(&of, path).map_err(|wrong| {
                let what = match wrong {
                    Wrong::NoField { of } => format!("names no field of {}", of.full_name()),
                    Wrong::InsideList => "goes into a list; write * for its entries, as in files.*.name".to_owned(),
                };
                status::bad_field(&format!("read_mask.paths[{at}]"), &what)
            })?;
        }
        Ok(Self { of, named })
    }

    /// The resource in `bytes`, with what is named alone; `None` where the bytes are none.
    pub(crate) fn decoded<M: Resource>(&self, bytes: &[u8]) -> Option<M> {
        if self.named == Fields::All {
            return M::decode(bytes).ok();
        }
        let mut message = DynamicMessage::decode(self.of.clone(), bytes).ok()?;
        self.named.narrow(&mut message);
        M::decode(message.encode_to_vec().as_slice()).ok()
    }

    /// The resource with what is named alone.
    pub(crate) fn narrowed<M: Resource>(&self, message: M) -> Result<M, Status> {
        if self.named == Fields::All {
            return Ok(message);
        }
        self.decoded(&message.encode_to_vec()).ok_or_else(|| status::internal("a message that is not as its descriptor says"))
    }

    /// The answer, with the mask beside it for those who write it in another form.
    pub(crate) fn told<T>(self, answer: T) -> Response<T> {
        let mut answer = Response::new(answer);
        if self.named != Fields::All {
            answer.extensions_mut().insert(self);
        }
        answer
    }

    /// Takes out of an answer in JSON what the mask does not name; `output` is the kind of the answer.
    pub(crate) fn narrow_json(&self, output: &MessageDescriptor, answer: &mut Json) {
        let is_ours = |field: &FieldDescriptor| matches!(field.kind(), Kind::Message(kind) if kind.full_name() == self.of.full_name());
        for field in output.fields().filter(is_ours) {
            if let Some(resource) = answer.get_mut(field.json_name()) {
                self.named.narrow_json(resource);
            }
        }
    }
}

/// What is wrong with a path.
enum Wrong {
    NoField { of: MessageDescriptor },
    InsideList,
}

impl Fields {
    /// Adds what a path names, from messages of kind `of` on.
    fn add(&mut self, of: &MessageDescriptor, path: &str) -> Result<(), Wrong> {
        if path == ALL {
            *self = Self::All;
            return Ok(());
        }
        let no_field = || Wrong::NoField { of: of.clone() };
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let field = of.get_field_by_name(name).ok_or_else(no_field)?;
        let rest = match rest {
            Some(rest) if field.is_list() => Some(entries(rest).ok_or(Wrong::InsideList)?),
            rest => rest,
        };
        let mut inner = Self::Some(BTreeMap::new());
        match (rest, field.kind()) {
            (None, _) => inner = Self::All,
            (Some(rest), Kind::Message(kind)) => inner.add(&kind, rest)?,
            (Some(ALL), _) if field.is_list() => inner = Self::All,
            (Some(_), _) => return Err(no_field()),
        }
        if let Self::Some(known) = self {
            let json = field.json_name().to_owned();
            known.entry(field.number()).or_insert_with(|| Named { json, inner: Self::Some(BTreeMap::new()) }).inner.join(inner);
        }
        Ok(())
    }

    /// Names also what `other` names.
    fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) => {}
            (_, Self::All) => *self = Self::All,
            (Self::Some(known), Self::Some(others)) => {
                for (number, other) in others {
                    match known.get_mut(&number) {
                        Some(named) => named.inner.join(other.inner),
                        None => drop(known.insert(number, other)),
                    }
                }
            }
        }
    }

    fn narrow(&self, message: &mut DynamicMessage) {
        let Self::Some(named) = self else { return };
        let there: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
        for field in there {
            let Some(named) = named.get(&field.number()) else {
                message.clear_field(&field);
                continue;
            };
            match message.get_field_mut(&field) {
                Value::Message(inner) => named.inner.narrow(inner),
                Value::List(entries) => entries.iter_mut().filter_map(Value::as_message_mut).for_each(|entry| named.inner.narrow(entry)),
                _ => {}
            }
        }
    }

    /// The same for JSON. What is written as one word (a time) has no parts to take out.
    fn narrow_json(&self, value: &mut Json) {
        let Self::Some(named) = self else { return };
        match value {
            Json::Array(entries) => entries.iter_mut().for_each(|entry| self.narrow_json(entry)),
            Json::Object(fields) => {
                fields.retain(|name, _| named.values().any(|named| named.json == *name));
                for named in named.values() {
                    if let Some(value) = fields.get_mut(&named.json) {
                        named.inner.narrow_json(value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What a path says of the entries of a list, after the `*` that stands for them.
fn entries(path: &str) -> Option<&str> {
    match path.split_once('.') {
        Some((ALL, rest)) => Some(rest),
        _ => (path == ALL).then_some(ALL),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;
    use crate::wire;

    fn mask<M: Resource>(paths: &[&str]) -> Result<Mask, Status> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Mask::new::<M>(&wire::contract().unwrap(), Some(&FieldMask { paths }))
    }

    fn shortlist() -> v1::Shortlist {
        let candidate = |rank| v1::Candidate { rank, household_id: format!("H{rank}"), suitability_points: 7, ..v1::Candidate::default() };
        v1::Shortlist {
            dwelling_id: "D1".into(),
            residence_id: "R1".into(),
            wanted: 3,
            candidates: vec![candidate(1), candidate(2)],
            ..v1::Shortlist::default()
        }
    }

    #[test]
    fn every_resource_is_in_the_protos() {
        let contract = wire::contract().unwrap();
        assert!(NAMES.iter().all(|name| contract.get_message_by_name(name).is_some()));
    }

    #[test]
    fn what_is_named_is_told_and_nothing_else() {
        let told = |paths: &[&str]| mask::<v1::Shortlist>(paths).unwrap().narrowed(shortlist()).unwrap();
        let only = v1::Shortlist { dwelling_id: "D1".into(), ..v1::Shortlist::default() };
        assert_eq!(told(&["dwelling_id"]), only);
        let candidate = |rank| v1::Candidate { household_id: format!("H{rank}"), ..v1::Candidate::default() };
        assert_eq!(
            told(&["candidates.*.household_id"]),
            v1::Shortlist { candidates: vec![candidate(1), candidate(2)], ..v1::Shortlist::default() }
        );
        // Paths are joined, whatever their order; the wider one holds.
        for paths in [["candidates", "candidates.*.rank"], ["candidates.*.rank", "candidates"], ["candidates.*.rank", "candidates.*"]] {
            assert_eq!(told(&paths), v1::Shortlist { candidates: shortlist().candidates, ..v1::Shortlist::default() });
        }
        for all in [&[][..], &["*"], &["dwelling_id", "*"], &["*", "dwelling_id"]] {
            assert_eq!(told(all), shortlist(), "{all:?}");
        }
    }

    #[test]
    fn the_same_is_written_in_json() {
        let contract = wire::contract().unwrap();
        let output = contract.get_message_by_name("matcher.v1.ListShortlistsResponse").unwrap();
        let mut answer = serde_json::json!({
            "shortlists": [{ "dwellingId": "D1", "wanted": 0, "candidates": [{ "rank": 1, "householdId": "H1" }] }], "totalSize": 1,
        });
        mask::<v1::Shortlist>(&["wanted", "candidates.*.household_id"]).unwrap().narrow_json(&output, &mut answer);
        let expected = serde_json::json!({ "shortlists": [{ "wanted": 0, "candidates": [{ "householdId": "H1" }] }], "totalSize": 1 });
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_path_that_names_no_field_is_refused_by_its_place_and_not_repeated() {
        use tonic_types::StatusExt as _;
        let wrong = [
            "Ada",
            "",
            ".",
            "dwelling_id.Ada",
            "dwelling_id.*",
            "dwellingId",
            "candidates.rank",
            "candidates.",
            "candidates.*.Ada",
            "candidates.*.rank.Ada",
            "*.rank",
        ];
        for path in wrong {
            let refused = mask::<v1::Shortlist>(&["dwelling_id", path]).unwrap_err();
            let bad = refused.get_error_details();
            assert_eq!(refused.code(), Code::InvalidArgument);
            assert_eq!(bad.bad_request().unwrap().field_violations[0].field, "read_mask.paths[1]", "{path}");
            assert!(!format!("{refused:?}").contains("Ada"), "{refused:?}");
        }
        assert!(mask::<v1::Shortlist>(&["dwelling_id"; MOST_PATHS + 1]).is_err());
    }
}
