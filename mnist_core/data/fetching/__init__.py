"""Public data sets: fetched from mirrors, told by their hashes, and opened by the door of all files."""

from mnist_core.data.fetching.catalog import CATALOG, find_set
from mnist_core.data.fetching.fetched import fetch_dataset, fetch_files, is_fetched
from mnist_core.data.fetching.mirrors import Report
from mnist_core.data.fetching.public_set import Download, Part, PublicSet

__all__ = ["CATALOG", "Download", "Part", "PublicSet", "Report"]
__all__ += ["fetch_dataset", "fetch_files", "find_set", "is_fetched"]
