"""The files have the headers of the true systems, and names that the packs look for."""

import os
from pathlib import Path

import polars as pl
import pytest
from simulated_deliveries import tables

# The folder with the test seeds of the connector's packages: shopify/, netsuite/, salesforce/, zendesk/.
SEEDS = Path(os.environ.get("WEFT_CONNECTOR_SEEDS", "no such folder"))
PREFIXES = {"shopify": "shopify_", "netsuite": "netsuite2_", "salesforce": "sf_", "zendesk": ""}
# What the connector calls a table, where its test seed is called otherwise.
SEED_NAMES = {"transaction_accounting_line": "tran_acct_line"}
# Tables of the true connector of which there is no seed to take the layout from.
WITHOUT_SEED = {
    ("shopify", "customer_address"),
    ("shopify", "fulfillment_order_line"),
    ("salesforce", "campaign"),
    ("salesforce", "campaign_member"),
    ("netsuite", "cost_category"),
}
# Columns that the true tables have beside those of the seeds.
ADDED = {
    ("netsuite", "transaction"): ["tranid", "lastmodifieddate", "externalid", "otherrefnum", "source"],
    ("netsuite", "transaction_line"): ["custcol_purchase_order", "custcol_purchase_order_line"],
    ("netsuite", "item"): [
        "itemid",
        "displayname",
        "matrixtype",
        "lastmodifieddate",
        "custitem_color",
        "custitem_size",
        "weight",
        "weightunit",
        "averagecost",
        "isinactive",
    ],
    ("salesforce", "opportunity"): ["currency_iso_code", "last_modified_date"],
    ("zendesk", "ticket"): ["custom_order_number", "custom_contact_reason"],
}


def header(path: Path) -> list[str]:
    return pl.read_csv(path, n_rows=0).columns


@pytest.mark.skipif(
    not SEEDS.exists(), reason="WEFT_CONNECTOR_SEEDS names no folder with the connector's own test seeds"
)
def test_headers_are_those_of_the_true_layouts(clean: Path) -> None:
    checked = 0
    for system, entity in tables(clean):
        if system not in PREFIXES or (system, entity) in WITHOUT_SEED:
            continue
        seed = SEEDS / system / f"{PREFIXES[system]}{SEED_NAMES.get(entity, entity)}_data.csv"
        true = seed.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        found = header(clean / system / f"{entity}_2026-10-31.csv.gz")
        assert found[: len(true)] == true, f"{system}.{entity}"
        assert set(found[len(true) :]) == set(ADDED.get((system, entity), [])), f"{system}.{entity}"
        checked += 1
    assert checked > 35


def test_every_value_of_a_time_is_written_the_same_way(clean: Path) -> None:
    orders = pl.read_csv(clean / "shopify" / "order_2026-10-31.csv.gz", infer_schema=False)
    for column in ("created_at", "updated_at", "processed_at", "cancelled_at"):
        assert orders[column].drop_nulls().str.contains(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").all(), column


def test_the_factorys_numbers_have_decimal_commas(clean: Path) -> None:
    operations = pl.read_csv(clean / "production" / "operations_2026-10-31.csv.gz", separator=";", infer_schema=False)
    assert operations["planned_hours"].str.contains(r"^\d+,\d\d$").all()
