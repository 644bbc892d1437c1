"""Enrolment: a token, usable once or by a group, is traded for a key of this agent alone."""

from __future__ import annotations

from agent import settings
from agent.machine import Machine
from agent.sender import Sender
from agent.settings import Settings
from agent.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def enrol(folder: str, wanted: dict[str, Any], token: str) -> str:
    """Enrol with the server in `wanted` (see Settings) and keep key and settings in `folder`.

    Returns the agent's id. Nothing is kept unless the server agreed. Enrolling again keeps the
    id and makes the next report a full one.
    """
    given = {name: value for name, value in wanted.items() if value}
    chosen = Settings(given)
    state = State(folder, create=True)
    with state.locked():
        sequence = state.progress()["sequence"]
        agent_id, key = Sender(chosen).enrol(token, state.agent_id(), Machine().uname[1])
        state.keep_agent_id(agent_id)
        state.keep_key(key)
        settings.keep(state, given)
        state.keep_progress({"sequence": sequence})
    return agent_id
