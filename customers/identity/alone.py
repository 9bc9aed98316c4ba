"""Resolve a table of people on its own, without a warehouse; and measure a resolution against the truth.

Comes in: a frame or a CSV file with one row per record. Goes out: record → person; precision and recall. Called by
`weft identity file` and by the benchmark.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from customers.identity.decisions import Decisions
from customers.identity.linking import persons_of
from customers.identity.records import COLUMNS
from customers.identity.run import compare, links_of
from customers.identity.tables import TABLES
from warehouse.errors import WeftError

# Names under which files have what a record may say, besides the names of records.COLUMNS.
SYNONYMS = {
    "record_key": ("rec_id", "record_id", "unique_id", "customer_key", "customer_id", "id"),
    "first_name": ("given_name", "forename", "firstname", "first name"),
    "last_name": ("surname", "family_name", "lastname", "last name"),
    "full_name": ("name", "customer_name", "full name"),
    "email": ("email_address", "e_mail", "mail"),
    "phone": ("phone_number", "mobile", "telephone", "mobile_phone"),
    "address": ("address_line_1", "street", "address1", "address_1"),
    "city": ("suburb", "town"),
    "postal_code": ("postcode", "zip", "zip_code", "post_code"),
    "region_code": ("state", "province"),
    "country_code": ("country",),
    "date_of_birth": ("dob", "birthdate", "birth_date"),
    "national_id": ("soc_sec_id", "ssn", "social_security_number", "nin"),
}
HOUSE_NUMBERS = ("street_number", "house_number", "house")
_TYPES = {"is_person": pl.Boolean, "is_email_verified": pl.Boolean, "seen_on": pl.Date}


@dataclass(frozen=True)
class Quality:
    """Pairs of records: how many are linked, how many should be, and the shares of the one in the other."""

    linked_pairs: int
    true_pairs: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return (
            2 * self.precision * self.recall / (self.precision + self.recall) if self.precision + self.recall else 0.0
        )


def read_records(path: Path) -> pl.DataFrame:
    """Read a CSV file of people, recognising columns by their names.

    Raises:
        WeftError: there is no column that names the record, or none that says who it is.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WeftError(f"{path} cannot be read: {error}") from error
    frame = frame.rename({name: name.strip().lower() for name in frame.columns})
    frame = frame.select(pl.all().str.strip_chars().replace("", None))
    found = {
        name: next((one for one in (name, *others) if one in frame.columns), None) for name, others in SYNONYMS.items()
    }
    if found["record_key"] is None:
        raise WeftError(
            f"{path}: no column names the record; one of {', '.join(('record_key', *SYNONYMS['record_key']))} must be there."
        )
    if not any(found[name] for name in ("last_name", "full_name", "email", "phone")):
        raise WeftError(f"{path}: no column says who the record is: a name, a mail address or a phone.")
    known = frame.select(**{name: pl.col(column) for name, column in found.items() if column})
    house = next((column for column in HOUSE_NUMBERS if column in frame.columns), None)
    if house and "address" in known.columns:
        known = known.with_columns(
            address=pl.concat_str([frame[house], known["address"]], separator=" ", ignore_nulls=True)
        )
    return known


def resolve_alone(
    records: pl.DataFrame, match_probability: float = 0.95, memory_limit: str = "8GB", threads: int = 2
) -> pl.DataFrame:
    """Put the records of a frame together to persons.

    Args:
        records: record_key, unique, and any other of `records.COLUMNS`, as texts.
        match_probability: pairs at least this likely are one person.

    Returns:
        record_key, person_key, linked_by.

    Raises:
        WeftError: a record_key is empty or comes twice.
    """
    if records["record_key"].null_count() or records["record_key"].n_unique() != records.height:
        raise WeftError("Every record needs a record_key of its own.")
    defaults = {"record_type": "customer", "source_system": "file", "is_person": True}
    offered = records.select(
        (pl.col(name) if name in records.columns else pl.lit(defaults.get(name)))
        .cast(_TYPES.get(name, pl.String))
        .alias(name)
        for name in COLUMNS
    )
    with duckdb.connect(config={"memory_limit": memory_limit, "threads": threads}) as work:
        work.register("given", offered)
        work.execute("CREATE TEMP TABLE offered AS SELECT * FROM given")
        work.unregister("given")
        for name, columns in TABLES.items():
            work.execute(f"CREATE TEMP TABLE earlier_{name} ({columns})")
        compare(work, is_enabled=True)
        links = links_of(work, Decisions(), match_probability)
        known = work.execute("SELECT record_key, record_type, source_system, seen_on FROM compared").pl()
    before = pl.DataFrame(schema={"record_key": pl.String, "person_key": pl.String})
    return persons_of(known, links, (), before).select("record_key", "person_key", "linked_by")


def measure(resolved: pl.DataFrame, truth: pl.DataFrame) -> Quality:
    """Compare record → person_key with record → person, pair by pair; records without a truth are left out."""
    both = resolved.join(truth.select("record_key", "person"), on="record_key")

    def pairs(*columns: str) -> int:
        counted = (
            both.group_by(columns)
            .len()
            .select((pl.col("len").cast(pl.Int64) * (pl.col("len").cast(pl.Int64) - 1) // 2).sum())
        )
        return int(counted.item() or 0)

    linked, true, right = pairs("person_key"), pairs("person"), pairs("person_key", "person")
    return Quality(linked, true, right / linked if linked else 1.0, right / true if true else 1.0)
