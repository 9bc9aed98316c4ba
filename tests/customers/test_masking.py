"""A role without personal data sees none of it, wherever the publication is shown, and cannot ask round it."""

# Tests name the fixture that they import.
# ruff: noqa: F401, F811

import json
import stat
from pathlib import Path

import pytest
from rights_company import EMAIL, copy_of, rights_company
from weft_command import run_weft

from dashboards.publication import Snapshot
from extractors.pack import load_pack
from warehouse.errors import WeftError
from warehouse.identifiers import quote_identifier
from warehouse.lake import connect_publication, open_for_role
from warehouse.settings import Settings, load_settings

# The company is asked by commands that take its lock, so one worker asks them one after the other.
pytestmark = [pytest.mark.timeout(2400), pytest.mark.xdist_group("rights")]


def raw_values(settings: Settings, *, personal: bool) -> set[str]:
    """Return the texts of all raw columns that packs mark as personal, or of those that they do not."""
    found: set[str] = set()
    with connect_publication(settings) as con:
        for system, chosen in settings.systems.items():
            for name, entity in load_pack(chosen.pack).entities.items():
                for column in entity.columns:
                    if column.personal == personal:
                        cell = quote_identifier(column.name)
                        query = f'SELECT DISTINCT lower(trim({cell})) FROM lake.raw."{system}__{name}" WHERE length(trim({cell})) > 4'
                        found |= {value for (value,) in con.execute(query).fetchall()}
    return found


def test_no_value_that_a_pack_marks_as_personal_is_in_a_mart_of_a_masked_role(rights_company: Settings) -> None:
    # What also stands in a column about no person, such as the name of a city, tells nothing; nor do names of countries.
    with connect_publication(rights_company) as con:
        countries = {
            name for (name,) in con.execute("SELECT lower(country_name) FROM lake.staging.country_names").fetchall()
        }
    personal = raw_values(rights_company, personal=True) - raw_values(rights_company, personal=False) - countries
    assert EMAIL in personal
    leaks, clear = set(), set()
    for role, seen in ((None, leaks), ("engineer", clear)):
        con = open_for_role(rights_company, role)
        for schema, table, column in con.execute(
            "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = 'lake' "
            "AND schema_name IN ('marts', 'staging', 'ops') AND data_type = 'VARCHAR'"
        ).fetchall():
            cell = quote_identifier(column)
            values = con.execute(
                f"SELECT DISTINCT lower(trim({cell})) FROM lake.{schema}.{table} WHERE {cell} IS NOT NULL"
            ).fetchall()
            if personal & {value for (value,) in values}:
                seen.add(f"{schema}.{table}.{column}")
        con.close()
    assert "marts.dim_customer.email" in clear
    assert leaks == set()


def test_masks_leave_what_tells_nothing(rights_company: Settings) -> None:
    con = open_for_role(rights_company, "analyst")
    masked = con.execute(
        "SELECT any_value(email), any_value(phone), any_value(first_name), any_value(postal_code), count(DISTINCT customer_key) "
        "FROM marts.dim_customer WHERE customer_id IN ('7200000003981', '003SIM000003981AAB')"
    ).fetchone()
    clear = (
        open_for_role(rights_company, "engineer")
        .execute("SELECT count(*), count(DISTINCT customer_key) FROM marts.dim_customer")
        .fetchone()
    )
    assert masked == ("r***@mail.example.com", "***89", "R.", "(masked)", 2)
    assert con.execute("SELECT count(*), count(DISTINCT customer_key) FROM marts.dim_customer").fetchone() == clear


def test_weft_sql_masks_unless_a_role_sees_clear_values_and_writes_down_who_did(
    rights_company: Settings, tmp_path: Path
) -> None:
    settings = copy_of(rights_company, tmp_path / "company")
    query = "select email from dim_customer where customer_id = '7200000003981'"
    assert EMAIL not in run_weft(settings, "sql", query, "--format", "csv").stdout
    assert EMAIL not in run_weft(settings, "sql", query, "--format", "csv", "--role", "analyst").stdout
    log = settings.state_dir / "erasures" / "audit.jsonl"
    before = log.read_text(encoding="utf-8") if log.exists() else ""
    assert EMAIL in run_weft(settings, "sql", query, "--format", "csv", "--role", "engineer").stdout
    line = json.loads(log.read_text(encoding="utf-8").removeprefix(before))
    assert (line["event"], line["role"]) == ("unmasked read", "engineer")
    assert EMAIL not in log.read_text(encoding="utf-8")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    unknown = run_weft(settings, "sql", query, "--role", "boss")
    assert unknown.returncode == 1
    assert "There is no role 'boss'" in unknown.stderr


@pytest.mark.parametrize(
    "query",
    [
        "select email from lake.raw.shopify__customer",
        "select * from raw.shopify__customer",
        "with c as (select * from raw.shopify__customer) select * from c",
        "select (select max(email) from raw.shopify__customer)",
        "select * from read_parquet('{data}/raw/shopify__customer/*.parquet')",
        "select * from '{data}/raw/shopify__customer/x.parquet'",
        "select * from query('select 1')",
        "select * from duckdb_databases()",
        "explain analyze select * from raw.shopify__customer",
    ],
)
def test_a_masked_role_cannot_ask_round_the_views(rights_company: Settings, query: str) -> None:
    finished = run_weft(rights_company, "sql", query.format(data=rights_company.data_path), "--format", "csv")
    assert finished.returncode == 1
    assert "--role" in finished.stderr


def test_weft_toml_says_what_a_role_sees(rights_company: Settings, tmp_path: Path) -> None:
    config = tmp_path / "weft.toml"
    base = rights_company.config_path.read_text(encoding="utf-8")
    state = f'\n[lake]\nstate = "{rights_company.state_dir}"\n'
    config.write_text(base + state + '\n[roles.service]\npersonal_data = "clear"\n[roles.engineer]\n', encoding="utf-8")
    settings = load_settings(config)
    query = "SELECT count(*) FROM marts.dim_customer WHERE email = 'rebecca.smith398@mail.example.com'"
    clear = open_for_role(settings, "service").execute(query).fetchone()
    assert clear is not None
    assert clear[0] > 0
    assert open_for_role(settings, "engineer").execute(query).fetchone() == (0,)
    config.write_text(base + '\n[roles.service]\npersonal_data = "some"\n', encoding="utf-8")
    with pytest.raises(WeftError, match=r"roles\.service\.personal_data"):
        load_settings(config)


def test_dashboards_read_as_their_role(rights_company: Settings) -> None:
    shown = Snapshot(rights_company.config_path, 1).ask("SELECT email FROM marts.dim_customer WHERE email LIKE '%@%'")
    assert len(shown) > 100
    assert shown["email"].str.fullmatch(r".\*\*\*@.+").all()
