"""Personal data that is older than weft.toml allows is overwritten; money and counts stay."""

from datetime import date
from pathlib import Path

import pytest
from rights_company import SYSTEMS, make_company
from weft_command import run_weft

from customers.rights.retention import apply_retention, rules
from extractors.landing import land_system
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

TODAY = date(2026, 11, 1)


def with_retention(settings: Settings, lines: str) -> Settings:
    config = settings.config_path
    config.write_text(config.read_text(encoding="utf-8") + f"\n[retention]\n{lines}\n", encoding="utf-8")
    return load_settings(config)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company with its exports landed, and a year for orders and tickets."""
    settings = make_company(tmp_path_factory.mktemp("retention") / "company")
    for system in SYSTEMS:
        land_system(settings, system, "test")
    return with_retention(settings, '"shopify.order" = "1 year"\ntickets = "400 days"\n')


def one(settings: Settings, query: str) -> tuple[object, ...]:
    with connect_lake(settings) as con:
        row = con.execute(query).fetchone()
    assert row is not None
    return row


def test_old_rows_lose_their_personal_columns_and_nothing_else(landed: Settings) -> None:
    totals = "SELECT count(*), sum(CAST(total_price AS DECIMAL(18, 2))), count(DISTINCT id), count(customer_id) FROM raw.shopify__order"
    placed = "FROM raw.shopify__order WHERE try_cast(created_at AS TIMESTAMP)"
    young = f"SELECT count(email), count(shipping_address_name) {placed} >= DATE '2025-11-01'"
    old = (
        f"SELECT count(email), count(shipping_address_name), count(billing_address_phone) {placed} < DATE '2025-11-01'"
    )
    before, young_before = one(landed, totals), one(landed, young)
    assert one(landed, old)[0] > 0
    with connect_lake(landed) as con:
        changed = apply_retention(con, landed, TODAY)
    assert changed["raw.shopify__order"] > 0
    assert one(landed, totals) == before
    assert one(landed, young) == young_before
    assert one(landed, old) == (0, 0, 0)


def test_what_belongs_to_an_old_row_goes_with_it(landed: Settings) -> None:
    with connect_lake(landed) as con:
        con.execute(
            "UPDATE raw.shopify__transaction SET payment_credit_card_number = '4242' "
            "WHERE order_id IN (SELECT id FROM raw.shopify__order WHERE try_cast(created_at AS TIMESTAMP) < DATE '2025-11-01')"
        )
        changed = apply_retention(con, landed, TODAY)
    assert changed["raw.shopify__transaction"] > 0
    assert one(landed, "SELECT count(*) FROM raw.shopify__transaction WHERE payment_credit_card_number = '4242'") == (
        0,
    )


def test_a_second_time_there_is_nothing_left_to_do(landed: Settings) -> None:
    with connect_lake(landed) as con:
        apply_retention(con, landed, TODAY)
        assert apply_retention(con, landed, TODAY) == {}


def test_a_canonical_name_stands_for_the_entities_that_feed_it(landed: Settings) -> None:
    assert {(rule.system, rule.entity) for rule in rules(landed) if rule.period == "400 days"} == {
        ("salesforce", "case"),
        ("zendesk", "ticket"),
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('tickets = "a while"', "retention.tickets"),
        ('parcels = "3 years"', "retention.parcels"),
        ('"shopify.shop" = "3 years"', "shopify.shop"),
    ],
)
def test_a_wrong_word_stops_the_run_and_names_the_option(tmp_path: Path, line: str, said: str) -> None:
    settings = make_company(tmp_path / "company")
    with_retention(settings, line)
    finished = run_weft(settings, "run")
    assert finished.returncode == 1
    assert said in finished.stderr
    with pytest.raises(WeftError, match="retention"):
        rules(load_settings(settings.config_path))
