"""What scenarios would make of a dataset, one after the other, in a session of the service; nothing is stored.

    python what_if.py ds_... examples/scenarios/un-ascenseur.toml

MATCHER_TOKEN holds the token. Stubs: see README.md.
"""

import argparse
import os
import queue
import sys
from pathlib import Path

import grpc

from matcher.v1 import scenario_pb2 as scenario
from matcher.v1 import scenario_service_pb2 as service
from matcher.v1 import scenario_service_pb2_grpc


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("dataset", help="id of a dataset")
    words.add_argument("scenarios", type=Path, nargs="+", help="scenarios in TOML, each tried out by itself")
    words.add_argument("--address", default="127.0.0.1:50051")
    asked = words.parse_args()
    secret = os.environ.get("MATCHER_TOKEN") or words.error("MATCHER_TOKEN is not set: matcher token create")
    stub = scenario_service_pb2_grpc.ScenarioServiceStub(grpc.insecure_channel(asked.address))
    questions: queue.SimpleQueue = queue.SimpleQueue()
    town = service.ScenarioTown(dataset_id=asked.dataset)
    questions.put(service.SessionRequest(header=service.SessionHeader(town=town)))
    for path in asked.scenarios:
        questions.put(service.SessionRequest(try_out=scenario.Scenario(toml=path.read_text())))
    # None ends the session; a page with sliders would go on asking.
    questions.put(None)
    answers = stub.Session(iter(questions.get, None), metadata=[("authorization", f"Bearer {secret}")])
    names = ["the town as it is", *(path.name for path in asked.scenarios)]
    try:
        for name, answer in zip(names, answers):
            tell(name, answer)
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}")
        return 1
    return 0


def tell(name: str, answer: service.SessionResponse) -> None:
    """One answer in a few lines."""
    if answer.HasField("failure"):
        print(f"{name}: {answer.failure.reason}; {answer.failure.action}")
        for finding in answer.failure.findings:
            print(f"  {finding.code} row {finding.row} {finding.column}: {finding.cause}; {finding.action}")
        return
    outcome = answer.town.outcome
    print(f"{name}: {outcome.placed} of {outcome.vacancies} offered, objective {outcome.objective_points}, gap {outcome.gap_ppm} ppm")
    for figure in answer.town.comparison.figures:
        if figure.before != figure.after:
            print(f"  {scenario.FigureCode.Name(figure.code)} {figure.before} -> {figure.after}")
    moved = answer.town.comparison.moved
    if moved:
        print(f"  {len(moved)} households are offered something else, {moved[0].household_id} first: {scenario.MoveCode.Name(moved[0].reason.code)}")


if __name__ == "__main__":
    sys.exit(main())
