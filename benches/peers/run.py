#!/usr/bin/env python3
"""matcher beside other solvers, on problems it makes itself; prints Markdown tables. See README.md.

run.py [--quick] [--sections dense,plain,quotas] [--out table.md] [--into ../../docs/results.md]
"""

from __future__ import annotations

import argparse
import datetime
import os
import pathlib
import platform
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import dense
import plain
import quotas
from running import ROOT, Times, Wrong, build, generate, judged, last_json, ours, pickled, python, seconds

BEGIN, END = "<!-- measured by benches/peers/run.py: begin -->", "<!-- measured by benches/peers/run.py: end -->"


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--sections", default="dense,plain,quotas", help="which, by commas")
    p.add_argument("--quick", action="store_true", help="about ten minutes: fewer sizes, seeds and seconds")
    p.add_argument("--dense-sizes", default=None, help="default 1000,2000,5000; quick 1000,2000")
    p.add_argument("--families", default=",".join(dense.FAMILIES))
    p.add_argument("--plain-sizes", default=None, help="default S,M,L,XL; quick S,M,L")
    p.add_argument("--quota-sizes", default="S,M,L")
    p.add_argument("--peer-sizes", default="S,M", help="quota sizes on which the general solvers run as well")
    p.add_argument("--seeds", default=None, help="default 1,2,3; quick 1")
    p.add_argument("--tolerances", default=None, help="default 0.1,0.2,0.3; quick 0.15")
    p.add_argument("--limit", type=int, default=None, help="seconds for a general solver; default 300, quick 45")
    p.add_argument("--own-limit", type=int, default=None, help="seconds for matcher on quotas; default 60, quick 20")
    p.add_argument("--rounds", type=int, default=None, help="default 3; quick 2 (one for the general solvers)")
    p.add_argument("--threads", type=int, default=os.cpu_count(), help="for everyone who can use them")
    p.add_argument("--work", type=pathlib.Path, default=ROOT / "target" / "peers", help="where problems are kept")
    p.add_argument("--no-build", action="store_true", help="take the binaries as they are")
    p.add_argument("--out", type=pathlib.Path, help="write the tables here")
    p.add_argument("--into", type=pathlib.Path, help="replace the measured part of this page")
    a = p.parse_args()
    pick = lambda value, full, quick: value if value is not None else (quick if a.quick else full)
    a.dense_sizes = [int(n) for n in pick(a.dense_sizes, "1000,2000,5000", "1000,2000").split(",")]
    a.plain_sizes = pick(a.plain_sizes, "S,M,L,XL", "S,M,L").split(",")
    a.seeds = [int(n) for n in pick(a.seeds, "1,2,3", "1").split(",")]
    a.tolerances = pick(a.tolerances, "0.1,0.2,0.3", "0.15").split(",")
    a.limit, a.own_limit, a.rounds = pick(a.limit, 300, 45), pick(a.own_limit, 60, 20), pick(a.rounds, 3, 2)
    return a


class Page:
    """The tables so far, and the versions met on the way."""

    def __init__(self):
        self.lines, self.versions = [], {}

    def heading(self, text: str) -> None:
        self.lines += ["", f"### {text}", ""]

    def table(self, columns: list, rows: list) -> None:
        self.lines += ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
        self.lines += ["| " + " | ".join(row) + " |" for row in rows] + [""]

    def version(self, peer: str, told: dict) -> None:
        if "version" in told:
            self.versions[peer.split()[0]] = told["version"]


def log(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def compared(page: Page, name: str, peers: list, rounds: int, mine, other, judge) -> tuple:
    """Interleaved rounds of matcher and every peer on one problem; all must find the same optimum."""
    times = {peer: Times() for peer in ["matcher", *peers]}
    for round_ in range(rounds):
        for peer, t in times.items():
            if t.failed:
                continue
            told = mine(round_ == 0) if peer == "matcher" else other(peer)
            t.add(told)
            page.version(peer, told)
            if peer == "matcher" and round_ == 0:
                if t.failed:
                    raise Wrong(f"{name}: {t.failed}")
                judge(told)
                if told["status"] != "optimal":
                    raise Wrong(f"{name}: {told['status']}")
            if not t.failed and told["objective"] != times["matcher"].told["objective"]:
                raise Wrong(f"{name}: {peer} finds {told['objective']}, matcher {times['matcher'].told['objective']}")
    known = {peer: t.median() for peer, t in times.items() if t.seconds and peer != "matcher"}
    best = min(known, key=known.get) if known else None
    own = times["matcher"].median()
    factor = known[best] / own if best else 0
    ratio = f"{factor:.{1 if factor >= 1 else 2}f}" if best else "-"
    log(f"{name}: matcher {seconds(own)}, best other {best} {seconds(known.get(best))}, ratio {ratio}")
    return times, [seconds(own), best or "-", seconds(known.get(best)), ratio]


def dense_section(a: argparse.Namespace, page: Page) -> None:
    page.heading("Dense assignments, seconds of the solve (median)")
    rows, packages = [], ["scipy", "lapx", "lap", "ortools"]
    for n in a.dense_sizes:
        for family in a.families.split(","):
            matrix, answer = a.work / f"{family}-{n}.matrix", a.work / "answer"
            dense.write(matrix, family, n, 1)
            repeat, score = 3 if n <= 2000 else 1, dense.read(matrix)

            def judge(told):
                pairs = pd.read_csv(answer / "allocation.csv", dtype="str")
                h, d = (pairs[c].str[1:].astype(int).to_numpy() for c in ("household", "dwelling"))
                if len(np.unique(h)) != n or len(np.unique(d)) != n or int(score[h, d].sum(dtype=np.int64)) != told["objective"]:
                    raise Wrong(f"{family} {n}: the allocation is not worth what is said")
                judged(answer / "problem", answer, told)

            mine = lambda first: ours(["--dense", matrix, "--threads", a.threads, "--repeat", repeat], answer if first else None, 600)
            other = lambda peer: last_json(python("dense.py", peer, matrix, 20, repeat), 180)
            times, row = compared(page, f"{family} {n}", dense.PEERS, a.rounds, mine, other, judge)
            matrix.unlink()

            def best_of(package):
                own = [t for peer, t in times.items() if peer.split()[0] == package]
                known = [t.median() for t in own if t.seconds]
                return seconds(min(known)) if known else own[0].text()

            rows.append([family.replace("_", " "), f"{n:,}", *row, *(best_of(package) for package in packages)])
    page.table(["family", "n", "matcher", "best other", "its time", "ratio", *packages], rows)


def plain_section(a: argparse.Namespace, page: Page) -> None:
    page.heading("Sparse assignments without quotas, seconds of the solve (median)")
    rows = []
    for size in a.plain_sizes:
        for seed in a.seeds[:1] if size == "XL" else a.seeds:
            problem, answer = generate(a.work / f"plain-{size}-{seed}", size, seed, "--plain"), a.work / "answer"
            repeat = {"S": 9, "M": 5}.get(size, 1)
            mine = lambda first: ours([problem, "--threads", a.threads, "--repeat", repeat], answer if first else None, 900)
            other = lambda peer: last_json(python("plain.py", peer, pickled(problem), 20, repeat), 600)
            rounds = 1 if size == "XL" else a.rounds
            judge = lambda told: judged(problem, answer, told)
            times, row = compared(page, f"plain {size} seed {seed}", plain.PEERS, rounds, mine, other, judge)
            told = times["matcher"].told
            shape = f"{told['dwellings']:,} x {told['households']:,}, {told['arcs']:,} pairs"
            rows.append([f"{size}, seed {seed}", shape, *row, *(times[peer].text() for peer in plain.PEERS)])
    page.table(["problem", "dwellings x households", "matcher", "best other", "its time", "ratio", *plain.PEERS], rows)


def quota_section(a: argparse.Namespace, page: Page) -> None:
    page.heading("Quotas, seconds until a gap is proved")
    page.lines += [
        f"One run each, {a.threads} threads; limit {a.limit} s for the others and {a.own_limit} s for matcher (three times as much on L). Building a",
        "model is not counted. Objectives are recomputed from the pairs; our bound is judged, a bound of the others is their word.",
        "",
    ]
    rows = []
    for size in a.quota_sizes.split(","):
        for tolerance in a.tolerances[:1] if size == "L" else a.tolerances:
            for seed in a.seeds[:1] if size == "L" else a.seeds:
                name = f"{size}, seed {seed}, tolerance {tolerance}"
                problem = generate(a.work / f"quotas-{size}-{seed}-{tolerance}", size, seed, "--tolerance", tolerance)
                answer, gap = a.work / "answer", 0 if size == "S" else 300
                own_limit = a.own_limit * (3 if size == "L" else 1)
                words = [problem, "--gap", gap, "--limit", own_limit, "--threads", a.threads]
                told = ours(words, answer, own_limit + 300)
                if "failed" in told:
                    raise Wrong(f"{name}: {told['failed']}")
                judged(problem, answer, told)
                answers = {"matcher": told}
                for peer in quotas.PEERS if size in a.peer_sizes.split(",") else []:
                    # What is beyond the limit is for the building of the model.
                    answers[peer] = last_json(python("quotas.py", peer, pickled(problem), a.limit, a.threads), a.limit + 180)
                    page.version(peer, answers[peer])
                proved = [t["objective"] for t in answers.values() if is_proved(t)]
                if len(set(proved)) > 1:
                    raise Wrong(f"{name}: two optima are said to be proved: {answers}")
                rows += [quota_row(name, peer, answers[peer]) for peer in answers]
                log(" ".join(rows[-len(answers)]))
    page.table(["problem", "solver", "first", "1 %", "0.1 %", "0.03 %", "optimal", "objective", "bound", "gap at the end"], rows)


def is_proved(told: dict) -> bool:
    return told.get("objective") is not None and told.get("gap_ppm", {}).get("0") is not None


def quota_row(name: str, peer: str, told: dict) -> list:
    if "failed" in told:
        return [name, peer, told["failed"], *[""] * 7]
    objective, bound = told["objective"], told["bound"]
    gap = f"{100 * (bound - objective) / max(1, abs(objective)):.3f} %" if objective is not None and bound is not None else "-"
    marks = [seconds(told["first"]), *(seconds(told["gap_ppm"][ppm]) for ppm in ("10000", "1000", "300", "0"))]
    number = lambda value: "-" if value is None else f"{value:,.0f}"
    return [name, peer, *marks, number(objective), number(bound), gap]


def said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def machine(page: Page, load: str, took: float) -> list:
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{peer} {version}" for peer, version in sorted(page.versions.items()))
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    dirty = " with changes" if said("git", "status", "--porcelain", "--untracked-files=no") else ""
    return [
        f"Machine: {os.cpu_count()} cores of {cpu}, {memory:.0f} GiB, {platform.system()} {platform.release()}; {now}; load {load} before,",
        f"{os.getloadavg()[0]:.1f} after; {took / 60:.0f} minutes. matcher {said('git', 'rev-parse', '--short', 'HEAD')}{dirty}, {said('rustc', '--version')};",
        f"Python {platform.python_version()}, numpy {np.__version__}; {versions}.",
        "Every answer of matcher was accepted by `matcher verify` before it was counted, and every optimum agrees with the others'.",
    ]


def main() -> int:
    a = arguments()
    a.work.mkdir(parents=True, exist_ok=True)
    if not a.no_build:
        build()
    page, load, start = Page(), f"{os.getloadavg()[0]:.1f}", time.time()
    sections = {"dense": dense_section, "plain": plain_section, "quotas": quota_section}
    try:
        for section in a.sections.split(","):
            sections[section](a, page)
    except Wrong as wrong:
        print(f"wrong: {wrong}", file=sys.stderr)
        return 1
    text = "\n".join([*machine(page, load, time.time() - start), *page.lines]).rstrip() + "\n"
    print(text)
    if a.out:
        a.out.write_text(text)
    if a.into:
        whole = a.into.read_text()
        before, after = whole.split(BEGIN)[0], whole.split(END)[1]
        a.into.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
