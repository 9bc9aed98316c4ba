"""Sessions: the warehouse counts what the truth counts, and each order was placed in one of them."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from simulated_deliveries import SCALE, read, truth
from weft_command import run_weft

from extractors.landing import land_system
from simulation.simulate import simulate
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

COMPANY = """\
[company]
id = "sessions"
name = "Sessions"
reporting_currency = "EUR"

[run]
threads = 2

[systems.web_sessions]
pack = "web_sessions"
inbox = "inbox/web_sessions"
"""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sessions of a simulated company, some of which were delivered twice, landed and staged."""
    root = tmp_path_factory.mktemp("sessions")
    simulate(root / "inbox", SCALE, 1, dirt=0.02)
    (root / "weft.toml").write_text(COMPANY, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    assert {result.status for result in land_system(settings, "web_sessions", "test")} == {"landed"}
    built = run_weft(
        settings, "dbt", "build", "--exclude-resource-type", "unit_test",
        "--select", "web_sessions__devices", "fqn:weft.staging.web_sessions",
    )  # fmt: skip
    assert built.returncode == 0, built.stdout
    return settings


def test_the_daily_figures_are_those_of_the_truth(staged: Settings) -> None:
    with connect_lake(staged) as con:
        found = con.execute(
            "SELECT session_on, country_code, device_type AS device, session_count AS sessions, visitor_count AS visitors, "
            "cart_count AS carts, checkout_count AS checkouts, channel_key, md5('shopify|channel|web') AS web "
            "FROM lake.staging.stg_web_sessions__web_sessions"
        ).pl()
    found = found.with_columns(
        channel=pl.when(pl.col("channel_key") == pl.col("web")).then(pl.lit("web")).otherwise(pl.lit("app"))
    )
    expected = truth(staged.config_path.parent / "inbox", "web_sessions")
    columns = expected.columns
    assert expected.height > 500
    assert_frame_equal(
        found.select(columns).sort(columns[:4]), expected.sort(columns[:4]), check_dtypes=False, check_row_order=True
    )


def test_each_order_was_placed_in_one_session_of_its_customer(clean: Path) -> None:
    sessions = read(clean, "web_sessions", "web_sessions")
    orders = read(clean, "shopify", "order").select("order_number", "customer_id", "created_at", "source_name")
    placed = sessions.filter(pl.col("order_number").is_not_null()).join(
        orders, on="order_number", how="full", suffix="_order"
    )
    # The session of an order placed just before midnight is not over yet.
    assert placed["session_id"].null_count() <= 1
    placed = placed.drop_nulls("session_id")
    assert placed["order_number"].is_unique().all()
    assert placed.filter(pl.col("customer_id").ne_missing(pl.col("customer_id_order"))).is_empty()
    assert placed.filter(pl.col("started_at") >= pl.col("created_at")).is_empty()
    assert placed.filter((pl.col("channel") == "app") != (pl.col("source_name") == "mobile_app")).is_empty()
    assert 2.5 < sessions.height / orders.height < 3.5
