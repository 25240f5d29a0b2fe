//! The store's file: one server, readable for its owner, refused where it is not what it should be, whole after a kill.

use matcher_grpc::auth::Role;
use matcher_grpc::error::Error;
use matcher_grpc::store::Sqlite;
use matcher_grpc::wire::v1;

use crate::harness::{Service, small_town, within};
use crate::runs::{ended, long_run, offers, until_solving};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_leaves_is_taken_up_and_given_up_the_third_time() {
    within(async {
        let mut service = Service::with(|limits| limits.solves = 1).await;
        let token = service.token("town", Role::Planner);
        let mut clients = service.clients_of(&token).await;
        let dataset = clients.create(&small_town()).await;
        let done = clients.run(&dataset.dataset_id).await;
        let before = offers(&mut clients, &done.run_id, 100).await;
        let long = long_run(&mut clients).await;
        for begun in 1..=3 {
            let killed = service.copied().await;
            clients.allocation.cancel_run(v1::CancelRunRequest { run_id: long.run_id.clone(), keep_best: false }).await.unwrap();
            service = killed;
            clients = service.clients_of(&token).await;
            assert_eq!(clients.get_run(&done.run_id).await, done);
            assert_eq!(offers(&mut clients, &done.run_id, 100).await, before);
            if begun < 3 {
                until_solving(&mut clients, &long.run_id).await;
            }
        }
        let run = ended(&mut clients, &long.run_id).await;
        assert_eq!((run.state(), run.failure.unwrap().reason.as_str()), (v1::RunState::Failed, "INTERRUPTED"));
    })
    .await;
}

#[tokio::test]
async fn a_store_has_one_server_and_its_files_one_reader() {
    within(async {
        let service = Service::start().await;
        service.clients("town", Role::Planner).await.create(&small_town()).await;
        assert!(matches!(Sqlite::serve(&service.folder().join("matcher.db")), Err(Error::StoreLocked { .. })));
        #[cfg(unix)]
        for name in ["matcher.db", "matcher.db-wal", "matcher.db.lock"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(service.folder().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
        }
    })
    .await;
}

#[test]
fn a_file_that_is_no_store_of_this_program_is_refused_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("matcher.db");
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let refused = Sqlite::serve(&path).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is left as it was");
        refused
    };
    assert!(matches!(refused(b""), Error::StoreForeign { .. }));
    assert!(matches!(refused(&b"id,applying,category\n".repeat(400)), Error::StoreForeign { .. }));
    let database = |application: i64, version: i64| {
        let path = dir.path().join("other.db");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_update(None, "application_id", application).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        drop(connection);
        std::fs::read(&path).unwrap()
    };
    assert!(matches!(refused(&database(7, 1)), Error::StoreForeign { .. }));
    assert!(matches!(refused(&database(0x6d74_6368, 3)), Error::StoreNewer { found: 3, known: 2, .. }));
}
