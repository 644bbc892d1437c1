"""What is wrong and how to mend it: one line per check."""

from __future__ import annotations

import os
import sys
import time

from agent import disk_rights, safety, settings
from agent.collectors import SECTIONS
from agent.errors import AgentError
from agent.machine import Machine
from agent.report import collect
from agent.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agent.settings import Settings

GOOD, CURIOUS, WRONG = "ok", "note", "WRONG"
_CLOCK_TOLERANCE_SECONDS = 60
_OLDEST_PYTHON = (3, 9)
_STARTER = "/usr/bin/cadastre-agent"


def examine(folder: str, entry: str) -> Iterator[tuple[str, str]]:
    """(verdict, sentence) of every check, in the order a person would mend things."""
    yield _python()
    yield _account()
    yield _code(entry)
    chosen, progress = None, {}
    try:
        state = State(folder)
        yield GOOD, f"{state.folder} is this account's alone."
        chosen = settings.load(state)
        state.key()
        progress = state.progress()
        yield GOOD, f"Enrolled as {state.agent_id()} with {chosen.server}."
    except AgentError as error:
        yield WRONG, str(error)
    if chosen is not None:
        yield from _server(chosen)
    for well, sentence in disk_rights.verdicts(Machine(), progress, _started(entry)):
        yield (GOOD if well else CURIOUS), sentence
    yield from _collectors(chosen)


def _python() -> tuple[str, str]:
    version = sys.version_info[:2]
    words = f"Python {version[0]}.{version[1]} on {sys.platform}"
    if version < _OLDEST_PYTHON:
        return WRONG, f"{words}: the agent needs Python 3.9 or newer."
    return GOOD, f"{words}."


def _account() -> tuple[str, str]:
    if os.name == "posix" and os.geteuid() != 0:
        return CURIOUS, "Not root: serial numbers and other users' processes stay unknown."
    return GOOD, "Runs as an account that may see the whole machine."


def _code(entry: str) -> tuple[str, str]:
    try:
        safety.refuse_open_folder(safety.code_folder(entry))
    except AgentError as error:
        return WRONG, str(error)
    return GOOD, f"The program lies in {safety.code_folder(entry)}, closed to other accounts."


def _started(entry: str) -> str:
    """Return how a person starts this agent, `entry` being its program file."""
    known = os.path.exists(_STARTER) or getattr(sys, "frozen", False)
    return "cadastre-agent" if known else f"{sys.executable} {entry}"


def _server(chosen: Settings) -> Iterator[tuple[str, str]]:
    from email.utils import mktime_tz, parsedate_tz  # noqa: PLC0415 - brought by http.client

    from agent.sender import Sender  # noqa: PLC0415 - only where there is a server to ask

    started = time.monotonic()
    try:
        answer = Sender(chosen).healthy()
    except AgentError as error:
        yield WRONG, f"{error} Is the address right, and does the proxy let it pass?"
        return
    took = round((time.monotonic() - started) * 1000)
    verdict = GOOD if answer.status == 200 else WRONG
    yield verdict, f"{chosen.server}/healthz answers {answer.status} in {took} ms."
    date = parsedate_tz(answer.headers.get("Date", ""))
    if date is None:
        return
    off = round(time.time() - mktime_tz(date))
    if abs(off) > _CLOCK_TOLERANCE_SECONDS:
        yield (
            CURIOUS,
            f"This machine's clock is {off:+d} s off the server's: check its time service.",
        )


def _collectors(chosen: Settings | None) -> Iterator[tuple[str, str]]:
    machine = Machine(asks_cloud=chosen is not None and chosen.cloud_id)
    for section in chosen.sections if chosen else SECTIONS:
        started = time.process_time()
        found, problems = collect(machine, [section])
        milliseconds = (time.process_time() - started) * 1000
        if section in problems:
            yield CURIOUS, f"{section}: {problems[section]}."
        if section in found:
            yield GOOD, f"{section}: {_amount(found[section])}, {milliseconds:.1f} ms CPU."


def _amount(content: object) -> str:
    if isinstance(content, dict):
        content = content.get("rows", content)
    count = len(content) if isinstance(content, (list, dict)) else 0
    return f"{count} {'fields' if isinstance(content, dict) else 'entries'}"
