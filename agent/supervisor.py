"""The loop that sleeps: it starts one short-lived child per cycle and remembers nothing.

It imports os, sys, time and what starts its children, so a machine carries an interpreter and no
more between two reports. What the server wished for comes from the child as one number in the file
`next`.
"""

from __future__ import annotations

import os
import sys
import time

from agent.precompiled import Precompiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

FALLBACK_SECONDS = 300.0
START_SPREAD_SECONDS = 120.0
_SLICE_SECONDS = 60.0


def supervise(entry: str, folder: str) -> int:
    """Report for ever, `entry` being the program file of the agent. Ends on Ctrl-C with 0.

    The first cycle ever runs at once. After a restart the old appointment is kept; one that has
    passed is spread over two minutes, because a fleet restarts together.
    """
    program = Precompiled(entry, own_command(entry))
    try:
        cycles(folder, lambda: _run(spawnable([*program.command(), "cycle", folder])), sleep)
    except KeyboardInterrupt:
        return 0
    finally:
        program.close()


def cycles(folder: str, run: Callable[[], None], rest: Callable[[float], None]) -> NoReturn:
    """Run one cycle after another for ever: `rest` sleeps so many seconds in between.

    It ends by what one of them raises.
    """
    path = os.path.join(folder, "next")
    rest(_first_wait(path))
    while True:
        _forget(path)
        run()
        rest(_wait(path))


def _run(child: list[str]) -> None:
    code = os.spawnv(os.P_WAIT, sys.executable, child)  # noqa: S606 - our own program
    if code < 0:
        sys.stderr.write(f"cadastre-agent: the cycle was stopped by signal {-code}.\n")


def own_command(entry: str) -> list[str]:
    """Return what starts this agent anew, `entry` being its program file.

    On Linux without site packages, which costs a third of the memory; elsewhere psutil lies in
    them. A program frozen into one file is its own interpreter.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable]
    bare = ["-I", "-S"] if sys.platform.startswith("linux") else ["-I"]
    return [sys.executable, *bare, entry]


def spawnable(words: list[str]) -> list[str]:
    """Return a command as os.spawnv and os.execv take it: Windows parts words at blanks again."""
    return [f'"{word}"' for word in words] if os.name == "nt" else words


def _first_wait(path: str) -> float:
    try:
        written = os.stat(path).st_mtime
    except OSError:
        return 0.0
    wait = _wait(path)
    left = written + wait - time.time()
    # An appointment further off than it ever was means that the clock was turned.
    return left if 0 < left <= wait else _random(START_SPREAD_SECONDS)


def _wait(path: str) -> float:
    try:
        with open(path, encoding="ascii") as file:
            return float(file.read(32))
    except (OSError, ValueError):
        return FALLBACK_SECONDS + _random(FALLBACK_SECONDS)


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def sleep(seconds: float, nap: Callable[[float], None] = time.sleep) -> None:
    """Sleep by naps of a minute at most, so that a machine's own sleep counts."""
    end = _now() + seconds
    while True:
        left = end - _now()
        if left <= 0:
            return
        nap(min(left, _SLICE_SECONDS))


def _now() -> float:
    # The boot-time clock runs on while a laptop sleeps, and nobody can turn it.
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _random(longest: float) -> float:
    return longest * int.from_bytes(os.urandom(4), "big") / 2**32
