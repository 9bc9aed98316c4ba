"""Resolve the people of a deployment.

Comes in: settings; staged customers and leads. Goes out: schema `identity` of the lake, replaced in one transaction. Called by the identity
asset.

A run compares the records that are new or have changed with all others, and leaves the scores of the rest as they are. All are scored anew
when the model is: when there is none, when the form of the records has changed, or when there are half as many records again as it was
trained with.
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import polars as pl

from customers.identity.decisions import Decisions, read_decisions
from customers.identity.linking import certain_links, persons_of
from customers.identity.model import block_columns, predict_all, predict_changed, term_frequencies, train
from customers.identity.records import copy_records
from customers.identity.standard_form import FORM_VERSION, standardise
from customers.identity.tables import TABLES, create_tables
from extractors.dbt_vars import dbt_vars
from warehouse.lake import connect_lake, prepare_connection
from warehouse.settings import Settings

GROWTH_BEFORE_TRAINING = 1.5
# So few records hold no pair worth a model.
FEWEST_RECORDS = 2


@dataclass(frozen=True)
class Resolved:
    """Counts of a resolution: records, persons, records that were new or changed, linked pairs, pairs for a person to look at."""

    records: int
    persons: int
    compared: int
    pairs: int
    to_review: int
    seconds: float


def resolve_people(settings: Settings) -> Resolved:
    """Put the records of people together, and replace the tables of schema `identity`.

    Raises:
        WeftError: the file of decisions cannot be used.
    """
    started = time.monotonic()
    decisions = read_decisions(settings.root / settings.identity.decisions)
    with connect_lake(settings) as con:
        create_tables(con)
        copy_records(con, dbt_vars(settings)["weft_canonical"])
        offered = con.execute("SELECT * FROM offered").to_arrow_table()
        earlier = {
            name: con.execute(f"SELECT * FROM lake.identity.{name}").to_arrow_table()
            for name in ("person_link", "record", "pair", "model", "term_frequency")
        }
    # The lake is not held open while records are compared.
    work = prepare_connection(settings)
    try:
        work.register("given", offered)
        work.execute("CREATE TEMP TABLE offered AS SELECT * FROM given")
        work.unregister("given")
        for name, table in earlier.items():
            work.register(f"arrow_{name}", table)
            work.execute(f"CREATE TEMP TABLE earlier_{name} AS SELECT * FROM arrow_{name}")
            work.unregister(f"arrow_{name}")
        del offered, earlier
        changed = compare(work, is_enabled=settings.identity.enabled)
        links = links_of(work, decisions, settings.identity.match_probability)
        records = work.execute("SELECT record_key, record_type, source_system, seen_on FROM compared").pl()
        before = work.execute("SELECT record_key, person_key FROM earlier_person_link").pl()
        persons = persons_of(records, links, decisions.apart, before)
        work.register("given", persons)
        work.execute("CREATE OR REPLACE TEMP TABLE new_person_link AS SELECT * FROM given")
        work.unregister("given")
        _replace(settings, work)
        to_review = work.execute(
            "SELECT count(*) FROM new_pair AS p JOIN new_person_link AS l ON p.left_key = l.record_key JOIN new_person_link AS r "
            "ON p.right_key = r.record_key WHERE p.match_probability BETWEEN ? AND ? AND l.person_key <> r.person_key",
            [settings.identity.review_probability, settings.identity.match_probability],
        ).fetchone()
        assert to_review is not None
    finally:
        work.close()
    return Resolved(
        records=persons.height,
        persons=persons["person_key"].n_unique(),
        compared=changed,
        pairs=links.height,
        to_review=int(to_review[0]),
        seconds=round(time.monotonic() - started, 3),
    )


def compare(work: duckdb.DuckDBPyConnection, *, is_enabled: bool) -> int:
    """Make tables `compared` (all records), `new_pair`, `new_model` and `new_term_frequency`.

    Returns:
        How many records were compared anew.
    """
    standardise(work, known="earlier_record")
    columns = ", ".join(column[0] for column in work.execute("SELECT * FROM earlier_record LIMIT 0").description or [])
    work.execute(
        f"CREATE OR REPLACE TABLE compared AS SELECT {columns} FROM standard UNION ALL "
        f"SELECT {columns} FROM earlier_record SEMI JOIN hashed USING (record_key, content_hash)"
    )
    work.execute("CREATE OR REPLACE TEMP TABLE new_record AS SELECT * FROM compared")
    for name in ("pair", "model", "term_frequency"):
        work.execute(f"CREATE OR REPLACE TEMP TABLE new_{name} AS SELECT * FROM earlier_{name}")
    work.execute(
        "CREATE OR REPLACE TABLE comparable AS SELECT *, record_key IN (SELECT record_key FROM standard) AS is_new "
        "FROM compared WHERE is_comparable"
    )
    row = work.execute("SELECT count(*), count(*) FILTER (is_new) FROM comparable").fetchone()
    assert row is not None
    total, new = row
    work.execute(
        "DELETE FROM new_pair WHERE left_key NOT IN (SELECT record_key FROM comparable WHERE NOT is_new) "
        "OR right_key NOT IN (SELECT record_key FROM comparable WHERE NOT is_new)"
    )
    if not is_enabled or total < FEWEST_RECORDS:
        return 0
    model = work.execute("SELECT settings, records, form FROM earlier_model").fetchone()
    is_trained = model is not None and model[2] == FORM_VERSION and total <= GROWTH_BEFORE_TRAINING * model[1]
    if is_trained and new == 0:
        return 0
    block_columns(work, "comparable")
    if is_trained:
        assert model is not None
        scored = predict_changed(work, json.loads(model[0]))
    else:
        learnt = train(work, "comparable")
        scored = predict_all(work, "comparable", learnt)
        work.execute("DELETE FROM new_pair")
        work.execute("DELETE FROM new_model")
        work.execute(
            "INSERT INTO new_model VALUES (?, ?, ?, ?)",
            [datetime.now(UTC).replace(tzinfo=None), total, FORM_VERSION, json.dumps(learnt, sort_keys=True)],
        )
        term_frequencies(work, learnt)
        new = total
    work.execute(
        "INSERT INTO new_pair SELECT least(record_key_l, record_key_r), greatest(record_key_l, record_key_r), "
        f"max(match_probability), 'model' FROM {scored} GROUP BY ALL"
    )
    return int(new)


def links_of(work: duckdb.DuckDBPyConnection, decisions: Decisions, match_probability: float) -> pl.DataFrame:
    """Return the links of tables `compared` and `new_pair`, and those decided: left_key, right_key, match_probability, linked_by."""
    weighed = work.execute(
        f"{certain_links('compared')} UNION ALL SELECT left_key, right_key, match_probability, linked_by FROM new_pair "
        "WHERE match_probability >= ?", [match_probability],
    ).pl()  # fmt: skip
    decided = [(left, right, 1.0, "decision") for left, right in sorted(decisions.same)]
    return pl.concat([weighed, pl.DataFrame(decided, schema=weighed.schema, orient="row")])


def _replace(settings: Settings, work: duckdb.DuckDBPyConnection) -> None:
    """Write the tables that differ from what the lake holds, in one transaction."""
    with connect_lake(settings) as con:
        con.execute("BEGIN")
        for name in TABLES:
            if _is_same(work, name):
                continue
            table = work.execute(f"SELECT * FROM new_{name} ORDER BY ALL").to_arrow_table()
            con.register("replacement", table)
            con.execute(f"DELETE FROM lake.identity.{name}")
            con.execute(f"INSERT INTO lake.identity.{name} SELECT * FROM replacement")
            con.unregister("replacement")
        con.execute("COMMIT")


def _is_same(work: duckdb.DuckDBPyConnection, name: str) -> bool:
    row = work.execute(
        f"SELECT (SELECT (count(*), bit_xor(hash(t))) FROM new_{name} AS t) "
        f"= (SELECT (count(*), bit_xor(hash(t))) FROM earlier_{name} AS t)"
    ).fetchone()
    return bool(row and row[0])
