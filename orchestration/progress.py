"""What a person sees while a run works.

Comes in: stages as they advance. Goes out: a line per finished stage, and, on a terminal, the stage at work with a
spinner. Called by the headless run.
"""

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from orchestration.events import Stage

MARKS = {"done": "[green]✓[/]", "failed": "[red]✗[/]", "skipped": "[dim]·[/]", "warned": "[yellow]![/]"}


class Progress:
    """Prints to a console; plain lines when it is no terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._status: Status | None = None

    def __enter__(self) -> "Progress":
        if self.console.is_terminal:
            self._status = self.console.status("Starting")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def say(self, text: str) -> None:
        """Print one line."""
        self.console.print(escape(text), soft_wrap=True)

    def working(self, stage: Stage) -> None:
        """Show that a stage is at work; only a terminal shows it."""
        if self._status is not None:
            over = len(stage.finished | stage.failed)
            steps = f" {over}/{len(stage.steps)}" if len(stage.steps) > 1 else ""
            self._status.update(escape(f"{stage.title}{steps}  {stage.note}"))

    def finished(self, stage: Stage) -> None:
        """Print the line of a stage that is over."""
        if stage.is_skipped:
            kind = "skipped"
        elif stage.failed:
            kind = "failed"
        else:
            kind = "warned" if stage.failed_checks else "done"
        seconds = "" if kind == "skipped" else f"{stage.seconds:6.1f} s"
        line = f"{MARKS[kind]} {escape(stage.title):<30}{seconds:>9}  {escape(_details(stage))}"
        self.console.print(line.rstrip(), soft_wrap=True)


def _details(stage: Stage) -> str:
    if stage.is_skipped:
        return "skipped"
    if stage.is_landing:
        failed = f", {len(stage.failed_checks)} could not be read" if stage.failed_checks else ""
        count = len(stage.steps)
        return f"{count} {'entity' if count == 1 else 'entities'}, {stage.rows:,} new rows{failed}"
    parts = []
    if stage.tables > 1 or stage.rows:
        parts.append(f"{stage.tables} table{'s' if stage.tables > 1 else ''}")
    if stage.rows:
        parts.append(f"{stage.rows:,} rows")
    if stage.checks:
        parts.append(f"{stage.checks - len(stage.failed_checks)} of {stage.checks} checks passed")
    return ", ".join(parts) or stage.note
