"""Whether the script that runs may start processes, each of which runs it again."""

import ast
import sys
from pathlib import Path
from types import FrameType

from mnist_core.ground.errors import ClusterError


def check_script() -> None:
    """Refuse to start processes from the open top of a script, as each would run it again and start its own.

    Raises
    ------
    ClusterError
        If the line of the script that is being carried out stands below no `if` that asks for `__name__`.
    """
    main = sys.modules["__main__"]
    path, frame = getattr(main, "__file__", None), _find_frame(vars(main))
    if path is not None and frame is not None and _is_open(Path(path), frame.f_lineno):
        raise ClusterError(
            "Processes side by side (n_jobs other than 1) run the script that starts them again, but line "
            f'{frame.f_lineno} of {path} is not guarded: put it below `if __name__ == "__main__":`, or '
            "take n_jobs=1."
        )


def _find_frame(names: dict[str, object]) -> FrameType | None:
    """Find the frame that carries out the script itself; None in a prompt, a notebook or another thread."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and not (frame.f_globals is names and frame.f_code.co_name == "<module>"):
        frame = frame.f_back
    return frame


def _is_open(path: Path, line: int) -> bool:
    try:
        statements = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return False
    return not any(_asks_for_name(one) for one in statements if one.lineno <= line)


def _asks_for_name(statement: ast.stmt) -> bool:
    """Say whether a statement guards what is in it, or lets the script end early where it is run again."""
    return isinstance(statement, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(statement.test)
    )
