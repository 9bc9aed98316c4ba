"""Connections to databases: what is wrong with one is told, its password never."""

from pathlib import Path

import pytest
from servers import Server
from shop import MakeShop

from warehouse.errors import WeftError

pytestmark = pytest.mark.xdist_group("databases")

COLUMNS = [{"name": "id", "required": True}, {"name": "name", "required": True}]


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
@pytest.mark.parametrize("password", ["s3cret", 'it\'s "s3cret" \\ words'])
def test_a_wrong_password_is_a_failed_load_that_does_not_tell_it(
    request: pytest.FixtureRequest, make_shop: MakeShop, monkeypatch: pytest.MonkeyPatch, kind: str, password: str
) -> None:
    server: Server = request.getfixturevalue(f"{kind}_server")
    monkeypatch.setenv("SHOP_PASSWORD", password)
    connection = server.connection + "${SHOP_PASSWORD}"
    shop = make_shop(connection=connection, kind="database", table="item", columns=COLUMNS)
    [result] = shop.land()
    message = result.message or ""
    assert result.status == "failed"
    assert "cannot be read from the database of shop" in message
    assert "weft" in message
    assert "s3cret" not in message
    assert "s3cret" not in str(shop.ask("FROM ops.load"))


@pytest.mark.parametrize("connection", [
    "postgres:host=127.0.0.1 port=1 user=weft dbname=shop password=s3cret",
    "postgres:postgresql://weft:s3cret@127.0.0.1:1/shop",
    "mysql:host=127.0.0.1 port=1 user=weft database=shop password=s3cret",
    'mysql:host=127.0.0.1 port=1 user=weft database=shop password="s3cret word"',
    "sqlite:gone.sqlite",
])  # fmt: skip
def test_a_database_that_is_gone_is_a_failed_load(make_shop: MakeShop, connection: str) -> None:
    shop = make_shop(connection=connection, kind="database", table="item", columns=COLUMNS)
    [result] = shop.land()
    assert result.status == "failed"
    assert "127.0.0.1" in (result.message or "") or "gone.sqlite" in (result.message or "")
    assert "s3cret" not in (result.message or "")
    assert not (shop.settings.root / "gone.sqlite").exists()


def test_a_file_that_is_no_database_is_a_failed_load(make_shop: MakeShop, tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").write_bytes(b"id,name\n" * 500)
    shop = make_shop(connection=f"sqlite:{tmp_path / 'shop.sqlite'}", kind="database", table="item", columns=COLUMNS)
    [result] = shop.land()
    assert (result.status, result.rows_landed) == ("failed", 0)


def test_a_variable_that_is_not_set_is_named(make_shop: MakeShop) -> None:
    shop = make_shop(
        connection="postgres:host=127.0.0.1 password=${NO_SUCH_PASSWORD}",
        kind="database",
        table="item",
        columns=COLUMNS,
    )
    with pytest.raises(WeftError, match=r"systems\.shop\.connection names the variable NO_SUCH_PASSWORD"):
        shop.land()


@pytest.mark.parametrize(("connection", "said"), [("oracle:host=x", "sqlite, postgres, mysql"), ("shop.db", "begin")])
def test_a_connection_of_an_unknown_kind_is_refused(make_shop: MakeShop, connection: str, said: str) -> None:
    shop = make_shop(connection=connection, kind="database", table="item", columns=COLUMNS)
    with pytest.raises(WeftError, match=said):
        shop.land()
