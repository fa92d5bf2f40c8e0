"""What can go wrong for a reason that the user can mend, and how work ends that it stopped."""

import errno
from typing import Literal

# A disk that is full, or that its user may not write to, or that fails.
_OF_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def say_reason(error: Exception) -> str:
    """Say why something failed: of what the system refuses its own words, without number and path."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


class LabError(Exception):
    """A request that cannot be met; the message says what was needed, what came, what to do."""


class DataFileError(LabError):
    """A file that cannot be read: of a kind that is not opened, damaged, or too large."""


class LayoutError(LabError):
    """Variables that are not a set of digit images with their labels."""


class DataError(LabError):
    """A data set that is absent, or does not fit what is asked of it."""


class FetchError(LabError):
    """A download that did not arrive whole from any mirror."""


class GridError(LabError):
    """A search space or a recipe that cannot be carried out."""


class DeviceError(LabError):
    """A device to train on that is not there."""


class ModelError(LabError):
    """A model folder that is absent, damaged, too new, or of other shapes."""


class DrawingError(LabError):
    """Strokes or a picture that hold no digit that could be read."""


class EmptyDrawingError(DrawingError):
    """A drawing without ink."""


class CorrectionError(LabError):
    """A correction that cannot be kept or read, or too few to learn from."""


class ScoreError(LabError):
    """A score of the game that cannot be kept or read, or has no name."""


class PersonError(LabError):
    """A person who is unknown, or may not come in, or asks for more than the lab allows one."""


class BackupError(LabError):
    """A backup that is damaged or newer, or a lab that cannot be backed up or restored now."""


class RunError(LabError):
    """A run that is unknown, or that failed."""


class FilterError(LabError):
    """Words that are to choose among candidates, but cannot be understood."""


class RunStoppedError(RunError):
    """A run that was stopped before its end by who carried it out."""


class RunLostError(RunError):
    """A run that its worker no longer owns: it was silent for too long, and the run was given away."""


class StorageError(RunError):
    """A disk that does not take what a run has to keep; the run can be resumed."""


class StoreTroubleError(StorageError):
    """A store of runs that cannot be read or written now: a full disk, a lock, missing rights."""


class ClusterError(RunError):
    """A cluster that cannot be reached, has gone, or runs other versions; the run can be resumed."""


def judge(error: BaseException) -> tuple[Literal["paused", "interrupted", "failed"], str]:
    """Say how work ends that an error stopped, and why.

    Where a disk does not take what has to be kept it is paused, as it can go on once there is room; where its
    cluster went it is interrupted; else it has failed.
    """
    trouble = _find_trouble(error)
    if isinstance(error, StorageError) or (trouble is not None and isinstance(error, LabError)):
        return "paused", str(error)
    if trouble is not None:
        place = f", {trouble.filename}" if trouble.filename else ""
        words = f"cannot be written ({trouble.strerror}{place}): make room or mend the rights, then go on."
        return "paused", f"What the work has to keep {words}"
    if isinstance(error, LabError):
        return "interrupted" if isinstance(error, ClusterError) else "failed", str(error)
    return "failed", f"a bug in the lab, please report it: {type(error).__name__}: {error}"


def _find_trouble(error: BaseException | None) -> OSError | None:
    """Find what a disk refused, behind an error or what it came from."""
    while error is not None and not (isinstance(error, OSError) and error.errno in _OF_DISK):
        error = error.__cause__
    return error
