"""`sales_forecast.csv`: the contract that planners' tools rely on."""

import csv
import hashlib
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from distribution.csv_file import write_csv
from distribution.planner_exports import SALES_FORECAST_COLUMNS, export_all
from forecasting.sales import make_sales_forecast
from tests.forecasting.marts import FIRST_MONDAY, fill_marts
from warehouse.errors import WeftError
from warehouse.lake import connect_lake, connect_publication
from warehouse.publication import publish
from warehouse.settings import Settings

SERIES = {
    ("=cmd()|'calc'!A1", "US"): [4.0, 5.0, 6.0],
    ('Dresses, "long"', "FR"): [20.0, 30.0, 25.0, 28.0, 31.0, 26.0, 27.0, 29.0, 30.0, 33.0, 24.0, 26.0],
    ("Röcke", "DE"): [7.0] * 9,
}


def published(settings: Settings, run_id: str = "run-1") -> int:
    make_sales_forecast(settings, run_id)
    return publish(settings, run_id=run_id, inputs="same", audit={}).publication_id


def read(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_file_keeps_its_contract(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    (exported,) = export_all(deployment, number)
    content = exported.path.read_bytes()
    assert exported.path == deployment.exports_dir / "sales_forecast.csv"
    assert exported.sha256 == hashlib.sha256(content).hexdigest()
    assert content.split(b"\r\n")[0].decode() == (
        "publication_id,made_on,category_name,market_code,week_start_on,iso_week,measure,unit_code,"
        "forecast,lower_80,upper_80,benchmark,model,model_version,wape_backtest,benchmark_wape,reason"
    )
    assert content.endswith(b"\r\n") and not content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n") == exported.rows + 1
    rows = read(exported.path)
    assert len(rows) == exported.rows == 3 * 13
    last_week = FIRST_MONDAY + timedelta(weeks=11)
    for row in rows:
        week = date.fromisoformat(row["week_start_on"])
        assert row["publication_id"] == str(number)
        assert row["made_on"] == (last_week + timedelta(days=6)).isoformat()
        assert row["iso_week"] == f"{week.isocalendar().year:04d}-W{week.isocalendar().week:02d}"
        assert (row["measure"], row["unit_code"]) == ("quantity", "EA")
        assert 0 <= Decimal(row["lower_80"]) <= Decimal(row["forecast"]) <= Decimal(row["upper_80"])
        assert row["model"] and row["model_version"] and row["reason"]


def test_rows_stand_in_a_fixed_order_and_add_up_to_the_publication(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    (exported,) = export_all(deployment, number)
    rows = read(exported.path)
    keys = [(row["category_name"].lstrip("'"), row["market_code"], row["week_start_on"]) for row in rows]
    assert keys == sorted(keys)
    with connect_publication(deployment, number) as con:
        sums = con.execute(
            "SELECT sum(forecast), sum(lower_80), sum(upper_80), sum(benchmark) FROM marts.fct_forecast "
            "WHERE NOT is_backtest"
        ).fetchone()
    columns = ("forecast", "lower_80", "upper_80", "benchmark")
    assert tuple(sum(Decimal(row[column]) for row in rows) for column in columns) == sums


def test_no_text_runs_as_a_formula_and_other_text_is_kept(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    (exported,) = export_all(deployment, published(deployment))
    names = {row["category_name"] for row in read(exported.path)}
    assert names == {"'=cmd()|'calc'!A1", 'Dresses, "long"', "Röcke"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"])
def test_dangerous_beginnings(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "file.csv", ["name", "number"], [[text, Decimal("-1.50")]])
    with open(tmp_path / "file.csv", encoding="utf-8", newline="") as handle:
        assert list(csv.reader(handle))[1] == ["'" + text, "-1.50"]


def test_a_publication_gives_the_same_bytes_whatever_the_lake_holds_since(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    number = published(deployment)
    (first,) = export_all(deployment, number)
    fill_marts(deployment, {("Coats", "FR"): [3.0] * 20})
    newer = published(deployment, "run-2")
    (second,) = export_all(deployment, newer)
    (again,) = export_all(deployment, number)
    assert second.sha256 != first.sha256
    assert again == first


def test_a_publication_without_a_forecast_leaves_the_last_file(deployment: Settings) -> None:
    fill_marts(deployment, SERIES)
    (exported,) = export_all(deployment, published(deployment))
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
    (exported,) = export_all(deployment, published(deployment))
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
