"""`python -m mnist_core`: the lab's jobs as commands."""

import sys

from mnist_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
