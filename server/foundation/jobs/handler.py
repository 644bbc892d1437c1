"""What a job handler is, and what it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cmdb.errors import CadastreError
from server.foundation.database import Database
from server.foundation.progress import Reporter, SilentReporter
from server.foundation.settings import Settings


class JobStopped(CadastreError):
    """The job was told to stop: cancelled by a person, or its process is going away."""


class HopelessJob(CadastreError):
    """Trying again will not help; the job is given up at once with this text as its reason."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler works with. It opens its own units of work on ``database``."""

    database: Database
    settings: Settings
    payload: Mapping[str, Any]
    job_id: int = 0
    attempt: int = 1
    #: The same over all attempts, so that a receiver can drop what it has seen.
    idempotency_key: str = ""
    request_id: str = ""
    created_by: str = ""
    progress: Reporter = field(default_factory=SilentReporter)
    cancelled: Callable[[], bool] = lambda: False

    def go_on(self) -> None:
        """Raise ``JobStopped`` when the job should end; call it between steps of long work."""
        if self.cancelled():
            raise JobStopped("the job was told to stop")


@dataclass(frozen=True, slots=True)
class JobHandler:
    """One kind of job. ``run`` returns what the job's row keeps as its result, or None.

    ``cron`` (five fields, UTC) makes the job come by itself. Whatever ``run`` raises is a failure;
    after ``max_failures`` the job is dead and waits for a person.
    """

    run: Callable[[JobContext], Mapping[str, Any] | None]
    cron: str = ""
    max_failures: int = 5


#: kind -> handler, as in ``server.wiring.JOBS``.
Jobs = Mapping[str, JobHandler]
