//! Roles, and what each call needs. A call that is not listed is refused.

/// What a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads datasets, runs, explanations and decisions.
    Viewer,
    /// Uploads and deletes datasets, starts, cancels and deletes runs, and reads.
    Planner,
    /// Records decisions, and does what a planner does.
    Allocator,
    /// Reads, and has runs judged again.
    Auditor,
    /// Everything.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Planner, Self::Allocator, Self::Auditor, Self::Admin];

    /// As the command line and the store write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Planner => "planner",
            Self::Allocator => "allocator",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of a word.
    ///
    /// ```
    /// use matcher_grpc::auth::Role;
    /// assert_eq!(Role::from_word("auditor"), Some(Role::Auditor));
    /// assert_eq!(Role::from_word("root"), None);
    /// ```
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Whether the role may do what a call needs.
    ///
    /// ```
    /// use matcher_grpc::auth::{Need, Role};
    /// assert!(!Role::Viewer.may(Need::Decide) && !Role::Auditor.may(Need::Plan) && Role::Allocator.may(Need::Decide));
    /// ```
    pub const fn may(self, need: Need) -> bool {
        match need {
            Need::Read => true,
            Need::Plan => matches!(self, Self::Planner | Self::Allocator | Self::Admin),
            Need::Decide => matches!(self, Self::Allocator | Self::Admin),
            Need::Judge => matches!(self, Self::Planner | Self::Allocator | Self::Auditor | Self::Admin),
        }
    }
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Reads.
    Read,
    /// Makes or deletes datasets and runs, or has the machine work.
    Plan,
    /// Records what people decided.
    Decide,
    /// Has a run judged again.
    Judge,
}

/// What every call of `proto/matcher/v1` needs, by service and method. `tests/access.rs` fails where one is missing.
pub const ACCESS: &[(&str, Need)] = &[
    ("/matcher.v1.DatasetService/CreateDataset", Need::Plan),
    ("/matcher.v1.DatasetService/ValidateDataset", Need::Plan),
    ("/matcher.v1.DatasetService/GetDataset", Need::Read),
    ("/matcher.v1.DatasetService/ListDatasets", Need::Read),
    ("/matcher.v1.DatasetService/DeleteDataset", Need::Plan),
    ("/matcher.v1.AllocationService/Allocate", Need::Plan),
    ("/matcher.v1.AllocationService/GetRun", Need::Read),
    ("/matcher.v1.AllocationService/ListRuns", Need::Read),
    ("/matcher.v1.AllocationService/CancelRun", Need::Plan),
    ("/matcher.v1.AllocationService/DeleteRun", Need::Plan),
    ("/matcher.v1.AllocationService/WatchRun", Need::Read),
    ("/matcher.v1.AllocationService/ListOffers", Need::Read),
    ("/matcher.v1.AllocationService/ListShortlists", Need::Read),
    ("/matcher.v1.AllocationService/ListUnassigned", Need::Read),
    ("/matcher.v1.AllocationService/ListEmptyDwellings", Need::Read),
    ("/matcher.v1.AllocationService/ListQuotaResults", Need::Read),
    ("/matcher.v1.AllocationService/ListResidenceMixes", Need::Read),
    ("/matcher.v1.AllocationService/VerifyRun", Need::Judge),
    ("/matcher.v1.AllocationService/ReplayRun", Need::Judge),
    ("/matcher.v1.AllocationService/Decide", Need::Decide),
    ("/matcher.v1.AllocationService/ListDecisions", Need::Read),
    ("/matcher.v1.ExplanationService/ExplainHousehold", Need::Read),
    ("/matcher.v1.ExplanationService/ExplainDwelling", Need::Read),
    ("/matcher.v1.ExplanationService/ExplainPair", Need::Read),
    ("/matcher.v1.ScoringService/ScorePairs", Need::Plan),
    ("/matcher.v1.ScoringService/RankDwellings", Need::Plan),
    ("/matcher.v1.ScenarioService/Evaluate", Need::Plan),
    ("/matcher.v1.ScenarioService/Sweep", Need::Plan),
    ("/matcher.v1.ScenarioService/Frontier", Need::Plan),
    ("/matcher.v1.ScenarioService/Session", Need::Plan),
];

/// Calls that need no token: is the service there, and what does it speak.
const OPEN: &[&str] = &["/grpc.health.v1.Health/", "/grpc.reflection.v1.ServerReflection/", "/grpc.reflection.v1alpha.ServerReflection/"];

/// The calls of these services.
const OPEN_CALLS: &[&str] = &["Check", "Watch", "List", "ServerReflectionInfo"];

/// Whether a path is that of a call which the service knows.
pub(crate) fn is_call(path: &str) -> bool {
    let open = OPEN.iter().filter_map(|service| path.strip_prefix(service));
    need_of(path).is_some() || open.into_iter().any(|call| OPEN_CALLS.contains(&call))
}

/// Whether the call needs no token.
pub(crate) fn is_open(path: &str) -> bool {
    OPEN.iter().any(|open| path.starts_with(open))
}

/// Name of a call for counts, one of a fixed list.
pub(crate) fn call_name(path: &str) -> &'static str {
    let ours = ACCESS.iter().map(|known| known.0).find(|known| *known == path);
    let open = || OPEN.iter().find(|open| path.starts_with(**open)).copied();
    ours.or_else(open).map_or("other", |name| name.trim_matches('/'))
}

/// What a call needs; `None` where it is not one of ours.
pub fn need_of(path: &str) -> Option<Need> {
    ACCESS.iter().find(|known| known.0 == path).map(|known| known.1)
}
