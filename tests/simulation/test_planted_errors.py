"""Every planted error is where the truth says it is, and none of them changes what a warehouse must find."""

from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal
from simulated_deliveries import read_file, truth

KEYS = {
    "transaction_line": ("transaction", "id"),
    "receipts": ("line_number", "receipt_number"),
    "picks": ("pick_id",),
    "web_sessions": ("session_id",),
    "tracking": ("tracking_number",),
    "work_orders": ("production_order_number",),
    "operations": ("production_order_number",),
}
KINDS = {
    "orphan",
    "unreadable_number",
    "unreadable_date",
    "wrong_encoding",
    "delivered_twice",
    "test_order",
    "double_payment",
    "copied_interchange",
    "unreadable_interchange",
}


def rows_of(folder: Path, errors: pl.DataFrame, file: str, entity: str) -> pl.DataFrame:
    key = pl.concat_str([pl.col(name) for name in KEYS.get(entity, ("id",))], separator="|")
    return errors.join(
        read_file(folder / file).with_columns(key=key), on="key", how="left", suffix="_row", nulls_equal=False
    )


def test_each_error_is_in_the_file_that_it_was_planted_in(dirty: Path) -> None:
    errors = truth(dirty, "planted_errors")
    assert set(errors["kind"]) == KINDS
    # Interchanges are no tables; test_edi.py looks into them.
    errors = errors.filter(pl.col("system") != "edi")
    for (file, entity), of_file in errors.group_by("file", "entity"):
        found = rows_of(dirty, of_file, str(file), str(entity))
        assert found["file_row"].null_count() == 0, file
        for kind, column in found.select("kind", "column").unique().iter_rows():
            values = found.filter(pl.col("kind") == kind)[column] if column and column in found.columns else None
            if kind == "unreadable_number":
                assert values.str.replace(",", ".").cast(pl.Float64, strict=False).null_count() == len(values), file
            if kind == "unreadable_date":
                assert values.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False).null_count() == len(values), file
            if kind == "wrong_encoding":
                assert values.str.contains("[ÃØÙÂ]").all(), file
            if kind == "test_order":
                assert set(values) == {"TRUE"}


def test_a_planted_order_takes_no_true_orders_number(dirty: Path) -> None:
    numbers = read_file(dirty / "shopify" / "order_2026-10-31.csv.gz")["order_number"]
    assert numbers.is_unique().all()
    documents = read_file(dirty / "netsuite" / "transaction_2026-10-31.csv.gz")["tranid"]
    assert documents.is_unique().all()


def test_orphans_have_no_parent(dirty: Path) -> None:
    errors = truth(dirty, "planted_errors").filter((pl.col("kind") == "orphan") & (pl.col("entity") == "order_line"))
    orphans = rows_of(dirty, errors, errors["file"][0], "order_line")
    orders = read_file(dirty / "shopify" / "order_2026-10-31.csv.gz")
    assert orphans.height > 5
    assert orphans.join(orders, left_on="order_id", right_on="id", how="semi").is_empty()


def test_without_the_planted_rows_the_files_are_the_clean_ones(clean: Path, dirty: Path) -> None:
    errors = truth(dirty, "planted_errors").filter(pl.col("entity") == "order_line")
    tests = truth(dirty, "planted_errors").filter(pl.col("kind") == "test_order")["key"]
    found = read_file(dirty / "shopify" / "order_line_2026-10-31.csv.gz")
    planted = errors.filter(pl.col("file") == found["file"][0])["key"]
    found = found.filter(~pl.col("id").is_in(planted.implode()) & ~pl.col("order_id").is_in(tests.implode()))
    assert_frame_equal(found, read_file(clean / "shopify" / "order_line_2026-10-31.csv.gz"))


def test_the_truth_counts_planted_rows_only_where_money_moved(clean: Path, dirty: Path) -> None:
    without, with_errors = truth(clean, "totals"), truth(dirty, "totals")
    assert_frame_equal(without.drop("payments"), with_errors.drop("payments"))
    twice = truth(dirty, "payments").filter("is_planted")
    assert twice.height
    assert with_errors["payments"].sum() - without["payments"].sum() == twice["amount"].sum()


def test_a_clean_company_has_no_errors(clean: Path) -> None:
    assert truth(clean, "planted_errors").is_empty()
    assert not list(clean.glob("*/*_again*"))
