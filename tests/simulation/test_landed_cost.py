"""What bringing goods in costs: the books' bills become charges, to the cent, and the lines of orders bear them by the measure's rule."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from simulated_deliveries import SCALE, truth
from weft_command import run_weft

from extractors.landing import land_system
from simulation.simulate import simulate
from simulation.world.landed_cost import lines_of, shares
from simulation.world.world import World
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

COMPANY = """\
[company]
id = "books"
name = "Books"
reporting_currency = "EUR"

[run]
threads = 2

[systems.netsuite]
pack = "netsuite"
inbox = "inbox/netsuite"
"""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The books of a simulated company landed, staged and allocated; no gate stands between, so nothing is planted."""
    root = tmp_path_factory.mktemp("books")
    simulate(root / "inbox", SCALE, 1, dirt=0)
    (root / "weft.toml").write_text(COMPANY, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    assert {result.status for result in land_system(settings, "netsuite", "test")} == {"landed"}
    for command in (
        ("seed",),
        ("run", "--select", "+int_landed_cost_charges__allocated"),
        ("test", "--select", "stg_netsuite__landed_cost_charges", "allocated_charges_are_the_charges_to_the_last_piece",
         "--exclude", "test_type:unit"),
    ):  # fmt: skip
        built = run_weft(settings, "dbt", *command)
        assert built.returncode == 0, built.stdout
    return settings


def asked(settings: Settings, query: str) -> pl.DataFrame:
    with connect_lake(settings) as con:
        return con.execute(query).pl()


def test_the_staged_charges_are_those_of_the_truth_to_the_cent(books: Settings) -> None:
    staged = asked(
        books,
        "SELECT o.purchase_order_id AS po, l.line_number AS line, c.charge_type, c.currency_code AS currency, c.charged_on, "
        "CAST(c.amount * 100 AS BIGINT) AS amount, c.amount * 100 = CAST(c.amount * 100 AS BIGINT) AS is_whole "
        "FROM lake.staging.stg_netsuite__landed_cost_charges AS c "
        "JOIN lake.staging.stg_netsuite__purchase_orders AS o USING (purchase_order_key) "
        "LEFT JOIN lake.staging.stg_netsuite__purchase_order_lines AS l USING (purchase_order_line_key) "
        "WHERE NOT c.is_deleted",
    )
    expected = truth(books.config_path.parent / "inbox", "landed_cost_charges")
    assert staged["is_whole"].all()
    assert expected.height > 500
    assert set(expected["charge_type"]) == {"freight", "insurance", "duty"}
    columns = ["po", "charge_type", "line", "currency", "charged_on", "amount"]
    expected = expected.with_columns(pl.format("PO-{}", "po").alias("po"), charged_on=pl.col("billed_at").cast(pl.Date))
    assert_frame_equal(
        staged.select(columns).sort(columns, nulls_last=True), expected.select(columns).sort(columns, nulls_last=True),
        check_dtypes=False,
    )  # fmt: skip


def test_each_line_bears_what_the_truth_says(books: Settings) -> None:
    allocated = asked(
        books,
        "SELECT l.purchase_order_id AS po, l.line_number AS line, charge_type, a.currency_code AS currency, "
        "CAST(sum(a.amount) * 100000000 AS BIGINT) AS share FROM lake.intermediate.int_landed_cost_charges__allocated AS a "
        "JOIN lake.intermediate.int_purchase_order_lines__unioned AS l USING (purchase_order_line_key) GROUP BY ALL",
    )
    expected = truth(books.config_path.parent / "inbox", "landed_cost_lines")
    columns = ["po", "line", "charge_type", "currency"]
    both = expected.with_columns(po=pl.format("PO-{}", "po")).join(
        allocated.with_columns(pl.col("line").cast(pl.Int64)), on=columns, how="full", suffix="_found"
    )
    assert both.height == expected.height
    # Eight decimals are more than a division of floats is sure of; a hundredth of a cent is none.
    assert both.filter(((pl.col("share") - pl.col("share_found")).abs() > 100).fill_null(True)).is_empty()
    assert allocated["share"].sum() == expected["share"].sum()


def test_shares_leave_no_part_of_a_charge_over(world: World) -> None:
    lines = lines_of(world.purchase_orders, world.purchase_lines, world.products)
    charged = world.landed_cost_charges
    shared = shares(charged, lines)
    sums = shared.group_by("po", "charge_type").agg(pl.col("share").sum())
    whole = charged.group_by("po", "charge_type").agg(pl.col("amount").sum() * 1_000_000)
    assert_frame_equal(
        sums.sort("po", "charge_type"), whole.rename({"amount": "share"}).sort("po", "charge_type"), check_dtypes=False
    )
    assert shared["share"].min() >= 0


def test_duty_is_by_origin_and_warehouse_and_what_is_domestic_bears_none(world: World) -> None:
    lines = lines_of(world.purchase_orders, world.purchase_lines, world.products)
    duties = world.landed_cost_charges.filter(pl.col("charge_type") == "duty")
    both = lines.join(duties.select("po", "line", duty="amount"), on=["po", "line"], how="left")
    domestic = both.filter((pl.col("supplier_country") == "PT") & (pl.col("warehouse") == "WH-RTM"))
    chinese = both.filter((pl.col("supplier_country") == "CN") & (pl.col("warehouse") == "WH-RTM"))
    assert domestic.height
    assert domestic["duty"].null_count() == domestic.height
    # Dollars on the order, euros at customs: twelve per cent of the value at the agreed rate, each rounded to the cent.
    exact = pl.col("amount") * 0.909 * 0.12
    assert chinese.filter(pl.col("duty").is_not_null()).height
    assert chinese.filter((pl.col("duty") - exact).abs() > 1).is_empty()
    cancelled = world.purchase_orders.filter("is_cancelled").select("po")
    assert world.landed_cost_charges.join(cancelled, on="po", how="semi").is_empty()
