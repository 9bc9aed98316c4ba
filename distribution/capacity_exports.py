"""The capacity plan as files for planners: CSV, and the same as Excel sheets.

Comes in: a publication. Goes out: the files of `FILES` in the exports folder. Called by `planner_exports`. The columns are a contract,
described in docs/capacity.md: they keep their names, order and formats.
"""

from contextlib import closing
from pathlib import Path

from distribution.csv_file import write_csv
from distribution.xlsx_file import write_xlsx
from warehouse.lake import open_for_role
from warehouse.settings import Settings

ISO_WEEK = "printf('%04d-W%02d', iso_year, iso_week) AS iso_week"

FILES: dict[str, tuple[str, str]] = {
    "capacity_forecast": (
        "fct_capacity",
        f"""
        SELECT
            $publication AS publication_id, work_centre_id, work_centre_name, week_start_on, {ISO_WEEK}, 'h' AS unit_code,
            regular_hours, overtime_hours, open_load_hours, proposed_load_hours, load_hours, load_spread_hours, utilisation,
            chance_of_overload, CAST(is_bottleneck AS VARCHAR) AS is_bottleneck, planned_regular_hours, planned_overtime_hours,
            subcontract_hours, unmet_hours, carried_hours, hour_worth, currency_code, plan_version
        FROM lake.marts.fct_capacity ORDER BY work_centre_id, week_start_on
        """,
    ),
    "production_proposals": (
        "fct_production_proposal",
        f"""
        SELECT
            $publication AS publication_id, sku, product_name, style_id, means, week_start_on, {ISO_WEEK}, ready_week_on, due_week_on,
            quantity, start_quantity, unit_code, load_hours, CAST(is_late AS VARCHAR) AS is_late, plan_version
        FROM lake.marts.fct_production_proposal ORDER BY week_start_on, sku, means, ready_week_on
        """,
    ),
    "purchase_proposals": (
        "fct_purchase_proposal",
        f"""
        SELECT
            $publication AS publication_id, sku, product_name, supplier_id, supplier_name, week_start_on, {ISO_WEEK}, due_week_on,
            quantity, unit_code, order_count, lead_time_weeks, unit_price, amount, currency_code, supplier_load, plan_version
        FROM lake.marts.fct_purchase_proposal ORDER BY week_start_on, sku
        """,
    ),
    "plan_shortfall": (
        "fct_plan_shortfall",
        f"""
        SELECT
            $publication AS publication_id, sku, style_id, week_start_on, {ISO_WEEK}, kind, quantity, reason, work_centre_id,
            binding_week_on, component_sku, hour_worth, cost, currency_code, explanation, plan_version
        FROM lake.marts.fct_plan_shortfall ORDER BY week_start_on, style_id, sku, kind, plan_shortfall_key
        """,
    ),
}


def export_capacity(settings: Settings, publication_id: int) -> list[tuple[Path, int, str]]:
    """Replace the files by the plan of the named publication; return path, rows and SHA-256 of each.

    A publication from before there were plans leaves the files as they are.
    """
    written = []
    with closing(open_for_role(settings, None, publication_id, schemas=("marts",))) as con:
        held = {
            row[0]
            for row in con.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'lake' AND table_schema = 'marts'"
            ).fetchall()
        }
        for name, (table, query) in FILES.items():
            if table not in held:
                continue
            found = con.execute(query, {"publication": publication_id})
            columns = [column[0] for column in found.description or []]
            rows = found.fetchall()
            for ending in ("csv", "xlsx"):
                path = settings.exports_dir / f"{name}.{ending}"
                sha256 = write_csv(path, columns, rows) if ending == "csv" else write_xlsx(path, name, columns, rows)
                written.append((path, len(rows), sha256))
    return written
