//! A run searched again: whether the same bytes come out.

use std::sync::Arc;

use matcher_core::allocation::Status as SolveStatus;
use matcher_core::pipeline::{Inputs, Kept, sha256};
use tonic::Status;

use crate::auth::Caller;
use crate::error::Error;
use crate::runs::{Seat, kept, search};
use crate::status;
use crate::store::RunRow;
use crate::wire::v1;

use super::Shared;
use super::allocation::{not_taken, succeeded};

/// Searches again while the client waits, in a place of its own among the solves.
pub(super) async fn replay(shared: &Arc<Shared>, caller: Caller, id: String) -> Result<v1::ReplayRunResponse, Status> {
    let (of, asked) = (caller.clone(), id.clone());
    // What cannot be searched again waits for no place.
    shared.work(move |shared| left(shared, &of, &asked).map(|_| ())).await?;
    let seat = shared.runs.seat(&caller.tenant).await.map_err(|fault| not_taken(shared, fault))?;
    let _stopper = seat.stopper();
    // The seat is held until the solver has stopped, also where the client is gone.
    shared.work(move |shared| again(shared, &caller, &id, &seat)).await
}

/// A run that can be searched again, its inputs and what it left.
fn left(shared: &Shared, caller: &Caller, id: &str) -> Result<(RunRow, Inputs, Kept), Status> {
    let row = succeeded(shared, caller, id)?;
    let (inputs, then) = kept(&*shared.store, &row).map_err(|fault| shared.refuse(&fault))?;
    if matches!(then.record.status, SolveStatus::TimeLimit | SolveStatus::Cancelled | SolveStatus::Unknown) {
        let what =
            "time or a person stopped this run: another search would stop elsewhere; give step_limit to a run that is to be repeated";
        return Err(status::failed_precondition("NOT_REPEATABLE", what));
    }
    Ok((row, inputs, then))
}

fn again(shared: &Shared, caller: &Caller, id: &str, seat: &Seat) -> Result<v1::ReplayRunResponse, Status> {
    let (row, inputs, then) = left(shared, caller, id)?;
    match search(&inputs, &row, &shared.limits, seat.threads, &seat.control()) {
        // Its client has gone, or the service is about to stop.
        Err(Error::Stopped) => Err(Status::unavailable("the search was stopped; ask again later")),
        found => Ok(told(&then, &found.map_err(|fault| shared.refuse(&fault))?.1)),
    }
}

/// What differs, in words.
fn told(then: &Kept, now: &Kept) -> v1::ReplayRunResponse {
    let same = [
        (then.record.problem == now.record.problem, "the dataset gives another problem"),
        (then.record.status == now.record.status, "the search ended otherwise"),
        ((then.record.objective, then.record.bound) == (now.record.objective, now.record.bound), "objective or bound are others"),
        (then.pairs == now.pairs, "the pairs are others"),
        (then.certificate == now.certificate, "the certificate is another"),
    ];
    let differences: Vec<String> = same.iter().filter(|(same, _)| !same).map(|(_, what)| (*what).to_owned()).collect();
    let certificate = |kept: &Kept| kept.certificate.as_deref().map(sha256).unwrap_or_default();
    v1::ReplayRunResponse {
        same: differences.is_empty(),
        differences,
        allocation_sha256_then: sha256(&then.pairs),
        allocation_sha256_now: sha256(&now.pairs),
        certificate_sha256_then: certificate(then),
        certificate_sha256_now: certificate(now),
        engine_version_then: then.record.engine_version.clone(),
        engine_version_now: now.record.engine_version.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use matcher_core::solve::Control;

    use super::*;

    #[test]
    fn each_difference_is_told() {
        let dir = tempfile::tempdir().unwrap();
        matcher_generate::generate(&matcher_generate::Plan::size(matcher_generate::Size::XS), 1).write(dir.path()).unwrap();
        let inputs = Inputs::read(dir.path(), None).unwrap();
        let opened = inputs.open(None).unwrap();
        let options = matcher_core::solve::SolveOptions::default();
        let run = matcher_core::pipeline::run(&opened.model, &opened.policy, opened.book(), &options.into(), &Control::default()).unwrap();
        let then = Kept::new(&run, &inputs).unwrap();
        assert!(told(&then, &then).same);
        let changes: BTreeMap<&str, fn(&mut Kept)> = BTreeMap::from([
            ("the pairs are others", (|kept| kept.pairs.push(b' ')) as fn(&mut Kept)),
            ("the certificate is another", |kept| kept.certificate = None),
            ("the dataset gives another problem", |kept| kept.record.problem.clear()),
            ("the search ended otherwise", |kept| kept.record.status = SolveStatus::StepLimit),
            ("objective or bound are others", |kept| kept.record.bound = None),
        ]);
        for (what, change) in changes {
            let mut now = then.clone();
            change(&mut now);
            let told = told(&then, &now);
            assert!(!told.same && told.differences == [what], "{told:?}");
        }
    }
}
