"""The ECB's reference rates, up to a day.

Comes in: the rates file that the other example ships. Goes out: `ecb/exchange_rate_<day>.csv.gz`, the whole history
as the bank publishes it. Called by `simulate`.
"""

import gzip
from datetime import date
from pathlib import Path

RATES = Path(__file__).parents[2] / "examples" / "adventureworks" / "inbox" / "ecb" / "exchange_rate.csv.gz"


def write(out: Path, day: date) -> list[Path]:
    """Copy the rates that were known on the day; without the example beside the package there are none."""
    if not RATES.exists():
        return []
    header, *rows = gzip.decompress(RATES.read_bytes()).decode("utf-8").splitlines()
    path = out / "ecb" / f"exchange_rate_{day}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *(row for row in rows if row[:10] <= str(day)), ""])
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=1, mtime=0))
    return [path]
