"""Which errors are worth another try.

Comes in: whatever a step raises. Goes out: Dagster's request to retry for input/output and lock trouble; every other
error passes through, since data that is wrong stays wrong. Called by every asset.
"""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

MAX_RETRIES = 3
WAIT_SECONDS = 2
TRANSIENT_ERRNOS = {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT}
LOCK_PHRASES = ("database is locked", "database table is locked", "conflict")


def is_transient(error: BaseException) -> bool:
    """Say whether the same step may succeed if it is simply tried again."""
    if isinstance(error, ConnectionError | TimeoutError):
        return True
    if isinstance(error, OSError):
        return error.errno in TRANSIENT_ERRNOS
    if isinstance(error, sqlite3.OperationalError | duckdb.TransactionException):
        return any(phrase in str(error).lower() for phrase in LOCK_PHRASES)
    # DuckDB reports files that are missing or malformed in the same class; only a lock or a bad disk is worth a retry.
    if isinstance(error, duckdb.IOException | duckdb.HTTPException):
        text = str(error).lower()
        return "lock" in text or "input/output error" in text or "timed out" in text or "connection" in text
    return False


@contextmanager
def transient_errors_retried() -> Iterator[None]:
    """Turn a transient error of the block into Dagster's request to retry the step."""
    try:
        yield
    except Exception as error:
        if is_transient(error):
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=WAIT_SECONDS) from error
        raise
