"""The sales forecast as a CSV file for planners.

Comes in: a publication. Goes out: `sales_forecast.csv` in the exports folder. Called by orchestration after publishing.
The columns are a contract, described in docs/forecasts.md: they keep their names, order and formats.
"""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from distribution.capacity_exports import export_capacity
from distribution.csv_file import write_csv
from warehouse.errors import WeftError
from warehouse.lake import open_for_role
from warehouse.settings import Settings

SALES_FORECAST_FILE = "sales_forecast.csv"
SALES_FORECAST_COLUMNS = (
    "publication_id",
    "made_on",
    "category_name",
    "market_code",
    "week_start_on",
    "iso_week",
    "measure",
    "unit_code",
    "forecast",
    "lower_80",
    "upper_80",
    "benchmark",
    "model",
    "model_version",
    "wape_backtest",
    "benchmark_wape",
    "reason",
)
SALES_FORECAST = """
    SELECT
        ? AS publication_id, made_on, category_name, market_code, week_start_on,
        printf('%04d-W%02d', iso_year, iso_week) AS iso_week,
        measure, unit_code, forecast, lower_80, upper_80, benchmark,
        model, model_version, wape_backtest, benchmark_wape, reason
    FROM lake.marts.fct_forecast
    WHERE NOT is_backtest
    ORDER BY category_name, market_code, week_start_on, measure
"""


@dataclass(frozen=True)
class ExportedFile:
    """One file as it now stands in the exports folder; `rows` does not count the header."""

    path: Path
    rows: int
    sha256: str


def export_all(settings: Settings, publication_id: int) -> list[ExportedFile]:
    """Write every file for planners from the named publication; the same publication gives the same bytes.

    Raises:
        WeftError: the publication is not kept, or was made before there was a forecast.
    """
    sales = export_sales_forecast(settings, publication_id)
    return [sales, *(ExportedFile(*file) for file in export_capacity(settings, publication_id))]


def export_sales_forecast(settings: Settings, publication_id: int) -> ExportedFile:
    """Replace `sales_forecast.csv` by the forecast of the named publication."""
    with closing(open_for_role(settings, None, publication_id, schemas=("marts",))) as con:
        if not con.execute(
            "SELECT 1 FROM information_schema.tables "
            "WHERE table_catalog = 'lake' AND table_schema = 'marts' AND table_name = 'fct_forecast'"
        ).fetchone():
            raise WeftError(f"Publication {publication_id} holds no forecast, so sales_forecast.csv was not written.")
        rows = con.execute(SALES_FORECAST, [publication_id]).fetchall()
    path = settings.exports_dir / SALES_FORECAST_FILE
    sha256 = write_csv(path, SALES_FORECAST_COLUMNS, rows)
    return ExportedFile(path=path, rows=len(rows), sha256=sha256)
