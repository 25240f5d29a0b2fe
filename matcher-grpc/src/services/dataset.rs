//! `DatasetService`.

use std::collections::BTreeMap;
use std::sync::Arc;

use matcher_core::error::{Error as CoreError, Report};
use matcher_core::pipeline::{self, Inputs, Opened};
use matcher_core::units::Date;
use prost::Message as _;
use tonic::{Request, Response, Status, Streaming};

use crate::auth::{Caller, new_id, now_ms};
use crate::convert::{self, count};
use crate::mask::Mask;
use crate::runs::date;
use crate::status;
use crate::store::{DatasetRow, Deletion, NewDataset, Once, Page};
use crate::wire::v1;
use crate::wire::v1::dataset_service_server::DatasetService;

use super::page::{self, List};
use super::upload::{self, Part};
use super::{Shared, caller, decode, keyed};

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct Datasets(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl DatasetService for Datasets {
    async fn create_dataset(
        &self,
        request: Request<Streaming<v1::CreateDatasetRequest>>,
    ) -> Result<Response<v1::CreateDatasetResponse>, Status> {
        let caller = caller(&request)?;
        let _place = self.0.place()?;
        let (header, files) = upload::gather(request.into_inner(), &self.0.limits, |message: v1::CreateDatasetRequest| {
            Some(match message.part? {
                v1::create_dataset_request::Part::Header(header) => Part::Header(header),
                v1::create_dataset_request::Part::Chunk(chunk) => Part::Chunk(chunk),
            })
        })
        .await?;
        self.0.work(move |shared| create(shared, &caller, &header, files)).await.map(Response::new)
    }

    async fn validate_dataset(
        &self,
        request: Request<Streaming<v1::ValidateDatasetRequest>>,
    ) -> Result<Response<v1::ValidateDatasetResponse>, Status> {
        let caller = caller(&request)?;
        let _place = self.0.place()?;
        let (header, files) = upload::gather(request.into_inner(), &self.0.limits, |message: v1::ValidateDatasetRequest| {
            Some(match message.part? {
                v1::validate_dataset_request::Part::Header(header) => Part::Header(header),
                v1::validate_dataset_request::Part::Chunk(chunk) => Part::Chunk(chunk),
            })
        })
        .await?;
        self.0.work(move |shared| validate(shared, &caller, &header, files)).await.map(Response::new)
    }

    async fn get_dataset(&self, request: Request<v1::GetDatasetRequest>) -> Result<Response<v1::GetDatasetResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Dataset>(&self.0.contract, asked.read_mask.as_ref())?;
        let dataset = self.0.work(move |shared| get(shared, &caller, &asked.dataset_id)).await?;
        let dataset = Some(mask.narrowed(dataset)?);
        Ok(mask.told(v1::GetDatasetResponse { dataset }))
    }

    async fn list_datasets(&self, request: Request<v1::ListDatasetsRequest>) -> Result<Response<v1::ListDatasetsResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        let mask = Mask::new::<v1::Dataset>(&self.0.contract, asked.read_mask.as_ref())?;
        let (mask, answer) = self.0.work(move |shared| list(shared, &caller, &asked, &mask).map(|answer| (mask, answer))).await?;
        Ok(mask.told(answer))
    }

    async fn delete_dataset(&self, request: Request<v1::DeleteDatasetRequest>) -> Result<Response<v1::DeleteDatasetResponse>, Status> {
        let caller = caller(&request)?;
        let asked = request.into_inner();
        self.0.work(move |shared| delete(shared, &caller, &asked)).await.map(Response::new)
    }
}

fn create(
    shared: &Shared,
    caller: &Caller,
    header: &v1::CreateDatasetHeader,
    files: BTreeMap<String, Vec<u8>>,
) -> Result<v1::CreateDatasetResponse, Status> {
    check_name(&header.display_name, "header.display_name")?;
    let refuse = |fault: &CoreError| status::of_core(fault, shared.limits.detail_bytes);
    let inputs = upload::inputs(files).map_err(|fault| refuse(&fault))?;
    let content_sha256 = content(&inputs);
    let request = keyed(&header.request_id, "CreateDataset", format!("{content_sha256} {}", header.display_name).as_bytes())?;
    if let Some(request) = &request
        && let Some(known) = shared.store.answered(&caller.tenant, request).map_err(|fault| shared.refuse(&fault))?
    {
        return again(shared, caller, known);
    }
    let opened = inputs.open(None).map_err(|fault| refuse(&fault))?;
    let (dataset, now_ms) = described(shared, &header.display_name, &inputs, &opened)?;
    let files = files_of(inputs);
    let new = NewDataset { tenant: &caller.tenant, id: &dataset.dataset_id, now_ms, body: &dataset.encode_to_vec(), files: &files };
    match shared.store.add_dataset(&new, request.as_ref()).map_err(|fault| shared.refuse(&fault))? {
        Once::Done => Ok(v1::CreateDatasetResponse { dataset: Some(dataset), warnings: convert::warnings(&opened.warnings) }),
        known => again(shared, caller, known),
    }
}

/// Refuses a name that is long, or could forge a line.
pub(super) fn check_name(name: &str, field: &str) -> Result<(), Status> {
    if name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(status::bad_field(field, "up to 200 characters on one line"));
    }
    Ok(())
}

/// The files of inputs as they are stored.
pub(super) fn files_of(inputs: Inputs) -> BTreeMap<String, Vec<u8>> {
    let mut files = inputs.tables;
    files.insert(pipeline::POLICY_FILE.to_owned(), inputs.policy.into_bytes());
    files
}

/// A new dataset as it is told and kept, and when it was made.
pub(super) fn described(shared: &Shared, name: &str, inputs: &Inputs, opened: &Opened) -> Result<(v1::Dataset, i64), Status> {
    let (dataset_id, now) = (new_id("ds").map_err(|fault| shared.refuse(&fault))?, now_ms());
    let content_sha256 = content(inputs);
    let dataset = v1::Dataset {
        dataset_id,
        display_name: name.to_owned(),
        etag: content_sha256.chars().take(16).collect(),
        content_sha256,
        create_time: Some(convert::timestamp(now)),
        reference_date: opened.model.date.to_string(),
        policy_id: opened.policy.id.clone(),
        files: inputs
            .hashes()
            .into_iter()
            .map(|file| v1::DatasetFile { name: file.file, sha256: file.sha256, size_bytes: file.bytes as u64 })
            .collect(),
        counts: Some(counts(opened)),
        warning_count: count(opened.warnings.len()),
    };
    Ok((dataset, now))
}

/// The answer to a request that was answered before.
fn again(shared: &Shared, caller: &Caller, known: Once) -> Result<v1::CreateDatasetResponse, Status> {
    let Once::Before(id) = known else { return Err(status::other_request()) };
    let files = stored(shared, caller, &id)?;
    let warnings = crate::runs::inputs(files, None).and_then(|inputs| Ok(inputs.open(None)?.warnings));
    let warnings = convert::warnings(&warnings.map_err(|fault| shared.refuse(&fault))?);
    Ok(v1::CreateDatasetResponse { dataset: Some(get(shared, caller, &id)?), warnings })
}

fn validate(
    shared: &Shared,
    caller: &Caller,
    header: &v1::ValidateDatasetHeader,
    uploaded: BTreeMap<String, Vec<u8>>,
) -> Result<v1::ValidateDatasetResponse, Status> {
    let mut files = if header.dataset_id.is_empty() { BTreeMap::new() } else { stored(shared, caller, &header.dataset_id)? };
    files.extend(uploaded);
    let options = v1::RunOptions { reference_date: header.reference_date.clone(), ..v1::RunOptions::default() };
    let date = date(&options).map_err(|_| status::bad_field("header.reference_date", "a day of the calendar, YYYY-MM-DD"))?;
    let found = upload::inputs(files).and_then(|inputs| check(&inputs, date));
    match found {
        Ok((opened, warnings)) => Ok(v1::ValidateDatasetResponse { findings: warnings, error_count: 0, counts: Some(counts(&opened)) }),
        Err(CoreError::Input { report }) => {
            Ok(v1::ValidateDatasetResponse { findings: convert::report(&report), error_count: report.error_count(), counts: None })
        }
        Err(other) => Err(status::of_core(&other, shared.limits.detail_bytes)),
    }
}

/// Everything that is wrong with inputs, without solving: what they hold, and the findings that stop nothing.
pub(super) fn check(inputs: &Inputs, date: Option<Date>) -> Result<(Opened, Vec<v1::Finding>), CoreError> {
    let opened = inputs.open(date)?;
    match pipeline::check(&opened.model, &opened.policy, opened.book()) {
        Ok(more) => {
            let warnings = convert::warnings(&opened.warnings).into_iter().chain(convert::warnings(&more)).collect();
            Ok((opened, warnings))
        }
        Err(CoreError::Input { report }) => {
            let mut all: Report = report;
            all.warnings.extend(opened.warnings);
            Err(CoreError::Input { report: all })
        }
        Err(other) => Err(other),
    }
}

fn stored(shared: &Shared, caller: &Caller, id: &str) -> Result<BTreeMap<String, Vec<u8>>, Status> {
    let files = shared.store.dataset_files(&caller.tenant, id).map_err(|fault| shared.refuse(&fault))?;
    files.ok_or_else(|| status::not_found("dataset"))
}

fn message(shared: &Shared, row: &DatasetRow) -> Result<v1::Dataset, Status> {
    decode(&row.body, "a dataset").map_err(|fault| shared.refuse(&fault))
}

fn get(shared: &Shared, caller: &Caller, id: &str) -> Result<v1::Dataset, Status> {
    let row = shared.store.dataset(&caller.tenant, id).map_err(|fault| shared.refuse(&fault))?;
    message(shared, &row.ok_or_else(|| status::not_found("dataset"))?)
}

fn list(shared: &Shared, caller: &Caller, asked: &v1::ListDatasetsRequest, mask: &Mask) -> Result<v1::ListDatasetsResponse, Status> {
    let list = List { secret: shared.store.secret(), tenant: &caller.tenant, name: "datasets", filter: "" };
    let page = Page { before: list.position(&asked.page_token, i64::MAX)?, limit: page::size(asked.page_size, shared.limits.page)? };
    let rows = shared.store.datasets(&caller.tenant, page).map_err(|fault| shared.refuse(&fault))?;
    let more = rows.last().filter(|_| rows.len() >= page.limit as usize);
    let next_page_token = more.map(|row| list.token(row.seq)).unwrap_or_default();
    let datasets = rows.iter().map(|row| mask.narrowed(message(shared, row)?)).collect::<Result<_, _>>()?;
    Ok(v1::ListDatasetsResponse { datasets, next_page_token })
}

fn delete(shared: &Shared, caller: &Caller, asked: &v1::DeleteDatasetRequest) -> Result<v1::DeleteDatasetResponse, Status> {
    let dataset = get(shared, caller, &asked.dataset_id)?;
    if !asked.etag.is_empty() && asked.etag != dataset.etag {
        return Err(status::aborted("ETAG_DIFFERS", "this is not the dataset's etag; read it again"));
    }
    match shared.store.delete_dataset(&caller.tenant, &asked.dataset_id).map_err(|fault| shared.refuse(&fault))? {
        Deletion::Done => Ok(v1::DeleteDatasetResponse {}),
        Deletion::NotFound => Err(status::not_found("dataset")),
        Deletion::InUse => Err(status::failed_precondition("HAS_RUNS", "runs rest on this dataset; delete them first")),
    }
}

/// SHA-256 over names and hashes of the files.
fn content(inputs: &Inputs) -> String {
    let names: String = inputs.hashes().iter().flat_map(|file| [file.file.as_str(), " ", &file.sha256, "\n"].map(str::to_owned)).collect();
    pipeline::sha256(names.as_bytes())
}

fn counts(opened: &Opened) -> v1::DatasetCounts {
    let (tables, model) = (&opened.tables, &opened.model);
    v1::DatasetCounts {
        residences: count(tables.residences.len()),
        dwellings: count(tables.dwellings.len()),
        vacancies: count(model.dwellings.len()),
        households: count(tables.households.len()),
        applicants: count(model.households.len()),
        persons: count(tables.persons.len()),
        tenancies: count(tables.tenancies.len()),
        quotas: count(tables.quotas.len() + opened.policy.quotas.len()),
    }
}
