//! Rows as the store gives and takes them. Bodies are encoded messages of the wire.

use std::collections::BTreeMap;

/// Whose data it is; taken from the credential only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenant(pub String);

/// A credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its id, to revoke it by.
    pub id: String,
    /// SHA-256 of the token.
    pub sha256: Vec<u8>,
    /// Whose data it opens.
    pub tenant: Tenant,
    /// Word of the role.
    pub role: String,
    /// Who holds it, as whoever made it wrote it.
    pub name: String,
    /// When it was made, milliseconds since 1970.
    pub created_ms: i64,
    /// From when on it is refused.
    pub expires_ms: Option<i64>,
    /// From when on it is refused, because somebody said so.
    pub revoked_ms: Option<i64>,
}

/// A request with an id of its client: done once, however often it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The client's id.
    pub id: String,
    /// What was called.
    pub method: &'static str,
    /// SHA-256 of what was asked.
    pub digest: Vec<u8>,
    /// When, milliseconds since 1970.
    pub now_ms: i64,
}

/// What became of a write that is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// Done now.
    Done,
    /// Done before: the id of what it made.
    Before(String),
    /// The id was used for something else.
    Differs,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only rows with a lower sequence.
    pub before: i64,
    /// At most so many.
    pub limit: u32,
}

/// A dataset to keep.
#[derive(Debug)]
pub struct NewDataset<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// Its id.
    pub id: &'a str,
    /// When, milliseconds since 1970.
    pub now_ms: i64,
    /// The encoded dataset.
    pub body: &'a [u8],
    /// Its files by name.
    pub files: &'a BTreeMap<String, Vec<u8>>,
}

/// A dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetRow {
    /// Place in the order of writing.
    pub seq: i64,
    /// The encoded dataset.
    pub body: Vec<u8>,
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone.
    Done,
    /// There was nothing.
    NotFound,
    /// Something rests on it, or it has not ended.
    InUse,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Waits.
    Queued,
    /// Works.
    Running,
    /// Has a result.
    Succeeded,
    /// Was cancelled.
    Cancelled,
    /// Could not be done.
    Failed,
}

impl RunState {
    /// True where nothing more will happen.
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// As it is written.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Queued, Self::Running, Self::Succeeded, Self::Cancelled, Self::Failed].into_iter().find(|state| state.word() == word)
    }
}

/// A run to keep.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// A dataset to keep with it, in the same commit: the one it is about.
    pub inline: Option<&'a NewDataset<'a>>,
    /// Whose.
    pub tenant: &'a Tenant,
    /// Its id.
    pub id: &'a str,
    /// The dataset it is about.
    pub dataset: &'a str,
    /// A policy instead of the dataset's.
    pub policy: Option<&'a str>,
    /// Its client waits for it: without the client it is not wanted.
    pub attached: bool,
    /// When, milliseconds since 1970.
    pub now_ms: i64,
    /// The encoded run.
    pub body: &'a [u8],
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Place in the order of writing.
    pub seq: i64,
    /// Whose.
    pub tenant: Tenant,
    /// Its id.
    pub id: String,
    /// The dataset it is about.
    pub dataset: String,
    /// A policy instead of the dataset's.
    pub policy: Option<String>,
    /// Its client waits for it.
    pub attached: bool,
    /// Where it stands.
    pub state: RunState,
    /// How often a server began it.
    pub attempts: u32,
    /// Changes with every change.
    pub version: i64,
    /// The encoded run.
    pub body: Vec<u8>,
}

/// A list among the results of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Offers, by dwelling.
    Offers,
    /// Shortlists, by dwelling.
    Shortlists,
    /// Households without an offer.
    Unassigned,
    /// Dwellings without an offer.
    EmptyDwellings,
    /// Quotas.
    Quotas,
    /// Residences with their ages.
    Mixes,
}

impl Section {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Shortlists => "shortlists",
            Self::Unassigned => "unassigned",
            Self::EmptyDwellings => "empty_dwellings",
            Self::Quotas => "quotas",
            Self::Mixes => "mixes",
        }
    }
}

/// A file that a run leaves: what a replay rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFile {
    /// Its record.
    Record,
    /// Household and dwelling of each pair.
    Allocation,
    /// The certificate.
    Certificate,
}

impl RunFile {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Allocation => "allocation",
            Self::Certificate => "certificate",
        }
    }
}

/// Entries of a list in order: key and encoded message.
pub type Entries = Vec<(String, Vec<u8>)>;

/// Everything that came out of a run.
#[derive(Debug, Default)]
pub struct Results {
    /// The lists.
    pub lists: Vec<(Section, Entries)>,
    /// Files.
    pub files: Vec<(RunFile, Vec<u8>)>,
}

/// A decision to keep.
#[derive(Debug)]
pub struct NewDecision<'a> {
    /// Whose.
    pub tenant: &'a Tenant,
    /// Its id.
    pub id: &'a str,
    /// The dataset.
    pub dataset: &'a str,
    /// The run.
    pub run: &'a str,
    /// The dwelling.
    pub dwelling: &'a str,
    /// The household that gets it.
    pub household: Option<&'a str>,
    /// Id of the decision in force about the dwelling, as the client knows it.
    pub after: Option<&'a str>,
    /// It takes the one in force back and leaves none.
    pub withdraws: bool,
    /// When, milliseconds since 1970.
    pub now_ms: i64,
    /// The encoded decision.
    pub body: &'a [u8],
}

/// What became of a decision to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is kept, or was before.
    Once(Once),
    /// Another decision about the dwelling is in force than the client knows.
    Overtaken,
    /// The household has another dwelling by a decision in force.
    HouseholdPlaced,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Place in the order of writing.
    pub seq: i64,
    /// It is in force.
    pub current: bool,
    /// The encoded decision.
    pub body: Vec<u8>,
}
