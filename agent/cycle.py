"""One cycle: collect, deliver what waited, deliver what changed, say when to come again."""

from __future__ import annotations

import os
import sys
import time

from agent import readings, report, settings
from agent.errors import EXIT_DONE, AgentError, KeyRefused, ReportRefused, ServerAway
from agent.machine import Machine
from agent.sender import Sender
from agent.spool import Spool
from agent.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agent.settings import Settings

DEFAULT_INTERVAL_SECONDS = 3600
SHORTEST_INTERVAL_SECONDS = 10
LONGEST_INTERVAL_SECONDS = 7 * 86400
FIRST_RETRY_SECONDS = 60
# Agents told the same interval drift apart by up to this share of it.
_SPREAD = 0.1
_DEADLINE_SECONDS = 900


class Cycle:
    """One cycle of one agent; `say` gets sentences for the log."""

    def __init__(
        self, state: State, chosen: Settings, machine: Machine, say: Callable[[str], None]
    ) -> None:
        self.state = state
        self.settings = chosen
        self.machine = machine
        self.say = say
        self.sender = Sender(chosen)
        self.spool = Spool(state)
        self.progress = state.progress()
        machine.memory = self.progress.setdefault("memory", {})
        machine.asks_cloud = chosen.cloud_id

    def run(self) -> dict[str, Any]:
        """Deliver; the server's last answer. What could not be delivered waits in the spool.

        Raises ServerAway, KeyRefused, ReportRefused; in each case the supervisor is told when to
        try again.
        """
        wait = self._interval()
        try:
            answer = self._deliver()
        except ServerAway as away:
            failures = self.progress["failures"] = self.progress.get("failures", 0) + 1
            wait = self._back_off(failures, away.retry_after_seconds)
            raise
        except AgentError:
            wait = self._interval() + jitter(self._interval())
            raise
        else:
            self.progress["failures"] = 0
            wait = self._interval() + jitter(self._interval() * _SPREAD)
            return answer
        finally:
            self.state.keep_progress(self.progress)
            self.state.keep_next(wait)

    def _deliver(self) -> dict[str, Any]:
        key = self.state.key()
        whole = self._collected()
        try:
            self._deliver_waiting(key)
            sent = report.changed_only(whole, self._acknowledged())
            answer = self._send(report.shortened(sent, self._acknowledged()), key)
        except (ServerAway, KeyRefused):
            self.spool.keep(report.changed_only(whole, self._acknowledged()))
            raise
        return self._send_again(whole, answer, key)

    def _deliver_waiting(self, key: str) -> None:
        waiting = self.spool.waiting()
        if waiting is None:
            return
        try:
            self._send(waiting, key)
        except ReportRefused as refused:
            self.say(f"{refused} A report that had waited is dropped.")
        self.spool.clear()

    def _collected(self) -> dict[str, Any]:
        """Make a whole report under the next number, kept before anybody sees it."""
        found, problems = report.collect(self.machine, self.settings.sections)
        self.progress["sequence"] += 1
        head = report.heading(self.machine, self.state.agent_id(), self.progress["sequence"])
        told = self.progress.get("readings", {})
        age = time.time() - told["at"] if told else None
        due = readings.due(readings.take(self.machine), told.get("values", {}), age)
        if "uptime_seconds" in due:
            due = {**due, **readings.take_daily(self.machine)}
        self.state.keep_progress(self.progress)
        return report.build(head, found, problems, due)

    def _send(self, sent: dict[str, Any], key: str) -> dict[str, Any]:
        answer = self.sender.report(sent, key)
        self._acknowledged().update(
            {section: sent["digests"][section] for section in sent["sections"]}
        )
        self._tell_readings(sent["readings"])
        wished = answer.get("next_report_seconds")
        if isinstance(wished, int) and not isinstance(wished, bool):
            self.progress["interval_seconds"] = min(
                max(wished, SHORTEST_INTERVAL_SECONDS), LONGEST_INTERVAL_SECONDS
            )
        self.state.keep_progress(self.progress)
        return answer

    def _send_again(
        self, whole: dict[str, Any], answer: dict[str, Any], key: str
    ) -> dict[str, Any]:
        """Send the sections the server asks for, once: a server that keeps asking waits a cycle."""
        asked = answer.get("resend")
        wanted = asked if isinstance(asked, list) else []
        sections = {name: whole["sections"][name] for name in wanted if name in whole["sections"]}
        if not sections:
            return answer
        self.progress["sequence"] += 1
        again = {
            **whole,
            "sequence": self.progress["sequence"],
            "sections": sections,
            "readings": {},
        }
        for name in sections:
            self._acknowledged().pop(name, None)
        self.state.keep_progress(self.progress)
        return self._send(again, key)

    def _acknowledged(self) -> dict[str, str]:
        acknowledged: dict[str, str] = self.progress.setdefault("acknowledged", {})
        return acknowledged

    def _tell_readings(self, sent: dict[str, Any]) -> None:
        told = self.progress.setdefault("readings", {"at": 0, "values": {}})
        # Uptime goes out when all of them do; it is what dates the rest.
        if "uptime_seconds" in sent:
            told["at"] = int(time.time())
        told["values"].update(sent)

    def _interval(self) -> float:
        interval: float = self.progress.get("interval_seconds", DEFAULT_INTERVAL_SECONDS)
        return interval

    def _back_off(self, failures: int, retry_after_seconds: float | None) -> float:
        """Full jitter: a fleet cut off together must not come back together.

        A server that named a time is never asked sooner.
        """
        if retry_after_seconds is not None:
            return retry_after_seconds + jitter(max(retry_after_seconds, FIRST_RETRY_SECONDS))
        longest = min(self._interval(), FIRST_RETRY_SECONDS * 2 ** min(failures - 1, 10))
        return max(1.0, jitter(longest))


def jitter(longest_seconds: float) -> float:
    """Return a random time between none and `longest_seconds`."""
    return longest_seconds * int.from_bytes(os.urandom(4), "big") / 2**32


def say(sentence: str) -> None:
    """One line on standard error, where systemd's journal picks it up and dates it."""
    sys.stderr.write(f"cadastre-agent: {sentence}\n")


def run_child(folder: str) -> int:
    """Run one cycle as the supervisor's child; the exit code says how it ended."""
    _arm_deadline()
    try:
        state = State(folder)
        with state.locked():
            Cycle(state, settings.load(state), Machine(), say).run()
    except AgentError as error:
        say(str(error))
        return error.exit_code
    return EXIT_DONE


def _arm_deadline() -> None:
    """End this process if it hangs, on a file server that is away for instance."""
    import signal  # noqa: PLC0415 - http.client has it loaded

    if hasattr(signal, "alarm"):
        signal.alarm(_DEADLINE_SECONDS)
