"""`weft identity`: why records are one person, which pairs to look at, and the same for a file of people.

Comes in: what a person asks. Goes out: tables on the terminal, CSV files. Called by the command.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.options import Config

app = typer.Typer(help="Who is who: records of several systems that are one person.", no_args_is_help=True)


@app.command()
def why(
    key: Annotated[str, typer.Argument(help="A person_key, customer_key or lead_key.")], config: Config = None
) -> None:
    """Say why the records of a person are hers."""
    from customers.identity.trace import trace_person
    from customers.rights.audit import record as log_access
    from customers.rights.audit import who
    from warehouse.lake import connect_publication
    from warehouse.settings import load_settings

    settings, console = load_settings(config), Console(highlight=False)
    with connect_publication(settings) as con:
        trace = trace_person(con, key, settings.identity.match_probability)
    log_access(settings, "identity why", who(), person=trace.person_key)
    number = {record[0]: str(place) for place, record in enumerate(trace.records, start=1)}
    console.print(f"Person {trace.person_key}: {len(trace.records)} records", markup=False)
    records = Table("", "system", "kind", "name", "e-mail", "phone", "place", "record")
    for record in trace.records:
        records.add_row(number[record[0]], *[str(cell or "") for cell in record[1:]], record[0])
    console.print(records)
    links = Table("records", "linked by", "probability", "what agrees, and how many doublings of the odds it is worth")
    for link in trace.links:
        links.add_row(
            f"{number[link.left_key]} – {number[link.right_key]}",
            link.linked_by,
            f"{link.match_probability:.4f}",
            link.evidence,
        )
    console.print(links if trace.links else "No links: the record stands alone.")


@app.command()
def review(config: Config = None) -> None:
    """Write the list of doubtful pairs."""
    from customers.identity.trace import write_review_list
    from customers.rights.audit import record as log_access
    from customers.rights.audit import who
    from warehouse.lake import connect_publication
    from warehouse.settings import load_settings

    settings = load_settings(config)
    with connect_publication(settings) as con:
        path, count = write_review_list(con, settings)
    log_access(settings, "identity review", who(), rows=count)
    Console(highlight=False).print(
        f"{count:,} pairs to look at in {path}. Fill in same_person (yes or no) and decided_by, and save it as "
        f"{settings.root / settings.identity.decisions}; the next run follows it.",
        markup=False,
    )


@app.command(name="file")
def of_file(
    path: Annotated[Path, typer.Argument(help="A CSV file with one row per record; columns are known by their names.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write record_key, person_key, linked_by.")
    ] = None,
    truth: Annotated[
        str | None,
        typer.Option("--truth", metavar="COLUMN", help="The column that says who the record is, to measure with."),
    ] = None,
    probability: Annotated[
        float, typer.Option("--probability", help="Pairs at least this likely are one person.")
    ] = 0.95,
) -> None:
    """Put the people of a CSV file together, without a warehouse."""
    import polars as pl

    from customers.identity.alone import measure, read_records, resolve_alone
    from warehouse.errors import WeftError

    console = Console(highlight=False, soft_wrap=True)
    records = read_records(path)
    resolved = resolve_alone(records, probability)
    console.print(f"{path}: {records.height:,} records, {resolved['person_key'].n_unique():,} persons", markup=False)
    if out is not None:
        resolved.write_csv(out)
        console.print(f"Written to {out}", markup=False)
    if truth is not None:
        known = pl.read_csv(path, infer_schema=False)
        known = known.rename({name: name.strip().lower() for name in known.columns})
        if truth.lower() not in known.columns:
            raise WeftError(f"{path} has no column {truth}; it has {', '.join(known.columns)}.")
        quality = measure(resolved, records.select("record_key").with_columns(person=known[truth.lower()]))
        console.print(
            f"precision {quality.precision:.4f}, recall {quality.recall:.4f}, F1 {quality.f1:.4f} over {quality.true_pairs:,} true pairs",
            markup=False,
        )
