"""The dense kernel of scoring in NumPy and in Polars: the twelve criteria of `src/scoring`, from the same tables, held against ours.

    scoring.py DIR [--households N] [--rounds N] [--skip-polars]

DIR is a folder of `matcher generate` (not a problem). Every way scores the same households against every dwelling to let, on one core,
and the points must be equal to ours pair by pair, or the script ends with 1. Reading the tables is left out of the times.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import tomllib

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", POLARS_MAX_THREADS="1")

import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target")) / "release"

COUNTED = {"care", "school", "work", "family"}
CLIMB_HARDLY = {"step_free", "adapted", "low_floor"}
COSINE = [1_000_000, 996_195, 984_808, 965_926, 939_693, 906_308, 866_025, 819_152, 766_044, 707_107, 642_788, 573_576, 500_000, 422_618]
COSINE += [342_020, 258_819, 173_648, 87_156, 0]
EXTRA = {"rent_per_area": 6, "move_in": 5, "floor_wish": 4}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def scaled(text: str, digits: int) -> int:
    """A decimal as an integer of its last digit; empty = 0."""
    whole, _, part = text.partition(".")
    return int((whole or "0") + part.ljust(digits, "0")) if text else 0


def cosine(latitude: int) -> int:
    latitude = min(abs(latitude), 90_000_000)
    step = min(latitude // 5_000_000, 17)
    low, high = COSINE[step], COSINE[step + 1]
    return low - (low - high) * (latitude - step * 5_000_000) // 5_000_000


class Town:
    """The columns that the criteria read, in the order of ours: households by id, dwellings by (residence, id)."""

    def __init__(self, folder: pathlib.Path, most: int):
        def rows(name):
            path = folder / f"{name}.csv"
            return list(csv.DictReader(open(path, encoding="utf-8"))) if path.exists() else []

        policy = tomllib.loads((folder / "policy.toml").read_text(encoding="utf-8"))
        self.weights = policy["weights"] | EXTRA
        age_min = policy.get("criteria", {}).get("floor_lift", {}).get("age_min", 75)
        date = day(policy["reference_date"])

        homes = sorted((row for row in rows("dwellings")), key=lambda row: (row["residence"], row["id"]))
        residence_of = {row["id"]: row["residence"] for row in homes}
        to_let = {row["id"] for row in homes if row["available_from"]}
        homes = [row for row in homes if row["available_from"]]
        served = sorted({row["residence"] for row in homes})
        number = {code: at for at, code in enumerate(served)}
        residences = {row["id"]: row for row in rows("residences")}
        column = lambda values, kind=np.int32: np.array(list(values), dtype=kind)
        self.residence = column(number[row["residence"]] for row in homes)
        self.rooms = column(int(row["rooms"]) for row in homes)
        self.area = column(scaled(row["area_m2"], 2) for row in homes)
        rent = [scaled(row["rent_eur_month"], 2) for row in homes]
        self.cost = column(r + scaled(row["charges_eur_month"], 2) for r, row in zip(rent, homes))
        self.level = column({"none": 0, "step_free": 1, "adapted": 2}[row["accessibility"] or "none"] for row in homes)
        self.floor = column(int(row["floor"]) for row in homes)
        self.lift = column((residences[row["residence"]]["lift"] == "yes" for row in homes), bool)
        self.rent_mark = column(min(max(int(1000 * (15 * a - r) / (10 * a)), 0), 1000) for r, a in zip(rent, self.area.tolist()))
        self.days = column(min(max((day(row["available_from"]) - date).days, 0), 1000) for row in homes)
        self.lat = column(scaled(residences[code]["lat"], 6) for code in served)
        self.lon = column(scaled(residences[code]["lon"], 6) for code in served)
        self.cosine = column((cosine(lat) for lat in self.lat.tolist()), np.int64)

        households = sorted((row for row in rows("households") if row["applying"] == "yes"), key=lambda row: row["id"])[:most]
        self.ids = [row["id"] for row in households]
        index = {code: at for at, code in enumerate(self.ids)}
        members = {code: [] for code in self.ids}
        for row in rows("persons"):
            if row["household"] in members:
                born = day(row["birth_date"]) if row["birth_date"] else None
                age = int(row["age"]) if row["age"] else date.year - born.year - ((date.month, date.day) < (born.month, born.day))
                members[row["household"]].append((age, row["role"], set(filter(None, row["needs"].split("|")))))

        def rooms_needed(people):
            partners = sum(role == "partner" for _, role, _ in people)
            others = sum(role == "other" for _, role, _ in people) + max(partners - 1, 0)
            children = [age for age, role, _ in people if role == "child"]
            if not partners and not children and not others:
                return 1
            sharing = sum(age <= 17 for age in children)
            return 2 + (sharing + 1) // 2 + len(children) - sharing + others

        people = [members[code] for code in self.ids]
        needs = [set().union(*(need for _, _, need in group)) for group in people]
        size = [len(group) for group in people]
        self.needed = column(map(rooms_needed, people))
        self.least = column([900, 900, 1600, 2500, 3400, 4300, 5200, 6100, 7000][min(n, 8)] for n in size)
        self.wished = column(3000 + 1400 * max(n - 1, 0) for n in size)
        access = lambda need: [0, 400, 1000] if "adapted" in need else [0, 1000, 800] if "step_free" in need else [1000, 800, 0]
        self.access = np.array([access(need) for need in needs], dtype=np.int32)
        self.resources = column((scaled(row["resources_eur_month"], 2) for row in households), np.int64)
        self.benefit = column((scaled(row["housing_benefit_eur_month"], 2) for row in households), np.int64)
        frail = [bool(need & CLIMB_HARDLY) or any(age >= age_min for age, _, _ in group) for need, group in zip(needs, people)]
        ground = ["ground_floor" in need for need in needs]
        self.stairs = column(300 if g or f else 0 for g, f in zip(ground, frail))
        self.with_lift = column(300 if g else 30 if f else 0 for g, f in zip(ground, frail))
        self.points = column(min(max(10 * int(row["points"] or 0), 0), 1000) for row in households)
        waiting = [max((date - day(row["waiting_since"])).days, 0) if row["waiting_since"] else 0 for row in households]
        self.waiting = column(1000 * min(days, 1826) // 1826 for days in waiting)
        self.day_loss = column(min(max(1 + days // 365, 1), 10) for days in waiting)
        self.wish = column(1 if any(age < 18 for age, _, _ in group) else 3 for group in people)

        # Marks of the rank of the wish, per household and residence.
        self.choice = np.zeros((len(households), len(served)), dtype=np.int32)
        for at, row in enumerate(households):
            wishes = list(dict.fromkeys(filter(None, row["choices"].split("|"))))
            if not wishes:
                self.choice[at] = 500
            for rank, code in enumerate(wishes):
                if code in number:
                    self.choice[at, number[code]] = max(1000 - 200 * rank, 0)

        places = [(index[row["household"]], scaled(row["lat"], 6), scaled(row["lon"], 6)) for row in rows("places")
                  if row["household"] in index and row["kind"] in COUNTED]
        self.place_of, self.place_lat, self.place_lon = (column(values) for values in zip(*places))

        home = {}
        for row in rows("tenancies"):
            if (not row["since"] or day(row["since"]) <= date) and (not row["until"] or day(row["until"]) >= date):
                if row["dwelling"] not in to_let:
                    home[row["household"]] = number.get(residence_of[row["dwelling"]])
        skills, offers = {}, [row for row in rows("help")]
        for row in offers:
            skills.setdefault(row["skill"], len(skills))
        self.own = np.zeros((2, len(households), len(skills)), dtype=np.int32)
        self.in_place = np.zeros((2, len(skills), len(served)), dtype=np.int32)
        self.home = column(home.get(code) if home.get(code) is not None else -1 for code in self.ids)
        for row in offers:
            side, skill, hours = int(row["offers"] != "yes"), skills[row["skill"]], int(row["hours_week"])
            if row["household"] in index:
                self.own[side, index[row["household"]], skill] += hours
            if home.get(row["household"]) is not None:
                self.in_place[side, skill, home[row["household"]]] += hours


def metres(town: Town, lat, lon):
    """From every served residence to places; the formula of `units::distance`."""
    north = np.abs(lat[:, None].astype(np.int64) - town.lat) * 111_195 // 1_000_000
    east = np.abs(lon[:, None].astype(np.int64) - town.lon) * 111_195 // 1_000_000 * town.cosine // 1_000_000
    square = north * north + east * east
    root = np.sqrt(square).astype(np.int64)
    root -= root * root > square
    return root + ((root + 1) * (root + 1) <= square)


def by_residence(town: Town, part: slice):
    """Weighted marks of nearness, wish and help, households x residences."""
    weights, count = town.weights, len(range(*part.indices(len(town.ids))))
    of = (town.place_of >= part.start) & (town.place_of < part.start + count)
    marks = 1000 * np.clip(5000 - metres(town, town.place_lat[of], town.place_lon[of]), 0, 4500) // 4500
    sums = np.zeros((count, len(town.lat)), dtype=np.int64)
    np.add.at(sums, town.place_of[of] - part.start, marks)
    places = np.bincount(town.place_of[of] - part.start, minlength=count)[:, None]
    near = np.where(places > 0, sums // np.maximum(places, 1), 500)

    offered, needed = town.in_place
    hours = np.zeros((count, len(town.lat)), dtype=np.int32)
    own_home = np.arange(len(town.lat)) == town.home[part, None]
    for skill in range(offered.shape[0]):
        offers, asks = town.own[0, part, skill, None], town.own[1, part, skill, None]
        hours += np.minimum(offers, needed[skill] - own_home * asks) + np.minimum(asks, offered[skill] - own_home * offers)
    return weights["distance"] * near + weights["choice_rank"] * town.choice[part] + weights["mutual_help"] * 250 * np.clip(hours, 0, 4)


def numpy_points(town: Town, part: slice):
    """Points of every pair of some households, households x dwellings."""
    weights, column = town.weights, lambda values: values[part, None]
    spare = town.rooms - column(town.needed)
    rooms = np.maximum(1000 - np.where(spare > 0, 300 * spare, -500 * spare), 0)
    span = column(town.wished - town.least)
    area = 1000 * np.clip(town.area - column(town.least), 0, span) // span
    points = weights["typology_fit"] * ((rooms * 700 + area * 300) // 1000)
    points += weights["step_free_fit"] * town.access[part][:, town.level]
    own = np.maximum(town.cost - column(town.benefit), 0)
    resources = column(town.resources)
    rate = np.where(resources > 0, (1000 * own + resources - 1) // np.maximum(resources, 1), np.where(own > 0, 1_000_000, 0))
    points += (weights["effort_rate"] * (1000 * np.clip(400 - rate, 0, 200) // 200)).astype(np.int32)
    loss = np.where(town.lift, column(town.with_lift), column(town.stairs))
    points += weights["floor_lift"] * np.maximum(1000 - np.abs(town.floor) * loss, 0)
    points += weights["rent_per_area"] * town.rent_mark
    points += weights["move_in"] * np.maximum(1000 - town.days * column(town.day_loss), 0)
    points += weights["floor_wish"] * np.maximum(1000 - 150 * np.abs(town.floor - column(town.wish)), 0)
    points += column(weights["priority_points"] * town.points + weights["waiting_time"] * town.waiting)
    return points + by_residence(town, part).astype(np.int32)[:, town.residence]


def polars_points(town: Town, part: slice):
    """The same as one expression over the cross join of households and dwellings; marks by residence are joined by gathering."""
    import polars as pl

    of_residence = by_residence(town, part).astype(np.int32)
    access = town.access[part]
    names = ["needed", "least", "wished", "resources", "benefit", "stairs", "with_lift", "points", "waiting", "day_loss", "wish"]
    households = {name: getattr(town, name)[part] for name in names}
    households |= {f"access_{level}": access[:, level] for level in range(3)} | {"h": np.arange(len(access), dtype=np.int32)}
    names = ["residence", "rooms", "area", "cost", "level", "floor", "lift", "rent_mark", "days"]
    dwellings = {name: getattr(town, name) for name in names}
    pairs = pl.LazyFrame(households).join(pl.LazyFrame(dwellings), how="cross", maintain_order="left_right")
    c, w = pl.col, town.weights
    spare = c("rooms") - c("needed")
    rooms = (1000 - pl.when(spare > 0).then(300 * spare).otherwise(-500 * spare)).clip(0)
    span = c("wished") - c("least")
    area = 1000 * pl.min_horizontal((c("area") - c("least")).clip(0), span) // span
    own = (c("cost") - c("benefit")).clip(0)
    safe = c("resources").clip(1)
    rate = pl.when(c("resources") > 0).then((1000 * own + safe - 1) // safe).otherwise(pl.when(own > 0).then(1_000_000).otherwise(0))
    access_mark = pl.when(c("level") == 1).then("access_1").when(c("level") == 2).then("access_2").otherwise("access_0")
    gathered = pl.Series("by_residence", of_residence.ravel())
    points = (
        w["typology_fit"] * ((rooms * 700 + area * 300) // 1000)
        + w["step_free_fit"] * access_mark
        + w["effort_rate"] * (5 * (400 - rate).clip(0, 200)).cast(pl.Int32)
        + w["floor_lift"] * (1000 - c("floor").abs() * pl.when("lift").then("with_lift").otherwise("stairs")).clip(0)
        + w["rent_per_area"] * c("rent_mark")
        + w["move_in"] * (1000 - c("days") * c("day_loss")).clip(0)
        + w["floor_wish"] * (1000 - 150 * (c("floor") - c("wish")).abs()).clip(0)
        + w["priority_points"] * c("points")
        + w["waiting_time"] * c("waiting")
        + pl.lit(gathered).gather(c("h") * of_residence.shape[1] + c("residence"))
    )
    return pairs.select(points.alias("points")).collect()["points"].to_numpy().reshape(len(access), -1)


def timed(town: Town, points, rounds: int, chunk: int):
    """Nanoseconds per pair, the fastest round of each chunk, and all points."""
    total, parts = 0.0, []
    for start in range(0, len(town.ids), chunk):
        part, fastest = slice(start, min(start + chunk, len(town.ids))), float("inf")
        for _ in range(rounds):
            clock = time.perf_counter()
            result = points(town, part)
            fastest = min(fastest, time.perf_counter() - clock)
        total += fastest
        parts.append(result)
    table = np.vstack(parts)
    return 1e9 * total / table.size, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--households", type=int, default=10**9, help="the first N only, for NumPy and Polars")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-polars", action="store_true")
    words = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        scores = pathlib.Path(folder) / "scores"
        command = [TARGET / "scoring_times", words.folder, "--rounds", str(2 * words.rounds), "--scores", scores]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        told = [json.loads(line) for line in lines]
        town = Town(words.folder, words.households)
        expected = np.fromfile(scores, dtype="<i8").reshape(-1, len(town.rooms))[: len(town.ids)]

    table = [(f"{line['kernel']} ({line['path']})", line["ns_per_pair"]) for line in told]
    others = [("NumPy", numpy_points, 16)] + ([] if words.skip_polars else [("Polars", polars_points, 200)])
    wrong = len({line["check"] for line in told}) != 1
    for name, points, chunk in others:
        nanoseconds, found = timed(town, points, words.rounds, chunk)
        table.append((name, nanoseconds))
        different = int((found != expected).sum())
        if different:
            print(f"{name}: {different} of {expected.size} pairs have other points than ours", file=sys.stderr)
            wrong = True
    best = min(nanoseconds for name, nanoseconds in table if name.startswith("matcher"))
    print("| kernel, one core | ns per pair | million pairs/s | times ours |\n|---|--:|--:|--:|")
    for name, nanoseconds in table:
        print(f"| {name} | {nanoseconds:.3f} | {1000 / nanoseconds:,.0f} | {nanoseconds / best:.1f} |")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
