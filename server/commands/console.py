"""How a command speaks: progress for people, plain lines for files and pipes."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as Elapsed
from rich.table import Table

#: A plain line about a long piece of work comes at most every so many parts of it.
_PLAIN_PARTS = 10


def say(text: str) -> None:
    """Write one line to standard output, at once."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Write one line to standard error, at once."""
    print(text, file=sys.stderr, flush=True)


def done(text: str) -> None:
    """Say that a step is finished."""
    console = Console()
    if console.is_terminal:
        console.print(f"[green]✓[/green] {escape(text)}", highlight=False)
    else:
        say(text)


def ask_secret(what: str, *, twice: bool = False) -> str:
    """Ask for a secret without showing it; what is no terminal gives it as its next line.

    ``twice``: let a person repeat it. Raises ``click.UsageError`` where there is none.
    """
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, confirmation_prompt=twice))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.UsageError(f"{what}: none was given on standard input")
    return given


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table: drawn for a terminal, tab-separated for everything else."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            say("\t".join(row))
        return
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something without countable steps is going on; say so when it is finished."""
    console = Console()
    if console.is_terminal:
        with console.status(escape(what)):
            yield
    else:
        say(f"{what} …")
        yield


@contextmanager
def reporting() -> Iterator["TerminalReporter | PlainReporter"]:
    """Yield a reporter (``foundation.progress``): a bar on a terminal, else a line now and then."""
    console = Console()
    if not console.is_terminal:
        yield PlainReporter(say)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Elapsed())
    with Progress(*columns, console=console) as progress:
        yield TerminalReporter(progress)


class TerminalReporter:
    """A progress bar for each stretch of the work."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int | None = None) -> None:
        """Start a bar."""
        self._task = self._progress.add_task(escape(what), total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def note(self, text: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(escape(text), highlight=False)


class PlainReporter:
    """A line at the beginning and after each tenth of the work."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._what = ""
        self._total: int | None = None
        self._done = 0
        self._said = 0

    def begin(self, what: str, total: int | None = None) -> None:
        """Name the stretch."""
        self._what, self._total, self._done, self._said = what, total, 0, 0
        self._write(f"{what} …" if total is None else f"{what}: {total}")

    def advance(self, steps: int = 1) -> None:
        """Count, and speak when another tenth is done."""
        self._done += steps
        if not self._total:
            return
        part = min(self._done, self._total) * _PLAIN_PARTS // self._total
        if part > self._said:
            self._said = part
            self._write(f"{self._what}: {self._done} of {self._total}")

    def note(self, text: str) -> None:
        """Write the line."""
        self._write(text)
