"""`sales_forecast.csv` and `.xlsx`: the contract that planners' tools rely on."""

import csv
import hashlib
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from distribution.csv_file import write_csv
from distribution.planner_exports import LEVELS, SALES_FORECAST_COLUMNS, export_all
from forecasting.sales import make_sales_forecast
from tests.forecasting.marts import FIRST_MONDAY, fill_marts
from warehouse.errors import WeftError
from warehouse.extensions import load_extensions
from warehouse.lake import connect_lake, connect_publication
from warehouse.publication import publish
from warehouse.settings import Settings

SERIES = {
    ("=cmd()|'calc'!A1", "US"): [4.0, 5.0, 6.0],
    ('Dresses, "long"', "FR"): [20.0, 30.0, 25.0, 28.0, 31.0, 26.0, 27.0, 29.0, 30.0, 33.0, 24.0, 26.0] * 3,
    ("Röcke", "DE"): [7.0] * 9,
}


def published(settings: Settings, run_id: str = "run-1") -> int:
    make_sales_forecast(settings, run_id)
    return publish(settings, run_id=run_id, inputs="same", audit={}).publication_id


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def sheet(path: Path) -> list[tuple[str | None, ...]]:
    with duckdb.connect() as con:
        load_extensions(con, "excel")
        return con.execute("SELECT * FROM read_xlsx(?, header = false, all_varchar = true)", [str(path)]).fetchall()


def test_the_file_keeps_its_contract(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    exported, workbook = export_all(deployment, number)
    content = exported.path.read_bytes()
    assert exported.path == deployment.exports_dir / "sales_forecast.csv"
    assert workbook.path == deployment.exports_dir / "sales_forecast.xlsx"
    assert exported.sha256 == hashlib.sha256(content).hexdigest()
    assert content.split(b"\r\n")[0].decode() == (
        "publication_id,made_on,level,node_key,category_name,style_id,color,product_key,sku,market_code,channel_code,week_start_on,"
        "iso_week,measure,unit_code,forecast,q025,q10,q25,q50,q75,q90,q975,benchmark,base_forecast,override_quantity,override_id,"
        "model,model_version,wape_backtest,benchmark_wape,reason"
    )
    assert content.endswith(b"\r\n") and not content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n") == exported.rows + 1
    rows = read(exported.path)
    nodes = {
        "total": 1,
        "market": 3,
        "channel": 2,
        "category": 3,
        "category_market": 3,
        "style": 3,
        "style_colour": 6,
        "sku": 6,
    }
    assert Counter(row["level"] for row in rows) == {level: count * 26 for level, count in nodes.items()}
    assert len(rows) == exported.rows == workbook.rows
    last_week = FIRST_MONDAY + timedelta(weeks=35)
    for row in rows:
        week = date.fromisoformat(row["week_start_on"])
        assert row["publication_id"] == str(number)
        assert row["made_on"] == (last_week + timedelta(days=6)).isoformat()
        assert row["iso_week"] == f"{week.isocalendar().year:04d}-W{week.isocalendar().week:02d}"
        assert (row["measure"], row["unit_code"]) == ("quantity", "EA")
        bounds = [Decimal(row[name]) for name in ("q025", "q10", "q25", "q50", "q75", "q90", "q975")]
        assert bounds[0] >= 0 and bounds == sorted(bounds)
        assert Decimal(row["forecast"]) == Decimal(row["base_forecast"]) + Decimal(row["override_quantity"])
        assert row["model"] and row["model_version"] and row["reason"]
    skus = {row["sku"] for row in rows if row["level"] == "sku"}
    assert {"Röcke-RED", "Röcke-BLUE"} < skus


def test_the_workbook_has_the_same_rows_as_text_numbers_and_dates_and_no_formula(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    exported, workbook = export_all(deployment, published(deployment))
    header, *cells = sheet(workbook.path)
    rows = read(exported.path)
    assert header == SALES_FORECAST_COLUMNS and len(cells) == len(rows)
    days, numbers = (
        {"made_on", "week_start_on"},
        {"forecast", *(name for name in SALES_FORECAST_COLUMNS if name.startswith("q"))},
    )
    for found, row in zip(cells, rows, strict=True):
        for name, cell in zip(SALES_FORECAST_COLUMNS, found, strict=True):
            text = row[name].removeprefix("'")
            if name in days:
                assert date(1899, 12, 30) + timedelta(days=int(cell or 0)) == date.fromisoformat(text)
            elif name in numbers:
                assert float(cell or 0) == float(text)
            elif name in ("level", "node_key", "category_name", "sku", "market_code", "reason"):
                assert (cell or "") == text
    with zipfile.ZipFile(workbook.path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_rows_stand_in_a_fixed_order_and_add_up_to_the_publication(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    rows = read(export_all(deployment, number)[0].path)
    keys = [(LEVELS.index(row["level"]), row["node_key"].lstrip("'"), row["week_start_on"]) for row in rows]
    assert keys == sorted(keys)
    columns = ("forecast", "q10", "q90", "benchmark")
    with connect_publication(deployment, number) as con:
        sums = con.execute(
            "SELECT sum(forecast), sum(q10), sum(q90), sum(benchmark) FROM marts.fct_forecast WHERE NOT is_backtest AND level = 'sku'"
        ).fetchone()
    of_skus = [row for row in rows if row["level"] == "sku"]
    assert tuple(sum(Decimal(row[column]) for row in of_skus) for column in columns) == sums
    totals = {level: sum(Decimal(row["forecast"]) for row in rows if row["level"] == level) for level in LEVELS}
    assert len(set(totals.values())) == 1


def test_no_text_runs_as_a_formula_and_other_text_is_kept(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    exported, workbook = export_all(deployment, published(deployment))
    names = {row["category_name"] for row in read(exported.path) if row["level"] == "category"}
    assert names == {"'=cmd()|'calc'!A1", 'Dresses, "long"', "Röcke"}
    place = SALES_FORECAST_COLUMNS.index("category_name")
    assert "=cmd()|'calc'!A1" in {row[place] for row in sheet(workbook.path)}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"])
def test_dangerous_beginnings(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "file.csv", ["name", "number"], [[text, Decimal("-1.50")]])
    with open(tmp_path / "file.csv", encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle))[1] == ["'" + text, "-1.50"]


def test_a_publication_gives_the_same_bytes_whatever_the_lake_holds_since(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    first = export_all(deployment, number)
    fill_marts(deployment, {("Coats", "FR"): [3.0] * 20})
    newer = published(deployment, "run-2")
    second = export_all(deployment, newer)
    again = export_all(deployment, number)
    assert all(one.sha256 != other.sha256 for one, other in zip(first, second, strict=True))
    assert again == first


def test_a_publication_without_a_forecast_leaves_the_last_file(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    exported, _ = export_all(deployment, published(deployment))
    with connect_lake(deployment) as con:
        con.execute("DROP TABLE marts.fct_forecast")
    number = publish(deployment, run_id="run-2", inputs="same", audit={}).publication_id
    with pytest.raises(WeftError, match="holds no forecast"):
        export_all(deployment, number)
    assert hashlib.sha256(exported.path.read_bytes()).hexdigest() == exported.sha256
    with pytest.raises(WeftError, match="not kept"):
        export_all(deployment, 99)


def test_an_empty_forecast_is_a_header(deployment: Settings) -> None:
    fill_marts(deployment, {})
    exported, workbook = export_all(deployment, published(deployment))
    assert sheet(workbook.path) == [SALES_FORECAST_COLUMNS]
    assert exported.rows == 0
    assert exported.path.read_text(encoding="utf-8") == ",".join(SALES_FORECAST_COLUMNS) + "\n"


WRITE_FOREVER = """
import sys
from pathlib import Path
from distribution.csv_file import write_csv
generation = 0
while True:
    generation += 1
    write_csv(Path(sys.argv[1]), ["generation", "row"], ([generation, row] for row in range(100000)))
    print(generation, flush=True)
"""


@pytest.mark.parametrize("delay", [0.02, 0.09, 0.15])
def test_killed_while_writing_leaves_a_whole_file(tmp_path: Path, delay: float) -> None:
    path = tmp_path / "file.csv"
    writer = subprocess.Popen([sys.executable, "-c", WRITE_FOREVER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(delay)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    rows = read(path)
    assert len(rows) == 100_000
    assert len({row["generation"] for row in rows}) == 1
    write_csv(path, ["a"], [["b"]])
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.csv"
    before = write_csv(path, ["a"], [["old"]])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.whole_file.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            write_csv(path, ["a"], [["new"]])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
