"""The report as it would leave this machine, made without leaving a trace."""

from __future__ import annotations

from agent import readings, report, settings
from agent.collectors import SECTIONS
from agent.errors import AgentError, SettingsError
from agent.machine import Machine
from agent.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def preview(folder: str, sections: Sequence[str]) -> dict[str, Any]:
    """Return a whole report with every reading.

    Works before enrolment and without rights: id and sequence are then made up. Raises
    SettingsError for a section that does not exist.
    """
    unknown = [section for section in sections if section not in SECTIONS]
    if unknown:
        known = ", ".join(SECTIONS)
        raise SettingsError(f"There is no section {unknown[0]!r}; there are: {known}.")
    agent_id, sequence, memory, chosen = _known(folder)
    machine = Machine(memory=memory, asks_cloud=chosen is not None and chosen.cloud_id)
    configured = chosen.sections if chosen else list(SECTIONS)
    found, problems = report.collect(machine, sections or configured)
    head = report.heading(machine, agent_id, sequence)
    return report.build(head, found, problems, readings.take(machine))


def _known(folder: str) -> tuple[str, int, dict[str, Any], settings.Settings | None]:
    try:
        state = State(folder)
        chosen = settings.load(state)
        progress = state.progress()
        sequence = progress["sequence"] + 1
        return state.agent_id(), sequence, progress.get("memory", {}), chosen
    except AgentError:
        return report.new_agent_id(), 0, {}, None
