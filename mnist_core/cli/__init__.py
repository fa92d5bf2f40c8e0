"""The lab's jobs as commands: `python -m mnist_core COMMAND`.

Exit codes: 0 done; 2 the input or the call is wrong, with one line on stderr; 1 anything else. As with other
commands, one that is interrupted ends with 128 and the number of the signal (130 for Ctrl-C), and one whose
answer nobody reads any more, as of `| head`, with 141 and no word.
"""

import argparse
import errno
import gc
import signal
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from mnist_core.cli.output import hold_outputs
from mnist_core.cli.say import PROGRAM, ReaderGoneError, write
from mnist_core.cli.say import report as tell  # `report` is the module of that command here
from mnist_core.cli.space import add_person_argument, choose_person
from mnist_core.ground.errors import LabError, RunStoppedError
from mnist_core.ground.system import READER_GONE

COMMANDS = {
    "fetch": ("fetch", "fetches a public data set, or lists those that it knows"),
    "inspect": ("look", "says what a file of digit images holds"),
    "search": ("search", "runs a search to its end, retrains the winner, saves it"),
    "resume": ("search", "carries a stopped run on"),
    "runs": ("runs", "lists runs"),
    "importance": (
        "importance",
        "says how much each hyper-parameter of a run matters, and each two together",
    ),
    "train": ("train", "trains one network"),
    "import": ("bring_in", "opens a network that was trained elsewhere as a model"),
    "check": (
        "check",
        "gives a batch, and says what is wrong with the gradients that a student computes of it",
    ),
    "film": ("film", "writes the epochs of a live training as a GIF"),
    "evaluate": ("measure", "measures a saved model"),
    "benchmark": ("benchmark", "measures a model on what others are measured on, and notes that on its card"),
    "compare": (
        "compare",
        "says which of two models reads more, and whether that can be chance; or what runs came to",
    ),
    "calibrate": ("trust", "says how true a model's probabilities are, and fits its temperature"),
    "coverage": ("trust", "says what a model gains by refusing what it is least sure of"),
    "robustness": ("robustness", "says how well models read what is disturbed more and more"),
    "learning-curve": ("retraining", "says how much more images would bring"),
    "label-errors": ("retraining", "finds labels that are likely wrong"),
    "predict": ("predict", "reads digits from pictures or pen strokes"),
    "learn": ("learn", "teaches a copy of a model a person's digits"),
    "corrections": ("corrections", "lists, writes, reads or deletes the drawings whose digit was told"),
    "fields": ("fields", "writes what units look for as fields.npy and a picture, in twelve ways"),
    "pictures": ("pictures", "takes a network of squares apart into the pictures that it is made of"),
    "map": (
        "layer_map",
        "flattens each layer to a cloud of points, and says how far classes have come apart",
    ),
    "operate": (
        "operate",
        "switches units off, scales, swaps, prunes, rounds weights, and says what it costs",
    ),
    "export": ("export", "writes a network for other runtimes"),
    "riddle": ("riddle", "asks when output fields look like digits, by training many networks"),
    "backup": ("backup", "writes all that the lab keeps as one file, while it runs"),
    "restore": ("backup", "puts a backup in place of what the lab keeps"),
    "report": ("report", "writes a finished run as a page that opens without the lab"),
    "reproduce": ("reproduce", "does what a report tells again, and says number by number what is equal"),
    "people": (
        "people",
        "lists who uses the lab and what they have come to, gives codes, removes people",
    ),
}
"""Each command's module in this folder, and what it does."""


INTERRUPTED = 128
"""The exit code of a command that a signal has ended, less the number of the signal."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        tell(f"{self.prog}: {message}. See {self.prog} --help.")
        sys.exit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        write(message, file or sys.stderr)


def make_parser(commands: Iterable[str] = tuple(COMMANDS)) -> argparse.ArgumentParser:
    """Make the parser; only the named commands' modules are imported, as some take seconds."""
    parser = _Parser(prog=PROGRAM, description="A lab for small digit networks.")
    add_person_argument(parser)
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, (room, words) in COMMANDS.items():
        command = parsers.add_parser(name, help=words, description=f"{name}: {words}.")
        if name in commands:
            command.add_argument("--json", action="store_true", help="print one JSON document on stdout")
            add_person_argument(command)
            module = import_module(f"mnist_core.cli.{room}")
            function = name.replace("-", "_")
            getattr(module, f"add_{function}_arguments")(command)
            command.set_defaults(carry_out=getattr(module, f"run_{function}"))
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        return _carry_out(words)
    except ReaderGoneError:
        return INTERRUPTED + READER_GONE
    except KeyboardInterrupt as interrupt:
        with suppress(ReaderGoneError):
            tell("Stopped.")
        return INTERRUPTED + next(iter(interrupt.args), signal.SIGINT)


def _carry_out(words: list[str]) -> int:
    arguments = make_parser(words[:3]).parse_args(words)  # a person may be named before the command
    # Whoever ends this process ends what it started too.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        choose_person(arguments)
        gc.freeze()  # what was imported stays: not to be looked through again for each of many new objects
        with hold_outputs(arguments):
            arguments.carry_out(arguments)
    except RunStoppedError as error:
        tell(str(error))
        return INTERRUPTED + signal.SIGINT
    except LabError as error:
        tell(" ".join(str(error).split()))
        return 2
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        tell(f"The name {Path(error.filename).name[:20]}… is longer than the disk takes: give a shorter one.")
        return 2
    return 0


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(number)
