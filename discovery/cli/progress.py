"""The progress of a sweep on standard error: a bar with rate and time left."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from discovery.findings import ScanProgress


class ProgressBar:
    """Shows how far a scan has come; silent where nobody watches (no terminal)."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task: TaskID | None = None
        self.last: ScanProgress | None = None

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: ScanProgress) -> None:
        """Take in how far it has come; may be called from another thread."""
        self.last = progress
        if self._task is None:
            self._task = self._bar.add_task("", total=progress.total)
        self._bar.update(self._task, completed=progress.asked, description=describe(progress))


def describe(progress: ScanProgress) -> str:
    """Return one line about a scan under way.

    >>> describe(ScanProgress(4094, 2000, 12, 10, 2100, 2.0))
    '2,000 of 4,094 addresses, 12 answered, 10 read, 1,000/s, 2 s left'
    """
    left = progress.seconds_left
    ending = "" if left is None else f", {_duration(left)} left"
    if progress.asked >= progress.total:
        ending = ""
    return (
        f"{progress.asked:,} of {progress.total:,} addresses, {progress.answered:,} answered, "
        f"{progress.read:,} read, {progress.rate:,.0f}/s{ending}"
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
