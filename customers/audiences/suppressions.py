"""The people who are to be left alone at once, whatever the systems say.

Comes in: the CSV file that `[audiences] suppressions` names; a person keeps it, usually the data protection officer. Goes out: mail
addresses and person keys. Called before every export; a file that cannot be understood stops it, so that nobody is contacted by mistake.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import WeftError

COLUMNS = ("email", "person_key", "note")


@dataclass(frozen=True)
class Suppressions:
    """Mail addresses in small letters, and person keys."""

    emails: frozenset[str] = frozenset()
    person_keys: frozenset[str] = frozenset()


def read_suppressions(path: Path | None) -> Suppressions:
    """Read the file; without one nobody is suppressed.

    Raises:
        WeftError: it is named but not there, or a line of it is neither a mail address nor a person key.
    """
    if path is None:
        return Suppressions()
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError:
        raise WeftError(
            f"The file of suppressions {path} is not there, so no audience is exported. weft.toml names it in [audiences]; "
            "an empty one has the line: email,person_key"
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WeftError(
            f"The file of suppressions {path} cannot be read, so no audience is exported: {error}"
        ) from error
    header = [name.strip().lower() for name in lines[0]] if lines else []
    if not {"email", "person_key"} & set(header) or not set(header) <= set(COLUMNS):
        raise WeftError(
            f"{path}, line 1: its columns are {', '.join(header) or '(none)'}; write email or person_key or both, and note if you like."
        )
    emails, keys, problems = set(), set(), []
    for number, values in enumerate(lines[1:], start=2):
        if not any(value.strip() for value in values):
            continue
        row = dict(zip(header, (value.strip() for value in values), strict=False))
        email, key = row.get("email", "").lower(), row.get("person_key", "")
        if len(values) > len(header):
            problems.append(f"line {number}: it has {len(values)} values for {len(header)} columns")
        elif not email and not key:
            problems.append(f"line {number}: it names neither a mail address nor a person key")
        elif email and (email.count("@") != 1 or email.startswith("@") or email.endswith("@") or " " in email):
            problems.append(f"line {number}: {email!r} is no mail address")
        else:
            emails.update([email] if email else [])
            keys.update([key] if key else [])
    if problems:
        raise WeftError(
            f"{path} cannot be understood, so no audience is exported:\n" + "\n".join(f"  {one}" for one in problems)
        )
    return Suppressions(frozenset(emails), frozenset(keys))
