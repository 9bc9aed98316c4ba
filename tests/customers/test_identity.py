"""Who is who: records of one person come together, those of two stay apart, and what was decided and known before holds."""

import os
import string
import subprocess
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weft_command import WEFT

from benchmarks.customer_records import invented_records
from customers.identity.alone import measure, read_records, resolve_alone
from customers.identity.decisions import read_decisions
from customers.identity.linking import persons_of
from customers.identity.run import Resolved, resolve_people
from customers.identity.standard_form import latin
from customers.identity.trace import trace_person, write_review_list
from customers.phones import e164
from simulation.world.names import FIRST, LAST
from warehouse.errors import WeftError
from warehouse.lake import connect_lake
from warehouse.settings import Settings, load_settings

FEBRL = Path(__file__).parent / "fixtures" / "febrl" / "dataset1.csv"
LINKS = {"left_key": pl.String, "right_key": pl.String, "match_probability": pl.Float64, "linked_by": pl.String}
NOBODY = pl.DataFrame(schema={"record_key": pl.String, "person_key": pl.String})


# How good it is


def test_people_with_damaged_copies_are_found(tmp_path: Path) -> None:
    records = read_records(FEBRL)
    truth = records.select("record_key", person=pl.col("record_key").str.extract(r"rec-(\d+)-"))
    quality = measure(resolve_alone(records), truth)
    assert quality.true_pairs == 500
    assert quality.precision >= 0.99
    assert quality.recall >= 0.97


def test_people_of_a_shop_are_found_over_spellings_and_scripts() -> None:
    records, truth = invented_records(8_000)
    quality = measure(resolve_alone(records), truth)
    assert quality.precision >= 0.99
    assert quality.recall >= 0.95


def test_the_order_of_records_changes_nothing() -> None:
    records, _ = invented_records(2_000)
    one = resolve_alone(records).sort("record_key")
    other = resolve_alone(records.sample(fraction=1.0, shuffle=True, seed=5)).sort("record_key")
    assert one.equals(other)


def test_the_command_resolves_a_file_and_measures_it(tmp_path: Path) -> None:
    marked = tmp_path / "people.csv"
    frame = pl.read_csv(FEBRL, infer_schema=False)
    frame.with_columns(who=pl.col("rec_id").str.extract(r"rec-(\d+)-")).write_csv(marked)
    finished = subprocess.run(
        [str(WEFT), "identity", "file", str(marked), "--truth", "who", "--out", str(tmp_path / "out.csv")],
        capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert "precision 1.0000" in finished.stdout
    assert pl.read_csv(tmp_path / "out.csv").height == 1000


def test_a_file_without_people_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.write_text("id,colour\n1,red\n", encoding="utf-8")
    with pytest.raises(WeftError, match=r"things\.csv: no column says who the record is"):
        read_records(path)


# Standard forms


@given(st.integers(150_000_000, 179_999_999))
@settings(max_examples=200)
def test_a_phone_is_the_same_however_it_is_written(number: int) -> None:
    digits = str(number)
    spellings = [
        f"+49{digits}",
        f"0049 {digits[:3]} {digits[3:]}",
        f"+49 (0){digits}",
        f"0{digits}",
        f"0{digits[:3]}/{digits[3:]}",
        f"+49-{digits}",
    ]
    assert {e164(spelling, "DE") for spelling in spellings} == {f"+49{digits}"}


@given(st.text(string.printable, max_size=20), st.sampled_from(["DE", "SA", None]))
def test_what_is_no_phone_never_breaks(text: str, country: str | None) -> None:
    found = e164(text, country)
    assert found is None or found.startswith("+")


@given(st.text(max_size=30))
def test_every_name_can_be_written_in_latin_letters(name: str) -> None:
    assert latin(name).isascii()


def test_names_sound_alike_in_all_their_spellings() -> None:
    """Of the names of the simulated company, each in four spellings, nearly all agree in sound with their ASCII form."""
    rows = [
        {
            "record_key": f"{part}-{language}-{place}-{number}",
            "language": language,
            "number": number,
            "name": spelling,
            "part": part,
        }
        for part, pools in (("first", FIRST), ("last", LAST))
        for language, pool in pools.items()
        for place, name in enumerate(pool)
        for number, spelling in enumerate(name)
        if number in (0, 1, 3)
    ]
    sounds = _sounds(pl.DataFrame(rows))
    alike = sounds.group_by("part", "language", "place").agg(pl.col("sound").n_unique() == 1)
    assert alike["sound"].mean() > 0.85
    arabic = alike.filter(pl.col("language") == "ar")
    assert arabic["sound"].mean() > 0.85


def _sounds(names: pl.DataFrame) -> pl.DataFrame:
    import duckdb

    from customers.identity.standard_form import standardise

    offered = names.select(
        "record_key", record_type=pl.lit("customer"), source_system=pl.lit("s"), is_person=pl.lit(True),
        first_name=pl.when(pl.col("part") == "first").then("name").otherwise(pl.lit("Anna")),
        last_name=pl.when(pl.col("part") == "last").then("name").otherwise(pl.lit("Smith")),
        **{name: pl.lit(None, pl.String) for name in (
            "full_name", "email", "phone", "address", "city", "postal_code", "region_code", "country_code", "date_of_birth", "national_id",
            "merged_into")},
        is_email_verified=pl.lit(None, pl.Boolean), seen_on=pl.lit(None, pl.Date),
    )  # fmt: skip
    with duckdb.connect() as con:
        con.register("given_names", offered)
        con.execute("CREATE TEMP TABLE offered AS SELECT * FROM given_names")
        standardise(con)
        found = con.execute("SELECT record_key, first_sound, last_sound FROM standard").pl()
    return (
        names.join(found, on="record_key")
        .with_columns(sound=pl.when(pl.col("part") == "first").then("first_sound").otherwise("last_sound"))
        .with_columns(place=pl.col("record_key").str.extract(r"-(\d+)-\d+$"))
    )


# Keys, decisions


def people(*keys: str) -> pl.DataFrame:
    """Records, each a day younger than the one before."""
    return pl.DataFrame(
        {
            "record_key": keys,
            "record_type": "customer",
            "source_system": "s",
            "seen_on": [date(2026, 1, 1 + place) for place in range(len(keys))],
        }
    )


def linked(*pairs: tuple[str, str], by: str = "model") -> pl.DataFrame:
    return pl.DataFrame(
        [(*pair, 0.99 - place / 100, by) for place, pair in enumerate(pairs)], schema=LINKS, orient="row"
    )


def keys_of(persons: pl.DataFrame) -> dict[str, str]:
    return dict(persons.select("record_key", "person_key").iter_rows())


def test_a_person_keeps_her_key_when_records_join() -> None:
    before = persons_of(people("b", "c"), linked(("b", "c")), (), NOBODY)
    assert keys_of(before) == {"b": "b", "c": "b"}
    # a is older than both, but came later.
    grown = persons_of(people("a", "b", "c"), linked(("b", "c"), ("a", "c")), (), before)
    assert keys_of(grown) == {"a": "b", "b": "b", "c": "b"}


def test_when_two_persons_become_one_the_larger_keeps_its_key_and_the_other_key_still_finds_her() -> None:
    before = persons_of(people("a", "b", "c"), linked(("b", "c")), (), NOBODY)
    merged = keys_of(persons_of(people("a", "b", "c"), linked(("b", "c"), ("a", "b")), (), before))
    assert set(merged.values()) == {"b"}
    assert merged["a"] == "b"


def test_when_a_person_splits_the_part_with_the_first_record_keeps_the_key() -> None:
    whole = persons_of(people("a", "b", "c", "d"), linked(("a", "b"), ("b", "c"), ("c", "d")), (), NOBODY)
    split = keys_of(persons_of(people("a", "b", "c", "d"), linked(("a", "b"), ("c", "d")), (), whole))
    assert split == {"a": "a", "b": "a", "c": "c", "d": "c"}


def test_two_records_told_apart_never_meet_over_others() -> None:
    chain = linked(("a", "b"), ("b", "c"), ("c", "d"))
    apart = keys_of(persons_of(people("a", "b", "c", "d"), chain, [("a", "d")], NOBODY))
    assert apart["a"] != apart["d"]
    # The least sure link gives way.
    assert apart == {"a": "a", "b": "a", "c": "a", "d": "d"}


@given(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]), max_size=20),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_linked_every_record_has_one_person_and_no_forbidden_pair_meets(
    pairs: list[tuple[int, int]], forbidden: list[tuple[int, int]]
) -> None:
    names = [f"r{place:02}" for place in range(12)]
    links = linked(*[(names[a], names[b]) for a, b in pairs if (a, b) not in forbidden])
    persons = persons_of(people(*names), links, [(names[a], names[b]) for a, b in forbidden], NOBODY)
    key = keys_of(persons)
    assert sorted(key) == names
    assert set(key.values()) <= set(names)
    assert all(key[names[a]] != key[names[b]] for a, b in forbidden)
    assert all(key[person] == person for person in key.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("left_record,right_record,same_person\na,b,yes\n", "line 1: there is no column decided_by"),
        (
            "left_record,right_record,same_person,decided_by\na,b,perhaps,Kim\n",
            "line 2, column same_person: 'perhaps' is neither yes nor no",
        ),
        (
            "left_record,right_record,same_person,decided_by\na,b,,\na,b,yes, \n",
            "line 3, column decided_by: it is empty",
        ),
        (
            "left_record,right_record,same_person,decided_by\na,a,no,Kim\n",
            "line 2, columns left_record and right_record",
        ),
    ],
)
def test_a_decision_that_is_none_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WeftError, match=message):
        read_decisions(path)


# In a deployment

CUSTOMER = """
    customer_key, source_system, customer_type, first_name, last_name, full_name, email, is_email_verified, phone, address_line_1, city,
    postal_code, country_code, acquired_on, merged_into_customer_key"""


@pytest.fixture
def company(tmp_path: Path) -> Settings:
    """A CRM with staged customers: 300 invented ones; nothing else is needed to resolve people."""
    (tmp_path / "weft.toml").write_text(
        '[company]\nid = "c"\nname = "C"\n\n[systems.salesforce]\npack = "salesforce"\ninbox = "inbox"\n',
        encoding="utf-8",
    )
    made = load_settings(tmp_path / "weft.toml")
    records, _ = invented_records(540, seed=3)
    with connect_lake(made) as con:
        con.execute(
            "CREATE TABLE lake.staging.stg_salesforce__customers (customer_key VARCHAR, source_system VARCHAR, source_instance VARCHAR, "
            "source_id VARCHAR, customer_type VARCHAR, first_name VARCHAR, last_name VARCHAR, full_name VARCHAR, email VARCHAR, "
            "is_email_verified BOOLEAN, phone VARCHAR, address_line_1 VARCHAR, city VARCHAR, postal_code VARCHAR, region_code VARCHAR, "
            "country_code VARCHAR, date_of_birth DATE, acquired_on DATE, valid_from DATE, merged_into_customer_key VARCHAR, "
            "is_deleted BOOLEAN, load_id BIGINT, source_row BIGINT)"
        )
        con.execute(
            "CREATE TABLE lake.staging.stg_salesforce__leads (lead_key VARCHAR, source_system VARCHAR, "
            "source_instance VARCHAR, source_id VARCHAR, "
            "customer_key VARCHAR, full_name VARCHAR, email VARCHAR, phone VARCHAR, country_code VARCHAR, created_at TIMESTAMP, "
            "is_deleted BOOLEAN, load_id BIGINT, source_row BIGINT)"
        )
        con.register("invented", records.with_row_index("place"))
        con.execute(
            "INSERT INTO lake.staging.stg_salesforce__customers BY NAME SELECT record_key AS customer_key, source_system, "
            "'main' AS source_instance, "
            "record_key AS source_id, first_name, last_name, full_name, email, phone, address AS address_line_1, city, "
            "postal_code, country_code, "
            "DATE '2025-01-01' + CAST(place AS INTEGER) AS acquired_on, 1 AS load_id, place AS source_row FROM invented"
        )
        con.unregister("invented")
    return made


def add(company: Settings, **values: object) -> None:
    names = ", ".join(values)
    with connect_lake(company) as con:
        con.execute(
            f"INSERT INTO lake.staging.stg_salesforce__customers (source_system, source_instance, load_id, {names}) "
            f"VALUES ('crm', 'main', 2, {', '.join('?' for _ in values)})",
            list(values.values()),
        )


def persons(company: Settings) -> dict[str, str]:
    with connect_lake(company) as con:
        return dict(con.execute("SELECT record_key, person_key FROM lake.identity.person_link").fetchall())


def scratch(company: Settings) -> Resolved:
    with connect_lake(company) as con:
        con.execute("DELETE FROM lake.identity.record")
        con.execute("DELETE FROM lake.identity.pair")
    return resolve_people(company)


def test_a_new_record_is_compared_with_all_and_nothing_else_is(company: Settings) -> None:
    first = resolve_people(company)
    assert first.compared == first.records > 500
    assert resolve_people(company).compared == 0
    add(
        company,
        customer_key="new-1",
        first_name="Frieda",
        last_name="Öztürk",
        email="frieda.o@example.com",
        phone="+4915112345678",
    )
    add(
        company,
        customer_key="new-2",
        first_name="Frida",
        last_name="Oeztuerk",
        phone="0151 12345678",
        country_code="DE",
    )
    second = resolve_people(company)
    assert second.compared == 2
    found = persons(company)
    assert found["new-1"] == found["new-2"]


def test_what_a_day_adds_ends_in_what_comparing_all_with_all_gives(company: Settings) -> None:
    resolve_people(company)
    with connect_lake(company) as con:
        con.execute(
            "UPDATE lake.staging.stg_salesforce__customers SET phone = NULL, email = NULL WHERE source_row % 17 = 0"
        )
        con.execute("DELETE FROM lake.staging.stg_salesforce__customers WHERE source_row % 23 = 0")
    records, _ = invented_records(700, seed=3)
    known = persons(company)
    for row in records.filter(~pl.col("record_key").is_in(list(known))).head(30).iter_rows(named=True):
        add(
            company,
            customer_key=row["record_key"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            email=row["email"],
            phone=row["phone"],
        )
    resolve_people(company)
    daily = persons(company)
    scratch(company)
    assert persons(company) == daily


def test_tables_that_an_earlier_release_laid_out_otherwise_are_made_anew(company: Settings) -> None:
    resolve_people(company)
    known = persons(company)
    with connect_lake(company) as con:
        con.execute("ALTER TABLE lake.identity.record ADD COLUMN once VARCHAR")
    assert resolve_people(company).compared == len(known)
    assert persons(company) == known


def test_what_the_crm_merged_and_what_was_verified_is_one_person_without_weighing(company: Settings) -> None:
    add(
        company,
        customer_key="kept",
        first_name="Ada",
        last_name="Quill",
        email="ada@example.com",
        is_email_verified=True,
    )
    add(company, customer_key="given-up", first_name="Xenia", last_name="Other", merged_into_customer_key="kept")
    add(company, customer_key="desk", full_name="A. Q.", email="Ada+desk@example.com", is_email_verified=True)
    add(company, customer_key="firm", customer_type="business", full_name="Ada Quill", email="ada@example.com")
    with connect_lake(company) as con:
        con.execute(
            "INSERT INTO lake.staging.stg_salesforce__leads (lead_key, source_system, source_instance, customer_key, full_name, load_id) "
            "VALUES ('lead', 'crm', 'main', 'kept', 'Nobody Known', 1)"
        )
    resolve_people(company)
    found = persons(company)
    assert found["kept"] == found["given-up"] == found["desk"] == found["lead"]
    assert found["firm"] == "firm"


def test_decisions_are_followed_and_the_trace_says_why(company: Settings) -> None:
    add(
        company,
        customer_key="one",
        first_name="Mara",
        last_name="Lindqvist",
        email="mara.l@example.com",
        phone="+46701234567",
        acquired_on=date(2024, 1, 1),
    )
    add(
        company,
        customer_key="two",
        first_name="Mara",
        last_name="Lindqvist",
        email="mara.l@example.com",
        phone="+46701234567",
    )
    add(company, customer_key="three", first_name="Boris", last_name="Ek")
    resolve_people(company)
    assert persons(company)["two"] == "one"
    with connect_lake(company) as con:
        trace = trace_person(con, "two", company.identity.match_probability)
    assert trace.person_key == "one"
    assert {link.linked_by for link in trace.links} == {"model"}
    assert "the same phone" in trace.links[0].evidence
    (company.root / company.identity.decisions).write_text(
        "left_record,right_record,same_person,decided_by\ntwo,one,no,Kim\ntwo,three,yes,Kim\n", encoding="utf-8"
    )
    resolve_people(company)
    found = persons(company)
    assert found["one"] != found["two"] == found["three"]


def test_doubtful_pairs_are_listed_and_the_list_is_itself_a_file_of_decisions(company: Settings) -> None:
    resolve_people(company)
    eager = company.model_copy(update={"identity": company.identity.model_copy(update={"review_probability": 0.06})})
    eager._config_path = company.config_path
    with connect_lake(company) as con:
        path, count = write_review_list(con, eager)
    listed = pl.read_csv(path, infer_schema=False)
    assert listed.height == count > 0
    assert path.stat().st_mode & 0o077 == 0
    assert listed["evidence"].null_count() == 0
    assert read_decisions(path).same == set()
    answered = listed.with_columns(same_person=pl.lit("no"), decided_by=pl.lit("Kim"))
    answered.write_csv(company.root / company.identity.decisions)
    resolve_people(company)
    with connect_lake(company) as con:
        assert write_review_list(con, eager)[1] == 0


def test_an_unknown_key_is_named(company: Settings) -> None:
    resolve_people(company)
    with connect_lake(company) as con, pytest.raises(WeftError, match="There is no record or person 'nobody'"):
        trace_person(con, "nobody", 0.95)
