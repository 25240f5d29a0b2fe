"""Runs matcher and the other solvers, each in a process of its own, and has every answer checked."""

from __future__ import annotations

import json
import os
import pathlib
import pickle
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


class Wrong(Exception):
    """An answer that does not hold: the comparison ends."""


def build() -> None:
    subprocess.run(["cargo", "build", "--release", "-p", "matcher-cli", "-p", "matcher-benches"], cwd=ROOT, check=True)


def last_json(command: list, timeout: float) -> dict:
    """The last line of the output that is a JSON object, or why there is none."""
    try:
        done = subprocess.run([str(word) for word in command], cwd=HERE, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return {"failed": f"> {timeout:.0f} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == 0 and lines:
        return json.loads(lines[-1])
    if done.returncode < 0:
        return {"failed": f"signal {-done.returncode}"}
    reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
    return {"failed": "not installed" if "ModuleNotFound" in reason or "ImportError" in reason or "lemon/" in done.stderr else reason[:80]}


def generate(directory: pathlib.Path, size: str, seed: int, *options: str) -> pathlib.Path:
    """A problem directory of `matcher generate --problem`, made once."""
    if not (directory / "arcs.csv").exists():
        word = [TARGET / "matcher", "generate", directory, "--problem", "--size", size, "--seed", str(seed), *options]
        subprocess.run(word, check=True, capture_output=True)
    return directory


def pickled(directory: pathlib.Path) -> pathlib.Path:
    """The problem as the Python solvers read it, made once."""
    # Not with_suffix: a tolerance in the name has a point.
    path = directory.with_name(directory.name + ".pickle")
    if not path.exists():
        import problems

        with open(path, "wb") as file:
            pickle.dump(problems.read(directory), file, protocol=5)
    return path


def ours(words: list, out: pathlib.Path | None, timeout: float) -> dict:
    return last_json([TARGET / "solve_times", *words, *(["--out", out] if out else [])], timeout)


def judged(problem: pathlib.Path, answer: pathlib.Path, told: dict) -> None:
    """`matcher verify` must accept our answer, with the objective and bound that were told."""
    done = subprocess.run([TARGET / "matcher", "verify", problem, answer], capture_output=True, text=True)
    if done.returncode != 0 or f"objective {told['objective']}, bound {told['bound']}," not in done.stdout:
        raise Wrong(f"matcher verify {problem} {answer}: {done.stdout}{done.stderr}")


def python(script: str, *words) -> list:
    return [sys.executable, HERE / script, *words]


class Times:
    """Seconds of one solver on one problem, from several rounds."""

    def __init__(self):
        self.seconds, self.failed, self.told = [], None, {}

    def add(self, told: dict) -> None:
        if "failed" in told:
            self.failed = told["failed"]
        else:
            self.seconds += told["solve"]
            self.told = told

    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None

    def text(self) -> str:
        return seconds(self.median()) if self.seconds else self.failed or ""


def seconds(value: float | None) -> str:
    if value is None:
        return "-"
    if value < 0.1:
        return f"{value * 1000:.2g} ms" if value < 0.01 else f"{value * 1000:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
