//! A server on a port of its own, its clients, and small towns.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use matcher_generate::{Plan, Size, generate};
use matcher_grpc::auth::{Lifetime, Role, create_token};
use matcher_grpc::client;
use matcher_grpc::log::Log;
use matcher_grpc::server;
use matcher_grpc::settings::{Limits, Settings};
use matcher_grpc::store::{Sqlite, Store, Tenant};
use matcher_grpc::wire::v1;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// A test that does not come to its end has failed.
pub(crate) async fn within(test: impl Future<Output = ()>) {
    tokio::time::timeout(Duration::from_secs(120), test).await.expect("the test ends within two minutes");
}

/// A running server.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) lines: Lines,
    dir: TempDir,
    settings: Settings,
    stop: oneshot::Sender<()>,
    done: JoinHandle<matcher_grpc::error::Result<()>>,
}

/// What the log says.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The clients of one caller; in a box, since tests hold several across their waits.
#[derive(Clone)]
pub(crate) struct Clients(Box<client::Clients>);

impl Deref for Clients {
    type Target = client::Clients;

    fn deref(&self) -> &client::Clients {
        &self.0
    }
}

impl DerefMut for Clients {
    fn deref_mut(&mut self) -> &mut client::Clients {
        &mut self.0
    }
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With other limits than the usual ones.
    pub(crate) async fn with(change: impl FnOnce(&mut Limits)) -> Self {
        Self::set(|settings| change(&mut settings.limits)).await
    }

    /// With other settings than the usual ones.
    pub(crate) async fn set(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings { listen: ([127, 0, 0, 1], 0).into(), ..Settings::default() };
        settings.limits.drain_s = 2;
        change(&mut settings);
        Self::begin(tempfile::tempdir().unwrap(), settings).await
    }

    /// With this certificate and its key, in PEM, whose files are looked at every so many seconds.
    pub(crate) async fn secured(certificate: &str, key: &str, check_s: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let paths = [("chain.pem", certificate), ("key.pem", key)].map(|(name, pem)| (dir.path().join(name), pem));
        for (path, pem) in &paths {
            std::fs::write(path, pem).unwrap();
        }
        let [certificate, key] = paths.map(|(path, _)| Some(path));
        let limits = Limits { tls_check_s: check_s, ..Limits::default() };
        let listen = ([127, 0, 0, 1], 0).into();
        let settings = Settings { listen, tls_certificate: certificate, tls_key: key, limits, ..Settings::default() };
        Self::begin(dir, settings).await
    }

    async fn begin(dir: TempDir, settings: Settings) -> Self {
        let settings = Settings { store: dir.path().join("matcher.db"), ..settings };
        let store: Arc<dyn Store> = Arc::new(Sqlite::serve(&settings.store).unwrap());
        let listener = TcpListener::bind(settings.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (kept, given) = (Arc::clone(&store), settings.clone());
        let lines = Lines::default();
        let log = Log::to(lines.clone());
        let serve = async move { server::serve(&given, kept, listener, log, async { stopped.await.unwrap_or(()) }).await };
        Self { address, store, lines, dir, settings, stop, done: tokio::spawn(serve) }
    }

    /// Stops the server in order, until it has ended.
    pub(crate) async fn stop(self) -> (TempDir, Settings) {
        let Self { dir, settings, stop, done, .. } = self;
        stop.send(()).unwrap();
        done.await.unwrap().unwrap();
        (dir, settings)
    }

    /// Stops the server in order and starts another on the same store.
    pub(crate) async fn restart(self) -> Self {
        let (dir, settings) = self.stop().await;
        Self::begin(dir, settings).await
    }

    /// Another server on a copy of the store's files as they are now: what one finds that was killed at this moment.
    pub(crate) async fn copied(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["matcher.db", "matcher.db-wal"] {
            std::fs::copy(self.folder().join(name), dir.path().join(name)).unwrap();
        }
        Self::begin(dir, self.settings.clone()).await
    }

    /// Another server on this file as its store.
    pub(crate) async fn restored(&self, file: &Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::copy(file, dir.path().join("matcher.db")).unwrap();
        Self::begin(dir, self.settings.clone()).await
    }

    /// The folder of the store.
    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn token(&self, tenant: &str, role: Role) -> String {
        create_token(&*self.store, &Tenant(tenant.into()), role, "a test", Lifetime::Unlimited).unwrap().0
    }

    pub(crate) async fn channel(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn clients(&self, tenant: &str, role: Role) -> Clients {
        self.clients_of(&self.token(tenant, role)).await
    }

    pub(crate) async fn clients_of(&self, token: &str) -> Clients {
        Clients::on(self.channel().await, token)
    }
}

impl Clients {
    /// The clients of the holder of `token`.
    pub(crate) fn on(channel: Channel, token: &str) -> Self {
        Self(Box::new(client::Clients::new(channel, token).unwrap()))
    }
}

/// Files by name.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The files of a folder.
pub(crate) fn folder(dir: &Path) -> Files {
    let mut files: Files = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv") || path.ends_with("policy.toml"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// A made-up town of a few dozen households, quickly solved.
pub(crate) fn small_town() -> Files {
    town(Size::XS)
}

/// A made-up town of this size.
fn town(size: Size) -> Files {
    let dir = tempfile::tempdir().unwrap();
    generate(&Plan::size(size), 3).write(dir.path()).unwrap();
    folder(dir.path())
}

/// A made-up town whose optimum is not proved while a test looks on: its runs are cancelled by the tests.
pub(crate) fn hard_town() -> Files {
    town(Size::M)
}

/// What such a run is asked: all of the gap closed. It ends on its own in the end, so that a test that fails does not hang.
pub(crate) fn hard_options() -> v1::RunOptions {
    v1::RunOptions { gap_ppm: Some(0), time_limit_ms: Some(40_000), ..v1::RunOptions::default() }
}

/// The demo town.
pub(crate) fn demo_town() -> Files {
    folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town"))
}

/// The messages of an upload.
pub(crate) fn create_messages(files: &Files, name: &str, request_id: &str) -> Vec<v1::CreateDatasetRequest> {
    use v1::create_dataset_request::Part;
    let header = v1::CreateDatasetHeader { display_name: name.into(), request_id: request_id.into() };
    let chunks = chunks(files).map(Part::Chunk);
    std::iter::once(Part::Header(header)).chain(chunks).map(|part| v1::CreateDatasetRequest { part: Some(part) }).collect()
}

/// Small chunks, the files one after the other.
pub(crate) fn chunks(files: &Files) -> impl Iterator<Item = v1::FileChunk> {
    files.iter().flat_map(|(name, bytes)| {
        bytes.chunks(10_000).map(|data| v1::FileChunk { name: name.clone(), data: data.to_vec() }).collect::<Vec<_>>()
    })
}

impl Clients {
    pub(crate) async fn create(&mut self, files: &Files) -> v1::Dataset {
        self.try_create(files, "").await.unwrap()
    }

    pub(crate) async fn try_create(&mut self, files: &Files, request_id: &str) -> Result<v1::Dataset, Status> {
        let messages = create_messages(files, "a town", request_id);
        let created = self.datasets.create_dataset(tokio_stream::iter(messages)).await?;
        Ok(created.into_inner().dataset.unwrap())
    }

    /// A run that is waited for.
    pub(crate) async fn run(&mut self, dataset_id: &str) -> v1::Run {
        let request = v1::AllocateRequest { attached: true, ..allocate(dataset_id) };
        self.allocation.allocate(request).await.unwrap().into_inner().run.unwrap()
    }

    pub(crate) async fn get_run(&mut self, run_id: &str) -> v1::Run {
        self.allocation.get_run(v1::GetRunRequest { run_id: run_id.into(), ..Default::default() }).await.unwrap().into_inner().run.unwrap()
    }

    /// Watches a run to its end and gives its events.
    pub(crate) async fn watch(&mut self, run_id: &str, after_sequence: u64) -> Vec<v1::WatchRunResponse> {
        let request = v1::WatchRunRequest { run_id: run_id.into(), after_sequence };
        let mut stream = self.allocation.watch_run(request).await.unwrap().into_inner();
        let mut events = Vec::new();
        while let Some(event) = stream.message().await.unwrap() {
            events.push(event);
        }
        events
    }
}

/// A plain request.
pub(crate) fn allocate(dataset_id: &str) -> v1::AllocateRequest {
    v1::AllocateRequest { dataset_id: dataset_id.into(), ..v1::AllocateRequest::default() }
}
