"""The command `predict`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.say import say
from mnist_core.ground.arrays import Image, Images
from mnist_core.insight.reading import Reading, read_images
from mnist_core.network.models import Model
from mnist_core.pens import draw_strokes, read_drawings, read_picture

if TYPE_CHECKING:
    from mnist_core.insight.reading.evidence import Evidence
    from mnist_core.insight.reading.row import Row

_USUAL_SHARE = 0.99


def add_predict_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `predict`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "input",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="pictures of one digit each (PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF), or .json files of "
        "pen strokes",
    )
    more = command.add_mutually_exclusive_group()
    more.add_argument(
        "--explain",
        action="store_true",
        help="also say which ink decided, what would change the guess, and which units fired most",
    )
    command.add_argument(
        "--not-sure",
        type=_read_share,
        nargs="?",
        const=_USUAL_SHARE,
        metavar="SHARE",
        help="say 'not sure' where needed to be right in this share of what is answered, "
        f"and where there is no single digit (default: {_USUAL_SHARE})",
    )
    more.add_argument(
        "--row",
        action="store_true",
        help="each drawing of pen strokes, and each row of a picture, is a number: cut and read it",
    )


def _read_share(words: str) -> float:
    try:
        share = float(words)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"must be a share above 0 and below 1, such as 0.99, but is {words}")
    return share


def run_predict(arguments: argparse.Namespace) -> None:
    """Read digits from pictures and pen strokes, in the order in which they are given."""
    model = open_model(arguments.model)
    if arguments.row:
        _predict_rows(model, arguments)
        return
    named = [pair for path in arguments.input for pair in read_input(path)]
    images = np.stack([image for _, image in named])
    readings = read_images(model, images)
    document = [_describe(name, reading) for (name, _), reading in zip(named, readings, strict=True)]
    if arguments.not_sure is not None:
        _add_doubt(model, document, images, readings, arguments.not_sure)
    if arguments.explain:
        from mnist_core.insight.reading.evidence import find_evidence  # noqa: PLC0415 - few calls ask why

        for item, evidence in zip(document, find_evidence(model, images), strict=True):
            item["explanation"] = _explain(evidence)
    say(document, "\n".join(map(_say_item, document)), arguments.json)


def read_input(path: Path) -> list[tuple[str, Image]]:
    """Read a picture, or all drawings of a file of pen strokes, each with its name."""
    if path.suffix.lower() != ".json":
        return [(str(path), read_picture(path))]
    return [
        (f"{path}[{place}]", draw_strokes(drawing.strokes))
        for place, drawing in enumerate(read_drawings(path))
    ]


def _predict_rows(model: Model, arguments: argparse.Namespace) -> None:
    from mnist_core.insight.reading.floors import choose_floor  # noqa: PLC0415 - few calls doubt

    share, doubt = arguments.not_sure, model.info.doubt
    floor = None if share is None else choose_floor(share, doubt)
    rows = {
        f"{path}[{place}]": row
        for path in arguments.input
        for place, row in enumerate(_read_rows(model, path))
    }
    document = [_describe_row(name, row, floor) for name, row in rows.items()]
    doubts = ["not sure; " if item.get("not_sure") else "" for item in document]
    lines = [
        f"{item['input']}: {doubt}{item['number']}" for item, doubt in zip(document, doubts, strict=True)
    ]
    say(document, "\n".join(lines), arguments.json)


def _read_rows(model: Model, path: Path) -> list["Row"]:
    if path.suffix.lower() == ".json":
        from mnist_core.insight.reading.row import read_row  # noqa: PLC0415

        return [read_row(model, drawing.strokes) for drawing in read_drawings(path)]
    from mnist_core.insight.reading.picture_numbers import read_picture_numbers  # noqa: PLC0415
    from mnist_core.pens.picture_rows import read_picture_rows  # noqa: PLC0415

    return read_picture_numbers(model, read_picture_rows(path))


def _describe_row(name: str, row: "Row", floor: float | None) -> dict[str, Any]:
    digits = [
        {"digit": reading.digit, "second": reading.second, "probabilities": reading.probabilities.tolist()}
        | {"chance": chance, **({"strokes": len(group)} if group else {})}
        for reading, chance, group in zip(row.readings, row.chances, row.groups, strict=True)
    ]
    item: dict[str, Any] = {"input": name, "number": row.number, "chance": row.chance, "digits": digits}
    return item if floor is None else {**item, "floor": floor, "not_sure": min(row.chances) < floor}


def _describe(name: str, reading: Reading) -> dict[str, Any]:
    return {
        "input": name,
        "digit": reading.digit,
        "second": reading.second,
        "probabilities": reading.probabilities.tolist(),
    }


def _add_doubt(
    model: Model, document: list[dict[str, Any]], images: Images, readings: list[Reading], share: float
) -> None:
    from mnist_core.insight.reading.doubt import judge_readings  # noqa: PLC0415 - few calls doubt
    from mnist_core.insight.reading.floors import choose_floor  # noqa: PLC0415

    chances = judge_readings(images, np.stack([reading.probabilities for reading in readings]))
    floor = choose_floor(share, model.info.doubt)
    for item, chance in zip(document, chances.tolist(), strict=True):
        item["chance"] = chance
        item["floor"] = floor
        item["not_sure"] = chance < floor


def _explain(evidence: "Evidence") -> dict[str, Any]:
    return {
        "ink": np.round(evidence.ink, 4).tolist(),
        "missing": np.round(evidence.missing, 4).tolist(),
        "units": evidence.units,
    }


def _say_item(item: dict[str, Any]) -> str:
    first, second = (f"{item[key]} ({item['probabilities'][item[key]]:.1%})" for key in ("digit", "second"))
    words = f"{item['input']}: {first}"
    if item.get("not_sure"):
        words = f"{item['input']}: not sure; {first} or {second}"
    if "explanation" in item:
        words += "\n" + _say_why(item)
    return words


def _say_why(item: dict[str, Any]) -> str:
    """Draw the decisive ink as characters: + speaks for the guess, - for the second one, . is other ink."""
    ink = np.array(item["explanation"]["ink"])
    strong = 0.2 * np.abs(ink).max()
    marks = np.select([ink > strong, ink < -strong, ink != 0], ["+", "-", "."], " ")
    fired = [
        f"  {layer}: {', '.join(f'{unit} ({value:+.2f})' for unit, value in units)}"
        for layer, units in item["explanation"]["units"].items()
    ]
    heading = f"  ink for {item['digit']} (+) or for {item['second']} (-), and the units that fired most:"
    return "\n".join([heading, *("  " + "".join(row) for row in marks if (row != " ").any()), *fired])
