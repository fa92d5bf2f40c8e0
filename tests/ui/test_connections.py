"""The app may hold as many connections as the system lets it."""

import subprocess
import sys

from digits import ROOT

_CODE = """
import resource
from mnist_core.ground.system import allow_many_files
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))
allow_many_files()
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (most, most)
"""


def test_a_low_limit_of_open_files_is_raised_to_what_is_allowed() -> None:
    subprocess.run([sys.executable, "-c", _CODE], cwd=ROOT, check=True)
