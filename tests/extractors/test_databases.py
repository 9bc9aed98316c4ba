"""Databases: the same shop in SQLite, PostgreSQL and MariaDB, asked again and again as it changes."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers import PASSWORD, Server
from shop import MakeShop, Shop

pytestmark = pytest.mark.xdist_group("databases")

TABLE = {
    "sqlite": "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price DECIMAL(30, 9), changed TEXT)",
    "postgres": "CREATE TABLE item (id integer PRIMARY KEY, name text, price numeric, changed timestamp)",
    "mysql": "CREATE TABLE item (id integer PRIMARY KEY, name text, price decimal(30, 9), changed datetime(6))",
}
COLUMNS = [{"name": "id", "required": True}, {"name": "name", "required": True}, {"name": "price"}, {"name": "changed"}]
MOMENT = "2024-03-01 12:00:0"


class Database:
    """A source that a test fills, and shops that read it."""

    def __init__(self, kind: str, connection: str, execute: Callable[[str], None], make_shop: MakeShop) -> None:
        self.kind, self.connection, self.execute, self.make_shop = kind, connection, execute, make_shop
        execute("DROP TABLE IF EXISTS item")
        execute(TABLE[kind])

    def put(self, id: int, name: str = "Bolt", price: str = "1.5", changed: str | None = MOMENT + "1") -> None:
        moment = "NULL" if changed is None else f"'{changed}'"
        self.execute(f"DELETE FROM item WHERE id = {id}")
        self.execute(f"INSERT INTO item VALUES ({id}, '{name}', {price}, {moment})")

    def shop(self, **options: Any) -> Shop:
        source = {} if "query" in options else {"table": "item"}
        return self.make_shop(**{
            "connection": self.connection, "kind": "database", "mode": "snapshot", "columns": COLUMNS, **source, **options
        })  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres", "mysql"])
def database(
    request: pytest.FixtureRequest, make_shop: MakeShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    if request.param == "sqlite":
        path = tmp_path / "it's a shop.sqlite"
        return Database("sqlite", f"sqlite:{path}", lambda sql: _sqlite(path, sql), make_shop)
    server: Server = request.getfixturevalue(f"{request.param}_server")
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    return Database(server.kind, server.connection + "${SHOP_PASSWORD}", server.execute, make_shop)


def _sqlite(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as con:
        con.execute(statement)
    con.close()


def test_a_table_lands_whole_and_again_only_when_it_changed(database: Database) -> None:
    database.put(1)
    database.put(2, name="Nut")
    shop = database.shop()
    [result] = shop.land()
    assert (result.status, result.file, result.rows_read, result.rows_landed) == ("landed", "item", 2, 2)
    assert shop.rows(columns="id, name, _row") == [("1", "Bolt", 1), ("2", "Nut", 2)]
    assert shop.land() == []
    database.execute("DELETE FROM item WHERE id = 1")
    database.put(2, name="Big nut")
    database.put(3)
    [result] = shop.land()
    assert str(result.changes) == "Against the delivery before: 1 records added, 1 changed, 1 removed."
    assert shop.land() == []


def test_a_table_that_returns_to_an_earlier_state_lands_again(database: Database) -> None:
    shop = database.shop()
    for name in ("Bolt", "Screw", "Bolt"):
        database.put(1, name=name)
        assert [result.status for result in shop.land()] == ["landed"]
    assert shop.rows(columns="name") == [("Bolt",), ("Screw",), ("Bolt",)]


def test_a_table_that_was_emptied_is_a_failed_load_that_deletes_nothing(database: Database) -> None:
    shop = database.shop()
    assert shop.land() == []
    database.put(1)
    shop.land()
    database.execute("DELETE FROM item")
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)
    assert "has no rows any more" in (result.message or "")
    assert len(shop.rows()) == 1


def test_with_a_cursor_only_what_is_new_or_changed_lands(database: Database) -> None:
    shop = database.shop(mode="upsert", cursor="changed")
    for id, second in ((1, "1"), (2, "1"), (3, "2")):
        database.put(id, changed=MOMENT + second)
    [first] = shop.land()
    assert first.rows_landed == 3
    assert shop.land() == []
    database.put(1, price="2.5", changed=MOMENT + "3")
    database.put(4, changed=MOMENT + "3")
    # Changed without a new moment: nobody can ask for it.
    database.put(2, price="9")
    [result] = shop.land()
    assert result.rows_landed == 2
    assert sorted(shop.rows(columns="id, _load_id")[3:]) == [("1", result.load_id), ("4", result.load_id)]
    assert shop.land() == []


def test_rows_of_the_same_moment_that_arrive_later_are_not_missed(database: Database) -> None:
    shop = database.shop(mode="upsert", cursor="changed")
    database.put(1)
    shop.land()
    database.put(2)
    [result] = shop.land()
    assert result.rows_landed == 1
    assert shop.rows(columns="id") == [("1",), ("2",)]


def test_a_whole_number_is_a_cursor_too(database: Database) -> None:
    shop = database.shop(mode="events", cursor="id")
    for id in (9, 10):
        database.put(id)
    shop.land()
    database.put(11)
    [result] = shop.land()
    assert shop.rows(columns="id") == [("9",), ("10",), ("11",)]
    assert result.rows_landed == 1


def test_the_look_back_finds_rows_that_came_late(database: Database) -> None:
    database.put(1, changed="2024-03-02 12:00:00")
    options: dict[str, Any] = {"mode": "upsert", "cursor": "changed"}
    shop = database.shop(**options)
    shop.land()
    database.put(2, changed="2024-03-02 10:30:00")
    database.put(3, changed="2024-03-02 08:00:00")
    assert shop.land() == []
    assert [result.rows_landed for result in database.shop(**options, look_back="2 hours").land()] == [1]
    assert shop.rows(columns="id") == [("1",), ("2",)]


def test_rows_without_a_cursor_value_are_asked_for_every_time_and_land_when_they_change(database: Database) -> None:
    shop = database.shop(mode="upsert", cursor="changed")
    database.put(1)
    database.put(2, changed=None)
    shop.land()
    assert shop.land() == []
    database.put(2, price="2.5", changed=None)
    database.put(3, changed=None)
    [result] = shop.land()
    assert result.rows_landed == 2
    assert sorted(shop.rows(columns="id")) == [("1",), ("2",), ("2",), ("3",)]


def test_a_cursor_can_be_an_expression(database: Database) -> None:
    shop = database.shop(mode="upsert", cursor="coalesce(changed, '2024-03-01 11:00:00')")
    database.put(1, changed=None)
    shop.land()
    assert shop.land() == []
    database.put(2)
    [result] = shop.land()
    assert result.rows_landed == 1


def test_a_query_lands_like_a_table(database: Database) -> None:
    database.put(1)
    database.put(2, name="Nut")
    shop = database.shop(
        query="SELECT id, name, price, changed FROM item WHERE name <> 'Nut';", mode="upsert", cursor="changed"
    )
    shop.land()
    database.put(3, name="Washer", changed=MOMENT + "2")
    [result] = shop.land()
    assert (result.file, result.rows_landed) == ("query of item", 1)
    assert shop.rows(columns="name") == [("Bolt",), ("Washer",)]


def test_text_arrives_as_it_is(database: Database) -> None:
    names = ["ü € 🔩 “x”", "two\nlines\ttab", "100 % \\ back", '"', "it's", "", " x ", "NULL", "$1 {}"]
    for id, name in enumerate(names):
        written = name.replace("\\", "\\\\") if database.kind == "mysql" else name
        database.put(id, name=written.replace("'", "''"))
    shop = database.shop()
    shop.land()
    assert sorted(shop.rows(columns="id, name")) == [(str(id), name) for id, name in enumerate(names)]


def test_nothing_is_unknown(database: Database) -> None:
    database.execute("INSERT INTO item VALUES (1, NULL, NULL, NULL)")
    shop = database.shop()
    shop.land()
    assert shop.rows(columns="name, price, changed") == [(None, None, None)]


def test_a_column_that_disappears_is_a_failed_load_if_required_and_else_unknown(database: Database) -> None:
    database.put(1)
    shop = database.shop()
    shop.land()
    database.execute("ALTER TABLE item DROP COLUMN price")
    database.execute("DELETE FROM item")
    database.execute(f"INSERT INTO item VALUES (2, 'Nut', '{MOMENT}1')")
    [result] = shop.land()
    assert shop.rows(columns="id, price")[1:] == [("2", None)]
    database.execute("ALTER TABLE item RENAME COLUMN name TO item_name")
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)
    assert "required column name is missing" in (result.message or "")
    assert "item_name" in (result.message or "")


def test_a_column_that_is_not_declared_is_left_in_the_source(database: Database) -> None:
    database.execute("ALTER TABLE item ADD COLUMN secret text")
    database.execute(f"INSERT INTO item VALUES (1, 'Bolt', 1, '{MOMENT}1', 'psst')")
    shop = database.shop()
    shop.land()
    assert shop.columns() == ["id", "name", "price", "changed"]


def test_a_table_that_is_not_there_is_a_failed_load(database: Database) -> None:
    [result] = database.shop(table="no_such_table").land()
    assert result.status == "failed"
    assert "no_such_table" in (result.message or "")
    assert "sesame" not in (result.message or "")


def test_reading_changes_nothing_in_the_source(database: Database) -> None:
    shop = database.shop(query="DELETE FROM item", columns=[{"name": "id"}])
    database.put(1)
    [result] = shop.land()
    assert result.status == "failed"
    assert [result.status for result in database.shop().land()] == ["landed"]


def test_exact_decimals(database: Database) -> None:
    if database.kind == "sqlite":
        database.put(1, price="'12345678901234567890.123456789'")
        # A column of type DECIMAL would turn it into a binary number before anybody reads it.
        database.execute("ALTER TABLE item ADD COLUMN exact TEXT")
        database.execute("UPDATE item SET exact = '12345678901234567890.123456789'")
        columns = [*COLUMNS, {"name": "exact"}]
        shop, column = database.shop(columns=columns), "exact"
    else:
        database.put(1, price="12345678901234567890.123456789")
        shop, column = database.shop(), "price"
    shop.land()
    assert shop.rows(columns=column) == [("12345678901234567890.123456789",)]


# What only one kind of database has


def test_numeric_keeps_its_scale(database: Database) -> None:
    if database.kind == "sqlite":
        pytest.skip("SQLite has no decimals")
    database.execute("ALTER TABLE item ADD COLUMN net decimal(10, 2)")
    database.execute(f"INSERT INTO item VALUES (1, 'Bolt', 1, '{MOMENT}1', 1.1), (2, 'Nut', 1, '{MOMENT}1', -0.05)")
    shop = database.shop(columns=[*COLUMNS, {"name": "net"}])
    shop.land()
    assert shop.rows(columns="net") == [("1.10",), ("-0.05",)]


def test_moments_with_a_zone_arrive_as_utc(database: Database) -> None:
    kinds = {"postgres": "timestamptz", "mysql": "timestamp NULL"}
    if database.kind not in kinds:
        pytest.skip("SQLite has no moments with a zone")
    moment = {"postgres": "'2024-07-01 08:00:00-04'", "mysql": "'2024-07-01 07:00:00'"}[database.kind]
    database.execute(f"ALTER TABLE item ADD COLUMN at {kinds[database.kind]}")
    database.execute(f"INSERT INTO item VALUES (1, 'Bolt', 1, '{MOMENT}1', {moment})")
    shop = database.shop(columns=[*COLUMNS, {"name": "at"}], cursor="at", mode="upsert")
    shop.land()
    [(at, changed)] = shop.rows(columns='"at", changed')
    assert at.removesuffix("+00") == "2024-07-01 12:00:00"
    assert changed.startswith("2024-03-01 12:00:01")
    assert shop.land() == []
