"""Who erased, exported or read personal data, when, and what: never a value.

Comes in: an event. Goes out: a line of `erasures/audit.jsonl` in the state folder, readable by its owner only. Called by the
commands of this folder and by `weft sql` and the dashboards where a role sees clear values.
"""

import getpass
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.settings import Settings
from warehouse.whole_file import append_line


def who(by: str | None = None) -> str:
    """Return who acts: the name given, or the user of the operating system."""
    try:
        return by or getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def audit_path(settings: Settings) -> Path:
    """The log's path."""
    return settings.state_dir / "erasures" / "audit.jsonl"


def record(settings: Settings, event: str, by: str, **details: Any) -> None:
    """Append one event."""
    line = json.dumps(
        {"at": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, "by": by, **details}, sort_keys=True
    )
    append_line(audit_path(settings), line)
