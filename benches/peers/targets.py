"""The table of targets of scoring, reading and whole runs: one command for a quiet machine.

    targets.py [--out FILE] [--towns DIR] [--seed N] [--rounds N] [--sizes M,L,XL] [--candidates 8] [--skip-build] [--skip-scoring]

Makes the towns of `matcher generate` where they are not there yet, runs the kernels of `scoring.py` (ours, the loops written by hand,
NumPy, Polars), our kernel on one and two threads, the reading of the tables on one thread and on all, and `matcher allocate --max-candidates`
from tables on disk to the proved, judged and written run, each in a process of its own whose processor time and peak memory the system
counts. Prints Markdown; rounds are shown with median and range.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import running

SCORING = "S"


def town(folder: pathlib.Path, size: str, seed: int) -> pathlib.Path:
    path = folder / f"{size}-{seed}"
    if not (path / "policy.toml").exists():
        command = [running.TARGET / "matcher", "generate", path, "--size", size, "--seed", str(seed)]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return path


def measured(command: list, timeout: float) -> dict:
    """Wall and processor seconds and peak MB of one process, and its last line of JSON."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - start > timeout:
                child.kill()
                os.wait4(child.pid, 0)
                child.returncode = -9
                return {"failed": f"> {timeout:.0f} s"}
            time.sleep(0.005)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        lines = [line for line in out.read().splitlines() if line.startswith("{")]
        if child.returncode:
            return {"failed": (err.read().strip().splitlines() or [f"status {child.returncode}"])[-1][:80]}
    told = json.loads(lines[-1]) if lines else {}
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "mb": usage.ru_maxrss / 1024, "told": told}


def spread(values: list, digits: int = 2) -> str:
    if len(values) == 1:
        return f"{values[0]:,.{digits}f}"
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def scoring(words) -> list[str]:
    lines = ["", f"Dense kernel, twelve criteria, every pair of town {SCORING}, one core (`scoring.py`):", ""]
    folder = town(words.towns, SCORING, words.seed)
    done = subprocess.run(running.python("scoring.py", folder), capture_output=True, text=True, cwd=running.HERE)
    lines += done.stdout.splitlines() or [f"failed: {(done.stderr.strip().splitlines() or ['no answer'])[-1]}"]
    lines += ["", "Our kernel on threads, the best path, fastest rounds of each group of households:", ""]
    lines += ["| town | threads | ns per pair | million pairs/s | times one thread |", "|---|--:|--:|--:|--:|"]
    for size in dict.fromkeys([SCORING, *[size for size in words.sizes if size in "SM"]]):
        alone = None
        for threads in (1, 2):
            command = [running.TARGET / "scoring_times", town(words.towns, size, words.seed), "--rounds", words.rounds, "--threads", threads]
            told = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.splitlines()
            nanoseconds = min(line["ns_per_pair"] for line in map(json.loads, told) if line["kernel"] == "matcher")
            alone = alone or nanoseconds
            lines.append(f"| {size} | {threads} | {nanoseconds:.3f} | {1000 / nanoseconds:,.0f} | {alone / nanoseconds:.2f} |")
    return lines


def reading(words) -> list[str]:
    lines = ["", "Reading of all tables of a town (aim: 300 MB/s and core):", ""]
    lines += ["| town | threads | MB | million rows | seconds | MB/s |", "|---|--:|--:|--:|--:|--:|"]
    for size in words.sizes:
        for threads in (1, 0):
            command = [running.TARGET / "reading", town(words.towns, size, words.seed), "--threads", threads, "--repeat", words.rounds]
            done = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)
            told = [json.loads(line) for line in done.stdout.splitlines()]
            seconds, rates = [line["seconds"] for line in told], [line["mb_s"] for line in told]
            size_of = f"{told[0]['bytes'] / 1e6:,.1f} | {told[0]['rows'] / 1e6:.2f}"
            lines.append(f"| {size} | {threads or 'all'} | {size_of} | {spread(seconds)} | {spread(rates, 0)} |")
    return lines


def whole(words) -> list[str]:
    lines = ["", f"From tables on disk to the proved run in a folder, `matcher allocate --max-candidates {words.candidates} --gap 0.01`:", ""]
    lines += ["| town | wall s | processor s | peak MB | status | gap |", "|---|--:|--:|--:|---|--:|"]
    for size in words.sizes:
        runs = []
        for _ in range(1 if size == "XL" else words.rounds):
            with tempfile.TemporaryDirectory() as out:
                command = [running.TARGET / "matcher", "allocate", town(words.towns, size, words.seed), "--out", out, "--json"]
                runs.append(measured([*command, "--gap", "0.01", "--max-candidates", words.candidates], words.limit))
        failed = [run["failed"] for run in runs if "failed" in run]
        if failed:
            lines.append(f"| {size} | {failed[0]} | | | | |")
            continue
        told = runs[-1]["told"]
        objective, bound = told.get("objective"), told.get("bound")
        gap = f"{(bound - objective) / max(1, abs(objective)):.2%}" if objective is not None and bound is not None else "-"
        figures = " | ".join([spread([run["wall"] for run in runs]), spread([run["cpu"] for run in runs]), f"{max(run['mb'] for run in runs):,.0f}"])
        lines.append(f"| {size} | {figures} | {told.get('status', '-')} | {gap} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, help="write the page here too")
    parser.add_argument("--towns", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "matcher-towns")
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=lambda text: text.split(","), default=["M", "L", "XL"])
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--limit", type=float, default=1800, help="seconds that one run may take")
    parser.add_argument("--skip-build", action="store_true")
    parser.add_argument("--skip-scoring", action="store_true")
    words = parser.parse_args()

    if not words.skip_build:
        running.build()
    words.towns.mkdir(parents=True, exist_ok=True)
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    page = [f"Seed {words.seed}, {words.rounds} rounds, {os.cpu_count()} cores, load before the start {load}."]
    for section in ([] if words.skip_scoring else [scoring]) + [reading, whole]:
        lines = section(words)
        print("\n".join(lines), flush=True)
        page += lines
    if words.out:
        words.out.write_text("\n".join(page) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
