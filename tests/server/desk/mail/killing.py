"""Looks at mailboxes in processes of their own, each of which is killed at another step.

python -m tests.server.desk.mail.killing URL HOME MAILBOX...   (one mailbox for each step)
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.desk.mail import jobs
from server.desk.mail.actions import keeping, landing, taking
from server.foundation.database import Database
from server.foundation.imap import OpenMailbox
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.wiring import REACTIONS

#: Where the process ends: before or after which function.
STEPS: tuple[tuple[str, Any, str, bool], ...] = (
    ("the bytes are on the disk", keeping, "_write", False),
    ("the row is committed", OpenMailbox, "put_away", False),
    ("the server was told", OpenMailbox, "put_away", True),
    ("the attempt is counted", taking, "_take", False),
    ("the ticket is written", landing, "_note_taken", True),
    ("the ticket is committed", jobs, "take_in", True),
)


def _ending(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def ends(*given: Any, **named: Any) -> None:
        if after:
            function(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return ends


def _look(url: str, home: str, mailbox_id: int) -> None:
    context = JobContext(
        Database(url, REACTIONS), Settings(home=Path(home)), {"mailbox_id": mailbox_id}
    )
    jobs.run_look(context)


def main(url: str, home: str, *mailboxes: str) -> None:
    """Let one process after the other look, and end where it is to end; say how each ended."""
    for (step, where, name, after), mailbox in zip(STEPS, mailboxes, strict=True):
        child = os.fork()
        if child == 0:
            setattr(where, name, _ending(getattr(where, name), after=after))
            _look(url, home, int(mailbox))
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{step}: {ended}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
