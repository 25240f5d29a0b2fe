//! What is asked: a town, and scenarios to make to it.

use std::time::Duration;

use matcher_core::error::{Error as CoreError, Report};
use matcher_core::pipeline;
use matcher_core::scenario::{Scenario, Session, Town, lineage, parse, parse_grid, parse_grid_json, parse_json};
use matcher_core::units::Date;
use tonic::Status;

use crate::auth::Caller;
use crate::convert;
use crate::runs::{Seat, date, inputs, solve_options};
use crate::status;
use crate::wire::v1;

use super::super::Shared;
use super::super::allocation::quick_faults;

/// A question that nothing was found against.
#[derive(Debug)]
pub(super) struct Asked {
    town: v1::ScenarioTown,
    date: Option<Date>,
    /// Time for all of its solves.
    pub(super) limit: Duration,
    pub(super) scenarios: Vec<Scenario>,
}

impl Asked {
    /// Looks at what can be told before a place is waited for; at most `most` scenarios, each of which `reader` reads. Blocking.
    pub(super) fn read(
        shared: &Shared,
        caller: &Caller,
        town: Option<v1::ScenarioTown>,
        (scenarios, most, reader): (&[v1::Scenario], usize, Reader),
    ) -> Result<Self, Status> {
        let town = town.ok_or_else(|| status::bad_field("town", "name the dataset that is asked about"))?;
        quick_faults(shared, "town.options", town.options.as_ref(), &town.policy_toml)?;
        let options = town.options.clone().unwrap_or_default();
        let many = || status::bad_field("scenarios", &format!("at most {most}"));
        if scenarios.len() > most {
            return Err(many());
        }
        let scenarios = read(scenarios, reader).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
        if scenarios.len() > most {
            return Err(many());
        }
        let found = shared.store.dataset(&caller.tenant, &town.dataset_id).map_err(|fault| shared.refuse(&fault))?;
        found.ok_or_else(|| status::not_found("dataset"))?;
        let date = date(&options).map_err(|fault| shared.refuse(&fault))?;
        Ok(Self { limit: shared.limits.solve_time(options.time_limit_ms), town, date, scenarios })
    }

    /// Tables and policy. Blocking.
    fn town(&self, shared: &Shared, caller: &Caller) -> Result<Town, Status> {
        let files = shared.store.dataset_files(&caller.tenant, &self.town.dataset_id).map_err(|fault| shared.refuse(&fault))?;
        let policy = Some(self.town.policy_toml.as_str()).filter(|policy| !policy.is_empty());
        let inputs = inputs(files.ok_or_else(|| status::not_found("dataset"))?, policy).map_err(|fault| shared.refuse(&fault))?;
        let opened = inputs.open(self.date).map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
        Ok(Town::from(opened))
    }

    /// The town, answered. Blocking.
    pub(super) fn open(&self, shared: &Shared, caller: &Caller, seat: &Seat) -> Result<Session, Status> {
        let town = self.town(shared, caller)?;
        let options = solve_options(&self.town.options.clone().unwrap_or_default(), town.policy.seed, &shared.limits, seat.threads);
        Session::open(town, &options, &seat.control()).map_err(|fault| refused(shared, seat, &fault))
    }

    /// The town, answered, and then with all scenarios one after the other. Blocking.
    pub(super) fn made(&self, shared: &Shared, caller: &Caller, seat: &Seat) -> Result<Session, Status> {
        let mut session = self.open(shared, caller, seat)?;
        self.check_bases(&session.town().policy.id).map_err(|fault| refused(shared, seat, &fault))?;
        for scenario in &self.scenarios {
            session.apply(scenario, &seat.control()).map_err(|fault| refused(shared, seat, &fault))?;
        }
        Ok(session)
    }

    fn check_bases(&self, policy: &str) -> Result<(), CoreError> {
        (0..self.scenarios.len()).try_for_each(|at| lineage(policy, &self.scenarios, at).map(|_| ()))
    }

    /// Everything that is wrong with the town after the scenarios, without solving; the findings that stop nothing. Blocking.
    pub(super) fn check(&self, shared: &Shared, caller: &Caller) -> Result<Vec<v1::Finding>, Status> {
        let town = self.town(shared, caller)?;
        let found = town.stack(&self.scenarios).and_then(|town| {
            let mut report = Report::default();
            let model = town.model(&mut report)?;
            let about_policy = pipeline::check(&model, &town.policy, town.book())?;
            Ok([report.warnings, about_policy].concat())
        });
        let warnings = found.map_err(|fault| status::of_core(&fault, shared.limits.detail_bytes))?;
        Ok(convert::warnings(&warnings))
    }
}

/// Reads what stands at a field of a request.
pub(super) type Reader = fn(&v1::Scenario, &str) -> Result<Vec<Scenario>, CoreError>;

/// A scenario that stands at `field` of a request.
pub(super) fn scenario(of: &v1::Scenario, field: &str) -> Result<Scenario, CoreError> {
    match &of.text {
        Some(v1::scenario::Text::Toml(text)) => parse(text, field),
        Some(v1::scenario::Text::Json(text)) => parse_json(text, field),
        // An empty scenario lacks its id: that is what the reader says.
        None => parse("", field),
    }
}

/// The same, as a list of one.
pub(super) fn one(of: &v1::Scenario, field: &str) -> Result<Vec<Scenario>, CoreError> {
    scenario(of, field).map(|scenario| vec![scenario])
}

/// All points of what may be a grid.
pub(super) fn grid(of: &v1::Scenario, field: &str) -> Result<Vec<Scenario>, CoreError> {
    match &of.text {
        Some(v1::scenario::Text::Toml(text)) => parse_grid(text, field),
        Some(v1::scenario::Text::Json(text)) => parse_grid_json(text, field),
        None => one(of, field),
    }
}

/// All scenarios of a request, or every finding about any of them.
fn read(list: &[v1::Scenario], reader: Reader) -> Result<Vec<Scenario>, CoreError> {
    let mut all = Report::default();
    let mut scenarios = Vec::with_capacity(list.len());
    for (at, one) in list.iter().enumerate() {
        match reader(one, &format!("scenarios[{at}]")) {
            Ok(read) => scenarios.extend(read),
            Err(CoreError::Input { report }) => all.errors.extend(report.errors),
            Err(other) => return Err(other),
        }
    }
    all.into_result(scenarios)
}

/// How much of outcomes is told.
pub(super) fn view(asked: i32, field: &str) -> Result<v1::OutcomeView, Status> {
    v1::OutcomeView::try_from(asked).map_err(|_| status::bad_field(field, "OUTCOME_VIEW_BASIC or OUTCOME_VIEW_FULL"))
}

/// Why core did not answer in a seat.
pub(super) fn refused(shared: &Shared, seat: &Seat, fault: &CoreError) -> Status {
    if seat.is_cancelled() { stopped() } else { status::of_core(fault, shared.limits.detail_bytes) }
}

/// Its client has gone, or the service is about to stop.
pub(super) fn stopped() -> Status {
    Status::unavailable("the question was stopped; ask again later")
}
