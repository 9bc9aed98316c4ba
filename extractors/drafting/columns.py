"""What the columns of a sample hold: types, formats of dates, words in the place of values, keys, personal data.

Comes in: a sample in DuckDB. Goes out: a `DraftColumn` each, with the reasons, and the columns that tell rows apart. Called by
`draft`.
"""

import re
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations

import duckdb

from extractors.drafting.names import words
from extractors.drafting.sample import Sample, cell

# Of the values that are no words, so many must be of a type.
AGREEMENT = 0.98
# A column that is mostly words is text, whatever else stands in it.
MOST_WORDS = 0.7
IS_WORDED = "(regexp_matches({0}, '[^\\W\\d_]{{2,}}') OR lower({0}) IN ('n/a', '-', '--', '?', '.'))"
WORDS_LISTED = 20
# In the order in which they are tried where several fit equally well.
DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y",
    "%d %b %Y", "%b %d, %Y", "%Y%m%d",
)  # fmt: skip
NUMBER = r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"
COMMA_NUMBER = r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"
IDENTIFIERS = {
    "id",
    "no",
    "nr",
    "number",
    "code",
    "sku",
    "ean",
    "gtin",
    "zip",
    "postcode",
    "invoice",
    "order",
    "key",
    "ref",
    "#",
}
PERSONAL = {
    "email": "an e-mail address", "mail": "an e-mail address", "phone": "a telephone number", "mobile": "a telephone number",
    "tel": "a telephone number", "firstname": "a name", "lastname": "a name", "surname": "a name", "fullname": "a name",
    "contact": "a person", "street": "an address", "address": "an address", "birthday": "a date of birth", "birthdate": "a date of birth",
    "dob": "a date of birth", "ip": "an IP address", "passport": "a passport number", "iban": "a bank account",
}  # fmt: skip
PERSONS = {"customer", "client", "buyer", "recipient", "first", "last", "contact", "person", "user"}


@dataclass(frozen=True)
class DraftColumn:
    """A column as the pack will declare it, and why."""

    name: str
    exported: str
    type: str
    reasons: list[str]
    formats: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    has_gaps: bool = False
    personal: str | None = None
    uses_comma: bool = False


def describe_columns(con: duckdb.DuckDBPyConnection, sample: Sample) -> list[DraftColumn]:
    """Describe every column of a sample."""
    return [_describe(con, sample, name, exported) for name, exported in sample.columns.items()]


def _describe(con: duckdb.DuckDBPyConnection, sample: Sample, name: str, exported: str) -> DraftColumn:
    value = cell(name)
    total, plain, comma, whole, boolean, leading, mails, worded = _count(
        con,
        sample,
        [
            f"{value} IS NOT NULL",
            f"regexp_full_match({value}, '{NUMBER}')",
            f"regexp_full_match({value}, '{COMMA_NUMBER}')",
            f"regexp_full_match({value}, '[+-]?\\d+')",
            f"lower({value}) IN ('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n')",
            f"regexp_full_match({value}, '0\\d+')",
            f"regexp_full_match({value}, '[^@\\s]+@[^@\\s]+\\.[^@\\s]+')",
            f"{IS_WORDED.format(value)} AND NOT regexp_matches({value}, '\\d+[-/. ]\\w+[-/., ]+\\d+')",
        ],
    )
    has_gaps = total < sample.rows
    personal = "an e-mail address" if total and mails > total / 2 else _personal(exported)
    column = partial(DraftColumn, name, exported, has_gaps=has_gaps, personal=personal)
    if not total:
        return column(type="text", reasons=["empty in this sample"])
    if boolean == total:
        return column(type="boolean", reasons=["every value is a yes or a no"])
    formats, dated = _date_formats(con, sample, name, plain)
    missing = _words(con, sample, name)
    said = f"; {worded:,} of {total:,} values are words and count as missing" if worded else ""
    if dated and dated >= (total - worded) * AGREEMENT and worded <= total * MOST_WORDS:
        kind = "timestamp" if any("%H" in form for form in formats) else "date"
        why = f"{dated:,} of {total:,} values are dates in {len(formats)} format{'s' if len(formats) > 1 else ''}{said}"
        return column(type=kind, reasons=[why], formats=formats, missing=list(missing))
    numbers, uses_comma = (comma, True) if comma > plain else (plain, False)
    is_identifier = leading > 0 or (
        words(exported) & IDENTIFIERS and not words(exported) & {"quantity", "qty", "amount"}
    )
    if numbers >= (total - worded) * AGREEMENT and worded <= total * MOST_WORDS and not is_identifier:
        kind = "integer" if whole == numbers else "decimal"
        why = f"{numbers:,} of {total:,} values are numbers{', with a decimal comma' if uses_comma else ''}{said}"
        return column(type=kind, reasons=[why], missing=list(missing), uses_comma=uses_comma)
    why = "numbers that tell things apart: kept as text" if is_identifier and numbers == total else "text"
    return column(type="text", reasons=[why])


def _count(con: duckdb.DuckDBPyConnection, sample: Sample, conditions: list[str]) -> list[int]:
    row = con.execute(
        f"SELECT {', '.join(f'count(*) FILTER ({condition})' for condition in conditions)} FROM {sample.table}"
    ).fetchone()
    assert row is not None
    return [int(count) for count in row]


def _date_formats(con: duckdb.DuckDBPyConnection, sample: Sample, name: str, plain: int) -> tuple[list[str], int]:
    """The formats that together read most values, each only as long as it reads some that the others do not."""
    value = cell(name)
    chosen: list[str] = []
    read = 0
    candidates = [form for form in DATE_FORMATS if form != "%Y%m%d" or plain]
    while True:
        unread = " AND ".join([f"try_strptime({value}, '{form}') IS NULL" for form in chosen] or ["true"])
        plausible = [f"{unread} AND year(try_strptime({value}, '{form}')) BETWEEN 1950 AND 2100" for form in candidates]
        counts = _count(con, sample, plausible)
        best = max(range(len(candidates)), key=lambda position: (counts[position], -position))
        if not counts[best] or len(chosen) == 4:
            return chosen, read
        chosen.append(candidates[best])
        read += counts[best]


def _words(con: duckdb.DuckDBPyConnection, sample: Sample, name: str) -> dict[str, int]:
    """Values that are neither numbers nor dates and come again and again: what people write where they have no value."""
    value = cell(name)
    rows = con.execute(
        f"SELECT {value}, count(*) FROM {sample.table} WHERE {value} IS NOT NULL "
        f"AND NOT regexp_full_match({value}, '{NUMBER}') AND NOT regexp_full_match({value}, '{COMMA_NUMBER}') "
        f"AND NOT regexp_matches({value}, '\\d+[-/.]\\w+[-/.]\\d+') "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {WORDS_LISTED}"
    ).fetchall()
    return {word: count for word, count in rows if count > 1}


def _personal(exported: str) -> str | None:
    found = words(exported)
    joined = re.sub(r"[\W_]+", "", exported.lower())
    for word, what in PERSONAL.items():
        if word in found or joined == word:
            return what
    return "a name" if "name" in found and found & PERSONS else None


def find_key(
    con: duckdb.DuckDBPyConnection, sample: Sample, columns: list[DraftColumn], document: str | None = None
) -> tuple[list[str], str]:
    """Return the columns that tell rows apart, and why; where no one or two do, the one that names the `document` they belong to."""
    full = [column for column in columns if not column.has_gaps and column.type in ("text", "integer")]
    likely = sorted(full, key=lambda column: not words(column.exported) & IDENTIFIERS)
    counts = dict(
        zip(
            (column.name for column in likely),
            _distinct(con, sample, [cell(column.name) for column in likely]),
            strict=True,
        )
    )
    for column in likely:
        if counts[column.name] == sample.rows:
            return [column.name], f"{column.name} is different in each of the {sample.rows:,} rows"
    named = [column.name for column in likely if words(column.exported) & IDENTIFIERS][:8]
    pairs = list(combinations(named, 2))
    for pair, count in zip(pairs, _distinct(con, sample, [_joined(pair) for pair in pairs]), strict=True):
        if count == sample.rows:
            return list(pair), f"{' and '.join(pair)} together are different in each row"
    if document not in counts:
        document = max(named, key=lambda name: counts[name], default=columns[0].name)
    return [document], f"nothing tells the rows apart; those of one {document} belong together"


def _distinct(con: duckdb.DuckDBPyConnection, sample: Sample, expressions: list[str]) -> list[int]:
    if not expressions:
        return []
    listed = ", ".join(f"count(DISTINCT {expression})" for expression in expressions)
    row = con.execute(f"SELECT {listed} FROM {sample.table}").fetchone()
    assert row is not None
    return [int(count) for count in row]


def _joined(names: tuple[str, ...]) -> str:
    return " || chr(31) || ".join(f"coalesce({cell(name)}, '')" for name in names)
