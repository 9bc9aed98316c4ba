"""Reads what `weft simulate` wrote, every value as text, as a warehouse would."""

from pathlib import Path

import duckdb
import polars as pl

from warehouse.extensions import load_extensions

# About a thousand orders.
SCALE = 0.02


def read(folder: Path, system: str, entity: str) -> pl.DataFrame:
    """All deliveries of a table in the order of their days, with the file that each row came from."""
    return pl.concat([read_file(path) for path in sorted((folder / system).glob(f"{entity}_20*"))])


def read_file(path: Path) -> pl.DataFrame:
    if path.suffix == ".xlsx":
        connection = duckdb.connect()
        load_extensions(connection, "excel")
        rows = connection.execute(f"SELECT * FROM read_xlsx('{path}', all_varchar = true)").pl()
    else:
        separator = ";" if path.parent.name == "production" else ","
        rows = pl.read_csv(path, infer_schema=False, separator=separator)
    return rows.with_columns(file=pl.lit(f"{path.parent.name}/{path.name}"))


def minor(column: str) -> pl.Expr:
    """Decimal text as whole minor units; what cannot be read is null."""
    return pl.col(column).str.replace(".", "", literal=True).cast(pl.Int64, strict=False)


def truth(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "truth" / f"{name}.parquet")


def tables(folder: Path) -> list[tuple[str, str]]:
    """System and entity of every table that was delivered."""
    names = {(path.parent.name, path.name.split("_20")[0]) for path in folder.glob("*/*_20*")}
    return sorted(names)
