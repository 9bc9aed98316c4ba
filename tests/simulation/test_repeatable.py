"""The same arguments write the same bytes; other arguments another company."""

import hashlib
from datetime import date
from pathlib import Path

import pytest
from simulated_deliveries import SCALE, read

from simulation.simulate import simulate
from simulation.world.world import build
from warehouse.errors import WeftError


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(dirty: Path, tmp_path: Path) -> None:
    build.cache_clear()
    simulate(tmp_path, SCALE, 1, dirt=0.02)
    assert contents(tmp_path) == contents(dirty)


def test_another_seed_is_another_company(clean: Path, tmp_path: Path) -> None:
    simulate(tmp_path, SCALE, 2, dirt=0)
    ours, theirs = contents(clean), contents(tmp_path)
    assert ours["shopify/order_2026-10-31.csv.gz"] != theirs["shopify/order_2026-10-31.csv.gz"]
    assert ours["ecb/exchange_rate_2026-10-31.csv.gz"] == theirs["ecb/exchange_rate_2026-10-31.csv.gz"]


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ({"scale": 0}, "--scale"),
        ({"scale": 1000}, "--scale"),
        ({"dirt": 0.5}, "--dirt"),
        ({"seed": -1}, "--seed"),
        ({"day": date(2023, 10, 31)}, "2023-11-01"),
        ({"end": date(2027, 1, 1)}, "2026-12-31"),
    ],
)
def test_an_argument_out_of_range_is_refused_by_name(tmp_path: Path, arguments: dict, option: str) -> None:
    with pytest.raises(WeftError, match=option):
        simulate(tmp_path, **{"scale": SCALE, **arguments})
    assert not list(tmp_path.iterdir())


def test_a_large_company_is_written_in_parts_that_add_up(
    clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulation.world.world.ORDERS_IN_A_PART", 300)
    simulate(tmp_path, SCALE, 1, dirt=0)
    for system, entity in (("shopify", "order"), ("shopify", "order_line"), ("netsuite", "transaction_line")):
        assert len(list((tmp_path / system).glob(f"{entity}_2026-10-31*"))) > 1
        parts, whole = (read(folder, system, entity).drop("file") for folder in (tmp_path, clean))
        assert parts.sort(parts.columns).equals(whole.sort(whole.columns)), entity
