"""How probes, visits and scans went."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one probe brings: fields of ``DeviceFindings`` by name, and what it could not get.

    ``cut_short`` says that reading was broken off, so that rows may be missing that are there;
    complaints alone are about what the device never answers.
    """

    fields: Mapping[str, object]
    rows: int
    complaints: tuple[str, ...] = ()
    cut_short: bool = False


class ProbeState(StrEnum):
    """How a probe ended."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """How one probe ended, how many rows it brought, and why it is not complete.

    ``cut_short``: rows may be missing that the device has (see ``Harvest``).
    """

    probe: str
    state: ProbeState
    rows: int = 0
    seconds: float = 0.0
    reason: str = ""
    cut_short: bool = False


class Why(StrEnum):
    """Why a device could not be read."""

    SILENT = "silent"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"
    UNINTELLIGIBLE = "unintelligible"
    SLOW = "slow"
    UNSENDABLE = "unsendable"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No findings: ``why`` for programs, ``reason`` as one sentence for people."""

    address: str
    port: int
    why: Why
    reason: str


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan has come; counts are addresses, except ``sent`` (packets).

    The first ``settled`` addresses of the targets are over: they were silent, or are among the
    first ``read`` results.
    """

    total: int
    asked: int
    answered: int
    read: int
    sent: int
    elapsed_seconds: float
    settled: int = 0

    @property
    def rate(self) -> float:
        """Addresses settled per second since the start."""
        return self.asked / self.elapsed_seconds if self.elapsed_seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """A guess from the rate so far; None while there is none."""
        return (self.total - self.asked) / self.rate if self.rate > 0 else None
