"""A small published lake for the commands that only read: one mart with awkward values, no run needed."""

import shutil
from pathlib import Path

import pytest

from warehouse.lake import connect_lake
from warehouse.publication import publish
from warehouse.settings import Settings, load_settings

WEFT_TOML = """
[company]
id = "tryout"
name = "Tryout"

[systems.shop]
pack = "aw_erp"
inbox = "inbox/shop"
"""


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A deployment with two publications: mart_awkward has one row in the first and three in the second. Read only."""
    root = tmp_path_factory.mktemp("tryout")
    (root / "inbox" / "shop").mkdir(parents=True)
    (root / "weft.toml").write_text(WEFT_TOML, encoding="utf-8")
    settings = load_settings(root / "weft.toml")
    with connect_lake(settings) as con:
        con.execute(
            "CREATE TABLE marts.mart_awkward AS SELECT 1 AS number, 'it''s \"quoted\", isn''t it' AS label, "
            "12345678901234.12345678::DECIMAL(24, 8) AS amount, TIMESTAMP '2026-01-02 03:04:05' AS seen_at, "
            "DATE '2026-01-02' AS seen_on, true AS is_odd, ['a', NULL] AS tags"
        )
    publish(settings, run_id="first", inputs="code", audit={})
    with connect_lake(settings) as con:
        con.execute("INSERT INTO marts.mart_awkward VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL)")
        con.execute("INSERT INTO marts.mart_awkward VALUES (3, '', 0.5, NULL, NULL, false, [])")
    publish(settings, run_id="second", inputs="code", audit={})
    return settings


@pytest.fixture
def published_copy(published: Settings, tmp_path: Path) -> Settings:
    """A private copy of the published lake, to change at will."""
    shutil.copytree(published.root, tmp_path / "copy")
    return load_settings(tmp_path / "copy" / "weft.toml")
