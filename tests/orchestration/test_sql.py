"""`weft sql` answers from the publication, in three forms, and refuses everything that does not only read it."""

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from weft_command import WEFT

from orchestration.query import answer, write_answer
from warehouse.errors import WeftError
from warehouse.settings import Settings

ALL = "SELECT * FROM mart_awkward ORDER BY number"


def written(settings: Settings, query: str, form: str, publication: int | None = None) -> str:
    out = io.StringIO()
    with answer(settings, query, publication) as found:
        write_answer(found, form, out)
    return out.getvalue()


def test_csv_tells_null_from_empty_and_quotes_what_needs_it(published: Settings) -> None:
    text = written(published, ALL, "csv")
    assert text.splitlines() == [
        "number,label,amount,seen_at,seen_on,is_odd,tags",
        '1,"it\'s ""quoted"", isn\'t it",12345678901234.12345678,2026-01-02 03:04:05,2026-01-02,true,"[""a"", null]"',
        "2,,,,,,",
        '3,"",0.50000000,,,false,[]',
    ]
    assert len(list(csv.reader(io.StringIO(text)))) == 4


def test_csv_keeps_line_ends_inside_fields(published: Settings) -> None:
    text = written(published, "SELECT 'a' || chr(10) || 'b' AS two_lines, ' c' AS blank", "csv")
    assert list(csv.reader(io.StringIO(text))) == [["two_lines", "blank"], ["a\nb", " c"]]


def test_json_keeps_every_digit_and_type(published: Settings) -> None:
    text = written(published, ALL, "json")
    rows = json.loads(text, parse_float=str)
    assert rows[0]["amount"] == "12345678901234.12345678"
    assert rows[0]["tags"] == ["a", None]
    assert rows[0]["is_odd"] is True
    assert rows[1]["label"] is None
    assert rows[2]["label"] == ""


def test_json_of_no_rows_and_of_equal_names_is_valid(published: Settings) -> None:
    assert json.loads(written(published, "SELECT 1 AS a WHERE false", "json")) == []
    assert json.loads(written(published, "SELECT 1 AS a, 2 AS a", "json")) == [{"a": 1, "a_1": 2}]
    assert json.loads(written(published, "SELECT 'nan'::DOUBLE AS a", "json")) == [{"a": None}]


def test_table_shows_markup_as_text(published: Settings) -> None:
    assert "[red]x[/]" in written(published, "SELECT '[red]x[/]' AS label", "table")


def test_an_earlier_publication_can_be_asked(published: Settings) -> None:
    assert written(published, "SELECT count(*) FROM mart_awkward", "csv", 1).splitlines()[1] == "1"
    assert written(published, "SELECT count(*) FROM marts.mart_awkward", "csv").splitlines()[1] == "3"
    with pytest.raises(WeftError, match="Publication 7 is not kept"):
        written(published, "SELECT 1", "csv", 7)


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO mart_awkward SELECT * FROM mart_awkward",
        "DELETE FROM mart_awkward",
        "DROP TABLE mart_awkward",
        "CREATE TABLE memory.t AS SELECT 1",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'other.db'",
        "SET threads = 1",
        "PRAGMA enable_profiling",
        "SELECT 1; DROP TABLE mart_awkward",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sqlite_scan('{catalog}', 'ducklake_table')",
        "",
    ],
)
def test_only_reading_the_publication_is_allowed(published: Settings, tmp_path: Path, query: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(WeftError):
        written(published, query.format(secret=secret, catalog=published.catalog_path), "csv")
    assert written(published, "SELECT count(*) FROM mart_awkward", "csv").splitlines()[1] == "3"


@pytest.mark.parametrize(
    "query", ["SHOW TABLES", "DESCRIBE mart_awkward", "SUMMARIZE mart_awkward", "EXPLAIN SELECT 1"]
)
def test_looking_around_is_allowed(published: Settings, query: str) -> None:
    assert written(published, query, "csv").count("\n") > 1


def test_command_reads_standard_input_and_has_exit_codes(published: Settings) -> None:
    command = [str(WEFT), "sql", "--config", str(published.config_path), "--format", "csv", "-"]
    good = subprocess.run(command, input="SELECT 40 + 2 AS answer", capture_output=True, text=True)
    assert (good.returncode, good.stdout) == (0, "answer\n42\n")
    bad = subprocess.run(command, input="SELECT nothing", capture_output=True, text=True)
    assert bad.returncode == 1
    assert bad.stdout == ""
    assert "nothing" in bad.stderr
    assert "Traceback" not in bad.stderr


def test_command_refuses_an_unknown_format(published: Settings, weft: Callable[..., Any]) -> None:
    finished = weft(published, "sql", "SELECT 1", "--format", "xml")
    assert finished.returncode == 2
    assert "table, csv, json" in finished.stderr


def test_a_reader_that_stops_early_is_no_error(published: Settings) -> None:
    command = f"'{WEFT}' sql --format csv --config '{published.config_path}' 'FROM range(1000000)' | head -n 2"
    finished = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "range\n0\n", "")
