"""Deployments with a pack of the test's own."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from servers import Server, mysql, postgres
from shop import COLUMNS, MakeShop, PacksFrom, Shop

from extractors.pack import load_pack
from warehouse.lake import connect_lake
from warehouse.settings import load_settings

# One thread reads a handful of rows in half the time that two need.
HEAD = '[company]\nid = "tryout"\nname = "Tryout"\n\n[run]\nthreads = 1\n\n'


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a deployment in which nothing was landed yet, to be copied: making it takes longer than most tests."""
    root = tmp_path_factory.mktemp("empty")
    (root / "weft.toml").write_text(f'{HEAD}[systems.shop]\npack = "x"\n', encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    with connect_lake(settings):
        pass
    return settings.state_dir


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one folder in which all tests have their shop, one after the other, so that databases can be used again."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture
def packs(tmp_path: Path) -> Iterator[Path]:
    """An empty folder that stands in for extractors/packs."""
    folder = tmp_path / "packs"
    folder.mkdir()
    with PacksFrom(folder):
        yield folder


@pytest.fixture
def make_shop(shop_folder: Path, packs: Path, empty_state: Path) -> MakeShop:
    """Make the shop: `entities` in full, or the options of its one entity `item`, files `item*`, with id, name and price.

    Made a second time in a test it is the same shop, with what it has landed, and another pack.
    """
    shutil.rmtree(shop_folder)
    (shop_folder / "inbox" / "shop").mkdir(parents=True)
    shutil.copytree(empty_state, shop_folder / ".weft")

    def make(
        entities: dict[str, dict[str, Any]] | None = None,
        *,
        connection: str | None = None,
        pack_connection: dict[str, Any] | None = None,
        system_options: dict[str, str] | None = None,
        **options: Any,
    ) -> Shop:
        item = {"file": "item*", "key": ["id"], "columns": COLUMNS, **options}
        content = {"pack": "tryout", "title": "Tryout", "entities": entities or {"item": item}}
        if pack_connection is not None:
            content["connection"] = pack_connection
        (packs / "tryout.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        toml = f'{HEAD}[systems.shop]\npack = "tryout"\n'
        toml += f"connection = {json.dumps(connection)}\n" if connection else 'inbox = "inbox/shop"\n'
        if system_options:
            toml += "[systems.shop.options]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in system_options.items())
        (shop_folder / "weft.toml").write_text(toml, encoding="utf-8")
        load_pack.cache_clear()
        return Shop(load_settings(shop_folder / "weft.toml"))

    return make


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL for all tests of a worker."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[Server]:
    """One MariaDB for all tests of a worker."""
    with mysql() as server:
        yield server
