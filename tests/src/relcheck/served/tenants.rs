//! One tenant asks for what is another's: every call of the contract, every field of it that names something, every kind of name.
//!
//! The answer to a name of the other tenant must be, word for word and header for header, the answer to a name that nobody has, and
//! tell nothing of the other tenant; what is malformed is answered like that too. That the asker's own names are answered otherwise
//! is looked at first: a service that finds nothing would pass all else.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use matcher_grpc::auth::Role;
use matcher_grpc::client::Clients;
use matcher_grpc::wire::v1;
use prost::Message as _;
use tonic::Code;
use tonic::transport::Channel;

use crate::families::Draw;

use super::process::token;
use super::requests::{Call, Names, calls, messages};
use super::wire::{Answer, call};
use super::{Found, Served, Trials, block_on, renamed, tiny_town};

/// Askers at a time.
const ASKERS: u64 = 4;
/// Begins every id of the other tenant's town, and stands in what it wrote.
const MARK: &str = "Qx";

/// Asks so often.
pub fn run(trials: &Trials) -> Found {
    match block_on(ask_all(trials)) {
        Ok(found) => found,
        Err(what) => Found { tries: 0, seen: 0, bad: vec![what] },
    }
}

/// A tenant with a dataset, a run and a decision.
#[derive(Debug)]
struct Household {
    names: Names,
    token: String,
    /// The id of the decision.
    decision_id: String,
}

/// Everybody.
#[derive(Debug)]
struct Stage {
    channel: Channel,
    calls: Vec<Call>,
    own: Household,
    other: Household,
}

async fn ask_all(trials: &Trials) -> Result<Found, String> {
    let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
    let tokens =
        [token(dir.path(), "own-town", Role::Admin, "asker")?, token(dir.path(), "far-town", Role::Admin, &format!("{MARK}-keeper"))?];
    let server = Served::start(&trials.program, dir.path())?;
    let stage = Arc::new(set_stage(&server, tokens).await?);
    let before = state(&server, &stage.other).await?;
    let mut bad = controls(&stage).await?;
    let mut tasks = Vec::new();
    for asker in 0..ASKERS {
        let (stage, tries, seed) = (Arc::clone(&stage), trials.tries, trials.seed);
        tasks.push(tokio::spawn(async move {
            let mut bad = Vec::new();
            for at in (asker..tries).step_by(ASKERS as usize) {
                let seed = seed.wrapping_add(at);
                if let Err(what) = one(&stage, &mut Draw::new(seed, "tenants")).await {
                    bad.push(format!("seed={seed}: {what}"));
                }
            }
            bad
        }));
    }
    for task in tasks {
        bad.extend(task.await.map_err(|e| e.to_string())?);
    }
    if state(&server, &stage.other).await? != before {
        bad.push("what is the other tenant's has changed".to_owned());
    }
    Ok(Found { tries: trials.tries, seen: 2 * trials.tries, bad })
}

async fn set_stage(server: &Served, [own, other]: [String; 2]) -> Result<Stage, String> {
    let town = tiny_town(1)?;
    let far = renamed(&town, MARK);
    let own = household(server, own, town, "own").await?;
    let other = household(server, other, far, &format!("{MARK}-far")).await?;
    Ok(Stage { channel: server.channel().await?, calls: calls()?, own, other })
}

/// Makes a tenant's dataset, run and decision by the very requests that are tried later.
async fn household(server: &Served, token: String, town: super::Town, request_id: &str) -> Result<Household, String> {
    let channel = server.channel().await?;
    let text = String::new;
    let mut names = Names {
        dataset_id: text(),
        run_id: text(),
        household_id: text(),
        dwelling_id: text(),
        etag: text(),
        request_id: request_id.to_owned(),
        page_token: text(),
        town,
    };
    let make = async |names: &Names, path: &str| {
        let messages = messages(path, names).ok_or("a call is not covered")?;
        let answer = asked(&channel, &token, path, messages).await?;
        let first = answer.messages.first().cloned();
        first.ok_or_else(|| format!("{path}: {:?} {}", answer.code, answer.message))
    };
    let created = make(&names, "/matcher.v1.DatasetService/CreateDataset").await?;
    let created = v1::CreateDatasetResponse::decode(created.as_slice()).map_err(|e| e.to_string())?;
    names.dataset_id = created.dataset.unwrap_or_default().dataset_id;
    let run = make(&names, "/matcher.v1.AllocationService/Allocate").await?;
    let run = v1::AllocateResponse::decode(run.as_slice()).map_err(|e| e.to_string())?;
    names.run_id = run.run.unwrap_or_default().run_id;
    let mut clients = Clients::new(channel.clone(), &token).map_err(|e| e.to_string())?;
    let watched = clients.allocation.watch_run(v1::WatchRunRequest { run_id: names.run_id.clone(), after_sequence: 0 }).await;
    let mut events = watched.map_err(|e| e.to_string())?.into_inner();
    while events.message().await.map_err(|e| e.to_string())?.is_some() {}
    let request = v1::ListOffersRequest { run_id: names.run_id.clone(), page_size: 1, page_token: String::new(), ..Default::default() };
    let offers = clients.allocation.list_offers(request).await.map_err(|e| e.to_string())?.into_inner().offers;
    let offer = offers.first().ok_or("a run without an offer")?;
    (names.household_id, names.dwelling_id) = (offer.household_id.clone(), offer.dwelling_id.clone());
    let decided = make(&names, "/matcher.v1.AllocationService/Decide").await?;
    let decided = v1::DecideResponse::decode(decided.as_slice()).map_err(|e| e.to_string())?;
    let decision_id = decided.decision.unwrap_or_default().decision_id;
    Ok(Household { names, token, decision_id })
}

/// Asks, again where the service sheds load.
async fn asked(channel: &Channel, token: &str, path: &str, messages: Vec<Vec<u8>>) -> Result<Answer, String> {
    let headers = [("authorization", format!("Bearer {token}"))];
    for _ in 0..500 {
        let answer = call(channel, path, &headers, messages.clone()).await?;
        if answer.code != Code::ResourceExhausted {
            return Ok(answer);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("{path} is shed for ten seconds"))
}

/// What is a tenant's, as the tenant sees it.
async fn state(server: &Served, household: &Household) -> Result<Vec<Answer>, String> {
    let channel = server.channel().await?;
    let mut answers = Vec::new();
    for path in [
        "DatasetService/GetDataset",
        "DatasetService/ListDatasets",
        "AllocationService/GetRun",
        "AllocationService/ListRuns",
        "AllocationService/ListDecisions",
    ] {
        let path = format!("/matcher.v1.{path}");
        let messages = messages(&path, &household.names).ok_or("a call is not covered")?;
        answers.push(asked(&channel, &household.token, &path, messages).await?);
    }
    Ok(answers)
}

/// A name of the right form that nobody has.
fn nobodys(field: &str, draw: &mut Draw) -> String {
    let bits = format!("{:016x}{:016x}", draw.bits(), draw.bits());
    match field {
        "dataset_id" => format!("ds_{bits}"),
        "run_id" => format!("run_{bits}"),
        "household_id" => format!("H9{}", draw.bits() % 1_000),
        "dwelling_id" => format!("R9{}-A-0{}", draw.bits() % 10, draw.bits() % 10),
        "etag" => format!("dec_{bits}"),
        "page_token" => format!("{:x}.{bits}", draw.bits() % 100),
        _ => format!("nobodys-{bits}"),
    }
}

/// A name of no form.
fn malformed(own: &str, draw: &mut Draw) -> String {
    let name = match draw.position(9) {
        0 => "' OR 1=1 --".to_owned(),
        1 => "../../etc/passwd".to_owned(),
        2 => "x".repeat(10_000),
        3 => format!("{own} "),
        4 => own.to_uppercase(),
        5 => own.chars().take(own.len() / 2).collect::<String>() + "%",
        6 => "\u{202e}\u{0}\n".to_owned(),
        7 => format!("{own}\u{0}"),
        _ => "*".to_owned(),
    };
    // What is made of the asker's own name may be that name, or none.
    if name.is_empty() || name == own { "*".to_owned() } else { name }
}

/// The answer to the asker's request with this value in `field`; other fields hold the asker's own names.
async fn answer(stage: &Stage, call: &Call, field: &str, value: &str) -> Result<Answer, String> {
    let own = &stage.own.names;
    // A request that was made before is answered by its id before anything is looked at.
    let names = if field == "request_id" { own.clone() } else { own.with("request_id", "") };
    let messages = messages(&call.path, &names.with(field, value)).ok_or("a call is not covered")?;
    asked(&stage.channel, &stage.own.token, &call.path, messages).await
}

/// The asker's own names are found, and those of nobody are not.
async fn controls(stage: &Stage) -> Result<Vec<String>, String> {
    let mut bad = Vec::new();
    let mut draw = Draw::new(0, "controls");
    for call in &stage.calls {
        for field in call.fields.iter().filter(|field| ["dataset_id", "run_id", "household_id", "dwelling_id"].contains(field)) {
            let own = answer(stage, call, field, stage.own.names.get(field)).await?;
            let nobody = answer(stage, call, field, &nobodys(field, &mut draw)).await?;
            let found = own.code != Code::NotFound && !own.tells(MARK);
            if !found || (own.code, &own.message, &own.messages) == (nobody.code, &nobody.message, &nobody.messages) {
                bad.push(format!("{} {field}: the asker's own is answered {:?} {}", call.path, own.code, own.message));
            }
        }
    }
    Ok(bad)
}

/// One try.
async fn one(stage: &Stage, draw: &mut Draw) -> Result<(), String> {
    let call = &stage.calls[draw.position(stage.calls.len())];
    let field = call.fields[draw.position(call.fields.len())];
    let other = &stage.other;
    let kind = draw.position(3);
    let value = match kind {
        // Mostly the name of the right kind, else any other.
        0 if draw.tenths(7) && field != "etag" && !other.names.get(field).is_empty() => other.names.get(field).to_owned(),
        0 => {
            let names = &other.names;
            let all = [&names.dataset_id, &names.run_id, &names.household_id, &names.dwelling_id, &names.request_id, &other.decision_id];
            all[draw.position(all.len())].clone()
        }
        1 => nobodys(field, draw),
        _ => malformed(stage.own.names.get(field), draw),
    };
    let kind = ["the other's", "nobody's", "malformed"][kind];
    let nobody = answer(stage, call, field, &nobodys(field, draw)).await?;
    let found = answer(stage, call, field, &value).await?;
    let told = format!("{} {field} {kind}", call.path);
    if found.tells(MARK) || found.tells(&other.names.dataset_id) || found.tells(&other.names.run_id) || found.tells(&other.decision_id) {
        return Err(format!("{told}: the answer tells of the other tenant"));
    }
    // What is made anew has a new id each time, and an id of a request that is none is refused as such.
    let alike = if field == "request_id" { found.code == nobody.code || kind == "malformed" } else { found == nobody };
    if alike { Ok(()) } else { Err(format!("{told}: {:?} {} and {:?} {}", found.code, found.message, nobody.code, nobody.message)) }
}

/// Runs some tries on a program, for the tests.
pub fn few(program: &Path) -> Found {
    run(&Trials { program: program.to_owned(), tries: 300, seed: 1 })
}
