"""What can go wrong, in words for the person at the console, each with its exit code."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_SETTINGS = 3
EXIT_AWAY = 4
EXIT_REFUSED = 5
EXIT_UNSAFE = 6


class AgentError(Exception):
    """A sentence worth showing as it stands; `exit_code` is what the process ends with."""

    exit_code = EXIT_FAILED


class SettingsError(AgentError):
    """Settings are missing or wrong, or the agent is not enrolled."""

    exit_code = EXIT_SETTINGS


class Unsafe(AgentError):
    """Somebody else could rewrite the agent's code, settings or key."""

    exit_code = EXIT_UNSAFE


class ServerAway(AgentError):
    """The server was not reached or is too busy: keep the report and come back.

    `retry_after_seconds` is the server's own wish, None when it did not say.
    """

    exit_code = EXIT_AWAY

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ReportRefused(AgentError):
    """The server read the report and does not want it: sending it again would not help."""

    exit_code = EXIT_REFUSED


class KeyRefused(AgentError):
    """The server does not know this agent's key (or token): somebody has to enrol it again."""

    exit_code = EXIT_REFUSED
