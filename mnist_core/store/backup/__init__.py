"""All that the lab keeps as one file: written while it runs, checked, put back, and taken away at the end."""

from mnist_core.store.backup.manifest import Contents, Manifest
from mnist_core.store.backup.packing import write_backup
from mnist_core.store.backup.resting import pause_all_work
from mnist_core.store.backup.restoring import Restored, empty_lab, restore_backup
from mnist_core.store.backup.unpacking import check_backup

__all__ = ["Contents", "Manifest", "Restored", "check_backup", "empty_lab", "pause_all_work"]
__all__ += ["restore_backup", "write_backup"]
