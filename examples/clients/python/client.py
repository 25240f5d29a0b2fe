"""From a folder of tables to an allocation, its reasons and a decision, over gRPC.

MATCHER_TOKEN holds the token. Stubs: see README.md.
"""

import argparse
import os
import sys
import uuid
from pathlib import Path

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from matcher.v1 import allocation_service_pb2 as allocation
from matcher.v1 import allocation_service_pb2_grpc, dataset_service_pb2_grpc, explanation_service_pb2_grpc
from matcher.v1 import dataset_service_pb2 as dataset
from matcher.v1 import explanation_service_pb2 as explanation
from matcher.v1 import run_pb2 as run

CHUNK_BYTES = 256 * 1024


def upload(folder: Path, name: str):
    """The messages of an upload: the header, then every file in chunks."""
    yield dataset.CreateDatasetRequest(
        header=dataset.CreateDatasetHeader(display_name=name, request_id=str(uuid.uuid4()))
    )
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv" or path.name in ("policy.toml", "format.toml"):
            content = path.read_bytes()
            for start in range(0, len(content), CHUNK_BYTES):
                data = content[start : start + CHUNK_BYTES]
                yield dataset.CreateDatasetRequest(chunk=dataset.FileChunk(name=path.name, data=data))


def pages(call, request, field):
    """Every entry of a paged list."""
    while True:
        answer = call(request)
        yield from getattr(answer, field)
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def tell(error: grpc.RpcError) -> None:
    """What was refused, with the findings where there are any."""
    print(f"{error.code().name}: {error.details()}")
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        bad = error_details_pb2.BadRequest()
        if detail.Is(bad.DESCRIPTOR):
            detail.Unpack(bad)
            for violation in bad.field_violations:
                print(f"  {violation.reason} {violation.field}: {violation.description}")


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path, help="folder with the tables and policy.toml")
    words.add_argument("--address", default="127.0.0.1:50051")
    words.add_argument("--ca", type=Path, help="certificate authority in PEM; TLS where it is given")
    words.add_argument("--decide", action="store_true", help="record a decision about the first offer")
    asked = words.parse_args()
    secret = os.environ.get("MATCHER_TOKEN") or words.error("MATCHER_TOKEN is not set: matcher token create")
    token = grpc.access_token_call_credentials(secret)
    metadata = [("authorization", f"Bearer {secret}")]
    if asked.ca:
        tls = grpc.ssl_channel_credentials(asked.ca.read_bytes())
        channel, metadata = grpc.secure_channel(asked.address, grpc.composite_channel_credentials(tls, token)), None
    else:
        channel = grpc.insecure_channel(asked.address)
    datasets = dataset_service_pb2_grpc.DatasetServiceStub(channel)
    runs = allocation_service_pb2_grpc.AllocationServiceStub(channel)
    reasons = explanation_service_pb2_grpc.ExplanationServiceStub(channel)
    try:
        work(asked, datasets, runs, reasons, metadata)
    except grpc.RpcError as error:
        tell(error)
        return 1
    return 0


def work(asked, datasets, runs, reasons, metadata) -> None:
    created = datasets.CreateDataset(upload(asked.folder, asked.folder.name), metadata=metadata)
    counts = created.dataset.counts
    print(f"dataset {created.dataset.dataset_id}: {counts.applicants} households apply for {counts.vacancies} dwellings")

    request = allocation.AllocateRequest(
        dataset_id=created.dataset.dataset_id,
        options=run.RunOptions(gap_ppm=1000, time_limit_ms=60_000),
        request_id=str(uuid.uuid4()),
    )
    started = runs.Allocate(request, metadata=metadata).run
    for event in runs.WatchRun(allocation.WatchRunRequest(run_id=started.run_id), metadata=metadata):
        best = event.objective_points if event.HasField("objective_points") else "-"
        bound = event.bound_points if event.HasField("bound_points") else "-"
        print(f"  {run.RunState.Name(event.state)} {run.SolveStage.Name(event.stage)} best {best} bound {bound}")
    done = runs.GetRun(allocation.GetRunRequest(run_id=started.run_id), metadata=metadata).run
    if done.state != run.RUN_STATE_SUCCEEDED:
        print(f"no result: {run.RunState.Name(done.state)} {done.failure.reason}; {done.failure.action}")
        return
    result = done.result
    print(
        f"run {done.run_id}: {run.SolveStatus.Name(result.status)}, {result.totals.filled} of {result.totals.vacancies} dwellings offered, "
        f"objective {result.objective_points}, bound {result.bound_points}, gap {result.gap_ppm} ppm, proof {result.proof}"
    )

    def listed(call):
        return lambda request: call(request, metadata=metadata)

    offers = list(pages(listed(runs.ListOffers), allocation.ListOffersRequest(run_id=done.run_id), "offers"))
    for offer in offers[:3]:
        print(f"  {offer.dwelling_id} -> {offer.household_id}, {offer.suitability_points} points")
    first = offers[0]
    one = allocation.ListShortlistsRequest(run_id=done.run_id, dwelling_id=first.dwelling_id)
    for candidate in runs.ListShortlists(one, metadata=metadata).shortlists[0].candidates:
        print(f"  shortlist of {first.dwelling_id}: {candidate.rank}. {candidate.household_id}, behind {candidate.behind_points}")
    why = explanation.ExplainHouseholdRequest(
        run_id=done.run_id, household_id=first.household_id, language=explanation.LANGUAGE_ENGLISH
    )
    print(reasons.ExplainHousehold(why, metadata=metadata).text)
    verdict = runs.VerifyRun(allocation.VerifyRunRequest(run_id=done.run_id), metadata=metadata)
    print(f"judged again: {'accepted' if verdict.accepted else 'refused'} ({verdict.proof})")
    if asked.decide:
        decision = runs.Decide(
            allocation.DecideRequest(
                run_id=done.run_id,
                dwelling_id=first.dwelling_id,
                household_id=first.household_id,
                outcome=allocation.DECISION_OUTCOME_ALLOCATED,
                reason="first of the shortlist",
                decided_by="commission d'attribution",
                request_id=str(uuid.uuid4()),
            ),
            metadata=metadata,
        ).decision
        print(f"decision {decision.decision_id}: {decision.dwelling_id} goes to {decision.household_id}, shortlist rank {decision.shortlist_rank}")


if __name__ == "__main__":
    sys.exit(main())
