"""What reviewers decided of doubtful pairs.

Comes in: a CSV file: the review list with its column same_person filled in, or a file of one's own. Goes out: pairs that
are, and pairs that are not, one person. Called by the run.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.errors import WeftError

NEEDED = ("left_record", "right_record", "same_person", "decided_by")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True)
class Decisions:
    """Pairs of record keys, the smaller one first. The last decision of a pair in the file holds."""

    same: set[tuple[str, str]] = field(default_factory=set)
    apart: set[tuple[str, str]] = field(default_factory=set)


def read_decisions(path: Path) -> Decisions:
    """Read the file of decisions; one that is not there holds none. Rows without an answer are left for later.

    Raises:
        WeftError: a column is missing, or a row is not a decision; names file, line, column, value and rule.
    """
    if not path.exists():
        return Decisions()
    decided: dict[tuple[str, str], bool] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in NEEDED if name not in (reader.fieldnames or [])]:
            raise WeftError(
                f"{path}: line 1: there is no column {', '.join(missing)}; decisions need {', '.join(NEEDED)}."
            )
        for row in reader:
            answer = (row["same_person"] or "").strip().lower()
            if not answer:
                continue
            place = f"{path}: line {reader.line_num}"
            if answer not in _ANSWERS:
                raise WeftError(f"{place}, column same_person: {answer!r} is neither yes nor no.")
            if not (row["decided_by"] or "").strip():
                raise WeftError(f"{place}, column decided_by: it is empty; a decision needs a name.")
            pair = sorted(((row["left_record"] or "").strip(), (row["right_record"] or "").strip()))
            if not pair[0] or pair[0] == pair[1]:
                raise WeftError(
                    f"{place}, columns left_record and right_record: a decision needs two different records."
                )
            decided[(pair[0], pair[1])] = _ANSWERS[answer]
    return Decisions(
        {pair for pair, same in decided.items() if same}, {pair for pair, same in decided.items() if not same}
    )
