"""Sparse assignments without quotas: the other solvers on one problem directory.

As a command: plain.py PEER PROBLEM.pickle SECONDS REPEAT prints one JSON line. Nobody need be housed, so every solver that knows only
full matchings gets a private column of score 0 per dwelling. Building the solver's own graph is not in the time.
"""

from __future__ import annotations

import json
import pathlib
import pickle
import subprocess
import sys
import tempfile
import time

import numpy as np

import problems

PEERS = ["scipy", "lemon network simplex", "lemon cost scaling", "ortools min-cost flow"]


def scipy_matching(problem):
    import scipy
    from scipy import sparse
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    homes, people = len(problem.dwellings), len(problem.households)
    # Weights must not be zero: a stored zero is no edge.
    top = float(problem.arc_score.max()) + 1
    row = np.concatenate([problem.arc_dwelling, np.arange(homes)])
    column = np.concatenate([problem.arc_household, people + np.arange(homes)])
    graph = sparse.csr_matrix((np.concatenate([top - problem.arc_score, np.full(homes, top)]), (row, column)), shape=(homes, people + homes))
    position = sparse.csr_matrix((np.arange(1, len(problem.arc_score) + 1), (problem.arc_dwelling, problem.arc_household)), shape=(homes, people))

    def run():
        rows, columns = min_weight_full_bipartite_matching(graph)
        housed = columns < people
        return lambda: np.asarray(position[rows[housed], columns[housed]]).ravel() - 1

    return run, scipy.__version__


def ortools_flow(problem):
    import ortools
    from ortools.graph.python import min_cost_flow

    homes, people, arcs = len(problem.dwellings), len(problem.households), len(problem.arc_score)
    source, sink = homes + people, homes + people + 1
    home, household = np.arange(homes), homes + np.arange(people)
    tail = np.concatenate([problem.arc_dwelling, np.full(homes, source), home, household])
    head = np.concatenate([homes + problem.arc_household, home, np.full(homes, sink), np.full(people, sink)])
    cost = np.concatenate([-problem.arc_score, np.zeros(2 * homes + people, np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), np.ones(len(tail), np.int64), cost)
    flow.set_node_supply(source, homes)
    flow.set_node_supply(sink, -homes)

    def run():
        assert flow.solve() == flow.OPTIMAL
        return lambda: np.nonzero(flow.flows(np.arange(arcs)))[0]

    return run, ortools.__version__


def lemon(problem, algorithm):
    here = pathlib.Path(__file__).parent
    binary = pathlib.Path(tempfile.gettempdir()) / "matcher-peers-lemon"
    subprocess.run(["g++", "-O3", "-march=native", "-o", binary, here / "lemon.cpp"], check=True)
    folder = tempfile.TemporaryDirectory()
    graph, answer = pathlib.Path(folder.name) / "graph", pathlib.Path(folder.name) / "answer"
    with open(graph, "wb") as out:
        np.array([len(problem.dwellings), len(problem.households), len(problem.arc_score)], "<u4").tofile(out)
        for column in (problem.arc_dwelling, problem.arc_household, problem.arc_score):
            column.astype("<i4").tofile(out)

    def run():
        told = subprocess.run([binary, algorithm, graph, answer], check=True, capture_output=True, text=True)
        run.seconds = float(told.stdout)
        return lambda: np.fromfile(answer, "<u4").astype(np.int64)

    run.folder = folder
    return run, "1.3"


def main() -> None:
    peer, path, seconds, repeat = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    with open(path, "rb") as file:
        problem = pickle.load(file)
    assert (problem.capacity == 1).all()
    run, version = {
        "scipy": lambda: scipy_matching(problem),
        "ortools min-cost flow": lambda: ortools_flow(problem),
        "lemon network simplex": lambda: lemon(problem, "simplex"),
        "lemon cost scaling": lambda: lemon(problem, "scaling"),
    }[peer]()
    times, arcs = [], None
    while len(times) < repeat and sum(times) < seconds:
        start = time.perf_counter()
        arcs = run()
        # A program of its own says what its solve took.
        times.append(getattr(run, "seconds", time.perf_counter() - start))
    print(json.dumps({"solve": times, "objective": problems.worth(problem, arcs()), "version": version}))


if __name__ == "__main__":
    main()
