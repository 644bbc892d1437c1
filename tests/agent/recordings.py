"""Recorded machines, planted below a folder for the agent to read as if it lived there."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from agent.machine import Machine

FOLDER = Path(__file__).parents[1] / "recordings" / "agent"
LINUX_X86 = ("Linux", "db-01", "6.1.0-28-amd64", "x86_64")


def recorded(name: str, place: Path, *, uname: tuple[str, str, str, str] = LINUX_X86) -> Machine:
    """Plant the machine `name` below `place` and return it."""
    plant(place, (FOLDER / f"{name}.machine").read_text().splitlines())
    return Machine(str(place), uname=uname)


def made_of(place: Path, *lines: str) -> Machine:
    """Return a machine made of a few lines in the recordings' notation (README.md there)."""
    plant(place, lines)
    return Machine(str(place), uname=LINUX_X86)


def plant(place: Path, lines: Iterable[str]) -> None:
    """Write every entry of a recording below `place`."""
    place.mkdir(parents=True, exist_ok=True)
    rest = iter(lines)
    for line in rest:
        if line.startswith("/"):
            _plant_one(place, line, rest)


def _plant_one(place: Path, line: str, rest: Iterator[str]) -> None:
    path, _, content = line.partition(" ")
    target = place / path.lstrip("/")
    if path.endswith("/"):
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    sign, _, value = content.partition(" ")
    if sign == "->":
        target.symlink_to(value)
    elif sign == "<<":
        target.write_text("".join(f"{row}\n" for row in _until_end(rest)))
    elif sign == ":=":
        target.write_bytes(value.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    else:
        target.write_text(f"{value}\n")


def _until_end(rest: Iterator[str]) -> Iterator[str]:
    for row in rest:
        if row == ">>":
            return
        yield row
