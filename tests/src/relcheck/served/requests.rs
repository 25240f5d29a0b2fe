//! A request for every call of the contract, with any ids in it. A call or a field that is not here fails the tests.

use matcher_grpc::client::upload;
use matcher_grpc::wire::{DESCRIPTORS, v1};
use prost::Message;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::Town;

/// What a request names: ids, and what is taken from an answer and given back.
#[derive(Debug, Clone)]
pub struct Names {
    /// A dataset.
    pub dataset_id: String,
    /// A run.
    pub run_id: String,
    /// A household.
    pub household_id: String,
    /// A dwelling.
    pub dwelling_id: String,
    /// What a deletion or decision rests on.
    pub etag: String,
    /// Begins the ids of requests; the method stands after it.
    pub request_id: String,
    /// A page.
    pub page_token: String,
    /// Files of an upload.
    pub town: Town,
}

/// The fields of requests that name something of somebody's.
pub const FIELDS: [&str; 7] = ["dataset_id", "run_id", "household_id", "dwelling_id", "etag", "request_id", "page_token"];
/// Fields of text that name nothing of anybody's.
const OTHER_TEXTS: [&str; 8] = ["display_name", "policy_toml", "reason", "decided_by", "reference_date", "name", "toml", "json"];

impl Names {
    /// The value of a field.
    pub fn get(&self, field: &str) -> &str {
        match field {
            "dataset_id" => &self.dataset_id,
            "run_id" => &self.run_id,
            "household_id" => &self.household_id,
            "dwelling_id" => &self.dwelling_id,
            "etag" => &self.etag,
            "request_id" => &self.request_id,
            "page_token" => &self.page_token,
            _ => "",
        }
    }

    /// With another value of a field.
    #[must_use]
    pub fn with(&self, field: &str, value: &str) -> Self {
        let mut names = self.clone();
        let value = value.to_owned();
        match field {
            "dataset_id" => names.dataset_id = value,
            "run_id" => names.run_id = value,
            "household_id" => names.household_id = value,
            "dwelling_id" => names.dwelling_id = value,
            "etag" => names.etag = value,
            "request_id" => names.request_id = value,
            "page_token" => names.page_token = value,
            _ => {}
        }
        names
    }
}

/// The messages of a call; `None` where the call is not known here.
pub fn messages(path: &str, names: &Names) -> Option<Vec<Vec<u8>>> {
    let Names { dataset_id, run_id, household_id, dwelling_id, etag, request_id, page_token, town } = names.clone();
    let (service, method) = path.strip_prefix("/matcher.v1.")?.split_once('/')?;
    let request_id = if request_id.is_empty() { request_id } else { format!("{request_id}-{method}") };
    let page_size = 100;
    let one = |message: Vec<u8>| Some(vec![message]);
    match (service, method) {
        ("DatasetService", "CreateDataset") => {
            let files = town.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            Some(upload(files, "a tiny town", &request_id).iter().map(Message::encode_to_vec).collect())
        }
        ("DatasetService", "ValidateDataset") => {
            let header = v1::ValidateDatasetHeader { dataset_id, reference_date: String::new() };
            let part = Some(v1::validate_dataset_request::Part::Header(header));
            one(v1::ValidateDatasetRequest { part }.encode_to_vec())
        }
        ("DatasetService", "GetDataset") => one(v1::GetDatasetRequest { dataset_id, ..Default::default() }.encode_to_vec()),
        ("DatasetService", "ListDatasets") => one(v1::ListDatasetsRequest { page_size, page_token, ..Default::default() }.encode_to_vec()),
        ("DatasetService", "DeleteDataset") => one(v1::DeleteDatasetRequest { dataset_id, etag }.encode_to_vec()),
        ("AllocationService", "Allocate") => {
            one(v1::AllocateRequest { dataset_id, request_id, ..v1::AllocateRequest::default() }.encode_to_vec())
        }
        ("AllocationService", "GetRun") => one(v1::GetRunRequest { run_id, ..Default::default() }.encode_to_vec()),
        ("AllocationService", "ListRuns") => {
            one(v1::ListRunsRequest { page_size, page_token, dataset_id, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "CancelRun") => one(v1::CancelRunRequest { run_id, keep_best: false }.encode_to_vec()),
        ("AllocationService", "DeleteRun") => one(v1::DeleteRunRequest { run_id, etag }.encode_to_vec()),
        ("AllocationService", "WatchRun") => one(v1::WatchRunRequest { run_id, after_sequence: 0 }.encode_to_vec()),
        ("AllocationService", "ListOffers") => {
            one(v1::ListOffersRequest { run_id, page_size, page_token, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "ListShortlists") => {
            one(v1::ListShortlistsRequest { run_id, page_size, page_token, dwelling_id, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "ListUnassigned") => {
            one(v1::ListUnassignedRequest { run_id, page_size, page_token, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "ListEmptyDwellings") => {
            one(v1::ListEmptyDwellingsRequest { run_id, page_size, page_token, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "ListQuotaResults") => {
            one(v1::ListQuotaResultsRequest { run_id, page_size, page_token, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "ListResidenceMixes") => {
            one(v1::ListResidenceMixesRequest { run_id, page_size, page_token, ..Default::default() }.encode_to_vec())
        }
        ("AllocationService", "VerifyRun") => one(v1::VerifyRunRequest { run_id }.encode_to_vec()),
        ("AllocationService", "Decide") => {
            let outcome = v1::DecisionOutcome::Allocated.into();
            let (reason, decided_by) = ("first of the shortlist".to_owned(), "relcheck".to_owned());
            one(v1::DecideRequest { run_id, dwelling_id, household_id, outcome, reason, decided_by, etag, request_id }.encode_to_vec())
        }
        ("AllocationService", "ListDecisions") => {
            one(v1::ListDecisionsRequest { page_size, page_token, dataset_id, ..Default::default() }.encode_to_vec())
        }
        ("ExplanationService", "ExplainHousehold") => {
            one(v1::ExplainHouseholdRequest { run_id, household_id, language: 2 }.encode_to_vec())
        }
        ("ExplanationService", "ExplainDwelling") => one(v1::ExplainDwellingRequest { run_id, dwelling_id, language: 2 }.encode_to_vec()),
        ("ExplanationService", "ExplainPair") => {
            one(v1::ExplainPairRequest { run_id, household_id, dwelling_id, language: 2 }.encode_to_vec())
        }
        ("AllocationService", "ReplayRun") => one(v1::ReplayRunRequest { run_id }.encode_to_vec()),
        ("ScoringService", "ScorePairs") => {
            use v1::score_pairs_request::Part;
            let block = v1::PairBlock { household_ids: vec![household_id], dwelling_ids: vec![dwelling_id] };
            let parts = [Part::Header(scored(dataset_id)), Part::Block(block)];
            Some(parts.map(|part| v1::ScorePairsRequest { part: Some(part) }.encode_to_vec()).to_vec())
        }
        ("ScoringService", "RankDwellings") => {
            use v1::rank_dwellings_request::Part;
            let parts = [Part::Header(scored(dataset_id)), Part::Household(v1::RankedHousehold { household_id, limit: 3 })];
            Some(parts.map(|part| v1::RankDwellingsRequest { part: Some(part) }.encode_to_vec()).to_vec())
        }
        ("ScenarioService", "Evaluate") => {
            let scenarios = vec![withdrawal(&household_id)];
            one(v1::EvaluateRequest { town: asked(dataset_id), scenarios, ..Default::default() }.encode_to_vec())
        }
        ("ScenarioService", "Sweep") => {
            let scenarios = vec![withdrawal(&household_id)];
            one(v1::SweepRequest { town: asked(dataset_id), scenarios, ..Default::default() }.encode_to_vec())
        }
        ("ScenarioService", "Frontier") => {
            one(v1::FrontierRequest { town: asked(dataset_id), point_limit: 2, ..Default::default() }.encode_to_vec())
        }
        ("ScenarioService", "Session") => {
            use v1::session_request::Part;
            let parts = [Part::Header(v1::SessionHeader { town: asked(dataset_id), view: 0 }), Part::TryOut(withdrawal(&household_id))];
            Some(parts.map(|part| v1::SessionRequest { part: Some(part) }.encode_to_vec()).to_vec())
        }
        _ => None,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as the field of the requests")]
fn asked(dataset_id: String) -> Option<v1::ScenarioTown> {
    Some(v1::ScenarioTown { dataset_id, ..v1::ScenarioTown::default() })
}

/// A scenario that names a household; the id stands in a text of JSON.
fn withdrawal(household_id: &str) -> v1::Scenario {
    let change = serde_json::json!({"kind": "withdraw_household", "household": household_id});
    let text = serde_json::json!({"id": "without", "change": [change]}).to_string();
    v1::Scenario { text: Some(v1::scenario::Text::Json(text)) }
}

fn scored(dataset_id: String) -> v1::ScoringHeader {
    v1::ScoringHeader { dataset_id, ..v1::ScoringHeader::default() }
}

/// A call of the contract.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its path.
    pub path: String,
    /// Those of [`FIELDS`] that its request has.
    pub fields: Vec<&'static str>,
}

/// Every call of the contract, from its descriptors.
///
/// # Errors
/// Where a call is not known to [`messages`], or has a text field of which nobody has said whether it names something.
pub fn calls() -> Result<Vec<Call>, String> {
    let set = FileDescriptorSet::decode(DESCRIPTORS).map_err(|e| e.to_string())?;
    let ours = || set.file.iter().filter(|file| file.package() == "matcher.v1");
    let message = |name: &str| ours().flat_map(|file| &file.message_type).find(|m| format!(".matcher.v1.{}", m.name()) == name);
    // Every name has a value, so that a request that leaves a field out is seen.
    let probe = Names {
        dataset_id: "d-probe".into(),
        run_id: "r-probe".into(),
        household_id: "h-probe".into(),
        dwelling_id: "w-probe".into(),
        etag: "e-probe".into(),
        request_id: "q-probe".into(),
        page_token: "p-probe".into(),
        town: Town::new(),
    };
    let mut calls = Vec::new();
    for service in ours().flat_map(|file| &file.service) {
        for method in &service.method {
            let path = format!("/matcher.v1.{}/{}", service.name(), method.name());
            let input = message(method.input_type()).ok_or_else(|| format!("{path}: no input"))?;
            let mut fields = Vec::new();
            texts(input, &message, &mut fields).map_err(|name| {
                format!("{path}: say in relcheck/served/requests.rs whether the text `{name}` names something of somebody's")
            })?;
            let made = messages(&path, &probe).ok_or_else(|| format!("{path} is not covered: add it to relcheck/served/requests.rs"))?;
            for field in &fields {
                let value = probe.get(field).as_bytes();
                if !made.iter().any(|message| super::wire::contains(message, value)) {
                    return Err(format!("{path}: its request in relcheck/served/requests.rs leaves {field} out"));
                }
            }
            calls.push(Call { path, fields });
        }
    }
    Ok(calls)
}

/// Collects the naming fields of a message and of those in it.
fn texts<'a>(
    message: &DescriptorProto,
    find: &impl Fn(&str) -> Option<&'a DescriptorProto>,
    fields: &mut Vec<&'static str>,
) -> Result<(), String> {
    for field in &message.field {
        match field.r#type() {
            Type::String => match FIELDS.iter().find(|known| **known == field.name().strip_suffix('s').unwrap_or(field.name())) {
                Some(known) if !fields.contains(known) => fields.push(known),
                Some(_) => {}
                None if OTHER_TEXTS.contains(&field.name()) => {}
                None => return Err(field.name().to_owned()),
            },
            Type::Message => {
                if let Some(inner) = find(field.type_name()) {
                    texts(inner, find, fields)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_and_every_name_in_it_is_covered() {
        let calls = calls().unwrap();
        assert!(calls.len() >= 30 && calls.iter().all(|call| !call.fields.is_empty()), "{calls:?}");
        assert!(FIELDS.iter().all(|field| calls.iter().any(|call| call.fields.contains(field))));
        assert!(messages("/matcher.v1.AllocationService/Approve", &names()).is_none());
    }

    fn names() -> Names {
        let text = String::new;
        Names {
            dataset_id: text(),
            run_id: text(),
            household_id: text(),
            dwelling_id: text(),
            etag: text(),
            request_id: text(),
            page_token: text(),
            town: Town::new(),
        }
    }
}
