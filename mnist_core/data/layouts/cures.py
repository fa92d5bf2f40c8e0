"""What only MATLAB can read, and the line of MATLAB that saves it so that others can."""

from mnist_core.data.layouts.tree import Leaf
from mnist_core.ground.variables import Opaque

_LINES = {
    "a string object": "{0} = cellstr({0});",
    "a categorical array": "{0} = cellstr({0});",
    "a table": "{0} = table2array({0});",
    "an object of class containers.Map": "{0} = cell2struct(values({0}), keys({0}), 2);",
    "a function handle": "",
}
_OTHERS = "{0} = struct({0});"


def say_line(leaf: Leaf) -> str:
    """Say which line of MATLAB saves a value otherwise; empty where it is none that only MATLAB reads."""
    kind = leaf.value.kind if isinstance(leaf.value, Opaque) else "a function handle"
    line = _LINES.get(kind, _OTHERS if kind.startswith("an object") else "").format(leaf.path)
    name = leaf.path.partition(".")[0]
    return f"{line} save('digits.mat', '{name}', '-v7', '-append')" if line else ""
