"""An environment that holds what a plain install brings, and nothing that only extras or tests do."""

from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement


def link_plain_install(name: str, site_packages: Path) -> None:
    """Link whatever a package there asks for without its extras, at any depth, from where the tests run."""
    package = next(iter(Distribution.discover(name=name, path=[str(site_packages)])))
    for one in _list_needed(package):
        tops = {Path(file).parts[0] for file in one.files or ()} - {"..", "__pycache__"}
        for top in tops - {path.name for path in site_packages.iterdir()}:
            (site_packages / top).symlink_to(str(one.locate_file(top)))


def _list_needed(package: Distribution) -> list[Distribution]:
    found: dict[tuple[str, str], Distribution] = {}
    waiting = [(package, "")]
    while waiting:
        asking, its_extra = waiting.pop()
        for need in map(Requirement, asking.requires or ()):
            if need.marker is None or need.marker.evaluate({"extra": its_extra}):
                new = {(need.name, extra) for extra in ("", *need.extras)} - set(found)
                found |= {key: distribution(need.name) for key in new}
                waiting += [(found[key], key[1]) for key in new]
    return list(found.values())
