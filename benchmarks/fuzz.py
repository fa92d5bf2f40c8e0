"""Claims: each of thousands of harmed files ends in a data set or in one sentence, in 5 s and 1 GB at most.

And each file that was made to hurt is refused in 1 s, by a process of at most 300 MB.

`python -m benchmarks.fuzz [--door mat] [--files 2400] [--seed 0]`. The files are small ones of real digits,
in every form that a door reads, harmed from a seed; `--door all` tries all doors. Most are read in a process
that is used again; every 40th, and each at which that process ends, goes the way of the app, through a
confined process of its own.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import describe_machine
from benchmarks.fuzzing.doors import DOORS
from benchmarks.fuzzing.hostile import make_hostile_files
from mnist_core.data.files.confined import take_values
from mnist_core.data.files.formats import HEAD_BYTES, describe_problem, find_format
from mnist_core.data.files.limits import MOST_MEMORY
from mnist_core.data.files.parcel import Packer
from mnist_core.data.files.reader import read_tree
from mnist_core.data.layouts import read_dataset, recognise_layout
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.errors import DataFileError, LabError
from mnist_core.ground.system import set_limit

_N_IMAGES = 40  # of a file: small, so that most of it is what can be harmed to effect
_OWN_PROCESS_EVERY = 40
_MOST_S, _MOST_BYTES = 5.0, 2**30
_MOST_HOSTILE_S, _MOST_HOSTILE_BYTES = 1.0, 300 * 2**20
_MOST_SENTENCE = 800
_LIBRARY_BYTES = 2**30  # that those of the app take, which the confined process has not


def main() -> int:
    """Harm and read all files, print what became of them, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--door", choices=[*DOORS, "all"], default="mat")
    parser.add_argument("--files", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from", type=int, default=None, dest="first", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.first is not None:
        return _read_on(arguments.door, arguments.first, arguments.files, arguments.seed)
    is_broken = _read_hostile()
    for door in DOORS if arguments.door == "all" else [arguments.door]:
        is_broken |= _report(door, _read_all(door, arguments.files, arguments.seed))
    return int(is_broken)


def _read_hostile() -> bool:
    """Read the files that were made to hurt as the app does; return whether a claim breaks."""
    files = make_hostile_files()
    found = {name: judge(partial(_read_in_app, content)) for name, (content, _) in files.items()}
    name = max(found, key=lambda key: float(found[key]["seconds"]))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(
        f"{len(found)} files made to hurt: at worst {found[name]['seconds']:.2f} s ({name}), by processes of "
        f"at most {most / 2**20:.0f} MB."
    )
    wrong = [key for key, result in found.items() if not result["end"].startswith("refused")]
    if wrong:
        print(f"  The claim breaks: not refused: {', '.join(wrong)}", file=sys.stderr)
    return bool(wrong) or found[name]["seconds"] > _MOST_HOSTILE_S or most > _MOST_HOSTILE_BYTES


def make_whole_files(door: str) -> Mapping[str, bytes]:
    """Make the files of a door that are harmed, of real digits."""
    sample = read_dataset(SAMPLE_PATH)
    return DOORS[door].make(sample.images[:_N_IMAGES], sample.labels[:_N_IMAGES])


def read_here(content: bytes) -> None:
    """Read a file as the confined process and the app do, but in this process.

    Raises
    ------
    LabError
        If it is refused.
    """
    form = find_format(content[:HEAD_BYTES])
    if form is None:
        raise DataFileError(describe_problem(content[:HEAD_BYTES]))
    with os.fdopen(os.memfd_create("parcel"), "w+b") as parcel:
        packer = Packer(parcel)
        packer.close(read_tree(BytesIO(content), form, packer))
        recognise_layout(take_values(parcel.fileno(), form), "harmed")


def _read_in_app(content: bytes) -> None:
    read_dataset(BytesIO(content), "harmed")


def judge(read: Callable[[], None]) -> dict[str, Any]:
    """Say what became of a file: a data set, a refusal, or what must not be."""
    begin = time.perf_counter()
    try:
        read()
        end = "data set"
    except LabError as error:
        end = _judge_sentence(str(error))
    except Exception:  # what the claim is about
        end = "BUG " + traceback.format_exc()
    return {"end": end, "seconds": time.perf_counter() - begin}


def _judge_sentence(words: str) -> str:
    is_sentence = words.isprintable() and words.endswith((".", "?")) and len(words) <= _MOST_SENTENCE
    return f"refused: {words}" if is_sentence else f"BUG no sentence: {words!r}"


def _read_on(door: str, first: int, n_files: int, seed: int) -> int:
    """Read harmed files, a line of JSON each; the process that is used again."""
    files = make_whole_files(door)
    for content in files.values():  # loads what is loaded late
        judge(partial(read_here, content))
    set_limit("RLIMIT_DATA", MOST_MEMORY + _LIBRARY_BYTES)
    for number in range(first, n_files):
        print(json.dumps({"begins": number}), flush=True)
        name, content = DOORS[door].make_harmed(number, seed, files)
        before = _reset_peak()
        own = number % _OWN_PROCESS_EVERY == 0
        result = judge(partial(_read_in_app if own else read_here, content))
        more = {"number": number, "name": name, "own": own, "memory": _find_peak() - before}
        print(json.dumps(result | more), flush=True)
    return 0


def _read_all(door: str, n_files: int, seed: int) -> list[dict[str, Any]]:
    """Read all files, with a new process wherever one ends."""
    results: list[dict[str, Any]] = []
    files = make_whole_files(door)
    first = 0
    command = [sys.executable, "-m", "benchmarks.fuzz", "--door", door, "--files", str(n_files)]
    while first < n_files:
        lines = subprocess.run(
            [*command, "--seed", str(seed), "--from", str(first)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        found = [json.loads(line) for line in lines.stdout.splitlines() if line.startswith("{")]
        results += [result for result in found if "end" in result]
        first = max((result["begins"] for result in found if "begins" in result), default=n_files)
        if len(results) <= first < n_files:
            print(f"  the process ended at file {first} with code {lines.returncode}", file=sys.stderr)
            results.append(_read_alone(door, first, seed, files))
        first = len(results)
    return results


def _read_alone(door: str, number: int, seed: int, files: Mapping[str, bytes]) -> dict[str, Any]:
    name, content = DOORS[door].make_harmed(number, seed, files)
    result = judge(partial(_read_in_app, content))
    return result | {"number": number, "name": name, "own": True, "memory": 0}


def _reset_peak() -> int:
    """Have Linux begin to look for the most memory anew; return what is in use."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _find_peak()


def _find_peak() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _report(door: str, results: list[dict[str, Any]]) -> bool:
    """Print what became of the files of a door; return whether a claim breaks."""
    ends = Counter(result["end"].partition(":")[0].split("\n")[0] for result in results)
    sentences = Counter(result["end"] for result in results if result["end"].startswith("refused"))
    slowest = max(results, key=lambda result: float(result["seconds"]))
    most = max(float(result["memory"]) for result in results)
    print(
        f"{door}: {len(results):,} harmed files: {ends.get('data set', 0):,} data sets, "
        f"{ends.get('refused', 0):,} refusals with {len(sentences)} sentences; "
        f"{sum(result['own'] for result in results)} of them by a process of their own. At worst "
        f"{slowest['seconds']:.2f} s ({slowest['name']}, number {slowest['number']}) and "
        f"{most / 2**20:.0f} MB."
    )
    print(f"  {describe_machine()}, numpy {np.__version__}")
    bugs = [result for result in results if result["end"].startswith("BUG")]
    for bug in bugs[:5]:
        print(f"  The claim breaks: {bug['name']}, number {bug['number']}: {bug['end']}", file=sys.stderr)
    return bool(bugs) or slowest["seconds"] > _MOST_S or most > _MOST_BYTES


if __name__ == "__main__":
    sys.exit(main())
