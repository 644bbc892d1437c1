"""`cadastre-agent service install|remove|run`."""

from __future__ import annotations

import os
import sys

from agent.errors import EXIT_DONE, AgentError
from agent.supervisor import own_command
from agent.windows_service import control, installing
from agent.windows_service.events import EventLog
from agent.windows_service.running import Reporting, require_enrolment


def act(action: str, entry: str, folder: str, python: str | None) -> int:
    """Do it; the exit code. `entry` is the agent's program file, `python` what runs a cycle.

    Raises AgentError with a sentence, anywhere but on Windows first of all.
    """
    if os.name != "nt":
        raise AgentError(
            "This makes a service of Windows; here systemd or launchd starts the agent."
        )
    folder = os.path.abspath(folder)
    if action == "run":
        library = control.advapi32()
        tell = EventLog(library)
        return control.Service(
            library, Reporting(folder, cycle_command(entry, folder, python), tell), tell
        ).dispatch()
    if action == "install":
        require_enrolment(folder)
        done = installing.install(installing.service_command(entry, folder), installing.run_program)
    else:
        done = installing.remove(installing.run_program)
    sys.stdout.write(f"{done}\n")
    return EXIT_DONE


def cycle_command(entry: str, folder: str, python: str | None) -> list[str]:
    """Return what runs one cycle, by `python` instead of our own interpreter where it is given."""
    command = [*own_command(entry), "cycle", folder]
    return [python, *command[1:]] if python else command
