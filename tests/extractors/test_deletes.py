"""Rows that a database deletes: found by comparing keys, kept as tombstones, and alive again when they come back."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers import PASSWORD, Server
from shop import MakeShop, Shop

from extractors.pack import load_pack
from warehouse.errors import WeftError

pytestmark = pytest.mark.xdist_group("databases")

TABLE = {
    "sqlite": "CREATE TABLE item (id INTEGER, part INTEGER, name TEXT, made TEXT, changed TEXT, PRIMARY KEY (id, part))",
    "postgres": "CREATE TABLE item (id integer, part integer, name text, made timestamp, changed timestamp, PRIMARY KEY (id, part))",
}
COLUMNS = [
    {"name": "id", "required": True}, {"name": "part", "required": True}, {"name": "name"}, {"name": "made"},
    {"name": "changed"},
]  # fmt: skip
DAY = "2024-03-01 12:00:0"


class Database:
    """A table whose rows have two key columns, a moment of creation and, once they were changed, one of change."""

    def __init__(self, connection: str, execute: Callable[[str], None], create: str, make_shop: MakeShop) -> None:
        self.connection, self.execute, self.make_shop = connection, execute, make_shop
        execute("DROP TABLE IF EXISTS item")
        execute(create)

    def put(self, id: int, name: str = "Bolt", *, part: int = 1, made: str = DAY + "1", changed: str = "NULL") -> None:
        moment = changed if changed == "NULL" else f"'{changed}'"
        self.execute(f"INSERT INTO item VALUES ({id}, {part}, '{name}', '{made}', {moment})")

    def delete(self, id: int) -> None:
        self.execute(f"DELETE FROM item WHERE id = {id}")

    def shop(self, **options: Any) -> Shop:
        return self.make_shop(**{
            "connection": self.connection, "kind": "database", "table": "item", "mode": "upsert", "columns": COLUMNS,
            "key": ["id", "part"], "cursor": "coalesce(changed, made)", "deletes": "comparison", **options,
        })  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest, make_shop: MakeShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    if request.param == "sqlite":
        path = tmp_path / "shop.sqlite"
        return Database(f"sqlite:{path}", lambda sql: _sqlite(path, sql), TABLE["sqlite"], make_shop)
    server: Server = request.getfixturevalue("postgres_server")
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)
    return Database(server.connection + "${SHOP_PASSWORD}", server.execute, TABLE["postgres"], make_shop)


def _sqlite(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as con:
        con.execute(statement)
    con.close()


def landed(shop: Shop, since: int = 0) -> list[tuple[Any, ...]]:
    """What the loads after `since` landed: identifier, name and whether it is a tombstone."""
    return shop.ask(
        "SELECT id, part, name, coalesce(_is_deleted, false) FROM raw.shop__item WHERE _load_id > ? ORDER BY _load_id, _row",
        [since],
    )


def test_a_row_that_is_gone_is_landed_once_more_as_deleted_with_what_it_last_held(database: Database) -> None:
    database.put(1)
    database.put(2, "Nut")
    database.put(2, "Nut and washer", part=2)
    shop = database.shop()
    [first] = shop.land()
    assert landed(shop) == [("1", "1", "Bolt", False), ("2", "1", "Nut", False), ("2", "2", "Nut and washer", False)]
    database.execute("DELETE FROM item WHERE id = 2 AND part = 2")
    [result] = shop.land()
    assert (result.status, result.rows_read, result.rows_landed) == ("landed", 1, 1)
    assert result.message == "1 records are no longer in the source and count as deleted."
    assert landed(shop, first.load_id) == [("2", "2", "Nut and washer", True)]
    assert shop.land() == [], "a deletion is told once"


def test_changes_and_deletions_come_in_one_load_and_no_two_rows_of_it_share_a_number(database: Database) -> None:
    for id in (1, 2, 3, 4, 5, 6):
        database.put(id)
    shop = database.shop()
    [first] = shop.land()
    database.delete(1)
    database.delete(2)
    database.execute(f"UPDATE item SET name = 'Screw', changed = '{DAY}5' WHERE id = 3")
    database.put(7, made=DAY + "6")
    [result] = shop.land()
    assert result.rows_landed == 4
    assert sorted(landed(shop, first.load_id)) == [
        ("1", "1", "Bolt", True), ("2", "1", "Bolt", True), ("3", "1", "Screw", False), ("7", "1", "Bolt", False),
    ]  # fmt: skip
    numbers = shop.ask(f"SELECT _row FROM raw.shop__item WHERE _load_id = {result.load_id}")
    assert len(set(numbers)) == 4
    assert shop.land() == []


def test_a_row_that_comes_back_is_alive_again_also_with_an_old_moment(database: Database) -> None:
    database.put(1)
    database.put(2, made=DAY + "4")
    shop = database.shop()
    shop.land()
    database.delete(1)
    [deleted] = shop.land()
    # From a backup: below the cursor, and in every column as it was.
    database.put(1)
    [back] = shop.land()
    assert landed(shop, deleted.load_id) == [("1", "1", "Bolt", False)]
    assert back.rows_landed == 1
    assert shop.land() == []
    database.delete(1)
    shop.land()
    assert landed(shop, back.load_id) == [("1", "1", "Bolt", True)]


def test_without_a_cursor_deletions_are_found_too(database: Database) -> None:
    database.put(1)
    database.put(2)
    shop = database.shop(cursor=None)
    [first] = shop.land()
    database.delete(2)
    shop.land()
    assert landed(shop, first.load_id) == [("2", "1", "Bolt", True)]
    assert shop.land() == []


def test_a_query_compares_the_keys_that_it_returns(database: Database) -> None:
    database.put(1)
    database.put(2, "Nut")
    shop = database.shop(table=None, query="SELECT * FROM item WHERE name <> 'Hidden'")
    [first] = shop.land()
    database.execute(f"UPDATE item SET name = 'Hidden', changed = '{DAY}9' WHERE id = 2")
    shop.land()
    assert landed(shop, first.load_id) == [("2", "1", "Nut", True)]


def test_a_table_that_was_emptied_deletes_nothing(database: Database) -> None:
    database.put(1)
    shop = database.shop()
    shop.land()
    database.delete(1)
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)
    assert result.message == "item has no rows any more, where it had 1; nothing was landed."
    assert landed(shop) == [("1", "1", "Bolt", False)]


def test_a_table_that_lost_more_than_the_pack_thinks_possible_deletes_nothing(database: Database) -> None:
    for id in (1, 2, 3):
        database.put(id)
    shop = database.shop()
    shop.land()
    database.delete(1)
    database.delete(2)
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)
    assert "has 1 rows, where it had 3" in (result.message or "")
    [result] = database.shop(minimum_rows_ratio=0.1).land()
    assert (result.status, result.rows_landed) == ("landed", 2)


def test_what_does_not_compare_keeps_rows_that_are_gone(database: Database) -> None:
    database.put(1)
    database.put(2)
    shop = database.shop(deletes="none")
    shop.land()
    database.delete(2)
    assert shop.land() == []
    assert [row[3] for row in landed(shop)] == [False, False]


def test_a_raw_table_of_an_older_version_learns_to_keep_deletions(database: Database) -> None:
    database.put(1)
    database.put(2)
    shop = database.shop()
    [first] = shop.land()
    shop.ask("ALTER TABLE raw.shop__item DROP COLUMN _is_deleted")
    database.delete(1)
    shop.land()
    assert landed(shop, first.load_id) == [("1", "1", "Bolt", True)]


def test_events_cannot_be_compared(database: Database) -> None:
    database.shop(mode="events")
    with pytest.raises(WeftError, match="deletes: comparison needs mode: upsert"):
        load_pack("tryout")
