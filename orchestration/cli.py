"""The `weft` command.

Comes in: what a person types. Goes out: exit codes and text; problems as one clear line, tracebacks only with
WEFT_DEBUG=1. Installed as the console script `weft`. Heavy imports stay inside the commands, so that help is instant.
"""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from orchestration.demand import forecast
from orchestration.identity import app as identity_app
from orchestration.options import Config
from orchestration.planning import plan
from warehouse.errors import WeftError

app = typer.Typer(
    name="weft",
    help="Weft joins the exports of ERP, CRM and SCM systems into one warehouse, checks it, and publishes it.",
    epilog="Start with: weft init my-company",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


app.add_typer(identity_app, name="identity")
app.command()(plan)


def main() -> None:
    """Run the command; every problem ends in one message and an exit code."""
    try:
        app()
    except WeftError as error:
        _fail(error, str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        _fail(error, f"Unexpected {type(error).__name__}: {error}\nSet WEFT_DEBUG=1 to see where it happened.")


def _fail(error: Exception, message: str) -> None:
    if os.environ.get("WEFT_DEBUG") == "1":
        raise error
    Console(stderr=True, soft_wrap=True).print(f"[red bold]Error:[/] {escape(message)}", highlight=False)
    sys.exit(1)


@app.command()
def run(
    config: Config = None,
    force: Annotated[
        bool, typer.Option("--force", "--full-refresh", help="Rebuild and publish although nothing new has come.")
    ] = False,
) -> None:
    """Land new exports, build and audit the marts, and publish them.

    Exit code 0: published, or nothing to do.
    Exit code 2: published, but some deliveries could not be read; `weft status` names them.
    Exit code 1: not published; the last publication goes on being served.
    """
    from customers.rights.retention import rules
    from orchestration.progress import Progress
    from orchestration.run import run as execute
    from orchestration.summary import print_summary
    from warehouse.settings import load_settings

    settings = load_settings(config)
    rules(settings)
    # The run sends everything that is printed to its log; the display keeps the real terminal.
    with open(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as terminal:
        console = Console(file=terminal, highlight=False)
        summary = execute(settings, Progress(console), force=force)
        print_summary(summary, settings, console)
    raise typer.Exit(summary.exit_code)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT; - reads it from standard input.")],
    form: Annotated[str, typer.Option("--format", metavar="table|csv|json", help="How to write the rows.")] = "table",
    publication: Annotated[
        int | None, typer.Option("--publication", metavar="ID", help="An earlier publication instead of the current.")
    ] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="Who asks: engineer sees personal data, analyst and no role do not.")
    ] = None,
    config: Config = None,
) -> None:
    """Answer one SELECT from the published snapshot, read-only.

    Tables of the schema marts need no schema name: weft sql "select count(*) from fct_order_line"
    """
    from orchestration.query import FORMATS, answer, write_answer
    from warehouse.settings import load_settings

    if form not in FORMATS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    text = sys.stdin.read() if query == "-" else query
    with answer(load_settings(config), text, publication, role) as found:
        try:
            write_answer(found, form, sys.stdout)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of a pipe has seen enough. Python would complain once more when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def publications(config: Config = None) -> None:
    """List the publications that are kept, and which of them is being read."""
    from orchestration.publications import print_publications
    from warehouse.settings import load_settings

    print_publications(load_settings(config), Console(highlight=False))


@app.command()
def rollback(
    publication: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="The publication to go back to; else the one before.")
    ] = None,
    config: Config = None,
) -> None:
    """Let everyone read an earlier publication again. Nothing is deleted; the next run publishes anew."""
    from warehouse.lock import writer_lock
    from warehouse.publication import rollback as go_back
    from warehouse.settings import load_settings

    settings = load_settings(config)
    with writer_lock(settings, "weft rollback"):
        chosen = go_back(settings, publication)
    Console(highlight=False).print(f"Publication {chosen.publication_id} of {chosen.published_at} is current now.")


@app.command()
def export(
    publication: Annotated[
        int | None, typer.Option("--publication", metavar="ID", help="An earlier publication instead of the current.")
    ] = None,
    config: Config = None,
) -> None:
    """Write the planners' CSV files again, for example after a rollback."""
    from distribution.planner_exports import export_all
    from warehouse.publication import current_publication_id
    from warehouse.settings import load_settings

    settings = load_settings(config)
    chosen = current_publication_id(settings) if publication is None else publication
    if chosen is None:
        raise WeftError("Nothing is published yet. `weft run` makes the first publication.")
    for file in export_all(settings, chosen):
        Console(highlight=False, soft_wrap=True).print(f"{file.path}: {file.rows:,} rows", markup=False)


@app.command()
def audiences(
    export: Annotated[
        str | None, typer.Option("--export", metavar="NAME", help="Write the files of one audience now; all: of each.")
    ] = None,
    config: Config = None,
) -> None:
    """List the audiences of weft.toml with their sizes, or write their files.

    A run writes them after it has published. Writing them again heeds the file of suppressions as it is now.
    """
    from customers.audiences import count_audiences, export_audience, export_audiences
    from orchestration.audiences import print_audiences
    from warehouse.publication import current_publication_id
    from warehouse.settings import load_settings

    settings = load_settings(config)
    publication = current_publication_id(settings)
    if publication is None:
        raise WeftError("Nothing is published yet. `weft run` makes the first publication.")
    if export is None:
        found = count_audiences(settings, publication)
    elif export == "all":
        found = export_audiences(settings, publication)
    else:
        found = [export_audience(settings, export, publication)]
    print_audiences(settings, found, Console(highlight=False, soft_wrap=True))


@app.command()
def acknowledge(config: Config = None) -> None:
    """Write the answers to EDI partners: which of their files were read, and what was wrong with the others.

    One X12 997 or EDIFACT CONTRL file for each published interchange, once, in exports/edi/ack/.
    Beside them, acknowledgements.csv says the same in words. Sending them is left to you.
    """
    from distribution.edi_acknowledgements import write_acknowledgements
    from extractors.pack import load_pack
    from warehouse.settings import load_settings

    settings = load_settings(config)
    console = Console(highlight=False, soft_wrap=True)
    written = 0
    for system, chosen in settings.systems.items():
        own_ids = [own.strip() for own in chosen.options.get("own_ids", "").split(",") if own.strip()]
        for entity, described in load_pack(chosen.pack).entities.items():
            if described.format == "edi":
                for path in write_acknowledgements(settings, system, entity, own_ids):
                    console.print(str(path), markup=False)
                    written += 1
    if not written:
        console.print("Nothing to answer: no interchange has come since the last time.")


@app.command("erase-customer")
def erase_customer(
    person: Annotated[
        str | None,
        typer.Argument(metavar="[WHO]", help="A person key, customer key, number (shopify:72…) or e-mail address."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decided it, for the audit log.")] = None,
    config: Config = None,
) -> None:
    """Erase a person from raw, staging, marts, exports, logs and every old snapshot, and prove it.

    Ids, quantities and money stay, so that totals do not change. Later deliveries do not bring her back.
    An erasure that was interrupted is finished first; without WHO nothing else is done.
    The files in the inboxes are the source systems' and stay; those that hold her are listed.
    """
    from orchestration.rights import erase_customer as erase
    from warehouse.settings import load_settings

    settings = load_settings(config)
    with open(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as terminal:
        console = Console(file=terminal, highlight=False, soft_wrap=True)
        code = erase(settings, person, by=by, is_dry_run=dry_run, is_sure=yes, console=console)
    raise typer.Exit(code)


@app.command("export-customer")
def export_customer(
    person: Annotated[str, typer.Argument(metavar="WHO", help="As for weft erase-customer.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The ZIP to write; else in this folder.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who asked, for the audit log.")] = None,
    config: Config = None,
) -> None:
    """Write all that is known of a person into a ZIP: the answer to an access request."""
    from orchestration.rights import export_customer as write
    from warehouse.settings import load_settings

    write(load_settings(config), person, out, by=by, console=Console(highlight=False, soft_wrap=True))


@app.command()
def status(config: Config = None) -> None:
    """Show the last run, how fresh each system is, and what was refused and why.

    Rejected rows could not be read; rows in quarantine were read, but cannot be true.
    Each is listed with its file, line, column, value and the reason.
    It may be called while a run is at work.
    """
    from orchestration.status import print_status
    from warehouse.settings import load_settings

    print_status(load_settings(config), Console(highlight=False))


@app.command()
def ui(
    port: Annotated[int | None, typer.Option("--port", help="Instead of [ui] port in weft.toml.")] = None,
    config: Config = None,
) -> None:
    """Open Dagster on this machine: graph, runs, checks, schedule and inbox sensor."""
    from orchestration.dbt import prepare_manifest
    from orchestration.instance import prepare_dagster_home
    from warehouse.settings import load_settings

    settings = load_settings(config)
    prepare_manifest(settings)
    prepare_dagster_home(settings)
    os.environ["WEFT_CONFIG"] = str(settings.config_path)
    os.environ["PYTHONWARNINGS"] = "ignore:Function `dev_command` is superseded"
    port = port or settings.ui.port
    Console(highlight=False).print(f"Dagster opens at http://127.0.0.1:{port} (Ctrl-C ends it)")
    # A shell that starts this in the background has it ignore Ctrl-C, and Dagster would then ignore SIGTERM as well.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    dagster = str(Path(sys.executable).with_name("dagster"))
    arguments = ["dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(port)]
    os.execv(dagster, [dagster, *arguments])


@app.command()
def dashboards(
    port: Annotated[int | None, typer.Option("--port", help="Instead of [dashboards] port in weft.toml.")] = None,
    config: Config = None,
) -> None:
    """Open the dashboards on the current publication."""
    from warehouse.settings import load_settings

    settings = load_settings(config)
    port = port or settings.dashboards.port
    module = [sys.executable, "-m", "dashboards", "--config", str(settings.config_path), "--port", str(port)]
    os.execv(sys.executable, module)


@app.command()
def init(directory: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> None:
    """Start a deployment: a commented weft.toml and an inbox for each system."""
    from orchestration.scaffold import create_deployment

    Console(highlight=False, soft_wrap=True).print(create_deployment(directory), markup=False)


@app.command("new-source")
def new_source(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What the system is to be called: small letters, digits, underscores.")
    ],
    samples: Annotated[
        list[Path],
        typer.Option(
            "--from",
            metavar="FILE",
            help="An export: CSV, JSON lines, Parquet, Excel. Repeat it for each kind of file.",
        ),
    ],
) -> None:
    """Teach Weft a system that it does not know, from a sample of its exports.

    For example: weft new-source shop --from orders.csv --from customers.csv.gz

    It finds out formats, types, keys and what the columns mean, and says why.
    It drafts a pack, which says how to read the exports, and staging models in SQL, which map them.
    Read and correct both. They are written into this installation; nothing that exists is overwritten.
    """
    from extractors.drafting.draft import draft_source
    from orchestration.drafted import print_draft

    print_draft(name, draft_source(name, samples), Console(highlight=False, soft_wrap=True))


app.command("forecast")(forecast)


@app.command(context_settings={"ignore_unknown_options": True})
def dbt(
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="-- ARGS", help="What dbt is asked: build --select dim_product")
    ] = None,
    config: Config = None,
) -> None:
    """Call dbt with this deployment's lake, profile and vars: weft dbt -- build --select dim_product

    What it writes is seen by nobody until a run has audited and published it.
    """
    from contextlib import nullcontext

    from orchestration.dbt import command_line, dbt_environment, only_reads
    from warehouse.lock import writer_lock
    from warehouse.settings import load_settings

    settings = load_settings(config)
    words = arguments or ["--help"]
    with nullcontext() if only_reads(words) else writer_lock(settings, f"weft dbt {words[0]}"):
        finished = subprocess.run(command_line(settings, words), env=dbt_environment(settings))
    raise typer.Exit(finished.returncode)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="An inbox: one folder per system is made in it.")],
    scale: Annotated[
        float, typer.Option("--scale", help="How much: 1 is about 50,000 orders in three years, 0.01 takes a moment.")
    ] = 1.0,
    seed: Annotated[
        int, typer.Option("--seed", help="Another seed is another company; the same seed writes the same bytes.")
    ] = 1,
    day: Annotated[
        str | None,
        typer.Option(
            "--day", metavar="YYYY-MM-DD", help="Only what changed on this day, instead of everything until --end."
        ),
    ] = None,
    end: Annotated[
        str,
        typer.Option("--end", metavar="YYYY-MM-DD", help="The day on which everything that is written was exported."),
    ] = "2026-10-31",
    dirt: Annotated[
        float,
        typer.Option("--dirt", help="Share of rows with a planted error; truth/ names each."),
    ] = 0.002,
) -> None:
    """Write the exports of an invented fashion company, to try Weft before your own are at hand.

    First: weft simulate --out examples/fashion/inbox
    Then: weft run --config examples/fashion/weft.toml

    Shop, ERP, CRM, service desk, warehouse, carriers and factory write a folder each.
    The folder truth/ says what a warehouse must find in them; no system reads it.
    With --day, and scale, seed and dirt as before, come the changes of a later day.
    """
    from simulation.simulate import simulate as write

    written = write(out, scale, seed, _day(day, "--day") if day else None, _day(end, "--end"), dirt)
    Console(highlight=False, soft_wrap=True).print(
        f"{out}: {len(written.files)} files, {written.orders:,} orders, {written.planted_errors:,} planted errors",
        markup=False,
    )


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-10-31", param_hint=option) from None
