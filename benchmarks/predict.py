"""Claim: `predict` reads at least 2,000 pen digits a second on one core, rendering included.

`python -m benchmarks.predict [MODEL]` writes the strokes that the lab ships as one strokes JSON and has the
command read them: all, with the start of Python and torch, and what each digit more than 500 costs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import describe_machine
from mnist_core.training.robust.pen import Pens, read_pens

_AT_LEAST = 2_000.0
_FEW = 500
_ROUNDS = 3


def main() -> int:
    """Measure the command, print the figures, return 1 where the claim breaks."""
    model = sys.argv[1] if len(sys.argv) > 1 else "paper"
    pens = read_pens()
    with tempfile.TemporaryDirectory() as folder:
        all_path, few_path = Path(folder, "all.json"), Path(folder, "few.json")
        _write(pens, len(pens), all_path)
        _write(pens, _FEW, few_path)
        all_s, few_s = (min(_time(model, path) for _ in range(_ROUNDS)) for path in (all_path, few_path))
    rate = (len(pens) - _FEW) / (all_s - few_s)
    print(f"{len(pens):,} digits in {all_s:.2f} s, start included: {len(pens) / all_s:,.0f} a second")
    print(f"each further digit: {rate:,.0f} a second")
    print(f"  processor time of one core, {describe_machine()}")
    if len(pens) / all_s < _AT_LEAST:
        print(f"  The claim breaks: needed {_AT_LEAST:,.0f} a second.", file=sys.stderr)
        return 1
    return 0


def _write(pens: Pens, n: int, path: Path) -> None:
    drawings = [{"strokes": [stroke.tolist() for stroke in strokes]} for strokes in pens.strokes[:n]]
    path.write_text(json.dumps(drawings), encoding="utf-8")


def _time(model: str, path: Path) -> float:
    """Measure the processor seconds of the command."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "mnist_core", "predict", model, path, "--json"],
        env={**os.environ, **one_thread},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    sys.exit(main())
