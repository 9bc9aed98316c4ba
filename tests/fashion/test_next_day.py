"""A second run changes nothing; the next day's delivery lands, is published, and brings what was new."""

import pytest
from books import truth
from weft_command import ask

from warehouse.settings import Settings


@pytest.mark.longest
def test_a_run_without_news_changes_nothing_and_says_so(fashion_next_day: Settings) -> None:
    outcome, _, output = (fashion_next_day.root / "unchanged.txt").read_text(encoding="utf-8").partition("\n")
    assert outcome == "0", output
    assert "nothing new" in output.lower() or "unchanged" in output.lower()
    assert ask(fashion_next_day, "select status, count(*) as n from ops.run group by all order by 1") == [
        {"status": "published", "n": "2"},
        {"status": "unchanged", "n": "1"},
    ]


def test_the_next_day_brings_its_orders(fashion: Settings, fashion_next_day: Settings) -> None:
    [before] = ask(fashion, "select max(ordered_on) as day, count(*) as orders from mart_order")
    [after] = ask(fashion_next_day, "select max(ordered_on) as day, count(*) as orders from mart_order")
    assert (before["day"], after["day"]) == ("2026-10-31", "2026-11-01")
    assert int(before["orders"]) == truth(fashion, "orders").height
    assert int(after["orders"]) == truth(fashion_next_day, "orders").height > int(before["orders"])
