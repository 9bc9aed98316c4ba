"""The linkage model: what is compared, which pairs are looked at, and how its weights are learnt from the company's own records.

Comes in: table `compared`, records in standard form. Goes out: a trained model, and scored pairs. Called by the run and by the benchmark.

The model is that of Fellegi and Sunter (1969, "A theory for record linkage") with term frequencies, as Splink implements it: each
point of comparison adds the logarithm of how much likelier the observation is among records of one person than among strangers. The
latter is measured on random pairs; the former is learnt by expectation maximisation, beginning with the values below, which also hold where
a company has too few duplicates to learn from.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, block_on
from splink.internals.blocking_rule_creator import BlockingRuleCreator
from splink.internals.splink_dataframe import SplinkDataFrame

SEED = 1
# Records sampled to learn how often strangers agree.
RANDOM_PAIRS = 2e6
# Too few pairs say nothing of people; the beginning values are better.
FEWEST_PAIRS = 300
# A point of comparison that hardly any record has is left out.
LEAST_FILLED = 0.005
# Pairs looked at per record and blocking rule, at most; the largest block is cut down until that holds.
PAIRS_PER_RECORD = 10
BLOCK_SIZES = (2000, 700, 250, 80, 25)
# No level is taken for impossible, among strangers or otherwise.
LEAST_SHARE = 1e-5
# Of pairs below, nothing is kept.
LEAST_PROBABILITY = 0.05

Level = tuple[str, str, float]


@dataclass(frozen=True)
class Point:
    """One point of comparison: levels from the closest to the loosest as (what it means, SQL, share among records of one person)."""

    name: str
    needs: tuple[str, ...]
    is_unknown: str
    levels: tuple[Level, ...]
    frequencies_of: str | None = None

    def for_splink(self) -> dict[str, Any]:
        levels: list[dict[str, Any]] = [
            {"sql_condition": self.is_unknown, "label_for_charts": "unknown", "is_null_level": True}
        ]
        rest = 1.0 - sum(share for _, _, share in self.levels)
        for place, (label, condition, share) in enumerate(self.levels):
            level = {"sql_condition": condition, "label_for_charts": label, "m_probability": share}
            if place == 0 and self.frequencies_of:
                level |= {"tf_adjustment_column": self.frequencies_of, "tf_minimum_u_value": 1e-6}
            levels.append(level)
        levels.append({"sql_condition": "ELSE", "label_for_charts": "differs", "m_probability": rest})
        return {"output_column_name": self.name, "comparison_levels": levels}


def _either_missing(*columns: str) -> str:
    return " OR ".join(f'"{column}_l" IS NULL OR "{column}_r" IS NULL' for column in columns)


POINTS = (
    Point("first_name", ("first_name",), _either_missing("first_name"), (
        ("the same first name", "first_name_l = first_name_r", 0.72),
        ("first and last name exchanged", "first_name_l = last_name_r AND last_name_l = first_name_r", 0.01),
        ("a first name that sounds the same", "first_sound_l = first_sound_r AND length(first_sound_l) > 1", 0.12),
        ("a similar first name", "jaro_winkler_similarity(first_name_l, first_name_r) >= 0.88", 0.06),
        ("a short form or initial", "starts_with(first_name_l, first_name_r) OR starts_with(first_name_r, first_name_l) "
         "OR left(first_name_l, 3) = left(first_name_r, 3)", 0.04),
    ), "first_name"),
    Point("last_name", ("last_name",), _either_missing("last_name"), (
        ("the same last name", "last_name_l = last_name_r", 0.74),
        ("first and last name exchanged", "last_name_l = first_name_r AND first_name_l = last_name_r", 0.01),
        ("a last name that sounds the same", "last_sound_l = last_sound_r AND length(last_sound_l) > 1", 0.13),
        ("a similar last name", "jaro_winkler_similarity(last_name_l, last_name_r) >= 0.88", 0.06),
        ("one of several last names", "starts_with(last_name_l, last_name_r) OR starts_with(last_name_r, last_name_l) "
         "OR ends_with(last_name_l, last_name_r) OR ends_with(last_name_r, last_name_l)", 0.02),
    ), "last_name"),
    Point("email", ("email",), _either_missing("email"), (
        ("the same mail address", "email_l = email_r", 0.75),
        ("the same mailbox name at another server", "email_user_l = email_user_r AND length(email_user_l) > 5", 0.05),
        # Mailboxes are called after people, so a likeness says little beyond the name; the figures in them say more.
        ("a similar mailbox name with the same figures", "regexp_extract(email_user_l, '[0-9]{2,}') = regexp_extract(email_user_r, "
         "'[0-9]{2,}') AND regexp_extract(email_user_l, '[0-9]{2,}') <> '' "
         "AND jaro_winkler_similarity(email_user_l, email_user_r) >= 0.7", 0.06),
    )),
    Point("phone", ("phone_end",), _either_missing("phone_end"), (
        ("the same phone", "phone_l = phone_r OR (phone_end_l = phone_end_r AND (phone_l IS NULL OR phone_r IS NULL))", 0.85),
        ("a phone with the same ending", "phone_end_l = phone_end_r", 0.03),
        ("a phone that differs in one digit", "damerau_levenshtein(phone_end_l, phone_end_r) <= 1", 0.02),
    )),
    Point(
        "home", ("street", "postal_code"),
        "(street_l IS NULL OR street_r IS NULL OR house_l IS NULL OR house_r IS NULL) AND (postal_code_l IS NULL OR postal_code_r IS NULL)",
        (
        ("the same house", "street_l = street_r AND house_l = house_r AND (postal_code_l = postal_code_r OR city_l = city_r)", 0.7),
        ("the same house, spelt otherwise", "house_l = house_r AND ((postal_code_l = postal_code_r AND jaro_winkler_similarity(street_l, "
         "street_r) >= 0.75) OR (street_l = street_r) OR (city_l = city_r AND jaro_winkler_similarity(street_l, street_r) >= 0.85))", 0.1),
        ("the same street", "jaro_winkler_similarity(street_l, street_r) >= 0.9 "
         "AND (postal_code_l = postal_code_r OR city_l = city_r)", 0.05),
        ("the same postal code", "postal_code_l = postal_code_r", 0.06),
        ("the same city", "city_l = city_r", 0.03),
    )),
    Point("date_of_birth", ("date_of_birth",), _either_missing("date_of_birth"), (
        ("the same date of birth", "date_of_birth_l = date_of_birth_r", 0.88),
        ("a date of birth with a slip of the pen", "damerau_levenshtein(date_of_birth_l, date_of_birth_r) <= 1", 0.06),
        ("the same year of birth", "left(date_of_birth_l, 4) = left(date_of_birth_r, 4)", 0.02),
    )),
    Point("national_id", ("national_id",), _either_missing("national_id"), (
        ("the same identity number", "national_id_l = national_id_r", 0.88),
        ("an identity number with a slip of the pen", "damerau_levenshtein(national_id_l, national_id_r) <= 1", 0.06),
    )),
)  # fmt: skip
# What two records must share to be compared at all: columns of `compared`, joined.
BLOCKS = {
    "email": ("email",),
    "email_user": ("email_user",),
    "phone": ("phone_end",),
    "national_id": ("national_id",),
    "birth_first": ("date_of_birth", "first_sound"),
    "birth_last": ("date_of_birth", "last_sound"),
    "names": ("first_sound", "last_sound"),
    "names_city": ("first_sound", "last_sound", "city"),
    "names_postal": ("first_sound", "last_sound", "postal_code"),
    "words": ("words",),
    "last_home": ("last_sound", "house", "postal_code"),
    "first_home": ("first_sound", "house", "postal_code"),
    "home": ("street", "house", "postal_code"),
}
# Pairs from which the weights of the other points are learnt: sure enough, or many enough, to hold records of one person.
TEACHERS = ("email", "phone", "national_id")
TEACHERS_WITHOUT_IDENTIFIERS = ("names_postal", "birth_last", "names")
_SHARED_COLUMNS = {
    "email": {"email"}, "phone": {"phone"}, "national_id": {"national_id"}, "names_postal": {"first_name", "last_name", "home"},
    "birth_last": {"date_of_birth", "last_name"}, "names": {"first_name", "last_name"},
}  # fmt: skip


def block_columns(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Give `table` a column per blocking rule; a value that too many records share is no reason to compare them, and is left empty."""
    total = _one(con, f"SELECT count(*) FROM {table}")
    for name, columns in BLOCKS.items():
        parts = ["array_to_string(name_words, ' ')" if column == "words" else column for column in columns]
        known = " AND ".join(f"{part} IS NOT NULL AND {part} <> ''" for part in parts)
        key = f"CASE WHEN {known} THEN {' || chr(31) || '.join(parts)} END"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE block_count AS SELECT {key} AS value, count(*) AS n FROM {table} GROUP BY 1 HAVING count(*) > 1"
        )
        largest = BLOCK_SIZES[-1]
        for size in BLOCK_SIZES:
            pairs = _one(
                con,
                f"SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM block_count WHERE value IS NOT NULL AND n <= {size}",
            )
            if pairs <= PAIRS_PER_RECORD * total:
                largest = size
                break
        con.execute(f"ALTER TABLE {table} ADD COLUMN block_{name} VARCHAR")
        con.execute(
            f"UPDATE {table} SET block_{name} = {key} "
            f"WHERE {key} IN (SELECT value FROM block_count WHERE n <= {largest} AND value IS NOT NULL)"
        )


def train(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    """Learn a model from the records of `table` (which has its block columns); returns it in Splink's own form."""
    model = _untrained(con, table)
    linker = _linker(DuckDBAPI(connection=con), table, model)
    training = linker.training
    for column in weighed_by_frequency(model):
        linker.table_management.compute_tf_table(column)
    sure: list[str | BlockingRuleCreator] = [
        block_on(f"block_{name}", *extra)
        for name, extra in (("email", ()), ("national_id", ()), ("phone", ("first_sound",)))
        if _pairs(con, table, name)
    ]
    if sure:
        training.estimate_probability_two_random_records_match(sure, recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
    points = {comparison["output_column_name"] for comparison in model["comparisons"]}
    taught: set[str] = set()
    for teacher in (*TEACHERS, *TEACHERS_WITHOUT_IDENTIFIERS):
        if teacher in TEACHERS_WITHOUT_IDENTIFIERS and taught >= points:
            break
        learns = points - _SHARED_COLUMNS[teacher]
        if learns and _pairs(con, table, teacher) >= FEWEST_PAIRS:
            training.estimate_parameters_using_expectation_maximisation(block_on(f"block_{teacher}"))
            taught |= learns
    return _made_whole(linker.misc.save_model_to_json(None))


def _made_whole(model: dict[str, Any]) -> dict[str, Any]:
    """Let the shares of the levels of a point sum to one: those that no pair taught have kept their beginning values."""
    for comparison in model["comparisons"]:
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for share in ("m_probability", "u_probability"):
            known = [max(level.get(share) or LEAST_SHARE, LEAST_SHARE) for level in levels]
            for level, value in zip(levels, known, strict=True):
                level[share] = value / sum(known)
    return model


def predict_all(con: duckdb.DuckDBPyConnection, table: str, model: dict[str, Any]) -> str:
    """Score the pairs within `table`; returns the name of the table of pairs."""
    linker = _linker(DuckDBAPI(connection=con), table, model)
    return linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY).physical_name


def predict_changed(con: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> str:
    """Score the new records of table `comparable` with all others and among themselves; returns the name of the table of pairs.

    How frequent a name is, is taken from table `earlier_term_frequency`, so that a pair gets the score that it would have got
    with all others.
    """
    con.execute("CREATE OR REPLACE TABLE changed AS SELECT * EXCLUDE (is_new) FROM comparable WHERE is_new")
    con.execute("CREATE OR REPLACE TABLE unchanged AS SELECT * EXCLUDE (is_new) FROM comparable WHERE NOT is_new")
    api = DuckDBAPI(connection=con)
    changed, unchanged = api.register("changed"), api.register("unchanged")
    linker = _linker(api, changed, model)
    for column in weighed_by_frequency(model):
        con.execute(
            f"CREATE OR REPLACE TABLE frequency_{column} AS SELECT value AS {column}, frequency AS tf_{column} "
            f"FROM earlier_term_frequency WHERE column_name = '{column}'"
        )
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_{column}"), column)
    between = linker.inference.predict_between(
        changed, unchanged, threshold_match_probability=LEAST_PROBABILITY, warning_mode="never"
    )
    within = linker.inference.predict_within(
        changed, threshold_match_probability=LEAST_PROBABILITY, warning_mode="never"
    )
    con.execute(
        "CREATE OR REPLACE TABLE scored AS "
        + " UNION ALL ".join(
            f"SELECT record_key_l, record_key_r, match_probability FROM {pairs.physical_name}"
            for pairs in (between, within)
        )
    )
    return "scored"


def term_frequencies(con: duckdb.DuckDBPyConnection, model: dict[str, Any]) -> None:
    """Fill table `new_term_frequency` with the shares of the values that the model weighs by how rare they are."""
    con.execute("DELETE FROM new_term_frequency")
    for column in weighed_by_frequency(model):
        con.execute(
            f"INSERT INTO new_term_frequency SELECT '{column}', {column}, count(*) / sum(count(*)) OVER () FROM comparable "
            f"WHERE {column} IS NOT NULL GROUP BY {column}"
        )


def _untrained(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    total = max(_one(con, f"SELECT count(*) FROM {table}"), 1)
    points = [
        point
        for point in POINTS
        if any(_one(con, f'SELECT count("{column}") FROM {table}') >= LEAST_FILLED * total for column in point.needs)
    ]
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_key",
        "comparisons": [point.for_splink() for point in points],
        "blocking_rules_to_generate_predictions": [
            block_on(f"block_{name}").get_blocking_rule("duckdb").blocking_rule_sql for name in BLOCKS
        ],
        "probability_two_random_records_match": 1 / total,
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
        "max_iterations": 50,
    }


def weighed_by_frequency(model: dict[str, Any]) -> list[str]:
    """Return the columns whose values the model weighs by how rare they are."""
    compared = {comparison["output_column_name"] for comparison in model["comparisons"]}
    return [point.frequencies_of for point in POINTS if point.frequencies_of and point.name in compared]


def _linker(api: DuckDBAPI, records: str | SplinkDataFrame, model: dict[str, Any]) -> Linker:
    logging.getLogger("splink").setLevel(logging.ERROR)
    registered = api.register(records) if isinstance(records, str) else records
    return Linker(registered, json.loads(json.dumps(model)), log_level=logging.ERROR)


def _pairs(con: duckdb.DuckDBPyConnection, table: str, block: str) -> int:
    return _one(
        con,
        "SELECT coalesce(sum(n * (n - 1) / 2), 0) FROM "
        f"(SELECT count(*) AS n FROM {table} WHERE block_{block} IS NOT NULL GROUP BY block_{block})",
    )


def _one(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    assert row is not None
    return int(row[0])
