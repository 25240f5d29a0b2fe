"""Dense assignments: families of matrices, and the other solvers on one of them.

As a command: dense.py PEER MATRIX SECONDS REPEAT prints one JSON line; SECONDS bounds the repetitions, not a single run.
A matrix file holds two uint32 (rows, columns) and int32 scores row by row; scores are maximised.
"""

from __future__ import annotations

import json
import pathlib
import sys
import time

import numpy as np

PEERS = ["scipy", "lapx lapjv", "lapx lapjvs", "lapx lapjvc", "lap lapjv", "ortools"]


def uniform(random, n):
    return random.integers(1, 1_000_001, (n, n))


def few_values(random, n):
    """Scores of 1 to 100: many ties."""
    return random.integers(1, 101, (n, n))


def tied(random, n):
    """Half of all scores are one and the same."""
    return np.where(random.random((n, n)) < 0.5, 500, random.integers(1, 1_001, (n, n)))


def geometric(random, n):
    """Minus the distance between points of a square."""
    a, b = random.random((n, 2)), random.random((n, 2))
    distance = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(-1))
    return 150_000 - np.rint(100_000 * distance).astype(np.int64)


def machol_wien(random, n):
    """Costs i x j, in which every cheap row wants the same columns (Machol & Wien 1976)."""
    i = np.arange(1, n + 1, dtype=np.int64)
    return n * n + 1 - np.outer(i, i)


def tastes(random, n):
    """Products of a few tastes and qualities, with a little noise."""
    taste, quality = random.random((n, 5)), random.random((5, n))
    return np.rint(20_000 * (taste @ quality)).astype(np.int64) + random.integers(0, 20, (n, n))


def housing(random, n):
    """Points in steps for distance, typology, floor, rent effort and waiting, dwellings in residences of about 35."""
    residence = np.sort(random.integers(0, max(1, n // 35), n))
    sites = random.uniform(0, 18, (residence.max() + 1, 2))
    people = random.uniform(0, 18, (n, 2))
    kilometres = np.floor(np.sqrt(((people[:, None, :] - sites[None, :, :]) ** 2).sum(-1)))[:, residence]
    rooms, needed = random.integers(1, 6, n), random.integers(1, 6, n)
    floor, old = random.integers(0, 7, n), random.random(n) < 0.3
    rent, resources = 150 + 95 * rooms + random.integers(0, 90, n), random.integers(900, 2_600, n)
    effort = 100 * rent[None, :] // resources[:, None]
    score = np.maximum(0, 220 - 20 * kilometres) + np.maximum(0, 190 - 55 * np.abs(needed[:, None] - rooms[None, :]))
    score += np.where(old[:, None], 40 - 10 * np.minimum(4, floor)[None, :], 20) + np.maximum(0, 150 - 8 * np.maximum(0, effort - 14))
    return (score + 5 * random.integers(0, 24, n)[:, None]).astype(np.int64)


FAMILIES = {f.__name__: f for f in (uniform, few_values, tied, geometric, machol_wien, tastes, housing)}


def write(path: pathlib.Path, family: str, n: int, seed: int) -> None:
    score = FAMILIES[family](np.random.default_rng([seed, n]), n)
    with open(path, "wb") as out:
        np.array(score.shape, "<u4").tofile(out)
        score.astype("<i4").tofile(out)


def read(path: pathlib.Path) -> np.ndarray:
    rows, columns = np.fromfile(path, "<u4", 2)
    return np.fromfile(path, "<i4", offset=8).reshape(rows, columns)


def solver(peer: str, score: np.ndarray):
    """A function that solves and gives the column of each row, and the version; costs are ready before the clock starts."""
    cost = (int(score.max()) - score).astype(np.float64)
    n = len(score)
    if peer == "scipy":
        import scipy
        from scipy.optimize import linear_sum_assignment

        return (lambda: linear_sum_assignment(cost)[1]), scipy.__version__
    if peer == "ortools":
        import ortools
        from ortools.graph.python import linear_sum_assignment

        problem = linear_sum_assignment.SimpleLinearSumAssignment()
        rows, columns = np.repeat(np.arange(n, dtype=np.int32), n), np.tile(np.arange(n, dtype=np.int32), n)
        problem.add_arcs_with_cost(rows, columns, cost.astype(np.int64).ravel())

        def run():
            assert problem.solve() == problem.OPTIMAL
            return np.array([problem.right_mate(row) for row in range(n)])

        return run, ortools.__version__
    package, function = peer.split()
    if package == "lap":
        sys.path.insert(0, str(pathlib.Path(__file__).parent / ".lap"))
    import lap

    if (package == "lap") != (pathlib.Path(lap.__file__).parent.parent.name == ".lap"):
        raise ImportError("lap is not in its folder: see README.md")
    solve = getattr(lap, function)
    if function == "lapjv":
        return (lambda: solve(cost)[1]), lap.__version__

    def rows_and_columns():
        answer = solve(cost, return_cost=False)
        rows, columns = answer if len(answer) == 2 and np.ndim(answer[0]) == 1 else np.asarray(answer).T
        x = np.empty(n, np.int64)
        x[rows] = columns
        return x

    return rows_and_columns, lap.__version__


def main() -> None:
    peer, path, seconds, repeat = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    score = read(path)
    run, version = solver(peer, score)
    times, x = [], None
    while len(times) < repeat and sum(times) < seconds:
        start = time.perf_counter()
        x = run()
        times.append(time.perf_counter() - start)
    x = np.asarray(x)
    assert len(np.unique(x)) == len(score), "no assignment"
    objective = int(score[np.arange(len(score)), x].sum(dtype=np.int64))
    print(json.dumps({"solve": times, "objective": objective, "version": version}))


if __name__ == "__main__":
    main()
