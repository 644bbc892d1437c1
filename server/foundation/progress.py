"""How far a long piece of work has come, said once for command lines and for jobs."""

from typing import Protocol


class Reporter(Protocol):
    """Told by the work; shown by whoever waits for it."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Start a stretch of ``total`` steps; None when nobody can know how many."""

    def advance(self, steps: int = 1) -> None:
        """Say that ``steps`` more are done."""

    def note(self, text: str) -> None:
        """Say something worth reading once."""


class SilentReporter:
    """For work nobody watches."""

    def begin(self, what: str, total: int | None = None) -> None:
        """Say nothing."""

    def advance(self, steps: int = 1) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""
