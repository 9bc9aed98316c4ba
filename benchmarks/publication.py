"""How long publishing and going back take as the data grow.

Comes in: the largest number of rows. Goes out: a line per size. Called by `python -m benchmarks`. Publishing
fingerprints every mart, so it reads the data once; freezing the catalog and switching the pointer should not depend on
their size.
"""

import statistics
from pathlib import Path

from benchmarks.pairs import seconds
from warehouse.lake import connect_lake, open_publication
from warehouse.publication import publish, rollback
from warehouse.settings import load_settings

SHARES = (0.01, 0.1, 1.0)


def measure_publication(scratch: Path, rows: int, repeats: int) -> str:
    """Fill a mart with 1, 10 and 100 percent of `rows`, and time publishing, rolling back and opening the result."""
    return "\n".join(_measure(scratch / str(share), max(1, int(rows * share)), repeats) for share in SHARES)


def _measure(root: Path, rows: int, repeats: int) -> str:
    root.mkdir(parents=True)
    (root / "weft.toml").write_text(
        '[company]\nid = "bench"\nname = "Bench"\n[systems.shop]\npack = "aw_erp"\ninbox = "inbox"\n', encoding="utf-8"
    )
    settings = load_settings(root / "weft.toml")
    publishing, going_back, opening = [], [], []
    for number in range(repeats + 1):
        with connect_lake(settings) as con:
            con.execute(
                "CREATE OR REPLACE TABLE marts.orders AS SELECT i AS id, md5(i :: VARCHAR) AS order_key, "
                f"(i % 9973) :: DECIMAL(18, 4) AS net_amount, {number} AS generation FROM range({rows}) AS numbers (i)"
            )
        publishing.append(seconds(lambda: publish(settings, run_id="bench", inputs="bench", audit={})))
        if number:
            going_back.append(seconds(lambda: rollback(settings)))
            rollback(settings, number + 1)
        opening.append(seconds(lambda: open_publication(settings).close()))
    return (
        f"publication  {rows:,} rows: publish {statistics.median(publishing) * 1000:.0f} ms, "
        f"roll back {statistics.median(going_back) * 1000:.1f} ms, "
        f"open the result {statistics.median(opening) * 1000:.0f} ms (medians of {repeats})"
    )
