//! A client for programs in Rust: the clients of all services on one connection, with a token on every call.

use tonic::metadata::errors::InvalidMetadataValue;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::wire::v1;
use crate::wire::v1::allocation_service_client::AllocationServiceClient;
use crate::wire::v1::dataset_service_client::DatasetServiceClient;
use crate::wire::v1::explanation_service_client::ExplanationServiceClient;
use crate::wire::v1::scenario_service_client::ScenarioServiceClient;
use crate::wire::v1::scoring_service_client::ScoringServiceClient;

/// Bytes of one chunk of an upload.
const CHUNK: usize = 256 << 10;

/// Adds a token to every call.
#[derive(Debug, Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    /// Of the holder of `token`.
    ///
    /// # Errors
    /// Where the token holds what no header may.
    pub fn new(token: &str) -> Result<Self, InvalidMetadataValue> {
        let mut value: MetadataValue<Ascii> = format!("Bearer {token}").parse()?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A connection that carries a token.
pub type Carrier = InterceptedService<Channel, Bearer>;

/// The clients of one caller.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Datasets.
    pub datasets: DatasetServiceClient<Carrier>,
    /// Runs and decisions.
    pub allocation: AllocationServiceClient<Carrier>,
    /// Reasons.
    pub explanation: ExplanationServiceClient<Carrier>,
    /// Scores of pairs.
    pub scoring: ScoringServiceClient<Carrier>,
    /// What if.
    pub scenarios: ScenarioServiceClient<Carrier>,
}

impl Clients {
    /// Those of the holder of `token`.
    ///
    /// # Errors
    /// Where the token holds what no header may.
    ///
    /// ```
    /// use matcher_grpc::client::Clients;
    /// # let runtime = tokio::runtime::Runtime::new().unwrap();
    /// # let _inside = runtime.enter();
    /// // Connects at the first call.
    /// let channel = tonic::transport::Endpoint::from_static("http://127.0.0.1:50051").connect_lazy();
    /// assert!(Clients::new(channel.clone(), "mtch_0123").is_ok());
    /// assert!(Clients::new(channel, "two\nlines").is_err());
    /// ```
    pub fn new(channel: Channel, token: &str) -> Result<Self, InvalidMetadataValue> {
        let bearer = Bearer::new(token)?;
        Ok(Self {
            datasets: DatasetServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            allocation: AllocationServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            explanation: ExplanationServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            scoring: ScoringServiceClient::with_interceptor(channel.clone(), bearer.clone()),
            scenarios: ScenarioServiceClient::with_interceptor(channel, bearer),
        })
    }
}

/// The messages of an upload: the header, then the files in chunks.
///
/// ```
/// let files = [("policy.toml", vec![b'#'; 300_000])];
/// let messages = matcher_grpc::client::upload(files.iter().map(|(name, bytes)| (*name, bytes.as_slice())), "a town", "");
/// assert_eq!(messages.len(), 3);
/// ```
pub fn upload<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    display_name: &str,
    request_id: &str,
) -> Vec<v1::CreateDatasetRequest> {
    use v1::create_dataset_request::Part;
    let header = v1::CreateDatasetHeader { display_name: display_name.into(), request_id: request_id.into() };
    let chunks = files.into_iter().flat_map(|(name, bytes)| chunks(name, bytes));
    std::iter::once(Part::Header(header)).chain(chunks.map(Part::Chunk)).map(|part| v1::CreateDatasetRequest { part: Some(part) }).collect()
}

/// A file in chunks; an empty one is one empty chunk.
pub fn chunks<'a>(name: &'a str, bytes: &'a [u8]) -> impl Iterator<Item = v1::FileChunk> + 'a {
    let parts = bytes.chunks(CHUNK).chain(bytes.is_empty().then_some(&[][..]));
    parts.map(move |data| v1::FileChunk { name: name.into(), data: data.to_vec() })
}

/// The rows of a table of scores.
///
/// ```
/// use matcher_grpc::{client::rows, wire::v1};
/// let table = v1::ScoreTable {
///     household_ids: vec!["H1".into()], dwelling_count: 2, point_bytes: 4,
///     suitability_points: vec![7, 0, 0, 0, 255, 255, 255, 255], eligible_bits: vec![0b10],
/// };
/// let row = rows(&table).next().unwrap();
/// assert_eq!((row.household_id, row.points(), row.is_open(0), row.is_open(1)), ("H1", vec![7, -1], false, true));
/// ```
pub fn rows(table: &v1::ScoreTable) -> impl Iterator<Item = ScoreRow<'_>> {
    let (width, entry) = (table.dwelling_count as usize, (table.point_bytes as usize).max(1));
    let points = table.suitability_points.chunks((width * entry).max(1)).chain(std::iter::repeat(&[][..]));
    let open = table.eligible_bits.chunks(width.div_ceil(8).max(1)).chain(std::iter::repeat(&[][..]));
    let rows = table.household_ids.iter().zip(points).zip(open);
    rows.map(move |((household_id, points), open)| ScoreRow { household_id, points, open, entry })
}

/// One household of a table of scores.
#[derive(Debug, Clone, Copy)]
pub struct ScoreRow<'a> {
    /// The household.
    pub household_id: &'a str,
    points: &'a [u8],
    open: &'a [u8],
    /// Bytes of an entry of `points`.
    entry: usize,
}

impl ScoreRow<'_> {
    /// Suitability for each dwelling of the block.
    pub fn points(&self) -> Vec<i64> {
        if let (4, (entries, _)) = (self.entry, self.points.as_chunks()) {
            return entries.iter().map(|entry| i32::from_le_bytes(*entry).into()).collect();
        }
        self.points.as_chunks().0.iter().map(|entry| i64::from_le_bytes(*entry)).collect()
    }

    /// Whether no rule refuses the dwelling at this place of the block.
    pub fn is_open(&self, at: usize) -> bool {
        self.open.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
    }
}
