//! What keeps a store for years: backup while it is used, verification, compaction, and schemas of older programs.

use std::path::{Path, PathBuf};

use matcher_grpc::auth::Role;
use matcher_grpc::error::Error;
use matcher_grpc::store::{Datasets as _, Runs as _, Sqlite, Tenant, verify};
use matcher_grpc::wire::v1;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::harness::{Clients, Service, small_town, within};
use crate::runs::offers;

/// A stopped service's store with a dataset, a run and a decision.
struct Stored {
    dir: TempDir,
    dataset: v1::Dataset,
    run: v1::Run,
}

impl Stored {
    async fn new() -> Self {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Allocator).await;
        let dataset = clients.create(&small_town()).await;
        let run = clients.run(&dataset.dataset_id).await;
        decide(&mut clients, &run).await;
        let (dir, _) = service.stop().await;
        Self { dir, dataset, run }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("matcher.db")
    }

    /// Changes the store behind the program's back.
    fn change(&self, sql: &str) {
        let connection = Connection::open(self.path()).unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
    }

    /// What verification says of it.
    fn faults(&self) -> Vec<String> {
        verify(&self.path()).unwrap().faults
    }

    /// The same store as schema 1 wrote it.
    fn as_schema_1(&self) -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("matcher.db");
        let old = Connection::open(&path).unwrap();
        old.pragma_update(None, "application_id", 0x6d74_6368).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        old.execute_batch(include_str!("../../src/store/sqlite/schema.sql")).unwrap();
        old.execute("ATTACH ?1 AS new", [self.path().to_str().unwrap()]).unwrap();
        let tables = ["meta", "tokens", "requests", "datasets", "dataset_files", "runs", "run_results", "run_files", "decisions"];
        for table in tables {
            let columns: Vec<String> = old
                .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .collect::<rusqlite::Result<_>>()
                .unwrap();
            let columns = columns.join(", ");
            old.execute(&format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}"), []).unwrap();
        }
        (dir, path)
    }
}

async fn decide(clients: &mut Clients, run: &v1::Run) -> v1::Decision {
    let offer = offers(clients, &run.run_id, 1).await.remove(0);
    let request = v1::DecideRequest {
        run_id: run.run_id.clone(),
        dwelling_id: offer.dwelling_id,
        household_id: offer.household_id,
        outcome: v1::DecisionOutcome::Allocated.into(),
        reason: "first of the shortlist".into(),
        decided_by: "a commission".into(),
        ..v1::DecideRequest::default()
    };
    clients.allocation.decide(request).await.unwrap().into_inner().decision.unwrap()
}

fn schema(path: &Path) -> i64 {
    Connection::open(path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_during_writes_is_whole_and_can_be_served() {
    within(async {
        // FAULTS 108.
        let service = Service::start().await;
        let token = service.token("town", Role::Allocator);
        let mut clients = service.clients_of(&token).await;
        let first = clients.create(&small_town()).await;
        let run = clients.run(&first.dataset_id).await;
        let decision = decide(&mut clients, &run).await;
        let before = offers(&mut clients, &run.run_id, 100).await;
        let mut writer = service.clients_of(&token).await;
        let writing = tokio::spawn(async move {
            loop {
                let dataset = writer.create(&small_town()).await;
                writer.run(&dataset.dataset_id).await;
            }
        });
        let (store, folder) = (service.folder().join("matcher.db"), tempfile::tempdir().unwrap());
        for number in 0..5 {
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            let to = folder.path().join(format!("{number}.db"));
            let verdict = Sqlite::open(&store).unwrap().backup(&to).unwrap();
            assert!(verdict.faults.is_empty() && verdict.datasets >= 1 && verdict.results >= 1 && verdict.decisions == 1, "{verdict:?}");
            assert_eq!(verify(&to).unwrap(), verdict);
            // It stands alone, and its owner alone may read it.
            assert!(!to.with_extension("db-wal").exists() && !folder.path().join(format!("{number}.db.part")).exists());
            #[cfg(unix)]
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&to).unwrap().permissions()) & 0o077, 0);
        }
        assert!(!writing.is_finished(), "writes went on meanwhile");
        writing.abort();
        let there = folder.path().join("0.db");
        let bytes = std::fs::read(&there).unwrap();
        assert!(matches!(Sqlite::open(&store).unwrap().backup(&there), Err(Error::BackupExists { .. })));
        assert_eq!(std::fs::read(&there).unwrap(), bytes, "a backup never replaces a file");
        let restored = service.restored(&there).await;
        let mut clients = restored.clients_of(&token).await;
        assert_eq!(clients.get_run(&run.run_id).await, run);
        assert_eq!(offers(&mut clients, &run.run_id, 100).await, before);
        let list = clients.allocation.list_decisions(v1::ListDecisionsRequest::default()).await.unwrap().into_inner();
        assert_eq!(list.decisions, [decision]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_whatever_is_not_as_it_was_written() {
    within(async {
        let changes = [
            (
                "UPDATE dataset_files SET bytes = CAST(bytes || x'0a' AS BLOB) WHERE name = 'households.csv'",
                "households.csv is not as it was uploaded",
            ),
            ("DELETE FROM dataset_files WHERE name = 'policy.toml'", "policy.toml is missing"),
            ("UPDATE dataset_files SET name = 'other.csv' WHERE name = 'persons.csv'", "other.csv does not belong to it"),
            ("UPDATE datasets SET body = x'ff'", "cannot be read"),
            ("UPDATE run_results SET body = x'' WHERE section = 'offers' AND place = 0", "are not those that were written"),
            ("DELETE FROM run_files WHERE name = 'certificate'", "are not those that were written"),
            ("UPDATE runs SET results_sha256 = NULL", "without a hash"),
            ("UPDATE runs SET state = 'cancelled'", "without results"),
            ("UPDATE decisions SET body = x'ff'", "cannot be read"),
            ("UPDATE decisions SET run = 'run_none'", "rests on nothing"),
        ];
        let whole = Stored::new().await;
        assert_eq!(whole.faults(), Vec::<String>::new());
        for (sql, fault) in changes {
            let dir = tempfile::tempdir().unwrap();
            std::fs::copy(whole.path(), dir.path().join("matcher.db")).unwrap();
            let stored = Stored { dir, dataset: whole.dataset.clone(), run: whole.run.clone() };
            stored.change(sql);
            let faults = stored.faults();
            assert!(faults.iter().any(|found| found.contains(fault)), "{sql}: {faults:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_told_and_never_a_panic() {
    within(async {
        // FAULTS 102, 103.
        let whole = Stored::new().await;
        let bytes = std::fs::read(whole.path()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("matcher.db");
        let pages = bytes.len() / 4096;
        for page in (1..pages).step_by((pages / 12).max(1)) {
            let mut damaged = bytes.clone();
            damaged[page * 4096..(page + 1) * 4096].fill(0x5a);
            std::fs::write(&path, &damaged).unwrap();
            let told = verify(&path).map(|verdict| verdict.faults);
            assert!(told.as_ref().map_or(true, |faults| !faults.is_empty()), "page {page}: {told:?}");
        }
        for length in [1, 99, 4096, bytes.len() / 2] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            let told = verify(&path).map(|verdict| verdict.faults);
            assert!(told.as_ref().map_or(true, |faults| !faults.is_empty()), "{length} bytes: {told:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compaction_gives_room_back_while_the_service_runs() {
    within(async {
        let service = Service::start().await;
        let mut clients = service.clients("town", Role::Planner).await;
        let kept = clients.create(&small_town()).await;
        let mut others = Vec::new();
        for _ in 0..10 {
            others.push(clients.create(&small_town()).await);
        }
        for dataset in others {
            let request = v1::DeleteDatasetRequest { dataset_id: dataset.dataset_id, etag: String::new() };
            clients.datasets.delete_dataset(request).await.unwrap();
        }
        let path = service.folder().join("matcher.db");
        let pages = || -> i64 { Connection::open(&path).unwrap().pragma_query_value(None, "page_count", |row| row.get(0)).unwrap() };
        let before = pages();
        Sqlite::open(&path).unwrap().compact().unwrap();
        assert!(pages() * 2 < before, "{} pages of {before}", pages());
        let request = v1::GetDatasetRequest { dataset_id: kept.dataset_id.clone(), ..Default::default() };
        assert_eq!(clients.datasets.get_dataset(request).await.unwrap().into_inner().dataset, Some(kept));
        clients.create(&small_town()).await;
        assert_eq!(verify(&path).unwrap().faults, Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_schema_1_is_brought_up_on_a_copy_and_the_copy_kept() {
    within(async {
        // FAULTS 107.
        let stored = Stored::new().await;
        let (dir, path) = stored.as_schema_1();
        assert!(matches!(Sqlite::open(&path), Err(Error::StoreOlder { found: 1, .. })));
        assert!(matches!(verify(&path), Err(Error::StoreOlder { found: 1, .. })));
        let store = Sqlite::serve(&path).unwrap();
        let town = Tenant("town".into());
        let new = Sqlite::open(&stored.path()).unwrap();
        assert_eq!(store.run(&town, &stored.run.run_id).unwrap(), new.run(&town, &stored.run.run_id).unwrap());
        assert_eq!(
            store.dataset_files(&town, &stored.dataset.dataset_id).unwrap(),
            new.dataset_files(&town, &stored.dataset.dataset_id).unwrap()
        );
        assert_eq!(verify(&path).unwrap(), verify(&stored.path()).unwrap());
        drop(store);
        let kept = dir.path().join("matcher.db.schema-1");
        assert_eq!((schema(&kept), schema(&path)), (1, 2));
        assert!(!dir.path().join("matcher.db.trial").exists());
        // Once is enough.
        std::fs::remove_file(&kept).unwrap();
        drop(Sqlite::serve(&path).unwrap());
        assert!(!kept.exists());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_bear_a_migration_is_left_as_it_was() {
    within(async {
        let stored = Stored::new().await;
        stored.change("DELETE FROM dataset_files WHERE name = 'persons.csv'");
        let (dir, path) = stored.as_schema_1();
        let refused = Sqlite::serve(&path).unwrap_err();
        let Error::StoreMigration { from: 1, to: 2, cause, .. } = &refused else { panic!("{refused}") };
        assert!(cause.contains("persons.csv is missing"), "{cause}");
        assert_eq!(schema(&path), 1);
        let columns: i64 = Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM pragma_table_info('runs') WHERE name = 'results_sha256'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(columns, 0);
        assert!(!dir.path().join("matcher.db.trial").exists());
    })
    .await;
}
