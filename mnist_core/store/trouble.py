"""What can be wrong with the storage of runs, in words."""

import sqlite3
from enum import Enum

from sqlalchemy import exc

from mnist_core.ground.errors import StoreTroubleError


class _Trouble(Enum):
    """A kind of trouble: what came, and what to do."""

    FULL = "cannot be written, as the disk is full: free some space, then resume the run"
    READ_ONLY = (
        "must be writable, but is read-only for this user: allow writing (of a file, in its folder too), "
        "or name another with MNIST_LAB_DATABASE"
    )
    LOCKED = (
        "was kept locked by another process for {timeout:g} s: end that process or let it finish, "
        "then try again"
    )
    UNREADABLE = "cannot be opened ({reason}): check that the folder exists and that you may write there"
    DAMAGED = (
        "is damaged or no database at all ({reason}): move it away, or name another with MNIST_LAB_DATABASE"
    )
    DISK = "cannot be read or written ({reason}): check its disk, then resume the run"
    FORBIDDEN = "refuses this user ({reason}): grant the rights, or name another user in MNIST_LAB_DATABASE"
    SILENT = "does not answer ({reason}): start it, or name another with MNIST_LAB_DATABASE"


_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _Trouble.FULL,
    sqlite3.SQLITE_READONLY: _Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: _Trouble.READ_ONLY,
    sqlite3.SQLITE_BUSY: _Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: _Trouble.LOCKED,
    sqlite3.SQLITE_CANTOPEN: _Trouble.UNREADABLE,
    sqlite3.SQLITE_NOTADB: _Trouble.DAMAGED,
    sqlite3.SQLITE_CORRUPT: _Trouble.DAMAGED,
    sqlite3.SQLITE_IOERR: _Trouble.DISK,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_OF_POSTGRES = {
    "53100": _Trouble.FULL,
    "25006": _Trouble.READ_ONLY,
    "55P03": _Trouble.LOCKED,
    "58030": _Trouble.DISK,
    "42501": _Trouble.FORBIDDEN,
    "XX001": _Trouble.DAMAGED,
}
_PRIMARY = 0xFF  # SQLite's extended codes keep the kind in the lowest byte


def tell_trouble(place: str, error: exc.SQLAlchemyError, timeout_s: float) -> StoreTroubleError | None:
    """Say in a sentence what is wrong with a store; None where it is a bug of the lab instead.

    Parameters
    ----------
    place : str
        The URL of the store, without its password.
    error : SQLAlchemyError
        What was raised.
    timeout_s : float
        How long a lock was waited for.
    """
    kind = _find_kind(error)
    if kind is None:
        return None
    reason = " ".join(str(getattr(error, "orig", None) or error).split())
    return StoreTroubleError(
        f"The store of runs at {place} {kind.value.format(reason=reason, timeout=timeout_s)}."
    )


def _find_kind(error: exc.SQLAlchemyError) -> _Trouble | None:
    cause = getattr(error, "orig", None)
    if isinstance(cause, sqlite3.Error):
        # sqlite3 raises some of its own without a code, as for a call in the wrong order.
        return _OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY)
    known = _OF_POSTGRES.get(getattr(cause, "sqlstate", None) or "")
    is_silent = isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError)
    return known or (_Trouble.SILENT if is_silent else None)
