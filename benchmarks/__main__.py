"""`python -m benchmarks`: runs the benchmarks named, or all of them, and prints a report.

Comes in: `--rows`, `--pairs`, and names of benchmarks. Goes out: lines of text; nothing is judged by a threshold, since
machines differ. Called by `make bench`.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.landing import compare_landing
from benchmarks.machine import describe_machine
from benchmarks.publication import measure_publication

BENCHMARKS = ("landing", "publication")
# Takes minutes, and asks for real data: only when named.
NAMED_ONLY = ("customers", "forecasts")


def main() -> None:
    """Run the chosen benchmarks in a scratch folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Weft on this machine.")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which to run, of {', '.join((*BENCHMARKS, *NAMED_ONLY))}; {' and '.join(BENCHMARKS)} if none",
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of generated data (default 1000000)")
    parser.add_argument("--pairs", type=int, default=3, help="paired runs of each comparison (default 3)")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a folder of real data sets, for the benchmarks of customers and forecasts",
    )
    parser.add_argument(
        "--scale", type=float, default=0.2, help="size of the simulated company, for the same (default 0.2)"
    )
    parser.add_argument(
        "--series", type=int, default=10_000, help="weekly series of the benchmark of forecasts (10000)"
    )
    parser.add_argument(
        "--deployment",
        action="append",
        default=[],
        metavar="NAME=WEFT.TOML",
        help="a finished run to read instead of making one: adventureworks=… or fashion=…, for the benchmark of forecasts",
    )
    options = parser.parse_args()
    unknown = set(options.names) - {*BENCHMARKS, *NAMED_ONLY}
    if unknown or options.rows < 1 or options.pairs < 1:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}" if unknown else "--rows and --pairs start at 1")
    chosen = options.names or BENCHMARKS
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as scratch:
        if "landing" in chosen:
            print(compare_landing(Path(scratch) / "landing", options.rows, options.pairs))
        if "publication" in chosen:
            print(measure_publication(Path(scratch) / "publication", options.rows, options.pairs))
        if "customers" in chosen:
            from benchmarks.customers import measure_customers

            for line in measure_customers(Path(scratch) / "customers", options.data, options.scale, options.rows):
                print(line, flush=True)
        if "forecasts" in chosen:
            from benchmarks.forecasts import Context, measure_forecasts

            finished = {name: Path(path) for name, _, path in (given.partition("=") for given in options.deployment)}
            context = Context(Path(scratch) / "forecasts", options.data, finished, options.scale, options.series)
            for line in measure_forecasts(context):
                print(line, flush=True)


if __name__ == "__main__":
    main()
