"""What exports write is read as it is meant: times with an offset, in whatever form, become UTC."""

import json
from pathlib import Path

import pytest
from weft_command import run_weft

from warehouse.lake import connect_lake
from warehouse.settings import load_settings

TIMES = {
    "2026-09-01T10:00:00+04:00": "2026-09-01 06:00:00",
    "2026-09-01 10:00:00+04": "2026-09-01 06:00:00",
    "2026-09-01T10:00:00-0500": "2026-09-01 15:00:00",
    "2026-09-01T01:30:00.250+05:30": "2026-08-31 20:00:00.25",
    "2026-09-01T10:00:00Z": "2026-09-01 10:00:00",
    "2026-09-01T10:00:00": "2026-09-01 10:00:00",
    " 2026-09-01 10:00:00.123456 ": "2026-09-01 10:00:00.123456",
    "2026-09-01": "2026-09-01 00:00:00",
    "yesterday, about 10-ish": None,
    "": None,
}
DIGITS = {"#EU-100123": "100123", "12-34": "1234", "none": None, "": None}
DOCUMENTS = {'{"a": {"b": "c"}}': "c", '{"a": {}}': None, "no JSON": None, "": None}
# 01:30 in Dubai is of the day before in UTC; the day is the one that stands there.
DAYS = {"2026-09-01T01:30:00+04:00": "2026-09-01", "2026-09-01": "2026-09-01", "soon": None}
FORMATTED = {"01.09.2026 10:00:00 +0400": "2026-09-01 06:00:00", "01.09.2026 10:00": "2026-09-01 10:00:00", "N/A": None}
PACKS = {"shop": {"entities": {"orders": {"columns": {"value": {"formats": ["%d.%m.%Y %H:%M:%S %z", "%d.%m.%Y %H:%M"]}}}}}}
CASES = {
    "to_timestamp('value')": TIMES,
    "to_timestamp('value', 2)": {"2026-09-01T23:00:00-05:00": "2026-09-04 04:00:00"},
    "to_date('value')": DAYS,
    "digits('value')": DIGITS,
    "json_text('value', 'a.b')": DOCUMENTS,
    "pack_timestamp('shop', 'orders', 'value')": FORMATTED,
    "pack_timestamp('shop', 'refunds', 'value')": TIMES,
    "pack_date('shop', 'refunds', 'value')": DAYS,
}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str | None]]:
    """What dbt makes of each value by each macro."""
    root = tmp_path_factory.mktemp("casts")
    (root / "weft.toml").write_text('[company]\nid = "casts"\nname = "Casts"\n[systems.ecb]\npack = "ecb"\n', encoding="utf-8")
    settings = load_settings(root)
    with connect_lake(settings):
        pass
    queries = [
        f"select {position} as macro, value, cast({{{{ {macro} }}}} as varchar) as found from (values {listed(values)}) as t(value)"
        for position, (macro, values) in enumerate(CASES.items())
    ]
    # A machine that keeps the time of another place reads the same.
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("TZ", "Asia/Dubai")
    shown = run_weft(
        settings, "dbt", "--quiet", "show", "--inline", " union all ".join(queries), "--output", "json", "--limit", "-1",
        "--vars", json.dumps({"weft_packs": PACKS}),
    )  # fmt: skip
    monkeypatch.undo()
    assert shown.returncode == 0, shown.stdout
    names = list(CASES)
    answers: dict[str, dict[str, str | None]] = {name: {} for name in names}
    for row in json.loads(shown.stdout)["show"]:
        answers[names[row["macro"]]][row["value"]] = row["found"]
    return answers


def listed(values: dict[str, str | None]) -> str:
    return ", ".join(f"('{value}')" for value in values)


@pytest.mark.parametrize("macro", list(CASES))
def test_values_are_read_as_they_are_meant(read: dict[str, dict[str, str | None]], macro: str) -> None:
    assert read[macro] == CASES[macro]
