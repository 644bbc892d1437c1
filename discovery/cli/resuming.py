"""The state of a scan in a file, so that one that was stopped or killed goes on where it was.

Lines of JSON: whose state it is, then each result as it came, and from time to time the address
before which everything is over. Lines are only ever added, so a machine that loses its power loses
the last second of work. A result may be told a second time, none is lost. A sweep keeps the line
that it shows of a device; a network keeps all that the device said, to join it with the others.
"""

import hashlib
import json
import os
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import click

from discovery.findings import DeviceFindings, ScanProgress, Unreachable, Why
from discovery.findings.storing import findings_document, findings_from
from discovery.output.tables import DeviceLine
from discovery.targets.ranges import Targets

Kind = Literal["sweep", "network"]

_FORM = 1
_LONGEST_NAMED = 100


class BadState(ValueError):
    """A state file cannot be used; the text says why."""


@dataclass(slots=True)
class Before:
    """What is known of a scan that was begun earlier."""

    start: str | None = None
    found: list[DeviceLine] = field(default_factory=list)
    visits: list[DeviceFindings] = field(default_factory=list)
    unread: list[Unreachable] = field(default_factory=list)

    @property
    def read(self) -> int:
        """The number of devices that were read."""
        return len(self.found) + len(self.visits)

    def remaining(self, targets: Targets) -> Targets:
        """Return what is still to be asked."""
        kept: list[DeviceLine | DeviceFindings | Unreachable]
        kept = [*self.found, *self.visits, *self.unread]
        return targets.remaining(self.start, [one.address for one in kept])


class SweepState:
    """Keeps the state of one scan; told of results and of progress by two threads."""

    def __init__(self, path: Path, targets: Targets, port: int, kind: Kind = "sweep") -> None:
        self._path = path
        self._kind = kind
        self._mark = _mark_of(targets, port)
        self._named = _named(targets)
        self._waiting: deque[tuple[int, str]] = deque()
        self._taken = 0
        self._told = ""
        self._remaining = targets
        self._file: IO[str] | None = None
        self._lock = threading.Lock()
        self.before = self._read()

    def begin(self, remaining: Targets) -> None:
        """Begin to write. Raises BadState."""
        self._remaining = remaining
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._file = os.fdopen(handle, "a", encoding="utf-8")
            if self.before is None:
                self._write({self._kind: _FORM, "mark": self._mark, "ranges": self._named})
            else:
                self._file.write("\n")  # the last line may have been cut off
        except OSError as error:
            raise BadState(f"{self._path} cannot be written: {error.strerror}") from None

    def take(self, result: DeviceLine | DeviceFindings | Unreachable) -> None:
        """Keep a result. Raises BadState."""
        with self._lock:
            self._write(_line(result))
            self._taken += 1
            self._pass_on()

    def tell(self, progress: ScanProgress) -> None:
        """Keep how far it has come, once the results that belong to it are kept."""
        with self._lock:
            here = self._remaining.address_at(progress.settled) if progress.settled else None
            if here is not None and (not self._waiting or self._waiting[-1][1] != here):
                self._waiting.append((progress.read, here))
            self._pass_on()

    def close(self, *, over: bool) -> None:
        """Stop writing; of a scan that is over nothing is kept."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            if over:
                self._path.unlink(missing_ok=True)

    def _pass_on(self) -> None:
        here = ""
        while self._waiting and self._waiting[0][0] <= self._taken:
            here = self._waiting.popleft()[1]
        if here and here != self._told:
            self._told = here
            self._write({"before": here})

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._file.flush()
        except OSError as error:
            raise BadState(f"{self._path} cannot be written: {error.strerror}") from None

    def _read(self) -> Before | None:
        """Return what is known from before; None where nothing is. Raises BadState."""
        try:
            content = self._path.read_text("utf-8", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadState(f"{self._path} cannot be read: {error.strerror}") from None
        if not content.strip():
            return None
        lines = list(_documents(content))
        if not lines or lines[0].get(self._kind) != _FORM:
            raise BadState(f"{self._path} is no state of a {self._kind}: name another file")
        if lines[0].get("mark") != self._mark:
            whose = lines[0].get("ranges")
            raise BadState(
                f"{self._path} is the state of another {self._kind} ({whose}): "
                "give the same ranges and port, or name another file"
            )
        before = Before()
        for line in lines[1:]:
            _take(before, line)
        return before


def go_on(
    path: Path, targets: Targets, port: int, kind: Kind
) -> tuple[SweepState, Before, Targets]:
    """Take up what a file knows, and begin to write; say how much is over where it knows anything.

    Returns the state, what is known from before, and what is left to be asked. Raises BadState.
    """
    state = SweepState(path, targets, port, kind)
    before = state.before or Before()
    left = before.remaining(targets)
    if state.before is not None:
        asked = len(targets)
        click.echo(
            f"Going on from {path}: {asked - len(left):,} of {asked:,} addresses "
            f"are over, {before.read:,} devices were read.",
            err=True,
        )
    state.begin(left)
    return state, before, left


def say_stopped(path: Path | None) -> None:
    """Say how a scan that was stopped goes on, where its state is kept."""
    if path is not None:
        click.echo(f"Stopped: the same command goes on from {path}.", err=True)


def _line(result: DeviceLine | DeviceFindings | Unreachable) -> dict[str, Any]:
    if isinstance(result, DeviceFindings):
        # What a device is called and who made it is read from these, so a network needs them again.
        particulars = {"particulars": result.particulars}
        return {"visit": findings_document(result) | particulars}
    return {"unread" if isinstance(result, Unreachable) else "found": asdict(result)}


def _documents(content: str) -> Iterator[dict[str, Any]]:
    """Yield the lines that are whole."""
    for line in content.splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict):
            yield document


def _take(before: Before, line: dict[str, Any]) -> None:
    try:
        if "before" in line:
            before.start = str(line["before"])
        elif "found" in line:
            told = line["found"]
            before.found.append(DeviceLine(told["address"], tuple(map(str, told["cells"]))))
        elif "visit" in line:
            before.visits.append(findings_from(line["visit"]))
        elif "unread" in line:
            told = line["unread"]
            before.unread.append(Unreachable(**told | {"why": Why(told["why"])}))
    except (KeyError, TypeError, ValueError):
        return  # of a line that was cut off and still reads as one: the device is asked again


def _mark_of(targets: Targets, port: int) -> str:
    return hashlib.sha256(f"{targets} port {port}".encode()).hexdigest()[:16]


def _named(targets: Targets) -> str:
    words = str(targets)
    return words if len(words) <= _LONGEST_NAMED else f"{words[:_LONGEST_NAMED]}…"
