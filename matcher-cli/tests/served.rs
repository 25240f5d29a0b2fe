//! `matcher serve` as a process, judged as `relcheck` judges it by the thousand: killed, asked for what is another's, given marked values.

use std::path::Path;

use matcher_grpc::auth::Role;
use matcher_grpc::client::upload;
use matcher_tests::relcheck::served::{Served, Trials, canary, kill, tenants, tiny_town, token};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_matcher"))
}

#[test]
fn what_was_acknowledged_is_there_after_kills() {
    let found = kill::run(&Trials { program: program().to_owned(), tries: 8, seed: 1 });
    assert!(found.tries == 8 && found.seen > 0 && found.bad.is_empty(), "{found:?}");
}

#[test]
fn a_lost_write_is_noticed() {
    kill::finds_lost_writes(program()).unwrap();
}

#[test]
fn what_is_another_tenants_is_answered_like_what_is_not_there() {
    let found = tenants::few(program());
    assert!(found.tries > 0 && found.bad.is_empty(), "{found:?}");
}

#[test]
fn no_marked_value_is_told() {
    let found = canary::few(program());
    assert!(found.tries > 0 && found.seen > 60 && found.bad.is_empty(), "{found:?}");
}

#[test]
fn a_store_that_does_not_open_is_answered_for() {
    let town = tiny_town(1).unwrap();
    for (name, damage) in [("cut", &b"SQLite format 3\0"[..]), ("foreign", b"id,applying,category\n"), ("empty", b"")] {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("matcher.db");
        std::fs::write(&store, damage).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let refused = runtime.block_on(async {
            let server = Served::start(program(), dir.path()).unwrap();
            let mut clients = server.clients("mtch_0123").await.unwrap();
            let files = town.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            let refused = clients.datasets.create_dataset(tokio_stream::iter(upload(files, "a town", ""))).await.unwrap_err();
            let mut health = HealthClient::new(server.channel().await.unwrap());
            let told = health.check(HealthCheckRequest { service: String::new() }).await.unwrap().into_inner();
            assert_eq!(told.status(), ServingStatus::NotServing, "{name}");
            refused
        });
        assert_eq!(refused.code(), tonic::Code::Unavailable, "{name}: {refused:?}");
        assert!(refused.message().contains("matcher store verify"), "{name}: {refused:?}");
        // Who runs the service reads why and what to do; the file is as it was.
        let log = std::fs::read_to_string(dir.path().join("log.txt")).unwrap();
        assert!(log.contains("does not open") && log.contains(&format!("matcher store verify {}", store.display())), "{name}: {log}");
        assert_eq!(std::fs::read(&store).unwrap(), damage, "{name}");
    }
}

#[test]
fn a_store_is_backed_up_verified_and_compacted_by_command() {
    let dir = tempfile::tempdir().unwrap();
    token(dir.path(), "town", Role::Viewer, "a test").unwrap();
    let (store, backup) = (dir.path().join("matcher.db"), dir.path().join("backup.db"));
    let matcher = |words: &[&str]| {
        let output = std::process::Command::new(program()).arg("store").args(words).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let (store, backup) = (store.to_str().unwrap(), backup.to_str().unwrap());
    assert_eq!(matcher(&["backup", "--store", store, backup]).0, Some(0));
    let (code, said) = matcher(&["verify", backup]);
    assert!(code == Some(0) && said.contains("all as written"), "{said}");
    assert_eq!(matcher(&["compact", "--store", store]).0, Some(0));
    // Never over a file, and never a new store where one was meant.
    assert_eq!(matcher(&["backup", "--store", store, backup]).0, Some(2));
    assert_eq!(matcher(&["backup", "--store", "nowhere.db", "other.db"]).0, Some(2));
    let bytes = std::fs::read(backup).unwrap();
    std::fs::write(backup, &bytes[..5_000]).unwrap();
    let (code, said) = matcher(&["verify", backup]);
    assert!(matches!(code, Some(1 | 2)) && !said.contains("all as written"), "{code:?} {said}");
}
