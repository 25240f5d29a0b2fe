"""Problem directories (docs/formats.md) as numpy arrays, and what an allocation is worth, recomputed from the files."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pandas as pd


@dataclasses.dataclass
class Problem:
    """Arcs by position; households and dwellings are numbers, in the order in which their ids sort."""

    households: np.ndarray  # ids
    dwellings: np.ndarray  # ids
    arc_household: np.ndarray
    arc_dwelling: np.ndarray
    arc_score: np.ndarray
    capacity: np.ndarray
    quotas: pd.DataFrame
    rows: list  # per quota: (positions of the arcs it counts, their weights)


def _table(path: pathlib.Path, text: list[str]) -> pd.DataFrame:
    return pd.read_csv(path, dtype={column: "str" for column in text}, keep_default_na=False, na_values={"min": "", "max": "", "penalty_below": "", "penalty_above": "", "weight": "", "capacity": ""})


def read(directory: pathlib.Path) -> Problem:
    for name in ("weights.csv", "affinities.csv"):
        if (directory / name).exists():
            raise SystemExit(f"{directory / name}: not part of this comparison")
    arcs = pd.read_csv(directory / "arcs.csv", dtype={"household": "category", "dwelling": "category", "score": np.int64})
    homes = _table(directory / "dwellings.csv", ["dwelling", "residence"]).sort_values("dwelling", ignore_index=True)
    # Categories are sorted, as are the dwellings.
    known = pd.Index(homes["dwelling"])
    dwelling_number = known.get_indexer(arcs["dwelling"].cat.categories)[arcs["dwelling"].cat.codes.to_numpy()]
    capacity = homes["capacity"].fillna(1).to_numpy(np.int64) if "capacity" in homes else np.ones(len(homes), np.int64)
    problem = Problem(
        households=arcs["household"].cat.categories.to_numpy(),
        dwellings=homes["dwelling"].to_numpy(),
        arc_household=arcs["household"].cat.codes.to_numpy().astype(np.int32),
        arc_dwelling=dwelling_number.astype(np.int32),
        arc_score=arcs["score"].to_numpy(),
        capacity=capacity,
        quotas=pd.DataFrame(),
        rows=[],
    )
    if (directory / "quotas.csv").exists():
        problem.quotas = _table(directory / "quotas.csv", ["quota", "scope", "group"])
        problem.rows = _rows(directory, problem, homes)
    return problem


def _rows(directory: pathlib.Path, problem: Problem, homes: pd.DataFrame) -> list:
    """The arcs and weights of every quota: those of its scope, by dwelling, whose household is in its group."""
    households = pd.Index(problem.households)
    members = _table(directory / "groups.csv", ["household", "group"])
    weight = {}
    for group, rows in members.groupby("group"):
        at = households.get_indexer(rows["household"])
        counts = rows["weight"].fillna(1).to_numpy(np.int64) if "weight" in rows else np.ones(len(rows), np.int64)
        # A household without an arc is in no allocation.
        weight[group] = np.zeros(len(households), np.int64)
        weight[group][at[at >= 0]] = counts[at >= 0]
    order = np.argsort(problem.arc_dwelling, kind="stable")
    start = np.searchsorted(problem.arc_dwelling[order], np.arange(len(homes) + 1))
    scopes = {"*": np.arange(len(homes))}
    scopes.update({name: np.asarray(at) for name, at in homes.groupby("residence").indices.items()})
    if (directory / "scopes.csv").exists():
        named = _table(directory / "scopes.csv", ["dwelling", "scope"])
        number = pd.Index(homes["dwelling"]).get_indexer(named["dwelling"])
        scopes.update({name: number[at] for name, at in named.groupby("scope").indices.items()})
    result = [None] * len(problem.quotas)
    for scope, rows in problem.quotas.groupby("scope").indices.items():
        inside = [order[start[d] : start[d + 1]] for d in scopes.get(scope, [])]
        inside = np.concatenate(inside) if inside else np.zeros(0, np.int64)
        for row in rows:
            of = weight.get(problem.quotas["group"].iloc[row])
            counted = np.zeros(len(inside), np.int64) if of is None else of[problem.arc_household[inside]]
            result[row] = (inside[counted != 0], counted[counted != 0])
    return result


def worth(problem: Problem, arcs: np.ndarray) -> int:
    """Worth of the allocation that takes these arcs; fails where it is none."""
    arcs = np.asarray(arcs, np.int64)
    per_household = np.bincount(problem.arc_household[arcs], minlength=len(problem.households))
    per_dwelling = np.bincount(problem.arc_dwelling[arcs], minlength=len(problem.dwellings))
    assert per_household.max(initial=0) <= 1, "a household twice"
    assert (per_dwelling <= problem.capacity).all(), "a dwelling over its capacity"
    total = int(problem.arc_score[arcs].sum())
    taken = np.zeros(len(problem.arc_score), bool)
    taken[arcs] = True
    bounds = problem.quotas[["min", "max", "penalty_below", "penalty_above"]].itertuples(index=False) if problem.rows else ()
    for (inside, weights), (low, high, below, above) in zip(problem.rows, bounds):
        count = int(weights[taken[inside]].sum())
        for missed, price in ((low - count, below), (count - high, above)):
            if not np.isnan(missed) and missed > 0:
                assert not np.isnan(price), "a hard quota is broken"
                total -= int(missed) * int(price)
    return total


def arcs_of(problem: Problem, allocation: pathlib.Path) -> np.ndarray:
    """Positions of the arcs of an allocation.csv."""
    pairs = pd.read_csv(allocation, dtype="str")
    key = problem.arc_household.astype(np.int64) * len(problem.dwellings) + problem.arc_dwelling
    order = np.argsort(key, kind="stable")
    h = pd.Index(problem.households).get_indexer(pairs["household"])
    d = pd.Index(problem.dwellings).get_indexer(pairs["dwelling"])
    at = np.searchsorted(key[order], h.astype(np.int64) * len(problem.dwellings) + d)
    return order[at]
