//! Marked values in every place where a person's could stand: in good and broken tables, in requests, in headers. None of them may
//! be found in an error, in the finding of a check, in the log, or in the metrics.

use std::path::Path;

use matcher_grpc::auth::Role;
use matcher_grpc::client::{Clients, chunks, upload};
use matcher_grpc::wire::v1;
use prost::Message as _;
use tonic::Code;

use crate::families::Draw;

use super::process::{Town, settings, token};
use super::requests::{Call, Names, calls, messages};
use super::told::Metrics;
use super::wire::{call, contains};
use super::{Found, Served, Trials, block_on, tiny_town};

/// Stands in every marked value of letters.
const MARK: &str = "Zarquon";

/// Gives so many marked values.
pub fn run(trials: &Trials) -> Found {
    match block_on(mark_all(trials)) {
        Ok(found) => found,
        Err(what) => Found { tries: 0, seen: 0, bad: vec![what] },
    }
}

async fn mark_all(trials: &Trials) -> Result<Found, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let key = token(dir.path(), "town", Role::Admin, &format!("{MARK}-keeper"))?;
    let metrics = Metrics::free()?;
    std::fs::write(settings(dir.path()), metrics.settings()).map_err(|e| e.to_string())?;
    let server = Served::start(&trials.program, dir.path())?;
    let mut clients = server.clients(&key).await?;
    let (town, calls) = (tiny_town(1)?, calls()?);
    let mut found = Found { tries: trials.tries, ..Found::default() };
    let mut values: Vec<String> = vec![MARK.to_owned(), key.clone()];
    for at in 0..trials.tries {
        let seed = trials.seed.wrapping_add(at);
        let mut draw = Draw::new(seed, "canary");
        let told = match draw.position(8) {
            0..4 => broken_cell(&mut clients, &town, at, &mut draw).await,
            4 => broken_file(&mut clients, &town, at, &mut draw).await,
            5 => good_values(&mut clients, &town, at, &mut draw).await,
            _ => request(&server, &key, &calls, at, &mut draw).await,
        }?;
        for value in &told.values {
            found.seen += told.places.len() as u64;
            if let Some(place) = told.places.iter().find(|place| contains(place, value.as_bytes())) {
                let place = String::from_utf8_lossy(place).chars().filter(|c| !c.is_control()).take(300).collect::<String>();
                found.bad.push(format!("seed={seed}: {}: {value:?} is told in {place:?}", told.what));
            }
        }
        values.extend(told.values);
    }
    // A search that finds nothing anywhere would pass all this: what its owner may read holds the mark.
    let named = upload(town.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())), MARK, "");
    let created = clients.datasets.create_dataset(tokio_stream::iter(named)).await.map_err(|e| e.to_string())?;
    if !contains(&created.into_inner().encode_to_vec(), MARK.as_bytes()) {
        return Err("the search finds nothing where the mark stands".to_owned());
    }
    let log = std::fs::read(dir.path().join("log.txt")).map_err(|e| e.to_string())?;
    if (log.split(|byte| *byte == b'\n').count() as u64) < trials.tries {
        return Err("the log has fewer lines than there were calls".to_owned());
    }
    values.sort();
    values.dedup();
    found.seen += values.len() as u64;
    let labels = labels(&metrics)?;
    for (place, text) in [("the log", &log), ("the metrics", &labels)] {
        found.bad.extend(values.iter().filter(|value| contains(text, value.as_bytes())).map(|value| format!("{value:?} is in {place}")));
    }
    Ok(found)
}

/// The labels of all metrics. Their numbers are counts and times, which may be anybody's income by chance.
fn labels(metrics: &Metrics) -> Result<Vec<u8>, String> {
    let told = metrics.text()?;
    if !told.contains("matcher_calls_total{") {
        return Err("the metrics count no calls".to_owned());
    }
    Ok(told.split('"').skip(1).step_by(2).collect::<Vec<_>>().join("\n").into_bytes())
}

/// What was marked, and where it must not stand.
struct Told {
    what: String,
    values: Vec<String>,
    places: Vec<Vec<u8>>,
}

/// A value that is marked and stands in no table by chance.
fn value(at: u64, draw: &mut Draw) -> String {
    match draw.position(8) {
        0 => format!("{MARK}-{at}"),
        1 => format!("2999-12-{:02}", 10 + at % 20),
        2 => format!("98{at:05}x4321"),
        3 => format!("-7{at:05}13,57"),
        4 => format!("{MARK}\u{e9}{at}"),
        5 => format!("87654{at:06}12345678901234"),
        6 => format!("{MARK} O'Neill;{at}"),
        _ => format!("{MARK}{at}\u{202e}"),
    }
}

/// Cells of a table that holds no quoted ones.
fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn joined(cells: &[Vec<String>]) -> Vec<u8> {
    cells.iter().map(|row| row.join(",") + "\n").collect::<String>().into_bytes()
}

/// The tables about people with their cells.
fn table(town: &Town, draw: &mut Draw) -> Result<(usize, Vec<Vec<String>>), String> {
    let people = ["households.csv", "persons.csv", "affinities.csv", "help.csv", "tenancies.csv"];
    let there: Vec<usize> = (0..town.len()).filter(|&at| people.contains(&town[at].0.as_str())).collect();
    let at = there[draw.position(there.len())];
    let text = std::str::from_utf8(&town[at].1).map_err(|e| e.to_string())?;
    if text.contains('"') {
        return Err(format!("{} has quoted cells", town[at].0));
    }
    Ok((at, cells(text)))
}

/// What upload and check say.
async fn said(clients: &mut Clients, files: &Town) -> Result<(Code, Vec<Vec<u8>>), String> {
    use v1::validate_dataset_request::Part;
    let list = || files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let mut places = Vec::new();
    let code = match clients.datasets.create_dataset(tokio_stream::iter(upload(list(), "a town", ""))).await {
        Ok(created) => {
            let warnings = created.into_inner().warnings;
            places.push(v1::CreateDatasetResponse { dataset: None, warnings }.encode_to_vec());
            Code::Ok
        }
        Err(refused) => {
            places.extend([refused.message().as_bytes().to_vec(), refused.details().to_vec()]);
            places.push(format!("{:?}", refused.metadata()).into_bytes());
            refused.code()
        }
    };
    let parts = list().flat_map(|(name, bytes)| chunks(name, bytes)).map(Part::Chunk);
    let parts = std::iter::once(Part::Header(v1::ValidateDatasetHeader::default())).chain(parts);
    let messages: Vec<_> = parts.map(|part| v1::ValidateDatasetRequest { part: Some(part) }).collect();
    match clients.datasets.validate_dataset(tokio_stream::iter(messages)).await {
        Ok(checked) => places.push(checked.into_inner().encode_to_vec()),
        Err(refused) => places.extend([refused.message().as_bytes().to_vec(), refused.details().to_vec()]),
    }
    Ok((code, places))
}

/// A marked value in one cell, or in more cells than the row has.
async fn broken_cell(clients: &mut Clients, town: &Town, at: u64, draw: &mut Draw) -> Result<Told, String> {
    let (file, mut table) = table(town, draw)?;
    let value = value(at, draw);
    let row = 1 + draw.position(table.len().saturating_sub(1).max(1)).min(table.len().saturating_sub(2));
    let width = table.first().map_or(1, Vec::len);
    let column = draw.position(width + 1);
    let what = if let Some(cell) = table.get_mut(row).and_then(|row| row.get_mut(column)) {
        value.clone_into(cell);
        format!("{} column {}", town[file].0, table[0][column])
    } else {
        table.push(vec![value.clone(); width + 1]);
        format!("{} a row too long", town[file].0)
    };
    let mut files = town.clone();
    files[file].1 = joined(&table);
    let (_, places) = said(clients, &files).await?;
    Ok(Told { what, values: vec![value], places })
}

/// A file that is broken around a marked value.
async fn broken_file(clients: &mut Clients, town: &Town, at: u64, draw: &mut Draw) -> Result<Told, String> {
    let (file, _) = table(town, draw)?;
    let value = format!("{MARK}-{at}");
    let mut files = town.clone();
    let (kind, file) = match draw.position(5) {
        0 => ("quote without an end", file),
        1 => ("bytes of no text", file),
        2 => ("a NUL", file),
        3 => ("a policy that is no TOML", town.iter().position(|file| file.0 == "policy.toml").ok_or("no policy")?),
        _ => ("a pin of a policy", town.iter().position(|file| file.0 == "policy.toml").ok_or("no policy")?),
    };
    let more = match kind {
        "quote without an end" => format!("\"{value}\n").into_bytes(),
        "bytes of no text" => [value.as_bytes(), &[0xff, 0xfe, b'\n']].concat(),
        "a NUL" => format!("{value}\u{0},\n").into_bytes(),
        "a policy that is no TOML" => format!("\nreason = \"{value} and no end\n").into_bytes(),
        _ => format!("\n[[pins]]\nhousehold = \"{value}\"\ndwelling = 7\nreason = \"{value}\"\n").into_bytes(),
    };
    files[file].1.extend(more);
    let (code, places) = said(clients, &files).await?;
    if code == Code::Ok {
        return Err(format!("{kind} is taken"));
    }
    Ok(Told { what: format!("{} with {kind}", town[file].0), values: vec![value], places })
}

/// Incomes and birth dates of their own in a town that is taken, allocated and asked about: they stand in the log of no call.
async fn good_values(clients: &mut Clients, town: &Town, at: u64, draw: &mut Draw) -> Result<Told, String> {
    let mut files = town.clone();
    let mut values = Vec::new();
    for (name, column) in [("households.csv", "income_eur_year"), ("persons.csv", "birth_date")] {
        let file = files.iter_mut().find(|file| file.0 == name).ok_or("a table is missing")?;
        let mut table = cells(std::str::from_utf8(&file.1).map_err(|e| e.to_string())?);
        let column = table[0].iter().position(|header| header == column).ok_or("a column is missing")?;
        let row = 1 + draw.position(table.len() - 1);
        let value =
            if name == "persons.csv" { format!("19{}-0{}-2{}", 30 + at % 30, 1 + at % 9, at % 9) } else { format!("1{:06}", 313_131 + at) };
        value.clone_into(&mut table[row][column]);
        // A birth date is looked for in the log only where no time of a call can be it.
        values.push(value);
        file.1 = joined(&table);
    }
    let list = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let display_name = format!("{MARK} {at}");
    let created = clients.datasets.create_dataset(tokio_stream::iter(upload(list, &display_name, ""))).await;
    let dataset = match created {
        Ok(created) => created.into_inner().dataset.unwrap_or_default(),
        // Where the value breaks a rule of the tables it is one more broken upload.
        Err(refused) => {
            let places = vec![refused.message().as_bytes().to_vec(), refused.details().to_vec()];
            return Ok(Told { what: "a good table".to_owned(), values, places });
        }
    };
    let request = v1::AllocateRequest { dataset_id: dataset.dataset_id, attached: true, ..v1::AllocateRequest::default() };
    let run = clients.allocation.allocate(request).await.map_err(|e| e.to_string())?.into_inner().run.unwrap_or_default();
    let request = v1::ListOffersRequest { run_id: run.run_id.clone(), page_size: 1, page_token: String::new(), ..Default::default() };
    let offers = clients.allocation.list_offers(request).await.map_err(|e| e.to_string())?.into_inner().offers;
    let mut places = Vec::new();
    if let Some(offer) = offers.first() {
        let (run_id, household_id) = (run.run_id.clone(), offer.household_id.clone());
        let asked = v1::ExplainHouseholdRequest { run_id, household_id, language: 2 };
        clients.explanation.explain_household(asked).await.map_err(|e| e.to_string())?;
        let decide = |dwelling_id: String| v1::DecideRequest {
            run_id: run.run_id.clone(),
            dwelling_id,
            household_id: offer.household_id.clone(),
            outcome: v1::DecisionOutcome::Allocated.into(),
            reason: format!("{MARK} is ill, {at}"),
            decided_by: format!("{MARK} & sons"),
            ..v1::DecideRequest::default()
        };
        clients.allocation.decide(decide(offer.dwelling_id.clone())).await.map_err(|e| e.to_string())?;
        // Refused: decided before, and no such dwelling.
        for dwelling in [offer.dwelling_id.clone(), format!("{MARK}-{at}")] {
            match clients.allocation.decide(decide(dwelling)).await {
                Ok(_) => return Err("a second decision is taken".to_owned()),
                Err(refused) => places.extend([refused.message().as_bytes().to_vec(), refused.details().to_vec()]),
            }
        }
    }
    values.push(MARK.to_owned());
    Ok(Told { what: "a good table".to_owned(), values, places })
}

/// A marked value in every name of a request and in its headers.
async fn request(server: &Served, key: &str, calls: &[Call], at: u64, draw: &mut Draw) -> Result<Told, String> {
    let asked = &calls[draw.position(calls.len())];
    let value = format!("{MARK}-{at}");
    let name = || value.clone();
    let names = Names {
        dataset_id: name(),
        run_id: name(),
        household_id: name(),
        dwelling_id: name(),
        etag: name(),
        request_id: if draw.tenths(5) { format!("{MARK} {at}") } else { name() },
        page_token: name(),
        town: vec![("households.csv".to_owned(), format!("id,{MARK}\n{value},1\n").into_bytes())],
    };
    let authorization = match draw.position(4) {
        0 => format!("Bearer {value}"),
        1 => format!("Basic {value}"),
        _ => format!("Bearer {key}"),
    };
    let mut headers = vec![("authorization", authorization), ("x-name", value.clone())];
    if draw.tenths(5) {
        headers.push(("traceparent", format!("00-{value}-01")));
    }
    let path = if draw.tenths(1) { format!("/matcher.v1.{MARK}/{MARK}{at}") } else { asked.path.clone() };
    let messages = messages(&asked.path, &names).ok_or("a call is not covered")?;
    let answer = call(&server.channel().await?, &path, &headers, messages).await?;
    // A column that is not known is refused by its name; what an upload names so is no value.
    let values = if asked.path.ends_with("/CreateDataset") { vec![value] } else { vec![value, MARK.to_owned()] };
    let mut places = vec![answer.message.into_bytes(), answer.details];
    places.extend(answer.headers.into_iter().map(|header| header.1));
    Ok(Told { what: path, values, places })
}

/// Runs some trials on a program, for the tests.
pub fn few(program: &Path) -> Found {
    run(&Trials { program: program.to_owned(), tries: 60, seed: 1 })
}
